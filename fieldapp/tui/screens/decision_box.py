"""The question before a decision: what it does, who is left out, why it is taken, and until when an answer is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from fieldapp.locale import N_, _
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.screens.dialogs import Report
from fieldapp.tui.text import content, number
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.typed_line import TypedLine

_WHO: Final = "who"


@dataclass(frozen=True, slots=True)
class Given:
    """What the decider said: why, and for a return until when; the date as it was typed."""

    reason: str | None = None
    due: str | None = None


class DecisionBox(Dialog[Given]):
    """An approval is agreed to by one line; every other decision asks for its reason, a return for its date too."""

    DEFAULT_CSS = """
    DecisionBox .due { height: auto; }
    DecisionBox .due Static { width: 28; }
    DecisionBox .due Input { width: 14; margin: 0; }
    DecisionBox .dialog--words { margin-bottom: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "take", N_("Putuskan")),
        key("ctrl+l", "who", N_("Yang tidak ikut")),
        key("down", "app.focus_next"),
        key("up", "app.focus_previous"),
    ]

    def __init__(
        self,
        title: str,
        words: Iterable[str],
        decision: str,
        *,
        refused: Sequence[Line] = (),
        due: str = "",
        needs_reason: bool = True,
    ) -> None:
        super().__init__(title, words)
        self._yes = title
        self._decision = decision
        self._refused = list(refused)
        self._due = due
        self._needs_reason = needs_reason

    def body(self) -> Iterable[Widget]:
        left_out = sum(1 for line in self._refused if line.tone != "heading")
        if self._decision == "approve":
            lines = [Line(self._yes, value=True), Line(_("Tidak, kembali"), value=False)]
            if left_out:
                lines.append(Line(_("Lihat yang tidak ikut ({count})").format(count=number(left_out)), value=_WHO))
            yield Lines(lines)
            return
        asked = _("Alasannya (dibaca pencacah):") if self._decision == "return" else _("Alasannya:")
        yield Static(content(asked), markup=False)
        yield TypedLine(id="reason")
        if self._decision == "return":
            with Horizontal(classes="due") as beside:
                beside.can_focus = False
                yield Static(content(_("Diperbaiki paling lambat:")), markup=False)
                yield TypedLine(self._due, id="due")
        yield Static("", classes="note", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody is left out: there is nobody to show."""
        if action == "who":
            return bool(self._refused)
        return super().check_action(action, parameters)

    def on_input_submitted(self) -> None:
        self.action_take()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        self.action_take()

    def action_take(self) -> None:
        if self._decision == "approve":
            picked = self.query_one(Lines).value()
            if picked == _WHO:
                self.action_who()
            else:
                self.dismiss(Given() if picked is True else None)
            return
        reason = self.query_one("#reason", Input).value.strip()
        due = self.query_one("#due", Input).value.strip() if self._decision == "return" else None
        if self._needs_reason and not reason:
            self.query_one(".note", Static).update(content(_("Tuliskan dulu.")))
            return
        wrong = self._wrong_date(due)
        if wrong:
            self.query_one(".note", Static).update(content(wrong))
            return
        self.dismiss(Given(reason, due))

    def _wrong_date(self, due: str | None) -> str:
        """What is wrong with the date, if anything: it is said before the box is left."""
        from fieldapp.services.problems import Problem
        from fieldapp.services.review import due_date

        if due is None:
            return ""
        try:
            due_date(self.session, due)
        except Problem as problem:
            return problem.message()
        return ""

    def action_who(self) -> None:
        """Everybody who is left out, by name under each reason."""
        self.app.push_screen(Report(_("Yang tidak ikut, dan sebabnya"), self._refused))
