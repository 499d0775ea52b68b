"""Rows of a list that look like a registration under another NIK: found where the list is, decided once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import lists, registrations, review
from fieldapp.services.covers import decisions as cover_decisions
from fieldapp.services.covers import importing as cover_import
from fieldapp.services.covers import matches as cover_matches
from fieldapp.services.session import Session
from fieldapp.store import covers as store

AREA = "64.71.05"
LIST = "Daftar Provinsi Rekaan"
Person = Callable[..., dict[str, Any]]
#: Name, NIK, birth date: made-up people who share nothing with each other.
PEOPLE = (
    ("Contoh Mappasessu", "6471052806749001", "1974-06-28"),
    ("Uji Sulistyorini", "6471031102819002", "1981-02-11"),
    ("Rekaan Wirabuana", "6471020309679003", "1967-09-03"),
    ("Santika Dewi Misalnya", "6471041910889004", "1988-10-19"),
)


def taken_in(session: Session, folder: Path, *rows: tuple[str, str, str], name: str = "a.csv") -> dict[str, Any]:
    lines = ["NIK;NAMA;TGL LAHIR", *(";".join(row) for row in rows)]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return cover_import.import_list(session, folder / name, name=LIST, kind="province")


def somebody(person: Person, number: int) -> dict[str, Any]:
    name, nik, born = PEOPLE[number]
    return person(number + 1, name=name, nik=nik, birth_date=born, ktp_address=f"Gg. Rekaan {name}")


def handed_in(session: Session, *people: dict[str, Any]) -> list[str]:
    answers = [registrations.submit(session, registrations.new_draft(session, each).id) for each in people]
    assert all(answer["state"] == "submitted" for answer in answers), answers
    return [answer["id"] for answer in answers]


#: The first person's row, the NIK with two digits swapped and the name spelled otherwise.
SLIP = ("6471052806740991", "CONTOH MAPASESU", "28-06-1974")
STRANGER = ("6471011207859004", "UJI BRAMANTYO", "12-07-1985")


@pytest.fixture
def office(town: Any, person: Person) -> tuple[Session, Session, list[str]]:
    supervisor, enumerator = town.join("supervisor", "Agus", AREA), town.join("enumerator", "Siti", AREA)
    ids = handed_in(enumerator, *(somebody(person, number) for number in range(3)))
    town.carry(enumerator, supervisor)
    return supervisor, enumerator, ids


def near(session: Session, **settings: Any) -> list[dict[str, Any]]:
    cover_matches.find_all(session)
    return cover_matches.matches(session, **settings)


def test_a_row_that_looks_like_a_registration_waits_for_the_supervisor(office: Any, tmp_path: Path) -> None:
    supervisor, _, ids = office
    answer = taken_in(supervisor, tmp_path, SLIP, STRANGER)
    assert (answer["same_nik"], answer["near"]) == (0, 1)
    [found] = near(supervisor)
    assert (found["row"], found["registration"], found["by_nik"]) == (2, ids[0], False)
    assert (found["nik"], found["decision"], found["blocks"]) == ("6471********0991", None, False)
    assert found["verdict"]
    assert {reason["aspect"] for reason in found["reasons"]} >= {"nik", "name", "birth_date"}
    assert [each["near"] for each in cover_import.lists(supervisor)] == [1]
    queue = review.queue(supervisor)
    assert (queue[0]["id"], queue[0]["reasons"]) == (ids[0], ["cover_near"])
    assert review.decide(supervisor, [ids[0]], "approve")[0]["ok"], "likeness alone keeps nobody from approval"


def test_the_json_of_matches_holds_nobody_of_the_list(office: Any, tmp_path: Path) -> None:
    supervisor, _, ids = office
    taken_in(supervisor, tmp_path, SLIP, STRANGER)
    told = json.dumps(near(supervisor, decided=True))
    assert "MAPASESU" not in told.upper()
    assert SLIP[0] not in told
    sides = cover_matches.words(supervisor, cover_import.lists(supervisor)[0]["id"], 2, ids[0])
    assert (sides["left"]["name"], sides["right"]["name"]) == (PEOPLE[0][0], "CONTOH MAPASESU")
    assert SLIP[0] not in json.dumps(sides)
    assert sides["verdict"]
    assert sides["reasons"]


def test_the_same_person_under_another_nik_is_kept_back_on_every_office_laptop(
    town: Any, office: Any, tmp_path: Path
) -> None:
    supervisor, _, ids = office
    other = town.join("supervisor", "Budi", AREA)
    taken_in(supervisor, tmp_path, SLIP)
    [found] = near(supervisor)
    said = cover_decisions.decide(supervisor, LIST, ids[0], "same", reason="Kartunya dilihat", row=found["row"])
    assert said["blocks"] is True
    town.carry(supervisor, other)
    for session in (supervisor, other):
        [answer] = review.decide(session, [ids[0]], "approve")
        assert answer["code"] == "covered_elsewhere"
    assert near(supervisor) == []
    cover_import.undo(supervisor, LIST)
    assert review.decide(supervisor, [ids[0]], "approve")[0]["ok"]


def test_what_was_decided_is_not_asked_again_by_the_next_version_but_when_somebody_changed(
    town: Any, office: Any, tmp_path: Path
) -> None:
    supervisor, enumerator, ids = office
    taken_in(supervisor, tmp_path, SLIP)
    cover_decisions.decide(supervisor, LIST, ids[0], "different", reason="Sepupunya", row=2)
    assert near(supervisor) == []
    assert taken_in(supervisor, tmp_path, STRANGER, SLIP, name="b.csv")["near"] == 0
    [kept] = near(supervisor, decided=True)
    assert (kept["row"], kept["decision"]["decision"], kept["is_changed"]) == (3, "different", False)
    registrations.edit(enumerator, ids[0], {"mother_name": "Ibu Lain"})
    town.carry(enumerator, supervisor)
    [again] = near(supervisor)
    assert (again["decision"]["decision"], again["is_changed"]) == ("different", True)


def test_new_registrations_are_compared_when_they_come_and_others_are_not_again(
    town: Any, office: Any, person: Person, tmp_path: Path
) -> None:
    supervisor, enumerator, _ = office
    list_ = taken_in(supervisor, tmp_path, SLIP, ("", "SANTIKA DEWI", "19-10-1988"))["id"]
    assert cover_matches.find(supervisor, list_) == {"compared": 0, "left": 0}
    [late] = handed_in(enumerator, somebody(person, 3))
    town.carry(enumerator, supervisor)
    assert cover_matches.find(supervisor, list_, cancelled=lambda: True) == {"compared": 0, "left": 1}
    assert cover_matches.find(supervisor, list_) == {"compared": 1, "left": 0}
    [found] = [each for each in cover_matches.matches(supervisor) if each["registration"] == late]
    assert (found["row"], found["nik"]) == (3, None)
    cover_decisions.decide(supervisor, LIST, late, "same", reason="Orangnya", row=3)
    assert review.decide(supervisor, [late], "approve")[0]["code"] == "covered_elsewhere"


def test_who_was_corrected_is_compared_as_it_is_now(town: Any, office: Any, tmp_path: Path) -> None:
    supervisor, enumerator, ids = office
    list_ = taken_in(supervisor, tmp_path, SLIP)["id"]
    changed = {"name": "Uji Orang Lain", "nik": "6471011207859001", "birth_date": "1985-07-12"}
    registrations.edit(enumerator, ids[0], changed)
    town.carry(enumerator, supervisor)
    assert [each["registration"] for each in cover_matches.matches(supervisor)] == [ids[0]]
    assert cover_matches.find(supervisor, list_) == {"compared": 1, "left": 0}
    assert cover_matches.matches(supervisor) == []


def test_a_row_whose_nik_lost_a_digit_is_refused_but_compared_all_the_same(office: Any, tmp_path: Path) -> None:
    supervisor, _, ids = office
    answer = taken_in(supervisor, tmp_path, STRANGER, ("647105280674901", "CONTOH MAPPASESSU", "28-06-1974"))
    assert (answer["kept"], answer["refused"], answer["near_only"], answer["near"]) == (1, 1, 1, 1)
    assert answer["reasons"] == {"nik_length": 1}
    [found] = near(supervisor)
    assert (found["row"], found["registration"], found["nik"]) == (3, ids[0], None)
    cover_decisions.decide(supervisor, LIST, ids[0], "same", reason="Orangnya", row=3)
    assert review.decide(supervisor, [ids[0]], "approve")[0]["code"] == "covered_elsewhere"


def test_an_equal_nik_under_an_unlike_name_is_shown_with_its_row_and_freed_by_it(office: Any, tmp_path: Path) -> None:
    supervisor, _, ids = office
    taken_in(supervisor, tmp_path, ("6471052806749001", "UJI SOMEBODI LAINNYA", ""))
    [found] = near(supervisor)
    assert (found["by_nik"], found["row"], found["blocks"], found["band"]) == (True, 2, True, "same_nik")
    assert cover_decisions.decide(supervisor, LIST, ids[0], "different", reason="Salah ketik", row=2)["blocks"] is False
    assert near(supervisor) == []


def test_a_laptop_without_the_rows_shows_who_is_on_the_list_by_nik_alone(
    town: Any, office: Any, tmp_path: Path
) -> None:
    supervisor, _, ids = office
    other = town.join("supervisor", "Budi", AREA)
    taken_in(supervisor, tmp_path, SLIP, ("6471031102819002", "SULISTYORINI", ""))
    town.carry(supervisor, other)
    [found] = near(other)
    assert (found["registration"], found["row"], found["by_nik"], found["blocks"]) == (ids[1], None, True, True)
    assert [each["near"] for each in cover_import.lists(other)] == [None]


def test_nothing_is_left_of_a_list_that_was_taken_back(office: Any, tmp_path: Path) -> None:
    supervisor, _, _ = office
    taken_in(supervisor, tmp_path, SLIP)
    cover_import.undo(supervisor, LIST)

    def left(connection: Any) -> list[int]:
        tables = ("cover_import", "cover_row", "cover_pair", "cover_compared")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608

    assert supervisor.read(left) == [0, 0, 0, 0]
    assert supervisor.read(lambda c: store.near_pairs(c, ["x"])) == []


def ranked(session: Session) -> list[int]:
    """The ranks in force, which have to be those without anything kept, before and after keeping them."""

    def read(connection: Any) -> dict[int, int]:
        return cover_matches.ranks(session, connection)

    def anew(connection: Any) -> dict[int, int]:
        # Read inside a transaction that is taken back: nothing kept, the same lists and decisions.
        connection.execute("SAVEPOINT anew")
        store.forget_ranks(connection)
        found = read(connection)
        connection.execute("ROLLBACK TO anew")
        return found

    kept = session.read(read)
    assert kept == session.write(lambda connection, _: anew(connection))
    cover_matches.keep_ranks(session)
    assert kept == session.read(read)
    return sorted(kept.values())


def test_ranks_follow_lists_decisions_and_answers(town: Any, person: Any, tmp_path: Path) -> None:
    office, siti = town.join("supervisor", "Agus", AREA), town.join("enumerator", "Siti", AREA)
    ids = handed_in(siti, *(somebody(person, number) for number in range(3)))
    town.carry(siti, office)
    assert ranked(office) == []
    listed = somebody(person, 1)
    on_list = (listed["nik"], listed["name"], "11-02-1981")
    taken_in(office, tmp_path, SLIP, on_list)
    cover_matches.find_all(office)
    assert ranked(office) == [1, 2]
    first = [row["name"] for row in lists.rows_of(office, lists.ids(office, order="risk"))[:2]]
    assert first == [listed["name"], somebody(person, 0)["name"]]
    cover_decisions.decide(office, LIST, ids[0], "same", reason="Kartunya dilihat", row=2)
    assert ranked(office) == [2, 2]
    cover_decisions.decide(office, LIST, ids[1], "ended", reason="Sudah berakhir", row=3)
    assert ranked(office) == [2]
    # A changed answer puts the question again, wherever it was changed.
    registrations.edit(siti, ids[0], {"mother_name": "Ibu Lain"})
    town.carry(siti, office)
    cover_matches.find_all(office)
    assert ranked(office) == [2]
    handed_in(siti, somebody(person, 3))
    town.carry(siti, office)
    assert ranked(office) == [2]
    registrations.void(siti, ids[0], "Salah orang")
    town.carry(siti, office)
    assert ranked(office) == []
    cover_import.undo(office, LIST)
    assert ranked(office) == []
