"""Settings by keyboard: each line says what it is, is changed by Enter, and holds at once and the next time."""

from __future__ import annotations

import pytest
from hubs import serving

from fieldapp.locale import set_language
from fieldapp.services import looks, membership, programme
from fieldapp.services.session import open_session
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost

PASSPHRASE = "sandi rekaan"
OTHER = "sandi orang kedua"
PIN = "246810"
CHEAP = Cost(passes=1, memory_kib=64)


async def _settings(hands, at: str) -> None:
    """Opens the settings with the cursor on the line that begins with `at`."""
    if "Pengaturan" not in hands.seen.splitlines()[0]:
        await hands.press("a")
    await hands.until("Tampilan laptop ini")
    while not hands.app.screen._here:
        await hands.pilot.pause(0.02)
    lines = hands.app.screen.query_one("#settings")
    lines.cursor = next(number for number, line in enumerate(lines._lines) if line.text.strip().startswith(at))
    await hands.pilot.pause()


async def _pick(hands, line: str, answer: str) -> None:
    """Changes a setting by its words."""
    await _settings(hands, line)
    await hands.press("enter")
    await hands.until(answer)
    picked = hands.app.screen.query_one("Lines")
    picked.cursor = next(number for number, each in enumerate(picked._lines) if answer in each.text)
    await hands.press("enter")
    await hands.until("Tampilan laptop ini", gone="║")


def _line(hands, begin: str) -> str:
    return next(line for line in hands.seen.splitlines() if line.strip("> ").startswith(begin))


async def test_every_setting_of_the_look_holds_at_once_and_stands_in_the_laptops_file(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await _pick(hands, "Tema", "Gelap")
        assert hands.app.theme == "gelap"
        assert "Gelap" in _line(hands, "Tema")
        await _pick(hands, "Kerapatan", "Lega")
        assert hands.app.has_class("-lega")
        await _pick(hands, "Garis dan tanda", "ASCII")
        assert "ASCII" in _line(hands, "Garis dan tanda")
    assert looks.read(town.ani) == looks.Looks(language="id", theme="gelap", density="lega", glyphs="ascii")


async def test_the_time_of_the_lock_is_the_members_own_and_holds_the_next_time(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await _settings(hands, "Kunci otomatis")
        assert "Setelah 10 menit" in _line(hands, "Kunci otomatis")
        await _pick(hands, "Kunci otomatis", "Setelah 2 menit")
        assert hands.app.idle.minutes == 2
        await _pick(hands, "Kunci otomatis", "Tidak pernah")
        assert "Tidak pernah" in _line(hands, "Kunci otomatis")
    with open_session(town.ani, PASSPHRASE) as ani:
        assert ani.own_preference("lock_after_min") == 0
        assert ani.preference("lock_after_min") is None


async def test_the_hubs_address_is_kept_and_whether_it_answers_is_told_in_plain_words(town, at, tmp_path) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await _settings(hands, "Sinkron sendiri")
        assert "(menunggu alamat pusat)" in _line(hands, "Sinkron sendiri")
        await hands.press("enter")
        await hands.until("Alamat pusat seperti yang diberikan")
        await hands.write("http://127.0.0.1:9")
        await hands.press("enter")
        await hands.until("http://127.0.0.1:9", gone="seperti yang diberikan")
        assert _line(hands, "Sinkron sendiri").rstrip().endswith("Ya")
        await _pick(hands, "Sinkron sendiri", "Tidak, hanya bila diminta")
        await _settings(hands, "Periksa sambungan")
        await hands.press("enter")
        await hands.until("tidak berhasil", "Belum dapat dilakukan", "Pusat tidak")
        assert hands.app.online is False
    with open_session(town.ani, PASSPHRASE) as ani:
        assert ani.preference("hub_url") == "http://127.0.0.1:9"
        assert ani.preference("auto_sync") is False


async def test_a_hub_that_answers_is_told_by_its_name_and_nothing_is_exchanged(at, tmp_path) -> None:
    made = {"quota": 10, "budget": 1_000_000, "premium": 16_800, "start": "2027-01", "cost": CHEAP}
    with programme.create(tmp_path / "admin", PASSPHRASE, name="Program Rekaan", **made) as admin:
        for home, role in (("pusat", "hub"), ("ani", "enumerator")):
            file = tmp_path / f"{home}.undangan"
            areas = ["64.71.05"] if role == "enumerator" else []
            membership.invite(
                admin,
                role=role,
                name=f"Uji {home}",
                areas=areas,
                out=file,
                pin=PIN,
                cost=KdfCost(memory_kib=64, passes=1),
            )
            membership.join(tmp_path / home, file, PIN, PASSPHRASE, cost=CHEAP).close()
    with open_session(tmp_path / "pusat", PASSPHRASE) as hub, serving(hub) as url:
        with open_session(tmp_path / "ani", PASSPHRASE) as ani:
            ani.set_preference("hub_url", url)
            ani.set_preference("auto_sync", False)
        async with at(tmp_path / "ani") as hands:
            await hands.unlock()
            await _settings(hands, "Periksa sambungan")
            await hands.press("enter")
            await hands.until("Uji pusat menjawab dan mengenali program ini", "pusat menjawab")
            await hands.until("Belum pernah sinkron", "Daring")


async def test_a_further_member_joins_from_the_settings_and_keeps_apart_from_the_first(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("pagedown")
        await hands.until("2/9 Alamat")
        await hands.write("Gg. Milik Ani")
        await hands.press("ctrl+p")
        await hands.until("ketik untuk mencari")
        await hands.write("Pengaturan")
        await hands.press("enter")
        await _settings(hands, "Tambah anggota")
        await hands.press("enter")
        await hands.until("Berkas undangan", "PIN")
        for text in (str(town.stick / "baru.undangan"), PIN, "pendek", "pendek"):
            await hands.write(text)
            await hands.press("enter")
        await hands.until("Kata sandi terlalu pendek: pakai sedikitnya 8")
        for again in ("passphrase", "again"):
            hands.app.screen.query_one(f"#blank-{again}").value = OTHER
        hands.app.screen.query_one("#blank-again").focus()
        await hands.press("enter")
        await hands.until("Pilihan", "Baru Rekaan (pencacah)", "Draf 0 |")
        await _settings(hands, "Ganti anggota")
        assert "Ani Pencacah" in hands.seen
        await hands.press("enter")
        await hands.until("2 orang bekerja di laptop ini")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        # What the first one was typing was kept although another member's settings stood over it.
        await hands.until("2/9 Alamat", "Gg. Milik Ani")


async def test_changing_the_passphrase_refuses_in_words_and_esc_leaves_the_old_one(town, at) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        membership.join(town.ani, town.stick / "baru.undangan", PIN, OTHER, host=ani, cost=CHEAP).close()
    async with at(town.ani) as hands:
        await hands.unlock()
        await _settings(hands, "Ganti kata sandi")
        await hands.press("enter")
        for typed, told in (
            (("", "kata sandi baru", "kata sandi baru"), "Ketik dulu kata sandi lama"),
            (("bukan ini", "kata sandi baru", "kata sandi baru"), "Kata sandi tidak cocok"),
            ((OTHER, "kata sandi baru", "kata sandi baru"), "Kata sandi tidak cocok"),
            ((PASSPHRASE, "kata sandi baru", "kata sandi lain"), "Kedua kata sandi tidak sama"),
            ((PASSPHRASE, "pendek", "pendek"), "Kata sandi terlalu pendek"),
            ((PASSPHRASE, "        ", "        "), "Kata sandi terlalu pendek"),
            ((PASSPHRASE, PASSPHRASE, PASSPHRASE), "sama dengan yang lama"),
            ((PASSPHRASE, OTHER, OTHER), "sudah dipakai di laptop ini"),
        ):
            await hands.until("Kata sandi lama")
            for name, text in zip(("old", "new", "again"), typed, strict=True):
                hands.app.screen.query_one(f"#blank-{name}").value = text
            hands.app.screen.query_one("#blank-again").focus()
            await hands.press("enter")
            await hands.until(told)
        await hands.press("escape")
        await hands.until("Tampilan laptop ini", gone="Kata sandi lama")
    for passphrase in (PASSPHRASE, OTHER):
        open_session(town.ani, passphrase).close()


@pytest.mark.parametrize(
    "secret", ["  spasi di kedua ujung  ", "\N{FAMILY}‍\N{WOMAN} sandi \U0001f510\U0001f44d\U0001f3fd", "x" * 10_000]
)
async def test_a_passphrase_is_taken_letter_by_letter_whatever_is_pasted(town, at, secret) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await _settings(hands, "Ganti kata sandi")
        await hands.press("enter")
        await hands.until("Kata sandi lama")
        for text in (PASSPHRASE, secret + "\n", secret):
            await hands.write(text)
            await hands.press("enter")
        await hands.until("Kata sandi sudah diganti")
    # Letter by letter the same as on the command line, which takes it from a file.
    open_session(town.ani, secret).close()
    async with at(town.ani) as hands:
        await hands.unlock(secret)


async def test_a_megabyte_is_no_passphrase_and_is_refused_rather_than_cut(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.until("Kata sandi")
        await hands.write("y" * 1_000_000)
        await hands.until("terlalu panjang untuk sebuah kata sandi")
        assert hands.app.screen.query_one("#passphrase").value == ""
        await hands.pilot.resize_terminal(20, 5)
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.pilot.resize_terminal(80, 24)
        await hands.until("Daftarkan orang baru", "Belum dibawa")


async def test_another_language_from_the_palette_keeps_what_is_half_typed_and_where(town, at) -> None:
    try:
        async with at(town.ani) as hands:
            await hands.unlock()
            await hands.press("f2")
            await hands.until("1/9 Identitas")
            await hands.press("pagedown")
            await hands.until("2/9 Alamat")
            await hands.write("Gg. Dua Bahasa")
            await hands.press("enter")
            await hands.write("0")
            before = hands.seen.count("Belum diisi")
            await hands.press("ctrl+p")
            await hands.until("ketik untuk mencari")
            await hands.write("English")
            await hands.press("enter")
            await hands.until("2/9 Address", "Gg. Dua Bahasa", "RT", "F1 Help", "Drafts 1", gone="Alamat dan kontak")
            assert hands.app.screen.focused.id == "field-ktp_rt"
            assert hands.app.screen.focused.value == "0"
            assert hands.seen.count("Not filled in") == before
            # And back through the settings that stand over the form.
            await hands.press("ctrl+p")
            await hands.until("type to")
            await hands.write("Settings")
            await hands.press("enter")
            await hands.until("Look of this laptop")
            await hands.press("enter")
            await hands.until("Bahasa Indonesia")
            await hands.press("home", "enter")
            await hands.until("Tampilan laptop ini", "Pengaturan")
            await hands.press("escape")
            await hands.until("2/9 Alamat", "Gg. Dua Bahasa")
            assert hands.app.screen.focused.id == "field-ktp_rt"
            await hands.press("5", "enter", "escape")
            await hands.until("Draf 1 |")
        assert looks.read(town.ani).language == "id"
    finally:
        set_language("id")


async def test_a_theme_is_found_in_the_palette(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("ctrl+p")
        await hands.until("ketik untuk mencari")
        await hands.write("kontras")
        await hands.press("enter")
        await hands.until("Daftarkan orang baru", gone="║")
        assert hands.app.theme == "kontras"
    assert looks.read(town.ani).theme == "kontras"


async def test_a_roomy_laptop_has_an_empty_line_between_lines_and_between_questions(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        before = hands.seen.splitlines()
        hands.app.change_looks(density="lega")
        await hands.until("D  Draf")
        await hands.pilot.pause()
        rows = hands.seen.splitlines()
        assert rows[1:12:2] == before[1:7]
        assert not any(rows[number] for number in range(2, 12, 2))
        # The line at hand is in view wherever it is, and a page is as many lines as are seen.
        menu = hands.app.screen.query_one("#menu")
        await hands.press("end")
        await hands.until("> X  Keluar")
        await hands.press("home", "pagedown")
        await hands.until("> ")
        assert 6 <= menu.cursor <= 10
        await hands.press("home", "down", "enter")
        await hands.until("1/9 Identitas", "Nama lengkap")
        rows = hands.seen.splitlines()
        at_hand = next(number for number, row in enumerate(rows) if row.strip().startswith("Nomor KK"))
        assert not rows[at_hand - 1].strip()
        hands.app.change_looks(density="padat")
        await hands.pilot.pause()
        await hands.press("escape")
        await hands.until("Pilihan", "X  Keluar")
        assert hands.seen.splitlines()[1:7] == before[1:7]


INDONESIAN = {
    "belum",
    "sudah",
    "yang",
    "dengan",
    "untuk",
    "cari",
    "pilih",
    "urut",
    "semua",
    "tidak",
    "keadaan",
    "putusan",
}


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        (("d",), "Drafts"),
        (("r",), "Returned"),
        (("j",), "People to visit"),
        (("c",), "Registrations"),
        (("c", "down", "enter"), "State"),
        (("t",), "Exchange"),
        (("k",), "Conflicts"),
        (("o",), "The same person?"),
        (("p",), "Review"),
        (("a",), "Settings"),
    ],
)
async def test_every_screen_that_stands_open_speaks_the_other_language_at_once(town, at, keys, seen) -> None:
    try:
        async with at(town.awas, (100, 30)) as hands:
            await hands.unlock()
            for each in keys:
                await hands.press(each)
                await hands.pilot.pause(0.2)
            await hands.app.action_speak("en")
            await hands.until(seen, "F1 Help")
            await hands.pilot.pause(0.3)
            left = {word for word in hands.seen.lower().split() if word.strip(".,:;") in INDONESIAN}
            assert not left, f"{left}\n{hands.seen}"
    finally:
        set_language("id")
