"""Sheets out: one table as .xlsx or .csv, or several as the sheets of one .xlsx.

The caller brings the columns (this package knows no form) and rows as mappings of column key to value. Three promises:

- Digits stay digits: NIK, family card and phone are text cells, because a spreadsheet rounds numbers beyond 15 digits.
- A cell is never a formula. In .xlsx every text is written as a string cell in the text format; in .csv, where a
  reader cannot be told so, a text that a spreadsheet would calculate gets an apostrophe in front.
- The target is replaced at once or not at all: written under another name beside it, flushed to the disk, then renamed.

A .csv is UTF-8 with a byte order mark (without it, Excel reads names in the machine's old code page), every cell
quoted, commas, lines ended by CR LF. A .csv cannot mark NIK as text, so .xlsx is the kind to hand to an office.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from fieldapp.files.errors import SheetError
from fieldapp.locale.reasons import os_reason

KINDS = (".xlsx", ".csv")
ROWS_MAX = 1_048_575
"""Rows of data in one .xlsx sheet: the format's 1,048,576 less the header."""
CELL_MAX = 32_767
"""Characters in one .xlsx cell, fixed by the format."""
CUT_MARK = " … [dipotong]"

# The wide forms too: programs set up for East Asian typing calculate them.
_CALCULATED = frozenset("=+-@\t\r\n＝＋－＠")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
# Spreadsheets count days wrongly before this one, because 1900 is a leap year to them.
_FIRST_DATE = date(1900, 3, 1)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` in the rows, `title` in the header, `kind` of its cells, `width` in characters.

    A `share` lies between 0 and 1 and is shown as a percentage.
    """

    key: str
    title: str
    kind: Literal["text", "number", "date", "share"] = "text"
    width: int = 16


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its `name` (at most 31 letters, none of `[]:*?/\\`), columns, and rows."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, object]]


def write_sheet(out: Path, columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> int:
    """Write `rows` to `out` (.xlsx or .csv by its name) and return how many there were.

    Rows are taken one at a time, so any number fits in memory. A missing key or None is an empty cell; True and False
    become `ya` and `tidak`; lists are joined by `; `. Raises SheetError (sheet_kind, sheet_target,
    sheet_too_many_rows); then a file that stood at `out` is still the old one. What `rows` raises passes through.
    """
    kind = out.suffix.lower()
    if kind not in KINDS:
        raise SheetError("sheet_kind", suffix=out.suffix or out.name[-8:])
    if kind == ".xlsx":
        return _replaced(out, lambda made: _write_xlsx(made, [Sheet("Data", columns, rows)]))
    return _replaced(out, lambda made: _write_csv(made, columns, rows))


def write_book(out: Path, sheets: Sequence[Sheet]) -> int:
    """Write several tables as the sheets of one .xlsx and return how many rows they have together; otherwise as
    `write_sheet`."""
    if out.suffix.lower() != ".xlsx":
        raise SheetError("sheet_kind", suffix=out.suffix or out.name[-8:])
    return _replaced(out, lambda made: _write_xlsx(made, sheets))


def _replaced(out: Path, write: Callable[[Path], int]) -> int:
    """What `write` answers, with `out` replaced by the file that it wrote, or left as it was."""
    if out.is_dir():
        raise SheetError("sheet_target", why="folder")
    try:
        # A folder of its own, readable by its owner only: XlsxWriter parks the unzipped rows in files beside the sheet.
        workshop = Path(tempfile.mkdtemp(prefix=".fieldapp-", dir=out.parent))
    except OSError as error:
        raise SheetError("sheet_target", why=os_reason(error)) from None
    try:
        made = workshop / f"sheet{out.suffix.lower()}"
        count = write(made)
        _flush(made)
        os.replace(made, out)
        _flush_folder(out.parent)
        return count
    except OSError as error:
        raise SheetError("sheet_target", why=os_reason(error)) from None
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> int:
    keys = [column.key for column in columns]
    count = 0
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([_harmless(column.title) for column in columns])
        for row in rows:
            count += 1
            get = row.get
            # Most cells are empty or plain text; a call for each of them would double the price of the sheet.
            writer.writerow(
                [
                    ""
                    if (value := get(key)) is None
                    else value
                    if value.__class__ is str and value[:1] not in _CALCULATED
                    else _csv_cell(value)
                    for key in keys
                ]
            )
    return count


def _csv_cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _harmless(text_of(value))


def _harmless(text: str) -> str:
    """`text` with an apostrophe in front when a spreadsheet would calculate it (+62… of a phone included)."""
    return "'" + text if text[:1] in _CALCULATED else text


def _write_xlsx(path: Path, sheets: Sequence[Sheet]) -> int:
    # XlsxWriter takes a tenth of a second to load and nothing but an export needs it.
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    target = _Target(path)
    try:
        book = Workbook(target, {"constant_memory": True, "tmpdir": str(path.parent)})
        try:
            count = sum(_fill(book, sheet) for sheet in sheets)
            book.close()
            if target.error is not None:
                raise target.error
        finally:
            book.fileclosed = True  # What broke off must not be closed once more when the book is collected.
            _close_parked(book)
        return count
    finally:
        target.close()


def _fill(book: Any, made: Sheet) -> int:
    sheet = book.add_worksheet(made.name)
    text = book.add_format({"num_format": "@"})
    whole = book.add_format({"num_format": "#,##0"})
    share = book.add_format({"num_format": "0.0%"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    heading = book.add_format({"num_format": "@", "bold": True, "bottom": 1})
    for place, column in enumerate(made.columns):
        sheet.set_column(place, place, column.width, text if column.kind == "text" else None)
        sheet.write_string(0, place, column.title, heading)
    sheet.freeze_panes(1, 0)
    count = 0
    for row in _at_most(made.rows, ROWS_MAX):
        count += 1
        for place, column in enumerate(made.columns):
            value = row.get(column.key)
            if value is None or value == "":
                continue
            if column.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(count, place, value, whole)
            elif column.kind == "share" and isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(count, place, value, share)
            elif column.kind == "date" and (found := _date_of(value)) is not None:
                sheet.write_datetime(count, place, found, day)
            else:
                sheet.write_string(count, place, _xlsx_text(value), text)
    if count and made.columns:
        sheet.autofilter(0, 0, count, len(made.columns) - 1)
    return count


def _close_parked(book: Any) -> None:
    """Close the files in which XlsxWriter parks rows: after a failure they are open, and Windows then keeps them."""
    for sheet in book.worksheets():
        for parked in (sheet.row_data_fh, sheet.fh):
            if parked is not None:
                with suppress(OSError):
                    parked.close()


class _Target:
    """The file under the workbook. It keeps the first error for later, because an archive that is stopped halfway
    complains on its own when it is collected; the caller asks `error` once the workbook is closed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self._place = 0
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        try:
            while self.error is None and view:
                view = view[self._file.write(view) :]
        except OSError as error:
            self.error = error
        self._place += len(data)
        return len(data)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        if whence != os.SEEK_SET:
            raise OSError("only absolute places")
        self._place = place
        if self.error is None:
            self._file.seek(place)
        return place

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        """Nothing is held back here: every write goes to the system at once."""

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()


def _at_most(rows: Iterable[Mapping[str, object]], limit: int) -> Iterator[Mapping[str, object]]:
    for count, row in enumerate(rows, start=1):
        if count > limit:
            raise SheetError("sheet_too_many_rows", limit=limit)
        yield row


def _xlsx_text(value: object) -> str:
    text = _NOT_XML.sub("\ufffd", text_of(value))
    # A cut is marked in the cell itself, because the file format has no room for more.
    return text if len(text) <= CELL_MAX else text[: CELL_MAX - len(CUT_MARK)] + CUT_MARK


def text_of(value: object) -> str:
    """A value as people read it in a cell: ya/tidak, `; ` between several, a mapping as `key: value`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {text_of(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        parts = [text_of(inner) for inner in value]
        return "; ".join(sorted(parts) if isinstance(value, set | frozenset) else parts)
    return str(value)


def _date_of(value: object) -> date | None:
    try:
        found = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found >= _FIRST_DATE else None


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows has no handle of a folder to flush; it writes the name with the file.
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some sticks' file systems cannot flush a folder; the sheet itself is already safe.
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
