"""Plain lists of people as other programs write them: every row is read, or told by its line."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.files.errors import SheetError
from fieldapp.files.people_list import PeopleList, Row

HEADER = "rec_id,nik,name,address\n"


def read(content: str | bytes, column: str = "rec_id") -> tuple[list[Row], dict[str, list[int]], PeopleList]:
    people = PeopleList(content.encode() if isinstance(content, str) else content, column)
    return list(people.rows()), people.told.lines, people


def cells(rows: list[Row]) -> list[tuple[str, ...]]:
    return [(row.id, *row.values) for row in rows]


def test_a_row_has_its_line_its_id_as_written_and_the_fields_in_the_forms_order() -> None:
    rows, told, people = read("address,rec_id,name,enumerator\nJl. Rekaan, 007 ,Budi Contoh,E1\n")
    assert people.fields == ("name", "address")
    assert [(row.line, row.id, row.values) for row in rows] == [(2, " 007 ", ("Budi Contoh", "Jl. Rekaan"))]
    assert told == {}
    assert "Budi" not in repr(rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_seen_from_the_headings(delimiter: str) -> None:
    text = f"rec_id,nik,name\n1,6471,{'Budi Contoh'}\n".replace(",", delimiter)
    assert cells(read(text)[0]) == [("1", "6471", "Budi Contoh")]
    assert cells(read(f"sep={delimiter}\n" + text)[0]) == [("1", "6471", "Budi Contoh")]


@pytest.mark.parametrize(
    "content",
    [
        "rec_id,name\n1,Bédu Contoh\n".encode(),
        codecs.BOM_UTF8 + "rec_id,name\r\n1,Bédu Contoh\r\n".encode(),
        "rec_id,name\r1,Bédu Contoh\r".encode(),
        "rec_id;name\n1;Bédu Contoh\n".encode("cp1252"),
        "rec_id\tname\n1\tBédu Contoh\n".encode("utf-16"),
        '"rec_id","name"\n"1","Bédu Contoh"'.encode(),
        "\n\nREC_ID ,Nama\n1,Bédu Contoh\n".encode(),
    ],
    ids=["utf-8", "mark", "old line ends", "cp1252", "utf-16", "quotes", "blank lines and capitals"],
)
def test_whatever_program_wrote_it_the_list_reads_the_same(content: bytes) -> None:
    rows, told, _people = read(content)
    assert cells(rows) == [("1", "Bédu Contoh")]
    assert told == {}


def test_letters_of_two_code_pages_in_one_file_are_both_read() -> None:
    rows, told, _people = read("rec_id,name\n1,Bédu\n".encode() + "2,Rénée\n".encode("cp1252"))
    assert cells(rows) == [("1", "Bédu"), ("2", "Rénée")]
    assert told == {}


def test_a_quoted_text_may_hold_delimiters_quotes_and_a_line_break() -> None:
    rows, told, _people = read(HEADER + '1,6471,"Budi ""Bud"" Contoh","Jl. Rekaan, 5\nRT 3"\n2,,Siti,x\n')
    assert cells(rows) == [("1", "6471", 'Budi "Bud" Contoh', "Jl. Rekaan, 5\nRT 3"), ("2", "", "Siti", "x")]
    assert [row.line for row in rows] == [2, 4]
    assert told == {}


@pytest.mark.parametrize(
    "broken",
    ['2,6471,"Siti Contoh,Jl. Rekaan', '2,6471,Siti Contoh,"Jl. Rekaan', '2,6471,"Siti" Contoh,Jl. Rekaan'],
)
def test_a_quote_that_does_not_fit_spoils_no_other_row(broken: str) -> None:
    after = "".join(f'{at},6471,"Budi Contoh","Jl. Rekaan {at}"\n' for at in range(3, 60))
    rows, told, _people = read(HEADER + "1,6471,Budi,x\n" + broken + "\n" + after)
    assert [row.id for row in rows] == [str(at) for at in range(1, 60)]
    assert [row.line for row in rows] == list(range(2, 61))
    assert cells(rows)[1][1] == "6471"
    assert "Siti" in cells(rows)[1][2]
    assert told == {"row_quotes": [3]}


def test_two_quotes_that_do_not_fit_swallow_no_row_between_them() -> None:
    rows, told, _people = read(HEADER + '1,6471,"Budi,x\n2,6471,Siti",y\n3,6471,Ani,z\n')
    assert [row.id for row in rows] == ["1", "2", "3"]
    assert told["row_quotes"][0] == 2


def test_a_quote_that_is_never_closed_does_not_swallow_a_file_without_other_quotes() -> None:
    rows, told, _people = read(HEADER + '1,6471,"Budi,x\n' + "".join(f"{at},6471,Siti,x\n" for at in range(2, 500)))
    assert len(rows) == 499
    assert told == {"row_quotes": [2]}


def test_rows_of_another_width_are_read_as_far_as_they_go_and_told() -> None:
    rows, told, _people = read(HEADER + "1,6471\n2,6471,Budi,Jl. Rekaan, 5\n3,6471,Budi,x,,\n,,,\n\n")
    assert cells(rows) == [("1", "6471", "", ""), ("2", "6471", "Budi", "Jl. Rekaan"), ("3", "6471", "Budi", "x")]
    assert told == {"row_short": [2], "row_long": [3]}


def test_rows_that_cannot_be_named_are_told_and_counted_as_left_out() -> None:
    rows, told, people = read(HEADER + ",6471,Budi,x\nrec_id,nik,name,address\n1,6471,Siti,x\n")
    assert [row.id for row in rows] == ["1"]
    assert told == {"row_without_id": [2], "row_repeats_header": [3]}
    assert people.told.left_out == 2


def test_a_row_beyond_any_measure_is_told_and_the_next_one_read() -> None:
    rows, told, people = read(HEADER + "1,6471," + "x" * 200_000 + ",y\n2,6471,Siti,x\n")
    assert [row.id for row in rows] == ["2"]
    assert told == {"row_damaged": [2]}
    assert people.told.left_out == 1


def test_letters_that_nobody_can_read_are_told_and_the_row_is_kept() -> None:
    rows, told, _people = read(b"rec_id,name\n1,Bu\x81di\n2,Si\0ti\n3,Ani\n")
    assert [row.id for row in rows] == ["1", "2", "3"]
    assert told == {"row_letters": [2, 3]}


def test_a_heading_that_stands_twice_is_told() -> None:
    rows, told, _people = read("rec_id,name,nama\n1,Budi,Siti\n")
    assert cells(rows) == [("1", "Budi")]
    assert told == {"column_twice": [1]}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list_empty"),
        (b"\n \r\n", "list_empty"),
        (b"nik,name\n1,2\n", "list_without_column"),
        (b"PK\x03\x04" + bytes(50), "list_without_column"),
        (b"\0\1\2\3 rec_id", "list_not_text"),
        (b"\n" * 100 + b"name", "list_without_column"),
    ],
)
def test_what_is_no_such_list_is_refused_by_a_code(content: bytes, code: str) -> None:
    with pytest.raises(SheetError) as refused:
        PeopleList(content, "rec_id")
    assert refused.value.code == code


def test_a_list_is_read_again_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,6471\n", encoding="utf-8")
    people = PeopleList(tmp_path / "list.csv", "rec_id")
    assert list(people.rows()) == list(people.rows()) != []
    assert people.told.lines == {"row_short": [2]}


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_reading_fail_otherwise_than_by_its_own_error(content: bytes) -> None:
    try:
        people = PeopleList(content, "rec_id")
    except SheetError:
        return
    list(people.rows())


@given(st.lists(st.text('ab",;\r\n\t é\0', max_size=12), max_size=30), st.sampled_from(",;\t"))
def test_damage_anywhere_costs_no_row_a_number_and_loses_none_silently(damage: list[str], delimiter: str) -> None:
    lines = [delimiter.join((f"R{at}", "6471", part, "x")) + "\n" for at, part in enumerate(damage)]
    sound = [delimiter.join((f"S{at}", "6471", "Budi", "x")) + "\n" for at in range(3)]
    rows, told, _people = read(delimiter.join(HEADER.strip().split(",")) + "\n" + "".join(lines + sound))
    read_ids = {row.id for row in rows}
    assert {"S0", "S1", "S2"} <= read_ids
    if {f"R{at}" for at in range(len(damage))} - read_ids:
        assert told


@given(st.lists(st.lists(st.text("ab\",;'\n é", max_size=8), min_size=2, max_size=2), max_size=20))
def test_what_a_csv_writer_wrote_is_read_back(values: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["rec_id", "name", "address"])
    writer.writerows([at, *pair] for at, pair in enumerate(values))
    rows, told, _people = read(text.getvalue())
    assert [list(row.values) for row in rows] == values
    assert told == {}
