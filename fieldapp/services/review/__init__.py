"""Review: the supervisor's queue, and decisions bound to what was seen, about one or about thousands at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Literal, get_args

from fieldapp.domain import roles
from fieldapp.domain.review import PENDING_STATES
from fieldapp.services.covers import matches as cover_matches
from fieldapp.services.lists import ids as find_ids
from fieldapp.services.lists import rows_of
from fieldapp.services.problems import Problem
from fieldapp.services.quota import budget
from fieldapp.services.reports import quality
from fieldapp.services.review.fit import Seen, Weighed, grouped, weigh
from fieldapp.services.review.words import problem, undone_words
from fieldapp.services.session import Session, iso_time
from fieldapp.store import local, queries
from fieldapp.store.db import Connection
from sync.journal import Change, Journal

__all__ = [
    "DECISIONS",
    "Decision",
    "Seen",
    "decide",
    "due_date",
    "get_ready",
    "last_decision",
    "preview",
    "queue",
    "queue_ids",
    "tried",
    "undo_last",
]

Decision = Literal["approve", "return", "reject", "undo"]
DECISIONS: Final[tuple[str, ...]] = get_args(Decision)

#: What this member decided last on this laptop, so that it can be taken back as one; written with the decision itself.
_LAST: Final = "last_decision:{member}"
_LATEST_DUE_DAYS: Final = 366


def queue(session: Session, *, filter: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """What waits for a decision, the riskiest first; each row says why in `reasons` (codes of `domain.risk`).

    `filter`: area, category, registered_by, text, or state (one of the pending states).
    """
    return rows_of(session, queue_ids(session, filter=filter), desk=True)


def queue_ids(session: Session, *, filter: Mapping[str, str] | None = None) -> list[str]:
    """The ids of what waits, in the queue's order: what a decision about a filter asks for."""
    wanted = dict(filter or {})
    states = [wanted.pop("state")] if "state" in wanted else sorted(PENDING_STATES)
    return find_ids(session, states=states, order="risk", **wanted)


def get_ready(session: Session) -> dict[str, tuple[str, ...]]:
    """Work out what the queue asks beside its entries, before anybody waits for it.

    That is what lists of people who are covered already say of registrations that changed, and in whose way of
    registering something stands out; the latter is answered, as by `quality.flags`.
    """
    cover_matches.keep_ranks(session)
    return quality.flags(session)


def decide(
    session: Session,
    ids: Sequence[str],
    decision: str,
    *,
    reason: str | None = None,
    fields: Mapping[str, str] | None = None,
    due: str | None = None,
    seen: Mapping[str, str | Seen] | None = None,
    within_budget: bool = False,
) -> list[dict[str, Any]]:
    """Take one decision about each of `ids`, in one transaction; a refusal of one does not stop the rest.

    `reason` is needed to return, reject and undo; `fields` pins comments to fields (name -> text). `due` is the ISO
    date by which a return asks to be answered; without one, the programme's `return_days` from today. `seen` says what
    the decider has read (id -> digest of `showing.show` or of a list's row): a registration that is no longer so is
    refused with `changed_meanwhile`; one that is not named is decided about as it is. `within_budget` approves only as
    many, from the first on, as the budget pays for; the others are refused with `budget_used`.

    Every answer is `{"id", "state", "decision", "ok"}`, and where `ok` is false also `code` and `message`. `decision`
    is `endorse` where an approval was the first of two levels. Raises Problem: decision_unknown, field_unknown,
    reason_needed, due_date.
    """
    said = _said(session, decision, reason, fields, due)

    def write(connection: Connection, journal: Journal) -> list[dict[str, Any]]:
        weighed = weigh(session, connection, journal, ids, decision, seen=_as_seen(seen))
        taken = [each for each in dict.fromkeys(ids) if each not in weighed.refused]
        if within_budget and decision == "approve":
            carried = budget.carries(session, connection, taken)
            weighed.refused.update({each: Problem("budget_used") for each in taken[len(carried) :]})
            taken = carried
        changes = [_change(session, weighed, each, said) for each in taken]
        stored = journal.append(session.author(), changes)
        if stored:
            entries = [[one.entry.r, one.id] for one in stored]
            kept = {"decision": decision, "entries": entries, "at_ms": session.now_ms()}
            if decision == "undo":
                local.remove(connection, _last_key(session))
            else:
                local.put(connection, _last_key(session), kept)
        return _answers(session, connection, ids, decision, weighed)

    return session.write(write)


def tried(
    session: Session, ids: Sequence[str], decision: str, *, seen: Mapping[str, str | Seen] | None = None
) -> list[dict[str, Any]]:
    """What `decide` would answer, with nothing decided: `state` is as it is, `ok` whether it would be taken."""

    def read(connection: Connection) -> list[dict[str, Any]]:
        weighed = weigh(session, connection, session.journal(connection), ids, decision, seen=_as_seen(seen))
        return _answers(session, connection, ids, decision, weighed)

    if decision not in DECISIONS:
        raise Problem("decision_unknown", details={"decision": decision})
    return session.read(read)


def preview(
    session: Session, ids: Sequence[str], decision: str, *, seen: Mapping[str, str | Seen] | None = None
) -> dict[str, Any]:
    """What `decision` would do to `ids`, before it is taken; `seen` as in `decide`.

    `{"taken": count, "endorsed": count of those that a second member has to approve after this, "takes_slot": ids of
    the others, "round": the highest that a return would begin, "seen": {id: Seen} as they are now, "refused": [{"code",
    "message", "people": [{"id", "name"}]}]}`, most people first. Names are for the person who decides, not for logs.
    """

    def read(connection: Connection) -> dict[str, Any]:
        journal = session.journal(connection)
        weighed = weigh(session, connection, journal, ids, decision, seen=_as_seen(seen), with_records=True)
        taken = [each for each in weighed.rows if each not in weighed.refused]
        said = [weighed.said(each, decision, session.member.id)[0] for each in taken]
        return {
            "taken": len(taken),
            "endorsed": said.count("endorse"),
            "takes_slot": [each for each, what in zip(taken, said, strict=True) if what != "endorse"],
            "round": 1 + max((row.round for row in weighed.rows.values()), default=0),
            "seen": {id_: Seen(weighed.records[id_].digest, row.state) for id_, row in weighed.rows.items()},
            "refused": grouped(weighed),
        }

    return session.read(read)


def last_decision(session: Session) -> dict[str, Any] | None:
    """This member's last decision on this laptop, while it can be taken back as one: `{"decision", "count", "at"}`."""
    kept = session.read(lambda connection: local.get(connection, _last_key(session)))
    if kept is None:
        return None
    return {"decision": kept["decision"], "count": len(kept["entries"]), "at": iso_time(kept["at_ms"])}


def undo_last(session: Session, reason: str | None = None) -> dict[str, Any]:
    """Take this member's last decision back as one, in one transaction and with a trace in every history.

    What was changed or decided since is left as it is. Answers `{"decision", "undone": count, "left": [{"id", "name",
    "code", "message"}]}`. Raises Problem: no_last_decision, not_allowed.
    """
    if roles.may(session.member.role, "registration", "decide", own_record=False, decision="undo") is not None:
        raise Problem("not_allowed", details={"role": session.member.role, "who": "supervisor"})

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        kept = local.get(connection, _last_key(session))
        if kept is None:
            raise problem("no_last_decision")
        rows = {row.id: row for row in queries.rows(connection, [id_ for id_, _ in kept["entries"]])}
        records = journal.records_named(rows)
        words = (reason or "").strip() or undone_words(kept["decision"], len(kept["entries"]))
        said = {"decision": "undo", "reason": words}
        changes, left = [], []
        for id_, entry in kept["entries"]:
            row, record = rows.get(id_), records.get(id_)
            heads = record.decisions if record else ()
            stands = [head.entry for head in heads] == [entry] and heads[0].fresh
            if row is None or not stands or row.state == "frozen" or row.joined_to is not None:
                refusal = Problem("frozen") if row and row.state == "frozen" else problem("built_upon")
                told = {"code": refusal.code, "message": refusal.message()}
                left.append({"id": id_, "name": row.name if row else "", **told})
            else:
                changes.append(_about(id_, row.scope, said))
        journal.append(session.author(), changes)
        local.remove(connection, _last_key(session))
        return {"decision": kept["decision"], "undone": len(changes), "left": left}

    return session.write(write)


def _last_key(session: Session) -> str:
    return _LAST.format(member=session.member.id)


def _as_seen(seen: Mapping[str, str | Seen] | None) -> dict[str, Seen]:
    return {id_: each if isinstance(each, Seen) else Seen(each) for id_, each in (seen or {}).items()}


def _said(
    session: Session, decision: str, reason: str | None, fields: Mapping[str, str] | None, due: str | None
) -> dict[str, Any]:
    """The fields of the entries, the same for everybody whom one decision is about."""
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
    if decision == "return":
        said["due"] = due_date(session, due)
    if comments:
        said["comments"] = comments
    return said


def due_date(session: Session, due: str | None = None) -> str:
    """The ISO date by which a return asks to be answered: `due` when it can be one, else the programme's days from
    today. Raises Problem due_date."""
    today = session.today()
    if not (due or "").strip():
        return (today + timedelta(days=session.settings.return_days)).isoformat()
    try:
        day = date.fromisoformat(str(due).strip())
    except ValueError:
        raise problem("due_date") from None
    if not today < day <= today + timedelta(days=_LATEST_DUE_DAYS):
        raise problem("due_date")
    return day.isoformat()


def _change(session: Session, weighed: Weighed, registration: str, said: Mapping[str, Any]) -> Change:
    decision, endorsed = weighed.said(registration, said["decision"], session.member.id)
    fields = {**said, "decision": decision, **({"endorsed": endorsed} if endorsed else {})}
    return _about(registration, weighed.rows[registration].scope, fields)


def _about(registration: str, scope: str, fields: Mapping[str, Any]) -> Change:
    """A decision that answers every one in force, so that it also settles what two decided apart."""
    return Change(record=registration, type="registration", scope=scope, kind="decide", fields=fields)


def _answers(
    session: Session, connection: Connection, ids: Sequence[str], decision: str, weighed: Weighed
) -> list[dict[str, Any]]:
    wanted = list(dict.fromkeys(ids))
    states = {row.id: row.state for row in queries.rows(connection, wanted)}
    answers = []
    for each in wanted:
        refusal = weighed.refused.get(each)
        written = decision if refusal else weighed.said(each, decision, session.member.id)[0]
        answer: dict[str, Any] = {
            "id": each,
            "state": states.get(each),
            "decision": written,
            "ok": refusal is None,
        }
        if refusal is not None:
            answer |= {"code": refusal.code, "message": refusal.message(), "exit": int(refusal.exit_code)}
        answers.append(answer)
    return answers
