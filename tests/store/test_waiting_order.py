"""Slots where the best who waits moves up first: the same on every replica, at the centre, and after a rebuild."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from fieldapp.domain.programme import CATEGORIES
from fieldapp.store.slots import CONTENTS, lease_changes, leases

HOLDS = "SELECT id, within_quota, state FROM registration WHERE approval_by IS NOT NULL ORDER BY id"


def a_busy_year(town: Any, chance: random.Random) -> None:
    """Approvals by two supervisors beyond their leases, endings, returns, moved leases and settings, in any order."""
    town.write("admin", town.programme, "edit", {"waiting_order": "priority"}, type="programme", scope="*")
    held = {name: town.lease(chance.randint(0, 3), member=town.member(name).id) for name in ("rina", "tono")}
    people = [
        town.register("siti", categories=chance.sample(CATEGORIES, chance.randint(1, 2)), nik=f"6471015203{n:02d}9001")
        for n in range(9)
    ]
    for _ in range(26):
        who, record = chance.choice(("rina", "tono")), chance.choice(people)
        known = chance.choice((None, [each for each in town.entries if chance.random() < 0.9 or each.entry.k == "new"]))
        what = chance.choice(("approve", "approve", "approve", "withdraw", "undo", "edit", "lease", "quota"))
        if what == "lease":
            town.write("admin", held[who], "edit", {"slots": chance.randint(0, 4)}, type="lease", scope="*")
        elif what == "quota":
            fields = {"quota": chance.choice((2, 5, 100)), "waiting_order": chance.choice(("priority", "decided"))}
            town.write("admin", town.programme, "edit", fields, type="programme", scope="*")
        elif what == "edit":
            town.write("siti", record, "edit", {"categories": [chance.choice(CATEGORIES)]}, knowing=known)
        else:
            town.write(who, record, "decide", {"decision": what, "cause": "moved", "held": True}, knowing=known)


@pytest.mark.parametrize("seed", range(4))
def test_holders_are_the_same_in_any_order_of_arrival_and_never_too_many(town, replica_of, seed) -> None:
    chance = random.Random(seed)
    a_busy_year(town, chance)
    expected = replica_of(town)
    entries = list(town.entries)
    chance.shuffle(entries)
    replica = replica_of(town, [])
    while entries:
        size = chance.randint(1, 9)
        replica.receive(entries[:size])
        entries = entries[size:]
    assert replica.dump() == expected.dump()
    used: Counter[str] = Counter()

    def read(connection: Any) -> dict[str, int]:
        for (by,) in connection.execute("SELECT approval_by FROM registration WHERE state = 'approved'"):
            used[by] += 1
        return leases(connection, town.membership)

    given = expected.store.read(read)
    assert all(count <= given.get(by, 0) for by, count in used.items())
    assert expected.dump()["slot_change"]


def test_the_best_moves_up_where_a_slot_becomes_free_and_the_centre_says_so_too(town, replica_of, centre_of) -> None:
    town.write("admin", town.programme, "edit", {"waiting_order": "priority"}, type="programme", scope="*")
    town.lease(1, member=town.member("rina").id)
    first, plain, best = (
        town.register("siti", categories=[kind], nik=f"64710152030{n}9001")
        for n, kind in enumerate(("ojek", "pedagang", "difabel"), 10)
    )
    for record in (first, plain, best):
        town.decide("rina", record, "approve")
    replica = replica_of(town)
    assert [replica.state(one) for one in (first, plain, best)] == ["approved", "waiting", "waiting"]
    town.decide("rina", first, "withdraw", cause="deceased", on="2026-03-04", held=True)
    replica.receive(town.entries[-1:])
    assert [replica.state(one) for one in (first, plain, best)] == ["withdrawn", "waiting", "approved"]
    centre = centre_of(town)
    assert centre.ask(HOLDS) == replica.store.read(lambda c: c.execute(HOLDS).fetchall())
    for statement in CONTENTS.values():
        assert centre.ask(statement) == replica.store.read(lambda c, s=statement: c.execute(s).fetchall())


def test_an_approval_that_was_taken_back_and_given_again_is_one_that_ended(town, replica_of) -> None:
    town.lease(1, member=town.member("rina").id)
    record = town.register("siti")
    for decision in ("approve", "undo", "approve"):
        town.decide("rina", record, decision)
    ((registration, by, *_rest, held),) = replica_of(town).dump()["slot_past"]
    assert (registration, by, held) == (record, town.member("rina").id, 0)


def test_a_lease_that_was_taken_back_gives_no_slots_from_then_on(town, replica_of) -> None:
    lease = town.lease(2, member=town.member("rina").id)
    void = town.write("admin", lease, "void", {"decision": "void", "reason": "x"}, type="lease", scope="*")
    changes = replica_of(town).store.read(lambda c: lease_changes(c, {}))
    assert [(change.at.entry == void.id, change.slots) for change in sorted(changes)] == [(False, 2), (True, 0)]


@pytest.mark.parametrize(("cause", "state"), [("age", "submitted"), ("deceased", "withdrawn"), (None, "withdrawn")])
def test_an_ending_by_age_is_the_offices_to_say_whoever_wrote_it(town, replica_of, cause, state) -> None:
    record = town.register("siti")
    town.decide("siti", record, "withdraw", **({"cause": cause} if cause else {}))
    assert replica_of(town).state(record) == state
