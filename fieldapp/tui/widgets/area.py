"""A kelurahan picked by typing any part of its name; the code is kept, the name is shown."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from fieldapp.locale import _
from fieldapp.services.places import Places
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.answers import AnswerChanged, AnswerLeft, Onward
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.typed_line import LONGEST_TYPED, TypedLine


@dataclass(frozen=True)
class Areas:
    """How an area field asks: `search` words of a name (none: the member's own areas), `name` of a code, `submit` runs
    work off the loop."""

    search: Callable[[str], Places]
    name: Callable[[str], str]
    submit: Callable[[Callable[[], None]], Future[None]]


class AreaInput(TypedLine):
    """The typed part; its keys act on the list below it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "pick"),
        key("down", "step(1)"),
        key("up", "step(-1)"),
    ]

    def __init__(self, owner: AreaField) -> None:
        super().__init__(placeholder=_("ketik sebagian nama kelurahan"), id=f"field-{owner.field}")
        self.owner = owner

    def action_pick(self) -> None:
        self.owner.pick()

    def action_step(self, by: int) -> None:
        self.owner.step(by)

    def on_focus(self) -> None:
        super().on_focus()
        self.owner.arrive()

    def on_blur(self) -> None:
        super().on_blur()
        self.owner.leave()


class AreaField(Vertical):
    """Input and suggestions. The answer is a code once picked, the typed text before that, so that nothing is lost."""

    DEFAULT_CSS = """
    AreaField { height: auto; width: 1fr; }
    AreaField Lines { height: auto; max-height: 6; display: none; background: $panel; }
    AreaField.-asking Lines { display: block; }
    """

    @dataclass
    class Answered(Message):
        """The places found for the question of that number; `typed` is what was asked."""

        number: int
        typed: str
        places: Places

    def __init__(self, field: str, areas: Areas) -> None:
        super().__init__()
        self.field = field
        self._areas = areas
        self._code: str | None = None
        self._number = 0
        self._answered = 0
        self._waiting = False
        self._only: tuple[str, str] | None = None
        self._input = AreaInput(self)
        self._list = Lines()
        self._list.can_focus = False

    def compose(self) -> ComposeResult:
        yield self._input
        yield self._list

    def answer(self) -> object:
        return self._code or (self._input.value.strip() or None)

    def show_answer(self, value: object) -> None:
        name = self._areas.name(value) if isinstance(value, str) else ""
        self._code = str(value) if name else None
        with self._input.prevent(Input.Changed):
            self._input.value = name or ("" if value is None else plain(value, LONGEST_TYPED))
            self._input.cursor_position = 0

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._code = None
        self._number += 1
        typed = event.value.strip()
        if len(typed) < 2:
            self._offer([])
        else:
            # Answers come back in any order of arrival; the number tells which question they belong to.
            self._areas.submit(partial(self._ask, self._number, typed))
        self.post_message(AnswerChanged(self.field))

    def arrive(self) -> None:
        """The field is reached: what was typed before is looked for again; for nothing, the member's own areas."""
        self._number += 1
        typed = self._input.value.strip()
        if self._code is None:
            self._areas.submit(partial(self._ask, self._number, typed if len(typed) >= 2 else ""))

    def _ask(self, number: int, typed: str) -> None:
        if number != self._number:
            return
        found = Places()
        try:
            found = self._areas.search(typed)
        finally:
            # Even a failed search is answered: an Enter may be waiting for it.
            self.post_message(self.Answered(number, typed, found))

    def on_area_field_answered(self, event: Answered) -> None:
        event.stop()
        if event.number != self._number:
            return
        self._answered = event.number
        waited, self._waiting = self._waiting, False
        if self._input.has_focus:
            self._offer(self._lines_of(event.typed, event.places))
        if waited:
            self._hold(False)
            self.pick()

    def _lines_of(self, typed: str, places: Places) -> list[Line]:
        lines = [Line(name, value=(code, name)) for code, name in places.found]
        if lines and not typed:
            # Stands first, so that Enter on an empty field goes on instead of taking what nobody asked for.
            lines.insert(0, Line(_("Wilayah Anda: panah turun, lalu Enter"), "quiet"))
        elif not lines and typed:
            lines.append(Line(_("Tidak ada nama seperti itu. Ketik bagian lain dari namanya."), "quiet"))
        if places.more:
            lines.append(Line(_("Masih ada lagi: ketik lebih lengkap, atau tambahkan kecamatannya."), "quiet"))
        elif places.beyond:
            lines.append(Line(_("Bukan ini? Tambahkan nama kecamatan atau kota tempatnya."), "quiet"))
        self._only = places.found[0] if typed and len(places.found) == 1 else None
        return lines

    def _offer(self, lines: list[Line]) -> None:
        self._list.show(lines, cursor=0)
        self.set_class(bool(lines), "-asking")
        if lines:
            self.call_after_refresh(self.scroll_visible, animate=False)

    def step(self, by: int) -> None:
        if self.has_class("-asking") and 0 <= self._list.cursor + by < self._list.count():
            self._list.cursor += by
        else:
            self.post_message(Onward(self.field, back=by < 0))

    def pick(self) -> None:
        """Enter: takes the name at hand, or goes on when nothing is offered; waits for a search under way."""
        if self._code is None and self._answered != self._number and len(self._input.value.strip()) >= 2:
            self._waiting = True
            self._hold(True)
            return
        chosen = self._list.value() if self.has_class("-asking") else None
        if isinstance(chosen, tuple):
            self._take(*chosen)
            self.post_message(AnswerChanged(self.field))
        self.post_message(Onward(self.field))

    def _hold(self, held: bool) -> None:
        # Keys typed after an Enter that waits belong to the next field, so they wait too.
        if isinstance(self.screen, FieldScreen):
            self.screen.busy = held

    def _take(self, code: str, name: str) -> None:
        self._number += 1
        self._code = code
        with self._input.prevent(Input.Changed):
            self._input.value = name
            self._input.cursor_position = len(name)
        self._offer([])

    def leave(self) -> None:
        """The field is left: one single name offered is surely the one meant."""
        if self.has_class("-asking") and self._code is None and self._only is not None:
            self._take(*self._only)
        self._offer([])
        self.post_message(AnswerLeft(self.field))

    def focus_input(self) -> None:
        """Puts the cursor into the typed part."""
        self._input.focus(scroll_visible=False)
