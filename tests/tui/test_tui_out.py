"""What is out with others: the office sees whose it is and until when, and gives it to somebody else who mends it."""

from __future__ import annotations

from fieldapp.services import exchange, registrations
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"


async def test_the_office_gives_a_returned_registration_to_another_enumerator_who_sends_it_again(town, at) -> None:
    budi_home = town.folder / "budi"
    with open_session(budi_home, PASSPHRASE) as budi, open_session(town.awas, PASSPHRASE) as awas:
        exchange.write_bundle(budi, town.stick / "budi-1")
        exchange.merge(awas, [town.stick / "budi-1"])
        to = budi.member.id
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.until("1 pada orang lain")
        await hands.press("r")
        await hands.until("Tidak ada yang dikembalikan kepada Anda", "P menampilkan 1 yang ada pada orang lain")
        await hands.press("p")
        await hands.until("Pada orang lain", "1 ditunggu, 0 lewat batas", "Contoh Dua", "Ani Pencacah", "6 hari lagi")
        await hands.press("o")
        await hands.until("Tidak ada yang lewat batas.")
        await hands.press("o")
        await hands.until("Contoh Dua")
        await hands.press("a")
        await hands.until("Alihkan kepada siapa?", "Budi Pencacah, pencacah")
        await hands.write("budi")
        await hands.press("enter")
        await hands.until("Alasannya (dibaca keduanya")
        await hands.write("Ani sakit")
        await hands.press("enter")
        await hands.until("Dialihkan: 1", "Budi Pencacah")
        await hands.press("enter")
        await hands.until("Ditugaskan", "kepada Budi Pencacah, oleh Awas Pengawas")
    with (
        open_session(town.awas, PASSPHRASE) as awas,
        open_session(budi_home, PASSPHRASE) as budi,
        open_session(town.ani, PASSPHRASE) as ani,
    ):
        for laptop in (ani, budi):
            exchange.write_bundle(awas, town.stick / f"balasan-{laptop.member.id}", to=laptop.member.id)
            exchange.merge(laptop, [town.stick / f"balasan-{laptop.member.id}"])
    async with at(budi_home) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("Contoh Dua   putaran 2", "Ditugaskan kepada Budi Pencacah oleh Awas Pengawas", "Ani sakit")
        await hands.press("enter")
        await hands.until("Perbaikan: Contoh Dua", "Catatan Awas Pengawas: Nama lengkap ahli waris")
        await hands.write(" Lengkap")
        await hands.press("ctrl+s")
        await hands.until("Siap dikirim")
        await hands.press("enter")
        await hands.until("Contoh Dua: dikirim lagi, putaran 2", "Tidak ada yang dikembalikan")
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("r")
        await hands.until("Tidak ada yang dikembalikan kepada Anda", "Sekarang dikerjakan orang lain", "Ani sakit")
    with open_session(budi_home, PASSPHRASE) as budi:
        (second,) = registrations.ids(budi, text="dua")
        shown = registrations.show(budi, second)
    assert (shown["assigned_to"], shown["registered_by"], shown["state"]) == (
        "Budi Pencacah",
        "Ani Pencacah",
        "submitted",
    )
    assert budi.member.id == to
