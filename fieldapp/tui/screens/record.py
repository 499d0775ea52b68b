"""One registration to read: what is odd about it, every answer, comments, conflicts and history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.domain.findings import Finding
from fieldapp.domain.roles import may
from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import N_, _
from fieldapp.services import duplicates, registrations
from fieldapp.tui.answer_text import label_of
from fieldapp.tui.keys import key
from fieldapp.tui.reading import record_lines
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.deciding import decide, may_decide
from fieldapp.tui.screens.dialogs import Report, Write
from fieldapp.tui.text import plain, state_text
from fieldapp.tui.widgets.lines import Line, Lines

Loaded = tuple[dict[str, Any], Sequence[Finding], Sequence[dict[str, Any]]]
"""The registration, what the rules say of it, and registrations that are like it."""

#: Only these can be decided about; undo takes back a decision in force.
PENDING = frozenset({"submitted", "has_issues", "changed_after_review"})
GONE = frozenset({"void", "withdrawn"})
DECIDED = frozenset({"approved", "waiting", "rejected", "returned", "changed_after_review"})


class RecordScreen(FieldScreen[None]):
    """Read by line; decisions and comments by one key each, for those who may."""

    HEADING = N_("Pendaftaran")
    HELP = N_(
        "Baca dengan panah. Di atas: yang perlu diperhatikan. E memperbaiki isian, N menampilkan NIK utuh "
        "(dicatat), D membandingkan dengan pendaftaran yang mirip. Pengawas: M menulis catatan pada isian di baris "
        "ini, S setuju, K kembalikan, T tolak, U tarik putusan."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "decide('approve')", N_("Setujui")),
        key("k", "decide('return')", N_("Kembalikan")),
        key("t", "decide('reject')", N_("Tolak")),
        key("u", "decide('undo')", N_("Tarik putusan")),
        key("m", "comment", N_("Catatan")),
        key("e", "edit", N_("Perbaiki")),
        key("d", "compare", N_("Bandingkan")),
        key("n", "nik", N_("NIK utuh")),
        key("w", "withdraw", N_("Tarik diri")),
        key("v", "void", N_("Batalkan")),
    ]

    def __init__(self, registration: str) -> None:
        super().__init__()
        self._registration = registration
        self._loaded: Loaded | None = None
        self._pinned: dict[str, str] = {}

    def body(self) -> Iterable[Widget]:
        yield Lines(id="record", reading=True)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def _load(self) -> None:
        session, registration = self.session, self._registration

        def work() -> Loaded:
            shown = registrations.show(session, registration, history=True)
            checked = registrations.check_values(
                session, {**shown["values"], "overrides": shown["overrides"]}, registration=registration
            )
            near = duplicates.near(session, shown["values"], registration) if shown["state"] not in GONE else []
            return shown, checked.findings, near

        self.ask(work, self._show)

    def _show(self, loaded: Loaded) -> None:
        self._loaded = loaded
        shown = loaded[0]
        self.head(plain(shown["values"].get("name") or _("(belum bernama)"), 60), state_text(str(shown["state"])))
        self._draw()
        self.refresh_bindings()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._loaded is not None:
            lines = self.query_one("#record", Lines)
            shown, findings, near = self._loaded
            lines.show(record_lines(shown, findings, max(40, self.size.width - 4), self._pinned, near))

    @property
    def _state(self) -> str:
        return str(self._loaded[0]["state"]) if self._loaded is not None else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot do anything here are not offered."""
        role = self.session.member.role
        if action == "decide":
            wanted = str(parameters[0])
            states = DECIDED if wanted == "undo" else PENDING | (DECIDED if wanted != "approve" else frozenset())
            return may_decide(role, wanted) and self._state in states
        if action == "compare":
            return bool(self._alike())
        if action == "comment":
            return may_decide(role, "return")
        if action == "edit":
            return may(role, "registration", "edit", own_record=True) is None
        if action in ("withdraw", "void"):
            kind = "decide" if action == "withdraw" else "void"
            return may(role, "registration", kind, own_record=True, decision="withdraw") is None
        return super().check_action(action, parameters)

    def _who(self) -> str:
        name = self._loaded[0]["values"].get("name") if self._loaded is not None else ""
        return plain(name or _("(belum bernama)"), 60)

    def action_decide(self, decision: str) -> None:
        if self._loaded is not None:
            comments = self._pinned if decision == "return" else None
            decide(self, [self._registration], decision, self._decided, who=self._who(), comments=comments)

    def _decided(self, answers: list[dict[str, Any]]) -> None:
        if all(answer["ok"] for answer in answers):
            self._pinned.clear()
            self.dismiss()
        else:
            self._load()

    def action_comment(self) -> None:
        """Pins a comment to the field of the line at hand; it goes along with the return."""
        field = self.query_one("#record", Lines).value()
        if not isinstance(field, str) or field not in QUESTIONS:
            self.complain(_("Pindahkan panah ke baris isian yang ingin diberi catatan, lalu tekan M."))
            return

        def done(text: str | None) -> None:
            if text is not None:
                if text:
                    self._pinned[field] = text
                else:
                    self._pinned.pop(field, None)
                self._draw()

        words = [
            label_of(field),
            _("Catatan untuk pencacah; dikirim bersama K (kembalikan). Kosongkan untuk menghapus."),
        ]
        self.app.push_screen(
            Write(_("Catatan pada isian"), words, value=self._pinned.get(field, ""), check=lambda text: ""), done
        )

    def action_edit(self) -> None:
        """A correction, begun at the first field that somebody commented on."""
        comments = self._loaded[0].get("comments") if self._loaded is not None else None
        at = next((str(each["field"]) for each in comments or [] if each.get("field") in QUESTIONS), None)
        self.app.push_screen(screen_named("form", registration=self._registration, at=at))

    def action_compare(self) -> None:
        """This registration beside those that are like it."""
        pairs = [tuple(sorted((self._registration, other))) for other in self._alike()]
        if pairs:
            self.app.push_screen(screen_named("pair", pairs=pairs))

    def _alike(self) -> list[str]:
        """Registrations to compare this one with: those that are like it, or the one that it gives way to."""
        if self._loaded is None:
            return []
        shown, _findings, near = self._loaded
        joined = shown.get("same_as")
        return [str(joined["with"])] if joined else [str(each["id"]) for each in near]

    def action_nik(self) -> None:
        """The whole NIK, once, in a box of its own; that it was looked at is kept."""
        session = self.session

        heir = str(self._loaded[0]["values"].get("heir_nik") or "") if self._loaded is not None else ""

        def show(nik: str) -> None:
            lines = [Line(_in_fours(nik) if nik else _("Orang ini belum ber-NIK."))]
            if heir:
                lines.append(Line(f"{label_of('heir_nik')}: {_in_fours(heir)}"))
            self.app.push_screen(Report(_("NIK utuh"), lines))

        self.ask(partial(registrations.unmasked_nik, session, self._registration), show, lane="pen")

    def action_withdraw(self) -> None:
        self._end(_("Orang ini menarik diri"), registrations.withdraw)

    def action_void(self) -> None:
        self._end(_("Batalkan pendaftaran ini"), registrations.void)

    def _end(self, title: str, what: Any) -> None:
        session = self.session

        def done(reason: str | None) -> None:
            if reason:
                self.ask(partial(what, session, self._registration, reason), lambda _done: self._ended(), lane="pen")

        self.app.push_screen(Write(title, [self._who(), _("Alasannya:")]), done)

    def _ended(self) -> None:
        self.field_app.refresh_status()
        self._load()


def _in_fours(nik: str) -> str:
    """Sixteen digits as they are read aloud."""
    return plain(" ".join(nik[at : at + 4] for at in range(0, len(nik), 4)), 60)
