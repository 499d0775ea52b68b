"""The exchange screen by keyboard: stages, sticks put in and pulled out, packets told apart, reports, and stopping."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.screen import ModalScreen

from fieldapp.locale import set_language
from fieldapp.services import exchange, registrations, sticks
from fieldapp.services.session import Session, open_session

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def plugs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where two sticks appear when their folders are made: FLASH SATU and FLASH DUA."""
    folder = tmp_path / "colokan"
    folder.mkdir()
    monkeypatch.setenv(sticks.SHARED, os.pathsep.join(str(folder / name) for name in ("FLASH SATU", "FLASH DUA")))
    return folder


def register(session: Session, values: dict[str, Any]) -> None:
    assert registrations.submit(session, registrations.new_draft(session, values).id)["state"] == "submitted"


async def test_work_is_followed_from_the_laptop_to_the_office(town: Any, at: Any, person: Any, plugs: Path) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        for number, name in ((4, "Contoh Empat"), (5, "Contoh Lima")):
            register(ani, person(number, name))
    (plugs / "FLASH SATU").mkdir()
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.until("Belum dibawa 2")
        await hands.press("t")
        await hands.until("Dikirim, belum dibawa                2          2", "2 perubahan belum dibawa")
        await hands.press("home", "down", "down", "enter")
        await hands.until("Contoh Empat", "Contoh Lima", "2 orang")
        await hands.press("escape", "w")
        await hands.until("> Flashdisk FLASH SATU", "(sisa ")
        await hands.press("enter")
        await hands.until("Pakai folder ini")
        await hands.press("enter")
        await hands.until("dibaca ulang: benar", "Flashdisk boleh dicabut", "Belum dibawa 0")
        await hands.until("Dibawa, menunggu tanda terima        2          2  paket ")
    (packet,) = (plugs / "FLASH SATU").iterdir()
    assert packet.name.startswith("paket-2")
    assert packet.suffix == ".fieldapp"

    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f6")
        await hands.until("> Gabungkan 1 paket yang ditandai", "[x] Ani Pencacah", "baru")
        await hands.press("enter")
        await hands.until("Enter  Gabungkan 1 paket sekarang", "Percobaan: belum ada yang diubah.")
        await hands.press("enter")
        await hands.until("Selesai digabungkan.", "2 perubahan baru", "Tanda terima")
        await hands.press("b")
        await hands.until("Flashdisk FLASH SATU")
        await hands.press("enter")
        await hands.until("Pakai folder ini")
        await hands.press("enter")
        await hands.until("2 paket balasan ditulis", "Ani Pencacah", "Flashdisk boleh dicabut")
        await hands.press("f5")
        await hands.until("Tulis paket untuk kantor")
        await hands.press("y")
        await hands.until("Ani Pencacah", "belum ada kabar")
        await hands.press("escape")
        # Its own packets and those it has are named, and not taken by themselves.
        await hands.press("g")
        await hands.until("Tidak ada paket baru", "ditulis laptop ini", "sudah digabungkan", "> Cari berkas")
        await hands.press("escape")

    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("t", "g")
        await hands.until("> Gabungkan 1 paket yang ditandai", "Awas Pengawas", "ditulis laptop ini")
        await hands.press("enter")
        await hands.until("Enter  Ambil 1 paket sekarang")
        await hands.press("enter")
        await hands.until("Selesai digabungkan.")
        await hands.press("escape", "escape")
        await hands.until("Sudah sampai di kantor               5", "Awas Pengawas, ")
        await hands.press("escape")
        await hands.until("Semua pekerjaan sudah sampai di kantor")
        # What was done can be read again, later and in the other language too.
        await hands.press("t")
        await hands.until("Semua pekerjaan sudah sampai di kantor.")
        await hands.press("r")
        await hands.until("Pertukaran terakhir", "Paket ditulis: ")
        await hands.press("enter")
        await hands.until("Selesai digabungkan.", "Perubahan baru")
        set_language("en")
        hands.app.screen.relabel()
        await hands.until("New entries", "Arrived at the office", gone="Sudah sampai")


async def test_a_stick_put_in_while_the_question_stands_open_is_offered(town: Any, at: Any, plugs: Path) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("t", "w")
        await hands.until("Tidak ada flashdisk")
        (plugs / "FLASH DUA").mkdir()
        await hands.until("> Flashdisk FLASH DUA")
        await hands.press("enter")
        await hands.until("Pakai folder ini")
        (plugs / "FLASH SATU").mkdir()
        await hands.until("FLASH SATU", "baru dipasang")
        shutil.rmtree(plugs / "FLASH DUA")
        await hands.until("Flashdisk sudah dicabut", "Flashdisk FLASH SATU", "Pilih tempat")


async def test_packets_on_a_stick_that_is_put_in_late_appear_by_themselves(
    town: Any, at: Any, plugs: Path, tmp_path: Path
) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f6")
        await hands.until("Tidak ada flashdisk yang terpasang")
        ready = tmp_path / "siap"
        ready.mkdir()
        shutil.copy(town.stick / "balasan", ready / "balasan.fieldapp")
        (ready / "setengah.fieldapp").write_bytes((town.stick / "balasan").read_bytes()[:-9])
        ready.rename(plugs / "FLASH SATU")
        await hands.until("sudah digabungkan", "TERPOTONG")
        # A half packet is taken in when somebody insists, and refused in words.
        await hands.press("home")
        while "> [ ] Awas Pengawas" not in hands.seen or "TERPOTONG" not in _at_hand(hands.seen):
            await hands.press("down")
        await hands.press("enter")
        await hands.until("Tidak dapat digabungkan", "setengah.fieldapp", "Paket terpotong", "Salin")
        assert "Enter  Kembali ke daftar" in hands.seen


def _at_hand(seen: str) -> str:
    return next((line for line in seen.split("\n") if "> [ ]" in line), "")


async def test_a_stick_pulled_out_before_writing_is_told_in_words(town: Any, at: Any, plugs: Path) -> None:
    (plugs / "FLASH SATU").mkdir()
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("t")
        await hands.until("Tulis paket untuk kantor")
        screen = hands.app.screen
        screen._write([plugs / "FLASH SATU" / "hilang"])
        await hands.until("Menulis paket: tidak berhasil", "Flashdisk tercabut", "Pasang lagi")
        assert list((plugs / "FLASH SATU").iterdir()) == []


async def test_a_sync_is_stopped_after_asking_and_says_what_stays(town: Any, at: Any) -> None:
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        with open_session(town.ani, PASSPHRASE) as ani:
            ani.set_preference("hub_url", f"http://127.0.0.1:{listener.getsockname()[1]}")
            ani.set_preference("auto_sync", False)
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        async with at(town.ani) as hands:
            await hands.unlock()
            await hands.press("t", "s")
            await hands.until("[....")
            await hands.press("escape")
            await hands.until("Hentikan?", "> Tidak, teruskan")
            await hands.press("enter")
            await hands.until("[....", gone="Hentikan?")
            await hands.press("escape")
            await hands.until("Hentikan?")
            await hands.press("down", "enter")
            await hands.until("Sinkron dengan pusat: dihentikan", "Yang sudah masuk tetap tersimpan")
            assert not isinstance(hands.app.screen, ModalScreen)
            await hands.press("escape")
            await hands.until("Daftarkan orang baru")
        listener.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()
    thread.join(10)


async def test_several_packets_at_once_have_one_report(town: Any, at: Any, person: Any, plugs: Path) -> None:
    stick = plugs / "FLASH SATU"
    stick.mkdir()
    for home, number, name in ((town.ani, 4, "Contoh Empat"), (town.folder / "budi", 5, "Contoh Lima")):
        with open_session(home, PASSPHRASE) as laptop:
            register(laptop, person(number, name))
            exchange.write_bundle(laptop, stick / f"paket-{number}.fieldapp")
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f6")
        await hands.until("> Gabungkan 2 paket yang ditandai")
        await hands.press("enter")
        await hands.until("Enter  Gabungkan 2 paket sekarang")
        await hands.press("enter")
        await hands.until("Selesai digabungkan.", "Laptop Ani Pencacah: 1 perubahan baru", "Laptop Budi Pencacah: 1")


async def test_what_is_no_packet_or_somebody_elses_is_refused_in_words_on_the_screen(
    town: Any, at: Any, plugs: Path
) -> None:
    whole = (town.stick / "ani-1").read_bytes()
    newer = whole.replace(b"FIELDAPP BUNDLE 1\n", b"FIELDAPP BUNDLE 9\n", 1)
    damaged = whole[:-40] + bytes(byte ^ 1 for byte in whole[-40:])
    cases = {
        "surat.docx": (b"PK\x03\x04 surat", "Berkas ini bukan paket"),
        "baru.fieldapp": (newer, "versi program yang lebih baru"),
        "rusak.fieldapp": (damaged, "Isi paket rusak"),
        "orang.fieldapp": (whole, "disegel untuk penerima lain"),
    }
    for name, (content, _words) in cases.items():
        (plugs / name).write_bytes(content)
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f6")
        await hands.until("Paket di flashdisk")
        await hands.press("escape")
        hands.app.screen._look([plugs / name for name in cases])
        await hands.until("Mencoba: selesai", "Tidak dapat digabungkan", *cases)
        report = hands.app.screen.query_one("#report")
        shown = " ".join(" ".join(report.line(at, 80).text.split()) for at in range(report.count()))
        assert all(words in shown for _content, words in cases.values()), shown
        assert "Tidak ada yang digabungkan" not in shown
