"""`fieldapp sheet`: registrations out, lists of people who are covered already in, and what stands on both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from fieldapp.cli.base import FILE, Choice, Number, argument, command, group, option, quoted, wrong_use
from fieldapp.cli.filters import filter_option, selection
from fieldapp.cli.imports import column_lines, refused_words
from fieldapp.cli.output import Output, pairs, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _
from fieldapp.services.covers.words import decision_words

_KINDS: Final = {
    "province": N_("provinsi"),
    "employer": N_("pemberi kerja"),
    "bpjs": N_("BPJS Ketenagakerjaan"),
    "other": N_("lainnya"),
}
_COUNTS: Final = {
    "rows": N_("Baris"),
    "niks": N_("NIK"),
    "registered": N_("Terdaftar di sini"),
    "pending": N_("Menunggu pemeriksaan"),
    "approved": N_("Sudah disetujui"),
    "freed": N_("Dibebaskan pengawas"),
}


@command(
    "export",
    N_("Tulis pendaftaran ke lembar .xlsx atau .csv."),
    argument("target", type=FILE, metavar=N_("BERKAS"), help=N_("Berkas .xlsx atau .csv yang ditulis.")),
    filter_option(),
)
def export(out: Output, target: Path, filters: tuple[str, ...]) -> None:
    from fieldapp.services import sheets

    chosen = selection(filters)
    with unlocked() as session:
        answer = sheets.export(session, target, filter=chosen or None)
    out.answer(
        answer, pairs([(_("Berkas"), answer["file"]), (_("Baris"), answer["rows"]), (_("Jenis"), answer["kind"])])
    )
    out.say(_("Lembar ini memuat data pribadi tanpa sandi: simpan dengan hati-hati."))


@command(
    "import",
    N_("Ambil daftar orang: yang sudah terlindungi (coverage), atau yang perlu dikunjungi (prelist)."),
    argument("file", type=FILE, metavar=N_("BERKAS"), help=N_("Berkas .xlsx, .xls, .ods, atau .csv.")),
    option(
        "--as",
        "kind_of_import",
        type=Choice(("coverage", "prelist")),
        required=True,
        help=N_("Sebagai apa berkas dibaca."),
    ),
    option(
        "--list", "name", required=True, metavar=N_("NAMA"), help=N_("Nama daftar; versi baru memakai nama yang sama.")
    ),
    option("--kind", type=Choice(tuple(_KINDS)), default="other", help=N_("Daftar milik siapa.")),
    option("--sheet", metavar=N_("LEMBAR"), help=N_("Nama lembar, bila ada beberapa.")),
    option("--header", "header_line", type=Number(), help=N_("Nomor baris judul kolom; 0 bila tidak ada.")),
    option("--map", "map_file", type=FILE, help=N_("Peta kolom, JSON atau TOML.")),
    option(
        "--column", "columns", multiple=True, metavar=N_("ISIAN=KOLOM"), help=N_("Kolom sebuah isian, misalnya nik=B.")
    ),
    option("--area", metavar=N_("KODE"), help=N_("Untuk prelist: kelurahan baris yang tidak menyebutkannya.")),
    option(
        "--category", "categories", multiple=True, metavar=N_("KELOMPOK"), help=N_("Untuk prelist: kelompok semuanya.")
    ),
    option("--dry-run", is_flag=True, help=N_("Hanya perlihatkan akibatnya.")),
    option("--errors", type=FILE, metavar=N_("KELUARAN"), help=N_("Tulis baris yang ditolak dengan alasannya.")),
)
def import_(
    out: Output,
    file: Path,
    kind_of_import: str,
    name: str,
    kind: str,
    sheet: str | None,
    header_line: int | None,
    map_file: Path | None,
    columns: tuple[str, ...],
    area: str | None,
    categories: tuple[str, ...],
    dry_run: bool,
    errors: Path | None,
) -> None:
    from fieldapp.services.covers import files as cover_files
    from fieldapp.services.covers import importing as cover_import

    if kind_of_import != "prelist" and (area or categories):
        wrong_use(_("--area dan --category hanya untuk --as prelist."))
    given = _columns_of(columns)
    if map_file is not None:
        said = cover_files.read_map_of(map_file)
        given = {**said.columns, **given}
        sheet = sheet if sheet is not None else said.sheet
        header_line = header_line if header_line is not None else said.header_line
    if kind_of_import == "prelist":
        from fieldapp.cli.prelist import take_in

        take_in(
            out,
            file,
            name=name,
            sheet=sheet,
            header_line=header_line,
            columns=given,
            area=area,
            categories=categories,
            dry_run=dry_run,
            errors=errors,
        )
        return
    with unlocked() as session:
        answer = cover_import.import_list(
            session,
            file,
            name=name,
            kind=kind,
            sheet=sheet,
            header_line=header_line,
            columns=given or None,
            dry_run=dry_run,
            errors=errors,
            progress=out.progress,
        )
    out.answer(answer, _import_lines(answer))
    if answer["is_same"]:
        out.say(_("Berkas yang sama sudah diambil sebagai daftar ini; tidak ada yang diubah."))
    elif dry_run:
        out.say(_("Percobaan saja: tidak ada yang diubah."))
    else:
        out.say(
            _("Daftar sudah diambil. Nama dan NIK-nya hanya ada di laptop ini; laptop lain hanya menerima sidiknya.")
        )
    if answer["refused"]:
        out.say(refused_words(answer["refused"], errors))
    if answer["near_only"]:
        words = _("{count} di antaranya tanpa NIK yang benar, tetapi tetap dibandingkan menurut kemiripan.")
        out.say(words.format(count=answer["near_only"]))


def _columns_of(columns: Sequence[str]) -> dict[str, str | int]:
    given: dict[str, str | int] = {}
    for each in columns:
        field, separator, column = each.partition("=")
        if not separator or not field.strip():
            wrong_use(_("{what} bukan ISIAN=KOLOM.").format(what=quoted(each)))
        given[field.strip()] = column.strip()
    return given


def _import_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield from column_lines(answer)
    yield from pairs(
        [
            (_("Daftar"), answer["list"]),
            (_("Nomor"), answer["id"]),
            (_("Baris"), answer["rows"]),
            (_("Dipakai"), answer["kept"]),
            (_("Ditolak"), answer["refused"]),
            (_("NIK berulang"), answer["repeated"]),
            (_("NIK sama dengan pendaftaran"), answer["same_nik"]),
            (_("Mirip, menunggu keputusan"), answer["near"]),
        ]
    )
    yield ""
    yield from _before_after(answer["before"], answer["after"])
    for each in answer["warnings"]:
        yield plain(each["message"])


def _before_after(before: dict[str, int], after: dict[str, int]) -> list[str]:
    rows = [(_(words), before[name], after[name]) for name, words in _COUNTS.items()]
    return table((_("Jumlah"), _("Sebelum"), _("Sesudah")), rows)


@command(
    "undo",
    N_("Batalkan pengambilan sebuah daftar, juga daftar kunjungan. Versi sebelumnya berlaku lagi."),
    argument("list_", metavar=N_("DAFTAR"), help=N_("Nomor atau nama daftar.")),
    option("--reason", default="", help=N_("Alasan pembatalan.")),
)
def undo(out: Output, list_: str, reason: str) -> None:
    from fieldapp.services.covers import importing as cover_import
    from fieldapp.services.prelist import undo as prelist_undo

    with unlocked() as session:
        if prelist_undo.is_list(session, list_) and not cover_import.is_list(session, list_):
            from fieldapp.cli.prelist import take_back

            take_back(out, session, list_, reason)
            return
        answer = cover_import.undo(session, list_, reason)
    shown = [(_("Daftar"), answer["list"]), (_("Nomor"), answer["id"]), (_("Berlaku lagi"), answer["restored"])]
    out.answer(answer, [*pairs(shown), "", *_before_after(answer["before"], answer["after"])])


@command("lists", N_("Daftar orang yang sudah terlindungi yang sedang berlaku, dengan jumlahnya."))
def lists(out: Output) -> None:
    from fieldapp.services.covers import importing as cover_import

    with unlocked() as session:
        found = cover_import.lists(session)
    headings = (_("Nomor"), _("Daftar"), _("Milik"), _("Diambil"), *(_(words) for words in _COUNTS.values()))
    rows = [
        (each["id"], each["name"], _(_KINDS[each["kind"]]), each["at"][:10], *(each["now"][name] for name in _COUNTS))
        for each in found
    ]
    out.answer(found, table(headings, rows))
    out.say(_("{count} daftar berlaku.").format(count=len(found)))
    unchecked = [each["name"] for each in found if not each["is_checked"]]
    if unchecked:
        words = _("Belum dapat diperiksa di laptop ini karena kuncinya belum ada: {lists}.")
        out.say(words.format(lists=", ".join(map(plain, unchecked))))


@command(
    "decide",
    N_("Catat apa arti baris sebuah daftar bagi satu pendaftaran. Yang lain atau berakhir tidak lagi menghalangi."),
    argument("list_", metavar=N_("DAFTAR"), help=N_("Nomor atau nama daftar.")),
    argument("registration", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran.")),
    option(
        "--row",
        type=Number(1),
        metavar=N_("BARIS"),
        help=N_("Nomor baris yang mirip; tanpa ini, baris dengan NIK-nya."),
    ),
    option("--same", is_flag=True, help=N_("Barisnya orang ini, dan ia terlindungi.")),
    option("--different", is_flag=True, help=N_("Barisnya orang lain.")),
    option("--ended", is_flag=True, help=N_("Barisnya orang ini, tetapi perlindungannya sudah berakhir.")),
    option("--reason", required=True, help=N_("Alasan keputusan.")),
)
def decide(
    out: Output, list_: str, registration: str, row: int | None, same: bool, different: bool, ended: bool, reason: str
) -> None:
    chosen = [name for name, is_set in (("same", same), ("different", different), ("ended", ended)) if is_set]
    if len(chosen) != 1:
        wrong_use(_("Pilih salah satu: --same, --different, atau --ended."))
    from fieldapp.services.covers import decisions as cover_decisions

    with unlocked() as session:
        answer = cover_decisions.decide(session, list_, registration, chosen[0], reason=reason, row=row)
    shown = [
        (_("Daftar"), answer["name"]),
        (_("Nomor"), answer["registration"]),
        (_("Keadaan"), state_words(answer["state"])),
        (_("Masih terhalang daftar"), answer["blocks"]),
    ]
    out.answer(answer, pairs(shown))


@command(
    "matches",
    N_("Pendaftaran yang ada di sebuah daftar, dan baris yang mirip, menunggu keputusan pengawas."),
    argument("list_", required=False, metavar=N_("DAFTAR"), help=N_("Nomor atau nama daftar; tanpa ini, semuanya.")),
    option("--registration", metavar=N_("NOMOR"), help=N_("Hanya pendaftaran ini, dengan kedua sisinya.")),
    option("--all", "decided", is_flag=True, help=N_("Sertakan yang sudah diputuskan.")),
)
def matches(out: Output, list_: str | None, registration: str | None, decided: bool) -> None:
    from fieldapp.services.covers import matches as cover_matches

    with unlocked() as session:
        cover_matches.find_all(session, list_, progress=out.progress)
        found = cover_matches.matches(session, list_, registration=registration, decided=decided)
        # Names of the list are shown to a person who decides here, and to no program.
        lines = [] if out.as_json else _match_lines(found)
        if registration is not None and not out.as_json:
            for each in (one for one in found if one["row"] is not None):
                lines += ["", *_sides(each, cover_matches.words(session, each["list"], each["row"], registration))]
    out.answer(found, lines)
    out.say(_("{count} pasangan.").format(count=len(found)))


def _match_lines(found: Sequence[dict[str, Any]]) -> list[str]:
    headings = (_("Daftar"), _("Baris"), _("NIK di daftar"), _("Nomor"), _("Keadaan"), _("Kemungkinan"), _("Keputusan"))
    rows = []
    for each in found:
        likely = _("NIK sama") if each["by_nik"] else each["verdict"]
        said = decision_words(each["decision"]["decision"]) if each["decision"] else None
        rows.append(
            (each["name"], each["row"], each["nik"], each["registration"], state_words(each["state"]), likely, said)
        )
    return table(headings, rows)


def _sides(each: dict[str, Any], told: dict[str, Any]) -> list[str]:
    head = _("Daftar {name}, baris {row}").format(name=each["name"], row=each["row"])
    rows = [(field, told["left"].get(field), told["right"].get(field)) for field in told["right"]]
    sides = table((_("Isian"), _("Pendaftaran"), _("Baris daftar")), rows)
    return [plain(head), plain(told["verdict"]), *sides, *(f"  {plain(reason)}" for reason in told["reasons"])]


sheet = group(
    "sheet",
    N_("Lembar kerja: ekspor, dan daftar orang yang sudah terlindungi."),
    export,
    import_,
    undo,
    lists,
    matches,
    decide,
)
