"""Drafts: the list of them, what a power cut leaves, and a disk that is full while somebody types."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.services import drafts, registrations
from fieldapp.services.session import open_session
from fieldapp.tui.screens.drafts import age_words, where_words

PASSPHRASE = "sandi rekaan"
MINUTE = 60_000


async def test_the_list_says_where_each_draft_stands_and_throws_several_away_at_once(town, at, person) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        for number, name in ((81, "Cermin Duaan"), (82, "Gema Tigaan"), (83, "Kabut Empatan")):
            values = {**person(number, name), "heir_name": None}
            view = drafts.new_draft(ani, values)
            drafts.save_draft(ani, view.id, values, position=("address_contact", "ktp_area"))
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("d")
        await hands.until("3 draf milik Ani Pencacah", "Berhenti di", "2 Kelurahan KTP", "baru saja")
        row = next(line for line in hands.seen.splitlines() if "Gema Tigaan" in line)
        assert row.split()[-3:] == ["1", "baru", "saja"]
        # The one on top is left, the two below it go; nothing goes before it was agreed to.
        await hands.press("down", "space", "space", "delete")
        await hands.until("2 draf dihapus dari laptop ini", "Cermin Duaan", "Gema Tigaan")
        await hands.press("escape")
        await hands.until("2 ditandai, 3 draf milik")
        await hands.press("delete", "down", "enter")
        await hands.until("1 draf milik Ani Pencacah", "Kabut Empatan", gone="Gema Tigaan")
        await hands.press("enter")
        await hands.until("2/9 Alamat dan kontak", "Daftarkan orang baru: Kabut Empatan")
        assert getattr(hands.app.focused, "owner", hands.app.focused).field == "ktp_area"


def test_ages_and_places_are_told_in_words() -> None:
    assert age_words(0, 30_000) == "baru saja"
    assert age_words(0, 59 * MINUTE) == "59 menit lalu"
    assert age_words(0, 23 * 60 * MINUTE) == "23 jam lalu"
    assert age_words(0, 31 * 24 * 60 * MINUTE) == "31 hari lalu"
    assert "1970" in age_words(0, 90 * 24 * 60 * MINUTE)
    assert age_words(MINUTE, 0) == "baru saja"
    assert where_words(None) == ""
    assert where_words(("send", "age_over")) == "9 Periksa dan kirim"
    assert where_words(("documents", "documents.ktp")) == "7 Dokumen yang diperiksa"


async def test_the_time_on_a_form_is_what_somebody_spent_on_it(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        form = hands.app.screen
        await hands.write("Rekaan")
        for _ in range(25):
            form._ticked -= 3
            form._tick()
        spent = form.draft.spent
        assert spent >= 75
        await hands.until("1 menit")
        # Nobody has touched a key for long: the laptop was put aside.
        form._stirred -= 200
        for _ in range(5):
            form._ticked -= 3
            form._tick()
        assert form.draft.spent <= spent + 3
        await hands.press("a")
        form._ticked -= 3
        form._tick()
        assert form.draft.spent >= spent + 3


# A disk that is full


@contextlib.contextmanager
def no_room(home: Path) -> Iterator[None]:
    """No file of this process can grow, as on a full disk, until the block ends."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a process for the size of files")
async def test_on_a_full_disk_what_is_typed_stays_is_tried_again_and_leaving_asks(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("ctrl+o", "d")
        await hands.write("Pelangi Limaan")
        await hands.press("enter")
        await hands.until("Tersimpan ")
        with no_room(town.ani):
            await hands.write("Balikpapan")
            await hands.press("enter")
            await hands.until("! BELUM TERSIMPAN", "isian tetap di layar")
            await hands.write("17081980")
            await hands.press("enter")
            await hands.until("Tempat lahir *              Balikpapan", "17081980")
            await hands.press("escape")
            await hands.until("belum tersimpan dan akan hilang", "> Tetap di formulir")
            await hands.press("enter", "ctrl+q")
            await hands.until("belum tersimpan dan akan hilang")
            await hands.press("escape")
        # The clock tries again by itself.
        await hands.until("tidak ada yang hilang", "Tersimpan ", gone="! BELUM")
        await hands.until("Tanggal lahir *             17-08-1980")
        await hands.press("escape")
        await hands.until("Draf")
    with open_session(town.ani, PASSPHRASE) as ani:
        [kept] = drafts.drafts(ani)
    assert (kept.values["birth_place"], kept.values["birth_date"]) == ("Balikpapan", "1980-08-17")


# Killed while typing


def _killed(terminal) -> None:
    """Long enough for the clock to keep what is in the field at hand, then the battery is dead."""
    time.sleep(4.5)
    os.killpg(terminal.process.pid, signal.SIGKILL)
    terminal.process.wait(20)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_form_killed_in_a_list_of_choices_and_in_a_reason_opens_there_again(town, sit_down, person) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        # Somebody from another city and without a fault but that: a reason is asked for.
        values = {**person(84, "Wayangan Enaman"), "ktp_area": "64.72.01.1001", "consent_text_version": "1"}
        view = drafts.new_draft(ani, values)
        drafts.save_draft(ani, view.id, values, position=("identity", "marital_status"))
    terminal = sit_down(town.ani)
    terminal.unlock()
    terminal.press("d")
    terminal.until("Wayangan Enaman")
    terminal.press("enter")
    terminal.until("1/9 Identitas", ">( ) Belum kawin")
    terminal.type("k")
    terminal.until("(*) Kawin")
    _killed(terminal)

    again = sit_down(town.ani)
    again.unlock()
    again.until("Formulir Wayangan Enaman", "dibuka lagi pada isian", "Status perkawinan", ">(*) Kawin")
    again.type("\x13")
    again.until("Periksa dan kirim", "Kirim pendaftaran ini")
    again.type("KTP kota lain, sudah pin")
    again.until("sudah pin")
    _killed(again)

    last = sit_down(town.ani)
    last.unlock()
    last.until("dibuka lagi pada isian", "KTP kota lain, sudah pin")
    last.type("dah")
    last.until("KTP kota lain, sudah pindah")
    last.press("enter")
    last.press("enter")
    last.until("Pendaftaran tersimpan")
    with open_session(town.ani, PASSPHRASE) as ani:
        row = next(row for row in registrations.listing(ani) if row["name"] == "Wayangan Enaman")
        shown = registrations.show(ani, row["id"])
    assert shown["overrides"] == {"area_outside_city": "KTP kota lain, sudah pindah"}
    assert shown["values"]["marital_status"] == "kawin"
