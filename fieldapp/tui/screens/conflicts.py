"""Answers with two values, written by people who did not know of each other: a person picks which one stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services import conflicts, registrations
from fieldapp.tui.answer_text import answer_text, label_of, masked_text
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.text import number, plain, when
from fieldapp.tui.widgets.lines import Line, Lines

Conflict = Mapping[str, Any]


class ConflictsScreen(FieldScreen[None]):
    """One line a conflict; Enter shows the values side by side."""

    HEADING = N_("Pertentangan")
    HELP = N_(
        "Dua orang mengisi satu isian dengan nilai berbeda tanpa saling tahu. Kedua nilai disimpan sampai Anda "
        "memilih. Enter menampilkan keduanya, B membuka pendaftarannya."
    )
    BINDINGS: ClassVar[list[BindingType]] = [key("b", "open", N_("Buka pendaftaran"))]

    def body(self) -> Iterable[Widget]:
        yield Lines(id="conflicts")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._reload()

    def _reload(self) -> None:
        session = self.session

        def work() -> list[tuple[str, Conflict]]:
            found = conflicts.listing(session)
            ids = list(dict.fromkeys(str(each["id"]) for each in found))
            names = {row["id"]: str(row["name"]) for row in registrations.rows(session, ids)}
            return [(names.get(str(each["id"]), ""), each) for each in found]

        self.ask(work, self._show)

    def _show(self, found: list[tuple[str, Conflict]]) -> None:
        lines = [Line(self._text(name, each), value=each) for name, each in found]
        empty = Line(_("Tidak ada pertentangan."), "quiet")
        self.query_one("#conflicts", Lines).show(lines or [empty])
        self.head(right=_("{count} isian").format(count=number(len(found))))

    @staticmethod
    def _text(name: str, conflict: Conflict) -> str:
        field = str(conflict["field"])
        values = " / ".join(masked_text(field, each["value"]) or _("(kosong)") for each in conflict["values"])
        return f"{plain(name, 24):<24}  {label_of(field)}: {values}"

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        conflict = event.lines.value()
        if isinstance(conflict, Mapping):
            self._settle(conflict)

    def _settle(self, conflict: Conflict) -> None:
        session, field = self.session, str(conflict["field"])
        lines = []
        for each in conflict["values"]:
            told = _("{value}   oleh {by}, {at}").format(
                value=answer_text(field, each["value"]) or _("(kosong)"), by=plain(each["by"], 30), at=when(each["at"])
            )
            lines.append(Line(told, value=each["entry"]))
        base = answer_text(field, conflict.get("base")) or _("(kosong)")
        words = [label_of(field), _("Semula: {value}").format(value=base), _("Nilai mana yang benar?")]

        def done(entry: object) -> None:
            if isinstance(entry, str):
                work = partial(conflicts.resolve, session, str(conflict["id"]), field, keep=entry)
                self.ask(work, lambda _done: self._settled(), lane="pen")

        self.app.push_screen(Pick(_("Pertentangan"), lines, words=words), done)

    def _settled(self) -> None:
        self.tell(_("Pertentangan selesai; pilihannya ikut dibawa ke laptop lain."))
        self.field_app.refresh_status()
        self._reload()

    def action_open(self) -> None:
        conflict = self.query_one("#conflicts", Lines).value()
        if isinstance(conflict, Mapping):
            self.app.push_screen(screen_named("record", registration=str(conflict["id"])))
