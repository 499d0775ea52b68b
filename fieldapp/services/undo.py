"""Taking a merge back as a unit: entries that answer what it brought, and so travel to everybody like any other.

Nothing is removed from the journal. What somebody has built upon since cannot be taken back without their work, so it
is named instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import roles
from fieldapp.services import changes
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import fill
from fieldapp.services.session import Session
from fieldapp.services.submission import covers
from fieldapp.store import decided, local, queries
from fieldapp.store.db import Connection
from sync.fold import fold
from sync.journal import Change

if TYPE_CHECKING:
    from sync.fold import Record
    from sync.journal import Journal

_KEY: Final = "merge_parts:{id}"

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "built_upon": (
        "Sudah diubah atau diputuskan sesudah penggabungan itu; tidak dibatalkan.",
        "It was changed or decided after that merge; it stays.",
    ),
    "history_away": (
        "Isi lamanya belum kembali ke laptop ini; tukarkan paket atau sinkronkan, lalu ulangi.",
        "Its old answers are not back on this laptop; exchange bundles or sync, then try again.",
    ),
    "frozen": ("Sudah masuk SK; tidak dibatalkan.", "It is part of a decree; it stays."),
    "outside_area": ("Di luar wilayah Anda; tidak dibatalkan.", "It is outside your area; it stays."),
    "decision": (
        "Keputusan hanya dapat dibatalkan oleh pengawas.",
        "A decision can only be undone by a supervisor.",
    ),
}


class _Stays(Exception):
    """Why a registration stays as it is, as a code."""


def remember_parts(connection: Connection, merge: str, parts: list[str]) -> None:
    """Several bundles merged in one go are undone in one go: keep which merges belong to `merge`."""
    if len(parts) > 1:
        local.put(connection, _KEY.format(id=merge), parts)


def undo(session: Session, merge: str, reason: str = "") -> dict[str, Any]:
    """Take back what the merge of this id brought, in one transaction.

    Answers `{"merge_id", "voided", "restored", "left": [{"id", "code", "message"}]}`: registrations taken out again,
    registrations put back to their answers before, and what stays with the reason; `pairs`, where decisions about two
    registrations are taken back, counts them once for each area. Raises Problem: not_allowed, merge_unknown.
    """
    session.require_role(*sorted(OFFICE_ROLES - {"hub", "admin"}), who="coordinator")

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        brought: dict[str, set[str]] = {}
        words: set[str] = set()
        for part in local.get(connection, _KEY.format(id=merge)) or [merge]:
            for stored in journal.merged_entries(part):
                if stored.entry.y == "registration":
                    brought.setdefault(stored.entry.r, set()).add(stored.id)
                elif stored.entry.y == "same_as" and stored.entry.k == "new":
                    words.add(stored.entry.r)
        told: dict[str, Any] = {"merge_id": merge, "voided": 0, "restored": 0, "left": []}
        why = reason or f"penggabungan {merge[:8]} dibatalkan"
        answers: list[Change] = []
        for each in (*sorted(brought), *sorted(words)):
            try:
                if each in words:
                    made = _unsaid(session, connection, journal, each, words, why)
                    if made:
                        told["pairs"] = told.get("pairs", 0) + len(made)
                else:
                    made = _taken_back(session, connection, journal, each, brought[each], why)
                    if made:
                        told["voided" if made[0].kind == "void" else "restored"] += 1
            except _Stays as stays:
                code = str(stays)
                told["left"].append({"id": each, "code": code, "message": fill(_WORDS[code], {})})
                continue
            answers += made
        if answers:
            journal.append(session.author(), answers)
        return told

    return session.write(write)


def _taken_back(
    session: Session, connection: Connection, journal: Journal, registration: str, brought: set[str], reason: str
) -> list[Change]:
    record = _record(session, connection, journal, registration)
    return [] if record is None else _answers(session, journal, record, brought, reason)


def _unsaid(
    session: Session, connection: Connection, journal: Journal, record_id: str, brought: set[str], reason: str
) -> list[Change]:
    """Takes back what a record says of two registrations, so that what it replaced is in force again."""
    record = journal.record(record_id)
    if record is None or not record.complete or record.decisions:
        return []
    if not any(covers(scope, record.scope) for scope in session.member.scopes):
        raise _Stays("outside_area")
    if not decided.named_by(connection, record_id) <= brought:
        raise _Stays("built_upon")
    said = {"decision": "void", "reason": reason}
    return [Change(record=record_id, type="same_as", scope=record.scope, kind="void", fields=said)]


def _record(session: Session, connection: Connection, journal: Journal, registration: str) -> Record | None:
    """The registration when it may be taken back; None when nothing of it counts or it is already taken out."""
    record = journal.record(registration)
    state = queries.state_of(connection, registration)
    if state == "void":
        # One that gives way to another registration is not taken out by that.
        state = queries.own_state_of(connection, registration)
    if record is None or not record.complete or state in (None, "void", "withdrawn"):
        return None
    if state == "frozen":
        raise _Stays("frozen")
    if not any(covers(scope, record.scope) for scope in session.member.scopes):
        raise _Stays("outside_area")
    return record


def _answers(session: Session, journal: Journal, record: Record, brought: set[str], reason: str) -> list[Change]:
    counted = {stored.id for stored in record.history}
    if not brought & counted:
        return []
    origins = [stored for stored in record.history if stored.entry.k == "new"]
    if all(origin.id in brought for origin in origins):
        if counted - brought:
            raise _Stays("built_upon")
        return [changes.about(record, "void", {"decision": "void", "reason": reason})]
    before = fold(
        record.id,
        [stored for stored in journal.entries_of(record.id) if stored.id not in brought],
        journal.rules,
        journal.membership,
    )
    if before.dropped:
        # This laptop let go of what would have to be put back, before somebody of the office worked on it.
        raise _Stays("history_away")
    made = [_restored(record, before, group, brought) for group in sorted(record.groups)]
    found = [change for change in made if change is not None]
    decided = [said for said in record.decisions if said.entry in brought]
    if decided:
        own = record.origin_by == session.member.id
        if roles.may(session.member.role, "registration", "decide", own_record=own, decision="undo") is not None:
            raise _Stays("decision")
        found.append(changes.about(record, "decide", {"decision": "undo", "reason": reason}))
    return found


def _restored(record: Record, before: Record, group: str, brought: set[str]) -> Change | None:
    """The edit that puts a group back to what it was, naming all its present heads; None when it did not change."""
    heads = record.groups[group]
    if not any(head.entry in brought for head in heads):
        if any(brought & set(stored.entry.b.get(group, ())) for stored in record.heads[group]):
            raise _Stays("built_upon")
        return None
    names = {name for head in heads for name in head.values}
    earlier: Mapping[str, object] = {name: before.values.get(name) for name in names}
    now = {name: record.values.get(name) for name in names}
    if earlier == now and group not in record.conflicts:
        return None
    parents = {group: [head.entry for head in heads]}
    return changes.about(record, "edit", earlier, parents=parents)
