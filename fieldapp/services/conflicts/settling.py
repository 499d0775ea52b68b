"""Many conflicts settled at once by their newest value, where no person has to judge; what that does is told before.

A change beside a void is settled here too: whether the registration stays out is a choice like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from fieldapp.domain import roles
from fieldapp.services import changes, conflicts
from fieldapp.services.conflicts import disputes
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter
from sync.journal import Change, Journal

if TYPE_CHECKING:
    from sync.entry import Kind
    from sync.fold import Record

Seen = Mapping[str, Mapping[str, Sequence[str]]]
"""Registration -> group -> the heads that were shown."""
After = Literal["void", "undo"]
_OF_VOID: Final[dict[After, Kind]] = {"void": "void", "undo": "decide"}


def newest(session: Session, ids: Iterable[str], *, seen: Seen | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Settle every conflict of these registrations that may take the newest value, in one transaction.

    `{"registrations", "conflicts", "settled": [...], "left": [...], "losers": {member's name: values}, "dry_run"}`. An
    item of `settled` is `{"id", "name", "group", "fields", "heads", "values", "by", "at", "lost": [{"entry", "values",
    "by", "at"}]}`; one of `left` is `{"id", "name", "group", "fields", "code", "message"}` with why it waits for a
    person. With `dry_run` nothing is written. With `seen` only conflicts that are still as they were shown are settled;
    others are left with the code conflict_changed.
    """
    wanted = list(dict.fromkeys(ids))

    def plan(connection: Connection, journal: Journal) -> tuple[dict[str, Any], list[Change]]:
        names = {row.id: row.name for row in queries.rows(connection, wanted)}
        told: dict[str, list[dict[str, Any]]] = {"settled": [], "left": []}
        changed = []
        for registration in wanted:
            record = journal.record(registration)
            if record is None or record.type != "registration":
                raise Problem("registration_not_found", details={"id": registration})
            for item, change in _of_record(session, connection, record, seen):
                told["settled" if change is not None else "left"].append({**item, "name": names.get(record.id, "")})
                changed += [change] if change is not None else []
        return _answer(told["settled"], told["left"], dry_run), changed

    if dry_run:
        return session.read(lambda connection: plan(connection, session.journal(connection))[0])

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        answer, changed = plan(connection, journal)
        journal.append(session.author(), changed)
        return answer

    return session.write(write)


def disputed_ids(session: Session, wanted: Filter) -> list[str]:
    """The registrations among `wanted` about which somebody has to choose, by id."""
    return session.read(lambda connection: queries.ids(connection, replace(wanted, disputed=True)))


def seen_in(answer: Mapping[str, Any]) -> Seen:
    """What a preview showed, to be handed back when it is agreed to."""
    found: dict[str, dict[str, Sequence[str]]] = {}
    for item in answer["settled"]:
        found.setdefault(item["id"], {})[item["group"]] = item["heads"]
    return found


def beside_void(
    session: Session, registration: str, after: After, *, seen: Sequence[str], reason: str
) -> dict[str, Any]:
    """Settle a change that was made beside a void: it stays out (`void`), or is taken in again (`undo`).

    `seen` are the decisions that were shown; all of them are named. Answers `{"id", "state"}`. Raises Problem:
    registration_not_found, conflict_changed, no_conflict, not_allowed, own_decision, outside_area, joined,
    reason_needed.
    """
    if not reason.strip():
        raise Problem("reason_needed")

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        record = journal.record(registration)
        if record is None or record.type != "registration":
            raise Problem("registration_not_found", details={"id": registration})
        if {head.entry for head in record.decisions} != set(seen):
            raise Problem("conflict_changed")
        told = disputes.Teller(session, connection, record).decisions()
        if told is None or told["dispute"] != "beside_void":
            raise Problem("no_conflict", details={"field": "decision"})
        disputes.refuse_settling(session, connection, record)
        _refuse_deciding(session, record, after)
        said = {"decision": after, "reason": reason.strip()}
        journal.append(session.author(), [changes.about(record, _OF_VOID[after], said)])
        return {"id": registration, "state": queries.state_of(connection, registration)}

    return session.write(write)


def _refuse_deciding(session: Session, record: Record, after: After) -> None:
    own = record.origin_by == session.member.id
    decision = after if after == "undo" else None
    code = roles.may(session.member.role, "registration", _OF_VOID[after], own_record=own, decision=decision)
    if code == "own_decision":
        raise Problem("own_decision")
    if code is not None:
        raise Problem("not_allowed", details={"role": session.member.role, "who": "supervisor"})


def _of_record(
    session: Session, connection: Connection, record: Record, seen: Seen | None
) -> Iterable[tuple[dict[str, Any], Change | None]]:
    """Every conflict of a record, with the change that settles it; without one it is left, and its item says why."""
    groups = disputes.in_form_order(record.conflicts)
    if not groups:
        return
    refusal = _refusal(session, connection, record)
    teller = disputes.Teller(session, connection, record)
    for group in groups:
        told = teller.dispute(group)
        item = {"id": record.id, "group": group, "fields": told["fields"]}
        try:
            if refusal is not None:
                raise refusal
            settled = _taken(session, connection, record, told, None if seen is None else seen.get(record.id, {}))
        except Problem as problem:
            yield {**item, "code": problem.code, "message": problem.message()}, None
        else:
            first, *others = told["sides"]
            lost = [{name: side[name] for name in ("entry", "values", "by", "at")} for side in others]
            kept = {"heads": told["heads"], "values": settled, "by": first["by"], "at": first["at"], "lost": lost}
            yield {**item, **kept}, conflicts.resolution(record, group, settled, session.member.scopes)


def _refusal(session: Session, connection: Connection, record: Record) -> Problem | None:
    try:
        disputes.refuse_settling(session, connection, record)
    except Problem as problem:
        return problem
    return None


def _taken(
    session: Session,
    connection: Connection,
    record: Record,
    told: Mapping[str, Any],
    seen: Mapping[str, Sequence[str]] | None,
) -> dict[str, Any]:
    """The newest values of a conflict; Problem where a person has to look at it."""
    if told["rule"] != "newest":
        raise Problem("person_decides")
    if seen is not None and set(seen.get(told["group"], ())) != set(told["heads"]):
        raise Problem("conflict_changed")
    first = told["sides"][0]
    if not first["known"]:
        raise Problem("base_unknown")
    settled = dict(first["values"])
    warnings = conflicts.refuse_wrong(session, connection, record, settled)
    if warnings:
        raise Problem("needs_reason", details={"words": " ".join(each["message"] for each in warnings)})
    return settled


def _answer(settled: list[dict[str, Any]], left: list[dict[str, Any]], dry_run: bool) -> dict[str, Any]:
    losers = Counter(side["by"] for item in settled for side in item["lost"])
    return {
        "registrations": len({item["id"] for item in settled}),
        "conflicts": len(settled),
        "settled": settled,
        "left": left,
        "losers": dict(sorted(losers.items())),
        "dry_run": dry_run,
    }
