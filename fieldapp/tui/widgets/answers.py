"""What every answer field tells its page, whatever its kind, and the fields that are typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Protocol, runtime_checkable

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from fieldapp.domain import nik
from fieldapp.domain.dates import parse_date, parse_month
from fieldapp.forms.declaration import QUESTIONS
from fieldapp.forms.phone import read_phone, shown_phone
from fieldapp.forms.typed import read_typed
from fieldapp.locale import _
from fieldapp.tui.keys import key
from fieldapp.tui.text import date_text, day_words, number, plain, rupiah
from fieldapp.tui.widgets.typed_line import LONGEST_TYPED, TypedLine

RUPIAH_FROM: Final = 1_000_000
"""A whole number that may be so large is an amount of money."""
SHORTEST_PHONE: Final = 8
"""Signs of a number typed before it is judged."""


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

    DEFAULT_CSS = "TextField > .answer--told { color: $quiet; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"answer--told"}
    BINDINGS: ClassVar[list[BindingType]] = [key("enter,down", "onward"), key("up", "back")]

    def __init__(self, field: str, *, placeholder: str = "") -> None:
        super().__init__(placeholder=placeholder, id=f"field-{field}")
        self.field = field
        self.offer = ""
        """What is said while nothing is typed yet: what a key would put here."""

    def told(self) -> str:
        """How what is typed is understood, said at the right while the field is at hand; empty when it is plain."""
        return "" if self.value else self.offer

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        words = self.told() if self.has_focus else ""
        room = self.size.width - cell_len(self.value) - 2
        if not self.value and cell_len(words) > room:
            words = Content(words).truncate(max(1, room), ellipsis=True).plain
        if y or not words or cell_len(words) > room:
            return strip
        told = Segment(words, self.get_component_rich_style("answer--told"))
        return Strip([*strip.crop(0, self.size.width - cell_len(words)), told], self.size.width)

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

    def __init__(self, field: str, today: Callable[[], date]) -> None:
        """`today` decides the century of a year of two digits."""
        super().__init__(field)
        self._today = today

    def shown(self, value: object) -> str:
        return date_text(value)

    def told(self) -> str:
        text, today = self.value.strip(), self._today()
        day = parse_date(text, today)
        if day is None and QUESTIONS[self.field].month_enough:
            day = parse_month(text, today)
        if day is None:
            return ""
        if self.field == "birth_date" and day <= today:
            years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
            return _("{day}, umur {years}").format(day=day_words(day), years=years)
        return day_words(day)


class DigitsField(TextField):
    """Digits kept as text (NIK, family card, RT): leading zeros stay."""

    def told(self) -> str:
        if QUESTIONS[self.field].format not in ("nik", "kk") or not self.value.strip():
            return ""
        digits = nik.clean(self.value)
        if nik.is_scientific(self.value):
            return _("angkanya hilang: ketik dari kartu")
        if len(digits) == nik.LENGTH and digits.isascii() and digits.isdigit():
            return " ".join(digits[at : at + 4] for at in range(0, nik.LENGTH, 4))
        return _("{count} dari {length} angka").format(count=sum(map(str.isdigit, digits)), length=nik.LENGTH)


class PlaceField(TextField):
    """The name of a town; one that begins like what is typed is offered, and taken with the arrow to the right."""

    def __init__(self, field: str, towns: Callable[[], Sequence[str]]) -> None:
        """`towns`: names to offer, the likeliest first."""
        super().__init__(field)
        self._towns = towns

    def _offered(self) -> str:
        typed = self.value.casefold()
        if len(typed) < 2 or self.cursor_position < len(self.value):
            return ""
        return next((town for town in self._towns() if town.casefold().startswith(typed) and town != self.value), "")

    def told(self) -> str:
        offered = self._offered()
        return _("panah kanan: {town}").format(town=offered) if offered else ""

    def action_cursor_right(self, select: bool = False) -> None:
        offered = "" if select else self._offered()
        if offered:
            self.value = offered
            self.cursor_position = len(offered)
        else:
            super().action_cursor_right(select)


class NumberField(TextField):
    """A whole number; rupiah may be typed with dots and is shown with them."""

    def shown(self, value: object) -> str:
        return number(value)

    def read(self, text: str) -> object:
        return read_typed(QUESTIONS[self.field], text)

    def told(self) -> str:
        value = self.read(self.value)
        return rupiah(value) if isinstance(value, int) and QUESTIONS[self.field].high >= RUPIAH_FROM else ""


class PhoneField(TextField):
    """A phone number: kept as +62..., shown as it is dialled (0812-3456-7890)."""

    def shown(self, value: object) -> str:
        return shown_phone(plain(value, LONGEST_TYPED))

    def told(self) -> str:
        if len(self.value.strip()) < SHORTEST_PHONE:
            return ""
        e164 = read_phone(self.value).e164
        return shown_phone(e164) if e164 else _("belum nomor telepon")
