"""What several people's words about a pair come to, and who stands for the person."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.same_as import DISPUTED, Said, Settled, join, pair_of, read, settle

# On a busy machine one example may take a while.
steady = settings(derandomize=True, deadline=None, database=None)

A, B, C = (f"01a00000-0000-7000-8000-{n:012d}" for n in range(3))


def said(
    id: str, decision: str = "same", survivor: str | None = A, *, at: int = 0, by: str = "", office: bool = True,
    replaces: tuple[str, ...] = (), first: str | None = None,
) -> Said:  # fmt: skip
    kept = survivor if decision == "same" else None
    return Said(id, first or id, decision, kept, (at, 0), by or id, office, frozenset(replaces))


def words(settled: Settled | None) -> tuple[str, str | None, list[str]]:
    assert settled is not None
    return settled.decision, settled.survivor, [head.id for head in settled.heads]


def test_without_a_word_nothing_is_decided() -> None:
    assert settle([]) is None


def test_one_word_decides_and_a_later_one_that_names_it_replaces_it() -> None:
    assert words(settle([said("1")])) == ("same", A, ["1"])
    assert words(settle([said("1"), said("2", "different", replaces=("1",))])) == ("different", None, ["2"])


def test_a_word_of_an_earlier_date_replaces_what_it_names_all_the_same() -> None:
    assert words(settle([said("1", at=9), said("2", "unsure", at=1, replaces=("1",))])) == ("unsure", None, ["2"])


def test_two_who_did_not_know_of_each_other_agree_or_dispute() -> None:
    assert words(settle([said("1", "different"), said("2", "different", at=5)])) == ("different", None, ["2", "1"])
    assert words(settle([said("1"), said("2", "different")]))[:2] == (DISPUTED, None)
    assert words(settle([said("1"), said("2", "different"), said("3", replaces=("1", "2"))])) == ("same", A, ["3"])


def test_who_agree_on_one_person_and_not_on_who_stays_are_asked_again_while_one_of_the_two_stays() -> None:
    assert words(settle([said("1", survivor=A, at=1), said("2", survivor=B, at=2)])) == (DISPUTED, B, ["2", "1"])


def test_one_word_written_for_two_areas_is_one_word() -> None:
    twins = [said("1", by="m"), said("2", by="m", first="1")]
    assert words(settle(twins)) == ("same", A, ["1"])
    assert words(settle([*twins, said("3", "different", replaces=("1",))])) == ("different", None, ["3"])


def test_who_writes_two_that_replace_each_other_only_contradicts_oneself() -> None:
    circle = [said("1", replaces=("2",)), said("2", "different", replaces=("1",))]
    assert words(settle(circle))[:2] == (DISPUTED, None)
    assert words(settle([*circle, said("3", "different")])) == ("different", None, ["3"])
    assert words(settle([said("1", replaces=("1",))])) == ("same", A, ["1"])
    assert words(settle([said("1", replaces=("1",)), said("2", "different")]))[0] == DISPUTED


def test_the_office_is_not_overruled_by_an_enumerator() -> None:
    office, own = said("1"), said("2", "different", office=False, replaces=("1",))
    assert words(settle([office, own])) == ("same", A, ["1"])
    assert words(settle([own])) == ("different", None, ["2"])


names = st.sampled_from([str(n) for n in range(7)])
a_word = st.builds(
    said, names, st.sampled_from(["same", "different", "unsure"]), st.sampled_from([A, B]), at=st.integers(0, 3),
    by=st.sampled_from("xy"), office=st.booleans(), replaces=st.lists(names, max_size=3).map(tuple),
    first=st.none() | names,
)  # fmt: skip


@steady
@given(
    st.lists(a_word, max_size=6, unique_by=lambda word: word.id).flatmap(
        lambda w: st.tuples(st.just(w), st.permutations(w))
    )
)
def test_the_order_in_which_words_come_changes_nothing(orders: tuple[list[Said], list[Said]]) -> None:
    one, other = orders
    assert settle(one) == settle(other)
    assert (settle(one) is None) == (not one)


def test_a_joined_one_gives_way_along_the_chain_to_where_it_ends() -> None:
    joined = join({"a": {"b"}, "b": {"c"}}, [], [])
    assert joined.survivors == {"a": "c", "b": "c"}


def test_of_a_circle_the_oldest_stays() -> None:
    assert join({"c": {"a"}, "a": {"b"}, "b": {"c"}}, [], []).survivors == {"b": "a", "c": "a"}
    assert join({"a": {"b"}, "b": {"a"}}, [], []).survivors == {"b": "a"}
    assert join({"a": {"b"}, "b": {"a"}, "z": {"b"}}, [], ["a"]).survivors == {"a": "b", "z": "b"}


def test_nobody_gives_way_to_one_that_stands_for_nobody() -> None:
    assert join({"a": {"b"}}, [], ["b"]).survivors == {}
    assert join({"a": {"b"}, "b": {"c"}}, [], ["b"]).survivors == {"a": "c", "b": "c"}
    assert join({"a": {"b"}, "b": {"c"}}, [], ["c"]).survivors == {"a": "b"}


def test_nobody_of_a_case_gives_way_while_two_of_it_are_two_people() -> None:
    gives = {"b": {"a"}, "c": {"a"}, "y": {"x"}}
    joined = join(gives, [("b", "c"), ("c", "y")], [])
    assert joined.survivors == {"y": "x"}
    assert set(joined.contradicted) == {"a", "b", "c"}
    assert join(gives, [("b", "q")], []).contradicted == {}


def test_a_chain_of_any_length_is_followed() -> None:
    long = {f"{n:05d}": {f"{n + 1:05d}"} for n in range(5000)}
    assert set(join(long, [], []).survivors.values()) == {"05000"}
    circle = {**long, "05000": {"00000"}}
    assert set(join(circle, [], []).survivors.values()) == {"00000"}


people = st.sampled_from("abcdefg")
graph = st.dictionaries(people, st.frozensets(people, max_size=3), max_size=7).map(
    lambda g: {one: others - {one} for one, others in g.items()}
)


def reached(gives: Mapping[str, frozenset[str]], start: str) -> set[str]:
    """Everybody whom `start` gives way to, along chains."""
    seen: set[str] = set()
    edge = set(gives.get(start, ()))
    while edge:
        seen |= edge
        edge = {other for one in edge for other in gives.get(one, ())} - seen
    return seen


@steady
@given(graph, st.frozensets(people, max_size=3))
def test_who_gives_way_gives_way_to_one_that_stands_and_stays(
    gives: dict[str, frozenset[str]], fallen: frozenset[str]
) -> None:
    survivors = join(gives, [], fallen).survivors
    for one in "abcdefg":
        beyond = reached(gives, one)
        if one in survivors:
            assert survivors[one] in beyond - fallen
            assert survivors[one] not in survivors
        elif one not in fallen:
            # Nobody that stands is beyond, but who gives way in turn to this one.
            assert all(one in reached(gives, other) for other in beyond - fallen)


@steady
@given(
    graph, st.frozensets(people, max_size=3), st.sets(st.tuples(people, people).map(lambda p: pair_of(*p)), max_size=2)
)
def test_the_order_in_which_pairs_come_changes_nothing(
    gives: dict[str, frozenset[str]], fallen: frozenset[str], apart: set[tuple[str, str]]
) -> None:
    backwards = {one: sorted(gives[one], reverse=True) for one in reversed(list(gives))}
    assert join(gives, apart, fallen) == join(backwards, sorted(apart, reverse=True), sorted(fallen))


PLAIN = {"a": A, "b": B, "decision": "same", "survivor": A, "reason": "KTP sama"}


def test_fields_are_read_as_far_as_they_are_what_they_should_be() -> None:
    found = read({**PLAIN, "first": C, "replaces": [C, 7], "stamps": ["1" * 16, "2"], "taken": {"name": B, "nik": C}})
    assert found is not None
    assert (found.pair, found.decision, found.survivor, found.reason) == ((A, B), "same", A, "KTP sama")
    assert (found.first, found.replaces, found.stamps, found.taken) == (C, {C}, ("1" * 16, ""), {"name": B})
    assert (found.before, found.edits) == ({}, ())


@pytest.mark.parametrize(
    "change",
    [{"a": B, "b": A}, {"a": A, "b": A}, {"a": 7}, {"b": "x"}, {"b": B.upper()[:-1] + "F"}, {"decision": "merge"},
     {"decision": None}, {"decision": ["same"]}, {"survivor": C}, {"survivor": None}],
)  # fmt: skip
def test_what_names_no_pair_or_no_decision_says_nothing(change: dict[str, object]) -> None:
    assert read({**PLAIN, **change}) is None


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from([A, B, C]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
keys = st.sampled_from([*PLAIN, "first", "replaces", "stamps", "taken", "before", "edits"])


@steady
@given(st.dictionaries(keys, odd))
def test_whatever_another_program_writes_is_read_or_left(fields: dict[str, object]) -> None:
    found = read({**PLAIN, **fields})
    for one, other in itertools.product((A, B), repeat=2):
        assert pair_of(one, other) == pair_of(other, one)
    assert found is None or found.a < found.b
