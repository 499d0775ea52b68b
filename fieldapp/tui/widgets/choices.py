"""Choices that are told by their marks, `(*)` and `[x]`, never by colour; one widget a question keeps pages quick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Offset, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from fieldapp.locale import _
from fieldapp.tui.keys import key
from fieldapp.tui.widgets.answers import AnswerChanged, AnswerLeft, Onward

TYPE_AHEAD_S = 1.0
"""Letters typed within this many seconds are one word to look for."""
FLOW_LINES = 2
"""Choices that need no more lines than this stand open; longer lists open when the field is reached."""
MOST_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the value that is kept and the words that are read."""

    code: object
    label: str


@dataclass(frozen=True, slots=True)
class _Place:
    index: int
    x: int
    y: int
    width: int


class ChoiceField(Widget, can_focus=True):
    """One of several choices. Arrows move, Space or the first letters choose, Enter goes on, Delete empties."""

    DEFAULT_CSS = """
    ChoiceField { height: auto; width: 1fr; }
    ChoiceField > .choice--cursor { text-style: reverse; }
    ChoiceField > .choice--chosen { text-style: bold; }
    ChoiceField > .choice--quiet { color: $quiet; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--cursor", "choice--chosen", "choice--quiet"}
    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "move(-1,True)"),
        key("right", "move(1,True)"),
        key("up", "move(-1,False)"),
        key("down", "move(1,False)"),
        key("space", "tick"),
        key("delete,backspace", "empty"),
        key("enter", "onward"),
    ]
    MARKS: ClassVar[tuple[str, str]] = ("( )", "(*)")

    at: reactive[int] = reactive(0)

    def __init__(self, field: str, options: Sequence[Option]) -> None:
        super().__init__(id=f"field-{field.replace('.', '-')}")
        self.field = field
        self.options = list(options)
        self._chosen: list[object] = []
        self._strange: object = None
        self._moved = False
        self._typed = ""
        self._typed_at = 0.0

    # The answer

    def answer(self) -> object:
        return self._chosen[0] if self._chosen else self._strange

    def show_answer(self, value: object) -> None:
        """Takes a kept answer; one that is no longer among the choices is kept and shown as it is."""
        known = [option.code for option in self.options if _same(option.code, value)]
        self._chosen, self._strange = known[:1], None if known else value
        self.at = self._index_of_chosen()
        self.refresh(layout=True)

    def _index_of_chosen(self) -> int:
        codes = [option.code for option in self.options]
        return codes.index(self._chosen[0]) if self._chosen else 0

    def is_chosen(self, index: int) -> bool:
        return any(_same(self.options[index].code, code) for code in self._chosen)

    def _choose(self, index: int) -> None:
        self._chosen, self._strange = [self.options[index].code], None
        self._report()

    def _report(self) -> None:
        self.refresh()
        self.post_message(AnswerChanged(self.field))

    # How it is drawn

    @property
    def open(self) -> bool:
        """All choices stand there: always for short lists, for long ones while the field is at hand."""
        return self.has_focus or self._flows(self.size.width or 40)

    def _flows(self, width: int) -> bool:
        return len(self._flow(width)) > 0

    def _width_of(self, index: int) -> int:
        return 5 + cell_len(self.options[index].label)

    def _flow(self, width: int) -> list[_Place]:
        """The choices one after another in reading order; empty when that takes too many lines."""
        places: list[_Place] = []
        x = y = 0
        for index in range(len(self.options)):
            wide = self._width_of(index)
            if x and x + wide > width:
                x, y = 0, y + 1
            places.append(_Place(index, x, y, wide))
            x += wide + 1
        return places if y < FLOW_LINES else []

    def _columns(self, width: int) -> list[_Place]:
        """The choices in columns, read downwards."""
        every = range(len(self.options))
        for across in range(min(len(self.options), MOST_COLUMNS), 0, -1):
            rows = -(-len(self.options) // across)
            columns = [every[start : start + rows] for start in range(0, len(self.options), rows)]
            widths = [max(self._width_of(index) for index in column) for column in columns]
            if sum(widths) + len(widths) - 1 <= width or across == 1:
                break
        places = []
        x = 0
        for column, wide in zip(columns, widths, strict=True):
            places += [_Place(index, x, y, min(wide, width)) for y, index in enumerate(column)]
            x += wide + 1
        return places

    def places(self, width: int) -> list[_Place]:
        """Where each choice stands at `width` cells; nothing when the list is closed."""
        flow = self._flow(width)
        if flow or not self.has_focus:
            return flow
        return self._columns(width)

    def summary(self) -> str:
        """The closed list in one line: what is chosen."""
        labels = [option.label for index, option in enumerate(self.options) if self.is_chosen(index)]
        if self._strange is not None:
            labels.append(str(self._strange)[:60])
        return ", ".join(labels) if labels else _("(belum dipilih)")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        places = self.places(width)
        if places:
            return max(place.y for place in places) + 1
        return len(Content(self._closed_text()).wrap(width)) if width else 1

    def _closed_text(self) -> str:
        return f"{self.MARKS[1] if self._chosen else self.MARKS[0]} {self.summary()}"

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        places = [place for place in self.places(width) if place.y == y]
        if not places:
            if self.places(width):
                return Strip.blank(width, base)
            lines = Content(self._closed_text()).wrap(width)
            quiet = self.get_component_rich_style("choice--quiet")
            text = lines[y].truncate(width, pad=True).plain if y < len(lines) else " " * width
            return Strip([Segment(text, base if self._chosen else quiet)], width)
        segments: list[Segment] = []
        x = 0
        for place in sorted(places, key=lambda place: place.x):
            segments.append(Segment(" " * (place.x - x), base))
            segments.append(Segment(self._item(place), self._style(place.index)))
            x = place.x + place.width
        return Strip(segments).adjust_cell_length(width, base)

    def _item(self, place: _Place) -> str:
        at_hand = self.has_focus and place.index == self.at
        text = f"{'>' if at_hand else ' '}{self.MARKS[self.is_chosen(place.index)]} {self.options[place.index].label}"
        return Content(text).truncate(place.width, ellipsis=True, pad=True).plain

    def _style(self, index: int) -> Style:
        if self.has_focus and index == self.at:
            return self.get_component_rich_style("choice--cursor")
        if self.is_chosen(index):
            return self.get_component_rich_style("choice--chosen")
        return self.rich_style

    # Keys and mouse

    def on_focus(self) -> None:
        self.at = self._index_of_chosen()
        self._moved = False
        self.refresh(layout=True)

    def on_blur(self) -> None:
        self.refresh(layout=True)
        self.post_message(AnswerLeft(self.field))

    def validate_at(self, at: int) -> int:
        return max(0, min(at, len(self.options) - 1))

    def watch_at(self) -> None:
        self.refresh()

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the choice at hand stands on the screen, for braille displays and magnifiers."""
        place = next((place for place in self.places(self.size.width) if place.index == self.at), None)
        x, y, _width, _height = self.content_region
        return Offset(x + place.x, y + place.y) if place is not None else Offset(x, y)

    def action_move(self, by: int, sideways: bool) -> None:
        self._typed = ""
        flowing = self._flows(self.size.width)
        if flowing and not sideways:
            self.post_message(Onward(self.field, back=by < 0))
            return
        if sideways and not flowing:
            by *= max(place.y for place in self.places(self.size.width)) + 1
        target = self.at + by
        if not flowing and not sideways and not 0 <= target < len(self.options):
            self.post_message(Onward(self.field, back=by < 0))
            return
        if 0 <= target < len(self.options):
            # The first arrow on an untouched, empty question lands on the first choice, not past it.
            self.at = self.at if not self._moved and not self._chosen and by > 0 and self.at == 0 else target
            self._moved = True

    def action_tick(self) -> None:
        self._moved = True
        self._typed = ""
        self._choose(self.at)

    def action_empty(self) -> None:
        if self._chosen or self._strange is not None:
            self._chosen, self._strange = [], None
            self._report()

    def action_onward(self) -> None:
        """Enter: a choice reached by arrows is taken; a question merely passed stays unanswered."""
        if self._moved and not self.is_chosen(self.at):
            self._choose(self.at)
        self.post_message(Onward(self.field))

    def on_key(self, event: events.Key) -> None:
        if event.character is None or not event.character.isprintable() or event.key == "space":
            return
        event.stop()
        event.prevent_default()
        now = monotonic()
        self._typed = (self._typed if now - self._typed_at < TYPE_AHEAD_S else "") + event.character.casefold()
        self._typed_at = now
        index = self._found(self._typed)
        if index is None and len(self._typed) > 1:
            self._typed = event.character.casefold()
            index = self._found(self._typed)
        if index is not None:
            self.at, self._moved = index, True
            self._found_by_letters(index)

    def _found(self, typed: str) -> int | None:
        # The same letter again walks on to the next choice that begins with it.
        start = self.at + 1 if len(typed) == 1 and self._moved else 0
        order = [*range(start, len(self.options)), *range(start)]
        words = [self.options[index].label.casefold() for index in range(len(self.options))]
        begins = [index for index in order if words[index].startswith(typed)]
        inside = [index for index in order if f" {typed}" in words[index]]
        return next(iter(begins or inside), None)

    def _found_by_letters(self, index: int) -> None:
        self._choose(index)

    def on_click(self, event: events.Click) -> None:
        for place in self.places(self.size.width):
            if place.y == event.y and place.x <= event.x < place.x + place.width:
                self.at, self._moved = place.index, True
                self.action_tick()
                return


class ManyField(ChoiceField):
    """Several choices. Letters move to a choice, Space ticks it."""

    MARKS: ClassVar[tuple[str, str]] = ("[ ]", "[x]")

    def __init__(self, field: str, options: Sequence[Option], *, alone: Sequence[object] = ()) -> None:
        """`alone`: codes that go with no other; ticking one clears the rest, and the other way round."""
        super().__init__(field, options)
        self._strangers: list[object] = []
        self._alone = frozenset(alone)

    def answer(self) -> object:
        ordered = [option.code for option in self.options if option.code in self._chosen]
        whole = [*ordered, *self._strangers]
        return whole or None

    def show_answer(self, value: object) -> None:
        """Takes the kept codes; codes that are no longer offered are kept and shown as they are."""
        given = list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
        codes = [option.code for option in self.options]
        self._chosen = [code for code in given if code in codes]
        self._strangers = [code for code in given if code not in codes]
        self._strange = ", ".join(str(code) for code in self._strangers) or None
        self.refresh(layout=True)

    def _index_of_chosen(self) -> int:
        return 0

    def _choose(self, index: int) -> None:
        code = self.options[index].code
        if code in self._chosen:
            self._chosen.remove(code)
        elif code in self._alone:
            self._chosen = [code]
        else:
            self._chosen = [*(other for other in self._chosen if other not in self._alone), code]
        self._report()

    def _found_by_letters(self, index: int) -> None:
        self.refresh()

    def action_empty(self) -> None:
        if self.is_chosen(self.at):
            self._choose(self.at)

    def action_onward(self) -> None:
        self.post_message(Onward(self.field))


def _same(left: object, right: object) -> bool:
    # True == 1 in Python; a tick is not a number.
    return type(left) is type(right) and left == right
