"""Indonesian first: no English leaks onto an Indonesian screen, not the framework's either; and the other way round."""

from __future__ import annotations

import os
import re

import pytest

from fieldapp.locale import set_language

#: Words of English screens. Names that have no other (PIN, Enter) are not here.
TELLTALE = frozenset(
    [
        "the",
        "and",
        "with",
        "from",
        "your",
        "you",
        "please",
        "press",
        "select",
        "search",
        "cancel",
        "close",
        "open",
        "save",
        "saved",
        "saving",
        "error",
        "warning",
        "required",
        "field",
        "fields",
        "settings",
        "language",
        "theme",
        "help",
        "quit",
        "back",
        "next",
        "previous",
        "submit",
        "submitted",
        "approved",
        "rejected",
        "returned",
        "draft",
        "drafts",
        "list",
        "found",
        "loading",
        "password",
        "passphrase",
        "name",
        "date",
        "yes",
        "unknown",
        "invalid",
        "palette",
        "command",
        "commands",
        "screenshot",
        "keys",
        "focus",
        "move",
        "cursor",
        "delete",
        "upload",
        "download",
        "file",
        "files",
        "folder",
        "done",
        "failed",
        "none",
        "value",
        "values",
    ]
)
INDONESIAN = frozenset(
    [
        "dengan",
        "untuk",
        "belum",
        "sudah",
        "yang",
        "dan",
        "pilih",
        "tutup",
        "simpan",
        "kembali",
        "isian",
        "pendaftaran",
        "bagian",
    ]
)
PASSPHRASE = "sandi rekaan"


def _english(seen: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", seen.lower()) if word in TELLTALE}


async def _tour(hands, gather) -> None:
    """Every screen and dialog that can be reached without changing anything."""
    await hands.until("Kata sandi")
    gather()
    await hands.unlock()
    gather()
    for key, seen in (
        ("f3", "Daftar pendaftaran"),
        ("f5", "Tukar data"),
        ("d", "Draf"),
        ("k", "Pertentangan"),
        ("f7", "kasus"),
    ):
        await hands.press(key)
        await hands.until(seen)
        gather()
        await hands.press("f1")
        await hands.until("Tombol di layar ini")
        gather()
        await hands.press("escape", "escape")
        await hands.until("Pilihan")
    await hands.press("ctrl+p")
    await hands.until("ketik untuk mencari")
    gather()
    await hands.press("escape", "ctrl+c")
    await hands.until("Untuk keluar")
    gather()
    await hands.press("a")
    await hands.until("Alamat pusat")
    gather()
    await hands.press("down", "enter")
    await hands.until("Kontras tinggi")
    gather()
    await hands.press("escape")
    await hands.until("sedang bekerja")
    await hands.press("end", *["up"] * 5, "enter")
    await hands.until("Kata sandi lama")
    gather()
    await hands.press("escape", "escape", "f6")
    await hands.until("Cari berkas di tempat lain")
    gather()
    await hands.press("end", "enter")
    await hands.until("Pilih tempat")
    await hands.press("escape", "r")
    await hands.until("Pertukaran terakhir")
    gather()
    await hands.press("enter")
    await hands.until("Selesai digabungkan")
    gather()
    await hands.press("end", "home", "down", "down", "down", "down", "enter")
    await hands.until("Diterima oleh")
    gather()
    await hands.press("escape", "escape")


async def _form(hands, gather) -> None:
    await hands.press("f2")
    for page in range(1, 9):
        await hands.until(f"{page}/9 ")
        gather()
        await hands.press("pagedown")
    # The text to be read out is paged through first.
    await hands.press("end", "pagedown")
    await hands.until("9/9 Periksa dan kirim", "isian belum benar")
    gather()
    await hands.press("ctrl+l")
    await hands.until("Yang perlu diperbaiki")
    gather()
    await hands.press("escape", "ctrl+g")
    await hands.until("Lompat ke isian")
    gather()
    await hands.press("escape", "pageup")
    await hands.until("8/9")
    gather()
    await hands.press("escape")


async def _review(hands, gather) -> None:
    await hands.unlock()
    gather()
    await hands.press("f4")
    await hands.until("Periksa karena")
    gather()
    for key, seen in (("s", "sesudahnya"), ("k", "Alasannya (dibaca"), ("ctrl+f", "Keadaan: semua")):
        await hands.press(key)
        await hands.until(seen)
        gather()
        await hands.press("escape")
    await hands.press("enter")
    await hands.until("Identitas")
    gather()
    await hands.press("end")
    await hands.until("Riwayat")
    gather()


@pytest.mark.parametrize("size", [(80, 24), (132, 40)])
async def test_no_english_word_stands_on_an_indonesian_screen(town, at, size) -> None:
    found: dict[str, str] = {}

    async with at(town.ani, size) as hands:

        def gather() -> None:
            found.update(dict.fromkeys(_english(hands.seen), hands.seen))

        await _tour(hands, gather)
        await _form(hands, gather)
    async with at(town.awas, size) as hands:
        await _review(hands, lambda: found.update(dict.fromkeys(_english(hands.seen), hands.seen)))
    assert not found, "\n".join(f"{word}:\n{seen}" for word, seen in found.items())


async def test_the_first_screens_are_indonesian_too_and_turn_english_when_asked(at, tmp_path) -> None:
    async with at(tmp_path / "kosong") as hands:
        await hands.until("Bergabung dengan berkas undangan")
        assert not _english(hands.seen.replace("English", ""))
        await hands.press("enter")
        await hands.until("Ctrl+O untuk mencarinya")
        assert not _english(hands.seen)
        await hands.press("escape", "down", "enter")
        await hands.until("Kode kota", "Bulan mulai")
        assert not _english(hands.seen)
        await hands.press("escape", "down", "enter")
        await hands.until("Join with an invitation file", "F1 Help")


async def test_an_english_screen_holds_no_indonesian(town, at) -> None:
    leaked: dict[str, str] = {}

    async with at(town.ani) as hands:
        set_language("en")

        def gather() -> None:
            words = {word for word in re.findall(r"[a-z]+", hands.seen.lower()) if word in INDONESIAN}
            leaked.update(dict.fromkeys(words, hands.seen))

        os.environ["FIELDAPP_LANG"] = "en"
        try:
            await hands.until("F1")
            await hands.write(PASSPHRASE)
            await hands.press("enter")
            await hands.until("Register a person", "Not carried")
        finally:
            del os.environ["FIELDAPP_LANG"]
        gather()
        for key, seen in (
            ("f3", "Registrations"),
            ("f5", "Exchange"),
            ("d", "drafts"),
            ("f7", "cases"),
            ("a", "Settings"),
        ):
            await hands.press(key)
            await hands.until(seen)
            gather()
            await hands.press("escape")
            await hands.until("Options")
        await hands.press("f2")
        for page in range(1, 9):
            await hands.until(f"{page}/9 ")
            gather()
            await hands.press("pagedown")
        await hands.press("end", "pagedown")
        await hands.until("answers are not right yet")
        gather()
    assert not leaked, leaked
