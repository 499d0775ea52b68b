"""A value that none of the sides wrote: the questions of the form itself, all of those that change as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.forms.declaration import GROUPS, QUESTIONS
from fieldapp.forms.question import Question, Section, Texts
from fieldapp.locale import N_, _, language
from fieldapp.services import registrations
from fieldapp.tui.areas import areas_near
from fieldapp.tui.draft import Draft
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.widgets.question_row import Around
from fieldapp.tui.widgets.section_page import SectionPage

if TYPE_CHECKING:
    from fieldapp.forms.check import Checked


def questions_of(group: str) -> list[Question]:
    """The questions that a person answers in a group; none where the program writes all of it."""
    return [
        question for name, question in QUESTIONS.items() if GROUPS.get(name, name) == group and not question.app_set
    ]


class ThirdValue(Dialog[dict[str, Any]]):
    """Answers the group's values when the form's rules take them; what is wrong is said beside its question."""

    DEFAULT_CSS = """
    ThirdValue SectionPage { height: auto; max-height: 14; }
    ThirdValue SectionPage Input { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [key("ctrl+s", "take", N_("Pakai"))]

    def __init__(
        self, title: str, words: Sequence[str], *, group: str, registration: str, values: Mapping[str, Any], city: str
    ) -> None:
        """`values`: every answer of the registration, with what is to stand in the questions at first."""
        super().__init__(title, words)
        self._questions = questions_of(group)
        self._registration = registration
        self._draft = Draft(registration, dict(values), ("", ""))
        self._city = city
        self._warned = False

    def body(self) -> Iterable[Widget]:
        areas = areas_near(self.session, self._city, lambda work: self.field_app.desk.submit("eye", work))
        section = Section("third", Texts("", ""), tuple(self._questions))
        yield SectionPage(section, self._draft, Around(areas, self.session.today, lambda: ()))

    def on_mount(self) -> None:
        self.query_one(SectionPage).focus_on(self._questions[0].name)

    def help_lines(self) -> list[str]:
        spoken = language()
        asked = [f"{each.label(spoken)}. {each.help.say(spoken)}".strip() for each in self._questions]
        return [*super().help_lines(), *asked]

    def values(self) -> dict[str, Any]:
        """What is typed, for every question of the group; None where nothing is."""
        page = self.query_one(SectionPage)
        for name in page.rows:
            page.collect(name)
        return {question.name: self._draft.values.get(question.name) for question in self._questions}

    def on_section_page_touched(self) -> None:
        self._warned = False

    def on_section_page_past_end(self, event: SectionPage.PastEnd) -> None:
        if not event.back:
            self.action_take()

    def action_take(self) -> None:
        """Asks the rules; a warning is shown once before it is taken."""
        values = self.values()
        whole = dict(self._draft.values)
        work = partial(registrations.check_values, self.session, whole, registration=self._registration)
        self.ask(work, partial(self._checked, values))

    def _checked(self, values: dict[str, Any], checked: Checked) -> None:
        names = {question.name for question in self._questions}
        errors = [finding for finding in checked.errors if finding.field in names]
        warnings = [finding for finding in checked.unexplained if finding.field in names]
        page = self.query_one(SectionPage)
        self._draft.findings = (*errors, *warnings)
        self._draft.visited |= names
        page.refresh_notes()
        if errors:
            page.focus_on(errors[0].field)
        elif warnings and not self._warned:
            self._warned = True
            self.tell(_("Baca peringatannya. Ctrl+S sekali lagi tetap memakai nilai ini."))
        else:
            self.dismiss(values)
