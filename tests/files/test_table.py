"""Sheets as offices send them, made here with XlsxWriter or as plain text, and read back as one table of people."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from fieldapp.files.errors import MESSAGES, SheetError
from fieldapp.files.people import findings_of, people, words_of
from fieldapp.files.table import Map, Table, read_map, read_table

TODAY = datetime.date(2026, 11, 2)
HEADER = ["No", "NIK", "Nama Lengkap", "Tgl Lahir"]
SITI = [1, "6471054808909001", "Contoh Siti", "08-08-1990"]
BUDI = [2, "6471050712859002", "Contoh Budi", "07/12/1985"]
Write = Callable[[Any, Any], None]


def xlsx(path: Path, *sheets: tuple[str, Sequence[Sequence[object]]], more: Write | None = None) -> Path:
    """A workbook with these rows; None leaves a cell empty. `more` writes what rows cannot say."""
    with Workbook(path) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, datetime.date):
                        sheet.write_datetime(number, place, value, book.add_format({"num_format": "dd/mm/yyyy"}))
                    elif isinstance(value, str):
                        sheet.write_string(number, place, value)
                    elif value is not None:
                        sheet.write(number, place, value)
            if more:
                more(book, sheet)
    return path


def values(table: Table) -> list[dict[str, str]]:
    return [row.values for row in people(table, TODAY)]


def faults(table: Table) -> list[tuple[int, str]]:
    return [(row.number, fault.code) for row in people(table, TODAY) for fault in row.faults]


def refused(path: Path, **settings: Any) -> str:
    with pytest.raises(SheetError) as caught:
        read_table(path, **settings)
    for language in ("id", "en"):
        assert caught.value.message(language), "every refusal is told in both languages"
    return caught.value.code


def test_the_header_is_found_below_title_lines_and_empty_rows(tmp_path: Path) -> None:
    rows = [["PEMERINTAH KOTA REKAAN"], ["DAFTAR PENERIMA TAHUN 2026"], [], HEADER, SITI, [], [], BUDI]
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", rows)))
    assert table.header_line == 4
    assert [line.number for line in table.lines] == [5, 8]
    assert values(table)[1]["name"] == "Contoh Budi"
    assert values(table)[1]["birth_date"] == "1985-12-07"


def test_a_line_that_numbers_the_columns_is_no_person(tmp_path: Path) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, ["(1)", "(2)", "(3)", "(4)"], SITI])))
    assert [line.number for line in table.lines] == [3]


def test_headings_over_two_lines_with_merged_cells_are_read_together(tmp_path: Path) -> None:
    upper = ["No", "NIK", "Nama", "Lahir", None, "Alamat"]
    lower = [None, None, None, "Tempat", "Tanggal", None]
    person = [1, "6471054808909001", "Contoh Siti", "Balikpapan", "08-08-1990", "Gg. Rekaan 1"]

    def merge(book: Any, sheet: Any) -> None:
        sheet.merge_range(1, 3, 1, 4, "Lahir")

    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [["DAFTAR"], upper, lower, person]), more=merge))
    assert values(table)[0]["birth_place"] == "Balikpapan"
    assert values(table)[0]["birth_date"] == "1990-08-08"
    assert len(table.lines) == 1


def test_a_cell_merged_over_rows_counts_for_each_of_them_but_a_number_of_a_person_does_not(tmp_path: Path) -> None:
    rows = [[*HEADER, "Kelurahan"], [*SITI, "Prapatan"], [*BUDI, None], [None, None, "Contoh Tanpa Nomor", None, None]]

    def merge(book: Any, sheet: Any) -> None:
        sheet.merge_range(1, 4, 3, 4, "Prapatan")
        sheet.merge_range(2, 1, 3, 1, BUDI[1])

    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", rows), more=merge))
    assert [row.get("kelurahan") for row in values(table)] == ["Prapatan"] * 3
    assert "nik" not in values(table)[2]


def test_the_one_sheet_with_people_is_taken_and_hidden_ones_are_not(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("Catatan", [["Untuk arsip"]]), ("Peserta", [HEADER, SITI]), ("Kosong", []))
    assert read_table(path).sheet == "Peserta"

    def hide(book: Any, sheet: Any) -> None:
        if sheet.get_name() == "Lama":
            sheet.hide()

    path = xlsx(tmp_path / "b.xlsx", ("Baru", [HEADER, SITI]), ("Lama", [HEADER, BUDI]), more=hide)
    assert read_table(path).sheet == "Baru"
    assert read_table(path, sheet="Lama").sheet == "Lama"


def test_several_sheets_with_people_are_named_to_choose_from(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("Timur", [HEADER, SITI]), ("Barat", [HEADER, BUDI]))
    with pytest.raises(SheetError) as caught:
        read_table(path)
    assert caught.value.code == "sheet_choose"
    assert "'Timur', 'Barat'" in caught.value.message()
    assert values(read_table(path, sheet="Barat"))[0]["name"] == "Contoh Budi"
    assert refused(path, sheet="Utara") == "sheet_unknown"


def test_a_nik_is_read_as_text_number_apostrophe_and_with_separators(tmp_path: Path) -> None:
    nik = "6471054808909001"
    niks = [nik, int(nik), float(nik), f"'{nik}", "6471 0548 0890 9001", "647105.480890.9001", f"{nik}.0", f'="{nik}"']
    rows = [HEADER, *([place, each, "Contoh Siti", None] for place, each in enumerate(niks))]
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", rows)))
    assert [row.get("nik") for row in values(table)] == [nik] * len(niks)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("6,47105E+15", "digits_lost"),
        ("6.47105480890E15", "digits_lost"),
        (6471054808900000, "digits_lost"),
        (9_101_014_808_909_001.0, "digits_lost"),
        (64710548089090.5, "digits_lost"),
        ("647105480890900", "nik_length"),
        ("64710548089090012", "nik_length"),
        ("647105480890900l", "nik_letters"),
        ("1111111111111111", "nik_filler"),
        ("6471059908909001", "nik_date"),
        ("6471054808900000", "nik_serial"),
        (True, "nik_letters"),
    ],
)
def test_a_nik_that_lost_digits_or_cannot_be_one_is_refused_with_its_line(
    tmp_path: Path, cell: object, code: str
) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI, [2, cell, "Contoh", None]])))
    assert faults(table) == [(3, code)]
    [fault] = [fault for row in people(table, TODAY) for fault in row.faults]
    assert words_of(fault) != words_of(fault, "en")
    assert str(cell) not in words_of(fault)


@pytest.mark.parametrize("cell", ["", "-", "0", 0, "nihil", "Belum ada", "tidak ada", "'", "N/A"])
def test_an_empty_nik_is_no_fault(tmp_path: Path, cell: object) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI, [2, cell, "Contoh", None]])))
    assert faults(table) == []
    assert "nik" not in values(table)[1]


def test_a_column_of_niks_that_end_in_nought_is_warned_about(tmp_path: Path) -> None:
    rounded = [[place, 6471054808909000 + place * 10, f"Contoh {'A' * place}", None] for place in range(1, 9)]
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI, BUDI, *rounded])))
    rows = list(people(table, TODAY))
    [finding] = findings_of(table, rows)
    assert finding.code == "nik_rounded"
    assert "8 dari 10" in words_of(finding)


@pytest.mark.parametrize(
    "cell",
    [
        datetime.date(1990, 8, 8),
        33093,
        "08-08-1990",
        "8/8/90",
        "8 Agustus 1990",
        "1990-08-08",
        "08081990",
        8081990,
        "1990-08-08 00:00:00",
    ],
)
def test_a_birth_date_is_read_as_date_serial_and_text(tmp_path: Path, cell: object) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, [1, None, "Contoh", cell]])))
    assert values(table)[0]["birth_date"] == "1990-08-08"


def test_a_date_that_is_none_is_a_fault_and_month_first_is_read_only_where_nothing_else_can_be(tmp_path: Path) -> None:
    rows = [HEADER, [1, None, "Contoh", "31-02-1990"], [2, None, "Contoh", "12/28/1974"], [3, None, "Contoh", "3/4/74"]]
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", rows)))
    assert faults(table) == [(2, "birth_date")]
    assert [row.get("birth_date") for row in values(table)] == [None, "1974-12-28", "1974-04-03"]


def test_place_and_date_in_one_cell_are_parted(tmp_path: Path) -> None:
    rows = [["NIK", "Nama", "Tempat/Tgl Lahir"], ["6471054808909001", "Contoh Siti", "Tanah Grogot, 08 Agustus 1990"]]
    [row] = values(read_table(xlsx(tmp_path / "a.xlsx", ("Data", rows))))
    assert (row["birth_place"], row["birth_date"]) == ("Tanah Grogot", "1990-08-08")


def test_totals_and_notes_are_rows_that_name_nobody(tmp_path: Path) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI, ["Jumlah", None, None, 1]])))
    assert faults(table) == [(3, "row_nobody")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_text_sheet_is_read_whatever_its_delimiter_and_letters(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["DAFTAR PESERTA"], HEADER, [1, "6471054808909001", "Contoh Renée", "08-08-1990"], BUDI]
    text = "\r\n".join(delimiter.join(str(cell) for cell in row) for row in rows)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert (table.kind, table.header_line) == ("csv", 2)
    assert [row["name"] for row in values(table)] == ["Contoh Renée", "Contoh Budi"]


def test_a_delimiter_inside_quotes_and_the_line_that_names_it_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('sep=;\nNIK;Nama;Alamat\n6471054808909001;"Contoh; Siti";"Jl. A, No. 1, RT 2"\n', encoding="utf-8")
    [row] = values(read_table(path))
    assert (row["name"], row["address"]) == ("Contoh; Siti", "Jl. A, No. 1, RT 2")


def test_a_list_of_numbers_alone_is_a_table_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("6471054808909001\n6471050712859002\n", encoding="utf-8")
    table = read_table(path)
    assert table.header_line == 0
    assert [row["nik"] for row in values(table)] == ["6471054808909001", "6471050712859002"]


def test_an_ods_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(ods(ods_row("NIK", "Nama") + ods_row("6471054808909001", "Contoh Siti") + BLANK_TAIL))
    assert values(read_table(path)) == [{"nik": "6471054808909001", "name": "Contoh Siti"}]


def test_a_map_says_which_column_is_what(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("Data", [["Kolom X", "Kolom Y", "NIK"], ["Contoh", "6471054808909001", "lama"]]))
    table = read_table(path, given={"nik": "B", "name": "kolom x"})
    assert values(table) == [{"nik": "6471054808909001", "name": "Contoh"}]
    assert [each["how"] for each in table.columns.described()] == ["map", "map", None]
    assert refused(path, given={"nik": "Z"}) == "column_unknown"
    assert refused(path, given={"gaji": "A"}) == "column_field"


@pytest.mark.parametrize(
    "text",
    [
        '{"columns": {"nik": "B", "name": 1}, "sheet": "Data", "header": 3}',
        'sheet = "Data"\nheader = 3\n[columns]\nnik = "B"\nname = 1\n',
        'nik = "B"\nname = 1\nsheet = "Data"\nheader = 3\n',
    ],
)
def test_a_map_is_json_or_toml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "peta"
    path.write_text(text, encoding="utf-8")
    assert read_map(path) == Map({"nik": "B", "name": 1}, "Data", 3)


@pytest.mark.parametrize("text", ["", "{", "nik = ", '{"nik": ["B"]}', "\x00\xff", "x" * 70_000])
def test_a_map_that_is_none_is_refused_or_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "peta"
    path.write_text(text, encoding="utf-8")
    if not text:
        assert read_map(path).columns == {}
        return
    with pytest.raises(SheetError, match="map_unreadable"):
        read_map(path)


# -- what must not be opened


def ods_row(*texts: str, repeated: int = 1) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


BLANK_TAIL = (
    '<table:table-row table:number-rows-repeated="1048570">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def ods(rows: str) -> bytes:
    base = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{short}="{base}:{short}:1.0"' for short in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f'<?xml version="1.0"?><m:manifest xmlns:m="{base}:manifest:1.0"/>')
    return target.getvalue()


def test_an_honest_sheet_may_be_formatted_to_its_end(tmp_path: Path) -> None:
    def blanks(book: Any, sheet: Any) -> None:
        for row in (500_000, 1_048_575):
            for column in range(30):
                sheet.write_blank(row, column, None, book.add_format({"bold": True}))

    assert len(read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI]), more=blanks)).lines) == 1


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (1_048_575, 0), (299_000, 100)])
def test_one_cell_far_away_does_not_take_the_memory_of_the_laptop(tmp_path: Path, row: int, column: int) -> None:
    def far(book: Any, sheet: Any) -> None:
        sheet.write(row, column, "x")

    assert refused(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI]), more=far)) == "sheet_too_large"


def test_an_ods_that_repeats_its_rows_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    path.write_bytes(ods(ods_row("NIK", "Nama") + ods_row("x", "y", repeated=1_000_000)))
    assert refused(path) == "sheet_too_large"


def test_a_sheet_that_unpacks_without_end_is_refused_even_when_it_lies_about_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fieldapp.files import archive

    monkeypatch.setattr(archive, "INFLATED_MAX", 8_000_000)
    path = xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/media/image1.png", b"\0" * 9_000_000)
    assert refused(path) == "sheet_too_large"
    content = path.read_bytes()
    lie = content.replace((9_000_000).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert lie != content
    path.write_bytes(lie)
    assert refused(path) == "sheet_too_large"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_empty"),
        (b"\xef\xbb\xbf  \r\n", "sheet_empty"),
        (b"PK\x03\x04 cut off", "sheet_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "sheet_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "sheet_encrypted"),
        (b"\xef\xbb\xbf<html><table><tr><td>NIK</td></tr></table></html>", "sheet_html"),
        (b"%PDF-1.7\n\x00\x01\x02", "sheet_foreign"),
        (b"satu kalimat saja tanpa kolom", "sheet_no_people"),
        (b'NIK;Nama\n6471054808909001;"' + b"x" * 40_000 + b"\n", "sheet_cell_too_long"),
        (b'NIK;Nama\n6471054808909001;"' + b"x" * 200_000 + b"\n", "sheet_cell_too_long"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert refused(path) == code


def test_a_sheet_that_ends_early_is_damaged_wherever_it_is_cut(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI]))
    whole = path.read_bytes()
    for length in range(4, len(whole) - 1, len(whole) // 12):
        path.write_bytes(whole[:length])
        assert refused(path) == "sheet_damaged"


def test_nothing_of_the_rows_shows_where_tables_are_printed(tmp_path: Path) -> None:
    table = read_table(xlsx(tmp_path / "a.xlsx", ("Data", [HEADER, SITI])))
    shown = repr(table) + repr(table.lines) + repr(list(people(table, TODAY)))
    assert "Contoh" not in shown
    assert "9001" not in shown


def test_every_refusal_has_words_in_both_languages() -> None:
    assert all(indonesian != english for indonesian, english in MESSAGES.values())
