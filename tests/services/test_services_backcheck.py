"""Lists for back-checks: the same on every laptop with the same registrations, for the office only, and logged."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import workdays
from python_calamine import CalamineWorkbook
from workdays import AREA, MONDAY_MS, Workplace

from fieldapp.services.problems import Problem
from fieldapp.services.reports import backcheck, progress, quality
from fieldapp.services.reports import files as report_files
from fieldapp.services.reports import tables as report_tables
from fieldapp.services.session import Session
from fieldapp.store import disclosures

FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, Session, list[str]]]:
    """A supervisor's and an enumerator's session, and the ids of whom the enumerator and another one registered."""
    work = Workplace(tmp_path_factory.mktemp("backcheck"))
    wati = work.join("supervisor", "Wati", "64.71")
    ani, budi = (work.join("enumerator", name, AREA) for name in ("=Ani", "Budi"))
    ids = work.hand_in(ani, [{"at": MONDAY_MS + place, "seconds_on_form": 200} for place in range(12)])
    ids += work.hand_in(budi, [{"ktp_address": FORMULA, "phone": "+6281200117531"} for _ in range(5)])
    gone = work.hand_in(budi, [{}, {}])
    work.decide(wati, gone, "reject")
    yield wati, ani, ids
    work.close()


def test_a_list_names_whom_to_visit_and_what_to_ask(office: tuple[Session, Session, list[str]]) -> None:
    wati, _, ids = office
    drawn = backcheck.draw(wati, seed=" 7 ", count=8)
    assert (drawn["seed"], drawn["drawn_by"], drawn["drawn_on"]) == ("7", "Wati", "2026-11-09")
    people = drawn["people"]
    assert [person["number"] for person in people] == list(range(1, 9))
    assert {person["id"] for person in people} <= set(ids)
    by = [person["registered_by"] for person in people]
    assert min(by.count("=Ani"), by.count("Budi")) >= 3
    assert by.count("=Ani") == 5
    one = next(person for person in people if person["registered_by"] == "Budi")
    assert (one["address"], one["rt"], one["area"], one["phone"]) == (FORMULA, "035", AREA, "+6281200117531")
    assert (one["nik"][4:12], one["registered_on"]) == ("********", "2026-11-02")
    assert len(drawn["asked"]) == 7
    text = "\n".join(backcheck.page(drawn))
    assert "1974" not in text
    assert max(map(len, text.split("\n"))) <= 80
    planned = backcheck.plan(wati, seed="7", count=8)
    assert [(each["name"], each["registered"], each["drawn"]) for each in planned] == [("=Ani", 12, 5), ("Budi", 5, 3)]
    kept = wati.read(disclosures.all_disclosures)
    # The plan names nobody, so only the list itself is a disclosure.
    assert [(kind, member, people) for kind, member, _at, _one, people in kept] == [("export", wati.member.id, 8)]


def test_a_list_is_drawn_by_the_office_within_bounds(office: tuple[Session, Session, list[str]]) -> None:
    wati, ani, _ = office
    for code, session, wanted in (
        ("not_allowed", ani, {"seed": "1", "count": 3}),
        ("backcheck_seed", wati, {"seed": " ", "count": 3}),
        ("backcheck_seed", wati, {"seed": "a\nb", "count": 3}),
        ("backcheck_count", wati, {"seed": "1", "count": 0}),
        ("backcheck_count", wati, {"seed": "1", "count": 2_001}),
        ("member_not_found", wati, {"seed": "1", "count": 3, "by": "Siapa"}),
    ):
        with pytest.raises(Problem, match=code):
            backcheck.draw(session, **wanted)
    assert {person["registered_by"] for person in backcheck.draw(wati, seed="1", count=9, by="Budi")["people"]} == {
        "Budi"
    }
    assert backcheck.draw(wati, seed="1", count=9, area="64.71.01")["people"] == []


def test_a_drawn_list_is_written_for_paper_and_calculates_nothing(
    office: tuple[Session, Session, list[str]], tmp_path: Path
) -> None:
    wati, _, _ = office
    drawn = backcheck.draw(wati, seed="7", count=17)
    for kind in ("xlsx", "csv", "txt"):
        written = backcheck.write(wati, tmp_path / f"daftar.{kind}", drawn)
        assert (written["rows"], written["kind"]) == (17, kind)
    rows = CalamineWorkbook.from_path(tmp_path / "daftar.xlsx").get_sheet_by_name("Daftar").to_python()
    assert rows[0][:3] == ["No.", "Nama", "Alamat"]
    assert FORMULA in {row[2] for row in rows}
    header = CalamineWorkbook.from_path(tmp_path / "daftar.xlsx").get_sheet_by_name("Keterangan").to_python()
    assert header[1] == ["7", "2026-11-09", "Wati"]
    with (tmp_path / "daftar.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert len(table) == 18
    assert all(not cell.startswith("=") for row in table for cell in row)
    assert (tmp_path / "daftar.txt").read_text(encoding="utf-8").startswith("Daftar periksa ulang")
    with pytest.raises(Problem, match="backcheck_kind"):
        backcheck.write(wati, tmp_path / "daftar.pdf", drawn)


def test_reports_are_written_as_sheets_that_calculate_nothing(
    office: tuple[Session, Session, list[str]], tmp_path: Path
) -> None:
    wati, _, _ = office
    out = tmp_path / "mutu.xlsx"
    report_files.write_tables(out, report_tables.quality_tables(quality.report(wati)))
    book = CalamineWorkbook.from_path(out)
    assert book.sheet_names == [
        "Per pencacah", "Per wilayah", "Peringatan yang diberi alasan", "Pendaftaran per hari", "Lama mengisi formulir",
    ]  # fmt: skip
    names, ani, budi = book.get_sheet_by_name("Per pencacah").to_python()
    assert names[:4] == ["Pencacah", "Orang", "Hari kerja", "Per hari"]
    assert ani[:2] == ["=Ani", 12.0]
    assert dict(zip(names, ani, strict=True))["Dikembalikan"] == 0.0
    assert budi[:2] == ["Budi", 7.0]
    out = tmp_path / "kemajuan.xlsx"
    report_files.write_tables(out, report_tables.progress_tables(progress.report(wati)))
    assert len(CalamineWorkbook.from_path(out).sheet_names) == 6
    with pytest.raises(Problem, match="report_file"):
        report_files.write_tables(tmp_path / "mutu.csv", [])


def test_two_laptops_that_merged_in_another_order_draw_the_same_list(town: Any) -> None:
    wati, kiki = town.join("supervisor", "Wati", "64.71"), town.join("coordinator", "Kiki", "64.71")
    ani, budi = town.join("enumerator", "Ani", AREA), town.join("enumerator", "Budi", AREA)
    for laptop, numbers in ((ani, range(1, 9)), (budi, range(11, 16))):
        workdays.write(laptop, [{**workdays.somebody(number), "ktp_area": AREA} for number in numbers])
    town.carry(ani, wati)
    town.carry(budi, kiki)
    assert backcheck.draw(wati, seed="3", count=6)["people"] != backcheck.draw(kiki, seed="3", count=6)["people"]
    town.carry(budi, wati)
    town.carry(ani, kiki)
    mine, theirs = (backcheck.draw(session, seed="3", count=6) for session in (wati, kiki))
    assert mine["people"] == theirs["people"]
    assert len(mine["people"]) == 6
    assert backcheck.draw(wati, seed="4", count=6)["people"] != mine["people"]
