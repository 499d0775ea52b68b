"""Sheets are read back as an office's program would read them: calamine for .xlsx, csv for .csv."""

from __future__ import annotations

import csv
import datetime
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from fieldapp.files import sheet
from fieldapp.files.errors import MESSAGES, SheetError
from fieldapp.files.sheet import Column, write_sheet

COLUMNS = [
    Column("nik", "nik", width=20),
    Column("name", "name", width=30),
    Column("phone", "phone"),
    Column("monthly_income", "monthly_income", "number"),
    Column("birth_date", "birth_date", "date"),
    Column("kinds", "kinds"),
    Column("works", "works"),
]
ROW = {
    "nik": "6471052808909001",
    "name": "Contoh Siti Aminah",
    "phone": "+6281234567890",
    "monthly_income": 1_250_000,
    "birth_date": "1990-08-28",
    "kinds": ["sensorik_netra", "sensorik_rungu"],
    "works": True,
}


def read_xlsx(path: Path) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_xlsx_keeps_digits_as_text_and_income_as_a_number(tmp_path: Path) -> None:
    out = tmp_path / "daftar.xlsx"
    assert write_sheet(out, COLUMNS, [ROW]) == 1
    header, row = read_xlsx(out)
    assert header == [column.title for column in COLUMNS]
    assert row == [
        "6471052808909001",
        "Contoh Siti Aminah",
        "+6281234567890",
        1_250_000.0,
        datetime.date(1990, 8, 28),
        "sensorik_netra; sensorik_rungu",
        "ya",
    ]


def test_csv_opens_in_excel_with_its_letters_and_reads_back(tmp_path: Path) -> None:
    out = tmp_path / "daftar.csv"
    assert write_sheet(out, COLUMNS, [ROW | {"name": 'Contoh Ñoña, O\'Brien "Bu"'}]) == 1
    raw = out.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    row = dict(zip(*read_csv(out), strict=True))
    assert row["nik"] == "6471052808909001"
    assert row["name"] == 'Contoh Ñoña, O\'Brien "Bu"'
    assert row["monthly_income"] == "1250000"


@pytest.mark.parametrize(
    "text", ["=1+1", "+62812", "-3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "＝1"]
)
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    columns = [Column("name", "name")]
    write_sheet(tmp_path / "a.csv", columns, [{"name": text}])
    assert read_csv(tmp_path / "a.csv")[1] == ["'" + text]
    write_sheet(tmp_path / "a.xlsx", columns, [{"name": text}])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert 't="inlineStr"' in xml
    assert str(read_xlsx(tmp_path / "a.xlsx")[1][0]).replace("\r\n", "\r") == text


def test_a_formula_in_a_number_or_date_column_stays_text(tmp_path: Path) -> None:
    columns = [Column("monthly_income", "=x", "number"), Column("birth_date", "birth_date", "date")]
    write_sheet(tmp_path / "a.xlsx", columns, [{"monthly_income": "=1", "birth_date": "=2"}])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        assert "<f>" not in package.read("xl/worksheets/sheet1.xml").decode()
    assert read_xlsx(tmp_path / "a.xlsx") == [["=x", "birth_date"], ["=1", "=2"]]


def test_a_date_that_spreadsheets_cannot_count_stays_text(tmp_path: Path) -> None:
    columns = [Column("birth_date", "birth_date", "date")]
    write_sheet(tmp_path / "a.xlsx", columns, [{"birth_date": "1900-01-31"}, {"birth_date": "31/2/1990"}])
    assert read_xlsx(tmp_path / "a.xlsx")[1:] == [["1900-01-31"], ["31/2/1990"]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=5))
def test_any_text_reads_back_from_csv_and_none_is_calculated(tmp_path: Path, texts: list[str]) -> None:
    out = tmp_path / "any.csv"
    write_sheet(out, [Column("t", "t")], [{"t": text} for text in texts])
    cells = [row[0] for row in read_csv(out)[1:]]
    assert [
        cell.removeprefix("'") if cell[1:] == text else cell for cell, text in zip(cells, texts, strict=True)
    ] == texts
    assert not any(cell[:1] in "=+-@" and cell for cell in cells)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
def test_any_text_gives_a_workbook_that_opens(tmp_path: Path, text: str) -> None:
    out = tmp_path / "any.xlsx"
    assert write_sheet(out, [Column("n", "n"), Column("t", "t")], [{"n": "x", "t": text}]) == 1
    assert read_xlsx(out)[1][0] == "x"


def test_a_text_beyond_the_cell_limit_says_that_it_was_cut(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    write_sheet(out, [Column("t", "t")], [{"t": "a" * 100_000}])
    cell = str(read_xlsx(out)[1][0])
    assert len(cell) == sheet.CELL_MAX
    assert cell.endswith(sheet.CUT_MARK)
    write_sheet(tmp_path / "a.csv", [Column("t", "t")], [{"t": "a" * 100_000}])
    assert len(read_csv_long(tmp_path / "a.csv")) == 100_000


def read_csv_long(path: Path) -> str:
    return path.read_text("utf-8-sig").splitlines()[1].strip('"')


@pytest.mark.parametrize("name", ["daftar.xlsx", "daftar.csv"])
def test_no_rows_still_give_the_header(tmp_path: Path, name: str) -> None:
    assert write_sheet(tmp_path / name, COLUMNS, []) == 0
    read = read_xlsx(tmp_path / name) if name.endswith("xlsx") else read_csv(tmp_path / name)
    assert read == [[column.title for column in COLUMNS]]


@pytest.mark.parametrize("name", ["daftar.xlsx", "daftar.csv"])
def test_rows_that_break_off_leave_the_old_sheet_and_no_rubbish(tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    write_sheet(out, COLUMNS, [ROW])
    before = out.read_bytes()

    def rows() -> Iterator[dict[str, object]]:
        yield ROW
        raise LookupError("the store was closed")

    with pytest.raises(LookupError):
        write_sheet(out, COLUMNS, rows())
    assert out.read_bytes() == before
    assert os.listdir(tmp_path) == [name]


def test_other_endings_are_refused_before_a_row_is_read(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, object]]:
        raise AssertionError("read")
        yield {}

    with pytest.raises(SheetError) as caught:
        write_sheet(tmp_path / "daftar.ods", COLUMNS, rows())
    assert caught.value.code == "sheet_kind"
    assert ".ods" in caught.value.message("id")
    assert ".xlsx" in caught.value.message("en")
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_or_a_folder_as_target_is_refused_in_words_without_the_path(tmp_path: Path) -> None:
    (tmp_path / "sub.xlsx").mkdir()
    for out in (tmp_path / "nowhere" / "a.xlsx", tmp_path / "sub.xlsx"):
        with pytest.raises(SheetError) as caught:
            write_sheet(out, COLUMNS, [ROW])
        assert caught.value.code == "sheet_target"
        assert str(tmp_path) not in caught.value.message() + str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("kind", [".xlsx", ".csv"])
def test_a_full_disk_is_said_plainly_and_keeps_the_old_sheet(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / f"daftar{kind}"
    write_sheet(out, COLUMNS, [ROW])
    before = out.read_bytes()
    workshop = tmp_path / ".workshop"

    def full_workshop(prefix: str, dir: Path) -> str:
        workshop.mkdir()
        (workshop / f"sheet{kind}").symlink_to("/dev/full")
        return str(workshop)

    monkeypatch.setattr(sheet.tempfile, "mkdtemp", full_workshop)
    with pytest.raises(SheetError) as caught:
        write_sheet(out, COLUMNS, [ROW] * 2000)
    assert caught.value.code == "sheet_target"
    assert "disk penuh" in caught.value.message()
    assert out.read_bytes() == before
    assert not workshop.exists()


LIMITED = """
import resource, signal, sys
from pathlib import Path
from fieldapp.files.errors import SheetError
from fieldapp.files.sheet import Column, write_sheet
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    write_sheet(Path(sys.argv[1]), [Column("name", "name")], ({"name": f"Contoh {n}"} for n in range(20_000)))
except SheetError as error:
    sys.exit(error.code)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are set in another way on Windows")
@pytest.mark.parametrize("kind", [".xlsx", ".csv"])
def test_a_write_that_the_system_stops_halfway_ends_quietly_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / f"a{kind}")], capture_output=True, text=True, check=False
    )
    assert run.stderr == "sheet_target\n"
    assert os.listdir(tmp_path) == []


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "ROWS_MAX", 3)
    with pytest.raises(SheetError) as caught:
        write_sheet(tmp_path / "a.xlsx", COLUMNS, [ROW] * 4)
    assert caught.value.code == "sheet_too_many_rows"
    assert "3" in caught.value.message()
    assert os.listdir(tmp_path) == []
    assert write_sheet(tmp_path / "a.csv", COLUMNS, [ROW] * 4) == 4


def test_a_long_list_takes_little_memory(tmp_path: Path) -> None:
    import tracemalloc

    write_sheet(tmp_path / "warm.xlsx", COLUMNS, [ROW])
    tracemalloc.start()
    write_sheet(tmp_path / "long.xlsx", COLUMNS, (ROW | {"name": f"Contoh {n}"} for n in range(2000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000, f"{peak} bytes for 2,000 rows"


def test_every_message_has_two_languages_and_names_its_details() -> None:
    details: dict[str, str | int] = {"suffix": ".ods", "why": "x", "limit": 3, "line": 7, "sheets": "'a'"}
    details |= {"field": "nik", "fields": "nik, name", "column": "B", "example": "x"}
    for code, (indonesian, english) in MESSAGES.items():
        error = SheetError(code, **details)
        assert error.message("id") != error.message("en")
        assert "{" not in error.message("id") + error.message("en")
        assert indonesian
        assert english


def test_writing_a_csv_does_not_load_the_workbook_writer() -> None:
    code = "import sys, fieldapp.files.sheet; sys.exit('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
