"""The rules of NIK and family card numbers. Every number here has a serial that the registry does not hand out."""

from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldapp.domain.nik import check_kk, check_nik, clean, is_filler, masked

steady = settings(derandomize=True, deadline=None, max_examples=300, database=None)

PLACES = st.sampled_from(["647101", "647106", "647202", "310101", "917101", "110101"])
DAYS = st.dates(date(1900, 1, 1), date(2026, 12, 31))


def codes(text: str, born: date | None = None, sex: str | None = None) -> list[str]:
    result = check_nik(text, born, sex)
    return [finding.code for finding in (*result.errors, *result.warnings)]


def written(place: str, born: date, sex: str, serial: int) -> str:
    return f"{place}{born.day + (40 if sex == 'P' else 0):02d}{born.month:02d}{born.year % 100:02d}{serial:04d}"


@steady
@given(PLACES, DAYS, st.sampled_from("LP"), st.integers(9000, 9999))
def test_a_number_made_by_the_rules_is_well_formed_and_decodes_to_what_it_was_made_of(place, born, sex, serial) -> None:
    result = check_nik(written(place, born, sex, serial), born, sex)
    assert result.ok
    assert result.warnings == ()
    decoded = result.decoded
    assert decoded is not None
    assert (decoded.day, decoded.month, decoded.year_two_digits, decoded.sex) == (
        born.day,
        born.month,
        born.year % 100,
        sex,
    )
    assert decoded.birth_date(date(born.year + 10, 1, 1)) == born


@steady
@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
@example(29, 2, 0)
@example(29, 2, 1)
@example(69, 2, 4)
@example(0, 1, 1)
@example(40, 1, 1)
@example(72, 1, 1)
def test_a_date_is_refused_exactly_when_no_calendar_of_1900_to_2099_holds_it(day_code, month, year) -> None:
    day = day_code - 40 if day_code > 40 else day_code
    possible = any(
        1 <= month <= 12 and 1 <= day <= calendar.monthrange(century + year, month)[1] for century in (1900, 2000)
    )
    assert check_nik(f"647101{day_code:02d}{month:02d}{year:02d}9001").ok is possible


@steady
@given(st.text(max_size=40))
@example("")
@example("6471" * 3_000_000)
@example("\x00\ud800")
@example("１２３４５６７８９０１２３４５６")
@example("²²²²²²²²²²²²²²²²")
def test_any_text_gets_an_answer_and_only_sixteen_plain_digits_are_good(text) -> None:
    result = check_nik(text)
    assert result.ok == (result.errors == ())
    if result.ok:
        assert len(result.nik) == 16
        assert result.nik.isascii()
        assert result.nik.isdigit()
        assert result.decoded is not None
    else:
        assert result.decoded is None
        assert result.warnings == ()


@steady
@given(st.permutations(list("6471012801809001")), st.sampled_from([" ", ".", "-", "\u00a0", " - "]))
def test_spaces_dots_and_dashes_between_digits_change_nothing(digits, separator) -> None:
    text = "".join(digits)
    assert check_nik(separator.join([text[:4], text[4:8], text[8:]])) == check_nik(text)
    assert clean(f"'{text}") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("647101280180900", ["nik_length"]),
        ("64710128018090011", ["nik_length"]),
        ("", ["nik_length"]),
        ("0", ["nik_length"]),
        ("64710128O1809001", ["nik_letters"]),
        ("6471012801809OO1", ["nik_letters"]),
        ("6.47101E+15", ["nik_letters"]),
        ("6471010001809001", ["nik_day"]),
        ("6471013201809001", ["nik_day"]),
        ("6471017201809001", ["nik_day"]),
        ("6471012813809001", ["nik_month"]),
        ("6471012800809001", ["nik_month"]),
        ("6471013102809001", ["nik_date"]),
        ("6471012902819001", ["nik_date"]),
        ("6471013104809001", ["nik_date"]),
        ("6471012801800000", ["nik_serial"]),
        ("1111111111111111", ["nik_filler"]),
        ("0000000000000000", ["nik_filler"]),
        ("1234567890123456", ["nik_filler"]),
        ("9876543210987654", ["nik_filler"]),
        ("0101012801809001", ["nik_province_unknown"]),
        ("6498012801809001", ["nik_regency_unknown"]),
        ("6471992801809001", ["nik_district_unknown"]),
        ("6405992801809001", ["nik_regency_retired"]),
        ("6405012801809001", ["nik_district_retired"]),
        ("7321012801809001", ["nik_district_retired"]),
        ("9101012801809001", ["nik_district_retired"]),
        ("6471012801809001", []),
        ("6471016801809001", []),
        ("6471012902009001", []),
    ],
)
def test_each_fault_has_its_code(text, expected) -> None:
    assert codes(text) == expected


def test_scientific_notation_is_named_as_a_spreadsheets_damage() -> None:
    for text in ("6,47E+15", "6.47101280180900E+15", "6471e12", " 6,47E15 "):
        (fault,) = check_nik(text).errors
        assert (fault.code, fault.detail("kind")) == ("nik_letters", "scientific")


def test_a_date_or_sex_that_differs_is_a_warning_and_never_an_error() -> None:
    number = "6471012801809001"
    assert codes(number, date(1980, 1, 28), "L") == []
    assert codes(number, date(1980, 1, 27), "L") == ["nik_birth_date_differs"]
    assert codes(number, date(1980, 1, 28), "P") == ["nik_sex_differs"]
    assert check_nik(number, date(1980, 1, 27), "P").ok


def test_the_century_is_the_latest_that_has_come() -> None:
    decoded = check_nik("6471012801059001").decoded
    assert decoded is not None
    assert decoded.birth_date(date(2026, 1, 1)) == date(2005, 1, 28)
    assert decoded.birth_date(date(2004, 12, 31)) == date(1905, 1, 28)
    leap = check_nik("6471012902009001").decoded
    assert leap is not None
    assert leap.birth_date(date(1999, 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6471010507079001", []),
        ("6471014507079001", ["kk_day"]),
        ("6471010013079001", ["kk_day", "kk_month"]),
        ("6471013002079001", ["kk_date"]),
        ("6471010507", ["kk_length"]),
        ("647101O507079001", ["kk_letters"]),
        ("2222222222222222", ["kk_filler"]),
        ("6405010507079001", ["kk_district_retired"]),
        ("6471990507079001", ["kk_district_unknown"]),
        ("6471010507070000", []),
    ],
)
def test_a_family_card_number_has_its_own_date_without_the_forty(text, expected) -> None:
    assert [finding.code for finding in check_kk(text)] == expected


def test_filler_is_one_digit_or_counting_and_nothing_else() -> None:
    assert is_filler("5" * 16)
    assert is_filler("3456789012345678")
    assert is_filler("5432109876543210")
    assert not is_filler("6471012801809001")
    assert not is_filler("1111111111111112")


def test_a_masked_number_shows_its_regency_and_serial_only() -> None:
    assert masked("6471012801809001") == "6471********9001"
    assert masked("647101") == "******"
    assert masked("x" * 40) == "*" * 16
