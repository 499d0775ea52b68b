"""Chains that were cloned: both branches are kept, both count, and nothing of either is ever taken for delivered."""

import dataclasses

import replicas
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.payload import Payload


@st.composite
def trees(draw):
    """Branches of one chain: (the branch it left, after how many entries, how many entries of its own)."""
    branches = [(0, 0, draw(st.integers(1, 6)))]
    for number in range(draw(st.integers(0, 3))):
        parent = draw(st.integers(0, number))
        length = branches[parent][1] + branches[parent][2]
        branches.append((parent, draw(st.integers(0, length)), draw(st.integers(1, 4))))
    return branches


def grow(office, identity, tree):
    """The entries of each branch, from the first of the chain on."""
    root = office.pen(identity)
    states, lines = [{0: dataclasses.replace(root)}], []
    for parent, after, length in tree:
        pen = dataclasses.replace(states[parent if lines else 0][after])
        line = list(lines[parent][:after]) if lines else []
        kept = {n: pen for n, pen in states[parent if lines else 0].items() if n <= after}
        for _ in range(length):
            line.append(pen.write(office.record(), "new", {"name": "Contoh"}))
            kept[pen.n] = dataclasses.replace(pen)
        if lines:
            states.append(kept)
        else:
            states[0] = kept
        lines.append(line)
    return lines


def cut(draw, identity, line):
    """Segments over a branch, as several seals make them: some overlap, together they cover it."""
    segments, start = [], 0
    while start < len(line):
        end = draw(st.integers(start + 1, len(line)))
        first = max(0, start - draw(st.integers(0, 2)))
        segments.append(replicas.sealed_chain(identity, *line[first:end]))
        start = end
    return segments


def expected(stored):
    """What is held, worked out from the entries alone: each tip, and how far it reaches back without a gap."""
    by_id = {one.id: one.entry for one in stored}
    parents = {entry.p[:32] for entry in by_id.values()}
    spans = []
    for tip in by_id.keys() - parents:
        first = tip
        while by_id[first].p[:32] in by_id:
            first = by_id[first].p[:32]
        spans.append((by_id[first].n, by_id[tip].n, tip))
    return tuple(sorted(spans))


def is_forked(stored):
    by_number = {}
    for one in stored:
        by_number.setdefault(one.entry.n, {})[one.id] = one.entry
    if any(len(ids) > 1 for ids in by_number.values()):
        return True
    return any(
        n - 1 in by_number and entry.p[:32] not in by_number[n - 1]
        for n, ids in by_number.items()
        for entry in ids.values()
    )


def take(replica, segments):
    with replica.transaction():
        return replica.journal.merge_payload(Payload(at_ms=1, segments=tuple(segments)), replica.member.id)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_held_of_a_forked_chain_depends_on_its_entries_alone(office_of, rules, data):
    office = office_of("forks")
    (reader,) = replicas.make_team(office, rules, ["supervisor"])
    identity = office.founding.identity
    lines = grow(office, identity, data.draw(trees()))
    segments = [segment for line in lines for segment in cut(data.draw, identity, line)]
    by_signature = {one.id: one for line in lines for one in line}
    held = {}
    for segment in data.draw(st.permutations(segments)):
        take(reader, [segment])
        held.update({id_.hex(): by_signature[id_.hex()] for id_ in segment.ids()})
        chain = lines[0][0].entry.ch
        assert reader.journal.coverage().get(chain, ()) == expected(held.values())
        assert reader.journal.forked() == ((chain,) if is_forked(held.values()) else ())
        assert len(list(reader.journal.records("registration"))) == len(held)
    before = reader.journal.coverage()
    take(reader, segments)
    with reader.transaction():
        reader.journal.rebuild()
    assert reader.journal.coverage() == before


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_two_replicas_with_any_parts_of_a_forked_chain_bring_each_other_everything(office_of, rules, data):
    office = office_of("forks")
    pair = replicas.make_team(office, rules, ["supervisor", "supervisor"])
    identity = office.founding.identity
    lines = grow(office, identity, data.draw(trees()))
    segments = [segment for line in lines for segment in cut(data.draw, identity, line)]
    for segment in segments:
        for replica in data.draw(st.sampled_from([pair[:1], pair[1:], pair])):
            take(replica, [segment])
    for _ in range(4):
        for giver, taker in (pair, pair[::-1]):
            take(taker, giver.journal.segments_for(taker.journal.coverage(), None))
    assert pair[0].dump() == pair[1].dump()
    chain = lines[0][0].entry.ch
    assert pair[0].journal.coverage()[chain] == expected({one.id: one for line in lines for one in line}.values())
    for giver, taker in (pair, pair[::-1]):
        assert giver.journal.segments_for(taker.journal.coverage(), None) == []


def test_a_peer_that_holds_as_many_entries_of_another_branch_is_not_taken_to_hold_ours(office, rules):
    laptop, other = replicas.make_team(office, rules, ["supervisor", "supervisor"])
    pen = office.pen(office.founding.identity)
    stem = [pen.write(office.record(), "new", {"name": "Contoh"}) for _ in range(3)]
    twin = dataclasses.replace(pen)
    ours, theirs = (p.write(office.record(), "new", {"name": "Contoh"}) for p in (pen, twin))
    take(laptop, [replicas.sealed_chain(office.founding.identity, *stem, ours)])
    take(other, [replicas.sealed_chain(office.founding.identity, *stem, theirs)])
    lacking = laptop.journal.segments_for(other.journal.coverage(), None)
    assert [segment.last for segment in lacking] == [4]


def test_a_cloned_laptop_begins_a_new_chain_once_it_meets_its_twin_and_nothing_is_lost(office, rules):
    laptop, office_laptop = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    laptop.register()
    twin = replicas.mirror(laptop)
    mine, yours = laptop.register(), twin.register()
    (chain,) = laptop.journal.coverage()
    office_laptop.merge(laptop.to_office().data)
    assert office_laptop.journal.forked() == ()
    merged = office_laptop.merge(twin.to_office().data).merged
    assert merged.forked == (chain,)
    assert office_laptop.journal.record(mine).complete
    assert office_laptop.journal.record(yours).complete
    for replica in (laptop, twin):
        # Both are one member to the office, so the twin's branch may come with the next bundle only; that it exists
        # is told with the first.
        replica.merge(office_laptop.to_member(replica).data)
        written = replica.register()
        assert replica.journal.entries_of(written)[0].entry.ch != chain
        assert replica.journal.entries_of(written)[0].entry.n == 1
        office_laptop.merge(replica.to_office().data)
    for replica in (laptop, twin):
        replica.merge(office_laptop.to_member(replica).data)
    for replica in (laptop, twin):
        office_laptop.merge(replica.to_office().data)
        replica.merge(office_laptop.to_member(replica).data)
        assert replica.journal.forked() == (chain,)
        assert replica.journal.record(mine).complete
        assert replica.journal.record(yours).complete


def test_a_receipt_for_a_twins_entries_is_no_receipt_for_ours(office, rules):
    """The office confirms entry 2 of the chain; it is the twin's, so ours is still to be carried."""
    laptop, office_laptop = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    laptop.register()
    twin = replicas.mirror(laptop)
    laptop.register()
    twin.register()
    twin.register()
    office_laptop.merge(twin.to_office().data)
    back = office_laptop.to_member(laptop, limit=0)
    assert back.entries == 0
    laptop.merge(back.data)
    assert laptop.to_office().entries == 2
    laptop.merge(office_laptop.to_member(laptop).data)
    assert laptop.to_office().entries >= 1


def test_a_laptop_whose_peer_holds_more_of_its_chain_begins_a_new_one_before_it_writes(office, rules):
    """Set back to an older copy of its disk: the bundle says so even where it brings none of the lost entries."""
    laptop, office_laptop = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    laptop.register()
    older = replicas.mirror(laptop)
    lost = laptop.register()
    (chain,) = laptop.journal.coverage()
    office_laptop.merge(laptop.to_office().data)
    older.merge(office_laptop.to_member(laptop, limit=0).data)
    written = older.register()
    assert older.journal.entries_of(written)[0].entry.ch != chain
    office_laptop.merge(older.to_office().data)
    older.merge(office_laptop.to_member(older).data)
    assert older.journal.record(lost).complete
    assert older.journal.forked() == ()


def test_entries_of_a_twin_end_the_chain_here_even_when_nobody_says_what_it_holds(office, rules):
    laptop = replicas.make_team(office, rules, ["enumerator"])[0]
    laptop.register()
    twin = replicas.mirror(laptop)
    laptop.to_office()
    twin.register()
    twin.to_office()
    take(laptop, twin.journal.segments_for(laptop.journal.coverage(), None))
    (chain,) = laptop.journal.coverage()
    assert laptop.journal.forked() == ()
    written = laptop.register()
    assert laptop.journal.entries_of(written)[0].entry.ch != chain
    assert laptop.journal.forked() == ()


def test_a_member_who_writes_on_another_members_chain_forks_it_and_hides_nothing(office, rules):
    enumerator, spoiler, coordinator = replicas.make_team(office, rules, ["enumerator", "enumerator", "coordinator"])
    first = enumerator.register()
    (chain,) = enumerator.journal.coverage()
    pen = office.pen(spoiler.identity)
    pen.chain = chain
    spoilt = [pen.write(office.record(), "new", {"name": "Contoh"}) for _ in range(5)]
    data = replicas.bundle_of(office, spoiler.identity, [replicas.sealed_chain(spoiler.identity, *spoilt)])
    coordinator.merge(data)
    merged = coordinator.merge(enumerator.to_office().data).merged
    assert merged.new == 1
    assert coordinator.journal.record(first).complete
    assert coordinator.journal.forked() == (chain,)
    enumerator.merge(coordinator.to_member(enumerator).data)
    assert enumerator.to_office().entries == 0


def test_entries_that_a_clone_wrote_go_on_being_shown_as_known_when_merged_again(office, rules):
    laptop, office_laptop = replicas.make_team(office, rules, ["enumerator", "coordinator"])
    twin = replicas.mirror(laptop)
    for replica in (laptop, twin):
        for _ in range(2):
            replica.register()
    datas = [replica.to_office().data for replica in (laptop, twin)]
    assert [office_laptop.merge(data).merged.new for data in datas] == [2, 2]
    again = [office_laptop.merge(data).merged for data in datas]
    assert [(merged.new, merged.known, merged.touched) for merged in again] == [(0, 2, ()), (0, 2, ())]
