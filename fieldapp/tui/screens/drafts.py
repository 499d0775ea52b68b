"""Forms that were begun and not sent yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from fieldapp.forms.declaration import FORM, QUESTIONS
from fieldapp.locale import N_, _, language
from fieldapp.services import drafts
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Confirm
from fieldapp.tui.text import number, plain, when
from fieldapp.tui.widgets.lines import Line, Lines

REFUSED: Final = "menolak"
"""The visit of a person who did not consent: only counted."""
_NAME, _WHERE, _ERRORS = 26, 24, 5
"""Cells of the columns; the age takes what is left."""
_MINUTE_MS: Final = 60_000


class DraftLines(Lines):
    """Drafts under the names of their columns."""

    HEADER_LINES = 1

    def header(self, width: int) -> str:
        return _row("", _("Nama"), _("Berhenti di"), _("Salah"), _("Diubah"))


def _row(mark: str, name: str, where: str, errors: str, age: str) -> str:
    columns = ((name, _NAME), (where, _WHERE))
    fitted = [Content(text).truncate(width, ellipsis=True, pad=True).plain for text, width in columns]
    return " ".join([f"{mark:<3}", *fitted, f"{errors:>{_ERRORS}}", age])


def age_words(updated_ms: int, now_ms: int) -> str:
    """How long ago a draft was touched last: minutes, hours, days, and the day itself beyond a month."""
    minutes = max(0, (now_ms - updated_ms) // _MINUTE_MS)
    if minutes < 1:
        return _("baru saja")
    if minutes < 60:
        return _("{count} menit lalu").format(count=minutes)
    if minutes < 60 * 24:
        return _("{count} jam lalu").format(count=minutes // 60)
    days = minutes // (60 * 24)
    return _("{count} hari lalu").format(count=days) if days <= 31 else when(updated_ms)[:10]


class DraftsScreen(FieldScreen[None]):
    """One line a draft, the one touched last on top; Enter goes on where it was left."""

    HEADING = N_("Draf")
    HELP = N_(
        "Enter melanjutkan draf tepat di isian terakhir. Perbaikan yang kini tugas orang lain menyebut namanya; bila "
        "tetap dikirim, isinya dihitung. Spasi menandai, A menandai semua; Del membuang yang ditandai, "
        "atau yang ditunjuk, setelah ditanya."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "pick", N_("Tandai")),
        key("a", "pick_all", N_("Tandai semua")),
        key("delete", "discard", N_("Buang")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[drafts.DraftView] = []
        self._picked: set[str] = set()
        self._now = 0

    def body(self) -> Iterable[Widget]:
        yield DraftLines(id="drafts")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._reload()

    def _reload(self) -> None:
        session = self.session
        self.ask(lambda: (drafts.drafts(session), session.now_ms()), self._show)

    def _show(self, answer: tuple[list[drafts.DraftView], int]) -> None:
        found, now = answer
        self._found = sorted(found, key=lambda view: view.updated_at, reverse=True)
        self._picked &= {view.id for view in found}
        self._now = now
        self._draw()

    def _draw(self) -> None:
        lines = [Line(self._text(view), value=view) for view in self._found]
        self.query_one("#drafts", Lines).show(
            lines or [Line(_("Tidak ada draf. F2 memulai pendaftaran baru."), "quiet")]
        )
        whose = _("{count} draf milik {member}").format(
            count=number(len(self._found)), member=plain(self.session.member.name, 30)
        )
        picked = _("{count} ditandai").format(count=number(len(self._picked))) if self._picked else ""
        self.head(right=", ".join(part for part in (picked, whose) if part))

    def _text(self, view: drafts.DraftView) -> str:
        mark = "[x]" if view.id in self._picked else "[ ]"
        age = age_words(view.updated_at, self._now)
        if view.values.get("visit") == REFUSED:
            return _row(mark, _("(menolak dicatat; hanya kunjungan)"), "", "", age)
        name = plain(view.values.get("name") or _("(belum bernama)"), 40)
        if view.registration:
            name = _("perbaikan: {name}").format(name=name)
        if view.passed_to:
            # Whoever begun it decides what becomes of it: sent, it still counts.
            where = _("kini pada {name}").format(name=plain(view.passed_to, 30))
            return _row(mark, name, where, number(view.errors), age)
        return _row(mark, name, where_words(view.position), number(view.errors), age)

    # What is done

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        view = event.lines.value()
        if isinstance(view, drafts.DraftView) and view.values.get("visit") != REFUSED:
            self.app.push_screen(screen_named("form", draft=view.id))

    def _at_hand(self) -> drafts.DraftView | None:
        view = self.query_one("#drafts", Lines).value()
        return view if isinstance(view, drafts.DraftView) else None

    def action_pick(self) -> None:
        """Picks the draft at hand, or no longer, and goes to the next one."""
        view = self._at_hand()
        if view is not None:
            self._picked ^= {view.id}
            self._draw()
            self.query_one("#drafts", Lines).cursor += 1

    def action_pick_all(self) -> None:
        """Picks every draft, or none when all are picked."""
        every = {view.id for view in self._found}
        self._picked = set() if self._picked == every else every
        self._draw()

    def action_discard(self) -> None:
        """Throws away what is picked, or the draft at hand, once a person agreed to just those."""
        at_hand = self._at_hand()
        views = [view for view in self._found if view.id in self._picked] or ([at_hand] if at_hand else [])
        if not views:
            return
        session = self.session

        def done(agreed: bool | None) -> None:
            if agreed:
                ids = [view.id for view in views]
                self.ask(partial(drafts.discard_drafts, session, ids), lambda _done: self._gone(), lane="pen")

        self.app.push_screen(Confirm(_("Buang draf"), _warning(views), _("Ya, buang"), careful=True), done)

    def _gone(self) -> None:
        self._picked.clear()
        self._reload()
        self.field_app.refresh_status()


def where_words(position: tuple[str, str] | None) -> str:
    """Where a draft was left: the number of its page and the question."""
    section, field = position or ("", "")
    spoken = language()
    for index, each in enumerate(FORM):
        if each.name == section:
            question = QUESTIONS.get(field.partition(".")[0])
            return f"{index + 1} {question.label(spoken) if question else each.labels.say(spoken)}"
    return f"{len(FORM) + 1} {_('Periksa dan kirim')}" if section == "send" else ""


def _warning(views: Sequence[drafts.DraftView]) -> list[str]:
    names = [plain(view.values.get("name") or _("(belum bernama)"), 60) for view in views]
    if len(views) == 1:
        words = _("Draf {name} dihapus dari laptop ini dan tidak dapat dikembalikan.").format(name=names[0])
        return [words]
    words = _("{count} draf dihapus dari laptop ini dan tidak dapat dikembalikan:").format(count=number(len(views)))
    return [words, ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")]
