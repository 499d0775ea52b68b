"""A sieve before the full comparison: most pairs that share a block key are strangers, and that shows quickly.

For two people it adds up what each aspect could give at most. Where few values meet again and again (districts with
serials, areas, towns) the comparisons themselves are asked once and remembered; phones, addresses and dates are bounded
by what is cheap to see; whatever is out of the ordinary is compared as always. Only pairs that stay below the lowest
shown weight even so are let go: the sieve changes nothing that is shown, and a test holds it to that.
"""

from __future__ import annotations

from typing import Final, TypeVar

from fieldapp.matching import home_comparison as home
from fieldapp.matching import weights
from fieldapp.matching.name_comparison import compare_names
from fieldapp.matching.number_comparison import MORE_BY_CODE, compare_dates, compare_nik
from fieldapp.matching.people import Person
from fieldapp.matching.rarity import Rarity
from fieldapp.matching.score import prior

Key = TypeVar("Key")

#: Entries that a memory of pairs of values may hold before it begins anew.
_MOST_REMEMBERED: Final = 200_000
#: Month and day of dates that may be a guess.
_GUESSES: Final = frozenset({(1, 1), (12, 31), (7, 1)})


class Sketch:
    """What the sieve looks at in one person, worked out once.

    `plain`: sixteen digits of a NIK whose date is the typed one, and no guess. `place`: district and serial of such a
    number; `most_of_name`: the bits of this name beside itself.
    """

    __slots__ = (
        "card",
        "day",
        "day_stem",
        "first_number",
        "has_home",
        "has_mother",
        "kecamatan",
        "kelurahan",
        "month",
        "most_of_name",
        "nik",
        "numbers",
        "person",
        "phone",
        "phones",
        "place",
        "plain",
        "sex",
        "street",
        "town",
        "year",
    )

    def __init__(self, person: Person, rarity: Rarity) -> None:
        self.person = person
        self.nik = person.nik
        self.year, self.month, self.day = person.year % 100, person.month, person.day
        inside = (person.nik_year, person.nik_month, person.nik_day)
        self.plain = (
            len(person.nik) == 16
            and not person.nik_cut
            and inside == (self.year, self.month, self.day)
            and (self.month, self.day) not in _GUESSES
        )
        self.day_stem, self.place = person.nik[:12], person.nik[:6] + person.nik[12:]
        itself = person.words, person.folds, person.main
        name = compare_names(*itself, *itself, rarity)
        self.most_of_name = weights.NAME_MOST if name is None else name.bits
        self.sex = person.sex or person.nik_sex
        self.kelurahan, self.kecamatan = person.kelurahan, person.kecamatan
        self.phones = person.phones
        self.phone = person.phones[0] if len(person.phones) == 1 and len(person.phones[0]) >= 9 else ""
        self.has_home = bool(person.street or person.numbers)
        self.street = frozenset(person.street)
        self.numbers = person.numbers
        self.first_number = person.numbers[0] if person.numbers else ""
        self.town = person.birth_place
        self.card = person.nomor_kk
        self.has_mother = bool(person.mother)


class Sieve:
    """Lets go of pairs that a full comparison with this `rarity` would give fewer bits than `floor_bits`, the least
    that is shown; never of a pair with one NIK."""

    def __init__(self, rarity: Rarity, floor_bits: float = weights.TO_REVIEW_BITS) -> None:
        self._rarity = rarity
        self._start = prior(rarity.population) - floor_bits
        self._niks: dict[tuple[str, str, bool], float] = {}
        self._areas: dict[str, float] = {}
        self._towns: dict[tuple[str, str], float] = {}

    def sketch(self, person: Person) -> Sketch:
        """The sketch of `person` for `lets_go`."""
        return Sketch(person, self._rarity)

    def lets_go(self, a: Sketch, b: Sketch) -> bool:
        """Whether the two stay below the floor whatever a full comparison finds. Symmetric."""
        total = self._start + self._numbers(a, b)
        if a.nik == b.nik and a.nik:
            return False
        name = a.most_of_name if a.most_of_name >= b.most_of_name else b.most_of_name
        total += name + self._home(a, b)
        if total < 0:
            return True
        one, other = a.person, b.person
        found = compare_names(one.words, one.folds, one.main, other.words, other.folds, other.main, self._rarity)
        return total - name + (0.0 if found is None else found.bits) < 0

    def _numbers(self, a: Sketch, b: Sketch) -> float:
        """NIK and date of birth."""
        if not a.plain or not b.plain:
            nik = compare_nik(a.person, b.person, self._rarity)
            date = compare_dates(a.person, b.person, self._rarity)
            return (0.0 if nik is None else nik.bits) + (0.0 if date is None else date.bits)
        if a.year == b.year:
            only_year = a.month != b.month and a.day != b.day and (a.month != b.day or a.day != b.month)
            total = weights.ONLY_YEAR if only_year else None
        else:
            total = weights.DATE_DIFFERS if a.month != b.month or a.day != b.day else None
        if total is None:
            date = compare_dates(a.person, b.person, self._rarity)
            total = 0.0 if date is None else date.bits
        # Beside the day only these count, so that few pairs of them meet again and again.
        key = a.place, b.place, a.day_stem == b.day_stem
        gained = self._niks.get(key)
        if gained is None:
            nik = compare_nik(a.person, b.person, self._rarity)
            # What follows from all digits is taken at its most, for this is remembered for other days.
            gained = 0.0 if nik is None else nik.bits - MORE_BY_CODE.get(nik.code, 0.0) + weights.NIK_SWAPPED
            if a.nik[:15] != b.nik[:15]:
                _remember(self._niks, key, gained)
        return total + gained

    def _home(self, a: Sketch, b: Sketch) -> float:
        total = 0.0
        if a.sex and b.sex:
            total = weights.SEX_EQUAL if a.sex == b.sex else weights.SEX_DIFFERS_DOUBTFUL
        if a.kelurahan and b.kelurahan and a.kelurahan != b.kelurahan:
            near = a.kecamatan and a.kecamatan == b.kecamatan
            total += weights.KECAMATAN_EQUAL if near else weights.AREA_DIFFERS
        else:
            total += self._area(a, b)
        if a.phones and b.phones:
            total += self._phones(a, b)
        if a.has_home and b.has_home:
            total += _most_of_address(a, b)
        if a.town and b.town:
            total += self._town(a, b)
        if a.card and b.card:
            # One slip leaves the first half or the second as it was.
            near = a.card[:8] == b.card[:8] or a.card[-7:] == b.card[-7:]
            total += weights.KK_EQUAL if near else weights.KK_DIFFERS
        if a.has_mother and b.has_mother:
            total += weights.MOTHER_MOST
        return total

    def _area(self, a: Sketch, b: Sketch) -> float:
        if not a.kelurahan or a.kelurahan != b.kelurahan:
            found = home.compare_areas(a.person, b.person, self._rarity)
            return 0.0 if found is None else found.bits
        gained = self._areas.get(a.kelurahan)
        if gained is None:
            found = home.compare_areas(a.person, b.person, self._rarity)
            gained = _remember(self._areas, a.kelurahan, 0.0 if found is None else found.bits)
        return gained

    def _phones(self, a: Sketch, b: Sketch) -> float:
        one, other = a.phone, b.phone
        # One slip leaves the first four digits or the last four as they were.
        if one and other and one[:4] != other[:4] and one[-4:] != other[-4:]:
            return weights.PHONE_DIFFERS
        found = home.compare_phones(a.person, b.person, self._rarity)
        return 0.0 if found is None else found.bits

    def _town(self, a: Sketch, b: Sketch) -> float:
        towns = a.town, b.town
        gained = self._towns.get(towns)
        if gained is None:
            found = home.compare_birth_places(a.person, b.person, self._rarity)
            gained = _remember(self._towns, towns, 0.0 if found is None else found.bits)
        return gained


def _most_of_address(a: Sketch, b: Sketch) -> float:
    if (a.first_number and a.first_number in b.numbers) or (b.first_number and b.first_number in a.numbers):
        return weights.ADDRESS_EQUAL
    if not a.street.isdisjoint(b.street):
        return weights.ADDRESS_NEAR
    return weights.ADDRESS_DIFFERS if a.kelurahan == b.kelurahan else 0.0


def _remember(memory: dict[Key, float], key: Key, value: float) -> float:
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()
    memory[key] = value
    return value
