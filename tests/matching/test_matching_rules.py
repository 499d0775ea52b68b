"""What holds for any two people whatever, and what must stay the same in every later version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_people import BASE, Register, people, row, somebody, texts

from fieldapp.matching.clusters import cases
from fieldapp.matching.keys import block_keys
from fieldapp.matching.match import ASPECTS
from fieldapp.matching.people import Person, of_answers, of_row, pack, stamp, unpack
from fieldapp.matching.rarity import tokens
from fieldapp.matching.score import compare, compare_or_none

REGISTER = Register()


@given(people(), people())
def test_a_comparison_is_symmetric_and_sound(one: Person, other: Person) -> None:
    found = compare(one, other, REGISTER)
    assert found == compare(other, one, REGISTER)
    assert 0 <= found.probability <= 1
    assert {level.aspect for level in found.levels} | set(found.missing) == set(ASPECTS)
    assert len({level.aspect for level in found.levels} & set(found.missing)) == 0


_TOKENS = """nur hayati nurhayati nurhayat siti st m muhammad moh hasan husin hasanhusin abdul rahman abdurrahman rahma
rahmah wawan kurniawan yuni wahyuni n h bin alias"""
_NAMES = st.lists(st.sampled_from(_TOKENS.split()), min_size=1, max_size=5).map(" ".join)


@given(_NAMES, _NAMES, st.sampled_from([10, 1000, 100_000]))
def test_names_however_glued_shortened_and_mixed_compare_alike_both_ways(one: str, other: str, population: int) -> None:
    rarity = Register(population)
    a, b = somebody(name=one), somebody(name=other, nik="6471051705860002")
    assert compare(a, b, rarity) == compare(b, a, rarity)
    assert compare_or_none(a, b, rarity, -100.0) == compare_or_none(b, a, rarity, -100.0)


@given(people(), people(), st.floats(-20, 20))
def test_the_early_end_gives_the_same_answer_or_none_for_good_reason(one: Person, other: Person, floor: float) -> None:
    whole = compare(one, other, REGISTER)
    early = compare_or_none(one, other, REGISTER, floor)
    assert early == whole or (early is None and whole.bits < floor and whole.band != "same_nik")


@given(people())
def test_a_packed_person_comes_back(person: Person) -> None:
    again = unpack(pack(person))
    assert again == person
    assert stamp(again) == stamp(person)
    assert block_keys(again) == block_keys(person)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_person_are_refused(junk: bytes) -> None:
    with pytest.raises(ValueError, match=r"person|version"):
        unpack(junk)


@given(people())
def test_keys_are_few_sorted_and_signed(person: Person) -> None:
    keys = block_keys(person)
    assert list(keys) == sorted(set(keys))
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert len(keys) <= 80
    assert len(set(tokens(person))) == len(tokens(person))


@given(
    st.dictionaries(
        st.sampled_from([*BASE, "ktp_area", "phone_alt"]),
        st.one_of(texts(), st.none(), st.integers(), st.floats(), st.booleans(), st.lists(st.integers())),
    )
)
def test_answers_of_any_kind_make_a_person(values: dict[str, object]) -> None:
    person = of_answers(values, "64.71.05.1002")
    assert len(compare(person, person, REGISTER).levels) + len(compare(person, person, REGISTER).missing) == len(
        ASPECTS
    )


@given(st.sets(st.sampled_from(sorted(BASE))))
def test_a_field_taken_away_from_both_is_said_and_hurts_nobody(gone: set[str]) -> None:
    bare = somebody(**dict.fromkeys(gone, ""))
    found = compare(bare, bare, REGISTER)
    assert found.band in ("almost_certain", "to_review", "unlikely")
    for field, aspect in (("name", "name"), ("phone", "phone"), ("mother_name", "mother_name")):
        assert (aspect in found.missing) == (field in gone)
    assert ("nik" in found.missing) == ("nik" in gone)
    assert ("birth_date" in found.missing) == ({"nik", "birth_date"} <= gone)


@pytest.mark.parametrize("field", sorted(BASE))
def test_a_stamp_changes_with_each_compared_field_and_with_no_other(field: str) -> None:
    assert stamp(somebody(**{field: row()[field] + "1"})) != stamp(somebody())
    assert stamp(of_row({**row(), "enumerator": "E01"})) == stamp(somebody())
    assert stamp(somebody(name="IRFAN  CONTOH TAHIR")) == stamp(somebody())
    assert len(stamp(somebody())) == 16


def test_keys_and_stamps_of_one_person_stay_the_same_for_ever() -> None:
    assert stamp(somebody()) == "cb1fccd0767ebbd4"
    assert block_keys(somebody())[:4] == (
        -8810407564276965736,
        -8007532801502639286,
        -7554157448999186802,
        -6857298825716187207,
    )
    assert len(block_keys(somebody())) == 49


def test_answers_and_a_row_of_one_person_are_the_same_person() -> None:
    answers = {
        **{key: BASE[key] for key in ("nik", "name", "birth_place", "birth_date", "sex", "mother_name", "nomor_kk")},
        "phone": "+6281299990001",
        "ktp_address": "Jl. Rekaan No. 12",
        "ktp_rt": "035",
        "ktp_area": "64.71.05.1002",
    }
    found = compare(of_answers(answers), somebody(), REGISTER)
    assert {level.code for level in found.levels} == {"equal"}


def test_nobodys_data_stands_in_a_repr() -> None:
    found = compare(somebody(), somebody(name="Irfan Contoh Tahirr"), REGISTER)
    for shown in (repr(somebody()), repr(found)):
        assert "ahir" not in shown
        assert "6471" not in shown


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"))), st.randoms())
def test_cases_depend_on_no_order(pairs: list[tuple[str, str]], random: object) -> None:
    found = cases(pairs)
    assert found == cases([(right, left) for left, right in reversed(pairs)])
    assert sorted(one for case in found for one in case) == sorted({one for pair in pairs for one in pair})
    for left, right in pairs:
        assert any(left in case and right in case for case in found)


def test_three_registrations_of_one_person_are_one_case() -> None:
    assert cases([("c", "b"), ("x", "y"), ("b", "a")]) == [("a", "b", "c"), ("x", "y")]
