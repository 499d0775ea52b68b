"""The second key of a decision about a pair: why. For one person also which registration stays, with which answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.tui.joining import Joining
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.screens.dialogs import Write
from fieldapp.tui.text import content
from fieldapp.tui.widgets.lines import Line, Lines

WIDTH = 68
"""Cells of a line in the box."""
OWN_WORDS: Final = "0"
"""The key for a reason that is not among the ready ones."""

TITLES: Final[dict[str, str]] = {
    "same": N_("Orang yang sama"),
    "different": N_("Orang yang berbeda"),
    "unsure": N_("Belum pasti"),
    "other": N_("Bukan orang yang sama"),
    "undo": N_("Tarik putusan tentang pasangan ini"),
}
WORDS: Final[dict[str, str]] = {
    "different": N_("Keduanya tetap terdaftar. Pasangan ini tidak ditanyakan lagi, kecuali isiannya berubah."),
    "unsure": N_("Keduanya tetap terdaftar, dan pasangan ini tetap di antrean bersama alasan Anda."),
    "other": N_("Alasan ini ikut dengan pendaftarannya dan dibaca pemeriksa."),
    "undo": N_("Keadaan sebelum putusan kembali, dan pasangan ini masuk antrean lagi."),
}
READY: Final[dict[str, tuple[str, ...]]] = {
    "same": (
        N_("Orangnya sudah ditanya"),
        N_("KTP atau KK sudah dicocokkan"),
        N_("Didaftarkan dua kali oleh pencacah yang berbeda"),
        N_("Salah ketik; yang lain sama"),
    ),
    "different": (
        N_("Orangnya sudah ditanya"),
        N_("KTP atau KK sudah dicocokkan"),
        N_("Kembar atau saudara"),
        N_("Nama kebetulan sama"),
        N_("NIK salah tulis pada salah satunya"),
    ),
    "unsure": (
        N_("Perlu bertanya kepada orangnya"),
        N_("Perlu melihat KTP atau KK"),
        N_("Ditanyakan kepada pencacahnya"),
    ),
    "other": (
        N_("Orangnya berdiri di depan saya; KTP dilihat"),
        N_("Kembar atau saudara"),
        N_("Nama kebetulan sama"),
    ),
    "undo": (N_("Salah tekan"), N_("Ada keterangan baru")),
}
"""Reasons that take one key. What is kept is the sentence as it was shown."""


@dataclass(frozen=True, slots=True)
class Reasoned:
    """What was picked: the reason, and for one person the registration that stays and the answers taken over."""

    reason: str
    survivor: str | None = None
    taken: dict[str, str] | None = None


class Reason(Dialog[Reasoned]):
    """Ready reasons by number, own words by 0; for one person (`joining`) also what stays and what is taken over."""

    # Lower than other boxes: with what will happen above them, the keys below must stay on the screen.
    DEFAULT_CSS = """
    Reason Lines { max-height: 11; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "other_side", N_("Sisi lain")),
        key("g", "swap", N_("Tukar yang tetap")),
    ]

    def __init__(self, decision: str, who: Sequence[str], *, joining: Joining | None = None) -> None:
        """`decision`: same, different, unsure, undo, or other (a draft of another person). `who`: both names."""
        super().__init__(_(TITLES[decision]), [" | ".join(who)])
        self._decision = decision
        self._joining = joining

    def body(self) -> Iterable[Widget]:
        yield Static(self._told(), id="told", classes="dialog--words", markup=False)
        yield Lines(self._lines())

    def on_mount(self) -> None:
        self.query_one(Lines).cursor = 1

    def _told(self) -> Content:
        words = self._joining.words() if self._joining is not None else [_(WORDS[self._decision])]
        return Content("\n").join([content(line) for line in words])

    def _lines(self) -> list[Line]:
        lines = [Line(_("Alasannya: tekan angkanya"), "heading")]
        lines += [
            Line(f"{number}  {_(words)}", value=str(number))
            for number, words in enumerate(READY[self._decision], start=1)
        ]
        lines.append(Line(f"{OWN_WORDS}  {_('Alasan lain, ditulis sendiri')}", value=OWN_WORDS))
        if self._joining is not None and (answers := self._joining.lines(WIDTH)):
            lines += [Line(_("Isian yang dipakai: kiri atau kanan"), "heading"), *answers]
        return lines

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "swap":
            return self._joining is not None
        if action == "other_side":
            return self._joining is not None and bool(self._joining.chosen)
        return super().check_action(action, parameters)

    def on_key(self, event: events.Key) -> None:
        """A number takes its reason."""
        if event.character is not None and event.character in "0123456789":
            event.stop()
            self._take(event.character)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        picked = event.lines.value()
        if isinstance(picked, str) and picked.isdigit():
            self._take(picked)
        else:
            self.action_other_side()

    def action_other_side(self) -> None:
        """Takes the answer of the line at hand from the other side."""
        lines = self.query_one(Lines)
        field = lines.value()
        if self._joining is None or not isinstance(field, str) or field.isdigit():
            return
        if not self._joining.toggle(field):
            self.complain(_("Yang tetap sudah masuk SK, jadi isiannya tidak dapat diubah."))
        self._redraw()

    def action_swap(self) -> None:
        """Lets the other registration stay."""
        if self._joining is not None and not self._joining.swap():
            self.complain(_("Pendaftaran yang sudah masuk SK tidak dapat dibatalkan, jadi itulah yang tetap."))
        self._redraw()

    def _redraw(self) -> None:
        self.query_one("#told", Static).update(self._told())
        self.query_one(Lines).show(self._lines())

    def _take(self, number: str) -> None:
        ready = READY[self._decision]
        if number == OWN_WORDS:
            title, names = _(TITLES[self._decision]), self._words[:1]
            self.app.push_screen(Write(title, [*names, _("Alasannya:")]), self._written)
        elif int(number) <= len(ready):
            self._written(_(ready[int(number) - 1]))

    def _written(self, reason: str | None) -> None:
        if not reason:
            return
        joining = self._joining
        if joining is None:
            self.dismiss(Reasoned(reason))
        else:
            self.dismiss(Reasoned(reason, joining.ids[joining.survivor], joining.taken()))
