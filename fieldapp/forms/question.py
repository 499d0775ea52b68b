"""What a question is. The questions themselves are declared in `sections`, their order in `declaration`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from fieldapp.forms.conditions import Condition, Values

Kind = Literal["text", "digits", "date", "int", "bool", "one", "many", "area", "documents", "datetime", "object"]

#: What a text or digits answer is written like; decides how it is read and checked beyond its kind.
Format = Literal["", "name", "nik", "kk", "rt", "phone", "email"]


class Texts(NamedTuple):
    """One text in the two languages of the form."""

    id: str
    en: str

    def say(self, language: str) -> str:
        """The text in `language`; Indonesian unless it is `en`."""
        return self.en if language == "en" else self.id


NO_TEXTS = Texts("", "")


class Choice(NamedTuple):
    """One answer of a list: its code in the data and its label in both languages."""

    code: str
    id: str
    en: str

    def label(self, language: str) -> str:
        """The label in `language`; Indonesian unless it is `en`."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form. `name` is the key in JSON, in changes and in column headers.

    `required`: needed to submit (the `!` of the form's dictionary) whenever the question is relevant; `required_when`
    narrows that. `relevant`: asked only when it holds. `exclusive`: choices of a `many` that stand alone. `low`,
    `high`: limits of an `int`, inclusive. `longest`: letters of a text. `app_set`: filled by the program, never asked.
    `month_enough`: a date may be typed without its day, and counts from the first of the month.
    """

    name: str
    kind: Kind
    labels: Texts
    help: Texts = NO_TEXTS
    required: bool = False
    required_when: Condition | None = None
    relevant: Condition | None = None
    choices: tuple[Choice, ...] = ()
    exclusive: tuple[str, ...] = ()
    open_choices: bool = False
    format: Format = ""
    group: str = ""
    low: int = 0
    high: int = 0
    longest: int = 200
    app_set: bool = False
    month_enough: bool = False
    codes: tuple[str, ...] = field(init=False, repr=False, compare=False, default=())
    """The codes of the choices, in order: made once, since checking a thousand registrations asks for them thirty times
    each."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "codes", tuple(choice.code for choice in self.choices))

    def is_relevant(self, values: Values) -> bool:
        """Whether the question is asked, given the answers so far."""
        return self.relevant is None or self.relevant(values)

    def is_required(self, values: Values) -> bool:
        """Whether submitting needs an answer, given the answers so far."""
        if not self.required or self.app_set or not self.is_relevant(values):
            return False
        return self.required_when is None or self.required_when(values)

    def label(self, language: str) -> str:
        """The question's words in `language`."""
        return self.labels.say(language)


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form."""

    name: str
    labels: Texts
    questions: tuple[Question, ...]
