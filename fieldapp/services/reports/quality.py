"""How people register: figures for a talk among colleagues, worked out on this laptop without any server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from fieldapp.domain import quality
from fieldapp.domain.quality import Tally
from fieldapp.domain.roles import OFFICE_ROLES
from fieldapp.services.problems import Problem
from fieldapp.services.reports.words import flag_words as flag_words
from fieldapp.services.reports.words import problem
from fieldapp.services.session import Session
from fieldapp.services.views import area_name, member_names
from fieldapp.store import quality as store
from fieldapp.store.db import Connection
from fieldapp.store.quality import Part, Sums, Worked

_FLAGS: Final = "quality_flags"
#: Of so many entries one may be new before the flags are worked out again: shares of hundreds do not turn on it.
_NEW_ENTRY_OF: Final = 1000
#: Saturday and Sunday, as `date.weekday` counts.
_WEEKEND: Final = (5, 6)
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2999, 12, 30)
HISTOGRAM_SECONDS: Final = 60
"""Width of a column of the histogram of seconds on the form; the last column has everything above."""
_COLUMNS: Final = 10


def flags(session: Session) -> dict[str, tuple[str, ...]]:
    """Member -> what stands out in the way this member registers (`domain.quality.FLAGS`), of those of whom anything
    does. Remembered until a thousandth of the register's entries are new."""
    return session.read(lambda connection: flags_in(session, connection))


def flags_in(session: Session, connection: Connection) -> dict[str, tuple[str, ...]]:
    """The same within a reading that was begun already."""
    entries = store.entries(connection)
    known = session.remembered.get(_FLAGS)
    if known is None or abs(entries - known[0]) > entries // _NEW_ENTRY_OF:
        known = (entries, flags_now(connection))
        session.remembered[_FLAGS] = known
    found: dict[str, tuple[str, ...]] = known[1]
    return found


def flags_now(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The same as the entries that are here say at this moment."""
    return quality.flags(_counted(connection))


def known_flags(session: Session) -> dict[str, tuple[str, ...]]:
    """What `flags` found when it was last asked in this session, for whoever cannot wait for it; at first nothing."""
    known = session.remembered.get(_FLAGS)
    return known[1] if known is not None else {}


def report(
    session: Session,
    *,
    area: str | None = None,
    by: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> dict[str, Any]:
    """Figures of how people register, by enumerator and by area: `{"area", "by", "since", "until", "all": figures,
    "enumerators": [{"member", "name", "flags", **figures}], "areas": [{"area", "name", **figures}], "per_day":
    [{"day", "people"}], "seconds_on_form": [{"from", "below", "people"}], "flag_rules"}`.

    Figures: `people`; `days` {worked, median, most} of registrations a day in Balikpapan; `seconds` on the form {known,
    median, p10, p90}; `explained` and `returned` {count, share}, `returned` with `rounds`; `overrides` {code: {count,
    share}}; `rejected`, `edited`, `same_nik`, `joined` (gave way to a registration of the same person) and
    `pairs_waiting`; `odd_hours` (22 to 5), `weekend`, `without_nik` {count, share}; `phones` {given, shared, serial}.
    Shares are of 1.

    `area`: a dotted code and what lies below; `by`: a member's id or name; `since` and `until`: days in Balikpapan,
    both included, `YYYY-MM-DD`. The flags are always of the whole register. Nothing of the people registered is in it.
    An enumerator gets figures of the own work only, without flags. Raises Problem: not_allowed, member_not_found,
    member_ambiguous, report_period.
    """
    member = _whose(session, by)
    part = Part(area, member, *period(since, until))

    def read(connection: Connection) -> dict[str, Any]:
        counted = _Counted(connection, part)
        who = member_names(session, connection)
        is_office = session.member.role in OFFICE_ROLES
        flagged = flags_in(session, connection) if is_office else {}
        enumerators = [
            {"member": one, "name": who.get(one, one), "flags": list(flagged.get(one, ())), **work.figures()}
            for one, work in counted.by_member().items()
        ]
        areas = [{"area": one, "name": area_name(one), **work.figures()} for one, work in counted.by_area().items()]
        everything = counted.all()
        return {
            "area": area,
            "by": member,
            "since": since,
            "until": until,
            "all": everything.figures(),
            "enumerators": sorted(enumerators, key=lambda each: (each["name"].casefold(), each["member"])),
            "areas": sorted(areas, key=lambda each: each["area"]),
            "per_day": [{"day": day.isoformat(), "people": n} for day, n in sorted(everything.days.items())],
            "seconds_on_form": _histogram(everything.times),
            "flag_rules": _rules(),
        }

    return session.read(read)


def behind(session: Session, figure: str, *, area: str | None = None, by: str | None = None) -> list[str]:
    """Ids of the registrations that a figure of `report` counts, by id; `figure` as `report_tables.figure_rows` names
    it, or `override:` and a warning's code. Raises Problem as `report` does."""
    part = Part(area, _whose(session, by))
    return session.read(lambda connection: store.behind(connection, figure, part))


def period(since: str | None, until: str | None) -> tuple[str | None, str | None]:
    """The beginning and the end in UTC of days in Balikpapan, both included. Raises Problem report_period."""
    first, last = _day(since), _day(until)
    if first is not None and last is not None and last < first:
        raise problem("report_period")
    # Midnight in Balikpapan is 16:00 of the day before in UTC.
    begin = f"{first - timedelta(days=1)}T16" if first is not None else None
    return begin, f"{last}T16" if last is not None else None


def local_day(half: str) -> date | None:
    """The day in Balikpapan of a half of a day as the store counts them (`2026-11-02+`); None where it is no day."""
    try:
        day = date.fromisoformat(half[:10])
    except ValueError:
        return None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        return None
    return day + timedelta(days=half.endswith("+"))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise problem("report_period") from None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise problem("report_period")
    return day


def _whose(session: Session, by: str | None) -> str | None:
    from fieldapp.services.membership import find_member

    own = session.member.id
    wanted = find_member(session, by).id if by is not None else None
    if session.member.role in OFFICE_ROLES:
        return wanted
    if wanted not in (None, own):
        raise Problem("not_allowed", details={"role": session.member.role, "who": "supervisor"})
    return own


@dataclass
class _Work:
    """What was counted of some registrations; one of it can be added to another."""

    sums: list[Sums] = field(default_factory=list)
    days: Counter[date] = field(default_factory=Counter)
    times: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    shared: int = 0
    pairs: int = 0

    def add(self, other: _Work) -> None:
        self.sums += other.sums
        self.days.update(other.days)
        self.times.update(other.times)
        self.codes.update(other.codes)
        self.shared += other.shared
        self.pairs += other.pairs

    def figures(self) -> dict[str, Any]:
        """As in `report`."""
        people = self._sum("people")
        a_day = sorted(self.days.values())
        times = sorted(self.times.items())
        weekend = sum(often for day, often in self.days.items() if day.weekday() in _WEEKEND)
        return {
            "people": people,
            "days": {
                "worked": len(a_day),
                "median": _whole_or_half(median(a_day)) if a_day else None,
                "most": a_day[-1] if a_day else None,
            },
            "seconds": {
                "known": sum(self.times.values()),
                "median": quality.middle_of(times),
                "p10": quality.middle_of(times, 0.1),
                "p90": quality.middle_of(times, 0.9),
            },
            "explained": _share(self._sum("explained"), people),
            "overrides": {code: _share(self.codes[code], people) for code in sorted(self.codes)},
            "returned": {**_share(self._sum("returned"), people), "rounds": self._sum("rounds")},
            "rejected": self._sum("rejected"),
            "edited": self._sum("edited"),
            "same_nik": self._sum("same_nik"),
            "joined": self._sum("joined"),
            "pairs_waiting": self.pairs,
            "odd_hours": _share(self._sum("odd"), people),
            "weekend": _share(weekend, people),
            "without_nik": _share(self._sum("without_nik"), people),
            "phones": {"given": self._sum("phones"), "shared": self.shared, "serial": self._sum("serial")},
        }

    def _sum(self, name: str) -> int:
        return sum(getattr(each, name) for each in self.sums)


class _Counted:
    """Everything that is counted of a part of the register, by member and area."""

    def __init__(self, connection: Connection, part: Part) -> None:
        self._works: dict[tuple[str, str], _Work] = {}
        for sums in store.sums(connection, part):
            self._at(sums.member, sums.area).sums.append(sums)
        for member, area, half, people in store.days(connection, part):
            day = local_day(half)
            if day is not None:
                self._at(member, area).days[day] += people
        for member, area, seconds, people in store.times(connection, part):
            self._at(member, area).times[seconds] += people
        for member, area, code, people in store.overrides(connection, part):
            self._at(member, area).codes[code] += people
        for member, area, people in store.phones(connection, part):
            self._at(member, area).shared += people
        for member, area, people in store.pairs(connection, part):
            self._at(member, area).pairs += people

    def by_member(self) -> dict[str, _Work]:
        return self._by(0)

    def by_area(self) -> dict[str, _Work]:
        return self._by(1)

    def all(self) -> _Work:
        whole = _Work()
        for work in self._works.values():
            whole.add(work)
        return whole

    def _by(self, place: int) -> dict[str, _Work]:
        found: dict[str, _Work] = {}
        for key, work in self._works.items():
            found.setdefault(key[place], _Work()).add(work)
        return found

    def _at(self, member: str, area: str) -> _Work:
        return self._works.setdefault((member, area), _Work())


def _share(count: int, whole: int) -> dict[str, Any]:
    return {"count": count, "share": round(count / whole, 4) if whole else 0.0}


def _whole_or_half(value: float) -> float | int:
    return int(value) if value == int(value) else value


def _histogram(times: Counter[int]) -> list[dict[str, Any]]:
    """Columns of `HISTOGRAM_SECONDS`; the last one has no end."""
    columns = Counter[int]()
    for seconds, often in times.items():
        columns[min(seconds // HISTOGRAM_SECONDS, _COLUMNS - 1)] += often
    return [
        {
            "from": place * HISTOGRAM_SECONDS,
            "below": (place + 1) * HISTOGRAM_SECONDS if place < _COLUMNS - 1 else None,
            "people": columns[place],
        }
        for place in range(_COLUMNS)
    ]


def _rules() -> dict[str, Any]:
    return {
        "least": quality.LEAST,
        "floor": quality.FLOOR,
        "factor": quality.FACTOR,
        "fast_part": quality.FAST_PART,
        "phone_people": quality.PHONE_PEOPLE,
        "odd_hours": [quality.ODD_FROM, quality.ODD_UNTIL],
    }


def _counted(connection: Connection) -> dict[str, dict[str, Tally]]:
    """Member -> flag -> counts."""
    worked = store.worked(connection)
    fast_below = quality.fast_below(quality.middle_of(_times(worked)))
    shared = store.shared_phones(connection)
    rows: dict[str, list[Worked]] = {}
    for row in worked:
        rows.setdefault(row.member, []).append(row)
    return {member: _tallies(mine, fast_below, shared.get(member, 0)) for member, mine in rows.items()}


def _tallies(rows: Sequence[Worked], fast_below: float, shared: int) -> dict[str, Tally]:
    people = sum(row.people for row in rows)
    times = _times(rows)
    return {
        "returns_high": Tally(sum(row.returned for row in rows), people),
        "overrides_high": Tally(sum(row.explained for row in rows), people),
        "fast": Tally(sum(often for s, often in times if s < fast_below), sum(often for _, often in times)),
        "odd_hours": Tally(sum(row.odd for row in rows), people),
        "phones_repeat": Tally(sum(row.serial for row in rows) + shared, sum(row.phones for row in rows)),
    }


def _times(rows: Iterable[Worked]) -> list[tuple[int, int]]:
    """(seconds, how often) in ascending order; what came out of a file was never on the form and took 0 seconds."""
    counts: dict[int, int] = {}
    for row in rows:
        if row.seconds:
            counts[row.seconds] = counts.get(row.seconds, 0) + row.people
    return sorted(counts.items())
