"""What kind of sheet a file is, told by its bytes, and whether it may be opened at all.

A spreadsheet of a few kilobytes can claim more memory than a laptop has: it may unpack to gigabytes, or hold one cell
in the last row and column of the format, for which a reader makes room for everything before it. Both are looked for
before any reader sees the file, since a reader that runs out of memory ends the whole program.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final, Literal, Protocol
from xml.parsers import expat

from fieldapp.files.errors import SheetError

Kind = Literal["xlsx", "xls", "ods", "csv"]

FILE_MAX: Final = 100 * 1024 * 1024
"""Bytes of a file as it stands on the disk."""
INFLATED_MAX: Final = 1024 * 1024 * 1024
"""Bytes of everything in a file once it is unpacked."""
ROWS_MAX: Final = 300_000
"""Rows of one sheet; a city's largest list has a tenth of that."""
CELLS_MAX: Final = 12_000_000
"""Rows times columns up to the last filled cell: what a reader makes room for, some 30 bytes each."""
_MEMBERS_MAX: Final = 5_000
_PIECE: Final = 1 << 20

_REFERENCE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: How the stream is called, in the letters of an OLE directory, in which an office program keeps an encrypted sheet.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def kind_of(content: bytes) -> Kind:
    """The kind of sheet that `content` is; its name is not believed, because exports are often named .xls in vain.

    Raises SheetError: sheet_empty, sheet_html, sheet_encrypted, sheet_foreign, sheet_damaged.
    """
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise SheetError("sheet_empty")
    if content.startswith(b"PK"):
        return _kind_of_archive(content)
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise SheetError("sheet_encrypted")
        return "xls"
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"<meta", b"<style")):
        raise SheetError("sheet_html")
    if b"\0" in start and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetError("sheet_foreign")
    return "csv"


def _kind_of_archive(content: bytes) -> Kind:
    with _archive(content) as archive:
        names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise SheetError("sheet_foreign")


def check_archive(content: bytes, kind: Kind) -> None:
    """Refuse a packed sheet (`xlsx`, `ods`) that would take more memory than a sheet of people ever needs.

    Raises SheetError: sheet_damaged, sheet_too_large.
    """
    with _archive(content) as archive:
        members = archive.infolist()
        if len(members) > _MEMBERS_MAX:
            raise SheetError("sheet_too_large", limit=ROWS_MAX)
        left = INFLATED_MAX
        for member in members:
            if kind == "xlsx":
                left -= _look_through(content, member, left)
            elif member.filename == "content.xml":
                left -= _measure(content, member, left, _OpenDocumentExtent())
            else:
                left -= sum(len(piece) for piece in _inflated(content, member, left))


def _archive(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise SheetError("sheet_damaged") from None


def _look_through(content: bytes, member: zipfile.ZipInfo, left: int) -> int:
    """Bytes that a part of an .xlsx unpacks to; refuses the part when its cells reach too far."""
    size, tail = 0, b""
    columns: set[bytes] = set()
    last_row = 0
    for piece in _inflated(content, member, left):
        size += len(piece)
        for column, row in _REFERENCE.findall(tail + piece):
            columns.add(column)
            if len(row) > 5 or int(row) > last_row:
                last_row = max(last_row, int(row))
        # A reference may lie across the border of two pieces.
        tail = piece[-64:]
    if not _fits(last_row, max(map(_column_number, columns), default=0)):
        # Formatted but empty cells reach to the end of many an honest sheet; only filled ones take room.
        _measure(content, member, left, _WorkbookExtent())
    return size


def _measure(content: bytes, member: zipfile.ZipInfo, left: int, extent: _Extent) -> int:
    """Bytes unpacked; refuses the part when `extent` finds its filled cells reaching too far."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    size = 0
    try:
        for piece in _inflated(content, member, left):
            size += len(piece)
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise SheetError("sheet_damaged") from None
    return size


class _Extent(Protocol):
    """How far the filled cells of a sheet reach, fed with its elements."""

    def start(self, name: str, attributes: dict[str, str], /) -> None: ...

    def end(self, name: str, /) -> None: ...


class _WorkbookExtent:
    """Of an .xlsx: a cell is filled when it holds an element (v, f, is)."""

    def __init__(self) -> None:
        self._cell = ""
        self._rows = self._columns = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "c":
            self._cell = attributes.get("r", "")
        elif self._cell:
            letters = self._cell.rstrip("0123456789")
            digits = self._cell[len(letters) :]
            if letters.isascii() and letters.isalpha() and len(letters) <= 3 and digits and len(digits) <= 7:
                self._columns = max(self._columns, _column_number(letters.encode()))
                self._rows = max(self._rows, int(digits))
            self._cell = ""
            if not _fits(self._rows, self._columns):
                raise SheetError("sheet_too_large", limit=ROWS_MAX)

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "c":
            self._cell = ""


class _OpenDocumentExtent:
    """Of an .ods, whose rows and cells say how often they are repeated; a cell is filled when it has a type."""

    def __init__(self) -> None:
        self._rows = self._columns = self._row = self._column = self._filled = self._repeated = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "table":
            self._rows = self._columns = self._row = 0
        elif kind == "table-row":
            self._repeated = _repeated(attributes, "number-rows-repeated")
            self._column = self._filled = 0
        elif kind in ("table-cell", "covered-table-cell"):
            self._column += _repeated(attributes, "number-columns-repeated")
            if any(key.endswith("value-type") for key in attributes):
                self._filled = self._column

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] != "table-row":
            return
        self._row += self._repeated
        if self._filled:
            self._rows, self._columns = self._row, max(self._columns, self._filled)
            if not _fits(self._rows, self._columns):
                raise SheetError("sheet_too_large", limit=ROWS_MAX)


def _repeated(attributes: dict[str, str], ending: str) -> int:
    for key, value in attributes.items():
        if key.endswith(ending):
            return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else CELLS_MAX + 1
    return 1


def _fits(rows: int, columns: int) -> bool:
    return rows <= ROWS_MAX and rows * columns <= CELLS_MAX


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _inflated(content: bytes, member: zipfile.ZipInfo, left: int) -> Iterator[bytes]:
    """What a part of the archive unpacks to, in pieces, counted: the size that the archive declares may be a lie."""
    if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SheetError("sheet_encrypted" if member.flag_bits & 1 else "sheet_damaged")
    at = member.header_offset
    head = content[at : at + 30]
    if len(head) < 30:
        raise SheetError("sheet_damaged")
    begin = at + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    packed = content[begin : begin + member.compress_size]
    size = 0
    for piece in _pieces(packed, is_deflated=member.compress_type == zipfile.ZIP_DEFLATED):
        size += len(piece)
        if size > left:
            raise SheetError("sheet_too_large", limit=ROWS_MAX)
        yield piece


def _pieces(packed: bytes, *, is_deflated: bool) -> Iterator[bytes]:
    if not is_deflated:
        for start in range(0, len(packed), _PIECE):
            yield packed[start : start + _PIECE]
        return
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = packed
    try:
        while not unpacking.eof:
            piece = unpacking.decompress(rest, _PIECE)
            rest = unpacking.unconsumed_tail
            if not piece and not rest:
                break
            yield piece
    except zlib.error:
        raise SheetError("sheet_damaged") from None
