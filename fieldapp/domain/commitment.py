"""Rupiah bound by the people who hold a slot: each month that a person is covered costs that month's premium.

Whole months only. Cover begins with the programme or with the month of approval, whichever is later, and ends with the
programme, or earlier: with the month before the person reaches the oldest age, or with the month of death or leaving.
The month of death is due, since only whoever is covered on that day leaves a family the benefit that the premium is
paid for; a month that has begun is due whole, because the insurer sells no part of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from fieldapp.domain.eligibility import reaches_age_on
from fieldapp.domain.months import add_months, is_month, month_of
from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quota import affordable, cost_of_one, cover_months, premium_in

#: What a group of no known category counts under.
NO_CATEGORY: Final = ""
_NEVER: Final = "9999-12"


class Covered(NamedTuple):
    """People who are alike in everything that decides what they cost.

    `joined`: the month of their approval; `birth_date` where it may end the cover early, else None; `ended`: the month
    of death or of leaving, else None.
    """

    area: str
    categories: tuple[str, ...]
    joined: str
    birth_date: str | None
    ended: str | None
    people: int


class Bound(NamedTuple):
    """How many people and how many rupiah."""

    people: int
    rupiah: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is bound: altogether, by month of cover, by best category and by area. `person_months` are months of cover.

    A person of several categories counts once, under the one that stands first in the programme's order. People are
    those who hold a slot now; rupiah also those of months in which somebody was covered who has left since.
    """

    people: int
    rupiah: int
    person_months: int
    by_month: Mapping[str, Bound]
    by_category: Mapping[str, Bound]
    by_area: Mapping[str, Bound]


def months_of(settings: ProgrammeSettings, group: Covered) -> tuple[str, ...]:
    """The months in which somebody of this group is covered, in order."""
    last = min(group.ended or _NEVER, _last_before_age(settings, group.birth_date))
    return tuple(month for month in cover_months(settings) if group.joined <= month <= last)


def commitment(settings: ProgrammeSettings, groups: Iterable[Covered]) -> Commitment:
    """What these groups bind."""
    premiums = {month: premium_in(settings, month) for month in cover_months(settings)}
    by_month: dict[str, list[int]] = {month: [0, 0] for month in premiums}
    by_category: dict[str, list[int]] = {}
    by_area: dict[str, list[int]] = {}
    holders, rupiah, person_months = 0, 0, 0
    spans: dict[tuple[str, str | None, str | None], tuple[str, ...]] = {}
    for group in groups:
        key = (group.joined, group.birth_date, group.ended)
        months = spans.get(key)
        if months is None:
            months = spans[key] = months_of(settings, group)
        held = 0 if group.ended is not None else group.people
        cost = group.people * sum(premiums[month] for month in months)
        for month in months:
            by_month[month][0] += group.people
            by_month[month][1] += group.people * premiums[month]
        for totals, name in ((by_category, best_category(settings, group.categories)), (by_area, group.area)):
            total = totals.setdefault(name, [0, 0])
            total[0] += held
            total[1] += cost
        holders += held
        rupiah += cost
        person_months += group.people * len(months)
    return Commitment(holders, rupiah, person_months, _bound(by_month), _bound(by_category), _bound(by_area))


def best_category(settings: ProgrammeSettings, categories: tuple[str, ...]) -> str:
    """What a person counts under: the first category in the programme's order, or `NO_CATEGORY`."""
    rank = settings.priority(categories)
    return settings.categories[rank] if rank < len(settings.categories) else NO_CATEGORY


class Limit(NamedTuple):
    """Which of quota and budget ends first, and how many people there can be."""

    by: str
    """`quota` or `budget`."""
    people: int
    quota: int
    """People that the quota allows."""
    budget: int
    """People that the budget carries: who holds a slot already, and whom the rest pays for from the month asked."""


def limit(settings: ProgrammeSettings, month: str, people: int = 0, rupiah: int = 0) -> Limit:
    """The limits set against each other for those who join in `month`, `people` holding slots for `rupiah` already."""
    carried = people + affordable(settings, month, rupiah)
    by = "budget" if carried < settings.quota else "quota"
    return Limit(by, min(carried, settings.quota), settings.quota, carried)


def person_months(settings: ProgrammeSettings) -> int:
    """Months of cover for one person that the whole budget buys: as many people as it carries through all months, and
    what is left at the last month's premium."""
    months = cover_months(settings)
    each = cost_of_one(settings, settings.start)
    last = premium_in(settings, months[-1])
    if not each or not last:
        return settings.quota * len(months)
    people, left = divmod(settings.budget, each)
    return people * len(months) + left // last


def months_for(settings: ProgrammeSettings, people: int) -> int:
    """How many of the months of cover, the latest ones, the budget pays for `people`."""
    months, left = 0, settings.budget
    for month in reversed(cover_months(settings)):
        left -= people * premium_in(settings, month)
        if left < 0:
            break
        months += 1
    return months


def oldest_birth(settings: ProgrammeSettings) -> str:
    """ISO date: whoever was born on it or later is covered to the end, whatever the programme's oldest age."""
    after = add_months(settings.start, settings.months)
    return f"{int(after[:4]) - settings.max_age:04d}{after[4:]}-01"


def turns_on(settings: ProgrammeSettings, birth_date: str | None) -> date | None:
    """The day on which somebody reaches the oldest age; None for a date that is none."""
    try:
        return reaches_age_on(date.fromisoformat(birth_date or ""), settings.max_age)
    except (ValueError, OverflowError):
        return None


def _last_before_age(settings: ProgrammeSettings, birth_date: str | None) -> str:
    turns = turns_on(settings, birth_date)
    if turns is None or not is_month(month_of(turns)):
        return _NEVER
    return add_months(month_of(turns), -1)


def _bound(totals: Mapping[str, list[int]]) -> dict[str, Bound]:
    return {name: Bound(*total) for name, total in totals.items()}
