"""People of a file's lines, asked who among them is like the next one, without a store."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.matching.keys import block_keys
from fieldapp.matching.people import Person, of_answers
from fieldapp.matching.rarity import Counts
from fieldapp.matching.score import compare
from fieldapp.services.pairs.candidates import BLOCK_LIMIT, WithOneMore, asks_for_reason


class Earlier:
    """Grows by a person a line."""

    def __init__(self) -> None:
        self._people: list[Person] = []
        self._blocks: dict[int, list[int]] = {}
        self._counts = Counts()

    def add(self, values: Mapping[str, object]) -> None:
        """The person whose answers these are."""
        person = of_answers(values)
        for key in block_keys(person):
            self._blocks.setdefault(key, []).append(len(self._people))
        self._people.append(person)
        self._counts.add(person)

    def near(self, values: Mapping[str, object]) -> int:
        """How many are so much like this person that a reason is asked for, those of the very same NIK left out."""
        person = of_answers(values)
        blocks = [self._blocks.get(key, ()) for key in block_keys(person)]
        others = {number for block in blocks if len(block) <= BLOCK_LIMIT for number in block}
        rarity = WithOneMore(self._counts, person)
        found = [self._people[number] for number in sorted(others)]
        unlike = [other for other in found if not (person.nik and other.nik == person.nik)]
        return sum(1 for other in unlike if asks_for_reason(compare(person, other, rarity)))
