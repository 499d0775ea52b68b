"""What every taking in of a sheet tells: how its columns were read, and how many of its rows were refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fieldapp.cli.output import plain, table
from fieldapp.locale import N_, _

_HOW: Final = {"header": N_("judul"), "contents": N_("isi"), "map": N_("peta")}


def column_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """A table of the columns of the sheet, and an empty line behind it."""
    headings = (_("Kolom"), _("Judul"), _("Dibaca sebagai"), _("Menurut"))
    shown = [
        (each["column"], each["heading"], each["field"], _(_HOW[each["how"]]) if each["how"] else None)
        for each in answer["columns"]
    ]
    yield from table(headings, shown)
    yield ""


def refused_words(count: int, errors: Path | None) -> str:
    """How many rows were refused, and where their reasons are: in the file `errors`, or how to get one."""
    if errors is None:
        return _("{count} baris ditolak; lihat baris dan alasannya dengan --errors KELUARAN.xlsx.").format(count=count)
    return _("{count} baris ditolak ada di {file}, dengan alasannya.").format(count=count, file=plain(errors))
