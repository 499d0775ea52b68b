"""What is out with others to be put right: with whom, until when, and whether it got there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services.returns import out
from fieldapp.services.returns.words import carried_words, until_words
from fieldapp.tui.keys import key
from fieldapp.tui.list_words import name_of
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.assigning import ask_assignee
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import content, number, plain, when
from fieldapp.tui.widgets.lines import Lines
from fieldapp.tui.widgets.record_list import Column, RecordList, Row


class OutScreen(FieldScreen[None]):
    """One line a registration, what is overdue first; one key gives it to somebody else."""

    CSS_PATH = "registrations.tcss"
    HEADING = N_("Pada orang lain")
    HELP = N_(
        "Yang dikembalikan dan masih ditunggu, yang lewat batas lebih dulu; di bawahnya yang sudah dijawab dan tinggal "
        "diputuskan. Perjalanan mengatakan apakah laptopnya sudah menerima. A mengalihkan yang ditandai, atau baris "
        "ini, kepada anggota lain: tidak ada yang hilang. O hanya menampilkan yang lewat batas. E menulis daftar "
        "pengingat untuk dicetak. Enter membuka pendaftarannya."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("a", "assign", N_("Alihkan")),
        key("o", "overdue", N_("Yang lewat batas")),
        key("asterisk", "mark_all", N_("Tandai semua")),
        key("e", "reminders", N_("Daftar pengingat")),
    ]
    AUTO_FOCUS = "RecordList"

    def __init__(self) -> None:
        super().__init__()
        self._question = 0
        self._only_overdue = False
        self._found: out.Found | None = None

    def body(self) -> Iterable[Widget]:
        yield Static("", id="filter", markup=False)
        yield RecordList(self._columns(), markable=True)

    def _columns(self) -> Sequence[Column]:
        def until(row: Row) -> str:
            return until_words(row, self.session.today())

        def back(row: Row) -> str:
            return when(row.get("at"))[:10]

        return (
            Column(lambda: _("Nama"), name_of),
            Column(lambda: _("Pada"), lambda row: str(row["worker"]["name"]), 15),
            Column(lambda: _("Batas"), until, 12),
            Column(lambda: _("Perjalanan"), carried_words, 22),
            Column(lambda: _("Kelurahan"), lambda row: str(row["area_name"]), 16, from_width=100),
            Column(lambda: _("Putaran"), lambda row: number(row["round"]), 7, from_width=108),
            Column(lambda: _("Dikembalikan"), back, 12, from_width=120),
        )

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def _load(self) -> None:
        self._question += 1
        self.busy = True
        work = partial(out.find, self.session, overdue=self._only_overdue)
        self.ask(work, partial(self._show, self._question), failed=self._failed)

    def _failed(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    def _show(self, question: int, found: out.Found) -> None:
        if question != self._question:
            return
        self.busy = False
        self._found = found
        records = self.query_one(RecordList)
        records.show_ids(found.numbers, keep=records.key())
        self._tell()

    def _tell(self) -> None:
        if self._found is None:
            return
        marked = self.query_one(RecordList).marked
        words = _("{count} ditunggu, {late} lewat batas").format(
            count=number(self._found.awaited), late=number(self._found.overdue)
        )
        self.head(right=_("{count} ditandai").format(count=number(len(marked))) + f"  {words}" if marked else words)
        told = _("Hanya yang lewat batas. O menampilkan semua.") if self._only_overdue else _("Lewat batas lebih dulu.")
        if not self._found.numbers:
            nothing = (
                _("Tidak ada yang lewat batas.")
                if self._only_overdue
                else _("Tidak ada yang ditunggu dari orang lain.")
            )
            told = nothing
        self.query_one("#filter", Static).update(content(told))

    def relabel(self) -> None:
        super().relabel()
        self.query_one(RecordList).refresh()
        self._tell()

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        work = partial(out.rows, self.session, event.ids)
        self.ask(work, partial(event.lines.put_rows, event.number, event.page))

    def on_record_list_marked(self) -> None:
        self._tell()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, str):
            self.app.push_screen(screen_named("record", registration=chosen))

    def action_overdue(self) -> None:
        """Only what should have come by now, or everything."""
        self._only_overdue = not self._only_overdue
        self.query_one(RecordList).marked = set()
        self._load()

    def action_mark_all(self) -> None:
        """Marks everything that is shown; nothing, when anything is marked."""
        records = self.query_one(RecordList)
        if records.marked:
            records.unmark()
        elif self._found is not None:
            self.ask(partial(out.ids, self.session, self._found.numbers), records.mark)

    def action_assign(self) -> None:
        """Gives what is marked, or what is at hand, to somebody else."""
        records = self.query_one(RecordList)
        at_hand = records.value()
        ids = sorted(records.marked) or ([at_hand] if at_hand else [])
        if not ids:
            return
        row = records.row(records.cursor)
        one = plain((row or {}).get("name") or _("Satu pendaftaran"), 60)
        who = _("{count} pendaftaran yang ditandai").format(count=number(len(ids))) if records.marked else one
        ask_assignee(self, ids, who, self._assigned)

    def _assigned(self, answers: list[dict[str, Any]]) -> None:
        self.query_one(RecordList).marked -= {str(answer["id"]) for answer in answers if answer["ok"]}
        self._load()

    def action_reminders(self) -> None:
        """The list as a sheet, to be printed and handed round."""
        session, overdue = self.session, self._only_overdue

        def chosen(folders: list[Path] | None) -> None:
            if folders:
                # The name says when, never who.
                path = folders[0] / f"pengingat-{datetime.now().astimezone():%Y%m%d-%H%M%S}.xlsx"
                self.ask(partial(out.write_reminders, session, path, overdue=overdue), self._written, lane="cart")

        self.app.push_screen(FileDialog(_("Tulis daftar pengingat ke folder mana?"), "folder"), chosen)

    def _written(self, answer: dict[str, Any]) -> None:
        words = _("{count} baris ditulis ke {file}. Berkas itu tidak tersandi; NIK di dalamnya disamarkan.")
        self.tell(words.format(count=number(answer["rows"]), file=plain(Path(str(answer["file"])).name, 60)))
