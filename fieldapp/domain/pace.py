"""How fast something goes, and when it is done at that pace. No clock in here: who knows today passes it in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

PACE_DAYS: Final = 14
"""Days by which the present pace is measured: two weeks, so that each day of the week counts twice."""
_FARTHEST_DAYS: Final = 36_500
"""Beyond a hundred years nobody is told a day."""


class Pace(NamedTuple):
    """How many a day, over how many days it was measured; `left` of them are to be done, in `days` (None: not at this
    pace), so by `on`."""

    a_day: float
    measured_days: int
    left: int
    days: int | None
    on: date | None


def pace(done: Mapping[date, int], left: int, today: date) -> Pace:
    """The pace of the last `PACE_DAYS` calendar days, today among them, or of the days since the first that anything
    was done; `done`: day -> how many. Days off count, since they will come again."""
    begun = min(done, default=today)
    since = max(begun, today - timedelta(days=PACE_DAYS - 1))
    measured = max(1, (today - since).days + 1)
    a_day = sum(count for day, count in done.items() if since <= day <= today) / measured
    if left <= 0:
        return Pace(a_day, measured, 0, 0, today)
    # Rounded before it is rounded up, or 30 at 3 a day would now and then take eleven days.
    days = -int(-round(left / a_day, 6) // 1) if a_day else None
    if days is None or days > _FARTHEST_DAYS:
        return Pace(a_day, measured, left, None, None)
    return Pace(a_day, measured, left, days, today + timedelta(days=days))
