"""Lists of people who are covered already, by commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import people
import pytest
from python_calamine import CalamineWorkbook

LIST = "Daftar Rekaan"
ROWS = (
    "NO;NIK;NAMA PESERTA;KET\n"
    "1;6471052806749001;CONTOH RAHASIA;aktif\n"
    "2;6471052806749077;CONTOH LAIN;aktif\n"
    "3;6,47105E+15;CONTOH RUSAK;aktif\n"
)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "daftar.csv"
    path.write_text(ROWS, encoding="cp1252")
    return path


def words(csv: Path, *more: object) -> list[object]:
    return ["sheet", "import", csv, "--as", "coverage", "--list", LIST, "--kind", "province", *more]


def registered(office: Any) -> str:
    line = json.dumps(people.person(1, "Contoh Orang")).encode()
    [answer] = office.siti.done("register", "--from", "-", given=line)
    office.carry("siti", "agus")
    return str(answer["id"])


def test_a_list_is_shown_before_it_is_taken_in_and_then_keeps_from_approval(office: Any, csv: Path) -> None:
    one = registered(office)
    out = csv.parent / "ditolak.xlsx"
    dry = office.agus.done(*words(csv, "--dry-run", "--errors", out))
    assert (dry["id"], dry["rows"], dry["kept"], dry["refused"], dry["same_nik"]) == (None, 3, 2, 1, 1)
    assert [each["field"] for each in dry["columns"]] == ["number", "nik", "name", None]
    assert len(CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()) == 2
    assert office.agus.done("sheet", "lists") == []
    taken = office.agus.done(*words(csv))
    assert taken["after"]["registered"] == 1
    [answer] = office.agus("review", "approve", one, "--json").json
    assert answer["code"] == "covered_elsewhere"
    assert office.agus("review", "approve", one).code == 1
    [told] = office.agus.done("sheet", "lists")
    assert (told["name"], told["kind"], told["now"]["registered"], told["is_here"]) == (LIST, "province", 1, True)
    freed = office.agus.done("sheet", "decide", LIST, one, "--different", "--reason", "Orang lain")
    assert (freed["blocks"], freed["state"]) == (False, "submitted")
    assert office.agus.done("show", one)["covers"][0]["decision"]["reason"] == "Orang lain"
    office.agus.done("sheet", "decide", LIST, one, "--same", "--reason", "Ternyata memang dia")
    assert office.agus("review", "approve", one).code == 1
    assert office.agus("sheet", "decide", LIST, one, "--same", "--ended", "--reason", "x").code == 2
    undone = office.agus.done("sheet", "undo", taken["id"], "--reason", "Salah berkas")
    assert (undone["before"]["registered"], undone["after"]["registered"]) == (1, 0)
    assert office.agus("review", "approve", one).code == 0


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_no_answer_names_anybody_of_the_list(office: Any, csv: Path, as_json: tuple[str, ...]) -> None:
    one = registered(office)
    for command in (words(csv, "--dry-run"), words(csv), ["sheet", "lists"], ["review", "approve", one]):
        answer = office.agus(*command, *as_json)
        assert "RAHASIA" not in answer.out + answer.err
        assert "6471052806749077" not in answer.out + answer.err


def test_plain_words_tell_columns_counts_and_what_to_do(office: Any, csv: Path) -> None:
    answer = office.agus(*words(csv))
    assert answer.code == 0
    for part in ("NAMA PESERTA", "Sebelum", "Sesudah", "1 baris ditolak", "--errors"):
        assert part in answer.out
    again = office.agus(*words(csv))
    assert "sama" in again.out
    english = office.agus(*words(csv, "--dry-run"), language="en")
    assert "Before" in english.out


def test_rows_that_look_like_a_registration_are_shown_to_who_decides_and_named_in_no_json(
    office: Any, tmp_path: Path
) -> None:
    one = registered(office)
    path = tmp_path / "a.csv"
    path.write_text("NIK;NAMA;TGL LAHIR\n6471052806740991;CONTOH ORAN;28-06-1974\n", encoding="utf-8")
    office.agus.done(*words(path))
    found = office.agus("sheet", "matches", "--json")
    assert "ORAN" not in found.out
    [pair] = found.json
    assert (pair["registration"], pair["row"], pair["nik"]) == (one, 2, "6471********0991")
    shown = office.agus("sheet", "matches", LIST, "--registration", one)
    assert "CONTOH ORAN" in shown.out
    assert "6471052806740991" not in shown.out
    assert pair["verdict"] in shown.out
    office.agus.done("sheet", "decide", LIST, one, "--row", 2, "--different", "--reason", "Kakaknya")
    assert office.agus.done("sheet", "matches") == []
    [kept] = office.agus.done("sheet", "matches", "--all")
    assert kept["decision"]["reason"] == "Kakaknya"
    assert office.agus.refused(3, "sheet", "matches", "tidakada")["code"] == "cover_list_unknown"


def test_columns_are_said_by_option_and_by_map(office: Any, tmp_path: Path) -> None:
    path, chart = tmp_path / "a.csv", tmp_path / "peta.toml"
    path.write_text("Kode;Isi\n6471052806749001;CONTOH\n", encoding="utf-8")
    chart.write_text('nik = "Kode"\nname = 2\n', encoding="utf-8")
    by_map = office.agus.done(*words(path, "--map", chart, "--dry-run"))
    by_option = office.agus.done(*words(path, "--column", "nik=A", "--column", "name=B", "--dry-run"))
    assert (
        [each["field"] for each in by_map["columns"]]
        == ["nik", "name"]
        == [each["field"] for each in by_option["columns"]]
    )
    assert office.agus.refused(2, *words(path, "--column", "nik=Q"))["code"] == "column_unknown"
    assert office.agus.refused(2, *words(path, "--column", "nik"))["code"] == "usage"
    assert office.agus.refused(3, *words(path, "--map", tmp_path / "hilang"))["code"] == "file_not_found"


def test_refusals_have_their_exit_codes(office: Any, csv: Path, tmp_path: Path) -> None:
    broken = tmp_path / "rusak.xlsx"
    broken.write_bytes(b"PK\x03\x04 rusak")
    assert office.agus.refused(4, *words(broken))["code"] == "sheet_damaged"
    assert office.agus.refused(3, *words(tmp_path / "hilang.xlsx"))["code"] == "file_not_found"
    assert office.agus.refused(4, *words(tmp_path))["code"] == "file_not_read"
    assert office.siti.refused(5, *words(csv))["code"] == "not_allowed"
    assert office.agus.refused(3, "sheet", "undo", "tidakada")["code"] == "cover_list_unknown"
    assert office.agus("sheet", "import", csv, "--as", "lain", "--list", LIST).code == 2
    assert office.agus("sheet", "import", csv, "--as", "coverage").code == 2
    assert office.agus.refused(2, *words(csv, "--errors", tmp_path / "a.pdf"))["code"] == "sheet_kind"
