"""Two offices that release, refuse, take back and meet in any order end with the same quarantine and register."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import people
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.services import ledger, membership, registrations
from fieldapp.services.problems import Problem
from fieldapp.services.quarantine import desk as quarantine

PEOPLE = 3


class World(NamedTuple):
    """A revoked enumerator's laptop that still writes, and two offices; `numbers` gives people out."""

    town: Any
    lost: Any
    offices: tuple[Any, Any]
    numbers: Iterator[int]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, town_in: Callable[[Path], Any]) -> Iterator[World]:
    town = town_in(tmp_path_factory.mktemp("world"))
    lost = town.join("enumerator", "Hilang Rekaan", "64.71.05")
    offices = town.join("coordinator", "Kiki", "64.71.05"), town.join("supervisor", "Wati", "64.71")
    town.carry(lost, town.admin, *offices)
    membership.revoke(town.admin, "Hilang Rekaan", "Laptop hilang")
    town.carry(town.admin, *offices)
    yield World(town, lost, offices, iter(range(1, 900)))
    town.close()


acts = st.tuples(
    st.sampled_from(["release", "release", "refuse", "back", "meet"]), st.integers(0, 1), st.integers(0, PEOPLE - 1)
)


def begin(world: World) -> list[str]:
    """Registers people on the lost laptop, whose stick both offices merge; what is held of each, its first entry."""
    records = []
    for _ in range(PEOPLE):
        number = next(world.numbers)
        draft = registrations.new_draft(world.lost, people.person(number, people.name_of(number)))
        answer = registrations.submit(world.lost, draft.id)
        assert answer["state"] == "submitted", answer
        records.append(answer["id"])
    world.town.carry(world.lost, *world.offices)
    held = {each["record"]: each["id"] for each in quarantine.listing(world.offices[0])}
    return [held[record] for record in records]


def words_of(session: Any, entry: str) -> list[dict[str, Any]]:
    found = [each for each in quarantine.entries(session, handled=True) if each["entry"] == entry]
    return [word for each in found for word in each["words"]]


def act(world: World, entries: list[str], what: str, office: int, which: int) -> None:
    session, entry = world.offices[office], entries[which]
    match what:
        case "release":
            quarantine.release(session, [entry], "Benar")
        case "refuse":
            quarantine.refuse(session, [entry], "Salah")
        case "back":
            for word in words_of(session, entry):
                # What was released stands as a registration, and is taken out first.
                if word["decision"] == "released":
                    with contextlib.suppress(Problem):
                        registrations.void(session, word["as"], "Keliru")
                quarantine.take_back(session, word["id"])
        case _:
            world.town.carry(session, world.offices[1 - office])


def seen(session: Any) -> str:
    """Quarantine and register as they are told here, without what is open to whom and by which merge it came."""
    told = []
    for handled in (False, True):
        for each in quarantine.listing(session, handled=handled):
            for name in ("release", "refuse", "merge", "draft"):
                each.pop(name)
            told.append(each)
    return json.dumps([told, registrations.listing(session)], sort_keys=True)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(schedule=st.lists(acts, min_size=3, max_size=9))
def test_offices_that_release_and_refuse_in_any_order_end_with_the_same_quarantine(
    world: World, schedule: list[tuple[str, int, int]]
) -> None:
    entries = begin(world)
    for each in schedule:
        act(world, entries, *each)
    for _ in range(2):
        for office in (0, 1):
            world.town.carry(world.offices[office], world.offices[1 - office])
    first, second = world.offices
    assert seen(first) == seen(second)
    made = {word["as"] for entry in entries for word in words_of(first, entry) if word["as"]}
    here = {row["id"] for row in registrations.listing(first)}
    assert made <= here
    for session in world.offices:
        told = ledger.ledger(session)
        assert told["balanced"], told
        totals = told["totals"]
        assert totals["quarantined"] == len(quarantine.entries(session, handled=False))
        assert totals["quarantined"] + totals["quarantined_handled"] == len(quarantine.entries(session))
