"""A writer's times only move forward; no wrong clock, near or far, stops anybody or drags anybody along."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.clock import AHEAD_LIMIT_MS, COUNTER_LIMIT, TIME_LIMIT_MS, Clock, system_wall_ms
from sync.entry import Stored
from sync.errors import MESSAGES, SyncError
from sync.randomness import token, uuid7

walls = st.integers(-(2**60), 2**60)
times = st.tuples(st.integers(0, TIME_LIMIT_MS), st.integers(0, COUNTER_LIMIT))


class Wall:
    def __init__(self, ms: int) -> None:
        self.ms = ms

    def __call__(self) -> int:
        return self.ms


@given(st.lists(walls | times, min_size=1, max_size=30))
def test_every_tick_is_later_than_the_last_whatever_the_wall_and_others_say(steps: list[int | tuple[int, int]]) -> None:
    wall = Wall(1_767_225_600_000)
    clock = Clock(wall)
    last = clock.tick()
    for step in steps:
        if isinstance(step, tuple):
            clock.observe(step)
        else:
            wall.ms = min(step, 2**52)
        now = clock.tick()
        assert now > last
        last = now


def test_a_tick_follows_the_wall_clock_when_that_is_later() -> None:
    assert Clock(Wall(5000), last=(4000, 7)).tick() == (5000, 0)
    assert Clock(Wall(5000), last=(5000, 7)).tick() == (5000, 8)
    assert Clock(Wall(5000), last=(9000, 7)).tick() == (9000, 8)


def test_a_time_from_elsewhere_moves_us_past_it() -> None:
    clock = Clock(Wall(5000))
    clock.observe((6000, 3))
    assert clock.tick() == (6000, 4)


def test_an_older_time_from_elsewhere_changes_nothing() -> None:
    clock = Clock(Wall(5000), last=(7000, 1))
    clock.observe((6000, 3))
    assert clock.tick() == (7000, 2)


@given(times)
def test_a_far_clock_elsewhere_moves_us_ten_minutes_at_most(remote: tuple[int, int]) -> None:
    clock = Clock(Wall(1_767_225_600_000))
    clock.observe(remote)
    assert clock.tick() <= (1_767_225_600_000 + AHEAD_LIMIT_MS, 1)


def test_a_spent_counter_goes_over_into_the_next_millisecond() -> None:
    clock = Clock(Wall(5000))
    clock.observe((6000, COUNTER_LIMIT))
    assert clock.tick() == (6001, 0)


def test_a_laptop_whose_clock_is_before_1970_still_writes_entries_that_are_read(office: Any) -> None:
    clock = Clock(Wall(-5))
    pen = office.pen(office.founding.identity)
    assert Stored.read(pen.write(office.record(), "new", {"a": 1}, t=clock.tick()).body).entry.t == (0, 1)


def test_the_system_clock_is_in_milliseconds_of_our_century() -> None:
    assert 1_700_000_000_000 < system_wall_ms() < 4_000_000_000_000


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_record_id_is_a_uuid_of_version_7_that_holds_its_time(wall_ms: int, noise: bytes) -> None:
    text = uuid7(wall_ms, lambda size: noise[:size])
    parsed = uuid.UUID(text)
    assert str(parsed) == text
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == wall_ms


def test_record_ids_sort_by_time_and_do_not_repeat() -> None:
    made = [uuid7(1_767_225_600_000 + second) for second in range(100)]
    assert made == sorted(made)
    assert len({uuid7(0) for _ in range(100)} | {token() for _ in range(100)}) == 200


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_code_has_a_text_in_both_languages(code: str) -> None:
    indonesian, english = MESSAGES[code]
    assert indonesian != english
    assert indonesian.endswith(".")
    assert english.endswith(".")


def test_a_text_names_the_details_of_its_error() -> None:
    error = SyncError("pin_too_short", minimum=4)
    assert "4" in error.message("id")
    assert "4" in error.message("en")
    assert str(error) == "pin_too_short"
