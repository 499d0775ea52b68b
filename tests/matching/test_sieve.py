"""The sieve before the full comparison: it lets go of strangers quickly, and of nothing that would be shown."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_people import BASE, Register, counted, people, somebody, texts
from registrations import COLUMNS, PROFILES, make

from fieldapp.matching.keys import block_keys
from fieldapp.matching.people import Person, of_row
from fieldapp.matching.score import compare
from fieldapp.matching.sieve import Sieve
from fieldapp.matching.weights import TO_REVIEW_BITS


def assert_sound(a: Person, b: Person, rarity: Register, floor_bits: float = TO_REVIEW_BITS) -> None:
    sieve = Sieve(rarity, [a, b].__getitem__, floor_bits)
    one, two = sieve.sketch(0), sieve.sketch(1)
    gone = sieve.lets_go(one, two)
    assert gone == sieve.lets_go(two, one)
    if gone:
        match = compare(a, b, rarity)
        assert match.band == "unlikely"
        assert match.bits < floor_bits


@settings(max_examples=300)
@given(people(), people(), st.integers(1, 2_000_000))
def test_nothing_worth_showing_is_let_go_whatever_two_people_are_like(a: Person, b: Person, population: int) -> None:
    assert_sound(a, b, Register(population))


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(BASE)), texts(), max_size=6), st.integers(1, 2_000_000))
def test_nothing_worth_showing_is_let_go_when_somebody_differs_in_some_fields(
    changes: dict[str, str], population: int
) -> None:
    for floor_bits in (TO_REVIEW_BITS, TO_REVIEW_BITS - 4, TO_REVIEW_BITS - 20):
        assert_sound(somebody(), somebody(**changes), Register(population), floor_bits)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_of_made_up_registrations_the_strangers_are_let_go_and_nobody_else(profile: str) -> None:
    rows = [one.row for one in make(profile, 500, seed=7).rows]
    everybody = [of_row({column: row[column] for column in COLUMNS}) for row in rows]
    counts = counted(everybody)
    sieve = Sieve(counts, everybody.__getitem__)
    sketches = [sieve.sketch(number) for number in range(len(everybody))]
    keys = [set(block_keys(person)) for person in everybody]
    kept = shown = tested = 0
    for a, b in combinations(range(len(everybody)), 2):
        if not keys[a] & keys[b] and (a + b) % 40:
            continue
        gone = sieve.lets_go(sketches[a], sketches[b])
        visible = compare(everybody[a], everybody[b], counts).band != "unlikely"
        assert not (gone and visible)
        tested += 1
        kept += not gone
        shown += visible
    assert shown > 10
    assert kept < 0.7 * tested


def test_looking_at_one_pair_leaves_no_trace_in_what_is_found_of_another() -> None:
    rarity = Register()
    everybody = [
        somebody(),
        somebody(nik="6471051705869002"),
        somebody(nik="6472051705869001", kelurahan="Manggar", birth_place="Bone"),
        somebody(name="Lain Orang", phone="081299990002", birth_date="1986-05-18", nik="6471051805869001"),
    ]
    fresh = {}
    for a, b in combinations(range(4), 2):
        sieve = Sieve(rarity, everybody.__getitem__)
        fresh[a, b] = sieve.lets_go(sieve.sketch(a), sieve.sketch(b))
    worn = Sieve(rarity, everybody.__getitem__)
    sketches = [worn.sketch(number) for number in range(4)]
    for _again in range(2):
        assert {pair: worn.lets_go(sketches[pair[0]], sketches[pair[1]]) for pair in fresh} == fresh
