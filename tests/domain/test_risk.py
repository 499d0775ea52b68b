"""Why a registration deserves a closer look, and the one order that follows from it."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.risk import LONG_WAIT_DAYS, REASONS, TOLD_ONLY, bit, days_waited, mask, reasons

some = st.sets(st.sampled_from(REASONS))


@settings(derandomize=True, database=None)
@given(some, some)
def test_the_graver_reason_comes_first_however_many_lighter_ones_there_are(one, other) -> None:
    def gravity(found: set[str]) -> list[bool]:
        return [reason in found for reason in REASONS if reason not in TOLD_ONLY]

    assert (mask(one) > mask(other)) == (gravity(one) > gravity(other))


@settings(derandomize=True, database=None)
@given(some)
def test_reasons_come_back_gravest_first(found) -> None:
    waited = LONG_WAIT_DAYS + 1 if "long_wait" in found else LONG_WAIT_DAYS
    assert reasons(mask(found), waited) == [reason for reason in REASONS if reason in found]


def test_a_long_wait_is_told_and_reorders_nobody() -> None:
    assert mask({"long_wait"}) == 0
    assert reasons(bit("errors"), LONG_WAIT_DAYS + 1) == ["errors", "long_wait"]


def test_days_are_counted_from_handing_in() -> None:
    assert days_waited("2026-11-02T03:00:00Z", date(2026, 11, 20)) == 18
    assert days_waited("2027-11-02T03:00:00Z", date(2026, 11, 20)) == 0
    assert days_waited("kapan?", date(2026, 11, 20)) == 0
