"""The one list of registrations, of any length: ids are held, rows come a page at a time when they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import set_cell_size
from textual.binding import BindingType
from textual.message import Message

from fieldapp.tui.keys import key
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.lines import Line, Lines

PAGE = 64
"""Rows fetched at once."""
KEPT_PAGES = 48
"""Pages held in memory; the least recently seen goes first."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, how it reads a row, its width in cells (0: takes what is left).

    Lists narrower than `from_width` leave it out.
    """

    heading: Callable[[], str]
    read: Callable[[Row], str]
    width: int = 0
    from_width: int = 0


class RecordList(Lines):
    """Ids and pages of rows. Whoever shows it answers `PageWanted` with `put_rows`."""

    HEADER_LINES: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [key("space", "mark")]

    @dataclass
    class PageWanted(Message):
        """Rows for `ids` are needed; give them back with `put_rows(number, page, rows)`."""

        lines: RecordList
        number: int
        page: int
        ids: list[str]

        @property
        def control(self) -> RecordList:
            return self.lines

    @dataclass
    class Marked(Message):
        """What is marked changed."""

        lines: RecordList

        @property
        def control(self) -> RecordList:
            return self.lines

    def __init__(self, columns: Sequence[Column], *, markable: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._markable = markable
        self._ids: Sequence[str] = ()
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._asked: set[int] = set()
        self._number = 0
        self.marked: set[str] = set()

    def show_ids(self, ids: Sequence[str], *, keep: str | None = None) -> None:
        """Shows another set of registrations; `keep` names the one to stay at hand when it is still there."""
        self._ids = ids
        self._number += 1
        self._pages.clear()
        self._asked.clear()
        self.marked &= set(ids)
        self.recount()
        try:
            self.cursor = ids.index(keep) if keep is not None else 0
        except ValueError:
            self.cursor = min(self.cursor, max(0, len(ids) - 1))
        self.refresh()

    def put_rows(self, number: int, page: int, rows: Sequence[Row]) -> None:
        """Takes a page of rows; an answer to an older question is dropped."""
        if number != self._number:
            return
        self._pages[page] = list(rows)
        while len(self._pages) > KEPT_PAGES:
            gone, _rows = self._pages.popitem(last=False)
            self._asked.discard(gone)
        self.refresh()

    def count(self) -> int:
        return len(self._ids)

    def value(self) -> str | None:
        return self._ids[self.cursor] if self._ids else None

    def row(self, index: int) -> Row | None:
        """The row at `index`, or None while it is on its way."""
        page, place = divmod(index, PAGE)
        rows = self._pages.get(page)
        if rows is None:
            if page not in self._asked:
                self._asked.add(page)
                # Asked from the list's own turn: drawing runs in a parent's, and a parent is not told of what it sends.
                self.call_later(self._want, self._number, page)
            return None
        self._pages.move_to_end(page)
        return rows[place] if place < len(rows) else None

    def _want(self, number: int, page: int) -> None:
        if number == self._number:
            ids = list(self._ids[page * PAGE : (page + 1) * PAGE])
            self.post_message(self.PageWanted(self, number, page, ids))

    def line(self, index: int, width: int) -> Line:
        row = self.row(index)
        if row is None:
            return Line("…", "quiet")
        mark = ("[x] " if self._ids[index] in self.marked else "[ ] ") if self._markable else ""
        return Line(mark + self._joined(lambda column: plain(column.read(row), 200), width - len(mark)))

    def header(self, width: int) -> str:
        gap = "    " if self._markable else ""
        return gap + self._joined(lambda column: column.heading(), width - len(gap))

    def _joined(self, read: Callable[[Column], str], width: int) -> str:
        shown = [column for column in self._columns if self.size.width >= column.from_width]
        fixed = sum(column.width + 1 for column in shown if column.width)
        flexible = sum(1 for column in shown if not column.width)
        each = max(6, (width - fixed) // max(1, flexible) - 1)
        return " ".join(_cell(read(column), column.width or each) for column in shown)

    def action_mark(self) -> None:
        identifier = self.value()
        if self._markable and identifier is not None:
            self.marked ^= {identifier}
            self.cursor += 1
            self.refresh()
            self.post_message(self.Marked(self))

    def mark_all(self, on: bool) -> None:
        """Marks everything that is listed, or nothing."""
        self.marked = set(self._ids) if on else set()
        self.refresh()
        self.post_message(self.Marked(self))


def _cell(text: str, width: int) -> str:
    shown = set_cell_size(text, width)
    # set_cell_size cuts silently; a cut name must be seen to be cut.
    return set_cell_size(text, width - 1) + "…" if len(text) > len(shown.rstrip()) and shown.rstrip() != text else shown
