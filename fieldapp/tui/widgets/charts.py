"""Tables and bars of reports as lines of text: the number stands before its bar, so that nothing is in the bar alone.

Whoever hears the screen, or sees no colour, reads the same; `█` becomes `#` where the terminal knows ASCII only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from textual.content import Content

from fieldapp.locale import _
from fieldapp.services.reports.tables import Heading, Table
from fieldapp.tui.text import date_text, plain
from fieldapp.tui.widgets.lines import Lines

BAR: Final = "█"
GAP: Final = "  "
FLAG: Final = "! "
"""Stands before a row of which something is worth a talk."""
_NAME_LEAST: Final = 12


class TableLines(Lines):
    """Rows of a table under their headings, which stay on top."""

    HEADER_LINES = 1
    headings = ""

    def header(self, width: int) -> str:
        return self.headings

    def head(self, headings: str) -> None:
        """Changes the headings."""
        self.headings = headings
        self.refresh()


def bar_lines(table: Table, width: int) -> tuple[str, list[str]]:
    """The headings and rows of a table's first two columns, with a bar for each number."""
    first, second = table.headings[:2]
    cells = [(_cell(first, row[0]), _cell(second, row[1])) for row in table.rows]
    numbers = [row[1] if isinstance(row[1], int | float) else 0 for row in table.rows]
    label = min(_longest([first.words, *(cell[0] for cell in cells)]), max(_NAME_LEAST, width // 2))
    figure = _longest([_short(second), *(cell[1] for cell in cells)])
    room = max(1, width - label - figure - 2 * len(GAP))
    largest = max(numbers, default=0)
    rows = [
        GAP.join([_fit(cell[0], label), _right(cell[1], figure), _bar(number, largest, room)]).rstrip()
        for cell, number in zip(cells, numbers, strict=True)
    ]
    return GAP.join([_fit(first.words, label), _right(_short(second), figure)]), rows


def table_lines(table: Table, width: int, flags: Sequence[bool] = ()) -> tuple[str, list[str]]:
    """The headings and rows of a table in `width` cells: all of its columns where they fit, else those that a narrow
    table keeps. `flags`: rows of which something is worth a talk; the words for it stand last where there is room."""
    whole, rows = _laid(table, width, flags, is_narrow=False)
    return (whole, rows) if whole else _laid(table, width, flags, is_narrow=True)


def _laid(table: Table, width: int, flags: Sequence[bool], *, is_narrow: bool) -> tuple[str, list[str]]:
    kept = [
        place
        for place, heading in enumerate(table.headings)
        if not is_narrow or (heading.is_short and (place == 0 or heading.kind != "text"))
    ]
    headings = [_short(table.headings[place]) if is_narrow else table.headings[place].words for place in kept]
    cells = [[_cell(table.headings[place], row[place]) for place in kept] for row in table.rows]
    widths = [_longest([words, *(row[at] for row in cells)]) for at, words in enumerate(headings)]
    mark = len(FLAG) if any(flags) else 0
    over = sum(widths) + len(GAP) * (len(widths) - 1) + mark - width
    if over > 0:
        if not is_narrow:
            return "", []
        widths[0] = max(_NAME_LEAST, widths[0] - over)
    kinds = [table.headings[place].kind for place in kept]

    def line(parts: Sequence[str], flag: str) -> str:
        laid = [
            (_right if kind in ("number", "share") else _fit)(part, size)
            for part, size, kind in zip(parts, widths, kinds, strict=True)
        ]
        return (flag + GAP.join(laid)).rstrip()

    blank = " " * mark
    marked = [*flags, *[False] * (len(cells) - len(flags))]
    rows = [
        line(row, (FLAG if is_marked else blank) if mark else "") for row, is_marked in zip(cells, marked, strict=True)
    ]
    return line(headings, blank), rows


def _cell(heading: Heading, value: Any) -> str:
    from fieldapp.services.reports.tables import cell_words

    if heading.kind == "date" and value:
        return day_words(str(value))
    return plain(cell_words(heading.kind, value), 200)


def day_words(day: str) -> str:
    """A day with the day of its week, whose rhythm is what a chart of days shows: Sen 02-11-2026."""
    try:
        weekday = date.fromisoformat(day).weekday()
    except ValueError:
        return plain(day, 20)
    return f"{_weekday(weekday)} {date_text(day)}"


def _weekday(number: int) -> str:
    words = (_("Sen"), _("Sel"), _("Rab"), _("Kam"), _("Jum"), _("Sab"), _("Min"))
    return words[number]


def _short(heading: Heading) -> str:
    return heading.short or heading.words


def _bar(number: float, largest: float, room: int) -> str:
    if number <= 0 or largest <= 0:
        return ""
    # Whatever is not nothing has a bar.
    return BAR * max(1, round(number * room / largest))


def _longest(texts: Sequence[str]) -> int:
    return max((Content(text).cell_length for text in texts), default=0)


def _fit(text: str, width: int) -> str:
    return Content(text).truncate(width, ellipsis=True, pad=True).plain


def _right(text: str, width: int) -> str:
    return " " * max(0, width - Content(text).cell_length) + text
