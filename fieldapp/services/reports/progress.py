"""How far the programme is: people registered and decided about, against the quota and the list of people to visit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from fieldapp.domain.pace import Pace, pace
from fieldapp.domain.prelist import OPEN_STATES
from fieldapp.domain.review import PENDING_STATES
from fieldapp.domain.roles import OFFICE_ROLES
from fieldapp.services.reports.quality import local_day
from fieldapp.services.session import Session
from fieldapp.services.views import area_name
from fieldapp.store import prelist
from fieldapp.store import progress as store
from fieldapp.store.db import Connection
from fieldapp.store.quality import Part
from fieldapp.store.rows import from_json

#: How states are summed up, in the order of the way; together they hold every registration once.
GROUPS: Final[Mapping[str, frozenset[str]]] = {
    "pending": PENDING_STATES,
    "returned": frozenset({"returned"}),
    "approved": frozenset({"approved", "frozen"}),
    "waiting": frozenset({"waiting"}),
    "rejected": frozenset({"rejected"}),
    "ended": frozenset({"withdrawn", "void"}),
}
_GROUP_OF: Final = {state: group for group, states in GROUPS.items() for state in states}
_EPOCH: Final = date(1970, 1, 1)
_LAST_DAY: Final = (date(2999, 12, 31) - _EPOCH).days


def report(session: Session) -> dict[str, Any]:
    """`{"today", "quota", "totals", "to_visit", "by_day", "by_week", "areas", "categories", "pace"}`.

    `totals`, and each of `areas` [{"area", "name", "to_visit", …}] and `categories` [{"category", …}]: `registered`,
    which is `pending` + `returned` + `approved` + `waiting` + `rejected` + `ended` (withdrawn or taken out). Somebody
    in several categories counts in each. `by_day` [{"day", "registered", "approved", "returned", "rejected"}], of the
    decisions in force, and `by_week` [{"week" (its Monday), …}], days in Balikpapan. `pace` {"registered", "approved",
    "visited"}: `{"a_day", "measured_days", "left", "days", "on"}` (`domain.pace`), left to the quota or of the people
    to visit. An enumerator gets figures of the own registrations, without those of the quota.
    """
    is_office = session.member.role in OFFICE_ROLES
    part = Part(by=None if is_office else session.member.id)

    def read(connection: Connection) -> dict[str, Any]:
        settings, today = session.settings, session.today()
        handed_in = store.handed_in(connection, part)
        visits = _to_visit(session, connection)
        registered = Counter[date]()
        areas: dict[str, Counter[str]] = {area: Counter() for area in visits}
        for area, state, half, people in handed_in:
            areas.setdefault(area, Counter())[_GROUP_OF.get(state, "pending")] += people
            day = local_day(half)
            if day is not None:
                registered[day] += people
        decided = _decided(connection, part)
        totals = _places(sum(areas.values(), Counter()))
        return {
            "today": today.isoformat(),
            "quota": settings.quota if is_office else None,
            "totals": totals,
            "to_visit": sum(visits.values()),
            "by_day": [{"day": day.isoformat(), **row} for day, row in _rows(registered, decided).items()],
            "by_week": _weeks(_rows(registered, decided)),
            "areas": [
                {"area": area, "name": area_name(area), **_places(areas[area]), "to_visit": visits.get(area, 0)}
                for area in sorted(areas)
            ],
            "categories": _categories(connection, part, settings.categories),
            "pace": _paces(totals, registered, decided, visits, today, settings.quota if is_office else None),
        }

    return session.read(read)


def _places(counted: Mapping[str, int]) -> dict[str, int]:
    return {"registered": sum(counted.values()), **{group: counted.get(group, 0) for group in GROUPS}}


def _to_visit(session: Session, connection: Connection) -> dict[str, int]:
    """Area -> people whom somebody still has to visit."""
    found = Counter[str]()
    for row in prelist.tally(connection, session.member.id):
        if row.state in OPEN_STATES or row.state == "draf":
            found[row.scope] += row.people
    return dict(found)


def _decided(connection: Connection, part: Part) -> dict[str, Counter[date]]:
    """Decision -> day -> registrations about which it is in force."""
    found = {"approve": Counter[date](), "return": Counter[date](), "reject": Counter[date]()}
    for code, day, people in store.decided(connection, part):
        if code in found and 0 <= day <= _LAST_DAY:
            found[code][_EPOCH + timedelta(days=day)] += people
    return found


def _rows(registered: Counter[date], decided: Mapping[str, Counter[date]]) -> dict[date, dict[str, int]]:
    days = sorted({*registered, *(day for counts in decided.values() for day in counts)})
    return {
        day: {
            "registered": registered[day],
            "approved": decided["approve"][day],
            "returned": decided["return"][day],
            "rejected": decided["reject"][day],
        }
        for day in days
    }


def _weeks(rows: Mapping[date, Mapping[str, int]]) -> list[dict[str, Any]]:
    weeks: dict[date, Counter[str]] = {}
    for day, row in rows.items():
        weeks.setdefault(day - timedelta(days=day.weekday()), Counter()).update(row)
    return [{"week": monday.isoformat(), **row} for monday, row in weeks.items()]


def _categories(connection: Connection, part: Part, known: tuple[str, ...]) -> list[dict[str, Any]]:
    counted: dict[str, Counter[str]] = {category: Counter() for category in known}
    for text, state, people in store.categories(connection, part):
        for category in dict.fromkeys(from_json(text)):
            counted.setdefault(category, Counter())[_GROUP_OF.get(state, "pending")] += people
    return [{"category": category, **_places(counts)} for category, counts in counted.items()]


def _paces(
    totals: Mapping[str, int],
    registered: Counter[date],
    decided: Mapping[str, Counter[date]],
    visits: Mapping[str, int],
    today: date,
    quota: int | None,
) -> dict[str, Any]:
    # Visits that found nobody leave somebody to visit, so what is done of the list is done by registering.
    found = {"visited": pace(registered, sum(visits.values()), today)}
    if quota is not None:
        living = totals["registered"] - totals["rejected"] - totals["ended"]
        found["registered"] = pace(registered, quota - living, today)
        found["approved"] = pace(decided["approve"], quota - totals["approved"], today)
    return {name: _told(each) for name, each in sorted(found.items())}


def _told(each: Pace) -> dict[str, Any]:
    return {
        "a_day": round(each.a_day, 1),
        "measured_days": each.measured_days,
        "left": each.left,
        "days": each.days,
        "on": each.on.isoformat() if each.on else None,
    }
