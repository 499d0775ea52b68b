"""The ledger, which answers whether anything is missing, and the sheet that leaves the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fieldapp.cli.base import FILE, argument, command, group
from fieldapp.cli.filters import filter_option, selection
from fieldapp.cli.output import Output, pairs, said, table
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _
from fieldapp.services.words import place_words


@command("ledger", N_("Buku serah terima: apakah semua pendaftaran sampai, dan bila tidak, yang mana."))
def ledger(out: Output) -> None:
    from fieldapp.services import ledger as ledgers

    with unlocked() as session:
        book = ledgers.ledger(session)
    out.answer(book, _shown(book))


def _shown(book: Mapping[str, Any]) -> Iterator[str]:
    for key, heading in (("areas", N_("Per wilayah")), ("laptops", N_("Per laptop"))):
        yield _(heading)
        yield from _rows(book[key])
        yield ""
    yield _("Jumlah")
    yield from pairs((place_words(place), count) for place, count in book["totals"].items())
    yield ""
    yield _("Cocok: tidak ada yang hilang.") if book["balanced"] else _("Belum cocok; yang kurang:")
    for each in book["missing"]:
        yield "  " + said(each)


def _rows(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    told = [[_cell(column, row.get(column)) for column in columns] for row in rows]
    return table([place_words(column) for column in columns], told) if rows else ["-"]


def _cell(column: str, value: Any) -> Any:
    if column == "receipts":
        return [f"{receipt['by']}: {receipt['entries']}" for receipt in value or ()]
    return value


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


sheet = group("sheet", N_("Lembar kerja: ekspor."), export)
