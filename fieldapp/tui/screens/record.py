"""One registration to read: what is odd about it, every answer, comments, conflicts and history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from fieldapp.domain.findings import Finding
from fieldapp.domain.roles import ASSIGNING_ROLES, may
from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import N_, _
from fieldapp.services import lists, registrations
from fieldapp.services.pairs import duplicates
from fieldapp.services.returns import returned
from fieldapp.services.review import Seen
from fieldapp.tui.among import Among
from fieldapp.tui.answer_text import label_of
from fieldapp.tui.happened import field_lines
from fieldapp.tui.keys import key
from fieldapp.tui.reading import Part, joined, record_parts, state_of
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.assigning import ask_assignee
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.deciding import decide, may_decide
from fieldapp.tui.screens.dialogs import Pick, Report, Write
from fieldapp.tui.screens.ending import end
from fieldapp.tui.text import number, plain
from fieldapp.tui.widgets.lines import Line, Lines

Loaded = tuple[dict[str, Any], Sequence[Finding], Sequence[dict[str, Any]]]
"""The registration, what the rules say of it, and registrations that are like it."""

#: Only these can be decided about; undo takes back a decision in force.
PENDING = frozenset({"submitted", "has_issues", "changed_after_review"})
GONE = frozenset({"void", "withdrawn"})
DECIDED = frozenset({"approved", "waiting", "rejected", "returned", "changed_after_review"})
BACK = DECIDED | GONE
"""From these an undo brings back: a decision, a registration taken out, somebody said to take part no longer."""

TWO_COLUMNS_FROM = 120
"""Cells from which what is odd and what happened stand beside the answers."""
DIALOG_WIDTH = 70
"""Cells of a line in a box over the screen."""


class RecordScreen(FieldScreen[None]):
    """Read by line; decisions and comments by one key each, for those who may."""

    CSS_PATH = "record.tcss"

    HEADING = N_("Pendaftaran")
    HELP = N_(
        "Baca dengan panah. L melompat ke satu bagian, C mencari kata, R menampilkan riwayat isian di baris ini. Di "
        "layar lebar ada dua kolom; Tab berpindah di antaranya. E memperbaiki isian, N menampilkan NIK utuh "
        "(dicatat), D membandingkan dengan pendaftaran yang mirip, X menyelesaikan isian yang bertentangan. "
        "Pengawas: M menulis catatan pada isian di baris ini, S setuju, K kembalikan, T tolak, U tarik putusan, A "
        "mengalihkan perbaikannya kepada anggota lain. Dari antrean: B atau panah kanan membuka yang berikutnya, P "
        "atau panah kiri yang sebelumnya; sesudah putusan, yang berikutnya terbuka sendiri."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "decide('approve')", N_("Setujui")),
        key("k", "decide('return')", N_("Kembalikan")),
        key("t", "decide('reject')", N_("Tolak")),
        key("u", "decide('undo')", N_("Tarik putusan")),
        key("m", "comment", N_("Catatan")),
        key("e", "edit", N_("Perbaiki")),
        key("d", "compare", N_("Bandingkan")),
        key("b,right", "neighbour(1)", N_("Berikutnya")),
        key("p,left", "neighbour(-1)", N_("Sebelumnya")),
        key("x", "conflict", N_("Pertentangan")),
        key("n", "nik", N_("NIK utuh")),
        key("l", "jump", N_("Lompat")),
        key("c,ctrl+f", "search", N_("Cari")),
        key("r", "field_history", N_("Riwayat isian")),
        key("a", "assign", N_("Alihkan")),
        key("w", "withdraw", N_("Tidak ikut lagi")),
        key("v", "void", N_("Batalkan")),
    ]

    def __init__(self, registration: str, among: Among | None = None) -> None:
        """`among`: where it stands in the queue that it is opened from."""
        super().__init__()
        self._registration = registration
        self._among = among
        self._loaded: Loaded | None = None
        self._pinned: dict[str, str] = {}
        self._parts: list[Part] = []
        self._is_wide = False

    def body(self) -> Iterable[Widget]:
        columns = Horizontal(id="columns")
        columns.can_focus = False
        with columns:
            yield Lines(id="record", reading=True)
            yield Lines(id="beside", reading=True)

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

        self.ask(work, self._show, failed=self._failed)

    def _show(self, loaded: Loaded) -> None:
        shown = loaded[0]
        if shown["id"] != self._registration:
            # The reader has gone on since this was asked for.
            return
        is_other = self._loaded is None or self._loaded[0]["id"] != shown["id"]
        self._loaded = loaded
        self.busy = False
        state = state_of(shown)
        if self._among is not None:
            at, count = self._among.place
            state = _("{number} dari {count}  {state}").format(number=number(at), count=number(count), state=state)
        self.head(plain(shown["values"].get("name") or _("(belum bernama)"), 60), state)
        self._draw()
        if is_other:
            for column in (self.query_one("#record", Lines), self.query_one("#beside", Lines)):
                column.cursor = 0
                column.scroll_to(y=0, animate=False)
        self.refresh_bindings()

    def relabel(self) -> None:
        super().relabel()
        if self._loaded is not None:
            self._show(self._loaded)
            # What the services said of those alike was said in the other language.
            self._load()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._loaded is None:
            return
        shown, findings, near = self._loaded
        is_wide = self.size.width >= TWO_COLUMNS_FROM
        column = self.size.width // 2 if is_wide else self.size.width
        # The sign of the line at hand, the scroll bar and the line between the columns take their cells.
        widths = (max(30, column - 4), max(30, column - 5 if is_wide else column - 4))
        odd_first = self._among is not None and not is_wide
        self._parts = record_parts(shown, findings, widths, self._pinned, near, odd_first=odd_first)
        reading = self._at_hand.value()
        other_columns, self._is_wide = is_wide != self._is_wide, is_wide
        record, aside = self.query_one("#record", Lines), self.query_one("#beside", Lines)
        if not is_wide and aside.has_focus:
            record.focus()
        aside.display = is_wide
        aside.show(joined(part for part in self._parts if is_wide and part.is_beside))
        lines = joined(part for part in self._parts if not (is_wide and part.is_beside))
        at = next((index for index, line in enumerate(lines) if reading and line.value == reading), 0)
        # The lines stand elsewhere now: whoever was reading an answer goes on at that answer.
        record.show(lines, cursor=at if other_columns else None)

    @property
    def _at_hand(self) -> Lines:
        """The column that is being read."""
        aside = self.query_one("#beside", Lines)
        return aside if aside.has_focus else self.query_one("#record", Lines)

    def _places(self) -> list[tuple[Part, Lines, int]]:
        """Every part with the column that shows it and the number of its first line there."""
        places = []
        ends = {True: 0, False: 0}
        for part in self._parts:
            is_aside = self._is_wide and part.is_beside
            places.append((part, self.query_one("#beside" if is_aside else "#record", Lines), ends[is_aside]))
            ends[is_aside] += len(part.lines) + 1
        return places

    def action_jump(self) -> None:
        """To the beginning of a part, picked from their headings."""
        places = self._places()
        lines = [Line(part.heading, value=number) for number, (part, _lines, _at) in enumerate(places)]

        def done(picked: object) -> None:
            if isinstance(picked, int):
                self._go(*places[picked][1:])

        self.app.push_screen(Pick(_("Lompat ke bagian"), lines), done)

    def action_search(self) -> None:
        """To a line, found by typing part of it."""
        found: list[tuple[Lines, int]] = []
        lines = []
        for part, column, first in self._places():
            for offset, line in enumerate(part.lines):
                if line.text:
                    lines.append(Line(line.text.strip(), line.tone, len(found)))
                    found.append((column, first + offset))

        def done(picked: object) -> None:
            if isinstance(picked, int):
                self._go(*found[picked])

        self.app.push_screen(Pick(_("Cari di pendaftaran ini"), lines, find=True), done)

    def _go(self, column: Lines, at: int) -> None:
        column.focus()
        column.cursor = at
        # The line that was looked for stands on top, with what follows it in view.
        column.scroll_to(y=at, animate=False)

    def action_field_history(self) -> None:
        """What became of the answer on the line at hand."""
        field = self._field()
        if field is None or self._loaded is None:
            self.complain(_("Pindahkan panah ke baris isian yang ingin dilihat riwayatnya, lalu tekan R."))
            return
        lines = field_lines(self._loaded[0].get("history") or (), field, DIALOG_WIDTH)
        if not lines:
            lines = [Line(_("Belum pernah diisi."))]
        self.app.push_screen(Report(label_of(field), lines))

    def _field(self) -> str | None:
        """The question that the line at hand is about."""
        field = self._at_hand.value()
        return field if isinstance(field, str) and field in QUESTIONS else None

    @property
    def _state(self) -> str:
        return str(self._loaded[0]["state"]) if self._loaded is not None else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that cannot do anything here are not offered."""
        role = self.session.member.role
        if action == "decide":
            wanted = str(parameters[0])
            states = BACK if wanted == "undo" else PENDING | (DECIDED if wanted != "approve" else frozenset())
            return may_decide(role, wanted) and self._state in states
        if action == "assign":
            return role in ASSIGNING_ROLES and self._state in PENDING | {"returned"}
        if action == "neighbour":
            return self._among is not None and self._among.neighbour(int(str(parameters[0]))) is not None
        if action == "conflict":
            return bool(self._loaded is not None and self._loaded[0].get("conflicts"))
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
            shown = self._loaded[0]
            decide(
                self,
                [self._registration],
                decision,
                self._decided,
                who=self._who(),
                comments=self._pinned if decision == "return" else None,
                seen={self._registration: Seen(str(shown["digest"]), str(shown["state"]))},
                stale=self._load,
            )

    def _decided(self, answers: list[dict[str, Any]]) -> None:
        if not all(answer["ok"] for answer in answers):
            self._load()
            return
        self._pinned.clear()
        if self._among is not None and self._among.neighbour(1) is not None:
            self.action_neighbour(1)
        else:
            self.dismiss()

    def action_neighbour(self, by: int) -> None:
        """The next one of the queue, or the one before, without going back to the list."""
        among = self._among
        wanted = among.neighbour(by) if among is not None else None
        if among is None or wanted is None:
            return
        if self._pinned:
            self.complain(_("Catatan Anda belum dikirim: K mengirimnya, atau kosongkan dengan M."))
            return
        # Keys that are typed ahead are meant for the one that comes.
        self.busy = True

        def opened(found: list[str]) -> None:
            if not found:
                self.busy = False
                self.dismiss()
                return
            among.go(by)
            self._registration = found[0]
            self._load()

        self.ask(partial(lists.ids_at, self.session, [wanted]), opened, failed=self._failed)

    def _failed(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    def action_assign(self) -> None:
        """Gives it to somebody else to be put right."""
        ask_assignee(self, [self._registration], self._who(), lambda _answers: self._load())

    def action_comment(self) -> None:
        """Pins a comment to the field of the line at hand; it goes along with the return."""
        field = self._field()
        if field is None:
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
        at = returned.first_field(comments or [])
        self.app.push_screen(screen_named("form", registration=self._registration, at=at))

    def action_compare(self) -> None:
        """This registration beside those that are like it."""
        pairs = [tuple(sorted((self._registration, other))) for other in self._alike()]
        if pairs:
            self.app.push_screen(screen_named("pair", pairs=pairs))

    def action_conflict(self) -> None:
        """The desk where its conflicts are settled."""
        self.app.push_screen(screen_named("conflict", registration=self._registration))

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
        end(self, self._registration, self._who(), self._load)

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
