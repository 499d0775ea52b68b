"""What a text means as an answer in `NAME=VALUE` of `edit`, and as a number of an option."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.cli.answers import answer_of, changes_of
from fieldapp.cli.base import whole_number
from fieldapp.forms.declaration import QUESTIONS

QUESTION_NAMES = st.sampled_from(sorted(QUESTIONS))


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("nik", "6471052812749001", "6471052812749001"),
        ("nik", "6.47105281274900E+15", "6.47105281274900E+15"),
        ("nomor_kk", "0471052812749001", "0471052812749001"),
        ("ktp_rt", "005", "005"),
        ("works", "true", True),
        ("works", "ya", True),
        ("works", "mungkin", "mungkin"),
        ("monthly_income", "1500000", 1500000),
        ("monthly_income", "true", "true"),
        ("monthly_income", "1.5", "1.5"),
        ("monthly_income", "Rp 1.500.000", 1500000),
        ("kinds", '["sensorik_netra"]', ["sensorik_netra"]),
        ("kinds", "sensorik_netra, 1", ["sensorik_netra", QUESTIONS["kinds"].codes[0]]),
        ("name", "12", "12"),
        ("name", "[/x]", "[/x]"),
        ("name", "a=b", "a=b"),
        ("birth_date", "17081945", "17081945"),
        ("documents", '{"ktp": "dilihat"}', {"ktp": "dilihat"}),
        ("sex", "", None),
    ],
)
def test_a_set_value_is_json_only_where_the_question_s_kind_is(name: str, text: str, answer: object) -> None:
    assert answer_of(name, text) == answer


@given(QUESTION_NAMES, st.text(max_size=40))
def test_any_text_becomes_an_answer_that_can_be_written(name: str, text: str) -> None:
    json.dumps(answer_of(name, text))
    assert answer_of(name, "") is None


@given(st.text(max_size=40))
def test_digits_are_never_read_as_a_number(text: str) -> None:
    assert answer_of("nik", text) == (text or None)


def test_deeply_nested_json_stays_text() -> None:
    text = "[" * 100_000
    assert text in str(answer_of("kinds", text))


def test_several_settings_become_one_set_of_changes() -> None:
    assert changes_of(["name=Budi Rekaan", " works =false", "email="]) == {
        "name": "Budi Rekaan",
        "works": False,
        "email": None,
    }


@given(st.integers(0, 10**12))
def test_whole_numbers_are_read_with_and_without_grouping(number: int) -> None:
    assert whole_number(str(number)) == number
    assert whole_number(f"{number:,}".replace(",", ".")) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1.0000", "1e6", "١٢", "1 2", "1000.000", ".5", "9" * 16])
def test_what_is_no_whole_number_is_not_guessed(text: str) -> None:
    assert whole_number(text) is None
