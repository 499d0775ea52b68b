"""One registration whole: answers, what is odd about them, what was said, and the way that it has gone so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain.review import ASSIGN
from fieldapp.services import covers, histories
from fieldapp.services.problems import Problem
from fieldapp.services.returns.charges import Charges, assigned_words, given
from fieldapp.services.review.asked import asked, changed_since
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name, member_names
from fieldapp.store import drafts as kept
from fieldapp.store import journeys, queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Row
from fieldapp.store.rows import decision_code

if TYPE_CHECKING:
    from sync.fold import Annotation, Record

#: Groups of the journal that a list of answers does not show.
_HIDDEN: Final = ("overrides",)


def show(session: Session, registration: str, *, history: bool = False) -> dict[str, Any]:
    """One registration or draft whole; Problem registration_not_found.

    `{"id", "state", "values", "conflicts", "overrides", "comments", "area", "registered_by", "duplicates", "covers",
    "errors"}` and what the desks know of it; `digest` names the answers as they are, which a decision is bound to. With
    `history` what `histories.history` answers and `journey` (see `journey`); `same_as` (`{"survivor", "with", "by",
    "at", "reason"}`) where another registration of the same person stays and this one gives way,
    `joined` (ids) where it stays for others.
    """
    from fieldapp.services.pairs import words as pair_words

    def read(connection: Connection) -> dict[str, Any]:
        draft = kept.get(connection, registration)
        if draft is not None:
            return _draft_shown(session, connection, draft)
        journal = session.journal(connection)
        record = journal.record(registration)
        row = queries.get(connection, registration)
        if record is None or row is None:
            raise Problem("registration_not_found", details={"id": registration})
        who = member_names(session, connection)
        shown = _shown(record, row, who, assigned_words(given(record), who, Charges(session, connection)))
        shown["duplicates"] = queries.same_nik(connection, registration)
        shown["covers"] = covers.shown(session, connection, registration)
        shown.update(pair_words.beside(session, connection, registration))
        if history:
            shown["history"] = histories.told(session, connection, journal, record, who)
            shown["journey"] = journey(session, connection, record, who)
        return shown

    told = session.read(read)
    histories.ask_for_dropped(session, registration, told.get("history", ()))
    return told


def journey(session: Session, connection: Connection, record: Record, who: Mapping[str, str]) -> list[dict[str, Any]]:
    """How far each entry of a registration has come, oldest first.

    `{"entry", "at", "by", "kind", "here": written on this laptop, "carried": {"bundle", "at"} or None, "received":
    [{"by", "at"}]}`: `carried` is the first packet of this laptop that holds the entry, `received` the first receipt of
    each other member who has merged it.
    """
    steps = []
    for stored in record.history:
        entry = stored.entry
        here = entry.dv == session.device
        carried, received = journeys.of_entry(connection, record.id, entry.ch, entry.n, entry.au, is_own=here)
        steps.append(
            {
                "entry": stored.id,
                "at": iso_time(entry.t[0]),
                "by": who.get(entry.au, entry.au),
                "kind": entry.k,
                "here": here,
                "carried": {"bundle": carried.bundle, "at": iso_time(carried.at_ms)} if carried else None,
                "received": [{"by": who.get(each.by, each.by), "at": iso_time(each.at_ms)} for each in received],
            }
        )
    return steps


def unmasked_nik(session: Session, registration: str) -> str:
    """The whole NIK of a registration, for a person who asked to see it; that it was shown is kept on this laptop."""
    from fieldapp.store import disclosures

    def write(connection: Connection, _: Any) -> str:
        row = queries.get(connection, registration)
        if row is None:
            raise Problem("registration_not_found", details={"id": registration})
        disclosures.keep(connection, registration, session.member.id, session.now_ms())
        return row.nik or ""

    return session.write(write)


def comments_of(record: Record, who: Mapping[str, str]) -> list[dict[str, Any]]:
    """Comments pinned to fields by decisions that are still in force, and free ones, oldest first.

    `{"entry", "field" (None for one about the whole), "text", "by", "at"}`.
    """
    found: list[tuple[Any, dict[str, Any]]] = []
    for said in (*record.decisions, *record.comments):
        pinned = _pinned(said)
        for field, text in pinned.items():
            found.append((said.t, _comment(said, field, text, who)))
    return [comment for _, comment in sorted(found, key=lambda pair: (pair[0], str(pair[1]["field"])))]


def _draft_shown(session: Session, connection: Connection, draft: kept.Draft) -> dict[str, Any]:
    from fieldapp.services import answers
    from fieldapp.services.drafts import view

    seen = view(draft)
    checked = answers.check(session, connection, seen.values, seen.registration)
    values = {name: value for name, value in seen.values.items() if name not in _HIDDEN}
    return {
        "id": draft.id,
        "state": "draft",
        "values": values,
        "conflicts": {},
        "overrides": seen.values.get("overrides") or {},
        "comments": [],
        "registration": seen.registration,
        "errors": answers.told(checked.errors),
        "warnings": answers.told(checked.unexplained),
    }


def _shown(record: Record, row: Row, who: Mapping[str, str], assigned: Mapping[str, Any] | None) -> dict[str, Any]:
    from fieldapp.services.conflicts import of_record

    overrides = record.values.get("overrides")
    return {
        "id": record.id,
        "state": row.state,
        "values": {name: value for name, value in sorted(record.values.items()) if name not in _HIDDEN},
        "conflicts": {conflict["field"]: conflict["values"] for conflict in of_record(record, who)},
        "overrides": overrides if isinstance(overrides, dict) else {},
        "comments": comments_of(record, who),
        "area": record.scope,
        "area_name": area_name(record.scope),
        "registered_by": who.get(record.origin_by, record.origin_by),
        "digest": record.digest,
        "round": row.round,
        "due": row.due,
        "assigned_to": assigned["to"] if assigned else None,
        "assigned": assigned,
        "ended": row.ended,
        "ended_on": row.ended_on,
        "endorsed_by": who.get(row.endorsed_by, row.endorsed_by) if row.endorsed_by else None,
        "decision": row.decision_code,
        "decision_by": who.get(row.decision_by, row.decision_by) if row.decision_by else None,
        "reason": row.decision_reason,
        "decisions": [_decision(said, who) for said in record.decisions],
        "asked": asked(record),
        "changed_since": changed_since(record),
        "seconds": row.seconds,
        "errors": list(row.errors),
        "warnings": list(row.warnings),
    }


def _decision(said: Annotation, who: Mapping[str, str]) -> dict[str, Any]:
    """One decision that no later one replaces; `fresh`: about the answers as they are."""
    return {
        "decision": decision_code(said),
        "by": who.get(said.by, said.by),
        "at": iso_time(said.t[0]),
        "reason": str(said.fields.get("reason") or ""),
        "fresh": said.fresh,
    }


def _pinned(said: Annotation) -> dict[Any, Any]:
    """Field (or None) -> text. Another program may have put anything in its place, which then pins nothing."""
    if said.kind != "comment":
        comments = said.fields.get("comments")
        return comments if isinstance(comments, dict) else {}
    if ASSIGN in said.fields:
        return {}
    field = said.fields.get("field")
    return {field if isinstance(field, str) else None: said.fields.get("text")}


def _comment(said: Annotation, field: Any, text: Any, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "entry": said.entry,
        "field": field,
        "text": text,
        "by": who.get(said.by, said.by),
        "at": iso_time(said.t[0]),
    }
