"""However people wrote, carried and settled: one word of somebody who saw everything ends a conflict everywhere."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.services.conflicts import resolution
from fieldapp.services.conflicts.disputes import base_of
from sync.fold import fold

PEOPLE = ("siti", "budi", "rina")
GROUP = "work_place"
WORDS = ("pasar", "rumah", "terminal", "dermaga")

writes = st.tuples(st.just("write"), st.sampled_from(PEOPLE), st.sampled_from(WORDS))
settles = st.tuples(st.just("settle"), st.sampled_from(("siti", "rina")), st.integers(0, 3))
carries = st.tuples(st.just("carry"), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))


def test_once_somebody_who_saw_every_head_chose_no_replica_shows_a_conflict(town) -> None:
    met: set[int] = set()

    # How long the machine takes to make up a schedule says nothing about the schedules.
    @settings(
        max_examples=120,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(writes | settles | carries, min_size=4, max_size=24), st.randoms(use_true_random=False))
    def check(schedule: list[tuple[str, str, object]], chance: random.Random) -> None:
        first = town.write("siti", None, "new", {"name": "Dewi Contoh", GROUP: "rumah"})
        record = first.entry.r
        known = {name: {first.id: first} for name in PEOPLE}

        def view(name):
            return fold(record, known[name].values(), town.rules, town.membership)

        def settle(name, place):
            seen = view(name)
            sides = seen.groups[GROUP]
            change = resolution(seen, GROUP, sides[place % len(sides)].values)
            assert change.parents == {GROUP: [side.entry for side in sides]}
            stored = town.write(name, record, "resolve", change.fields, knowing=list(known[name].values()))
            assert set(stored.entry.b[GROUP]) == {side.entry for side in sides}
            known[name][stored.id] = stored

        for what, name, more in schedule:
            if what == "write":
                stored = town.write(name, record, "edit", {GROUP: more}, knowing=list(known[name].values()))
                known[name][stored.id] = stored
            elif what == "carry":
                known[more].update(known[name])
            elif GROUP in view(name).conflicts:
                settle(name, more)
        everything = {stored.id: stored for held in known.values() for stored in held.values()}
        known["rina"].update(everything)
        whole = view("rina")
        met.add(len(whole.heads[GROUP]) if whole.conflicts else 0)
        if whole.conflicts:
            base = base_of(whole, GROUP, whole.heads[GROUP])
            assert base is not None
            assert base.id not in {head.id for head in whole.heads[GROUP]}
            settle("rina", chance.randrange(4))
        for name in PEOPLE:
            late = list(known["rina"].values())
            chance.shuffle(late)
            known[name].update({stored.id: stored for stored in late})
            assert view(name).conflicts == ()
            assert view(name).values == view("rina").values

    check()
    assert met >= {0, 2, 3}, "the schedules met too little"
