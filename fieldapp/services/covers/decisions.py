"""What a supervisor says a row of a list is to a registration: the same person, somebody else, or cover that has ended.

A decision is a record of its own with the registration's area, so that it travels to whoever works there. It names the
row by keyed digests only. A later decision names those that it replaces; two that were made apart and differ free
nobody until one supervisor decides again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fieldapp.services import covers
from fieldapp.services.covers import CoverList
from fieldapp.services.covers.digest_keys import keys, nik_digest
from fieldapp.services.covers.words import problem
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.services.submission import covers as area_covers
from fieldapp.store import covers as store
from fieldapp.store import queries
from fieldapp.store.covers import ListRow
from fieldapp.store.db import Connection
from sync.journal import Change, Journal

if TYPE_CHECKING:
    from sync.fold import Record


def decide(
    session: Session, list_: str, registration: str, decision: str, *, reason: str, row: int | None = None
) -> dict[str, Any]:
    """Record what the list's row is to the registration: `same`, `different` or `ended`, always with a reason.

    Without `row` it is the row with the registration's own NIK, which can be decided wherever the list is known; with
    `row`, its number, a row that looks alike, where the list was taken in. Answers `{"list", "name", "registration",
    "row", "decision", "blocks", "state"}`; `blocks` is whether any list still keeps the registration from approval.
    Raises Problem: not_allowed, reason_needed, cover_decision_unknown, registration_not_found, outside_area,
    own_decision, frozen, cover_list_unknown, cover_not_on_list, cover_key_missing.
    """
    from fieldapp.services.covers.importing import find

    session.require_role("supervisor", who="supervisor")
    if decision not in covers.DECISIONS:
        raise problem("cover_decision_unknown")
    if not reason.strip():
        raise Problem("reason_needed")

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        found = find(connection, list_)
        record = _decidable(session, connection, journal, registration)
        key = keys(session, connection).get(found.key)
        if key is None:
            raise problem("cover_key_missing")
        nik, named = _row(connection, found, record, key, row)
        earlier = covers.Covers(session, connection).decisions_about(registration, found.family)
        fields = {
            "list": found.family,
            "registration": registration,
            "nik": store.pack([nik] if nik else []),
            "row": store.pack([named] if named else []),
            "decision": decision,
            "reason": reason.strip(),
            "stamp": stamp_of(record),
            "replaces": [each.id for each in earlier if (each.nik, each.row) == (nik, named)],
        }
        journal.append(
            session.author(),
            [
                Change(
                    record=journal.new_record(session.author()),
                    type=store.DECISION,
                    scope=record.scope,
                    kind="new",
                    fields=fields,
                )
            ],
        )
        return {
            "list": found.id,
            "name": found.name,
            "registration": registration,
            "row": row,
            "decision": decision,
            "blocks": bool(covers.blocking(session, connection, [registration])),
            "state": queries.state_of(connection, registration),
        }

    return session.write(write)


def stamp_of(record: Record) -> str:
    """What the compared fields of a registration were when somebody decided."""
    from fieldapp.matching.people import of_answers, stamp

    return stamp(of_answers(record.values, record.scope))


def _decidable(session: Session, connection: Connection, journal: Journal, registration: str) -> Record:
    record: Record | None = journal.record(registration)
    if record is None or record.type != "registration":
        raise Problem("registration_not_found", details={"id": registration})
    if not any(area_covers(scope, record.scope) for scope in session.member.scopes):
        raise Problem("outside_area")
    if record.origin_by == session.member.id:
        raise Problem("own_decision")
    if queries.state_of(connection, registration) == "frozen":
        raise Problem("frozen")
    return record


def _row(
    connection: Connection, list_: CoverList, record: Record, key: bytes, number: int | None
) -> tuple[bytes, bytes]:
    """The digests by which a decision names its row: of its NIK, and of its content (empty for "whoever has it")."""
    if number is not None:
        row: ListRow | None = store.row(connection, list_.id, number)
        if row is None:
            raise problem("cover_not_on_list")
        nik = row.values.get("nik")
        if nik and nik == record.values.get("nik"):
            return nik_digest(key, nik), b""
        return (nik_digest(key, nik) if nik else b""), row.key
    own = record.values.get("nik")
    digest = nik_digest(key, own) if isinstance(own, str) and own else b""
    there = {chunk for _, chunk in store.chunks_with(connection, [digest] if digest else [])}
    if not there & set(list_.chunks) or digest in list_.removed:
        raise problem("cover_not_on_list")
    return digest, b""
