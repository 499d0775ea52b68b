"""Which column is what: headings as offices write them, and contents where headings say nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.files.cells import Cell, date_of, nik_of, phone_of, place_and_date_of, sex_of, text_of
from fieldapp.files.columns import FIELDS, Columns, field_of, find_header, guess, letter, with_map
from fieldapp.files.errors import SheetError

PEOPLE: list[list[Cell]] = [
    [
        f"647105{day:02}0890{9000 + day}",
        name,
        "Balikpapan",
        f"{day % 40:02}-08-1990",
        "P" if day > 40 else "L",
        f"0812345678{day}",
    ]
    for day, name in ((48, "Contoh Siti Aminah"), (12, "Contoh Budi"), (53, "Contoh Rahma Dewi"), (27, "Contoh Ali"))
]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("NIK", "nik"),
        ("N I K", "nik"),
        ("No. KTP", "nik"),
        ("Nomor Induk Kependudukan (NIK)", "nik"),
        ("NIK/No KTP", "nik"),
        ("NAMA PESERTA", "name"),
        ("Nama Lengkap (sesuai KTP)", "name"),
        ("Nama Pekerja", "name"),
        ("Nama Ibu Kandung", "mother_name"),
        ("Nama Ibu", "mother_name"),
        ("TTL", "birth_place_date"),
        ("Tempat, Tanggal Lahir", "birth_place_date"),
        ("Tempat/Tgl Lahir", "birth_place_date"),
        ("Tempat Lahir", "birth_place"),
        ("Tgl. Lahir", "birth_date"),
        ("JK", "sex"),
        ("L/P", "sex"),
        ("Jenis Kelamin (L/P)", "sex"),
        ("No. KK", "nomor_kk"),
        ("Alamat Lengkap", "address"),
        ("Kelurahan ", "kelurahan"),
        ("Kel./Desa", "kelurahan"),
        ("No. HP/WA", "phone"),
        ("KPJ", "kpj"),
        ("No", "number"),
        ("NIK Ibu", None),
        ("Nama Ayah", None),
        ("Nama Kepala Keluarga", None),
        ("Nama Ahli Waris", None),
        ("Nama Perusahaan", None),
        ("NIK Pasangan", None),
        ("Teknik", None),
        ("Klinik", None),
        ("Keterangan", None),
        ("Tanggal Terbit", None),
        ("", None),
        ("🙂", None),
    ],
)
def test_a_heading_is_read_as_people_write_it(heading: str, name: str | None) -> None:
    found = field_of(heading)
    assert (found and found[0]) == name


def test_columns_without_headings_are_told_by_their_contents() -> None:
    found = guess((), PEOPLE)
    assert {name: found.places[name] for name in ("nik", "name", "birth_date", "sex", "phone")} == {
        "nik": 0,
        "name": 1,
        "birth_date": 3,
        "sex": 4,
        "phone": 5,
    }
    assert set(found.how.values()) == {"contents"}


def test_of_two_columns_of_numbers_the_one_with_womens_days_is_the_nik() -> None:
    rows = [[f"64710515062090{1 + place // 2:02}", *row] for place, row in enumerate(PEOPLE)]
    found = guess((), rows)
    assert (found.places["nik"], found.places["nomor_kk"]) == (1, 0)


def test_a_heading_over_other_contents_gives_way_to_the_column_that_holds_niks() -> None:
    rows = [[place, *row] for place, row in enumerate(PEOPLE, start=1)]
    found = guess(("NIK", "", "Nama"), rows)
    assert (found.places["nik"], found.how["nik"]) == (1, "contents")


def test_of_two_columns_of_one_heading_the_filled_one_is_taken() -> None:
    rows: list[list[Cell]] = [["lama", row[0], row[1]] for row in PEOPLE]
    assert guess(("NIK", "No. KTP", "Nama"), rows).places["nik"] == 1


def test_a_column_that_holds_something_else_is_doubtful() -> None:
    rows: list[list[Cell]] = [[row[0], "64710512345"] for row in PEOPLE]
    assert guess(("NIK", "Nama"), rows).doubtful == ("name",)


def test_title_lines_and_people_are_no_header() -> None:
    assert find_header([["DAFTAR NAMA PESERTA"], ["Contoh Siti", "6471054808909001"]]) == (-1, (), 0)
    assert find_header([]) == (-1, (), 0)


def test_letters_of_columns_are_those_of_spreadsheets() -> None:
    assert [letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


CELLS = st.one_of(
    st.text(max_size=30),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.from_regex(r"[0-9]{14,18}(\.0)?", fullmatch=True),
    st.sampled_from(["NIK", "Nama", "Tempat", "Tanggal Lahir", "1", "6,47E+15", "'", "-"]),
)
ROWS = st.lists(st.lists(CELLS, max_size=6), max_size=8)


@given(rows=ROWS)
def test_any_rows_have_a_header_or_none_and_columns_within_their_width(rows: list[list[Cell]]) -> None:
    at, headings, taken = find_header(rows)
    assert (at == -1 and taken == 0) or (at >= 0 and at + taken <= len(rows))
    found = guess(headings, rows[at + taken :] if at >= 0 else rows)
    width = max([len(headings), *map(len, rows)], default=0)
    assert all(0 <= place < width for place in found.places.values())
    assert len(set(found.places.values())) == len(found.places), "no column is two things"
    assert set(found.places) <= set(FIELDS)
    assert len(found.described()) <= max(width, 1)


@given(rows=ROWS, given_=st.dictionaries(st.sampled_from(FIELDS), st.one_of(st.text(max_size=5), st.integers(0, 9))))
def test_what_a_person_says_holds_or_is_refused(rows: list[list[Cell]], given_: dict[str, str | int]) -> None:
    try:
        found = with_map(Columns((), {}), given_, rows)
    except SheetError:
        width = max(map(len, rows), default=0)
        assert any(str(wanted).strip() not in map(str, range(1, width + 1)) for wanted in given_.values())
        return
    for name, wanted in given_.items():
        assert (name in found.places) == (str(wanted).strip() not in ("", "-"))


@given(cell=CELLS)
def test_a_cell_of_any_kind_is_read_without_fail(cell: Cell) -> None:
    nik, fault = nik_of(cell)
    assert nik == "" or (fault is None and len(nik) == 16 and nik.isdigit())
    found, date_fault = date_of(cell, date(2026, 1, 1))
    assert found is None or date_fault is None
    assert sex_of(cell) in ("", "L", "P")
    assert "\n" not in text_of(cell)
    assert isinstance(phone_of(cell), str)
    place_and_date_of(cell)


@given(digits=st.from_regex(r"6471(0[1-6])([04][1-9]|[15][0-9])(0[1-9]|1[0-2])[0-9]{2}9[0-9]{3}", fullmatch=True))
def test_a_nik_survives_every_way_in_which_offices_write_it(digits: str) -> None:
    number: list[Cell] = [] if digits.endswith("0000") else [int(digits), float(digits)]
    for cell in (digits, f"'{digits}", f" {digits} ", f"{digits[:6]} {digits[6:]}", f"{digits}.0", *number):
        assert nik_of(cell) == (digits, None)
