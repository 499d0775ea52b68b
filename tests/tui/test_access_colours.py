"""Colour: enough of it to read by, none where NO_COLOR asks for none, and never the only sign of anything."""

from __future__ import annotations

import re

import pytest

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
    terminal.until_cursor_on("> [ ] Contoh")
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
