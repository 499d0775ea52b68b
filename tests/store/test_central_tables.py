"""The central tables on a real PostgreSQL: the same states as a laptop's tables, and readable by an office."""

from __future__ import annotations

import random

import pytest

from fieldapp.store.central import schema
from fieldapp.store.central.columns import Question, columns_of, moment
from sync.errors import SyncError

AREA = "64.71.05.1002"

#: What both say of a registration, in the words of a laptop's tables.
SHARED = (
    "id, state, {area}, nik, registered_by, device, edits, changed_ms, conflict_count, error_count, errors, warnings,"
    " override_count, duplicate_count, live, within_quota, round, decision_heads, {decision}, {decided_by},"
    " decision_reason, approval_by, approval_ms, approval_counter, approval_entry, joined_to, values_json"
)
HERE = SHARED.format(area="area", decision="decision", decided_by="decided_by")
THERE = SHARED.format(area="scope", decision="decision_code", decided_by="decision_by")
FROM = "FROM registration JOIN registration_values USING (rid) ORDER BY id"


def said_by_laptop(replica):
    return replica.store.read(lambda c: c.execute(f"SELECT {THERE} {FROM}").fetchall())


@pytest.mark.parametrize("seed", range(4))
def test_the_centre_and_a_laptop_say_the_same_of_every_registration(town, replica_of, centre_of, seed) -> None:
    town.make_busy()
    expected = said_by_laptop(replica_of(town))
    shuffled = random.Random(seed)
    entries = [*town.entries, *shuffled.sample(town.entries, 10)]
    shuffled.shuffle(entries)
    centre = centre_of(town, [])
    while entries:
        size = shuffled.randint(1, 12)
        centre.receive(entries[:size])
        entries = entries[size:]
    assert centre.ask(f"SELECT {HERE} {FROM}") == expected
    assert {row[1] for row in expected} >= {"approved", "waiting", "has_issues", "void"}
    whole = centre_of(town)
    for table in ("decision", "conflict", "lease", "receipt", "programme", "other_record"):
        assert sorted(centre.ask(f"SELECT * FROM {table}")) == sorted(whole.ask(f"SELECT * FROM {table}")) != []  # noqa: S608


def test_an_office_reads_answers_as_columns_of_their_kind(town, centre_of) -> None:
    record = town.register(
        "siti", name="Dewi Contoh", categories=["difabel", "nelayan"], works=True, monthly_income=900_000
    )
    centre = centre_of(town)
    at = moment(town.entries[-1].entry.t[0])
    answers = "SELECT name, sex, categories, works, monthly_income, area, state, registered_at FROM registration"
    assert centre.ask(f"{answers} WHERE id = ?", record) == [
        ("Dewi Contoh", "L", "difabel,nelayan", True, 900_000, AREA, "submitted", at)
    ]
    assert centre.ask("SELECT count(*) FROM registration WHERE works AND monthly_income < 1000000") == [(1,)]


def test_a_value_of_another_kind_leaves_its_column_empty_and_stops_nothing(town, centre_of) -> None:
    odd = {
        "name": ["daftar"], "nik": 6471, "phone": {"a": 1}, "works": "ya", "monthly_income": True, "sex": "L\0P",
        "overrides": {"a\0": "b"}, "birth_date": "",
    }  # fmt: skip
    town.register("siti", **odd)
    town.register("siti", nik="6471\0", name="\0", submitted_at="\0")
    centre = centre_of(town)
    rows = centre.ask(
        "SELECT name, nik, phone, works, monthly_income, sex, birth_date FROM registration ORDER BY registered_at"
    )
    assert rows[0] == ("daftar", None, '{"a":1}', None, None, "L\N{REPLACEMENT CHARACTER}P", None)
    assert rows[1][:2] == ("\N{REPLACEMENT CHARACTER}", "6471\N{REPLACEMENT CHARACTER}")


def test_a_time_beyond_the_calendar_is_its_last_second(town, centre_of) -> None:
    record = town.register("siti")
    town.write("siti", record, "edit", {"name": "Lain Contoh"}, t=(2**47, 0))
    centre = centre_of(town)
    assert centre.ask("SELECT extract(year FROM changed_at) FROM registration")[0][0] in (6429, 9999)
    assert moment(2**60) == moment(2**70)


def test_decisions_notes_and_differing_values_have_rows_of_their_own(town, centre_of) -> None:
    record = town.register("siti", name="Satu Contoh")
    said = town.decide("rina", record, "return", reason="Foto kabur", comments={"nik": "Periksa", "name": "Ejaan"})
    seen = list(town.entries)
    town.write("siti", record, "edit", {"name": "Dua Contoh"}, knowing=seen)
    town.write("budi", record, "edit", {"name": "Tiga Contoh"}, knowing=seen)
    centre = centre_of(town)
    rina = town.member("rina").id
    assert centre.ask("SELECT registration, decision, reason, member, in_force FROM decision") == [
        (record, "return", "Foto kabur", rina, False)
    ]
    assert centre.ask("SELECT entry, question, text FROM comment ORDER BY question") == [
        (said.id, "name", "Ejaan"),
        (said.id, "nik", "Periksa"),
    ]
    assert centre.ask("SELECT question, value, is_shown, member FROM conflict ORDER BY value") == [
        ("name", '{"name":"Dua Contoh"}', False, town.member("siti").id),
        ("name", '{"name":"Tiga Contoh"}', True, town.member("budi").id),
    ]
    assert centre.ask("SELECT conflicts, conflict_count, name FROM registration") == [("name", 1, "Tiga Contoh")]
    town.write("siti", record, "resolve", {"name": "Dua Contoh"})
    centre.receive(town.entries[-1:])
    assert centre.ask("SELECT count(*) FROM conflict") == [(0,)]


def test_a_registration_that_no_longer_counts_leaves_every_table(town, centre_of) -> None:
    record = town.register("siti")
    town.decide("rina", record, "approve", comments={"nik": "Baik"})
    centre = centre_of(town)
    fields = town.membership.revocation_of(town.member("siti").id, "x", {})
    town.membership.add_revocation(town.write("admin", None, "new", fields, type="revocation", scope="*"))
    centre.receive(town.entries)
    for table in ("registration", "registration_values", "decision", "comment", "conflict"):
        assert centre.ask(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608


def test_reports_add_up(town, centre_of) -> None:
    town.make_busy()
    centre = centre_of(town)
    total = centre.ask("SELECT count(*) FROM registration")[0][0]
    assert centre.ask("SELECT sum(registrations) FROM report_area_state") == [(total,)]
    assert centre.ask("SELECT sum(registrations) FROM report_enumerator_day") == [(total,)]
    covered = centre.ask("SELECT count(*) FROM registration WHERE state = 'approved'")[0][0]
    waiting = centre.ask("SELECT count(*) FROM registration WHERE state = 'waiting'")[0][0]
    assert covered > 0
    assert waiting > 0
    ((quota, *counts, committed, each),) = centre.ask(
        "SELECT b.quota, covered, left_in_quota, waiting, committed, p.cost_each FROM report_budget AS b"
        " CROSS JOIN programme AS p"
    )
    assert (quota, *counts, committed) == (2, covered, 2 - covered, waiting, covered * each)
    assert centre.ask("SELECT DISTINCT registration FROM report_decision WHERE in_force AND decision = 'approve'")
    assert centre.ask("SELECT member, slots FROM report_slots WHERE member IS NOT NULL") == [
        (town.member("rina").id, 2)
    ]


def test_tables_and_columns_say_what_they_hold(town, centre_of) -> None:
    centre = centre_of(town)
    assert centre.ask("SELECT obj_description('registration'::regclass)")[0][0].startswith("Pendaftaran")
    named = centre.ask(
        "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute"
        " WHERE attrelid = 'registration'::regclass AND attnum > 0"
    )
    assert dict(named)["monthly_income"] == "Penghasilan sebulan"
    assert [name for name, comment in named if not comment] == []


def test_a_question_of_a_newer_form_gets_its_column_and_an_older_program_keeps_it(town, centre_of) -> None:
    town.register("siti", hobby="memancing 100%'")
    centre = centre_of(town, questions=[])
    wider = columns_of([Question("hobby", "text", "Kegemaran 'utama'"), Question("order", "int", "Kata SQL")])
    centre.connection.begin()
    assert schema.is_current(centre.connection, centre.columns)
    assert not schema.is_current(centre.connection, wider)
    assert schema.prepare(centre.connection, wider) == ("hobby", "order")
    assert schema.prepare(centre.connection, wider) == ()
    assert schema.prepare(centre.connection, centre.columns) == ()
    centre.connection.commit()
    centre.columns = wider
    centre.receive(town.entries)
    assert centre.ask('SELECT hobby, "order" FROM registration') == [("memancing 100%'", None)]


def test_tables_of_a_newer_program_are_refused_and_left_as_they_are(town, centre_of) -> None:
    centre = centre_of(town)
    for part in ("journal", "centre"):
        centre.connection.begin()
        centre.connection.execute("UPDATE schema_version SET version = version + 1 WHERE part = ?", (part,))
        with pytest.raises(SyncError) as caught:
            schema.prepare(centre.connection, centre.columns)
        assert caught.value.code == "database_newer"
        assert caught.value.details["found"] == caught.value.details["known"] + 1
        centre.connection.rollback()


@pytest.mark.parametrize("name", ['a" TEXT); DROP TABLE entry; --', "Nama", "", "9a", "a" * 64])
def test_a_question_that_can_be_no_column_is_refused(name) -> None:
    with pytest.raises(ValueError, match="column"):
        columns_of([Question(name, "text", "")])
