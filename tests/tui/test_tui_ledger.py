"""The ledger by keyboard: the verdict, who is behind a number, receipts, what is missing, paper, and the other side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import registrations, sticks
from fieldapp.services.ledger import file as ledger_file
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick that is plugged in and empty."""
    folder = tmp_path / "colokan"
    folder.mkdir()
    monkeypatch.setenv(sticks.SHARED, os.pathsep.join([str(folder)]))
    return folder


async def test_the_office_reads_the_ledger_prints_it_and_compares_it(
    town: Any, at: Any, person: Any, plugged: Path
) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        registrations.submit(ani, registrations.new_draft(ani, person(4, "Contoh Empat")).id)
        ledger_file.save(ani, plugged / "ani.buku")
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f9")
        await hands.until("Buku serah terima cocok: 3 terdaftar, tidak ada yang kurang.", "> Seluruhnya", "Blm = ")
        await hands.press("down", "down", *["right"] * 6)
        await hands.until("Ani Pencacah, dikembalikan: 1 pendaftaran. Enter: siapa saja.", "[  1]")
        await hands.press("enter")
        await hands.until("Contoh Dua", "1 orang")
        await hands.press("escape", *["left"] * 6, "enter")
        await hands.until("Tanda terima: Ani Pencacah", "Awas Pengawas memegang")
        await hands.press("escape", "p", "enter")
        await hands.until("> Flashdisk colokan")
        await hands.press("enter")
        await hands.until("Pakai folder ini")
        await hands.press("enter")
        await hands.until("Ditulis ke serah-terima-")
        await hands.press("s", "enter")
        await hands.until("> Flashdisk colokan")
        await hands.press("enter")
        await hands.until("Pakai folder ini")
        await hands.press("enter")
        await hands.until(".buku.")
        await hands.press("b")
        await hands.until("> Flashdisk colokan")
        await hands.press("enter")
        await hands.until("ani.buku")
        lines = hands.app.screen.query_one("#entries")
        lines.cursor = next(n for n in range(lines.count()) if "ani.buku" in lines.line(n, 80).text)
        await hands.press("enter")
        await hands.until("TIDAK COCOK: 1 tidak ada di sini", "Buku Ani Pencacah, dibuat", "Tidak ada di sini: 1")
        await hands.until("belum dibawa: tulis paket di sana dan gabungkan di laptop ini.")
        await hands.press("enter")
        await hands.until("Pendaftaran itu tidak ada di laptop ini.")
    (paper,) = plugged.glob("*.txt")
    assert "halaman 1 dari 1" in paper.read_text("utf-8-sig")
    assert len(list(plugged.glob("*.buku"))) == 2


async def test_what_is_missing_stands_first_and_an_enumerator_sees_the_own_laptop(town: Any, at: Any) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        ani.store.write(lambda c: c.execute("DELETE FROM registration WHERE state = 'returned'"))
    async with at(town.ani, size=(120, 40)) as hands:
        await hands.unlock()
        await hands.press("u")
        await hands.until("KURANG 1: 1 pendaftaran yang hilang dari daftar", "Ani Pencacah (laptop ini)", "blm dibawa")
        assert "Budi" not in hands.seen
        await hands.press("enter")
        await hands.until("Jalankan fieldapp rebuild")
        await hands.press("escape", "down", "right", "right")
        await hands.until("Seluruhnya, draf: 0 pendaftaran")
        await hands.press("right", "enter")
        await hands.until("Tidak ada orang di kolom ini.")
