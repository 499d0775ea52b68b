"""Slots and money: how they stand, what a decision does to them before it is taken, and what would be if."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fieldapp.domain.commitment import (
    Bound,
    Commitment,
    Covered,
    best_category,
    commitment,
    limit,
    months_for,
    oldest_birth,
    person_months,
)
from fieldapp.domain.months import month_of
from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quota import cost_of_one, cover_months
from fieldapp.domain.review import PENDING_STATES
from fieldapp.services.session import Session, settings_of
from fieldapp.services.views import area_name, member_names
from fieldapp.store import committed
from fieldapp.store.committed import HOLDING, Approved
from fieldapp.store.db import Connection
from fieldapp.store.slots import leases

#: States from which an approval makes somebody hold a slot, or wait for one.
_JOINING: Final = PENDING_STATES | {"returned"}
#: Decisions that end what an approval gave.
_FREEING: Final = frozenset({"return", "reject", "undo", "withdraw", "void"})


class Book:
    """Slots and money over one moment of the store."""

    def __init__(self, session: Session, connection: Connection) -> None:
        self.connection = connection
        self.settings = settings_of(connection, session.programme.name)
        self.month = max(self.settings.start, month_of(session.today()))
        """The month from which somebody who is approved now is covered."""
        self.leases = leases(connection, session.journal(connection).membership)
        self.used = committed.used(connection)
        self._edge = oldest_birth(self.settings)
        self.money = commitment(self.settings, committed.groups(connection, self._edge))
        self._costs: dict[tuple[str, str | None], int] = {}

    @property
    def waiting(self) -> int:
        return sum(waits for _, waits in self.used.values())

    @property
    def programme_left(self) -> int:
        """Slots of the quota that nobody holds."""
        return max(0, self.settings.quota - self.money.people)

    def left(self, member: str) -> int:
        """Approvals of this member that would get a slot: of the own lease, as far as the quota goes."""
        held, _ = self.used.get(member, (0, 0))
        return min(max(0, self.leases.get(member, 0) - held), self.programme_left)

    def joins(self, one: Approved, member: str) -> bool:
        """Whether an approval by this member makes somebody hold a slot or wait for one; the first of two does not."""
        agrees = self.settings.approval_levels < 2 or one.endorsed_by not in (None, member)
        return one.state in _JOINING and agrees

    def cost(self, one: Approved) -> int:
        """Rupiah that a registration binds, or would bind when approved now."""
        key = (one.joined or self.month, one.birth_date if (one.birth_date or "") < self._edge else None)
        if key not in self._costs:
            self._costs[key] = rupiah_of(self.settings, *key)
        return self._costs[key]


def rupiah_of(settings: ProgrammeSettings, joined: str, birth_date: str | None) -> int:
    """What one person costs who is approved in the month `joined`."""
    return commitment(settings, [Covered("", (), joined, birth_date, None, 1)]).rupiah


def outlook(session: Session, ids: Sequence[str], decision: str) -> dict[str, Any]:
    """Quota and money now, and after `decision` on `ids`.

    `slots_left` are this member's, `programme_left` of all; `committed` and `budget` rupiah, `cost_each` what somebody
    approved now costs; `limit` says which of quota and budget ends first and at how many people, `person_months` how
    many months of cover for one person the whole budget buys; `carries` how many of `ids` it pays for in their order.
    `after`: the same after the decision, with who waits newly, and `moved_up`: who gets a slot that becomes free.
    """
    return session.read(lambda connection: _outlook(session, Book(session, connection), ids, decision))


def _outlook(session: Session, book: Book, ids: Sequence[str], decision: str) -> dict[str, Any]:
    settings, money = book.settings, book.money
    people = committed.of(book.connection, ids)
    left = book.left(session.member.id)
    joins = [one for one in people if book.joins(one, session.member.id)] if decision == "approve" else []
    leaves = [one for one in people if one.state in HOLDING] if decision in _FREEING else []
    gets = joins[:left]
    moved, left_after = _moves(book, session.member.id, people if decision in _FREEING else [])
    approved = money.people + len(gets) - len(leaves) + len(moved)
    rupiah = money.rupiah + sum(map(book.cost, gets)) - sum(map(book.cost, leaves)) + sum(map(book.cost, moved))
    return {
        "slots_left": left,
        "programme_left": book.programme_left,
        "quota": settings.quota,
        "approved": money.people,
        "waiting": book.waiting,
        "committed": money.rupiah,
        "budget": settings.budget,
        "cost_each": cost_of_one(settings, book.month),
        "limit": _limit(settings, book.month, money.people, money.rupiah),
        "person_months": person_months(settings),
        "carries": len(_carried(book, joins, session.member.id)),
        "after": {
            "slots_left": left_after - len(gets),
            "approved": approved,
            "waiting": len(joins) - len(gets),
            "moved_up": len(moved),
            "committed": rupiah,
            "within_budget": rupiah <= settings.budget,
            "limit": _limit(settings, book.month, approved, rupiah),
        },
    }


def _moves(book: Book, member: str, people: Sequence[Approved]) -> tuple[list[Approved], int]:
    """Who moves up where these leave, and how many slots `member` can give then."""
    freed = Counter(one.decider for one in people if one.state in HOLDING and one.decider)
    gone = {one.id for one in people}
    left = book.left(member)
    if not freed:
        return [], left
    moved: list[str] = []
    for decider, slots in freed.items():
        if not book.used.get(decider, (0, 0))[1]:
            continue
        line = [one.id for one in in_line(book.connection, book.settings) if one.decider == decider]
        moved += [one for one in line if one not in gone][:slots]
    found = committed.of(book.connection, moved)
    taken = sum(1 for one in found if one.decider == member)
    return found, left + freed.get(member, 0) - taken


def in_line(connection: Connection, settings: ProgrammeSettings) -> list[committed.Waiting]:
    """All who wait, first in line first, as the programme orders them."""
    by_priority = settings.waiting_order == "priority"
    ranks: dict[tuple[str, ...], int] = {}

    def place(one: committed.Waiting) -> tuple[int, tuple[int, int, str]]:
        if not by_priority:
            return 0, one.at
        if one.categories not in ranks:
            ranks[one.categories] = settings.priority(one.categories)
        return ranks[one.categories], one.at

    return sorted(committed.waiting(connection), key=place)


def carries(session: Session, connection: Connection, ids: Sequence[str]) -> list[str]:
    """Those of `ids`, from the first on and none left out, whom the budget pays for when this member approves them now;
    the first of two approvals costs nothing yet."""
    book = Book(session, connection)
    return [one.id for one in _carried(book, committed.of(connection, ids), session.member.id)]


def _carried(book: Book, people: Sequence[Approved], member: str) -> list[Approved]:
    rest = book.settings.budget - book.money.rupiah
    for number, one in enumerate(people):
        rest -= book.cost(one) if book.joins(one, member) else 0
        if rest < 0:
            return list(people[:number])
    return list(people)


def report(session: Session) -> dict[str, Any]:
    """Quota and money whole, for a report and the screen.

    `{"programme", "month", "quota", "approved", "waiting", "budget", "committed", "left", "within_budget", "cost_each",
    "person_months", "limits", "premiums", "by_month", "by_category", "by_area", "leases", "not_leased", "over_leased",
    "waiting_order", "ended"}`. Somebody of several categories counts once, under the best of them.
    """

    def read(connection: Connection) -> dict[str, Any]:
        book = Book(session, connection)
        settings, money = book.settings, book.money
        areas, categories = _waiting_by(settings, connection)
        given = leased(session, book)
        return {
            "programme": settings.name,
            "month": book.month,
            "quota": settings.quota,
            "approved": money.people,
            "waiting": book.waiting,
            "waiting_order": settings.waiting_order,
            "budget": settings.budget,
            "committed": money.rupiah,
            "left": settings.budget - money.rupiah,
            "within_budget": money.rupiah <= settings.budget,
            "cost_each": cost_of_one(settings, book.month),
            "person_months": money.person_months,
            "limits": limits(settings, book.month, money),
            "premiums": [{"from": month, "rupiah": rupiah} for month, rupiah in settings.premiums],
            "by_month": [{"month": month, **_told(bound)} for month, bound in money.by_month.items()],
            "by_category": [
                {"category": code, **_told(money.by_category.get(code)), "waiting": categories.get(code, 0)}
                for code in (*settings.categories, "")
                if code or "" in money.by_category or categories.get("")
            ],
            "by_area": [
                {"area": code, "name": area_name(code), **_told(money.by_area.get(code)), "waiting": areas.get(code, 0)}
                for code in sorted({*money.by_area, *areas})
            ],
            "leases": given,
            "not_leased": max(0, settings.quota - sum(book.leases.values())),
            "over_leased": max(0, sum(book.leases.values()) - settings.quota),
            "ended": committed.ended(connection),
        }

    return session.read(read)


def limits(settings: ProgrammeSettings, month: str, money: Commitment) -> dict[str, Any]:
    """Quota and budget against each other: over the whole cover, and from `month` on beside what is bound already.

    `{"by", "people", "quota", "budget", "months", "full_quota", "months_for_quota", "person_months", "now": {"by",
    "people", "quota", "budget", "month", "months"}}`: people that the budget carries through all `months`, rupiah that
    a full quota would cost, and for how many months the budget would pay it.
    """
    months = cover_months(settings)
    return {
        **_limit(settings, settings.start, 0, 0),
        "months": len(months),
        "full_quota": settings.quota * cost_of_one(settings, settings.start),
        "months_for_quota": months_for(settings, settings.quota),
        "person_months": person_months(settings),
        "now": {
            **_limit(settings, month, money.people, money.rupiah),
            "month": month,
            "months": sum(1 for each in months if each >= month),
        },
    }


def what_if(
    session: Session,
    *,
    more: int = 0,
    start: str | None = None,
    premium: int | None = None,
    quota: int | None = None,
    budget: int | None = None,
) -> dict[str, Any]:
    """How slots and money would stand; nothing is written.

    `more` people of the queue approved now, those who were handed in first; cover beginning in the month `start`; a
    `premium` from the month at hand on; another `quota` or `budget`. Answers `{"now", "then", "queue"}`: the same of
    both, and how many wait in the queue.
    """

    def read(connection: Connection) -> dict[str, Any]:
        book = Book(session, connection)
        then = _changed(book, start=start, premium=premium, quota=quota, budget=budget)
        month = max(then.start, month_of(session.today()))
        births = committed.births_of(connection, PENDING_STATES, more) if more else []
        # Beyond the queue somebody is reckoned to be covered to the end.
        births += [None] * (more - len(births))
        groups = committed.groups(connection, oldest_birth(then))
        joins = max(0, min(more, then.quota - book.money.people))
        new = [Covered("", (), month, born, None, 1) for born in births[:joins]]
        return {
            "now": _standing(book.settings, book.month, book.money, book.waiting),
            "then": _standing(then, month, commitment(then, [*groups, *new]), book.waiting + more - joins),
            "queue": len(committed.births_of(connection, PENDING_STATES, 10**9)),
        }

    return session.read(read)


def _changed(
    book: Book, *, start: str | None, premium: int | None, quota: int | None, budget: int | None
) -> ProgrammeSettings:
    settings = book.settings
    if start is not None:
        settings = replace(settings, start=start)
    if premium is not None:
        begins = max(settings.start, book.month)
        kept = [pair for pair in settings.premiums if pair[0] < begins]
        settings = replace(settings, premiums=(*kept, (begins, premium)))
    if quota is not None:
        settings = replace(settings, quota=quota)
    return settings if budget is None else replace(settings, budget=budget)


def _standing(settings: ProgrammeSettings, month: str, money: Commitment, waiting: int) -> dict[str, Any]:
    return {
        "approved": money.people,
        "waiting": waiting,
        "quota": settings.quota,
        "committed": money.rupiah,
        "budget": settings.budget,
        "left": settings.budget - money.rupiah,
        "within_budget": money.rupiah <= settings.budget,
        "cost_each": cost_of_one(settings, month),
        "limit": _limit(settings, month, money.people, money.rupiah),
    }


def leased(session: Session, book: Book) -> list[dict[str, Any]]:
    """Who was leased slots, by name: `{"member", "name", "slots", "used", "left", "waiting"}`."""
    names = member_names(session, book.connection)
    rows = [
        {
            "member": member,
            "name": names.get(member, member),
            "slots": book.leases.get(member, 0),
            "used": book.used.get(member, (0, 0))[0],
            "left": book.left(member),
            "waiting": book.used.get(member, (0, 0))[1],
        }
        for member in {*book.leases, *book.used}
    ]
    return sorted(rows, key=lambda row: (str(row["name"]).casefold(), str(row["member"])))


def _limit(settings: ProgrammeSettings, month: str, people: int, rupiah: int) -> dict[str, Any]:
    return limit(settings, month, people, rupiah)._asdict()


def _waiting_by(settings: ProgrammeSettings, connection: Connection) -> tuple[Mapping[str, int], Mapping[str, int]]:
    areas, categories = Counter[str](), Counter[str]()
    for area, codes, people in committed.waiting_groups(connection):
        areas[area] += people
        categories[best_category(settings, codes)] += people
    return areas, categories


def _told(bound: Bound | None) -> dict[str, int]:
    return {"people": bound.people, "committed": bound.rupiah} if bound else {"people": 0, "committed": 0}
