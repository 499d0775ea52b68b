"""One keyed journey a screen, on real encrypted stores."""

from __future__ import annotations

import hashlib

from fieldapp.locale import set_language
from fieldapp.services import registrations
from fieldapp.services.homes import has_store
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"
PIN = "246810"


def _digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_a_wrong_passphrase_is_said_plainly_and_changes_nothing(town, at) -> None:
    async with at(town.ani) as hands:
        before = _digest(town.ani / "vault.json")
        await hands.until("Kata sandi")
        await hands.write("bukan itu sandinya")
        await hands.press("enter")
        await hands.until("Kata sandi tidak cocok")
        assert _digest(town.ani / "vault.json") == before
        await hands.unlock()


async def test_a_new_laptop_joins_with_the_invitation_and_the_pin(town, at, tmp_path) -> None:
    async with at(tmp_path / "baru") as hands:
        await hands.until("Bergabung dengan berkas undangan")
        await hands.press("enter")
        await hands.until("Berkas undangan", "PIN")
        for text in (str(town.stick / "baru.undangan"), PIN, "sandi milik saya", "sandi milik bukan"):
            await hands.write(text)
            await hands.press("enter")
        await hands.until("Kedua kata sandi tidak sama")
        await hands.press("down", *["backspace"] * 5)
        await hands.write("saya")
        await hands.press("enter")
        await hands.until("Daftarkan orang baru", "Baru Rekaan (pencacah)", "Balikpapan Selatan")


async def test_the_first_run_creates_a_programme(at, tmp_path) -> None:
    async with at(tmp_path / "pusat") as hands:
        await hands.until("Membuat program baru")
        await hands.press("down", "enter")
        await hands.until("Nama program", "64.71")
        await hands.write("Program Layar")
        await hands.press(*["enter"] * 7)
        for text in (PASSPHRASE, PASSPHRASE):
            await hands.write(text)
            await hands.press("enter")
        await hands.until("Program Layar", "Administrator (administrator)", "semua wilayah")
    assert has_store(tmp_path / "pusat")


async def test_a_draft_is_continued_where_it_was_left_and_thrown_away_when_asked(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("pagedown")
        await hands.until("2/9 Alamat")
        await hands.write("Gg. Tertunda 7")
        await hands.press("enter", "escape")
        await hands.until("Yang menunggu Anda", "Draf 1 |")
        await hands.press("d")
        await hands.until("(belum bernama)", "2 RT (KTP)")
        await hands.press("enter")
        await hands.until("Gg. Tertunda 7", "2/9 Alamat")
        assert hands.app.screen.focused.id == "field-ktp_rt"
        await hands.press("escape")
        await hands.until("1 draf", gone="Gg. Tertunda")
        await hands.press("delete")
        await hands.until("Draf (belum bernama) dihapus")
        await hands.press("down", "enter")
        await hands.until("Tidak ada draf")


async def test_a_form_with_nothing_written_leaves_no_draft(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("escape")
        await hands.until("Pilihan", gone="1/9")
        await hands.press("d")
        await hands.until("Tidak ada draf")


async def test_the_list_narrows_while_typing_and_opens_a_registration(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("3 pendaftaran", "Contoh Satu", "Contoh Dua")
        await hands.write("tiga")
        await hands.until("1 pendaftaran", "Contoh Tiga", gone="Contoh Dua")
        await hands.press("down", "enter")
        await hands.until("Contoh Tiga", "Keadaan", "Menunggu putusan", "6471********9003")
        await hands.press("end")
        await hands.until("Riwayat", "Ani Pencacah mendaftarkan")
        await hands.press("n")
        await hands.until("6471 0528 0674 9003")


async def test_what_was_returned_opens_at_the_commented_field_and_is_sent_again(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.until("Dikembalikan 1 |")
        await hands.press("c")
        await hands.until("Contoh Dua", "Dikembalikan")
        await hands.write("dua")
        await hands.until("1 pendaftaran")
        await hands.press("down", "enter")
        await hands.until("Periksa lagi", "Nama lengkap ahli waris", "E Perbaiki")
        await hands.press("e")
        await hands.until("Perbaikan: Contoh Dua", "6/9 Ahli waris", "Waris Contoh")
        await hands.write(" Lengkap")
        await hands.press("ctrl+s")
        await hands.until("Siap dikirim")
        await hands.press("enter")
        await hands.until("dikirim lagi, putaran 2", "Menunggu putusan", "Putaran")
    with open_session(town.ani, PASSPHRASE) as ani:
        found = [registrations.show(ani, each)["values"]["heir_name"] for each in registrations.ids(ani, text="dua")]
    assert found == ["Waris Contoh Lengkap"]


async def test_a_supervisor_sees_quota_and_money_then_approves_returns_and_takes_back(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("Tempat Anda: 100", "Contoh Tiga", "2 pendaftaran")
        await hands.press("down", "s")
        await hands.until("sesudahnya 99", "Rp 201.600")
        await hands.press("enter")
        await hands.until("Setujui: 1 pendaftaran", "Tempat Anda: 99", "1 pendaftaran")
        await hands.press("ctrl+f")
        await hands.until("Saring daftar", "Keadaan: semua")
        await hands.press("enter")
        await hands.until("Yang menunggu putusan")
        await hands.press("down", "down", "down", "down", "down", "enter")
        await hands.until("Disetujui; urut risiko.", "Contoh Tiga", gone="Contoh Satu")
        await hands.press("enter")
        await hands.until("Disetujui", "U Tarik putusan")
        await hands.press("u")
        await hands.until("Alasannya")
        await hands.write("Salah tekan")
        await hands.press("enter")
        await hands.until("Tempat Anda: 100", "Tidak ada yang cocok")


async def test_a_return_carries_comments_pinned_to_fields(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f4")
        await hands.until("Contoh Tiga")
        await hands.press("down", "enter")
        await hands.until("Identitas", "Nomor KK")
        lines = hands.app.screen.query_one("#record")
        lines.cursor = next(number for number, line in enumerate(lines._lines) if line.value == "mother_name")
        await hands.press("m")
        await hands.until("Catatan untuk pencacah")
        await hands.write("Nama ibu lengkap?")
        await hands.press("enter")
        await hands.until("Catatan Anda (belum dikirim): Nama ibu lengkap?")
        await hands.press("k")
        await hands.until("Alasannya (dibaca pencacah)")
        await hands.press("enter")
        await hands.until("Kembalikan kepada pencacah: 1 pendaftaran")
    with open_session(town.awas, PASSPHRASE) as awas:
        found = [registrations.show(awas, each) for each in registrations.ids(awas, state="returned")]
    assert ["Nama ibu lengkap?"] in [[comment["text"] for comment in each["comments"]] for each in found]


async def test_a_packet_goes_to_the_stick_and_is_merged_at_the_office(town, at, person) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        registrations.submit(ani, registrations.new_draft(ani, person(4, "Contoh Empat")).id)

    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f5")
        await hands.until("Tulis paket untuk kantor", "Ambil paket balasan")
        await hands.press("enter")
        await hands.until("Pilih tempat")
        hands.app.screen._open(town.stick)
        await hands.until("Pakai folder ini")
        await hands.press("enter")
        await hands.until("boleh dicabut", "Perubahan di dalamnya")
    assert [path.suffix for path in town.stick.glob("paket-*")] == [".fieldapp"]

    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f6")
        await hands.until("Cari berkas di tempat lain")
        await hands.press("end", "enter")
        await hands.until("Pilih tempat")
        hands.app.screen._open(town.stick)
        await hands.until("Tandai", "paket-")
        await hands.press("end", "enter")
        await hands.until("Enter  Gabungkan 1 paket sekarang")
        await hands.press("enter")
        await hands.until("Selesai digabungkan", "1 perubahan baru", "Tanda terima")
    with open_session(town.awas, PASSPHRASE) as awas:
        assert "Contoh Empat" in {row["name"] for row in registrations.rows(awas, registrations.ids(awas))}


async def test_a_hub_that_is_not_there_loses_nothing_and_says_so(town, at) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        ani.set_preference("hub_url", "http://127.0.0.1:9")

    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f5")
        await hands.until("Sinkron dengan pusat lewat jaringan")
        await hands.press("s")
        await hands.until("tidak berhasil", "Tidak ada yang hilang", "Luring")


async def test_language_and_look_change_at_once_and_stay(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("a")
        await hands.until("Bahasa Indonesia")
        await hands.press("enter")
        await hands.until("English")
        await hands.press("down", "enter")
        await hands.until("Settings", "Language", gone="Pengaturan")
        await hands.press("down", "enter")
        await hands.until("High contrast")
        await hands.press("end", "enter")
        await hands.until("High contrast", gone="Cancel")
        assert hands.app.theme == "kontras"
        await hands.press("escape")
        await hands.until("Register a person", "Not carried")

    set_language("id")
    async with at(town.ani) as hands:
        # Before anybody has unlocked anything.
        await hands.until("Fieldapp - locked", "Passphrase", "F1 Help")
        assert hands.app.theme == "kontras"
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("Register a person", "Ani Pencacah (enumerator)")
        assert hands.app.theme == "kontras"


async def test_the_passphrase_is_changed_and_the_old_one_no_longer_opens(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("a")
        await hands.until("Ganti kata sandi")
        await hands.until("sedang bekerja")
        await hands.press("end", *["up"] * 5, "enter")
        await hands.until("Kata sandi lama")
        for text in (PASSPHRASE, "sandi yang baru", "sandi yang baru"):
            await hands.write(text)
            await hands.press("enter")
        await hands.until("Kata sandi sudah diganti")
        await hands.press("escape", "l")
        await hands.until("terkunci")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("Kata sandi tidak cocok")
        await hands.unlock("sandi yang baru")


async def test_the_palette_finds_a_command_by_typing(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("ctrl+p")
        await hands.until("ketik untuk mencari")
        await hands.write("atur")
        await hands.until("Pengaturan", gone="║   Kunci")
        await hands.press("enter")
        await hands.until("Alamat pusat")


async def test_an_enumerator_is_offered_no_review(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        assert "Antrean putusan" not in hands.seen
        await hands.press("f4", "f3")
        await hands.until("Daftar pendaftaran")
        await hands.press("down", "enter")
        await hands.until("Identitas")
        assert "Setujui" not in hands.seen


async def test_help_explains_the_field_at_hand(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("pagedown")
        await hands.until("2/9 Alamat")
        await hands.press("enter", "f1")
        await hands.until("RT (KTP). Boleh 5, 05, atau 005.", "Tombol di layar ini", "Ctrl+B    Wajib berikut")
