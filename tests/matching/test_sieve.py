"""The sieve before the full comparison: it lets go of strangers quickly, and of nothing that would be shown."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching_people import Register, counted, people, somebody
from registrations import COLUMNS, PROFILES, make

from fieldapp.matching.keys import block_keys
from fieldapp.matching.match import Match
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


#: Values as two registrations of one man, of his brother and of a stranger have them.
POOLS = {
    "nik": """|6471051705869001|6471051705860003|6471051705860030|6471050517869001|6471051706859001|6471015705869001
        |6471050717860001|6471050107860001|6,47105E+15|647105170586900|6472051705860003|6471051507860003
        |6471051705680003|6471051705869010""",
    "name": """|Irfan Contoh Tahir|Irfan Tahir|Irfantahir|Tahir Irfan|Irvan T.|Abdul Hamid|M. Hamid
        |Sri Wahyuni Dwilestari|Sriwahyuni Dwi Lestari""",
    "birth_place": "|Soppeng|Sopeng|Balikpapan|Bpp|Balik",
    "birth_date": """|1986-05-17|1986-07-05|1986-01-07|1986-07-01|1987-05-17|1968-05-17|1986-05-12|1985-06-17
        |1986-01-01|1986|1972-01-01""",
    "sex": "|L|P",
    "phone": "|081299990001|081299990010|082299990001|0542765432|081299990001 / 082299990001",
    "address": "|Jl. Rekaan No. 12 RT 035|Rekaan 12|Gg. Lain 12 RT 35|Jl. Rekaan|Jl. Lain 7",
    "kelurahan": "|Sepinggan|Damai Baru|Manggar",
    "kecamatan": "|647105|647101",
    "mother_name": "|Besse Rekaan|Bese Rekan|Ani",
    "nomor_kk": "|6471051203109001|6471051203109010|6472051203109001",
}
ALIKE = st.fixed_dictionaries(
    {field: st.sampled_from([value.strip() for value in pool.split("|")]) for field, pool in POOLS.items()}
).map(of_row)


@settings(max_examples=1500, suppress_health_check=[HealthCheck.too_slow])
@given(ALIKE, ALIKE, st.sampled_from([1, 10_000, 1_000_000]), st.sampled_from([3, 27, 3000]))
def test_a_pair_at_the_very_floor_is_never_let_go(a: Person, b: Person, population: int, holders: int) -> None:
    rarity = Register(
        population, {"@d0705": holders, "@d0507": 27, "@d0107": 300, "@psoppeng": holders}, phones=holders
    )
    match = compare(a, b, rarity)
    sieve = Sieve(rarity, [a, b].__getitem__, uncapped(match) - 1e-6)
    assert not sieve.lets_go(sieve.sketch(0), sieve.sketch(1)), [(level.aspect, level.code) for level in match.levels]


def test_no_mixture_of_numbers_and_dates_at_the_very_floor_is_let_go() -> None:
    niks, dates = (POOLS[field].split("|") for field in ("nik", "birth_date"))
    everybody = [
        of_row({"nik": nik.strip(), "birth_date": day.strip(), "name": "Ani"}) for nik in niks for day in dates
    ]
    rarity = Register(10_000, {"@d0705": 3, "@d0507": 3000, "@d0107": 300, "@d0701": 3})
    sketches = [Sieve(rarity, everybody.__getitem__).sketch(number) for number in range(len(everybody))]
    for a, b in product(range(len(everybody)), repeat=2):
        match = compare(everybody[a], everybody[b], rarity)
        sieve = Sieve(rarity, everybody.__getitem__, uncapped(match) - 1e-6)
        assert not sieve.lets_go(sketches[a], sketches[b]), (a, b, [(each.aspect, each.code) for each in match.levels])


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_of_made_up_registrations_the_strangers_are_let_go_and_nobody_else(profile: str) -> None:
    rows = [one.row for one in make(profile, 500, seed=7).rows]
    everybody = [of_row({column: row[column] for column in COLUMNS}) for row in rows]
    counts = counted(everybody)
    floors = [TO_REVIEW_BITS + more for more in (0, 5, 10, 15, 20, 30)]
    sieves = [Sieve(counts, everybody.__getitem__, floor_bits) for floor_bits in floors]
    sketches = [sieves[0].sketch(number) for number in range(len(everybody))]
    keys = [set(block_keys(person)) for person in everybody]
    kept = shown = tested = 0
    for a, b in combinations(range(len(everybody)), 2):
        if not keys[a] & keys[b] and (a + b) % 40:
            continue
        match = compare(everybody[a], everybody[b], counts)
        # At higher floors a bound that is too tight shows far more often than where strangers are.
        for floor_bits, sieve in zip(floors, sieves, strict=True):
            if sieve.lets_go(sketches[a], sketches[b]):
                assert uncapped(match) < floor_bits
        assert not Sieve(counts, everybody.__getitem__, uncapped(match) - 1e-6).lets_go(sketches[a], sketches[b])
        tested += 1
        kept += not sieves[0].lets_go(sketches[a], sketches[b])
        shown += match.band != "unlikely"
    assert shown > 10
    assert kept < 4 * shown


def uncapped(match: Match) -> float:
    """The sum of the weights, before a rule takes something off."""
    return match.prior + sum(level.bits for level in match.levels)


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
