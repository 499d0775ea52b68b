"""What somebody types of a person: one row of a list, with the mistakes of the way it was made, each labelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from . import mistakes_name, mistakes_number, places
from .people import Person, World
from .profiles import PROFILES, Profile, Way

COLUMNS = ("rec_id", "nik", "name", "birth_place", "birth_date", "sex", "phone", "address", "kelurahan", "kecamatan")
FURTHER = ("mother_name", "nomor_kk")


@dataclass(slots=True)
class Registration:
    """One row with its truth: whose it is, and what was done to it (kinds such as "nik:sub")."""

    person: int
    row: dict[str, str]
    done: list[str] = field(default_factory=list)


@dataclass
class Made:
    """A whole data set; `people` holds everybody, `rows` and `external` in the order of the lists."""

    people: list[Person]
    rows: list[Registration]
    external: list[Registration]

    def pairs(self) -> set[tuple[str, str]]:
        """The true pairs of rec_ids, the smaller text first."""
        of: dict[int, list[str]] = {}
        for registration in self.rows:
            of.setdefault(registration.person, []).append(registration.row["rec_id"])
        return {(min(a, b), max(a, b)) for ids in of.values() for k, a in enumerate(ids) for b in ids[k + 1 :]}

    def traps(self) -> Iterator[tuple[str, str, str]]:
        """Pairs of rec_ids of two people who look like one, with the kind: a twin, a namesake, one's father."""
        of: dict[int, list[str]] = {}
        for registration in self.rows:
            of.setdefault(registration.person, []).append(registration.row["rec_id"])
        for person in self.people:
            kind, others = person.relation, [other.pid for other in person.relatives if other.relation == "first"]
            if kind.startswith("namesake of "):
                kind, others = "namesake", [int(kind.rsplit(" ", 1)[1])]
            if kind not in ("first", "sibling's spouse"):
                for other in others:
                    for a in of.get(person.pid, ()):
                        for b in of.get(other, ()):
                            yield min(a, b), max(a, b), kind


class Desk:
    """Types registrations of a world's people."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = world.dice

    def name(self, person: Person, way: Way, done: list[str]) -> str:
        name = person.name
        for _ in range(self.dice.draw(way.name_count)):
            kind = self.dice.draw(way.name)
            changed = mistakes_name.KINDS[kind](self.dice, name, person)
            if changed != name and changed.strip():
                done.append(f"name:{kind}")
                name = changed
        return name.upper() if self.dice.hit(way.upper) else name

    def nik(self, person: Person, way: Way, done: list[str]) -> str:
        kind = self.dice.draw(way.nik)
        if kind == "same":
            return (
                mistakes_number.dressed_nik(self.dice, person.nik) if self.dice.hit(way.dressed * 0.3) else person.nik
            )
        nik = mistakes_number.NIK[kind](self.dice, person.nik, person, self.world)
        if nik != person.nik:
            done.append(f"nik:{kind}")
        return nik

    def born(self, person: Person, way: Way, done: list[str]) -> str:
        kind = self.dice.draw(way.born)
        born = person.born if kind == "same" else mistakes_number.BORN[kind](self.dice, person.born)
        if born != person.born:
            done.append(f"born:{kind}")
        style = way.date_style if self.dice.hit(0.3) else "iso"
        return mistakes_number.written_date(self.dice, born, style)

    def phone(self, person: Person, way: Way, done: list[str]) -> str:
        kind = self.dice.draw(way.phone)
        phone = person.phone
        if kind == "missing":
            phone = ""
        elif kind == "other":
            phone = self.world.new_phone()
        elif kind == "helper":
            phone = self.world.helper_phone(person.kelurahan)
        elif kind == "relative":
            phone = self.dice.choice(person.relatives).phone if person.relatives else ""
        elif kind == "slip" and phone:
            phone = mistakes_number.phone_slip(self.dice, phone)
        if phone != person.phone:
            done.append(f"phone:{kind}")
        return (
            mistakes_number.dressed_phone(self.dice, phone, self.world) if self.dice.hit(way.dressed + 0.1) else phone
        )

    def home(self, person: Person, way: Way, done: list[str]) -> tuple[str, str, str]:
        """Kecamatan, kelurahan and address as written."""
        kecamatan, kelurahan, address = person.kecamatan, person.kelurahan, person.address
        if self.dice.hit(way.moved):
            done.append("home:moved")
            kecamatan, kelurahan, address = self.world.new_home()
        kind = self.dice.draw(way.kelurahan)
        if kind == "neighbour":
            kelurahan = self.dice.choice(places.KELURAHAN[kecamatan])
        elif kind == "parent":
            kelurahan = places.PARENT.get(kelurahan, kelurahan)
        written = kelurahan if kind != "missing" else ""
        if written != person.kelurahan:
            done.append(f"kelurahan:{kind}")
        if self.dice.hit(way.address_dressed):
            address = mistakes_number.dressed_address(self.dice, address)
        if written and self.dice.hit(way.dressed):
            written = self.dice.choice(
                (written.upper(), f"Kel. {written}", written.replace("Gunung", "Gn."), written.lower())
            )
        if kind == "missing" and self.dice.hit(0.5):
            return "", written, address
        return (kecamatan if self.dice.hit(way.codes) else places.KECAMATAN[kecamatan]), written, address

    def birth_place(self, person: Person, way: Way) -> str:
        kind = self.dice.draw(way.birth_place)
        if kind == "missing":
            return ""
        if kind == "short":
            return {"Balikpapan": "Bpp", "Samarinda": "Smd", "Makassar": "Ujung Pandang", "Surabaya": "Sby"}.get(
                person.birth_place, person.birth_place[:3]
            )
        return "Balikpapan" if kind == "city" else person.birth_place

    def sex(self, person: Person, way: Way, done: list[str]) -> str:
        kind = self.dice.draw(way.sex)
        if kind == "other":
            done.append("sex:other")
            return "P" if person.sex == "L" else "L"
        if kind == "words":
            return self.dice.choice(("Laki-laki", "LK", "l") if person.sex == "L" else ("Perempuan", "PR", "p"))
        return "" if kind == "missing" else person.sex

    def register(self, person: Person, way: Way) -> Registration:
        done: list[str] = []
        name, nik, born = self.name(person, way, done), self.nik(person, way, done), self.born(person, way, done)
        phone = self.phone(person, way, done)
        kecamatan, kelurahan, address = self.home(person, way, done)
        row = dict.fromkeys(COLUMNS, "") | {
            "nik": nik, "name": name, "birth_place": self.birth_place(person, way), "birth_date": born,
            "sex": self.sex(person, way, done), "phone": phone, "address": address, "kelurahan": kelurahan,
            "kecamatan": kecamatan, **self.further(person, way),
        }  # fmt: skip
        return Registration(person.pid, row, done)

    def further(self, person: Person, way: Way) -> dict[str, str]:
        """Mother's name and family card, which the form asks and most lists lack."""
        mother = person.mother
        if self.dice.hit(0.35):
            mother = mistakes_name.KINDS[self.dice.draw(way.name)](self.dice, mother, person)
        card = (
            person.nomor_kk
            if self.dice.hit(0.8)
            else self.dice.choice(("", "", mistakes_number.nik_sub(self.dice, person.nomor_kk, person, self.world)))
        )
        return {"mother_name": mother if self.dice.hit(0.9) else "", "nomor_kk": card}


def make(profile: str | Profile, records: int, *, external: int = 0, seed: int = 1) -> Made:
    """A register of `records` rows and a list of `external` rows of another programme, always the same for a seed."""
    wanted = PROFILES[profile] if isinstance(profile, str) else profile
    world = World(seed * 7919 + len(wanted.duplicates), wanted.shape)
    total = sum(wanted.duplicates.values())
    rows_a_person = sum((1 + times) * weight for times, weight in wanted.duplicates.items()) / total
    people = world.fill(int(records / rows_a_person) + 1)
    desk, dice = Desk(world), world.dice
    rows = [desk.register(person, dice.draw(wanted.first)) for person in people]
    order = list(range(len(people)))
    dice.shuffle(order)
    again = [(times, weight) for times, weight in wanted.duplicates.items() if times]
    cumulated = [sum(weight for _, weight in again[: k + 1]) for k in range(len(again))]
    for spot in order:
        if len(rows) >= records:
            break
        times = dice.choices([times for times, _ in again], cum_weights=cumulated)[0]
        rows += [desk.register(people[spot], dice.draw(wanted.again)) for _ in range(times)]
    del rows[records:]
    dice.shuffle(rows)
    for number, registration in enumerate(rows):
        registration.row["rec_id"] = str(number)
    return Made(people, rows, _external(desk, wanted, people, external))


def _external(desk: Desk, wanted: Profile, people: list[Person], count: int) -> list[Registration]:
    """The other programme's list: some of our people as it typed them, and strangers."""
    dice = desk.dice
    known = dice.sample(people, min(len(people), int(count * wanted.covered)))
    listed = known + [desk.world.stranger(-1 - k) for k in range(count - len(known))]
    dice.shuffle(listed)
    made = []
    for number, person in enumerate(listed, 1):
        done: list[str] = []
        way = dice.draw(wanted.other_list)
        name, nik = desk.name(person, way, done), desk.nik(person, way, done)
        made.append(Registration(person.pid, {"no": str(number), "nik": nik, "nama": name}, done))
    return made
