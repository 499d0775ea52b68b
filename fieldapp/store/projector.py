"""Keeps the tables for lists, search and counts in step with the journal, in the journal's own transaction.

The tables depend on the merged entries alone, never on this laptop's clock or on the order of arrival, so two replicas
with the same entries hold the same rows and a rebuild brings them out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from fieldapp.domain.prelist import TYPE as PRELIST
from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quarantine import TYPE as QUARANTINE_WORD
from fieldapp.store import covers, effects, held, matching, prelist, same_as, slots
from fieldapp.store.effects import Leased, Touched
from fieldapp.store.listed import for_listed, listed
from fieldapp.store.queries import programme_fields
from fieldapp.store.rows import (
    UNDECIDED,
    Inspect,
    Inspected,
    RegistrationRow,
    counts,
    from_json,
    is_void,
    registration_row,
    to_json,
)
from fieldapp.store.search import index_row
from sync.coverage import Have, unpack_have
from sync.errors import SyncError
from sync.fold import Record, Rules
from sync.journal import Journal
from sync.members import Membership
from sync.tables import Connection

T = TypeVar("T")

# Rows prepared before they are handed to SQLite in one call; bounds the memory of a city's first merge.
_CHUNK: Final = 2000

_COLUMNS: Final = ("rid", *RegistrationRow._fields)


def _into_registration(columns: Sequence[str]) -> str:
    return " ".join(["INTO registration (", ", ".join(columns), ") VALUES (", ", ".join("?" * len(columns)), ")"])


_INTO_REGISTRATION: Final = _into_registration(_COLUMNS)
# The driver takes as long to bind one None as six texts, so undecided registrations leave their empty columns out.
_INTO_UNDECIDED: Final = _into_registration(_COLUMNS[: 1 + UNDECIDED])
_SELECT_BY_RID: Final = " ".join(["SELECT", ", ".join(_COLUMNS), "FROM registration WHERE rid IN ({})"])


class Placed(NamedTuple):
    """A registration and where its row is or comes to be."""

    rid: int
    row: RegistrationRow
    record: Record
    before: tuple[str, str | None, str | None] | None
    """name_key, nik and phone of the row that is there already."""


class Projector:
    """Projects changed records over one connection; the caller owns the transaction.

    `membership` says who holds the invitation that a lease names, and what a member may decide about; without it such
    leases give no slots, and whoever wrote that two registrations are one person is believed.
    """

    _delete_by_id: tuple[str, ...] = (
        "DELETE FROM other_record WHERE id IN ({})",
        "DELETE FROM lease WHERE id IN ({})",
        "DELETE FROM acknowledged WHERE receipt IN ({})",
        "DELETE FROM incomplete WHERE id IN ({})",
        "DELETE FROM held_word WHERE id IN ({})",
        *slots.DELETE_BY_ID,
    )
    _scope_column = "scope"

    def __init__(
        self, connection: Connection, *, inspect: Inspect, membership: Callable[[], Membership] | None = None
    ) -> None:
        self._connection = connection
        self._inspect = inspect
        self.membership = membership
        self.records: Callable[[Iterable[str]], Mapping[str, Record]] = lambda ids: {}
        """The journal's own records by their ids: asked for where a setting changes what decisions mean."""
        self._levels = 1

    def project(self, records: Sequence[Record]) -> None:
        """Bring every table in step with these records, and with what they change about others."""
        touched = Touched()
        before = self._settings()
        latest = {record.id: record for record in records}.values()
        registrations = [record for record in latest if record.type == "registration" and record.complete]
        others = [record for record in latest if record.type != "registration" or not record.complete]
        if others:
            self._forget(others, touched)
            self._put_others(others, touched)
        settings = self._settings()
        self._levels = settings.approval_levels
        if touched.settings:
            self._inspect_again(settings, touched)
        if before.approval_levels != self._levels:
            self._decided_again(settings, touched)
        for chunk in _chunks(registrations):
            # A record of several entries may have been of another type, or without its beginning, until now.
            self._forget_others([record for record in chunk if len(record.history) > 1 or record.quarantined], touched)
            self._put_registrations(chunk, settings, touched)
        touched.rids |= same_as.settle(self._connection, touched, self._scope_column)
        effects.settle(self._connection, touched, settings, self._leased)
        self._settled(settings, touched)

    def _settled(self, settings: ProgrammeSettings, touched: Touched) -> None:
        """Called last, with what changed."""
        if touched.lives:
            matching.note_changed(self._connection, sorted(touched.lives))
        # Who gives way to another, or no longer does, has no other answers, but ceases or begins to stand for somebody.
        matching.note_changed(self._connection, touched.lives)
        covers.note_changed(self._connection, touched.lives)

    def _put_registrations(self, records: Sequence[Record], settings: ProgrammeSettings, touched: Touched) -> None:
        def inspect(values: Mapping[str, object], at_ms: int) -> Inspected:
            return self._inspect(values, settings, at_ms)

        known = self._known([record.id for record in records])
        touched.ids.update([record.id for record in records])
        same_as.note_scopes(self._connection, records)
        next_rid = self._connection.execute("SELECT coalesce(max(rid), 0) + 1 FROM registration").fetchone()[0]
        placed = []
        for record in records:
            row = self._row(record, inspect)
            touched.registration(row.nik, row.approval_by)
            before = known.get(record.id)
            if before is None:
                placed.append(Placed(next_rid, row, record, None))
                next_rid += 1
            else:
                touched.registration(*before[1:3])
                placed.append(Placed(before[0], row, record, before[3:6]))
        self._write(placed)
        ended = [(one.record, one.row.approval_entry) for one in placed]
        slots.put_past(self._connection, ended, lambda record, entry: counts(record, entry, self._levels))

    def _row(self, record: Record, inspect: Callable[[Mapping[str, object], int], Inspected]) -> RegistrationRow:
        return registration_row(record, inspect, self._levels)

    def _write(self, placed: Sequence[Placed]) -> None:
        """Keep the rows of registrations, new and known ones."""
        undecided, decided, replaced, values, forgotten, indexed = [], [], [], [], [], []
        for rid, row, record, before in placed:
            words = index_row(rid, row.name_key, row.nik, row.phone)
            if before is None:
                if record.decisions or row.assigned_to:
                    decided.append((rid, *row))
                else:
                    undecided.append((rid, *row[:UNDECIDED]))
                indexed.append(words)
            else:
                replaced.append((rid, *row))
                if words != index_row(rid, *before):
                    forgotten.append((rid,))
                    indexed.append(words)
            values.append((rid, to_json(record.values)))
        prelist.put_registrations(self._connection, [one.record for one in placed])
        many = self._connection.executemany
        many("INSERT " + _INTO_UNDECIDED, undecided)
        many("INSERT " + _INTO_REGISTRATION, decided)
        self._replace(replaced)
        many("INSERT OR REPLACE INTO registration_values (rid, values_json) VALUES (?, ?)", values)
        many("DELETE FROM search WHERE rowid = ?", forgotten)
        many("INSERT INTO search (rowid, name, nik, phone) VALUES (?, ?, ?, ?)", indexed)
        if replaced:
            # New rows wait to be compared by their numbers alone.
            matching.note_changed(self._connection, [row[0] for row in replaced])
            covers.note_changed(self._connection, [row[0] for row in replaced])

    def _replace(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write what differs in rows that are there. A row stands in many indexes, and an UPDATE leaves alone those of
        columns that it does not name; at 100,000 people all of the row anew takes eight times as long."""
        before = {row[0]: row for row in listed(self._connection, _SELECT_BY_RID, [row[0] for row in rows])}
        changed: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}
        for row in rows:
            known = before[row[0]]
            places = tuple(place for place, value in enumerate(row) if value != known[place])
            if places:
                changed.setdefault(places, []).append((*(row[place] for place in places), row[0]))
        for places, values in changed.items():
            named = ", ".join(f"{_COLUMNS[place]} = ?" for place in places)
            self._connection.executemany(f"UPDATE registration SET {named} WHERE rid = ?", values)  # noqa: S608

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        """id -> (rid, nik, approval_by, name_key, nik, phone) of the registrations that have a row."""
        rows = listed(
            self._connection,
            """SELECT r.id, r.rid, r.nik, r.approval_by, r.name_key, r.nik, r.phone
            FROM registration AS r WHERE r.id IN ({})""",
            ids,
        )
        return {row[0]: row[1:] for row in rows}

    def _forget(self, records: Sequence[Record], touched: Touched) -> None:
        """Remove rows of registrations that are none any more: quarantined, or their beginning is."""
        known = self._known([record.id for record in records])
        gone = [(row[0],) for row in known.values()]
        for row in known.values():
            touched.registration(*row[1:3])
        touched.ids.update([record.id for record in records])
        same_as.note_gone(self._connection, records)
        self._remove(gone)
        self._forget_others(records, touched)

    def _remove(self, gone: Sequence[tuple[int]]) -> None:
        """Remove the rows of these registrations."""
        for table in ("registration", "registration_values"):
            self._connection.executemany(_DELETE_BY_RID[table], gone)
        self._connection.executemany("DELETE FROM search WHERE rowid = ?", gone)
        if gone:
            matching.note_gone(self._connection, [rid for (rid,) in gone])
            covers.note_changed(self._connection, [rid for (rid,) in gone])

    def _forget_others(self, records: Sequence[Record], touched: Touched) -> None:
        if not records:
            return
        ids = [record.id for record in records]
        found = listed(self._connection, "SELECT id FROM lease WHERE id IN ({})", ids)
        touched.leases = any([*found]) or touched.leases
        touched.pairs.update(same_as.forget(self._connection, ids))
        for statement in self._delete_by_id:
            for_listed(self._connection, statement, ids)
        self._forget_digests(ids)
        self._forget_prelist(ids)

    def _put_others(self, records: Sequence[Record], touched: Touched) -> None:
        for record in records:
            touched.settings = touched.settings or record.type == "programme"
            if not record.type:
                continue
            if record.type in (covers.LIST, covers.DECISION):
                self._note_said(record)
            if not record.complete:
                self._connection.execute(
                    "INSERT INTO incomplete (id, type, scope) VALUES (?, ?, ?)", (record.id, record.type, record.scope)
                )
                continue
            if record.type == PRELIST and self._put_prelist(record):
                continue
            if record.type in (slots.LEASE, slots.PROGRAMME):
                slots.put_change(self._connection, record)
            void = int(is_void(record))
            self._connection.execute(
                """INSERT INTO other_record (id, type, scope, registered_by, at_ms, void, values_json)
                VALUES (?, ?, ?, ?, ?, ?, ?)""",
                (
                    record.id,
                    record.type,
                    record.scope,
                    record.origin_by,
                    record.origin_t[0],
                    void,
                    to_json(prelist.shown_values(record) if record.type == PRELIST else record.values),
                ),
            )
            if record.type == "lease" and not void:
                self._put_lease(record)
                touched.leases = True
            elif record.type == "receipt" and not void:
                self._put_receipt(record)
            elif record.type == "same_as":
                self._put_same_as(record, touched)
            elif record.type == covers.CHUNK and not void:
                self._put_digests(record)
            elif record.type == QUARANTINE_WORD:
                self._put_held_word(record)

    def _put_lease(self, record: Record) -> None:
        slots, member, invitation = (record.values.get(name) for name in ("slots", "member", "invitation"))
        if isinstance(slots, int) and slots > 0 and (isinstance(member, str) or isinstance(invitation, str)):
            self._connection.execute(
                "INSERT INTO lease (id, member, invitation, slots) VALUES (?, ?, ?, ?)",
                (
                    record.id,
                    member if isinstance(member, str) else None,
                    invitation if isinstance(invitation, str) else None,
                    slots,
                ),
            )

    def _put_same_as(self, record: Record, touched: Touched) -> None:
        author = self.membership().member(record.origin_by) if self.membership else None
        pair = same_as.put(self._connection, record, author)
        if pair is not None:
            touched.pairs.add(pair)

    def _put_prelist(self, record: Record) -> bool:
        """Whether people to visit have a table of their own here."""
        prelist.put(self._connection, record)
        return True

    def _forget_prelist(self, records: Sequence[str]) -> None:
        prelist.forget(self._connection, records)
        prelist.forget_registrations(self._connection, records)

    def _put_digests(self, record: Record) -> None:
        covers.put_chunk(self._connection, record.id, record.values)

    def _put_held_word(self, record: Record) -> None:
        held.put(self._connection, record)

    def _note_said(self, record: Record) -> None:
        covers.note_said(self._connection, record.type, record.values)

    def _forget_digests(self, records: Sequence[str]) -> None:
        covers.forget(self._connection, records)

    def _put_receipt(self, record: Record) -> None:
        self._connection.executemany(
            "INSERT INTO acknowledged (receipt, by, chain, first, last, head) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (record.id, record.origin_by, chain, *span)
                for chain, spans in receipt_spans(record).items()
                for span in spans
            ),
        )

    def _inspect_again(self, settings: ProgrammeSettings, touched: Touched) -> None:
        """Changed settings can break or mend a rule for every registration that was inspected."""
        rows = self._connection.execute(
            """SELECT r.rid, r.changed_ms, v.values_json, r.errors, r.warnings
            FROM registration AS r JOIN registration_values AS v USING (rid) WHERE r.edits > 0"""
        ).fetchall()
        changed = []
        for rid, changed_ms, values_json, errors, warnings in rows:
            found = self._inspect(from_json(values_json), settings, changed_ms)
            after = (to_json(found.errors), to_json(found.warnings))
            if after != (errors, warnings):
                changed.append((len(found.errors), *after, rid))
                touched.rids.add(rid)
        self._connection.executemany(
            "UPDATE registration SET error_count = ?, errors = ?, warnings = ? WHERE rid = ?", changed
        )

    def _leased(self) -> Leased:
        membership = self.membership() if self.membership else None
        return Leased(slots.leases(self._connection, membership), slots.holders_of(membership))

    def _settings(self) -> ProgrammeSettings:
        return ProgrammeSettings.from_fields(programme_fields(self._connection) or {})

    def _decided_again(self, settings: ProgrammeSettings, touched: Touched) -> None:
        """Where another number of members has to agree, approvals begin or cease to count, on every replica alike."""
        rows = self._connection.execute("SELECT id FROM registration WHERE decision_heads <> ''").fetchall()
        for chunk in _chunks([row[0] for row in rows]):
            found = [record for record in self.records(chunk).values() if record.complete]
            self._forget_others(found, touched)
            self._put_registrations(found, settings, touched)


def journal(connection: Connection, rules: Rules, programme_id: str, inspect: Inspect) -> Journal:
    """Sync's journal over the connection, projecting every changed record in the same transaction."""
    return journal_of(connection, rules, programme_id, Projector(connection, inspect=inspect))


_DELETE_BY_RID: Final = {
    "registration": "DELETE FROM registration WHERE rid = ?",
    "registration_values": "DELETE FROM registration_values WHERE rid = ?",
}


def journal_of(connection: Connection, rules: Rules, programme_id: str, projector: Projector, **over: Any) -> Journal:
    """Sync's journal over the connection, with this projection kept in the same transaction."""
    opened = Journal(connection, rules, programme_id, project=projector.project, **over)
    projector.membership = lambda: opened.membership
    projector.records = opened.records_named
    return opened


def receipt_spans(record: Record) -> Have:
    """What a receipt confirms."""
    try:
        return unpack_have(record.values.get("chains"))
    except SyncError:
        # A receipt that cannot be read acknowledges nothing, and must not stop the merge that brought it.
        return {}


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
