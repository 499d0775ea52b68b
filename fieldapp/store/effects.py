"""What registrations do to each other: equal NIKs and slots of the quota, worked out anew where something changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quota import Approval, allocate
from fieldapp.domain.waiting import LeaseChange, SettingChange
from fieldapp.store import slots
from fieldapp.store.listed import listed
from fieldapp.store.rows import state_of_row
from sync.tables import Connection

_LAST_MS: Final = 2**63 - 1


class Leased(NamedTuple):
    """What is leased now: member -> slots, and who holds which invitation."""

    slots: Mapping[str, int]
    holders: Mapping[str, str]


#: Value of within_quota -> the statement that gives it to the approvals on its side of the first that waits.
_MOVE: Final = {
    1: """UPDATE registration SET within_quota = ? WHERE approval_by = ? AND joined_to IS NULL AND within_quota = 0
        AND (approval_ms, approval_counter, approval_entry) < (?, ?, ?) RETURNING rid""",
    0: """UPDATE registration SET within_quota = ? WHERE approval_by = ? AND joined_to IS NULL AND within_quota = 1
        AND (approval_ms, approval_counter, approval_entry) >= (?, ?, ?) RETURNING rid""",
}


@dataclass(slots=True)
class Touched:
    """What a projection changed that others may feel.

    `niks` and `deciders` of rows before and after, `rids` whose state must be looked at again for another reason,
    `ids` of records that were written or removed, `pairs` that somebody said something else about, `lives`: row
    numbers of registrations that began or ceased to stand for their person, their answers unchanged; `leases` and
    `settings` when any of them changed.
    """

    niks: set[str] = field(default_factory=set)
    deciders: set[str] = field(default_factory=set)
    rids: set[int] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    lives: set[int] = field(default_factory=set)
    leases: bool = False
    settings: bool = False

    def registration(self, nik: str | None, approval_by: str | None) -> None:
        """Note a registration's NIK and the member whose slot its approval takes, before or after a change."""
        if nik is not None:
            self.niks.add(nik)
        if approval_by is not None:
            self.deciders.add(approval_by)


def settle(
    connection: Connection,
    touched: Touched,
    settings: ProgrammeSettings,
    leased: Callable[[], Leased],
) -> None:
    """Bring duplicate counts, slots and the states that follow from them up to date."""
    rids = touched.rids | _recount_duplicates(connection, touched.niks)
    if touched.deciders or touched.leases or touched.settings:
        everyone = touched.leases or touched.settings
        rids |= _reallocate(connection, None if everyone else touched.deciders, settings, leased())
    _restate(connection, rids)


def _recount_duplicates(connection: Connection, niks: Iterable[str]) -> set[int]:
    """Count, on every live registration of these NIKs, the others with the same one; the rows that changed."""
    known: dict[str, list[tuple[int, int]]] = {}
    for nik, rid, count in listed(
        connection,
        "SELECT nik, rid, duplicate_count FROM registration WHERE nik IN ({}) AND live = 1",
        sorted(niks),
    ):
        known.setdefault(nik, []).append((rid, count))
    changed = [(len(same) - 1, rid) for same in known.values() for rid, count in same if count != len(same) - 1]
    connection.executemany("UPDATE registration SET duplicate_count = ? WHERE rid = ?", changed)
    return {rid for _, rid in changed}


def _reallocate(
    connection: Connection, deciders: set[str] | None, settings: ProgrammeSettings, leased: Leased
) -> set[int]:
    """Give slots to approvals anew; the rows that won or lost theirs. `deciders` None means all of them."""
    # Leased beyond the quota, one decider's approval can push out another's.
    is_cut = sum(leased.slots.values()) > settings.quota
    if deciders is None or is_cut:
        found = connection.execute("SELECT DISTINCT approval_by FROM registration WHERE approval_by IS NOT NULL")
        deciders = {row[0] for row in found}
    changes = slots.priority_changes(connection, settings)
    if changes is not None:
        return _reallocate_by_priority(connection, sorted(deciders), settings, leased, changes, is_cut=is_cut)
    if is_cut:
        return _reallocate_together(connection, settings.quota, leased.slots)
    return {rid for one in sorted(deciders) for rid in _reallocate_one(connection, one, leased.slots.get(one, 0))}


def _reallocate_by_priority(
    connection: Connection,
    deciders: list[str],
    settings: ProgrammeSettings,
    leased: Leased,
    changes: list[SettingChange],
    *,
    is_cut: bool,
) -> set[int]:
    """The same where the best who waits moves up first: only where somebody waits does it matter what went before."""
    approvals = {
        decider: connection.execute(
            "SELECT count(*) FROM registration WHERE approval_by = ? AND joined_to IS NULL", (decider,)
        ).fetchone()[0]
        for decider in deciders
    }
    full = [one for one, count in approvals.items() if count > leased.slots.get(one, 0)]
    together = is_cut and (full or sum(approvals.values()) > settings.quota)
    groups = [deciders] if together else [[one] for one in full]
    rids: set[int] = set()
    said: list[LeaseChange | SettingChange] = []
    if groups:
        said = [*changes, *slots.lease_changes(connection, leased.holders)]
    for group in groups:
        approved = slots.replayed(connection, settings, leased.slots, group, said).approved
        rids |= _hold(connection, group, approved)
    for one in set(deciders).difference(*groups):
        rids |= set(_reallocate_one(connection, one, approvals[one]))
    return rids


def _hold(connection: Connection, deciders: list[str], approved: Collection[str]) -> set[int]:
    rows = listed(
        connection,
        "SELECT id, rid, within_quota FROM registration WHERE approval_by IN ({}) AND joined_to IS NULL",
        deciders,
    )
    changed = [(1 - within, rid) for one, rid, within in rows if (one in approved) != bool(within)]
    connection.executemany("UPDATE registration SET within_quota = ? WHERE rid = ?", changed)
    return {rid for _, rid in changed}


def _reallocate_one(connection: Connection, decider: str, slots: int) -> list[int]:
    """What `quota.allocate` says of one decider while the leases fit the quota: the first `slots` approvals hold one.

    Looks only at the place where the slots end, because a merge asks this for every thousand records.
    """
    first_waiting = connection.execute(
        """SELECT approval_ms, approval_counter, approval_entry FROM registration
        WHERE approval_by = ? AND joined_to IS NULL
        ORDER BY approval_ms, approval_counter, approval_entry LIMIT 1 OFFSET ?""",
        (decider, slots),
    ).fetchone()
    ms, counter, entry = first_waiting or (_LAST_MS, 0, "")
    changed = []
    for within, statement in _MOVE.items():
        changed += connection.execute(statement, (within, decider, ms, counter, entry)).fetchall()
    return [row[0] for row in changed]


def _reallocate_together(connection: Connection, quota: int, leases: Mapping[str, int]) -> set[int]:
    rows = connection.execute(
        """SELECT id, approval_by, approval_ms, approval_counter, approval_entry FROM registration
        WHERE approval_by IS NOT NULL AND joined_to IS NULL"""
    ).fetchall()
    approvals = (Approval((ms, counter), entry, one, by) for one, by, ms, counter, entry in rows)
    allocation = allocate(quota, leases, approvals)
    return _hold(connection, sorted({by for _, by, *_ in rows}), allocation.approved)


def _restate(connection: Connection, rids: Iterable[int]) -> None:
    rows = listed(
        connection,
        """SELECT rid, state, decision_heads, conflict_count, error_count, duplicate_count, within_quota, joined_to
        FROM registration WHERE rid IN ({})""",
        sorted(rids),
    )
    changed = []
    for rid, before, heads, conflicts, errors, duplicates, within_quota, joined_to in rows:
        state = state_of_row(
            heads,
            conflicts=conflicts,
            errors=errors,
            duplicates=duplicates,
            within_quota=bool(within_quota),
            is_joined=joined_to is not None,
        )
        if state != before:
            changed.append((state, rid))
    connection.executemany("UPDATE registration SET state = ? WHERE rid = ?", changed)
