"""The palette: every command by name, in the chosen language; language and theme too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldapp.locale import LANGUAGES, N_, _, language
from fieldapp.tui import theme
from fieldapp.tui.commands import Command, offered
from fieldapp.tui.keys import key_in_force
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.widgets.lines import Line

if TYPE_CHECKING:
    from fieldapp.tui.app import FieldApp

LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English"}


def command_line(command: Command, app: FieldApp, width: int = 22) -> str:
    """A command as a line: name, key in force, hint."""
    keys = key_in_force(command.key, command.run(), app.keys)
    return f"{command.words():<{width}} {keys:<7} {_(command.hint)}"


def looks_offered(app: FieldApp) -> list[Line]:
    """The languages and themes that are not in force, as lines whose values are actions."""
    lines = [
        Line(f"{_('Bahasa'):<22} {'':<7} {LANGUAGE_NAMES[code]}", value=f"app.speak('{code}')")
        for code in LANGUAGES
        if code != language()
    ]
    return lines + [
        Line(f"{_('Tema'):<22} {'':<7} {_(words)}", value=f"app.look('{name}')")
        for name, words in theme.NAMES.items()
        if name != app.theme
    ]


def open_palette(app: FieldApp) -> None:
    """Shows the palette over the screen at hand and does what is picked."""
    session = app.session
    if session is None:
        return
    known = [command for command in offered(session.member.role) if command.is_called_for(app.status)]
    lines = [Line(command_line(command, app), value=command.run()) for command in known]
    tour = Line(f"{_('Perkenalan'):<22} {'':<7} {_(TOUR_HINT)}", value="app.tour")

    def done(picked: object) -> None:
        if isinstance(picked, str):
            app.call_later(app.run_action, picked)

    app.push_screen(Pick(_("Perintah"), [*lines, *looks_offered(app), tour], find=True), done)


TOUR_HINT = N_("Beberapa halaman tentang pekerjaan Anda")
