"""The terminal interface: one application object that holds the unlocked session and knows the way between screens.

Home must be painted before anything heavy is loaded, so the services, the form and the rules are imported when they are
first needed, in a thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome
from textual.geometry import Offset
from textual.message_pump import MessagePump
from textual.worker import Worker, WorkerState

from fieldapp.locale import N_, _, language_of_environment, set_language
from fieldapp.services import looks
from fieldapp.services.looks import Looks
from fieldapp.tui import ascii, crash, theme
from fieldapp.tui.cursor import Cursor
from fieldapp.tui.desk import Desk
from fieldapp.tui.in_order import KeysInOrder
from fieldapp.tui.keys import KEYS, PALETTE_KEY, key
from fieldapp.tui.locking import LOCK_AFTER, LOOK_EVERY_S, Idle, Locked, Why, minutes_of
from fieldapp.tui.quiet import Quiet
from fieldapp.tui.screens import is_screen, screen_named
from fieldapp.tui.screens.base import Dialog, FieldScreen

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from fieldapp.tui.screens.merge import MergeScreen

CRASHED = 70
"""Exit code after a fault inside the program (EX_SOFTWARE of sysexits)."""
STATUS_EVERY_S = 30.0


class FieldApp(App[int]):
    """The application. `home` is the data folder; `session` is there between unlocking and locking."""

    CSS_PATH = "app.tcss"
    TITLE = "Fieldapp"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        key("f1", "help", N_("Bantuan")),
        key("f2", "new", N_("Baru")),
        key("f3", "go('registrations')", N_("Cari")),
        key("f4", "go('review')", N_("Periksa")),
        key("f5", "go('exchange')", N_("Tukar")),
        key("f6", "merge", N_("Gabung")),
        key("f7", "go('duplicates')", N_("Ganda")),
        key("f8", "go('reports')", N_("Laporan")),
        key("f9", "go('ledger')", N_("Buku")),
        key(PALETTE_KEY, "palette", N_("Perintah")),
        key("ctrl+y", "lock", N_("Kunci")),
        key("ctrl+q", "quit", N_("Keluar")),
    ]

    def __init__(self, home: Path) -> None:
        self.cursor = Cursor()
        self._ascii = ascii.AsciiOnly()
        self._colourless = theme.Colourless()
        super().__init__()
        self.home = home
        self.session: Session | None = None
        self.status: dict[str, Any] | None = None
        self.online: bool | None = None
        self.looks = looks.read(home)
        self.desk = Desk()
        self.quiet = Quiet(self)
        self.idle = Idle()
        self.keys: dict[str, str] = {}
        """Keys that the member chose: {id of a binding: key}."""
        self.locked: Locked | None = None
        """How the laptop was last locked; None before it was."""
        self._is_locking = False
        self.crash_report: Path | None = None
        self.crashed = False
        self._status_number = 0
        self._acting = 0
        self._keys = KeysInOrder(super().on_event, self._stirred, self._busy)
        for each in theme.THEMES:
            self.register_theme(each)
        set_language(language_of_environment() or self.looks.language)
        self._show_looks()

    # Looks

    def _show_looks(self) -> None:
        self.theme = self.looks.theme
        self.set_class(self.looks.density == "lega", "-lega")
        self._ascii.enabled = self.looks.glyphs == "ascii" or ascii.asked_for() or ascii.terminal_needs_it()
        for screen in self.screen_stack:
            screen.refresh()

    def change_looks(self, **changes: str) -> Looks:
        """Shows another theme, density or glyphs at once and returns the look to be kept; `speak` changes language."""
        self.looks = dataclasses.replace(self.looks, **changes)
        self._show_looks()
        return self.looks

    # What is painted

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The framework's filters; without colour ours instead of its greys; ASCII last, where it is wanted."""
        filters = [each for each in super().get_line_filters() if not isinstance(each, Monochrome)]
        return [
            *filters,
            *([self._colourless] if self.no_color else []),
            *([self._ascii] if self._ascii.enabled else []),
        ]

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's own cursor goes after each paint, in cells of the screen."""
        return self.cursor.place(self)

    @cursor_position.setter
    def cursor_position(self, place: Offset) -> None:
        # The framework's typed lines tell their place when they are typed in; all else is asked for its place.
        self.cursor.typed()

    # Keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste | events.MouseEvent) and not event.is_forwarded:
            if self.session is not None and self.idle.is_due():
                # A laptop that just woke up: whoever touches it is asked who it is before anything is done or shown.
                self.call_later(self.lock, "idle")
                return
            self.idle.stir()
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._keys.take(event)
            return
        # A key that comes back from its field runs what it is bound to: the next one waits for that.
        self._acting += 1
        try:
            await super().on_event(event)
        finally:
            self._acting -= 1

    def _stirred(self) -> list[MessagePump]:
        if not self.screen_stack:
            return [self]
        focused = self.screen.focused
        return [self, *(focused.ancestors_with_self if focused is not None else [self.screen])]

    def _busy(self) -> bool:
        screen = self.screen_stack[-1] if self.screen_stack else None
        if self._acting > 0 or screen is None:
            return self._acting > 0
        # A question that is just coming up is not there to answer yet.
        return not screen.is_mounted or (isinstance(screen, FieldScreen) and screen.busy)

    def _take_keys(self) -> None:
        kept = self.session.own_preference(KEYS) if self.session is not None else None
        # Most people change none, and then nothing about keys needs to be loaded.
        chosen: dict[str, str] = {}
        if kept:
            from fieldapp.tui.keymap import sound

            chosen = sound(kept)
        self.change_keys(chosen)

    def change_keys(self, chosen: dict[str, str]) -> None:
        """Puts other keys in force: {id of a binding: key}; those that are not named have their own again."""
        self.keys = chosen
        self.set_keymap(chosen)

    # Beginning and end

    async def on_mount(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._stray)
        # Whether there is anything to unlock is asked after the first paint: the answer needs the store's modules.
        await self.push_screen(screen_named("unlock"))
        self.set_interval(STATUS_EVERY_S, self.refresh_status)
        self.set_interval(LOOK_EVERY_S, self.look_idle)

    async def begin(self, session: Session) -> None:
        """A store is open: show home. A session that was open before is closed."""
        if self.session is not None and self.session is not session:
            self.keep_all()
            self.desk.after_all(self.session.close)
        self.session = session
        self.idle.minutes = minutes_of(session.own_preference(LOCK_AFTER))
        self._take_keys()
        self.idle.stir()
        if not looks.is_chosen(self.home):
            self.looks = await self.desk.ask("pen", partial(looks.take_over, self.home, session.preference))
            set_language(language_of_environment() or self.looks.language)
            self._show_looks()
        self.status = None
        await self.to_bottom()
        await self.switch_screen(screen_named("home"))
        self.quiet.begin(session)
        from fieldapp.services.recovered import words

        for sentence in words(session):
            self.notify(sentence, timeout=30, markup=False)

    async def action_quit(self) -> None:
        """Keeps what is being typed, then ends; asks first where the disk does not take it."""
        refused = await self._kept()
        if not refused:
            self.end()
            return
        from fieldapp.tui.screens.dialogs import Confirm

        def done(agreed: bool | None) -> None:
            if agreed:
                self.end()

        words = [_("Yang baru diketik belum dapat disimpan. {words}").format(words=refused)]
        no = _("Tidak, tetap di sini dan coba lagi")
        self.push_screen(Confirm(_("Keluar"), words, _("Ya, keluar tanpa menyimpannya"), no=no, careful=True), done)

    def end(self) -> None:
        """Ends the program; whoever calls has kept everything, or asked."""
        self.quiet.end()
        self.exit(0)

    def keep_all(self) -> None:
        """Lets every screen keep what it holds."""
        for screen in self.screen_stack:
            if isinstance(screen, FieldScreen):
                screen.keep()

    async def _kept(self) -> str:
        """Keeps what every screen holds and waits until it is on the disk; what was refused, in words, or nothing."""
        with self.desk.gathering() as saves:
            self.keep_all()
        found = await asyncio.gather(*(asyncio.wrap_future(save) for save in saves), return_exceptions=True)
        from fieldapp.services.problems import Problem

        for error in found:
            # What was handed in meanwhile is no draft any more, and safer than one.
            if isinstance(error, Problem) and error.code == "draft_not_found":
                continue
            if isinstance(error, Problem):
                return error.message()
            if isinstance(error, BaseException):
                self.report(error)
                return _("Ada kesalahan di dalam program.")
        return ""

    # Locking

    async def action_lock(self) -> None:
        """Closes the store and asks for the passphrase again."""
        await self.lock("asked")

    async def look_idle(self) -> None:
        """Locks when nobody has been there for as long as the member allows."""
        is_busy = self.desk.is_busy("cart") and not self.quiet.is_visiting
        if self.session is not None and self.idle.is_due(is_busy=is_busy):
            await self.lock("idle")

    async def lock(self, why: Why) -> None:
        """Keeps what is typed, then closes the store. A disk that does not take it leaves everything on the screen."""
        session = self.session
        if session is None or self._is_locking:
            return
        self._is_locking = True
        stirs = self.idle.stirs
        try:
            refused = await self._kept()
            if refused:
                words = _("Belum dapat dikunci: yang baru diketik belum tersimpan. {words}").format(words=refused)
                self.notify(words, severity="error", timeout=12, markup=False)
            elif why == "asked" or self.idle.stirs == stirs:
                await self._close_behind(session, why)
        finally:
            self._is_locking = False

    async def _close_behind(self, session: Session, why: Why) -> None:
        self.quiet.end()
        has_form = any(is_screen(screen, "form") for screen in self.screen_stack)
        self.locked = Locked(why, self.idle.minutes, has_form)
        # The next one at this laptop sees nothing of the last one's: no message, no copied text.
        self.clear_notifications()
        self._clipboard = ""
        await self.to_bottom()
        self.session, self.status, self.online = None, None, None
        self._take_keys()
        self.desk.after_all(session.close)
        await self.switch_screen(screen_named("unlock", locked=self.locked))

    def speak(self, code: str) -> Looks:
        """Puts another language in force on every screen that stands open, and returns the look to be kept."""
        set_language(code)
        for screen in self.screen_stack:
            if isinstance(screen, FieldScreen):
                screen.relabel()
                screen.show_status()
                screen.refresh_bindings()
        return self.change_looks(language=code)

    async def action_speak(self, code: str) -> None:
        """The same, from the palette."""
        await self._keep_looks(self.speak(code))

    async def action_look(self, theme: str) -> None:
        """Another theme, from the palette."""
        await self._keep_looks(self.change_looks(theme=theme))

    async def _keep_looks(self, chosen: Looks) -> None:
        from fieldapp.services.problems import Problem

        try:
            await self.desk.ask("pen", partial(looks.write, self.home, chosen))
        except Problem as problem:
            self.notify(problem.message(), severity="error", markup=False)

    async def to_bottom(self) -> None:
        """Takes away every screen above the first."""
        while len(self.screen_stack) > 2:
            await self.pop_screen()

    def close_all(self) -> None:
        """Waits for what is being saved, then closes the store."""
        self.quiet.end()
        self.desk.close()
        if self.session is not None:
            self.session.close()

    # Ways

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys for the work are dead before unlocking, and absent for roles that have no such work."""
        if action == "help":
            return not self._is_helping
        if action not in ("go", "new", "merge", "palette", "lock"):
            return super().check_action(action, parameters)
        if self.session is None:
            return False
        from fieldapp.tui.commands import COMMANDS

        wanted = f"app.{action}" if action != "go" else f"app.go('{parameters[0]}')"
        known = [command for command in COMMANDS if command.run() == wanted]
        return all(command.allowed(self.session.member.role) for command in known)

    async def action_go(self, name: str) -> None:
        """Shows a screen; when it is already open below, goes back to it."""
        await self.show(name)

    async def show(self, name: str, **settings: Any) -> None:
        """Like `go`, with settings for the screen when it has to be made."""
        for depth, screen in enumerate(self.screen_stack):
            if is_screen(screen, name) and not settings:
                while len(self.screen_stack) > depth + 1:
                    await self.pop_screen()
                return
        await self.push_screen(screen_named(name, **settings))

    async def action_new(self) -> None:
        """A new registration: the form on a fresh draft."""
        if any(is_screen(screen, "form") for screen in self.screen_stack):
            self.notify(
                _("Formulir yang terbuka ini diselesaikan atau ditutup (Esc) dulu; isinya tersimpan."), markup=False
            )
            return
        await self.push_screen(screen_named("form"))

    async def action_merge(self) -> None:
        """Straight to choosing the files to merge."""
        is_open = any(is_screen(screen, "merge") for screen in self.screen_stack)
        await self.show("merge")
        if is_open:
            cast("MergeScreen", self.screen).begin("pick")

    def action_palette(self) -> None:
        """Every command, found by typing."""
        from fieldapp.tui.screens.palette import open_palette

        open_palette(self)

    def action_help(self) -> None:
        """What this screen or dialog is for, the field at hand, and the keys."""
        from fieldapp.tui.screens.help import HelpDialog

        screen = self.screen
        if isinstance(screen, FieldScreen | Dialog):
            self.push_screen(HelpDialog(screen))

    @property
    def _is_helping(self) -> bool:
        # Asked for at every key, and the class may not be loaded: so by its name. There is no help for help.
        return bool(self.screen_stack) and type(self.screen_stack[-1]).__name__ == "HelpDialog"

    def action_tour(self) -> None:
        """The first-day tour of the member's role."""
        if self.session is not None:
            from fieldapp.tui.screens.tour import TourDialog

            self.push_screen(TourDialog(self.session.member.role))

    def action_help_quit(self) -> None:
        """Ctrl+C: the way out, in the person's language."""
        self.notify(_("Untuk keluar tekan Ctrl+Q. Draf selalu tersimpan."), markup=False)

    # Status

    def refresh_status(self) -> None:
        """Asks the services how the work stands; a late answer to an older question is dropped."""
        session = self.session
        if session is None:
            return
        self._status_number += 1
        number = self._status_number

        async def ask() -> None:
            status = await self.desk.ask("clock", session.status)
            if number == self._status_number and self.session is session:
                self.status = status
                self.quiet.heard(status)
                for screen in self.screen_stack:
                    if isinstance(screen, FieldScreen) and screen.is_mounted:
                        screen.show_status()
                        screen.status_changed()

        self.run_worker(ask(), exit_on_error=False, group="status")

    # Faults

    def report(self, error: BaseException) -> None:
        """Keeps a report of a fault that was survived: frames only."""
        self.crash_report = crash.write_report(self.home, error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.report(event.worker.error)

    def _stray(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # The default handler would print the exception's text, which may hold a person's answers.
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(error)

    def _handle_exception(self, error: Exception) -> None:
        # The framework's own report prints local variables, names and NIKs among them.
        self.crashed = True
        self._return_code = CRASHED
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.report(error)
        self._close_messages_no_wait()


def main(home: Path, *, prepare: Callable[[FieldApp], None] | None = None) -> int:
    """Runs the interface on the data folder `home` and returns the exit code; `prepare` may act on the app first."""
    app = FieldApp(home)
    if prepare is not None:
        prepare(app)
    try:
        app.run()
    except Exception as error:
        app.crashed = True
        app.report(error)
    finally:
        app.close_all()
    if app.crashed:
        _say_crashed(app.crash_report)
        return CRASHED
    return app.return_code or 0


def _say_crashed(report: Path | None) -> None:
    words = _("Fieldapp berhenti karena kesalahan di dalam program. Yang sudah diisi tersimpan sebagai draf.")
    sys.stderr.write(words + "\n")
    if report is not None:
        # The folder's name is the member's own data folder, not a person's answer.
        sys.stderr.write(_("Laporan tanpa data orang: {path}").format(path=report) + "\n")
    sys.stderr.write(
        _("Jalankan lagi untuk meneruskan. Bila terulang, serahkan laporan itu kepada administrator.") + "\n"
    )
