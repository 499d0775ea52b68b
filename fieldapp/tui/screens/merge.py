"""The merge desk: what packets would bring, taking them in, what became of it, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import exchange
from fieldapp.services.merging import desk as merging
from fieldapp.tui import exchange_report, merge_report
from fieldapp.tui.commands import DECIDING, OFFICE
from fieldapp.tui.keys import key
from fieldapp.tui.screens.bundles import BundlesDialog
from fieldapp.tui.screens.carrying import CarryingScreen, Progress, drawn
from fieldapp.tui.screens.dialogs import Confirm, Write
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import number, stacked, when
from fieldapp.tui.widgets.lines import Line, Lines

Told = Mapping[str, Any]
Ways = tuple[tuple[str, str], ...]
"""(what, words): the first is done by Enter, the others by their letters."""
LETTERS: Final = {"merge": "M", "both": "L", "pick": "G", "returns": "B", "undo": "U", "undo_now": "U", "list": "R"}


@dataclass(frozen=True)
class Page:
    """A report to be read, and what can be done with it."""

    lines: Callable[[int], list[Line]]
    ways: Callable[[], Ways]


class MergeScreen(CarryingScreen):
    """A list of what was merged; then, one after the other, the dry run, the merge and its report, or its undoing."""

    CSS_PATH = "merge.tcss"
    HEADING = N_("Gabungkan paket")
    HELP = N_(
        "Pilih paket dari flashdisk mana pun; semuanya dicoba dulu tanpa mengubah apa pun. Tabelnya menghitung "
        "pendaftaran menurut laptop dan wilayah: baru; ada (sudah diketahui); ubah (berubah); beda (isian "
        "bertentangan); ganda (NIK sama); mirip (mungkin orang yang sama); tahan (di karantina); tunggu (disetujui, "
        "tetapi tempatnya habis). Enter lalu menggabungkan. Laporannya disimpan di daftar; dari sana satu "
        "penggabungan dapat dibatalkan utuh: yang sudah dilanjutkan orang lain tetap dan disebutkan. Menggabungkan "
        "paket yang sama lagi tidak mengubah apa pun."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "first", N_("Lanjut")),
        *(key(letter.lower(), f"letter('{letter}')") for letter in sorted(set(LETTERS.values()))),
    ]

    def __init__(self, begin: bool = True) -> None:
        """`begin`: ask for packets at once."""
        super().__init__()
        self._begin = begin
        self._page: Page | None = None
        self._merges: list[Told] = []
        self._interrupted: Told | None = None
        self._chosen: list[Path] = []
        self._merge_id = ""
        self._question = 0
        self._undone: Told = {}

    def body(self) -> Iterable[Widget]:
        yield Lines(id="ways")
        yield Static("", id="todo", markup=False)
        yield Static("", id="progress", markup=False)
        yield Lines(id="report", reading=True)

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()
        self._read_list()

    @property
    def is_office(self) -> bool:
        """Whether this member merges for others; an enumerator takes in what came back from the office."""
        return self.session.member.role in OFFICE

    def relabel(self) -> None:
        """Writes everything again in the language in force."""
        self.head(_(self.HEADING))
        self._draw()

    # The list of merges

    def _read_list(self) -> None:
        session = self.session
        self._question += 1

        def read() -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
            return merging.merges(session), merging.interrupted(session)

        self.ask(read, partial(self._listed, self._question))

    def _listed(self, question: int, found: tuple[list[Told], Told | None]) -> None:
        if question != self._question:
            return
        self._merges, self._interrupted = found
        self._draw()
        if self._interrupted is not None:
            self.ask(partial(merging.forget_interrupted, self.session), lambda _done: None, lane="pen")
        elif self._begin:
            self._pick()
        self._begin = False

    def _draw(self) -> None:
        self.set_class(self._page is not None, "-report")
        if self._page is None:
            self._draw_list()
        else:
            ways = [
                ("Enter" if not place else LETTERS[what], words)
                for place, (what, words) in enumerate(self._page.ways())
            ]
            self.query_one("#todo", Static).update(stacked(f"{letter:<7}{words}" for letter, words in ways))
        self.draw_report()
        self.query_one("#ways" if self._page is None else "#report", Lines).focus()
        self.refresh_bindings()

    def _draw_list(self) -> None:
        width = max(40, self.size.width - 4)
        lines: list[Line] = []
        if self._interrupted is not None:
            lines += [Line(line.text, "warning") for line in drawn([("", self._interrupted_words())], width)]
        lines += [Line(f"{LETTERS[what]}  {words}", value=what) for what, words in self._list_ways()]
        lines.append(Line(_("Yang pernah digabungkan di laptop ini (Enter membuka laporannya)"), "heading"))
        lines += [Line(merge_report.merge_line(each, width), value=each) for each in self._merges]
        if not self._merges:
            lines.append(Line(_("Belum ada.")))
        ways = self.query_one("#ways", Lines)
        kept = ways.value() if ways.count() else None
        at = next((index for index, line in enumerate(lines) if line.value is not None and line.value == kept), None)
        first = next(index for index, line in enumerate(lines) if line.value is not None)
        ways.show(lines, cursor=first if at is None else at)

    def _list_ways(self) -> Ways:
        if self.is_office:
            return (
                ("pick", _("Pilih paket dari flashdisk atau folder")),
                ("returns", _("Tulis paket balasan, satu untuk setiap laptop")),
            )
        return (("pick", _("Ambil paket balasan dari flashdisk")),)

    def _interrupted_words(self) -> str:
        told = self._interrupted or {}
        moment = when(told["at"])
        if told["entries"]:
            words = _(
                "Penggabungan {when} terputus (listrik padam atau program terhenti). {count} perubahan sudah masuk dan "
                "utuh; gabungkan paket yang sama lagi untuk sisanya."
            )
            return words.format(when=moment, count=number(told["entries"]))
        words = _(
            "Penggabungan {when} terputus (listrik padam atau program terhenti). Tidak ada yang masuk dan tidak ada "
            "yang rusak; gabungkan lagi."
        )
        return words.format(when=moment)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, str):
            self.begin(chosen)
        elif isinstance(chosen, Mapping):
            self._open(str(chosen["merge_id"]))

    def _open(self, merge: str) -> None:
        self._question += 1
        question = self._question

        def read(found: Told) -> None:
            if question == self._question:
                self._merge_id = merge
                self._show(
                    lambda width: merge_report.kept(found, width, is_office=self.is_office),
                    lambda: (("list", _("Kembali ke daftar")), *self._undo_way(found)),
                )

        self.ask(partial(merging.report, self.session, merge), read)

    def _undo_way(self, merge: Told) -> Ways:
        may = self.session.member.role in DECIDING and merge["can_undo"]
        if not may or (merge["undone"] is not None and not merge["undone"]["left"]):
            return ()
        return (("undo", _("Batalkan penggabungan ini (diperlihatkan dulu akibatnya)")),)

    # What is asked for

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "first":
            return self._page is not None and not self._work_at
        if action == "letter":
            return self._behind(str(parameters[0])) is not None
        return super().check_action(action, parameters)

    def _offered(self) -> Ways:
        return self._list_ways() if self._page is None else self._page.ways()

    def _behind(self, letter: str) -> str | None:
        return next((what for what, _words in self._offered() if LETTERS[what] == letter), None)

    def action_first(self) -> None:
        self.begin(self._offered()[0][0])

    def action_letter(self, letter: str) -> None:
        what = self._behind(letter)
        if what is not None:
            self.begin(what)

    def begin(self, what: str) -> None:
        """Does one of the ways that are offered."""
        if not self.is_free():
            return
        match what:
            case "pick":
                self._pick()
            case "merge":
                self._merge(None)
            case "both":
                self._choose_folder(self._merge)
            case "returns":
                self._choose_folder(self._returns)
            case "undo":
                self._preview()
            case "undo_now":
                self._ask_reason()
            case "list":
                self._to_list()

    def leave(self) -> None:
        if self._page is None:
            self.dismiss()
        else:
            self._to_list()

    def _to_list(self) -> None:
        self._page = None
        self.query_one("#progress", Static).update("")
        self._draw()
        self._read_list()

    def _show(self, lines: Callable[[int], list[Line]], ways: Callable[[], Ways]) -> None:
        self._page = Page(lines, ways)
        self._draw()

    def begun(self) -> None:
        self._show(lambda width: [], tuple)

    def refused(self, report: exchange_report.Report) -> None:
        self._show(lambda width: drawn(report, width), self._after)

    def _after(self) -> Ways:
        """What can be done once something is over."""
        return (("list", _("Kembali ke daftar")), ("pick", _("Pilih paket lain")))

    def advice(self, what: str) -> exchange_report.Report:
        if what in ("merge", "look"):
            return [("", _("Tidak ada yang hilang dari laptop ini. Kalau flashdisk tercabut, pasang lagi dan ulangi."))]
        return []

    def report_lines(self, width: int) -> list[Line]:
        return self._page.lines(width) if self._page is not None else []

    # Packets

    def _pick(self) -> None:
        def picked(chosen: list[Path] | None) -> None:
            if chosen:
                self._look(chosen)
            elif chosen is not None:
                self.app.push_screen(FileDialog(_("Berkas paket yang digabungkan"), "files"), looked)

        def looked(chosen: list[Path] | None) -> None:
            if chosen:
                self._look(chosen)

        self.app.push_screen(BundlesDialog(), picked)

    def _look(self, chosen: list[Path]) -> None:
        session = self.session
        self.run_work(
            "look", _("Mencoba"), lambda progress: merging.look(session, chosen, progress=progress), self._looked
        )

    def _looked(self, answer: Told) -> None:
        self._chosen = list(answer["good"])
        count = len(self._chosen)

        def ways() -> Ways:
            if not count:
                return self._after()
            words = _("Gabungkan {count} paket sekarang") if self.is_office else _("Ambil {count} paket sekarang")
            both = (("both", _("Gabungkan, lalu tulis balasan untuk setiap laptop")),) if self.is_office else ()
            return (("merge", words.format(count=count)), *both, ("pick", _("Pilih paket lain")))

        self._show(lambda width: merge_report.tried(answer, width, is_office=self.is_office), ways)

    def _choose_folder(self, then: Callable[[Path], object]) -> None:
        def done(chosen: list[Path] | None) -> None:
            if chosen:
                then(chosen[0])

        self.app.push_screen(FileDialog(_("Tulis paket balasan ke folder mana?"), "folder"), done)

    def _merge(self, returns_to: Path | None) -> None:
        session, chosen = self.session, self._chosen

        def merged(answer: Told) -> None:
            self._merged(answer)
            if returns_to is not None:
                self._returns(returns_to, answer)

        self.run_work(
            "merge", _("Menggabungkan"), lambda progress: exchange.merge(session, chosen, progress=progress), merged
        )

    def _merged(self, answer: Told, written: Sequence[Told] | None = None) -> None:
        self._merge_id = str(answer["merge_id"])
        can_undo = {"can_undo": answer["entries"]["new"] > 0, "undone": None}

        def lines(width: int) -> list[Line]:
            headline = _("Selesai digabungkan. Laporan ini disimpan di daftar.")
            shown = merge_report.merged(answer, width, is_office=self.is_office, headline=headline)
            return shown if written is None else [*drawn(_written(written), width), *shown]

        def ways() -> Ways:
            returns = (("returns", _("Tulis paket balasan, satu untuk setiap laptop")),)
            more = returns if self.is_office and written is None else ()
            return (("list", _("Kembali ke daftar")), *more, *self._undo_way(can_undo))

        self._show(lines, ways)

    def _returns(self, folder: Path, answer: Told | None = None) -> None:
        session = self.session

        def written(answers: list[Told]) -> None:
            if answer is not None:
                self._merged(answer, answers)
            else:
                self._show(lambda width: drawn(_written(answers), width), self._after)

        self.run_work(
            "write",
            _("Menulis paket balasan"),
            lambda progress: exchange.write_returns(session, folder, progress=progress),
            written,
        )

    # Taking back

    def _preview(self) -> None:
        session, merge = self.session, self._merge_id
        work: Callable[[Progress], Any] = lambda progress: merging.preview_undo(session, merge, progress)  # noqa: E731
        self.run_work("preview", _("Memeriksa"), work, self._previewed)

    def _previewed(self, told: Told) -> None:
        def ways() -> Ways:
            undo = (("undo_now", _("Batalkan sekarang; alasannya ditanyakan dulu")),) if told["taken"] else ()
            return (("list", _("Tidak jadi, kembali ke daftar")), *undo)

        self._show(lambda width: merge_report.undo(told, width, is_done=False), ways)
        self._undone = told

    def _ask_reason(self) -> None:
        def written(reason: str | None) -> None:
            if reason:
                self._confirm(reason)

        title = _("Mengapa penggabungan ini dibatalkan?")
        self.app.push_screen(Write(title, [_("Alasan ini ikut tersimpan di riwayat setiap orang.")]), written)

    def _confirm(self, reason: str) -> None:
        told = self._undone

        def sure(is_meant: bool | None) -> None:
            if is_meant:
                self._undo(reason)

        words = _("{count} akan ditarik kembali, {left} tetap. Pembatalan ini ikut ke semua laptop.")
        question = words.format(count=number(len(told["taken"])), left=number(len(told["left"])))
        self.app.push_screen(
            Confirm(_("Batalkan penggabungan?"), [question], _("Ya, batalkan"), no=_("Tidak jadi"), careful=True), sure
        )

    def _undo(self, reason: str) -> None:
        session, merge = self.session, self._merge_id

        def undone(told: Told) -> None:
            self._show(lambda width: merge_report.undo(told, width, is_done=True), self._after)

        self.run_work(
            "undo",
            _("Membatalkan penggabungan"),
            lambda progress: exchange.undo(session, merge, reason, progress),
            undone,
        )


def _written(answers: Sequence[Told]) -> exchange_report.Report:
    counts = {"bundles": len(answers), "entries": sum(int(each["entries"]) for each in answers)}
    report = exchange_report.returns(counts)
    report.insert(1, ("", _("Flashdisk boleh dicabut sekarang.")))
    return [*report, *merge_report.returns(answers)]
