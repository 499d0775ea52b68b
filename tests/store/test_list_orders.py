"""Lists of row numbers: any filter in any order says the same as looking at every row in Python."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain import risk
from fieldapp.domain.review import STATES, DecisionHead
from fieldapp.domain.settling import decision_dispute
from fieldapp.store import open_pairs, queries
from fieldapp.store.errors import GivenUp
from fieldapp.store.queries import Filter
from fieldapp.store.rows import name_key, unpack_heads
from fieldapp.store.store import Reading

AREAS = ("64.71.05.1001", "64.71.05.1002", "64.71.05.1003")
NAMES = (
    "Siti Contoh",
    "SITI contoh",
    "Budi [/x] Rekaan",
    "Ébène Contoh",
    "Zul",
    "1 Contoh",
    "",
    "أمينة Dua",
    "a" * 300,
)


@pytest.fixture
def people(town, replica_of):
    """A store of some people with every kind of trouble, and all of its rows."""
    for number in range(36):
        overrides = {"nik_sex_differs": "KTP lama"} if number % 5 == 0 else None
        extra = {"overrides": overrides} if overrides else {}
        fields = {
            "name": NAMES[number % len(NAMES)],
            "nik": f"64710101018{number % 7:02d}9001"[:16] if number % 4 else None,
            "categories": [["difabel"], ["nelayan", "ojek"], []][number % 3],
            "submitted_at": f"2026-01-{number % 9 + 1:02d}T00:00:00Z",
            **extra,
        }
        kept = {key: value for key, value in fields.items() if value is not None}
        town.write(("siti", "budi")[number % 2], None, "new", kept, scope=AREAS[number % 3])
    ids = [entry.entry.r for entry in town.entries if entry.entry.y == "registration"]
    seen = list(town.entries)
    for place, record in enumerate(ids):
        if place % 6 == 0:
            town.write("siti", record, "edit", {"name": f"Nama {place}"}, knowing=seen)
            town.write("budi", record, "edit", {"name": f"Lain {place}", "birth_date": "1900-01-01"}, knowing=seen)
        if place % 7 == 0:
            town.decide("rina", record, ("return", "reject", "approve")[place % 3], reason="x")
        if place % 9 in (0, 1):
            # Decided and taken out by two who did not know of each other: alike, unlike, beside a change.
            known = list(town.entries)
            for name, code in (("rina", "approve"), ("tono", ("approve", "reject")[place % 2])):
                town.write(name, record, "decide", {"decision": code}, knowing=known)
        if place % 12 == 0:
            town.write("rina", record, "void", {"reason": "x"}, knowing=seen)
    replica = replica_of(town)
    return replica, replica.store.read(lambda c: queries.rows(c, queries.ids(c)))


filters = st.builds(
    Filter,
    states=st.none() | st.sets(st.sampled_from(STATES), max_size=4),
    area=st.sampled_from([None, "*", "64.71", "64.71.05", *AREAS, "64.71.05.100"]),
    category=st.sampled_from([None, None, "ojek", "nelayan", "oje"]),
    text=st.sampled_from([None, None, "siti", "s", "contoh si", "zul", "a", "tidak ada", "[/x]"]),
    conflicting=st.booleans(),
    disputed=st.booleans(),
    duplicated=st.booleans(),
    explained=st.booleans(),
    faulty=st.booleans(),
    alike=st.booleans(),
)
oddities = st.dictionaries(
    st.integers(1, 36),
    st.sets(st.sampled_from(["covers", "cover_near", "near_duplicates"]), min_size=1).map(risk.mask),
    max_size=9,
)


def _is_disputed(row: queries.Row, heads: tuple[DecisionHead, ...]) -> bool:
    at_odds = row.state == "has_issues" and decision_dispute(heads) is not None
    return row.is_live and (bool(row.conflicts) or at_odds)


def _keeps(wanted: Filter, row: queries.Row, heads: tuple[DecisionHead, ...]) -> bool:
    words = name_key(wanted.text).split() if wanted.text else []
    own = name_key(row.name).split()
    area = wanted.area
    return all(
        (
            wanted.states is None or row.state in wanted.states,
            area in (None, "*", row.scope) or row.scope.startswith(f"{area}."),
            wanted.category is None or wanted.category in row.categories,
            not wanted.text or (bool(words) and all(any(one.startswith(word) for one in own) for word in words)),
            not wanted.conflicting or bool(row.conflicts),
            not wanted.disputed or _is_disputed(row, heads),
            not wanted.duplicated or row.duplicate_count > 0,
            not wanted.alike or row.duplicate_count > 0,
            not wanted.explained or row.override_count > 0,
            not wanted.faulty or bool(row.errors),
        )
    )


ROAD = {state: place for place, state in enumerate(STATES)}


def _key(order: str, row: queries.Row, beside: dict[int, int]) -> tuple[object, ...]:
    name = name_key(row.name).encode()
    return {
        "id": (row.id,),
        "name": (name, row.id),
        "submitted_at": (row.submitted_at, row.id),
        "area": (row.scope, name, row.id),
        "state": (ROAD[row.state], name, row.id),
        "risk": (-(row.risk | beside.get(row.number, 0)), row.submitted_at, row.id),
    }[order]


def test_any_filter_in_any_order_is_what_looking_at_every_row_finds(people) -> None:
    replica, everyone = people
    packed = replica.store.read(lambda c: dict(c.execute("SELECT rid, decision_heads FROM registration").fetchall()))
    heads = {number: unpack_heads(text) for number, text in packed.items()}
    assert sum(_is_disputed(row, heads[row.number]) for row in everyone if not row.conflicts) > 2

    @settings(max_examples=250, deadline=None)
    @given(filters, st.sampled_from(["id", "name", "submitted_at", "area", "state", "risk"]), st.booleans(), oddities)
    def check(wanted: Filter, order: queries.Order, reverse: bool, beside: dict[int, int]) -> None:
        kept = [row for row in everyone if _keeps(wanted, row, heads[row.number])]
        found = sorted(kept, key=lambda row: _key(order, row, beside))
        if reverse:
            found.reverse()
        want = [row.number for row in found]

        def read(connection):
            whole = queries.numbers(connection, wanted, order, reverse=reverse, beside=beside)
            first = queries.numbers(connection, wanted, order, reverse=reverse, beside=beside, limit=5)
            return list(whole), list(first), [row.id for row in queries.rows_at(connection, whole)]

        assert replica.store.read(read) == (want, want[:5], [row.id for row in found])

    check()


def test_many_hits_are_found_along_the_index_and_few_by_their_numbers_alike(people, monkeypatch) -> None:
    replica, everyone = people
    wanted = Filter(text="contoh")
    few = replica.store.read(lambda c: queries.numbers(c, wanted))
    monkeypatch.setattr(queries, "_FEW_HITS", 0)
    assert replica.store.read(lambda c: queries.numbers(c, wanted)) == few
    assert len(few) == sum("contoh" in name_key(row.name) for row in everyone)


def test_no_list_reads_the_wide_table(people) -> None:
    replica, _everyone = people

    def plans(connection):
        for order in ("name", "submitted_at", "area", "state"):
            inner, arguments = queries._ordered(connection, Filter(states=["submitted"], faulty=True), order)
            yield " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {inner}", arguments))

    for plan in replica.store.read(lambda c: list(plans(c))):
        assert "USING COVERING INDEX registration_listed" in plan


def test_ids_come_back_from_numbers_and_numbers_from_ids(people) -> None:
    replica, everyone = people
    ids = [row.id for row in everyone][::-1]
    numbers = replica.store.read(lambda c: queries.numbers_of(c, [*ids, "nobody"]))
    assert replica.store.read(lambda c: queries.ids_at(c, [numbers[one] for one in ids])) == ids


def test_counts_by_area_and_by_enumerator(people) -> None:
    replica, everyone = people
    counts = dict(replica.store.read(lambda c: queries.counted(c, "scope")))
    assert counts == {area: sum(row.scope == area for row in everyone) for area in AREAS}
    assert sum(count for _, count in replica.store.read(lambda c: queries.counted(c, "registered_by"))) == len(everyone)


def test_pairs_that_wait_are_nobodys_in_a_store_without_pairs(people) -> None:
    replica, everyone = people
    assert replica.store.read(open_pairs.waiting) == {}
    assert replica.store.read(lambda c: open_pairs.waiting(c, [row.number for row in everyone])) == {}


ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_reading_that_is_given_up_stops_and_its_connection_goes_on_to_others(store) -> None:
    reading, begun, told = Reading(), threading.Event(), []

    def ask() -> None:
        def work(connection) -> None:
            begun.set()
            connection.execute(ENDLESS).fetchone()

        try:
            store.read(work, reading)
        except GivenUp:
            told.append("given up")

    asking = threading.Thread(target=ask)
    asking.start()
    assert begun.wait(10)
    while asking.is_alive():
        # Between two statements there is nothing to interrupt, so once may be too early.
        reading.give_up()
        asking.join(0.01)
    assert told == ["given up"]
    assert store.read(lambda c: c.execute("SELECT 1").fetchone()) == (1,)


def test_a_reading_given_up_before_it_began_asks_nothing(store) -> None:
    reading = Reading()
    reading.give_up()
    with pytest.raises(GivenUp):
        store.read(lambda c: pytest.fail("asked"), reading)


def test_a_reading_given_up_after_its_end_stops_nobody_else(store) -> None:
    reading = Reading()
    assert store.read(lambda c: 1, reading) == 1

    def read(connection) -> int:
        reading.give_up()
        return connection.execute("SELECT count(*) FROM json_each('[1, 2]')").fetchone()[0]

    assert store.read(read) == 2
