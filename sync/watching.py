"""Staying with a hub: a visit when a connection is there, soon after each own change, and patience in between.

It knows neither HTTP nor what a visit does, and keeps nothing: whoever ends it and begins it again loses nothing.
"""

import concurrent.futures
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sync.wire import Link

LOOK_S: Final = 0.2
"""How long a request to stop may go unnoticed; also on Windows, where nothing interrupts a thread that waits."""


class Stopped(Exception):
    """Somebody asked to stop."""


@dataclass(frozen=True)
class Timing:
    """How long to wait, in seconds."""

    every_s: float = 60.0
    """From a visit to the next one when nothing is written here; others may have brought something."""
    least_s: float = 2.0
    """From a visit to the next one, however much is written here."""
    first_s: float = 2.0
    """After the first failure; doubled by each further one."""
    most_s: float = 300.0
    """The longest wait after a failure."""
    look_s: float = 1.0
    """How often it is looked whether something was written here."""
    woke_s: float = 30.0
    """A wall clock that gained more than this on the monotonic one means that the laptop slept."""

    def after_failures(self, failures: int, chance: float) -> float:
        """The wait after so many failures in a row; `chance` in [0, 1) keeps a hundred laptops from coming at once."""
        # Above 2 ** 32 nothing changes any more, and a float would overflow after a few days without a hub.
        return min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 32)) * (0.5 + chance / 2)

    def after_visit(self, chance: float) -> float:
        """The wait after a visit that succeeded."""
        return self.every_s * (0.75 + chance / 2)


class Watch:
    """Visit after visit, for as long as nobody stops it.

    `visit` makes one and returns what it should be compared with what `written` gives afterwards: when they differ,
    something was written here that the visit did not carry. `patience` says of an error that `visit` raised how many
    seconds to wait at least, or None when waiting cannot mend it. `sleep` raises Stopped when somebody asked to stop.
    `done` and `failed` are told the seconds until the next visit, if nothing is written before.
    """

    def __init__(
        self,
        visit: Callable[[], object],
        written: Callable[[], object],
        patience: Callable[[Exception], float | None],
        *,
        done: Callable[[float], None],
        failed: Callable[[Exception, int, float], None],
        sleep: Callable[[float], None],
        monotonic: Callable[[], float],
        wall: Callable[[], float],
        chance: Callable[[], float],
        timing: Timing = Timing(),
    ) -> None:
        self._visit = visit
        self._written = written
        self._patience = patience
        self._done = done
        self._failed = failed
        self._sleep = sleep
        self._monotonic = monotonic
        self._wall = wall
        self._chance = chance
        self._timing = timing

    def run(self) -> None:
        """Go on until Stopped, which comes through, or an error that waiting cannot mend."""
        failures = 0
        while True:
            seen = self._written()
            try:
                seen = self._visit()
            except Stopped:
                raise
            except Exception as error:
                asked = self._patience(error)
                if asked is None:
                    raise
                failures += 1
                wait = max(asked, self._timing.after_failures(failures, self._chance()))
                self._failed(error, failures, wait)
                # What is written meanwhile is worth a try, but not at a hub that asked to be left alone.
                self._wait(wait, max(asked, self._timing.first_s), seen)
            else:
                failures = 0
                wait = max(self._timing.after_visit(self._chance()), self._timing.least_s)
                self._done(wait)
                self._wait(wait, self._timing.least_s, seen)

    def _wait(self, wait: float, least: float, seen: object) -> None:
        """Wait so many seconds, or less when something is written here or the laptop slept; but `least` always."""
        began = self._monotonic()
        ahead = self._wall() - began
        while (waited := self._monotonic() - began) < wait:
            self._sleep(min(self._timing.look_s, wait - waited))
            now = self._monotonic()
            slept = self._wall() - now - ahead
            if slept > self._timing.woke_s:
                # The clock that only goes on while the laptop is awake knows nothing of the hours that went by.
                began, ahead, wait = began - slept, ahead + slept, least
            elif slept < 0:
                ahead += slept
            if now - began >= least and self._written() != seen:
                return


class Interruptible:
    """A link whose user does not wait for the other side any more once `is_stopped` says so: Stopped comes instead.

    The request itself is left alone, and whoever owns the link closes it; what the hub does with it, it does whole.
    """

    def __init__(self, link: Link, is_stopped: Callable[[], bool]) -> None:
        self._link = link
        self._is_stopped = is_stopped

    def describe(self, nonce: str) -> bytes:
        """As the link's own."""
        return self._wait_for(lambda: self._link.describe(nonce))

    def exchange(self, request: bytes, entries: int) -> bytes:
        """As the link's own."""
        return self._wait_for(lambda: self._link.exchange(request, entries))

    def _wait_for(self, ask: Callable[[], bytes]) -> bytes:
        answer: concurrent.futures.Future[bytes] = concurrent.futures.Future()

        def work() -> None:
            with contextlib.suppress(concurrent.futures.InvalidStateError):
                try:
                    answer.set_result(ask())
                except BaseException as error:
                    answer.set_exception(error)

        if self._is_stopped():
            raise Stopped
        # A daemon: the end of the program must not wait for a network that says nothing.
        threading.Thread(target=work, name="hub-link", daemon=True).start()
        while not concurrent.futures.wait([answer], LOOK_S).done:
            if self._is_stopped():
                raise Stopped
        return answer.result()
