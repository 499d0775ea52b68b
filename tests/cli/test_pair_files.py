"""`duplicates find --pairs`: plain lists are searched without a programme, and what is wrong with them is told."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from matching_people import row
from registrations import COLUMNS, make

HEADER = ("rec_id", "nik", "name", "birth_place", "birth_date", "sex", "phone", "address", "kelurahan", "kecamatan")


def written(path: Path, rows: Iterable[Mapping[str, str]], header: tuple[str, ...] = HEADER) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def twice(tmp_path: Path) -> Path:
    again = row(rec_id="B7", name="IRFAN CONTOH TAHIR", phone="")
    other = row(rec_id="C1", nik="6472024101909002", name="Ani Rekaan Usman", birth_date="1990-01-01", phone="")
    return written(tmp_path / "daftar.csv", [row(rec_id="A10"), again, other])


def test_pairs_are_printed_with_their_ids_as_written_and_nothing_else(laptop: Any, tmp_path: Path) -> None:
    answer = laptop("duplicates", "find", "--pairs", twice(tmp_path), "--json", passphrase=None)
    assert answer.code == 0
    assert [list(pair) for pair in answer.json] == [["a", "b", "bits", "probability", "band"]]
    (pair,) = answer.json
    assert (pair["a"], pair["b"], pair["band"]) == ("A10", "B7", "almost_certain")
    assert pair["probability"] > 0.99
    assert pair["bits"] > 10
    assert "3 orang dibandingkan; 1 pasangan" in answer.err
    assert not laptop.home.exists()


def test_a_list_is_compared_with_another_programmes_list(laptop: Any, tmp_path: Path) -> None:
    listed = tmp_path / "lain.csv"
    listed.write_text(
        'no;nik;nama\n1;6471051705869001;"TAHIR IRFAN CONTOH, S.E."\n2;6472024101909003;LAIN ORANG\n', "cp1252"
    )
    found = laptop.done("duplicates", "find", "--pairs", twice(tmp_path), "--against", listed)
    sure = [(pair["a"], pair["b"]) for pair in found if pair["probability"] >= 0.9]
    assert sure == [("A10", "1"), ("B7", "1")]


def test_without_json_people_read_a_table_with_masked_niks(laptop: Any, tmp_path: Path) -> None:
    answer = laptop("duplicates", "find", "--pairs", twice(tmp_path))
    assert answer.code == 0
    heading, line = answer.out.splitlines()
    assert heading.split() == ["Nomor", "Nomor", "Kemungkinan", "Nama", "Nama", "NIK", "NIK"]
    assert line.split()[:4] == ["A10", "B7", "hampir", "pasti"]
    assert "IRFAN CONTOH TAHIR" in line
    assert "6471********9001" in line
    assert "6471051705869001" not in answer.out + answer.err
    english = laptop("duplicates", "find", "--pairs", twice(tmp_path), language="en")
    assert "almost certain" in english.out


def test_only_the_strongest_pairs_stand_in_the_table(laptop: Any, tmp_path: Path) -> None:
    rows = [row(rec_id=f"R{at:02d}") for at in range(12)]
    answer = laptop("duplicates", "find", "--pairs", written(tmp_path / "daftar.csv", rows))
    assert len(answer.out.splitlines()) == 52
    assert answer.out.splitlines()[-1].startswith("dan 16 pasangan lagi")


def test_damaged_rows_are_told_by_their_lines_and_never_dropped_silently(laptop: Any, tmp_path: Path) -> None:
    path = tmp_path / "daftar.csv"
    lines = [
        "rec_id,nik,name,birth_date",
        "A,6471051705869001,Irfan Contoh Tahir,1986-05-17",
        'B,6471051705869001,"Irfan Contoh Tahir,1986-05-17',
        ",6471051705869001,Irfan Contoh Tahir,1986-05-17",
        "C,6471051705869001,Irfan Contoh Tahir",
        "D,6471051705869001,Irfan Contoh Tahir,1986-05-17,lebih",
        "A,6471051705869001,Irfan Contoh Tahir,1986-05-17",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    answer = laptop("duplicates", "find", "--pairs", path, "--json")
    assert answer.code == 4
    assert {(pair["a"], pair["b"]) for pair in answer.json} == {(a, b) for a in "ABCD" for b in "ABCD" if a < b}
    for number in "34567":
        assert f", baris {number}: " in answer.err
    assert "Irfan" not in answer.err
    assert "6471" not in answer.err


def test_rows_that_lost_nothing_but_a_cell_leave_the_exit_code_alone(laptop: Any, tmp_path: Path) -> None:
    path = tmp_path / "daftar.csv"
    path.write_text("rec_id,nik,name\n1,6471051705869001\n2,6471051705869001\n", encoding="utf-8")
    answer = laptop("duplicates", "find", "--pairs", path, "--json")
    assert answer.code == 0
    assert ", baris 2-3: " in answer.err


@pytest.mark.parametrize(
    ("content", "code", "exit_code"),
    [
        (b"", "list_empty", 4),
        (b"nik,name\n1,2\n", "list_without_column", 4),
        (b"\0\0\0\0", "list_not_text", 4),
        (None, "file_not_found", 3),
    ],
)
def test_what_is_no_such_list_is_refused(
    laptop: Any, tmp_path: Path, content: bytes | None, code: str, exit_code: int
) -> None:
    path = tmp_path / "daftar.csv"
    if content is not None:
        path.write_bytes(content)
    assert laptop.refused(exit_code, "duplicates", "find", "--pairs", path)["code"] == code
    sound = written(tmp_path / "sehat.csv", [row(rec_id="1")])
    assert laptop.refused(exit_code, "duplicates", "find", "--pairs", sound, "--against", path)["code"] == code


@pytest.mark.parametrize("rows", [[], [row(rec_id="1")]], ids=["header only", "one row"])
def test_a_list_without_two_people_has_no_pair(laptop: Any, tmp_path: Path, rows: list[dict[str, str]]) -> None:
    assert laptop.done("duplicates", "find", "--pairs", written(tmp_path / "daftar.csv", rows)) == []
    assert laptop("duplicates", "find", "--pairs", tmp_path / "daftar.csv").code == 0


def test_any_columns_but_the_id_may_be_missing(laptop: Any, tmp_path: Path) -> None:
    rows = [row(rec_id="1"), row(rec_id="2")]
    for missing in HEADER[1:]:
        header = tuple(column for column in HEADER if column != missing)
        found = laptop.done("duplicates", "find", "--pairs", written(tmp_path / "daftar.csv", rows, header))
        assert [(pair["a"], pair["b"]) for pair in found] == [("1", "2")], missing
    assert laptop.done("duplicates", "find", "--pairs", written(tmp_path / "daftar.csv", rows, ("rec_id",))) == []


def test_the_list_may_come_through_the_standard_input(laptop: Any, tmp_path: Path) -> None:
    given = twice(tmp_path).read_bytes()
    found = laptop("duplicates", "find", "--pairs", "-", "--json", given=given)
    assert [(pair["a"], pair["b"]) for pair in found.json] == [("A10", "B7")]


def test_a_crowd_that_agrees_is_said_aloud_beside_the_answer(laptop: Any, tmp_path: Path) -> None:
    path = written(tmp_path / "daftar.csv", [row(rec_id=f"R{at}") for at in range(250)])
    answer = laptop("duplicates", "find", "--pairs", path, "--json")
    assert answer.code == 0
    assert "250 orang berada dalam" in answer.err
    assert "Yang sama pada kelompok terbesar: NIK, nama, tanggal lahir" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C of another process cannot be sent there")
def test_ctrl_c_stops_a_large_search_and_leaves_nothing_behind(laptop: Any, tmp_path: Path) -> None:
    rows = [one.row for one in make("desks", 2000, seed=1).rows]
    many = ({**each, "rec_id": f"{copy}-{each['rec_id']}"} for copy in range(20) for each in rows)
    path = written(tmp_path / "daftar.csv", many, COLUMNS)
    before = set(tmp_path.iterdir())
    environment = {**os.environ, "TMPDIR": str(tmp_path), "FIELDAPP_HOME": str(laptop.home)}
    command = [sys.executable, "-m", "fieldapp", "duplicates", "find", "--pairs", str(path), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 30
        while not (workers := _children(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert workers
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err
    while any(map(_runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_runs, workers))
    assert set(tmp_path.iterdir()) == before


def _children(parent: int) -> list[str]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    return path.read_text().split() if path.exists() else []


def _runs(process: str) -> bool:
    """Whether a process is still there; one that has ended and that nobody has asked about yet is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_answer_of_a_process_is_one_json_value(laptop: Any, tmp_path: Path) -> None:
    answer = laptop.process("duplicates", "find", "--pairs", str(twice(tmp_path)), "--json", passphrase=None)
    assert answer.code == 0
    assert len(json.loads(answer.out)) == 1
