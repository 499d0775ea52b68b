"""Keyed digests: what they tell, what they do not, and that every slip they are for is found."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.matching.digests import (
    BLOCK_BYTES,
    NIK_BYTES,
    asked_blocks,
    block_digests,
    key_id,
    key_of,
    nik_digest,
    one_slip,
    pack_section,
    unpack_section,
)
from fieldapp.matching.people import Person, of_answers

KEY = key_of(b"rahasia rekaan")
NIK = "6471052806749001"


def person(**changes: str) -> Person:
    return of_answers(
        {"nik": NIK, "name": "Contoh Rekaan", "birth_date": "1974-06-28", "mother_name": "Umpama", "sex": "L"} | changes
    )


def is_near(asked: Person, kept: Person) -> bool:
    return bool(block_digests(KEY, kept) & set(asked_blocks(KEY, asked)))


# -- keys


def test_a_key_follows_from_the_secret_for_ever_and_tells_nothing_of_it() -> None:
    # RFC 5869 with SHA-256, worked out by another program.
    assert KEY.hex() == "1acc54515c6e27b8ce21ad15e72c977fa6ee39ea10f681b8ed0938f164ddbbb3"
    assert key_id(KEY) == "8b9d11fc6bcded73"
    assert nik_digest(KEY, NIK).hex() == "02c3431b97eecde7"
    assert key_of(b"lain") != KEY
    assert KEY.hex()[:16] != key_id(KEY)


def test_without_the_key_a_digest_says_nothing() -> None:
    other = key_of(b"lain")
    assert nik_digest(KEY, NIK) != nik_digest(other, NIK)
    assert not block_digests(KEY, person()) & block_digests(other, person())


# -- slips


@given(st.integers(0, 15), st.sampled_from("0123456789"))
def test_a_wrong_digit_is_found_from_either_side(at: int, digit: str) -> None:
    typed = NIK[:at] + digit + NIK[at + 1 :]
    assert (NIK in one_slip(typed)) == (typed != NIK)


@given(st.integers(0, 14))
def test_two_digits_in_the_wrong_order_are_found(at: int) -> None:
    typed = NIK[:at] + NIK[at + 1] + NIK[at] + NIK[at + 2 :]
    assert typed == NIK or NIK in one_slip(typed)


@given(st.integers(0, 15), st.sampled_from("0123456789"))
def test_a_missing_and_an_extra_digit_are_found(at: int, digit: str) -> None:
    assert NIK in one_slip(NIK[:at] + NIK[at + 1 :])
    assert NIK in one_slip(NIK[:at] + digit + NIK[at:])


def test_a_slip_makes_only_numbers_that_can_be_and_never_the_number_itself() -> None:
    found = one_slip(NIK)
    assert NIK not in found
    assert len(found) < 160
    assert all(len(nik) == 16 and nik.isdecimal() and 1 <= int(nik[8:10]) <= 12 for nik in found)


# -- blocks


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Tjontoh Reka'an"},
        {"name": "CONTOH REKAN, S.Pd"},
        {"name": "Rekaan Contoh"},
        {"birth_date": "1974-07-28", "name": "Contoh Rekaan"},
        {"nik": "6471052806749010"},
        {"nik": "6471052806740901", "birth_date": "1975-06-28"},
        {"nik": "", "birth_date": "1974-06-28"},
        {"nik": "647105280674901"},
    ],
    ids=str,
)
def test_a_person_under_another_spelling_or_with_a_slip_is_near(changes: dict[str, str]) -> None:
    assert is_near(person(**changes), person())


@pytest.mark.parametrize(
    "changes",
    [
        # Born the same day in the same district: the serial next door is a stranger's.
        {"nik": "6471052806749002", "name": "Umpama Lain", "mother_name": "Lain"},
        {"nik": "", "name": "Contoh", "mother_name": ""},
        {"nik": "", "birth_date": "", "name": "Contoh Rekaan"},
        {"nik": "6471052806749002", "birth_date": "1980-01-01", "name": "Lain Sekali"},
    ],
    ids=str,
)
def test_one_thing_that_agrees_is_not_enough(changes: dict[str, str]) -> None:
    assert not is_near(person(**changes), person())


def test_a_common_first_word_beside_a_neighbouring_number_is_not_enough() -> None:
    assert not is_near(
        person(nik="6471052806749002", name="Muhammad Umpama", mother_name="Lain"),
        person(name="Muhammad Rekaan", mother_name="Beda"),
    )


@given(st.dictionaries(st.sampled_from(["nik", "name", "birth_date", "mother_name", "sex"]), st.text(max_size=30)))
def test_any_answers_have_digests_and_find_themselves(values: dict[str, str]) -> None:
    anybody = of_answers(values)
    kept = block_digests(KEY, anybody)
    assert all(len(digest) == BLOCK_BYTES for digest in kept)
    assert kept <= set(asked_blocks(KEY, anybody))


# -- sections


@given(st.lists(st.binary(min_size=NIK_BYTES, max_size=NIK_BYTES)))
def test_a_section_is_read_as_it_was_packed_whatever_the_order(digests: list[bytes]) -> None:
    packed = pack_section("0123456789abcdef", digests)
    random.Random(1).shuffle(digests)
    assert pack_section("0123456789abcdef", digests) == packed
    section = unpack_section(packed, NIK_BYTES)
    assert (section.version, section.key_id) == (1, "0123456789abcdef")
    assert section.digests == tuple(sorted(set(digests)))


@pytest.mark.parametrize("content", [b"", b"\x01", bytes(8), bytes(10), bytes(16)], ids=len)
def test_what_is_no_section_is_told_so(content: bytes) -> None:
    with pytest.raises(ValueError, match="no section"):
        unpack_section(content, NIK_BYTES)
