"""Whose work a registration is: what was sent back or given to somebody, found without looking at any other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from fieldapp.domain.review import PENDING_STATES
from fieldapp.store.db import Connection
from fieldapp.store.rows import to_json

SUCCESSOR: Final = "successor"
"""Field of a revocation: the invitation of whoever goes on with the member's work."""

REPLACED: Final = "invitation"
"""Field of a revocation beside it: the invitation by which the member had joined. A laptop that never met the member
knows it by this alone, where it stands for one that was replaced before."""

#: States in which somebody may still have to put a registration right.
OPEN_STATES: Final = PENDING_STATES | {"returned"}

#: The words of the index, without which SQLite would not take it.
_SENT_BACK: Final = """registration INDEXED BY registration_sent_back
    WHERE (round > 1 OR assigned_to IS NOT NULL) AND state IN (SELECT value FROM json_each(:states))"""


class Out(NamedTuple):
    """A registration that somebody has to put right, or has just put right.

    `worker` is the member or the invitation that it was given to, or the member who registered it; `due` an ISO date or
    None; `since_ms` the decision in force, in ms since 1970 UTC, or None.
    """

    number: int
    id: str
    scope: str
    state: str
    worker: str
    due: str | None
    since_ms: int | None


def returned_of(connection: Connection, workers: Collection[str], today: str) -> tuple[int, int]:
    """How many returned registrations are the work of these members or invitations, and how many are overdue on
    `today`, an ISO date."""
    row = connection.execute(
        f"""SELECT count(*), coalesce(sum(due < :today), 0) FROM {_SENT_BACK}
        AND coalesce(assigned_to, registered_by) IN (SELECT value FROM json_each(:workers))""",  # noqa: S608
        {"states": '["returned"]', "workers": to_json(sorted(workers)), "today": today},
    ).fetchone()
    return int(row[0]), int(row[1])


def work_of(connection: Connection, workers: Iterable[str]) -> list[str]:
    """Ids of what was sent back or given to these members or invitations, and is still open, by id."""
    found = connection.execute(
        f"""SELECT id FROM {_SENT_BACK}
        AND coalesce(assigned_to, registered_by) IN (SELECT value FROM json_each(:workers)) ORDER BY id""",  # noqa: S608
        {"states": to_json(sorted(OPEN_STATES)), "workers": to_json(sorted(workers))},
    )
    return [row[0] for row in found]


def given_away(connection: Connection, workers: Collection[str] | None) -> list[str]:
    """Ids of what was given to somebody and is open, by id; of these members' registrations only, unless None."""
    found = connection.execute(
        f"""SELECT id FROM {_SENT_BACK} AND assigned_to IS NOT NULL
        AND (:workers IS NULL OR registered_by IN (SELECT value FROM json_each(:workers))) ORDER BY id""",  # noqa: S608
        {"states": to_json(sorted(OPEN_STATES)), "workers": None if workers is None else to_json(sorted(workers))},
    )
    return [row[0] for row in found]


def all_open(connection: Connection, workers: Iterable[str]) -> list[str]:
    """Ids of everything of these members or invitations that nobody has finally decided yet, by id."""
    found = connection.execute(
        """SELECT id FROM registration WHERE state IN (SELECT value FROM json_each(:states))
        AND coalesce(assigned_to, registered_by) IN (SELECT value FROM json_each(:workers)) ORDER BY id""",
        {"states": to_json(sorted(OPEN_STATES)), "workers": to_json(sorted(workers))},
    )
    return [row[0] for row in found]


def out(connection: Connection, areas: Iterable[str]) -> list[Out]:
    """Everything in these areas that was returned or given to somebody and is not decided yet, in no order."""
    where, arguments = _within(areas)
    found = connection.execute(
        f"""SELECT rid, id, scope, state, coalesce(assigned_to, registered_by), due, decision_ms FROM {_SENT_BACK}
        AND (decision_code = 'return' OR assigned_to IS NOT NULL) AND {where}""",  # noqa: S608
        {**arguments, "states": to_json(sorted(OPEN_STATES))},
    )
    return [Out(*row) for row in found]


def out_counts(connection: Connection, areas: Iterable[str], besides: Collection[str], today: str) -> tuple[int, int]:
    """How many returned registrations of these areas are the work of others than `besides`, and how many of them are
    overdue on `today`, an ISO date."""
    where, arguments = _within(areas)
    row = connection.execute(
        f"""SELECT count(*), coalesce(sum(due < :today), 0) FROM {_SENT_BACK} AND {where}
        AND coalesce(assigned_to, registered_by) NOT IN (SELECT value FROM json_each(:besides))""",  # noqa: S608
        {**arguments, "states": '["returned"]', "besides": to_json(sorted(besides)), "today": today},
    ).fetchone()
    return int(row[0]), int(row[1])


def _within(areas: Iterable[str]) -> tuple[str, dict[str, str]]:
    """A condition for lying in one of these areas, and its arguments."""
    parts, arguments = list[str](), dict[str, str]()
    for place, area in enumerate(areas):
        if area == "*":
            return "1", {}
        # "/" is the character after ".", so the range holds exactly the codes below the area.
        parts.append(f"scope = :a{place:d} OR (scope > :a{place:d} || '.' AND scope < :a{place:d} || '/')")
        arguments[f"a{place:d}"] = area
    return f"({' OR '.join(parts) or '0'})", arguments


def successors(connection: Connection) -> dict[str, str]:
    """Member, and the invitation by which the member had joined -> the invitation of whoever goes on with the work;
    the latest word where there are several."""
    found = connection.execute(
        f"""SELECT values_json ->> '$.member', values_json ->> '$.{REPLACED}', values_json ->> '$.{SUCCESSOR}'
        FROM other_record WHERE type = 'revocation' AND void = 0 AND json_type(values_json, '$.member') = 'text'
            AND json_type(values_json, '$.{SUCCESSOR}') = 'text' ORDER BY at_ms, id"""  # noqa: S608
    )
    return {str(old): str(invitation) for *both, invitation in found for old in both if old is not None}


def revocations_of(connection: Connection, member: str) -> list[str]:
    """Ids of the revocations of a member that count, the latest last."""
    found = connection.execute(
        """SELECT id FROM other_record WHERE type = 'revocation' AND void = 0 AND values_json ->> '$.member' = ?
        ORDER BY at_ms, id""",
        (member,),
    )
    return [row[0] for row in found]
