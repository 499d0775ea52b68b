"""Reading the register: one registration, filtered and ordered ids, pages of rows, counts. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fieldapp.store import drafts, matching, search
from fieldapp.store.db import Connection
from fieldapp.store.listed import listed
from fieldapp.store.rows import from_json, state_of_row, to_json
from sync.tables import Connection as AnyConnection

Order = Literal["id", "name", "submitted_at", "risk"]

#: SQL behind each order; every one ends with the id, so that two replicas list alike.
_ORDERS: Final[dict[str, str]] = {
    "id": "id",
    "name": "name_key, id",
    "submitted_at": "submitted_at, id",
    # What a supervisor should see first: broken rules, explained warnings, doubles, conflicts, then the longest wait.
    "risk": """error_count DESC, override_count DESC, duplicate_count + coalesce(pairs, 0) DESC, conflict_count DESC,
        submitted_at, id""",
}
#: What the order by risk reads beside the table itself: pairs that wait for a decision.
_PAIRS: Final = "LEFT JOIN (SELECT key AS pair_of, value AS pairs FROM json_each(:pairs)) ON pair_of = id"

_COLUMNS: Final = """registration.id, state, scope, name, nik, phone, birth_date, sex, categories, submitted_at,
    registered_by, device, edits, conflicts, errors, warnings, override_count, duplicate_count, within_quota,
    decision_code, decision_by, decision_ms, decision_reason, round, joined_to"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which registrations: each part that is given narrows the choice.

    `area` is a dotted code and holds everything below it; `approved_by` is the member whose slot an approval in force
    takes or waits for; `text` searches names, NIK digits and phones;
    `conflicting`, `duplicated` and `edited` keep only registrations with open conflicts, with a NIK that others have
    too, or changed after they were handed in.
    """

    states: Collection[str] | None = None
    area: str | None = None
    category: str | None = None
    registered_by: str | None = None
    approved_by: str | None = None
    text: str | None = None
    conflicting: bool = False
    duplicated: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One registration as lists show it. `scope` is its area, times in ms since 1970 UTC, `submitted_at` ISO text.

    `conflicts` names field groups, `errors` and `warnings` codes of rules; `round` counts from 1 and grows with every
    return; `joined_to` is the registration that stands for the person instead, where one does. The NIK is whole here:
    whoever shows it masks it.
    """

    id: str
    state: str
    scope: str
    name: str = field(repr=False)
    nik: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    birth_date: str | None = field(repr=False)
    sex: str | None
    categories: tuple[str, ...]
    submitted_at: str
    registered_by: str
    device: str
    edits: int
    conflicts: tuple[str, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    override_count: int
    duplicate_count: int
    within_quota: bool
    decision_code: str | None
    decision_by: str | None
    decision_ms: int | None
    decision_reason: str | None = field(repr=False)
    round: int
    joined_to: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the status line counts: a member's drafts and returned registrations, and the register's open work."""

    drafts: int
    returned: int
    conflicts: int
    pending: int
    by_state: dict[str, int]


def state_of(connection: Connection, registration: str) -> str | None:
    """The state of a registration, or None when there is none of this id."""
    row = connection.execute("SELECT state FROM registration WHERE id = ?", (registration,)).fetchone()
    return None if row is None else str(row[0])


def own_state_of(connection: Connection, registration: str) -> str | None:
    """The state of a registration as it would be if it were joined to no other; None when there is none of this id."""
    row = connection.execute(
        """SELECT decision_heads, conflict_count, error_count, duplicate_count, within_quota FROM registration
        WHERE id = ?""",
        (registration,),
    ).fetchone()
    if row is None:
        return None
    heads, conflicts, errors, duplicates, within_quota = row
    return state_of_row(
        heads,
        conflicts=conflicts,
        errors=errors,
        duplicates=duplicates,
        within_quota=bool(within_quota),
        is_joined=False,
    )


def get(connection: Connection, registration: str) -> Row | None:
    """One registration's row, or None."""
    found = rows(connection, [registration])
    return found[0] if found else None


def scopes(connection: Connection, registrations: Iterable[str]) -> dict[str, str]:
    """Registration -> its area."""
    return dict(listed(connection, "SELECT id, scope FROM registration WHERE id IN ({})", registrations))


def values_of(connection: Connection, registration: str) -> dict[str, Any] | None:
    """The folded answers of a registration, or None."""
    row = connection.execute(
        "SELECT values_json FROM registration_values WHERE rid = (SELECT rid FROM registration WHERE id = ?)",
        (registration,),
    ).fetchone()
    return None if row is None else from_json(row[0])


def newest_by(connection: Connection, member: str) -> tuple[int, dict[str, Any]] | None:
    """When a member's newest live registration last changed (ms since 1970 UTC), and its answers; or None."""
    row = connection.execute(
        """SELECT changed_ms, values_json FROM registration JOIN registration_values USING (rid)
        WHERE rid = (SELECT rid FROM registration WHERE registered_by = ? AND live = 1
            ORDER BY submitted_at DESC, id DESC LIMIT 1)""",
        (member,),
    ).fetchone()
    return None if row is None else (int(row[0]), from_json(row[1]))


def ids(connection: Connection, wanted: Filter | None = None, order: Order = "id") -> list[str]:
    """Ids of all registrations that `wanted` keeps, in order: what a virtual list of any length holds."""
    where, arguments = _where(wanted or Filter())
    beside = ""
    if order == "risk":
        beside, arguments["pairs"] = _PAIRS, to_json(matching.waiting_pairs(connection))
    statement = " ".join(["SELECT id FROM registration", beside, where, "ORDER BY", _ORDERS[order]])
    return [row[0] for row in connection.execute(statement, arguments)]


def rows(connection: Connection, wanted_ids: Sequence[str]) -> list[Row]:
    """The rows of these registrations in the order asked; ids that are none are left out."""
    statement = " ".join(
        [
            "SELECT",
            _COLUMNS,
            "FROM json_each(?) AS wanted CROSS JOIN registration ON registration.id = wanted.value ORDER BY wanted.key",
        ]
    )
    return [_row(row) for row in connection.execute(statement, (to_json(wanted_ids),))]


def page(connection: Connection, wanted: Filter | None = None, *, after: str = "", limit: int = 500) -> list[Row]:
    """At most `limit` rows by id, beginning behind the id `after`, so that the last page costs what the first does."""
    where, arguments = _where(wanted or Filter(), "id > :after")
    statement = " ".join(["SELECT", _COLUMNS, "FROM registration", where, "ORDER BY id LIMIT :limit"])
    found = connection.execute(statement, {**arguments, "after": after, "limit": limit})
    return [_row(row) for row in found]


def with_values(connection: Connection, wanted: Filter | None = None) -> Iterator[tuple[Any, ...]]:
    """(id, state, scope, registered_by, nik, folded answers as JSON) of all registrations that `wanted` keeps, by id;
    read as they are taken, within the caller's transaction."""
    where, arguments = _where(wanted or Filter())
    statement = " ".join(
        [
            "SELECT id, state, scope, registered_by, nik, values_json",
            "FROM registration JOIN registration_values USING (rid)",
            where,
            "ORDER BY id",
        ]
    )
    yield from connection.execute(statement, arguments)


def count(connection: Connection, wanted: Filter | None = None) -> int:
    """How many registrations `wanted` keeps."""
    where, arguments = _where(wanted or Filter())
    return int(connection.execute(" ".join(["SELECT count(*) FROM registration", where]), arguments).fetchone()[0])


def counts(connection: Connection, member: str, pending: Collection[str]) -> Counts:
    """Counts for the status line; `pending` are the states that wait for a supervisor."""
    by_state = dict(connection.execute("SELECT state, count(*) FROM registration GROUP BY state"))
    returned = count(connection, Filter(states=["returned"], registered_by=member))
    return Counts(
        drafts=drafts.count(connection, member),
        returned=returned,
        conflicts=count(connection, Filter(conflicting=True)),
        pending=sum(by_state.get(state, 0) for state in pending),
        by_state=by_state,
    )


def nik_owner(connection: Connection, nik: str, *, besides: str | None = None) -> str | None:
    """The id of a live registration with this NIK other than `besides`, the oldest id first, or None."""
    row = connection.execute(
        "SELECT min(id) FROM registration WHERE nik = ?1 AND live = 1 AND (?2 IS NULL OR id <> ?2)", (nik, besides)
    ).fetchone()
    return None if row[0] is None else str(row[0])


def phone_count(connection: Connection, phone: str, *, besides: str | None = None) -> int:
    """How many live registrations other than `besides` give this phone number (E.164)."""
    row = connection.execute(
        "SELECT count(*) FROM registration WHERE phone = ?1 AND live = 1 AND (?2 IS NULL OR id <> ?2)",
        (phone, besides),
    ).fetchone()
    return int(row[0])


def same_nik(connection: Connection, registration: str) -> list[str]:
    """Ids of the other live registrations with the NIK of this one."""
    found = connection.execute(
        """SELECT other.id FROM registration AS this JOIN registration AS other ON other.nik = this.nik
        WHERE this.id = ? AND other.live = 1 AND other.id <> this.id ORDER BY other.id""",
        (registration,),
    )
    return [row[0] for row in found]


def duplicated_among(connection: Connection, registrations: Iterable[str]) -> list[str]:
    """Those of the registrations whose NIK another live one has too."""
    found = connection.execute(
        """SELECT registration.id FROM json_each(?) AS wanted CROSS JOIN registration ON registration.id = wanted.value
        WHERE duplicate_count > 0 ORDER BY registration.id""",
        (to_json(sorted(registrations)),),
    )
    return [row[0] for row in found]


def records_of(connection: AnyConnection, type: str) -> list[tuple[str, dict[str, Any]]]:
    """(id, values) of every record of another type (lease, receipt, ...) that was not taken back, by id."""
    found = connection.execute(
        "SELECT id, values_json FROM other_record WHERE type = ? AND void = 0 ORDER BY id", (type,)
    )
    return [(row[0], from_json(row[1])) for row in found]


def programme_fields(connection: AnyConnection) -> dict[str, Any] | None:
    """The settings that the programme's record holds, or None before one has arrived.

    Should there be several, the oldest id counts: every replica chooses the same.
    """
    records = records_of(connection, "programme")
    return records[0][1] if records else None


def _where(wanted: Filter, *clauses: str) -> tuple[str, dict[str, Any]]:
    parts, arguments = list(clauses), dict[str, Any]()
    if wanted.states is not None:
        parts.append("state IN (SELECT value FROM json_each(:states))")
        arguments["states"] = to_json(sorted(wanted.states))
    if wanted.area is not None and wanted.area != "*":
        # "/" is the character after ".", so the range holds exactly the codes below the area.
        parts.append("(scope = :area OR (scope > :area || '.' AND scope < :area || '/'))")
        arguments["area"] = wanted.area
    if wanted.category is not None:
        parts.append("instr(categories, :category) > 0")
        arguments["category"] = to_json(wanted.category)
    if wanted.registered_by is not None:
        parts.append("registered_by = :registered_by")
        arguments["registered_by"] = wanted.registered_by
    if wanted.approved_by is not None:
        parts.append("approval_by = :approved_by")
        arguments["approved_by"] = wanted.approved_by
    if wanted.text is not None and wanted.text.strip():
        expression = search.expression(wanted.text)
        parts.append("rid IN (SELECT rowid FROM search WHERE search MATCH :text)" if expression else "0")
        arguments["text"] = expression
    if wanted.conflicting:
        parts.append("conflict_count > 0")
    if wanted.duplicated:
        parts.append("duplicate_count > 0")
    if wanted.edited:
        parts.append("edits > 0")
    return ("WHERE " + " AND ".join(parts) if parts else ""), arguments


def _row(row: tuple[Any, ...]) -> Row:
    values = list(row)
    for place in (8, 13, 14, 15):
        values[place] = tuple(from_json(values[place]))
    values[18] = bool(values[18])
    return Row(*values)
