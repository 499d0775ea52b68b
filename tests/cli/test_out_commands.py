"""Commands about what is out with others: listed, given to somebody else, and a laptop replaced."""

from __future__ import annotations

import json

import pytest

PIN = "246810"


@pytest.fixture
def returned(office, tools):
    """A registration that was returned to its enumerator."""
    (known,) = office.siti.done("register", "--from", "-", given=json.dumps(tools.person(1)).encode())
    office.carry("siti", "agus")
    office.agus.done("review", "return", known["id"], "--reason", "Alamat tidak ditemukan")
    return known["id"]


def test_what_is_out_is_listed_written_for_paper_given_to_somebody_else_and_told_to_both(office, returned) -> None:
    (item,) = office.agus.done("returned", "list", "--out")
    assert (item["id"], item["worker"]["name"], item["carried"]["code"]) == (returned, "Siti Rekaan", "not_written")
    assert item["due"]
    assert office.agus.done("returned", "list", "--out", "--overdue") == []
    sheet = office.folder / "pengingat.csv"
    answer = office.agus("returned", "list", "--out", "--sheet", sheet)
    assert "1 pendaftaran ditunggu dari orang lain, 0 lewat batas." in answer.out
    assert "belum dikirim" in answer.out
    written = sheet.read_text(encoding="utf-8-sig")
    assert "Siti Rekaan" in written
    assert "Alamat tidak ditemukan" in written
    assert office.agus.refused(2, "returned", "list", "--sheet", sheet)
    (answer,) = office.agus.done("review", "assign", returned, "--to", "Agus Rekaan", "--reason", "Siti cuti")
    assert (answer["ok"], answer["assigned_to"]) == (True, "Agus Rekaan")
    assert office.agus.done("show", returned)["assigned_to"] == "Agus Rekaan"
    said = office.agus("show", returned, "--history").out
    assert "Batas perbaikan:" in said
    assert "kepada Agus Rekaan, oleh Agus Rekaan" in said
    assert "Agus Rekaan  ditugaskan kepada Agus Rekaan  Siti cuti" in said
    assert [each["id"] for each in office.agus.done("returned")] == [returned]
    said = office.agus("returned", "list", "--by-due").out
    assert "Ditugaskan kepada Anda oleh Agus Rekaan: Siti cuti" in said
    assert "Batas: " in said
    office.give_back("agus", "siti")
    said = office.siti("returned").out
    assert "0 pendaftaran dikembalikan kepada Anda." in said
    assert "sekarang dikerjakan Agus Rekaan, menurut Agus Rekaan: Siti cuti" in said
    answer = office.agus("review", "assign", returned, "--to", "Agus Rekaan", "--reason", "lagi", "--json")
    assert (answer.code, answer.json[0]["code"]) == (1, "already_with")
    (answer,) = office.agus.done("review", "assign", "--from", "Agus Rekaan", "--take-back")
    assert (answer["ok"], answer["assigned_to"]) == (True, None)


def test_how_an_assignment_is_asked_for_wrongly_is_told(office, returned) -> None:
    for words in (
        ("--to", "Siti Rekaan"),
        (returned,),
        (returned, "--to", "Siti Rekaan", "--take-back"),
        (returned, "--from", "Siti Rekaan", "--to", "Agus Rekaan"),
        (returned, "--to", "Agus Rekaan"),
    ):
        office.agus.refused(2, "review", "assign", *words)
    error = office.siti.refused(5, "review", "assign", returned, "--to", "Siti Rekaan", "--reason", "x")
    assert error["code"] == "not_allowed"
    assert office.siti.refused(5, "returned", "list", "--out")["code"] == "not_allowed"
    error = office.agus.refused(3, "review", "assign", returned, "--to", "Siapa", "--reason", "x")
    assert error["code"] == "member_not_found"


def test_a_laptop_is_replaced_by_its_administrator_and_what_is_lost_at_most_is_said(office, returned, laptop) -> None:
    office.carry("siti", "admin")
    file = office.folder / "pengganti.invitation"
    assert office.agus.refused(5, "members", "replace", "Siti Rekaan", "--out", file, "--pin", PIN)["code"]
    answer = office.admin("members", "replace", "Siti Rekaan", "--out", file, "--pin", PIN, "--reason", "jatuh")
    assert answer.code == 0, answer
    assert "Dari laptop lama ada 1 perubahan di sini" in answer.out
    assert "paling banyak yang hilang" in answer.out
    states = {(each["name"], each["state"]) for each in office.admin.done("members")}
    assert ("Siti Rekaan", "revoked") in states
    assert office.admin.done("members", "list") == office.admin.done("members")
    assert laptop.done("join", file, "--pin", PIN)["member"] == "Siti Rekaan"
