"""Slots, money and the programme's settings."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.programme import ProgrammeSettings, setting_findings
from fieldapp.domain.quota import (
    Approval,
    affordable,
    allocate,
    committed,
    cost_of_one,
    cover_months,
    months_left,
    premium_in,
    slots_not_leased,
)

steady = settings(derandomize=True, deadline=None, max_examples=200, database=None)

YEAR = ProgrammeSettings(name="Program Rekaan", start="2025-01")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
APPROVALS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from("ab")), max_size=30, unique_by=lambda pair: pair[0]
).map(lambda pairs: [Approval((ms, 0), f"e{ms:02d}", f"r{ms:02d}", who) for ms, who in pairs])


@steady
@given(APPROVALS, st.integers(0, 20), st.integers(0, 15), st.integers(0, 15), st.randoms(use_true_random=False))
def test_slots_never_exceed_lease_or_quota_and_arrival_order_does_not_matter(approvals, quota, a, b, chance) -> None:
    leases = {"a": a, "b": b}
    allocation = allocate(quota, leases, approvals)
    shuffled = list(approvals)
    chance.shuffle(shuffled)
    assert allocate(quota, leases, shuffled) == allocation
    assert len(allocation.approved) <= quota
    assert all(allocation.used.get(who, 0) <= slots for who, slots in leases.items())
    assert sorted([*allocation.approved, *allocation.waiting]) == sorted(each.registration for each in approvals)


@steady
@given(APPROVALS, st.integers(0, 15), st.integers(0, 15))
def test_a_deciders_later_approval_never_takes_a_slot_from_an_earlier_one(approvals, a, b) -> None:
    leases = {"a": a, "b": b}
    before = allocate(a + b, leases, approvals)
    late = Approval((99, 0), "e99", "r99", "a")
    after = allocate(a + b, leases, [*approvals, late])
    assert after.approved - {"r99"} == before.approved


def test_a_slot_that_becomes_free_goes_to_the_first_who_waits() -> None:
    approvals = [Approval((ms, 0), f"e{ms}", f"r{ms}", "a") for ms in (1, 2, 3, 4)]
    full = allocate(100, {"a": 2}, approvals)
    assert full.approved == {"r1", "r2"}
    assert full.waiting == ("r3", "r4")
    assert full.slots_left("a", {"a": 2}) == 0
    freed = allocate(100, {"a": 2}, approvals[1:])
    assert freed.approved == {"r2", "r3"}
    assert freed.waiting == ("r4",)


def test_an_approval_without_any_lease_waits() -> None:
    assert allocate(10, {}, [Approval((1, 0), "e", "r", "a")]).waiting == ("r",)


def test_slots_not_leased_is_what_the_quota_leaves() -> None:
    assert slots_not_leased(10, {"a": 3, "b": 4}) == 3
    assert slots_not_leased(5, {"a": 9}) == 0


def test_money_as_in_the_announced_programme() -> None:
    assert committed(YEAR, {"2025-01": 10_000}) == 2_016_000_000
    assert affordable(YEAR, "2025-01") == 9_424
    assert committed(YEAR, {"2025-01": 9_424}) == 1_899_878_400
    assert committed(YEAR, {"2025-02": 10_000}) == 1_848_000_000
    assert committed(YEAR, {"2025-04": 7_100}) == 1_073_520_000
    assert months_left(YEAR, "2025-04") == 9
    assert months_left(YEAR, "2026-01") == 0
    assert cover_months(YEAR)[-1] == "2025-12"
    assert affordable(YEAR, "2025-01", already_committed=2_000_000_000) == 0


def test_the_premium_changes_on_its_date() -> None:
    dated = ProgrammeSettings(
        name="Program Rekaan", start="2025-07", months=12, premiums=(("2025-01", 16_800), ("2026-01", 20_000))
    )
    assert premium_in(dated, "2024-12") == 0
    assert premium_in(dated, "2025-12") == 16_800
    assert premium_in(dated, "2026-01") == 20_000
    assert cost_of_one(dated, "2025-07") == 6 * 16_800 + 6 * 20_000


def test_cover_that_costs_nothing_is_bounded_by_the_quota() -> None:
    free = ProgrammeSettings(name="Program Rekaan", start="2024-01", months=3, quota=7)
    assert affordable(free, "2024-01") == 7


def test_settings_come_back_from_their_plain_values() -> None:
    own = ProgrammeSettings(name="Program Rekaan", start="2026-01", quota=5, categories=("nelayan", "difabel"))
    assert ProgrammeSettings.from_fields(own.to_fields()) == own
    assert setting_findings(own.to_fields()) == ()


@steady
@given(st.dictionaries(st.sampled_from(sorted(YEAR.to_fields())) | st.text(max_size=5), JSON, max_size=6))
def test_settings_of_any_shape_are_read_and_judged_without_raising(fields) -> None:
    read = ProgrammeSettings.from_fields(fields)
    assert read.reference_date.day == 1
    # Only what no default can mend is left to say: a name that is missing, and ages that exclude everybody.
    assert {finding.field for finding in setting_findings(read.to_fields())} <= {"name", "max_age"}
    setting_findings(fields)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"quotta": 1}, "setting_unknown"),
        ({"quota": -1}, "setting_value"),
        ({"quota": True}, "setting_value"),
        ({"quota": 1.5}, "setting_value"),
        ({"start": "2026-13"}, "setting_value"),
        ({"city": "64.71.05"}, "setting_value"),
        ({"city": "6471"}, "setting_value"),
        ({"premiums": []}, "setting_value"),
        ({"premiums": [["2026-01", -5]]}, "setting_value"),
        ({"categories": ["a", "a"]}, "setting_value"),
        ({"name": "  "}, "setting_value"),
        ({"name": "a\x1bb"}, "setting_value"),
        ({"months": 0}, "setting_value"),
        ({"min_age": 65, "max_age": 65}, "setting_ages"),
    ],
)
def test_settings_that_cannot_be_are_refused_before_they_are_written(fields, code) -> None:
    assert [finding.code for finding in setting_findings(fields)] == [code]


def test_the_best_category_decides_a_persons_priority() -> None:
    assert YEAR.priority(("nelayan", "difabel")) == 0
    assert YEAR.priority(("nelayan",)) == 2
    assert YEAR.priority(("unheard_of",)) == len(YEAR.categories)
    assert YEAR.priority(()) == len(YEAR.categories)


def test_allocation_of_ten_thousand_approvals_is_quick_enough_to_redo_at_every_merge() -> None:
    chance = random.Random(1)
    approvals = [Approval((chance.randrange(10**12), 0), f"{n:05d}", f"{n:05d}", "a") for n in range(10_000)]
    assert len(allocate(9_000, {"a": 9_500}, approvals).approved) == 9_000
