"""Counting who holds slots and who waits for one, for money and for lines. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from fieldapp.domain.commitment import Covered
from fieldapp.store.db import Connection
from fieldapp.store.rows import from_json, to_json

#: States in which somebody holds a slot.
HOLDING: Final = ("approved", "frozen")
#: The month of a time in ms in Balikpapan; of one beyond the calendar the last that a month can be.
_MONTH: Final = "coalesce(strftime('%Y-%m', {ms} / 1000 + 28800, 'unixepoch'), '2999-12')"
_JOINED: Final = _MONTH.format(ms="approval_ms")


class Approved(NamedTuple):
    """What money and slots need of one registration: `birth_date` ISO text, `joined` the month of approval or None,
    `endorsed_by` the member who endorsed it as it is, or None."""

    id: str
    state: str
    decider: str | None
    joined: str | None
    area: str
    categories: tuple[str, ...]
    birth_date: str | None
    endorsed_by: str | None


class Waiting(NamedTuple):
    """An approval that waits for a slot; `at` is when it was decided (ms, counter, entry id)."""

    number: int
    id: str
    decider: str
    categories: tuple[str, ...]
    at: tuple[int, int, str]


def groups(connection: Connection, born_before: str) -> list[Covered]:
    """Everybody who holds a slot, and who has left after being covered, counted by what decides their cost.

    Birth dates stand only where they lie before `born_before`, so that the groups stay few.
    """
    holding = connection.execute(
        f"""SELECT scope, categories, {_JOINED}, CASE WHEN birth_date < ? THEN birth_date END, NULL, count(*)
        FROM registration INDEXED BY registration_committed
        WHERE approval_ms IS NOT NULL AND state IN ('approved', 'frozen') GROUP BY 1, 2, 3, 4""",  # noqa: S608 - constants
        (born_before,),
    ).fetchall()
    left = connection.execute(
        f"""SELECT r.scope, r.categories, {_MONTH.format(ms="p.ms")}, CASE WHEN r.birth_date < ? THEN r.birth_date END,
            coalesce(substr(r.ended_on, 1, 7), {_MONTH.format(ms="r.decision_ms")}), count(*)
        FROM slot_past AS p JOIN registration AS r ON r.id = p.registration
        WHERE p.held = 1 AND r.state = 'withdrawn' AND p.until_ms = r.decision_ms GROUP BY 1, 2, 3, 4, 5""",  # noqa: S608 - constants
        (born_before,),
    ).fetchall()
    codes: dict[str, tuple[str, ...]] = {}
    return [
        Covered(area, _codes(codes, packed), joined, born, ended, people)
        for area, packed, joined, born, ended, people in (*holding, *left)
    ]


def waiting_groups(connection: Connection) -> list[tuple[str, tuple[str, ...], int]]:
    """(area, categories, how many) of those who wait for a slot."""
    codes: dict[str, tuple[str, ...]] = {}
    found = connection.execute(
        """SELECT scope, categories, count(*) FROM registration INDEXED BY registration_committed
        WHERE approval_ms IS NOT NULL AND state = 'waiting' GROUP BY 1, 2"""
    )
    return [(area, _codes(codes, packed), people) for area, packed, people in found]


def used(connection: Connection) -> dict[str, tuple[int, int]]:
    """Decider -> (slots that are held, approvals that wait)."""
    found: dict[str, tuple[int, int]] = {}
    rows = connection.execute(
        """SELECT approval_by, within_quota, count(*) FROM registration
        WHERE approval_by IS NOT NULL AND joined_to IS NULL GROUP BY 1, 2"""
    )
    for decider, within, count in rows:
        held, waits = found.get(decider, (0, 0))
        found[decider] = (held + count, waits) if within else (held, waits + count)
    return found


def of(connection: Connection, registrations: Iterable[str]) -> list[Approved]:
    """These registrations in the order asked; ids that are none are left out."""
    ids = list(dict.fromkeys(registrations))
    rows = connection.execute(
        f"""SELECT r.id, state, approval_by, CASE WHEN approval_ms IS NOT NULL THEN {_JOINED} END, scope, categories,
            birth_date, endorsed_by
        FROM json_each(?) AS wanted CROSS JOIN registration AS r ON r.id = wanted.value ORDER BY wanted.key""",  # noqa: S608 - constants
        (to_json(ids),),
    )
    codes: dict[str, tuple[str, ...]] = {}
    return [
        Approved(one, state, by, joined, area, _codes(codes, packed), born, endorsed)
        for one, state, by, joined, area, packed, born, endorsed in rows
    ]


def waiting(connection: Connection) -> list[Waiting]:
    """Every approval that waits, in no order."""
    codes: dict[str, tuple[str, ...]] = {}
    rows = connection.execute(
        """SELECT rid, id, approval_by, categories, approval_ms, approval_counter, approval_entry FROM registration
        WHERE state = 'waiting' AND approval_by IS NOT NULL"""
    )
    return [
        Waiting(rid, one, by, _codes(codes, packed), (ms, counter, entry))
        for rid, one, by, packed, ms, counter, entry in rows
    ]


def holders_reaching(connection: Connection, born_before: str) -> list[str]:
    """Ids of those who hold a slot or wait for one and were born before an ISO date, the oldest first."""
    rows = connection.execute(
        """SELECT id FROM registration INDEXED BY registration_committed
        WHERE approval_ms IS NOT NULL AND state IN ('approved', 'frozen', 'waiting') AND birth_date < ?
        ORDER BY birth_date, id""",
        (born_before,),
    )
    return [row[0] for row in rows]


def births_of(connection: Connection, states: Iterable[str], limit: int) -> list[str | None]:
    """Birth dates of the registrations in these states that were handed in first, at most `limit`."""
    found = connection.execute(
        """SELECT birth_date FROM registration WHERE state IN (SELECT value FROM json_each(?))
        ORDER BY submitted_at, id LIMIT ?""",
        (to_json(sorted(states)), limit),
    )
    return [row[0] for row in found]


def ended(connection: Connection) -> dict[str, int]:
    """Cause -> how many no longer take part for it."""
    found = connection.execute("SELECT ended, count(*) FROM registration WHERE state = 'withdrawn' GROUP BY 1")
    return {str(cause): count for cause, count in found if cause is not None}


def _codes(known: dict[str, tuple[str, ...]], packed: str) -> tuple[str, ...]:
    codes = known.get(packed)
    if codes is None:
        codes = known[packed] = tuple(from_json(packed))
    return codes
