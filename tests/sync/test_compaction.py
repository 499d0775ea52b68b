"""Laptops that let go of replaced values: nothing that anybody sees depends on them, and what is needed comes back."""

import contextlib
import json
from typing import Any

import pytest
import replicas
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sync.errors import NotAllowed
from sync.fold import fold

AREA, OTHER = replicas.AREA, replicas.OTHER_AREA
pick = st.integers(0, 10**6)


def compact(replica: Any) -> int:
    with replica.transaction():
        count: int = replica.journal.attic.compact()
        return count


def dropped(replica: Any, record: str) -> list[str]:
    return [stored.entry.k for stored in replica.journal.entries_of(record) if stored.is_dropped]


def exchange(laptop: Any, coordinator: Any) -> None:
    coordinator.merge(laptop.to_office().data)
    laptop.merge(coordinator.to_member(laptop).data)


@pytest.fixture
def pair(office: Any, rules: Any) -> Any:
    """A laptop and an office, and a record that was changed twice since it was written, all of it at both."""
    laptop, coordinator = replicas.make_team(office, rules, ["enumerator:64.71", "coordinator"])
    record = laptop.register(name="Nama Lama", rt="001", rw="001")
    laptop.edit(record, name="Nama Tengah", rt="002", rw="002")
    laptop.edit(record, name="Nama Kini", rt="003", rw="003")
    exchange(laptop, coordinator)
    return laptop, coordinator, record


# -- the rule: whatever comes before and after, nobody sees a difference


class Attic(RuleBasedStateMachine):
    """A laptop that lets go of values at any moment, beside an office and a laptop that may be cloned or revoked."""

    office_of: Any = None
    rules_given: Any = None

    @initialize(seed=st.integers(0, 50))
    def begin(self, seed: int) -> None:
        office = self.office_of(f"attic {seed}")
        roles = ["enumerator:64.71", "enumerator:64.71", "coordinator", "admin"]
        self.laptop, self.other, self.coordinator, self.admin = replicas.make_team(office, self.rules_given, roles)
        self.team = [self.laptop, self.other, self.coordinator]
        for giver in (*self.team, self.admin):
            for taker in self.team:
                with giver.transaction():
                    giver.journal.add_certificate(taker.member.certificate)
        self.records: list[str] = []
        self.written: dict[str, Any] = {}
        self.is_revoked = False

    def keep(self, replica: Any, write: Any) -> None:
        with contextlib.suppress(NotAllowed):
            stored = write()
            self.written[stored.id] = stored

    @rule(who=pick)
    def register(self, who: int) -> None:
        replica = self.team[who % len(self.team)]
        with contextlib.suppress(NotAllowed):
            self.records.append(replica.register())
            (stored,) = replica.journal.entries_of(self.records[-1])
            self.written[stored.id] = stored

    @rule(who=pick, which=pick, names=st.sets(st.sampled_from(["name", "rt", "rw", "note"]), min_size=1), value=pick)
    def edit(self, who: int, which: int, names: set[str], value: int) -> None:
        if self.records:
            replica, record = self.team[who % len(self.team)], self.records[which % len(self.records)]
            self.keep(replica, lambda: replica.edit(record, **{name: str(value % 3) for name in names}))

    @rule(which=pick, who=pick, kind=st.sampled_from(["comment", "void"]))
    def annotate(self, which: int, who: int, kind: str) -> None:
        if self.records:
            replica, record = self.team[who % len(self.team)], self.records[which % len(self.records)]
            self.keep(replica, lambda: replica.change(record, kind, {"text": kind}))

    @rule(who=st.integers(0, 1), is_back=st.booleans())
    def carry(self, who: int, is_back: bool) -> None:
        replica = self.team[who]
        self.merge(self.coordinator, replica.to_office().data)
        if is_back and not (self.is_revoked and replica is self.other):
            self.merge(replica, self.coordinator.to_member(replica).data)

    def merge(self, replica: Any, data: bytes) -> None:
        receipt = replica.merge(data).receipt
        if receipt:
            self.written[receipt.id] = receipt

    @rule()
    def hand_over_directly(self) -> None:
        if not self.is_revoked:
            self.merge(self.laptop, self.other.to_member(self.laptop).data)

    @rule()
    def compact(self) -> None:
        compact(self.laptop)

    @rule()
    def clone_the_other(self) -> None:
        if len(self.team) == 3:
            self.team.append(replicas.mirror(self.other))

    @rule(which=pick)
    def carry_the_clone(self, which: int) -> None:
        for clone in self.team[3:]:
            self.merge(self.coordinator, clone.to_office().data)

    @rule()
    def revoke_the_other(self) -> None:
        """Nothing that the office has of it counts any more: what it replaced comes back."""
        if not self.is_revoked:
            self.is_revoked = True
            fields = self.admin.journal.membership.revocation_of(self.other.member.id, "hilang", {})
            (stored,) = self.admin.write(
                replicas.Change(
                    record=self.admin.journal.new_record(self.admin.author),
                    type="revocation",
                    scope="*",
                    kind="new",
                    fields=fields,
                )
            )
            self.written[stored.id] = stored
            self.merge(self.coordinator, self.admin.to_office().data)

    @invariant()
    def the_laptop_shows_what_all_entries_it_ever_held_make(self) -> None:
        if not hasattr(self, "laptop"):
            return
        membership, rules = self.laptop.journal.membership, self.rules_given
        assert self.laptop.shown() == self.laptop.folded()
        for record_id in self.laptop.folded():
            record = self.laptop.journal.record(record_id)
            held = self.laptop.journal.entries_of(record_id)
            whole = fold(record_id, [self.written[stored.id] for stored in held], rules, membership)
            if record.dropped:
                assert not record.complete
                assert record.digest == whole.digest
            else:
                assert replicas.picture(record) == replicas.picture(whole)
            shown = {stored.id for heads in whole.heads.values() for stored in heads}
            assert record.dropped == {stored.id for stored in held if stored.is_dropped} & shown

    def teardown(self) -> None:
        if hasattr(self, "laptop"):
            for _ in range(3):
                self.carry(0, True)
            folded = self.laptop.folded()
            assert folded == self.coordinator.folded()
            assert all(not self.laptop.journal.record(record).dropped for record in folded)
            assert self.laptop.journal.sums.here(("64.71",)) == self.coordinator.journal.sums.here(("64.71",))
            assert self.laptop.journal.doubts.all() == ()
            for replica in (*self.team, self.admin):
                replica.connection.close()


def test_whatever_is_let_go_at_any_cut_changes_nothing_that_anybody_sees(office_of: Any, rules: Any) -> None:
    Attic.office_of = staticmethod(office_of)
    Attic.rules_given = rules
    run_state_machine_as_test(
        Attic,
        settings=settings(
            max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# -- what is let go, and what is not


def test_values_that_were_replaced_and_acknowledged_leave_the_file(pair: Any) -> None:
    laptop, _, record = pair
    before = laptop.dump()
    assert compact(laptop) == 2
    assert dropped(laptop, record) == ["new", "edit"]
    assert laptop.dump() == before
    old = [stored for stored in laptop.journal.entries_of(record) if stored.is_dropped]
    assert all(set(stored.entry.f.values()) == {None} for stored in old)
    assert [sorted(stored.entry.f) for stored in old] == [["name", "rt", "rw"]] * 2
    rows = laptop.connection.execute("SELECT dictionary, body FROM entry").fetchall()
    assert not [body for dictionary, body in rows if dictionary < 0 and b"Nama" in bytes(body)]
    assert compact(laptop) == 0


def test_what_no_office_is_known_to_hold_stays(office: Any, rules: Any) -> None:
    laptop, other, coordinator = replicas.make_team(
        office, rules, ["enumerator:64.71", "enumerator:64.71", "coordinator"]
    )
    record = laptop.register()
    laptop.edit(record, name="Kini", rt="009", rw="009")
    assert compact(laptop) == 0
    # Another laptop that has it is no office.
    with laptop.transaction():
        laptop.journal.add_certificate(other.member.certificate)
    other.merge(laptop.to_member(other).data)
    with other.transaction():
        other.journal.add_certificate(laptop.member.certificate)
    laptop.merge(other.to_member(laptop).data)
    assert compact(laptop) == 0
    # The office has it, but the laptop did not hear of that yet.
    coordinator.merge(laptop.to_office().data)
    assert compact(laptop) == 0
    laptop.merge(coordinator.to_member(laptop).data)
    assert compact(laptop) == 1


def test_an_office_member_who_was_revoked_vouches_for_nothing(office: Any, rules: Any) -> None:
    laptop, coordinator, admin = replicas.make_team(office, rules, ["enumerator:64.71", "coordinator", "admin"])
    record = laptop.register()
    laptop.edit(record, name="Kini", rt="009", rw="009")
    exchange(laptop, coordinator)
    with admin.transaction():
        admin.journal.add_certificate(coordinator.member.certificate)
        admin.journal.add_certificate(laptop.member.certificate)
    fields = admin.journal.membership.revocation_of(coordinator.member.id, "keluar", {})
    admin.change(office.record(), "new", fields, "*", type="revocation")
    laptop.merge(admin.to_member(laptop).data)
    assert compact(laptop) == 0


def test_entries_that_still_show_something_stay_whole(office: Any, rules: Any) -> None:
    laptop, coordinator = replicas.make_team(office, rules, ["enumerator:64.71", "coordinator"])
    record = laptop.register(note="tetap")
    laptop.edit(record, name="Kini", rt="009", rw="009")
    coordinator.register(record=office.record())
    laptop.change(record, "comment", {"text": "catatan"})
    exchange(laptop, coordinator)
    assert compact(laptop) == 0
    assert laptop.journal.record(record).values["note"] == "tetap"


# -- what travels


def test_what_was_let_go_is_neither_asked_for_nor_offered(pair: Any, office: Any, rules: Any) -> None:
    laptop, coordinator, record = pair
    have = laptop.journal.coverage()
    compact(laptop)
    assert laptop.journal.coverage() == have
    coordinator.merge(laptop.to_office().data)
    back = coordinator.to_member(laptop)
    assert back.entries == 0
    assert laptop.merge(back.data).doubts == ()
    # Whoever lacks everything gets from this laptop what it still has, and no empty shells for ever after.
    (stranger,) = replicas.make_team(office, rules, ["enumerator:64.71"])
    with laptop.transaction():
        laptop.journal.add_certificate(stranger.member.certificate)
    received = stranger.merge(laptop.to_member(stranger).data)
    assert [stored.entry.f["name"] for stored in stranger.journal.entries_of(record)] == ["Nama Kini"]
    assert received.merged.missing == {}
    with stranger.transaction():
        stranger.journal.add_certificate(laptop.member.certificate)
    laptop.merge(stranger.to_member(laptop).data)
    assert laptop.to_member(stranger).segments == 0
    coordinator.merge(stranger.to_office().data)
    stranger.merge(coordinator.to_member(stranger).data)
    assert stranger.folded()[record] == coordinator.folded()[record]


def test_a_laptop_that_becomes_one_of_the_office_gets_back_what_it_let_go(pair: Any, office: Any, rules: Any) -> None:
    laptop, coordinator, record = pair
    compact(laptop)
    identities = (office.founding.office_identity,)
    laptop.identity, laptop.member = office.join(role="coordinator", scopes=["64.71"], office_identities=identities)
    laptop.author = replicas.Author(laptop.identity, laptop.device, laptop.author.clock, 1)
    with laptop.transaction():
        laptop.journal.add_certificate(laptop.member.certificate)
    said = laptop.open_own().have
    (chain,) = {stored.entry.ch for stored in laptop.journal.entries_of(record)}
    assert [(span.first, span.last) for span in said[chain]] == [(3, 3)]
    coordinator.merge(laptop.to_office().data)
    laptop.merge(coordinator.to_member(laptop).data)
    assert dropped(laptop, record) == []
    assert laptop.dump() == coordinator.dump()


# -- what comes back


def test_a_value_brought_back_by_a_revocation_is_fetched_and_the_record_incomplete_until_then(
    office: Any, rules: Any
) -> None:
    laptop, other, coordinator, admin = replicas.make_team(
        office, rules, ["enumerator:64.71", "enumerator:64.71", "coordinator", "admin"]
    )
    record = laptop.register(name="Pertama")
    exchange(laptop, coordinator)
    other.merge(coordinator.to_member_by_certificate(other))
    other.edit(record, name="Kedua", rt="009", rw="009")
    coordinator.merge(other.to_office().data)
    exchange(laptop, coordinator)
    assert compact(laptop) == 1
    with admin.transaction():
        admin.journal.add_certificate(other.member.certificate)
        admin.journal.add_certificate(laptop.member.certificate)
    fields = admin.journal.membership.revocation_of(other.member.id, "hilang", {})
    admin.change(office.record(), "new", fields, "*", type="revocation")
    laptop.merge(admin.to_member(laptop).data)
    coordinator.merge(admin.to_office().data)
    assert laptop.folded()[record]["complete"] is False
    assert laptop.shown()[record]["complete"] is False
    with pytest.raises(NotAllowed, match="record_incomplete"):
        laptop.edit(record, name="Ketiga")
    exchange(laptop, coordinator)
    assert laptop.folded()[record] == laptop.shown()[record] == coordinator.folded()[record]
    assert laptop.folded()[record]["values"]["name"] == "Pertama"
    assert laptop.folded()[record]["complete"] is True


def test_the_history_of_a_record_comes_back_when_it_is_asked_for(pair: Any) -> None:
    laptop, coordinator, record = pair
    compact(laptop)
    with laptop.transaction():
        assert laptop.journal.attic.ask_for(record) == 2
    exchange(laptop, coordinator)
    assert dropped(laptop, record) == []
    assert [stored.entry.f["name"] for stored in laptop.journal.entries_of(record)] == [
        "Nama Lama",
        "Nama Tengah",
        "Nama Kini",
    ]
    assert laptop.dump() == coordinator.dump()


def test_a_rebuild_changes_nothing_about_what_was_let_go(pair: Any) -> None:
    laptop, coordinator, record = pair
    compact(laptop)
    with laptop.transaction():
        laptop.journal.attic.ask_for(record)
    before = laptop.dump()
    with laptop.transaction():
        laptop.journal.rebuild()
    assert laptop.dump() == before
    exchange(laptop, coordinator)
    assert dropped(laptop, record) == []


def test_an_entry_that_comes_again_unasked_stays_as_short_as_it_is(pair: Any) -> None:
    laptop, coordinator, record = pair
    bundle = coordinator.to_member_by_certificate(laptop)
    compact(laptop)
    assert laptop.merge(bundle).merged.new == 0
    assert len(dropped(laptop, record)) == 2


def test_a_compaction_that_is_taken_back_lets_nothing_go(pair: Any) -> None:
    laptop, _, record = pair
    before = json.dumps(laptop.dump())
    with pytest.raises(RuntimeError), laptop.transaction():  # noqa: PT012 - the transaction is what is tested
        laptop.journal.attic.compact()
        raise RuntimeError
    assert dropped(laptop, record) == []
    assert json.dumps(laptop.dump()) == before
