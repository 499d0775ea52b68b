"""The people themselves: households with one card, address and often one phone; twins, fathers and sons of one name,
namesakes, migrants, and the numbers that the civil registry gave each of them.

Serials are small as in life, so these numbers are shaped like real ones; they are drawn by lot and mean nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from . import names, places
from .dice import Dice, Table, odds

#: How registered members of one household are related; each word is one person beside the first.
HOUSEHOLDS: dict[str, tuple[str, ...]] = {
    "alone": (),
    "couple": ("spouse",),
    "couple and child": ("spouse", "child"),
    "parent and child": ("child",),
    "parent and child of one name": ("heir",),
    "siblings": ("sibling",),
    "three siblings": ("sibling", "sibling"),
    "twins": ("twin",),
    "in-laws": ("spouse", "sibling", "sibling's spouse"),
}
PREFIXES = odds(
    "0812 6, 0813 5, 0821 4, 0822 4, 0852 6, 0853 4, 0811 1, 0857 2, 0858 2, 0815 1, 0895 2, 0896 2, 0877 1, "
    "0878 1, 0831 2, 0838 1, 0881 1"
)
SERIALS = Table({1: 68, 2: 17, 3: 7, 4: 3, 5: 2, 6: 1, 7: 0.6, 9: 0.5, 12: 0.4, 21: 0.3, 45: 0.2})
#: Dates that offices wrote for people who knew only their year of birth, on the card itself.
GUESSED_ON_CARD = Table({(12, 31): 5, (7, 1): 3, (1, 1): 2, (6, 30): 1, (8, 17): 1})


@dataclass(slots=True)
class Person:
    """Somebody as the civil registry knows them; `nik_born` differs from `born` where the card was corrected later."""

    pid: int
    sex: str
    born: dt.date
    nik_born: dt.date
    group: str
    name: str
    nik: str
    region: str
    birth_place: str
    kecamatan: str
    kelurahan: str
    address: str
    phone: str
    nomor_kk: str
    mother: str
    household: int
    relation: str = "first"
    relatives: list[Person] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Shape:
    """What a population is made of: households by kind, and chances of the rest."""

    households: Table[str]
    same_phone: float = 0.45
    no_phone: float = 0.1
    namesake: float = 0.02
    helper: float = 0.0
    guessed_on_card: float = 0.05
    corrected: float = 0.015


class World:
    """Makes people one household after another; the same seed and shape make the same people."""

    def __init__(self, seed: int, shape: Shape) -> None:
        self.dice = Dice(seed)
        self.shape = shape
        self.kinds = shape.households
        self.serials: dict[str, int] = {}
        self.people: list[Person] = []
        self.by_kelurahan: dict[str, list[int]] = {}
        self.households = 0
        self.helpers: dict[str, str] = {}

    def fill(self, count: int) -> list[Person]:
        """The first `count` people."""
        while len(self.people) < count:
            self._household()
        return self.people[:count]

    def stranger(self, pid: int) -> Person:
        """Somebody of nobody's household, for lists of other programmes; not kept among the people."""
        return self._first(pid)

    def new_phone(self) -> str:
        return self.dice.draw(PREFIXES) + self.dice.digits(self.dice.choice((7, 8, 8, 8)))

    def new_home(self) -> tuple[str, str, str]:
        """Kecamatan, kelurahan and address of some house."""
        kecamatan = self.dice.draw(places.OF_KECAMATAN)
        kelurahan = self.dice.choice(places.KELURAHAN[kecamatan])
        return kecamatan, kelurahan, places.address(self.dice, kelurahan)

    def new_nik(self, region: str, born: dt.date, sex: str) -> str:
        """The next number of a district and day; serials go up by one, or jump as they do in life."""
        key = f"{region}{born.day + (40 if sex == 'P' else 0):02d}{born:%m%y}"
        serial = self.serials.get(key, 0) + self.dice.draw(SERIALS)
        self.serials[key] = serial
        return f"{key}{serial:04d}"

    def helper_phone(self, kelurahan: str) -> str:
        """The phone of the kelurahan's companion, or of the RT head, that stands on many registrations."""
        key = f"{kelurahan}/{self.dice.randint(1, 6)}"
        if key not in self.helpers:
            self.helpers[key] = self.new_phone()
        return self.helpers[key]

    def _household(self) -> None:
        kind = self.dice.draw(self.kinds)
        head = self._first(len(self.people))
        members = [head]
        for relation in HOUSEHOLDS[kind]:
            members.append(self._relative(members, relation))
        self.households += 1
        for person in members:
            person.pid = len(self.people)
            person.household = self.households
            person.relatives = [other for other in members if other is not person]
            self._namesake(person)
            self.people.append(person)
            self.by_kelurahan.setdefault(person.kelurahan, []).append(person.pid)

    def _namesake(self, person: Person) -> None:
        """Sometimes gives a person the whole name of somebody of the same ward, sex and about the same age."""
        near = self.by_kelurahan.get(person.kelurahan)
        if person.relation != "first" or not near or not self.dice.hit(self.shape.namesake):
            return
        like = self.people[self.dice.choice(near)]
        if like.sex == person.sex and like.household != person.household:
            person.name, person.group, person.relation = like.name, like.group, f"namesake of {like.pid}"

    def _born(self) -> dt.date:
        day = dt.date(1962, 1, 1) + dt.timedelta(days=int(16_400 * self.dice.betavariate(1.5, 1.5)))
        if self.dice.hit(self.shape.guessed_on_card * (2.2 if day.year < 1975 else 0.25)):
            month, number = self.dice.draw(GUESSED_ON_CARD)
            return dt.date(day.year, month, number)
        return day

    def _origin(self, group: str, kecamatan: str, year: int) -> tuple[str, str]:
        """District of first registration and birth place; who came as an adult carries the number of home."""
        lot = self.dice.random()
        if lot < 0.6:
            # Balikpapan Kota was cut out of Selatan in 2012: whoever was registered before carries Selatan's code.
            return ("647105" if kecamatan == "647106" and self.dice.hit(0.8) else kecamatan), (
                "Balikpapan" if self.dice.hit(0.82) else self.dice.draw(places.HOME[group])[1]
            )
        if lot < 0.68:
            return self.dice.draw(places.OF_KECAMATAN), "Balikpapan"
        if lot < 0.76:
            return self.dice.draw(places.NEARBY)
        return self.dice.draw(places.HOME[group])

    def _corrected(self, born: dt.date) -> dt.date:
        """The date inside the number, where the one on the card was corrected afterwards."""
        if not self.dice.hit(self.shape.corrected):
            return born
        change = self.dice.choice((-365, 365, -30, 31, 1, -1, 9, -730))
        return born + dt.timedelta(days=change)

    def _first(self, pid: int) -> Person:
        dice = self.dice
        sex = "P" if dice.hit(0.44) else "L"
        group = dice.draw(names.GROUPS)
        born = self._born()
        kecamatan, kelurahan, address = self.new_home()
        region, birth_place = self._origin(group, kecamatan, born.year)
        nik_born = self._corrected(born)
        issued = dt.date(2005, 1, 1) + dt.timedelta(days=dice.randrange(7300))
        return Person(
            pid=pid,
            sex=sex,
            born=born,
            nik_born=nik_born,
            group=group,
            name=names.name(dice, group, sex, born.year),
            nik=self.new_nik(region, nik_born, sex),
            region=region,
            birth_place=birth_place,
            kecamatan=kecamatan,
            kelurahan=kelurahan,
            address=address,
            phone=self._first_phone(kelurahan),
            nomor_kk=f"{kecamatan}{issued:%d%m%y}{dice.randint(1, 24):04d}",
            mother=names.name(dice, group, "P", born.year - 25),
            household=0,
        )

    def _first_phone(self, kelurahan: str) -> str:
        if self.dice.hit(self.shape.helper):
            return self.helper_phone(kelurahan)
        return "" if self.dice.hit(self.shape.no_phone) else self.new_phone()

    def _relative(self, members: list[Person], relation: str) -> Person:
        dice, first = self.dice, members[0]
        person = replace(self._first(0), relation=relation)
        person.kecamatan, person.kelurahan, person.address = first.kecamatan, first.kelurahan, first.address
        person.nomor_kk = first.nomor_kk
        if dice.hit(self.shape.same_phone):
            person.phone = first.phone
        if relation in ("spouse", "sibling's spouse"):
            self._as_spouse(person, first if relation == "spouse" else members[-1])
        elif relation in ("child", "heir"):
            self._as_child(person, members, relation == "heir")
        else:
            self._as_sibling(person, first, relation == "twin")
        if relation == "twin":
            # Two numbers given at one counter, one after the other.
            person.region, person.nik_born = first.region, first.nik_born
        person.nik = self.new_nik(person.region, person.nik_born, person.sex)
        return person

    def _as_spouse(self, person: Person, other: Person) -> None:
        person.sex = "P" if other.sex == "L" else "L"
        self._born_on(person, _shifted(other.born, self.dice.randint(-2600, 2600)))
        if self.dice.hit(0.7):
            person.group = other.group
        person.name = names.name(self.dice, person.group, person.sex, person.born.year)

    def _as_child(self, person: Person, members: list[Person], heir: bool) -> None:
        dice, parent = self.dice, members[0]
        later = 365 * dice.randint(19, 30) + dice.randrange(365)
        self._born_on(parent, _shifted(dt.date(1962, 1, 1), dice.randrange(5000)))
        parent.nik = self.new_nik(parent.region, parent.nik_born, parent.sex)
        self._born_on(person, _shifted(parent.born, later))
        person.group = parent.group
        if dice.hit(0.7):
            person.region, person.birth_place = person.kecamatan, "Balikpapan"
        if heir:
            person.sex, person.name = parent.sex, self._heirs_name(parent.name)
            return
        mothers = [other for other in members if other.sex == "P"]
        person.mother = mothers[0].name if mothers else person.mother
        person.name = names.name(dice, person.group, person.sex, person.born.year)
        surname = parent.name.split()[-1]
        if parent.group in ("batak", "minahasa", "toraja", "flores") or dice.hit(0.2):
            kept = person.name.split()
            person.name = " ".join([*kept[: max(1, len(kept) - 1)], surname])

    def _heirs_name(self, name: str) -> str:
        """A child that bears the parent's name: wholly, with a word more, or with another first word."""
        lot = self.dice.random()
        if lot < 0.55:
            return name
        if lot < 0.8:
            return f"{name} {self.dice.choice(('Putra', 'Junior', 'Muda', 'Saputra', 'Syah'))}"
        return f"{self.dice.choice(('Ahmad', 'Andi', 'Nur', 'Rizal'))} {name}"

    def _as_sibling(self, person: Person, first: Person, twin: bool) -> None:
        dice = self.dice
        person.group, person.mother = first.group, first.mother
        person.birth_place, person.region = first.birth_place, first.region
        if twin:
            person.born, person.nik_born = first.born, first.nik_born
            person.sex = first.sex if dice.hit(0.75) else person.sex
        else:
            days = dice.randint(330, 3000) * dice.choice((1, -1))
            self._born_on(person, _shifted(first.born, days))
        person.name = names.name(dice, person.group, person.sex, person.born.year)
        if person.sex == first.sex and dice.hit(0.7 if twin else 0.35):
            person.name = self._rhymed(person, first.name)
        if person.name == first.name:
            person.name = f"{person.name} {'Wati' if person.sex == 'P' else 'Syah'}"

    def _rhymed(self, person: Person, name: str) -> str:
        """A brother's or sister's name that differs in one word, as parents like it; for twins often in one sound."""
        words = name.split()
        changed = self.dice.choice((0, 0, -1)) if len(words) > 1 else 0
        alike = names.alike(words[changed], person.group, person.sex)
        if alike and self.dice.hit(0.4):
            words[changed] = self.dice.choice(alike)
        else:
            other = names.given(self.dice, person.group, person.sex, person.born.year)[-1]
            words[changed] = other if other not in words else f"{other}{'wati' if person.sex == 'P' else 'syah'}"
        return " ".join(words)

    def _born_on(self, person: Person, born: dt.date) -> None:
        person.born, person.nik_born = born, self._corrected(born)


def _shifted(day: dt.date, days: int) -> dt.date:
    """A day that much later or earlier, the other way where nobody of that age works now; no day gathers people."""
    first, last = dt.date(1961, 1, 2), dt.date(2008, 12, 30)
    moved = day + dt.timedelta(days=days)
    if not first <= moved <= last:
        moved = day - dt.timedelta(days=days)
    return min(max(moved, first), last)
