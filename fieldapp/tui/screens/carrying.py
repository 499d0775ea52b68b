"""Screens whose work runs beside the loop with a line of progress, can be ended half-way, and ends in a report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from textual.message import Message
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import exchange
from fieldapp.tui import exchange_report
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Confirm
from fieldapp.tui.text import content, number, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

BAR: Final = 40
"""Cells of the progress bar; drawn with letters, so that it is read without colour."""
LABEL: Final = 26
"""Cells of the labels of a report."""
DOING: Final[dict[str, str]] = {
    "seal": N_("menyegel paket"),
    "write": N_("menulis dan membaca ulang; flashdisk jangan dicabut"),
    "merge": N_("menggabungkan"),
    "look": N_("mencoba; belum ada yang diubah"),
    "undo": N_("memeriksa satu per satu"),
    "sync": N_("bertukar dengan pusat"),
}
STOPPABLE: Final[dict[str, str]] = {
    "merge": N_("Yang sudah masuk tetap tersimpan, dan lain kali diteruskan dari situ."),
    "look": N_("Ini baru percobaan; tidak ada yang berubah."),
    "sync": N_("Yang sudah masuk tetap tersimpan, dan lain kali diteruskan dari situ."),
}
"""What a person may end half-way, and what is so then."""

Progress = Callable[[int, int | None, str], None]


def bar(done: int, total: int | None) -> str:
    """How far it is: `[#####.....]  50%`, or a count where the end is not known."""
    if not total:
        return f"[{'.' * BAR}] {number(done)}"
    share = max(0.0, min(1.0, done / total))
    full = round(share * BAR)
    return f"[{'#' * full}{'.' * (BAR - full)}] {share:4.0%}"


def drawn(report: exchange_report.Report, width: int, label_cells: int = LABEL) -> list[Line]:
    """A report as lines of at most `width` cells, its labels on the left."""
    lines: list[Line] = []
    for label, words in report:
        text = f"{label:<{label_cells}} {words}" if label else words
        lines += [Line(part) for part in wrapped(text, width, label_cells + 1 if label else 0)]
    return lines


class CarryingScreen(FieldScreen[None]):
    """Has a line `#progress` and lines `#report` to be read; subclasses say what is done."""

    @dataclass
    class Moved(Message):
        """The work in the thread got a step further."""

        done: int
        total: int | None
        what: str

    def __init__(self) -> None:
        super().__init__()
        self._work_at = ""
        self._stop_asked = threading.Event()

    def report_lines(self, width: int) -> list[Line]:
        """What stands in the report."""
        return []

    def advice(self, what: str) -> exchange_report.Report:
        """What more there is to know where a work was refused."""
        return []

    def begun(self) -> None:
        """A work began: what was reported of the one before is no longer true."""

    def refused(self, report: exchange_report.Report) -> None:
        """A work was refused, or stopped; why, in words."""

    def is_free(self) -> bool:
        """Whether nothing is at work; says so when something is."""
        if self._work_at:
            self.complain(_("Masih bekerja. Tunggu sampai selesai."))
        return not self._work_at

    def run_work(self, what: str, title: str, work: Callable[[Progress], Any], then: Callable[[Any], object]) -> None:
        """Runs `work` beside the loop with its progress told, then `then` with its answer."""
        self._work_at = what
        self._stop_asked.clear()
        stop_asked = self._stop_asked
        self.begun()
        self._progress(title, 0, None)

        def progress(done: int, total: int | None, doing: str) -> None:
            if what in STOPPABLE and stop_asked.is_set():
                raise exchange.Stopped
            self.post_message(self.Moved(done, total, "look" if what == "look" else doing))

        def finished(answer: Any) -> None:
            self._done(title, _("selesai"))
            then(answer)
            if what == "sync":
                self.field_app.quiet.met(True)
            self.field_app.refresh_status()

        def failed(words: str) -> None:
            self._done(title, _("dihentikan") if stop_asked.is_set() else _("tidak berhasil"))
            lines = [("", line) for line in words.split("\n")]
            self.refused(lines if stop_asked.is_set() else [*lines, *self.advice(what)])
            if what == "sync":
                self.field_app.quiet.met(False)
            self.field_app.refresh_status()

        self.ask(partial(work, progress), finished, lane="cart", failed=failed)

    def _done(self, title: str, words: str) -> None:
        self._work_at = ""
        self.query_one("#progress", Static).update(content(f"{title}: {words}"))
        if isinstance(self.app.screen, StopDialog):
            self.app.screen.dismiss(False)

    def on_carrying_screen_moved(self, event: Moved) -> None:
        if self._work_at:
            doing = DOING.get(event.what)
            self._progress(_(doing) if doing else "", event.done, event.total)

    def _progress(self, words: str, done: int, total: int | None) -> None:
        self.query_one("#progress", Static).update(content(f"{bar(done, total)}  {words}"))

    def draw_report(self) -> None:
        """Draws the report anew, in the language and the width in force."""
        width = max(40, self.size.width - 4)
        self.query_one("#report", Lines).show(self.report_lines(width), cursor=0)

    def on_resize(self) -> None:
        self.draw_report()

    def action_leave(self) -> None:
        if not self._work_at:
            self.leave()
        elif self._work_at not in STOPPABLE:
            self.complain(_("Masih bekerja. Tunggu sampai selesai."))
        elif not self._stop_asked.is_set():
            self.app.push_screen(StopDialog(_(STOPPABLE[self._work_at])), self._stop)

    def leave(self) -> None:
        """Esc, with nothing at work."""
        self.dismiss()

    def _stop(self, is_meant: bool | None) -> None:
        if is_meant and self._work_at:
            self._stop_asked.set()
            self._progress(_("dihentikan, sebentar..."), 0, None)


class StopDialog(Confirm):
    """Whether to end half-way; going on is the answer at hand."""

    def __init__(self, words: str) -> None:
        super().__init__(_("Hentikan?"), [words], _("Hentikan"), no=_("Tidak, teruskan"), careful=True)
