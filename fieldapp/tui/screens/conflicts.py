"""Registrations about which somebody has to choose: whose, where, how many answers, since when, and who wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import BindingType

from fieldapp.locale import N_, _
from fieldapp.services.conflicts import disputes, settling
from fieldapp.services.lists import Found, Reading, Wanted
from fieldapp.services.session import Session
from fieldapp.tui.conflict_words import heading_of, values_words, what_words, who_words
from fieldapp.tui.keys import key
from fieldapp.tui.list_words import name_of
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.screens.listing import ListScreen
from fieldapp.tui.text import number, plain, when, wrapped
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.record_list import Column

SETTLED: Final = "settled_conflicts"
"""Registrations settled since the laptop was unlocked: {id: name}, remembered by the session."""
_WIDTH: Final = 68
"""Cells of a line in the box that shows what will be settled."""
_YES: Final = "yes"


def columns() -> Sequence[Column]:
    """Who, what is in dispute, since when, who wrote it; where, as far as there is room."""
    return (
        Column(lambda: _("Nama"), name_of),
        Column(lambda: _("Yang bertentangan"), what_words, 18),
        Column(lambda: _("Kelurahan"), lambda row: str(row.get("area_name") or ""), 10),
        Column(lambda: _("Sejak"), lambda row: when(row.get("since"))[:5] + when(row.get("since"))[10:], 11),
        Column(lambda: _("Oleh"), who_words, 16),
        Column(lambda: _("Pencacah"), lambda row: str(row.get("registered_by") or ""), 16, from_width=100),
    )


class ConflictsScreen(ListScreen):
    """Enter opens the desk of one; N settles all that may take the newest, after showing what that does."""

    CSS_PATH = "registrations.tcss"
    HEADING = N_("Pertentangan")
    PLACE = "conflicts"
    # What is in dispute is chosen first; decisions wait for it.
    DECIDES = False
    HELP = N_(
        "Pendaftaran yang isiannya diubah di dua tempat dengan nilai berbeda; semua nilai disimpan sampai ada yang "
        "memilih. Enter membuka mejanya. N memakai nilai terbaru untuk semua isian yang boleh begitu (telepon, alamat, "
        "tempat kerja) pada yang ditandai, atau pada semua yang tampil, setelah ditunjukkan dulu. Jati diri, "
        "kelayakan, dan uang selalu dipilih orang. H menampilkan yang baru diselesaikan. F3 mencari, Ctrl+F menyaring."
    )
    AUTO_FOCUS = "RecordList"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "settle_newest", N_("Pakai terbaru")),
        key("h", "settled", N_("Baru selesai")),
    ]

    def home(self) -> Wanted:
        return Wanted(disputed=True)

    def columns(self) -> Sequence[Column]:
        return columns()

    def shown(self) -> str:
        return _("Semua yang bertentangan")

    def nothing(self) -> str:
        return _("Tidak ada pertentangan.")

    def first_rows(self, session: Session, wanted: Wanted, reading: Reading) -> Found | None:
        return disputes.find(session, wanted, reading)

    def page_rows(self, session: Session, numbers: Sequence[int]) -> list[dict[str, Any]]:
        return disputes.rows(session, numbers)

    def tell_count(self) -> None:
        super().tell_count()
        count = _("{count} pendaftaran bertentangan").format(count=number(self.records.count()))
        marked = _("{count} ditandai").format(count=number(len(self.records.marked))) if self.records.marked else ""
        self.head(right=f"{marked}  {count}" if marked else count)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "settled":
            return bool(self._settled())
        return super().check_action(action, parameters)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        event.prevent_default()
        chosen = event.lines.value()
        if isinstance(chosen, str):
            numbers = self.records.keys(0, self.records.count() - 1)
            self.app.push_screen(screen_named("conflict", registration=chosen, numbers=numbers))

    # Many at once

    def action_settle_newest(self) -> None:
        """What the newest would do to all that are marked, or to all that are shown."""
        session, wanted, marked = self.session, self.wanted, sorted(self.records.marked)

        def work() -> tuple[list[str], dict[str, Any]]:
            ids = marked or settling.disputed_ids(session, wanted.filter())
            return ids, settling.newest(session, ids, dry_run=True)

        self.ask(work, lambda found: self._preview(*found))

    def _preview(self, ids: list[str], plan: Mapping[str, Any]) -> None:
        def done(picked: object) -> None:
            if picked == _YES:
                work = partial(settling.newest, self.session, ids, seen=settling.seen_in(plan))
                self.ask(work, self._settled_many, lane="pen")

        self.app.push_screen(Pick(_("Pakai nilai terbaru"), preview_lines(plan), words=plan_words(plan)), done)

    def _settled_many(self, answer: Mapping[str, Any]) -> None:
        remember(self.session, {item["id"]: item["name"] for item in answer["settled"]})
        words = _("{count} isian memakai nilai terbaru pada {people} pendaftaran; H menampilkannya.").format(
            count=number(answer["conflicts"]), people=number(answer["registrations"])
        )
        changed = sum(item["code"] == "conflict_changed" for item in answer["left"])
        if changed:
            words += " " + _("{count} berubah sejak ditampilkan, jadi dibiarkan.").format(count=number(changed))
        self.tell(words)
        self.records.unmark()
        self.field_app.refresh_status()
        self._find(keep=self.records.key())

    # What was settled

    def _settled(self) -> dict[str, str]:
        found = self.session.remembered.get(SETTLED)
        return found if isinstance(found, dict) else {}

    def action_settled(self) -> None:
        """What was settled since the laptop was unlocked, to be looked at or chosen anew."""
        lines = [Line(plain(name or _("(belum bernama)"), 60), value=id_) for id_, name in self._settled().items()]

        def done(picked: object) -> None:
            if isinstance(picked, str):
                self.app.push_screen(screen_named("conflict", registration=picked))

        words = [_("Enter membuka mejanya; di sana U memilih lagi.")]
        self.app.push_screen(Pick(_("Baru diselesaikan"), lines[::-1], words=words, find=True), done)


def remember(session: Session, settled: Mapping[str, str]) -> None:
    """Keeps what was settled until the laptop is locked, the latest last."""
    known = session.remembered.setdefault(SETTLED, {})
    for id_, name in settled.items():
        known.pop(id_, None)
        known[id_] = name


def plan_words(plan: Mapping[str, Any]) -> list[str]:
    """What settling by the newest does, in sentences: how many, whose values lose, and what is left and why."""
    left = len(plan["left"])
    words = [
        _("{count} isian pada {people} pendaftaran memakai nilai terbaru; {left} tetap menunggu orang.").format(
            count=number(plan["conflicts"]), people=number(plan["registrations"]), left=number(left)
        )
    ]
    if plan["losers"]:
        names = ", ".join(f"{plain(name, 40)} {number(count)}" for name, count in plan["losers"].items())
        words.append(_("Nilai yang tidak dipakai (tetap ada di riwayat): {names}.").format(names=names))
    return words


def preview_lines(plan: Mapping[str, Any]) -> list[Line]:
    """Yes and no, then every value that stays with those that lose, and what is left with the reason."""
    lines = []
    if plan["settled"]:
        lines.append(Line(_("Ya, pakai yang terbaru untuk {count} isian").format(count=plan["conflicts"]), value=_YES))
    lines.append(Line(_("Tidak, kembali"), value=""))
    for item in plan["settled"]:
        lines += _headed(item)
        fields = _unlike(item)
        lines += _said(_("Dipakai: {values}, oleh {by}, {at}"), item, fields)
        for lost in item["lost"]:
            lines += _said(_("Tidak dipakai: {values}, oleh {by}, {at}"), lost, fields)
    if plan["left"]:
        lines += [Line(""), Line(_("Tetap menunggu orang"), "heading")]
        for item in plan["left"]:
            lines += _headed(item)
            lines += [Line(part, "quiet") for part in wrapped(f"  {item['message']}", _WIDTH, 4)]
    return lines


def _unlike(item: Mapping[str, Any]) -> list[str]:
    kept = item["values"]
    unlike = [name for name in item["fields"] if any(lost["values"].get(name) != kept[name] for lost in item["lost"])]
    return unlike or list(item["fields"])


def _headed(item: Mapping[str, Any]) -> list[Line]:
    words = f"{plain(item['name'] or _('(belum bernama)'), 40)}: {heading_of(item['fields'][:2])}"
    return [Line(part, "heading") for part in wrapped(words, _WIDTH, 2)]


def _said(words: str, side: Mapping[str, Any], fields: Sequence[str]) -> list[Line]:
    values = values_words({field: side["values"].get(field) for field in fields})
    text = words.format(values=values, by=plain(side["by"], 40), at=when(side["at"]))
    return [Line(part) for part in wrapped(f"  {text}", _WIDTH, 4)]
