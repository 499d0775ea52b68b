"""Indonesian first: no English leaks onto an Indonesian screen, not the framework's either; and the other way round."""

from __future__ import annotations

import os
import re

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
