"""Keeping candidate pairs up to date: who is new enters the index, is compared, and the weights follow the register.

Each step works in chunks of one transaction, so that it resumes and cancels by itself. A pair is a candidate when the
two share a block key that at most `BLOCK_LIMIT` people have now. Its weight is that of the register as it is when a
find ends, so neither depends on the order in which people came. One thing still may: pairs far below what is shown
(under `KEPT_BITS`) are not kept, and are looked at again only when everybody is compared. That happens by itself once
the register has grown by `GROWTH`, and until then growth cannot lift a pair that far; people who leave can, rarely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fieldapp.matching import people
from fieldapp.matching.keys import block_keys
from fieldapp.matching.people import Person
from fieldapp.matching.rarity import tokens
from fieldapp.matching.score import compare, compare_or_none
from fieldapp.matching.weights import TO_REVIEW_BITS
from fieldapp.store import matching
from fieldapp.store.db import Connection
from fieldapp.store.matching import Indexed, Pair, Waiting
from fieldapp.store.rows import from_json

if TYPE_CHECKING:
    from fieldapp.matching.match import Match
    from fieldapp.matching.rarity import Rarity

#: More people than this in a block bring no candidates: everybody born on 1 January, a phone of a whole RT.
BLOCK_LIMIT: Final = 200
#: Pairs this far below what is shown are kept, since the register's growth may lift them.
KEPT_BITS: Final = TO_REVIEW_BITS - 2.25
#: Everybody is compared with everybody again when there are so many times more people than at the last time.
GROWTH: Final = 1.4
#: People of whom so many wait are compared from memory; fewer by looking up their blocks.
MANY: Final = 2000
#: Candidates that one person at the keyboard is compared with: those who share the rarest blocks.
MOST_AT_ENTRY: Final = 60

#: From this probability on, whoever types is asked for a reason; below, the likeness is only shown.
_WARNED: Final = 0.5

#: Doubts that names raise: each side has one that the other lacks.
_OF_TWO: Final = frozenset({"both_sides", "other_name", "mixed", "twins"})

_NAME: Final = "name"
_PHONE: Final = "phone"

_unpacked = lru_cache(maxsize=4096)(people.unpack)


class RegisterRarity:
    """How common something is among the people of the index; asks the store once for each word."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[matching.Word, int] = {}
        self.population = matching.population(connection)

    def token_count(self, token: str) -> int:
        """How many people have this token."""
        return self._count((_NAME, token))

    def phone_count(self, phone: str) -> int:
        """How many people have this phone."""
        return self._count((_PHONE, phone))

    def _count(self, word: matching.Word) -> int:
        found = self._known.get(word)
        if found is None:
            found = self._known[word] = matching.people_with(self._connection, *word)
        return found


@dataclass(frozen=True, slots=True)
class LoadedRarity:
    """The same with all counts above one in memory, for a pass over everybody."""

    population: int
    tokens: Mapping[str, int]
    phones: Mapping[str, int]

    def token_count(self, token: str) -> int:
        """How many people have this token."""
        return self.tokens.get(token, 1)

    def phone_count(self, phone: str) -> int:
        """How many people have this phone."""
        return self.phones.get(phone, 1)


class WithOneMore:
    """A register in which a person who is being typed already stands, so that the weight is the one it will have."""

    def __init__(self, rarity: Rarity, person: Person) -> None:
        self._rarity = rarity
        self._tokens = frozenset(tokens(person))
        self._phones = frozenset(person.phones)
        self.population = rarity.population + 1

    def token_count(self, token: str) -> int:
        """How many people have this token."""
        return self._rarity.token_count(token) + (token in self._tokens)

    def phone_count(self, phone: str) -> int:
        """How many people have this phone."""
        return self._rarity.phone_count(phone) + (phone in self._phones)


def loaded(connection: Connection) -> LoadedRarity:
    """How common everything is among the people of the index, in memory."""
    # What one person has alone is not counted: only what is shared needs room.
    shared = (matching.counts(connection, kind, least=2) for kind in (_NAME, _PHONE))
    return LoadedRarity(matching.population(connection), *shared)


def index_some(connection: Connection, most: int) -> int:
    """Let at most `most` registrations that wait enter or leave the index; how many were looked at."""
    if matching.version(connection) != people.VERSION:
        # What another version of the program packed says nothing to this one.
        matching.begin(connection, people.VERSION)
    found = matching.waiting(connection, most)
    entering, leaving = [], []
    for each in found:
        now = _person_of(each)
        if now is not None and each.person == people.pack(now):
            continue
        if each.person is not None:
            leaving.append(_indexed(each.rid, people.unpack(each.person)))
        if now is not None:
            entering.append(_indexed(each.rid, now))
    matching.index(connection, [each.rid for each in found], entering, leaving, BLOCK_LIMIT)
    return len(found)


def begin_round(connection: Connection, everything: bool) -> None:
    """Have everybody compared again, when asked to or when the register has grown so far; not while they are being."""
    before = matching.swept(connection)
    if before is not None and (everything or matching.population(connection) > GROWTH * before):
        matching.want_all(connection)


def compare_some(connection: Connection, most: int) -> int:
    """Compare at most `most` people who wait for it with everybody; how many were."""
    found = matching.uncompared(connection, most)
    later = matching.uncompared_rids(connection)
    rarity = RegisterRarity(connection)
    pairs: list[Pair] = []
    seen: dict[int, str] = {}
    closed: set[int] = set()
    for one in found:
        later.discard(one.rid)
        person = _unpacked(one.person)
        blocks, full = _blocks(connection, block_keys(person))
        closed |= full
        # Who waits too is compared when the turn comes.
        others = {rid for _, block in blocks for rid in block} - later - {one.rid}
        for other in matching.people(connection, sorted(others)).values():
            match = compare_or_none(person, _unpacked(other.person), rarity, KEPT_BITS)
            if match is not None:
                pairs.append(_pair(one.rid, other.rid, match))
                seen[other.rid] = other.stamp
    matching.keep_pairs(connection, {one.rid: one.stamp for one in found}, seen, pairs)
    close(connection, closed)
    return len(found)


def close(connection: Connection, full: Iterable[int]) -> None:
    """Note blocks that grew beyond the limit, and drop the pairs that only they had brought."""
    known = matching.full_blocks(connection)
    fresh = sorted(set(full) - known)
    matching.close_blocks(connection, fresh)
    closed = known | set(fresh)
    for key in fresh:
        held = matching.pairs_within(connection, matching.of_block(connection, key, -1))
        kept = matching.people(connection, {rid for pair in held for rid in pair})
        orphans = []
        for lo, hi in held:
            shared = set(block_keys(_unpacked(kept[lo].person))) & set(block_keys(_unpacked(kept[hi].person)))
            if all(size > BLOCK_LIMIT for size in matching.block_sizes(connection, shared - closed).values()):
                orphans.append((lo, hi))
        matching.drop(connection, orphans)


def weigh_some(connection: Connection, after: tuple[int, int], most: int, rarity: Rarity) -> tuple[int, int] | None:
    """Give at most `most` kept pairs behind `after` the weights of the register as it is; the last one, or None."""
    found = matching.pairs_after(connection, after, most)
    kept = matching.people(connection, {rid for pair in found for rid in (pair.lo, pair.hi)})
    changed = []
    for pair in found:
        match = compare(_unpacked(kept[pair.lo].person), _unpacked(kept[pair.hi].person), rarity)
        now = _pair(pair.lo, pair.hi, match)
        if now != pair:
            changed.append(now)
    matching.weigh(connection, changed)
    return (found[-1].lo, found[-1].hi) if found else None


def near(connection: Connection, person: Person, besides: int | None) -> list[tuple[int, Match]]:
    """People of the index who may be `person`, likeliest first: (row number, match), none of them `unlikely`."""
    if matching.version(connection) != people.VERSION:
        return []
    blocks, _ = _blocks(connection, block_keys(person))
    weight: dict[int, float] = {}
    for _, block in blocks:
        for rid in block:
            weight[rid] = weight.get(rid, 0.0) + 1 / len(block)
    weight.pop(besides or -1, None)
    likeliest = sorted(weight, key=lambda rid: (-weight[rid], rid))[:MOST_AT_ENTRY]
    rarity = WithOneMore(RegisterRarity(connection), person)
    found = [
        (other.rid, compare_or_none(person, people.unpack(other.person), rarity))
        for other in matching.people(connection, likeliest).values()
    ]
    shown = [(rid, match) for rid, match in found if match is not None and match.band != "unlikely"]
    return sorted(shown, key=lambda each: (-each[1].bits, each[0]))


#: What people may have in common, by the names of the form's fields.
_ALIKE: Final[tuple[tuple[str, Callable[[Person], Iterable[object]]], ...]] = (
    ("nik", lambda person: {person.nik} - {""}),
    ("name", lambda person: person.folds),
    ("birth_date", lambda person: {(person.year, person.month, person.day)} if person.day else ()),
    ("birth_year", lambda person: {person.year} - {0}),
    ("phone", lambda person: person.phones),
    ("nomor_kk", lambda person: {person.nomor_kk} - {""}),
    ("kelurahan", lambda person: {person.kelurahan} - {""}),
    ("mother_name", lambda person: person.mother_folds),
)


def alike(packed: Iterable[bytes]) -> tuple[str, ...]:
    """In which fields all of these people agree, at least in part of a name; no values."""
    everybody = [people.unpack(each) for each in packed]
    found = [
        name
        for name, of in _ALIKE
        if everybody and set[object].intersection(*(set(of(person)) for person in everybody))
    ]
    return tuple(name for name in found if name != "birth_year" or "birth_date" not in found)


def asks_for_reason(match: Match) -> bool:
    """Whether a likeness is such that whoever registers must say why it is another person. Twins and spouses, of whom
    each has a name that the other lacks, are only shown; an equal NIK is told by itself."""
    return match.probability >= _WARNED and match.band != "same_nik" and match.doubt not in _OF_TWO


def _blocks(connection: Connection, keys: Iterable[int]) -> tuple[list[tuple[int, list[int]]], set[int]]:
    """The blocks of these keys that are within the limit, and the keys of those beyond it."""
    within, full = [], set()
    for key in keys:
        block = matching.of_block(connection, key, BLOCK_LIMIT + 1)
        if len(block) > BLOCK_LIMIT:
            full.add(key)
        elif block:
            within.append((key, block))
    return within, full


def _pair(a: int, b: int, match: Match) -> Pair:
    return Pair(min(a, b), max(a, b), match.bits, match.probability, match.band)


def _person_of(waiting: Waiting) -> Person | None:
    if waiting.values_json is None:
        return None
    return people.of_answers(from_json(waiting.values_json), waiting.scope)


def _indexed(rid: int, person: Person) -> Indexed:
    words = [(_NAME, token) for token in tokens(person)] + [(_PHONE, phone) for phone in person.phones]
    return Indexed(rid, people.stamp(person), people.pack(person), block_keys(person), words)
