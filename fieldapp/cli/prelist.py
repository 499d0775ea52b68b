"""`fieldapp prelist`: whom to visit, what a visit found, and the same line by line for screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fieldapp.cli.base import Choice, Group, argument, command, option, wrong_use
from fieldapp.cli.imports import column_lines, refused_words
from fieldapp.cli.output import Output, pairs, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.domain.prelist import RESULTS, STATES
from fieldapp.locale import N_, _

if TYPE_CHECKING:
    from fieldapp.services.session import Session


@command(
    "list",
    N_("Orang yang perlu dikunjungi, menurut kelurahan, RW, RT, dan nama."),
    option("--state", type=Choice(STATES), help=N_("Hanya yang keadaannya ini.")),
    option("--area", metavar=N_("KODE"), help=N_("Hanya wilayah ini dan di bawahnya.")),
    option("--rt", help=N_("Hanya RT ini.")),
    option("--rw", help=N_("Hanya RW ini.")),
    option("--text", help=N_("Potongan nama atau alamat.")),
)
def listing(out: Output, state: str | None, area: str | None, rt: str | None, rw: str | None, text: str | None) -> None:
    from fieldapp.services import prelist as visits

    with unlocked() as session:
        ids = visits.ids(session, state=state, area=area, rt=_three(rt), rw=_three(rw), text=text)
        found = visits.rows(session, ids)
    out.answer(found, _rows(found))
    out.say(_("{count} orang.").format(count=len(found)))


def _three(place: str | None) -> str | None:
    """RT and RW as lists have them: 5 is 005."""
    return place.zfill(3) if place and place.isascii() and place.isdigit() else place


def _rows(found: Sequence[Mapping[str, Any]]) -> list[str]:
    from fieldapp.services.prelist.words import shown_name, state_words

    headings = (_("Nomor"), _("RT"), _("RW"), _("Kelurahan"), _("Nama"), _("Alamat"), _("Keadaan"), _("Kunjungan"))
    return table(
        headings,
        [
            (
                each["id"],
                each["rt"],
                each["rw"],
                each["area_name"],
                shown_name(each["name"], each["state"]),
                each["address"],
                state_words(each["state"]),
                each["visits"],
            )
            for each in found
        ],
    )


@command(
    "visit",
    N_("Catat hasil kunjungan. Dari orang yang menolak hanya hitungannya yang disimpan."),
    argument("item", metavar=N_("NOMOR"), help=N_("Nomor orang di daftar kunjungan.")),
    argument("result", metavar=N_("HASIL"), type=Choice(RESULTS), help=N_("Apa yang ditemukan.")),
    option("--note", default="", help=N_("Catatan singkat; tidak untuk yang menolak.")),
)
def visit(out: Output, item: str, result: str, note: str) -> None:
    from fieldapp.services import prelist as visits

    with unlocked() as session:
        answer = visits.visit(session, visits.find(session, item), result, note)
    out.answer(answer, _one(answer))


@command(
    "undo",
    N_("Batalkan hasil kunjungan yang terakhir. Penolakan hanya dapat dibatalkan kantor."),
    argument("item", metavar=N_("NOMOR"), help=N_("Nomor orang di daftar kunjungan.")),
)
def undo(out: Output, item: str) -> None:
    from fieldapp.services import prelist as visits

    with unlocked() as session:
        answer = visits.undo_visit(session, visits.find(session, item))
    out.answer(answer, _one(answer))


@command(
    "begin",
    N_("Mulai formulir seseorang dari daftar; isiannya diperiksa seperti biasa."),
    argument("item", metavar=N_("NOMOR"), help=N_("Nomor orang di daftar kunjungan.")),
)
def begin(out: Output, item: str) -> None:
    from fieldapp.services import prelist as visits

    with unlocked() as session:
        view = visits.begin(session, visits.find(session, item))
    out.answer({"id": view.id, "state": "draft"}, [view.id])
    out.say(_("Lanjutkan dengan: fieldapp register --lines --resume {id}").format(id=view.id))


@command("tally", N_("Berapa orang di tiap RT, dan apa yang sudah ditemukan."))
def tally(out: Output) -> None:
    from fieldapp.services import prelist as visits
    from fieldapp.services.prelist.words import state_words

    with unlocked() as session:
        found = visits.tally(session)
    headings = (_("Kelurahan"), _("RW"), _("RT"), _("Orang"), _("Dikunjungi"), *map(state_words, STATES))
    rows = [
        (
            each["area_name"],
            each["rw"],
            each["rt"],
            each["people"],
            each["visited"],
            *(each["states"].get(state, 0) for state in STATES),
        )
        for each in found
    ]
    out.answer(found, table(headings, rows))
    visited, people = (sum(each[word] for each in found) for word in ("visited", "people"))
    out.say(_("{visited} dari {people} dikunjungi").format(visited=visited, people=people))


@command("lists", N_("Daftar kunjungan yang sudah diambil, dengan jumlahnya."))
def lists(out: Output) -> None:
    from fieldapp.services.prelist import importing as prelist_import

    with unlocked() as session:
        found = prelist_import.lists(session)
    headings = (_("Nomor"), _("Daftar"), _("Oleh"), _("Diambil"), _("Baru"), _("Berubah"), _("Hilang"), _("Orang"))
    words = ("id", "name", "by", "at", "added", "changed", "gone", "people")
    out.answer(found, table(headings, [tuple(each[word] for word in words) for each in found]))


def _one(row: Mapping[str, Any]) -> list[str]:
    from fieldapp.services.prelist.words import shown_name, state_words

    return pairs(
        [
            (_("Nama"), shown_name(row["name"], row["state"])),
            (_("Keadaan"), state_words(row["state"])),
            (_("Kunjungan"), row["visits"]),
        ]
    )


# -- a list taken in and taken back, for `fieldapp sheet`


def take_in(
    out: Output,
    file: Path,
    *,
    name: str,
    sheet: str | None,
    header_line: int | None,
    columns: Mapping[str, str | int],
    area: str | None,
    categories: Sequence[str],
    dry_run: bool,
    errors: Path | None,
) -> None:
    """`sheet import FILE --as prelist`."""
    from fieldapp.services.prelist import importing as prelist_import

    with unlocked() as session:
        answer = prelist_import.import_list(
            session,
            file,
            name=name,
            sheet=sheet,
            header_line=header_line,
            columns=columns or None,
            area=area,
            categories=categories,
            dry_run=dry_run,
            errors=errors,
            progress=out.progress,
        )
    out.answer(answer, _import_lines(answer))
    if answer["is_same"]:
        out.say(_("Tidak ada yang baru, berubah, atau hilang; tidak ada yang ditulis."))
    elif dry_run:
        out.say(_("Percobaan saja: tidak ada yang diubah."))
    else:
        out.say(_("Daftar kunjungan sudah diambil. Pencacah menerimanya dengan paket atau sinkronisasi berikutnya."))
    if answer["refused"]:
        out.say(refused_words(answer["refused"], errors))


def _import_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    yield from column_lines(answer)
    yield from pairs(
        [
            (_("Daftar"), answer["list"]),
            (_("Nomor"), answer["id"]),
            (_("Baris"), answer["rows"]),
            (_("Dipakai"), answer["kept"]),
            (_("Ditolak"), answer["refused"]),
            (_("Baru"), answer["added"]),
            (_("Berubah"), answer["changed"]),
            (_("Hilang"), answer["gone"]),
            (_("Tetap"), answer["unchanged"]),
            (_("Pernah menolak, tidak didatangi lagi"), answer["refused_before"]),
            (_("Sudah terdaftar menurut NIK"), answer["registered"]),
            (_("Juga di daftar kunjungan lain"), answer["elsewhere"]),
            (_("Mirip pendaftaran"), answer["near_count"]),
            (_("Tanpa NIK yang benar"), answer["without_nik"]),
            (_("Hanya kecamatannya diketahui"), answer["kecamatan_only"]),
        ]
    )
    yield ""
    yield from table(
        (_("Kode"), _("Kelurahan"), _("Orang")),
        [(each["area"], each["area_name"], each["people"]) for each in answer["areas"]],
    )
    for each in answer["warnings"]:
        yield plain(each["message"])
    for each in answer["near"]:
        yield plain(
            _("Baris {row} mirip pendaftaran {id}: periksa dulu sebelum didatangi.").format(
                row=each["row"], id=each["registration"]
            )
        )


def take_back(out: Output, session: Session, list_: str, reason: str) -> None:
    """`sheet undo` of a list of people to visit."""
    from fieldapp.services.prelist import undo as prelist_undo

    answer = prelist_undo.undo_list(session, list_, reason)
    shown = [
        (_("Daftar"), answer["list"]),
        (_("Nomor"), answer["id"]),
        (_("Tidak lagi didatangi"), answer["removed"]),
        (_("Kembali seperti semula"), answer["restored"]),
        (_("Tetap"), len(answer["left"])),
    ]
    out.answer(answer, [*pairs(shown), *(plain(f"{each['id']}  {each['message']}") for each in answer["left"])])


def _by_itself(ctx: click.Context, lines: bool) -> int:
    """Without a command: one person after the other, when that is asked for."""
    if ctx.invoked_subcommand is not None:
        return 0
    if not lines:
        wrong_use(_("Sebutkan perintah yang dipilih, atau --lines."))
    from fieldapp.cli.prelist_lines import walk

    with unlocked() as session:
        return walk(session, Output(as_json=False))


prelist = Group(
    "prelist",
    help=N_("Daftar kunjungan: siapa yang perlu didatangi, dan apa yang ditemukan."),
    commands={str(each.name): each for each in (listing, visit, undo, begin, tally, lists)},
    callback=click.pass_context(_by_itself),
    invoke_without_command=True,
    params=[
        option("--lines", is_flag=True, help=N_("Orang demi orang, untuk pembaca layar dan layar braille.")),
    ],
)
