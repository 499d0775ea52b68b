"""Dates as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.dates import parse_date

steady = settings(derandomize=True, deadline=None, max_examples=300, database=None)

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@steady
@given(DAYS, st.sampled_from(["%d%m%Y", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%Y-%m-%d", "%Y%m%d"]))
def test_a_day_written_with_its_whole_year_is_read_back(day, style) -> None:
    # strftime does not pad years everywhere, but these have four digits already.
    assert parse_date(day.strftime(style)) == day


@steady
@given(st.dates(date(1928, 1, 1), date(2027, 12, 31)), st.sampled_from(["%d%m%y", "%d/%m/%y", "%d-%m-%y"]))
def test_two_digits_mean_the_latest_year_that_has_come(day, style) -> None:
    assert parse_date(day.strftime(style), date(2027, 12, 31)) == day


@steady
@given(st.text(max_size=50))
def test_any_text_is_a_day_or_nothing(text) -> None:
    assert isinstance(parse_date(text), date | None)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("17081945", date(1945, 8, 17)),
        ("17/8/45", date(1945, 8, 17)),
        ("17-08-1945", date(1945, 8, 17)),
        ("1945-08-17", date(1945, 8, 17)),
        ("170845", date(1945, 8, 17)),
        ("1-2-1980", date(1980, 2, 1)),
        ("17 Agustus 1945", date(1945, 8, 17)),
        ("17 agu 45", date(1945, 8, 17)),
        (" 5 Mei 1990 ", date(1990, 5, 5)),
        ("20111012", date(2011, 10, 12)),
        ("17081845", date(1845, 8, 17)),
        ("01-01-20", date(2020, 1, 1)),
        ("01-01-30", date(1930, 1, 1)),
    ],
)
def test_the_ways_of_typing_a_date(text, day) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1945",
        "31/2/2000",
        "29021900",
        "00000000",
        "7081945",
        "17 Foo 1945",
        "17/8",
        "17/8/945",
        "17//8/45x",
        "9" * 8,
        "1" * 1_000_000,
        "١٧٠٨١٩٤٥",
    ],
)
def test_what_is_unclear_is_not_guessed(text) -> None:
    assert parse_date(text) is None


def test_a_two_digit_year_that_cannot_have_come_stays_in_the_future_only_if_no_century_fits() -> None:
    assert parse_date("01/01/91", date(2026, 11, 23)) == date(1991, 1, 1)
    assert parse_date("23/11/26", date(2026, 11, 23)) == date(2026, 11, 23)
    assert parse_date("24/11/26", date(2026, 11, 23)) == date(1926, 11, 24)
    assert parse_date("29/02/00", date(1999, 1, 1)) == date(2000, 2, 29)
