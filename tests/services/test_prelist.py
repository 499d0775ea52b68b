"""People to visit on real laptops: a visit's result, the form that begins from the list, and who refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fieldapp.domain import prelist as rules
from fieldapp.services import care, drafts, exchange, intake, prelist, registrations, status
from fieldapp.services.problems import Problem
from fieldapp.store.rebuild import rebuild
from sync.journal import Change
from sync.segment import read_entries

AREA = "64.71.05.1002"
LIST = "01a00000-0000-7000-8000-000000000001"
NIK = "6471054101909007"
HELD: dict[str, Any] = {
    "list": LIST, "name": "Contoh Didatangi", "nik": NIK, "birth_date": "1990-01-01", "sex": "P", "rt": "005",
    "rw": "001", "address": "Jl. Rekaan 9", "phone": "081200009001", "categories": ["nelayan"],
}  # fmt: skip


def put(session: Any, scope: str = AREA, **fields: Any) -> str:
    def write(connection: Any, journal: Any) -> str:
        record = journal.new_record(session.author())
        held = {name: value for name, value in {**HELD, **fields}.items() if value is not None}
        change = Change(record=record, type=rules.TYPE, scope=scope, kind="new", fields=held)
        journal.append(session.author(), [change])
        return str(record)

    return str(session.write(write))


class Street:
    """An office's laptop and an enumerator's, with one person to visit on both."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.office = town.join("coordinator", "Koor", "64.71.05")
        self.laptop = town.join("enumerator", "Sari", "64.71.05")
        town.carry(self.laptop, self.office)
        self.item = put(self.office)
        self.back()

    def carry(self) -> dict[str, Any]:
        (answer,) = self.town.carry(self.laptop, self.office)
        return dict(answer)

    def back(self) -> None:
        self.town.carry(self.office, self.laptop, to=self.laptop.member.id)

    def row(self, session: Any = None, item: str = "") -> dict[str, Any]:
        (row,) = prelist.rows(session or self.laptop, [item or self.item])
        return row


@pytest.fixture
def street(town: Any) -> Street:
    return Street(town)


def test_the_list_shows_who_is_to_be_visited_and_the_status_counts_them(street: Street) -> None:
    assert prelist.ids(street.laptop) == [street.item]
    assert street.row() == {
        "id": street.item, "name": "Contoh Didatangi", "address": "Jl. Rekaan 9", "rt": "005", "rw": "001",
        "area": AREA, "area_name": "Sepinggan", "state": "belum", "visits": 0, "last_visit": None,
        "registration": None,
    }  # fmt: skip
    assert status.status(street.laptop)["to_visit"] == 1
    assert prelist.find(street.laptop, street.item[:13].upper()) == street.item


@pytest.mark.parametrize("result", ["tidak_di_rumah", "pindah", "meninggal"])
def test_a_result_reaches_the_office_and_can_be_taken_back(street: Street, result: str) -> None:
    row = prelist.visit(street.laptop, street.item, result, " pagar   terkunci ")
    assert (row["state"], row["visits"]) == (result, 1)
    assert row["last_visit"] > "2026-11-02T"
    street.carry()
    assert street.row(street.office)["state"] == result
    held = street.office.read(lambda c: street.office.journal(c).record(street.item)).values
    assert held["visit_note"] == "pagar terkunci"
    back = prelist.undo_visit(street.laptop, street.item)
    assert (back["state"], back["visits"], back["last_visit"]) == ("belum", 0, None)
    street.carry()
    assert street.row(street.office)["state"] == "belum"
    with pytest.raises(Problem, match="prelist_no_visit"):
        prelist.undo_visit(street.laptop, street.item)


def test_the_visit_before_holds_again_when_the_last_is_taken_back(street: Street) -> None:
    prelist.visit(street.laptop, street.item, "tidak_di_rumah", "pagi")
    first = street.row()
    assert prelist.visit(street.laptop, street.item, "pindah")["visits"] == 2
    assert prelist.undo_visit(street.laptop, street.item) == first


def test_two_who_came_at_the_same_time_are_both_in_the_history_and_the_next_visit_settles_it(street: Street) -> None:
    budi = street.town.join("enumerator", "Budi", "64.71.05")
    street.town.carry(budi, street.office)
    street.town.carry(street.office, budi, to=budi.member.id)
    prelist.visit(street.laptop, street.item, "tidak_di_rumah")
    prelist.visit(budi, street.item, "pindah")
    street.town.carry(budi, street.office)
    street.carry()
    street.back()
    assert street.row()["state"] == street.row(street.office)["state"] == "pindah"
    prelist.visit(street.laptop, street.item, "meninggal")
    street.carry()
    assert street.row(street.office)["state"] == "meninggal"
    record = street.office.read(lambda c: street.office.journal(c).record(street.item))
    assert (record.conflicts, len(record.history)) == ((), 4)


@pytest.mark.parametrize(
    ("result", "note", "code"),
    [("bertemu", "", "prelist_result"), ("menolak", "Contoh marah", "prelist_refused_note"),
     ("pindah", "x" * 201, "prelist_note")],
)  # fmt: skip
def test_what_no_visit_can_find_is_refused(street: Street, result: str, note: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        prelist.visit(street.laptop, street.item, result, note)
    assert street.row()["state"] == "belum"


def test_nobody_is_visited_who_is_not_on_the_list(street: Street) -> None:
    for asked in (prelist.begin, prelist.undo_visit, lambda s, i: prelist.visit(s, i, "pindah"), prelist.find):
        with pytest.raises(Problem, match="prelist_unknown"):
            asked(street.laptop, "01a00000-0000-7000-8000-00000000ffff")


def test_the_form_begins_with_what_the_list_says_and_nothing_about_consent(street: Street) -> None:
    view = prelist.begin(street.laptop, street.item)
    assert view.values == {
        "prelist_id": street.item, "name": "Contoh Didatangi", "nik": NIK, "birth_date": "1990-01-01", "sex": "P",
        "phone": "081200009001", "categories": ["nelayan"], "ktp_address": "Jl. Rekaan 9", "ktp_rt": "005",
        "ktp_rw": "001", "ktp_area": AREA, "consent_text_version": view.values["consent_text_version"],
    }  # fmt: skip
    assert street.row()["state"] == "draf"
    # Begun once, it is gone on with.
    assert prelist.begin(street.laptop, street.item).id == view.id
    assert len(drafts.drafts(street.laptop)) == 1
    # Only what is as the list has it is shown as filled in.
    assert "name" in prelist.filled(street.laptop, view.id)
    drafts.save_draft(street.laptop, view.id, {**view.values, "name": "Contoh Sebenarnya"})
    after = prelist.filled(street.laptop, view.id)
    assert "name" not in after
    assert {"nik", "ktp_rt", "ktp_area"} <= after
    assert not {each for each in after if each.startswith("consent")}
    assert prelist.filled(street.laptop, drafts.new_draft(street.laptop).id) == frozenset()


def test_what_a_visit_found_after_a_form_was_begun_shows_until_the_form_is_gone_on_with(street: Street) -> None:
    prelist.visit(street.laptop, street.item, "tidak_di_rumah")
    view = prelist.begin(street.laptop, street.item)
    assert street.row()["state"] == "draf"
    assert prelist.visit(street.laptop, street.item, "pindah")["state"] == "pindah"
    drafts.save_draft(street.laptop, view.id, view.values)
    assert street.row()["state"] == "draf"
    drafts.discard_draft(street.laptop, view.id)
    assert street.row()["state"] == "pindah"


def test_handing_in_makes_the_person_registered_on_every_laptop(street: Street, person: Any) -> None:
    view = prelist.begin(street.laptop, street.item)
    drafts.save_draft(street.laptop, view.id, {**person(7), **view.values, "phone": None, "no_phone": True})
    values = {**person(7), "prelist_id": street.item}
    drafts.save_draft(street.laptop, view.id, values)
    answer = registrations.submit(street.laptop, view.id)
    assert answer["state"] == "submitted", answer
    assert (street.row()["state"], street.row()["registration"]) == ("terdaftar", answer["id"])
    assert status.status(street.laptop)["to_visit"] == 0
    for asked in (prelist.begin, lambda s, i: prelist.visit(s, i, "pindah")):
        with pytest.raises(Problem, match="prelist_registered"):
            asked(street.laptop, street.item)
    street.carry()
    assert street.row(street.office)["state"] == "terdaftar"
    budi = street.town.join("enumerator", "Budi", "64.71.05")
    street.town.carry(budi, street.office)
    street.town.carry(street.office, budi, to=budi.member.id)
    assert street.row(budi)["state"] == "terdaftar"
    # Never a fact of its own: who is taken out again is to be visited.
    registrations.void(street.laptop, answer["id"], "salah orang")
    assert street.row()["state"] == "belum"


def _held_here(session: Any) -> str:
    """Every text and every byte of every table of a laptop, its journal unpacked."""

    def read(connection: Any) -> str:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables]  # noqa: S608 - our words
        journal = session.journal(connection)
        items = [row[0] for row in connection.execute("SELECT id FROM prelist_item")]
        bodies = [stored.body.decode() for item in items for stored in journal.entries_of(item)]
        return repr(rows) + "".join(bodies)

    return str(session.read(read))


def _offered(session: Any) -> str:
    """Every entry that this laptop would hand on to somebody who holds nothing yet."""

    def read(connection: Any) -> str:
        segments = session.journal(connection).segments_for({}, None)
        return "".join(stored.body.decode() for segment in segments for _, stored in read_entries(segment))

    return str(session.read(read))


SECRETS = ("Contoh Didatangi", "contoh didatangi", "contohdidatangi", NIK, "Jl. Rekaan 9", "081200009001", "1990-01-01")


def test_of_who_refused_nothing_is_left_here_and_nothing_goes_on_after_compacting(street: Street) -> None:
    view = prelist.begin(street.laptop, street.item)
    drafts.save_draft(street.laptop, view.id, view.values)
    prelist.visit(street.laptop, street.item, "tidak_di_rumah", "tetangga Contoh Didatangi bilang besok")
    row = prelist.visit(street.laptop, street.item, "menolak")
    assert (row["state"], row["name"], row["address"], row["rt"], row["visits"]) == ("menolak", "", "", "005", 2)
    assert drafts.drafts(street.laptop) == []
    assert "Contoh Didatangi" in _offered(street.laptop)
    street.carry()
    assert (street.row(street.office)["state"], street.row(street.office)["name"]) == ("menolak", "")
    street.back()
    assert care.compact(street.laptop)["entries"] == 2
    held = _held_here(street.laptop)
    assert "menolak" in held
    assert [text for text in SECRETS if text in held] == []
    # The laptop folds it as everybody does, and a rebuild brings it out the same.
    assert street.laptop.write(lambda c, journal: rebuild(c, journal)) is True
    assert street.row() == {**row, "visits": 2}
    offered = _offered(street.laptop)
    assert "menolak" in offered
    assert [text for text in SECRETS if text in offered] == []
    # What the office keeps is in its history alone.
    assert "Contoh Didatangi" not in repr(prelist.rows(street.office, [street.item]))


def test_a_refusal_stands_against_whoever_came_at_the_same_time(street: Street) -> None:
    budi = street.town.join("enumerator", "Budi", "64.71.05")
    street.town.carry(budi, street.office)
    street.town.carry(street.office, budi, to=budi.member.id)
    prelist.visit(street.laptop, street.item, "menolak")
    prelist.visit(budi, street.item, "tidak_di_rumah", "Contoh Didatangi di pasar")
    street.carry()
    street.town.carry(budi, street.office)
    row = street.row(street.office)
    assert (row["state"], row["name"]) == ("menolak", "")
    for asked in (prelist.begin, lambda s, i: prelist.visit(s, i, "pindah")):
        with pytest.raises(Problem, match="prelist_refused"):
            asked(street.laptop, street.item)


def test_only_the_office_takes_a_refusal_back(street: Street) -> None:
    prelist.visit(street.laptop, street.item, "tidak_di_rumah")
    prelist.visit(street.laptop, street.item, "menolak")
    with pytest.raises(Problem, match="prelist_refused_stays"):
        prelist.undo_visit(street.laptop, street.item)
    street.carry()
    row = prelist.undo_visit(street.office, street.item)
    assert (row["name"], row["state"], row["visits"]) == ("Contoh Didatangi", "tidak_di_rumah", 1)
    street.back()
    assert street.row()["name"] == "Contoh Didatangi"
    # The refusal was replaced in all it said; let go, it counts as it did, and so does what replaced it.
    assert care.compact(street.laptop)["entries"] == 3
    assert street.laptop.write(lambda c, journal: rebuild(c, journal)) is True
    assert street.row()["name"] == "Contoh Didatangi"
    record = street.laptop.read(lambda c: street.laptop.journal(c).record(street.item))
    assert record.quarantined == ()


def test_who_refuses_inside_the_form_refuses_on_the_list_too(street: Street) -> None:
    view = prelist.begin(street.laptop, street.item)
    drafts.save_draft(street.laptop, view.id, {**view.values, "consent_given": False})
    answer = registrations.submit(street.laptop, view.id)
    assert [error["code"] for error in answer["errors"]] == ["consent_refused"]
    assert (street.row()["state"], street.row()["name"]) == ("menolak", "")
    (left,) = drafts.drafts(street.laptop)
    assert left.values["visit"] == "menolak"
    assert not set(SECRETS) & {str(value) for value in left.values.values()}
    # A second sending of the same tally says nothing twice.
    registrations.submit(street.laptop, view.id)
    assert street.row()["visits"] == 1
    assert street.carry()["entries"]["quarantined"] == 0


def test_a_file_of_registrations_with_a_refusal_refuses_on_the_list_too(street: Street) -> None:
    line = json.dumps({"name": "Contoh Didatangi", "consent_given": False, "prelist_id": street.item}).encode()
    assert [answer["state"] for answer in intake.register_many(street.laptop, [line])] == ["draft"]
    assert (street.row()["state"], street.row()["name"]) == ("menolak", "")


def test_everybody_is_counted_by_rt(street: Street) -> None:
    put(street.office, name="Contoh Kedua", nik=None)
    put(street.office, name="Contoh Lain RT", nik=None, rt="006")
    street.back()
    prelist.visit(street.laptop, street.item, "menolak")
    told = [(each["rt"], each["people"], each["visited"], each["states"]) for each in prelist.tally(street.laptop)]
    assert told == [("005", 2, 1, {"belum": 1, "menolak": 1}), ("006", 1, 0, {"belum": 1})]
    street.carry()
    assert prelist.tally(street.office) == prelist.tally(street.laptop)


def test_a_laptop_of_another_area_holds_nobody_of_this_one(street: Street) -> None:
    other = street.town.join("enumerator", "Tono", "64.71.06")
    street.town.carry(other, street.office)
    exchange.write_bundle(street.office, street.town.stick / "tono", to=other.member.id)
    exchange.merge(other, [street.town.stick / "tono"])
    assert prelist.ids(other) == []
