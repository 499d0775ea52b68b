"""Plain CSV lists of people, as other programs write them, read row by row: nothing is left out without a word.

UTF-8 or cp1252 (also mixed, since lists are often pasted together), with or without a byte order mark, parted by
comma, semicolon, tab or bar. A damaged row is read as far as it can be; every row that was read with less than all its
columns, or not at all, is told by the number of its line. A million rows pass through without being held; sheets of
any shape, with their columns guessed, are fieldapp.files.table's.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from fieldapp.files.errors import SheetError

#: What a person is compared by, under the names of the form; other columns of a list are not read.
FIELDS: Final = (
    "nik",
    "name",
    "birth_place",
    "birth_date",
    "sex",
    "phone",
    "address",
    "kelurahan",
    "kecamatan",
    "mother_name",
    "nomor_kk",
)
_ALIASES: Final[Mapping[str, str]] = {
    "nama": "name",
    "nama_lengkap": "name",
    "tempat_lahir": "birth_place",
    "tanggal_lahir": "birth_date",
    "tgl_lahir": "birth_date",
    "jenis_kelamin": "sex",
    "jk": "sex",
    "telepon": "phone",
    "no_telepon": "phone",
    "hp": "phone",
    "no_hp": "phone",
    "alamat": "address",
    "desa": "kelurahan",
    "ibu_kandung": "mother_name",
    "nama_ibu": "mother_name",
    "no_kk": "nomor_kk",
}
_DELIMITERS: Final = ",;\t|"
#: Physical lines that one row may take; a quote that is never closed would otherwise swallow the rest of the file.
_LONGEST_ROW: Final = 20
#: From so many columns on a line with all their delimiters is a row, and no second line of an address.
_TELLING_WIDTH: Final = 4
_UNREADABLE: Final = "\ufffd"

#: Faults after which a row is not compared at all.
LEFT_OUT: Final = frozenset({"row_without_id", "row_damaged", "row_repeats_header"})


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    broken = error.object[error.start : error.end]
    return broken.decode("cp1252", "replace"), error.end


codecs.register_error("fieldapp_cp1252", _as_cp1252)


@dataclass
class Told:
    """What there is to tell of a list: line numbers (from 1, with the header), by the code of what was wrong."""

    lines: dict[str, list[int]] = field(default_factory=dict)

    def add(self, code: str, line: int) -> None:
        self.lines.setdefault(code, []).append(line)

    @property
    def left_out(self) -> int:
        """How many rows could not be compared."""
        return sum(len(lines) for code, lines in self.lines.items() if code in LEFT_OUT)


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One person of a list: the id exactly as it was written, and the values of `PeopleList.fields` in their order."""

    line: int
    id: str
    values: tuple[str, ...]


class PeopleList:
    """A list of people that can be read several times, always from its beginning.

    `id_column` is the column that names a row (`rec_id`, `no`). `rows` gives the rows; after it `told` says what was
    wrong with which lines. Raises SheetError `list_empty`, `list_not_text` or `list_without_column` when the file is no
    such list, OSError when it cannot be read.
    """

    def __init__(self, source: Path | bytes, id_column: str) -> None:
        self._source = source
        self._id_column = id_column
        self.told = Told()
        with self._opened() as stream:
            self._read_header(_Lines(stream))

    def _opened(self) -> TextIO:
        raw = io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source.open("rb")
        start = raw.read(4)
        raw.seek(0)
        # "Unicode text" of spreadsheets is UTF-16 with a mark at its beginning.
        wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if b"\0" in start and not wide:
            raw.close()
            raise SheetError("list_not_text")
        coding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "fieldapp_cp1252")
        return io.TextIOWrapper(raw, encoding=coding, errors=errors, newline="")

    def _read_header(self, lines: _Lines) -> None:
        first = lines.next_written()
        if not first:
            raise SheetError("list_empty")
        self._delimiter = self._named_delimiter(first)
        if self._delimiter:
            # Spreadsheets take a first line "sep=;" as a word to themselves.
            first = lines.next_written()
        else:
            known = {*FIELDS, self._id_column}
            self._delimiter = max(
                _DELIMITERS, key=lambda each: len(known.intersection(self._names(_split(first, each))))
            )
        names = self._names(_split(first, self._delimiter))
        if self._id_column not in names:
            raise SheetError("list_without_column", column=self._id_column)
        self._header = names
        self._id_at = names.index(self._id_column)
        self.fields = tuple(each for each in FIELDS if each in names)
        self._at = [names.index(each) for each in self.fields]
        if any(names.count(each) > 1 for each in (*self.fields, self._id_column)):
            self.told.add("column_twice", lines.number)

    def _named_delimiter(self, line: str) -> str:
        text = line.rstrip("\r\n")
        return text[4] if len(text) == 5 and text.lower().startswith("sep=") and text[4] in _DELIMITERS else ""

    def _names(self, cells: Sequence[str]) -> list[str]:
        """The columns' names in lower case; words of an Indonesian list become the form's."""
        names = ["_".join(cell.strip().lower().replace("-", " ").split()) for cell in cells]
        return [name if name == self._id_column else _ALIASES.get(name, name) for name in names]

    def rows(self) -> Iterator[Row]:
        """Every row that names itself, in the file's order; what was wrong is told in `told` as it is met."""
        self.told = Told()
        with self._opened() as stream:
            lines = _Lines(stream)
            self._read_header(lines)
            width, id_at, at, told = len(self._header), self._id_at, self._at, self.told
            for line, cells in self._cells(lines):
                if not any(cells):
                    continue
                if len(cells) != width:
                    cells = self._fitted(line, cells)
                id_ = cells[id_at]
                if not id_.strip():
                    if any(cell.strip() for cell in cells):
                        told.add("row_without_id", line)
                elif id_.strip().lower() == self._id_column and self._names(cells) == self._header:
                    told.add("row_repeats_header", line)
                else:
                    yield Row(line, id_, tuple([cells[column] for column in at]))

    def _cells(self, lines: _Lines) -> Iterator[tuple[int, list[str]]]:
        """Rows as cells, each with the number of its first line."""
        width = len(self._header)
        reader = self._reader(lines)
        while True:
            lines.begin_row()
            start = lines.number + 1
            try:
                cells = next(reader)
                broken = lines.number > start and (len(cells) != width or self._swallowed(lines.after_first()))
            except StopIteration:
                return
            except (csv.Error, _RowTooLongError):
                cells, broken = [], True
            if broken:
                cells = self._alone(start, lines.only_first())
                reader = self._reader(lines)
            if any(_UNREADABLE in cell or "\0" in cell for cell in cells):
                self.told.add("row_letters", start)
                cells = [cell.replace("\0", "") for cell in cells]
            yield start, cells

    def _swallowed(self, lines: Sequence[str]) -> bool:
        """Whether a cell of several lines holds what looks like a row of its own."""
        width = len(self._header)
        return width >= _TELLING_WIDTH and any(line.count(self._delimiter) >= width - 1 for line in lines)

    def _reader(self, lines: _Lines) -> Iterator[list[str]]:
        # Strict, so that a quote that was never closed fails at the next one instead of gluing rows together.
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def _alone(self, number: int, line: str) -> list[str]:
        """The cells of a line whose quotes do not fit: first as quotes are mostly meant, then as mere letters."""
        text = line.rstrip("\r\n")
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            try:
                cells = next(csv.reader([text], delimiter=self._delimiter, quoting=quoting), [])
            except csv.Error:
                self.told.add("row_damaged", number)
                return []
            if len(cells) == len(self._header):
                break
        self.told.add("row_quotes", number)
        return [cell.strip('"') for cell in cells]

    def _fitted(self, line: int, cells: list[str]) -> list[str]:
        """`cells` as wide as the header; what is missing is empty, what is too much cannot be placed."""
        width = len(self._header)
        if len(cells) < width:
            self.told.add("row_short", line)
            return cells + [""] * (width - len(cells))
        if any(cell.strip() for cell in cells[width:]):
            self.told.add("row_long", line)
        return cells[:width]


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


class _RowTooLongError(Exception):
    """A row takes more lines than any person's data would."""


class _Lines:
    """The lines of a file, of which those of the row at hand can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        row = self._row
        if len(row) >= _LONGEST_ROW:
            raise _RowTooLongError
        line = self._again.popleft() if self._again else next(self._stream)
        row.append(line)
        self.number += 1
        return line

    def next_written(self) -> str:
        """The next line that is not blank, or nothing at the end."""
        for line in self:
            self._row.clear()
            if line.strip():
                return line
        return ""

    def begin_row(self) -> None:
        self._row.clear()

    def after_first(self) -> Sequence[str]:
        """The further lines of the row at hand."""
        return self._row[1:]

    def only_first(self) -> str:
        """The first line of the row at hand; the others will be read again."""
        first, *others = self._row
        self._again.extendleft(reversed(others))
        self.number -= len(others)
        self._row.clear()
        return first
