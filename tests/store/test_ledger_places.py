"""The ledger: every registration stands in exactly one place, and receipts prove the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.store import ledger
from fieldapp.store.drafts import Draft, save_all
from sync.coverage import Span

AREA = "64.71.05.1002"


def _not_carried(replica: Any, device: str) -> int:
    return replica.store.read(lambda c: ledger.tallies(c, device)).laptop_places[device]["not_carried"]


def _receipt(town, by, *stored) -> None:
    chains: dict[str, list[list[object]]] = {}
    for each in stored:
        chains.setdefault(each.entry.ch, []).append([each.entry.n, each.entry.n, each.id])
    town.write(by, None, "new", {"bundle": "b" * 32, "chains": chains}, type="receipt", scope="*")


def _first(town, record):
    return next(stored for stored in town.entries if stored.entry.r == record and stored.entry.k == "new")


def test_a_registration_walks_from_the_laptop_to_the_office(town, replica_of) -> None:
    records = [town.register("siti") for _ in range(5)]
    theirs = town.register("budi")
    replica = replica_of(town)
    device = town.member("siti").device

    def places(laptop=device):
        return dict(replica.store.read(lambda c: ledger.tallies(c, device)).laptop_places[laptop])

    assert places() == {"not_carried": 5}
    assert places(town.member("budi").device) == {"carried": 1}
    assert _not_carried(replica, device) == 5

    first, second, third = (_first(town, record) for record in records[:3])
    span = {first.entry.ch: (Span(first.entry.n, third.entry.n, third.id),)}
    replica.store.write(lambda c: ledger.remember_carried(c, "bundle", span, 5))
    assert places() == {"not_carried": 2, "carried": 3}

    # A member's word about the own chain proves nothing; an office's does.
    _receipt(town, "rina", first, second)
    town.lease(1, member=town.member("rina").id)
    town.decide("rina", records[0], "approve")
    town.decide("rina", records[4], "return", reason="foto")
    town.write("siti", records[3], "void", {"decision": "void", "reason": "dobel"})
    replica.receive(town.entries)
    assert places() == {"approved": 1, "merged": 1, "carried": 1, "void": 1, "returned": 1}
    assert _not_carried(replica, device) == 0
    tallies = replica.store.read(lambda c: ledger.tallies(c, device))
    assert tallies.area_states[AREA] == {"approved": 1, "submitted": 3, "void": 1, "returned": 1}
    assert sum(tallies.area_places[AREA].values()) == 6
    assert set().union(*tallies.area_places.values()) <= set(ledger.PLACES)
    assert replica.state(theirs) == "submitted"


def test_an_authors_own_receipt_does_not_prove_an_arrival(town, replica_of) -> None:
    town.join("kora", "coordinator", ("64.71.05",))
    record = town.register("kora")
    _receipt(town, "kora", _first(town, record))
    replica = replica_of(town)
    device = town.member("kora").device
    assert _not_carried(replica, device) == 1
    _receipt(town, "rina", _first(town, record))
    replica.receive(town.entries[-1:])
    assert _not_carried(replica, device) == 0


def test_receipts_are_kept_by_chain_and_member_and_show_what_is_lost(town, replica_of) -> None:
    chain = town.entries[0].entry.ch
    head = "a" * 32
    for spans in ([[1, 3, head]], [[4, 4, head], [9, 12, head]], [[2, 10, head]]):
        town.write("rina", None, "new", {"bundle": "b", "chains": {chain: spans}}, type="receipt", scope="*")
    town.write("tono", None, "new", {"bundle": "b", "chains": {chain: [[20, 21, head]]}}, type="receipt", scope="*")
    store = replica_of(town).store
    rina, tono = town.member("rina").id, town.member("tono").id
    assert store.read(ledger.acknowledged_by) == {chain: {rina: ((1, 12),), tono: ((20, 21),)}}
    assert store.read(lambda c: ledger.acknowledged(c)) == {chain: ((1, 12), (20, 21))}
    assert store.read(lambda c: ledger.acknowledged(c, besides=tono)) == {chain: ((1, 12),)}
    assert store.read(lambda c: ledger.not_held(c, {chain: ((1, 5), (7, 30))})) == {chain: ((6, 6),)}
    assert store.read(lambda c: ledger.not_held(c, {})) == {chain: ((1, 12), (20, 21))}


def test_a_receipt_that_cannot_be_read_acknowledges_nothing(town, replica_of) -> None:
    for chains in (
        {"x": [[1, 2, "a" * 32]]},
        {"a" * 32: [[5, 1, "a" * 32]]},
        {"a" * 32: [[1, 2]]},
        ["a"],
        None,
        {"a" * 32: "1-5"},
    ):
        town.write("rina", None, "new", {"bundle": "b", "chains": chains}, type="receipt", scope="*")
    assert replica_of(town).store.read(ledger.acknowledged_by) == {}


def test_drafts_are_counted_where_they_belong_and_corrections_only_once(town, replica_of) -> None:
    town.register("siti")
    replica = replica_of(town)
    device = town.member("siti").device
    many = [{"ktp_area": AREA}, {"ktp_area": 5}, {}, {"ktp_area": float("nan"), "name": "\ud800"}]
    drafts = [Draft(id=f"d{n}", member="m", values=v, started_ms=1, updated_ms=1) for n, v in enumerate(many)]
    drafts.append(Draft(id="fix", member="m", values={}, started_ms=1, updated_ms=1, edits="r"))
    replica.store.write(lambda c: save_all(c, drafts))
    tallies = replica.store.read(lambda c: ledger.tallies(c, device))
    assert tallies.laptop_places[device] == {"draft": 4, "not_carried": 1}
    assert tallies.area_places == {AREA: {"draft": 1, "not_carried": 1}, "": {"draft": 3}}


def test_a_record_without_its_beginning_is_named(town, replica_of) -> None:
    record = town.register("siti")
    edit = town.write("siti", record, "edit", {"name": "Baru"})
    replica = replica_of(town, [edit])
    assert replica.store.read(ledger.incomplete) == [(record, "registration", AREA)]


def test_of_two_branches_only_the_one_that_a_receipts_head_leads_back_to_has_arrived(town, replica_of) -> None:
    """A laptop and its clone write different people under the same numbers; the office has one of the branches."""
    town.register("siti")
    before = town.chain_of("siti")
    mine = [town.register("siti") for _ in range(2)]
    head = town.entries[-1]
    town.go_on("siti", before)
    theirs = [town.register("siti") for _ in range(2)]
    end = town.entries[-1]
    assert (head.entry.ch, head.entry.n) == (end.entry.ch, end.entry.n)
    replica = replica_of(town)
    device = town.member("siti").device

    def places():
        return dict(replica.store.read(lambda c: ledger.tallies(c, device)).laptop_places[device])

    chains = {end.entry.ch: [[1, end.entry.n, end.id]]}
    town.write("rina", None, "new", {"bundle": "b" * 32, "chains": chains}, type="receipt", scope="*")
    replica.receive(town.entries[-1:])
    assert places() == {"merged": 3, "not_carried": 2}
    span = {head.entry.ch: (Span(head.entry.n, head.entry.n, head.id),)}
    replica.store.write(lambda c: ledger.remember_carried(c, "bundle", span, 5))
    assert places() == {"merged": 3, "carried": 1, "not_carried": 1}
    for record in mine:
        town.decide("rina", record, "return", reason="foto")
    for record in theirs:
        town.decide("rina", record, "reject", reason="dobel")
    replica.receive(town.entries[-4:])
    assert places() == {"merged": 1, "returned": 2, "rejected": 2}


def test_a_receipt_for_what_is_not_known_here_proves_nothing_of_the_own_chain(town, replica_of) -> None:
    town.register("siti")
    town.register("budi")
    chains = {s.entry.ch: [[1, 9, "a" * 32]] for s in town.entries if s.entry.y == "registration"}
    town.write("rina", None, "new", {"bundle": "b" * 32, "chains": chains}, type="receipt", scope="*")
    replica = replica_of(town)
    siti, budi = (town.member(name).device for name in ("siti", "budi"))
    tallies = replica.store.read(lambda c: ledger.tallies(c, siti))
    # Of a chain that another laptop writes, an office may well hold more than this one.
    assert tallies.laptop_places == {siti: {"not_carried": 1}, budi: {"merged": 1}}


SPANS = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 8), st.integers(0, 7)), max_size=4)


class _TakeBack(Exception):
    """Leaves the replica as it was for the next example."""


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    whose=st.integers(0, 2),
    carried=SPANS,
    received=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 8), st.integers(0, 7), st.booleans()), max_size=4),
    decided=st.dictionaries(st.integers(0, 15), st.sampled_from(["approved", "frozen", "withdrawn", "has_issues"])),
)
def test_everybody_is_counted_where_looking_at_each_alone_finds_them(
    worked: Any, whose: int, carried: Any, received: Any, decided: Any
) -> None:
    town, replica, entries = worked
    members = [town.member(name) for name in ("siti", "budi", "rina")]
    device = members[whose].device

    def look(connection: Any) -> None:
        for own, first, more in carried:
            last = min(first + more, 8)
            span = Span(first, last, entries[own][last].id)
            ledger.remember_carried(connection, "paket", {entries[own][1].entry.ch: (span,)}, 5)
        for own, first, more, by_author in received:
            last = min(first + more, 8)
            connection.execute(
                "INSERT INTO acknowledged (receipt, by, chain, first, last, head) VALUES ('t', ?, ?, ?, ?, ?)",
                (
                    members[own if by_author else 2].id, entries[own][1].entry.ch, first, last,
                    entries[own][last].id,
                ),
            )  # fmt: skip
        ids = [entries[own][number].entry.r for own in (0, 1) for number in range(1, 9)]
        for place, state in decided.items():
            connection.execute("UPDATE registration SET state = ? WHERE id = ?", (state, ids[place]))
        expected: dict[str, Counter[str]] = {}
        who: dict[str, list[str]] = {}
        for index, record in enumerate(ids):
            own, number = divmod(index, 8)
            place = {"approved": "approved", "frozen": "approved", "withdrawn": "void"}.get(decided.get(index, ""))
            if place is None:
                arrived = any(o == own and not b and f <= number + 1 <= f + m for o, f, m, b in received)
                left = own != whose or any(o == own and f <= number + 1 <= f + m for o, f, m in carried)
                place = "merged" if arrived else "carried" if left else "not_carried"
            expected.setdefault(members[own].device, Counter())[place] += 1
            who.setdefault(place, []).append(record)
        assert ledger.tallies(connection, device).laptop_places == expected
        for place in ledger.PLACES[1:]:
            assert sorted(ledger.people(connection, device, place)) == sorted(who.get(place, []))
        raise _TakeBack

    try:
        replica.store.write(look)
    except _TakeBack:
        return


@pytest.fixture
def worked(town: Any, replica_of: Any) -> Any:
    """Eight registrations of each of two laptops, and the entries that begin them by their numbers."""
    for name in ("siti", "budi"):
        for _ in range(8):
            town.register(name)
    entries = [
        {s.entry.n: s for s in town.entries if s.entry.au == town.member(name).id and s.entry.y == "registration"}
        for name in ("siti", "budi")
    ]
    return town, replica_of(town), entries
