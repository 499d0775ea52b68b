"""F1: what the screen and the field at hand are for, and the keys that work here."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import BindingType

from fieldapp.locale import N_, _
from fieldapp.tui.keys import key, shown
from fieldapp.tui.screens.base import Dialog, FieldScreen
from fieldapp.tui.screens.dialogs import Report
from fieldapp.tui.text import wrapped
from fieldapp.tui.widgets.lines import Line

WIDTH = 68
TOUR_KEY = "p"


class HelpDialog(Report):
    """Help for `screen`, a full one or a dialog, read line by line."""

    BINDINGS: ClassVar[list[BindingType]] = [key(TOUR_KEY, "tour", N_("Perkenalan"))]

    def __init__(self, screen: FieldScreen[Any] | Dialog[Any]) -> None:
        lines: list[Line] = []
        for paragraph in screen.help_lines():
            lines += [Line(part) for part in wrapped(paragraph, WIDTH)]
            lines.append(Line(""))
        lines.append(Line(_("Tombol di layar ini"), "heading"))
        lines += [Line(f"{each.key:<9} {each.words}") for each in shown(screen.active_bindings.values())]
        super().__init__(_("Bantuan"), lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Before unlocking nobody knows whose tour it would be.
        return self.field_app.session is not None if action == "tour" else super().check_action(action, parameters)

    def action_tour(self) -> None:
        """The first-day tour once more, in the place of this help."""
        app = self.field_app
        self.dismiss(None)
        app.call_later(app.action_tour)
