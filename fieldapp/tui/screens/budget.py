"""Quota and money whole: limits, slots by supervisor, who waits, and what would be if."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.domain.months import is_month
from fieldapp.locale import N_, _
from fieldapp.services.quota import budget, leases, waiting
from fieldapp.tui.budget_lines import Part, joined, parts, what_if_lines
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Confirm, Pick, Report, Write
from fieldapp.tui.text import number, plain, whole
from fieldapp.tui.widgets.lines import Line, Lines

MOST_WAITING: Final = 300
"""People of the waiting list that are named here; the command line lists all."""
_LEAST_WIDTH: Final = 40

#: What can be tried: the argument of `budget.what_if` -> the question.
_QUESTIONS: Final[dict[str, str]] = {
    "more": N_("Berapa orang lagi dari antrean disetujui sekarang?"),
    "start": N_("Program mulai bulan apa (tahun-bulan, misalnya 2027-04)?"),
    "premium": N_("Iuran sebulan seorang menjadi berapa rupiah, mulai sekarang?"),
    "quota": N_("Kuota menjadi berapa orang?"),
    "budget": N_("Anggaran menjadi berapa rupiah?"),
}

Loaded = tuple[dict[str, Any], dict[str, Any]]


class BudgetScreen(FieldScreen[None]):
    """Read by line; B tries something out, and administrators change a lease on its line."""

    HEADING = N_("Kuota dan anggaran")
    HELP = N_(
        "Baca dengan panah; L melompat ke satu bagian. B menghitung 'bagaimana jika' tanpa mengubah apa pun. Enter "
        "pada orang yang menunggu membuka pendaftarannya. Administrator: Enter atau J pada baris seorang pengawas "
        "mengubah jatahnya. Daftar tunggu seluruhnya: fieldapp waiting list."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("b", "what_if", N_("Bagaimana jika")),
        key("j", "lease", N_("Ubah jatah")),
        key("l", "jump", N_("Lompat")),
    ]
    AUTO_FOCUS = "Lines"

    def __init__(self) -> None:
        super().__init__()
        self._loaded: Loaded | None = None
        self._parts: list[Part] = []

    def body(self) -> Iterable[Widget]:
        yield Lines(id="budget")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def _load(self) -> None:
        session = self.session

        def work() -> Loaded:
            return budget.report(session), waiting.listing(session, limit=MOST_WAITING)

        self.ask(work, self._show)

    def _show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.head(right=_("{count} menunggu").format(count=number(loaded[0]["waiting"])))
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._loaded is not None:
            self._parts = parts(*self._loaded, max(_LEAST_WIDTH, self.size.width - 5))
            self.query_one(Lines).show(joined(self._parts))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only whoever may change a lease is offered it."""
        if action == "lease":
            return self.session.member.role == "admin"
        return super().check_action(action, parameters)

    def action_jump(self) -> None:
        """To the beginning of a part, picked from their headings."""
        starts, at = [], 0
        for part in self._parts:
            starts.append(at)
            at += len(part.lines) + 2
        lines = [Line(part.heading, value=start) for part, start in zip(self._parts, starts, strict=True)]

        def done(picked: object) -> None:
            if isinstance(picked, int):
                shown = self.query_one(Lines)
                shown.cursor = picked
                shown.scroll_to(y=picked * shown.step, animate=False)

        self.app.push_screen(Pick(_("Lompat ke bagian"), lines), done)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, tuple) and chosen[0] == "person":
            self.app.push_screen(screen_named("record", registration=chosen[1]))
        elif isinstance(chosen, tuple) and self.session.member.role == "admin":
            self.action_lease()

    def action_what_if(self) -> None:
        """Asks what to try, then shows how things would stand."""

        def asked(picked: object) -> None:
            if isinstance(picked, str):
                self._try(picked)

        lines = [Line(_(words), value=name) for name, words in _QUESTIONS.items()]
        self.app.push_screen(Pick(_("Bagaimana jika"), lines, words=[_("Tidak ada yang diubah.")]), asked)

    def _try(self, what: str) -> None:
        def written(text: str | None) -> None:
            if text is not None:
                value: Any = text.strip() if what == "start" else whole(text)
                self.ask(
                    partial(budget.what_if, self.session, **{what: value}),
                    lambda told: self.app.push_screen(Report(_("Bagaimana jika"), what_if_lines(told))),
                )

        self.app.push_screen(Write(_("Bagaimana jika"), [_(_QUESTIONS[what])], check=partial(_wrong, what)), written)

    def action_lease(self) -> None:
        """Another number of slots for the supervisor on the line at hand."""
        chosen = self.query_one(Lines).value()
        if not isinstance(chosen, tuple) or chosen[0] != "lease":
            self.complain(_("Pindahkan panah ke baris seorang pengawas, lalu tekan J."))
            return
        _kind, name, slots = chosen

        def written(text: str | None) -> None:
            if text is not None:
                self._plan(str(name), int(whole(text)))

        words = [
            _("{name}: sekarang {slots} tempat.").format(name=plain(name, 60), slots=number(slots)),
            _("Menjadi berapa tempat seluruhnya?"),
        ]
        self.app.push_screen(Write(_("Ubah jatah"), words, value=str(slots), check=partial(_wrong, "quota")), written)

    def _plan(self, name: str, slots: int) -> None:
        session = self.session

        def planned(plan: dict[str, Any]) -> None:
            if plan["would_wait"]:
                words = [
                    _("{name}: {before} menjadi {after} tempat.").format(
                        name=plain(name, 60), before=number(plan["before"]), after=number(plan["after"])
                    ),
                    _("{count} orang yang sudah disetujui harus menunggu lagi, mulai dari yang terakhir.").format(
                        count=number(plan["would_wait"])
                    ),
                ]
                self.app.push_screen(Confirm(_("Ubah jatah"), words, _("Ya, ubah"), careful=True), agreed)
            else:
                agreed(True)

        def agreed(yes: bool | None) -> None:
            if yes:
                work = partial(leases.assign, session, name, slots, sure=True)
                self.ask(work, lambda _plan: self._changed(), lane="pen")

        self.ask(partial(leases.preview, session, name, slots), planned)

    def _changed(self) -> None:
        self.tell(_("Jatah diubah. Pengawas menerimanya pada pertukaran data berikutnya."))
        self.field_app.refresh_status()
        self._load()


def _wrong(what: str, text: str) -> str:
    """What is wrong with a typed answer, or nothing."""
    if what == "start":
        return "" if is_month(text.strip()) else _("Bulan ditulis tahun-bulan, misalnya 2027-04.")
    return "" if isinstance(whole(text), int) else _("Tulis sebuah bilangan bulat.")
