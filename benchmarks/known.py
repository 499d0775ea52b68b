"""Keyed digests of people registered elsewhere: their size, whom they find, how often they alarm for nothing, and cost.

    python benchmarks/known.py [--people 10000 100000] [--strangers 100000]

Made-up people of one city: some are registered, the others are strangers who come to register, many of them relatives,
neighbours in serial and namesakes of the registered. Each asks at a laptop of the own kelurahan, which has the numbers
of all other kelurahan, and the finer blocks of those in the same kecamatan. Hits are counted over registered people who
come again in another kelurahan of their kecamatan, with one mistake each; and as the generator's profiles type people
again, with several. Processor time; seconds of this machine.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from registrations import mistakes_name
from registrations.capture import Desk, Registration
from registrations.dice import Dice
from registrations.people import Person as Citizen
from registrations.people import World
from registrations.profiles import PROFILES

from fieldapp.matching.digests import (
    BLOCK_BYTES,
    NIK_BYTES,
    block_digests,
    key_id,
    key_of,
    nik_digest,
    pack_section,
    unpack_section,
)
from fieldapp.matching.people import Person, of_answers, of_row
from fieldapp.services.known.index import Index, add, look
from sync.keys import Identity, new_age_identity
from sync.paper import write
from sync.payload import Payload, pack

KEY = key_of(b"rahasia rekaan")
SAMPLE = 4_000
WRITER = Identity(sign_seed=b"\x05" * 32, age_identity=new_age_identity(lambda count: b"\x05" * count))


def compared(citizen: Citizen, **changes: str) -> Person:
    """Somebody as the card says, but for `changes`."""
    answers = {
        "nik": citizen.nik,
        "name": citizen.name,
        "birth_date": citizen.born.isoformat(),
        "mother_name": citizen.mother,
        "sex": citizen.sex,
    }
    return of_answers({**answers, **changes})


class Town:
    """The sections of everybody who is registered."""

    def __init__(self, registered: list[Citizen]) -> None:
        began = time.process_time()
        numbers: dict[str, list[bytes]] = {}
        blocks: dict[str, set[bytes]] = {}
        self.kecamatan = {citizen.kelurahan: citizen.kecamatan for citizen in registered}
        for citizen in registered:
            person = compared(citizen)
            numbers.setdefault(citizen.kelurahan, []).append(nik_digest(KEY, person.nik))
            blocks.setdefault(citizen.kelurahan, set()).update(block_digests(KEY, person))
        name = key_id(KEY)
        self.numbers = {area: pack_section(name, found) for area, found in numbers.items()}
        self.blocks = {area: pack_section(name, found) for area, found in blocks.items()}
        self.made_s = time.process_time() - began

    def index(self, kecamatan: str) -> Index:
        """What the laptops of a kecamatan have, those of the own kelurahan included."""
        index = Index(KEY)
        for area, content in self.numbers.items():
            add(index.numbers, unpack_section(content, NIK_BYTES).digests, area)
        for area, content in self.blocks.items():
            if self.kecamatan[area] == kecamatan:
                add(index.blocks, unpack_section(content, BLOCK_BYTES).digests, area)
        return index

    def bundle(self, kelurahan: str, areas: set[str] | None = None) -> int:
        """Bytes of the papers in a return bundle for a laptop of a kelurahan: of these areas, or of all others."""
        wanted = (set(self.numbers) if areas is None else areas) - {kelurahan}
        papers = []
        for area in wanted:
            near = self.kecamatan[area] == self.kecamatan[kelurahan]
            for kind, content in (("nik", self.numbers[area]), ("blocks", self.blocks[area] if near else b"")):
                if content:
                    title = f"known/{kind}/{area.lower().replace(' ', '-')}"
                    papers.append(write(WRITER, title, content, audience="*", about="", at_ms=1))
        return len(pack(Payload(1, papers=tuple(papers)), links=True))


def slips(nik: str, dice: random.Random) -> dict[str, str]:
    """A NIK with one slip of each kind."""
    at, digit = dice.randrange(16), dice.choice("0123456789")
    swap = dice.randrange(15)
    return {
        "one wrong digit": nik[:at] + dice.choice([each for each in "0123456789" if each != nik[at]]) + nik[at + 1 :],
        "two digits swapped": nik[:swap] + nik[swap + 1] + nik[swap] + nik[swap + 2 :],
        "a digit missing": nik[:at] + nik[at + 1 :],
        "a digit too many": nik[:at] + digit + nik[at:],
    }


def measure(people: int, strangers: int) -> None:
    """One size of the register."""
    world = World(7, PROFILES["city"].shape)
    everybody = list(world.fill(people + strangers))
    random.Random(1).shuffle(everybody)
    registered, fresh = everybody[:people], everybody[people:]
    town = Town(registered)
    tell_sizes(town, people)
    indexes: dict[str, Index] = {}
    began = time.process_time()
    largest = max(town.numbers, key=lambda area: len(town.numbers[area]))
    indexes[town.kecamatan[largest]] = town.index(town.kecamatan[largest])
    opened_ms = 1000 * (time.process_time() - began)
    print(f"  opened in {opened_ms:.0f} ms; made in {1e6 * town.made_s / people:.0f} us a person")
    for kecamatan in set(town.kecamatan.values()):
        indexes.setdefault(kecamatan, town.index(kecamatan))
    tell_alarms(town, indexes, fresh)
    again = [citizen for citizen in registered if citizen.kelurahan in town.kecamatan][:SAMPLE]
    tell_hits(indexes, again)
    tell_profiles(world, indexes, again)


def tell_sizes(town: Town, people: int) -> None:
    """Bytes of sections and bundles."""
    sizes = [len(content) for content in town.numbers.values()]
    blocks = [len(content) for content in town.blocks.values()]
    bundles = [town.bundle(area) for area in town.numbers]
    some = set(random.Random(3).sample(sorted(town.numbers), min(5, len(town.numbers))))
    changed = statistics.mean(town.bundle(area, some) for area in sorted(town.numbers)[:5])
    print(f"{people} people in {len(sizes)} kelurahan")
    print(
        f"  a section: numbers {statistics.mean(sizes) / 1000:.1f} kB, blocks {statistics.mean(blocks) / 1000:.1f} kB"
    )
    print(f"  {sum(blocks) / people:.0f} bytes of blocks a person")
    print(f"  a first return bundle {statistics.mean(bundles) / 1000:.0f} kB, at most {max(bundles) / 1000:.0f} kB")
    print(f"  one after 5 kelurahan changed {changed / 1000:.0f} kB")


def tell_alarms(town: Town, indexes: dict[str, Index], fresh: list[Citizen]) -> None:
    """Of strangers."""
    exact = near = 0
    took = []
    for citizen in fresh:
        person = compared(citizen)
        index = indexes.get(citizen.kecamatan) or next(iter(indexes.values()))
        began = time.process_time_ns()
        same, alike = look([index], person)
        took.append(time.process_time_ns() - began)
        exact += bool(same - {citizen.kelurahan})
        near += bool(alike.keys() - {citizen.kelurahan})
    took.sort()
    share = [took[int(len(took) * part)] / 1e6 for part in (0.5, 0.95, 0.99)]
    print(f"  {len(fresh)} strangers: exact {exact}, near {near} ({100 * near / len(fresh):.2f} %)")
    print(f"  asking: p50 {share[0]:.2f} ms, p95 {share[1]:.2f} ms, p99 {share[2]:.2f} ms")


def tell_hits(indexes: dict[str, Index], again: list[Citizen]) -> None:
    """Of registered people who come again with one mistake."""
    dice, chance = Dice(5), random.Random(5)
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()

    def ask(kind: str, citizen: Citizen, person: Person) -> None:
        _, alike = look([indexes[citizen.kecamatan]], person)
        asked[kind] += 1
        found[kind] += citizen.kelurahan in alike

    changes: dict[str, Callable[..., str]] = mistakes_name.KINDS
    for citizen in again:
        for kind, nik in slips(citizen.nik, chance).items():
            if nik != citizen.nik:
                ask(f"NIK: {kind}", citizen, compared(citizen, nik=nik))
        for kind, change in changes.items():
            name = change(dice, citizen.name, citizen)
            if name != citizen.name:
                ask(f"name: {kind}, no NIK", citizen, compared(citizen, name=name, nik=""))
                ask("name: any, no NIK", citizen, compared(citizen, name=name, nik=""))
                ask("name: any, no NIK, no mother", citizen, compared(citizen, name=name, nik="", mother_name=""))
                ask(
                    "name: any, right NIK but another date",
                    citizen,
                    compared(citizen, name=name, birth_date="1999-09-09"),
                )
    for kind in sorted(asked):
        print(f"  {kind}: {100 * found[kind] / asked[kind]:.1f} % of {asked[kind]}")


def tell_profiles(world: World, indexes: dict[str, Index], again: list[Citizen]) -> None:
    """Of registered people whom somebody types once more, with the mistakes of a profile."""
    desk = Desk(world)
    for name, profile in PROFILES.items():
        exact = either = 0
        for citizen in again:
            typed: Registration = desk.register(citizen, world.dice.draw(profile.again))
            same, alike = look([indexes[citizen.kecamatan]], of_row(typed.row))
            exact += citizen.kelurahan in same
            either += citizen.kelurahan in same or citizen.kelurahan in alike
        count = len(again)
        print(f"  typed again, profile {name}: {100 * exact / count:.1f} % by NIK, {100 * either / count:.1f} % in all")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--strangers", type=int, default=100_000)
    arguments = parser.parse_args()
    for number in arguments.people:
        measure(number, arguments.strangers)
