"""What every answer field tells its page, whatever its kind, and the fields that are typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.forms.phone import shown_phone
from fieldapp.forms.typed import read_typed
from fieldapp.tui.keys import key
from fieldapp.tui.text import date_text, number, plain
from fieldapp.tui.widgets.typed_line import LONGEST_TYPED, TypedLine


@runtime_checkable
class AnswerField(Protocol):
    """A widget that holds the answer to one question. The answer itself lives in the draft."""

    field: str

    def answer(self) -> object:
        """The raw answer as typed or chosen; None when there is none."""

    def show_answer(self, value: object) -> None:
        """Shows a kept answer without reporting it as a change."""


@dataclass
class AnswerChanged(Message):
    """The person typed or chose something."""

    field: str


@dataclass
class AnswerLeft(Message):
    """The person left the field: time to keep its answer."""

    field: str


@dataclass
class Onward(Message):
    """Enter: go to the next question (or, with `back`, to the one before)."""

    field: str
    back: bool = False


class TextField(TypedLine):
    """A typed answer; `shown` and `read` turn a kept value into text and back."""

    BINDINGS: ClassVar[list[BindingType]] = [key("enter,down", "onward"), key("up", "back")]

    def __init__(self, field: str, *, placeholder: str = "") -> None:
        super().__init__(placeholder=placeholder, id=f"field-{field}")
        self.field = field

    def shown(self, value: object) -> str:
        """How a kept value is written in the field."""
        return plain(value, LONGEST_TYPED)

    def read(self, text: str) -> object:
        """What typed text means; text that means nothing stays text, and the rules say what is wrong with it."""
        return text

    def answer(self) -> object:
        return self.read(self.value) if self.value.strip() else None

    def show_answer(self, value: object) -> None:
        with self.prevent(Input.Changed):
            self.value = "" if value is None else self.shown(value)
            self.cursor_position = len(self.value) if self.has_focus else 0

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(AnswerChanged(self.field))

    def on_blur(self) -> None:
        super().on_blur()
        self.post_message(AnswerLeft(self.field))

    def action_onward(self) -> None:
        self.post_message(Onward(self.field))

    def action_back(self) -> None:
        self.post_message(Onward(self.field, back=True))


class DateField(TextField):
    """A date, typed as 17081945, 17/8/45, 17-08-1945 or 1945-08-17; the rules read it, the field shows 17-08-1945."""

    def shown(self, value: object) -> str:
        return date_text(value)


class DigitsField(TextField):
    """Digits kept as text (NIK, family card, RT): leading zeros stay."""


class NumberField(TextField):
    """A whole number; rupiah may be typed with dots and is shown with them."""

    def shown(self, value: object) -> str:
        return number(value)

    def read(self, text: str) -> object:
        return read_typed(QUESTIONS[self.field], text)


class PhoneField(TextField):
    """A phone number: kept as +62..., shown as it is dialled (0812-3456-7890)."""

    def shown(self, value: object) -> str:
        return shown_phone(plain(value, LONGEST_TYPED))
