"""Comparing many people of the index at once, from memory: the same candidate pairs as looking up their blocks one by
one, in less time.

What was compared is kept every few seconds, so a sweep that is cut short goes on where it stopped.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from fieldapp.matching.blocks import NUMBER, Blocks
from fieldapp.matching.crew import Crew, processes_here
from fieldapp.matching.gathered import OFFSET
from fieldapp.matching.people import unpack
from fieldapp.matching.score import compare_or_none
from fieldapp.services.pairs import candidates
from fieldapp.services.pairs.candidates import KEPT_BITS, LoadedRarity
from fieldapp.services.session import Session
from fieldapp.store import matching
from fieldapp.store.db import Connection
from fieldapp.store.matching import Pair

#: Pairs that are compared as one task, after which what was found is kept.
_PAIRS_A_TASK: Final = 20_000
#: Below this many people another process would start no sooner than one has finished.
_PARALLEL_FROM: Final = 30_000


class Task(NamedTuple):
    """People to compare, numbered as they were loaded: `partners` of all one behind the other, `counts` of each.
    `done`: everybody below this number has then been compared."""

    done: int
    people: bytes
    counts: bytes
    partners: bytes


class Found(NamedTuple):
    """What came of a task: pairs by number, in columns."""

    done: int
    pairs: Sequence[tuple[int, int, float, float, str]]


class Comparing:
    """For a crew: compares the pairs of a task and gives those worth keeping."""

    def __init__(self, packed: bytes, offsets: bytes, rarity: LoadedRarity) -> None:
        self._packed = packed
        self._offsets = array(OFFSET, offsets)
        self._rarity = rarity

    def __call__(self, task: Task) -> Found:
        packed, offsets, rarity = self._packed, self._offsets, self._rarity
        found = []
        partners = iter(array(NUMBER, task.partners))
        for number, count in zip(array(NUMBER, task.people), array(NUMBER, task.counts), strict=True):
            person = unpack(packed[offsets[number] : offsets[number + 1]])
            for other in islice(partners, count):
                match = compare_or_none(person, unpack(packed[offsets[other] : offsets[other + 1]]), rarity, KEPT_BITS)
                if match is not None:
                    found.append((number, other, match.bits, match.probability, match.band))
        return Found(task.done, found)


@dataclass
class _Everybody:
    """The index in memory, people numbered by their rows."""

    rids: array[int] = field(default_factory=lambda: array("q"))
    stamps: list[str] = field(default_factory=list)
    packed: bytearray = field(default_factory=bytearray)
    offsets: array[int] = field(default_factory=lambda: array(OFFSET, [0]))
    waits: bytearray = field(default_factory=bytearray)
    """1 for each who waits to be compared."""
    full: list[int] = field(default_factory=list)
    """Keys of blocks beyond the limit."""


def compare_all(
    session: Session, tell: Callable[[int, int | None, str], None], cancelled: Callable[[], bool], processes: int | None
) -> int:
    """Compare everybody who waits for it; how many were. `tell(done, of, "compare")` counts the people of
    the index."""
    loaded: list[_Everybody] = []

    def load(connection: Connection) -> tuple[Blocks, LoadedRarity]:
        loaded.append(_everybody(connection))
        return _blocks(connection, loaded[0]), candidates.loaded(connection)

    blocks, rarity = session.read(load)
    everybody = loaded[0]
    packed, everybody.packed = bytes(everybody.packed), bytearray()
    count = len(everybody.rids)
    crew = processes if processes is not None else processes_here() if count >= _PARALLEL_FROM else 1
    compared = begin = 0
    with Crew(crew, Comparing, packed, everybody.offsets.tobytes(), rarity) as workers:
        for found in workers.map(_tasks(blocks, everybody)):
            first, begin = begin, found.done
            compared += session.store.write(partial(_keep, everybody=everybody, first=first, found=found))
            tell(begin, count, "compare")
            if cancelled():
                break
    return compared


def _everybody(connection: Connection) -> _Everybody:
    made = _Everybody()
    waiting = matching.uncompared_rids(connection)
    for kept in matching.everybody(connection):
        made.rids.append(kept.rid)
        made.stamps.append(kept.stamp)
        made.packed += kept.person
        made.offsets.append(len(made.packed))
        made.waits.append(kept.rid in waiting)
    return made


def _blocks(connection: Connection, everybody: _Everybody) -> Blocks:
    """Blocks of two people up to the limit; a block of which nobody waits brings nothing."""
    number_of = {rid: number for number, rid in enumerate(everybody.rids)}
    blocks = Blocks(len(everybody.rids))
    for key, rids in matching.blocks(connection):
        if len(rids) > candidates.BLOCK_LIMIT:
            everybody.full.append(key)
        elif len(rids) > 1:
            group = [number_of[rid] for rid in rids]
            if any(everybody.waits[number] for number in group):
                blocks.add(group)
    blocks.close()
    return blocks


def _tasks(blocks: Blocks, everybody: _Everybody) -> Iterator[Task]:
    partners_of, waits = blocks.partners(), everybody.waits
    people, counts, partners = array(NUMBER), array(NUMBER), array(NUMBER)
    for person in range(blocks.people):
        found: Iterable[int] = partners_of(person)
        if not waits[person]:
            found = [other for other in found if waits[other]]
        size = len(partners)
        partners.extend(found)
        if len(partners) > size:
            people.append(person)
            counts.append(len(partners) - size)
        if len(partners) >= _PAIRS_A_TASK:
            yield Task(person + 1, people.tobytes(), counts.tobytes(), partners.tobytes())
            people, counts, partners = array(NUMBER), array(NUMBER), array(NUMBER)
    yield Task(blocks.people, people.tobytes(), counts.tobytes(), partners.tobytes())


def _keep(connection: Connection, everybody: _Everybody, first: int, found: Found) -> int:
    rids, stamps = everybody.rids, everybody.stamps
    done = [number for number in range(first, found.done) if everybody.waits[number]]
    both = {number for pair in found.pairs for number in pair[:2]}
    pairs = [Pair(rids[a], rids[b], bits, probability, band) for a, b, bits, probability, band in found.pairs]
    matching.keep_pairs(
        connection,
        {rids[number]: stamps[number] for number in done},
        {rids[number]: stamps[number] for number in both},
        pairs,
    )
    if everybody.full:
        candidates.close(connection, everybody.full)
        everybody.full = []
    return len(done)
