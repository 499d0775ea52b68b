"""Lists of people to visit taken in, taken in again newer, and taken back, on real laptops."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from fieldapp.files.table import read_table
from fieldapp.services import prelist, registrations
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.prelist import undo as prelist_undo
from fieldapp.services.problems import Problem
from fieldapp.store.rebuild import rebuild

HEAD = ("No", "NIK", "Nama Lengkap", "Tgl Lahir", "L/P", "Alamat", "RT", "RW", "Kelurahan", "No HP")
ROWS = {
    1: ("6471054101909001", "Contoh Satu", "01/01/1990", "P", "Jl. Rekaan 1", "5", "1", "Sepinggan", "0812000001"),
    2: ("", "Contoh Dua", "02/02/1980", "L", "Gg. Rekaan 2", "5", "1", "Kel. Sepinggan", ""),
    3: ("6471050303709003", "Contoh Tiga", "", "L", "Jl. Rekaan RT 07/RW 02", "", "", "Gunung Bahagia", ""),
}  # fmt: skip


@pytest.fixture
def office(town: Any) -> Any:
    return town.join("coordinator", "Koor", "64.71.05")


def sheet(folder: Path, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD, name: str = "daftar.csv") -> Path:
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *((str(n), *row) for n, row in enumerate(rows, start=1))])
    return folder / name


def take(session: Any, path: Path, **over: Any) -> dict[str, Any]:
    return prelist_import.import_list(session, path, **{"name": "Difabel 2026", **over})


def shown(session: Any, **wanted: Any) -> dict[str, str]:
    return {row["name"]: row["state"] for row in prelist.rows(session, prelist.ids(session, **wanted))}


def counts(answer: dict[str, Any]) -> tuple[int, ...]:
    return tuple(answer[word] for word in ("added", "changed", "gone", "unchanged"))


def test_a_list_becomes_people_in_their_kelurahan_and_rt(office: Any, tmp_path: Path) -> None:
    path = sheet(tmp_path, *ROWS.values())
    tried = take(office, path, dry_run=True)
    assert prelist.ids(office) == []
    answer = take(office, path, categories=["difabel"])
    assert counts(tried) == counts(answer) == (3, 0, 0, 0)
    assert (answer["rows"], answer["kept"], answer["refused"], answer["without_nik"]) == (3, 3, 0, 1)
    assert (tried["id"], tried["dry_run"], answer["dry_run"], answer["is_same"]) == (None, True, False, False)
    rows = prelist.rows(office, prelist.ids(office))
    assert [(row["name"], row["area"], row["rw"], row["rt"]) for row in rows] == [
        ("Contoh Dua", "64.71.05.1002", "001", "005"),
        ("Contoh Satu", "64.71.05.1002", "001", "005"),
        ("Contoh Tiga", "64.71.05.1006", "002", "007"),
    ]
    assert answer["areas"] == [
        {"area": row["area"], "area_name": row["area_name"], "people": people}
        for row, people in ((rows[0], 2), (rows[2], 1))
    ]
    (listed,) = prelist_import.lists(office)
    assert (listed["name"], listed["people"], listed["id"]) == ("Difabel 2026", 3, answer["id"])
    begun = prelist.begin(office, rows[1]["id"]).values
    assert (begun["nik"], begun["birth_date"], begun["sex"], begun["categories"]) == (
        "6471054101909001", "1990-01-01", "P", ["difabel"],
    )  # fmt: skip


def test_the_same_file_again_is_known_and_writes_nothing(office: Any, tmp_path: Path) -> None:
    path = sheet(tmp_path, *ROWS.values())
    first = take(office, path)
    again = take(office, path, name="  difabel  2026 ")
    assert (again["is_same"], again["id"], counts(again)) == (True, first["id"], (0, 0, 0, 3))
    assert len(prelist_import.lists(office)) == 1


def test_a_newer_version_brings_who_is_new_changed_and_gone(office: Any, tmp_path: Path) -> None:
    take(office, sheet(tmp_path, ROWS[1], ROWS[2]))
    moved = (*ROWS[2][:4], "Gg. Baru 9", *ROWS[2][5:])
    answer = take(office, sheet(tmp_path, moved, ROWS[3]))
    # Nobody of the file lives where the third does, yet the first lives where the second does, and is gone.
    assert counts(answer) == (1, 1, 1, 0)
    assert shown(office) == {"Contoh Dua": "belum", "Contoh Tiga": "belum"}
    (dua,) = [row for row in prelist.rows(office, prelist.ids(office)) if row["name"] == "Contoh Dua"]
    assert dua["address"] == "Gg. Baru 9"
    assert office.write(lambda connection, journal: rebuild(connection, journal)) is True


def test_a_part_of_a_list_takes_nobody_away_from_other_areas(office: Any, tmp_path: Path) -> None:
    take(office, sheet(tmp_path, *ROWS.values()))
    assert counts(take(office, sheet(tmp_path, ROWS[3]))) == (0, 0, 0, 1)
    assert len(shown(office)) == 3


def test_who_moved_to_another_rt_is_to_be_visited_there(office: Any, tmp_path: Path) -> None:
    take(office, sheet(tmp_path, ROWS[1]))
    prelist.visit(office, prelist.ids(office)[0], "pindah")
    assert counts(take(office, sheet(tmp_path, (*ROWS[1][:5], "9", *ROWS[1][6:])))) == (1, 0, 1, 0)
    assert shown(office, rt="009") == {"Contoh Satu": "belum"}
    assert shown(office, rt="005") == {}


def test_what_a_visit_found_stays_when_the_list_comes_anew(office: Any, tmp_path: Path) -> None:
    take(office, sheet(tmp_path, *ROWS.values()))
    item = prelist.ids(office, text="satu")[0]
    prelist.visit(office, item, "tidak_di_rumah")
    take(office, sheet(tmp_path, (*ROWS[1][:4], "Jl. Betul 1", *ROWS[1][5:]), ROWS[2], ROWS[3]))
    (row,) = prelist.rows(office, [item])
    assert (row["state"], row["visits"], row["address"]) == ("tidak_di_rumah", 1, "Jl. Betul 1")


def test_nobody_is_sent_again_to_a_person_who_refused(office: Any, tmp_path: Path) -> None:
    path = sheet(tmp_path, *ROWS.values())
    take(office, path)
    for item in (prelist.ids(office, text="satu")[0], prelist.ids(office, text="dua")[0]):
        prelist.visit(office, item, "menolak")
    answer = take(office, path)
    assert (counts(answer), answer["refused_before"], answer["is_same"]) == ((0, 0, 0, 1), 2, True)
    assert sorted(shown(office).items()) == [("", "menolak"), ("Contoh Tiga", "belum")]


def test_rows_that_cannot_be_used_are_counted_and_written_with_the_reason(office: Any, tmp_path: Path) -> None:
    path = sheet(
        tmp_path, ROWS[1], ("6471054101909009", "", "", "", "", "", "", "Sepinggan", ""), ROWS[1],
        (*ROWS[2][:7], "Kampung Rekaan", ""), (*ROWS[2][:7], "Klandasan Ulu", ""),
        ("647105410190900", "Contoh NIK Pendek", "", "", "", "", "", "Sepinggan", ""),
    )  # fmt: skip
    out = tmp_path / "ditolak.xlsx"
    answer = take(office, path, errors=out)
    assert answer["reasons"] == {"row_no_area": 1, "row_no_name": 1, "row_outside_area": 1, "row_repeated": 1}
    # A NIK that cannot be one is no reason not to visit somebody.
    assert (answer["kept"], answer["refused"], answer["without_nik"]) == (2, 4, 1)
    written = read_table(out)
    assert len(written.lines) == 4
    assert "di luar wilayah" in str([line.cells for line in written.lines])


def test_two_people_under_one_nik_are_both_visited_and_one_person_written_twice_is_not(
    office: Any, tmp_path: Path
) -> None:
    nik, born = ROWS[1][0], ROWS[1][2]
    path = sheet(
        tmp_path, ROWS[1], (nik, "Satu", *ROWS[1][2:]), (nik, "Kontoh", born, *ROWS[1][3:]),
        (nik, "Lain Sekali", "03/04/1971", *ROWS[1][3:]), (nik, "Contoh Tanpa Tanggal", "", *ROWS[1][3:]),
    )  # fmt: skip
    answer = take(office, path)
    assert (answer["kept"], answer["reasons"], answer["without_nik"]) == (2, {"row_repeated": 3}, 1)
    assert set(shown(office)) == {"Contoh Satu", "Lain Sekali"}
    assert take(office, path)["is_same"]


def test_a_list_of_which_nothing_can_be_used_is_not_taken_in(office: Any, tmp_path: Path) -> None:
    path = sheet(tmp_path, (*ROWS[2][:7], "Kampung Rekaan", ""))
    with pytest.raises(Problem, match="prelist_nobody"):
        take(office, path)
    for over, code in (
        ({"name": " - "}, "prelist_list_name"), ({"area": "64.71.06.1001"}, "prelist_area"),
        ({"categories": ["presiden"]}, "prelist_category"), ({"errors": path}, "prelist_errors_target"),
    ):  # fmt: skip
        with pytest.raises(Problem, match=code):
            take(office, path, **over)
    assert prelist_import.lists(office) == []


def test_an_enumerator_takes_no_list_in(town: Any, tmp_path: Path) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05.1002")
    path = sheet(tmp_path, *ROWS.values())
    with pytest.raises(Problem, match="not_allowed"):
        take(laptop, path)
    with pytest.raises(Problem, match="not_allowed"):
        prelist_undo.undo_list(laptop, "x")


def test_rows_without_a_kelurahan_go_where_it_is_said(office: Any, tmp_path: Path) -> None:
    head, rows = ("No", "NIK", "Nama"), [("6471054101909001", "Contoh Satu")]
    answer = take(office, sheet(tmp_path, *rows, head=head))
    # The only area of whoever takes it in is a kecamatan, and no better is known.
    assert (answer["areas"][0]["area"], answer["kecamatan_only"]) == ("64.71.05", 1)
    answer = take(office, sheet(tmp_path, *rows, head=head), name="Lain", area="64.71.05.1002")
    assert (answer["areas"][0]["area"], answer["kecamatan_only"], answer["elsewhere"]) == ("64.71.05.1002", 0, 1)


def test_who_is_registered_already_comes_so_and_who_is_alike_is_only_told(
    office: Any, tmp_path: Path, person: Any
) -> None:
    def register(values: dict[str, Any]) -> str:
        return str(registrations.submit(office, registrations.new_draft(office, values).id)["id"])

    known = register(person(1))
    alike = register(person(2))
    values = person(2)
    path = sheet(
        tmp_path, (person(1)["nik"], "Nama Lain", "", "", "", "", "", "Sepinggan", ""),
        ("", values["name"], values["birth_date"], values["sex"], "", "", "", "Sepinggan", ""),
    )  # fmt: skip
    answer = take(office, path)
    assert answer["registered"] == 1
    assert (answer["near"][0]["row"], answer["near"][0]["registration"]) == (3, alike)
    # Whose NIK is registered is no question of likeness.
    assert {each["row"] for each in answer["near"]} == {3}
    assert shown(office) == {"Nama Lain": "terdaftar", values["name"]: "belum"}
    (row,) = prelist.rows(office, prelist.ids(office, state="terdaftar"))
    assert row["registration"] == known


def test_an_import_is_taken_back_as_a_unit(office: Any, tmp_path: Path) -> None:
    first = take(office, sheet(tmp_path, ROWS[1], ROWS[2], name="a.csv"))
    before = prelist.rows(office, prelist.ids(office))
    moved = (*ROWS[2][:4], "Gg. Baru 9", *ROWS[2][5:])
    second = take(office, sheet(tmp_path, moved, ROWS[3], name="b.csv"))
    assert prelist_undo.is_list(office, second["id"][:13])
    answer = prelist_undo.undo_list(office, "DIFABEL 2026")
    assert (answer["id"], answer["removed"], answer["restored"], answer["left"]) == (second["id"], 1, 2, [])
    assert prelist.rows(office, prelist.ids(office)) == before
    assert office.write(lambda connection, journal: rebuild(connection, journal)) is True
    # The version before holds again: its own file writes nothing.
    assert take(office, sheet(tmp_path, ROWS[1], ROWS[2], name="a.csv"))["is_same"]
    assert prelist_undo.undo_list(office, first["id"])["removed"] == 2
    assert prelist.ids(office) == prelist_import.lists(office) == []
    with pytest.raises(Problem, match="prelist_list_unknown"):
        prelist_undo.undo_list(office, first["id"])
    # Taken in again, they are there again.
    assert counts(take(office, sheet(tmp_path, ROWS[1], ROWS[2], name="a.csv"))) == (2, 0, 0, 0)


def test_what_somebody_built_upon_stays_and_is_named(office: Any, tmp_path: Path, person: Any) -> None:
    path = sheet(tmp_path, *ROWS.values())
    answer = take(office, path)
    visited, refused, registered = (prelist.ids(office, text=word)[0] for word in ("satu", "dua", "tiga"))
    prelist.visit(office, visited, "pindah")
    prelist.visit(office, refused, "menolak")
    draft = registrations.new_draft(office, {**person(1), "prelist_id": registered})
    assert registrations.submit(office, draft.id)["state"] == "submitted"
    told = prelist_undo.undo_list(office, answer["id"])
    assert sorted((each["id"], each["code"]) for each in told["left"]) == sorted(
        [(visited, "visited"), (refused, "visited"), (registered, "registered")]
    )
    assert all(each["message"] for each in told["left"])
    # Whoever stayed is no stranger to the same list when it comes again.
    again = take(office, path)
    assert (again["added"], again["refused_before"]) == (0, 1)


def test_a_refusal_stays_though_the_version_that_changed_the_person_is_taken_back(office: Any, tmp_path: Path) -> None:
    take(office, sheet(tmp_path, ROWS[1]))
    second = take(office, sheet(tmp_path, (*ROWS[1][:4], "Jl. Betul 1", *ROWS[1][5:])))
    prelist.visit(office, prelist.ids(office)[0], "menolak")
    told = prelist_undo.undo_list(office, second["id"])
    assert [each["code"] for each in told["left"]] == ["built_upon"]
    assert shown(office) == {"": "menolak"}


def test_people_outside_the_area_of_who_takes_a_list_back_stay(town: Any, tmp_path: Path) -> None:
    head = town.join("supervisor", "Awas", "64.71")
    koor = town.join("coordinator", "Koor", "64.71.05")
    town.carry(koor, head)
    path = sheet(tmp_path, ROWS[1], (*ROWS[2][:7], "Klandasan Ulu", ""))
    answer = take(head, path)
    town.carry(head, koor, to=koor.member.id)
    assert len(prelist.ids(koor)) == 1
    assert prelist_undo.undo_list(koor, answer["id"])["removed"] == 1
    town.carry(koor, head)
    assert sorted(shown(head)) == ["Contoh Dua"]
    assert prelist.ids(koor) == []


def test_a_sheet_as_offices_write_it_goes_in(town: Any, tmp_path: Path) -> None:
    head = town.join("supervisor", "Awas", "64.71")
    path = tmp_path / "pendataan.csv"
    path.write_text(
        "DATA DIFABEL REKAAN;;;;;;;\n;;;;;;;\n"
        "No.;N I K;Nama Lengkap;Tempat Lahir;Tgl Lahir;L/P;Alamat;Kelurahan\n"
        "1;5108012812749001;Contoh Satu;Singaraja;28/12/74;Laki-laki;Gg. Mawar No. 145 RT 35;Sepinggan\n"
        "2;6.47105E+15;CONTOH DUA;Balikpapan;28 Des 1987;LK;Jl. Projakal No. 139 RT.02/03;Karang Jati\n"
        "3;-;Contoh Tiga;-;-;P;-;KEL. SEPINGGAN\n",
        encoding="utf-8",
    )
    answer = take(head, path)
    assert (answer["kept"], answer["refused"], answer["without_nik"]) == (3, 0, 2)
    rows = prelist.rows(head, prelist.ids(head))
    assert {row["name"]: (row["area_name"], row["rt"], row["rw"]) for row in rows} == {
        "Contoh Satu": ("Sepinggan", "035", ""), "CONTOH DUA": ("Karang Jati", "002", "003"),
        "Contoh Tiga": ("Sepinggan", "", ""),
    }  # fmt: skip
    assert take(head, path)["is_same"]


def test_the_dictionary_that_packs_a_laptops_entries_names_nobody(town: Any, tmp_path: Path) -> None:
    office = town.join("coordinator", "Koor", "64.71.05")
    laptop = town.join("enumerator", "Sari", "64.71.05")
    town.carry(laptop, office)
    syllables = ("ba", "ci", "du", "fe", "go", "ha", "ji")
    names = ["".join(syllables[n // 7**place % 7] for place in range(4)).title() for n in range(300)]
    rows = [
        (f"64710541019{n:05d}", f"Rekaan {name}", "01/01/1990", "P", f"Jl. {name} {n}", "5", "1", "Sepinggan", "")
        for n, name in enumerate(names, start=9001)
    ]
    assert take(office, sheet(tmp_path, *rows))["added"] == 300
    town.carry(office, laptop, to=laptop.member.id)
    for session in (office, laptop):
        kept = session.read(lambda c: [bytes(row[0]) for row in c.execute("SELECT data FROM dictionary")])
        assert len(kept) == 1
        assert [row[0] for row in rows if row[0].encode() in kept[0]] == []
        assert [name for name in names if name.encode() in kept[0]] == []
