"""Home: what can be done and what waits, on one screen for every role and in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldapp.locale import set_language
from fieldapp.services import looks
from fieldapp.services.looks import Looks
from fieldapp.services.session import open_session
from fieldapp.tui import commands
from fieldapp.tui.commands import COMMANDS
from fieldapp.tui.screens import SCREENS
from fieldapp.tui.screens.home import WIDTH

PASSPHRASE = "sandi rekaan"


def _counts(seen: str) -> dict[str, str]:
    """Letter -> the number at the right end of its line."""
    lines = [line[2:].split() for line in seen.splitlines() if line[2:3].isalpha() and line[3:5] == "  "]
    return {line[0]: line[-1] for line in lines if line[-1].replace(".", "").isdigit()}


async def test_each_line_counts_what_waits_and_a_letter_goes_there(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.until("Dikembalikan 1 |")
        assert _counts(hands.seen) == {"K": "1", **({"R": "1"} if "returned" in SCREENS else {})}
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("pagedown")
        await hands.until("2/9 Alamat")
        await hands.write("Gg. Contoh 1")
        await hands.press("escape")
        await hands.until("Draf 1 |")
        assert _counts(hands.seen)["D"] == "1"
        await hands.press("D")
        await hands.until("(belum bernama)")

    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.until("Antrean 2")
        counts = _counts(hands.seen)
        assert counts["P"] == "2"
        assert counts["K"] == "1"
        assert "D" not in counts


@pytest.mark.parametrize("role", ["enumerator", "coordinator", "supervisor", "admin"])
@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_whole_menu_stands_on_80_by_24_with_room_for_large_counts(
    town, at, monkeypatch, role, language
) -> None:
    looks.write(town.ani, Looks(language=language))
    # With the screens of everybody: none may be the line that no longer fits.
    monkeypatch.setattr(commands, "offered", lambda role: [each for each in COMMANDS if each.allowed(role)])
    monkeypatch.setattr("fieldapp.tui.screens.home.offered", commands.offered)
    async with at(town.ani) as hands:
        await hands.until("F1")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("|")
        home = hands.app.screen
        hands.app.session.member = replace(hands.app.session.member, role=role)
        counted = {command.count: 123_456 for command in COMMANDS if command.count}
        hands.app.status = {**(hands.app.status or {}), **counted}
        home.status_changed()
        await hands.pilot.pause()
        menu = home.query_one("#menu")
        assert menu.max_scroll_y == 0
        wanted = [each for each in COMMANDS if each.allowed(role)]
        assert menu.count() == 1 + len(wanted)
        for number, command in enumerate(wanted, 1):
            text = menu.line(number, WIDTH).text
            assert len(text) <= WIDTH, text
            assert text.startswith(f"{command.letter.upper()}  {command.words()} "), text
            assert text.endswith(" 123.456") == bool(command.count), text
    set_language("id")


def test_no_two_lines_of_the_menu_share_a_letter_or_a_key() -> None:
    letters = [command.letter for command in COMMANDS]
    keys = [command.key for command in COMMANDS if command.key]
    assert len(set(letters)) == len(letters)
    assert len(set(keys)) == len(keys)


async def test_language_and_theme_of_an_earlier_version_are_taken_over_once(town, at) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        ani.set_preference("language", "en")
        ani.set_preference("theme", "gelap")
    async with at(town.ani) as hands:
        await hands.until("Kata sandi")
        await hands.write(PASSPHRASE)
        await hands.press("enter")
        await hands.until("Register a person", "Not carried")
        assert hands.app.theme == "gelap"
    assert looks.read(town.ani) == Looks(language="en", theme="gelap")

    looks.write(town.ani, Looks(language="id", theme="gelap"))
    async with at(town.ani) as hands:
        await hands.unlock()
        assert hands.app.theme == "gelap"


async def test_the_language_of_the_environment_wins_over_the_chosen_one(town, at, monkeypatch) -> None:
    looks.write(town.ani, Looks(language="en"))
    monkeypatch.setenv("FIELDAPP_LANG", "id")
    async with at(town.ani) as hands:
        await hands.unlock()
    assert looks.read(town.ani).language == "en"
