"""Deciding whether two registrations are one person, with a reason, and taking it back (docs/decisions/0018).

Nothing is removed: one of the two stands for the person, the other gives way and comes back when the decision is taken
back. What a person decides travels as a record of its own; what the survivor takes over is an ordinary edit of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.domain import roles
from fieldapp.domain.same_as import DECISIONS, Pair, pair_of, read
from fieldapp.services import answers
from fieldapp.services.pairs.words import decision_of, decisions
from fieldapp.services.policy import PUBLIC_SCOPE, began_both
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.services.submission import append_fields, covers
from fieldapp.store import decided, queries
from fieldapp.store.db import Connection
from fieldapp.store.rows import ENDED_STATES
from fieldapp.store.same_as import Word, areas_of, words_of
from sync.journal import Change, Journal

if TYPE_CHECKING:
    from fieldapp.domain.findings import Finding
    from fieldapp.domain.same_as import Fields
    from sync.fold import Record

#: Which of two registrations stays when nobody says: the one that got furthest, then the older one.
_FURTHEST: Final = ("frozen", "approved", "waiting")
__all__ = ["decide", "decision_of", "decisions", "refusal", "undo"]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A decision as it was asked for."""

    pair: Pair
    decision: str
    reason: str
    survivor: str | None
    take: Mapping[str, str]


class _Kept(NamedTuple):
    """What the survivor has taken over and keeps: field -> where from, field -> value before, ids of the edits."""

    taken: dict[str, str]
    before: dict[str, object]
    edits: tuple[str, ...]


def decide(
    session: Session,
    a: str,
    b: str,
    decision: str,
    *,
    reason: str,
    survivor: str | None = None,
    take: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Say that two registrations are `same`, `different` or `unsure`, in one transaction.

    With *same* one of them gives way: the other one is `survivor`, by default the frozen, else the approved, else the
    older one; `take` names for single fields the registration whose answer the survivor is to have. Answers `{"a", "b",
    "decision", "survivor", "states": {id: state}, "taken": {field: id}, "restored": [fields], "records": [ids]}`;
    `restored` are answers that an earlier decision had taken over and that are put back.

    Raises Problem: decision_unknown, reason_needed, pair_of_one, survivor_unknown, survivor_without_same,
    field_unknown, not_allowed_field, registration_not_found, not_allowed, not_own_pair, decided_by_office,
    outside_area, not_live, joined, frozen, frozen_gives_way, contradicts, already_decided, findings (a rule refuses a
    taken answer).
    """
    asked = _asked(a, b, decision, reason, survivor, take or {})
    return session.write(lambda connection, journal: _Deciding(session, connection, journal, asked.pair).say(asked))


def refusal(session: Session, a: str, b: str) -> Problem | None:
    """Why this member may say nothing about a pair, with whom to ask; None when the member may."""

    def read(connection: Connection) -> Problem | None:
        try:
            _Deciding(session, connection, session.journal(connection), pair_of(a, b))
        except Problem as problem:
            return problem
        return None

    return session.read(read)


def undo(session: Session, a: str, b: str, *, reason: str) -> dict[str, Any]:
    """Take back what was decided about a pair: both stand for themselves again, and the pair is open again.

    Answers like `decide`, with decision `unsure`. Raises Problem: reason_needed, pair_of_one, registration_not_found,
    not_allowed, not_own_pair, decided_by_office, outside_area, nothing_to_undo.
    """
    asked = _asked(a, b, "unsure", reason, None, {})
    return session.write(lambda connection, journal: _Deciding(session, connection, journal, asked.pair).undo(asked))


def _asked(a: str, b: str, decision: str, reason: str, survivor: str | None, take: Mapping[str, str]) -> _Asked:
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS

    if decision not in DECISIONS:
        raise Problem("decision_unknown", details={"decision": decision})
    if not reason.strip():
        raise Problem("reason_needed")
    if a == b:
        raise Problem("pair_of_one")
    if decision != "same" and (survivor is not None or take):
        raise Problem("survivor_without_same")
    if not {one for one in (survivor, *take.values()) if one is not None} <= {a, b}:
        raise Problem("survivor_unknown")
    for name in take:
        if name not in QUESTIONS:
            raise Problem("field_unknown" if name not in APP_FIELDS else "not_allowed_field", details={"field": name})
    return _Asked(pair_of(a, b), decision, reason.strip(), survivor, dict(take))


class _Deciding:
    """One decision about one pair, inside a transaction of the caller's."""

    def __init__(self, session: Session, connection: Connection, journal: Journal, pair: Pair) -> None:
        self._session = session
        self._connection = connection
        self._journal = journal
        self._pair = pair
        self._records = {one: self._record(one) for one in pair}
        self._refuse_stranger()
        self._row = decided.get(connection, pair)
        said = decided.spoken(connection, [pair]).get(pair)
        self._in_force = said.in_force if said is not None else ()
        if session.member.role == "enumerator" and any(word.said.by_office for word in self._in_force):
            raise Problem("decided_by_office")

    def say(self, asked: _Asked) -> dict[str, Any]:
        """Write the decision, and what the survivor takes over."""
        survivor = self._survivor(asked) if asked.decision == "same" else None
        self._refuse_contradiction(asked.decision)
        restored, kept = self._put_back(survivor)
        taken, before, edits = self._take(asked, survivor, kept)
        stamps = self._stamps()
        is_known = self._row is not None and (self._row.decision, self._row.survivor) == (asked.decision, survivor)
        if is_known and not (restored or edits) and self._row is not None and self._row.stamps == stamps:
            raise Problem("already_decided")
        fields: dict[str, Any] = {"decision": asked.decision, "reason": asked.reason, "stamps": list(stamps)}
        if survivor is not None:
            fields["survivor"] = survivor
        answers_of_survivor = {
            name: value
            for name, value in (
                ("taken", {**kept.taken, **taken}), ("before", before), ("edits", [*kept.edits, *edits])
            )
            if value
        }  # fmt: skip
        records = self._write(survivor, fields, answers_of_survivor)
        return self._answer(asked, survivor, taken, restored, records)

    def undo(self, asked: _Asked) -> dict[str, Any]:
        """Write that nobody is sure any more."""
        if self._row is None or self._row.decision == "unsure":
            raise Problem("nothing_to_undo")
        restored, _ = self._put_back(None)
        fields = {"decision": asked.decision, "reason": asked.reason, "stamps": list(self._stamps())}
        return self._answer(asked, None, {}, restored, self._write(None, fields, {}))

    def _record(self, registration: str) -> Record:
        record: Record | None = self._journal.record(registration)
        if record is None or record.type != "registration" or not record.complete:
            raise Problem("registration_not_found", details={"id": registration})
        return record

    def _refuse_stranger(self) -> None:
        member = self._session.member
        own = began_both(member.id, {"a": self._pair[0], "b": self._pair[1], "decision": "unsure"})
        if roles.may(member.role, "same_as", "new", own_record=own) is not None:
            if member.role == "enumerator":
                raise Problem("not_own_pair")
            raise Problem("not_allowed", details={"role": member.role, "who": "coordinator"})
        for record in self._records.values():
            if not any(covers(scope, record.scope) for scope in member.scopes):
                raise Problem("outside_area")

    def _survivor(self, asked: _Asked) -> str:
        """Who stays; refuses pairs of which one stands for nobody, or cannot give way."""
        states = {one: self._own_state(one) for one in self._pair}
        for one, state in states.items():
            if state in ENDED_STATES:
                raise Problem("not_live", details={"id": one, "state": state})
        order = {state: number for number, state in enumerate(_FURTHEST)}
        first = min(self._pair, key=lambda one: (order.get(states[one], len(order)), one))
        before = self._row.survivor if self._row is not None else None
        survivor = asked.survivor or before or first
        gives = next(one for one in self._pair if one != survivor)
        if states[gives] == "frozen":
            raise Problem("frozen" if states[survivor] == "frozen" else "frozen_gives_way", details={"id": gives})
        return survivor

    def _own_state(self, registration: str) -> str:
        """The state as it is without what was said of this very pair."""
        row = queries.get(self._connection, registration)
        if row is None:
            raise Problem("registration_not_found", details={"id": registration})
        if row.joined_to is None:
            return row.state
        others = decided.about(self._connection, [registration])
        others.pop(self._pair, None)
        if any(registration in other.gives for other in others.values()):
            raise Problem("joined", details={"survivor": row.joined_to})
        return queries.own_state_of(self._connection, registration) or row.state

    def _refuse_contradiction(self, decision: str) -> None:
        """Raises Problem for a word that contradicts what is in force about others of the case."""
        if decision == "unsure":
            return
        one, other = (decided.case_of(self._connection, each, besides=self._pair) for each in self._pair)
        if decision == "different":
            way_round = one.registrations.get(self._pair[1])
            if way_round is not None:
                raise Problem("contradicts", details=dict(zip("ab", way_round, strict=True)))
            return
        for a, b in {*one.apart, *other.apart}:
            if {a, b} <= {*one.registrations, *other.registrations}:
                raise Problem("contradicts", details={"a": a, "b": b})

    def _put_back(self, survivor: str | None) -> tuple[list[str], _Kept]:
        """Put answers back that the words in force had taken over, where nobody changed them since; what stays taken.

        The survivor of a decision that is only confirmed, or takes more over, keeps what it has; so does a frozen one.
        """
        restored: list[str] = []
        kept = _Kept({}, {}, ())
        for word in reversed(self._in_force):
            said = self._fields(word)
            if said is None or not said.edits or said.survivor is None:
                continue
            if said.survivor == survivor:
                # Two who took answers over at once: of each answer the first one saw what was there before.
                kept = _Kept({**kept.taken, **said.taken}, {**said.before, **kept.before}, (*kept.edits, *said.edits))
                continue
            if self._is_frozen(said.survivor):
                continue
            record = self._records[said.survivor]
            fields = {}
            for name, value in said.before.items():
                if _is_from(record, name, said.edits) and record.values.get(name) != value:
                    fields[name] = value
            if fields:
                whole = {**record.values, **fields}
                append_fields(self._session, self._journal, record, fields, whole, None)
                self._records[said.survivor] = self._record(said.survivor)
                restored += sorted(fields)
        return restored, kept

    def _is_frozen(self, registration: str) -> bool:
        return queries.state_of(self._connection, registration) == "frozen"

    def _fields(self, word: Word) -> Fields | None:
        """What a word says: of its twins, the one that was written where the survivor's answers may be read."""
        twins = [
            each.said.id
            for each in words_of(self._connection, [self._pair])[self._pair]
            if (each.said.by, each.said.first) == (word.said.by, word.said.first)
        ]
        records = [self._journal.record(twin) for twin in twins]
        found = [read(record.origin.entry.f) for record in records if record is not None and record.origin is not None]
        return max((said for said in found if said is not None), key=lambda said: len(said.edits), default=None)

    def _take(
        self, asked: _Asked, survivor: str | None, kept: _Kept
    ) -> tuple[dict[str, str], dict[str, Any], list[str]]:
        """Write the answers that the survivor takes over: (field -> id, their values before, the edit's id)."""
        if survivor is None:
            return {}, {}, []
        record = self._records[survivor]
        # What somebody changed since it was taken over is no longer anything to put back.
        before = {name: value for name, value in kept.before.items() if _is_from(record, name, kept.edits)}
        wanted = {name: self._records[one].values.get(name) for name, one in asked.take.items()}
        changed = {name: value for name, value in wanted.items() if value != record.values.get(name)}
        if not changed:
            return {}, before, []
        if self._is_frozen(survivor):
            raise Problem("frozen")
        taken = {name: asked.take[name] for name in changed}
        giver = self._records[next(one for one in self._pair if one != survivor)]
        fields, whole = self._checked(record, giver, changed, asked.reason)
        for name in fields:
            before.setdefault(name, record.values.get(name))
        edit = append_fields(self._session, self._journal, record, fields, whole, None)
        self._records[survivor] = self._record(survivor)
        return taken, before, [edit]

    def _checked(
        self, record: Record, giver: Record, changed: Mapping[str, Any], reason: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The answers to write and the whole they make; a warning that they bring is explained as it was before, or by
        the decision's reason. Raises Problem findings for what no reason explains."""
        whole = {**record.values, **changed}
        checked = answers.check(self._session, self._connection, whole, record.id)
        before = answers.check(self._session, self._connection, record.values, record.id)
        known = {(finding.code, finding.field) for finding in (*before.errors, *before.unexplained)}

        def is_fresh(finding: Finding) -> bool:
            # That another registration has the same NIK, or is like this one, is what is being decided here.
            return (finding.code, finding.field) not in known and not finding.code.startswith("duplicate_")

        wrong = [finding for finding in checked.errors if is_fresh(finding)]
        if wrong:
            raise Problem("findings", findings=answers.told(wrong))
        fields = {name: checked.values.get(name) for name in changed}
        given = _reasons(giver)
        fresh = {f.code: given.get(f.code, reason) for f in checked.unexplained if is_fresh(f)}
        if fresh:
            fields["overrides"] = {**_reasons(record), **fresh}
        return fields, {**checked.values, **fields}

    def _stamps(self) -> tuple[str, str]:
        from fieldapp.matching import people

        a, b = (
            people.stamp(people.of_answers(self._records[one].values, self._records[one].scope)) for one in self._pair
        )
        return a, b

    def _write(
        self, survivor: str | None, fields: Mapping[str, Any], answers_of_survivor: Mapping[str, Any]
    ) -> list[str]:
        """Write the decision once for each area; the records. Answers of the survivor go to its own areas alone."""
        author = self._session.author()
        areas = areas_of(self._connection, self._pair)
        replaces = decided.unreplaced(self._connection, self._pair)
        whole = {"a": self._pair[0], "b": self._pair[1], **fields, **({"replaces": replaces} if replaces else {})}
        records: list[str] = []
        for scope in self._scopes(survivor, areas):
            twin = {**whole, "first": records[0]} if records else dict(whole)
            if survivor is not None and scope in areas[survivor]:
                twin.update(answers_of_survivor)
            record = self._journal.new_record(author)
            change = Change(record=record, type="same_as", scope=scope, kind="new", fields=twin)
            self._journal.append(author, [change])
            records.append(record)
        return records

    def _answer(
        self, asked: _Asked, survivor: str | None, taken: Mapping[str, str], restored: list[str], records: list[str]
    ) -> dict[str, Any]:
        return {
            "a": self._pair[0],
            "b": self._pair[1],
            "decision": asked.decision,
            "survivor": survivor,
            "states": {one: queries.state_of(self._connection, one) for one in self._pair},
            "taken": dict(taken),
            "restored": restored,
            "records": records,
        }

    def _scopes(self, survivor: str | None, areas: Mapping[str, tuple[str, ...]]) -> list[str]:
        """The areas that are to learn of it: first the one whose registration gives way, then every other in reach."""
        order = sorted(self._pair, key=lambda one: (one == survivor, one))
        found = dict.fromkeys(scope for one in order for scope in areas.get(one, ()))
        own = self._session.member.scopes
        return [s for s in found if s != PUBLIC_SCOPE and any(covers(scope, s) for scope in own)]


def _is_from(record: Record, name: str, edits: Collection[str]) -> bool:
    """Whether one of these edits gave the answer that is there now, and nobody changed it since."""
    heads = record.heads.get(record.rules.group(name), ())
    return len(heads) == 1 and heads[0].id in edits


def _reasons(record: Record) -> dict[str, Any]:
    given = record.values.get("overrides")
    return dict(given) if isinstance(given, dict) else {}
