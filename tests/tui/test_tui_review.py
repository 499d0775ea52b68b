"""The supervisor's desk at the keyboard: decisions bound to what the line showed, and taken back as one."""

from __future__ import annotations

from fieldapp.services import exchange, programme, registrations
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"


def states(home) -> dict[str, str]:
    with open_session(home, PASSPHRASE) as session:
        return {row["name"]: row["state"] for row in registrations.listing(session)}


async def test_a_line_that_changed_under_the_readers_eyes_is_read_again_first(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("Contoh Tiga", "Contoh Satu")
        records = hands.app.screen.records
        await hands.press("down")
        await hands.until("> [ ] Contoh Tiga")
        with open_session(town.ani, PASSPHRASE) as ani:
            (third,) = [row["id"] for row in registrations.listing(ani) if row["name"] == "Contoh Tiga"]
            registrations.edit(ani, third, {"work_place": "Pasar Rekaan"})
            exchange.write_bundle(ani, town.stick / "ani-3")
        exchange.merge(hands.app.screen.session, [town.stick / "ani-3"])
        await hands.press("s")
        await hands.until("berubah sejak Anda membacanya; baca lagi")
        await hands.until("> [ ] Contoh Tiga")
        assert records.row(records.cursor)["state"] == "submitted"
        await hands.press("s")
        await hands.until("sesudahnya")
        await hands.press("enter")
        await hands.until("Setujui: 1 pendaftaran")
    assert states(town.awas)["Contoh Tiga"] == "approved"


async def test_a_bulk_decision_says_by_name_who_is_left_out_and_is_taken_back_by_one_key(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("Contoh Tiga", "Contoh Satu")
        await hands.press("asterisk", "s")
        await hands.until("1 dapat diputuskan, 1 tidak:", "Lihat yang tidak ikut (1)")
        await hands.press("ctrl+l")
        await hands.until("Yang tidak ikut, dan sebabnya", "Selesaikan dulu", "Contoh Satu")
        await hands.press("escape")
        await hands.until("Lihat yang tidak ikut (1)")
        await hands.press("enter")
        await hands.until("Diputuskan 1, tidak dapat 1")
        await hands.press("enter")
        await hands.until("Contoh Satu", gone="Contoh Tiga")
        # Who was refused is still marked; with nobody marked, the key offers the whole decision.
        await hands.press("asterisk", "u")
        await hands.until("Tarik putusan terakhir (1 orang)?")
        await hands.press("enter")
        await hands.until("Tarik putusan terakhir: 1 pendaftaran", "Contoh Tiga")
    assert states(town.awas)["Contoh Tiga"] == "submitted"


async def test_a_return_shows_until_when_and_can_be_given_another_date(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("Contoh Tiga")
        await hands.press("down", "k")
        await hands.until("Diperbaiki paling lambat:", "Alasannya (dibaca pencacah)")
        await hands.press("enter")
        await hands.until("Tuliskan dulu.")
        await hands.write("Alamat?")
        await hands.press("down", *["backspace"] * 10)
        await hands.write("2020-01-01")
        await hands.press("enter")
        await hands.until("Batas waktu harus tanggal")
        await hands.press(*["backspace"] * 10)
        day = registrations_day(hands)
        await hands.write(day)
        await hands.press("enter")
        await hands.until("Kembalikan kepada pencacah: 1 pendaftaran")
        session = hands.app.screen.session
        (returned,) = [
            registrations.show(session, row["id"])
            for row in registrations.listing(session, state="returned")
            if row["name"] == "Contoh Tiga"
        ]
        assert (returned["due"], returned["round"]) == (day, 2)


def registrations_day(hands) -> str:
    """A day that can be asked for."""
    from datetime import timedelta

    return (hands.app.screen.session.today() + timedelta(days=3)).isoformat()


async def test_the_record_says_first_what_is_odd_and_goes_on_to_the_next_by_itself(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("> [ ] Contoh Satu", "Contoh Tiga")
        await hands.press("enter")
        await hands.until("Contoh Satu", "1 dari 2", "Yang perlu diperhatikan")
        assert "Bertentangan: Pekerjaan" in hands.seen.splitlines()[2]
        await hands.press("b")
        await hands.until("Contoh Tiga", "2 dari 2")
        await hands.press("left")
        await hands.until("1 dari 2")
        await hands.press("t")
        await hands.until("Alasannya:")
        await hands.write("Pindah kota")
        await hands.press("enter")
        await hands.until("Tolak: 1 pendaftaran", "2 dari 2")
        await hands.press("m")
        await hands.until("Pindahkan panah")
        await hands.press("s")
        await hands.until("sesudahnya")
        await hands.press("enter")
        # The last of them: back to the queue, which is empty now.
        await hands.until("Semua yang menunggu: tidak ada")
    assert {name: state for name, state in states(town.awas).items() if name != "Contoh Dua"} == {
        "Contoh Satu": "rejected",
        "Contoh Tiga": "approved",
    }


async def test_one_key_shows_the_odd_answers_on_a_small_screen_and_a_wide_one_has_them_beside(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("> [ ] Contoh Satu", "Contoh Tiga")
        await hands.press("l")
        await hands.until("Periksa karena: bertentangan", "Bertentangan: Pekerjaan sekarang", "Kurir", "Ojek")
        assert "Contoh Tiga" in hands.seen
        await hands.press("l")
        await hands.until("Contoh Tiga", gone="Periksa karena: bertentangan")
    async with at(town.awas, (120, 40)) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("> [ ] Contoh Satu", "Periksa karena: bertentangan", "Bertentangan: Pekerjaan")


async def test_where_two_have_to_agree_the_first_one_proposes(town, at) -> None:
    with open_session(town.folder / "admin", PASSPHRASE) as admin, open_session(town.awas, PASSPHRASE) as awas:
        programme.change(admin, "approval_levels", "2")
        exchange.write_bundle(admin, town.stick / "aturan")
        exchange.merge(awas, [town.stick / "aturan"])
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("Contoh Satu", "Contoh Tiga")
        await hands.press("down", "s")
        await hands.until("1 diusulkan disetujui; sesudah ini pengawas lain")
        await hands.press("enter")
        await hands.until("Usulkan disetujui: 1 pendaftaran", "menunggu persetujuan kedua")
        await hands.press("s")
        await hands.until("Anda sudah mengusulkan persetujuan ini")
