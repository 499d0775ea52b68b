"""Keys in the order they were typed, each delivered when the one before has done its work.

The framework hands every key at once to the field that has the focus at that moment. On a slow laptop a quick typist is
ahead of the screen: the letters after an Enter would then land in the field that was just left, or nowhere.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from textual import events
from textual.message_pump import MessagePump

QUIET_ROUNDS: Final = 3
"""Turns of the loop without a message on the way, after which a key has done its work."""
LONGEST_S: Final = 1.0
"""A key is not held back longer than this by messages that keep coming."""
LONGEST_BUSY_S: Final = 15.0
"""Nor longer than this by a screen that is being made or a store that is being opened."""


class KeysInOrder:
    """A line of keys and pastes waiting for their turn. `deliver` hands one on; `chain` are the nodes it may stir."""

    def __init__(
        self,
        deliver: Callable[[events.Event], Awaitable[None]],
        chain: Callable[[], Iterable[MessagePump]],
        busy: Callable[[], bool],
    ) -> None:
        self._deliver = deliver
        self._chain = chain
        self._busy = busy
        self._waiting: deque[events.Event] = deque()
        self._task: asyncio.Task[None] | None = None

    def take(self, event: events.Event) -> None:
        """Puts a key at the end of the line."""
        self._waiting.append(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            before = list(self._chain())
            await self._deliver(self._waiting.popleft())
            await self._settled(before)

    async def _settled(self, before: list[MessagePump]) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        quiet = 0
        while quiet < QUIET_ROUNDS:
            busy = self._busy()
            if clock() - began > (LONGEST_BUSY_S if busy else LONGEST_S):
                return
            # A busy screen waits for a thread or for new widgets: no need to turn the loop at full speed meanwhile.
            await asyncio.sleep(0.005 if busy else 0)
            still = not self._busy() and not any(
                node.message_queue_size for node in (*before, *self._chain()) if node.is_running
            )
            quiet = quiet + 1 if still else 0
