"""Replicas that exchange bundles in any order, twice, in parts, with clones among them, come to agree.

The oracle is the set of all entries ever written: in the end every full replica holds all of them, folds them to the
same records, and says the same about what it holds.
"""

import contextlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sync.bundle import inspect_head
from sync.errors import NotAllowed

_spec = spec_from_file_location("sync_replicas", Path(__file__).with_name("replicas.py"))
replicas = sys.modules.setdefault("sync_replicas", module_from_spec(_spec))
_spec.loader.exec_module(replicas)

ROLES = ["enumerator:64.71", "enumerator:64.71", "coordinator", "supervisor"]
pick = st.integers(0, 10**6)


class Field(RuleBasedStateMachine):
    """Four laptops and a heap of bundles on sticks; any laptop may be cloned."""

    office_of = None
    rules_given = None

    @initialize(seed=st.integers(0, 50))
    def open_shop(self, seed):
        self.office = self.office_of(f"field {seed}")
        self.team = replicas.make_team(self.office, self.rules_given, ROLES)
        self.records: list[str] = []
        self.sticks: list[bytes] = []
        self.written: set[str] = set()
        self.clones = 0

    def one(self, which):
        return self.team[which % len(self.team)]

    def wrote(self, stored):
        assert stored.id not in self.written
        self.written.add(stored.id)

    @rule(who=pick)
    def register(self, who):
        record = self.one(who).register()
        self.records.append(record)
        self.wrote(self.one(who).journal.entries_of(record)[0])

    @rule(who=pick, which=pick, field=st.sampled_from(["name", "rt", "note"]), value=st.sampled_from("abc"))
    def edit(self, who, which, field, value):
        if self.records:
            self.wrote(self.one(who).edit(self.records[which % len(self.records)], **{field: value}))

    @rule(who=pick, which=pick, code=st.sampled_from(["approve", "return"]))
    def decide(self, who, which, code):
        if self.records:
            with contextlib.suppress(NotAllowed):
                self.wrote(self.one(who).decide(self.records[which % len(self.records)], code))

    @rule(who=pick, limit=st.sampled_from([None, 1, 3]))
    def write_stick_for_office(self, who, limit):
        self.sticks.append(self.one(who).to_office(limit=limit).data)

    @rule(who=pick, whom=pick, limit=st.sampled_from([None, 1, 3]))
    def write_stick_for_member(self, who, whom, limit):
        if self.one(who).journal.membership.member(self.one(whom).member.id):
            self.sticks.append(self.one(who).to_member(self.one(whom), limit=limit).data)

    @rule(who=pick, which=pick)
    def merge_some_stick(self, who, which):
        if self.sticks:
            self.merge(self.one(who), self.sticks[which % len(self.sticks)])

    def merge(self, replica, data):
        to = inspect_head(data).to
        if replica.member.id in to or ("office" in to and replica.identity.office_identities):
            received = replica.merge(data)
            if received.receipt:
                self.wrote(received.receipt)

    @rule(who=pick, do_both_write=st.booleans())
    def clone(self, who, do_both_write):
        if self.clones < 2:
            self.clones += 1
            self.team.append(replicas.mirror(self.one(who)))
            if do_both_write:
                self.register(who % (len(self.team) - 1))
                self.register(len(self.team) - 1)

    @invariant()
    def every_replica_shows_what_its_entries_make(self):
        for replica in getattr(self, "team", []):
            assert replica.shown() == replica.folded()

    def teardown(self):
        if not hasattr(self, "team"):
            return
        for _ in range(12):
            before = [replica.dump() for replica in self.team]
            for giver in self.team:
                for taker in self.team:
                    if taker is not giver:
                        # By hand: the first meeting needs no invitation, and clones share one key.
                        self.introduce(giver, taker)
                        self.merge(taker, giver.to_member(taker).data)
            if [replica.dump() for replica in self.team] == before:
                break
        else:
            pytest.fail("they never come to rest")
        assert len(set(before)) == 1
        held = {stored.id for record in self.team[0].folded() for stored in self.team[0].journal.entries_of(record)}
        assert held == self.written
        for replica in self.team:
            assert replica.journal.missing() == {}
            replica.journal.rebuild()
            assert replica.dump() == before[0]
            replica.connection.close()

    @staticmethod
    def introduce(giver, taker):
        with giver.transaction():
            giver.journal.add_certificate(taker.member.certificate)


def test_replicas_agree_whatever_was_exchanged_in_whatever_order(office_of, rules):
    Field.office_of = staticmethod(office_of)
    Field.rules_given = rules
    run_state_machine_as_test(
        Field,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_any_split_order_and_repetition_of_the_segments_gives_the_same(office_of, rules, data):
    """Permute, repeat, split: the law of the merge, without any exchange around it."""
    office = office_of("split")
    writers = replicas.make_team(office, rules, ["enumerator", "enumerator", "supervisor"])
    one, two, supervisor = writers
    records = [one.register() for _ in range(3)]
    shared = replicas.bundle_of(office, one.identity, one.journal.segments_for({}, None))
    supervisor.merge(shared, with_receipt=False)
    for number, record in enumerate(records):
        one.edit(record, name=f"satu {number}")
        supervisor.edit(record, name=f"tiga {number}", note="lain")
        supervisor.decide(record)
    two.register()
    one.to_office()
    supervisor.to_office()
    two.to_office()
    segments = [segment for writer in writers for segment in writer.journal.segments_for({}, None)]
    unique = list({segment.signature: segment for segment in segments}.values())
    dumps = set()
    for _ in range(2):
        (reader,) = replicas.make_team(office, rules, ["supervisor"])
        heap = data.draw(st.permutations(unique + data.draw(st.lists(st.sampled_from(unique), max_size=3))))
        while heap:
            count = data.draw(st.integers(1, len(heap)))
            part, heap = heap[:count], heap[count:]
            reader.merge(replicas.bundle_of(office, one.identity, part), with_receipt=False)
        dumps.add(reader.dump())
    assert len(dumps) == 1
