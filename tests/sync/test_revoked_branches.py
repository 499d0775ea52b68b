"""A revoked member who still has the key writes under old numbers: what no head leads back to does not count."""

import itertools
import json

import pytest
import replicas

from sync.entry import SIZE_LIMIT
from sync.payload import Payload
from sync.segment import Segment, signed_bytes
from sync.vouching import Vouching

AREA, OTHER = "64.71.05.1001", "64.71.05.1002"


@pytest.fixture
def cast(office, rules):
    """An enumerator, an office, and an administrator."""
    return replicas.make_team(office, rules, ["enumerator", "coordinator", "admin"])


def take(replica, segments, *authors):
    certificates = tuple(author.member.certificate for author in authors)
    with replica.transaction():
        return replica.journal.merge_payload(
            Payload(at_ms=1, segments=tuple(segments), certificates=certificates), replica.member.id
        )


def sealed(replica, author=None):
    """What this member sealed, a segment at a time."""
    replica.to_office()
    author = author or replica.member
    return [segment for segment in replica.journal.segments_for({}, None) if segment.author == author.id]


def revoke(admin, member, **without):
    fields = admin.journal.revocation_of(member.id, "laptop hilang")
    fields = {name: value for name, value in fields.items() if name not in without}
    return admin.change(admin.journal.new_record(admin.author), "new", fields, "*", type="revocation")


def registrations(replica):
    return {record.id for record in replica.journal.records("registration")}


def codes(replica):
    return sorted(held.code for held in replica.journal.quarantine())


def work(enumerator, *sizes, scope=AREA):
    """Registrations, sealed so many at a time."""
    made = []
    for size in sizes:
        made += [enumerator.register(scope) for _ in range(size)]
        enumerator.to_office()
    return made


@pytest.fixture
def stolen(cast):
    """Two entries are sealed when the disk is cloned, two more reach the office; then the thief writes three."""
    enumerator, coordinator, admin = cast
    honest = work(enumerator, 2)
    thief = replicas.mirror(enumerator)
    honest += work(enumerator, 2)
    thief.now_ms -= 3_000_000
    forged = work(thief, 1, 2)
    take(admin, sealed(enumerator), enumerator)
    revoke(admin, enumerator.member)
    return enumerator, thief, coordinator, admin, honest, forged


def test_another_branch_below_the_cut_off_does_not_count(stolen):
    enumerator, thief, coordinator, admin, honest, _ = stolen
    take(coordinator, [*sealed(enumerator), *sealed(admin)], enumerator)
    take(coordinator, sealed(thief))
    assert registrations(coordinator) == set(honest)
    assert codes(coordinator) == ["member_revoked"] * 3
    assert coordinator.shown() == coordinator.folded()
    coordinator.journal.rebuild()
    assert registrations(coordinator) == set(honest)


def test_a_branch_that_came_first_gives_way_when_the_revocation_comes(stolen):
    enumerator, thief, coordinator, admin, honest, forged = stolen
    take(coordinator, sealed(thief), enumerator)
    assert registrations(coordinator) == {*honest[:2], *forged}
    take(coordinator, sealed(admin))
    # The way back from the head is not here yet; what the named segments hold is known at once.
    assert registrations(coordinator) == set(honest[:2])
    take(coordinator, sealed(enumerator))
    assert registrations(coordinator) == set(honest)
    assert coordinator.shown() == coordinator.folded()


@pytest.mark.parametrize("without", [(), ("segments",)])
def test_order_changes_nothing_and_what_cannot_be_decided_waits(stolen, office, rules, without):
    """Every order of the segments; with `segments` not named only the entries' own bytes prove anything."""
    enumerator, thief, _, admin, honest, _ = stolen
    if without:
        (admin,) = replicas.make_team(office, rules, ["admin"])
        take(admin, sealed(enumerator), enumerator)
        revoke(admin, enumerator.member, **dict.fromkeys(without))
    early, late = sealed(enumerator)
    parts = [[early], [late], [s for s in sealed(thief) if s.first > 2], sealed(admin)]
    dumps = set()
    for order in itertools.permutations(range(4)):
        (reader,) = replicas.make_team(office, rules, ["supervisor"])
        for number in order:
            take(reader, parts[number], enumerator)
            assert reader.shown() == reader.folded()
            done = order[: order.index(number) + 1]
            if without and 3 in done and 1 not in done:
                assert registrations(reader) == set()
        assert registrations(reader) == set(honest)
        dumps.add(reader.dump())
    assert len(dumps) == 1


def test_a_list_of_hashes_that_puts_a_forgery_before_the_head_proves_nothing(stolen):
    """The author can sign a false list of hashes: only the head's own bytes name what comes before it."""
    enumerator, thief, coordinator, admin, honest, _ = stolen
    head = sealed(enumerator)[-1]
    third = next(segment for segment in sealed(thief) if segment.first == 3)
    both = third.hashes[:32] + head.hashes[32:]
    lie = Segment(third.author, third.ch, 3, 4, third.prev, both, b"", (third.bodies[0], None))
    lie = Segment(
        *(getattr(lie, name) for name in Segment.__slots__[:6]), thief.identity.sign(signed_bytes(lie)), lie.bodies
    )
    for parts in ([[lie], sealed(enumerator), sealed(admin)], [sealed(enumerator), sealed(admin), [lie]]):
        reader = replicas.Replica(coordinator.office, (coordinator.identity, coordinator.member), coordinator.rules)
        for part in parts:
            take(reader, part, enumerator)
        assert registrations(reader) == set(honest)
        assert codes(reader) == ["member_revoked"]


def test_who_holds_one_area_keeps_what_counts_there_and_takes_no_forgery(office, rules):
    """A supervisor decides in two areas in turn and is revoked: a laptop of one area cannot follow the bodies."""
    here, there, supervisor, coordinator, admin = replicas.make_team(
        office, rules, [f"enumerator:{AREA}", f"enumerator:{OTHER}", "supervisor", "coordinator", "admin"]
    )
    records = [here.register(AREA), there.register(OTHER)]
    for each in (here, there):
        take(supervisor, sealed(each), each)
    for turn in range(3):
        if turn == 2:
            thief = replicas.mirror(supervisor)
        for record, area in zip(records, (AREA, OTHER), strict=True):
            supervisor.change(record, "comment", {"text": str(turn)}, area)
        supervisor.to_office()
    thief.decide(records[0], "approve")
    everything = [*sealed(here), *sealed(there), *sealed(supervisor)]
    for each in (admin, coordinator):
        take(each, everything, here, there, supervisor)
    revoke(admin, supervisor.member)
    take(coordinator, sealed(admin))
    take(coordinator, sealed(thief, supervisor.member))
    here.merge(coordinator.to_member_by_certificate(here))
    record = here.journal.record(records[0])
    assert len(record.comments) == 3
    assert not record.decisions
    assert codes(here) == ["member_revoked"]
    assert here.journal.record(records[1]) is None


def test_both_branches_of_an_honest_clone_count_when_the_office_had_both(cast):
    enumerator, coordinator, admin = cast
    made = work(enumerator, 2)
    twin = replicas.mirror(enumerator)
    twin.now_ms += 500
    made += work(enumerator, 1) + work(twin, 2)
    take(admin, [*sealed(enumerator), *sealed(twin)], enumerator)
    revoke(admin, enumerator.member)
    take(coordinator, [*sealed(admin), *sealed(twin), *sealed(enumerator)], enumerator)
    assert registrations(coordinator) == set(made)
    assert codes(coordinator) == []


def test_what_was_sealed_otherwise_than_the_office_has_it_counts_by_its_own_bytes(cast, office, rules):
    """A clone seals once more what was not sealed when the disk was copied, in other portions."""
    enumerator, coordinator, admin = cast
    made = [enumerator.register() for _ in range(3)]
    twin = replicas.mirror(enumerator)
    with twin.transaction():
        twin.journal.seal(twin.identity)
    made += work(enumerator, 1)
    take(admin, sealed(enumerator), enumerator)
    revoke(admin, enumerator.member)
    take(coordinator, [*sealed(twin), *sealed(admin)], enumerator)
    assert codes(coordinator) == ["member_revoked"] * 3
    take(coordinator, sealed(enumerator))
    assert registrations(coordinator) == set(made)


def test_a_colleague_who_writes_on_the_chain_takes_nothing_out_of_the_revocation(cast, office, rules):
    enumerator, coordinator, admin = cast
    made = work(enumerator, 2)
    (colleague,) = replicas.make_team(office, rules, ["enumerator"])
    pen = office.pen(colleague.identity, AREA, chain=sealed(enumerator)[0].ch)
    forged = pen.write(office.record(), "new", {"name": "Rampas"})
    take(admin, [replicas.sealed_chain(colleague.identity, forged)], colleague)
    take(admin, sealed(enumerator), enumerator)
    revoke(admin, enumerator.member)
    take(coordinator, [*sealed(enumerator), *sealed(admin)], enumerator)
    assert registrations(coordinator) == set(made)


def test_nobody_has_so_many_chains_and_branches_that_a_revocation_cannot_be_written(cast):
    enumerator, _, admin = cast
    pens = [enumerator.office.pen(enumerator.identity, AREA) for _ in range(12)]
    segments = []
    for number, pen in enumerate(pens):
        written = [pen.write(enumerator.office.record(), "new", {"a": 1}) for _ in range(1 + number % 3)]
        segments += [replicas.sealed_chain(enumerator.identity, one) for one in written]
    take(admin, segments, enumerator)
    vouching = Vouching(admin.journal._chains, admin.journal._log)
    for limit in range(60):
        cut = vouching.cut_off(enumerator.member.id, limit)
        assert sum(len(ids) + 1 for ids in cut.heads.values()) + sum(map(len, cut.segments.values())) <= limit
        assert cut.chains.keys() == cut.heads.keys() >= cut.segments.keys()
        assert sorted(cut.chains.values(), reverse=True) == list(cut.chains.values())
    assert len(cut.chains) == 12
    assert sum(map(len, cut.segments.values())) == len(segments)
    most = {f"{n:032x}": [f"{n:032x}"] for n in range(4000)}
    fields = {"chains": dict.fromkeys(most, 2**32 - 1), "heads": most, "segments": {}}
    assert len(json.dumps(fields)) < SIZE_LIMIT * 3 // 4


def test_a_merge_taken_back_takes_back_what_it_proved(stolen, office, rules):
    enumerator, _, coordinator, _, _, _ = stolen
    (strict,) = replicas.make_team(office, rules, ["admin"])
    take(strict, sealed(enumerator), enumerator)
    revoke(strict, enumerator.member, segments=None)
    early, late = sealed(enumerator)
    take(coordinator, [early, *sealed(strict)], enumerator)
    before = coordinator.dump()
    coordinator.connection.execute("BEGIN")
    coordinator.journal.merge_payload(Payload(at_ms=1, segments=(late,)), coordinator.member.id)
    assert len(registrations(coordinator)) == 4
    coordinator.connection.execute("ROLLBACK")
    assert coordinator.dump() == before
    assert codes(coordinator) == ["member_revoked"] * 2
