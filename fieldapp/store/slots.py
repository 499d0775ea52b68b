"""What the journal says of slots: leases and settings with the time of each change, and approvals that have ended.

Both are kept for the replay of `domain.waiting`, which a line needs where the best and not the first moves up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quota import Allocation
from fieldapp.domain.waiting import LeaseChange, Moment, SettingChange, Turn, has_ever_had_priority, replay
from fieldapp.store.listed import listed
from fieldapp.store.rows import from_json, to_json
from sync.entry import DECISION, SETTING_KINDS, Stored
from sync.fold import Record
from sync.members import Membership
from sync.tables import Connection

LEASE: Final = "lease"
PROGRAMME: Final = "programme"

#: What `fingerprint` and `contents` of a store read of these tables.
CONTENTS: Final = {
    "slot_past": """SELECT registration, decider, ms, counter, entry, until_ms, until_counter, until_entry, categories,
        held FROM slot_past ORDER BY entry""",
    "slot_change": "SELECT entry, record, type, ms, counter, values_json FROM slot_change ORDER BY entry",
}
CLEAR: Final = ("DELETE FROM slot_past", "DELETE FROM slot_change")
#: Deletes what is kept of records, by their ids.
DELETE_BY_ID: Final = (
    "DELETE FROM slot_past WHERE registration IN ({})",
    "DELETE FROM slot_change WHERE record IN ({})",
)
_INTO_PAST: Final = """INSERT INTO slot_past (registration, decider, ms, counter, entry, until_ms, until_counter,
    until_entry, categories, held) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
#: Fields of a changed record that count for slots.
_COUNTING: Final = {
    LEASE: ("slots", "member", "invitation"),
    PROGRAMME: ("quota", "waiting_order", "categories"),
}
#: Entries without which nothing can have ended: the beginning, an approval, and what ended it.
_FEWEST: Final = 3


def put_past(
    connection: Connection,
    records: Iterable[tuple[Record, str | None]],
    counts: Callable[[Record, str], bool] = lambda record, entry: True,
) -> None:
    """Keep the approvals of these registrations that have ended; each with the entry of its approval in force.

    What was kept of them before must be gone. `counts`: whether an approval (an entry's id) is one, as the programme
    asks now.
    """
    rows = [
        row for record, approval in records if len(record.history) >= _FEWEST for row in _past(record, approval, counts)
    ]
    connection.executemany(_INTO_PAST, rows)


def _past(record: Record, approval: str | None, counts: Callable[[Record, str], bool]) -> list[tuple[Any, ...]]:
    """An approval ends with the next thing that is decided about the person or changed in the answers."""
    rows = []
    going: tuple[Stored, object] | None = None
    categories: object = []
    for stored in record.history:
        entry = stored.entry
        kind = entry.k
        is_approval = kind == "decide" and entry.f.get("decision") == "approve" and counts(record, stored.id)
        if kind in SETTING_KINDS:
            categories = entry.f.get("categories", categories)
        elif kind not in ("decide", "void"):
            continue
        if going is not None and (not is_approval or going[0].id in entry.b.get(DECISION, ())):
            if going[0].id != approval:
                rows.append(_past_row(record.id, *going, stored))
            going = None
        if is_approval and going is None:
            going = (stored, categories)
    return rows


def _past_row(registration: str, approval: Stored, categories: object, end: Stored) -> tuple[Any, ...]:
    start, until = approval.entry, end.entry
    held = until.k == "decide" and until.f.get("held") is True
    return (
        registration,
        start.au,
        *start.t,
        approval.id,
        *until.t,
        end.id,
        to_json(_codes(categories)),
        int(held),
    )


def _codes(value: object) -> list[str]:
    return [code for code in value if isinstance(code, str)] if isinstance(value, list) else []


def put_change(connection: Connection, record: Record) -> None:
    """Keep since when a lease or the programme is as it is, and how it was before."""
    said: dict[str, Any] = {}
    rows = []
    for stored in record.history:
        entry = stored.entry
        if entry.k == "void":
            said = {**said, "slots": 0}
        elif entry.k in SETTING_KINDS:
            said = {**said, **{name: entry.f[name] for name in _COUNTING[record.type] if name in entry.f}}
        else:
            continue
        rows.append((stored.id, record.id, record.type, *entry.t, to_json(said)))
    connection.executemany(
        "INSERT INTO slot_change (entry, record, type, ms, counter, values_json) VALUES (?, ?, ?, ?, ?, ?)", rows
    )


def holders_of(membership: Membership | None) -> dict[str, str]:
    """Invitation -> the member who holds it."""
    holders: dict[str, str] = {}
    for known in membership.all() if membership else ():
        # Two claims of one invitation: the earlier one holds it.
        if membership and membership.code_of(known.id) != "invitation_used":
            holders[known.invitation] = known.id
    return holders


class Lease(NamedTuple):
    """A lease in force; `holder` is None while nobody has joined by the invitation that it names."""

    id: str
    holder: str | None
    slots: int


def lease_records(connection: Connection, membership: Membership | None) -> list[Lease]:
    """Every lease that gives slots, by id."""
    holders = holders_of(membership)
    rows = connection.execute("SELECT id, member, invitation, slots FROM lease ORDER BY id")
    return [Lease(one, member or holders.get(invitation), slots) for one, member, invitation, slots in rows.fetchall()]


def leases(connection: Connection, membership: Membership | None) -> dict[str, int]:
    """Member id -> slots leased, with leases that name an invitation counted for whoever holds it."""
    slots: dict[str, int] = {}
    for lease in lease_records(connection, membership):
        if lease.holder is not None:
            slots[lease.holder] = slots.get(lease.holder, 0) + lease.slots
    return slots


def lease_changes(connection: Connection, holders: Mapping[str, str]) -> list[LeaseChange]:
    """Every change of a lease that somebody holds."""
    found = []
    for entry, record, ms, counter, values in _changes(connection, LEASE):
        member, invitation, slots = values.get("member"), values.get("invitation"), values.get("slots")
        holder = member if isinstance(member, str) else holders.get(invitation) if isinstance(invitation, str) else None
        if holder is not None:
            count = slots if isinstance(slots, int) and slots > 0 else 0
            found.append(LeaseChange(Moment(ms, counter, entry), record, holder, count))
    return found


def setting_changes(connection: Connection) -> list[SettingChange]:
    """Every change of the programme's settings of allocation; of several programmes' records the oldest id counts."""
    rows = _changes(connection, PROGRAMME)
    first = min((record for _, record, *_ in rows), default=None)
    found = []
    for entry, record, ms, counter, values in rows:
        if record == first:
            read = ProgrammeSettings.from_fields(values)
            found.append(SettingChange(Moment(ms, counter, entry), read.quota, read.waiting_order, read.categories))
    return found


def _changes(connection: Connection, type: str) -> list[tuple[str, str, int, int, dict[str, Any]]]:
    found = connection.execute(
        "SELECT entry, record, ms, counter, values_json FROM slot_change WHERE type = ?", (type,)
    )
    return [(entry, record, ms, counter, from_json(values)) for entry, record, ms, counter, values in found.fetchall()]


def priority_changes(connection: Connection, settings: ProgrammeSettings) -> list[SettingChange] | None:
    """The changes of the settings where the best who wait move up first, or ever did; None where they never did."""
    changes = setting_changes(connection)
    return changes if has_ever_had_priority(changes, settings) else None


def turns(connection: Connection, deciders: Sequence[str]) -> list[Turn]:
    """Every approval by these members, in force or ended. Of who gives way to another registration of the same person
    nothing counts: the person's slot is a matter of the other one."""
    in_force = listed(
        connection,
        """SELECT id, approval_by, approval_ms, approval_counter, approval_entry, categories FROM registration
        WHERE approval_by IN ({}) AND joined_to IS NULL""",
        deciders,
    )
    found = [
        Turn(Moment(ms, counter, entry), one, decider, _CODES[categories])
        for one, decider, ms, counter, entry, categories in in_force
    ]
    ended = listed(
        connection,
        """SELECT p.registration, p.decider, p.ms, p.counter, p.entry, p.categories, p.until_ms, p.until_counter,
            p.until_entry
        FROM slot_past AS p JOIN registration AS r ON r.id = p.registration
        WHERE p.decider IN ({}) AND r.joined_to IS NULL""",
        deciders,
    )
    found += [
        Turn(Moment(ms, counter, entry), one, decider, _CODES[categories], Moment(*until))
        for one, decider, ms, counter, entry, categories, *until in ended
    ]
    return found


def replayed(
    connection: Connection,
    settings: ProgrammeSettings,
    leases: Mapping[str, int],
    deciders: Sequence[str],
    changes: Sequence[LeaseChange | SettingChange],
) -> Allocation:
    """Who holds a slot of these deciders and who waits, by going through all that ever happened to their slots."""
    wanted = set(deciders)
    own = [change for change in changes if isinstance(change, SettingChange) or change.decider in wanted]
    return replay(settings, leases, turns(connection, deciders), own)


class _Codes(dict[str, tuple[str, ...]]):
    """Few combinations of categories stand in many rows: each is read once. A laptop keeps them as JSON, the hub with
    commas between them."""

    def __missing__(self, packed: str) -> tuple[str, ...]:
        found = from_json(packed) if packed.startswith("[") else packed.split(",")
        codes = tuple(code for code in found if isinstance(code, str) and code)
        if len(self) < _MOST_CODES:
            self[packed] = codes
        return codes


_MOST_CODES: Final = 1000
_CODES: Final = _Codes()
