"""Review: the supervisor's queue, and decisions bound to what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from fieldapp.domain import roles
from fieldapp.domain.review import PENDING_STATES
from fieldapp.services import answers, changes
from fieldapp.services.covers import refuse_covered
from fieldapp.services.lists import ids as find_ids
from fieldapp.services.lists import rows_of
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.services.submission import covers, refuse_joined
from fieldapp.store import queries
from fieldapp.store.db import Connection
from sync.journal import Journal

if TYPE_CHECKING:
    from sync.fold import Record

Decision = Literal["approve", "return", "reject", "undo"]
DECISIONS: Final[tuple[str, ...]] = get_args(Decision)

#: What may be decided from which state; an undo needs a decision in force instead.
_FROM: Final = {
    "approve": PENDING_STATES,
    "return": PENDING_STATES | {"approved", "waiting", "rejected"},
    "reject": PENDING_STATES | {"approved", "waiting", "returned"},
    # A registration that was taken out by mistake, by hand or by undoing a merge, comes back the same way.
    "undo": frozenset({"approved", "waiting", "rejected", "returned", "changed_after_review", "void"}),
}


def queue(session: Session, *, filter: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """What waits for a decision, the riskiest first; each row says why in `reasons` (codes).

    `filter`: area, category, registered_by, text, or state (one of the pending states).
    """
    wanted = dict(filter or {})
    states = [wanted.pop("state")] if "state" in wanted else sorted(PENDING_STATES)
    found = find_ids(session, states=states, order="risk", **wanted)
    return [{**row, "reasons": reasons(row)} for row in rows_of(session, found)]


def reasons(row: Mapping[str, Any]) -> list[str]:
    """Why a row deserves a closer look, gravest first: codes, which are also the queue's order of risk."""
    found = []
    if row["state"] == "changed_after_review":
        found.append("changed_after_review")
    if row["nik"] is None:
        found.append("no_nik")
    for code in ("covers", "cover_near", "errors", "conflicts", "duplicates", "near_duplicates", "overrides"):
        if row[code]:
            found.append(code)
    return found


def decide(
    session: Session,
    ids: Sequence[str],
    decision: str,
    *,
    reason: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Take one decision about each of `ids`, in one transaction; a refusal of one does not stop the rest.

    `reason` is needed to return, reject and undo; `fields` pins comments to fields (name -> text). Every answer is
    `{"id", "state", "decision", "ok"}`, and where `ok` is false also `code` and `message`.
    """
    from fieldapp.forms.declaration import QUESTIONS

    if decision not in DECISIONS:
        raise Problem("decision_unknown", details={"decision": decision})
    comments = {name: text.strip() for name, text in (fields or {}).items()}
    unknown = next((name for name in comments if name not in QUESTIONS), None)
    if unknown is not None:
        raise Problem("field_unknown", details={"field": unknown})
    if decision in ("return", "reject", "undo") and not (reason or "").strip() and not comments:
        raise Problem("reason_needed")
    said: dict[str, Any] = {"decision": decision, "reason": (reason or "").strip()}
    if comments:
        said["comments"] = comments

    def write(connection: Connection, journal: Journal) -> list[dict[str, Any]]:
        refusals: dict[str, Problem] = {}
        decisions = []
        for registration in dict.fromkeys(ids):
            try:
                record = _decidable(session, connection, journal, registration, decision)
            except Problem as problem:
                refusals[registration] = problem
            else:
                decisions.append(changes.about(record, "decide", said))
        if decisions:
            journal.append(session.author(), decisions)
        return [_answer(connection, each, decision, refusals.get(each)) for each in dict.fromkeys(ids)]

    return session.write(write)


def refusals(session: Session, ids: Sequence[str], decision: str) -> dict[str, int]:
    """Why some of `ids` will not be taken by `decision`: words -> how many; empty when all are."""

    def read(connection: Connection) -> dict[str, int]:
        journal = session.journal(connection)
        found: dict[str, int] = {}
        for registration in dict.fromkeys(ids):
            try:
                _decidable(session, connection, journal, registration, decision)
            except Problem as problem:
                words = problem.message()
                found[words] = found.get(words, 0) + 1
        return found

    return session.read(read)


def _decidable(session: Session, connection: Connection, journal: Journal, registration: str, decision: str) -> Record:
    record: Record | None = journal.record(registration)
    if record is None or record.type != "registration":
        raise Problem("registration_not_found", details={"id": registration})
    own = record.origin_by == session.member.id
    code = roles.may(session.member.role, "registration", "decide", own_record=own, decision=decision)
    if code == "own_decision":
        raise Problem("own_decision")
    if code is not None:
        raise Problem("not_allowed", details={"role": session.member.role, "who": "supervisor"})
    if not any(covers(scope, record.scope) for scope in session.member.scopes):
        raise Problem("outside_area")
    state = queries.state_of(connection, registration)
    if state == "frozen":
        raise Problem("frozen")
    refuse_joined(connection, registration)
    if decision == "undo" and state not in _FROM["undo"]:
        raise Problem("nothing_to_undo")
    if state not in _FROM[decision]:
        raise Problem("not_pending", details={"state": state})
    if decision == "approve":
        _refuse_unfit(session, connection, record)
    return record


def _refuse_unfit(session: Session, connection: Connection, record: Record) -> None:
    """Raises Problem for what must be put right before anyone can be approved."""
    if record.conflicts:
        raise Problem("has_conflicts")
    if not record.values.get("nik"):
        raise Problem("nik_missing")
    doubles = queries.same_nik(connection, record.id)
    if doubles:
        raise Problem("duplicate_nik", details={"count": len(doubles) + 1})
    refuse_covered(session, connection, record.id)
    register = answers.Register(session, connection, record.id, looks_near=False)
    checked = answers.check(session, connection, record.values, record.id, register)
    if checked.errors:
        raise Problem("has_errors", findings=answers.told(checked.errors))


def _answer(connection: Connection, registration: str, decision: str, refusal: Problem | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "id": registration,
        "state": queries.state_of(connection, registration),
        "decision": decision,
        "ok": refusal is None,
    }
    if refusal is not None:
        answer |= {"code": refusal.code, "message": refusal.message(), "exit": int(refusal.exit_code)}
    return answer
