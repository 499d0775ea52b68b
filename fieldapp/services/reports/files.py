"""Reports and drawn lists as spreadsheets. No macro, and no cell that a spreadsheet would calculate (files.sheet)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fieldapp.files.errors import MESSAGES, SheetError
from fieldapp.files.sheet import Column, Sheet, write_book, write_sheet
from fieldapp.locale import N_, _
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.reports.tables import Table
from fieldapp.services.reports.words import problem

_NAME_MAX: Final = 31
"""Letters of a sheet's name, fixed by the format."""
_PERSON: Final = (
    ("number", N_("No."), 5),
    ("name", N_("Nama"), 28),
    ("address", N_("Alamat"), 34),
    ("rt", N_("RT"), 6),
    ("rw", N_("RW"), 6),
    ("area_name", N_("Kelurahan"), 18),
    ("phone", N_("Telepon"), 18),
    ("nik", N_("NIK"), 20),
    ("registered_by", N_("Pencacah"), 20),
    ("registered_on", N_("Didaftarkan"), 12),
)
_DRAWN: Final = (
    ("seed", N_("Benih")),
    ("drawn_on", N_("Diundi pada")),
    ("drawn_by", N_("Diundi oleh")),
)


def write_tables(out: Path, tables: Sequence[Table]) -> dict[str, Any]:
    """Write tables as the sheets of one .xlsx. Answers `{"file", "rows", "kind"}`.

    Raises Problem: report_file, sheet_target, sheet_too_many_rows.
    """
    if out.suffix.lower() != ".xlsx":
        raise problem("report_file")
    sheets = [
        Sheet(
            table.title[:_NAME_MAX],
            [
                Column(str(place), heading.words, heading.kind, max(12, len(heading.words) + 2))
                for place, heading in enumerate(table.headings)
            ],
            [{str(place): cell for place, cell in enumerate(row)} for row in table.rows],
        )
        for table in tables
    ]
    return _written(out, lambda: write_book(out, sheets))


def write_backcheck(out: Path, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Write a drawn list to an .xlsx of two sheets, or to a .csv whose rows say themselves how they were drawn.

    Raises Problem: sheet_kind, sheet_target.
    """
    asked = [Column(f"asked{place}", words, width=24) for place, words in enumerate(drawn["asked"])]
    people = [Column(key, _(words), width=width) for key, words, width in _PERSON]
    told = [Column(key, _(words)) for key, words in _DRAWN]
    if out.suffix.lower() == ".xlsx":
        header = Sheet(_("Keterangan"), told, [drawn])
        return _written(out, lambda: write_book(out, [Sheet(_("Daftar"), [*people, *asked], drawn["people"]), header]))
    beside = {key: drawn[key] for key, _words in _DRAWN}
    rows = [{**beside, **person} for person in drawn["people"]]
    return _written(out, lambda: write_sheet(out, [*people, *asked, *told], rows))


def _written(out: Path, write: Any) -> dict[str, Any]:
    try:
        rows = write()
    except SheetError as error:
        exit_code = Exit.WRONG_USE if error.code == "sheet_kind" else Exit.REFUSED
        raise Problem(error.code, exit_code=exit_code, details=error.details, words=MESSAGES.get(error.code)) from error
    return {"file": str(out), "rows": rows, "kind": out.suffix.lower().lstrip(".")}
