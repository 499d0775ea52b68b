"""Keeps the central tables in step with the journal, by the same rules as a laptop's tables and in the same way: in the
journal's own transaction, from the merged entries alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quota import cost_of_one
from fieldapp.store import slots
from fieldapp.store.central.columns import Column, clean, clean_row, moment, values_of
from fieldapp.store.effects import Touched
from fieldapp.store.listed import for_listed, listed
from fieldapp.store.projector import Placed, Projector, receipt_spans
from fieldapp.store.rows import Inspect, Inspected, RegistrationRow, registration_row, to_json
from sync.entry import Stored
from sync.fold import Record
from sync.journal import Journal
from sync.members import Membership
from sync.postgres import PostgresConnection

_MEMBERS_SEEN: Final = "members_seen"
_BESIDE: Final = (
    "DELETE FROM decision WHERE registration IN ({})",
    "DELETE FROM comment WHERE registration IN ({})",
    "DELETE FROM conflict WHERE registration IN ({})",
)


class CentralProjector(Projector):
    """Projects changed records into the central tables; the caller owns the transaction.

    `columns` are those of table `registration` after `rid`.
    """

    _delete_by_id = (
        "DELETE FROM other_record WHERE id IN ({})",
        "DELETE FROM lease WHERE id IN ({})",
        "DELETE FROM receipt WHERE receipt IN ({})",
        "DELETE FROM incomplete WHERE id IN ({})",
        *slots.DELETE_BY_ID,
    )
    _scope_column = "area"

    def __init__(
        self,
        connection: PostgresConnection,
        columns: Sequence[Column],
        *,
        inspect: Inspect,
        membership: Callable[[], Membership] | None = None,
    ) -> None:
        super().__init__(connection, inspect=inspect, membership=membership)
        self._values = values_of(columns)
        names = [f'"{column.name}"' for column in columns]
        marks = ", ".join("?" * len(names))
        self._insert = f"INSERT INTO registration (rid, {', '.join(names)}) VALUES (?, {marks})"  # noqa: S608 - our names
        changes = ", ".join(f"{name} = excluded.{name}" for name in names)
        self._upsert = f"{self._insert} ON CONFLICT (rid) DO UPDATE SET {changes}"

    def _row(self, record: Record, inspect: Callable[[Mapping[str, object], int], Inspected]) -> RegistrationRow:
        return RegistrationRow(*clean_row(registration_row(record, inspect, self._levels)))

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        """id -> (rid, nik, approval_by) of the registrations that have a row; searching by words is not for here."""
        rows = listed(
            self._connection,
            "SELECT id, rid, nik, approval_by FROM registration WHERE id IN ({})",
            ids,
        )
        return {row[0]: (*row[1:], "", None, None) for row in rows}

    def _write(self, placed: Sequence[Placed]) -> None:
        fresh, changed, beside = [], [], []
        fresh_values, changed_values = [], []
        for rid, row, record, before in placed:
            kept = (rid, *self._values(row, record))
            values = (rid, to_json(record.values))
            if before is None:
                fresh.append(kept)
                fresh_values.append(values)
            else:
                changed.append(kept)
                changed_values.append(values)
                beside.append(record.id)
        many = self._connection.executemany
        many(self._insert, fresh)
        many("INSERT INTO registration_values (rid, values_json) VALUES (?, ?)", fresh_values)
        many(self._upsert, changed)
        many("UPDATE registration_values SET values_json = ? WHERE rid = ?", [(v, rid) for rid, v in changed_values])
        for statement in _BESIDE:
            for_listed(self._connection, statement, beside)
        self._put_beside([one.record for one in placed if len(one.record.history) > 1])

    def _put_beside(self, records: Sequence[Record]) -> None:
        """What was decided, noted and answered differently about these registrations."""
        decisions, comments, conflicts = [], [], []
        for record in records:
            in_force = {head.entry for head in record.decisions if head.fresh}
            for stored in record.history:
                if stored.entry.k in ("decide", "void"):
                    decisions.append(_decision(record, stored, in_force))
                comments.extend(_comments(record, stored))
            conflicts.extend(_conflicts(record))
        many = self._connection.executemany
        many(
            "INSERT INTO decision (entry, registration, decision, reason, member, at, in_force)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            decisions,
        )
        many(
            "INSERT INTO comment (entry, question, registration, text, member, at) VALUES (?, ?, ?, ?, ?, ?)", comments
        )
        many(
            "INSERT INTO conflict (registration, question, entry, value, is_shown, member, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            conflicts,
        )

    def _remove(self, gone: Sequence[tuple[int]]) -> None:
        rids = [rid for (rid,) in gone]
        ids = [
            row[0]
            for row in listed(
                self._connection,
                "SELECT id FROM registration WHERE rid IN ({})",
                rids,
            )
        ]
        for statement in _BESIDE:
            for_listed(self._connection, statement, ids)
        for statement in (
            "DELETE FROM registration WHERE rid IN ({})",
            "DELETE FROM registration_values WHERE rid IN ({})",
        ):
            for_listed(self._connection, statement, rids)

    def _put_receipt(self, record: Record) -> None:
        self._connection.executemany(
            "INSERT INTO receipt (receipt, member, chain, first, last, head) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (record.id, record.origin_by, chain, *span)
                for chain, spans in receipt_spans(record).items()
                for span in spans
            ],
        )

    def _put_prelist(self, record: Record) -> bool:
        """Nobody is visited from the hub: there they stand among the other records."""
        return False

    def _forget_prelist(self, records: Sequence[str]) -> None:
        """There is no table of theirs."""

    def _put_digests(self, record: Record) -> None:
        """Nobody is approved at the hub, so it keeps the digests of cover lists only as the entries that they are."""

    def _put_held_word(self, record: Record) -> None:
        """Nobody works on the quarantine at the hub."""

    def _note_said(self, record: Record) -> None:
        """Nor does it order anybody by what lists say."""

    def _forget_digests(self, records: Sequence[str]) -> None:
        """There are none."""

    def _settled(self, settings: ProgrammeSettings, touched: Touched) -> None:
        if touched.settings:
            self._connection.execute("DELETE FROM programme")
            self._connection.execute(
                "INSERT INTO programme (id, name, start, quota, budget, cost_each) VALUES (1, ?, ?, ?, ?, ?)",
                (
                    clean(settings.name),
                    clean(settings.start),
                    settings.quota,
                    settings.budget,
                    cost_of_one(settings, settings.start),
                ),
            )


def settle_members(connection: PostgresConnection, journal: Journal) -> None:
    """Write the members anew when certificates or revocations came in this transaction."""
    seen = to_json(journal.members_seen)
    known = connection.execute("SELECT value FROM meta WHERE key = ?", (_MEMBERS_SEEN,)).fetchall()
    if known == [(seen,)]:
        return
    membership = journal.membership
    connection.execute("DELETE FROM member")
    connection.executemany(
        "INSERT INTO member (id, name, role, areas, device, joined_at, standing) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                member.id,
                clean(member.name),
                member.role,
                ",".join(member.scopes),
                member.device,
                moment(member.joined_ms),
                membership.code_of(member.id) or "active",
            )
            for member in membership.all()
        ],
    )
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_MEMBERS_SEEN, seen),
    )


def _decision(record: Record, stored: Stored, in_force: set[str]) -> tuple[Any, ...]:
    entry = stored.entry
    code = "void" if entry.k == "void" else str(entry.f.get("decision"))
    reason = entry.f.get("reason")
    said = clean(reason) if isinstance(reason, str) else None
    return stored.id, record.id, clean(code), said, entry.au, moment(entry.t[0]), stored.id in in_force


def _comments(record: Record, stored: Stored) -> list[tuple[Any, ...]]:
    """What a decision notes about single questions, and what was noted about the whole."""
    entry = stored.entry
    pinned = entry.f.get("comments")
    said: dict[str, object] = dict(pinned) if isinstance(pinned, dict) else {}
    if entry.k == "comment":
        said = {"": entry.f.get("text"), **said}
    return [
        (stored.id, clean(question), record.id, clean(text), entry.au, moment(entry.t[0]))
        for question, text in said.items()
        if isinstance(text, str)
    ]


def _conflicts(record: Record) -> list[tuple[Any, ...]]:
    return [
        (record.id, clean(group), head.entry, clean(to_json(head.values)), number == 0, head.by, moment(head.t[0]))
        for group in record.conflicts
        for number, head in enumerate(record.groups[group])
    ]
