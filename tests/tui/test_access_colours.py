"""Colour: enough of it to read by, none where NO_COLOR asks for none, and never the only sign of anything."""

from __future__ import annotations

import re

import pytest
import screen_looks
import screen_walk
from textual.color import Color

from fieldapp.tui.theme import THEMES

SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
ATTRIBUTES = {"", "0", "1", "2", "3", "4", "7", "9", "22", "23", "24", "27"}
"""Bold, dim, italic, underline, reverse, struck, and their ends: what is left when colours are not."""


def test_with_no_color_not_one_colour_leaves_the_program_and_what_is_at_hand_is_seen(town, sit_down) -> None:
    pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
    terminal = sit_down(town.ani, NO_COLOR="1")

    def reversed_text(line: int) -> str:
        cells = terminal.screen.buffer[line]
        return "".join(cells[x].data for x in range(80) if cells[x].reverse)

    terminal.unlock()
    terminal.until_cursor_on("> B  Daftarkan")
    assert reversed_text(terminal.cursor[0]).startswith("> B  Daftarkan orang baru")
    terminal.press("f3")
    terminal.until("Contoh Satu")
    terminal.type("\x1b[B")
    terminal.until_cursor_on("> Contoh")
    assert "Contoh" in reversed_text(terminal.cursor[0])
    terminal.type("\x1b")
    terminal.until("Pilihan")
    terminal.press("f2")
    terminal.until("1/9 Identitas")
    terminal.type("12\r")
    terminal.until("Salah: ")
    terminal.type("\x1bOP")
    terminal.until("Tombol di layar ini")
    terminal.type("\x1b")
    terminal.until("Kewarganegaraan *")
    terminal.type("\x03")
    terminal.until("Untuk keluar")
    terminal.press("ctrl+q")
    terminal.process.wait(20)
    told = {part for match in SGR.findall(terminal.raw) for part in match.decode().split(";")}
    assert told <= ATTRIBUTES


@pytest.mark.parametrize("group", screen_walk.GROUPS)
async def test_every_letter_of_every_screen_stands_out_in_every_theme(town, at, tmp_path, group) -> None:
    found: dict[str, str] = {}
    async with screen_walk.laptop(at, town, tmp_path / "kosong", group) as hands:
        async for stop in screen_walk.walk(hands, group):
            for theme in screen_looks.THEMES:
                hands.app.theme = theme
                await hands.pilot.pause()
                for each in screen_looks.dull(hands.app):
                    found.setdefault(each, stop.name)
    assert not found


# Some thirty screens in three themes; on a loaded machine that takes its time.
test_every_letter_of_every_screen_stands_out_in_every_theme.patience_s = 400  # type: ignore[attr-defined]


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_the_cursor_in_a_line_is_a_block_that_stands_out(town, at, theme) -> None:
    async with at(town.ani) as hands:
        hands.app.theme = theme
        await hands.until("Kata sandi")
        await hands.write("abc")
        await hands.press("left")
        await hands.until("•••")
        (cell,) = [
            segment.style
            for strip in hands.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.reverse
        ]
        # Reversed where it is drawn: the letter's colour is the block's.
        colours = hands.app.theme_variables
        assert cell.color.get_truecolor().hex == Color.parse(colours["foreground"]).hex.lower()
        assert cell.bgcolor.get_truecolor().hex == Color.parse(colours["background"]).hex.lower()
