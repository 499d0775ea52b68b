"""All registrations on this laptop, found by typing, of any number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final, Literal

from textual import events
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from fieldapp.locale import N_, _
from fieldapp.services import registrations
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.text import STATES, content, number, state_text, when
from fieldapp.tui.widgets.lines import Line
from fieldapp.tui.widgets.record_list import Column, RecordList, Row
from fieldapp.tui.widgets.typed_line import TypedLine

Order = Literal["id", "name", "submitted_at", "risk"]
ORDERS: Final[dict[Order, str]] = {
    "name": N_("Nama"),
    "submitted_at": N_("Waktu"),
    "risk": N_("Risiko"),
    "id": N_("Nomor"),
}


def flags(row: Row) -> str:
    """What is odd about a registration, in short words: kept narrow for a column."""
    marks = [
        (row.get("errors"), _("salah {count}")),
        (row.get("conflicts"), _("beda {count}")),
        (row.get("duplicates"), _("ganda {count}")),
        (row.get("overrides"), _("alasan {count}")),
    ]
    return ", ".join(words.format(count=count) for count, words in marks if count)


def columns() -> Sequence[Column]:
    """The columns of a list of registrations; the later ones only on wide screens."""
    return (
        Column(lambda: _("Nama"), lambda row: str(row.get("name") or "")),
        Column(lambda: _("NIK"), lambda row: str(row.get("nik") or "-"), 16),
        Column(lambda: _("Keadaan"), lambda row: state_text(str(row.get("state"))), 16),
        Column(lambda: _("Kelurahan"), lambda row: str(row.get("area_name") or row.get("area") or ""), 14),
        Column(lambda: _("Perhatian"), flags, 20, from_width=100),
        Column(lambda: _("Pencacah"), lambda row: str(row.get("registered_by") or ""), 16, from_width=116),
        Column(lambda: _("Dikirim"), lambda row: when(row.get("submitted_at"))[:10], 10, from_width=128),
    )


class SearchLine(TypedLine):
    """The words to look for; the arrow down goes into the list."""

    BINDINGS: ClassVar[list[BindingType]] = [key("down,enter", "into_list")]

    def action_into_list(self) -> None:
        self.screen.query_one(RecordList).focus()


class RegistrationsScreen(FieldScreen[None]):
    """Search as you type over name, NIK and phone; a state filter and an order."""

    CSS_PATH = "registrations.tcss"
    HEADING = N_("Daftar pendaftaran")
    HELP = N_(
        "Ketik sebagian nama, NIK, atau nomor telepon. Panah turun masuk ke daftar, Enter membuka, F3 kembali ke "
        "pencarian. NIK ditutup sebagian; dibuka utuh di dalam pendaftaran."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("ctrl+f", "filter", N_("Saring")),
        key("ctrl+o", "order", N_("Urutkan")),
        key("f3", "search"),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, state: str | None = None) -> None:
        super().__init__()
        self._state = state
        self._order: Order = "name"
        self._question = 0

    def body(self) -> Iterable[Widget]:
        yield SearchLine(placeholder=_("cari nama, NIK, atau telepon"), id="search")
        yield Static("", id="filter", markup=False)
        yield RecordList(columns())

    def on_mount(self) -> None:
        super().on_mount()
        self._find()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._find(keep=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._find()

    def _find(self, *, keep: bool = False) -> None:
        session = self.session
        text = self.query_one("#search", Input).value.strip() or None
        state, order = self._state, self._order
        self._question += 1
        question = self._question
        kept = self.query_one(RecordList).value() if keep else None

        def work() -> list[str] | None:
            # An older question that is still waiting in the lane need not be asked at all.
            if question != self._question:
                return None
            return registrations.ids(session, state=state, text=text, order=order)

        self.ask(work, partial(self._found, question, kept))

    def _found(self, question: int, kept: str | None, ids: list[str] | None) -> None:
        if ids is None or question != self._question:
            return
        self.query_one(RecordList).show_ids(ids, keep=kept)
        self.head(right=_("{count} pendaftaran").format(count=number(len(ids))))
        state = state_text(self._state) if self._state else _("semua keadaan")
        words = _("Tampil: {state}. Urut: {order}.").format(state=state, order=_(ORDERS[self._order]))
        if not ids:
            words += " " + _("Tidak ada yang cocok.")
        self.query_one("#filter", Static).update(content(words))

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        session, ids = self.session, event.ids

        def work() -> list[dict[str, Any]]:
            return registrations.rows(session, ids)

        self.ask(work, partial(event.lines.put_rows, event.number, event.page))

    def on_lines_chosen(self, event: RecordList.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, str):
            self.app.push_screen(screen_named("record", registration=chosen))

    def on_key(self, event: events.Key) -> None:
        """Up on the first line goes back to the search."""
        records = self.query_one(RecordList)
        if event.key == "up" and records.has_focus and records.cursor == 0:
            event.stop()
            self.action_search()

    def action_search(self) -> None:
        self.query_one("#search", Input).focus()

    def action_filter(self) -> None:
        lines = [
            Line(_("Semua keadaan"), value=""),
            *(Line(state_text(code), value=code) for code in STATES if code != "draft"),
        ]

        def done(picked: object) -> None:
            if isinstance(picked, str):
                self._state = picked or None
                self._find()

        self.app.push_screen(Pick(_("Saring menurut keadaan"), lines), done)

    def action_order(self) -> None:
        lines = [Line(_(words), value=code) for code, words in ORDERS.items()]

        def done(picked: object) -> None:
            order = next((code for code in ORDERS if code == picked), None)
            if order is not None:
                self._order = order
                self._find()

        self.app.push_screen(Pick(_("Urutkan menurut"), lines), done)
