"""The ledger, which answers whether anything is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fieldapp.cli.base import command
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
