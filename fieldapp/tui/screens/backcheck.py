"""A list for back-checks: seed, number and where; how many of each enumerator it has; written to a stick."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services import lists
from fieldapp.services.reports import backcheck
from fieldapp.tui.keys import key
from fieldapp.tui.list_words import area_words
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Confirm, Pick, Write
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import number, plain, whole, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

_USUAL: Final = 20
"""People on a list unless somebody says otherwise: what one person visits in two days."""
_KINDS: Final = (
    ("xlsx", N_("Lembar kerja (.xlsx)")),
    ("txt", N_("Teks untuk dicetak (.txt)")),
    ("csv", N_("Tabel (.csv)")),
)


class BackcheckScreen(FieldScreen[None]):
    """What is asked for on top, what it comes to below; nobody is named here before the list is written."""

    HEADING = N_("Periksa ulang")
    HELP = N_(
        "Undian orang yang dikunjungi sekali lagi oleh petugas lain. Benih yang sama mengundi orang yang sama di tiap "
        "laptop dengan pendaftaran yang sama. Setiap pencacah mendapat sedikitnya tiga orang selama jumlahnya cukup; "
        "sisanya menurut banyaknya pendaftaran, dua kali lipat bagi yang layak dibicarakan. Enter mengubah satu baris, "
        "T menulis daftarnya. Hasil kunjungan ulang tidak disimpan di program ini."
    )
    BINDINGS: ClassVar[list[BindingType]] = [key("t", "take", N_("Tulis daftar"))]

    def __init__(self) -> None:
        super().__init__()
        self._seed = backcheck.new_seed()
        self._count = _USUAL
        self._area = ""
        self._by = ""
        self._by_name = ""
        self._plan: list[dict[str, Any]] | None = None
        self._question = 0

    def body(self) -> Iterable[Widget]:
        yield Lines(id="draw")

    def on_screen_resume(self) -> None:
        self._draw()
        self._reckon()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def _wanted(self) -> dict[str, Any]:
        return {"seed": self._seed, "count": self._count, "area": self._area or None, "by": self._by or None}

    def _reckon(self) -> None:
        self._question += 1
        question = self._question

        def then(found: list[dict[str, Any]]) -> None:
            if question == self._question:
                self._plan = found
                self._draw()

        self.ask(partial(backcheck.plan, self.session, **self._wanted()), then)

    def _draw(self) -> None:
        area = area_words(self._area) if self._area else _("semua wilayah")
        lines = [
            Line(_("Benih    {seed}").format(seed=plain(self._seed)), value="seed"),
            Line(_("Jumlah   {count} orang").format(count=number(self._count)), value="count"),
            Line(_("Wilayah  {area}").format(area=area), value="area"),
            Line(_("Pencacah {name}").format(name=plain(self._by_name, 40) or _("semua pencacah")), value="by"),
            Line(""),
        ]
        if self._plan is not None:
            drawn = sum(each["drawn"] for each in self._plan)
            lines.append(Line(_("Daftar ini memuat {count} orang:").format(count=number(drawn)), "heading"))
            lines += [self._plan_line(each) for each in self._plan if each["drawn"]]
            lines += [Line(""), Line(_("T menulis daftarnya untuk dicetak atau dibawa."))]
        told = [_("Nama, alamat, dan telepon baru tampil di berkasnya, dan penulisannya dicatat.")]
        lines += [Line(part, "quiet") for words in told for part in wrapped(words, max(20, self.size.width - 4))]
        self.query_one("#draw", Lines).show(lines)

    def _plan_line(self, each: dict[str, Any]) -> Line:
        words = _("{drawn} dari {registered}   {name}").format(
            drawn=number(each["drawn"]), registered=number(each["registered"]), name=plain(each["name"], 40)
        )
        words += _("   ! layak dibicarakan, jadi didahulukan") if each["flagged"] else ""
        return Line("  " + words)

    # Changing what is asked for

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        change = {"seed": self._ask_seed, "count": self._ask_count, "area": self._ask_area, "by": self._ask_by}.get(
            str(event.lines.value() or "")
        )
        if change is not None:
            change()

    def _ask_seed(self) -> None:
        def check(text: str) -> str:
            fits = 0 < len(text.strip()) <= backcheck.LONGEST_SEED and text.isprintable()
            return "" if fits else _("Paling banyak {limit} huruf atau angka.").format(limit=backcheck.LONGEST_SEED)

        words = [_("Kata atau angka apa saja. Tulis di berita acara, supaya undiannya dapat diulang.")]
        self._write(_("Benih undian"), words, self._seed, check, lambda text: setattr(self, "_seed", text.strip()))

    def _ask_count(self) -> None:
        def check(text: str) -> str:
            count = whole(text)
            fits = isinstance(count, int) and 0 < count <= backcheck.MOST
            return "" if fits else _("Tulis angka dari 1 sampai {limit}.").format(limit=number(backcheck.MOST))

        def keep(text: str) -> None:
            self._count = int(whole(text))

        self._write(_("Berapa orang?"), [], str(self._count), check, keep)

    def _write(
        self, title: str, words: list[str], value: str, check: Callable[[str], str], keep: Callable[[str], object]
    ) -> None:
        def then(text: str | None) -> None:
            if text is not None:
                keep(text)
                self._draw()
                self._reckon()

        self.app.push_screen(Write(title, words, value=value, check=check), then)

    def _ask_area(self) -> None:
        def shown(found: list[tuple[str, int]]) -> None:
            lines = [Line(_("semua wilayah"), value="*")]
            lines += [Line(f"{area_words(code)} ({number(count)})", value=code) for code, count in found]
            self.app.push_screen(Pick(_("Wilayah mana?"), lines, find=True), then)

        def then(code: object) -> None:
            if isinstance(code, str):
                self._area = "" if code == "*" else code
                self._draw()
                self._reckon()

        self.ask(partial(lists.areas, self.session), shown)

    def _ask_by(self) -> None:
        def shown(found: list[tuple[str, str, int]]) -> None:
            lines = [Line(_("semua pencacah"), value=("", ""))]
            lines += [Line(f"{plain(name, 40)} ({number(count)})", value=(id_, name)) for id_, name, count in found]
            self.app.push_screen(Pick(_("Pendaftaran siapa?"), lines, find=True), then)

        def then(chosen: object) -> None:
            if isinstance(chosen, tuple):
                self._by, self._by_name = chosen
                self._draw()
                self._reckon()

        self.ask(partial(lists.enumerators, self.session), shown)

    # Taking it away

    def action_take(self) -> None:
        """Writes the list, after saying what that means."""
        if not self._plan or not any(each["drawn"] for each in self._plan):
            self.complain(_("Tidak ada pendaftaran untuk diundi. Ubah wilayah atau pencacahnya."))
            return
        drawn = sum(each["drawn"] for each in self._plan)
        words = [
            _("{count} orang ditulis dengan nama, alamat, dan telepon; NIK ditutup sebagian.").format(
                count=number(drawn)
            ),
            _("Berkas itu tidak tersandi: siapa pun yang menemukannya dapat membacanya. Penulisannya dicatat."),
        ]

        def agreed(yes: bool | None) -> None:
            if yes:
                lines = [Line(_(text), value=kind) for kind, text in _KINDS]
                self.app.push_screen(Pick(_("Sebagai apa?"), lines), kind_chosen)

        def kind_chosen(kind: object) -> None:
            if isinstance(kind, str):
                dialog = FileDialog(_("Tulis daftar ke folder mana?"), "folder")
                self.app.push_screen(dialog, partial(self._folder_chosen, kind))

        self.app.push_screen(Confirm(_("Tulis daftar periksa ulang"), words, _("Ya, lanjutkan")), agreed)

    def _folder_chosen(self, kind: str, folders: list[Path] | None) -> None:
        if not folders:
            return
        session, wanted = self.session, self._wanted()
        # The name says when, never who.
        out = folders[0] / f"periksa-ulang-{datetime.now().astimezone():%Y%m%d-%H%M%S}.{kind}"

        def work() -> dict[str, Any]:
            return backcheck.write(session, out, backcheck.draw(session, **wanted))

        def written(answer: dict[str, Any]) -> None:
            words = _("{count} orang ditulis ke {file}.")
            self.tell(words.format(count=number(answer["rows"]), file=plain(out.name, 60)))

        self.ask(work, written, lane="cart")
