"""A few typed lines with labels, for questions outside the registration form: passphrases, PINs, names, amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.tui.keys import key
from fieldapp.tui.text import content
from fieldapp.tui.widgets.typed_line import SecretLine, TypedLine


@dataclass(frozen=True, slots=True)
class Blank:
    """One line to fill in: its name, its words, what stands in it at first, and a word of help."""

    name: str
    label: str
    value: str = ""
    help: str = ""
    secret: bool = False


BLANK_KEYS: Final[list[BindingType]] = [key("enter,down", "next"), key("up", "app.focus_previous")]


class BlankLine(TypedLine):
    """The typed part of a blank; Enter goes on, on the last one it finishes."""

    BINDINGS: ClassVar[list[BindingType]] = BLANK_KEYS

    def __init__(self, blank: Blank) -> None:
        super().__init__(blank.value, id=f"blank-{blank.name}")
        self.blank = blank

    def action_next(self) -> None:
        self.post_message(PlainForm.Next(self.blank.name))


class BlankSecret(SecretLine):
    """The same for a passphrase or a PIN."""

    BINDINGS: ClassVar[list[BindingType]] = BLANK_KEYS

    def __init__(self, blank: Blank) -> None:
        super().__init__(id=f"blank-{blank.name}")
        self.blank = blank

    def action_next(self) -> None:
        self.post_message(PlainForm.Next(self.blank.name))


class BlankRow(Widget):
    """Label, line and help."""

    DEFAULT_CSS = """
    BlankRow { height: auto; layout: grid; grid-size: 2; grid-columns: 28 1fr; grid-rows: auto; margin-bottom: 1; }
    BlankRow Static { height: auto; }
    BlankRow .blank--help { column-span: 2; padding-left: 28; color: $quiet; }
    BlankRow .blank--label.-at-hand { text-style: bold underline; }
    """

    def __init__(self, blank: Blank) -> None:
        super().__init__()
        self._blank = blank

    def on_descendant_focus(self) -> None:
        self.query_one(".blank--label").add_class("-at-hand")

    def on_descendant_blur(self) -> None:
        self.query_one(".blank--label").remove_class("-at-hand")

    def compose(self) -> ComposeResult:
        yield Static(content(self._blank.label), classes="blank--label", markup=False)
        yield BlankSecret(self._blank) if self._blank.secret else BlankLine(self._blank)
        if self._blank.help:
            yield Static(content(self._blank.help), classes="blank--help", markup=False)


class PlainForm(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The lines, and a note below for what is wrong."""

    DEFAULT_CSS = """
    PlainForm { height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }
    PlainForm #form-note { height: auto; }
    """

    @dataclass
    class Next(Message):
        """Enter on the line of that name."""

        name: str

    @dataclass
    class Finished(Message):
        """Enter on the last line; values by name, untrimmed."""

        values: dict[str, str]

    def __init__(self, blanks: Sequence[Blank], *, intro: str = "") -> None:
        super().__init__()
        self._blanks = list(blanks)
        self._intro = intro

    def compose(self) -> ComposeResult:
        if self._intro:
            yield Static(content(self._intro), classes="note", markup=False)
            yield Static("")
        for blank in self._blanks:
            yield BlankRow(blank)
        yield Static("", id="form-note", markup=False)

    def values(self) -> dict[str, str]:
        """What is typed, by name."""
        return {blank.name: self._line(blank.name).value for blank in self._blanks}

    def _line(self, name: str) -> TypedLine:
        return self.query_one(f"#blank-{name}", TypedLine)

    def help_lines(self) -> list[str]:
        """What F1 says about the line at hand."""
        at_hand = self.screen.focused
        blank = next((each for each in self._blanks if at_hand is self._line(each.name)), None)
        return [f"{blank.label}. {blank.help}".strip()] if blank is not None else []

    def say(self, words: str, *, wrong: bool = False, at: str = "") -> None:
        """Writes below the lines; `at` names the line to go back to."""
        note = self.query_one("#form-note", Static)
        note.set_class(wrong, "wrong")
        note.update(content(words))
        note.scroll_visible(animate=False)
        if at:
            self._line(at).focus()

    def fill(self, name: str, value: str) -> None:
        """Writes into one line."""
        line = self._line(name)
        line.value = value
        line.cursor_position = len(value)

    def on_plain_form_next(self, event: Next) -> None:
        event.stop()
        names = [blank.name for blank in self._blanks]
        at = names.index(event.name)
        if at + 1 < len(names):
            self._line(names[at + 1]).focus()
        else:
            self.post_message(self.Finished(self.values()))
