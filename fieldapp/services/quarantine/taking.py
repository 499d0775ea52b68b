"""Taking over what does not count, under the own name; refusing it; taking either back (docs/decisions/0034).

Nothing of a held entry ever counts by itself: whoever releases it writes what it says anew, by the rules of the form
and of the own role, and a word beside it says so everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fieldapp.domain import quarantine as rules
from fieldapp.domain import roles
from fieldapp.domain.quarantine import Said
from fieldapp.services import answers
from fieldapp.services.pairs import finding
from fieldapp.services.problems import Problem
from fieldapp.services.quarantine import items
from fieldapp.services.quarantine.drafts import note_drafts, note_of, word
from fieldapp.services.quarantine.items import Desk, Item
from fieldapp.services.quarantine.plans import Planner, Taking
from fieldapp.services.quarantine.words import problem
from fieldapp.services.session import Session
from fieldapp.services.submission import covers
from fieldapp.store import drafts as kept
from fieldapp.store import held, queries
from fieldapp.store.db import Connection
from fieldapp.store.rows import ENDED_STATES
from sync.errors import MESSAGES, SyncError
from sync.journal import Change, Journal


def release(
    session: Session,
    entries: Sequence[str],
    reason: str,
    *,
    seen: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> list[dict[str, Any]]:
    """Take over what these held entries say, each item whole, in one transaction; a refusal of one stops no other.

    `seen`: registration -> the digest that the person saw of it, for items that change one. An item that a rule of the
    form refuses becomes a draft of this member's with its findings. With `dry_run` nothing is written.

    Answers for each item `{"id", "entries", "what", "ok", "state", "registration", "words", "errors", "warnings"}`, and
    where `ok` is false `code`, `message` and `exit`. Raises Problem reason_needed.
    """
    said = _reason(reason)

    def taker(connection: Connection) -> _Taker:
        return _Taker(session, connection, session.journal(connection), said, seen or {})

    if dry_run:
        return session.read(lambda connection: [_told_of(each) for each in taker(connection).plan(entries)])
    return session.write(lambda connection, _: [_told_of(each) for each in taker(connection).take(entries)])


def refuse(session: Session, entries: Sequence[str], reason: str) -> list[dict[str, Any]]:
    """Say of these held entries that nobody takes them over, each item whole; answers like `release`."""
    said = _reason(reason)

    def work(connection: Connection, journal: Journal) -> list[dict[str, Any]]:
        done: list[Outcome] = []
        written: list[Change] = []
        for given, item in _chosen(items.read(session, connection), entries):
            outcome = Outcome(given, item)
            done.append(outcome)
            if item is None:
                outcome.refusal = problem("held_not_found")
                continue
            try:
                items.refuse_refusing(session, item)
            except Problem as refusal:
                outcome.refusal = refusal
                continue
            said_of = _words(session, journal, item, rules.REFUSED, said, "")
            outcome.state = rules.REFUSED
            outcome.words = [change.record for change in said_of]
            written += said_of
        if written:
            journal.append(session.author(), written)
        return [_told_of(each) for each in done]

    return session.write(work)


def take_back(session: Session, wanted: str) -> dict[str, Any]:
    """Take back what was said of a held entry, by the word's id or the beginning of it, so that it is open again.

    Answers `{"id", "entry", "decision"}`. Raises Problem: held_word_unknown, held_word_ambiguous, not_allowed,
    outside_area, held_released (what it released still stands).
    """

    def work(connection: Connection, journal: Journal) -> dict[str, Any]:
        found = _word(connection, wanted)
        _refuse_taking_back(session, connection, found)
        void = Change(
            record=found.id,
            type=rules.TYPE,
            scope=found.scope,
            kind="void",
            fields={"decision": "void", "reason": ""},
        )
        journal.append(session.author(), [void])
        return {"id": found.id, "entry": found.said.entry, "decision": found.said.decision}

    return session.write(work)


@dataclass(slots=True)
class Outcome:
    """What came of one item that was asked for; `item` None for an entry that is not held."""

    given: str
    item: Item | None
    taking: Taking | None = None
    refusal: Problem | None = None
    state: str = ""
    words: list[str] = field(default_factory=list)


class _Taker:
    """One release, inside a transaction of the caller's."""

    def __init__(
        self, session: Session, connection: Connection, journal: Journal, reason: str, seen: Mapping[str, str]
    ) -> None:
        self._session = session
        self._connection = connection
        self._journal = journal
        self._reason = reason
        self._planner = Planner(session, connection, journal, reason, seen)

    def plan(self, entries: Sequence[str]) -> list[Outcome]:
        """How each item would be taken over, and why others would not."""
        desk = items.read(self._session, self._connection)
        done = []
        for given, item in _chosen(desk, entries):
            outcome = Outcome(given, item)
            done.append(outcome)
            try:
                if item is None:
                    raise problem("held_not_found")
                items.refuse_taking(self._session, desk, item)
                outcome.taking = self._planner.plan(item)
                outcome.state = outcome.taking.state
            except Problem as refusal:
                outcome.refusal = refusal
        return done

    def take(self, entries: Sequence[str]) -> list[Outcome]:
        """Take over what can be; the rest is refused one by one."""
        finding.index_few(self._connection)
        done = self.plan(entries)
        self._write([each for each in done if each.refusal is None])
        return done

    def _write(self, taken: Sequence[Outcome]) -> None:
        """Write everything in one go; only where one item cannot be kept, each for itself."""
        parts = [(outcome, self._changes_of(outcome)) for outcome in taken]
        together = [change for _, part in parts for change in part]
        try:
            self._append(together)
        except SyncError:
            for outcome, part in parts:
                try:
                    self._append(part)
                except SyncError as error:
                    outcome.refusal = _refusal(error)
        self._keep_drafts([outcome.taking for outcome, _ in parts if outcome.refusal is None])

    def _changes_of(self, outcome: Outcome) -> list[Change]:
        taking = outcome.taking
        if taking is None or taking.draft is not None:
            return []
        said = _words(self._session, self._journal, taking.item, rules.RELEASED, self._reason, taking.registration)
        outcome.words = [change.record for change in said]
        return [*taking.changes, *said]

    def _append(self, wanted: Sequence[Change]) -> None:
        if wanted:
            self._journal.append(self._session.author(), wanted)

    def _keep_drafts(self, takings: Sequence[Taking | None]) -> None:
        """Keep what is to be put right first, with what is to be said of it once it is handed in."""
        notes = {}
        for taking in takings:
            if taking is None or taking.draft is None:
                continue
            kept.save(self._connection, taking.draft)
            entries = [(one.stored.id, one.stored.entry.s) for one in taking.item.held]
            notes[taking.draft.id] = note_of(taking.item.record, entries, self._reason, taking.comment)
        note_drafts(self._connection, notes)


def _words(session: Session, journal: Journal, item: Item, decision: str, reason: str, taken: str) -> list[Change]:
    return [
        word(session, journal, Said(one.stored.id, item.record, decision, reason, taken), one.stored.entry.s)
        for one in item.held
    ]


def _chosen(desk: Desk, entries: Sequence[str]) -> list[tuple[str, Item | None]]:
    """(entry as it was given, its item) for each item once, and for each entry that is not held."""
    known = items.with_entry(desk.items)
    found: dict[str, tuple[str, Item | None]] = {}
    for given in entries:
        item = known.get(given) or _by_prefix(known, given)
        found.setdefault(item.id if item is not None else given, (given, item))
    return list(found.values())


def _by_prefix(known: Mapping[str, Item], given: str) -> Item | None:
    wanted = given.strip().lower()
    if len(wanted) < 6:
        return None
    matching = {item.id: item for entry, item in known.items() if entry.startswith(wanted)}
    if len(matching) > 1:
        raise problem("held_ambiguous")
    return next(iter(matching.values()), None)


def find(desk: Desk, given: str) -> Item:
    """The item of a held entry, by its id or the beginning of it. Raises Problem held_not_found, held_ambiguous."""
    ((_, item),) = _chosen(desk, [given])
    if item is None:
        raise problem("held_not_found")
    return item


def _word(connection: Connection, wanted: str) -> held.Word:
    exact = held.word(connection, wanted)
    if exact is not None:
        return exact
    near = [each for each in held.words(connection) if len(wanted) >= 6 and each.id.startswith(wanted.lower())]
    if len(near) > 1:
        raise problem("held_word_ambiguous")
    if not near:
        raise problem("held_word_unknown")
    return near[0]


def _refuse_taking_back(session: Session, connection: Connection, found: held.Word) -> None:
    role = session.member.role
    if roles.may(role, rules.TYPE, "void", own_record=True) is not None:
        raise Problem("not_allowed", details={"role": role, "who": "coordinator"})
    if found.scope != "*" and not any(covers(own, found.scope) for own in session.member.scopes):
        raise Problem("outside_area")
    row = queries.get(connection, found.said.taken) if found.said.taken else None
    if found.said.decision == rules.RELEASED and row is not None and row.state not in ENDED_STATES:
        raise problem("held_released", {"id": row.id})


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Problem("reason_needed")
    return reason.strip()


def _refusal(error: SyncError) -> Problem:
    return Problem(error.code, details=error.details, words=MESSAGES.get(error.code))


def _told_of(outcome: Outcome) -> dict[str, Any]:
    item, taking, refusal = outcome.item, outcome.taking, outcome.refusal
    checked = taking.checked if taking is not None else None
    told: dict[str, Any] = {
        "id": item.id if item is not None else outcome.given,
        "entries": [one.stored.id for one in item.held] if item is not None else [outcome.given],
        "what": item.what if item is not None else None,
        "ok": refusal is None,
        "state": outcome.state if refusal is None else "",
        "registration": taking.registration if taking is not None and refusal is None else None,
        "draft": taking.draft.id if taking is not None and taking.draft is not None else None,
        "words": outcome.words if refusal is None else [],
        "errors": answers.told(checked.errors) if checked is not None else [],
        "warnings": answers.told(checked.unexplained) if checked is not None else [],
    }
    if refusal is not None:
        told |= {"code": refusal.code, "message": refusal.message(), "exit": int(refusal.exit_code)}
    return told
