"""Blocks: everybody who has one block key in common, and so is compared.

Keys are gathered in parts by their lowest bits, so that grouping needs the room of one part at a time; blocks are kept
as flat arrays, some twelve bytes a membership. People are numbered as they come and get their place (`ranks`) once
all are there; where the places do not depend on the order of coming, neither does anything here.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

#: A power of two: a part of a million people's keys is grouped in some 50 MB.
PARTS: Final = 64

#: People a block may hold; beyond it everybody in it is compared through narrower blocks only.
CAP: Final = 200
#: Up to so many people the cap stays; beyond, blocks grow with the register and the cap shrinks, down to `_LEAST_CAP`.
#: With a cap of 30 among 100,000 the same pairs are found as with 200: whoever is worth it shares a second key.
_CAP_STAYS: Final = 20_000
_LEAST_CAP: Final = 40

#: A key or a person's number at its machine width.
KEY, NUMBER = "q", "I"


def cap_for(people: int) -> int:
    """The cap of a block among `people`, so that the work a person stays about the same however many there are."""
    return CAP if people <= _CAP_STAYS else max(_LEAST_CAP, CAP * _CAP_STAYS // people)


class KeyTable:
    """Block keys of people numbered from 0, each person added once and in ascending order."""

    def __init__(self) -> None:
        self._keys = [array(KEY) for _ in range(PARTS)]
        self._people = [array(NUMBER) for _ in range(PARTS)]

    def add(self, person: int, keys: Iterable[int]) -> None:
        """`keys` without repetition."""
        for key in keys:
            part = key & (PARTS - 1)
            self._keys[part].append(key)
            self._people[part].append(person)

    def add_parts(self, parts: Sequence[tuple[bytes, bytes]]) -> None:
        """What `taken` of another table gave, whose people come after all that are here."""
        for at, (keys, people) in enumerate(parts):
            self._keys[at].frombytes(keys)
            self._people[at].frombytes(people)

    def taken(self) -> list[tuple[bytes, bytes]]:
        """The content as bytes, a pair a part."""
        return [(keys.tobytes(), people.tobytes()) for keys, people in zip(self._keys, self._people, strict=True)]

    def groups(self, part: int, ranks: Sequence[int]) -> dict[int, list[int]]:
        """The places of everybody with a key, for every key of one part that two or more have, ascending; `ranks` has
        everybody's place at everybody's number. The part's content is let go."""
        keys, people = self._keys[part], self._people[part]
        self._keys[part], self._people[part] = array(KEY), array(NUMBER)
        first: dict[int, int] = {}
        found: dict[int, list[int]] = {}
        for key, person in zip(keys, map(ranks.__getitem__, people), strict=True):
            met = first.setdefault(key, person)
            if met != person:
                group = found.get(key)
                if group is None:
                    found[key] = [met, person]
                else:
                    group.append(person)
        for group in found.values():
            group.sort()
        return found


@dataclass
class Wide:
    """Blocks over the cap, which were narrowed: how many, how many people in sum, the largest one's size and some of
    its people."""

    blocks: int = 0
    people: int = 0
    largest: int = 0
    some: tuple[int, ...] = ()

    def note(self, groups: Iterable[Sequence[int]]) -> None:
        everybody: set[int] = set()
        for group in groups:
            self.blocks += 1
            everybody.update(group)
            # Of equally large ones the smallest numbers, so that the example does not depend on the parts' order.
            if (len(group), [-each for each in group[:8]]) > (self.largest, [-each for each in self.some[:8]]):
                self.largest, self.some = len(group), tuple(group[:50])
        self.people = len(everybody)


class Blocks:
    """Flat blocks of people below `people`, and for every person the blocks it is in.

    With `split`, people below it and those from it on are two lists and only pairs across are wanted.
    """

    def __init__(self, people: int, split: int | None = None) -> None:
        self.people = people
        self.split = split
        self.wide = Wide()
        self._members = array(NUMBER)
        self._starts = array(NUMBER, [0])
        self._held = array(NUMBER)
        self._held_starts = array(NUMBER)

    def add(self, group: Sequence[int]) -> None:
        """A block of people in ascending order."""
        self._members.extend(group)
        self._starts.append(len(self._members))

    def fits(self, group: Sequence[int], cap: int = CAP) -> bool:
        """Whether a block is small enough to compare everybody in it with everybody else (across the lists)."""
        if self.split is None:
            return len(group) <= cap
        first = _below(group, self.split)
        return 4 * first * (len(group) - first) <= cap * cap

    def matters(self, group: Sequence[int]) -> bool:
        """Whether a block holds a pair that is wanted at all."""
        return self.split is None or group[0] < self.split <= group[-1]

    def close(self) -> None:
        """Makes the way back from people to their blocks; after it nothing is added."""
        counts = array(NUMBER, bytes(4 * (self.people + 1)))
        for person in self._members:
            counts[person + 1] += 1
        total = 0
        for person in range(self.people + 1):
            total += counts[person]
            counts[person] = total
        self._held_starts = counts
        cursor = array(NUMBER, counts)
        held = array(NUMBER, bytes(4 * total))
        members, starts = self._members, self._starts
        for block in range(len(starts) - 1):
            for person in members[starts[block] : starts[block + 1]]:
                held[cursor[person]] = block
                cursor[person] += 1
        self._held = held

    def partners(self) -> Callable[[int], set[int]]:
        """A function that gives the people whom a person is to be compared with, everybody once in all.

        It is to be asked about everybody in ascending order: each partner is given only to the lower of the two
        (with `split`: to the one of the second list).
        """
        members, starts, held, held_starts = self._members, self._starts, self._held, self._held_starts
        cursor = array(NUMBER, starts)
        split = self.split

        def of(person: int) -> set[int]:
            found: set[int] = set()
            for block in held[held_starts[person] : held_starts[person + 1]]:
                at = cursor[block] = cursor[block] + 1
                found.update(members[at : starts[block + 1]])
            return found

        def across(person: int) -> set[int]:
            found: set[int] = set()
            if split is not None and person >= split:
                for block in held[held_starts[person] : held_starts[person + 1]]:
                    block_members = members[starts[block] : starts[block + 1]]
                    found.update(block_members[: _below(block_members, split)])
            return found

        return of if split is None else across


def _below(group: Sequence[int], limit: int) -> int:
    """How many of the ascending `group` are below `limit`."""
    return bisect_left(group, limit)


def build(
    table: KeyTable,
    ranks: Sequence[int],
    order: Callable[[int], object],
    *,
    split: int | None = None,
    cap: int = CAP,
    step: Callable[[int, int], None] | None = None,
) -> Blocks:
    """The blocks of everybody in `table`, by their places, those over the cap narrowed (fieldapp.matching.narrowing).

    `order` gives what the person at a place is sorted by among others of a wide block. `step(done, total)` is told
    after each part, and may raise to cancel.
    """
    from fieldapp.matching.narrowing import narrowed

    blocks = Blocks(len(ranks), split)
    wide: list[tuple[int, list[int]]] = []
    for part in range(PARTS):
        for key, group in table.groups(part, ranks).items():
            if not blocks.matters(group):
                continue
            if blocks.fits(group, cap):
                blocks.add(group)
            else:
                wide.append((key, group))
        if step is not None:
            step(part + 1, PARTS)
    if wide:
        blocks.wide.note(group for _key, group in wide)
        for group in narrowed(wide, order, blocks, cap):
            blocks.add(group)
    blocks.close()
    return blocks
