"""Small questions: say yes, pick one line, write a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from fieldapp.locale import N_, _
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.text import content
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.typed_line import TypedLine


class Confirm(Dialog[bool]):
    """Shows what will happen; the answer is picked from two lines, the careful one first when `careful`."""

    def __init__(
        self, title: str, words: Iterable[str], yes: str, *, no: str | None = None, careful: bool = False
    ) -> None:
        super().__init__(title, words)
        self._lines = [Line(yes, value=True), Line(no or _("Tidak, kembali"), value=False)]
        if careful:
            self._lines.reverse()

    def body(self) -> Iterable[Widget]:
        yield Lines(self._lines)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        self.dismiss(event.lines.value() is True)


class Pick(Dialog[object]):
    """One of many lines; with `find` typed letters narrow them down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "take", N_("Pilih")),
        key("up", "step(-1)"),
        key("down", "step(1)"),
    ]

    def __init__(
        self, title: str, lines: Sequence[Line], *, words: Iterable[str] = (), find: bool = False, at: int = 0
    ) -> None:
        super().__init__(title, words)
        self._all = list(lines)
        self._find = find
        self._at = at

    def body(self) -> Iterable[Widget]:
        if self._find:
            yield TypedLine(placeholder=_("ketik untuk mencari"))
        lines = Lines(self._all)
        lines.can_focus = not self._find
        yield lines
        if not self._all:
            yield Static(content(_("Tidak ada.")), markup=False)

    def on_mount(self) -> None:
        self.query_one(Lines).cursor = self._at

    def on_input_changed(self, event: Input.Changed) -> None:
        words = event.value.casefold().split()
        self.query_one(Lines).show(
            [line for line in self._all if all(word in line.text.casefold() for word in words)], cursor=0
        )

    def on_input_submitted(self) -> None:
        self.action_take()

    def action_step(self, by: int) -> None:
        self.query_one(Lines).cursor += by

    def action_take(self) -> None:
        lines = self.query_one(Lines)
        if lines.count() and lines.value() is not None:
            self.dismiss(lines.value())

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        self.action_take()


class Write(Dialog[str]):
    """One line of text: a reason, a comment, a file's place. `check` returns what is wrong with it, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "take", N_("Simpan"))]

    def __init__(
        self,
        title: str,
        words: Iterable[str] = (),
        *,
        value: str = "",
        password: bool = False,
        check: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(title, words)
        self._value = value
        self._password = password
        self._check = check or (lambda text: "" if text.strip() else _("Tuliskan dulu."))

    def body(self) -> Iterable[Widget]:
        yield TypedLine(self._value, password=self._password)
        yield Static("", classes="note", markup=False)

    def on_input_submitted(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        text = self.query_one(Input).value
        wrong = self._check(text)
        if wrong:
            self.query_one(".note", Static).update(content(wrong))
        else:
            self.dismiss(text.strip())


class Report(Dialog[bool]):
    """Lines to be read, then closed."""

    BINDINGS: ClassVar[list[BindingType]] = [key("enter,escape", "leave", N_("Tutup"))]

    def __init__(self, title: str, lines: Sequence[Line]) -> None:
        super().__init__(title)
        self._lines = list(lines)

    def body(self) -> Iterable[Widget]:
        yield Lines(self._lines, reading=True)
