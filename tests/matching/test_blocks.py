"""Blocks: who is compared with whom, and how wide blocks are narrowed without losing anybody or squaring the work."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.matching.blocks import CAP, Blocks, KeyTable, build, cap_for
from fieldapp.matching.narrowing import NEIGHBOURS

Keys = list[set[int]]


def blocks_of(people: Keys, *, cap: int = CAP, split: int | None = None) -> Blocks:
    table = KeyTable()
    for person, keys in enumerate(people):
        table.add(person, sorted(keys))
    return build(table, range(len(people)), lambda person: (sorted(people[person]), person), split=split, cap=cap)


def pairs_of(blocks: Blocks) -> list[tuple[int, int]]:
    partners = blocks.partners()
    return [(min(one, other), max(one, other)) for one in range(blocks.people) for other in partners(one)]


def sharing(people: Keys) -> set[tuple[int, int]]:
    return {(a, b) for a, b in combinations(range(len(people)), 2) if people[a] & people[b]}


KEY = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 300)


@given(st.lists(st.sets(KEY | st.integers(0, 6), max_size=6), max_size=40))
def test_everybody_is_compared_once_with_everybody_who_shares_a_key_and_with_nobody_else(people: Keys) -> None:
    found = pairs_of(blocks_of(people))
    assert len(found) == len(set(found))
    assert set(found) == sharing(people)


@given(st.lists(st.sets(st.integers(0, 6), max_size=4), max_size=40), st.integers(0, 40))
def test_across_two_lists_only_pairs_of_both_are_compared(people: Keys, split: int) -> None:
    found = pairs_of(blocks_of(people, split=split))
    assert len(found) == len(set(found))
    assert set(found) == {(a, b) for a, b in sharing(people) if a < split <= b}


def test_people_of_a_wide_block_meet_through_a_second_key() -> None:
    # Two keys that everybody of a half has, crosswise: where they meet there are a quarter.
    people = [{person % 2, 10 + person // 2 % 2} for person in range(100)]
    blocks = blocks_of(people, cap=30)
    found = set(pairs_of(blocks))
    assert {(a, b) for a, b in combinations(range(100), 2) if people[a] == people[b]} <= found
    assert (blocks.wide.blocks, blocks.wide.people, blocks.wide.largest) == (4, 100, 50)


def test_people_of_a_wide_block_with_no_second_key_meet_their_neighbours_in_order() -> None:
    people: Keys = [{7} for _ in range(1000)]
    found = set(pairs_of(blocks_of(people)))
    assert {(a, b) for a in range(1000) for b in range(a + 1, min(a + 1 + NEIGHBOURS, 1000))} <= found
    assert len(found) < 2 * NEIGHBOURS * 1000


@pytest.mark.parametrize("keys", [1, 5, 25])
def test_people_who_agree_in_everything_cost_work_in_proportion_to_their_number(keys: int) -> None:
    for number in (1000, 5000):
        people = [set(range(100, 100 + keys)) for _ in range(number)]
        assert len(pairs_of(blocks_of(people))) < 2 * NEIGHBOURS * number


def test_a_million_pairs_in_one_block_and_its_meetings_stay_linear() -> None:
    # Everybody has the wide key, and some of five further wide ones in all mixtures.
    people = [{1, *(2 + bit for bit in range(5) if person >> bit & 1)} for person in range(3000)]
    found = pairs_of(blocks_of(people, cap=50))
    assert len(found) == len(set(found))
    assert len(found) < 3000 * 200


def test_no_wide_block_means_nothing_to_say() -> None:
    wide = blocks_of([{1}, {1}, {2}]).wide
    assert (wide.blocks, wide.people, wide.largest, wide.some) == (0, 0, 0, ())


@given(st.lists(st.sets(st.integers(0, 4), max_size=4), max_size=30), st.randoms(use_true_random=False))
def test_narrowed_blocks_hold_the_same_people_in_any_order_of_them(people: Keys, random: object) -> None:
    named = list(enumerate(people))
    shuffled = named[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = []
    for order in (named, shuffled):
        table = KeyTable()
        for person, (_name, keys) in enumerate(order):
            table.add(person, sorted(keys))
        blocks = build(table, range(len(order)), lambda person, order=order: order[person][0], cap=3)  # type: ignore[misc]
        names = [name for name, _keys in order]
        found.append({tuple(sorted((names[a], names[b]))) for a, b in pairs_of(blocks)})
    assert found[0] == found[1]


def test_the_work_is_told_step_by_step_and_can_be_stopped_there() -> None:
    table = KeyTable()
    table.add(0, [1])
    steps: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        steps.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(table, range(1), lambda person: person, step=stop)
    assert steps == [(1, 64), (2, 64), (3, 64)]


def test_the_cap_shrinks_as_a_register_grows_beyond_a_city() -> None:
    assert [cap_for(people) for people in (0, 20_000, 40_000, 1_000_000, 10**8)] == [200, 200, 100, 40, 40]
