"""Reading the register: one registration, filtered and ordered ids, pages of rows, counts. Reads only."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from fieldapp.domain.review import STATES
from fieldapp.domain.risk import bit
from fieldapp.store import drafts, open_pairs, search
from fieldapp.store.db import Connection
from fieldapp.store.disputed import DISPUTED
from fieldapp.store.listed import listed
from fieldapp.store.risk import RISK
from fieldapp.store.risk import numbers as by_risk
from fieldapp.store.rows import from_json, state_of_row, to_json
from sync.tables import Connection as AnyConnection

Order = Literal["id", "name", "submitted_at", "area", "state", "risk"]

#: A state's place on the road of a registration, for the order by state.
_STATE_PLACE: Final = "".join(
    ["CASE state ", *(f"WHEN '{state}' THEN {place} " for place, state in enumerate(STATES)), "ELSE 99 END"]
)
#: SQL behind each order, (term, whether it descends); each ends with the id, so that two replicas list alike.
_ORDERS: Final[dict[str, tuple[tuple[str, bool], ...]]] = {
    "id": (("id", False),),
    "name": (("name_key", False), ("id", False)),
    "submitted_at": (("submitted_at", False), ("id", False)),
    "area": (("scope", False), ("name_key", False), ("id", False)),
    "state": ((_STATE_PLACE, False), ("name_key", False), ("id", False)),
}
#: Hits of a search up to which each is looked up by its number; more of them are found along the index of lists.
_FEW_HITS: Final = 3000

_COLUMNS: Final = f"""registration.rid, registration.id, state, scope, name, nik, phone, birth_date, sex, categories,
    submitted_at, registered_by, device, edits, conflicts, errors, warnings, override_count, duplicate_count,
    within_quota,
    decision_code, decision_by, decision_ms, decision_reason, round, joined_to, live, seconds, assigned_to, due, ended,
    ended_on, endorsed_by, {RISK} AS risk"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which registrations: each part that is given narrows the choice.

    `area` is a dotted code and holds everything below it; `approved_by` is the member whose slot an approval in force
    takes or waits for; `text` searches names, NIK digits and phones;
    `conflicting`, `duplicated` and `edited` keep only registrations with open conflicts, with a NIK that others have
    too, or changed after they were handed in; `endorsed` those that one member has endorsed as they are; `disputed`
    those that stand for somebody and have open conflicts, unlike decisions, or a change beside a void; `explained` and
    `faulty` those with warnings that somebody gave a reason for, and with broken rules; `alike` those that are like
    another one, by their NIK or by a pair that waits; `ids` only these.
    """

    states: Collection[str] | None = None
    area: str | None = None
    category: str | None = None
    registered_by: str | None = None
    approved_by: str | None = None
    text: str | None = None
    conflicting: bool = False
    disputed: bool = False
    duplicated: bool = False
    edited: bool = False
    explained: bool = False
    faulty: bool = False
    alike: bool = False
    endorsed: bool = False
    ids: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One registration as lists show it. `number` is that of its row, `scope` its area, times in ms since 1970 UTC,
    `submitted_at` ISO text.

    `conflicts` names field groups, `errors` and `warnings` codes of rules; `round` counts from 1 and grows with every
    return; `joined_to` is the registration that stands for the person instead, where one does; `is_live`: it
    stands for somebody. `seconds` were spent on the form; `assigned_to` is the member who has to put it right, `due`
    the ISO date by which a return in force asks for it; `ended` why somebody no longer takes part (`review.ENDINGS`)
    and `ended_on` since when; `endorsed_by` the member who endorsed it as it is, for a second one to approve; `risk`
    the reasons for a closer look that the entries give (`domain.risk`). The NIK is whole here: whoever shows it masks
    it.
    """

    number: int
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
    is_live: bool
    seconds: int | None
    assigned_to: str | None
    due: str | None
    ended: str | None
    ended_on: str | None
    endorsed_by: str | None
    risk: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What the status line counts: a member's drafts, and the register's open work."""

    drafts: int
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


def values_text(connection: Connection, registrations: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(id, folded answers as JSON) of these registrations."""
    statement = "SELECT id, values_json FROM registration JOIN registration_values USING (rid) WHERE id IN ({})"
    yield from listed(connection, statement, registrations)


def newest_by(connection: Connection, member: str) -> tuple[int, dict[str, Any]] | None:
    """When a member's newest live registration last changed (ms since 1970 UTC), and its answers; or None."""
    row = connection.execute(
        """SELECT changed_ms, values_json FROM registration JOIN registration_values USING (rid)
        WHERE rid = (SELECT rid FROM registration WHERE registered_by = ? AND live = 1
            ORDER BY submitted_at DESC, id DESC LIMIT 1)""",
        (member,),
    ).fetchone()
    return None if row is None else (int(row[0]), from_json(row[1]))


def ids(
    connection: Connection,
    wanted: Filter | None = None,
    order: Order = "id",
    *,
    beside: Mapping[int, int] | None = None,
    flagged: Collection[str] = (),
) -> list[str]:
    """Ids of all registrations that `wanted` keeps, in order; `beside` and `flagged` as in `numbers`."""
    if order == "risk":
        return ids_at(connection, numbers(connection, wanted, order, beside=beside, flagged=flagged))
    inner, arguments = _ordered(connection, wanted or Filter(), order)
    return [row[0] for row in connection.execute(f"SELECT id FROM ({inner})", arguments)]  # noqa: S608 - our words


def numbers(
    connection: Connection,
    wanted: Filter | None = None,
    order: Order = "name",
    *,
    reverse: bool = False,
    limit: int | None = None,
    beside: Mapping[int, int] | None = None,
    flagged: Collection[str] = (),
) -> array[int]:
    """Row numbers of what `wanted` keeps, in order: what a list of any length holds, eight bytes each.

    A number stays a registration's own while the store is open for reading it; `rebuild` gives out new ones. `beside`
    and `flagged` are what the order by risk reads (`risk.numbers`); the pairs that wait, where `beside` is not given.
    """
    wanted = wanted or Filter()
    if order == "risk":
        if beside is None:
            beside = dict.fromkeys(open_pairs.waiting(connection), bit("near_duplicates"))
        found = by_risk(connection, wanted.states, beside=beside, flagged=flagged)
        if replace(wanted, states=None) != Filter():
            kept = set(numbers(connection, wanted))
            found = array("q", (number for number in found if number in kept))
        if reverse:
            found.reverse()
        return found[:limit]
    inner, arguments = _ordered(connection, wanted, order, reverse=reverse)
    most = "" if limit is None else f"LIMIT {limit:d}"
    # One text for all of them, made while other threads may run: a row each would hold them up for as long.
    text = connection.execute(f"SELECT group_concat(rid) FROM ({inner} {most})", arguments).fetchone()[0]  # noqa: S608
    return array("q", map(int, text.split(","))) if text else array("q")


def _ordered(
    connection: Connection, wanted: Filter, order: Order, *, reverse: bool = False
) -> tuple[str, dict[str, Any]]:
    """A query of (rid, id) in order, and its arguments."""
    arguments = dict[str, Any]()
    # Neither statistics nor luck decides: along this index no page of the wide table is read.
    by_id = order == "id" and wanted == Filter()
    source = "registration" if by_id else "registration INDEXED BY registration_listed"
    parts = list[str]()
    if wanted.disputed:
        # A handful in any register: each is looked up by its number.
        source = f"(SELECT rid AS hit FROM ({DISPUTED})) CROSS JOIN registration ON rid = hit"  # noqa: S608
    if wanted.text is not None and wanted.text.strip():
        hits = _hits(connection, wanted.text)
        arguments["hits"] = f"[{hits}]"
        if hits.count(",") < _FEW_HITS and not wanted.disputed:
            source = "(SELECT value AS hit FROM json_each(:hits)) CROSS JOIN registration ON rid = hit"
        else:
            parts.append("rid IN (SELECT value FROM json_each(:hits))")
    where, more = _where(replace(wanted, text=None, disputed=False), *parts)
    if wanted.alike:
        more["alike"] = to_json(sorted(open_pairs.waiting(connection)))
    terms = ", ".join(f"{term} {'DESC' if descends != reverse else 'ASC'}" for term, descends in _ORDERS[order])
    return f"SELECT rid, id FROM {source} {where} ORDER BY {terms}", {**arguments, **more}  # noqa: S608 - our words


def _hits(connection: Connection, text: str) -> str:
    """Row numbers of what a person typed, as JSON without its brackets."""
    expression = search.expression(text)
    if expression is None:
        return ""
    statement = "SELECT group_concat(rowid) FROM search WHERE search MATCH ?"
    return str(connection.execute(statement, (expression,)).fetchone()[0] or "")


def ids_at(connection: Connection, wanted: Sequence[int]) -> list[str]:
    """The ids of registrations by their row numbers, in the order asked."""
    return [
        row[0]
        for row in connection.execute(
            """SELECT registration.id FROM json_each(?) AS wanted CROSS JOIN registration
            ON registration.rid = wanted.value ORDER BY wanted.key""",
            (to_json(list(wanted)),),
        )
    ]


def all_numbers(connection: Connection) -> list[int]:
    """The row number of every registration."""
    return [row[0] for row in connection.execute("SELECT rid FROM registration")]


def numbers_of(connection: Connection, registrations: Iterable[str]) -> dict[str, int]:
    """Registration -> its row number, for those that are there."""
    return dict(listed(connection, "SELECT id, rid FROM registration WHERE id IN ({})", registrations))


def rows(connection: Connection, wanted_ids: Sequence[str]) -> list[Row]:
    """The rows of these registrations in the order asked; ids that are none are left out."""
    return _rows(connection, "registration.id", wanted_ids)


def rows_at(connection: Connection, wanted: Sequence[int]) -> list[Row]:
    """The rows of registrations by their row numbers, in the order asked; numbers that are none are left out."""
    return _rows(connection, "registration.rid", wanted)


def _rows(connection: Connection, key: str, wanted: Sequence[str | int]) -> list[Row]:
    statement = " ".join(
        [
            "SELECT",
            _COLUMNS,
            f"FROM json_each(?) AS wanted CROSS JOIN registration ON {key} = wanted.value ORDER BY wanted.key",
        ]
    )
    return [_row(row) for row in connection.execute(statement, (to_json(list(wanted)),))]


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


def counted(connection: Connection, column: Literal["scope", "registered_by"]) -> list[tuple[str, int]]:
    """(value, how many registrations) of a column."""
    statement = f"SELECT {column}, count(*) FROM registration INDEXED BY registration_listed GROUP BY {column}"  # noqa: S608
    return connection.execute(statement).fetchall()


def count(connection: Connection, wanted: Filter | None = None) -> int:
    """How many registrations `wanted` keeps."""
    where, arguments = _where(wanted or Filter())
    return int(connection.execute(" ".join(["SELECT count(*) FROM registration", where]), arguments).fetchone()[0])


def counts(connection: Connection, member: str, pending: Collection[str]) -> Counts:
    """Counts for the status line; `pending` are the states that wait for a supervisor."""
    by_state = dict(connection.execute("SELECT state, count(*) FROM registration GROUP BY state"))
    return Counts(
        drafts=drafts.count(connection, member),
        conflicts=count(connection, Filter(disputed=True)),
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
    if wanted.disputed:
        parts.append(f"rid IN ({DISPUTED})")
    if wanted.duplicated:
        parts.append("duplicate_count > 0")
    if wanted.edited:
        parts.append("edits > 0")
    if wanted.ids is not None:
        parts.append("registration.id IN (SELECT value FROM json_each(:ids))")
        arguments["ids"] = to_json(sorted(wanted.ids))
    if wanted.endorsed:
        parts.append("rid IN (SELECT rid FROM registration WHERE endorsed_by IS NOT NULL)")
    if wanted.explained:
        parts.append("override_count > 0")
    if wanted.faulty:
        parts.append("error_count > 0")
    if wanted.alike:
        parts.append("(duplicate_count > 0 OR rid IN (SELECT value FROM json_each(:alike)))")
    return ("WHERE " + " AND ".join(parts) if parts else ""), arguments


def _row(row: tuple[Any, ...]) -> Row:
    values = list(row)
    for place in (9, 14, 15, 16):
        values[place] = tuple(from_json(values[place]))
    for place in (19, 26):
        values[place] = bool(values[place])
    return Row(*values)
