"""The hybrid clock that stamps a writer's own entries; it orders what is shown and never decides what is kept."""

import time
from collections.abc import Callable
from typing import Final

Time = tuple[int, int]
"""Milliseconds since 1970 UTC, and a counter among entries of the same millisecond."""

AHEAD_LIMIT_MS: Final = 10 * 60 * 1000
"""How far beyond our own wall clock a time from elsewhere may move us."""

COUNTER_LIMIT: Final = 2**31 - 1
"""The largest counter an entry may carry."""

TIME_LIMIT_MS: Final = 2**53 - 1
"""The largest time an entry may carry, in milliseconds since 1970 UTC."""


def system_wall_ms() -> int:
    """The machine's clock in milliseconds since 1970 UTC; it may be wrong and may jump."""
    return time.time_ns() // 1_000_000


class Clock:
    """Times for one writer's own entries: always later than the last one, near the wall clock where that is possible.

    `wall_ms` answers milliseconds since 1970 UTC, `last` is the time of the writer's latest entry, `offset_ms` the last
    measured difference to the hub's clock. A wrong wall clock never raises and never stops a writer.
    """

    __slots__ = ("_wall_ms", "last", "offset_ms")

    def __init__(self, wall_ms: Callable[[], int], last: Time = (0, 0), offset_ms: int | None = None) -> None:
        self._wall_ms = wall_ms
        self.last = last
        self.offset_ms = offset_ms

    def wall_ms(self) -> int:
        """The wall clock in milliseconds since 1970 UTC, kept within what an entry can carry."""
        return min(max(self._wall_ms(), 0), TIME_LIMIT_MS)

    def tick(self) -> Time:
        """The time for the next own entry: the wall clock, or just after the last time when that is later."""
        wall = self.wall_ms()
        ms, counter = self.last
        if wall > ms:
            self.last = (wall, 0)
        elif counter < COUNTER_LIMIT:
            self.last = (ms, counter + 1)
        else:
            self.last = (ms + 1, 0)
        return self.last

    def observe(self, t: Time) -> None:
        """Take note of a time from another writer, so that what we write after reading it sorts after it.

        A far clock elsewhere must not drag ours along, so it moves us at most AHEAD_LIMIT_MS beyond the wall clock.
        """
        self.last = max(self.last, min(t, (self.wall_ms() + AHEAD_LIMIT_MS, 0)))
