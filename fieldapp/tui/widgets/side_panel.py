"""What stands beside the form on a wide screen: the question at hand, what the rules found, who is alike."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import _, language
from fieldapp.tui.draft import Draft
from fieldapp.tui.text import number, plain, wrapped
from fieldapp.tui.widgets.send_page import finding_words

BROAD = 110
"""Cells of a screen from which there is room for a second column beside a page as wide as on a small screen."""
WIDTH = 40
AT_MOST = 12
"""Findings that are listed; the rest is counted, and Ctrl+L tells all."""


class SidePanel(Static):
    """Only read; hidden, and then never drawn, on screens that are not broad."""

    DEFAULT_CSS = f"""
    SidePanel {{
        display: none; width: {WIDTH}; height: 1fr; padding: 0 1; background: $panel; color: $foreground;
        border-left: vkey $primary;
    }}
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown: tuple[str, ...] = ()

    def tell(self, draft: Draft, field: str, alike: Sequence[str]) -> None:
        """`field`: the question at hand, or nothing on the page that sends; `alike`: lines about who is alike."""
        if not self.display:
            return
        parts = [*self._of_question(field), "", *self._of_findings(draft, field), *(["", *alike] if alike else [])]
        shown = tuple(line for part in parts for line in (wrapped(part, WIDTH - 4, 2 if part[:1] == "-" else 0)))
        if shown != self._shown:
            self._shown = shown
            self.update(Content("\n").join([Content(plain(line)) for line in shown]))

    @staticmethod
    def _of_question(field: str) -> list[str]:
        question = QUESTIONS.get(field.partition(".")[0])
        if question is None:
            return [_("Periksa dan kirim")]
        spoken = language()
        words = [question.label(spoken), question.help.say(spoken)]
        if question.kind == "date":
            words.append(_("Boleh 17081945, 17/8/45, 17-08-1945, atau 17 Agustus 1945."))
        elif question.kind in ("one", "many", "bool", "documents"):
            words.append(
                _("Huruf pertama menuju pilihannya, Spasi menandai.")
                if question.kind == "many"
                else _("Huruf pertama atau panah dan Spasi memilih; Del mengosongkan.")
            )
        return [line for line in words if line]

    @staticmethod
    def _of_findings(draft: Draft, field: str) -> list[str]:
        progress = draft.progress()
        lines = [
            _("Terisi {answered} dari {asked} isian, wajib {needed_answered} dari {needed}.").format(
                answered=progress.answered,
                asked=progress.asked,
                needed_answered=progress.needed_answered,
                needed=progress.needed,
            )
        ]
        # The page that sends lists them itself.
        told = [each for each in draft.findings if field and each in draft.shown_of(each.field)]
        lines += [f"- {finding_words(each)}" for each in told[:AT_MOST]]
        if len(told) > AT_MOST:
            lines.append(_("- dan {count} lagi; Ctrl+L memuat semuanya").format(count=number(len(told) - AT_MOST)))
        return lines
