"""The consent text, to be read out to the person before the questions of its page."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.forms.consent import consent_text, languages_of
from fieldapp.locale import N_, _
from fieldapp.tui.keys import key
from fieldapp.tui.text import content, plain, wrapped
from fieldapp.tui.widgets.answers import Onward
from fieldapp.tui.widgets.lines import Line, Lines

LANGUAGES = {"id": N_("Bahasa Indonesia"), "en": N_("bahasa Inggris")}


class ReadOut(Lines):
    """The text of one version, in a language that can be changed; Enter goes on to the first question."""

    DEFAULT_CSS = """
    ReadOut { height: auto; max-height: 5; border: round $primary; margin-bottom: 1; }
    ReadOut:focus { max-height: 16; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "onward"), key("b", "language", N_("Bahasa lain"))]

    def __init__(self, settings: ProgrammeSettings, version: str, spoken: str) -> None:
        """`version` is the draft's own, so that what is kept is what was read; `spoken`: the language to begin in."""
        super().__init__(id="read-out")
        self._settings = settings
        self._version = version
        self._spoken = spoken if spoken in languages_of(version) else "id"

    def on_mount(self) -> None:
        self._fill()

    def on_resize(self, event: events.Resize) -> None:
        self._fill()
        super().on_resize(event)

    def _fill(self) -> None:
        title = _("Bacakan atau sampaikan (teks versi {version}, {language})").format(
            version=plain(self._version, 20), language=_(LANGUAGES[self._spoken])
        )
        self.border_title = content(title)
        others = len(languages_of(self._version)) > 1
        self.border_subtitle = content(
            _("panah: baca terus  B: bahasa lain  Enter: ke pertanyaan")
            if others
            else _("panah: baca terus  Enter: ke pertanyaan")
        )
        # Border, scroll bar and marker; measured outside of them, so that a bar that comes does not wrap it all anew.
        width = max(20, self.outer_size.width - 5)
        lines: list[Line] = []
        for paragraph in consent_text(self._settings, self._spoken, self._version):
            lines += [*(Line(text) for text in wrapped(paragraph, width)), Line("")]
        self.show(lines[:-1])

    def action_language(self) -> None:
        """The same text in the next language that there is."""
        languages = languages_of(self._version)
        self._spoken = languages[(languages.index(self._spoken) + 1) % len(languages)]
        self._fill()

    def action_onward(self) -> None:
        self.post_message(Onward(""))
