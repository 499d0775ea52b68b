"""What goes into a bundle for whom: by proof of what they hold, and no further than their areas."""

import pytest
import replicas

from sync.clock import Clock
from sync.coverage import numbers_of, without
from sync.entry import decode
from sync.errors import NotAllowed, NotFound, Untrusted
from sync.exchange import merge_newcomer_payload, payload_for_newcomer
from sync.fold import Rules
from sync.journal import Author, Change
from sync.members import claim, open_invitation
from sync.payload import unpack
from sync.randomness import token

AREA, OTHER = replicas.AREA, replicas.OTHER_AREA


@pytest.fixture
def rules(rules):
    def may(member, entry, origin):
        if entry.y in ("setting", "revocation"):
            return None if member.role == "admin" else "role_not_allowed"
        if entry.y == "receipt":
            return None if member.role != "enumerator" else "role_not_allowed"
        return rules.may(member, entry, origin)

    return Rules(group_of=rules.group_of, may=may, office_roles=rules.office_roles)


@pytest.fixture
def trio(office, rules):
    return replicas.make_team(office, rules, ["enumerator", "coordinator", "supervisor"])


def types(replica, type_):
    return list(replica.journal.records(type_))


# -- receipts


def test_a_receipt_comes_back_and_what_it_proves_is_not_carried_again(trio):
    enumerator, coordinator, _ = trio
    for _ in range(3):
        enumerator.register()
    first = enumerator.to_office()
    assert (first.entries, first.to, first.is_all) == (3, ("office",), True)
    # Nothing came back yet, so the next stick carries everything again: nothing is remembered as sent.
    assert enumerator.to_office().entries == 3
    receipt = coordinator.merge(first.data).receipt
    assert receipt.entry.f["bundle"] == first.bundle
    (chain,) = enumerator.journal.coverage()
    assert receipt.entry.f["chains"] == {chain: [[1, 3, enumerator.journal.coverage()[chain][0].head]]}
    back = coordinator.to_member(enumerator)
    assert enumerator.merge(back.data).merged.new_receipts == 1
    assert enumerator.to_office().entries == 0
    enumerator.register()
    assert enumerator.to_office().entries == 1


def test_only_members_of_office_roles_confirm_and_only_what_is_new(trio):
    enumerator, coordinator, _ = trio
    enumerator.register()
    data = enumerator.to_office().data
    assert coordinator.merge(data).receipt
    assert coordinator.merge(data).receipt is None
    assert enumerator.merge(coordinator.to_member(enumerator).data).receipt is None


def test_two_offices_stop_confirming_each_other(trio):
    enumerator, coordinator, supervisor = trio
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    supervisor.merge(coordinator.to_member_by_certificate(supervisor))
    for _ in range(5):
        supervisor.merge(coordinator.to_member(supervisor).data)
        coordinator.merge(supervisor.to_member(coordinator).data)
    assert coordinator.to_member(supervisor).entries == 0
    assert supervisor.to_member(coordinator).entries == 0
    # One for the enumerator's bundle, one for the coordinator's; none for a receipt.
    assert len(types(coordinator, "receipt")) == len(types(supervisor, "receipt")) == 2
    assert coordinator.dump() == supervisor.dump()


def test_a_receipt_that_makes_no_sense_proves_nothing_and_stops_nobody(trio, office):
    enumerator, coordinator, _ = trio
    enumerator.register()
    enumerator.merge(coordinator.to_member_by_certificate(enumerator))
    pen = office.pen(coordinator.identity, scope="*")
    odd = [
        pen.write(office.record(), "new", fields, y="receipt")
        for fields in ({}, {"chains": 1}, {"chains": {"x": []}}, {"chains": {"a" * 32: [[1, 2]]}})
    ]
    data = replicas.bundle_of(
        office,
        coordinator.identity,
        [replicas.sealed_chain(coordinator.identity, *odd)],
        recipients=[enumerator.member.age_recipient],
    )
    assert enumerator.merge(data).merged.new == 4
    assert enumerator.to_office().entries >= 1


def test_a_receipt_by_somebody_who_may_not_write_one_proves_nothing(trio, office, rules):
    enumerator, _, supervisor = trio
    (other,) = replicas.make_team(office, rules, ["enumerator"])
    enumerator.register()
    pen = office.pen(other.identity, scope="*")
    have = {chain: [list(span) for span in spans] for chain, spans in enumerator.journal.coverage().items()}
    forged = pen.write(office.record(), "new", {"bundle": "a" * 32, "chains": have}, y="receipt")
    data = replicas.bundle_of(
        office,
        other.identity,
        [replicas.sealed_chain(other.identity, forged)],
        recipients=[enumerator.member.age_recipient],
    )
    assert enumerator.merge(data).merged.quarantined == 1
    assert enumerator.journal.known_of(other.member.id) == {}
    assert enumerator.to_office().entries >= 1
    assert supervisor.shown() == {}


# -- what a member showed to hold


def test_the_latest_bundle_of_a_member_outweighs_its_older_receipts(trio):
    """The office's laptop was set back; its next bundle says so, and what it lost is offered again."""
    enumerator, coordinator, _ = trio
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    older = replicas.mirror(coordinator)
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    enumerator.merge(coordinator.to_member(enumerator).data)
    chain = chain_of(enumerator)
    known = enumerator.journal.known_of(coordinator.member.id)
    assert numbers_of(known[chain]) == ((1, 2),)
    assert enumerator.to_office().entries == 0

    older.now_ms = coordinator.now_ms + 60_000
    enumerator.merge(older.to_member(enumerator).data)
    known = enumerator.journal.known_of(coordinator.member.id)
    assert numbers_of(known[chain]) == ((1, 1),)
    older.merge(enumerator.to_office().data)
    assert len(types(older, "registration")) == 2


def test_a_bundle_outweighs_the_receipts_it_covers_whatever_the_clock_says(trio):
    """The office's clock was set back by a day between its receipt and its bundle."""
    enumerator, coordinator, _ = trio
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    enumerator.merge(coordinator.to_member(enumerator).data)
    me = coordinator.member.id
    chain = chain_of(enumerator)
    have = {chain: spans for chain, spans in coordinator.journal.coverage().items() if chain != chain_of(enumerator)}
    with enumerator.transaction():
        enumerator.journal.remember_peer(me, have, at_ms=coordinator.now_ms - 86_400_000)
    assert chain not in enumerator.journal.known_of(me)
    with enumerator.transaction():
        enumerator.journal.remember_peer(me, {}, at_ms=coordinator.now_ms - 86_400_000)
    assert chain in enumerator.journal.known_of(me)


def chain_of(replica):
    return next(chain for chain, (by, _) in replica.journal.chains().items() if by == replica.member.id)


def test_what_only_a_revoked_office_member_holds_is_carried_again(trio, office, rules):
    enumerator, coordinator, supervisor = trio
    (admin,) = replicas.make_team(office, rules, ["admin"])
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    enumerator.merge(coordinator.to_member(enumerator).data)
    assert enumerator.to_office().entries == 0
    with admin.transaction():
        for replica in trio:
            admin.journal.add_certificate(replica.member.certificate)
    fields = admin.journal.membership.revocation_of(coordinator.member.id, "laptop hilang", {})
    admin.change(office.record(), "new", fields, "*", type="revocation")
    enumerator.merge(admin.to_member(enumerator).data)
    supervisor.merge(enumerator.to_office().data)
    assert len(types(supervisor, "registration")) == 1


def test_what_one_colleague_decided_is_in_an_offices_bundle_until_all_of_them_have_it(trio, office, rules):
    enumerator, coordinator, supervisor = trio
    (other,) = replicas.make_team(office, rules, ["supervisor"])
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    for colleague in (supervisor, other):
        colleague.merge(coordinator.to_office().data)
    for colleague in (supervisor, other):
        coordinator.merge(colleague.to_office().data)
    met = supervisor.register()
    coordinator.merge(supervisor.to_office().data)
    bundle = coordinator.to_office().data
    other.merge(bundle)
    assert met in {record.id for record in types(other, "registration")}
    for each in (supervisor, other):
        coordinator.merge(each.to_office().data)
    brought = supervisor.merge(coordinator.to_office().data).merged
    assert brought.known == 0, "what all of them hold is not carried again"
    assert enumerator.merge(coordinator.to_member(enumerator).data)
    assert enumerator.to_office().entries == 0, "a laptop need not know that all of the office has its work"


def test_certificates_that_the_receiver_showed_to_know_stay_at_home_but_for_the_authors(trio, office, rules):
    enumerator, coordinator, supervisor = trio
    other = replicas.make_team(office, rules, ["enumerator"])[0]
    for replica in (enumerator, other):
        replica.register()
        coordinator.merge(replica.to_office().data)
    first = coordinator.to_member_by_certificate(supervisor)
    assert {enumerator.member, other.member} <= {*supervisor.open(first).members}
    supervisor.merge(first)
    coordinator.merge(supervisor.to_member(coordinator).data)
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    second = supervisor.open(coordinator.to_member(supervisor).data)
    assert other.member not in second.members
    assert {enumerator.member, coordinator.member} <= {*second.members}
    assert supervisor.merge(coordinator.to_member(supervisor).data).merged.new >= 1


def test_a_laptop_set_back_to_before_it_knew_an_author_takes_in_what_that_author_wrote(trio):
    """The giver remembers what the laptop knew before; the bundle must not count on it."""
    enumerator, coordinator, supervisor = trio
    older = replicas.mirror(supervisor)
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    supervisor.merge(coordinator.to_member_by_certificate(supervisor))
    coordinator.merge(supervisor.to_member(coordinator).data)
    written = enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    older.merge(coordinator.to_member(supervisor).data)
    assert older.journal.record(written).complete


def test_a_limit_sends_in_pieces_and_says_that_there_is_more(trio):
    enumerator, coordinator, _ = trio
    for _ in range(5):
        enumerator.register()
        enumerator.to_office()
    assert enumerator.to_office(limit=0).entries == 0
    brought = []
    for _ in range(10):
        out = enumerator.to_office(limit=2)
        brought.append(coordinator.merge(out.data).merged.new)
        enumerator.merge(coordinator.to_member(enumerator).data)
        if out.is_all:
            break
    assert brought == [2, 2, 1]
    assert coordinator.journal.missing() == {}


# -- areas


@pytest.fixture
def two_areas(office, rules):
    """A coordinator with one chain about two areas, entry by entry in turn, and an enumerator of each."""
    here, there, coordinator = replicas.make_team(
        office, rules, [f"enumerator:{AREA}", f"enumerator:{OTHER}", "coordinator"]
    )
    records = []
    for enumerator, area in ((here, AREA), (there, OTHER)):
        records.append(enumerator.register(area, name=f"Rahasia {area}"))
        coordinator.merge(enumerator.to_office().data)
    for _ in range(2):
        for record, area in zip(records, (AREA, OTHER), strict=True):
            coordinator.change(record, "comment", {"text": f"Catatan {area}"}, area)
    return here, there, coordinator, records


def test_a_return_bundle_holds_what_the_member_may_read_and_hashes_of_the_rest(two_areas):
    here, there, coordinator, (record, other) = two_areas
    opened = here.open(coordinator.to_member(here).data)
    bodies = [body for segment in opened.payload.segments for body in segment.bodies if body is not None]
    assert {decode(body).r for body in bodies} & {record, other} == {record}
    assert any(segment.withheld for segment in opened.payload.segments)
    assert not any(segment.author == there.member.id for segment in opened.payload.segments)
    merged = here.merge(coordinator.to_member(here).data).merged
    assert merged.missing == {}
    assert here.journal.missing() == {}
    assert len(here.journal.record(record).comments) == 2
    assert here.journal.record(other) is None


def test_a_record_goes_by_the_area_it_began_in_wherever_its_editor_sits(two_areas, office):
    here, _, coordinator, (record, _) = two_areas
    coordinator.change(record, "comment", {"text": "Dari kota"}, "64.71")
    here.merge(coordinator.to_member(here).data)
    assert len(here.journal.record(record).comments) == 3


def test_nobody_moves_a_record_into_an_area_by_an_older_beginning_there(office, rules):
    """Somebody of two areas dates a second beginning in the other one before the first: both count."""
    here, there, wide, coordinator = replicas.make_team(
        office, rules, [f"enumerator:{AREA}", f"enumerator:{OTHER}", f"enumerator:{AREA}+{OTHER}", "coordinator"]
    )
    record = here.register(AREA, name="Rahasia")
    wide.now_ms -= 3_000_000
    wide.register(OTHER, record=record, name="Rampas")
    for each in (here, wide):
        coordinator.merge(each.to_office().data)
    assert len([s for s in coordinator.journal.record(record).history if s.entry.k == "new"]) == 2
    there.merge(coordinator.to_member_by_certificate(there))
    # Who wrote in the other area is read there, and nothing of what was written here.
    assert [stored.entry.au for stored in there.journal.entries_of(record)] == [wide.member.id]
    assert "Rahasia" not in str(there.folded())
    here.merge(coordinator.to_member(here).data)
    assert here.journal.record(record).scope == AREA
    assert len(here.journal.record(record).history) == 2


def test_whole_segments_about_other_areas_are_told_of_and_are_no_gaps(two_areas):
    here, _, coordinator, (record, other) = two_areas
    for _ in range(2):
        for about, area in ((other, OTHER), (record, AREA)):
            coordinator.change(about, "comment", {"text": f"Lagi {area}"}, area)
            coordinator.to_office()
        out = coordinator.to_member(here)
        assert here.merge(out.data).merged.missing == {}
        assert here.journal.missing() == {}
    chain = chain_of(coordinator)
    assert len(here.journal.coverage()[chain]) > 1
    # A shorter list in a later bundle takes nothing back of what was told before.
    here.merge(coordinator.to_member(here, limit=0).data)
    assert here.journal.missing() == {}


def test_what_is_withheld_under_a_signature_is_no_gap_even_when_nobody_speaks_of_it(two_areas, office):
    here, _, coordinator, _ = two_areas
    opened = here.open(coordinator.to_member(here).data)
    silent = replicas.bundle_of(
        office,
        coordinator.identity,
        opened.payload.segments,
        certificates=coordinator.journal.membership.certificates(),
        recipients=[here.member.age_recipient],
    )
    assert here.merge(silent).merged.missing == {}
    assert here.journal.missing() == {}


def test_an_area_already_told_to_be_outside_is_not_sent_again_and_again(two_areas):
    here, _, coordinator, _ = two_areas
    here.merge(coordinator.to_member(here).data)
    coordinator.merge(here.to_office().data)
    again = coordinator.to_member(here)
    assert (again.entries, again.segments) == (0, 0)


def test_a_wider_bundle_fills_in_what_was_withheld(two_areas, office):
    here, _, coordinator, (_, other) = two_areas
    here.merge(coordinator.to_member(here).data)
    wide = replicas.bundle_of(
        office,
        coordinator.identity,
        coordinator.journal.segments_for(here.journal.coverage(), None),
        recipients=[here.member.age_recipient],
        certificates=coordinator.journal.membership.certificates(),
    )
    merged = here.merge(wide).merged
    assert (merged.missing, merged.forked) == ({}, ())
    assert len(here.journal.record(other).comments) == 2
    assert here.dump() == coordinator.dump()


def test_a_narrow_replica_passes_on_what_it_has_and_the_rest_is_filled_in_by_others(two_areas, office, rules):
    """From the enumerator come entries with holes; from the coordinator the same segments whole."""
    here, _, coordinator, (record, other) = two_areas
    (supervisor,) = replicas.make_team(office, rules, ["supervisor"])
    here.merge(coordinator.to_member(here).data)
    narrow = replicas.bundle_of(
        office,
        here.identity,
        here.journal.segments_for({}, None),
        certificates=coordinator.journal.membership.certificates(),
    )
    supervisor.merge(narrow, with_receipt=False)
    assert len(supervisor.journal.record(record).comments) == 2
    assert supervisor.journal.record(other) is None
    lacking = coordinator.journal.segments_for(supervisor.journal.coverage(), None)
    assert lacking
    whole = replicas.bundle_of(
        office, coordinator.identity, lacking, certificates=coordinator.journal.membership.certificates()
    )
    supervisor.merge(whole, with_receipt=False)
    assert supervisor.dump() == coordinator.dump()


def test_everybody_gets_what_is_public(two_areas, office, rules):
    here = two_areas[0]
    (admin,) = replicas.make_team(office, rules, ["admin"])
    setting = office.record()
    admin.change(setting, "new", {"quota": 100}, "*", type="setting")
    with admin.transaction():
        admin.journal.add_certificate(here.member.certificate)
    here.merge(admin.to_member(here).data)
    assert here.journal.record(setting).values == {"quota": 100}


def test_no_bundle_is_made_for_strangers_or_for_those_shut_out(trio, office, rules):
    enumerator, coordinator, _ = trio
    with pytest.raises(NotFound, match="member_unknown"):
        coordinator.to_member(enumerator)
    (admin,) = replicas.make_team(office, rules, ["admin"])
    with admin.transaction():
        admin.journal.add_certificate(enumerator.member.certificate)
    fields = admin.journal.membership.revocation_of(enumerator.member.id, "laptop hilang", {})
    admin.change(office.record(), "new", fields, "*", type="revocation")
    with pytest.raises(NotAllowed, match="member_revoked"):
        admin.to_member(enumerator)


# -- joining, copies, restored laptops


def test_a_newcomer_works_offline_from_the_invitation_alone(office, rules):
    (admin,) = replicas.make_team(office, rules, ["admin"])
    setting = office.record()
    admin.change(setting, "new", {"quota": 100}, "*", type="setting")
    admin.register(AREA, name="Bukan untuk undangan")
    with admin.transaction():
        packed = payload_for_newcomer(admin.journal, admin.identity, admin.now_ms)
    invitation = open_invitation(office.invitation(payload=lambda _: packed), "4711")
    identity, certificate = claim(invitation, token(office.random), replicas.START_MS, office.random)
    member = office.membership.add(certificate)
    newcomer = replicas.Replica(office, (identity, member), rules)
    with newcomer.transaction():
        merged = merge_newcomer_payload(newcomer.journal, invitation.payload, admin.member.id, newcomer.now_ms)
    assert (merged.new, merged.by, merged.missing) == (1, admin.member.id, {})
    assert newcomer.journal.record(setting).values == {"quota": 100}
    assert types(newcomer, "registration") == []
    record = newcomer.register()
    merged = admin.merge(newcomer.to_office().data).merged
    assert merged.members == (member.id,)
    assert admin.journal.record(record).complete


def test_a_payload_of_an_invitation_is_checked_like_any_other(office, rules, trio):
    (admin,) = replicas.make_team(office, rules, ["admin"])
    admin.register()
    with admin.transaction():
        packed = payload_for_newcomer(admin.journal, admin.identity, admin.now_ms)
    assert unpack(packed).segments == ()
    newcomer = trio[0]
    before = newcomer.rows()
    for data in (packed[:-4], b"", b"{}"):
        with pytest.raises(Untrusted, match="bundle_damaged"):
            merge_newcomer_payload(newcomer.journal, data, admin.member.id, 0)
    assert newcomer.rows() == before


def test_a_copy_for_safekeeping_goes_on_in_a_new_chain_and_loses_nothing(trio):
    """The copy leaves out where own chains go on; entries that were never sealed are sealed by whoever has the copy."""
    enumerator, coordinator, _ = trio
    record = enumerator.register()
    copy = replicas.mirror(enumerator)
    copy.connection.execute("DELETE FROM own_chain")
    lost = enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    written = copy.register()
    assert copy.journal.entries_of(written)[0].entry.n == 1
    coordinator.merge(copy.to_office().data)
    copy.merge(coordinator.to_member(copy).data)
    assert coordinator.journal.forked() == copy.journal.forked() == ()
    for replica in (copy, coordinator):
        assert {found.id for found in types(replica, "registration")} == {record, lost, written}
    # All of it is proved: nothing of the old chain is offered again.
    coordinator.merge(copy.to_office().data)
    copy.merge(coordinator.to_member(copy).data)
    assert copy.to_office().entries == 0


def test_a_clock_that_reads_a_bundle_writes_after_it_but_is_not_dragged_away(trio, office):
    enumerator, coordinator, supervisor = trio
    enumerator.now_ms = replicas.START_MS + 7_200_000
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    ahead = coordinator.author.clock.last[0] - coordinator.now_ms
    assert 0 < ahead <= 600_000 + 1
    supervisor.author = Author(supervisor.identity, supervisor.device, Clock(lambda: replicas.START_MS), 1)
    supervisor.merge(enumerator.to_office().data)
    assert supervisor.author.clock.last[0] <= replicas.START_MS + 600_000


def test_a_member_reads_its_own_older_bundle_without_harm(trio):
    enumerator, coordinator, _ = trio
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    own = coordinator.to_office()
    received = coordinator.merge(own.data)
    assert (received.merged.new, received.receipt) == (0, None)
    coordinator.write(
        Change(record=coordinator.office.record(), type="registration", scope=AREA, kind="new", fields={"a": "b"})
    )
    assert coordinator.journal.forked() == ()
    assert len([chain for chain, (by, _) in coordinator.journal.chains().items() if by == coordinator.member.id]) == 1


# -- what a bundle brings, and how far its merge is


def test_a_bundle_says_which_numbers_it_brings_and_what_is_withheld_is_not_among_them(trio):
    enumerator, coordinator, _ = trio
    enumerator.register()
    coordinator.merge(enumerator.to_office().data)
    coordinator.register(scope=OTHER)
    coordinator.register()
    back = coordinator.to_member(enumerator)
    enumerator.merge(back.data)
    held = enumerator.journal.coverage()
    for chain, ranges in back.brought.items():
        assert not without(ranges, numbers_of(held[chain]))
    (own,) = [chain for chain, (author, _) in coordinator.journal.chains().items() if author == coordinator.member.id]
    # The one of another area is only listed, so the bundle stands for more than it brings.
    assert without(numbers_of(back.carried[own]), back.brought[own])


def test_the_merge_of_a_bundle_tells_how_far_it_is_and_is_taken_back_by_whoever_stops_it(trio):
    enumerator, coordinator, _ = trio
    for _ in range(2):
        enumerator.register()
        made = enumerator.to_office()
    told = []

    def stop(done, total):
        told.append((done, total))
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        coordinator.merge(made.data, tell=stop)
    assert told == [(0, 2), (1, 2)]
    assert coordinator.journal.coverage() == {}
    assert coordinator.merge(made.data).merged.new == 2
