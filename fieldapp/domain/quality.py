"""When the way somebody registers is worth a talk: pure rules over counts, never over a single registration.

A flag is a reason to look and to ask, not a verdict. So each compares a share of somebody's own registrations with what
is usual in the same programme, and is given only when chance hardly explains the difference:

- nobody with fewer than `LEAST` registrations is flagged, whatever they look like;
- the share is taken at the lower end of its Wilson score interval (one-sided 99 %), which for few registrations lies
  far below what was counted: 7 of 30 says "surely above a tenth", 3 of 30 does not;
- it has to lie above `FLOOR`, below which a supervisor could do nothing about it, and above `FACTOR` times the median
  of the others' shares: where everybody's work looks so, it is the programme's way and nobody's habit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import median
from typing import Final, NamedTuple

#: The flags in the order in which they are told.
FLAGS: Final = ("returns_high", "overrides_high", "fast", "odd_hours", "phones_repeat")

LEAST: Final = 30
"""Registrations below which nothing is said about their author."""
FLOOR: Final = 0.1
FACTOR: Final = 1.5
_Z: Final = 2.326
"""The normal distribution's one-sided 99 %: five flags of some sixty people are three hundred looks."""

FAST_PART: Final = 3
"""Filled in fast is what took less than a third of the programme's median time, which nobody reads out so quickly."""
PHONE_PEOPLE: Final = 3
"""A family may share a telephone; a number that one enumerator gives for more people than these is nobody's own."""

#: Odd hours are from 22:00 to 05:00 in Balikpapan (WITA, UTC+8), so from 14:00 to 21:00 UTC.
ODD_FROM: Final = 22
ODD_UNTIL: Final = 5
_ZONE_HOURS: Final = 8
ODD_HOURS_UTC: Final = tuple(
    f"{hour:02}" for hour in range(24) if not ODD_UNTIL <= (hour + _ZONE_HOURS) % 24 < ODD_FROM
)

#: Ends of numbers that somebody typed rather than was told: one digit four times (one true number in a thousand has
#: that too), or six counted up or down.
SERIAL_FOUR: Final = tuple(str(digit) * 4 for digit in range(10))
_COUNTED: Final = "01234567890"
SERIAL_SIX: Final = tuple(
    run[start : start + 6] for run in (_COUNTED, _COUNTED[::-1]) for start in range(len(_COUNTED) - 5)
)
_NOT_DIGIT: Final = re.compile(r"\D")


class Tally(NamedTuple):
    """Of `whole` registrations, `part` have the mark that is counted."""

    part: int
    whole: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0


def surely_above(tally: Tally) -> float:
    """The share that lies behind the counts at least, at 99 %: the lower end of the Wilson score interval.

    Wilson, J. Amer. Statist. Assoc. 22 (1927): it holds for shares near 0 and for few observations.
    """
    part, whole = tally
    if whole <= 0:
        return 0.0
    share, z2 = part / whole, _Z * _Z
    middle = share + z2 / (2 * whole)
    reach = _Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    return max(0.0, (middle - reach) / (1 + z2 / whole))


def stands_out(own: Tally, others: Sequence[Tally]) -> bool:
    """Whether `own` share is surely higher than is usual among `others` (everybody else's counts of the same mark)."""
    if own.whole < LEAST:
        return False
    usual = median([other.share for other in others if other.whole >= LEAST] or [0.0])
    # Halfway to 1 at most, or nobody could stand out where the others' usual share is high.
    return surely_above(own) > max(FLOOR, min(FACTOR * usual, (1 + usual) / 2))


def flags(counted: Mapping[str, Mapping[str, Tally]]) -> dict[str, tuple[str, ...]]:
    """Member -> flags, in the order of `FLAGS`, of those who have any; `counted`: member -> flag -> counts."""
    found = {}
    for member, own in counted.items():
        here = tuple(
            flag
            for flag in FLAGS
            if flag in own
            and stands_out(
                own[flag], [their[flag] for one, their in counted.items() if one != member and flag in their]
            )
        )
        if here:
            found[member] = here
    return found


def is_odd_hour(hour: int) -> bool:
    """Whether an hour of the day in Balikpapan (0 to 23) is one at which hardly anybody can be visited."""
    return not ODD_UNTIL <= hour < ODD_FROM


def is_serial(phone: str) -> bool:
    """Whether a number ends like one that was typed without asking: …0000, …123456."""
    return _NOT_DIGIT.sub("", phone).endswith((*SERIAL_FOUR, *SERIAL_SIX))


def fast_below(usual_seconds: float | None) -> float:
    """Seconds below which a form counts as filled in fast; 0 where no time is known."""
    return usual_seconds / FAST_PART if usual_seconds else 0.0


def middle_of(counts: Sequence[tuple[int, int]], part: float = 0.5) -> int | None:
    """The value below which `part` of all lie, of (value, how often) in ascending order; None of nothing.

    The lower of two values in the middle, so that it is one that occurred.
    """
    total = sum(often for _, often in counts)
    if total == 0:
        return None
    wanted, passed = max(1, -int(-total * part // 1)), 0
    for value, often in counts:
        passed += often
        if passed >= wanted:
            return value
    return counts[-1][0]
