"""The queue of what waits for a decision, the riskiest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.domain.review import PENDING_STATES
from fieldapp.locale import N_, _
from fieldapp.services import review
from fieldapp.services.lists import Wanted
from fieldapp.services.quota import budget
from fieldapp.services.reports import quality
from fieldapp.services.reports.quality import flag_words
from fieldapp.tui.keys import key
from fieldapp.tui.list_words import name_of
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.deciding import may_decide, standing_words
from fieldapp.tui.screens.listing import ListScreen
from fieldapp.tui.text import content, state_text, when
from fieldapp.tui.widgets.record_list import Column, Row

REASONS: Final[dict[str, str]] = {
    "decisions_differ": N_("putusan berbeda"),
    "changed_after_review": N_("diubah lagi"),
    "no_nik": N_("belum ada NIK"),
    "covers": N_("sudah terlindungi"),
    "cover_near": N_("mirip orang terlindungi"),
    "errors": N_("ada yang salah"),
    "conflicts": N_("bertentangan"),
    "duplicates": N_("NIK ganda"),
    "near_duplicates": N_("mirip orang lain"),
    "overrides": N_("diberi alasan"),
    "long_wait": N_("lama menunggu"),
    "enumerator": N_("pencacah"),
    "odd_hours": N_("larut malam"),
    "fast": N_("sangat cepat"),
    "slow": N_("sangat lama"),
    "again": N_("putaran lagi"),
}
"""Why a registration deserves a closer look, in the words of a column."""


def why(row: Row) -> str:
    """Why a row deserves a closer look, gravest first; who is endorsed waits for a second supervisor."""
    words = [_reason(code, row) for code in row.get("reasons") or ()]
    if row.get("endorsed_by"):
        words.insert(0, _("menunggu persetujuan kedua"))
    return ", ".join(words) or "-"


def _reason(code: str, row: Row) -> str:
    if code == "long_wait":
        return _("menunggu {days} hari").format(days=row.get("waited_days"))
    if code == "again":
        return _("putaran {number}").format(number=row.get("round"))
    if code == "enumerator":
        flags = ", ".join(flag_words(flag) for flag in row.get("flags") or ())
        return _("pencacah: {what}").format(what=flags)
    if code in ("fast", "slow"):
        return _("{what} ({minutes})").format(what=_(REASONS[code]), minutes=duration(row.get("seconds")))
    return _(REASONS[code]) if code in REASONS else code


def duration(seconds: object) -> str:
    """A time on the form: seconds below two minutes, whole minutes above."""
    if not isinstance(seconds, int):
        return "-"
    return _("{count} detik").format(count=seconds) if seconds < 120 else _("{count} menit").format(count=seconds // 60)


def columns() -> Sequence[Column]:
    """Name, what is odd, where; more on wide screens."""
    return (
        Column(lambda: _("Nama"), name_of),
        Column(lambda: _("Periksa karena"), why, 28),
        Column(lambda: _("Kelurahan"), lambda row: str(row.get("area_name") or ""), 16),
        Column(lambda: _("Keadaan"), lambda row: state_text(str(row.get("state"))), 16, from_width=100),
        Column(lambda: _("Pencacah"), lambda row: str(row.get("registered_by") or ""), 16, from_width=116),
        Column(lambda: _("Dikirim"), lambda row: when(row.get("submitted_at"))[:10], 10, from_width=128),
    )


class ReviewScreen(ListScreen):
    """One key a decision, on the registration at hand or on all that are marked."""

    CSS_PATH = ["registrations.tcss", "review.tcss"]
    HEADING = N_("Periksa")
    PLACE = "review"
    DESK = True
    HELP = N_(
        "Enter membuka pendaftaran untuk dibaca; di sana B membuka yang berikutnya. L menampilkan yang janggal di "
        "samping atau di bawah daftar. Spasi menandai, R serentang baris, * semua yang tampil; putusan berlaku untuk "
        "yang ditandai, atau untuk baris ini. S setuju, K kembalikan, T tolak, U tarik putusan: tanpa tanda, putusan "
        "terakhir ditarik sekaligus. Sebelum putusan, sisa tempat dan uang ditampilkan. F3 mencari, Ctrl+F menyaring, "
        "Ctrl+O mengurutkan."
    )
    BINDINGS: ClassVar[list[BindingType]] = [key("a", "budget", N_("Anggaran"))]
    AUTO_FOCUS = "RecordList"

    def body(self) -> Iterable[Widget]:
        yield Static("", id="outlook", markup=False)
        yield from super().body()

    def home(self) -> Wanted:
        return Wanted(states=PENDING_STATES, order="risk")

    def columns(self) -> Sequence[Column]:
        return columns()

    def look_head(self, row: Row) -> str:
        return _("Periksa karena: {reasons}").format(reasons=why(row))

    def shown(self) -> str:
        return _("Semua yang menunggu")

    def nothing(self) -> str:
        return _("Semua yang menunggu: tidak ada. F6 menggabungkan paket dari laptop lain.")

    def relabel(self) -> None:
        super().relabel()
        self._outlook()

    def on_screen_resume(self) -> None:
        self._outlook()

    def _outlook(self) -> None:
        """How slots and money stand, for whoever decides about them."""
        if may_decide(self.session.member.role, "approve"):
            self.ask(
                partial(budget.outlook, self.session, [], "approve"),
                lambda outlook: self.query_one("#outlook", Static).update(content(standing_words(outlook))),
            )
        shown = quality.known_flags(self.session)
        work = partial(review.get_ready, self.session)
        self.ask(work, partial(self._ready, shown), lane="broom", failed=lambda _words: None)

    def _ready(self, shown: object, flags: object) -> None:
        """What stands out in how somebody registers was worked out behind the list; it belongs to its order."""
        if flags != shown and self.app.screen is self:
            self._find(keep=self.records.key())

    def action_budget(self) -> None:
        """Quota and money whole."""
        self.app.push_screen(screen_named("budget"))

    def _decided(self, answers: list[dict[str, Any]]) -> None:
        super()._decided(answers)
        self._outlook()
