"""Reading what was decided about pairs of registrations: the outcome, the words behind it, and cases. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from fieldapp.domain.same_as import Pair, pair_of, settle
from fieldapp.store.db import Connection
from fieldapp.store.listed import listed
from fieldapp.store.same_as import Word, areas_of, counts, words_of


class Decided(NamedTuple):
    """What was decided about a pair.

    `decision`: same, different, unsure or disputed; `said`: the same without regard to other pairs of the case;
    `gives`: those of the two that give way by this pair's words; `stamps`: of the compared answers that the latest
    decider saw.
    """

    pair: Pair
    decision: str
    said: str
    survivor: str | None
    gives: tuple[str, ...]
    stamps: tuple[str, str]


class Spoken(NamedTuple):
    """The words about a pair: every one that counts, once each in order of time, and those in force, latest first."""

    counting: tuple[Word, ...]
    in_force: tuple[Word, ...]


class Case(NamedTuple):
    """Registrations that hang together by pairs of one person, each with the pair that leads to it (the first one with
    none), and the pairs around them that are two people."""

    registrations: dict[str, Pair | None]
    apart: tuple[Pair, ...]


_SELECT = "SELECT a, b, decision, said, survivor, a_gives, b_gives, stamp_a, stamp_b FROM decided_pair"


def get(connection: Connection, pair: Pair) -> Decided | None:
    """What was decided about a pair, or None."""
    row = connection.execute(f"{_SELECT} WHERE a = ? AND b = ?", pair).fetchone()
    return None if row is None else _decided(*row)


def everything(connection: Connection) -> dict[Pair, Decided]:
    """Every pair that was decided about."""
    found = (_decided(*row) for row in connection.execute(f"{_SELECT} ORDER BY a, b"))
    return {decided.pair: decided for decided in found}


def about(connection: Connection, registrations: Iterable[str]) -> dict[Pair, Decided]:
    """The decided pairs of these registrations."""
    wanted = sorted(set(registrations))
    found: dict[Pair, Decided] = {}
    for column in ("a", "b"):
        for row in listed(connection, f"{_SELECT} WHERE {column} IN ({{}}) ORDER BY a, b", wanted):
            decided = _decided(*row)
            found[decided.pair] = decided
    return found


def spoken(connection: Connection, pairs: Collection[Pair], one: str | None = None) -> dict[Pair, Spoken]:
    """The words about each of these pairs that have any; only those that count about `one` of the two, when given."""
    words = words_of(connection, pairs)
    areas = areas_of(connection, {each for pair in pairs for each in pair})
    found = {}
    for pair, said in words.items():
        sides = [one] if one is not None else list(pair)
        known = [each for each in sides if each in areas]
        counting = [word for word in said if any(counts(word, areas[each]) for each in known)]
        settled = [settle(word.said for word in counting if counts(word, areas[each])) for each in known]
        heads = {head.id for side in settled if side is not None for head in side.heads}
        if counting:
            # Of a word that was written for several areas, the one of the registration's own area speaks.
            home = {areas[each][0] for each in known}
            once = _once(sorted(counting, key=lambda word: (word.scope not in home, word.said.id)))
            in_force = {(word.said.by, word.said.first) for word in counting if word.said.id in heads}
            latest = [word for word in reversed(once) if (word.said.by, word.said.first) in in_force]
            found[pair] = Spoken(tuple(once), tuple(latest))
    return found


def unreplaced(connection: Connection, pair: Pair) -> list[str]:
    """The records about a pair that no other names, whether they count or not: what a new one has to name."""
    words = words_of(connection, [pair]).get(pair, [])
    named = {name for word in words for name in word.said.replaces - {word.said.id, word.said.first}}
    left = [word for word in words if word.said.id not in named and word.said.first not in named]
    return sorted({name for word in left for name in (word.said.id, word.said.first)})


def named_by(connection: Connection, record: str) -> set[str]:
    """The records about the same pair that name this one, or the first of its twins, as replaced."""
    row = connection.execute("SELECT a, b, first FROM same_as WHERE id = ?", (record,)).fetchone()
    if row is None:
        return set()
    words = words_of(connection, [(row[0], row[1])]).get((row[0], row[1]), [])
    return {word.said.id for word in words if word.said.replaces & {record, row[2]} and word.said.id != record}


def pair_named(connection: Connection, record: str) -> Pair | None:
    """The two registrations that a record of type same_as is about, or None."""
    row = connection.execute("SELECT a, b FROM same_as WHERE id = ?", (record,)).fetchone()
    return None if row is None else pair_of(*row)


def joined_to(connection: Connection, registration: str) -> str | None:
    """Who stands for the person of this registration instead of it, or None."""
    row = connection.execute("SELECT joined_to FROM registration WHERE id = ?", (registration,)).fetchone()
    return None if row is None else row[0]


def joined_into(connection: Connection, registration: str) -> list[str]:
    """Ids of the registrations for whose person this one stands."""
    found: set[str] = set()
    edge = [registration]
    while edge:
        beside = {one for pair, decided in about(connection, edge).items() if decided.gives for one in pair}
        edge = sorted(beside - found - {registration})
        found.update(edge)
    rows = listed(connection, "SELECT id, joined_to FROM registration WHERE id IN ({})", sorted(found))
    return sorted(one for one, survivor in rows if survivor == registration)


def case_of(connection: Connection, registration: str, *, besides: Pair) -> Case:
    """The case of a registration as it would be without what was said of the pair `besides`."""
    members: dict[str, Pair | None] = {registration: None}
    apart: set[Pair] = set()
    edge = {registration}
    while edge:
        pairs = {pair: row for pair, row in about(connection, edge).items() if pair != besides}
        apart |= {pair for pair, row in pairs.items() if row.said == "different"}
        found = {one: pair for pair, row in pairs.items() if row.gives for one in pair if one not in members}
        members.update(found)
        edge = set(found)
    return Case(members, tuple(sorted(apart)))


def _once(words: Iterable[Word]) -> list[Word]:
    """Of each word the first that is given, in order of time."""
    found: dict[tuple[str, str], Word] = {}
    for word in words:
        found.setdefault((word.said.by, word.said.first), word)
    return sorted(found.values(), key=lambda word: (word.said.order, word.said.id))


def _decided(
    a: str, b: str, decision: str, said: str, survivor: str | None, a_gives: int, b_gives: int, *stamps: str
) -> Decided:
    gives = tuple(one for one, does in ((a, a_gives), (b, b_gives)) if does)
    return Decided(pair_of(a, b), decision, said, survivor, gives, (stamps[0], stamps[1]))
