"""A list of any length drawn line by line: menus, reports, reading views, and the base of the list of registrations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fieldapp.locale import N_
from fieldapp.tui.cursor import follow
from fieldapp.tui.keys import key
from fieldapp.tui.text import plain

ROOMY = "-lega"
"""The application's class while this laptop is set to roomy."""
MARKER = "> "
"""Stands before the line at hand, so that it is known without colour."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, its tone (`heading`, `error`, `warning`, `quiet` or nothing) and what it stands for.

    `marks`: parts of the text, as (first, behind the last) character, that are coloured besides being bracketed in it.
    """

    text: str
    tone: str = ""
    value: object = None
    marks: tuple[tuple[int, int], ...] = ()


class Lines(ScrollView, can_focus=True):
    """Lines with one of them at hand. Subclasses may override `count` and `line` to draw from elsewhere."""

    DEFAULT_CSS = """
    Lines {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    Lines > .lines--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    Lines > .lines--idle { text-style: underline; }
    Lines > .lines--heading { color: $primary; text-style: bold; }
    Lines > .lines--error { color: $error; }
    Lines > .lines--warning { color: $warning; }
    Lines > .lines--quiet { color: $quiet; }
    Lines > .lines--mark { color: $error; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--cursor",
        "lines--idle",
        "lines--heading",
        "lines--error",
        "lines--warning",
        "lines--quiet",
        "lines--mark",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        key("up", "move(-1)"),
        key("down", "move(1)"),
        key("pageup", "page(-1)"),
        key("pagedown", "page(1)"),
        key("home", "edge(False)"),
        key("end", "edge(True)"),
        key("enter", "choose", N_("Pilih")),
    ]
    HEADER_LINES: ClassVar[int] = 0

    cursor: reactive[int] = reactive(0)

    @dataclass
    class Moved(Message):
        """The line at hand is another one."""

        lines: Lines
        index: int

        @property
        def control(self) -> Lines:
            return self.lines

    @dataclass
    class Chosen(Message):
        """Enter (or a click) on a line."""

        lines: Lines
        index: int

        @property
        def control(self) -> Lines:
            return self.lines

    def __init__(
        self, lines: Sequence[Line] = (), *, reading: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        """`reading`: the lines are only read, so Enter is left to the screen."""
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = list(lines)
        self._reading = reading
        self._showing = False

    # What is drawn

    def show(self, lines: Sequence[Line], *, cursor: int | None = None) -> None:
        """Replaces all lines; the line at hand stays where it was unless `cursor` says otherwise."""
        self._lines = list(lines)
        self.recount()
        self._showing = True
        self.cursor = self.cursor if cursor is None else cursor
        self._showing = False
        self.refresh()

    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def line(self, index: int, width: int) -> Line:
        """The line at `index`, to be cut at `width` cells."""
        return self._lines[index]

    def value(self) -> object:
        """What the line at hand stands for; None when there is no line."""
        return self._lines[self.cursor].value if self._lines else None

    def header(self, width: int) -> str:
        """The text of the fixed line on top, when HEADER_LINES is 1."""
        return ""

    @property
    def step(self) -> int:
        """Lines of the screen that one line takes: two where this laptop is set to roomy, with the second one empty."""
        return 2 if not self._reading and self.app.has_class(ROOMY) else 1

    def recount(self) -> None:
        """Tells the scroll bar how many lines there are now."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.count() * self.step + self.HEADER_LINES)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            # Perhaps it became roomy, or compact again.
            self.recount()

    def on_resize(self, event: events.Resize) -> None:
        self.recount()
        self.call_after_refresh(self._follow)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y < self.HEADER_LINES:
            return self._strip("  " + self.header(width - 2), width, "lines--heading")
        index, beside = divmod(self.scroll_offset.y + y - self.HEADER_LINES, self.step)
        if beside or index >= self.count():
            return Strip.blank(width, self.rich_style)
        line = self.line(index, width - len(MARKER))
        # A list that cannot take the focus is driven from a line above it, so its mark always counts.
        at_hand = index == self.cursor and (self.has_focus or not self.can_focus)
        names = [f"lines--{line.tone}"] if line.tone else []
        if at_hand:
            names.append("lines--cursor" if self.has_focus else "lines--idle")
        strip = self._strip((MARKER if at_hand else "  ") + plain(line.text), width, *names)
        # On the line at hand the cursor's own colours stay: the brackets are there anyway.
        return self._marked(strip, line.marks) if line.marks and not at_hand else strip

    def _strip(self, text: str, width: int, *names: str) -> Strip:
        style = self.get_component_rich_style(*names) if names else self.rich_style
        shown = Content(text).truncate(width, ellipsis=True, pad=True).plain
        return Strip([Segment(shown, style)], width)

    def _marked(self, strip: Strip, marks: Sequence[tuple[int, int]]) -> Strip:
        text = strip.text
        style = next(iter(strip)).style
        mark = self.get_component_rich_style("lines--mark")
        segments: list[Segment] = []
        end = 0
        for first, behind in ((first + len(MARKER), behind + len(MARKER)) for first, behind in marks):
            segments += [Segment(text[end:first], style), Segment(text[first:behind], mark)]
            end = behind
        return Strip([*segments, Segment(text[end:], style)], strip.cell_length)

    # Moving about

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.count() - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        self._follow()
        self.refresh()
        if old != new:
            if not self.can_focus and not self._showing:
                follow(self)
            self.post_message(self.Moved(self, new))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not self._reading if action == "choose" else True

    def action_move(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        if self.cursor == (0 if by < 0 else self.count() - 1):
            # At the edge the key is free for whoever turns pages around this list.
            raise SkipAction
        self.cursor += by * max(1, (self.size.height - self.HEADER_LINES) // self.step - 1)

    def action_edge(self, last: bool) -> None:
        self.cursor = self.count() - 1 if last else 0

    def action_choose(self) -> None:
        if self.count():
            self.post_message(self.Chosen(self, self.cursor))

    def on_focus(self) -> None:
        self._follow()
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index, beside = divmod(self.scroll_offset.y + event.y - self.HEADER_LINES, self.step)
        if event.y >= self.HEADER_LINES and not beside and 0 <= index < self.count():
            self.cursor = index
            self.action_choose()

    def _follow(self) -> None:
        """Keeps the line at hand in view."""
        height = max(1, self.size.height - self.HEADER_LINES)
        top, at = self.scroll_offset.y, self.cursor * self.step
        if at < top:
            self.scroll_to(y=at, animate=False)
        elif at >= top + height:
            self.scroll_to(y=at - height + 1, animate=False)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the line at hand begins on the screen, for braille displays and magnifiers."""
        x, y, _width, _height = self.content_region
        return Offset(x, y + self.HEADER_LINES + self.cursor * self.step - self.scroll_offset.y)
