"""The terminal's own cursor stands on what is at hand, where braille displays and magnifiers look for it."""

from __future__ import annotations

import pytest

UP, DOWN, END, HOME = "\x1b[A", "\x1b[B", "\x1b[F", "\x1b[H"


def test_the_terminals_cursor_follows_what_is_at_hand(town, sit_down) -> None:
    pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
    terminal = sit_down(town.ani)
    terminal.until("Kata sandi", "Buka")
    terminal.type("abc")
    terminal.until_cursor_on("•••")
    terminal.type("\x7f\x7f\x7f")
    terminal.unlock()
    terminal.until_cursor_on("> B  Daftarkan")
    terminal.type(DOWN)
    terminal.until_cursor_on("> D  Draf")
    terminal.type(END)
    terminal.until_cursor_on("> X  Keluar")

    # The palette: the list is driven from the line above it.
    terminal.type("\x10")
    terminal.until("ketik untuk mencari")
    terminal.until_cursor_on("ketik")
    terminal.type("tu")
    terminal.until_cursor_on("tu")
    terminal.type(DOWN)
    terminal.until_cursor_on("> Tukar data")
    terminal.type(DOWN)
    terminal.until_cursor_on("> Pengaturan")
    terminal.type("k")
    terminal.until_cursor_on("tuk")
    terminal.type("\x1b")
    terminal.until_cursor_on("> X  Keluar")

    # A list of registrations, and a question over it.
    terminal.press("f3")
    terminal.until("Contoh Satu")
    terminal.type(DOWN + DOWN)
    terminal.until_cursor_on("> [ ] Contoh")
    assert "Contoh" in terminal.seen.splitlines()[terminal.cursor[0]]
    terminal.type("\x1b")
    terminal.until_cursor_on("> X  Keluar")


def test_the_terminals_cursor_follows_the_form_through_its_scrolling(town, sit_down) -> None:
    pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
    terminal = sit_down(town.ani)
    terminal.unlock()
    terminal.press("f2")
    terminal.until("1/9 Identitas")
    terminal.type("647")
    terminal.until_cursor_on("647")
    terminal.type("\r\rUji\r\r\r")
    # A choice that stands open; then one further down, behind the edge of the page.
    terminal.until_cursor_on(">( ) Laki-laki")
    terminal.type("\x1b[C\x1b[C")
    terminal.until_cursor_on(">( ) Perempuan")
    terminal.type("\rIbu\r")
    terminal.until_cursor_on(">( ) Belum kawin")
    for _ in range(3):
        terminal.type("\r")
    # The last question begins where the page had to scroll for it.
    terminal.until_cursor_on("KTP kota ini sejak           ", column=29)
