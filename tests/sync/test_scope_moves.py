"""Laptops whose areas change, and records that enter another area: all of what is theirs, nothing new of the rest."""

import dataclasses
from typing import Any

import replicas
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sync.certificates import covers
from sync.clock import Clock
from sync.journal import Author

AREAS = ("64.71.05.1001", "64.71.05.1002", "64.71.06.1001")
AREA, OTHER, FAR = AREAS
pick = st.integers(0, 10**6)


def become(replica: Any, scopes: tuple[str, ...]) -> None:
    """The person of a laptop is invited anew, as a member of other areas; what is on the laptop stays."""
    replica.identity, replica.member = replica.office.join(role="enumerator", scopes=scopes)
    replica.author = Author(replica.identity, replica.device, Clock(lambda: replica.now_ms), 1)
    with replica.transaction():
        replica.journal.add_certificate(replica.member.certificate)


def entries_of(replica: Any) -> dict[str, Any]:
    """Everything held, by id."""
    return {stored.id: stored for record in replica.folded() for stored in replica.journal.entries_of(record)}


def readable(entries: dict[str, Any], scopes: tuple[str, ...]) -> set[str]:
    """What a member with these scopes may read, worked out without any of the code that is tested."""
    records: dict[str, list[Any]] = {}
    for stored in entries.values():
        records.setdefault(stored.entry.r, []).append(stored)
    found = set()
    for history in records.values():
        entered = [s.entry.s for s in history if s.entry.k == "new" or s.entry.s != "*"]
        is_theirs = any(covers(scopes, scope) for scope in entered)
        found |= {s.id for s in history if is_theirs or covers(scopes, s.entry.s)}
    return found


class Moves(RuleBasedStateMachine):
    """One laptop whose areas change at any time, an office that knows everything, and people who move house."""

    office_of: Any = None
    rules_given: Any = None

    @initialize(seed=st.integers(0, 50))
    def begin(self, seed: int) -> None:
        office = self.office_of(f"moves {seed}")
        self.mover, self.coordinator = replicas.make_team(office, self.rules_given, ["enumerator", "coordinator"])
        with self.coordinator.transaction():
            self.coordinator.journal.add_certificate(self.mover.member.certificate)
        self.records: list[str] = []

    @rule(area=st.sampled_from(AREAS))
    def register_at_the_office(self, area: str) -> None:
        self.records.append(self.coordinator.register(area))

    @rule(number=pick)
    def register_on_the_laptop(self, number: int) -> None:
        self.mover.register(self.mover.member.scopes[number % len(self.mover.member.scopes)])

    @rule(which=pick, area=st.sampled_from(AREAS), kind=st.sampled_from(["edit", "comment"]))
    def move_house(self, which: int, area: str, kind: str) -> None:
        if self.records:
            record = self.records[which % len(self.records)]
            self.coordinator.change(record, kind, {"note": area}, area)

    @rule(scopes=st.sets(st.sampled_from([*AREAS, "64.71.05"]), min_size=1, max_size=2))
    def change_areas(self, scopes: set[str]) -> None:
        self.carry_to_office()
        become(self.mover, tuple(sorted(scopes)))
        with self.coordinator.transaction():
            self.coordinator.journal.add_certificate(self.mover.member.certificate)

    @rule()
    def carry_to_office(self) -> None:
        self.coordinator.merge(self.mover.to_office().data)

    @rule(limit=st.sampled_from([None, None, 1]), is_known=st.booleans())
    def carry_back(self, limit: int | None, is_known: bool) -> None:
        if is_known:
            self.carry_to_office()
        before, everything = entries_of(self.mover), entries_of(self.coordinator)
        made = self.coordinator.to_member(self.mover, limit=limit)
        received = self.mover.merge(made.data)
        theirs = readable(everything, self.mover.member.scopes)
        after = entries_of(self.mover)
        assert after.keys() - before.keys() <= theirs
        if limit is None:
            assert theirs <= after.keys()
        assert received.doubts == ()
        assert self.mover.journal.missing() == {}

    @invariant()
    def the_laptop_shows_what_its_entries_make(self) -> None:
        if hasattr(self, "mover"):
            assert self.mover.shown() == self.mover.folded()

    def teardown(self) -> None:
        if hasattr(self, "mover"):
            self.carry_back(None, True)
            scopes = self.mover.member.scopes
            for count in ("here", "entered"):
                there = getattr(self.coordinator.journal.sums, count)(scopes)
                assert getattr(self.mover.journal.sums, count)(scopes) == there
            for replica in (self.mover, self.coordinator):
                replica.connection.close()


def test_whatever_scopes_a_laptop_had_before_it_holds_all_of_those_it_has_and_nothing_new_of_others(
    office_of: Any, rules: Any
) -> None:
    Moves.office_of = staticmethod(office_of)
    Moves.rules_given = rules
    run_state_machine_as_test(
        Moves,
        settings=settings(
            max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_laptop_given_another_area_gets_its_history_also_what_it_knew_by_its_hashes(office: Any, rules: Any) -> None:
    mover, wide, coordinator = replicas.make_team(office, rules, ["enumerator", "enumerator:64.71", "coordinator"])
    here, there = wide.register(AREA), wide.register(OTHER)
    wide.edit(there, OTHER, rt="007")
    wide.register(AREA)
    for writer in (mover, wide):
        coordinator.merge(writer.to_office().data)
    mover.merge(coordinator.to_member_by_certificate(mover))
    assert here in mover.folded()
    assert there not in mover.folded()
    become(mover, (OTHER,))
    mover.merge(coordinator.to_member_by_certificate(mover))
    assert [stored.entry.k for stored in mover.journal.entries_of(there)] == ["new", "edit"]
    # The area left behind stays as it was, and nothing new comes of it.
    wide.edit(here, rt="009")
    new = wide.register(AREA)
    coordinator.merge(wide.to_office().data)
    assert mover.merge(coordinator.to_member(mover).data).doubts == ()
    assert mover.folded()[here]["values"]["rt"] == "001"
    assert new not in mover.folded()


def test_a_record_that_enters_an_area_brings_its_whole_history(office: Any, rules: Any) -> None:
    there, wide, coordinator = replicas.make_team(
        office, rules, [f"enumerator:{OTHER}", "enumerator:64.71", "coordinator"]
    )
    record = wide.register(AREA)
    wide.edit(record, rt="003")
    coordinator.merge(wide.to_office().data)
    there.merge(coordinator.to_member_by_certificate(there))
    assert record not in there.folded()
    wide.edit(record, OTHER, area=OTHER)
    wide.edit(record, AREA, note="kembali")
    coordinator.merge(wide.to_office().data)
    assert there.merge(coordinator.to_member(there).data).doubts == ()
    assert there.folded()[record] == coordinator.folded()[record]
    assert len(there.journal.entries_of(record)) == 4


def test_nobody_draws_a_record_into_an_area_without_the_right_to_write_it(office: Any, rules: Any) -> None:
    """A member of one area names a record of another, of which it knows the id: it does not get the record for it."""
    here, there, coordinator = replicas.make_team(
        office, rules, [f"enumerator:{AREA}", f"enumerator:{OTHER}", "coordinator"]
    )
    record = here.register(AREA, name="Rahasia")
    coordinator.merge(here.to_office().data)
    there.change(record, "comment", {"text": "Tarik ke sini"}, OTHER)
    received = coordinator.merge(there.to_office().data)
    assert received.merged.quarantined == 1
    assert there.merge(coordinator.to_member(there).data).doubts == ()
    assert [stored.entry.k for stored in there.journal.entries_of(record)] == ["comment"]


def test_an_entry_that_does_not_count_lets_no_record_in(office: Any, rules: Any) -> None:
    """The entry by which a record entered is by somebody who may write in both areas but not this kind of entry."""

    def may(member: Any, entry: Any, origin: Any) -> str | None:
        return "role_not_allowed" if entry.f.get("note") == "tidak boleh" else rules.may(member, entry, origin)

    strict = dataclasses.replace(rules, may=may)
    there, coordinator = replicas.make_team(office, strict, [f"enumerator:{OTHER}", "coordinator"])
    (wide,) = replicas.make_team(office, rules, ["enumerator:64.71"])
    record = wide.register(AREA)
    wide.edit(record, OTHER, note="tidak boleh")
    coordinator.merge(wide.to_office().data)
    assert there.merge(coordinator.to_member_by_certificate(there)).doubts == ()
    assert [stored.entry.k for stored in there.journal.entries_of(record)] == ["edit"]
