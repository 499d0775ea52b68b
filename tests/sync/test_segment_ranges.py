"""Ranges of numbers behave as the sets they stand for."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.coverage import (
    Span,
    common,
    gaps,
    holds,
    join,
    pack_have,
    pack_ranges,
    runs,
    unpack_have,
    unpack_ranges,
    without,
)
from sync.errors import SyncError

numbers = st.sets(st.integers(1, 40))


def as_set(ranges):
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(numbers)
def test_runs_hold_exactly_their_numbers_and_never_touch(chosen):
    ranges = runs(sorted(chosen))
    assert as_set(ranges) == chosen
    assert all(a_last + 1 < b_first for (_, a_last), (b_first, _) in itertools.pairwise(ranges))


@given(numbers, numbers)
def test_set_operations_on_ranges_agree_with_sets(one, other):
    a, b = runs(sorted(one)), runs(sorted(other))
    assert as_set(join((*a, *b))) == one | other
    assert join((*a, *b)) == runs(sorted(one | other))
    assert without(a, b) == runs(sorted(one - other))
    assert common(a, b) == runs(sorted(one & other))
    assert all(holds(a, number) == (number in one) for number in range(42))


@given(numbers)
def test_gaps_are_what_lies_between_one_and_the_last_number(chosen):
    expected = set(range(1, max(chosen) + 1)) - chosen if chosen else set()
    assert as_set(gaps(runs(sorted(chosen)))) == expected


@given(st.dictionaries(st.integers(0, 2**128 - 1).map(lambda n: f"{n:032x}"), numbers))
def test_what_is_held_survives_writing_and_reading(chains):
    have = {chain: tuple(Span(a, b, "e" * 32) for a, b in runs(sorted(held))) for chain, held in chains.items()}
    assert unpack_have(pack_have(have)) == have
    ranges = {chain: runs(sorted(held)) for chain, held in chains.items()}
    assert unpack_ranges(pack_ranges(ranges)) == ranges


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"x": []},
        {"A" * 32: []},
        {"a" * 32: None},
        {"a" * 32: [[1, 2]]},
        {"a" * 32: [[2, 1, "e" * 32]]},
        {"a" * 32: [[0, 1, "e" * 32]]},
        {"a" * 32: [[1, 2**32, "e" * 32]]},
        {"a" * 32: [[1, 1.0, "e" * 32]]},
        {"a" * 32: [[True, True, "e" * 32]]},
        {"a" * 32: [["1", "2", "e" * 32]]},
        {"a" * 32: [[1, 2, "e" * 31]]},
        {"a" * 32: [[1, 2, 3]]},
        {"a" * 32: [{}]},
    ],
)
def test_what_another_machine_claims_to_hold_is_checked_in_full(value):
    with pytest.raises(SyncError, match="bundle_damaged"):
        unpack_have(value)


@pytest.mark.parametrize("value", [None, {"x": []}, {"a" * 32: 1}, {"a" * 32: [[1]]}, {"a" * 32: [[1, None]]}])
def test_what_another_machine_claims_to_have_left_out_is_checked_in_full(value):
    with pytest.raises(SyncError, match="bundle_damaged"):
        unpack_ranges(value)
