"""Slots and money that hold offline.

The administrator leases slots to deciders; an approval uses a slot of the decider's own lease. So deciders who cannot
see each other never give more than there is, as long as the leases together stay within the quota.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fieldapp.domain.months import add_months
from fieldapp.domain.programme import ProgrammeSettings


@dataclass(frozen=True, slots=True, order=True)
class Approval:
    """A fresh approval in force. Ordered by the decision's time (milliseconds, counter), then by its entry's id."""

    time: tuple[int, int]
    entry: str
    registration: str
    decider: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who holds a slot, who waits (first in line first), and how many slots each decider has used."""

    approved: frozenset[str]
    waiting: tuple[str, ...]
    used: Mapping[str, int]

    def slots_left(self, decider: str, leases: Mapping[str, int]) -> int:
        """Slots that `decider` may still give."""
        return max(0, leases.get(decider, 0) - self.used.get(decider, 0))


def allocate(quota: int, leases: Mapping[str, int], approvals: Iterable[Approval]) -> Allocation:
    """Gives slots to approvals in the order in which they were decided; the rest wait in the same order.

    `leases`: member id -> slots. A decider's times only grow, so a later approval never takes a slot from an earlier
    one, and a slot that becomes free goes to the first who waits for that decider. Leases beyond the quota are cut by
    the same order.
    """
    used: Counter[str] = Counter()
    approved: list[str] = []
    waiting: list[str] = []
    for approval in sorted(approvals):
        if used[approval.decider] < leases.get(approval.decider, 0) and len(approved) < quota:
            used[approval.decider] += 1
            approved.append(approval.registration)
        else:
            waiting.append(approval.registration)
    return Allocation(frozenset(approved), tuple(waiting), dict(used))


def slots_not_leased(quota: int, leases: Mapping[str, int]) -> int:
    """Slots of the quota that nobody holds yet."""
    return max(0, quota - sum(leases.values()))


def cover_months(settings: ProgrammeSettings) -> tuple[str, ...]:
    """The months of cover, `YYYY-MM`, in order."""
    return tuple(add_months(settings.start, count) for count in range(settings.months))


def months_left(settings: ProgrammeSettings, month: str) -> int:
    """Months of cover that someone who joins in `month` still gets."""
    return sum(1 for covered in cover_months(settings) if covered >= month)


def premium_in(settings: ProgrammeSettings, month: str) -> int:
    """Rupiah for one person in `month`: the last rate that began by then; 0 before the first one."""
    rates = [rupiah for begins, rupiah in sorted(settings.premiums) if begins <= month]
    return rates[-1] if rates else 0


def cost_of_one(settings: ProgrammeSettings, month: str) -> int:
    """Rupiah that one person who joins in `month` costs until the end of cover."""
    return sum(premium_in(settings, covered) for covered in cover_months(settings) if covered >= month)


def committed(settings: ProgrammeSettings, joined: Mapping[str, int]) -> int:
    """Rupiah bound by `joined`: month of joining -> people."""
    return sum(people * cost_of_one(settings, month) for month, people in joined.items())


def affordable(settings: ProgrammeSettings, month: str, already_committed: int = 0) -> int:
    """How many more people joining in `month` the budget pays for; the quota when cover costs nothing."""
    each = cost_of_one(settings, month)
    left = max(0, settings.budget - already_committed)
    return left // each if each else settings.quota
