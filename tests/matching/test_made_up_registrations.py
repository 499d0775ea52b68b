"""The generator that everything about matching is measured with: the same for ever, and labelled truly."""

import csv
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from registrations import COLUMNS, PROFILES, make
from registrations.dice import Dice
from registrations.mistakes_name import KINDS
from registrations.mistakes_number import BORN, NIK
from registrations.people import World

ROOT = Path(__file__).parents[2]
#: Changes only with the generator; figures of before and after do not compare then.
FINGERPRINTS = {
    "years": "b451e3194117b64e",
    "desks": "ca30f78560f91340",
    "sheets": "ab0470a080d1017e",
    "doors": "03d6c0c5318c581f",
    "city": "8d878c372edc75cb",
}


def digest(profile: str) -> str:
    made = make(profile, 300, external=100, seed=3)
    text = repr([(one.person, sorted(one.row.items()), one.done) for one in made.rows + made.external])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_seed_makes_the_same_registrations_on_every_machine(profile: str) -> None:
    assert digest(profile) == FINGERPRINTS[profile]


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_profile_holds_duplicates_lookalikes_and_a_list_that_overlaps(profile: str) -> None:
    made = make(profile, 3000, external=500, seed=1)
    assert len(made.rows) == 3000
    assert len({one.row["rec_id"] for one in made.rows}) == 3000
    pairs = made.pairs()
    assert 250 < len(pairs) < 700
    traps = list(made.traps())
    assert {kind for _, _, kind in traps} >= {"twin", "heir", "sibling", "spouse", "namesake"}
    assert not {(a, b) for a, b, _ in traps} & pairs
    shared = {one.person for one in made.external} & {one.person for one in made.rows}
    assert len(made.external) == 500
    assert 80 < len(shared) < 250


def test_what_was_done_to_a_row_is_what_it_says() -> None:
    made = make("city", 2000, seed=5)
    for one in made.rows:
        person, fields = made.people[one.person], {what.split(":")[0] for what in one.done}
        if "nik" not in fields:
            assert re.sub(r"[^0-9O]", "", one.row["nik"]).replace("O", "0") == person.nik
        if "name" not in fields:
            assert one.row["name"].upper() == person.name.upper()
        if "kelurahan" not in fields and one.row["kelurahan"].isalpha():
            assert one.row["kelurahan"].upper() == person.kelurahan.upper()


def test_the_registry_gives_every_person_a_number_of_their_own_that_fits_day_and_sex() -> None:
    people = make("city", 5000, seed=2).people
    assert len({person.nik for person in people}) == len(people)
    for person in people:
        day = person.nik_born.day + (40 if person.sex == "P" else 0)
        assert re.fullmatch(rf"\d{{6}}{day:02d}{person.nik_born:%m%y}\d{{4}}", person.nik)
    assert sum(person.nik[12:] < "0010" for person in people) > 0.9 * len(people)


def test_names_are_as_unevenly_spread_as_in_life() -> None:
    people = make("city", 5000, seed=2).people
    words: dict[str, int] = {}
    for person in people:
        for word in set(person.name.lower().split()):
            words[word] = words.get(word, 0) + 1
    counts = sorted(words.values(), reverse=True)
    assert counts[0] > 0.03 * len(people)
    assert sum(count == 1 for count in counts) > 0.15 * len(counts)


@pytest.mark.parametrize("kind", sorted({*KINDS, *NIK, *BORN}))
def test_every_kind_of_mistake_happens_to_somebody(kind: str) -> None:
    world = World(8, PROFILES["city"].shape)
    dice, people, changed = Dice(kind), world.fill(150), 0
    for person in people:
        if kind in KINDS:
            changed += KINDS[kind](dice, person.name, person) != person.name
        if kind in NIK:
            changed += NIK[kind](dice, person.nik, person, world) != person.nik
        if kind in BORN:
            changed += BORN[kind](dice, person.born) != person.born
    assert changed > 10


def test_the_command_writes_the_lists_with_their_truth(tmp_path: Path) -> None:
    script = [sys.executable, "benchmarks/make_registrations.py", str(tmp_path), "--records", "200", "--external", "50"]
    subprocess.run([*script, "--form"], cwd=ROOT, check=True)
    with (tmp_path / "registrations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0])[: len(COLUMNS)] == COLUMNS
    assert len(rows) == 200
    assert any(row["mother_name"] and row["nomor_kk"] for row in rows)
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as file:
        assert [row["rec_id"] for row in csv.DictReader(file)] == [row["rec_id"] for row in rows]
    with (tmp_path / "external.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["no", "nik", "nama"]
    assert (tmp_path / "traps.csv").read_text(encoding="utf-8").startswith("a,b,kind\n")
