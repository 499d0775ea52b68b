"""One section of the form as one page: its questions in order, hidden while they do not apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from string import ascii_lowercase

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message

from fieldapp.forms.declaration import QUESTIONS, Section
from fieldapp.forms.sections.documents_consent import DOCUMENT_STATES
from fieldapp.locale import _, language
from fieldapp.tui.draft import Draft
from fieldapp.tui.widgets.answers import AnswerChanged, AnswerLeft, Onward
from fieldapp.tui.widgets.choices import ChoiceField, Option
from fieldapp.tui.widgets.question_row import Around, QuestionRow
from fieldapp.tui.widgets.read_out import ReadOut

PART = "."
"""Joins a question and a part of it (`documents.ktp`)."""


def filled_words(source: str) -> str:
    """What is said beside an answer that the program put in from `source`."""
    match source:
        case "nik":
            return _("Diisi dari NIK; cocokkan dengan KTP.")
        case "neighbour":
            return _("Dari orang sebelumnya; cocokkan dengan KTP.")
        case "list":
            return _("Dari daftar kunjungan; tanyakan lagi.")
        case _:
            return ""


class SectionPage(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The rows of a section over a draft. `notice` tells the screen that something should be kept."""

    DEFAULT_CSS = """
    SectionPage { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    @dataclass
    class Touched(Message):
        """An answer changed (`left` false) or its field was left."""

        field: str
        left: bool

    @dataclass
    class PastEnd(Message):
        """Enter on the last question, or the arrow up on the first."""

        back: bool

    def __init__(
        self, section: Section, draft: Draft, around: Around, read_out: Callable[[], ReadOut] | None = None
    ) -> None:
        super().__init__(id=f"page-{section.name}")
        self.section = section
        self._draft = draft
        self._read_out = read_out
        self.rows: dict[str, QuestionRow] = {}
        for question in section.questions:
            if question.app_set:
                continue
            if question.kind == "documents":
                for choice in question.choices:
                    name = question.name + PART + choice.code
                    options = [Option(state.code, state.label(language())) for state in DOCUMENT_STATES]
                    self.rows[name] = QuestionRow(name, choice.label(language()), ChoiceField(name, options))
            else:
                self.rows[question.name] = QuestionRow.of(question, around)

    def compose(self) -> ComposeResult:
        if self._read_out is not None:
            yield self._read_out()
        yield from self.rows.values()

    def on_mount(self) -> None:
        for name, row in self.rows.items():
            row.show(self._kept(name))
        self.refresh_asked()
        self.refresh_notes()

    # Answers

    def _kept(self, name: str) -> object:
        question, _dot, part = name.partition(PART)
        value = self._draft.values.get(question)
        if not part:
            return value
        answer = value.get(part) if isinstance(value, Mapping) else None
        return answer.get("state") if isinstance(answer, Mapping) else answer

    def collect(self, name: str) -> bool:
        """Takes the answer that a field holds into the draft; whether it changed."""
        row = self.rows.get(name)
        if row is None or not row.changed():
            return False
        answer = row.answer_field.answer()
        question, _dot, part = name.partition(PART)
        if not part:
            return self._draft.put(question, answer)
        papers = self._draft.values.get(question)
        whole = dict(papers) if isinstance(papers, Mapping) else {}
        if answer is None:
            whole.pop(part, None)
        else:
            whole[part] = answer
        return self._draft.put(question, whole or None)

    def show_answers(self, names: Iterable[str]) -> None:
        """Writes the draft's answers into the fields, for those that read differently now."""
        for name in names:
            for key_name, row in self.rows.items():
                if key_name.partition(PART)[0] == name:
                    row.show(self._kept(key_name))

    # What is asked, what is said

    def refresh_asked(self) -> None:
        """Shows the questions that apply to the answers so far and hides the rest."""
        for name, row in self.rows.items():
            question = QUESTIONS[name.partition(PART)[0]]
            row.ask(question.is_relevant(self._draft.values), question.is_required(self._draft.values))

    def refresh_notes(self) -> None:
        """Puts the rules' findings beside their fields."""
        for name, row in self.rows.items():
            question = name.partition(PART)[0]
            first = next(iter(each for each in self.rows if each.partition(PART)[0] == question))
            remark = filled_words(self._draft.filled.get(name, ""))
            row.said = self._draft.said.get(question, ()) if name == first else ()
            row.note(self._draft.shown_of(question) if name == first else (), remark)

    # Moving about

    def asked(self) -> list[str]:
        """The fields that can be reached, in order."""
        return [name for name, row in self.rows.items() if row.display]

    def focus_on(self, name: str) -> None:
        """Puts the cursor on a field, or on the first one when that is not asked."""
        reachable = self.asked()
        target = next((each for each in reachable if each == name or each.partition(PART)[0] == name), None)
        if target is None and self._read_out is not None:
            self.query_one(ReadOut).focus()
        elif reachable:
            self.rows[target or reachable[0]].focus_field()

    def focus_last(self) -> None:
        """Puts the cursor on the last field."""
        if self.asked():
            self.rows[self.asked()[-1]].focus_field()

    def point_out(self) -> dict[str, str]:
        """Shows a letter before every question that is asked; which letter stands for which field."""
        letters = dict(zip(ascii_lowercase, self.asked(), strict=False))
        for letter, name in letters.items():
            self.rows[name].point(letter)
        return letters

    def no_letters(self) -> None:
        """Takes the letters away."""
        for row in self.rows.values():
            row.point("")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Keeps the question at hand in view once the list that was left has closed and this one has opened."""
        name = getattr(event.widget, "field", None) or getattr(getattr(event.widget, "owner", None), "field", None)
        row = self.rows.get(str(name))
        if row is not None:
            self.call_after_refresh(self._keep_in_view, row)

    def keep_in_view(self) -> None:
        """Scrolls so that the question at hand is seen, after something took room from the page."""
        row = next((row for row in self.rows.values() if row.has_focus_within), None)
        if row is not None:
            self._keep_in_view(row)

    def _keep_in_view(self, row: QuestionRow) -> None:
        self.scroll_to_widget(row, animate=False, immediate=True)
        # A list that opens or a note that comes moves the rows once more, after this.
        self.call_after_refresh(self._settle, row)

    def _settle(self, row: QuestionRow) -> None:
        if self.is_attached and row.is_attached and row.has_focus_within:
            self.scroll_to_widget(row, animate=False, immediate=True)

    def on_answer_changed(self, event: AnswerChanged) -> None:
        event.stop()
        if self.collect(event.field):
            if not isinstance(self.rows[event.field].field_widget, ChoiceField):
                self.rows[event.field].note(())
            else:
                self.refresh_asked()
                self.refresh_notes()
            self.post_message(self.Touched(event.field, left=False))

    def on_answer_left(self, event: AnswerLeft) -> None:
        event.stop()
        self.collect(event.field)
        self._draft.visited.add(event.field.partition(PART)[0])
        self.refresh_asked()
        self.post_message(self.Touched(event.field, left=True))

    def on_onward(self, event: Onward) -> None:
        event.stop()
        reachable = self.asked()
        if not reachable:
            self.post_message(self.PastEnd(event.back))
            return
        if event.field not in reachable:
            self.rows[reachable[0]].focus_field()
            return
        # Collected before moving on, since the answer may bring further questions between here and the next.
        self.collect(event.field)
        self.refresh_asked()
        reachable = self.asked()
        target = reachable.index(event.field) + (-1 if event.back else 1)
        if 0 <= target < len(reachable):
            self.rows[reachable[target]].focus_field()
        else:
            self.post_message(self.PastEnd(event.back))
