"""The ledger as a table with one cell at hand: lines go up and down, columns left and right, without any colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from rich.cells import set_cell_size
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive

from fieldapp.services.ledger import words as ledger_words
from fieldapp.services.ledger.words import COLUMNS
from fieldapp.tui.keys import key
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.lines import Line, Lines

_LEAST_NAME: Final = 20
"""Cells that names keep where columns are headed by longer words."""


@dataclass(frozen=True, slots=True)
class BookRow:
    """A line of the table: `kind` is heading, total, laptop, area, missing or held; `counts` what the ledger says."""

    kind: str
    name: str
    counts: Mapping[str, Any]

    @property
    def has_cells(self) -> bool:
        return self.kind in ("total", "laptop", "area")


class BookTable(Lines):
    """Rows of the ledger; the cell at hand stands in brackets, column 0 is the name."""

    HEADER_LINES: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [key("left", "column(-1)"), key("right", "column(1)")]

    column: reactive[int] = reactive(0)

    @dataclass
    class ColumnMoved(Message):
        """Another column is at hand."""

        table: BookTable

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[BookRow] = []

    def show_rows(self, rows: Sequence[BookRow]) -> None:
        """Shows the rows; the one of the same kind and name as before stays at hand."""
        before = self.row()
        self._rows = list(rows)
        self.recount()
        kept = (
            place
            for place, row in enumerate(self._rows)
            if before and (row.kind, row.name) == (before.kind, before.name)
        )
        self.cursor = next(kept, next((n for n, row in enumerate(self._rows) if row.kind != "heading"), 0))
        self.refresh()

    def row(self) -> BookRow | None:
        """The row at hand."""
        return self._rows[self.cursor] if self._rows else None

    def place(self) -> str | None:
        """The column of COLUMNS at hand; None on the names, and on rows without numbers."""
        row = self.row()
        return COLUMNS[self.column - 1] if row is not None and row.has_cells and self.column else None

    def count(self) -> int:
        return len(self._rows)

    def value(self) -> object:
        return self.row()

    def header(self, width: int) -> str:
        heads, widths, room = self._layout(width)
        return " " * room + "".join(f" {head:>{size}} " for head, size in zip(heads, widths, strict=True))

    def line(self, index: int, width: int) -> Line:
        row = self._rows[index]
        name = plain(row.name)
        if row.kind == "heading":
            return Line(name, "heading")
        if not row.has_cells:
            return Line(name, "error" if row.kind == "missing" else "warning")
        _heads, widths, room = self._layout(width)
        cells = []
        for place, (column, size) in enumerate(zip(COLUMNS, widths, strict=True), start=1):
            text = f"{ledger_words.cell(row.counts[column]):>{size}}"
            is_at_hand = index == self.cursor and place == self.column and self.has_focus
            cells.append(f"[{text}]" if is_at_hand else f" {text} ")
        return Line(set_cell_size(name, room) + "".join(cells))

    def _layout(self, width: int) -> tuple[list[str], list[int], int]:
        """The heads of the columns, their widths, and the cells left for names: whole words where they have room."""
        counts = [row.counts for row in self._rows if row.has_cells]
        for heads in ledger_words.heads():
            widths = ledger_words.widths(counts, heads)
            room = width - sum(widths) - 2 * len(widths)
            if room >= _LEAST_NAME:
                break
        return heads, widths, max(4, room)

    def is_short(self) -> bool:
        """Whether the heads are abbreviated just now."""
        heads, _widths, _room = self._layout(self.scrollable_content_region.width - 2)
        return heads == ledger_words.heads()[-1]

    def watch_column(self) -> None:
        self.refresh()
        self.post_message(self.ColumnMoved(self))

    def validate_column(self, column: int) -> int:
        return max(0, min(column, len(COLUMNS)))

    def action_column(self, by: int) -> None:
        self.column += by
