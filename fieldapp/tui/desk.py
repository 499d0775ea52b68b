"""Where the services' work is done: beside the screen's loop, one thread a kind of work, so that order is kept.

`pen` writes drafts and decisions, `eye` reads lists and searches, `cart` carries bundles and compares people, `broom`
does in small steps what nobody waits for, `clock` counts for the status line. A thread never touches a
widget: what it finds comes back to the screen as an awaited result or as a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal, TypeVar

Lane = Literal["pen", "eye", "cart", "broom", "clock"]
T = TypeVar("T")


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

    def submit(self, lane: Lane, work: Callable[[], T]) -> Future[T]:
        """Queues `work`; it runs even when nobody waits for it."""
        return self._lanes[lane].submit(work)

    async def ask(self, lane: Lane, work: Callable[[], T]) -> T:
        """Runs `work` in its lane and returns what it returned. Work already begun goes on when the asker is gone."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(lane, work)))

    def close(self) -> None:
        """Finishes what is queued and ends the threads."""
        for lane in self._lanes.values():
            lane.shutdown(wait=True)
