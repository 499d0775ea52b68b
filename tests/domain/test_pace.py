"""The pace of the last two weeks, and the day on which what is left is done at it."""

from __future__ import annotations

from datetime import date, timedelta

from fieldapp.domain.pace import pace

TODAY = date(2027, 3, 15)


def test_the_pace_is_of_two_weeks_with_their_days_off() -> None:
    done = {TODAY - timedelta(days=back): 10 for back in (0, 1, 2, 13, 14, 40)}
    found = pace(done, 20, TODAY)
    assert (found.a_day, found.measured_days) == (40 / 14, 14)
    assert (found.days, found.on) == (7, date(2027, 3, 22))


def test_a_young_programme_is_measured_from_its_first_day() -> None:
    found = pace({TODAY - timedelta(days=1): 5, TODAY: 1}, 30, TODAY)
    assert (found.a_day, found.measured_days, found.days) == (3.0, 2, 10)


def test_what_does_not_move_has_no_end_and_what_is_done_needs_no_pace() -> None:
    assert pace({}, 5, TODAY)[3:] == (None, None)
    assert pace({TODAY - timedelta(days=30): 9}, 5, TODAY)[3:] == (None, None)
    assert pace({TODAY: 1}, 10**9, TODAY)[3:] == (None, None)
    assert pace({}, -3, TODAY)[2:] == (0, 0, TODAY)


def test_what_is_dated_after_today_is_not_of_the_pace() -> None:
    assert pace({TODAY: 2, TODAY + timedelta(days=3): 50}, 4, TODAY).a_day == 2.0
