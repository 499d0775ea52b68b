"""`fieldapp report`: JSON for programs, lines for people, and the same answers in both languages."""

from __future__ import annotations

import json


def test_reports_are_told_to_people_and_programs(office, tools, tmp_path) -> None:
    given = "\n".join(json.dumps(tools.person(number)) for number in (1, 2)).encode()
    office.siti.done("register", "--from", "-", given=given)
    office.carry("siti", "agus")
    found = office.agus.done("report", "progress")
    assert found["totals"]["registered"] == 2
    assert (found["quota"], found["pace"]["registered"]["left"]) == (20, 18)
    sheet = tmp_path / "kemajuan.xlsx"
    assert office.agus.done("report", "progress", "--xlsx", sheet)["file"] == str(sheet)
    assert sheet.read_bytes()[:2] == b"PK"
    (siti,) = office.agus.done("report", "quality")["enumerators"]
    assert (siti["name"], siti["people"], siti["flags"]) == ("Siti Rekaan", 2, [])
    told = office.agus("report", "quality").out
    assert max(map(len, told.split("\n"))) <= 110
    assert "Siti Rekaan" in told
    assert "Detik, 10% tercepat:" in office.agus("report", "quality", "--by", "Siti Rekaan").out
    assert "How far" not in told
    assert "Enumerator" in office.agus("report", "quality", language="en").out
    office.agus.refused(2, "report", "quality", "--since", "kemarin")
    money = office.agus.done("report", "budget", "--xlsx", tmp_path / "anggaran.xlsx")
    assert (money["quota"], money["approved"]) == (20, 0)
    assert "Masih dapat dibayar anggaran" in office.agus("report", "budget").out
    office.siti.refused(5, "report", "budget")
    own = office.siti.done("report", "quality")
    assert [each["name"] for each in own["enumerators"]] == ["Siti Rekaan"]


def test_a_list_for_back_checks_is_drawn_printed_and_written(office, tools, tmp_path) -> None:
    given = "\n".join(json.dumps(tools.person(number)) for number in (1, 2, 3, 4)).encode()
    office.siti.done("register", "--from", "-", given=given)
    office.carry("siti", "agus")
    drawn = office.agus.done("report", "backcheck", "--seed", "5", "--count", "2")
    assert (drawn["seed"], len(drawn["people"])) == ("5", 2)
    answer = office.agus("report", "backcheck", "--seed", "5", "--count", "2")
    assert all(person["name"] in answer.out for person in drawn["people"])
    assert "dicatat" in answer.out
    sheet = tmp_path / "daftar.xlsx"
    written = office.agus.done("report", "backcheck", "--count", "3", "--out", sheet)
    assert (written["rows"], len(written["seed"])) == (3, 6)
    office.agus.refused(2, "report", "backcheck", "--count", "3", "--out", tmp_path / "daftar.pdf")
    office.agus.refused(2, "report", "backcheck", "--count", "5000")
    office.siti.refused(5, "report", "backcheck", "--count", "3")
