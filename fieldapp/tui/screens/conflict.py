"""The desk of one registration: what was before, what each side wrote, and one key to say which holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Literal

from textual import events
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import conflicts, registrations
from fieldapp.services.conflicts import Take, disputes, settling
from fieldapp.tui.answer_text import answer_text
from fieldapp.tui.conflict_words import (
    DECISIONS,
    MOST_SIDES,
    Told,
    Where,
    desk_lines,
    differing,
    heading_of,
    holds_nik,
    side_words,
    values_words,
)
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.conflicts import remember
from fieldapp.tui.screens.deciding import TITLES, decide, may_decide
from fieldapp.tui.screens.dialogs import Confirm, Write
from fieldapp.tui.screens.third_value import ThirdValue, questions_of
from fieldapp.tui.text import content, number, plain
from fieldapp.tui.widgets.lines import Line, Lines

_AFTER: tuple[settling.After, settling.After] = ("void", "undo")
_Side = Literal["keep", "base", "newest"]


class ConflictScreen(FieldScreen[None]):
    """A block for each dispute; keys act on the one at hand, and what was chosen stays there with its losers."""

    HEADING = N_("Pertentangan")
    HELP = N_(
        "Satu isian ditulis berbeda oleh orang yang tidak saling tahu. Tanda di depan nilai: ~ diubah, + diisi, "
        "- dikosongkan, = tetap seperti semula. Angka memilih satu sisi, B kembali ke semula, T menulis nilai lain, N "
        "memakai yang terbaru bila boleh. Alamat dan kelompok lain dipilih utuh. Enter ke pertentangan berikutnya. U "
        "memilih lagi yang sudah diselesaikan; sampai dipilih lagi, pilihan pertama tetap berlaku. L membaca "
        "pendaftarannya, E membuka formulir perbaikan."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("1", "keep(1)", N_("Sisi 1")),
        *(key(str(digit), f"keep({digit})") for digit in range(2, MOST_SIDES + 1)),
        key("b", "base", N_("Semula")),
        key("t", "third", N_("Tulis")),
        key("n", "newest", N_("Terbaru")),
        key("enter", "next", N_("Lanjut")),
        key("u", "again", N_("Pilih lagi")),
        key("l", "open", N_("Baca pendaftaran")),
        key("e", "edit", N_("Formulir")),
    ]

    def __init__(self, registration: str, numbers: Sequence[int] = ()) -> None:
        """`numbers`: row numbers of the list that Enter goes on through; all that wait, without them."""
        super().__init__()
        self._registration = registration
        self._numbers = numbers
        self._desk: Mapping[str, Any] | None = None
        self._shown: list[Line] = []
        self._city = ""
        self._again = ""
        self._typed: dict[str, dict[str, Any]] = {}
        self._done: set[str] = set()
        self._question = 0
        self._is_writing = False
        self._to: str | None = None

    def body(self) -> Iterable[Widget]:
        yield Static("", id="advice", classes="quiet", markup=False)
        yield Lines(id="conflict", reading=True)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    # What is shown

    def _load(self, to: str | None = None) -> None:
        """Reads the registration anew; `to` is the group to stand at then."""
        self._question += 1
        # Keys wait: they are meant for what is about to stand here.
        self.busy = True
        session, registration = self.session, self._registration
        if to is not None:
            self._to = to

        def work() -> tuple[Mapping[str, Any], str]:
            return disputes.desk(session, registration), session.settings.city

        self.ask(work, partial(self._show, self._question), failed=self._not_done)

    def _not_done(self, words: str) -> None:
        self.busy = self._is_writing = False
        self.complain(words)

    def _show(self, question: int, found: tuple[Mapping[str, Any], str]) -> None:
        if question != self._question:
            return
        self._desk, self._city = found
        self.busy = self._is_writing
        self._draw()

    def _draw(self) -> None:
        if self._desk is None:
            return
        desk = self._desk
        open_ = len(desk["disputes"]) + (desk["decisions"] is not None)
        right = _("{area}: {open} bertentangan, {done} selesai").format(
            area=plain(desk["area_name"], 30), open=number(open_), done=number(len(desk["settled"]))
        )
        self.head(plain(desk["name"] or _("(belum bernama)"), 60), right)
        words = _("Pilih yang benar dengan angkanya. Yang tidak dipilih tetap ada di riwayat.")
        if not open_:
            words = _("Tidak ada lagi yang perlu dipilih di sini. Enter ke pendaftaran berikutnya.")
        self.query_one("#advice", Static).update(content(" " + words))
        lines = self.query_one("#conflict", Lines)
        shown = self._shown = desk_lines(desk, max(20, self.size.width - 4), self._again, self._done)
        kept, to = lines.value(), self._to
        self._to = None
        group = to if to is not None else kept.group if isinstance(kept, Where) else ""
        at = next((index for index, line in enumerate(shown) if line.value == kept), None) if to is None else None
        if at is None:
            at = next((index for index, line in enumerate(shown) if _group_of(line.value) == group), 0)
        lines.show(shown, cursor=at)
        self.refresh_bindings()

    @property
    def _at_hand(self) -> str:
        """The group of the block at hand; empty where there is none."""
        return _group_of(self.query_one("#conflict", Lines).value())

    def _dispute(self, group: str) -> Told | None:
        """An open dispute about answers, or a settled one that is being chosen anew."""
        desk = self._desk or {"disputes": (), "settled": ()}
        found = next((each for each in desk["disputes"] if each["group"] == group), None)
        return found if found is not None or group != self._again else self._settled(group)

    def _settled(self, group: str) -> Told | None:
        desk = self._desk or {"settled": ()}
        return next((each for each in desk["settled"] if each["group"] == group), None)

    # Choosing

    def action_keep(self, digit: int) -> None:
        """The side of that number holds."""
        if self._at_hand == DECISIONS:
            self._decide(digit)
            return
        dispute = self._to_choose()
        if dispute is None:
            return
        if digit > len(dispute["sides"]):
            self.complain(_("Tidak ada sisi {digit} di sini.").format(digit=digit))
            return
        self._choose(dispute, dispute["sides"][digit - 1], keep=dispute["sides"][digit - 1]["entry"])

    def action_base(self) -> None:
        """What was before holds again."""
        dispute = self._to_choose()
        if dispute is not None:
            self._choose(dispute, dispute["base"], take="base")

    def action_newest(self) -> None:
        """The newest holds, where no person has to judge."""
        dispute = self._to_choose()
        if dispute is not None:
            self._choose(dispute, dispute["sides"][0], take="newest")

    def _to_choose(self) -> Told | None:
        group = self._at_hand
        dispute = self._dispute(group)
        if dispute is None and group == DECISIONS:
            self.complain(_("Tentang putusan, tekan angkanya."))
        elif dispute is None:
            self.complain(_("Ini sudah selesai. U memilih lagi, Enter ke pertentangan berikutnya."))
        return dispute

    def _choose(self, dispute: Told, side: Told | None, **choice: Any) -> None:
        def agreed(yes: bool | None) -> None:
            if yes:
                self._write(dispute, **choice)

        fields = differing(dispute)
        if side is None or not side["known"] or not holds_nik(fields) or choice.get("take") == "newest":
            self._write(dispute, **choice)
            return
        words = [heading_of(fields), _("Dipakai: {what}").format(what=_whole(side, fields))]
        words += [_("Tidak dipakai: {what}").format(what=_whole(each, fields)) for each in dispute["sides"]
                  if each is not side and each["known"]]  # fmt: skip

        def show(_done: object) -> None:
            self.busy = False
            self.app.push_screen(Confirm(_("Pertentangan"), words, _("Ya, pakai ini")), agreed)

        # Two masked numbers may look alike, so they are shown whole here, and that they were is kept.
        self.busy = True
        work = partial(registrations.unmasked_nik, self.session, self._registration)
        self.ask(work, show, lane="pen", failed=self._not_done)

    def _write(
        self,
        dispute: Told,
        *,
        keep: str | None = None,
        take: Take | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        group = str(dispute["group"])
        self.busy = self._is_writing = True
        work = partial(
            conflicts.choose, self.session, self._registration, group, seen=dispute["heads"], keep=keep, take=take,
            values=values,
        )  # fmt: skip
        self.ask(work, partial(self._chosen, group), lane="pen", failed=partial(self._refused, group))

    def _chosen(self, group: str, answer: Mapping[str, Any]) -> None:
        self._is_writing = False
        self._typed.pop(group, None)
        self._again = ""
        self._done.add(group)
        words = [_("Selesai. Enter ke pertentangan berikutnya, U memilih lagi.")]
        words += [_("Periksa: {words}").format(words=each["message"]) for each in answer["warnings"]]
        self.tell("\n".join(words))
        remember(self.session, {self._registration: str((self._desk or {}).get("name") or "")})
        self.field_app.refresh_status()
        self._load(group)

    def _refused(self, group: str, words: str) -> None:
        """What was chosen no longer fits what is there: it is shown as it is now, and what was typed stays."""
        self._is_writing = False
        self.complain(words)
        self._load(group)

    def action_third(self) -> None:
        """A value of one's own, asked by the form's own questions."""
        dispute = self._to_choose()
        if dispute is None:
            return
        group = str(dispute["group"])
        if not questions_of(group):
            self.complain(_("Isian ini ditulis oleh program; pilih salah satu sisinya."))
            return
        session, registration = self.session, self._registration

        def work() -> dict[str, Any]:
            if holds_nik(dispute["fields"]):
                # It is shown whole in the question, and that it was is kept.
                registrations.unmasked_nik(session, registration)
            return registrations.show(session, registration)

        self.busy = True
        self.ask(work, partial(self._ask_third, dispute), lane="pen", failed=self._not_done)

    def _ask_third(self, dispute: Told, shown: Mapping[str, Any]) -> None:
        self.busy = False
        group = str(dispute["group"])
        words = [_("Nilai ini menggantikan semua sisi; yang lama tetap ada di riwayat.")]
        values = {**shown["values"], "overrides": shown["overrides"], **self._typed.get(group, {})}
        values = {name: value for name, value in values.items() if value is not None}

        def done(typed: dict[str, Any] | None) -> None:
            if typed is not None:
                self._typed[group] = typed
                self._write(dispute, values=typed)

        title = heading_of([question.name for question in questions_of(group)][:1])
        self.app.push_screen(
            ThirdValue(title, words, group=group, registration=self._registration, values=values, city=self._city),
            done,
        )

    def action_again(self) -> None:
        """Offers the sides of what was settled once more; until one is chosen, the first choice holds."""
        group = self._at_hand
        if self._settled(group) is None:
            group = str(self._desk["settled"][0]["group"]) if self._desk and self._desk["settled"] else ""
        if not group:
            self.complain(_("Belum ada yang diselesaikan di sini."))
            return
        self._again = "" if self._again == group else group
        self._to = group
        self._draw()

    # Decisions

    def _decide(self, digit: int) -> None:
        decisions = self._desk["decisions"] if self._desk else None
        if decisions is None:
            return
        if decisions["dispute"] == "beside_void":
            if digit <= len(_AFTER):
                self._ask_void(decisions, _AFTER[digit - 1])
            return
        if digit > len(decisions["sides"]):
            return
        code = str(decisions["sides"][digit - 1]["decision"])
        if code not in TITLES or not may_decide(self.session.member.role, code):
            self.complain(_("Pengawas yang memutuskan lagi. L membuka pendaftarannya."))
            return
        name = plain((self._desk or {}).get("name") or _("Satu pendaftaran"), 60)
        decide(self, [self._registration], code, lambda _answers: self._load(DECISIONS), who=name)

    def _ask_void(self, decisions: Told, after: settling.After) -> None:
        kept = str(decisions["sides"][0]["reason"]) if after == "void" else ""
        title = _("Tetap dibatalkan") if after == "void" else _("Dipakai lagi")

        def done(reason: str | None) -> None:
            if reason:
                work = partial(
                    settling.beside_void, self.session, self._registration, after, seen=decisions["heads"],
                    reason=reason,
                )  # fmt: skip
                self.ask(work, lambda _done: self._decided(), lane="pen", failed=partial(self._refused, DECISIONS))

        self.app.push_screen(Write(title, [_("Alasannya:")], value=kept), done)

    def _decided(self) -> None:
        self.tell(_("Selesai. Enter ke pertentangan berikutnya."))
        self.field_app.refresh_status()
        self._load()

    # On

    def action_next(self) -> None:
        """The next open dispute below; behind the last, the next registration that waits."""
        lines = self.query_one("#conflict", Lines)
        desk = self._desk
        if desk is None:
            return
        waiting = {str(each["group"]) for each in desk["disputes"]}
        waiting |= {DECISIONS} if desk["decisions"] is not None else set()
        waiting.discard(self._at_hand)
        below = range(lines.cursor + 1, len(self._shown))
        target = next((index for index in below if _group_of(self._shown[index].value) in waiting), None)
        if target is not None:
            lines.cursor = target
            # All of it is to be seen, not its first line at the bottom.
            lines.scroll_to(y=target, animate=False)
            return
        work = partial(disputes.following, self.session, self._registration, self._numbers)
        self.busy = True
        self.ask(work, self._go_on, failed=self._not_done)

    def _go_on(self, following: str | None) -> None:
        self.busy = False
        if following is None:
            waits = self._desk is not None and bool(self._desk["disputes"] or self._desk["decisions"])
            self.tell(_("Tidak ada pendaftaran lain yang bertentangan.") if waits else _("Semua pertentangan selesai."))
            if not waits:
                self.dismiss()
            return
        self._registration = following
        self._again = ""
        self._typed = {}
        self._done = set()
        self._desk = None
        self._load("")

    def action_open(self) -> None:
        """The registration as a whole, to be read."""
        self.app.push_screen(screen_named("record", registration=self._registration))

    def action_edit(self) -> None:
        """The form, at the answer in question."""
        dispute = self._dispute(self._at_hand)
        at = differing(dispute)[0] if dispute is not None else None
        self.app.push_screen(screen_named("form", registration=self._registration, at=at))


def _group_of(value: object) -> str:
    return value.group if isinstance(value, Where) else ""


def _whole(side: Told, fields: Sequence[str]) -> str:
    values = {field: side["values"].get(field) for field in fields}
    return f"{values_words(values, answer_text)} ({side_words(side)})"
