"""The queue of what waits for a decision, the riskiest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.domain.review import PENDING_STATES
from fieldapp.locale import N_, _
from fieldapp.services import registrations, review
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.deciding import decide, may_decide, standing_words
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.text import content, number, plain, state_text, when
from fieldapp.tui.widgets.lines import Line
from fieldapp.tui.widgets.record_list import Column, RecordList, Row

REASONS: Final[dict[str, str]] = {
    "changed_after_review": N_("diubah lagi"),
    "covers": N_("sudah terlindungi"),
    "cover_near": N_("mirip orang terlindungi"),
    "errors": N_("ada yang salah"),
    "conflicts": N_("bertentangan"),
    "duplicates": N_("NIK ganda"),
    "near_duplicates": N_("mirip orang lain"),
    "overrides": N_("diberi alasan"),
    "no_nik": N_("belum ada NIK"),
}
FILTERS: Final[dict[str, str]] = {
    "": N_("Semua yang menunggu"),
    "submitted": N_("Hanya yang tanpa masalah"),
    "has_issues": N_("Hanya yang bermasalah"),
    "changed_after_review": N_("Hanya yang diubah setelah putusan"),
    "approved": N_("Yang sudah disetujui"),
    "waiting": N_("Daftar tunggu"),
    "returned": N_("Yang dikembalikan"),
    "rejected": N_("Yang ditolak"),
}


def why(row: Row) -> str:
    """Why a row deserves a closer look."""
    return ", ".join(_(REASONS[code]) if code in REASONS else code for code in review.reasons(row)) or "-"


def columns() -> Sequence[Column]:
    """Name, what is odd, where; more on wide screens."""
    return (
        Column(lambda: _("Nama"), lambda row: str(row.get("name") or "")),
        Column(lambda: _("Periksa karena"), why, 28),
        Column(lambda: _("Kelurahan"), lambda row: str(row.get("area_name") or ""), 16),
        Column(lambda: _("Keadaan"), lambda row: state_text(str(row.get("state"))), 16, from_width=100),
        Column(lambda: _("Pencacah"), lambda row: str(row.get("registered_by") or ""), 16, from_width=116),
        Column(lambda: _("Dikirim"), lambda row: when(row.get("submitted_at"))[:10], 10, from_width=128),
    )


class ReviewScreen(FieldScreen[None]):
    """One key a decision, on the registration at hand or on all that are marked."""

    CSS_PATH = "review.tcss"
    HEADING = N_("Periksa")
    HELP = N_(
        "Enter membuka pendaftaran untuk dibaca. Spasi menandai; putusan berlaku untuk yang ditandai, atau untuk "
        "baris ini. S setuju, K kembalikan, T tolak, U tarik putusan. Sebelum putusan, sisa tempat dan uang "
        "ditampilkan."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "decide('approve')", N_("Setujui")),
        key("k", "decide('return')", N_("Kembalikan")),
        key("t", "decide('reject')", N_("Tolak")),
        key("u", "decide('undo')", N_("Tarik putusan")),
        key("asterisk", "mark_all", N_("Tandai semua")),
        key("ctrl+f", "filter", N_("Saring")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._filter = ""
        self._question = 0

    def body(self) -> Iterable[Widget]:
        yield Static("", id="outlook", markup=False)
        yield RecordList(columns(), markable=True)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "decide":
            return may_decide(self.session.member.role, str(parameters[0]))
        return super().check_action(action, parameters)

    def _reload(self) -> None:
        session, wanted = self.session, self._filter
        states = [wanted] if wanted else sorted(PENDING_STATES)
        self._question += 1

        def work() -> tuple[list[str], dict[str, Any]]:
            ids = registrations.ids(session, states=states, order="risk")
            return ids, review.outlook(session, [], "approve")

        self.ask(work, partial(self._found, self._question))

    def _found(self, question: int, found: tuple[list[str], dict[str, Any]]) -> None:
        if question != self._question:
            return
        ids, outlook = found
        records = self.query_one(RecordList)
        records.show_ids(ids, keep=records.value())
        self._head()
        lines = [standing_words(outlook)] if may_decide(self.session.member.role, "approve") else []
        shown = _(FILTERS[self._filter])
        lines.append(shown if ids else _("{shown}: tidak ada.").format(shown=shown))
        self.query_one("#outlook", Static).update(Content("\n").join([content(line) for line in lines]))

    def _head(self) -> None:
        records = self.query_one(RecordList)
        count = _("{count} pendaftaran").format(count=number(records.count()))
        marked = _("{count} ditandai").format(count=number(len(records.marked))) if records.marked else ""
        self.head(right=f"{marked}  {count}" if marked else count)

    def on_record_list_marked(self) -> None:
        self._head()

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        session, ids = self.session, event.ids
        self.ask(partial(registrations.rows, session, ids), partial(event.lines.put_rows, event.number, event.page))

    def on_lines_chosen(self, event: RecordList.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, str):
            self.app.push_screen(screen_named("record", registration=chosen))

    def action_mark_all(self) -> None:
        records = self.query_one(RecordList)
        records.unmark() if records.marked else records.mark(records.keys(0, records.count()))

    def action_filter(self) -> None:
        def done(picked: object) -> None:
            if isinstance(picked, str):
                self._filter = picked
                self._reload()

        lines = [Line(_(words), value=code) for code, words in FILTERS.items()]
        self.app.push_screen(Pick(_("Saring antrean"), lines), done)

    def action_decide(self, decision: str) -> None:
        records = self.query_one(RecordList)
        at_hand = records.value()
        ids = sorted(records.marked) or ([at_hand] if at_hand else [])
        if not ids:
            return
        row = records.row(records.cursor)
        one = plain((row or {}).get("name") or _("Satu pendaftaran"), 60)
        who = _("{count} pendaftaran yang ditandai").format(count=number(len(ids))) if records.marked else one
        decide(self, ids, decision, self._decided, who=who)

    def _decided(self, answers: list[dict[str, Any]]) -> None:
        records = self.query_one(RecordList)
        records.marked -= {str(answer["id"]) for answer in answers if answer["ok"]}
        self._reload()
