"""`fieldapp bundle`: what travels on a stick, written, looked at and merged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fieldapp.cli.base import FILE, FOLDER, argument, command, group, option
from fieldapp.cli.merging import merge, merges, report, undo
from fieldapp.cli.output import Output, pairs, table
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _

if TYPE_CHECKING:
    from fieldapp.services.session import Session


@command(
    "write",
    N_("Tulis paket untuk kantor, atau untuk seorang anggota."),
    argument("target", type=FILE, metavar=N_("BERKAS"), help=N_("Berkas paket yang ditulis.")),
    option(
        "--to", default="office", metavar=N_("PENERIMA"), help=N_("'office' (bawaan), atau nomor atau nama anggota.")
    ),
)
def write(out: Output, target: Path, to: str) -> None:
    from fieldapp.services import exchange

    with unlocked() as session:
        answer = exchange.write_bundle(session, target, to=to, progress=out.progress)
        lines = _written([answer], _names(session))
    out.answer(answer, lines)
    if answer["leftovers"]:
        words = _("{count} sisa paket yang dulu terputus di folder itu dihapus.")
        out.say(words.format(count=answer["leftovers"]))
    out.say(_("Sudah dibaca ulang dan benar: flashdisk boleh dicabut."))


@command(
    "returns",
    N_("Tulis paket balasan, satu untuk setiap laptop yang dikenal."),
    argument("folder", type=FOLDER, metavar=N_("FOLDER"), help=N_("Folder tempat paket ditulis.")),
)
def returns(out: Output, folder: Path) -> None:
    from fieldapp.services import exchange

    with unlocked() as session:
        answers = exchange.write_returns(session, folder, progress=out.progress)
        lines = _written(answers, _names(session))
    out.answer(answers, lines)
    out.say(_("{count} paket balasan ditulis.").format(count=len(answers)))


def _names(session: Session) -> dict[str, str]:
    """Member id -> name; bundles name their receivers by id."""
    from fieldapp.services import membership

    return {"office": _("kantor"), **{each["id"]: each["name"] for each in membership.members(session)}}


def _written(answers: list[dict[str, Any]], names: dict[str, str]) -> list[str]:
    headings = (_("Berkas"), _("Untuk"), _("Perubahan"), _("Ruas"), _("Bita"))
    columns = ("entries", "segments", "bytes")
    rows = [
        [each["file"], names.get(each["to"], each["to"]), *(each[column] for column in columns)] for each in answers
    ]
    return table(headings, rows)


@command(
    "inspect",
    N_("Lihat dari siapa dan untuk siapa sebuah paket, tanpa menggabungkannya."),
    argument("file", type=FILE, metavar=N_("BERKAS"), help=N_("Berkas paket.")),
)
def inspect(out: Output, file: Path) -> None:
    from fieldapp.services import exchange
    from fieldapp.services.homes import default_home, has_store

    names: dict[str, str] = {}
    if has_store(default_home()):
        with unlocked() as session:
            answer = exchange.inspect(file, session)
            names = _names(session)
    else:
        answer = exchange.inspect(file)
    shown = [
        (_("Paket"), answer["bundle"]),
        (_("Program"), answer["programme"]),
        (_("Oleh"), names.get(answer["by"], answer["by"])),
        (_("Untuk"), [names.get(each, each) for each in answer["to"]]),
        (_("Dapat dibuka di sini"), answer["readable"]),
        (_("Perubahan"), answer.get("entries")),
        (_("Ditulis"), answer.get("written_at")),
        (_("Bita"), answer["bytes"]),
    ]
    out.answer(answer, pairs(shown))


@command(
    "status",
    N_("Sampai di mana pekerjaan laptop ini: belum dibawa, dibawa, atau sudah sampai di kantor."),
    option(
        "--who",
        type=click.Choice(["drafts", "not_carried", "carried", "acknowledged"]),
        help=N_("Sebutkan nomor orang di tahap ini."),
    ),
)
def status(out: Output, who: str | None) -> None:
    from fieldapp.services import handover

    with unlocked() as session:
        if who is not None:
            found = handover.people(session, who)
            out.answer(found, found)
            return
        told = handover.stages(session)
    headings = (_("Tahap"), _("Orang"), _("Perubahan"))
    rows = [[_stages()[stage], told[stage]["registrations"], told[stage]["entries"]] for stage in handover.STAGES]
    proofs = [
        *(
            _("Paket {when}: {count} perubahan menunggu tanda terima.").format(
                when=each["written_at"], count=each["entries"]
            )
            for each in told["carried"]["bundles"]
        ),
        *(
            _("Diterima oleh {name}, terakhir {when}: {count} perubahan.").format(
                name=each["by"], when=each["at"] or "-", count=each["entries"]
            )
            for each in told["acknowledged"]["by"]
        ),
    ]
    out.answer(told, [*table(headings, rows), *proofs])
    if told["all_arrived"]:
        out.say(_("Semua pekerjaan sudah sampai di kantor."))


def _stages() -> dict[str, str]:
    return {
        "drafts": _("Draf, belum dikirim"),
        "not_carried": _("Dikirim, belum dibawa"),
        "carried": _("Dibawa, menunggu tanda terima"),
        "acknowledged": _("Sudah sampai di kantor"),
    }


@command("fetched", N_("Laptop mana yang sudah menunjukkan bahwa paket balasannya diambil, dan mana yang belum."))
def fetched(out: Output) -> None:
    from fieldapp.services import exchange_book

    with unlocked() as session:
        found = exchange_book.returned(session)
    words = {True: _("sudah diambil"), False: _("belum ada kabar"), None: _("tidak ada yang baru untuknya")}
    headings = (_("Anggota"), _("Ditulis"), _("Perubahan"), _("Paket balasan"))
    rows = [[each["name"], each["written_at"] or "-", each["entries"], words[each["fetched"]]] for each in found]
    out.answer(found, table(headings, rows))


@command("latest", N_("Pertukaran terakhir di laptop ini, dalam angka saja."))
def latest(out: Output) -> None:
    from fieldapp.services import exchange_book

    with unlocked() as session:
        found = exchange_book.latest(session)
    kinds = {
        "written": _("paket ditulis"),
        "returns": _("paket balasan ditulis"),
        "merged": _("digabungkan"),
        "synced": _("sinkron"),
    }
    out.answer(found, [f"{each['at']}  {kinds[each['kind']]}" for each in found])


bundle = group(
    "bundle",
    N_("Paket untuk flashdisk: tulis, lihat, gabungkan."),
    write,
    returns,
    inspect,
    merge,
    merges,
    report,
    undo,
    status,
    fetched,
    latest,
)
