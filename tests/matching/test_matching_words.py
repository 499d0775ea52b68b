"""Why a pair is proposed, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from matching_people import Register, people, somebody

from fieldapp.locale import set_language
from fieldapp.matching import words
from fieldapp.matching.people import Person
from fieldapp.matching.score import compare

REGISTER = Register()


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    yield
    set_language("id")


def test_reasons_are_sentences_sorted_by_weight() -> None:
    found = words.reasons(
        compare(somebody(phone="081388887777"), somebody(nik="6471051705869010", name="IrfanContoh Tahir"), REGISTER)
    )
    texts = [reason.text for reason in found]
    assert "Tanggal lahir sama" in texts
    assert "Telepon beda" in texts
    assert any(text.startswith("Nama sama, spasi beda") for text in texts)
    assert [abs(reason.bits) for reason in found] == sorted((abs(reason.bits) for reason in found), reverse=True)
    assert {reason.effect for reason in found} == {"for", "against"}
    assert all(0 <= reason.strength <= 12 for reason in found)


def test_a_verdict_is_one_line_in_the_language_in_force() -> None:
    same = compare(somebody(), somebody(), REGISTER)
    assert words.verdict(same) == "Kemungkinan orang yang sama: SANGAT KUAT"
    set_language("en")
    assert words.verdict(same) == "Likelihood of being the same person: VERY STRONG"
    assert words.reasons(same)[0].text == "Same NIK" or words.reasons(same)[0].effect == "for"


def test_what_is_missing_and_why_to_look_is_said() -> None:
    bare = somebody(nik="", birth_date="", phone="")
    found = compare(bare, bare, REGISTER)
    assert words.missing(found) == "Tidak dapat dibandingkan: NIK, tanggal lahir, telepon."
    assert "senama" in words.doubt(found)
    assert words.missing(compare(somebody(), somebody(), REGISTER)) == ""


def test_the_same_nik_of_unlike_names_is_asked_about_not_proposed() -> None:
    found = compare(somebody(), somebody(name="Sulastri", sex="P"), REGISTER)
    assert words.verdict(found) == "NIK sama, orang beda?"
    assert "KTP" in words.doubt(found)


@given(people(), people())
def test_every_outcome_has_its_words_in_both_languages(one: Person, other: Person) -> None:
    found = compare(one, other, REGISTER)
    for language in ("id", "en"):
        set_language(language)
        assert len(words.reasons(found)) == len(found.levels)
        assert all(reason.text for reason in words.reasons(found))
        assert words.verdict(found)
        words.doubt(found)
        words.missing(found)
