"""The palette: every command by name, in the chosen language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldapp.locale import _
from fieldapp.tui.commands import Command, offered
from fieldapp.tui.keys import key_name
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.widgets.lines import Line

if TYPE_CHECKING:
    from fieldapp.tui.app import FieldApp


def command_line(command: Command, width: int = 22) -> str:
    """A command as a line: name, key, hint."""
    name = command.words()
    keys = key_name(command.key) if command.key else ""
    return f"{name:<{width}} {keys:<7} {_(command.hint)}"


def open_palette(app: FieldApp) -> None:
    """Shows the palette over the screen at hand and does what is picked."""
    session = app.session
    if session is None:
        return
    lines = [Line(command_line(command), value=command) for command in offered(session.member.role)]

    def done(picked: object) -> None:
        if isinstance(picked, Command):
            app.call_later(app.run_action, picked.run())

    app.push_screen(Pick(_("Perintah"), lines, find=True), done)
