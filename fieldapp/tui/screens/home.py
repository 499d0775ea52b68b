"""Home: what can be done, by letter, key or arrow, and what waits for this member."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.tui.commands import Command, offered
from fieldapp.tui.keys import key_name
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import number
from fieldapp.tui.widgets.lines import Line, Lines


class HomeScreen(FieldScreen[None]):
    """The menu, and above it what asks for attention."""

    HEADING = N_("Fieldapp")
    HELP = N_(
        "Pilih dengan huruf di kiri, tombol di kanan, atau panah dan Enter. Baris di bawah menunjukkan pekerjaan "
        "Anda: draf, yang belum dibawa ke kantor, dan yang dikembalikan kepada Anda."
    )
    BINDINGS: ClassVar[list[BindingType]] = []

    def body(self) -> Iterable[Widget]:
        yield Lines(id="menu")

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()
        # Loading the form and the rules takes long on an old laptop; it begins once home is on the screen.
        self.call_after_refresh(self._warm_up)

    def status_changed(self) -> None:
        self._draw()

    def _draw(self) -> None:
        menu = self.query_one("#menu", Lines)
        kept = menu.value()
        lines = [*self._attention(), *(Line(self._item(command), value=command) for command in self._commands())]
        first = next(index for index, line in enumerate(lines) if isinstance(line.value, Command))
        at = next((index for index, line in enumerate(lines) if line.value is not None and line.value == kept), first)
        menu.show(lines, cursor=at)

    def _commands(self) -> list[Command]:
        return offered(self.session.member.role)

    def _item(self, command: Command) -> str:
        keys = key_name(command.key) if command.key else ""
        return f"{command.letter.upper()}  {command.words():<20} {keys:<7} {_(command.hint)}"

    def _attention(self) -> list[Line]:
        status = self.field_app.status or {}
        waiting: list[str] = []
        if status.get("returned"):
            waiting.append(
                _("{count} pendaftaran dikembalikan kepada Anda untuk diperbaiki. Buka dengan C.").format(
                    count=number(status["returned"])
                )
            )
        if status.get("drafts"):
            waiting.append(_("{count} draf belum dikirim. Buka dengan D.").format(count=number(status["drafts"])))
        if status.get("conflicts"):
            waiting.append(
                _("{count} isian bertentangan menunggu diselesaikan. Buka dengan K.").format(
                    count=number(status["conflicts"])
                )
            )
        if status.get("not_carried"):
            waiting.append(
                _("{count} perubahan belum dibawa ke kantor. Tukar data dengan T.").format(
                    count=number(status["not_carried"])
                )
            )
        if not waiting:
            return []
        return [
            Line(_("Yang menunggu Anda"), "heading"),
            *(Line(words) for words in waiting),
            Line(""),
            Line(_("Pilihan"), "heading"),
        ]

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

        def work() -> str | None:
            import fieldapp.forms.check
            import fieldapp.services.registrations  # noqa: F401

            draft = session.preference(recovered)
            return draft if isinstance(draft, str) else None

        self.ask(work, self._reopen)

    def _reopen(self, draft: str | None) -> None:
        if draft is None or self.field_app.screen is not self:
            return
        self.call_later(partial(self.app.push_screen, screen_named("form", draft=draft, recovered=True)))
