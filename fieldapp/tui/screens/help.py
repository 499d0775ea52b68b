"""F1: what the screen and the field at hand are for, and the keys that work here."""

from __future__ import annotations

from typing import Any

from fieldapp.locale import _
from fieldapp.tui.keys import shown
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Report
from fieldapp.tui.text import wrapped
from fieldapp.tui.widgets.lines import Line

WIDTH = 68


class HelpDialog(Report):
    """Help for `screen`, read line by line."""

    def __init__(self, screen: FieldScreen[Any]) -> None:
        lines: list[Line] = []
        for paragraph in screen.help_lines():
            lines += [Line(part) for part in wrapped(paragraph, WIDTH)]
            lines.append(Line(""))
        lines.append(Line(_("Tombol di layar ini"), "heading"))
        lines += [Line(f"{name:<9} {words}") for name, words in shown(screen.active_bindings.values())]
        super().__init__(_("Bantuan"), lines)
