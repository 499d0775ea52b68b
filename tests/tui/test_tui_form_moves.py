"""Ways about the form that save keys, what it tells back while one types, and people for whom it goes another way."""

from __future__ import annotations

from fieldapp.services import drafts, programme, registrations
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"


async def _new(hands) -> None:
    await hands.unlock()
    await hands.press("f2")
    await hands.until("1/9 Identitas", "NIK *")


async def test_a_letter_before_each_field_leads_there_and_a_digit_to_a_section(town, at) -> None:
    async with at(town.ani) as hands:
        await _new(hands)
        await hands.press("ctrl+o")
        await hands.until("[a] NIK *", "[d] Nama lengkap", "Tekan huruf di depan isian")
        await hands.press("1", "ctrl+o", "d")
        await hands.until("Nama lengkap", gone="[d]")
        await hands.write("Pantun Ratusan")
        await hands.until("Nama lengkap *              Pantun Ratusan")
        await hands.press("ctrl+o", "6")
        await hands.until("6/9 Ahli waris")
        await hands.press("ctrl+o", "escape")
        await hands.write("Waris Rekaan")
        await hands.until("Nama ahli waris *           Waris Rekaan", gone="Tekan huruf")


async def test_what_is_typed_or_pasted_is_told_back_as_it_is_understood(town, at) -> None:
    whole = "6471 0545 0688 9009"
    async with at(town.ani) as hands:
        await _new(hands)
        for pasted, told, kept in (
            ("6471.0545.0688.9009", whole, "6471054506889009"),
            ("6471 0545 0688 9009 ", whole, "6471054506889009"),
            ("'6471054506889009", whole, "6471054506889009"),
            ("6471051708759009", "6471 0517 0875 9009", "6471051708759009"),
            ("64710545", "8 dari 16 angka", "64710545"),
            ("6.47E+15", "angkanya hilang: ketik dari kartu", "6.47E+15"),
        ):
            await hands.press("ctrl+u")
            await hands.write(pasted)
            await hands.until(told)
            await hands.press("enter")
            await hands.until(f"NIK *                       {kept}", gone=told)
            await hands.press("up")
        await hands.until("Angka NIK ini hilang", "Ketik dari KTP")
        # What came from a NIK that was put right is put right with it.
        await hands.until("Tanggal lahir *             17-08-1975", "(*) Laki-laki")
        # Dates, phones and money.
        await hands.press("ctrl+o", "e", "ctrl+u")
        await hands.write("18/8/75")
        await hands.until("18 Agustus 1975, umur ")
        await hands.press("enter")
        await hands.until("Tanggal lahir *             18-08-1975")
        await hands.press("ctrl+o", "k")
        await hands.write("1/2020")
        await hands.until("1 Januari 2020")
        await hands.press("enter")
        await hands.until("KTP kota ini sejak          01-01-2020")
        await hands.press("ctrl+o", "2")
        await hands.until("Alamat KTP *")
        await hands.press("ctrl+o", "f")
        await hands.write("62 812 3456 7890")
        await hands.until("0812-3456-7890")
        await hands.press("ctrl+o", "4")
        await hands.until("Penghasilan sebulan")
        await hands.press("ctrl+o", "h")
        await hands.write("900000")
        await hands.until("Rp 900.000")


async def test_the_neighbours_address_is_offered_and_comes_with_one_key_without_the_house_number(
    town, at, person
) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        values = {**person(71, "Legenda Puluhan"), "ktp_address": "Jl. Rekaan Blok C/7 No 21B", "ktp_rt": "009"}
        registrations.submit(ani, drafts.new_draft(ani, values).id)
    async with at(town.ani) as hands:
        await _new(hands)
        await hands.press("ctrl+o", "2")
        await hands.until("Ctrl+R: Jl. Rekaan Blok C/7", "RT 009")
        # Nothing is put in before it is asked for.
        assert "RT (KTP)                    009" not in hands.seen
        await hands.press("ctrl+r", "3", "enter")
        await hands.until("Alamat KTP *                Jl. Rekaan Blok C/7 No 3", "RT (KTP)                    009")
        await hands.until("Sepinggan, Balikpapan Selatan", "Dari orang sebelumnya")
        # What is there already is never written over.
        await hands.press("ctrl+r")
        await hands.until("Alamat ini sudah terisi", "No 3")


async def test_the_next_needed_question_is_one_key_away_and_what_may_stay_empty_is_passed(town, at) -> None:
    async with at(town.ani) as hands:
        await _new(hands)
        await hands.write("6471054506889009")
        await hands.press("ctrl+b")
        await hands.write("Gurindam Awalan")
        await hands.press("ctrl+b")
        await hands.write("Balikpapan")
        await hands.press("ctrl+b")
        # Birth date and sex were filled from the NIK.
        await hands.write("Ibu Rekaan")
        await hands.press("ctrl+b", "y", "ctrl+b", "w", "ctrl+b")
        await hands.until("2/9 Alamat", "Wajib 8/29")
        assert "Nama ibu kandung" not in hands.seen


async def test_a_person_without_nik_and_phone_is_asked_why_and_the_rest_goes_on(town, at) -> None:
    async with at(town.ani) as hands:
        await _new(hands)
        await hands.press("enter")
        await hands.until("Alasan NIK belum ada")
        await hands.press("k", "enter")
        await hands.press("enter")
        await hands.write("Tinta Kosongan")
        await hands.press("ctrl+o", "2")
        await hands.until("Nomor telepon *", "Tidak punya telepon?")
        await hands.press("ctrl+o", "g", "y")
        await hands.until("(*) Ya", gone="Nomor telepon *")
        assert "Telepon milik siapa" not in hands.seen
        # A number that is there is not asked about again.
        await hands.press("delete")
        await hands.until("Nomor telepon *")
        await hands.press("ctrl+o", "f")
        await hands.write("081234567890")
        await hands.press("enter")
        await hands.until("0812-3456-7890", "Bisa WhatsApp?", gone="Tidak punya telepon?")


async def test_a_guardian_is_asked_three_things_after_the_text_that_was_read_out(town, at) -> None:
    async with at(town.ani) as hands:
        await _new(hands)
        await hands.press("ctrl+o", "8")
        await hands.until("Bacakan atau sampaikan (teks versi 1, Bahasa Indonesia)", "Dinas Sosial")
        await hands.press("b")
        await hands.until("bahasa Inggris", "We come from")
        await hands.press("b")
        await hands.until("Bahasa Indonesia", gone="We come from")
        await hands.press("enter", "y", "enter", "t", "enter", "w", "enter")
        await hands.until("Nama wali *", "Hubungan wali *", "Mengapa lewat wali *")
        await hands.write("Wali Rekaan")
        await hands.press("enter")
        await hands.write("Kakak")
        await hands.press("enter")
        await hands.write("Yang bersangkutan meminta kakaknya")
        await hands.press("ctrl+l")
        await hands.until("Yang perlu diperbaiki", "Belum diisi: NIK", gone="Belum diisi: Nama wali")


def test_the_version_of_the_consent_text_kept_is_the_one_that_is_read_out(town) -> None:
    from fieldapp.forms import consent

    texts = consent._PARAGRAPHS
    texts["rekaan-2"] = texts["1"][:2]
    try:
        with open_session(town.awas, PASSPHRASE) as awas:
            before = drafts.new_draft(awas)
            assert before.values["consent_text_version"] == "1"
        with open_session(town.folder / "admin", PASSPHRASE) as admin:
            programme.change(admin, "consent_text_version", "rekaan-2")
            assert drafts.new_draft(admin).values["consent_text_version"] == "rekaan-2"
            # A version of its own that this program has no text for is not claimed to have been read.
            programme.change(admin, "consent_text_version", "lain")
            assert drafts.new_draft(admin).values["consent_text_version"] == "1"
    finally:
        del texts["rekaan-2"]


async def test_a_wide_screen_tells_beside_the_page_what_is_asked_and_what_was_found(town, at, person) -> None:
    async with at(town.ani, size=(120, 40)) as hands:
        await _new(hands)
        await hands.until("16 angka dari KTP-el", "Terisi 0 dari", "wajib 0 dari")
        await hands.write("6471052806749001")
        await hands.press("enter", "enter")
        await hands.write("Contoh Satu")
        await hands.until("- Salah: NIK", "Mirip dengan")
        page = hands.app.screen.query_one("#pages")
        # The page itself is as wide as on a small screen.
        assert page.size.width == 80
        await hands.pilot.resize_terminal(80, 24)
        await hands.until("Nama lengkap *              Contoh Satu", gone="Terisi ")
        assert page.size.width == 80
        # Roomy: a line between the questions.
        hands.app.add_class("-lega")
        await hands.pilot.pause()
        lines = hands.seen.splitlines()
        at_name = next(index for index, line in enumerate(lines) if "Nama lengkap" in line)
        assert lines[at_name + 1].strip() == ""
        # Another language keeps what is typed.
        hands.app.remove_class("-lega")
        from fieldapp.locale import set_language

        set_language("en")
        hands.app.screen.relabel()
        await hands.until("Full name *                 Contoh Satu")
