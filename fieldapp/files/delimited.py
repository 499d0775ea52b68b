"""Sheets as plain text: which letters, which delimiter, and the rows.

Such files say nothing about themselves. Excel writes the code page of its Windows and the delimiter of its country
(a semicolon in Indonesia), Google a comma and UTF-8, and "Unicode text" is UTF-16 with tabs.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from fieldapp.files.archive import ROWS_MAX
from fieldapp.files.errors import SheetError

CELL_MAX: Final = 32_767
"""Characters in one cell: what a spreadsheet holds."""

_DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE_ROWS: Final = 60
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a delimited text, one at a time. Raises SheetError: sheet_cell_too_long, sheet_too_large."""
    text = _decoded(content)
    delimiter, text = _delimiter_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > ROWS_MAX:
                raise SheetError("sheet_too_large", limit=ROWS_MAX)
            if max(map(len, row), default=0) > CELL_MAX:
                raise SheetError("sheet_cell_too_long", line=number, limit=CELL_MAX)
            yield row
    except csv.Error:
        # The only fault that this reader finds: a field beyond its own limit, which lies above ours.
        raise SheetError("sheet_cell_too_long", line=number + 1, limit=CELL_MAX) from None


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _delimiter_of(text: str) -> tuple[str, str]:
    """The delimiter, and the text without the line in which Excel may name it."""
    first = text[:16].split("\n", 1)[0].strip().lower()
    if len(first) == 5 and first.startswith("sep=") and "\n" in text:
        return first[4], text.split("\n", 1)[1]
    if text[:16].lower().startswith("sep=\t") and "\n" in text:
        return "\t", text.split("\n", 1)[1]
    return max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter)), text


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter fits: the share of rows with the commonest number of cells, if that is more than one."""
    sample = csv.reader(io.StringIO(text[: 1 << 16], newline=""), delimiter=delimiter)
    try:
        widths = Counter(len(row) for row in islice(sample, _SAMPLE_ROWS) if any(row))
    except csv.Error:
        return 0.0, 0
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0, 0
    width, count = max(several.items(), key=lambda pair: (pair[1], pair[0]))
    return count / sum(widths.values()), width
