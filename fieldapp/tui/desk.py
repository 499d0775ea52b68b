"""Where the services' work is done: beside the screen's loop, one thread a kind of work, so that order is kept.

`pen` writes drafts and decisions, `eye` reads lists and searches, `cart` carries bundles and compares people, `broom`
does in small steps what nobody waits for, `clock` counts for the status line. A thread never touches a
widget: what it finds comes back to the screen as an awaited result or as a message.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final, Literal, TypeVar

Lane = Literal["pen", "eye", "cart", "broom", "clock"]
T = TypeVar("T")
PEN: Final = "pen"


class Desk:
    """Single-thread lanes; `close` waits for what was begun, so that no save is lost on the way out."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, ThreadPoolExecutor] = {
            "pen": ThreadPoolExecutor(1, "fieldapp-pen"),
            "eye": ThreadPoolExecutor(1, "fieldapp-eye"),
            "cart": ThreadPoolExecutor(1, "fieldapp-cart"),
            "broom": ThreadPoolExecutor(1, "fieldapp-broom"),
            # Of its own: at 100,000 people the counts take as long as a list, and must not hold one up.
            "clock": ThreadPoolExecutor(1, "fieldapp-clock"),
        }

        self._gathered: list[Future[Any]] | None = None
        self._at_work: Counter[Lane] = Counter()
        self._counting = Lock()

    def submit(self, lane: Lane, work: Callable[[], T]) -> Future[T]:
        """Queues `work`; it runs even when nobody waits for it."""
        with self._counting:
            self._at_work[lane] += 1
        future = self._lanes[lane].submit(work)
        future.add_done_callback(lambda _done: self._done(lane))
        if self._gathered is not None:
            self._gathered.append(future)
        return future

    def _done(self, lane: Lane) -> None:
        with self._counting:
            self._at_work[lane] -= 1

    @contextmanager
    def gathering(self) -> Iterator[list[Future[Any]]]:
        """What is queued within, so that it can be waited for: has everything been kept? For the loop's thread only."""
        gathered = self._gathered = []
        try:
            yield gathered
        finally:
            self._gathered = None

    def is_busy(self, lane: Lane) -> bool:
        """Whether something is queued in the lane, or being done."""
        return self._at_work[lane] > 0

    def after_all(self, work: Callable[[], object]) -> None:
        """Runs `work` in the pen's lane once everything that is queued by now, in whatever lane, is finished."""
        others = [lane for lane in self._lanes if lane != PEN]
        left = [len(others)]
        counting = Lock()

        def finished(_done: Future[None]) -> None:
            with counting:
                left[0] -= 1
                is_last = left[0] == 0
            if is_last:
                self._lanes[PEN].submit(work)

        for lane in others:
            self._lanes[lane].submit(_nothing).add_done_callback(finished)

    async def ask(self, lane: Lane, work: Callable[[], T]) -> T:
        """Runs `work` in its lane and returns what it returned. Work already begun goes on when the asker is gone."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(lane, work)))

    def close(self) -> None:
        """Finishes what is queued and ends the threads; the pen's last, since others may hand it their end."""
        for lane in sorted(self._lanes, key=lambda lane: lane == PEN):
            self._lanes[lane].shutdown(wait=True)


def _nothing() -> None:
    """Marks a place in a lane."""
