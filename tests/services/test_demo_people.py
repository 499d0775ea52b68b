"""The made-up people of the demonstration, judged by the form's own rules."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain import region
from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.forms.check import Checked, check
from fieldapp.forms.declaration import QUESTIONS
from fieldapp.services.demo.homes import EVERYBODY, LAPTOPS, Days
from fieldapp.services.demo.people import Town
from fieldapp.services.demo.trouble import (
    TROUBLES,
    Person,
    made_up,
    relatives_nik,
    second_registration,
    slipped_registration,
    twin,
)

REFERENCE = date(2027, 1, 1)
TOWN = Town(tuple(area for laptop in LAPTOPS for area in laptop.areas), REFERENCE)
SETTINGS = ProgrammeSettings(name="Peragaan", start="2027-01")
NAMES = ("name", "mother_name", "heir_name", "companion_name", "consent_guardian_name", "consent_witness")


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return made_up(400, TOWN)


def judged(person: Person) -> Checked:
    return check({"consent_text_version": "1", **person.values}, SETTINGS, date(2026, 11, 23))


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert made_up(50, TOWN, seed=1) == made_up(50, TOWN, seed=1)
    assert made_up(50, TOWN, seed=1) != made_up(50, TOWN, seed=2)


def test_every_person_becomes_what_their_trouble_says(people: list[Person]) -> None:
    for person in people:
        checked = judged(person)
        outcome = "submitted" if checked.submittable else "draft"
        assert outcome == person.outcome, (person.trouble, [f.code for f in checked.findings])


def test_every_kind_of_trouble_is_there_and_most_people_have_none(people: list[Person]) -> None:
    assert {trouble.word for trouble in TROUBLES} <= {person.trouble for person in people}
    clean = [person for person in people if not person.trouble]
    assert len(clean) > len(people) / 2
    for person in clean:
        assert judged(person).findings == ()


def test_nobody_can_be_mistaken_for_somebody(people: list[Person]) -> None:
    for person in people:
        for field in NAMES:
            assert re.match(r"(Contoh|Uji)\b", str(person.values.get(field, "Contoh"))), field
        checked = judged(person)
        if not checked.errors and checked.values.get("nik"):
            assert int(str(checked.values["nik"])[-4:]) >= 9000
        assert int(str(person.values["nomor_kk"])[-4:]) >= 9000
        phone = str(checked.values.get("phone", ""))
        if not any(error.field == "phone" for error in checked.errors) and phone:
            assert "0000" in phone or phone.startswith("+62542700")


def test_nobody_shares_a_nik_unless_they_are_registered_twice(people: list[Person]) -> None:
    niks = [str(person.values["nik"]) for person in people if person.outcome == "submitted" and "nik" in person.values]
    assert len(set(niks)) == len(niks)
    again = second_registration(people[0].values)
    assert again["nik"] == people[0].values["nik"]
    assert again["name"] != people[0].values["name"]


def test_people_are_spread_over_all_kelurahan_of_the_laptops(people: list[Person]) -> None:
    assert {person.area for person in people} == set(TOWN.areas)
    assert {person.values["ktp_area"] for person in people} == set(TOWN.areas)


def test_the_members_work_in_areas_that_exist() -> None:
    for role in EVERYBODY:
        for area in role.areas:
            assert area == "*" or region.lookup(area) is not None


def test_every_key_is_one_of_the_form(people: list[Person]) -> None:
    for person in people:
        assert set(person.values) - {"overrides"} <= set(QUESTIONS), person.trouble


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 30),
    st.integers(0, 2**32),
    st.dates(date(2024, 1, 1), date(2060, 12, 1)).map(lambda day: day.replace(day=1)),
)
def test_any_number_of_people_can_be_made_for_any_start_of_cover(count: int, seed: int, reference: date) -> None:
    assert len(made_up(count, Town(("64.71.05.1002",), reference), seed=seed)) == count


def test_the_demonstrations_clock_moves_on_and_never_passes_now() -> None:
    now = 1_800_000_000_000
    days = Days(lambda: now)
    first = days()
    assert days() > first
    days.go_to(1)
    day_ago = days()
    assert 0 < now - day_ago <= 24 * 3600 * 1000
    days.go_to(5)
    assert days() > day_ago
    for _ in range(20_000):
        days()
    assert days() == now


def test_people_who_are_met_again_slip_are_twins_or_borrow_a_nik(people: list[Person]) -> None:
    values, other = (person.values for person in [each for each in people if not each.trouble][:2])
    slipped = slipped_registration(values)
    assert sorted(slipped["nik"]) == sorted(values["nik"])
    assert slipped["birth_date"] == values["birth_date"]
    assert twin(values)["birth_date"] == values["birth_date"]
    assert twin(values)["name"] != values["name"]
    assert twin(values)["nik"] != values["nik"]
    assert relatives_nik(values, other)["nik"] == values["nik"]
    assert relatives_nik(values, other)["name"] == other["name"]
