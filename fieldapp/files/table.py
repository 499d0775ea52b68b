"""Sheets in: one table of people out of somebody's .xlsx, .xls, .ods or .csv, whatever stands around it.

The header is found also below title lines, the sheet among several, the kind by the bytes. Nothing of the rows is
judged here and none is left out but empty ones; each keeps the number that a spreadsheet shows at its left.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from fieldapp.files import columns as headings
from fieldapp.files.archive import FILE_MAX, ROWS_MAX, Kind, check_archive, kind_of
from fieldapp.files.cells import Cell, looks_like_number_for_a_person, text_of
from fieldapp.files.columns import Columns
from fieldapp.files.delimited import CELL_MAX, read_rows
from fieldapp.files.errors import SheetError

_MAP_MAX: Final = 64 * 1024
_MAP_EXAMPLE: Final = '{"nik": "B", "name": "Nama Peserta"}'
_NAMED_MAX: Final = 12


class Line(NamedTuple):
    """One row below the header: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: tuple[Cell, ...]

    def __repr__(self) -> str:
        return f"Line({self.number})"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet of people: `header_line` is the number of the header's first row, 0 when there is none."""

    kind: Kind
    sheet: str
    header_line: int
    columns: Columns
    lines: tuple[Line, ...] = field(repr=False)
    digest: str = ""
    """SHA-256 of the file's bytes, 64 hex digits."""


class _Sheet(NamedTuple):
    name: str
    rows: list[Line]
    at: int
    headings: tuple[str, ...]
    taken: int
    columns: Columns


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    header_line: int | None = None,
    given: Mapping[str, str | int] | None = None,
) -> Table:
    """The table of people in a file. `sheet` names one of several, `header_line` says where the header stands (0: there
    is none), `given` says which column is what (columns.with_map).

    Raises SheetError (files/errors.py says of what kinds) and OSError when the file cannot be read.
    """
    import hashlib

    content = _content(path)
    kind = kind_of(content)
    found = []
    refusal: SheetError | None = None
    for name, rows in _sheets(content, kind, sheet):
        try:
            found.append(_understood(name, rows, header_line, given))
        except SheetError as error:
            # What a person says of one sheet need not fit the others of the file.
            refusal = error
    if not found and refusal is not None:
        raise refusal
    chosen = _chosen(found, sheet)
    lines = tuple(chosen.rows[chosen.at + chosen.taken :] if chosen.at >= 0 else chosen.rows)
    return Table(
        kind=kind,
        sheet=chosen.name,
        header_line=chosen.rows[chosen.at].number if chosen.at >= 0 else 0,
        columns=chosen.columns,
        lines=lines,
        digest=hashlib.sha256(content).hexdigest(),
    )


class Map(NamedTuple):
    """What a person says about a sheet: field -> column, and where to look when that was said too."""

    columns: dict[str, str | int]
    sheet: str | None = None
    header_line: int | None = None


def read_map(path: Path) -> Map:
    """A column map, JSON or TOML: field -> heading, letter or number; `sheet` and `header` may stand beside them.

    Raises SheetError: map_unreadable, column_field; OSError.
    """
    with path.open("rb") as file:
        text = file.read(_MAP_MAX + 1)
    if len(text) > _MAP_MAX:
        raise SheetError("map_unreadable", example=_MAP_EXAMPLE)
    try:
        read = _parsed(text.decode("utf-8-sig"))
    except ValueError:
        raise SheetError("map_unreadable", example=_MAP_EXAMPLE) from None
    inner = read.pop("columns", None)
    if isinstance(inner, dict):
        read.update(inner)
    name, header = read.pop("sheet", None), read.pop("header", None)
    if not all(isinstance(value, str | int) for value in read.values()):
        raise SheetError("map_unreadable", example=_MAP_EXAMPLE)
    return Map(
        {str(key): "" if value is False else value for key, value in read.items()},
        name if isinstance(name, str) else None,
        header if isinstance(header, int) and 0 <= header <= ROWS_MAX else None,
    )


def _parsed(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        found = json.loads(text)
    else:
        import tomllib

        found = tomllib.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(FILE_MAX + 1)
    if len(content) > FILE_MAX:
        raise SheetError("sheet_too_large", limit=ROWS_MAX)
    return content


def _sheets(content: bytes, kind: Kind, wanted: str | None) -> Iterator[tuple[str, list[Line]]]:
    """The visible sheets, or the one that was asked for, with their rows that hold anything."""
    if kind == "csv":
        yield "", _lines(enumerate(read_rows(content), start=1))
        return
    if kind != "xls":
        check_archive(content, kind)
    # Imported late: a compiled library that nothing but an import of sheets needs.
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            visible = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
            if wanted is not None and wanted not in book.sheet_names:
                raise SheetError("sheet_unknown", sheets=_named(visible))
            for name in [wanted] if wanted is not None else visible:
                yield name, _worksheet(book.get_sheet_by_name(name))
    except PasswordError:
        raise SheetError("sheet_encrypted") from None
    except (CalamineError, OSError, ValueError):
        raise SheetError("sheet_damaged") from None


def _worksheet(sheet: Any) -> list[Line]:
    start = sheet.start
    if start is None:
        return []
    if sheet.total_height > ROWS_MAX:
        raise SheetError("sheet_too_large", limit=ROWS_MAX)
    rows = sheet.to_python(skip_empty_area=False)
    _fill_merged(rows, sheet.merged_cell_ranges or ())
    return _lines(enumerate(rows, start=1))


def _fill_merged(rows: list[list[Cell]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """A cell merged over several rows (a kelurahan, a family's address) counts for each of them.

    Numbers of persons do not: a person whose row is two lines high would become two.
    """
    for (first, column), (last, last_column) in ranges:
        if column != last_column or last <= first or first >= len(rows) or column >= len(rows[first]):
            continue
        value = rows[first][column]
        if looks_like_number_for_a_person(value):
            continue
        for row in rows[first + 1 : last + 1]:
            if column < len(row) and row[column] == "" and any(cell != "" for cell in row):
                row[column] = value


def _lines(rows: Iterable[tuple[int, Sequence[Cell]]]) -> list[Line]:
    lines = []
    for number, row in rows:
        last = len(row)
        while last and (row[last - 1] == "" or (isinstance(row[last - 1], str) and not str(row[last - 1]).strip())):
            last -= 1
        if last:
            lines.append(Line(number, tuple(row[:last])))
        if any(isinstance(cell, str) and len(cell) > CELL_MAX for cell in row):
            raise SheetError("sheet_cell_too_long", line=number, limit=CELL_MAX)
    return lines


def _understood(name: str, rows: list[Line], header_line: int | None, given: Mapping[str, str | int] | None) -> _Sheet:
    bodies = [line.cells for line in rows]
    if header_line is None:
        at, titles, taken = headings.find_header(bodies, tuple((given or {}).values()))
    else:
        at = next((place for place, line in enumerate(rows) if line.number == header_line), -1)
        titles = tuple(text_of(cell) for cell in rows[at].cells) if at >= 0 else ()
        taken = 1
    below = bodies[at + taken :] if at >= 0 else bodies
    columns = headings.guess(titles, below)
    if given:
        columns = headings.with_map(columns, given, below)
    return _Sheet(name, rows, at, titles, taken, columns)


def _chosen(found: Sequence[_Sheet], wanted: str | None) -> _Sheet:
    if wanted is not None or len(found) == 1:
        with_people = [each for each in found if _has_people(each)]
    else:
        with_people = [each for each in found if _has_people(each) and len(each.rows) > each.at + each.taken]
    if not with_people:
        raise SheetError("sheet_no_people")
    if len(with_people) > 1:
        raise SheetError("sheet_choose", sheets=_named([each.name for each in with_people]))
    return with_people[0]


def _has_people(sheet: _Sheet) -> bool:
    return bool({"nik", "name"} & set(sheet.columns.places))


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:_NAMED_MAX])
    return shown + (", …" if len(names) > _NAMED_MAX else "")
