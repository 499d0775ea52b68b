"""The tables for lists and counts: what entries make of them, and that nothing else has a say."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.domain.quota import Approval, allocate
from fieldapp.services import policy
from fieldapp.store import queries
from fieldapp.store.effects import Leased, Touched, settle
from fieldapp.store.queries import Filter
from fieldapp.store.rebuild import clear
from fieldapp.store.rows import Inspected, RegistrationRow, row_of_any, row_of_one
from sync.entry import Entry, Stored, in_normal_form
from sync.fold import Record

AREA = "64.71.05.1002"


def test_a_registration_shows_what_lists_need(town, replica_of) -> None:
    record = town.register(
        "siti", name="Dewi Contoh", nik="6471015203809001", overrides={"nik_sex_differs": "KTP lama"}
    )
    row = replica_of(town).row(record)
    assert (row.state, row.scope, row.name, row.nik) == ("submitted", AREA, "Dewi Contoh", "6471015203809001")
    assert row.categories == ("difabel",)
    assert row.submitted_at == "2026-01-02T03:04:05Z"
    assert row.registered_by == town.member("siti").id
    assert (row.override_count, row.duplicate_count, row.edits, row.round) == (1, 0, 0, 1)
    assert "Dewi" not in repr(row)
    assert "6471015203809001" not in repr(row)


def test_a_registration_without_the_time_of_handing_in_takes_its_entrys_time(town, replica_of) -> None:
    record = town.register("siti", submitted_at=None)
    assert replica_of(town).row(record).submitted_at.startswith("2026-01-01T00:00:")


odd = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8) | st.lists(st.sampled_from(["a", 1, None]))
asked = ["name", "nik", "phone", "birth_date", "sex", "categories", "submitted_at", "overrides", "anything"]
answers = st.dictionaries(st.sampled_from(asked), odd | st.dictionaries(st.sampled_from("ab"), odd))


@given(answers, st.integers(0, 2**53 - 1))
def test_a_registration_nobody_touched_has_the_same_row_the_short_way_as_the_long_way(values, at_ms) -> None:
    entry = Entry(
        v=1, sv=1, ch="c" * 32, n=7, p="0" * 64, t=(at_ms, 3), dv="d" * 32, au="a" * 32, s=AREA, k="new",
        r="019b7777-aaaa-7bbb-8ccc-0123456789ab", y="registration", f=in_normal_form(values), x="0" * 32,
    )  # fmt: skip
    stored = Stored.write(entry)
    record = Record(id=entry.r, origin=stored, history=(stored,), quarantined=(), rules=policy.rules())
    assert row_of_one(record) == row_of_any(record, lambda values, at_ms: Inspected(("never asked",)))


def test_edits_of_different_fields_merge_and_are_inspected(town, replica_of) -> None:
    record = town.register("siti", kinds=["fisik_kusta"])
    seen = list(town.entries)
    town.write("siti", record, "edit", {"categories": ["difabel"], "kinds": ["tidak_ada"]}, knowing=seen)
    replica = replica_of(town)
    row = replica.row(record)
    assert (row.state, row.errors, row.conflicts, row.edits) == ("has_issues", ("no_proof",), (), 1)
    town.write("budi", record, "edit", {"kinds": ["fisik_kusta"]})
    replica.receive(town.entries[-1:])
    assert replica.row(record).state == "submitted"


def test_a_merge_that_breaks_a_rule_across_fields_is_an_issue(town, replica_of) -> None:
    record = town.register("siti", categories=["nelayan"], kinds=["sensorik_netra"])
    seen = list(town.entries)
    town.write("siti", record, "edit", {"categories": ["difabel"]}, knowing=seen)
    town.write("budi", record, "edit", {"kinds": ["tidak_ada"]}, knowing=seen)
    row = replica_of(town).row(record)
    assert (row.state, row.errors, row.conflicts) == ("has_issues", ("no_proof",), ())


def test_edits_of_the_same_field_are_a_conflict(town, replica_of) -> None:
    record = town.register("siti")
    seen = list(town.entries)
    town.write("siti", record, "edit", {"name": "Satu Contoh"}, knowing=seen)
    town.write("budi", record, "edit", {"name": "Dua Contoh"}, knowing=seen)
    replica = replica_of(town)
    assert replica.row(record).conflicts == ("name",)
    assert replica.state(record) == "has_issues"
    assert replica.store.read(lambda c: queries.ids(c, Filter(conflicting=True))) == [record]
    town.write("rina", record, "resolve", {"name": "Dua Contoh"})
    replica.receive(town.entries[-1:])
    assert replica.row(record).conflicts == ()
    assert replica.state(record) == "submitted"


def test_warnings_that_nobody_explained_are_kept_by_their_codes(town, replica_of) -> None:
    record = town.register("siti")
    town.write("siti", record, "edit", {"monthly_income": 9_000_000})
    row = replica_of(town).row(record)
    assert (row.state, row.warnings) == ("submitted", ("income_above_limit",))


def test_decisions_count_only_on_what_was_seen(town, replica_of) -> None:
    record = town.register("siti")
    town.lease(5, member=town.member("rina").id)
    seen = list(town.entries)
    town.write("siti", record, "edit", {"name": "Nama Baru"}, knowing=seen)
    town.write("rina", record, "decide", {"decision": "approve"}, knowing=seen)
    replica = replica_of(town)
    assert replica.state(record) == "changed_after_review"
    town.decide("rina", record, "approve", reason="lengkap")
    replica.receive(town.entries[-1:])
    row = replica.row(record)
    assert (row.state, row.decision_code, row.decision_reason) == ("approved", "approve", "lengkap")
    assert row.decision_by == town.member("rina").id


def test_each_return_begins_another_round(town, replica_of) -> None:
    record = town.register("siti")
    town.decide("rina", record, "return", reason="foto buram")
    replica = replica_of(town)
    assert (replica.state(record), replica.row(record).round) == ("returned", 2)
    town.write("siti", record, "edit", {"name": "Nama Baru"})
    replica.receive(town.entries[-1:])
    assert replica.state(record) == "submitted"
    town.decide("rina", record, "return", reason="nama")
    replica.receive(town.entries[-1:])
    assert replica.row(record).round == 3


@pytest.mark.parametrize(("kind", "decision", "state"), [("void", "void", "void"), ("decide", "withdraw", "withdrawn")])
def test_ended_registrations_stay_in_the_list_with_their_state(town, replica_of, kind, decision, state) -> None:
    record = town.register("siti")
    town.write("siti", record, kind, {"decision": decision, "reason": "salah ketik"})
    assert replica_of(town).state(record) == state


def test_equal_niks_are_counted_on_each_other_and_on_nobody_else(town, replica_of) -> None:
    nik = "6471015203809002"
    one, two = town.register("siti", nik=nik), town.register("budi", nik=nik)
    alone = town.register("siti")
    none, other = town.register("siti", nik=None), town.register("siti", nik=None)
    replica = replica_of(town)
    assert [replica.row(each).duplicate_count for each in (one, two, alone, none, other)] == [1, 1, 0, 0, 0]
    assert [replica.state(each) for each in (one, two, alone)] == ["has_issues", "has_issues", "submitted"]
    assert replica.store.read(lambda c: queries.same_nik(c, one)) == [two]
    assert replica.store.read(lambda c: queries.nik_owner(c, nik)) == one
    assert replica.store.read(lambda c: queries.nik_owner(c, nik, besides=one)) == two
    assert replica.store.read(lambda c: queries.duplicated_among(c, [one, alone])) == [one]

    three = town.register("budi", nik=nik)
    replica.receive(town.entries[-1:])
    assert [replica.row(each).duplicate_count for each in (one, two, three)] == [2, 2, 2]

    town.write("siti", one, "edit", {"nik": "6471015203809003"})
    town.write("budi", two, "void", {"decision": "void", "reason": "dobel"})
    replica.receive(town.entries[-2:])
    assert [replica.row(each).duplicate_count for each in (one, two, three)] == [0, 0, 0]
    assert [replica.state(each) for each in (one, two, three)] == ["submitted", "void", "submitted"]
    assert replica.store.read(lambda c: queries.nik_owner(c, nik, besides=three)) is None


def test_shared_phones_are_counted(town, replica_of) -> None:
    one, _ = town.register("siti", phone="+628121111111"), town.register("budi", phone="+628121111111")
    replica = replica_of(town)
    assert replica.store.read(lambda c: queries.phone_count(c, "+628121111111")) == 2
    assert replica.store.read(lambda c: queries.phone_count(c, "+628121111111", besides=one)) == 1


def test_approvals_beyond_the_deciders_lease_wait_and_move_up(town, replica_of) -> None:
    people = [town.register("siti") for _ in range(4)]
    town.lease(2, member=town.member("rina").id)
    for record in people:
        town.decide("rina", record, "approve")
    replica = replica_of(town)
    assert [replica.state(each) for each in people] == ["approved", "approved", "waiting", "waiting"]

    town.write("siti", people[0], "decide", {"decision": "withdraw", "reason": "pindah"})
    replica.receive(town.entries[-1:])
    assert [replica.state(each) for each in people] == ["withdrawn", "approved", "approved", "waiting"]

    lease = town.lease(1, member=town.member("rina").id)
    replica.receive(town.entries[-1:])
    assert replica.state(people[3]) == "approved"
    town.write("admin", lease, "void", {"decision": "void", "reason": "salah"}, type="lease", scope="*")
    replica.receive(town.entries[-1:])
    assert replica.state(people[3]) == "waiting"
    town.decide("rina", people[1], "reject", reason="pindah")
    replica.receive(town.entries[-1:])
    assert [replica.state(each) for each in people] == ["withdrawn", "rejected", "approved", "approved"]


def test_one_deciders_lease_gives_no_slot_to_another(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    town.lease(9, member=town.member("rina").id)
    town.decide("tono", one, "approve")
    town.decide("rina", two, "approve")
    replica = replica_of(town)
    assert (replica.state(one), replica.state(two)) == ("waiting", "approved")


def test_a_lease_on_an_invitation_counts_for_whoever_claimed_it(town, replica_of) -> None:
    record = town.register("siti")
    town.lease(1, invitation=town.member("tono").invitation)
    town.decide("tono", record, "approve")
    assert replica_of(town).state(record) == "approved"


def test_leases_beyond_the_quota_are_cut_in_the_order_of_decisions(town, replica_of) -> None:
    town.write("admin", town.programme, "edit", {"quota": 2}, type="programme", scope="*")
    people = [town.register("siti") for _ in range(3)]
    town.lease(2, member=town.member("rina").id)
    town.lease(2, member=town.member("tono").id)
    for name, record in zip(("tono", "rina", "tono"), people, strict=True):
        town.decide(name, record, "approve")
    replica = replica_of(town)
    assert [replica.state(each) for each in people] == ["approved", "approved", "waiting"]
    # Another decider's withdrawal moves the third up, and more quota would have done so too.
    town.decide("rina", people[1], "undo")
    replica.receive(town.entries[-1:])
    assert [replica.state(each) for each in people] == ["approved", "submitted", "approved"]
    town.decide("rina", people[1], "approve")
    replica.receive(town.entries[-1:])
    assert replica.state(people[1]) == "waiting"
    town.write("admin", town.programme, "edit", {"quota": 3}, type="programme", scope="*")
    replica.receive(town.entries[-1:])
    assert replica.state(people[1]) == "approved"


def test_two_alike_approvals_take_one_slot_of_the_earlier_decider(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    seen = list(town.entries)
    town.lease(1, member=town.member("rina").id)
    town.write("rina", one, "decide", {"decision": "approve"}, knowing=seen)
    town.write("tono", one, "decide", {"decision": "approve"}, knowing=seen)
    town.decide("rina", two, "approve")
    replica = replica_of(town)
    assert (replica.state(one), replica.state(two)) == ("approved", "waiting")


def test_changed_settings_are_applied_to_registrations_that_were_edited(town, replica_of) -> None:
    record = town.register("siti", birth_date="1970-05-05")
    town.write("siti", record, "edit", {"sex": "P"})
    replica = replica_of(town)
    assert replica.state(record) == "submitted"
    town.write("admin", town.programme, "edit", {"max_age": 50}, type="programme", scope="*")
    replica.receive(town.entries[-1:])
    assert (replica.state(record), replica.row(record).errors) == ("has_issues", ("too_old",))
    town.write("admin", town.programme, "edit", {"max_age": 65}, type="programme", scope="*")
    replica.receive(town.entries[-1:])
    assert replica.state(record) == "submitted"


def test_a_record_is_not_listed_before_its_beginning_has_arrived(town, replica_of) -> None:
    record = town.register("siti")
    town.write("siti", record, "edit", {"name": "Nama Baru"})
    first = next(stored for stored in town.entries if stored.entry.r == record)
    replica = replica_of(town, [stored for stored in town.entries if stored is not first])
    assert replica.state(record) is None
    assert replica.dump()["incomplete"] == [(record, "registration", AREA)]
    replica.receive([first])
    assert replica.row(record).name == "Nama Baru"
    assert replica.dump()["incomplete"] == []


def test_a_registration_whose_entries_stop_counting_leaves_every_table(town, replica_of) -> None:
    nik = "6471015203809004"
    one, two = town.register("siti", nik=nik), town.register("budi", nik=nik)
    replica = replica_of(town)
    assert replica.state(two) == "has_issues"
    fields = {"member": town.member("siti").id, "reason": "laptop hilang", "chains": {}}
    town.membership.add_revocation(town.write("admin", None, "new", fields, type="revocation", scope="*"))
    replica.receive([stored for stored in town.entries if stored.entry.r == one])
    assert replica.state(one) is None
    assert replica.state(two) == "submitted"
    assert replica.store.read(lambda c: queries.ids(c, Filter(text=nik))) == [two]
    assert [row[0] for row in replica.dump()["registration"]] == [two]


def test_a_registrations_odd_values_do_not_stop_the_merge(town, replica_of) -> None:
    odd = {"name": ["daftar"], "nik": 6471, "phone": {"a": 1}, "categories": "difabel", "overrides": ["x"]}
    record = town.register("siti", **odd)
    row = replica_of(town).row(record)
    assert (row.name, row.nik, row.phone, row.categories, row.override_count) == ("", None, None, (), 0)


def test_other_records_are_kept_by_type(town, replica_of) -> None:
    lease = town.lease(4, member="f" * 32)
    replica = replica_of(town)
    assert replica.store.read(lambda c: queries.records_of(c, "lease")) == [(lease, {"member": "f" * 32, "slots": 4})]
    fields = replica.store.read(queries.programme_fields)
    assert fields is not None
    assert fields["quota"] == 100


@pytest.mark.parametrize("seed", range(6))
def test_replicas_with_the_same_entries_hold_the_same_rows(town, replica_of, seed) -> None:
    town.make_busy()
    expected = replica_of(town).dump()
    assert {row[1] for row in expected["registration"]} >= {"approved", "waiting", "has_issues", "void"}
    shuffled = random.Random(seed)
    entries = [*town.entries, *shuffled.sample(town.entries, 10)]
    shuffled.shuffle(entries)
    replica = replica_of(town, [])
    while entries:
        size = shuffled.randint(1, 9)
        replica.receive(entries[:size])
        entries = entries[size:]
    assert replica.dump() == expected
    everyone = [row[0] for row in expected["registration"]]
    for text in ("nama", "lain 3", "contoh", "6471015203809003", "9003", "0812"):
        found = replica.store.read(lambda c, text=text: queries.ids(c, Filter(text=text)))
        assert found == replica_of(town).store.read(lambda c, text=text: queries.ids(c, Filter(text=text)))
        assert set(found) <= set(everyone)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    approvals=st.lists(
        st.tuples(st.integers(1, 40), st.sampled_from("abc"), st.booleans()), max_size=25, unique_by=lambda a: a[0]
    ),
    slots=st.fixed_dictionaries({decider: st.integers(0, 6) for decider in "abc"}),
    slack=st.integers(-4, 4),
)
def test_slots_are_given_as_the_rule_of_the_quota_says(store, approvals, slots, slack) -> None:
    """Both ways of giving slots, the short one while leases fit the quota and the long one beyond, agree with it."""
    quota = max(0, sum(slots.values()) + slack)
    expected = allocate(quota, slots, [Approval((ms, 0), f"{ms:032x}", str(ms), by) for ms, by, _ in approvals])

    def place(connection) -> set[str]:
        clear(connection)
        for ms, by, within in approvals:
            row = dict.fromkeys(RegistrationRow._fields, 0) | {
                "id": str(ms), "approval_by": by, "approval_ms": ms, "approval_entry": f"{ms:032x}",
                "decision_heads": "approve+", "within_quota": within, "joined_to": None,
            }  # fmt: skip
            columns = ", ".join(row)
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO registration ({columns}) VALUES ({marks})", [*row.values()])  # noqa: S608 - names of columns
        touched = Touched(deciders={by for _, by, _ in approvals})
        settle(connection, touched, ProgrammeSettings("Rekaan", "2026-01", quota=quota), lambda: Leased(slots, {}))
        return {row[0] for row in connection.execute("SELECT id FROM registration WHERE within_quota = 1")}

    assert store.write(place) == expected.approved
