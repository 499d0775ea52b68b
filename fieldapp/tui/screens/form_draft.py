"""The life of a draft on the screen: opened, kept as it is typed, sent, or put aside. The pages are in `form`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.message import Message

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.forms.declaration import FORM, QUESTIONS
from fieldapp.locale import N_, _, language
from fieldapp.services import drafts, prelist, registrations
from fieldapp.services.problems import Problem
from fieldapp.tui.draft import Draft, Snapshot
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Confirm
from fieldapp.tui.text import plain, when

if TYPE_CHECKING:
    from fieldapp.forms.check import Checked

Opened = tuple[drafts.DraftView, "Checked", ProgrammeSettings]

SAVE_EVERY_S = 3.0
"""A field being typed in is kept this often, so a crash costs at most these seconds of it."""
IDLE_S = 120.0
"""Without a key for so long the person is doing something else; reading the consent text aloud takes less."""
#: What the program put into a draft by itself; with nothing else in it the draft is empty.
SET_BY_PROGRAM = {"consent_text_version"}


def open_draft_key(member: str) -> str:
    """The laptop's setting that says which form was open, so that it opens again after a power cut."""
    return f"open_draft:{member}"


def sent_again_words(name: str, answer: Mapping[str, Any]) -> str:
    """That a correction was handed in; after a return also which round that begins."""
    if int(answer.get("round") or 1) > 1:
        words = _("{name}: dikirim lagi, putaran {round}. Menunggu diperiksa, dan siap dibawa ke kantor.")
        return words.format(name=name, round=answer["round"])
    return _("{name}: perbaikan tersimpan dan siap dibawa ke kantor.").format(name=name)


def recovered_words(view: drafts.DraftView) -> str:
    """Which form was brought back after the program was cut off, where it goes on, and as of when."""
    field = (view.position or ("", ""))[1].partition(".")[0]
    where = QUESTIONS[field].label(language()) if field in QUESTIONS else _("Periksa dan kirim")
    return _("Formulir {name} dibuka lagi pada isian {field}; tersimpan {time}.").format(
        name=plain(view.values.get("name") or _("(belum bernama)"), 60),
        field=where,
        time=when(view.updated_at)[-5:],
    )


class DraftScreen(FieldScreen[None]):
    """Holds the draft. Subclasses show it: `opened`, `gather`, `after_saving`, `to_send_page`."""

    BINDINGS: ClassVar[list[BindingType]] = [key("ctrl+q", "quit", N_("Keluar"))]

    @dataclass
    class Saved(Message):
        """The service kept a snapshot of the draft."""

        snapshot: Snapshot
        checked: Checked

    @dataclass
    class SaveFailed(Message):
        """The service could not keep it (a full disk): what is on the screen stays, and is tried again."""

        snapshot: Snapshot
        error: BaseException

    def __init__(self, draft: str | None, registration: str | None, recovered: bool) -> None:
        super().__init__()
        self._wanted = draft
        self._registration = registration
        self._recovered = recovered
        self._draft: Draft | None = None
        self._listed: frozenset[str] = frozenset()
        self._settings: ProgrammeSettings | None = None
        self._ticked = self._stirred = monotonic()
        self.saved_at = ""
        self.busy = True

    # What the pages do

    def opened(self, view: drafts.DraftView) -> None:
        """The draft is there: show it where it was left."""

    def gather(self, everything: bool) -> None:
        """Take what is typed into the draft: the field at hand, or the whole page as it is left."""

    def after_saving(self, changed: list[str]) -> None:
        """The draft was kept; `changed` fields now read differently, and the findings may be others."""

    def after_ticking(self) -> None:
        """Some seconds went by."""

    def stirred(self) -> None:
        """The person did something here: the time on the form goes on."""
        self._stirred = monotonic()

    def to_send_page(self) -> None:
        """Show the page that sends; what the rules say of the draft is fresh."""

    # Opening

    def on_mount(self) -> None:
        super().on_mount()
        session = self.session

        def work() -> Opened:
            if self._wanted is not None:
                view = drafts.draft(session, self._wanted)
            elif self._registration is not None:
                view = drafts.correction(session, self._registration)
            else:
                view = drafts.new_draft(session)
            session.set_preference(open_draft_key(session.member.id), view.id)
            if "prelist_id" in view.values:
                self._listed = prelist.filled(session, view.id)
            checked = registrations.check_values(session, view.values, registration=view.registration)
            return view, checked, session.settings

        self.ask(work, self._begin, lane="pen", failed=self._no_draft)

    def _no_draft(self, words: str) -> None:
        self.busy = False
        self.complain(words)
        self.dismiss()

    def _begin(self, opened: Opened) -> None:
        view, checked, self._settings = opened
        first = FORM[0]
        position = view.position or (first.name, first.questions[0].name)
        self._draft = Draft(view.id, dict(view.values), position, view.registration, tuple(checked.findings))
        self._draft.filled.update(dict.fromkeys(self._listed, "list"))
        if view.position is not None:
            self._mark_visited_before(*view.position)
        self._draft.kept_position = position
        self._draft.spent = view.seconds
        self.opened(view)
        self.set_interval(SAVE_EVERY_S, self._tick)
        self.field_app.refresh_status()
        if self._recovered:
            self.notify(recovered_words(view), timeout=20, markup=False)

    def _mark_visited_before(self, section: str, name: str) -> None:
        # What stood before the cursor was seen already, so that missing answers there are told at once.
        for each in FORM:
            for question in each.questions:
                # No name is the text before the first question, and a paper's name stands behind its question's.
                if each.name == section and name.partition(".")[0] in ("", question.name):
                    return
                self.draft.visited.add(question.name)

    @property
    def draft(self) -> Draft:
        """The answers; only there once the service opened them."""
        if self._draft is None:
            raise RuntimeError("no draft yet")
        return self._draft

    @property
    def programme(self) -> ProgrammeSettings:
        """The programme's settings as they were when the form was opened."""
        if self._settings is None:
            raise RuntimeError("no settings yet")
        return self._settings

    # Keeping

    def keep(self) -> None:
        """What is typed goes to the desk, whose work is finished before the store is closed."""
        if self._draft is not None:
            self.gather(everything=False)
            self._save(self.draft.snapshot())

    def _tick(self) -> None:
        now = monotonic()
        if self.app.app_focus and self.is_current and now - self._stirred < IDLE_S:
            # Time with the laptop locked or put aside is no time on the form.
            self.draft.passed(round(min(now - self._ticked, SAVE_EVERY_S * 2)))
        self._ticked = now
        self.gather(everything=False)
        self.save()
        self.after_ticking()

    def save(self) -> None:
        """Keeps the draft when it is not on disk as it stands; one save at a time, the next one follows by itself."""
        draft = self.draft
        if draft.saving or not draft.unsaved:
            return
        self._save(draft.snapshot())

    def _save(self, snapshot: Snapshot) -> None:
        done = self.field_app.desk.submit("pen", partial(self._keep, snapshot))
        done.add_done_callback(partial(self._report_saved, snapshot))

    def _keep(self, snapshot: Snapshot) -> Checked:
        return drafts.save_draft(
            self.session, self.draft.id, snapshot.values, position=snapshot.position, seconds=snapshot.seconds
        )

    def _report_saved(self, snapshot: Snapshot, done: Future[Checked]) -> None:
        error = done.exception()
        message = self.Saved(snapshot, done.result()) if error is None else self.SaveFailed(snapshot, error)
        self.post_message(message)

    def on_draft_screen_saved(self, event: Saved) -> None:
        self._took(event.snapshot, event.checked)
        if self.draft.number != event.snapshot.number:
            self.save()

    def _took(self, snapshot: Snapshot, checked: Checked) -> None:
        changed = self.draft.took(snapshot, checked.values, checked.findings, self.draft.position[1])
        self.saved_at = datetime.now().astimezone().strftime("%H:%M")
        if self.unsaved:
            self.unsaved = False
            self.tell(_("Tersimpan lagi pukul {time}; tidak ada yang hilang.").format(time=self.saved_at))
        self.after_saving(changed)

    def on_draft_screen_save_failed(self, event: SaveFailed) -> None:
        self.draft.failed(event.snapshot)
        if not isinstance(event.error, Problem):
            self.field_app.report(event.error)
        self._cannot_keep(event.error.message() if isinstance(event.error, Problem) else "")

    def _cannot_keep(self, words: str) -> None:
        """Says once that what is typed is only on the screen; the clock tries again, and the line of sections says so
        until it is kept."""
        if not self.unsaved:
            self.unsaved = True
            self.complain(_("Belum dapat disimpan; isian tetap di layar dan dicoba lagi. {words}").format(words=words))
        self.after_ticking()

    # Sending

    def check_then_send_page(self) -> None:
        """Keeps the page, and shows the one that sends with what the rules say of just that."""
        self.gather(everything=True)
        snapshot = self.draft.snapshot()
        self.busy = True

        def checked(found: Checked) -> None:
            self._took(snapshot, found)
            self.to_send_page()

        self.ask(partial(self._keep, snapshot), checked, lane="pen", failed=partial(self._not_done, snapshot))

    def _not_done(self, snapshot: Snapshot, words: str) -> None:
        self.busy = False
        self.draft.failed(snapshot)
        self.complain(words)

    # Leaving while nothing can be kept

    def action_quit(self) -> None:
        """Ctrl+Q: the way out of the program; while what is typed cannot be kept, it is asked about first."""
        if self.unsaved:
            self._leave_unsaved("", quits=True)
        else:
            self.app.call_later(self.app.action_quit)

    def _not_closed(self, snapshot: Snapshot, words: str) -> None:
        self.draft.failed(snapshot)
        self.unsaved = True
        self.after_ticking()
        self._leave_unsaved(words)

    def _leave_unsaved(self, words: str, quits: bool = False) -> None:
        def done(agreed: bool | None) -> None:
            if agreed and quits:
                self.field_app.end()
            elif agreed:
                self.dismiss()

        said = _("Yang diketik sejak {time} belum tersimpan dan akan hilang bila formulir ditutup sekarang.").format(
            time=self.saved_at or _("formulir dibuka")
        )
        paragraphs = [said, *([words] if words else []), _("Kosongkan ruang di laptop; formulir menyimpan sendiri.")]
        yes = _("Tutup dan buang yang belum tersimpan")
        self.app.push_screen(
            Confirm(_("Belum tersimpan"), paragraphs, yes, no=_("Tetap di formulir"), careful=True), done
        )

    def send(self) -> None:
        """Hands the registration in; what is still missing is said, and the draft stays."""
        draft, session = self.draft, self.session
        snapshot = draft.snapshot()

        def work() -> dict[str, Any]:
            self._keep(snapshot)
            answer = registrations.submit(session, draft.id)
            if answer["state"] != "draft":
                session.set_preference(open_draft_key(session.member.id), None)
            return answer

        self.ask(work, self._answered, lane="pen", failed=partial(self._not_done, snapshot))

    def _answered(self, answer: dict[str, Any]) -> None:
        self.draft.saving = False
        if answer["state"] == "draft":
            missing = [*answer["errors"], *answer["warnings"]]
            self.complain("\n".join(str(each["message"]) for each in missing[:6]))
            self.check_then_send_page()
            return
        self.field_app.refresh_status()
        name = plain(self.draft.values.get("name") or "", 60)
        if self.draft.registration is not None:
            # Whoever corrects is on the way through what came back, not through a row of new people.
            self.tell(sent_again_words(name, answer))
            self.dismiss()
            return
        self.app.push_screen(
            Confirm(
                _("Pendaftaran tersimpan"),
                [_("{name} sudah terdaftar di laptop ini dan siap dibawa ke kantor.").format(name=name)],
                _("Daftarkan orang berikutnya"),
                no=_("Selesai"),
            ),
            self._after_sending,
        )

    def _after_sending(self, another: bool | None) -> None:
        app = self.field_app
        self.dismiss()
        if another:
            app.call_later(app.action_new)

    def refuse(self) -> None:
        """The person does not consent: nothing of the person stays but that a visit took place."""

        def done(agreed: bool | None) -> None:
            if agreed:
                self._end(self._tally)

        words = _("Semua isian orang ini dihapus dari laptop dan tidak dapat dikembalikan.")
        self.app.push_screen(Confirm(_("Hapus isian"), [words], _("Ya, hapus"), careful=True), done)

    def _tally(self, snapshot: Snapshot) -> None:
        self._keep(snapshot)
        registrations.submit(self.session, self.draft.id)

    def action_leave(self) -> None:
        """Keeps everything, then closes; a form in which nothing was written is forgotten."""
        if self._draft is None:
            self.dismiss()
            return
        self.gather(everything=True)
        if self.draft.registration is None and not set(self.draft.values) - SET_BY_PROGRAM:
            self._end(lambda _snapshot: drafts.discard_draft(self.session, self.draft.id))
        else:
            self._end(self._keep)

    def close_for(self, registration: str) -> None:
        """Keeps the draft, closes the form, and shows a registration that exists already instead."""
        app = self.field_app

        def ended() -> None:
            app.call_later(app.push_screen, screen_named("record", registration=registration))

        self.gather(everything=True)
        self._end(self._keep, ended)

    def _end(self, what: Any, then: Callable[[], None] | None = None) -> None:
        session = self.session
        snapshot = self.draft.snapshot()

        def work() -> None:
            what(snapshot)
            session.set_preference(open_draft_key(session.member.id), None)

        def done(_answer: object) -> None:
            self.dismiss()
            if then is not None:
                then()

        self.ask(work, done, lane="pen", failed=partial(self._not_closed, snapshot))
