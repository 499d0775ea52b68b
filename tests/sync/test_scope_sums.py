"""Counts and sums for each scope: nothing that a replica should hold is missing without somebody hearing of it."""

import dataclasses
from typing import Any

import msgspec
import pytest
import replicas
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.bundle import inspect_head, seal
from sync.errors import Untrusted
from sync.exchange import merge_bundle
from sync.payload import Payload, pack, unpack
from sync.randomness import token
from sync.tally import MODULUS, NOTHING, PUBLIC, Said, Total, count_up, sum_of

AREA, OTHER = replicas.AREA, replicas.OTHER_AREA


@pytest.fixture
def team(office: Any, rules: Any) -> Any:
    """A laptop of one area, one of two areas, and an office that knows both and holds five people."""
    narrow, wide, coordinator = replicas.make_team(office, rules, ["enumerator", "enumerator:64.71", "coordinator"])
    for area in (AREA, OTHER, AREA):
        wide.register(area)
    narrow.register()
    for writer in (narrow, wide):
        coordinator.merge(writer.to_office().data)
    return narrow, wide, coordinator


def returned(coordinator: Any, replica: Any, **over: Any) -> Any:
    return replica.merge(coordinator.to_member(replica, **over).data)


def lose(replica: Any, entry: str) -> None:
    """A row that is gone, as a bad sector or a stranger's tool might leave it."""
    with replica.transaction():
        replica.connection.execute("DELETE FROM entry WHERE id = ?", (bytes.fromhex(entry),))


def entry_in(replica: Any, area: str, author: Any) -> Any:
    return next(
        stored
        for record in replica.journal.records("registration")
        for stored in replica.journal.entries_of(record.id)
        if stored.entry.s == area and stored.entry.au == author.member.id
    )


# -- agreement


def test_a_complete_bundle_for_a_member_says_how_much_there_is_of_each_of_its_scopes(team: Any) -> None:
    narrow, _, coordinator = team
    made = coordinator.to_member(narrow)
    assert "sums" in inspect_head(made.data).caps
    said = narrow.open(made.data).payload.said
    # Three people in the area, and the two receipts that the office wrote.
    assert {scope: total.entries for scope, total in said.scopes.items()} == {AREA: 3, PUBLIC: 2}
    assert narrow.merge(made.data).doubts == ()
    assert said.scopes == narrow.journal.sums.here((AREA,))
    assert narrow.journal.doubts.all() == ()


def test_a_bundle_cut_short_by_a_limit_and_one_for_the_office_say_nothing(team: Any) -> None:
    narrow, _, coordinator = team
    for made in (coordinator.to_member(narrow, limit=1), narrow.to_office()):
        assert "sums" not in inspect_head(made.data).caps
    assert narrow.open(coordinator.to_member(narrow, limit=1).data).payload.said is None


def test_what_only_one_side_can_know_is_no_difference(team: Any) -> None:
    """Own work that no bundle carried yet, another laptop's stick, an old bundle merged late."""
    narrow, wide, coordinator = team
    old = coordinator.to_member(narrow)
    returned(coordinator, narrow)
    narrow.register()
    narrow.edit(entry_in(narrow, AREA, wide).entry.r, note="belum dibawa")
    wide.register()
    with wide.transaction():
        wide.journal.add_certificate(narrow.member.certificate)
    narrow.merge(wide.to_member(narrow).data)
    for data in (coordinator.to_member(narrow).data, old.data):
        assert narrow.merge(data).doubts == ()


# -- what is missing is found


def test_a_lost_row_is_found_by_the_next_bundle_and_fetched_by_the_one_after(team: Any) -> None:
    narrow, wide, coordinator = team
    returned(coordinator, narrow)
    whole = narrow.folded()
    lost = entry_in(narrow, AREA, wide)
    lose(narrow, lost.id)
    assert narrow.journal.sums.lost() == {lost.entry.ch: ((lost.entry.n, lost.entry.n),)}
    (doubt,) = returned(coordinator, narrow).doubts
    assert doubt[:4] == (coordinator.member.id, AREA, 2, 3)
    assert narrow.journal.doubts.all() == (doubt,)
    coordinator.merge(narrow.to_office().data)
    assert returned(coordinator, narrow).doubts == ()
    assert narrow.journal.doubts.all() == ()
    assert narrow.journal.sums.lost() == {}
    assert narrow.folded() == narrow.shown() == whole
    said = narrow.journal.sums.said((AREA,))
    assert said.scopes == narrow.journal.sums.here((AREA,))


def test_a_lost_row_of_a_public_entry_is_found_too(team: Any) -> None:
    narrow, _, coordinator = team
    returned(coordinator, narrow)
    lose(narrow, next(narrow.journal.records("receipt")).history[0].id)
    assert [doubt.scope for doubt in returned(coordinator, narrow).doubts] == [PUBLIC]


def test_an_office_that_keeps_entries_back_as_outside_is_found_out(team: Any) -> None:
    """The bundle is genuine but for what it leaves out: it says of a person of the area that it lies outside."""
    narrow, wide, coordinator = team
    honest = coordinator.to_member(narrow)
    payload = narrow.open(honest.data).payload
    hidden = entry_in(coordinator, AREA, wide).entry
    kept = tuple(segment for segment in payload.segments if segment.ch != hidden.ch)
    outside = {**payload.outside, hidden.ch: ((1, 3),)}
    lie = dataclasses.replace(payload, segments=kept, outside=outside)
    data = seal(
        coordinator.identity,
        coordinator.programme,
        token(coordinator.office.random),
        (narrow.member.id,),
        [narrow.member.age_recipient],
        lie,
    )
    (doubt,) = narrow.merge(data).doubts
    assert narrow.journal.missing() == {}
    assert (doubt.scope, doubt.here, doubt.there) == (AREA, 1, 3)
    # It stands while nobody mends it, also when the same lie is told again.
    assert narrow.merge(data).doubts == (doubt._replace(at_ms=doubt.at_ms + 1000),)
    assert narrow.merge(honest.data).doubts == ()


def test_an_office_that_forgets_a_scope_of_its_member_is_found_out(team: Any) -> None:
    narrow, _, coordinator = team
    made = coordinator.to_member(narrow)
    payload = narrow.open(made.data).payload
    returned(coordinator, narrow)
    said = payload.said._replace(scopes={PUBLIC: payload.said.scopes[PUBLIC]})
    with narrow.transaction():
        changed = dataclasses.replace(payload, said=said)
        (doubt,) = narrow.journal.doubts.compare(coordinator.member.id, (AREA,), changed, 1)
    assert (doubt.scope, doubt.here, doubt.there) == (AREA, 3, 0)


def test_a_row_that_the_office_lost_shows_at_the_office_and_comes_back_after_a_rebuild(team: Any) -> None:
    narrow, _, coordinator = team
    returned(coordinator, narrow)
    lost = entry_in(coordinator, AREA, narrow)
    whole = coordinator.folded()
    lose(coordinator, lost.id)
    assert coordinator.journal.sums.lost() == {lost.entry.ch: ((lost.entry.n, lost.entry.n),)}
    with coordinator.transaction():
        coordinator.journal.rebuild()
    assert coordinator.journal.sums.lost() == {}
    narrow.merge(coordinator.to_member(narrow).data)
    coordinator.merge(narrow.to_office().data)
    assert {record: coordinator.folded()[record] for record in whole} == whole


def test_branches_of_a_forked_chain_are_counted_where_all_of_it_may_be_seen(team: Any) -> None:
    narrow, wide, coordinator = team
    single = replicas.make_team(coordinator.office, narrow.rules, ["enumerator"])[0]
    single.register()
    twin = replicas.mirror(single)
    for writer in (single, twin, wide, replicas.mirror(wide)):
        writer.register(AREA)
        coordinator.merge(writer.to_office().data)
    assert len(coordinator.journal.forked()) == 2
    made = coordinator.to_member(narrow)
    said = narrow.open(made.data).payload.said
    # The wide laptop's chain has a person of the other area between its branches and its beginning.
    assert len(said.without) == 1
    assert said.scopes[AREA].entries == 4
    assert narrow.merge(made.data).doubts == ()

    # A row lost from it leaves nobody to say which branch is meant; what is claimed is put right all the same.
    whole = narrow.folded()
    lose(narrow, entry_in(narrow, AREA, twin).id)
    assert returned(coordinator, narrow).doubts == ()
    assert narrow.journal.sums.lost() == {}
    coordinator.merge(narrow.to_office().data)
    returned(coordinator, narrow)
    assert narrow.folded() == narrow.shown()
    assert {record: narrow.folded()[record] for record in whole} == whole


def test_a_history_that_should_have_come_along_with_a_record_that_entered_is_missed(team: Any) -> None:
    narrow, wide, coordinator = team
    record = wide.register(OTHER)
    wide.edit(record, AREA, note="pindah")
    coordinator.merge(wide.to_office().data)
    returned(coordinator, narrow)
    lose(narrow, narrow.journal.entries_of(record)[0].id)
    (doubt,) = returned(coordinator, narrow).doubts
    assert (doubt.scope, doubt.there - doubt.here) == (AREA, 1)
    coordinator.merge(narrow.to_office().data)
    assert returned(coordinator, narrow).doubts == ()
    assert narrow.folded()[record] == coordinator.folded()[record]


def test_a_writer_who_does_not_know_that_a_record_entered_raises_no_alarm(team: Any, office: Any, rules: Any) -> None:
    """Somebody of the record's first area holds its history, and not the entry by which it entered the other one."""
    narrow, wide, coordinator = team
    (there,) = replicas.make_team(office, rules, [f"enumerator:{OTHER}"])
    record = wide.register(OTHER)
    coordinator.merge(wide.to_office().data)
    there.merge(coordinator.to_member_by_certificate(there))
    wide.edit(record, AREA, note="pindah")
    coordinator.merge(wide.to_office().data)
    returned(coordinator, narrow)
    assert len(narrow.journal.entries_of(record)) == 2
    assert narrow.merge(there.to_member_by_certificate(narrow)).doubts == ()


# -- the numbers themselves


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 2), st.binary(min_size=16, max_size=16)), max_size=20))
def test_a_sum_does_not_depend_on_the_order_and_counts_what_comes_twice(rows: list[tuple[int, int, bytes]]) -> None:
    placed = [(lane << 32 | 1, scope, id_) for lane, scope, id_ in rows]
    forwards, backwards = count_up(placed), count_up(reversed(placed))
    assert forwards == backwards
    for total in forwards.values():
        assert 0 <= total.sum < MODULUS
        # Under XOR an entry counted twice would vanish.
        assert total.plus(total).entries == 2 * total.entries
    assert sum(total.entries for total in forwards.values()) == len(rows)


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=20))
def test_ids_added_up_in_halves_make_the_sum_of_the_whole_numbers(ids: list[bytes]) -> None:
    assert sum_of(b"".join(ids)) == sum(int.from_bytes(id_, "big") for id_ in ids)


def test_two_unlike_sets_of_as_many_entries_have_unlike_sums() -> None:
    one, two, three = (bytes([value]) * 16 for value in (1, 2, 3))
    sums = {frozenset(ids): count_up((1, 1, id_) for id_ in ids)[0, 1] for ids in ((one, two), (two, three))}
    assert len(set(sums.values())) == 2
    assert NOTHING.plus(Total(1, MODULUS - 1)).plus(Total(1, 1)) == Total(2, 0)


def test_a_merge_that_is_taken_back_takes_its_counts_back(team: Any) -> None:
    narrow, _, coordinator = team
    before = narrow.journal.sums.said((AREA,))
    data = coordinator.to_member(narrow).data
    with pytest.raises(RuntimeError), narrow.transaction():  # noqa: PT012 - the transaction is what is tested
        merge_bundle(narrow.journal, data, narrow.author, random=narrow.office.random)
        raise RuntimeError
    assert narrow.journal.sums.said((AREA,)) == before


@settings(max_examples=50)
@given(st.data())
def test_sums_survive_being_written_and_read(office_of: Any, data: Any) -> None:
    scopes = data.draw(
        st.dictionaries(
            st.sampled_from(["*", AREA, OTHER, PUBLIC]),
            st.builds(Total, st.integers(0, 2**40), st.integers(0, MODULUS - 1)),
        )
    )
    payload = Payload(at_ms=1, said=Said(scopes, dict.fromkeys(scopes, 3), ("ab" * 16,)))
    assert unpack(pack(payload)) == payload


@pytest.mark.parametrize(
    "sums",
    [
        {"entered": {}, "scopes": {AREA: [1]}, "without": []},
        {"entered": {}, "scopes": {AREA: [1, "ab"]}, "without": []},
        {"entered": {}, "scopes": {}, "without": ["x"]},
        {"entered": {AREA: -1}, "scopes": {}, "without": []},
        {"scopes": {}, "without": []},
        1,
    ],
)
def test_sums_of_another_shape_make_a_bundle_damaged(sums: Any) -> None:
    text = zstandard.decompress(pack(Payload(at_ms=1)))
    top = {**msgspec.json.decode(text), "sums": sums}
    with pytest.raises(Untrusted, match="bundle_damaged"):
        unpack(zstandard.compress(msgspec.json.encode(top) + b"\n"))


def test_the_total_of_a_scope_is_another_one_after_every_entry_that_can_change_its_records(office, rules):
    coordinator = replicas.make_team(office, rules, ["coordinator:64.71.05"])[0]
    here, there, third = "64.71.05.1001", "64.71.05.1002", "64.71.05.1003"

    def totals():
        return coordinator.journal.sums.by_scope()

    first = coordinator.register(here)
    coordinator.register(there)
    coordinator.register(third)
    before = totals()
    assert set(before) == {here, there, third}
    # An edit that is written elsewhere takes the record along: both scopes have to be looked at, the third has not.
    coordinator.edit(first, scope=there, name="Contoh Pindah")
    moved = totals()
    assert {scope for scope in moved if moved[scope] != before[scope]} == {here, there}
    coordinator.edit(first, scope=there, name="Contoh Lagi")
    again = totals()
    assert {scope for scope in again if again[scope] != moved[scope]} == {here, there}
    coordinator.register(third)
    assert {scope for scope, total in totals().items() if total != again[scope]} == {third}
