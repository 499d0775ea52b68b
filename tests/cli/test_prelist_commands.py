"""People to visit, by commands: a list in, the day's visits, the sum back at the office, and line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import people
import pytest

ROWS = (
    "No;NIK;Nama;Tgl Lahir;L/P;Alamat;RT;RW;Kelurahan\n"
    "1;6471054101909001;Contoh Satu;01/01/1990;P;Jl. Rekaan 1;5;1;Sepinggan\n"
    "2;;Contoh Dua;02/02/1980;L;Gg. Rekaan 2;5;1;Sepinggan\n"
    "3;;Contoh Tiga;;L;Gg. Melati 3;7;1;Sepinggan\n"
    "4;;Contoh Jauh;;L;;1;1;Kampung Rekaan\n"
)
ROW_KEYS = {
    "id", "name", "address", "rt", "rw", "area", "area_name", "state", "visits", "last_visit", "registration",
}  # fmt: skip


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "daftar.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def words(csv: Path, *more: object) -> list[object]:
    return ["sheet", "import", csv, "--as", "prelist", "--list", "Rekaan 2026", *more]


@pytest.fixture
def street(office: Any, csv: Path) -> Any:
    """The list is taken in at the office and on the enumerator's laptop."""
    office.carry("siti", "agus")
    office.agus.done(*words(csv, "--category", "difabel"))
    office.give_back("agus", "siti")
    return office


def names(laptop: Any, *more: str) -> dict[str, str]:
    return {row["name"]: row["state"] for row in laptop.done("prelist", "list", *more)}


def test_a_list_goes_in_after_a_look_and_is_taken_back_by_its_number(office: Any, csv: Path) -> None:
    out = csv.parent / "ditolak.xlsx"
    dry = office.agus.done(*words(csv, "--dry-run", "--errors", out))
    assert (dry["id"], dry["added"], dry["refused"], dry["reasons"]) == (None, 3, 1, {"row_no_area": 1})
    assert out.exists()
    assert office.agus.done("prelist", "list") == office.agus.done("prelist", "lists") == []
    taken = office.agus.done(*words(csv))
    again = office.agus(*words(csv))
    assert again.code == 0
    assert "tidak ada yang ditulis" in again.out
    [listed] = office.agus.done("prelist", "lists")
    assert (listed["id"], listed["name"], listed["people"]) == (taken["id"], "Rekaan 2026", 3)
    undone = office.agus.done("sheet", "undo", taken["id"][:13], "--reason", "Salah berkas")
    assert (undone["removed"], undone["restored"], undone["left"]) == (3, 0, [])
    assert office.agus.refused(3, "sheet", "undo", taken["id"])["code"] == "cover_list_unknown"


def test_what_belongs_to_one_kind_of_list_is_not_taken_for_the_other(office: Any, csv: Path) -> None:
    wrong = ["sheet", "import", csv, "--as", "coverage", "--list", "X", "--area", "64.71.05"]
    assert office.agus(*wrong).code == 2
    assert office.agus.refused(2, *words(csv, "--area", "64.72"))["code"] == "prelist_area"
    assert office.siti.refused(5, *words(csv))["code"] == "not_allowed"


def test_a_days_visits_reach_the_office_as_a_sum(street: Any) -> None:
    siti = street.siti
    rows = siti.done("prelist", "list")
    assert [set(row) for row in rows] == [ROW_KEYS] * 3
    ids = {row["name"]: row["id"] for row in rows}
    assert names(siti, "--rt", "5", "--text", "rekaan 2") == {"Contoh Dua": "belum"}
    told = siti.done("prelist", "visit", ids["Contoh Dua"][:22], "tidak_di_rumah", "--note", "pagi")
    assert (set(told), told["state"], told["visits"]) == (ROW_KEYS, "tidak_di_rumah", 1)
    assert siti.done("prelist", "undo", ids["Contoh Dua"])["state"] == "belum"
    siti.done("prelist", "visit", ids["Contoh Dua"], "menolak")
    begun = siti.done("prelist", "begin", ids["Contoh Satu"])
    assert names(siti, "--state", "draf") == {"Contoh Satu": "draf"}
    values = siti.done("show", begun["id"])["values"]
    assert (values["name"], values["ktp_rt"], values["categories"]) == ("Contoh Satu", "005", ["difabel"])
    person = {**people.person(1, "Contoh Satu"), "prelist_id": ids["Contoh Satu"]}
    line = json.dumps(person).encode()
    [answer] = siti.done("register", "--from", "-", "--accept-warnings", "benar", given=line)
    street.carry("siti", "agus")
    assert names(street.agus) == {"": "menolak", "Contoh Satu": "terdaftar", "Contoh Tiga": "belum"}
    tally = street.agus.done("prelist", "tally")
    assert [(each["rt"], each["people"], each["visited"], each["states"]) for each in tally] == [
        ("005", 2, 2, {"menolak": 1, "terdaftar": 1}), ("007", 1, 0, {"belum": 1}),
    ]  # fmt: skip
    assert set(tally[0]) == {"area", "area_name", "rw", "rt", "people", "visited", "states"}
    assert siti.refused(1, "prelist", "begin", ids["Contoh Satu"])["code"] == "prelist_registered"
    assert siti.refused(1, "prelist", "visit", ids["Contoh Dua"], "pindah")["code"] == "prelist_refused"
    assert siti.refused(5, "prelist", "undo", ids["Contoh Dua"])["code"] == "prelist_refused_stays"
    assert siti.refused(3, "prelist", "visit", "01a00000-aaaa", "pindah")["code"] == "prelist_unknown"
    assert siti("prelist", "visit", ids["Contoh Tiga"], "bertemu").code == 2
    assert answer["state"] == "submitted"


def test_the_plain_list_names_people_and_says_what_they_are(street: Any) -> None:
    answer = street.siti("prelist", "list")
    assert "Contoh Satu" in answer.out
    assert "belum dikunjungi" in answer.out
    assert "6471054101909001" not in answer.out + answer.err
    assert "0 dari 3 dikunjungi" in street.siti("prelist", "tally").out
    english = street.siti("prelist", "list", language="en")
    assert "not visited yet" in english.out


def test_line_by_line_each_person_is_told_and_every_result_kept_at_once(street: Any) -> None:
    typed = "?\n\nt pagar terkunci\nu\np\nk\n/melati\n.\n"
    answer = street.siti("prelist", "--lines", given=typed.encode())
    assert answer.code == 0, answer
    lines = [line.removeprefix("> ") for line in answer.out.splitlines()]
    assert "RT 005 RW 001 Sepinggan: 0 dari 2 dikunjungi." in lines
    first = lines.index("Contoh Dua, Gg. Rekaan 2, belum dikunjungi")
    assert first < lines.index("Contoh Satu, Jl. Rekaan 1, belum dikunjungi")
    assert "Dicatat: tidak di rumah." in lines
    assert "Hasil kunjungan dibatalkan; sekarang: belum dikunjungi." in lines
    assert lines[-1] == "2 dari 3 dikunjungi"
    assert names(street.siti) == {"Contoh Dua": "belum", "Contoh Satu": "pindah", "": "menolak"}


def test_line_by_line_a_form_begins_and_can_be_stopped(street: Any) -> None:
    answer = street.siti("prelist", "--lines", given=b"b\n.\n.\n")
    assert answer.code == 0, answer
    assert "Sekarang: Contoh Dua" in answer.out or "Draf tersimpan" in answer.out + answer.err
    assert names(street.siti)["Contoh Dua"] == "draf"


@pytest.mark.parametrize("typed", [b"", b".\n", b"\n\n\n\n", b"<\n<\n.\n", b"/tidak ada\n\n", b"xyz\n\xff\xfe\n.\n"])
def test_line_by_line_ends_well_whatever_is_typed(street: Any, typed: bytes) -> None:
    answer = street.siti("prelist", "--lines", given=typed)
    assert answer.code == 0, answer
    assert set(names(street.siti).values()) == {"belum"}


def test_without_a_command_it_says_what_there_is(office: Any) -> None:
    assert office.siti("prelist").code == 2
    assert "--lines" in office.siti("prelist", "--help").out
