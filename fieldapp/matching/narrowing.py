"""What becomes of blocks that are too large to compare everybody in them with everybody else.

Everybody born on 1 January, one phone for a whole RT, five thousand equal fillers: nobody in such a block is lost, but
the work stays in proportion to the number of people. Two roads, both the same for any order of the people:

- *a second key*: whoever shares two wide blocks is compared where the two meet; where that is wide too, three or four;
- *neighbours*: everybody in a crowd is compared with the next few in alphabetical order of their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Final

from fieldapp.matching.blocks import CAP, Blocks

#: Rounds of bringing two wide blocks together: after the second, people who still share a block agree in three keys.
_ROUNDS: Final = 2

#: Of the wide blocks that a person is in, so many of the smallest are brought together: at most 28 meetings.
_MOST_BLOCKS: Final = 8

#: Everybody in a crowd (a block over CAP) is compared with so many neighbours at least, with less than twice as many.
NEIGHBOURS: Final = 5

_MASK: Final = (1 << 63) - 1
_PRIME: Final = 0x5851F42D4C957F2D


def narrowed(
    wide: Sequence[tuple[int, Sequence[int]]], order: Callable[[int], object], blocks: Blocks, cap: int
) -> Iterator[list[int]]:
    """Narrower blocks for `wide`: pairs of (key, people ascending), each over `cap`. `order` as for blocks.build."""
    cache: dict[int, object] = {}

    def place(person: int) -> object:
        if person not in cache:
            cache[person] = order(person)
        return cache[person]

    for left in range(_ROUNDS, -1, -1):
        wide = _distinct(wide)
        for _key, group in wide:
            # In a block that is only over the cap of a large register, whoever is worth it shares a second key.
            if len(group) > CAP:
                yield from _neighbours(group, place, blocks)
        if not left:
            return
        meeting = _meetings(wide)
        wide = []
        for key, group in meeting:
            if len(group) < 2 or not blocks.matters(group):
                continue
            if blocks.fits(group, cap):
                yield group
            else:
                wide.append((key, group))


def _distinct(wide: Sequence[tuple[int, Sequence[int]]]) -> list[tuple[int, Sequence[int]]]:
    """One of all blocks that hold the same people (equal fillers agree in every key), the smallest blocks first."""
    found: dict[tuple[int, ...], int] = {}
    for key, group in wide:
        people = tuple(group)
        found[people] = min(key, found.get(people, key))
    return sorted(((key, group) for group, key in found.items()), key=lambda each: (len(each[1]), each[0]))


def _meetings(wide: Sequence[tuple[int, Sequence[int]]]) -> list[tuple[int, list[int]]]:
    """Where two of the blocks meet, with a key made of the two."""
    held: dict[int, list[int]] = {}
    for at, (_key, group) in enumerate(wide):
        for person in group:
            own = held.setdefault(person, [])
            if len(own) < _MOST_BLOCKS:
                own.append(at)
    found: dict[tuple[int, int], list[int]] = {}
    for person in sorted(held):
        for pair in combinations(held[person], 2):
            found.setdefault(pair, []).append(person)
    return [(_joined(wide[a][0], wide[b][0]), group) for (a, b), group in found.items()]


def _joined(a: int, b: int) -> int:
    low, high = min(a, b), max(a, b)
    return ((low & _MASK) * _PRIME + high) & _MASK


def _neighbours(group: Sequence[int], place: Callable[[int], object], blocks: Blocks) -> Iterator[list[int]]:
    """Short runs of the group in the order of `place`, overlapping by half."""
    ordered = sorted(group, key=place)  # type: ignore[arg-type]
    for start in range(0, max(1, len(ordered) - NEIGHBOURS), NEIGHBOURS):
        run = sorted(ordered[start : start + 2 * NEIGHBOURS])
        if blocks.matters(run):
            yield run
