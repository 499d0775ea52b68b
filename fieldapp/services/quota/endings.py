"""When somebody no longer takes part: consent taken back, death, age, moving away. The slot becomes free for the first
in line; the registration and its history stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain.commitment import turns_on
from fieldapp.domain.months import add_months, is_month, month_of
from fieldapp.domain.review import ENDINGS
from fieldapp.domain.roles import may_end
from fieldapp.services import changes
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session, settings_of
from fieldapp.services.submission import covers, refuse_joined
from fieldapp.services.views import area_name
from fieldapp.store import committed, queries
from fieldapp.store.committed import HOLDING
from fieldapp.store.db import Connection
from sync.journal import Change, Journal

if TYPE_CHECKING:
    from sync.fold import Record

_OVER: Final = frozenset({"withdrawn", "void", "rejected"})
AGE: Final = "age"


def end(session: Session, ids: Sequence[str], cause: str, on: str | None, reason: str) -> dict[str, Any]:
    """Say of each of `ids` that the person no longer takes part, in one transaction; a refusal does not stop the rest.

    `cause`: one of `review.ENDINGS`; `on`: the ISO day of it, today where None; `reason` in a person's words. Answers
    `{"cause", "ended", "moved_up", "registrations": [{"id", "state", "ok", "code", "message"}]}`: `moved_up` counts
    those who waited and hold a slot now. Raises Problem: cause_unknown, ending_day, reason_needed.
    """
    day = _day(session, cause, on)
    if not reason.strip():
        raise Problem("reason_needed")
    return _write(session, ids, cause, lambda connection, one: day, reason.strip())


def end_aged(session: Session, month: str, reason: str = "") -> dict[str, Any]:
    """The same of everybody who reaches the oldest age by the end of `month` (YYYY-MM), each on that birthday."""
    due = {row["id"]: row["turns_on"] for row in turning(session, month)}
    words = reason.strip() or f"mencapai umur {session.settings.max_age} tahun"
    return _write(session, list(due), AGE, lambda connection, one: due[one], words)


def turning(session: Session, month: str) -> list[dict[str, Any]]:
    """Who holds or waits for a slot and reaches the oldest age by the end of `month`, the earliest first.

    `{"id", "name", "area", "area_name", "state", "turns_on"}`, the day as ISO text. Raises Problem ending_month.
    """
    if not is_month(month):
        raise Problem("ending_month")

    def read(connection: Connection) -> list[dict[str, Any]]:
        settings = settings_of(connection, session.programme.name)
        after = add_months(month, 1)
        edge = f"{int(after[:4]) - settings.max_age:04d}{after[4:]}-01"
        found = []
        for row in queries.rows(connection, committed.holders_reaching(connection, edge)):
            turns = turns_on(settings, row.birth_date)
            if turns is not None and month_of(turns) <= month:
                found.append(
                    {
                        "id": row.id,
                        "name": row.name,
                        "area": row.scope,
                        "area_name": area_name(row.scope),
                        "state": row.state,
                        "turns_on": turns.isoformat(),
                    }
                )
        return sorted(found, key=lambda one: (one["turns_on"], one["id"]))

    return session.read(read)


def _day(session: Session, cause: str, on: str | None) -> str:
    if cause not in ENDINGS:
        raise Problem("cause_unknown", details={"cause": cause})
    today = session.today()
    try:
        day = date.fromisoformat(on) if on else today
    except ValueError:
        raise Problem("ending_day") from None
    if day > today and cause in ("deceased", "consent"):
        raise Problem("ending_day")
    return day.isoformat()


def _write(
    session: Session, ids: Sequence[str], cause: str, on: Callable[[Connection, str], str], reason: str
) -> dict[str, Any]:
    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        refused: dict[str, Problem] = {}
        said: list[Change] = []
        waiting = {one.id for one in committed.waiting(connection)}
        for each in dict.fromkeys(ids):
            try:
                record, state = _endable(session, connection, journal, each, cause, on(connection, each))
            except Problem as problem:
                refused[each] = problem
                continue
            fields = {"decision": "withdraw", "cause": cause, "on": on(connection, each), "reason": reason}
            # Whether months were covered is known here and now; from the entries alone it would have to be replayed.
            said.append(changes.about(record, "decide", {**fields, "held": state in HOLDING}))
        journal.append(session.author(), said)
        still = {one.id for one in committed.waiting(connection)}
        up = waiting - still - {change.record for change in said}
        answers = [_answer(connection, each, refused.get(each)) for each in dict.fromkeys(ids)]
        return {"cause": cause, "ended": len(said), "moved_up": len(up), "registrations": answers}

    return session.write(write)


def _endable(
    session: Session, connection: Connection, journal: Journal, registration: str, cause: str, on: str
) -> tuple[Record, str]:
    record = journal.record(registration)
    row = queries.get(connection, registration)
    if record is None or row is None or record.type != "registration":
        raise Problem("registration_not_found", details={"id": registration})
    own = record.origin_by == session.member.id
    if not may_end(session.member.role, cause, own_record=own):
        raise Problem("not_allowed", details={"role": session.member.role, "who": "supervisor"})
    if not any(covers(scope, record.scope) for scope in session.member.scopes):
        raise Problem("outside_area")
    refuse_joined(connection, registration)
    if row.state in _OVER:
        raise Problem("ended_already", details={"state": row.state})
    if cause == AGE:
        turns = turns_on(settings_of(connection, session.programme.name), row.birth_date)
        if turns is None or turns.isoformat() > on:
            raise Problem("not_aged")
    return record, row.state


def _answer(connection: Connection, registration: str, refusal: Problem | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": registration,
        "state": queries.state_of(connection, registration),
        "ok": refusal is None,
    }
    if refusal is not None:
        told |= {"code": refusal.code, "message": refusal.message(), "exit": int(refusal.exit_code)}
    return told
