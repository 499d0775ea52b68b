"""Lists of any number of registrations: what a person asked to see, in which order, by row numbers and pages of rows.

A row number stands for a registration while a list is open: eight bytes each instead of an id's hundred, and rows are
read for the page that is looked at. Whatever is done with a registration goes by its id, which its row brings.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar

from fieldapp.domain import risk
from fieldapp.domain.nik import masked
from fieldapp.services import covers
from fieldapp.services.covers import matches as cover_matches
from fieldapp.services.reports import quality
from fieldapp.services.session import Session
from fieldapp.services.views import area_name, filter_of, member_names
from fieldapp.store import open_pairs, queries
from fieldapp.store.db import Connection
from fieldapp.store.errors import GivenUp
from fieldapp.store.queries import Filter, Order, Row
from fieldapp.store.store import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "FIRST_ROWS",
    "Found",
    "Order",
    "Reading",
    "Wanted",
    "all_ids",
    "areas",
    "enumerators",
    "find",
    "ids",
    "ids_at",
    "numbers",
    "rows",
    "rows_of",
]

FIRST_ROWS: Final = 64
"""Rows that are answered before the whole list is known: more than a screen shows."""


T = TypeVar("T")

#: Characters of a kecamatan's dotted code.
_DISTRICT: Final = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which registrations a person wants to see, and how ordered; each part that is given narrows the choice.

    `by` is a member's id, `area` a dotted code with everything below it. `endorsed`: waiting for a second approval;
    `explained`: warnings with a reason given;
    `faulty`: broken rules; `conflicting`; `disputed`: somebody has to choose (`store.queries.Filter`); `alike`: like
    another registration, by NIK or by a pair that waits; `ids`: only these, as a figure of a report counts them.
    """

    text: str = ""
    states: frozenset[str] = frozenset()
    area: str = ""
    category: str = ""
    by: str = ""
    explained: bool = False
    faulty: bool = False
    conflicting: bool = False
    disputed: bool = False
    alike: bool = False
    endorsed: bool = False
    ids: frozenset[str] | None = None
    order: Order = "name"
    reverse: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the text searched for and the order differs from showing all."""
        return self != self.unfiltered()

    def unfiltered(self) -> Wanted:
        """The same text and order, of all registrations."""
        return Wanted(text=self.text, order=self.order, reverse=self.reverse)

    def filter(self) -> Filter:
        """The store's filter for it."""
        return Filter(
            states=sorted(self.states) if self.states else None,
            area=self.area or None,
            category=self.category or None,
            registered_by=self.by or None,
            text=self.text or None,
            explained=self.explained,
            faulty=self.faulty,
            conflicting=self.conflicting,
            disputed=self.disputed,
            alike=self.alike,
            endorsed=self.endorsed,
            ids=self.ids,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Row numbers in order, and the rows of the first of them. Not `is_whole`: only the first are known yet."""

    numbers: array[int]
    rows: list[dict[str, Any]]
    is_whole: bool


def find(session: Session, wanted: Wanted, reading: Reading | None = None, *, desk: bool = False) -> Found | None:
    """The first rows of a list, at once; None when `reading` was given up.

    For a `desk` where registrations are decided about, each row says by `digest` which answers it shows, and by
    `reasons` (codes of `domain.risk`, gravest first) why it deserves a closer look; `flags` are those of its author.
    Nobody waits for those here: they are what `quality.flags` found before in this session.
    """

    def read(connection: Connection) -> Found:
        # Whoever is riskiest is only known when all are; then the list is whole at once.
        limit = None if wanted.order == "risk" else FIRST_ROWS
        numbers = _numbers(session, connection, wanted, limit)
        shown = _told(session, connection, queries.rows_at(connection, numbers[:FIRST_ROWS]), desk)
        return Found(numbers, shown, limit is None or len(numbers) < limit)

    return _read(session, read, reading)


def numbers(session: Session, wanted: Wanted, reading: Reading | None = None) -> array[int] | None:
    """The row numbers of the whole list; None when `reading` was given up."""
    return _read(session, lambda connection: _numbers(session, connection, wanted, None), reading)


def rows(session: Session, wanted: Sequence[int], *, desk: bool = False) -> list[dict[str, Any]]:
    """The rows of these row numbers, in the order asked, with what a list shows and names filled in; `desk` as in
    `find`."""
    return session.read(lambda connection: _told(session, connection, queries.rows_at(connection, wanted), desk))


def rows_of(session: Session, wanted: Sequence[str], *, desk: bool = False) -> list[dict[str, Any]]:
    """The same by ids."""

    def read(connection: Connection) -> list[dict[str, Any]]:
        if desk:
            quality.flags_in(session, connection)
        return _told(session, connection, queries.rows(connection, wanted), desk)

    return session.read(read)


def ids(session: Session, *, order: Order = "id", **wanted: Any) -> list[str]:
    """Ids for a list of any length; `wanted` as in `views.listing`, `states` for several, `order` as in the store."""
    narrowed = filter_of(session, **wanted)

    def read(connection: Connection) -> list[str]:
        if order != "risk":
            return queries.ids(connection, narrowed, order)
        quality.flags_in(session, connection)
        return queries.ids(connection, narrowed, order, **_beside(session, connection))

    return session.read(read)


def ids_at(session: Session, wanted: Sequence[int]) -> list[str]:
    """The ids behind row numbers, in their order."""
    return session.read(lambda connection: queries.ids_at(connection, wanted))


def all_ids(session: Session, wanted: Wanted) -> list[str]:
    """The ids of a whole list, in its order as far as the store knows it."""
    return session.read(lambda connection: queries.ids(connection, wanted.filter()))


def enumerators(session: Session) -> list[tuple[str, str, int]]:
    """(member id, name, how many registrations) of everybody who registered somebody that is here, by name."""

    def read(connection: Connection) -> list[tuple[str, str, int]]:
        who = member_names(session, connection)
        found = [(id_, who.get(id_, id_), count) for id_, count in queries.counted(connection, "registered_by")]
        return sorted(found, key=lambda each: each[1].casefold())

    return session.read(read)


def areas(session: Session) -> list[tuple[str, int]]:
    """(dotted code, how many registrations) of every kelurahan that has any, and of the kecamatan they lie in."""

    def read(connection: Connection) -> list[tuple[str, int]]:
        counts = dict[str, int]()
        for scope, count in queries.counted(connection, "scope"):
            for code in {scope, scope[:_DISTRICT]}:
                counts[code] = counts.get(code, 0) + count
        return sorted(counts.items())

    return session.read(read)


class _Beside(TypedDict):
    beside: dict[int, int]
    flagged: tuple[str, ...]


def _beside(session: Session, connection: Connection) -> _Beside:
    """What puts registrations ahead in the order by risk beside their rows: pairs that wait, lists of people who are
    covered already, and whose registrations stand out."""
    beside = dict.fromkeys(open_pairs.waiting(connection), risk.bit("near_duplicates"))
    ranked = {1: risk.bit("cover_near"), 2: risk.bit("covers")}
    for number, rank in cover_matches.ranks(session, connection).items():
        beside[number] = beside.get(number, 0) | ranked[rank]
    return {"beside": beside, "flagged": tuple(quality.known_flags(session))}


def _numbers(session: Session, connection: Connection, wanted: Wanted, limit: int | None) -> array[int]:
    if wanted.order != "risk":
        return queries.numbers(connection, wanted.filter(), wanted.order, reverse=wanted.reverse, limit=limit)
    return queries.numbers(
        connection, wanted.filter(), "risk", reverse=wanted.reverse, limit=limit, **_beside(session, connection)
    )


def _read(session: Session, function: Callable[[Connection], T], reading: Reading | None) -> T | None:
    try:
        return session.read(function, reading)
    except GivenUp:
        return None


def _told(session: Session, connection: Connection, found: Sequence[Row], desk: bool = False) -> list[dict[str, Any]]:
    who = member_names(session, connection)
    reading = covers.Covers(session, connection)
    covered = covers.blocking_rows(reading, found)
    near = cover_matches.waiting_rows(session, connection, reading, [row.id for row in found])
    alike = open_pairs.waiting(connection, [row.number for row in found])
    told = [
        {
            **_row(row, who),
            "covers": len(covered.get(row.id, ())),
            "cover_near": near.get(row.id, 0),
            "near_duplicates": alike.get(row.number, 0),
        }
        for row in found
    ]
    if desk:
        records = session.journal(connection).records_named(row.id for row in found)
        flags, today = quality.known_flags(session), session.today()
        for row, shown in zip(found, told, strict=True):
            shown["digest"] = records[row.id].digest
            shown["flags"] = list(flags.get(row.registered_by, ()))
            shown["waited_days"] = risk.days_waited(row.submitted_at, today)
            shown["reasons"] = _reasons(row, shown)
    return told


def _reasons(row: Row, shown: Mapping[str, Any]) -> list[str]:
    """Why a row deserves a closer look: what its entries say, and what only this laptop knows."""
    here = [code for code in ("covers", "cover_near", "near_duplicates") if shown[code]]
    if "covers" in here and "cover_near" in here:
        # Who is covered for sure is not also somebody who may be.
        here.remove("cover_near")
    if shown["flags"]:
        here.append("enumerator")
    return risk.reasons(row.risk | risk.mask(here), shown["waited_days"])


def _row(row: Row, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": row.number,
        "id": row.id,
        "state": row.state,
        "name": row.name,
        "nik": masked(row.nik) if row.nik else None,
        "area": row.scope,
        "area_name": area_name(row.scope),
        "categories": list(row.categories),
        "submitted_at": row.submitted_at,
        "registered_by": who.get(row.registered_by, row.registered_by),
        "conflicts": len(row.conflicts),
        "errors": len(row.errors),
        "overrides": row.override_count,
        "duplicates": row.duplicate_count,
        "round": row.round,
        "seconds": row.seconds,
        "due": row.due,
        "endorsed_by": who.get(row.endorsed_by, row.endorsed_by) if row.endorsed_by else None,
        "decision": row.decision_code,
        "reason": row.decision_reason,
        "same_as": row.joined_to,
    }
