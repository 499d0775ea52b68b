"""Many people made ready to be compared: packed one behind the other, with their block keys and how common all is."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fieldapp.matching.blocks import KeyTable
from fieldapp.matching.keys import block_keys
from fieldapp.matching.people import Person, of_row, pack, stamp, unpack
from fieldapp.matching.rarity import Rarity, tokens

OFFSET: Final = "Q"


class Tally:
    """A `Rarity` that travels: how many people there are, and what two or more of them have in common."""

    def __init__(self, population: int, names: Mapping[str, int], phones: Mapping[str, int]) -> None:
        self._population = population
        self._names = {token: count for token, count in names.items() if count > 1}
        self._phones = {phone: count for phone, count in phones.items() if count > 1}

    @property
    def population(self) -> int:
        return self._population

    def token_count(self, token: str) -> int:
        return self._names.get(token, 1)

    def phone_count(self, phone: str) -> int:
        return self._phones.get(phone, 1)


class Task(NamedTuple):
    """People to make ready: numbers from `first` on; `fields` name the values of rows, None means packed people."""

    first: int
    fields: tuple[str, ...] | None
    items: Sequence[tuple[str, ...] | bytes]


class Ready(NamedTuple):
    """What `prepare` gives: packed people, their lengths, what sorts them, keys by part, and what is counted."""

    packed: bytes
    lengths: bytes
    orders: bytes
    parts: list[tuple[bytes, bytes]]
    names: Counter[str]
    phones: Counter[str]


def preparing() -> Callable[[Task], Ready]:
    """For a crew: the function that makes people ready."""
    return prepare


def prepare(task: Task) -> Ready:
    """Normalises, packs, keys and counts the people of `task`."""
    table, packed = KeyTable(), bytearray()
    lengths, orders = array("I"), array("Q")
    names: Counter[str] = Counter()
    phones: Counter[str] = Counter()
    for number, item in enumerate(task.items, task.first):
        person, content = _person_of(task.fields, item)
        packed += content
        lengths.append(len(content))
        orders.append(_order(person))
        table.add(number, block_keys(person))
        names.update(tokens(person))
        phones.update(person.phones)
    return Ready(bytes(packed), lengths.tobytes(), orders.tobytes(), table.taken(), names, phones)


def _order(person: Person) -> int:
    """Sorts people of one year of birth together, who are compared with each other most, and then by their content."""
    year = person.year or (2000 + person.nik_year if person.nik_year >= 0 else 0)
    return year << 48 | int(stamp(person)[:12], 16)


def _person_of(fields: tuple[str, ...] | None, item: tuple[str, ...] | bytes) -> tuple[Person, bytes]:
    if isinstance(item, bytes):
        return unpack(item), item
    person = of_row(dict(zip(fields or (), item, strict=False)))
    return person, pack(person)


@dataclass
class Gathered:
    """People numbered from 0 in the order in which they came, with their ids; once `settle` has been called, in an
    order that depends on what they are and not on how they came."""

    ids: list[str] = field(default_factory=list)
    packed: bytearray = field(default_factory=bytearray)
    offsets: array[int] = field(default_factory=lambda: array(OFFSET, [0]))
    orders: array[int] = field(default_factory=lambda: array("Q"))
    table: KeyTable = field(default_factory=KeyTable)
    names: Counter[str] = field(default_factory=Counter)
    phones: Counter[str] = field(default_factory=Counter)

    def add(self, ids: Iterable[str], ready: Ready) -> None:
        """Takes people in who were made ready with numbers that follow the last one here."""
        self.ids.extend(ids)
        end = self.offsets[-1]
        for length in array("I", ready.lengths):
            end += length
            self.offsets.append(end)
        self.packed += ready.packed
        self.orders.frombytes(ready.orders)
        self.table.add_parts(ready.parts)
        self.names.update(ready.names)
        self.phones.update(ready.phones)

    def __len__(self) -> int:
        return len(self.ids)

    def settle(self, split: int | None = None) -> array[int]:
        """Gives everybody their place; people before and from `split` on stay apart. Answers the place of every number
        until now."""
        places: list[int] = []
        for side in (range(split or 0), range(split or 0, len(self.ids))):
            # Two stable sorts in place of one by pairs, which would take memory for a pair a person.
            ordered = sorted(side, key=self.ids.__getitem__)
            ordered.sort(key=self.orders.__getitem__)
            places += ordered
        ranks = array("I", bytes(4 * len(places)))
        for place, number in enumerate(places):
            ranks[number] = place
        packed, offsets = bytearray(), array(OFFSET, [0])
        for number in places:
            packed += self.packed[self.offsets[number] : self.offsets[number + 1]]
            offsets.append(len(packed))
        self.ids = [self.ids[number] for number in places]
        self.packed, self.offsets, self.orders = packed, offsets, array("Q")
        return ranks

    def content(self, number: int) -> bytes:
        """The packed person with this number."""
        return bytes(self.packed[self.offsets[number] : self.offsets[number + 1]])

    def person(self, number: int) -> Person:
        """The person with this number."""
        return unpack(self.content(number))

    def by_name(self, number: int) -> tuple[list[str], int]:
        """What sorts settled people alphabetically by name."""
        return sorted(self.person(number).folds), number

    def tally(self, rarity: Rarity | None) -> Tally:
        """How common what these people have is: by `rarity`, or counted among themselves."""
        if rarity is None:
            found = Tally(len(self), self.names, self.phones)
        else:
            found = Tally(
                rarity.population,
                {token: rarity.token_count(token) for token in self.names},
                {phone: rarity.phone_count(phone) for phone in self.phones},
            )
        self.names, self.phones = Counter(), Counter()
        return found
