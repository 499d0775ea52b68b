"""A sieve before the full comparison: most pairs that share a block key are strangers, and that shows quickly.

For two people it adds up what each aspect could give at most. Where few values meet again and again (districts with
serials, areas, towns) the comparisons themselves are asked once and remembered; names, phones, addresses and dates are
bounded by what is cheap to see; whoever is out of the ordinary is compared as always. Only pairs that stay below the
floor even so are let go: the sieve changes nothing that is shown, and a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar
from zlib import crc32

from fieldapp.matching import weights
from fieldapp.matching.home_comparison import compare_areas, compare_birth_places
from fieldapp.matching.name_comparison import compare_names
from fieldapp.matching.number_comparison import MORE_BY_CODE, compare_dates, compare_nik
from fieldapp.matching.people import Person
from fieldapp.matching.rarity import DAY, Rarity, Settled, bits
from fieldapp.matching.score import prior

Key = TypeVar("Key")

#: Entries that a memory of pairs of values may hold before it begins anew.
_MOST_REMEMBERED: Final = 200_000
#: Stands for the digits of more than one phone.
_SEVERAL: Final = "?"
#: Letters that no word has.
_NEVER: Final = 1_000
#: Outcomes of two NIKs that leave clashing dates a clash.
_UNLIKE_NIKS: Final = frozenset({"differs", "neighbour", "foreign", "two_digits"})
#: Month and day of dates that may be a guess.
_GUESSES: Final = frozenset({(1, 1), (12, 31), (7, 1)})


class Sketch(NamedTuple):
    """What the sieve looks at in one person, some 400 bytes, most of them shared with others.

    `plain`: a date of birth that is no guess, and a NIK of sixteen digits with the same date or none. `place`: district
    and serial of the NIK; `nik_day`: the digits between. `common`: the bits of day and month; `name`: those of this
    name beside itself; `longest`, `shortest_two`: letters of its longest word, and one fewer than its two shortest
    neighbours have; `family`: the most that mother and card can give. `streets`, `first`, `numbers`: words and numbers
    of the address as bits of a mask, where two may fall on one.
    """

    number: int
    plain: bool
    place: str
    nik_day: str
    year: int
    month: int
    day: int
    common: float
    name: float
    longest: int
    shortest_two: int
    sex: str
    area: tuple[str, str]
    phone_head: str
    phone_tail: str
    streets: int
    first: int
    numbers: int
    town: str
    family: float


class Sieve:
    """Lets go of pairs that a full comparison with this `rarity` would give fewer bits than `floor_bits`, the least
    that is shown; never of a pair with one NIK. `person_of` gives the person with a sketch's number."""

    def __init__(
        self, rarity: Rarity, person_of: Callable[[int], Person], floor_bits: float = weights.TO_REVIEW_BITS
    ) -> None:
        self._rarity = Settled(rarity)
        self._person_of = person_of
        self._start = prior(rarity.population) - floor_bits
        self._niks: dict[tuple[str, str, bool], float] = {}
        self._areas: dict[tuple[tuple[str, str], tuple[str, str]], float] = {}
        self._towns: dict[tuple[str, str], float] = {}
        self._shared: dict[object, object] = {}

    def sketch(self, number: int) -> Sketch:
        """The sketch of the person with this number."""
        person = self._person_of(number)
        nik, typed = person.nik, (person.year % 100, person.month, person.day)
        inside = (person.nik_year, person.nik_month, person.nik_day)
        plain = (
            bool(person.year and person.month and person.day)
            and typed[1:] not in _GUESSES
            and (not nik or (len(nik) == 16 and not person.nik_cut and inside == typed))
            and not person.foreign
            # A district may be known where the rest of the number is not.
            and bool(nik or not person.region)
        )
        itself = person.words, person.folds, person.main
        name = compare_names(*itself, *itself, self._rarity)
        phone = person.phones[0] if len(person.phones) == 1 else _SEVERAL if person.phones else ""
        family = (weights.KK_EQUAL if person.nomor_kk else 0.0) + (weights.MOTHER_MOST if person.mother else 0.0)
        return Sketch(
            number,
            plain,
            self._one(nik[:6] + nik[12:]),
            nik[6:12],
            *typed,
            self._one(bits(f"{DAY}{person.month:02d}{person.day:02d}", self._rarity)),
            weights.NAME_MOST if name is None else name.bits,
            max(map(len, person.words + person.folds), default=_NEVER),
            min(_neighbours(person.words), _neighbours(person.folds)) - 1,
            person.sex or person.nik_sex,
            self._one((person.kelurahan, person.kecamatan)),
            self._one(phone[:4]),
            self._one(phone[-4:]),
            _mask(person.street),
            _mask(person.numbers[:1]),
            _mask(person.numbers),
            self._one(person.birth_place),
            family,
        )

    def _one(self, value: Key) -> Key:
        """The one object that stands for all equal values."""
        return self._shared.setdefault(value, value)  # type: ignore[return-value]

    def lets_go(self, a: Sketch, b: Sketch) -> bool:
        """Whether the two stay below the floor whatever a full comparison finds. Symmetric."""
        known = self._plain_numbers(a, b) if a.plain and b.plain else self._odd_numbers(a, b)
        if known is None:
            return False
        total, clash = known
        name, longest, shortest_two, sex_a, area_a, head_a, tail_a = a[8:15]
        name_b, longest_b, shortest_two_b, sex_b, area_b, head_b, tail_b = b[8:15]
        areas = area_a, area_b
        scaled = self._areas.get(areas)
        if scaled is None:
            scaled = self._area(a, b, areas)
        if head_a and head_b:
            if head_a != head_b and tail_a != tail_b and head_a != _SEVERAL and head_b != _SEVERAL:
                total += weights.PHONE_DIFFERS
            else:
                scaled += weights.PHONE_EQUAL
        if sex_a and sex_b:
            total += weights.SEX_EQUAL if sex_a == sex_b else weights.SEX_DIFFERS_DOUBTFUL
        scaled += self._house(a, b)
        if longest < shortest_two_b and longest_b < shortest_two:
            # No word is two of the other's glued, so no name gives more than it has.
            name = name if name <= name_b else name_b
        else:
            name = name if name >= name_b else name_b
        if clash:
            # Where dates clash, home and name count less; what speaks against counts as always.
            scaled = scaled * weights.DATE_CLASH_FACTOR if scaled > 0 else scaled
            name *= weights.DATE_CLASH_NAME_FACTOR
        return total + scaled + name < 0 or self._names_let_go(a, b, total, scaled, clash)

    def _plain_numbers(self, a: Sketch, b: Sketch) -> tuple[float, bool] | None:
        """The most of NIK and birth date of two plain people, and whether the dates clash; None for one NIK."""
        _, _, place_a, nik_day_a, year_a, month_a, day_a, common = a[:8]
        _, _, place_b, nik_day_b, year_b, month_b, day_b, common_b = b[:8]
        total = self._start
        clash = False
        if month_a == month_b and day_a == day_b:
            total += _years(year_a, year_b) if year_a != year_b else weights.YEAR_EQUAL + common + weights.DAY_EQUAL
        elif year_a != year_b:
            clash = place_a != place_b
            total += weights.DATE_DIFFERS_TWICE if place_a and place_b else weights.DATE_DIFFERS
        elif month_a == month_b or day_a == day_b:
            total += weights.DATE_SLIP
        elif month_a == day_b and day_a == month_b:
            total += weights.YEAR_EQUAL + max(common, common_b) + weights.DAY_SWAPPED
        else:
            total += weights.ONLY_YEAR
        if place_a and place_b:
            if nik_day_a == nik_day_b and place_a == place_b:
                return None
            key = place_a, place_b, nik_day_a == nik_day_b
            gained = self._niks.get(key)
            total += self._nik(a, b, key) if gained is None else gained
        return total, clash

    def _odd_numbers(self, a: Sketch, b: Sketch) -> tuple[float, bool] | None:
        """The same for people whose numbers or dates are out of the ordinary, by the comparisons themselves."""
        one, other = self._in_order(a, b)
        nik, date = compare_nik(one, other, self._rarity), compare_dates(one, other, self._rarity)
        total = self._start
        if nik is not None:
            if nik.code == "equal":
                return None
            total += nik.bits
        if date is None:
            return total, False
        return total + date.bits, date.clash and (nik is None or nik.code in _UNLIKE_NIKS)

    def _names_let_go(self, a: Sketch, b: Sketch, total: float, scaled: float, clash: bool) -> bool:
        """The same with the names compared; `scaled`: what home and family give at most, less where names clash."""
        one, other = self._in_order(a, b)
        found = compare_names(one.words, one.folds, one.main, other.words, other.folds, other.main, self._rarity)
        if found is None:
            return False
        gained = found.bits
        if clash and gained > 0:
            gained *= weights.DATE_CLASH_NAME_FACTOR
        if found.clash and not clash and scaled > 0:
            scaled *= weights.CLASH_FACTOR
        return total + scaled + gained < 0

    def _in_order(self, a: Sketch, b: Sketch) -> tuple[Person, Person]:
        """The two people in the order of a full comparison."""
        one, other = self._person_of(a.number), self._person_of(b.number)
        return (other, one) if other.mark < one.mark else (one, other)

    def _house(self, a: Sketch, b: Sketch) -> float:
        """The most that address, town of birth, mother and family card give."""
        if a.first & b.numbers or b.first & a.numbers:
            gained = weights.ADDRESS_EQUAL
        else:
            gained = weights.ADDRESS_NEAR if a.streets & b.streets else 0.0
        gained += a.family if a.family <= b.family else b.family
        towns = a.town, b.town
        town = self._towns.get(towns)
        if town is None:
            one, other = self._person_of(a.number), self._person_of(b.number)
            both = compare_birth_places(one, other, self._rarity), compare_birth_places(other, one, self._rarity)
            # Which of the two comes first in a full comparison is not known from their towns.
            town = _remember(self._towns, towns, max((each.bits for each in both if each is not None), default=0.0))
        return gained + town

    def _nik(self, a: Sketch, b: Sketch, key: tuple[str, str, bool]) -> float:
        found = compare_nik(*self._in_order(a, b), self._rarity)
        if found is None:
            return 0.0
        gained = found.bits
        if not key[2]:
            # Among numbers of unlike days this part depends on all digits: the most that these places leave possible.
            gained -= MORE_BY_CODE.get(found.code, 0.0)
            apart = sum(one != other for one, other in zip(a.place, b.place, strict=True))
            gained += max(0.0, *MORE_BY_CODE.values()) if apart < 2 else 0.0
        return _remember(self._niks, key, gained)

    def _area(self, a: Sketch, b: Sketch, areas: tuple[tuple[str, str], tuple[str, str]]) -> float:
        found = compare_areas(self._person_of(a.number), self._person_of(b.number), self._rarity)
        return _remember(self._areas, areas, 0.0 if found is None else found.bits)


def _years(one: int, other: int) -> float:
    """The most that equal day and month give with these unlike years."""
    if one - other in (1, -1, 99, -99):
        return weights.YEAR_NEXT
    near = one % 10 == other % 10 or one // 10 == other // 10 or one % 10 == other // 10
    return weights.DATE_SLIP if near else weights.YEAR_DIFFERS


def _neighbours(words: tuple[str, ...]) -> int:
    """Letters of the two neighbouring words that have the fewest."""
    return min((len(one) + len(other) for one, other in pairwise(words)), default=_NEVER)


def _mask(words: tuple[str, ...]) -> int:
    mask = 0
    for word in words:
        mask |= 1 << crc32(word.encode()) % 61
    return mask


def _remember(memory: dict[Key, float], key: Key, value: float) -> float:
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()
    memory[key] = value
    return value
