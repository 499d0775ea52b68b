"""Lists of people who are covered already: taken in by a supervisor, known to every laptop, readable on one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from fieldapp.services import covers, registrations, review
from fieldapp.services.covers import decisions as cover_decisions
from fieldapp.services.covers import digest_keys as cover_keys
from fieldapp.services.covers import importing as cover_import
from fieldapp.services.covers import matches as cover_matches
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session, open_session
from fieldapp.store import covers as store
from fieldapp.store import migrations, queries
from fieldapp.store.db import sqlite
from fieldapp.store.rebuild import contents, rebuild

AREA = "64.71.05"
LIST = "Daftar Provinsi Rekaan"
HEADER = ["NO", "NIK", "NAMA PESERTA"]
Person = Callable[..., dict[str, Any]]


def sheet(path: Path, *rows: Sequence[object]) -> Path:
    with Workbook(path) as book:
        page = book.add_worksheet("Peserta")
        for number, row in enumerate([HEADER, *rows]):
            for place, value in enumerate(row):
                page.write(number, place, value)
    return path


def listed(number: int, name: str = "CONTOH LAIN") -> list[object]:
    """A row with the NIK of `person(number)`."""
    return [number, f"647105280674{9000 + number}", name]


def handed_in(session: Session, *people: dict[str, Any]) -> list[str]:
    answers = [registrations.submit(session, registrations.new_draft(session, each).id) for each in people]
    assert all(answer["state"] == "submitted" for answer in answers), answers
    return [answer["id"] for answer in answers]


def take_in(session: Session, file: Path, **settings: Any) -> dict[str, Any]:
    return cover_import.import_list(session, file, **{"name": LIST, "kind": "province", **settings})


def refusal(session: Session, registration: str) -> str | None:
    [answer] = review.decide(session, [registration], "approve")
    return answer.get("code")


def test_who_is_on_a_list_is_not_approved_and_everybody_else_is(town, person: Person, tmp_path: Path) -> None:
    supervisor, enumerator = town.join("supervisor", "Agus", AREA), town.join("enumerator", "Siti", AREA)
    one, two = handed_in(enumerator, person(1), person(2))
    town.carry(enumerator, supervisor)
    answer = take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1), listed(7)))
    assert (answer["rows"], answer["kept"], answer["refused"], answer["same_nik"]) == (2, 2, 0, 1)
    assert answer["before"] == dict.fromkeys(("rows", "niks", "registered", "pending", "approved", "freed"), 0)
    assert answer["after"] == {"rows": 2, "niks": 2, "registered": 1, "pending": 1, "approved": 0, "freed": 0}
    [refused] = review.decide(supervisor, [one], "approve")
    assert (refused["code"], refused["exit"], refused["state"]) == ("covered_elsewhere", 1, "submitted")
    assert LIST in refused["message"]
    assert refusal(supervisor, two) is None


def test_another_supervisors_laptop_knows_the_list_without_its_rows(town, person: Person, tmp_path: Path) -> None:
    first, second = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", AREA)
    [one] = handed_in(town.join("enumerator", "Siti", AREA), person(1))
    town.carry(town.sessions[-1], first, second)
    take_in(first, sheet(tmp_path / "a.xlsx", listed(1, "CONTOH RAHASIA")))
    assert refusal(second, one) is None, "what has not arrived cannot be known"
    review.decide(second, [one], "undo", reason="Diperiksa lagi")
    town.carry(first, second)
    assert refusal(second, one) == "covered_elsewhere"
    [told] = cover_import.lists(second)
    assert (told["name"], told["niks"], told["is_here"], told["is_checked"]) == (LIST, 1, False, True)
    assert second.read(lambda c: store.imports(c)) == []
    everything = second.read(lambda c: repr(contents(c)))
    assert "RAHASIA" not in everything


def test_neither_nik_nor_name_of_a_list_leaves_the_laptop_that_took_it_in(town, person: Person, tmp_path: Path) -> None:
    supervisor = town.join("supervisor", "Agus", AREA)
    take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1, "CONTOH RAHASIA")))

    def entries(connection: Any) -> str:
        journal = supervisor.journal(connection)
        kinds = (store.LIST, store.CHUNK, store.DECISION)
        found = [stored for kind in kinds for record in journal.records(kind) for stored in record.history]
        assert len(found) == 2
        return repr([stored.entry.f for stored in found])

    told = supervisor.read(entries)
    assert "RAHASIA" not in told
    assert "9001" not in told
    assert "6471" not in told
    journal_tables = supervisor.read(lambda c: repr(c.execute("SELECT name FROM sqlite_master").fetchall()))
    assert "cover_row" in journal_tables


def test_a_person_on_a_list_comes_first_in_the_queue_with_the_reason(town, person: Person, tmp_path: Path) -> None:
    supervisor, enumerator = town.join("supervisor", "Agus", AREA), town.join("enumerator", "Siti", AREA)
    ids = handed_in(enumerator, person(1), person(2), person(3))
    town.carry(enumerator, supervisor)
    take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(3)))
    queue = review.queue(supervisor)
    assert queue[0]["id"] == ids[2]
    assert queue[0]["reasons"] == ["covers"]
    assert [row["covers"] for row in queue] == [1, 0, 0]
    [on] = registrations.show(supervisor, ids[2])["covers"]
    assert (on["name"], on["blocks"], on["by_nik"], on["decision"]) == (LIST, True, True, None)


def test_the_next_version_of_a_list_replaces_it_and_carries_only_what_changed(
    town, person: Person, tmp_path: Path
) -> None:
    supervisor, enumerator = town.join("supervisor", "Agus", AREA), town.join("enumerator", "Siti", AREA)
    ids = handed_in(enumerator, *(person(number) for number in (1, 2, 3)))
    town.carry(enumerator, supervisor)
    rows = [listed(number) for number in range(10, 30)]
    old = take_in(supervisor, sheet(tmp_path / "a.xlsx", *rows, listed(1), listed(2)))
    new = take_in(supervisor, sheet(tmp_path / "b.xlsx", *rows, listed(2), listed(3)), name="daftar  provinsi REKAAN")
    assert new["replaces"] == [old["id"]]
    assert (new["before"]["registered"], new["after"]["registered"]) == (2, 2)
    assert [refusal(supervisor, each) for each in ids] == [None, "covered_elsewhere", "covered_elsewhere"]

    def written(connection: Any) -> list[int]:
        return [len(store.unpack(values["digests"])) for _, values in queries.records_of(connection, store.CHUNK)]

    assert sorted(supervisor.read(written)) == [1, 22]
    assert [each["id"] for each in cover_import.lists(supervisor)] == [new["id"]]


def test_the_same_file_again_says_so_and_writes_nothing(town, tmp_path: Path) -> None:
    supervisor = town.join("supervisor", "Agus", AREA)
    file = sheet(tmp_path / "a.xlsx", listed(1))
    first = take_in(supervisor, file)
    before = supervisor.read(lambda c: supervisor.journal(c).coverage())
    again = take_in(supervisor, file)
    assert (again["id"], again["is_same"]) == (first["id"], True)
    assert supervisor.read(lambda c: supervisor.journal(c).coverage()) == before
    assert not take_in(supervisor, file, name="Daftar lain")["is_same"]


def test_a_dry_run_tells_everything_and_writes_nothing(town, person: Person, tmp_path: Path) -> None:
    supervisor = town.join("supervisor", "Agus", AREA)
    handed_in(town.join("enumerator", "Siti", AREA), person(1))
    town.carry(town.sessions[-1], supervisor)
    answer = take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1)), dry_run=True)
    assert (answer["id"], answer["same_nik"], answer["dry_run"]) == (None, 1, True)
    assert cover_import.lists(supervisor) == []
    assert supervisor.read(lambda c: store.imports(c)) == []


def test_undoing_a_list_frees_everybody_and_the_version_before_is_in_force_again(
    town, person: Person, tmp_path: Path
) -> None:
    supervisor, other = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", AREA)
    one, two = handed_in(town.join("enumerator", "Siti", AREA), person(1), person(2))
    town.carry(town.sessions[-1], supervisor, other)
    old = take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1)))
    new = take_in(supervisor, sheet(tmp_path / "b.xlsx", listed(2)))
    town.carry(supervisor, other)
    answer = cover_import.undo(supervisor, new["id"])
    assert answer["restored"] == [old["id"]]
    assert (answer["before"]["registered"], answer["after"]["registered"]) == (1, 1)
    assert (refusal(supervisor, one), refusal(supervisor, two)) == ("covered_elsewhere", None)
    town.carry(supervisor, other)
    assert [each["id"] for each in cover_import.lists(other)] == [old["id"]]
    cover_import.undo(supervisor, LIST)
    assert cover_import.lists(supervisor) == []
    assert refusal(supervisor, one) is None
    assert supervisor.read(lambda c: store.imports(c)) == []


def test_every_row_is_kept_or_answered_and_refused_ones_stand_in_a_sheet(town, tmp_path: Path) -> None:
    supervisor = town.join("supervisor", "Agus", AREA)
    rows = [
        listed(1),
        listed(1, "CONTOH LAGI"),
        [3, "6,47105E+15", "CONTOH RUSAK"],
        [4, "-", "CONTOH TANPA"],
        ["Jumlah"],
    ]
    out = tmp_path / "ditolak.xlsx"
    answer = take_in(supervisor, sheet(tmp_path / "a.xlsx", *rows), errors=out)
    assert answer["rows"] == answer["kept"] + answer["refused"] == 5
    assert (answer["kept"], answer["repeated"], answer["after"]["niks"]) == (2, 1, 1)
    assert answer["reasons"] == {"digits_lost": 1, "row_nobody": 1, "row_too_little": 1}
    header, *refused = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert header == ["Baris", "Alasan", *HEADER]
    assert [int(row[0]) for row in refused] == [4, 5, 6]
    assert all(row[1] for row in refused)
    assert refused[0][4] == "CONTOH RUSAK"
    assert "CONTOH" not in json.dumps(answer)


@pytest.mark.parametrize("role", ["enumerator", "coordinator"])
def test_only_supervisor_and_administrator_take_lists_in(town, tmp_path: Path, role: str) -> None:
    file = sheet(tmp_path / "a.xlsx", listed(1))
    member = town.join(role, "Siti", AREA)
    with pytest.raises(Problem, match="not_allowed"):
        take_in(member, file)
    with pytest.raises(Problem, match="not_allowed"):
        cover_import.undo(member, LIST)
    assert take_in(town.admin, file)["kept"] == 1


def test_a_list_written_by_who_may_not_is_kept_from_counting(town) -> None:
    from sync.journal import Change

    enumerator, supervisor = town.join("enumerator", "Siti", AREA), town.join("supervisor", "Agus", AREA)

    def forge(connection: Any, journal: Any) -> None:
        # As a program without our services would: straight into the journal.
        record = journal.new_record(enumerator.author())
        fields = {"name": "Palsu", "kind": "other", "key": "x", "chunks": [], "removed": "", "replaces": []}
        change = Change(record=record, type=store.LIST, scope="*", kind="new", fields=fields)
        with pytest.raises(Exception, match=r"not_allowed|role"):
            journal.append(enumerator.author(), [change])

    enumerator.write(forge)
    town.carry(enumerator, supervisor)
    assert cover_import.lists(supervisor) == []


def test_what_lists_make_of_the_store_comes_out_the_same_when_it_is_made_anew(town, tmp_path: Path) -> None:
    supervisor = town.join("supervisor", "Agus", AREA)
    take_in(supervisor, sheet(tmp_path / "a.xlsx", *(listed(number) for number in range(1, 9))))
    take_in(supervisor, sheet(tmp_path / "b.xlsx", *(listed(number) for number in range(2, 10))))
    before = supervisor.read(contents)
    assert len(before["cover_digest"]) == 9
    assert supervisor.write(rebuild)
    assert supervisor.read(contents) == before
    supervisor.store.write(lambda c: store.put_chunk(c, "x", {"key": "k", "digests": store.pack([b"12345678"])}))
    assert not supervisor.write(rebuild), "what no entry brought does not stay"
    assert supervisor.read(contents) == before
    assert [each["now"]["niks"] for each in cover_import.lists(supervisor)] == [8]


def test_chunks_that_somebody_filled_with_nonsense_hold_nobody() -> None:
    for packed in (None, 7, "", "%%%", "AAA", "AAAA", ["AAAA"]):
        assert store.unpack(packed) == []
    digests = [bytes([number] * 8) for number in range(5)]
    assert store.unpack(store.pack([*digests, *digests])) == digests


@pytest.mark.parametrize("name", ["", "   ", "---", "x" * 81, "a\x07b"])
def test_a_list_needs_a_name_that_can_be_said(town, tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem, match="cover_list_name"):
        take_in(town.admin, sheet(tmp_path / "a.xlsx", listed(1)), name=name)


def test_a_list_of_nobody_is_not_taken_in(town, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cover_nobody"):
        take_in(town.admin, sheet(tmp_path / "a.xlsx", [1, "6,4E+15", "CONTOH"]))
    assert cover_import.lists(town.admin) == []


def test_an_enumerator_is_warned_while_typing_once_a_return_bundle_brought_list_and_key(
    town, person: Person, tmp_path: Path
) -> None:
    supervisor, enumerator = town.join("supervisor", "Agus", AREA), town.join("enumerator", "Siti", AREA)
    town.carry(enumerator, supervisor)
    take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1)))
    draft = registrations.new_draft(enumerator, person(1))
    assert registrations.check_values(enumerator, person(1)).findings == ()
    town.carry(supervisor, enumerator, to=enumerator.member.id)
    [finding] = registrations.check_values(enumerator, person(1)).findings
    assert (finding.code, finding.field, finding.strength) == ("covered_elsewhere", "nik", "warning")
    assert finding.detail("lists") == LIST
    assert registrations.check_values(enumerator, person(2)).findings == ()
    stays = registrations.submit(enumerator, draft.id)
    assert (stays["state"], [each["code"] for each in stays["warnings"]]) == ("draft", ["covered_elsewhere"])
    answer = registrations.submit(enumerator, draft.id, {"covered_elsewhere": "Sudah berhenti, ada suratnya"})
    assert answer["state"] == "submitted"
    town.carry(enumerator, supervisor)
    [row] = review.queue(supervisor)
    assert row["reasons"] == ["covers", "overrides"]
    assert refusal(supervisor, answer["id"]) == "covered_elsewhere"


@pytest.mark.parametrize("decision", ["different", "ended"])
def test_a_supervisor_who_knows_better_frees_a_person_everywhere_with_a_reason(
    town, person: Person, tmp_path: Path, decision: str
) -> None:
    first, second = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", AREA)
    enumerator = town.join("enumerator", "Siti", AREA)
    [one] = handed_in(enumerator, person(1))
    town.carry(enumerator, first, second)
    take_in(first, sheet(tmp_path / "a.xlsx", listed(1)))
    town.carry(first, second)
    told = cover_decisions.decide(second, LIST, one, decision, reason="Surat dari pemilik daftar")
    assert told["blocks"] is False
    town.carry(second, first)
    [standing] = registrations.show(first, one)["covers"]
    assert (standing["blocks"], standing["decision"]["decision"]) == (False, decision)
    assert standing["decision"]["by"] == "Budi"
    [now] = [each["now"] for each in cover_import.lists(first)]
    assert (now["registered"], now["freed"]) == (1, 1)
    newer = take_in(first, sheet(tmp_path / "b.xlsx", listed(1), listed(8)))
    assert newer["after"]["freed"] == 1
    assert refusal(first, one) is None
    town.carry(first, enumerator, to=enumerator.member.id)
    assert registrations.check_values(enumerator, person(1), registration=one).findings == ()


def test_a_later_decision_replaces_the_earlier_and_two_unlike_ones_free_nobody(
    town, person: Person, tmp_path: Path
) -> None:
    first, second = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", AREA)
    [one] = handed_in(town.join("enumerator", "Siti", AREA), person(1))
    town.carry(town.sessions[-1], first, second)
    take_in(first, sheet(tmp_path / "a.xlsx", listed(1)))
    town.carry(first, second)
    cover_decisions.decide(first, LIST, one, "different", reason="Orang lain")
    cover_decisions.decide(second, LIST, one, "same", reason="Memang dia")
    town.carry(first, second)
    town.carry(second, first)
    assert refusal(first, one) == refusal(second, one) == "covered_elsewhere"
    assert cover_decisions.decide(first, LIST, one, "ended", reason="Sudah berhenti")["blocks"] is False
    town.carry(first, second)
    assert refusal(second, one) is None


def test_only_a_supervisor_of_the_area_who_did_not_register_the_person_frees_it(
    town, person: Person, tmp_path: Path
) -> None:
    supervisor, elsewhere = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", "64.71.01")
    coordinator = town.join("coordinator", "Dewi", AREA)
    [own] = handed_in(supervisor, person(1))
    take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1)))
    town.carry(supervisor, elsewhere, coordinator)
    for member, code in ((supervisor, "own_decision"), (elsewhere, "outside_area"), (coordinator, "not_allowed")):
        with pytest.raises(Problem, match=code):
            cover_decisions.decide(member, LIST, own, "different", reason="Coba")
    with pytest.raises(Problem, match="reason_needed"):
        cover_decisions.decide(supervisor, LIST, own, "different", reason=" ")
    with pytest.raises(Problem, match="cover_decision_unknown"):
        cover_decisions.decide(supervisor, LIST, own, "unsure", reason="Coba")


def test_a_decision_forged_past_the_services_counts_nowhere(town, person: Person, tmp_path: Path) -> None:
    from sync.journal import Change

    supervisor, other = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", "64.71.01")
    [own] = handed_in(supervisor, person(1))
    take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1)))
    town.carry(supervisor, other)
    standing = supervisor.read(lambda c: covers.Covers(supervisor, c).lists[0])
    key = supervisor.read(lambda c: cover_keys.writing_key(supervisor, c)[1])
    said = {
        "list": standing.family,
        "registration": own,
        "nik": store.pack([cover_keys.nik_digest(key, person(1)["nik"])]),
        "row": "",
        "decision": "different",
        "reason": "Coba",
        "stamp": "",
        "replaces": [],
    }

    def forge(session: Session, scope: str) -> None:
        def write(connection: Any, journal: Any) -> None:
            record = journal.new_record(session.author())
            change = Change(record=record, type=store.DECISION, scope=scope, kind="new", fields=said)
            journal.append(session.author(), [change])

        session.write(write)

    with pytest.raises(Problem, match="own_decision"):
        forge(supervisor, "64.71.05.1002")
    # In its own area the other may write, but nothing of a person who is not there.
    forge(other, "64.71.01")
    town.carry(other, supervisor)
    assert supervisor.read(lambda c: covers.blocking(supervisor, c, [own])) == {own: [LIST]}


def test_who_is_not_on_a_list_has_nothing_to_be_freed_of(town, person: Person, tmp_path: Path) -> None:
    supervisor = town.join("supervisor", "Agus", AREA)
    [one] = handed_in(town.join("enumerator", "Siti", AREA), person(1))
    town.carry(town.sessions[-1], supervisor)
    take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(2)))
    with pytest.raises(Problem, match="cover_not_on_list"):
        cover_decisions.decide(supervisor, LIST, one, "different", reason="Coba")
    with pytest.raises(Problem, match="cover_not_on_list"):
        cover_decisions.decide(supervisor, LIST, one, "different", reason="Coba", row=77)
    with pytest.raises(Problem, match="cover_list_unknown"):
        cover_decisions.decide(supervisor, "Daftar lain", one, "different", reason="Coba")
    with pytest.raises(Problem, match="registration_not_found"):
        cover_decisions.decide(supervisor, LIST, "tidakada", "different", reason="Coba")


def test_a_supervisor_of_another_area_takes_no_decision_away(town, person: Person, tmp_path: Path) -> None:
    from sync.journal import Change

    first, elsewhere = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", "64.71.01")
    [one] = handed_in(town.join("enumerator", "Siti", AREA), person(1))
    town.carry(town.sessions[-1], first)
    take_in(first, sheet(tmp_path / "a.xlsx", listed(1)))
    cover_decisions.decide(first, LIST, one, "different", reason="Orang lain")
    town.carry(first, elsewhere)
    [told] = first.read(lambda c: covers.decisions_in_force(first, c))

    def forge(connection: Any, journal: Any) -> None:
        record = journal.new_record(elsewhere.author())
        said = {"list": told.family, "registration": one, "nik": covers.pack_one(told.nik), "row": ""}
        said |= {"decision": "same", "reason": "Coba", "stamp": "", "replaces": [told.id]}
        change = Change(record=record, type=store.DECISION, scope="64.71.01", kind="new", fields=said)
        journal.append(elsewhere.author(), [change])

    elsewhere.write(forge)
    town.carry(elsewhere, first)
    assert first.read(lambda c: covers.decisions_in_force(first, c)) == [told]
    assert refusal(first, one) is None


def test_rows_of_a_list_that_was_taken_back_elsewhere_do_not_stay(town, tmp_path: Path) -> None:
    first, second = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", AREA)
    taken = take_in(first, sheet(tmp_path / "a.xlsx", listed(1)))
    town.carry(first, second)
    cover_import.undo(second, taken["id"])
    town.carry(second, first)
    assert cover_import.lists(first) == []
    cover_matches.find_all(first)
    assert first.read(lambda c: (store.imports(c), list(store.rows(c, taken["id"])))) == ([], [])


def test_refused_rows_are_never_written_over_the_list_itself(town, tmp_path: Path) -> None:
    file = sheet(tmp_path / "a.xlsx", listed(1))
    before = file.read_bytes()
    with pytest.raises(Problem, match="cover_errors_target"):
        take_in(town.admin, file, errors=tmp_path / "x" / ".." / "a.xlsx")
    assert file.read_bytes() == before


def test_two_versions_taken_in_apart_both_count_until_a_third_replaces_both(
    town, person: Person, tmp_path: Path
) -> None:
    first, second = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", AREA)
    ids = handed_in(town.join("enumerator", "Siti", AREA), person(1), person(2))
    town.carry(town.sessions[-1], first, second)
    take_in(first, sheet(tmp_path / "a.xlsx", listed(1)))
    take_in(second, sheet(tmp_path / "b.xlsx", listed(2)))
    town.carry(second, first)
    assert [refusal(first, each) for each in ids] == ["covered_elsewhere"] * 2
    with pytest.raises(Problem, match="cover_list_ambiguous"):
        cover_import.undo(first, LIST)
    third = take_in(first, sheet(tmp_path / "c.xlsx", listed(3)))
    assert len(third["replaces"]) == 2
    assert [refusal(first, each) for each in ids] == [None, None]


def test_lists_that_came_before_this_version_of_the_program_count_once_it_is_there(
    town, person: Person, tmp_path: Path
) -> None:
    supervisor, other = town.join("supervisor", "Agus", AREA), town.join("supervisor", "Budi", AREA)
    [one] = handed_in(town.join("enumerator", "Siti", AREA), person(1))
    town.carry(town.sessions[-1], other)
    take_in(supervisor, sheet(tmp_path / "a.xlsx", listed(1)))
    town.carry(supervisor, other)

    def as_before(connection: Any) -> None:
        step = migrations.NAMES.index("covers")
        with closing(sqlite.connect(":memory:")) as older:
            for make in migrations._ORDER[:step]:
                make(migrations.Database(older))
            known = {name for (name,) in older.execute("SELECT name FROM sqlite_master")} | {"_sqlite_migrations"}
            columns = [row[1] for row in older.execute("PRAGMA table_info(registration)")]
        made = "SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL"
        for kind in ("INDEX", "TABLE"):
            for (name,) in connection.execute(made, (kind.lower(),)).fetchall():
                if name not in known:
                    connection.execute(f"DROP {kind} {name}")
        for row in connection.execute("PRAGMA table_info(registration)").fetchall():
            if row[1] not in columns:
                connection.execute(f"ALTER TABLE registration DROP COLUMN {row[1]}")
        connection.executemany("DELETE FROM _sqlite_migrations WHERE name = ?", [(n,) for n in migrations.NAMES[step:]])
        connection.execute(f"PRAGMA user_version = {step}")

    other.store.write(as_before)
    other.close()
    with open_session(other.home, "sandi-Budi", wall_ms=town.time) as again:
        assert refusal(again, one) == "covered_elsewhere"
        assert again.write(rebuild)
