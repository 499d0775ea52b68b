"""The merge desk by keyboard: dry run, merge, the kept report, undo with something left, returns, a stick gone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from fieldapp.locale import set_language
from fieldapp.services import exchange, registrations, sticks
from fieldapp.services.merging import desk as merging
from fieldapp.services.session import Session, open_session

PASSPHRASE = "sandi rekaan"


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick that is put in."""
    folder = tmp_path / "FLASH SATU"
    folder.mkdir()
    monkeypatch.setenv(sticks.SHARED, os.pathsep.join([str(folder)]))
    return folder


def register(session: Session, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted"
    return str(answer["id"])


def state(session: Session, registration: str) -> str:
    return str(registrations.show(session, registration)["state"])


async def test_a_coordinators_afternoon_at_the_merge_desk(town: Any, at: Any, person: Any, stick: Path) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        four, five = (register(ani, person(number, name)) for number, name in ((4, "Contoh Empat"), (5, "Contoh Lima")))
        exchange.write_bundle(ani, stick / "paket.fieldapp")
    data = (stick / "paket.fieldapp").read_bytes()
    (stick / "rusak.fieldapp").write_bytes(data[:-40] + bytes(byte ^ 1 for byte in data[-40:]))
    async with at(town.awas) as hands:
        await hands.unlock()
        session = hands.app.session
        before = len(registrations.ids(session))
        await hands.press("f6")
        await hands.until("> Gabungkan 2 paket yang ditandai")
        await hands.press("enter")
        await hands.until("Enter  Gabungkan 1 paket sekarang", "Percobaan: belum ada yang diubah.", "Mencoba: selesai")
        await hands.until("Tidak dapat digabungkan; yang lain tetap dapat:", "rusak.fieldapp", "Isi paket rusak. Salin")
        row = "Sepinggan               2      -      -      -      -      -      -      -"
        await hands.until("baru    ada   ubah   beda  ganda  mirip  tahan tunggu", "Laptop Ani Pencacah: 2", row)
        assert len(registrations.ids(session)) == before
        await hands.press("enter")
        await hands.until("Menggabungkan: selesai", "Selesai digabungkan.", row)
        assert len(registrations.ids(session)) == before + 2
        # Somebody goes on with one of them, and only then it turns out that the merge was a mistake.
        registrations.edit(session, five, {"work_place": "Kios"})
        await hands.press("enter")
        await hands.until("> G  Pilih paket", "Ani Pencacah", "2 baru, 0 ubah")
        await hands.press("down", "down", "down", "enter")
        await hands.until("Digabungkan ", ", dari Ani Pencacah.", row)
        await hands.press("u")
        await hands.until("Belum ada yang diubah.", "Pendaftaran dikeluarkan    1", "Tetap                      1")
        await hands.until("Contoh Lima", "Sudah diubah atau diputuskan", "Contoh Empat", "dikeluarkan")
        assert state(session, four) == "submitted"
        await hands.press("u")
        await hands.until("Mengapa penggabungan ini dibatalkan?")
        await hands.write("Flashdisk tertukar")
        await hands.press("enter")
        await hands.until("> Tidak jadi", "1 akan ditarik kembali, 1 tetap")
        await hands.press("down", "enter")
        await hands.until("Penggabungan dibatalkan.", "Contoh Empat", "Ditarik kembali")
        assert (state(session, four), state(session, five)) == ("void", "submitted")
        await hands.press("escape")
        await hands.until("[dibatalkan sebagian]")
        set_language("en")
        hands.app.screen.relabel()
        await hands.until("Choose bundles from sticks or folders", "[undone in part]")
        set_language("id")
        hands.app.screen.relabel()
        # The same packet again changes nothing, and the returns are written in the same go.
        (stick / "rusak.fieldapp").unlink()
        await hands.press("g")
        await hands.until("sudah digabungkan")
        await hands.press("up", "up", "enter")
        await hands.until("Semua isinya sudah ada di laptop ini.", "L      Gabungkan, lalu tulis balasan")
        await hands.press("l")
        await hands.until("Tulis paket balasan ke folder mana?", "Flashdisk FLASH SATU")
        await hands.press("enter")
        await hands.until("Pakai folder ini")
        await hands.press("enter")
        await hands.until("2 paket balasan ditulis", "Ani Pencacah", "Semua isinya sudah ada")
        assert state(session, four) == "void"
        assert len(merging.merges(session)) == 4
    (balasan,) = (path for path in stick.iterdir() if path.name.startswith(f"balasan-{_member(town.ani)[:12]}"))
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f6")
        await hands.until("> Gabungkan 1 paket yang ditandai", "Awas Pengawas")
        await hands.press("enter")
        await hands.until("Enter  Ambil 1 paket sekarang", "Laptop Awas Pengawas")
        assert "Kuota" not in hands.seen
        assert "tulis balasan" not in hands.seen
        await hands.press("enter")
        await hands.until("Selesai digabungkan.")
        assert "Batalkan penggabungan" not in hands.seen
        assert state(hands.app.session, four) == "void"
    assert balasan.exists()


def _member(home: Path) -> str:
    with open_session(home, PASSPHRASE) as session:
        return session.member.id


async def test_a_stick_pulled_out_between_dry_run_and_merge_is_told_and_changes_nothing(
    town: Any, at: Any, person: Any, stick: Path, tmp_path: Path
) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        register(ani, person(4, "Contoh Empat"))
        (tmp_path / "folder").mkdir()
        exchange.write_bundle(ani, tmp_path / "folder" / "paket.fieldapp")
    stick.rmdir()
    async with at(town.awas) as hands:
        await hands.unlock()
        before = len(registrations.ids(hands.app.session))
        await hands.press("f6")
        await hands.until("Tidak ada flashdisk yang terpasang")
        hands.app.screen._add([tmp_path / "folder"])
        await hands.until("> Gabungkan 1 paket yang ditandai", "Folder ")
        await hands.press("home", "enter")
        await hands.until("Enter  Gabungkan 1 paket sekarang")
        shutil.rmtree(tmp_path / "folder")
        await hands.press("enter")
        await hands.until("Menggabungkan: tidak berhasil", "Berkas paket.fieldapp tidak ada.", "pasang lagi")
        assert len(registrations.ids(hands.app.session)) == before
        await hands.press("escape")
        await hands.until("> G  Pilih paket")
        assert "terputus" not in hands.seen
