"""Forms that were begun and not sent yet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.forms.declaration import FORM
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


class DraftsScreen(FieldScreen[None]):
    """One line a draft, the one touched last on top; Enter goes on where it was left."""

    HEADING = N_("Draf")
    HELP = N_("Enter melanjutkan draf tepat di isian terakhir. Del membuang draf setelah ditanya.")
    BINDINGS: ClassVar[list[BindingType]] = [key("delete", "discard", N_("Buang"))]

    def body(self) -> Iterable[Widget]:
        yield Lines(id="drafts")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._reload()

    def _reload(self) -> None:
        session = self.session
        self.ask(lambda: drafts.drafts(session), self._show)

    def _show(self, found: list[drafts.DraftView]) -> None:
        found = sorted(found, key=lambda view: view.updated_at, reverse=True)
        lines = [Line(self._text(view), value=view) for view in found]
        self.query_one("#drafts", Lines).show(
            lines or [Line(_("Tidak ada draf. F2 memulai pendaftaran baru."), "quiet")]
        )
        self.head(right=_("{count} draf").format(count=number(len(found))))

    @staticmethod
    def _text(view: drafts.DraftView) -> str:
        if view.values.get("visit") == REFUSED:
            return f"{_('(menolak dicatat; hanya kunjungan)'):<38}  {when(view.started_at)}"
        name = plain(view.values.get("name") or _("(belum bernama)"), 40)
        section = next((each.labels.say(language()) for each in FORM if (view.position or ("",))[0] == each.name), "")
        moment = when(view.updated_at)
        parts = [
            f"{name:<24}",
            moment[:5] + moment[10:],
            section,
            _("{count} belum benar").format(count=view.errors),
            _("perbaikan") if view.registration else "",
        ]
        return "  ".join(part for part in parts if part)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        view = event.lines.value()
        if isinstance(view, drafts.DraftView) and view.values.get("visit") != REFUSED:
            self.app.push_screen(screen_named("form", draft=view.id))

    def action_discard(self) -> None:
        view = self.query_one("#drafts", Lines).value()
        if not isinstance(view, drafts.DraftView):
            return
        session = self.session

        def done(agreed: bool | None) -> None:
            if agreed:
                self.ask(partial(drafts.discard_draft, session, view.id), lambda _done: self._gone(), lane="pen")

        name = plain(view.values.get("name") or _("(belum bernama)"), 60)
        words = _("Draf {name} dihapus dari laptop ini dan tidak dapat dikembalikan.").format(name=name)
        self.app.push_screen(Confirm(_("Buang draf"), [words], _("Ya, buang"), careful=True), done)

    def _gone(self) -> None:
        self._reload()
        self.field_app.refresh_status()
