"""Exchanging with the hub by itself: soon after something was written, every few minutes, and with patience when there
is no connection. It asks nobody anything, opens nothing, and takes no key; the status line says how it stands.
"""

from __future__ import annotations

import random
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from textual.screen import ModalScreen
from textual.timer import Timer

from fieldapp.locale import _
from fieldapp.tui.screens import is_screen

if TYPE_CHECKING:
    from fieldapp.services.problems import Problem
    from fieldapp.services.session import Session
    from fieldapp.tui.app import FieldApp
    from sync.watching import Timing

FIRST_S: Final = 6.0
"""After unlocking: home and the form load first, on an old laptop too."""
SOON_S: Final = 4.0
"""After something was written here; several people registered one after the other go together."""
ASIDE_S: Final = 3.0
"""How long it stands aside while a person is asked something."""
LOOK_S: Final = 20.0
"""How often it is looked whether there is a hub and nobody switched this off."""
REFUSED_S: Final = 3600.0
"""After a refusal that waiting does not mend, since the office may mend it."""
AUTO_SYNC: Final = "auto_sync"
"""The member's setting that switches it off."""
CLOCK_OFF_MS: Final = 60_000


class Quiet:
    """One visit to the hub after the other while a member is at work, each in the cart's lane of the desk."""

    def __init__(self, app: FieldApp) -> None:
        self._app = app
        self.timing: Timing | None = None
        """How long to wait; None: as a person at work needs it."""
        self.first_s = FIRST_S
        self.soon_s = SOON_S
        self.visits = 0
        """Visits that ended, well or not."""
        self.note = ""
        """For the status line: why it does not go on; empty while it does."""
        self._session: Session | None = None
        self._stop = threading.Event()
        self._timer: Timer | None = None
        self._due_s = 0.0
        self._is_visiting = False
        self._failures = 0
        self._waiting = 0
        self._before = 0
        self._in_vain: int | None = None
        self._told: set[str] = set()
        self._pending: list[str] = []

    # Beginning and end

    def begin(self, session: Session) -> None:
        """A member is at work: visit soon, and from then on."""
        self.end()
        if self.timing is None:
            from sync.watching import Timing

            self.timing = Timing(every_s=180.0, least_s=5.0, first_s=10.0, most_s=900.0)
        self._session = session
        self._app.online = None
        self._stop = threading.Event()
        self._failures, self._waiting, self._in_vain = 0, 0, None
        self.note, self._is_visiting = "", False
        self._told, self._pending = set(), []
        self._after(self.first_s)

    def end(self) -> None:
        """Locking or leaving: a visit under way gives up within a moment, and no other begins."""
        self._stop.set()
        self._session = None
        self.pause()

    def pause(self) -> None:
        """Somebody syncs by hand: `met` goes on from what that found."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @property
    def is_visiting(self) -> bool:
        """Whether it is at the hub now."""
        return self._is_visiting

    # What is heard of

    def heard(self, status: dict[str, Any]) -> None:
        """The services told a new status: what was written since goes soon."""
        self._waiting = int(status.get("waiting", 0))
        self._say_pending()
        if self._waiting and self._waiting != self._in_vain and not self._failures and not self.note:
            self._after(self.soon_s, at_most=True)

    def met(self, is_online: bool) -> None:
        """A visit that somebody asked for ended."""
        self._app.online = is_online
        if is_online:
            self._failures, self.note = 0, ""
            self._told.clear()
        if self._session is not None:
            self._rest()

    def soon(self) -> None:
        """The hub's address or the wish for it changed: what was found before says nothing any more."""
        self._failures, self._in_vain, self.note = 0, None, ""
        self._told.clear()
        self._after(self.soon_s)

    # Visits

    def _after(self, seconds: float, *, at_most: bool = False) -> None:
        """Visit after so many seconds; `at_most` leaves an earlier visit as it is."""
        if self._session is None or self._is_visiting:
            return
        due_s = time.monotonic() + seconds
        if at_most and self._timer is not None and self._due_s <= due_s:
            return
        self.pause()
        self._due_s = due_s
        self._timer = self._app.set_timer(seconds, self._due)

    def _rest(self) -> None:
        """Wait as long as between two visits that went well."""
        if self.timing is not None:
            self._after(self.timing.after_visit(random.random()))  # noqa: S311 - spreads visits, guards nothing

    def _due(self) -> None:
        self._timer = None
        session = self._session
        if session is None or self._is_visiting:
            return
        if not self._app.screen_stack:
            # The program is ending.
            return
        if isinstance(self._app.screen, ModalScreen):
            self._after(ASIDE_S)
            return
        self._is_visiting = True
        self._before = self._waiting
        self._app.run_worker(self._visit(session, self._stop), exit_on_error=False, group="quiet")

    async def _visit(self, session: Session, stop: threading.Event) -> None:
        from fieldapp.services.problems import Problem

        try:
            found = await self._app.desk.ask("cart", partial(_visited, session, stop))
        except Problem as problem:
            if not stop.is_set():
                self._refused(problem)
        except Exception as error:
            if not stop.is_set():
                self._app.report(error)
                self._ended(REFUSED_S)
        else:
            if not stop.is_set():
                self._went_well(found)

    def _ended(self, wait_s: float) -> None:
        self._is_visiting = False
        self.visits += 1
        self._after(wait_s)
        self._app.refresh_status()

    def _went_well(self, answer: dict[str, Any] | None) -> None:
        if answer is None:
            # Switched off, or no hub yet: only looked at.
            self._is_visiting = False
            self._after(LOOK_S)
            return
        self._failures, self.note = 0, ""
        self._app.online = True
        for words in answer["notes"]:
            self._say_once(str(words), str(words))
        offset = answer["clock_offset_ms"]
        if isinstance(offset, int) and abs(offset) >= CLOCK_OFF_MS:
            words = _("Jam laptop ini meleset {minutes} menit dari jam pusat. Betulkan jamnya; data tetap terkirim.")
            self._say_once("clock", words.format(minutes=round(abs(offset) / CLOCK_OFF_MS)))
        # What a visit could not move, the next one at once would not either.
        self._in_vain = self._before if not answer["sent"] else None
        timing = self.timing
        self._ended(timing.after_visit(random.random()) if timing else LOOK_S)  # noqa: S311 - as above

    def _refused(self, problem: Problem) -> None:
        from fieldapp.services.hub.link import patience

        self._app.online = False
        least = patience(problem)
        if least is None:
            self.note = _("Sinkron berhenti (T)")
            self._say_once(problem.code, problem.message())
            self._ended(REFUSED_S)
            return
        self._failures += 1
        timing = self.timing
        wait = timing.after_failures(self._failures, random.random()) if timing else LOOK_S  # noqa: S311 - as above
        self._ended(max(least, wait))

    # Telling

    def _say_once(self, what: str, words: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self._pending.append(words)
            self._say_pending()

    def _say_pending(self) -> None:
        """Never over a form or a question: it waits until nobody is typing."""
        stack = self._app.screen_stack
        if not stack or isinstance(stack[-1], ModalScreen) or is_screen(stack[-1], "form"):
            return
        while self._pending:
            self._app.notify(self._pending.pop(0), timeout=15, markup=False)


def _visited(session: Session, stop: threading.Event) -> dict[str, Any] | None:
    """One visit, in the desk's thread; None where this member wants none or there is no hub."""
    from fieldapp.services import exchange
    from fieldapp.services.hub.link import knows_hub

    if stop.is_set() or not session.preference(AUTO_SYNC, True) or not knows_hub(session):
        return None
    return exchange.sync(session, is_stopped=stop.is_set, is_quiet=True)
