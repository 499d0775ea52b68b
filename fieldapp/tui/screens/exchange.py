"""Carrying work: where it stands, a packet on a stick, and the hub; packets are taken in at the merge desk.

Each way runs beside the loop with a line of progress, and ends in a report that can be read again later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import exchange, exchange_book, handover
from fieldapp.tui import exchange_report
from fieldapp.tui.commands import FIELD, OFFICE
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.carrying import LABEL, CarryingScreen, Progress, drawn
from fieldapp.tui.screens.dialogs import Pick, Report
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import number, plain, when
from fieldapp.tui.widgets.lines import Line, Lines

STAGES = exchange_report.STAGES
EXTENSION: Final = ".fieldapp"


def stage_line(stage: str, told: Mapping[str, Any]) -> str:
    """One stage of the way: its words, people, entries, and what proves it."""
    counts = told[stage]
    note = ""
    if stage == "carried" and counts["bundles"]:
        note = _("paket {when}").format(when=_day(counts["bundles"][0]["written_at"]))
    elif stage == "acknowledged" and counts["by"]:
        latest = counts["by"][0]
        note = ", ".join(part for part in (plain(latest["by"], 24), _day(latest["at"])) if part)
    entries = "-" if stage == "drafts" else number(counts["entries"])
    return f"{_(STAGES[stage]):<31}{number(counts['registrations']):>7}{entries:>11}  {note}".rstrip()


def _day(moment: object) -> str:
    text = when(moment)
    return text[:5] + text[10:] if text else ""


class ExchangeScreen(CarryingScreen):
    """Where the work stands on top, then what can be done, then how far it is, then what came of it."""

    CSS_PATH = "exchange.tcss"
    HEADING = N_("Tukar data")
    HELP = N_(
        "Empat baris di atas menunjukkan sampai di mana pekerjaan laptop ini; Enter di sana menunjukkan siapa saja. "
        "Paket memuat semua yang belum diketahui kantor; menulisnya dua kali tidak apa-apa. Paket hanya terbaca "
        "oleh penerimanya. Menggabungkan berkas yang sama lagi tidak mengubah apa pun. Sinkron memerlukan "
        "jaringan ke pusat; putus di tengah jalan tidak menghilangkan apa pun."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("w", "begin('write')"),
        key("g", "begin('merge')"),
        key("b", "begin('returns')"),
        key("s", "begin('sync')"),
        key("y", "begin('given')"),
        key("r", "begin('latest')"),
    ]

    def __init__(self, begin: str = "") -> None:
        super().__init__()
        self._begin = begin
        self._stages: dict[str, Any] | None = None
        self._at_ways = False
        self._report: Callable[[], exchange_report.Report] = list

    def body(self) -> Iterable[Widget]:
        yield Lines(id="ways")
        yield Static("", id="progress", markup=False)
        yield Lines(id="report", reading=True)

    def on_mount(self) -> None:
        super().on_mount()
        self._report = self._how_it_stands
        self.relabel()
        if self._begin:
            self._start(self._begin)

    def relabel(self) -> None:
        """Writes everything again in the language in force."""
        self.head(_(self.HEADING))
        self._draw_ways()
        self.draw_report()

    # Where the work stands

    def status_changed(self) -> None:
        self._count()

    def _count(self) -> None:
        session = self.session
        self.ask(partial(handover.stages, session), self._counted)

    def _counted(self, told: dict[str, Any]) -> None:
        self._stages = told
        self._draw_ways()
        if self._report == self._how_it_stands:
            self.draw_report()

    def _how_it_stands(self) -> exchange_report.Report:
        if self._stages is None:
            return []
        if self._stages["all_arrived"]:
            return [("", _("Semua pekerjaan sudah sampai di kantor."))]
        waiting = int(self._stages["not_carried"]["entries"])
        if waiting:
            words = _("{count} perubahan belum dibawa: tulis paket ke flashdisk (W) atau sinkron (S).")
            return [("", words.format(count=number(waiting)))]
        if self._stages["carried"]["entries"]:
            return [("", _("Semua sudah dibawa. Tanda terima datang dengan paket balasan (G) atau sinkron (S)."))]
        drafts = int(self._stages["drafts"]["registrations"])
        if drafts and self._stages["acknowledged"]["entries"]:
            words = _("Semua yang dikirim sudah sampai di kantor; {count} draf belum dikirim.")
            return [("", words.format(count=number(drafts)))]
        return []

    # What can be done

    def _draw_ways(self) -> None:
        ways = self.query_one("#ways", Lines)
        kept = ways.value() if self._at_ways else "write"
        heading = f"{_('Pekerjaan di laptop ini'):<31}{_('orang'):>7}{_('perubahan'):>11}  {_('Enter: siapa saja')}"
        lines = [Line(heading, "heading")]
        for stage in handover.STAGES:
            text = stage_line(stage, self._stages) if self._stages else _(STAGES[stage])
            lines.append(Line(text, value=stage))
        lines += [Line(""), *(Line(f"{letter.upper()}  {words}", value=what) for letter, words, what in self._ways())]
        at = next((index for index, line in enumerate(lines) if line.value == kept), 0)
        self._at_ways = True
        ways.show(lines, cursor=at)

    def _ways(self) -> list[tuple[str, str, str]]:
        office = self.session.member.role in OFFICE
        last = (self.field_app.status or {}).get("last_sync")
        ways = [
            ("w", _("Tulis paket untuk kantor ke flashdisk"), "write"),
            ("g", _("Gabungkan paket dari laptop lain") if office else _("Ambil paket balasan dari kantor"), "merge"),
        ]
        if office:
            ways.append(("b", _("Tulis paket balasan, satu untuk setiap laptop"), "returns"))
            ways.append(("y", _("Paket balasan: siapa sudah mengambilnya"), "given"))
        words = _("Sinkron dengan pusat lewat jaringan")
        ways.append(("s", f"{words} ({_('terakhir {when}').format(when=when(last))})" if last else words, "sync"))
        ways.append(("r", _("Laporan pertukaran terakhir"), "latest"))
        return ways

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        what = event.lines.value()
        if what in STAGES:
            self._show_people(str(what))
        elif isinstance(what, str):
            self._start(what)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "begin" and parameters[0] in ("returns", "given"):
            return self.session.member.role in OFFICE
        return super().check_action(action, parameters)

    def action_begin(self, what: str) -> None:
        self._start(what)

    def _show_people(self, stage: str) -> None:
        if stage == "drafts" and self.session.member.role in FIELD:
            self.app.push_screen(screen_named("drafts"))
        elif self._stages and self._stages[stage]["registrations"]:
            self.app.push_screen(screen_named("handover", stage=stage, told=self._stages[stage]))
        else:
            self.tell(_("Tidak ada orang di tahap ini."))

    def _start(self, what: str) -> None:
        if not self.is_free():
            return
        match what:
            case "write":
                self._choose(_("Tulis paket ke folder mana?"), self._write)
            case "merge":
                # Not awaited here: it takes this screen away from under the key that asked for it.
                self.app.call_later(self.app.run_action, "app.merge")
            case "returns":
                self._choose(_("Tulis paket balasan ke folder mana?"), self._returns)
            case "sync":
                self._sync()
            case "given":
                self.ask(partial(exchange_book.returned, self.session), self._show_given)
            case "latest":
                self.ask(partial(exchange_book.latest, self.session), self._show_latest)

    def _choose(self, title: str, then: Callable[[list[Path]], None]) -> None:
        def done(chosen: list[Path] | None) -> None:
            if chosen:
                then(chosen)

        self.app.push_screen(FileDialog(title, "folder"), done)

    # The ways

    def _write(self, chosen: list[Path]) -> None:
        # The name says when, never who: a stick gets lost.
        out = chosen[0] / f"paket-{datetime.now().astimezone():%Y%m%d-%H%M%S}{EXTENSION}"
        session = self.session
        self._run(
            "write",
            _("Menulis paket"),
            lambda progress: exchange.write_bundle(session, out, progress=progress),
            self._written,
        )

    def _written(self, answer: Mapping[str, Any]) -> exchange_report.Report:
        first, *rest = exchange_report.written(answer)
        return [
            first,
            ("", _("Flashdisk boleh dicabut sekarang. Data tetap ada di laptop ini juga.")),
            (_("Berkas"), plain(Path(str(answer["file"])).name, 60)),
            *rest,
        ]

    def _returns(self, chosen: list[Path]) -> None:
        session = self.session
        self._run(
            "write",
            _("Menulis paket balasan"),
            lambda progress: exchange.write_returns(session, chosen[0], progress=progress),
            self._given,
        )

    def _given(self, answers: list[Mapping[str, Any]]) -> exchange_report.Report:
        counts = {"bundles": len(answers), "entries": sum(int(each["entries"]) for each in answers)}
        report = exchange_report.returns(counts)
        report.insert(1, ("", _("Flashdisk boleh dicabut sekarang.")))
        for each in answers:
            words = _("{file}: {count} perubahan").format(
                file=plain(Path(str(each["file"])).name, 60), count=number(each["entries"])
            )
            report.append((plain(each["name"], LABEL), words))
        return report

    def _sync(self) -> None:
        session = self.session
        self.field_app.quiet.pause()
        self._run(
            "sync",
            _("Sinkron dengan pusat"),
            lambda progress: exchange.sync(session, progress=progress, is_stopped=self._stop_asked.is_set),
            self._synced,
        )

    def _synced(self, answer: Mapping[str, Any]) -> exchange_report.Report:
        report = exchange_report.synced(answer) + exchange_report.differing(len(answer["differing"]))
        offset = answer.get("clock_offset_ms")
        if isinstance(offset, int) and abs(offset) >= 60_000:
            words = _("meleset {minutes} menit; betulkan jam laptop ini")
            report.append((_("Jam laptop"), words.format(minutes=round(abs(offset) / 60_000))))
        return report + [("", str(note)) for note in answer["notes"]]

    # Read again

    def _show_latest(self, found: Sequence[Mapping[str, Any]]) -> None:
        def picked(kept: object) -> None:
            if isinstance(kept, Mapping):
                self._report = partial(exchange_report.again, kept)
                self.draw_report()

        lines = [Line(exchange_report.in_short(each), value=each) for each in found]
        self.app.push_screen(Pick(_("Pertukaran terakhir"), lines), picked)

    def _show_given(self, found: Sequence[Mapping[str, Any]]) -> None:
        lines: list[Line] = []
        for each in found:
            written = when(each["written_at"])
            if each["fetched"] is None:
                words = _("tidak ada yang baru untuknya") if written else _("belum pernah ditulisi balasan")
            else:
                words = _("sudah diambil") if each["fetched"] else _("belum ada kabar")
            lines.append(Line(f"{plain(each['name'], 24):<25}{written[:5] + written[10:]:<13}{words}"))
        if not lines:
            lines = [Line(_("Belum ada laptop lain."))]
        self.app.push_screen(Report(_("Paket balasan: untuk siapa, kapan ditulis, sudah diambil?"), lines))

    # Running

    def _run(
        self,
        what: str,
        title: str,
        work: Callable[[Progress], Any],
        then: Callable[[Any], exchange_report.Report],
    ) -> None:
        self.run_work(what, title, work, lambda answer: self._say(partial(then, answer)))

    def begun(self) -> None:
        self._say(list)

    def refused(self, report: exchange_report.Report) -> None:
        self._say(lambda: report)

    def advice(self, what: str) -> exchange_report.Report:
        address = self.session.preference("hub_url")
        if what == "sync" and address:
            words = _("{address} (salah? betulkan di Pengaturan, menu A)")
            return [(_("Alamat pusat"), words.format(address=plain(address, 60)))]
        return []

    def _say(self, report: Callable[[], exchange_report.Report]) -> None:
        self._report = report
        self.draw_report()

    def report_lines(self, width: int) -> list[Line]:
        return drawn(self._report(), width)
