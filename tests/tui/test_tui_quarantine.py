"""The quarantine desk by keyboard: a lost laptop's stick was merged, and somebody decides what becomes of it."""

from __future__ import annotations

import screen_walk
from people import person

from fieldapp.services import drafts, registrations
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"


async def test_a_lost_laptops_work_is_read_taken_over_refused_and_taken_back(town, at) -> None:
    screen_walk.something_held(town)
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.until("Karantina", "W  ")
        await hands.press("w")
        await hands.until("Budi Pencacah, pencacah", "dicabut", "Contoh Hilang", "perubahan isian")
        # One thing: what it says, beside what stands there now.
        await hands.press("down", "down", "down")
        await hands.until("> ")
        await hands.press("enter")
        await hands.until("* Tempat", "sekarang: Rumah", "kiriman:  Terminal", "Mengapa tidak dihitung")
        await hands.press("l")
        await hands.until("Contoh Lama", "menjadi perubahan isian")
        await hands.write("Laptop ditemukan")
        await hands.press("enter")
        await hands.until("2 menunggu putusan", gone="perubahan isian  ")

        # All of the sender at once: the line of the sender.
        await hands.press("home", "l")
        await hands.until("2 menjadi pendaftaran")
        await hands.press("escape")
        await hands.press("end", "up", "t")
        await hands.until("1 ditolak")
        await hands.write("Tidak ada orangnya")
        await hands.press("enter")
        await hands.until("1 menunggu putusan")
        await hands.press("d")
        await hands.until("2 sudah diputuskan", "Ditolak oleh Awas Pengawas", "Tidak ada orangnya", "Dilepaskan oleh")
        await hands.press("end", "up", "u")
        await hands.until("Tarik putusan", "menunggu putusan lagi")
        await hands.press("enter")
        await hands.until("1 sudah diputuskan")
        await hands.press("d", "home", "l")
        await hands.until("2 menjadi pendaftaran")
        await hands.write("Laptop ditemukan")
        await hands.press("enter")
        await hands.until("Karantina kosong")
        await hands.press("escape")
        await hands.until("Daftarkan orang baru", gone="Kiriman yang tidak dihitung")
    with open_session(town.awas, PASSPHRASE) as awas:
        assert {"Contoh Hilang", "Contoh Temuan"} <= {row["name"] for row in registrations.listing(awas)}
        assert quarantine.listing(awas) == []


async def test_what_the_rules_refuse_opens_as_a_form(town, at) -> None:
    screen_walk.something_held(town)
    with open_session(town.awas, PASSPHRASE) as awas:
        # Meanwhile somebody registered the person anew.
        screen_walk._registered(awas, person(22, "Contoh Hilang"))
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("w")
        await hands.until("Contoh Hilang")
        lines = hands.app.screen.query_one("#quarantine")
        lines.cursor = next(at for at in range(lines.count()) if "Contoh Hilang" in lines.line(at, 80).text)
        await hands.press("l")
        await hands.until("belum memenuhi aturan")
        await hands.write("Laptop ditemukan")
        await hands.press("enter")
        await hands.until("Belum memenuhi aturan", "Buka formulirnya")
        await hands.press("enter")
        await hands.until("1/9 Identitas", "Contoh Hilang")
        await hands.press("escape")
        await hands.until("Sedang Anda perbaiki")
        await hands.press("l")
        await hands.until("Ada draf yang terbuka")
    with open_session(town.awas, PASSPHRASE) as awas:
        assert [each.values["name"] for each in drafts.drafts(awas)] == ["Contoh Hilang"]
