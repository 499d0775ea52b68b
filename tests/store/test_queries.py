"""Lists: filters, orders and pages say the same wherever they are asked."""

from __future__ import annotations

from fieldapp.domain.review import PENDING_STATES
from fieldapp.domain.risk import reasons
from fieldapp.store import charges, queries
from fieldapp.store.drafts import Draft, save
from fieldapp.store.queries import Filter
from fieldapp.store.risk import RISK
from fieldapp.store.rows import from_json

LAMARU, OTHER = "64.71.05.1002", "64.71.05.1001"


def _ids(replica, wanted=None, order="id"):
    return replica.store.read(lambda c: queries.ids(c, wanted, order))


def test_filters_narrow_and_combine(town, replica_of) -> None:
    one = town.register("siti", categories=["difabel", "nelayan"])
    two = town.register("budi", categories=["nelayan"])
    three = town.write("budi", None, "new", {"name": "Lain Contoh", "categories": ["ojek"]}, scope=OTHER).entry.r
    replica = replica_of(town)
    assert _ids(replica) == [one, two, three]
    assert _ids(replica, Filter(category="nelayan")) == [one, two]
    assert _ids(replica, Filter(category="nela")) == []
    assert _ids(replica, Filter(area=OTHER)) == [three]
    assert _ids(replica, Filter(area="64.71.05")) == [one, two, three]
    assert _ids(replica, Filter(area="64.71.05.100")) == []
    assert _ids(replica, Filter(area="*")) == [one, two, three]
    assert _ids(replica, Filter(registered_by=town.member("budi").id)) == [two, three]
    assert _ids(replica, Filter(registered_by=town.member("budi").id, category="nelayan")) == [two]
    assert _ids(replica, Filter(states=["submitted"], text="lain")) == [three]
    assert _ids(replica, Filter(states=[])) == []
    assert replica.store.read(lambda c: queries.count(c, Filter(area=LAMARU))) == 2


def test_pages_by_id_hold_every_row_once(town, replica_of) -> None:
    everyone = [town.register("siti") for _ in range(7)]
    replica = replica_of(town)
    seen, after = [], ""
    while page := replica.store.read(lambda c, after=after: queries.page(c, after=after, limit=3)):
        assert len(page) <= 3
        seen += [row.id for row in page]
        after = page[-1].id
    assert seen == everyone


def test_rows_come_in_the_order_asked_and_strangers_are_left_out(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    rows = replica_of(town).store.read(lambda c: queries.rows(c, [two, "nobody", one]))
    assert [row.id for row in rows] == [two, one]


def test_orders_by_name_time_and_risk(town, replica_of) -> None:
    plain = town.register("siti", name="budi contoh", submitted_at="2026-01-03T00:00:00Z")
    early = town.register("siti", name="Citra Contoh", submitted_at="2026-01-01T00:00:00Z")
    explained = town.register("siti", name="Anis Contoh", overrides={"nik_sex_differs": "KTP lama"})
    broken = town.register("siti", name="Dedi Contoh", kinds=["tidak_ada"], categories=["nelayan"])
    town.write("siti", broken, "edit", {"categories": ["difabel"]})
    replica = replica_of(town)
    assert _ids(replica, order="name") == [explained, plain, early, broken]
    assert _ids(replica, order="submitted_at") == [early, explained, broken, plain]
    assert _ids(replica, order="risk") == [broken, explained, early, plain]


def test_the_reasons_of_a_row_are_what_its_entries_say(town, replica_of) -> None:
    at_night = "2026-01-02T15:30:00Z"
    slow = town.register("siti", nik=None, seconds_on_form=4000, overrides={"nik_sex_differs": "KTP lama"})
    fast = town.register("siti", submitted_at=at_night, seconds_on_form=30)
    doubles = [town.register("siti", nik="6471010101809999") for _ in range(2)]
    town.decide("rina", doubles[1], "return", reason="foto")
    town.write("siti", doubles[1], "edit", {"name": "Dewi Contoh Baru"})
    divided = town.register("siti", seconds_on_form=0)
    known = list(town.entries)
    for name, decision in (("rina", "approve"), ("tono", "reject")):
        town.write(name, divided, "decide", {"decision": decision}, knowing=known)
    changed = town.register("siti")
    town.decide("rina", changed, "approve")
    town.write("siti", changed, "edit", {"kinds": ["tidak_ada"]})
    replica = replica_of(town)
    said = {each: reasons(replica.row(each).risk) for each in (slow, fast, *doubles, divided, changed)}
    assert said == {
        slow: ["no_nik", "overrides", "slow"],
        fast: ["odd_hours", "fast"],
        doubles[0]: ["duplicates"],
        doubles[1]: ["duplicates", "again"],
        divided: ["decisions_differ"],
        changed: ["changed_after_review", "errors"],
    }
    order = _ids(replica, order="risk")
    assert order == sorted(said, key=lambda each: (-replica.row(each).risk, replica.row(each).submitted_at, each))
    flagged = replica.store.read(
        lambda c: queries.numbers(c, queries.Filter(states=["submitted"]), "risk", flagged=[town.member("siti").id])
    )
    assert [row.id for row in replica.store.read(lambda c: queries.rows_at(c, flagged))] == [slow, fast]


def test_the_queue_is_read_in_its_order_and_neither_sorted_nor_looked_up(town, replica_of) -> None:
    town.register("siti")

    def plan(connection) -> str:
        order = f"ORDER BY {RISK} DESC, submitted_at, id"
        statement = f"SELECT rid FROM registration INDEXED BY registration_by_risk WHERE state = 'x' {order}"  # noqa: S608
        return " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))

    found = replica_of(town).store.read(plan)
    assert "COVERING INDEX registration_by_risk" in found
    assert "TEMP B-TREE" not in found


def test_one_registrations_row_and_answers(town, replica_of) -> None:
    record = town.register("siti", name="Dewi Contoh")
    replica = replica_of(town)
    assert replica.store.read(lambda c: queries.values_of(c, record))["name"] == "Dewi Contoh"
    assert replica.store.read(lambda c: queries.values_of(c, "nobody")) is None
    assert replica.store.read(lambda c: queries.get(c, "nobody")) is None
    assert replica.store.read(lambda c: queries.state_of(c, "nobody")) is None


def test_the_status_line_counts_what_a_member_has_open(town, replica_of) -> None:
    mine, yours = town.register("siti"), town.register("budi")
    town.register("siti")
    for record in (mine, yours):
        town.decide("rina", record, "return", reason="foto")
    replica = replica_of(town)
    siti = town.member("siti").id
    replica.store.write(lambda c: save(c, Draft(id="d", member=siti, values={}, started_ms=1, updated_ms=1)))
    counts = replica.store.read(lambda c: queries.counts(c, siti, PENDING_STATES))
    assert (counts.drafts, counts.conflicts, counts.pending) == (1, 0, 1)
    assert replica.store.read(lambda c: charges.returned_of(c, [siti], "2026-11-02")) == (1, 0)
    assert counts.by_state == {"returned": 2, "submitted": 1}


def test_the_slots_that_a_member_gave_are_counted(town, replica_of) -> None:
    one, two, _ = (town.register("siti") for _ in range(3))
    town.lease(1, member=town.member("rina").id)
    town.decide("rina", one, "approve")
    town.decide("rina", two, "approve")
    replica = replica_of(town)
    rina = town.member("rina").id
    assert _ids(replica, Filter(approved_by=rina)) == [one, two]
    assert _ids(replica, Filter(approved_by=rina, states=["approved"])) == [one]


def test_registrations_with_their_answers_come_by_id_as_one_moment_has_them(town, replica_of) -> None:
    one, two = town.register("siti", name="Anis Contoh", nik="6471052812749001"), town.register("budi")
    replica = replica_of(town)
    late = town.register("siti")

    def read(connection):
        rows = queries.with_values(connection)
        first = next(rows)
        replica.receive(town.entries)
        return [first, *rows]

    rows = replica.store.read(read)
    assert [row[0] for row in rows] == [one, two]
    assert rows[0][1:5] == ("submitted", LAMARU, town.member("siti").id, "6471052812749001")
    assert from_json(rows[0][5]) == replica.store.read(lambda c: queries.values_of(c, one))
    assert late in _ids(replica)
    wanted = Filter(registered_by=town.member("budi").id, text="contoh", category="difabel")
    found = replica.store.read(lambda c: [row[0] for row in queries.with_values(c, wanted)])
    assert found == _ids(replica, wanted)
