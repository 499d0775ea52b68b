"""Ways about a form that save keys: to any question, to the next one that is needed, and the neighbour's address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fieldapp.forms.declaration import FORM
from fieldapp.locale import _, language
from fieldapp.services import drafts
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.screens.form_draft import DraftScreen
from fieldapp.tui.screens.form_letters import Letters
from fieldapp.tui.screens.form_said import said_lines
from fieldapp.tui.text import area_text, plain
from fieldapp.tui.widgets.answers import TextField
from fieldapp.tui.widgets.lines import Line
from fieldapp.tui.widgets.section_page import SectionPage
from fieldapp.tui.widgets.send_page import SendPage, finding_lines

SEND = len(FORM)
"""The number of the page after the sections: what is wrong, reasons, sending."""
PROBLEM_WIDTH = 68
"""Cells of a line in the list of problems."""
SECTION_OF = {question.name: number for number, section in enumerate(FORM) for question in section.questions}
ADDRESS_PAGE = SECTION_OF["ktp_address"]
LIVED = "domicile_"
PARTS = ("address", "rt", "rw", "area")
"""Of an address; each is a question with `ktp_` or `domicile_` before it."""


class FormMoves(DraftScreen):
    """Needs a page, and `turn` and `jump` of the form around it."""

    page: SectionPage | SendPage | None = None
    number = 0
    """Of the page at hand, from 0."""
    neighbour: dict[str, Any]
    """Where the person written down before lives; empty when there is nobody."""

    async def turn(self, number: int, *, last: bool = False) -> None:
        """Shows another page, its first question or its last."""

    async def jump(self, field: str) -> None:
        """Shows the page of a question with the cursor on it."""

    # Anywhere

    def action_letters(self) -> None:
        """Jump mode: a letter before every question of the page."""
        page = self.page
        if page is None:
            return
        letters = page.point_out() if isinstance(page, SectionPage) else {}

        async def done(target: str | None) -> None:
            if isinstance(page, SectionPage):
                page.no_letters()
            if target and target.isdigit():
                await self.turn(int(target) - 1)
            elif target and isinstance(page, SectionPage):
                page.focus_on(target)

        self.app.push_screen(Letters(letters, SEND + 1), done)

    def action_problems(self) -> None:
        """Everything the rules found, to jump to."""
        if self.page is not None:
            found = sorted(self.draft.findings, key=lambda each: ("error", "warning", "hint").index(each.strength))
            lines = [*said_lines(self.draft, PROBLEM_WIDTH), *finding_lines(found, PROBLEM_WIDTH)]
            back = [self.draft.back] if self.draft.back else []
            self._pick(_("Yang perlu diperbaiki atau diperiksa"), lines, words=back)

    def action_jump(self) -> None:
        """Any question, found by typing part of it."""
        if self.page is None:
            return
        lines = [
            Line(f"{index + 1} {question.label(language())}", value=question.name)
            for index, section in enumerate(FORM)
            for question in section.questions
            if not question.app_set and question.is_relevant(self.draft.values)
        ]
        self._pick(_("Lompat ke isian"), lines, find=True)

    def _pick(self, title: str, lines: list[Line], *, find: bool = False, words: Sequence[str] = ()) -> None:
        async def done(picked: object) -> None:
            if isinstance(picked, str):
                await self.jump(picked)

        self.app.push_screen(Pick(title, lines, find=find, words=words), done)

    async def action_needed(self) -> None:
        """The next question that is needed and not answered, past everything that may stay empty."""
        if self.page is None:
            return
        self.gather(everything=False)
        section, field = self.draft.position
        target = self.draft.next_needed(field.partition(".")[0])
        if target is None or SECTION_OF[target] < self.number:
            # Nothing more from here to the end: what is left, or nothing at all, is told by the page that sends.
            await self.turn(SEND)
        elif SECTION_OF[target] == self.number and isinstance(self.page, SectionPage):
            self.page.refresh_asked()
            self.page.focus_on(target)
        elif FORM[SECTION_OF[target]].name == "consent" and section != "consent":
            # The text stands before its questions, and is to be read out first.
            await self.turn(SECTION_OF[target])
        else:
            await self.jump(target)

    # The neighbour's address

    def ask_neighbour(self) -> None:
        """Asks once where the person before lives, so that it can be offered."""
        session, draft = self.session, self.draft.id
        self.ask(lambda: drafts.last_address(session, draft), self._offer, failed=lambda _words: None)

    def _offer(self, found: dict[str, Any]) -> None:
        self.neighbour = found
        self.offer_neighbour()
        self.refresh_bindings()

    def offer_neighbour(self) -> None:
        """Says in the empty field of the address what one key would take over."""
        if not self.neighbour or not isinstance(self.page, SectionPage):
            return
        for prefix in ("ktp_", LIVED):
            row = self.page.rows.get(f"{prefix}address")
            if row is not None and isinstance(row.field_widget, TextField):
                row.field_widget.offer = self._offer_words(self.lived_near(prefix))
                row.field_widget.refresh()

    def _offer_words(self, address: dict[str, Any]) -> str:
        parts = [plain(address.get("address") or "", 40).strip()]
        if address.get("rt"):
            parts.append(_("RT {rt}").format(rt=plain(address["rt"], 3)))
        parts.append(area_text(str(address.get("area") or ""), self.programme.city).split(",")[0])
        return _("Ctrl+R: {address}").format(address=", ".join(part for part in parts if part))

    def lived_near(self, prefix: str) -> dict[str, Any]:
        """The neighbour's address for the questions that begin with `prefix`, without it: address, rt, rw, area."""
        own = {name: self.neighbour[prefix + name] for name in PARTS if self.neighbour.get(prefix + name)}
        return own or {name: self.neighbour["ktp_" + name] for name in PARTS if self.neighbour.get("ktp_" + name)}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "repeat":
            return self.number == ADDRESS_PAGE and bool(self.neighbour)
        return super().check_action(action, parameters)

    def action_repeat(self) -> None:
        """The neighbour's street, RT and kelurahan into what is empty; the house number is to be typed."""
        if not isinstance(self.page, SectionPage) or "ktp_address" not in self.page.rows:
            return
        self.gather(everything=False)
        draft = self.draft
        prefix = LIVED if draft.position[1].startswith(LIVED) else "ktp_"
        address = self.lived_near(prefix)
        empty = [name for name in PARTS if name in address and prefix + name not in draft.values]
        if not empty:
            self.tell(_("Alamat ini sudah terisi; kosongkan dulu isian yang hendak diulang."))
            return
        for name in empty:
            draft.fill(prefix + name, address[name], "neighbour")
        self.page.show_answers(prefix + name for name in empty)
        self.page.refresh_notes()
        self.page.focus_on(f"{prefix}address")
        self.save()
