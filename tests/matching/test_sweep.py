"""The sweep over many people: what a full comparison of everybody would show, in work close to linear."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterable, Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_people import counted, people, row
from registrations import COLUMNS, make

from fieldapp.matching.keys import block_keys
from fieldapp.matching.match import Match
from fieldapp.matching.people import Person, of_row, pack
from fieldapp.matching.score import compare
from fieldapp.matching.sweep import Found, Report, SweepCancelledError, against, sweep, sweep_rows

FIELDS = tuple(column for column in COLUMNS if column != "rec_id")
Rows = list[tuple[str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def made() -> Rows:
    """Some hundred made-up registrations with known duplicates."""
    return [(one.row["rec_id"], tuple(one.row[field] for field in FIELDS)) for one in make("desks", 600, seed=5).rows]


def packed(rows: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, bytes]]:
    for id_, values in rows:
        yield id_, pack(of_row(dict(zip(FIELDS, values, strict=True))))


def told(found: Iterable[tuple[str, str, Match]]) -> list[tuple[str, str, Found]]:
    return sorted((a, b, Found(match.bits, match.probability, match.band)) for a, b, match in found)


def filled(count: int, **changes: str) -> Rows:
    """`count` rows of one made-up man with changes, in which {at} is the number of the row."""
    return [
        (f"R{at}", tuple(row(**changes).get(field, "").replace("{at}", str(at)) for field in FIELDS))
        for at in range(count)
    ]


def test_every_pair_that_shares_a_key_and_is_worth_showing_is_found_once(made: Rows) -> None:
    everybody: list[tuple[str, Person]] = [
        (id_, of_row(dict(zip(FIELDS, values, strict=True)))) for id_, values in made
    ]
    counts = counted(person for _id, person in everybody)
    keys = {id_: set(block_keys(person)) for id_, person in everybody}
    expected = []
    for (a, one), (b, other) in combinations(sorted(everybody, key=lambda each: each[0]), 2):
        if keys[a] & keys[b] and (match := compare(one, other, counts)).band != "unlikely":
            expected.append((a, b, Found(match.bits, match.probability, match.band)))
    assert len(expected) > 20
    assert sweep_rows(FIELDS, made) == expected
    assert told(sweep(packed(made))) == expected
    assert told(sweep(packed(made), counts)) == expected


def test_a_match_comes_with_what_spoke_for_and_against_it(made: Rows) -> None:
    a, b, match = next(sweep(packed(made)))
    assert a < b
    assert match.levels


def test_the_order_of_the_rows_changes_nothing(made: Rows) -> None:
    expected = sweep_rows(FIELDS, made)
    for seed in range(4):
        shuffled = random.Random(seed).sample(made, len(made))
        assert sweep_rows(FIELDS, shuffled) == expected


def test_the_order_of_a_crowd_changes_nothing() -> None:
    crowd = filled(250, address="") + [(f"S{id_}", values) for id_, values in filled(60, name="Contoh{at} Tahir")]
    expected = sweep_rows(FIELDS, crowd)
    for seed in range(3):
        assert sweep_rows(FIELDS, random.Random(seed).sample(crowd, len(crowd))) == expected


@settings(max_examples=25)
@given(st.lists(people(), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_any_people_at_all_changes_nothing(some: list[Person], order: random.Random) -> None:
    named = [(f"P{at}", pack(person)) for at, person in enumerate(some)]
    shuffled = order.sample(named, len(named))
    assert told(sweep(named)) == told(sweep(shuffled))


def test_the_number_of_processes_changes_nothing_and_none_is_left(made: Rows) -> None:
    assert sweep_rows(FIELDS, made, processes=2) == sweep_rows(FIELDS, made, processes=1)
    assert multiprocessing.active_children() == []


def test_a_list_is_compared_with_another_list_and_not_with_itself(made: Rows) -> None:
    listed = [(f"L{id_}", values[:2]) for id_, values in made[:200]]
    found = sweep_rows(FIELDS, made, ("nik", "name"), listed)
    assert {a for a, _b, _found in found} <= {id_ for id_, _values in made}
    assert {b for _a, b, _found in found} <= {id_ for id_, _values in listed}
    again = {(a, b) for a, b, match in found if match.probability >= 0.9}
    named = [id_ for id_, values in listed if values[0] and " " in values[1]]
    assert len([id_ for id_ in named if (id_[1:], id_) in again]) > 0.9 * len(named)
    one_way = [(a, b, match) for a, b, match in found if match.band != "unlikely"]
    mine = [(id_, pack(of_row(dict(zip(FIELDS, values, strict=True))))) for id_, values in made]
    theirs = [(id_, pack(of_row({"nik": nik, "name": name}))) for id_, (nik, name) in listed]
    assert told(against(mine, theirs)) == one_way


def test_rows_of_one_id_are_compared_with_others_and_make_no_pair_among_themselves() -> None:
    rows = [*filled(2), ("R0", filled(1)[0][1])]
    assert [(a, b) for a, b, _found in sweep_rows(FIELDS, rows)] == [("R0", "R1")]


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_and_one_person_make_no_pair(count: int) -> None:
    report = Report()
    assert sweep_rows(FIELDS, filled(count), report=report) == []
    assert (report.people, report.candidates, report.wide_blocks) == (count, 0, 0)


#: Crowds that agree in something; each must cost work in proportion to its size.
CROWDS = {
    "fillers without anything": filled(5000, **dict.fromkeys(FIELDS, "-")),
    "nothing but a name": filled(3000, **{**dict.fromkeys(FIELDS, ""), "name": "Contoh Rekaan"}),
    "single letters": filled(3000, **{**dict.fromkeys(FIELDS, ""), "name": "A", "birth_date": "1980-01-01"}),
    "born on one day": filled(3000, nik="", name="Contoh{at}", phone="", address="", kelurahan=""),
    "one phone for all": filled(3000, nik="", name="Contoh{at} Rekaan", birth_date="19{at}-05-05"),
    "one name, one day, one phone": filled(3000, nik="", address="Jl. Rekaan No. {at}"),
}


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_crowd_that_agrees_is_no_quadratic_work(crowd: str) -> None:
    rows = CROWDS[crowd]
    report = Report()
    sweep_rows(FIELDS, rows, report=report)
    assert report.people == len(rows)
    assert report.candidates < 60 * len(rows)


def test_five_thousand_equal_fillers_are_one_case_and_said_aloud_without_any_value() -> None:
    report = Report()
    found = sweep_rows(FIELDS, filled(5000), report=report)
    assert report.candidates < 10 * 5000
    assert report.wide_blocks > 0
    assert (report.wide_people, report.largest) == (5000, 5000)
    assert set(report.alike) >= {"nik", "name", "birth_date", "phone", "kelurahan"}
    assert "Irfan" not in repr(report)
    # Nobody is lost: everybody stands in a pair, and the pairs make one case of all.
    assert len({id_ for a, b, _found in found for id_ in (a, b)}) == 5000


def test_two_registrations_of_one_person_are_found_in_a_crowd_born_on_one_day() -> None:
    crowd = filled(3000, nik="", name="Contoh Rekaan", phone="0812{at}55", birth_date="1980-01-01", address="")
    twice = [("A", row(nik="", name="Contoh Rekaan", birth_date="1980-01-01", phone="081288776655"))]
    twice += [("B", row(nik="", name="Contoh Rekan", birth_date="1980-01-01", phone="081288776655"))]
    rows = [*crowd, *((id_, tuple(values.get(field, "") for field in FIELDS)) for id_, values in twice)]
    assert ("A", "B") in {(a, b) for a, b, _found in sweep_rows(FIELDS, rows)}


def test_progress_is_told_and_cancelling_ends_it_between_two_tasks(made: Rows) -> None:
    some = made[:20]
    stages: list[str] = []
    sweep_rows(FIELDS, some, progress=lambda _done, _total, stage: stages.append(stage))
    assert list(dict.fromkeys(stages)) == ["read", "group", "compare"]
    for stage in (0, 1, 30, len(stages) - 1):
        left = iter([False] * stage)
        with pytest.raises(SweepCancelledError):
            list(sweep(packed(some), cancelled=lambda left=left: next(left, True)))  # type: ignore[misc]


def test_cancelling_leaves_no_process(made: Rows) -> None:
    calls = iter([False, False])
    with pytest.raises(SweepCancelledError):
        list(sweep(packed(made), cancelled=lambda: next(calls, True), processes=2))
    assert multiprocessing.active_children() == []


def test_bytes_that_are_nobody_are_refused() -> None:
    with pytest.raises(ValueError, match="no person"):
        list(sweep([("A", b"nonsense")]))
