"""The sweep: everybody is compared with whomever they share a block key with, in work close to linear in the people.

    for a, b, match in sweep(people, rarity): ...
    for id, listed, match in against(people, listed, rarity): ...

Each pair is compared once and given once, only when its band is worth showing. What is given does not depend on the
order of the people, on which of two comes first, or on the number of processes. Everything stays in memory (some
600 bytes a person); what was too large to be compared whole is said in the `Report`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import Any, Final, NamedTuple, TypeVar

from fieldapp.matching.blocks import NUMBER, Blocks, Wide, build, cap_for
from fieldapp.matching.crew import Crew, processes_here
from fieldapp.matching.gathered import OFFSET, Gathered, Tally, Task, preparing
from fieldapp.matching.match import Match
from fieldapp.matching.people import Person, unpack
from fieldapp.matching.rarity import Rarity, Settled
from fieldapp.matching.score import compare_or_none
from fieldapp.matching.sieve import Sieve, Sketch

#: So many people are made ready, so many pairs are compared, as one task.
_PEOPLE_A_TASK: Final = 2_000
_PAIRS_A_TASK: Final = 20_000
#: People of one year of birth follow each other and are met again and again: a year of a register of 400,000.
_PEOPLE_AT_HAND: Final = 8_192
#: Below this many people other processes would start no sooner than one has finished.
_PARALLEL_FROM: Final = 30_000

#: `progress(done, total or None, stage)` with the stages `read`, `group`, `compare`.
Progress = Callable[[int, int | None, str], None]
Cancelled = Callable[[], bool]
Packed = Iterable[tuple[str, bytes]]
Rows = Iterable[tuple[str, tuple[str, ...]]]
Item = TypeVar("Item")


class SweepCancelledError(Exception):
    """`cancelled` said so; pairs given until then are right, others may be missing."""


class Found(NamedTuple):
    """A pair without what spoke for and against it."""

    bits: float
    probability: float
    band: str


@dataclass
class Report:
    """What a sweep did. `people` and `listed`: how many on each side; `candidates`: pairs that share a key; `found`:
    pairs given. `wide_blocks` with `wide_people` in them were over the cap and compared through narrower blocks only;
    `largest` people of one agree in the aspects `alike` (names of a person's fields, no values)."""

    people: int = 0
    listed: int = 0
    candidates: int = 0
    found: int = 0
    wide_blocks: int = 0
    wide_people: int = 0
    largest: int = 0
    alike: tuple[str, ...] = ()


def sweep(
    people: Packed,
    rarity: Rarity | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    processes: int | None = None,
    report: Report | None = None,
) -> Iterator[tuple[str, str, Match]]:
    """Every pair of `people` (id, packed person) worth showing, the lower id first, in no promised order.

    Without `rarity` it is counted among the people themselves. Raises SweepCancelledError between two tasks once
    `cancelled()` is true; ValueError when bytes are no packed person.
    """
    work = _Work(progress, cancelled, processes, report)
    gathered = work.gathered(None, people)
    yield from work.pairs(gathered, gathered.tally(rarity), None, lean=False)


def against(
    people: Packed,
    listed: Packed,
    rarity: Rarity | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    processes: int | None = None,
    report: Report | None = None,
) -> Iterator[tuple[str, str, Match]]:
    """Pairs of one of `people` with one of `listed`, as `sweep`; the first id is of `people`."""
    work = _Work(progress, cancelled, processes, report)
    gathered = work.gathered(None, people)
    split = len(gathered)
    gathered = work.gathered(None, listed, gathered)
    yield from work.pairs(gathered, gathered.tally(rarity), split, lean=False)


def sweep_rows(
    fields: Sequence[str],
    rows: Rows,
    other_fields: Sequence[str] = (),
    others: Rows | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    processes: int | None = None,
    report: Report | None = None,
) -> list[tuple[str, str, Found]]:
    """The same for rows of lists as they were typed: (id, values of `fields`), with `others` across the two lists.

    Sorted by the ids; where ids repeat, the strongest of equally named pairs stands for them, and two rows of one id
    make no pair.
    """
    work = _Work(progress, cancelled, processes, report)
    gathered = work.gathered(tuple(fields), rows)
    split = None
    if others is not None:
        split = len(gathered)
        gathered = work.gathered(tuple(other_fields), others, gathered)
    best: dict[tuple[str, str], Found] = {}
    for a, b, found in work.pairs(gathered, gathered.tally(None), split, lean=True):
        before = best.get((a, b))
        if (a != b or split is not None) and (before is None or found > before):
            best[a, b] = found
    work.report.found = len(best)
    return [(a, b, best[a, b]) for a, b in sorted(best)]


class _Work:
    """One sweep under way."""

    def __init__(
        self,
        progress: Progress | None,
        cancelled: Cancelled | None,
        processes: int | None,
        report: Report | None,
    ) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._processes = processes
        self.report = report if report is not None else Report()

    def step(self, done: int, total: int | None, stage: str) -> None:
        if self._cancelled is not None and self._cancelled():
            raise SweepCancelledError
        if self._progress is not None:
            self._progress(done, total, stage)

    def _crew_size(self, people: int) -> int:
        if self._processes is not None:
            return self._processes
        return processes_here() if people >= _PARALLEL_FROM else 1

    def gathered(
        self, fields: tuple[str, ...] | None, people: Iterable[tuple[str, Any]], into: Gathered | None = None
    ) -> Gathered:
        """Everybody made ready, after those who are in `into`."""
        found = Gathered() if into is None else into
        people = iter(people)
        # Whether there are many is not known before they have come.
        begin = list(islice(people, _PARALLEL_FROM))
        chunks = _chunks(chain(begin, people))
        waiting: list[list[str]] = []

        def tasks() -> Iterator[Task]:
            number = len(found)
            for chunk in chunks:
                waiting.append([id_ for id_, _content in chunk])
                yield Task(number, fields, [content for _id, content in chunk])
                number += len(chunk)

        with Crew(self._crew_size(len(begin)), preparing) as crew:
            for ready in crew.map(tasks()):
                found.add(waiting.pop(0), ready)
                self.step(len(found), None, "read")
        return found

    def pairs(self, gathered: Gathered, tally: Tally, split: int | None, *, lean: bool) -> Iterator[Any]:
        """(lower id, higher id, what was found); across `split` (id of the first list, id of the second, …)."""
        report = self.report
        # From here on nothing depends on the order in which the people came.
        report.people = len(gathered) if split is None else split
        report.listed = len(gathered) - report.people
        blocks = build(
            gathered.table,
            gathered.settle(split),
            gathered.by_name,
            split=split,
            cap=cap_for(len(gathered)),
            step=lambda done, total: self.step(done, total, "group"),
        )
        _tell_wide(report, blocks.wide, gathered)
        ids, packed, offsets = gathered.ids, bytes(gathered.packed), gathered.offsets
        with Crew(self._crew_size(len(ids)), Comparing, packed, offsets.tobytes(), tally, lean) as crew:
            for done, found in crew.map(_tasks(blocks, report)):
                for one, other, match in found:
                    report.found += 1
                    a, b = ids[one], ids[other]
                    yield (a, b, match) if split is not None or a <= b else (b, a, match)
                self.step(done, len(ids), "compare")
            self.step(len(ids), len(ids), "compare")


class PairTask(NamedTuple):
    """People and their partners to compare: `partners` of all one behind the other, `counts` of each; `done`: people
    whose turn is over then."""

    done: int
    people: bytes
    counts: bytes
    partners: bytes


class Comparing:
    """For a crew: compares the pairs of a task over packed people, and gives those worth showing."""

    def __init__(self, packed: bytes, offsets: bytes, tally: Tally, lean: bool) -> None:
        self._packed = packed
        self._offsets = array(OFFSET, offsets)
        self._lean = lean
        self._rarity = Settled(tally)
        self._person = lru_cache(maxsize=_PEOPLE_AT_HAND)(self._unpacked)
        self._sieve = Sieve(tally, self._person)
        self._sketches: list[Sketch | None] = [None] * (len(self._offsets) - 1)

    def __call__(self, task: PairTask) -> tuple[int, list[tuple[int, int, Match | Found]]]:
        found: list[tuple[int, int, Match | Found]] = []
        lets_go, sketches = self._sieve.lets_go, self._sketches
        partners = iter(array(NUMBER, task.partners))
        for number, count in zip(array(NUMBER, task.people), array(NUMBER, task.counts), strict=True):
            one = sketches[number] or self._sketch(number)
            for other in islice(partners, count):
                if lets_go(one, sketches[other] or self._sketch(other)):
                    continue
                match = compare_or_none(self._person(number), self._person(other), self._rarity)
                if match is not None:
                    low, high = (number, other) if number < other else (other, number)
                    found.append((low, high, _lean(match) if self._lean else match))
        return task.done, found

    def _sketch(self, number: int) -> Sketch:
        made = self._sketches[number] = self._sieve.sketch(number)
        return made

    def _unpacked(self, number: int) -> Person:
        return unpack(self._packed[self._offsets[number] : self._offsets[number + 1]])


def _lean(match: Match) -> Found:
    return Found(match.bits, match.probability, match.band)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    items = iter(items)
    while chunk := list(islice(items, _PEOPLE_A_TASK)):
        yield chunk


def _tasks(blocks: Blocks, report: Report) -> Iterator[PairTask]:
    """Everybody's partners, in tasks of about equal work."""
    partners_of = blocks.partners()
    people, counts, partners = array(NUMBER), array(NUMBER), array(NUMBER)
    for person in range(blocks.people):
        found = partners_of(person)
        if found:
            people.append(person)
            counts.append(len(found))
            partners.extend(found)
            report.candidates += len(found)
        if len(partners) >= _PAIRS_A_TASK:
            yield PairTask(person + 1, people.tobytes(), counts.tobytes(), partners.tobytes())
            people, counts, partners = array(NUMBER), array(NUMBER), array(NUMBER)
    if people:
        yield PairTask(blocks.people, people.tobytes(), counts.tobytes(), partners.tobytes())


#: Fields of a person by which a block may be held together, in the words of the form.
_ASPECTS: Final[Mapping[str, Callable[[Person], object]]] = {
    "nik": lambda person: person.nik,
    "name": lambda person: person.folds,
    "birth_date": lambda person: (person.year, person.month, person.day) if person.year else None,
    "phone": lambda person: person.phones,
    "nomor_kk": lambda person: person.nomor_kk,
    "kelurahan": lambda person: person.kelurahan,
    "mother_name": lambda person: person.mother,
}


def _tell_wide(report: Report, wide: Wide, gathered: Gathered) -> None:
    report.wide_blocks, report.wide_people, report.largest = wide.blocks, wide.people, wide.largest
    some = [gathered.person(number) for number in wide.some]
    report.alike = tuple(
        name
        for name, value in _ASPECTS.items()
        if some and value(some[0]) and all(value(each) == value(some[0]) for each in some)
    )
