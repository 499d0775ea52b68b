"""The screen of quota and budget, and endings on the record's screen, by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest

from fieldapp.services import registrations, review
from fieldapp.services.quota import leases
from fieldapp.services.session import open_session
from fieldapp.tui.screens import screen_named

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def awas(town: Any) -> dict[str, str]:
    """The supervisor has approved one person; name -> id of everybody."""
    with open_session(town.awas, PASSPHRASE) as session:
        people = {row["name"]: str(row["id"]) for row in registrations.rows(session, registrations.ids(session))}
        (answer,) = review.decide(session, [people["Contoh Tiga"]], "approve")
        assert answer["state"] == "approved", answer
    return people


async def test_limits_are_read_and_what_if_is_tried_from_the_queue(town: Any, awas: Any, at: Any) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("Periksa karena")
        await hands.press("a")
        await hands.until("Tempat terisi 1 dari 100", "Uang terikat Rp 201.600 dari Rp 201.600.000")
        await hands.until("Anggaran cukup untuk 1.000 orang selama 12 bulan; kuota 100 orang.", "Awas Pengawas")
        await hands.press("l", "down", "down", "down", "enter")
        await hands.until("Januari 2027", "16.800")
        await hands.press("b")
        await hands.until("Berapa orang lagi")
        await hands.press("down", "down", "down", "enter")
        await hands.until("Kuota menjadi berapa orang?")
        await hands.write("banyak")
        await hands.press("enter")
        await hands.until("Tulis sebuah bilangan bulat.")
        await hands.press(*["backspace"] * 6)
        await hands.write("2.000")
        await hands.press("enter")
        await hands.until("sekarang", "2.000", "Anggaran yang lebih dulu habis.", "tidak ada yang diubah")
        await hands.press("enter", "j")
        await hands.until("Kuota dan anggaran", gone="Hanya perhitungan")
        assert "Menjadi berapa tempat" not in hands.seen


async def test_an_administrator_changes_a_lease_on_its_line(town: Any, awas: Any, at: Any) -> None:
    with open_session(town.awas, PASSPHRASE) as session, open_session(town.folder / "admin", PASSPHRASE) as admin:
        from fieldapp.services import exchange

        exchange.write_bundle(session, town.stick / "untuk-admin")
        exchange.merge(admin, [town.stick / "untuk-admin"])
        admin.set_own_preference("toured", True)
    async with at(town.folder / "admin") as hands:
        await hands.until("Kata sandi")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("Belum dibawa")
        await hands.app.push_screen(screen_named("budget"))
        await hands.until("Awas Pengawas")
        await hands.press("j")
        await hands.until("Pindahkan panah ke baris seorang pengawas")
        await hands.press("l", "down", "enter", "down", "down", "enter")
        await hands.until("sekarang 100 tempat")
        await hands.press(*["backspace"] * 3, "0", "enter")
        await hands.until("1 orang yang sudah disetujui harus menunggu lagi")
        await hands.press("down", "enter")
        await hands.until("Jatah diubah", "jatahnya habis")
        assert leases.listing(hands.app.session)["leased"] == 0


async def test_who_died_is_noted_with_the_day_and_the_state_says_so(town: Any, awas: Any, at: Any) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.app.push_screen(screen_named("record", registration=awas["Contoh Tiga"]))
        await hands.until("Disetujui")
        await hands.press("w")
        await hands.until("Tidak ikut lagi", "meninggal dunia", "mencapai batas umur")
        await hands.press("enter")
        await hands.until("Sejak tanggal berapa?")
        await hands.press(*["backspace"] * 10)
        await hands.write("kemarin")
        await hands.press("enter")
        await hands.until("Tulis tanggalnya")
        await hands.press(*["backspace"] * 7)
        await hands.write("2/1/2026")
        await hands.press("enter")
        await hands.until("meninggal dunia, 02-01-2026")
        await hands.write("Kabar dari keluarga")
        await hands.press("enter")
        await hands.until("berakhir: meninggal dunia", "02-01-2026")
        await hands.press("u")
        await hands.until("Alasannya:")
