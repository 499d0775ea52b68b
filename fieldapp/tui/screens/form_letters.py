"""Jump mode: every question of the page shows a letter, and pressing it goes there; a digit goes to a section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.text import content


class Letters(Desked[str], ModalScreen[str]):
    """Lies over the form without covering it but for one line; answers a field, the number of a section, or nothing."""

    DEFAULT_CSS = """
    Letters { background: transparent; align: left bottom; }
    Letters > Static { height: 1; width: 100%; padding: 0 1; background: $bar; color: $barline; text-style: bold; }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,ctrl+o,enter", "leave", N_("Batal")),
        key("pageup", "scroll(-1)"),
        key("pagedown", "scroll(1)"),
    ]

    def __init__(self, letters: Mapping[str, str], sections: int) -> None:
        """`letters`: which letter stands for which field; `sections`: how many pages a digit can name."""
        super().__init__()
        self._letters = letters
        self._sections = sections

    def compose(self) -> ComposeResult:
        words = _("Tekan huruf di depan isian, atau angka 1-{count} untuk bagian. Esc batal.").format(
            count=self._sections
        )
        yield Static(content(words), markup=False)

    def on_key(self, event: events.Key) -> None:
        """A letter or a digit that leads somewhere ends the choice; any other is ignored."""
        pressed = (event.character or "").casefold()
        target = self._letters.get(pressed) or (pressed if pressed in self._digits() else "")
        if target:
            event.stop()
            self.dismiss(target)

    def _digits(self) -> Iterable[str]:
        return [str(number + 1) for number in range(self._sections)]

    def action_scroll(self, by: int) -> None:
        """Shows more of a long page, so that its other letters can be read."""
        page = next(iter(self.app.screen_stack[-2].query("SectionPage")), None)
        if page is not None:
            page.scroll_relative(y=by * max(1, page.size.height - 2), animate=False)

    def action_leave(self) -> None:
        self.dismiss("")
