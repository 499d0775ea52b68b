"""A day of an enumerator in a real terminal, from unlocking to handing over the stick; then the office reads it."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from fieldapp.services import exchange, prelist, registrations
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.session import open_session

pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
pytest.importorskip("pyte")

PASSPHRASE = "sandi rekaan"
HEAD = ("No", "NIK", "Nama", "Tgl Lahir", "L/P", "Alamat", "RT", "RW", "Kelurahan")
STREET = (
    ("1", "6471054101909001", "Kunjungan Rekaan", "01/01/1990", "P", "Jl. Rekaan 1", "5", "1", "Sepinggan"),
    ("2", "", "Pindahan Rekaan", "02/02/1980", "L", "Gg. Rekaan 2", "5", "1", "Sepinggan"),
    ("3", "", "Tolakan Rekaan", "03/03/1970", "L", "Gg. Melati 3", "7", "1", "Sepinggan"),
)
NEXT = "ctrl+b"
"""The key that goes on to the next answer that is needed."""


@pytest.fixture
def morning(town: Any) -> Any:
    """The enumerator's laptop as the office left it last night: three people to visit, one registration returned."""
    path = town.stick / "daftar.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *STREET])
    with open_session(town.awas, PASSPHRASE) as awas, open_session(town.ani, PASSPHRASE) as ani:
        prelist_import.import_list(awas, path, name="Rekaan", categories=["difabel"])
        exchange.write_bundle(awas, town.stick / "semalam", to=ani.member.id)
        exchange.merge(ani, [town.stick / "semalam"])
    for file in town.stick.iterdir():
        file.unlink()
    return town


def _pages(address: list[str], categories: list[str]) -> list[tuple[str, list[str]]]:
    """(page to wait for, what is pressed and typed there), from the second page on; needed answers only."""
    return [
        ("2/9 Alamat", address),
        ("3/9 Disabilitas", ["n", "space", NEXT, *["t", "enter"] * 5, "t", NEXT, "p", "space", NEXT]),
        ("4/9 Pekerjaan", ["y", "enter", "t", NEXT, "Rumah", NEXT, "900000", NEXT]),
        ("5/9 Kepesertaan", [*categories, "b", "space", NEXT]),
        ("6/9 Ahli waris", ["Waris Rekaan", "enter", "a", NEXT]),
        ("8/9 Persetujuan", ["enter", "y", "enter", "t", "enter", "s", "enter", "l", "space", NEXT]),
        ("Siap dikirim", ["enter"]),
        ("Pendaftaran tersimpan", []),
    ]


def _fill_in(terminal: Any, pages: list[tuple[str, list[str]]]) -> None:
    for see, keys in pages:
        terminal.until(see)
        for key in keys:
            terminal.press(key)


def _visits(terminal: Any) -> None:
    """Two visits that found nobody to register, then one person registered from the list."""
    terminal.press("j")
    terminal.until("Daftar kunjungan", "0 dari 3 dikunjungi", "> Kunjungan Rekaan")
    terminal.press("down")
    terminal.until("> Pindahan Rekaan")
    terminal.type("vp")
    terminal.until("1 dari 3 dikunjungi", "pindah")
    terminal.press("down")
    terminal.until("> Tolakan Rekaan")
    terminal.press("v")
    terminal.until("dihapus dari daftar")
    terminal.press("k")
    terminal.until("2 dari 3 dikunjungi", "(menolak)")
    assert "Tolakan Rekaan" not in terminal.seen
    terminal.press("up")
    terminal.press("up")
    terminal.until("> Kunjungan Rekaan")
    terminal.press("enter")
    # The list knew who it is and where; the rest is asked.
    terminal.until("1/9 Identitas", "6471054101909001", "Dari daftar kunjungan")
    for key in (NEXT, "Balikpapan", NEXT, "Ibu Rekaan", NEXT, "t", NEXT, "w", NEXT):
        terminal.press(key)
    _fill_in(terminal, _pages(["y", NEXT, "081234567890", NEXT], []))


def _newcomer(terminal: Any, nik: str, name: str, mother: str, address: list[str]) -> None:
    """Somebody who stands on no list; the form is open."""
    terminal.until("1/9 Identitas")
    for key in (nik, NEXT, name, NEXT, "Balikpapan", NEXT, mother, NEXT, "y", NEXT, "w", NEXT):
        terminal.press(key)
    _fill_in(terminal, _pages([*address, "y", NEXT, f"0812{nik[-9:-1]}", NEXT], ["d", "space", NEXT]))


def _put_right(terminal: Any) -> None:
    """What came back is put right at the field that the supervisor wrote about, and sent again."""
    terminal.press("r")
    terminal.until("Contoh Dua", "Awas Pengawas", "Nama lengkap ahli waris")
    terminal.press("enter")
    terminal.until("6/9 Ahli waris", "Catatan Awas Pengawas")
    terminal.type(" Lengkap")
    terminal.press("ctrl+s")
    terminal.until("Siap dikirim")
    terminal.press("enter")
    terminal.until("dikirim lagi, putaran 2", "Tidak ada yang dikembalikan")


def test_an_enumerators_day_ends_with_everything_on_the_stick_and_then_at_the_office(morning, sit_down) -> None:
    terminal = sit_down(morning.ani, HOME=str(morning.stick), USERPROFILE=str(morning.stick))
    terminal.unlock()
    terminal.until("Kunjungan", "Dikembalikan")
    _visits(terminal)
    terminal.press("enter")
    _newcomer(
        terminal, "6471054506889009", "Pantun Belasan", "Kisah Ratusan",
        ["Gg. Rekaan 9", "enter", "5", NEXT, "sepinggan b", "enter"],
    )  # fmt: skip
    terminal.press("enter")
    # The neighbour: the street of the one before with one key.
    _newcomer(terminal, "6471051207859010", "Senandung Puluhan", "Dongeng Puluhan", ["ctrl+r", "8", NEXT])
    terminal.press("down")
    terminal.press("enter")
    terminal.until("3 dari 3 dikunjungi", "terdaftar")
    terminal.press("escape")
    terminal.until("Daftarkan orang baru", "Keluar")
    _put_right(terminal)
    _to_the_stick(terminal)
    terminal.press("ctrl+q")
    assert terminal.process.wait(20) == 0
    _at_the_office(morning)


def _to_the_stick(terminal: Any) -> None:
    terminal.press("f5")
    terminal.until("Dikirim, belum dibawa", "Tulis paket untuk kantor")
    terminal.press("w")
    terminal.until("Pilih tempat")
    terminal.press("enter")
    terminal.until("Pakai folder ini")
    terminal.press("enter")
    terminal.until("boleh dicabut")


def _at_the_office(morning: Any) -> None:
    """The supervisor's laptop reads the stick: everything of the day is there, once."""
    (bundle,) = morning.stick.glob("paket-*")
    with open_session(morning.awas, PASSPHRASE) as awas:
        merged = exchange.merge(awas, [bundle])
        assert (merged["registrations"]["new"], merged["entries"]["quarantined"]) == (3, 0)
        people = {row["name"]: row for row in registrations.rows(awas, registrations.ids(awas))}
        assert {"Kunjungan Rekaan", "Pantun Belasan", "Senandung Puluhan"} <= people.keys()
        assert people["Contoh Dua"]["state"] == "submitted"
        assert registrations.show(awas, people["Contoh Dua"]["id"])["values"]["heir_name"] == "Waris Contoh Lengkap"
        neighbour = registrations.show(awas, people["Senandung Puluhan"]["id"])["values"]
        assert (neighbour["ktp_address"], neighbour["ktp_rt"]) == ("Gg. Rekaan 8", "005")
        visited = [(row["name"], row["state"]) for row in prelist.rows(awas, prelist.ids(awas))]
    assert sorted(visited) == [("", "menolak"), ("Kunjungan Rekaan", "terdaftar"), ("Pindahan Rekaan", "pindah")]
