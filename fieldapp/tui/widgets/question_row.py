"""One question on a page: its words, its field, and what the rules say about the answer, in one block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.domain.findings import Finding
from fieldapp.forms.messages import message
from fieldapp.forms.question import Question
from fieldapp.locale import _, language
from fieldapp.tui.text import content, plain
from fieldapp.tui.widgets.answers import (
    AnswerField,
    DateField,
    DigitsField,
    NumberField,
    PhoneField,
    PlaceField,
    TextField,
)
from fieldapp.tui.widgets.area import AreaField, Areas
from fieldapp.tui.widgets.choices import ChoiceField, ManyField, Option

WIDE_LABEL = 40
"""A question longer than this stands on a line of its own above its answer."""
MANY_CHOICES = 8
"""So do questions with more choices than this, so that the open list has room for columns."""
PLACES = ("birth_place",)
"""Texts that name a town."""


@dataclass(frozen=True)
class Around:
    """What fields ask beyond themselves: kelurahan, the day, towns to offer (the likeliest first)."""

    areas: Areas
    today: Callable[[], date]
    towns: Callable[[], Sequence[str]]


def field_for(question: Question, around: Around) -> Widget:
    """The widget for a question, by its kind. Its `field` is the question's name."""
    spoken = language()
    options = [Option(choice.code, choice.label(spoken)) for choice in question.choices]
    match question.kind:
        case "one":
            return ChoiceField(question.name, options)
        case "many":
            return ManyField(question.name, options, alone=question.exclusive)
        case "bool":
            return ChoiceField(question.name, [Option(True, _("Ya")), Option(False, _("Tidak"))])
        case "area":
            return AreaField(question.name, around.areas)
        case "date":
            return DateField(question.name, around.today)
        case "int":
            return NumberField(question.name)
        case "digits":
            return DigitsField(question.name)
        case _ if question.name in PLACES:
            return PlaceField(question.name, around.towns)
        case _:
            return PhoneField(question.name) if question.format == "phone" else TextField(question.name)


def finding_words(finding: Finding) -> str:
    """A finding for a person: how strong it is in a word, then what is wrong and what to do."""
    if finding.code == "required":
        # Said beside every question that was passed, so in as few words as will do.
        return _("Belum diisi.")
    words = message(finding, language())
    match finding.strength:
        case "error":
            return _("Salah: {words}").format(words=words)
        case "warning":
            return _("Periksa: {words}").format(words=words)
        case _:
            return _("Catatan: {words}").format(words=words)


class QuestionRow(Widget):
    """Label, field and note. `key` names the answer; `asked` hides the row when the question does not apply."""

    DEFAULT_CSS = """
    QuestionRow { height: auto; layout: grid; grid-size: 2; grid-columns: 28 1fr; grid-rows: auto; }
    QuestionRow.-wide { grid-size: 1; grid-columns: 1fr; }
    QuestionRow .row--label { height: auto; padding-right: 1; }
    QuestionRow .row--label.-at-hand { text-style: bold underline; }
    QuestionRow .row--note { height: auto; column-span: 2; padding-left: 28; display: none; }
    QuestionRow.-wide .row--note { column-span: 1; padding-left: 4; }
    QuestionRow.-wide ChoiceField { margin-left: 3; }
    QuestionRow.-noted .row--note { display: block; }
    QuestionRow .row--note.-error { color: $error; }
    QuestionRow .row--note.-warning { color: $warning; }
    QuestionRow .row--note.-hint { color: $quiet; }
    """

    def __init__(self, key: str, label: str, field: Widget, *, wide: bool = False) -> None:
        super().__init__(classes="-wide" if wide else "")
        self.key = key
        self.field_widget = field
        self._words = plain(label)
        self._required = False
        self._letter = ""
        self._shown: object = None
        self.said: Sequence[str] = ()
        """Comments of whoever returned the registration; they stay beside the field while it is corrected."""
        self._label = Static(Content(self._words), classes="row--label", markup=False)
        self._note = Static("", classes="row--note", markup=False)

    @classmethod
    def of(cls, question: Question, around: Around) -> QuestionRow:
        """The row of a declared question."""
        label = question.label(language())
        wide = len(label) > WIDE_LABEL or len(question.choices) > MANY_CHOICES
        return cls(question.name, label, field_for(question, around), wide=wide)

    def compose(self) -> ComposeResult:
        yield self._label
        yield self.field_widget
        yield self._note

    @property
    def answer_field(self) -> AnswerField:
        """The field as something that holds an answer."""
        field = self.field_widget
        if not isinstance(field, AnswerField):
            raise TypeError(type(field).__name__)
        return field

    def on_descendant_focus(self) -> None:
        self._label.add_class("-at-hand")

    def on_descendant_blur(self) -> None:
        self._label.remove_class("-at-hand")

    def show(self, value: object) -> None:
        """Writes a kept answer into the field."""
        self.answer_field.show_answer(value)
        self._shown = self.answer_field.answer()

    def changed(self) -> bool:
        """Whether the field holds another answer than when this was last asked or it was last shown one.

        A date or a phone number reads differently from how it is kept, so showing one must not count as a change.
        """
        answer = self.answer_field.answer()
        if type(answer) is type(self._shown) and answer == self._shown:
            return False
        self._shown = answer
        return True

    def ask(self, asked: bool, required: bool) -> None:
        """Shows the question, or hides it while it does not apply (its answer is kept); a star marks what is needed."""
        self.display = asked
        if required != self._required:
            self._required = required
            self._draw_label()

    def point(self, letter: str) -> None:
        """Shows the letter that jumps here before the question's words, or no longer."""
        if letter != self._letter:
            self._letter = letter
            self._draw_label()

    def _draw_label(self) -> None:
        words = Content(self._words + (" *" if self._required else ""))
        letter = Content.assemble((f"[{self._letter}]", "bold reverse"), " ")
        self._label.update(Content.assemble(letter, words) if self._letter else words)

    def note(self, findings: Sequence[Finding], remark: str = "") -> None:
        """Says what the rules found, the strongest first, or `remark` when they found nothing."""
        order = {"error": 0, "warning": 1, "hint": 2}
        sorted_findings = sorted(findings, key=lambda finding: order[finding.strength])
        words = [finding_words(finding) for finding in sorted_findings] or ([remark] if remark else [])
        strength = sorted_findings[0].strength if sorted_findings else "hint"
        for each in order:
            self._note.set_class(each == strength, f"-{each}")
        said = [content(line).stylize("bold") for line in self.said]
        self._note.update(Content("\n").join([*said, *(content(line) for line in words)]))
        self.set_class(bool(words) or bool(said), "-noted")

    def focus_field(self) -> None:
        """Puts the cursor into the field."""
        if isinstance(self.field_widget, AreaField):
            self.field_widget.focus_input()
        else:
            self.field_widget.focus(scroll_visible=False)
