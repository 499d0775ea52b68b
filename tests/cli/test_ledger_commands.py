"""`fieldapp ledger` as people call it: words in 80 columns, paper, a file for the other side, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def test_two_laptops_compare_their_ledgers_by_a_file(office: Any, tools: Any, tmp_path: Path) -> None:
    first, second = tools.registered(office.siti, tools.person(1), tools.person(2))
    book = office.folder / "siti.buku"
    saved = office.siti.done("ledger", "--save", book)
    assert (saved["registrations"], saved["bytes"], saved["to"]) == (2, book.stat().st_size, "office")
    # The file introduces its writer, who is not known here yet.
    assert len(office.dewi("ledger", "--compare", book, "--json").json["only_there"]) == 2
    office.carry("siti", "dewi")
    compared = office.dewi.done("ledger", "--compare", book)
    assert set(compared) >= {"mine", "theirs", "only_here", "only_there", "differ", "same"}
    assert {each["id"] for each in compared["differ"]} == {first, second}
    (third,) = tools.registered(office.siti, tools.person(3))
    office.siti.done("ledger", "--save", book)
    answer = office.dewi("ledger", "--compare", book, "--json")
    assert (answer.code, [each["id"] for each in answer.json["only_there"]]) == (1, [third])
    told = office.dewi("ledger", "--compare", book)
    assert told.code == 1
    assert told.out.startswith("TIDAK COCOK: 1 tidak ada di sini")
    assert max(map(len, told.out.splitlines())) <= 80
    assert office.siti.refused(4, "ledger", "--compare", book)["code"] == "ledger_not_for_us"
    assert office.siti.refused(3, "ledger", "--compare", tmp_path / "tidak ada")["code"] == "file_not_found"
    book.write_bytes(book.read_bytes()[:-9])
    assert office.dewi.refused(4, "ledger", "--compare", book)["code"] == "ledger_truncated"


def test_the_ledger_is_read_aloud_and_printed(office: Any, tools: Any, tmp_path: Path) -> None:
    tools.registered(office.siti, tools.person(1), tools.person(2))
    told = office.siti("ledger", language="en").out
    assert told.splitlines()[0] == "The ledger balances: 2 registered, nothing is missing."
    assert "Siti Rekaan (this laptop): 2 registered = 2 not carried" in told
    assert max(map(len, told.splitlines())) <= 80
    paper = tmp_path / "buku.txt"
    book = office.siti.done("ledger", "--print", paper)
    assert (book["printed"], book["balanced"]) == ({"file": str(paper), "pages": 1}, True)
    assert "halaman 1 dari 1" in paper.read_text("utf-8-sig")
    assert office.siti("ledger", "--names").code == 2
    assert office.siti("ledger", "--to", "office").code == 2
    assert office.siti("ledger", "--print", paper, "--save", paper).code == 2
    assert office.siti("ledger", "--print", tmp_path / "buku.pdf").code == 2


def test_whoever_is_stopped_while_saving_has_the_old_file_or_the_new_one(office: Any, tools: Any) -> None:
    tools.registered(office.siti, tools.person(1))
    office.carry("siti", "dewi")
    folder = office.folder / "flashdisk"
    folder.mkdir()
    book = folder / "buku"
    office.siti.done("ledger", "--save", book)
    before = book.read_bytes()
    command = [sys.executable, "-m", "fieldapp", "ledger", "--save", str(book)]
    environment = {"FIELDAPP_HOME": str(office.siti.home), "FIELDAPP_PASSPHRASE": "kata sandi rekaan"}
    with subprocess.Popen(command, env={**_outer(), **environment}, stdout=subprocess.DEVNULL) as saving:
        while saving.poll() is None:
            if len(list(folder.iterdir())) > 1:
                saving.kill()
            time.sleep(0.002)
    assert book.read_bytes() == before or saving.returncode <= 0
    assert office.dewi.done("ledger", "--compare", book)["theirs"]["registered"] == 1


def _outer() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
