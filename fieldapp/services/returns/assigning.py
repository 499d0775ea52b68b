"""Giving what has to be put right to somebody else, so that nothing of it is lost.

An assignment is a comment: it changes no answer and no decision, the registration keeps its author, its round and its
area, and whatever the former one still sends counts as any change by a member of the area does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import roles
from fieldapp.domain.review import ASSIGN
from fieldapp.services import changes
from fieldapp.services.lists import ids as find_ids
from fieldapp.services.membership import find_member
from fieldapp.services.problems import Problem
from fieldapp.services.returns.charges import ASSIGNEE, Charges, given
from fieldapp.services.session import Session
from fieldapp.services.submission import refuse_joined
from fieldapp.store import charges as tables
from fieldapp.store import queries
from fieldapp.store.db import Connection
from sync.journal import Journal
from sync.members import Member, covers

if TYPE_CHECKING:
    from sync.fold import Record

#: Whose programs can fill the form in.
_WORKING_ROLES: Final = frozenset({"enumerator", "coordinator", "supervisor"})


def assign(session: Session, ids: Sequence[str], to: str | None, reason: str) -> list[dict[str, Any]]:
    """Give each of `ids` to the member `to` (an id or a name); None gives it back to whoever registered it.

    In one transaction; a refusal of one does not stop the rest. Every answer is `{"id", "state", "ok", "assigned_to"}`,
    and where `ok` is false also `code`, `message` and `exit`. Raises Problem: not_allowed, reason_needed,
    member_not_found, member_ambiguous, assignee_inactive, assignee_role.
    """
    session.require_role(*sorted(roles.ASSIGNING_ROLES), who="coordinator")
    if not reason.strip():
        raise Problem("reason_needed")
    assignee = find_member(session, to) if to is not None else None

    def write(connection: Connection, journal: Journal) -> list[dict[str, Any]]:
        workers = Charges(session, connection)
        if assignee is not None:
            _refuse_assignee(journal, assignee)
        named = {ASSIGN: assignee.id, ASSIGNEE: assignee.name} if assignee is not None else {ASSIGN: ""}
        word = {**named, "reason": reason.strip()}
        refusals: dict[str, Problem] = {}
        said = []
        for registration in dict.fromkeys(ids):
            try:
                record = _assignable(session, connection, journal, registration, assignee, workers)
            except Problem as problem:
                refusals[registration] = problem
            else:
                said.append(changes.about(record, "comment", word))
        if said:
            journal.append(session.author(), said)
        return [_answer(connection, each, workers, refusals.get(each)) for each in dict.fromkeys(ids)]

    return session.write(write)


def assignees(session: Session, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Who could put all of `ids` right: `[{"member", "name", "role", "open"}]`, enumerators first, then by name.

    `open`: how many returned registrations are that member's work now. Whoever has all of them already is left out.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        rows = queries.rows(connection, list(dict.fromkeys(ids)))
        scopes = {row.scope for row in rows}
        workers = Charges(session, connection)
        holders = {workers.follow(row.assigned_to or row.registered_by) for row in rows}
        found = []
        for member in session.journal(connection).membership.active():
            holds = all(covers(member.scopes, scope) for scope in scopes)
            if member.role not in _WORKING_ROLES or not holds or holders == {member.id}:
                continue
            open_now, _ = tables.returned_of(connection, workers.of(member.id), "")
            found.append({"member": member.id, "name": member.name, "role": member.role, "open": open_now})
        return sorted(found, key=lambda each: (each["role"] != "enumerator", str(each["name"]).casefold()))

    return session.read(read)


def work_of(session: Session, who: str) -> list[str]:
    """Ids of everything of the member `who` (an id or a name) that nobody has finally decided yet."""
    member = find_member(session, who)
    return session.read(lambda connection: tables.all_open(connection, Charges(session, connection).of(member.id)))


def open_ids(session: Session, filter: Mapping[str, str]) -> list[str]:
    """Ids of what a filter keeps (as `lists.ids`) and what somebody may still have to put right."""
    chosen: dict[str, Any] = dict(filter)
    states = [chosen.pop("state")] if "state" in chosen else sorted(tables.OPEN_STATES)
    return find_ids(session, states=states, **chosen)


def _refuse_assignee(journal: Journal, member: Member) -> None:
    if journal.membership.code_of(member.id) is not None:
        raise Problem("assignee_inactive")
    if member.role not in _WORKING_ROLES:
        raise Problem("assignee_role", details={"role": member.role})


def _assignable(
    session: Session,
    connection: Connection,
    journal: Journal,
    registration: str,
    assignee: Member | None,
    workers: Charges,
) -> Record:
    record: Record | None = journal.record(registration)
    state = queries.state_of(connection, registration)
    if record is None or state is None or record.type != "registration":
        raise Problem("registration_not_found", details={"id": registration})
    if not covers(session.member.scopes, record.scope):
        raise Problem("outside_area")
    refuse_joined(connection, registration)
    if state not in tables.OPEN_STATES:
        raise Problem("assign_state", details={"state": state})
    word = given(record)
    now = word.to if word is not None and word.to else record.origin_by
    if assignee is None:
        if now == record.origin_by:
            raise Problem("already_with")
        return record
    if not covers(assignee.scopes, record.scope):
        raise Problem("assignee_outside")
    if workers.follow(now) == assignee.id:
        raise Problem("already_with")
    return record


def _answer(connection: Connection, registration: str, workers: Charges, refusal: Problem | None) -> dict[str, Any]:
    row = queries.get(connection, registration)
    answer: dict[str, Any] = {
        "id": registration,
        "state": row.state if row is not None else None,
        "ok": refusal is None,
        "assigned_to": workers.worker(row.assigned_to).name if row is not None and row.assigned_to else None,
    }
    if refusal is not None:
        answer |= {"code": refusal.code, "message": refusal.message(), "exit": int(refusal.exit_code)}
    return answer
