"""F7: registrations that may be of one person. The queue of cases, what is still to be compared, and the comparing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import registrations
from fieldapp.services.pairs import duplicates, finding
from fieldapp.tui.answer_text import label_of
from fieldapp.tui.comparing import BANDS, band_text, decision_text
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.carrying import bar
from fieldapp.tui.screens.dialogs import Pick, Report
from fieldapp.tui.screens.pair import Ids, decision_of, is_settled
from fieldapp.tui.text import area_text, content, number, plain, wrapped
from fieldapp.tui.widgets.lines import Line
from fieldapp.tui.widgets.record_list import Column, RecordList, Row

Case = Mapping[str, Any]
SHORT_BANDS: Final[dict[str, str]] = {
    "almost_certain": N_("hampir pasti"),
    "to_review": N_("perlu dilihat"),
    "same_nik": N_("NIK sama?"),
}
STEPS: Final[dict[str, str]] = {
    "index": N_("Menyiapkan yang baru"),
    "compare": N_("Membandingkan"),
    "weigh": N_("Menimbang pasangan"),
}
EVERY_BAND: Final = ""
DECIDED: Final = "decided"
"""The filter that shows what was decided already."""


def band_of(case: Case) -> str:
    """The gravest band among the pairs of a case."""
    bands = {str(pair["band"]) for pair in case["pairs"]}
    return next((band for band in BANDS if band in bands), "")


def name_of(case: Case) -> str:
    """What the queue calls a case: one registration may stand in a case of likeness and in one of a shared NIK."""
    return f"{case['case']} {band_of(case) == 'same_nik'}"


def columns() -> Sequence[Column]:
    """How strong, who, where; on wide screens also what was decided and how many pairs are open."""
    return (
        Column(lambda: _("Kekuatan"), lambda row: _(SHORT_BANDS.get(str(row["band"]), str(row["band"]))), 15),
        Column(lambda: _("Pendaftaran yang mirip"), lambda row: str(row["names"])),
        Column(lambda: _("Kelurahan"), lambda row: str(row["areas"]), 16),
        Column(lambda: _("Pasangan"), lambda row: str(row["open"]), 8, from_width=100),
        Column(lambda: _("Putusan"), lambda row: str(row["decisions"]), 28, from_width=120),
    )


def row_of(case: Case, rows: Mapping[str, Mapping[str, Any]]) -> Row:
    """A line of the queue: the names and places of a case's registrations, its band and what was decided."""
    people = [rows.get(each, {}) for each in case["registrations"]]
    names = " | ".join(plain(row.get("name") or _("(belum bernama)"), 60) for row in people)
    decisions = dict.fromkeys(decision_of(pair) for pair in case["pairs"])
    still_open = sum(1 for pair in case["pairs"] if not is_settled(pair))
    return {
        "id": name_of(case),
        "band": band_of(case),
        "names": f"({len(people)}) {names}" if len(people) > 2 else names,
        "areas": ", ".join(dict.fromkeys(str(row.get("area_name") or "") for row in people)),
        "open": _("{open} dari {count}").format(open=number(still_open), count=number(len(case["pairs"]))),
        "decisions": ", ".join(decision_text(decision) for decision in decisions if decision),
    }


class DuplicatesScreen(FieldScreen[None]):
    """Cases by band and weight; Enter looks at them one after the other, C compares what is new."""

    CSS_PATH = "duplicates.tcss"
    HEADING = N_("Orang yang sama?")
    HELP = N_(
        "Pendaftaran yang mungkin milik satu orang, yang paling kuat dulu. Enter menampilkan pasangannya berdampingan "
        "untuk diputuskan. C membandingkan pendaftaran yang belum dibandingkan; Esc menghentikannya, dan yang sudah "
        "selesai tetap tersimpan. Ctrl+F menyaring. 'NIK sama, orang beda?' berarti satu NIK dipakai dua orang: "
        "periksa NIK-nya, jangan disatukan begitu saja."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("c", "compare", N_("Bandingkan")),
        key("ctrl+f", "filter", N_("Saring")),
    ]

    @dataclass
    class Moved(Message):
        """The comparing got a step further."""

        done: int
        total: int | None
        what: str

    def __init__(self) -> None:
        super().__init__()
        self._cases: dict[str, Case] = {}
        self._band = EVERY_BAND
        self._area = ""
        self._question = 0
        self._is_comparing = False
        self._stopping = Event()
        self._told: list[str] = []

    def body(self) -> Iterable[Widget]:
        yield Static("", id="counts", markup=False)
        yield Static("", id="comparing", markup=False)
        yield RecordList(columns())

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._reload()

    # The queue

    def _reload(self) -> None:
        session, area, decided = self.session, self._area or None, self._band == DECIDED
        self._question += 1

        def work() -> tuple[Sequence[Case], int]:
            return duplicates.listing(session, area=area, decided=decided), finding.left(session)

        self.ask(work, partial(self._found, self._question))

    def _found(self, question: int, found: tuple[Sequence[Case], int]) -> None:
        if question != self._question:
            return
        cases, left = found
        shown = [case for case in cases if self._band in (EVERY_BAND, DECIDED) or band_of(case) == self._band]
        self._cases = {name_of(case): case for case in shown}
        records = self.query_one(RecordList)
        records.show_ids(list(self._cases), keep=records.value())
        self.head(right=_("{count} kasus").format(count=number(len(shown))))
        self._tell_counts(cases)
        if left and not self._is_comparing:
            words = _("{count} pendaftaran belum dibandingkan: tekan C.").format(count=number(left))
            self.query_one("#comparing", Static).update(content(words))

    def _tell_counts(self, cases: Sequence[Case]) -> None:
        counts = Counter(band_of(case) for case in cases)
        parts = [f"{band_text(band)} {number(counts[band])}" for band in SHORT_BANDS]
        lines = [" | ".join(parts)]
        shown = [_("Yang sudah diputuskan")] if self._band == DECIDED else []
        if self._band in SHORT_BANDS:
            shown.append(band_text(self._band))
        if self._area:
            shown.append(area_text(self._area, self._area[:5]))
        if shown:
            lines.append(_("Disaring: {what}.").format(what=", ".join(shown)))
        if not self._cases:
            lines.append(_("Tidak ada kasus di sini."))
        self.query_one("#counts", Static).update(Content("\n").join([content(line) for line in lines]))

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        session = self.session
        cases = [self._cases[each] for each in event.ids if each in self._cases]
        wanted = list(dict.fromkeys(each for case in cases for each in case["registrations"]))

        def work() -> list[Row]:
            rows = {str(row["id"]): row for row in registrations.rows(session, wanted)}
            return [row_of(case, rows) for case in cases]

        self.ask(work, partial(event.lines.put_rows, event.number, event.page))

    def on_lines_chosen(self, event: RecordList.Chosen) -> None:
        chosen = event.lines.value()
        if not isinstance(chosen, str) or chosen not in self._cases:
            return
        pairs: list[Ids] = []
        begin = 0
        for name, case in self._cases.items():
            ids = [(str(pair["a"]), str(pair["b"])) for pair in case["pairs"]]
            if name == chosen:
                still = [at for at, pair in enumerate(case["pairs"]) if not is_settled(pair)]
                begin = len(pairs) + (still[0] if still else 0)
            pairs += ids
        self.app.push_screen(screen_named("pair", pairs=pairs, at=begin))

    def action_filter(self) -> None:
        """By band, by what was decided, or by kelurahan."""
        session = self.session
        self.ask(partial(duplicates.listing, session), self._pick_filter)

    def _pick_filter(self, cases: Sequence[Case]) -> None:
        lines = [Line(_("Semua yang belum diputuskan"), value=("band", EVERY_BAND))]
        lines += [Line(band_text(band), value=("band", band)) for band in SHORT_BANDS]
        lines.append(Line(_("Yang sudah diputuskan"), value=("band", DECIDED)))
        areas = Counter(area for case in cases for area in set(case["areas"]))
        lines.append(Line(_("Semua wilayah"), value=("area", "")))
        lines += [
            Line(f"{area_text(area, area[:5])}: {number(count)}", value=("area", area))
            for area, count in sorted(areas.items())
        ]

        def done(picked: object) -> None:
            if isinstance(picked, tuple):
                what, value = picked
                if what == "band":
                    self._band = value
                else:
                    self._area = value
                self._reload()

        self.app.push_screen(Pick(_("Saring kasus"), lines, find=True), done)

    # Comparing

    def action_compare(self) -> None:
        """Compares what was not compared yet, beside the screen; Esc stops it between two steps."""
        if self._is_comparing:
            self.complain(_("Masih membandingkan. Esc menghentikannya."))
            return
        session, stopping = self.session, self._stopping
        stopping.clear()
        self._is_comparing = True
        self._progress(0, None, _("Membandingkan"))

        def progress(done: int, total: int | None, what: str) -> None:
            self.post_message(self.Moved(done, total, what))

        def work() -> Mapping[str, Any]:
            return duplicates.find(session, progress=progress, cancelled=stopping.is_set)

        self.ask(work, self._compared, lane="cart", failed=self._not_compared)

    def on_duplicates_screen_moved(self, event: Moved) -> None:
        if self._is_comparing:
            words = _(STEPS[event.what]) if event.what in STEPS else plain(event.what, 40)
            self._progress(event.done, event.total, words)

    def _progress(self, done: int, total: int | None, what: str) -> None:
        words = f"{bar(done, total)}  {what} ({_('Esc menghentikan')})"
        self.query_one("#comparing", Static).update(content(words))

    def _compared(self, answer: Mapping[str, Any]) -> None:
        self._is_comparing = False
        words = _("{compared} pendaftaran dibandingkan, {pairs} pasangan baru.").format(
            compared=number(answer["compared"]), pairs=number(answer["new"])
        )
        words += "" if answer["left"] else " " + _("Tidak ada sisa.")
        self.query_one("#comparing", Static).update(content(words))
        if answer["skipped"]:
            self._tell_skipped(answer["skipped"])
        self.field_app.refresh_status()
        self._reload()

    def _tell_skipped(self, skipped: Sequence[Mapping[str, Any]]) -> None:
        lines = [Line(_("Yang dilewati, karena terlalu banyak yang sama"), "heading")]
        for each in skipped:
            alike = ", ".join(label_of(str(field)) for field in each["alike"])
            words = _("{people} orang dengan isian yang sama: {alike}").format(
                people=number(each["people"]), alike=alike
            )
            lines += [Line(part) for part in wrapped(words, 68, 2)]
        self.app.push_screen(Report(_("Tidak semuanya dibandingkan"), lines))

    def _not_compared(self, words: str) -> None:
        self._is_comparing = False
        self.query_one("#comparing", Static).update(content(""))
        self.complain(words)

    def action_leave(self) -> None:
        if self._is_comparing:
            self._stopping.set()
            self.query_one("#comparing", Static).update(content(_("Berhenti sesudah langkah ini...")))
        else:
            self.dismiss()
