"""Telling what was decided about pairs of registrations: by whom, when, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fieldapp.domain.same_as import Pair, pair_of
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import member_names
from fieldapp.store import decided
from fieldapp.store.db import Connection
from fieldapp.store.same_as import Word
from sync.journal import Journal


def decision_of(session: Session, a: str, b: str) -> dict[str, Any] | None:
    """What was decided about a pair, as `decisions` tells it; None while nobody did."""
    pair = pair_of(a, b)
    return session.read(lambda connection: decisions(session, connection, [pair])).get(pair)


def decisions(session: Session, connection: Connection, pairs: Iterable[Pair]) -> dict[Pair, dict[str, Any]]:
    """What was decided about these pairs, of those that have any decision.

    `{"decision": same|different|unsure|disputed, "survivor", "by", "at", "reason", "stamps": [of a, of b], "words":
    [{"decision", "survivor", "by", "at", "reason"}]}`: `words` are those in force, the latest first; by, at and reason
    are the latest one's. A pair can be disputed by others of its case, with one word alone.
    """
    wanted = sorted(set(pairs))
    rows = decided.about(connection, {one for pair in wanted for one in pair})
    known = {pair: rows[pair] for pair in wanted if pair in rows}
    who = member_names(session, connection) if known else {}
    told = {}
    for pair, said in decided.spoken(connection, list(known)).items():
        words = [_word(word, who) for word in said.in_force]
        latest = {name: words[0][name] for name in ("by", "at", "reason")}
        row = known[pair]
        told[pair] = {
            "decision": row.decision,
            "survivor": row.survivor,
            **latest,
            "stamps": list(row.stamps),
            "words": words,
        }
    return told


def joined(session: Session, connection: Connection, registration: str) -> dict[str, Any] | None:
    """Why a registration gives way: `{"survivor", "with", "by", "at", "reason"}`; None when it does not.

    `survivor` stands for the person, `with` is the other one of the pair that was decided about: in a chain not the
    same one.
    """
    survivor = decided.joined_to(connection, registration)
    if survivor is None:
        return None
    pairs = [pair for pair, row in decided.about(connection, [registration]).items() if registration in row.gives]
    # The survivor itself, where this one was joined to it straight away.
    pairs.sort(key=lambda pair: (survivor not in pair, pair))
    said = decided.spoken(connection, pairs[:1], registration).get(pairs[0]) if pairs else None
    if said is None:
        return {"survivor": survivor, "with": survivor, "by": None, "at": None, "reason": None}
    word = _word(said.in_force[0], member_names(session, connection))
    other = next(one for one in pairs[0] if one != registration)
    return {"survivor": survivor, "with": other, "by": word["by"], "at": word["at"], "reason": word["reason"]}


def beside(session: Session, connection: Connection, registration: str) -> dict[str, Any]:
    """What a registration shows of others of its person: `same_as` where it gives way, `joined` where others do."""
    told = joined(session, connection, registration)
    if told is not None:
        return {"same_as": told}
    others = decided.joined_into(connection, registration)
    return {"joined": others} if others else {}


def history(
    session: Session, connection: Connection, journal: Journal, registration: str
) -> list[tuple[tuple[int, int], dict[str, Any]]]:
    """What was ever said about a registration and others: (time, item of a history), oldest first."""
    pairs = [*decided.about(connection, [registration])]
    who = member_names(session, connection)
    told = []
    for pair, said in decided.spoken(connection, pairs, registration).items():
        other = next(one for one in pair if one != registration)
        for word in said.counting:
            record = journal.record(word.said.id)
            origin = record.origin if record is not None else None
            item = {"entry": origin.id if origin else word.said.id, "kind": "same_as", "with": other}
            told.append((word.said.order, word.said.id, {**item, **_word(word, who)}))
    return [(at, item) for at, _, item in sorted(told, key=lambda one: one[:2])]


def _word(word: Word, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "decision": word.said.decision,
        "survivor": word.said.survivor,
        "by": who.get(word.said.by, word.said.by),
        "at": iso_time(word.said.order[0]),
        "reason": word.reason,
    }
