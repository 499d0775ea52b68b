"""The program on a terminal that knows ASCII only: nothing else is painted, and every line is as wide as before."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from fieldapp.services import looks
from fieldapp.tui import ascii


@pytest.mark.parametrize(
    ("shown", "instead"),
    [
        ("Biasa saja [x] 12", "Biasa saja [x] 12"),
        ("╔═ Bantuan ═╗", "+= Bantuan =+"),
        ("║ ╭─╮ │ ┃ ▁█▄", "| +-+ | | _##"),
        ("Nama yang terpot…", "Nama yang terpot~"),
        ("•••", "***"),
        ("a·b → c ← d", "a.b > c < d"),
        ("Łukasz Ñáñez Ðorđe Ørsted Æsa", "Lukasz Nanez Dorde Orsted Asa"),
        ("e\N{COMBINING ACUTE ACCENT}", "e"),
        ("\N{COMBINING ACUTE ACCENT}", ""),
        ("Siti \N{GRINNING FACE}!", "Siti ??!"),
        ("中文", "????"),
        ("Ａ１", "A 1 "),
        ("½ ﷺ", None),
        ("👨‍👩‍👧 ❤️ x", None),
        ("‘kutip’ “dua” – —", "'kutip' \"dua\" - -"),
        ("Иван محمد", "???? ????"),
    ],
)
def test_every_glyph_becomes_ascii_of_the_same_width(shown: str, instead: str | None) -> None:
    found = ascii.ascii_text(shown)
    assert found.isascii()
    assert cell_len(found) == cell_len(shown)
    assert instead is None or found == instead


def test_every_frame_and_bar_of_the_framework_has_an_ascii_form() -> None:
    for code in range(0x2500, 0x25A0):
        assert ascii.ascii_text(chr(code)) not in ("", "?"), chr(code)


def test_the_filter_leaves_styles_and_controls_alone() -> None:
    from rich.segment import ControlType
    from rich.style import Style

    bold = Style(bold=True)
    control = Segment("\x1b[2J", None, [(ControlType.CLEAR,)])
    done = ascii.AsciiOnly().apply([Segment("│a", bold), control], Color(0, 0, 0))
    assert done == [Segment("|a", bold), control]


def test_ascii_is_asked_for_by_the_environment_or_by_a_terminal_that_has_nothing_else() -> None:
    assert ascii.asked_for({"FIELDAPP_ASCII": "1"})
    assert not ascii.asked_for({"FIELDAPP_ASCII": "0"})
    assert not ascii.asked_for({"FIELDAPP_ASCII": ""})
    assert not ascii.asked_for({})
    assert ascii.holds_frames("utf-8")
    for poor in ("ascii", "latin-1", "cp437", "cp1252", "no such encoding", None):
        assert not ascii.holds_frames(poor)


def test_the_whole_program_paints_nothing_but_ascii(town, sit_down) -> None:
    pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
    terminal = sit_down(town.ani, FIELDAPP_ASCII="1")
    terminal.until("Kata sandi", "+----", "|")
    terminal.unlock()
    terminal.press("f3")
    terminal.until("Contoh Dua")
    terminal.type("\x1b[B\r")
    terminal.until("Identitas")
    terminal.type("\x1b")
    terminal.until("Daftar pendaftaran")
    terminal.type("\x1b")
    terminal.until("Pilihan")
    terminal.press("f2")
    terminal.until("1/9 Identitas")
    # A name with letters that ASCII lacks is shown without their accents; in the draft it stays as typed.
    terminal.type("\r\rŁucía Rekaan 中\r")
    terminal.until("Lucia Rekaan ??")
    terminal.type("\x1bOP")
    terminal.until("Tombol di layar ini", "+=", "=+")
    terminal.type("\x1b")
    terminal.until("Kewarganegaraan *")
    terminal.type("\x03")
    terminal.until("Untuk keluar", "#")
    terminal.press("ctrl+q")
    assert terminal.process.wait(20) == 0
    assert terminal.raw.isascii(), [byte for byte in terminal.raw if byte > 127][:20]

    from fieldapp.services import drafts
    from fieldapp.services.session import open_session

    with open_session(town.ani, "sandi rekaan") as ani:
        assert ["Łucía Rekaan 中" in draft.values.values() for draft in drafts.drafts(ani)] == [True]


def test_a_terminal_that_cannot_encode_frames_gets_ascii_unasked(town, sit_down) -> None:
    pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
    terminal = sit_down(town.ani, LC_ALL="C")
    terminal.until("Kata sandi", "+----")
    assert terminal.raw.isascii()


async def test_the_look_of_a_laptop_may_be_ascii_and_changes_at_once(town, at) -> None:
    looks.write(town.ani, looks.Looks(glyphs="ascii"))
    async with at(town.ani) as hands:
        await hands.until("Kata sandi", "+---")
        assert hands.seen.isascii()
        hands.app.change_looks(glyphs="unicode")
        await hands.until("╭──")
        hands.app.change_looks(glyphs="ascii")
        await hands.until("+---")
        assert hands.seen.isascii()
