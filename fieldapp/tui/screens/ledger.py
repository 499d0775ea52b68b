"""The ledger: is anything missing, where does every registration stand, what proves it, and who it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import ledger
from fieldapp.services.ledger import words as ledger_words
from fieldapp.services.words import place_words
from fieldapp.tui.commands import FIELD
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Pick, Report
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import content, number, plain, when, wrapped
from fieldapp.tui.widgets.book_table import BookRow, BookTable
from fieldapp.tui.widgets.lines import Line, Lines

_PAPER: Final = (
    ("txt", N_("Teks untuk dicetak: angka saja, tanpa nama")),
    ("names", N_("Teks untuk dicetak, dengan nama yang kurang")),
    ("xlsx", N_("Lembar kerja .xlsx: angka saja, tanpa nama")),
)
_RECEIPTS_SHOWN: Final = 200


class LedgerScreen(FieldScreen[None]):
    """The verdict first, then the table; Enter on a number lists who is behind it."""

    CSS_PATH = "ledger.tcss"
    HEADING = N_("Buku serah terima")
    HELP = N_(
        "Setiap pendaftaran berada di tepat satu kolom, jadi jumlah kolom selalu sama dengan yang terdaftar. Panah "
        "kiri dan kanan memilih kolom, Enter menampilkan siapa saja; pada nama laptop, tanda terimanya; pada yang "
        "kurang, apa yang harus dilakukan. P menulis buku untuk dicetak, S menulisnya untuk dibandingkan di laptop "
        "lain, B membandingkan dengan buku dari laptop lain."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("p", "paper", N_("Cetak")),
        key("s", "save_book", N_("Simpan")),
        key("b", "compare", N_("Bandingkan")),
    ]
    AUTO_FOCUS = "BookTable"

    def __init__(self) -> None:
        super().__init__()
        self._book: dict[str, Any] | None = None
        self._question = 0

    def body(self) -> Iterable[Widget]:
        yield Static("", id="verdict", markup=False)
        yield BookTable(id="book")
        yield Static("", id="cell", markup=False)
        yield Static("", id="legend", markup=False)

    # The framework calls every class's own handler, so this one does not call the one above it.
    def on_screen_resume(self) -> None:
        self._count()

    def status_changed(self) -> None:
        self._count()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def _count(self) -> None:
        self._question += 1
        if self._book is None:
            self.query_one("#verdict", Static).update(content(_("Sedang menghitung…")))
        self.ask(partial(ledger.ledger, self.session), partial(self._counted, self._question))

    def _counted(self, question: int, book: dict[str, Any]) -> None:
        if question == self._question:
            self._book = book
            self._draw()

    # What is shown

    def _draw(self) -> None:
        if self._book is None:
            return
        verdict = self.query_one("#verdict", Static)
        verdict.update(content(ledger_words.verdict(self._book)))
        verdict.set_class(not self._book["balanced"], "-lacking")
        table = self.query_one(BookTable)
        table.show_rows(self._rows(self._book))
        self._describe()

    def _rows(self, book: Mapping[str, Any]) -> list[BookRow]:
        rows: list[BookRow] = []
        for kind, title in (("missing", N_("Yang kurang")), ("held", N_("Ada di sini, belum dihitung"))):
            if book[kind]:
                rows.append(BookRow("heading", _(title), {}))
                rows += [BookRow(kind, str(each["message"]), each) for each in book[kind]]
        before = ""
        for kind, name, counts in ledger_words.rows(book):
            # An enumerator answers for the own laptop; of colleagues the office knows more than this laptop does.
            if kind == "laptop" and self.session.member.role == "enumerator" and not counts["this_laptop"]:
                continue
            if kind != before and kind != "total":
                rows.append(BookRow("heading", _("Per laptop") if kind == "laptop" else _("Per wilayah"), {}))
            before = kind
            rows.append(BookRow(kind, name, counts))
        return rows

    def on_lines_moved(self, event: Lines.Moved) -> None:
        self._describe()

    def on_book_table_column_moved(self, event: BookTable.ColumnMoved) -> None:
        self._describe()

    def on_resize(self) -> None:
        self._describe()

    def _describe(self) -> None:
        table = self.query_one(BookTable)
        self.query_one("#cell", Static).update(content(self._at_hand(table)))
        legend = self.query_one("#legend", Static)
        legend.display = bool(self._book) and table.is_short()
        legend.update(content(ledger_words.legend()))

    def _at_hand(self, table: BookTable) -> str:
        """What the cell at hand says, in whole words."""
        row, place = table.row(), table.place()
        if row is None or row.kind == "heading":
            return ""
        if not row.has_cells:
            return row.name
        if place is not None:
            words = _("{name}, {place}: {count} pendaftaran. Enter: siapa saja.")
            return words.format(name=row.name, place=place_words(place), count=number(row.counts[place]))
        if row.kind == "laptop":
            told = ledger_words.receipts_words(row.counts) or _("belum ada tanda terima")
            return _("{name}: {told}. Enter: semua tanda terima.").format(name=row.name, told=told)
        return f"{row.name}: {ledger_words.equation(row.counts)}."

    # Enter

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        table = self.query_one(BookTable)
        row, place = table.row(), table.place()
        if row is None or row.kind == "heading":
            return
        if not row.has_cells:
            lines = [Line(part) for part in wrapped(row.name, 68)]
            self.app.push_screen(Report(_("Yang kurang") if row.kind == "missing" else _("Ada di sini"), lines))
        elif place is not None:
            self._show_people(row, place)
        elif row.kind == "laptop":
            work = partial(ledger.receipts, self.session, str(row.counts["laptop"]))
            self.ask(work, partial(self._show_receipts, row.name))
        else:
            self._show_people(row, "registered")

    def _show_people(self, row: BookRow, place: str) -> None:
        if place == "draft" and self.session.member.role in FIELD:
            self.app.push_screen(screen_named("drafts"))
        elif not row.counts[place]:
            self.tell(_("Tidak ada orang di kolom ini."))
        else:
            title = f"{plain(row.name, 40)}: {place_words(place)}"
            where = {"laptop": row.counts.get("laptop"), "area": row.counts.get("area")}
            self.app.push_screen(screen_named("ledger_people", title=title, place=place, **where))

    def _show_receipts(self, name: str, found: list[dict[str, Any]]) -> None:
        words = _("{when}  {by} memegang {count} perubahan")
        lines = [
            Line(words.format(when=when(each["at"]) or "-", by=plain(each["by"], 24), count=number(each["entries"])))
            for each in found[:_RECEIPTS_SHOWN]
        ]
        lines = lines or [Line(_("Belum ada tanda terima. Bertukarlah dengan kantor: menu T."))]
        self.app.push_screen(Report(_("Tanda terima: {name}").format(name=plain(name, 50)), lines))

    # Paper and the other side

    def action_paper(self) -> None:
        self.app.push_screen(Pick(_("Cetak"), [Line(_(words), value=kind) for kind, words in _PAPER]), self._paper)

    def _paper(self, kind: object) -> None:
        if not isinstance(kind, str):
            return
        ending = "xlsx" if kind == "xlsx" else "txt"

        def work(out: Path) -> Mapping[str, Any]:
            from fieldapp.services.ledger import paper as ledger_paper

            return ledger_paper.write(self.session, out, names=kind == "names")

        self._into_folder(_("Tulis buku ke folder mana?"), ending, work)

    def action_save_book(self) -> None:
        from fieldapp.services import membership

        self.ask(partial(membership.members, self.session), self._choose_receiver)

    def _choose_receiver(self, members: list[dict[str, Any]]) -> None:
        lines = [Line(_("Kantor: siapa pun di kantor dapat membukanya"), value="office")]
        lines += [
            Line(plain(each["name"], 60), value=each["id"])
            for each in members
            if not each["this_laptop"] and each["role"] != "hub"
        ]

        def picked(to: object) -> None:
            if isinstance(to, str):
                self._save_for(to)

        self.app.push_screen(Pick(_("Buku ini untuk siapa?"), lines), picked)

    def _save_for(self, to: str) -> None:
        def work(out: Path) -> Mapping[str, Any]:
            from fieldapp.services.ledger import file as ledger_file

            return ledger_file.save(self.session, out, to)

        self._into_folder(_("Tulis buku ke folder mana?"), "buku", work)

    def _into_folder(self, title: str, ending: str, work: Any) -> None:
        def chosen(folders: list[Path] | None) -> None:
            if folders:
                # The name says when, never who.
                out = folders[0] / f"serah-terima-{datetime.now().astimezone():%Y%m%d-%H%M%S}.{ending}"
                self.ask(partial(work, out), self._written, lane="cart")

        self.app.push_screen(FileDialog(title, "folder"), chosen)

    def _written(self, answer: Mapping[str, Any]) -> None:
        self.tell(_("Ditulis ke {file}.").format(file=plain(Path(str(answer["file"])).name, 60)))

    def action_compare(self) -> None:
        def chosen(files: list[Path] | None) -> None:
            if files:
                from fieldapp.services.ledger import compare as ledger_compare

                self.head(right=_("Sedang membandingkan…"))
                work = partial(ledger_compare.compare, self.session, files[0])
                self.ask(work, self._compared, lane="cart", failed=self._not_compared)

        self.app.push_screen(FileDialog(_("Buku dari laptop lain (.buku)"), "file"), chosen)

    def _not_compared(self, words: str) -> None:
        self.head(right="")
        self.complain(words)

    def _compared(self, compared: Mapping[str, Any]) -> None:
        self.head(right="")
        self.app.push_screen(screen_named("ledger_compared", compared=compared))
