"""The best who waits moves up first: who holds a slot, whatever happened in which order."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quota import Approval, allocate
from fieldapp.domain.waiting import LeaseChange, Moment, SettingChange, Turn, replay

steady = settings(derandomize=True, deadline=None, max_examples=150, database=None)

CATEGORIES = ("difabel", "nelayan", "lainnya")
PRIORITY = ProgrammeSettings(name="Rekaan", start="2026-01", quota=100, waiting_order="priority", categories=CATEGORIES)
BY_PRIORITY = SettingChange(Moment(0, 0, "e"), 100, "priority", CATEGORIES)


def at(ms: int, entry: str = "") -> Moment:
    return Moment(ms, 0, entry or f"{ms:04d}")


def turn(ms: int, category: str = "lainnya", until: int | None = None, decider: str = "a") -> Turn:
    return Turn(at(ms), f"r{ms}", decider, (category,), None if until is None else at(until, f"{until:04d}-{ms}"))


TURNS = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from(CATEGORIES), st.none() | st.integers(1, 30), st.sampled_from("ab")),
    max_size=20,
    unique_by=lambda one: one[0],
).map(lambda found: [turn(ms, kind, None if lasts is None else ms + lasts, who) for ms, kind, lasts, who in found])
LEASES = st.fixed_dictionaries({"a": st.integers(0, 8), "b": st.integers(0, 8)})
CHANGES = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from("ab"), st.integers(0, 8)), max_size=5, unique_by=lambda one: one[0]
).map(lambda found: [LeaseChange(at(ms, f"l{ms}"), f"lease {who}", who, slots) for ms, who, slots in found])


def replayed(turns: Any, leases: Any, changes: Any = (), programme: ProgrammeSettings = PRIORITY) -> Any:
    return replay(programme, leases, turns, [BY_PRIORITY, *changes])


def since_ever(leases: dict[str, int]) -> list[LeaseChange]:
    return [LeaseChange(at(0, f"l{who}"), f"lease {who}", who, slots) for who, slots in leases.items()]


def test_the_best_who_waits_moves_up_and_the_later_one_among_equals_does_not() -> None:
    turns = [turn(1, until=9), turn(2), turn(3, "difabel"), turn(4, "difabel")]
    given_ = replayed(turns, {"a": 1}, since_ever({"a": 1}))
    assert (given_.approved, given_.waiting) == ({"r3"}, ("r4", "r2"))


def test_a_later_and_better_one_never_pushes_a_holder_out() -> None:
    assert replayed([turn(1), turn(2, "difabel")], {"a": 1}, since_ever({"a": 1})).approved == {"r1"}


def test_a_raised_lease_goes_to_the_best_who_waits() -> None:
    changes = [LeaseChange(at(0, "l"), "lease a", "a", 1), LeaseChange(at(9, "m"), "lease a", "a", 2)]
    turns = [turn(1), turn(2), turn(3, "difabel")]
    assert replayed(turns, {"a": 2}, changes).approved == {"r1", "r3"}
    assert replayed(turns, {"a": 2}, since_ever({"a": 2})).approved == {"r1", "r2"}


def test_a_lowered_lease_puts_the_last_approved_into_waiting() -> None:
    changes = [LeaseChange(at(0, "l"), "lease a", "a", 3), LeaseChange(at(9, "m"), "lease a", "a", 2)]
    assert replayed([turn(1), turn(2), turn(3, "difabel")], {"a": 2}, changes).approved == {"r1", "r2"}


def test_a_change_to_priority_takes_no_slot_from_who_holds_one() -> None:
    by_time = SettingChange(Moment(0, 0, "e"), 100, "decided", CATEGORIES)
    later = SettingChange(at(5, "f"), 100, "priority", CATEGORIES)
    turns = [turn(1), turn(2), turn(3, "difabel"), turn(4, "difabel", until=8)]
    found = replay(PRIORITY, {"a": 1}, turns, [by_time, later, *since_ever({"a": 1})])
    assert (found.approved, found.waiting) == ({"r1"}, ("r3", "r2"))


def test_after_the_change_the_next_free_slot_goes_to_the_best() -> None:
    by_time = SettingChange(Moment(0, 0, "e"), 100, "decided", CATEGORIES)
    later = SettingChange(at(5, "f"), 100, "priority", CATEGORIES)
    turns = [turn(1, until=8), turn(2), turn(3, "difabel")]
    assert replay(PRIORITY, {"a": 1}, turns, [by_time, later, *since_ever({"a": 1})]).approved == {"r3"}


def test_a_free_slot_goes_to_whoever_waits_then_and_not_to_a_better_one_who_comes_later() -> None:
    turns = [turn(1, until=4), turn(2), turn(5, "difabel")]
    assert replayed(turns, {"a": 1}, since_ever({"a": 1})).approved == {"r2"}


@steady
@given(TURNS, LEASES, CHANGES, st.integers(0, 20), st.randoms(use_true_random=False))
def test_who_holds_depends_on_what_happened_and_never_exceeds_lease_or_quota(
    turns: Any, leases: Any, changes: Any, quota: int, chance: Any
) -> None:
    programme = ProgrammeSettings("Rekaan", "2026-01", quota=quota, waiting_order="priority", categories=CATEGORIES)
    found = replayed(turns, leases, changes, programme)
    shuffled, others = list(turns), list(changes)
    chance.shuffle(shuffled)
    chance.shuffle(others)
    assert replayed(shuffled, leases, others, programme) == found
    in_force = {one.registration: one.decider for one in turns if one.until is None}
    assert found.approved | set(found.waiting) == in_force.keys()
    assert found.approved.isdisjoint(found.waiting)
    assert len(found.approved) <= quota or sum(leases.values()) <= quota
    for who, slots in leases.items():
        assert sum(in_force[one] == who for one in found.approved) <= slots
    # Nobody waits for a slot that nobody holds.
    for one in found.waiting:
        who = in_force[one]
        assert found.used.get(who, 0) >= leases[who] or len(found.approved) >= quota


@steady
@given(TURNS, LEASES, st.sampled_from(CATEGORIES), st.sampled_from("ab"))
def test_a_later_approval_takes_no_slot_from_anybody(turns: Any, leases: Any, category: str, who: str) -> None:
    late = turn(99, category, decider=who)
    before = replayed(turns, leases, since_ever(leases))
    assert replayed([*turns, late], leases, since_ever(leases)).approved - {"r99"} == before.approved


@steady
@given(TURNS, LEASES, st.integers(0, 60), st.integers(1, 4))
def test_more_slots_take_none_away(turns: Any, leases: Any, since: int, more: int) -> None:
    before = replayed(turns, leases, since_ever(leases))
    raised = {**leases, "a": leases["a"] + more}
    changes = [*since_ever(leases), LeaseChange(at(since, "x"), "lease a", "a", raised["a"])]
    assert replayed(turns, raised, changes).approved >= before.approved


@steady
@given(TURNS, LEASES, st.integers(1, 99))
def test_an_ending_that_arrives_late_takes_no_slot_from_another(turns: Any, leases: Any, until: int) -> None:
    before = replayed(turns, leases, since_ever(leases))
    for number, one in enumerate(turns):
        if one.until is None:
            ended = [*turns[:number], one._replace(until=at(max(until, one.start.ms), "z")), *turns[number + 1 :]]
            assert replayed(ended, leases, since_ever(leases)).approved >= before.approved - {one.registration}
            break


@steady
@given(TURNS, LEASES, st.integers(0, 20))
def test_in_the_order_of_approval_it_is_the_rule_of_the_quota(turns: Any, leases: Any, slack: int) -> None:
    quota = sum(leases.values()) + slack
    programme = ProgrammeSettings("Rekaan", "2026-01", quota=quota, categories=CATEGORIES)
    in_force = [Approval(one.start[:2], one.start[2], one.registration, one.decider) for one in turns if not one.until]
    expected = allocate(quota, leases, in_force)
    found = replay(programme, leases, turns, since_ever(leases))
    assert (found.approved, found.waiting) == (expected.approved, expected.waiting)
