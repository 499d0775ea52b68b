"""Why a registration deserves a closer look before it is decided about, and in which order a queue shows them.

One order, for every list that is ordered by risk (docs/decisions/0035): whoever has the graver reason comes first; with
the same gravest one, whoever has the graver next one; with the same reasons, whoever has waited longest. A reason is a
bit, the gravest the highest, so that the reasons of a registration together are the number that orders it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from fieldapp.domain.quality import ODD_HOURS_UTC as ODD_HOURS_UTC

#: Gravest first. The first ones say that the answers or the decisions cannot stand as they are, then that the person
#: may be on record elsewhere, then that somebody explained what is unusual, at last how the registration came about.
REASONS: Final = (
    "decisions_differ",
    "changed_after_review",
    "no_nik",
    "covers",
    "cover_near",
    "errors",
    "conflicts",
    "duplicates",
    "near_duplicates",
    "overrides",
    "long_wait",
    "enumerator",
    "odd_hours",
    "fast",
    "slow",
    "again",
)

#: Whoever waits longest already comes first among those with the same reasons; a clock that reorders the others too
#: would move the queue under the reader's hands.
TOLD_ONLY: Final = frozenset({"long_wait"})

FAST_S: Final = 60
"""Seconds on the form below which nobody can have read out the consent text (some 90 words, 35 seconds at the pace of
plain speech) and the six questions of the Washington Group. Nothing is said of 0 seconds: those came out of a file."""
SLOW_S: Final = 3600
"""Seconds above which the form lay open: a registration is made for under three minutes, a visit with help and rests
may take half an hour."""
LONG_WAIT_DAYS: Final = 14
"""Days after which somebody who waits may miss the month's batch to BPJS, since a return takes a week by itself."""


def bit(reason: str) -> int:
    """The number that stands for a reason; a graver one is higher than all that are less grave together."""
    return 1 << shift(reason)


def shift(reason: str) -> int:
    """Which bit, counted from 0."""
    return len(REASONS) - 1 - REASONS.index(reason)


def mask(reasons: Iterable[str]) -> int:
    """The number that orders a registration with these reasons."""
    return sum(bit(reason) for reason in {*reasons} - TOLD_ONLY)


def reasons(risk: int, waited_days: int = 0) -> list[str]:
    """The reasons behind such a number and a wait of so many days, gravest first."""
    return [
        reason for reason in REASONS if (waited_days > LONG_WAIT_DAYS if reason == "long_wait" else risk & bit(reason))
    ]


def days_waited(submitted_at: str, today: date) -> int:
    """Days from handing in (ISO time) to `today`; 0 where no time can be read, or it lies ahead."""
    try:
        return max(0, (today - date.fromisoformat(submitted_at[:10])).days)
    except ValueError:
        return 0


BITS: Final = len(REASONS)
"""Bits that the reasons take."""
