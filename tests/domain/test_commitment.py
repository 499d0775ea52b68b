"""Rupiah that people bind: by month, with the premium of each, ending at 65, at death and at leaving."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.commitment import (
    Bound,
    Covered,
    best_category,
    commitment,
    limit,
    months_for,
    months_of,
    oldest_birth,
    person_months,
)
from fieldapp.domain.eligibility import reaches_age_on
from fieldapp.domain.months import add_months, month_of
from fieldapp.domain.programme import CATEGORIES, ProgrammeSettings
from fieldapp.domain.quota import cover_months, premium_in

steady = settings(derandomize=True, deadline=None, max_examples=200, database=None)

#: The programme that was announced: 10,000 people, Rp 1.9 billion, from January 2025.
ANNOUNCED = ProgrammeSettings(name="Rekaan", start="2025-01")


def group(joined: str = "2025-01", people: int = 1, **changes: Any) -> Covered:
    return Covered("64.71.05.1002", ("difabel",), joined, None, None, people)._replace(**changes)


def test_the_announced_figures_come_out() -> None:
    everybody = commitment(ANNOUNCED, [group(people=10_000)])
    assert (everybody.rupiah, everybody.person_months) == (2_016_000_000, 120_000)
    assert person_months(ANNOUNCED) == 113_095
    found = limit(ANNOUNCED, "2025-01")
    assert (found.by, found.people, found.quota, found.budget) == ("budget", 9_424, 10_000, 9_424)
    assert commitment(ANNOUNCED, [group(people=9_424)]).rupiah == 1_899_878_400
    assert months_for(ANNOUNCED, 10_000) == 11
    assert commitment(ANNOUNCED, [group("2025-02", 10_000)]).rupiah == 1_848_000_000
    delivered = commitment(ANNOUNCED, [group("2025-04", 7_100)])
    assert (delivered.rupiah, len([one for one in delivered.by_month.values() if one.people])) == (1_073_520_000, 9)


def test_what_is_bound_already_narrows_the_budget() -> None:
    found = limit(ANNOUNCED, "2025-07", 9_000, commitment(ANNOUNCED, [group(people=9_000)]).rupiah)
    assert (found.by, found.budget) == ("budget", 9_000 + (1_900_000_000 - 9_000 * 12 * 16_800) // (6 * 16_800))
    assert limit(ANNOUNCED, "2026-01").by == "quota"


def test_a_rate_that_changes_within_the_year_counts_from_its_month() -> None:
    dated = ProgrammeSettings("Rekaan", "2025-01", premiums=(("2025-01", 16_800), ("2025-10", 20_000)))
    found = commitment(dated, [group("2025-09", 10)])
    assert found.rupiah == 10 * (16_800 + 3 * 20_000)
    assert found.by_month["2025-09"] == Bound(10, 168_000)
    assert found.by_month["2025-10"] == Bound(10, 200_000)
    whole = 1_900_000_000 // (9 * 16_800 + 3 * 20_000)
    assert person_months(dated) == whole * 12 + (1_900_000_000 - whole * 211_200) // 20_000


@pytest.mark.parametrize(
    ("changes", "months"),
    [
        ({}, 12),
        ({"joined": "2024-03"}, 12),
        ({"joined": "2025-12"}, 1),
        ({"joined": "2026-01"}, 0),
        ({"birth_date": "1960-06-01"}, 5),
        ({"birth_date": "1960-06-30"}, 5),
        ({"birth_date": "1961-01-01"}, 12),
        ({"birth_date": "1960-01-31"}, 0),
        ({"birth_date": "tidak tahu"}, 12),
        ({"birth_date": "0001-01-01"}, 12),
        ({"ended": "2025-05"}, 5),
        ({"joined": "2025-05", "ended": "2025-05"}, 1),
        ({"joined": "2025-05", "ended": "2025-04"}, 0),
        ({"birth_date": "1960-06-01", "ended": "2025-09"}, 5),
    ],
)
def test_cover_ends_before_the_oldest_age_and_with_the_month_of_death_or_leaving(changes: Any, months: int) -> None:
    assert len(months_of(ANNOUNCED, group(**changes))) == months


def test_who_was_born_on_29_february_turns_65_in_march() -> None:
    programme = ProgrammeSettings("Rekaan", "2029-01")
    assert months_of(programme, group("2029-01", birth_date="1964-02-29"))[-1] == "2029-02"


def test_who_has_left_binds_money_and_holds_no_slot() -> None:
    found = commitment(ANNOUNCED, [group(people=2), group(people=3, ended="2025-02")])
    assert (found.people, found.rupiah) == (2, (2 * 12 + 3 * 2) * 16_800)
    assert found.by_month["2025-02"].people == 5
    assert found.by_month["2025-03"].people == 2


def test_a_person_of_several_categories_counts_once_under_the_best() -> None:
    found = commitment(ANNOUNCED, [group(people=4, categories=("nelayan", "difabel")), group(categories=("asing",))])
    assert {code: bound.people for code, bound in found.by_category.items()} == {"difabel": 4, "": 1}
    assert best_category(ANNOUNCED, ()) == ""


MONTHS = st.integers(-20, 30).map(lambda count: add_months("2025-01", count))
BIRTHS = st.none() | st.dates(date(1955, 1, 1), date(2010, 12, 31)).map(date.isoformat)
GROUPS = st.lists(
    st.builds(
        Covered,
        st.sampled_from(["64.71.01.1001", "64.71.05.1002"]),
        st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True).map(tuple),
        MONTHS, BIRTHS, st.none() | MONTHS, st.integers(1, 50),
    ),
    max_size=12,
)  # fmt: skip
PROGRAMMES = st.builds(
    ProgrammeSettings,
    name=st.just("Rekaan"),
    start=MONTHS,
    months=st.integers(1, 24),
    premiums=st.lists(
        st.tuples(MONTHS, st.integers(0, 30_000)), min_size=1, max_size=3, unique_by=lambda pair: pair[0]
    ).map(lambda pairs: tuple(sorted(pairs))),
)


@steady
@given(PROGRAMMES, GROUPS)
def test_every_sum_is_the_sum_of_each_persons_months(programme: ProgrammeSettings, groups: Any) -> None:
    found = commitment(programme, groups)
    slow = 0
    for one in groups:
        for month in cover_months(programme):
            turns = reaches_age_on(date.fromisoformat(one.birth_date), 65) if one.birth_date else date(3000, 1, 1)
            if one.joined <= month < month_of(turns) and (one.ended is None or month <= one.ended):
                slow += one.people * premium_in(programme, month)
    assert found.rupiah == slow
    for totals in (found.by_month, found.by_category, found.by_area):
        assert sum(bound.rupiah for bound in totals.values()) == slow
    assert found.people == sum(one.people for one in groups if one.ended is None)


@steady
@given(PROGRAMMES, GROUPS)
def test_birth_dates_matter_only_where_they_are_counted(programme: ProgrammeSettings, groups: Any) -> None:
    edge = oldest_birth(programme)
    plain = [one._replace(birth_date=None) if one.birth_date and one.birth_date >= edge else one for one in groups]
    assert commitment(programme, plain) == commitment(programme, groups)


@steady
@given(PROGRAMMES, MONTHS, st.integers(0, 500))
def test_the_budget_carries_whom_it_names_and_not_one_more(
    programme: ProgrammeSettings, month: str, people: int
) -> None:
    bound = commitment(programme, [group(programme.start, people)]).rupiah
    found = limit(programme, month, people, bound)
    more = found.budget - people
    each = commitment(programme, [group(month)]).rupiah
    if each and bound <= programme.budget:
        assert bound + more * each <= programme.budget < bound + (more + 1) * each
    assert found.people == min(found.quota, found.budget)
    months = months_for(programme, people)
    last = [premium_in(programme, each_month) for each_month in cover_months(programme)][programme.months - months :]
    assert people * sum(last) <= programme.budget
