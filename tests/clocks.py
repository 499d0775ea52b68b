"""Times of day for tests whose screens show when somebody worked."""

from __future__ import annotations

from sync.clock import system_wall_ms

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000


class Yesterday:
    """A clock that began yesterday at this hour in Balikpapan, so that nobody worked at night, whenever the
    tests are run; it moves a second at each look."""

    def __init__(self, hour: int = 10) -> None:
        today = (system_wall_ms() + 8 * _HOUR_MS) // _DAY_MS
        self._ms = (today - 1) * _DAY_MS + (hour - 8) * _HOUR_MS

    def __call__(self) -> int:
        self._ms += 1000
        return self._ms
