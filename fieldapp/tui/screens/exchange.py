"""Carrying work: a packet on a stick, packets taken in, and the hub. Each runs beside the loop with a progress line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import exchange
from fieldapp.tui.commands import OFFICE
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import content, number, plain, when, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

BAR = 40
"""Cells of the progress bar; drawn with letters, so that it is read without colour."""
EXTENSION = ".fieldapp"

Progress = Callable[[int, int | None, str], None]


def bar(done: int, total: int | None) -> str:
    """How far it is: `[#####.....]  50%`, or a count where the end is not known."""
    if not total:
        return f"[{'.' * BAR}] {number(done)}"
    share = max(0.0, min(1.0, done / total))
    full = round(share * BAR)
    return f"[{'#' * full}{'.' * (BAR - full)}] {share:4.0%}"


class ExchangeScreen(FieldScreen[None]):
    """What can be done on top, then how far it is, then what came of it."""

    CSS_PATH = "exchange.tcss"
    HEADING = N_("Tukar data")
    HELP = N_(
        "Paket memuat semua yang belum diketahui kantor; menulisnya dua kali tidak apa-apa. Paket hanya terbaca "
        "oleh penerimanya. Menggabungkan berkas yang sama lagi tidak mengubah apa pun. Sinkron memerlukan "
        "jaringan ke pusat; putus di tengah jalan tidak menghilangkan apa pun."
    )
    BINDINGS: ClassVar[list[BindingType]] = []

    @dataclass
    class Moved(Message):
        """The work in the thread got a step further."""

        done: int
        total: int | None
        what: str

    def __init__(self, begin: str = "") -> None:
        super().__init__()
        self._begin = begin
        self._busy = False
        self._report: list[tuple[str, str]] = []

    def body(self) -> Iterable[Widget]:
        yield Lines(self._ways(), id="ways")
        yield Static("", id="progress", markup=False)
        yield Lines(id="report", reading=True)

    def _ways(self) -> list[Line]:
        office = self.session.member.role in OFFICE
        ways = [
            (_("Tulis paket untuk kantor ke flashdisk"), "write"),
            (_("Gabungkan paket dari laptop lain") if office else _("Ambil paket balasan dari kantor"), "merge"),
        ]
        if office:
            ways.append((_("Tulis paket balasan, satu untuk setiap laptop"), "returns"))
        ways.append((_("Sinkron dengan pusat lewat jaringan"), "sync"))
        return [Line(words, value=what) for words, what in ways]

    def on_mount(self) -> None:
        super().on_mount()
        status = self.field_app.status or {}
        count = number(status.get("not_carried", 0))
        last = when(status.get("last_sync")) or _("belum pernah")
        self._tell("", _("Belum dibawa: {count}. Sinkron terakhir: {when}.").format(count=count, when=last))
        if self._begin:
            self._start(self._begin)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        what = event.lines.value()
        if isinstance(what, str):
            self._start(what)

    def _start(self, what: str) -> None:
        if self._busy:
            self.complain(_("Masih bekerja. Tunggu sampai selesai."))
            return
        match what:
            case "write":
                self._choose(_("Tulis paket ke folder mana?"), "folder", self._write)
            case "merge":
                self._choose(_("Berkas paket yang digabungkan"), "files", self._merge)
            case "returns":
                self._choose(_("Tulis paket balasan ke folder mana?"), "folder", self._returns)
            case "sync":
                self._sync()

    def _choose(self, title: str, what: Any, then: Callable[[list[Path]], None]) -> None:
        def done(chosen: list[Path] | None) -> None:
            if chosen:
                then(chosen)

        self.app.push_screen(FileDialog(title, what), done)

    # The four ways

    def _write(self, chosen: list[Path]) -> None:
        # The name says when, never who: a stick gets lost.
        out = chosen[0] / f"paket-{datetime.now().astimezone():%Y%m%d-%H%M%S}{EXTENSION}"
        session = self.session
        self._run(
            _("Menulis paket"),
            lambda progress: exchange.write_bundle(session, out, progress=progress),
            self._written,
        )

    def _written(self, answer: Mapping[str, Any]) -> None:
        self._tell("", _("Paket selesai ditulis dan dibaca ulang: boleh dibawa."))
        self._tell(_("Berkas"), plain(answer["file"]))
        self._tell(_("Perubahan di dalamnya"), number(answer["entries"]))
        self._tell(_("Ukuran"), _("{count} kB").format(count=number(max(1, int(answer["bytes"]) // 1024))))
        self._tell("", _("Data tetap ada di laptop ini sampai kantor memberi tanda terima."))

    def _returns(self, chosen: list[Path]) -> None:
        session = self.session
        self._run(_("Menulis paket balasan"), lambda _progress: exchange.write_returns(session, chosen[0]), self._given)

    def _given(self, answers: list[Mapping[str, Any]]) -> None:
        self._tell("", _("{count} paket balasan ditulis.").format(count=number(len(answers))))
        for each in answers:
            words = _("{file}: {count} perubahan").format(
                file=plain(Path(str(each["file"])).name, 60), count=number(each["entries"])
            )
            self._tell(plain(each["to"], 27), words)

    def _merge(self, chosen: list[Path]) -> None:
        session = self.session
        self._run(_("Menggabungkan"), lambda progress: exchange.merge(session, chosen, progress=progress), self._merged)

    def _merged(self, answer: Mapping[str, Any]) -> None:
        entries, people = answer["entries"], answer["registrations"]
        new = int(entries["new"])
        self._tell("", _("Selesai digabungkan.") if new else _("Selesai. Semua isi paket sudah ada di laptop ini."))
        self._tell(_("Perubahan baru"), number(new))
        self._tell(_("Sudah diketahui"), number(entries["known"]))
        self._tell(_("Pendaftaran baru"), number(people["new"]))
        self._tell(_("Pendaftaran berubah"), number(people["changed"]))
        if people["conflicting"]:
            self._tell(
                _("Bertentangan"), _("{count}: selesaikan di menu K").format(count=number(people["conflicting"]))
            )
        if people["duplicate"]:
            words = _("{count}: bandingkan dan putuskan di menu O (F7)")
            self._tell(_("NIK ganda"), words.format(count=number(people["duplicate"])))
        if entries["quarantined"]:
            words = _("{count} ditahan karena tidak sah atau di luar wilayah; tanyakan administrator")
            self._tell(_("Karantina"), words.format(count=number(entries["quarantined"])))
        if answer["receipts"]:
            self._tell(_("Tanda terima"), number(answer["receipts"]))
        if answer["prerequisites_missing"]:
            words = _("Ada {count} bagian yang belum sampai: mintalah paket sebelumnya dari laptop itu.")
            self._tell(_("Belum lengkap"), words.format(count=number(len(answer["prerequisites_missing"]))))
        self._tell_differing(answer["differing"])

    def _sync(self) -> None:
        session = self.session
        self._run(
            _("Sinkron dengan pusat"),
            lambda progress: exchange.sync(session, None, progress=progress),
            self._synced,
            network=True,
        )

    def _synced(self, answer: Mapping[str, Any]) -> None:
        self.field_app.online = True
        self._tell("", _("Sinkron selesai."))
        self._tell(_("Dikirim"), number(answer["sent"]))
        self._tell(_("Diterima"), number(answer["received"]))
        self._tell_differing(answer["differing"])
        offset = answer.get("clock_offset_ms")
        if isinstance(offset, int) and abs(offset) >= 60_000:
            words = _("meleset {minutes} menit; betulkan jam laptop ini")
            self._tell(_("Jam laptop"), words.format(minutes=round(abs(offset) / 60_000)))
        for note in answer["notes"]:
            self._tell("", note)

    def _tell_differing(self, differing: Sequence[Mapping[str, Any]]) -> None:
        if differing:
            words = _("{count} wilayah tidak sama dengan di pengirim; tukarkan paket sekali lagi")
            self._tell(_("Isi wilayah"), words.format(count=number(len(differing))))

    # Running

    def _run(
        self, title: str, work: Callable[[Progress], Any], then: Callable[[Any], None], *, network: bool = False
    ) -> None:
        self._busy = True
        self._report = []
        self._draw_report()
        self._progress(title, 0, None, "")

        def progress(done: int, total: int | None, what: str) -> None:
            self.post_message(self.Moved(done, total, what))

        def finished(answer: Any) -> None:
            self._stop(title, _("selesai"))
            then(answer)
            self.field_app.refresh_status()

        def failed(words: str) -> None:
            if network:
                self.field_app.online = False
                self.show_status()
            self._stop(title, _("tidak berhasil"))
            for line in words.split("\n"):
                self._tell("", line)
            self._tell("", _("Tidak ada yang hilang dari laptop ini."))

        self.ask(partial(work, progress), finished, lane="cart", failed=failed)

    def _stop(self, title: str, words: str) -> None:
        self._busy = False
        self.query_one("#progress", Static).update(content(f"{title}: {words}"))

    def on_exchange_screen_moved(self, event: Moved) -> None:
        if self._busy:
            self._progress("", event.done, event.total, event.what)

    def _progress(self, title: str, done: int, total: int | None, what: str) -> None:
        words = title or plain(what, 40)
        self.query_one("#progress", Static).update(content(f"{bar(done, total)}  {words}"))

    def _tell(self, label: str, words: str) -> None:
        self._report.append((label, words))
        self._draw_report()

    def _draw_report(self) -> None:
        width = max(40, self.size.width - 4)
        lines: list[Line] = []
        for label, words in self._report:
            text = f"{label:<26} {words}" if label else words
            lines += [Line(part) for part in wrapped(text, width, 27 if label else 0)]
        self.query_one("#report", Lines).show(lines, cursor=0)

    def on_resize(self) -> None:
        self._draw_report()

    def action_leave(self) -> None:
        if self._busy:
            self.complain(_("Masih bekerja. Tunggu sampai selesai."))
        else:
            self.dismiss()
