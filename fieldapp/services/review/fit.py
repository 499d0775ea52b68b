"""Which of many registrations a decision can be taken about, and why not about the others: read at once for all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import risk, roles
from fieldapp.domain.review import PENDING_STATES
from fieldapp.services import answers
from fieldapp.services import covers as cover_lists
from fieldapp.services.covers.words import problem as cover_problem
from fieldapp.services.problems import Problem
from fieldapp.services.returns.charges import mine
from fieldapp.services.review.words import problem
from fieldapp.services.submission import covers
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Row
from fieldapp.store.rows import from_json

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from sync.fold import Annotation, Record
    from sync.journal import Journal

#: What may be decided from which state; an undo needs a decision in force instead.
FROM: Final = {
    "approve": PENDING_STATES,
    "return": PENDING_STATES | {"approved", "waiting", "rejected"},
    "reject": PENDING_STATES | {"approved", "waiting", "returned"},
    # A registration that was taken out by mistake, by hand or by undoing a merge, comes back the same way; so does a
    # person who was said to take part no longer.
    "undo": frozenset({"approved", "waiting", "rejected", "returned", "changed_after_review", "void", "withdrawn"}),
}

_DIFFER: Final = risk.bit("decisions_differ")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the decider saw of a registration: the digest of its answers, and its state where the screen told one."""

    digest: str
    state: str = ""


@dataclass(slots=True)
class Weighed:
    """`rows` and `records` of the registrations that there are, and why some are refused; all by their ids.

    `records` are only read where a digest or an endorsement is asked for.
    """

    rows: dict[str, Row]
    records: dict[str, Record] = field(default_factory=dict)
    refused: dict[str, Problem] = field(default_factory=dict)
    endorsed: dict[str, list[Annotation]] | None = None
    """Who has endorsed each, where an approval needs two; None where one decider is enough."""

    def said(self, registration: str, decision: str, member: str) -> tuple[str, str | None]:
        """What this member's decision about one of them is written as, and the endorsement that it agrees to.

        Where two have to agree, the first to approve endorses; the second one's approval names that endorsement.
        """
        if decision != "approve" or self.endorsed is None:
            return decision, None
        others = [each for each in self.endorsed[registration] if each.by != member]
        return ("approve", others[0].entry) if others else ("endorse", None)


def weigh(
    session: Session,
    connection: Connection,
    journal: Journal,
    ids: Sequence[str],
    decision: str,
    *,
    seen: Mapping[str, Seen] | None = None,
    with_records: bool = False,
) -> Weighed:
    """Judge `ids` for one decision: who may take it, about what state, and for an approval whether anything is open."""
    wanted = list(dict.fromkeys(ids))
    weighed = Weighed({row.id: row for row in queries.rows(connection, wanted)})
    if seen or with_records:
        weighed.records = journal.records_named(weighed.rows)
    if decision == "approve" and session.settings.approval_levels > 1:
        weighed.records = weighed.records or journal.records_named(weighed.rows)
        weighed.endorsed = {id_: endorsements(record) for id_, record in weighed.records.items()}
    # Whoever goes on for a laptop that is gone is the same person as the one who worked on it.
    own = mine(session, connection)
    fit = []
    for each in wanted:
        try:
            _decidable(session, weighed, each, decision, (seen or {}).get(each), own)
        except Problem as refusal:
            weighed.refused[each] = refusal
        else:
            fit.append(each)
    if decision == "approve":
        weighed.refused.update(_unfit(session, connection, [weighed.rows[each] for each in fit]))
    return weighed


def endorsements(record: Record) -> list[Annotation]:
    """The first levels of approval that are in force for the answers as they are, the earliest first."""
    said = [each for each in record.decisions if each.fresh and each.fields.get("decision") == "endorse"]
    return sorted(said, key=lambda each: (each.t, each.entry))


def _decidable(
    session: Session, weighed: Weighed, registration: str, decision: str, seen: Seen | None, own: Collection[str]
) -> None:
    row = weighed.rows.get(registration)
    if row is None:
        raise Problem("registration_not_found", details={"id": registration})
    is_own = row.registered_by in own
    code = roles.may(session.member.role, "registration", "decide", own_record=is_own, decision=decision)
    if code == "own_decision":
        raise Problem("own_decision")
    if code is not None:
        raise Problem("not_allowed", details={"role": session.member.role, "who": "supervisor"})
    if not any(covers(scope, row.scope) for scope in session.member.scopes):
        raise Problem("outside_area")
    if seen is not None:
        _refuse_unseen(weighed.records[registration], row, seen)
    if row.state == "frozen":
        raise Problem("frozen")
    if row.joined_to is not None:
        raise Problem("joined", details={"survivor": row.joined_to})
    if decision == "undo" and not undoable(row):
        raise Problem("nothing_to_undo")
    if decision != "undo" and row.state not in FROM[decision]:
        raise Problem("not_pending", details={"state": row.state})
    if decision == "approve" and row.assigned_to in own:
        raise problem("assigned_to_you")
    said = (weighed.endorsed or {}).get(registration, ())
    if said and all(each.by == session.member.id for each in said):
        raise problem("endorsed_by_you")


def undoable(row: Row) -> bool:
    """Whether a decision is in force that can be taken back: also an endorsement, and several that two took apart."""
    return row.state in FROM["undo"] or row.decision_code == "endorse" or bool(row.risk & _DIFFER)


def _refuse_unseen(record: Record, row: Row, seen: Seen) -> None:
    """Whoever decides about other answers, or in another state, than the screen showed has not read it."""
    if record.digest != seen.digest or (seen.state and row.state != seen.state):
        raise problem("changed_meanwhile")


def _unfit(session: Session, connection: Connection, rows: Sequence[Row]) -> dict[str, Problem]:
    """Why some of these cannot be approved before something is put right: registration -> the refusal."""
    refused: dict[str, Problem] = {}
    for row in rows:
        if row.conflicts:
            refused[row.id] = Problem("has_conflicts")
        elif not row.nik:
            refused[row.id] = Problem("nik_missing")
        elif row.duplicate_count:
            refused[row.id] = Problem("duplicate_nik", details={"count": row.duplicate_count + 1})
    left = [row.id for row in rows if row.id not in refused]
    for id_, names in cover_lists.blocking(session, connection, left).items():
        refused[id_] = cover_problem("covered_elsewhere", {"lists": cover_lists.quoted(names)})
    refused.update(_broken(session, connection, [each for each in left if each not in refused]))
    return refused


def _broken(session: Session, connection: Connection, ids: Sequence[str]) -> dict[str, Problem]:
    """Those whose answers a rule refuses. Each is asked again, also one that nobody changed since its program checked
    it: a changed program could have handed in anything."""
    if not ids:
        return {}
    from fieldapp.forms.check import check
    from fieldapp.services.session import settings_of

    settings, today = settings_of(connection, session.programme.name), session.today()
    refused = {}
    for id_, text in queries.values_text(connection, ids):
        checked = check(from_json(text), settings, today, others=_Asked(session, connection, id_))
        if checked.errors:
            refused[id_] = Problem("has_errors", findings=answers.told(checked.errors))
    return refused


class _Asked(answers.Register):
    """The register, for a check after everything that it knows of one person at a time was asked for all at once."""

    def __init__(self, session: Session, connection: Connection, registration: str) -> None:
        super().__init__(session, connection, registration, looks_near=False)

    def nik_owner(self, nik: str) -> str | None:
        return None

    def phone_count(self, e164: str) -> int:
        return 0

    def cover_lists(self, nik: str) -> list[str]:
        return []


def grouped(weighed: Weighed) -> list[dict[str, Any]]:
    """The refusals by their reason, most people first: `{"code", "message", "people": [{"id", "name"}]}`."""
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for id_, refusal in weighed.refused.items():
        row = weighed.rows.get(id_)
        person = {"id": id_, "name": row.name if row else ""}
        groups.setdefault((refusal.code, refusal.message()), []).append(person)
    found = [{"code": code, "message": message, "people": people} for (code, message), people in groups.items()]
    return sorted(found, key=lambda each: (-len(each["people"]), each["code"], each["message"]))
