"""The one list of registrations, of any length: ids are held, rows come a page at a time when they are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """Keys (row numbers or ids) and pages of rows. Whoever shows it answers `PageWanted` with `put_rows`.

    A row brings the registration's `id`: what is at hand, marked and chosen goes by it, never by a row's number.
    """

    HEADER_LINES: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [key("space", "mark")]

    @dataclass
    class PageWanted(Message):
        """Rows for `ids` (the keys of a page) are needed; give them back with `put_rows(number, page, rows)`."""

        lines: RecordList
        number: int
        page: int
        ids: list[Any]

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
        self._ids: Sequence[Any] = ()
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._asked: set[int] = set()
        self._number = 0
        self._choosing = -1
        self.marked: set[str] = set()

    def show_ids(self, ids: Sequence[Any], *, keep: Any = None, rows: Sequence[Row] = ()) -> None:
        """Shows another list of keys; `keep` names the one to stay at hand when it is still there.

        `rows` are those of the first keys, when they are known already: they are drawn at once.
        """
        self._ids = ids
        self._number += 1
        self._pages.clear()
        self._asked.clear()
        self._choosing = -1
        if rows:
            self._pages[0] = list(rows[:PAGE])
            self._asked.add(0)
        self.recount()
        try:
            self.cursor = ids.index(keep) if keep is not None else 0
        except ValueError:
            self.cursor = min(self.cursor, max(0, len(ids) - 1))
        self.refresh()

    def grow(self, ids: Sequence[Any], *, keep: Any = None) -> None:
        """The whole of a list whose first keys are shown: what is drawn and at hand stays."""
        shown = len(self._ids)
        if list(ids[:shown]) != list(self._ids):
            # Something changed between the two answers.
            at_hand = self._ids[self.cursor] if self._ids else None
            self.show_ids(ids, keep=keep if keep is not None else at_hand)
            return
        self._ids = ids
        if shown < PAGE:
            self._pages.pop(0, None)
            self._asked.discard(0)
        self.recount()
        if keep is not None and keep in ids:
            self.cursor = ids.index(keep)
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
        if self._choosing == self.cursor and self.row(self.cursor) is not None:
            # Enter came before its row did.
            self._choosing = -1
            self.post_message(self.Chosen(self, self.cursor))
        if self.cursor // PAGE == page:
            self.post_message(self.Moved(self, self.cursor))

    def count(self) -> int:
        return len(self._ids)

    def key(self) -> Any:
        """The key at hand, or None."""
        return self._ids[self.cursor] if self._ids else None

    def keys(self, first: int, last: int) -> list[Any]:
        """The keys of the lines from `first` to `last`, both included."""
        return list(self._ids[first : last + 1])

    def value(self) -> str | None:
        """The id at hand; None while its row is on its way."""
        if not self._ids:
            return None
        at_hand = self._ids[self.cursor]
        if isinstance(at_hand, str):
            return at_hand
        row = self.row(self.cursor)
        return str(row["id"]) if row is not None else None

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
            keys = list(self._ids[page * PAGE : (page + 1) * PAGE])
            self.post_message(self.PageWanted(self, number, page, keys))

    def line(self, index: int, width: int) -> Line:
        row = self.row(index)
        if row is None:
            return Line("…", "quiet")
        mark = ("[x] " if row.get("id") in self.marked else "[ ] ") if self._markable else ""
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

    def action_choose(self) -> None:
        if self.count() and self.value() is None:
            self._choosing = self.cursor
            return
        super().action_choose()

    def action_mark(self) -> None:
        identifier = self.value()
        if self._markable and identifier is not None:
            self.marked ^= {identifier}
            self.cursor += 1
            self.refresh()
            self.post_message(self.Marked(self))

    def mark(self, ids: Iterable[str]) -> None:
        """Marks these beside those that are marked."""
        self.marked |= set(ids)
        self.refresh()
        self.post_message(self.Marked(self))

    def unmark(self) -> None:
        """Marks nothing."""
        self.marked = set()
        self.refresh()
        self.post_message(self.Marked(self))


def _cell(text: str, width: int) -> str:
    shown = set_cell_size(text, width)
    # set_cell_size cuts silently; a cut name must be seen to be cut.
    return set_cell_size(text, width - 1) + "…" if len(text) > len(shown.rstrip()) and shown.rstrip() != text else shown
