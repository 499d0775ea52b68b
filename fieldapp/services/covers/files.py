"""The file of a list of people covered already: what it says of whom, and its refused rows as a sheet again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.locale import language
from fieldapp.locale.reasons import os_reason
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.session import Session

if TYPE_CHECKING:
    from fieldapp.files.people import PersonRow
    from fieldapp.files.table import Map, Table

_REASON: Final = ("Alasan", "Reason")
_LINE: Final = ("Baris", "Line")


class Read(NamedTuple):
    """A file as it was understood: rows that can be used, rows that cannot with their findings."""

    table: Table
    kept: list[PersonRow]
    refused: list[tuple[PersonRow, list[str]]]
    near_only: list[PersonRow]
    """Refused rows that name somebody: nothing can be asked by their NIK, but they are compared."""
    repeated: int
    told: dict[str, Any]
    """Which column is what, warnings, and how many rows were refused for what."""


def read_list(
    session: Session,
    path: Path,
    sheet: str | None,
    header_line: int | None,
    columns: Mapping[str, str | int] | None,
) -> Read:
    """Read a file and part its rows into those that can be used and those that cannot, each with why.

    `sheet`, `header_line` and `columns` as in files/table.py. Raises Problem: see `read_table_of`.
    """
    from fieldapp.files.people import findings_of, people, words_of

    table = read_table_of(path, sheet, header_line, columns)
    rows = list(people(table, session.today()))
    kept: list[PersonRow] = []
    refused: list[tuple[PersonRow, list[str]]] = []
    reasons: Counter[str] = Counter()
    seen: set[str] = set()
    near_only: list[PersonRow] = []
    repeated = 0
    for row in rows:
        codes = _unfit(row)
        if codes:
            refused.append((row, codes))
            reasons.update(codes[:1])
            if "name" in row.values:
                near_only.append(row)
            continue
        kept.append(row)
        nik = row.values.get("nik")
        repeated += nik in seen
        if nik:
            seen.add(nik)
    warnings = [{"code": each.code, "message": words_of(each, language())} for each in findings_of(table, rows)]
    told = {
        "sheet": table.sheet,
        "header": table.header_line,
        "columns": table.columns.described(),
        "warnings": warnings,
        "reasons": dict(sorted(reasons.items())),
    }
    return Read(table, kept, refused, near_only, repeated, told)


def read_table_of(
    path: Path, sheet: str | None, header_line: int | None, columns: Mapping[str, str | int] | None
) -> Table:
    """A table of people out of a file, with refusals as Problems: those of files/errors.py, and file_not_found,
    file_not_read."""
    from fieldapp.files.errors import MESSAGES, SheetError
    from fieldapp.files.table import read_table

    try:
        return read_table(path, sheet=sheet, header_line=header_line, given=columns)
    except SheetError as error:
        wrong_use = error.code in ("sheet_unknown", "sheet_choose", "sheet_no_people", "column_field", "column_unknown")
        exit_code = Exit.WRONG_USE if wrong_use else Exit.UNTRUSTED
        raise Problem(error.code, exit_code=exit_code, details=error.details, words=MESSAGES[error.code]) from None
    except FileNotFoundError:
        raise Problem("file_not_found", details={"file": path.name}) from None
    except OSError as error:
        raise Problem("file_not_read", details={"file": path.name, "reason": os_reason(error)}) from None


def read_map_of(path: Path) -> Map:
    """A column map out of a file, with refusals as Problems: map_unreadable, file_not_found, file_not_read."""
    from fieldapp.files.errors import MESSAGES, SheetError
    from fieldapp.files.table import read_map

    try:
        return read_map(path)
    except SheetError as error:
        words = MESSAGES[error.code]
        raise Problem(error.code, exit_code=Exit.WRONG_USE, details=error.details, words=words) from None
    except FileNotFoundError:
        raise Problem("file_not_found", details={"file": path.name}) from None
    except OSError as error:
        raise Problem("file_not_read", details={"file": path.name, "reason": os_reason(error)}) from None


def _unfit(row: PersonRow) -> list[str]:
    """Why a row cannot be used, as codes; a row without NIK is used when name and birth date stand for it."""
    codes = [fault.code for fault in row.faults if fault.code == "row_nobody" or fault.field == "nik"]
    if not codes and "nik" not in row.values and "birth_date" not in row.values:
        codes = ["birth_date"] if any(fault.field == "birth_date" for fault in row.faults) else ["row_too_little"]
    return codes


def write_refused(out: Path, read: Read) -> None:
    """Refused rows as they came, with their line and the reason beside each."""
    from fieldapp.files.columns import letter
    from fieldapp.files.errors import MESSAGES, SheetError
    from fieldapp.files.people import WORDS
    from fieldapp.files.sheet import Column, write_sheet

    at = 1 if language() == "en" else 0
    width = max((len(line.cells) for line in read.table.lines), default=0)
    titles = read.table.columns.headings
    own = [
        Column(f"c{place}", titles[place] if place < len(titles) and titles[place] else letter(place))
        for place in range(width)
    ]
    cells = {line.number: line.cells for line in read.table.lines}
    faults = {row.number: {fault.code: dict(fault.details) for fault in row.faults} for row, _ in read.refused}

    def rows() -> Iterator[dict[str, object]]:
        from fieldapp.files.cells import text_of

        for row, codes in read.refused:
            why = "; ".join(WORDS[code][at].format(**faults[row.number].get(code, {})) for code in codes)
            found = {f"c{place}": text_of(cell) for place, cell in enumerate(cells[row.number])}
            yield {"line": row.number, "reason": why, **found}

    columns = [Column("line", _LINE[at], "number", 8), Column("reason", _REASON[at], width=60), *own]
    try:
        write_sheet(out, columns, rows())
    except SheetError as error:
        exit_code = Exit.WRONG_USE if error.code == "sheet_kind" else Exit.REFUSED
        raise Problem(error.code, exit_code=exit_code, details=error.details, words=MESSAGES[error.code]) from None
