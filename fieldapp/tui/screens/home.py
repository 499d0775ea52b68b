"""Home: what can be done, by letter, key or arrow, and what waits for this member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.domain.roles import may
from fieldapp.locale import N_, _
from fieldapp.tui.commands import Command, offered
from fieldapp.tui.keys import key_in_force
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import number
from fieldapp.tui.widgets.lines import Line, Lines

if TYPE_CHECKING:
    from fieldapp.services.session import Session

WIDTH: Final = 77
"""Cells of a line of the menu: it fits a terminal of 80 with the mark of the line at hand."""
WAITING: Final = 24
TOURED: Final = "toured"
"""The member's setting: the tour was offered once."""


class HomeScreen(FieldScreen[None]):
    """The menu; what waits for this member is counted in its lines."""

    HEADING = N_("Fieldapp")
    HELP = N_(
        "Pilih dengan huruf di kiri, tombol di tengah, atau panah dan Enter. Angka di kanan adalah yang menunggu Anda: "
        "draf, yang dikembalikan untuk diperbaiki, yang belum dibawa ke kantor, dan seterusnya."
    )
    BINDINGS: ClassVar[list[BindingType]] = []
    OFFERS_TOUR: ClassVar[bool] = True

    def body(self) -> Iterable[Widget]:
        yield Lines(id="menu")

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()
        # Loading the form and the rules takes long on an old laptop; it begins once home is on the screen.
        self.call_after_refresh(self._warm_up)

    def status_changed(self) -> None:
        self._draw()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        # Keys may have been changed meanwhile.
        self._draw()

    def _draw(self) -> None:
        menu = self.query_one("#menu", Lines)
        kept = menu.value()
        lines = [Line(f"{_('Pilihan'):<{WIDTH - WAITING}}{_('Yang menunggu Anda'):>{WAITING}}", "heading")]
        lines += [self._line(command) for command in self._commands()]
        at = next((index for index, line in enumerate(lines) if line.value is not None and line.value == kept), 1)
        menu.show(lines, cursor=at)

    def _commands(self) -> list[Command]:
        status = self.field_app.status
        return [command for command in offered(self.session.member.role) if command.is_called_for(status)]

    def _line(self, command: Command) -> Line:
        keys = key_in_force(command.key, command.run(), self.field_app.keys)
        status = self.field_app.status or {}
        hint = _hint(command, status)
        words = f"{command.letter.upper()}  {command.words():<21}{keys:<7}{hint}"
        waiting = status.get(command.count) if command.count else None
        if not waiting:
            return Line(words, value=command)
        text = f"{words} {number(waiting):>{WIDTH - len(words) - 1}}"
        return Line(text, value=command, marks=((len(text) - len(number(waiting)), len(text)),))

    def on_key(self, event: events.Key) -> None:
        """A letter of the menu does what its line says."""
        command = next((each for each in self._commands() if each.letter == event.key.lower()), None)
        if command is not None:
            event.stop()
            self._do(command)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        command = event.lines.value()
        if isinstance(command, Command):
            self._do(command)

    def _do(self, command: Command) -> None:
        # Not awaited here: what takes this screen away would wait for this very handler to end.
        self.app.call_later(self.app.run_action, command.run())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Esc has nowhere to go from here.
        return False if action == "leave" else super().check_action(action, parameters)

    def _warm_up(self) -> None:
        session = self.session
        recovered = f"open_draft:{session.member.id}"

        def work() -> tuple[str | None, bool]:
            import fieldapp.forms.check
            import fieldapp.services.registrations
            import fieldapp.tui.screens.form  # noqa: F401

            draft = session.preference(recovered)
            return draft if isinstance(draft, str) else None, bool(session.own_preference(TOURED))

        self.ask(work, lambda found: self._warmed(*found))
        if may(session.member.role, "registration", "decide", own_record=False, decision="approve") is None:
            # The queue would wait for it when it is first opened.
            self.ask(partial(_ready_for_review, session), lambda _done: None, lane="broom", failed=lambda _words: None)

    def _warmed(self, draft: str | None, is_toured: bool) -> None:
        if self.field_app.screen is not self:
            return
        if draft is not None:
            self._reopen(draft)
        elif self.OFFERS_TOUR and not is_toured:
            self._offer_tour()

    def _reopen(self, draft: str) -> None:
        locked = self.field_app.locked
        was_locked = locked is not None and locked.has_form
        if was_locked:
            self.tell(_("Formulir dibuka kembali di isian terakhir."))
        screen = screen_named("form", draft=draft, recovered=not was_locked)
        self.call_later(partial(self.app.push_screen, screen))

    def _offer_tour(self) -> None:
        from fieldapp.tui.screens.dialogs import Confirm

        # Kept before it is answered: a tour that cuts in a second time is no help.
        self.ask(partial(self.session.set_own_preference, TOURED, True), lambda _done: None, lane="pen")
        words = _("Beberapa halaman pendek menjelaskan pekerjaan Anda di sini. Nanti dapat dibuka lagi lewat F1.")

        def done(agreed: bool | None) -> None:
            if agreed:
                self.field_app.action_tour()

        question = Confirm(_("Pertama kali di sini?"), [words], _("Ya, tunjukkan"), no=_("Tidak, langsung bekerja"))
        self.app.push_screen(question, done)


def _hint(command: Command, status: Mapping[str, Any]) -> str:
    """What a line of the menu says of itself: what presses, where something does."""
    if command.name == "exchange" and status.get("all_arrived"):
        return _("Semua pekerjaan sudah sampai di kantor")
    if command.name == "returned" and status.get("overdue"):
        return _("{count} lewat batas").format(count=number(status["overdue"]))
    if command.name == "returned" and status.get("out"):
        words = (
            _("{count} pada orang lain, {late} lewat batas") if status["out_overdue"] else _("{count} pada orang lain")
        )
        return words.format(count=number(status["out"]), late=number(status["out_overdue"]))
    return _(command.hint)


def _ready_for_review(session: Session) -> None:
    from fieldapp.services import review

    review.get_ready(session)
