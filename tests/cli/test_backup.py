"""A laptop that died is put back from its backup: what reached the office since then comes back, nothing is doubled."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "kunci usb"


def die(laptop: Any) -> None:
    shutil.rmtree(laptop.home)


def test_what_reached_the_office_after_the_backup_comes_back_and_work_goes_on(office, tools, stick) -> None:
    (first,) = tools.registered(office.siti, tools.person(1))
    saved = office.siti.done("backup", stick)
    (second,) = tools.registered(office.siti, tools.person(2))
    office.carry("siti", "dewi")
    die(office.siti)

    office.siti.done("restore", saved["path"])
    assert [each["id"] for each in office.siti.done("list")] == [first]
    # Before anything comes back: the new chain must not write under the numbers of what the office already holds.
    (third,) = tools.registered(office.siti, tools.person(3))
    office.carry("siti", "dewi")
    office.give_back("dewi", "siti")
    assert {each["id"] for each in office.siti.done("list")} == {first, second, third}
    assert office.siti("list", "--json").out == office.dewi("list", "--json").out
    for laptop in (office.siti, office.dewi):
        assert laptop.done("ledger")["balanced"]


def test_a_backup_shows_nothing_of_anybody_and_tells_only_the_day(office, tools, stick) -> None:
    tools.registered(office.siti, tools.person(1))
    saved = office.siti.done("backup", stick)
    path = Path(saved["path"])
    data = path.read_bytes()
    assert saved["bytes"] == len(data)
    assert b"SQLite format 3" not in data
    assert b"Rekaan" not in data
    assert path.name.startswith(f"fieldapp-{saved['at'][:10].replace('-', '')}-")
    assert office.siti.done("backup", stick)["path"] != saved["path"]


def test_a_laptop_that_holds_a_programme_is_never_overwritten(office, tools, stick) -> None:
    saved = office.siti.done("backup", stick)
    (kept,) = tools.registered(office.siti, tools.person(1))
    assert office.siti.refused(1, "restore", saved["path"])["code"] == "store_exists"
    assert [each["id"] for each in office.siti.done("list")] == [kept]


@pytest.mark.parametrize("harm", ["cut", "flipped", "other"])
def test_a_damaged_backup_is_refused_and_leaves_the_laptop_empty(office, stick, harm) -> None:
    path = Path(office.siti.done("backup", stick)["path"])
    data = bytearray(path.read_bytes())
    if harm == "cut":
        del data[len(data) // 2 :]
    elif harm == "flipped":
        data[len(data) // 2] ^= 1
    else:
        data[:] = b"Bukan cadangan"
    path.write_bytes(data)
    die(office.siti)
    assert office.siti.refused(4, "restore", path)["code"] == "backup_damaged"
    assert not office.siti.home.exists() or not list(office.siti.home.iterdir())


def test_a_backup_that_is_not_there_or_cannot_be_written_says_so(office, stick) -> None:
    stick.write_text("berkas, bukan folder")
    assert office.siti.refused(1, "backup", stick)["code"] == "file_not_written"
    die(office.siti)
    assert office.siti.refused(3, "restore", stick.with_name("tidak ada"))["code"] == "file_not_found"
