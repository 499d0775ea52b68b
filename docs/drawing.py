"""A screen as a small PNG: its cells as an SVG on an exact grid, drawn by resvg with an installed font."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from io import BytesIO
from pathlib import Path

import resvg_py
from PIL import Image
from rich.segment import Segment
from rich.style import Style

FONTS = [Path("/usr/share/fonts/truetype/dejavu") / name for name in ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")]
"""It has every sign that the screens draw, and frames whose lines meet. Package: fonts-dejavu-core (Debian)."""
LETTER_PX = 15
CELL_PX = (9, 18)
PAPER, INK = "#ffffff", "#000000"
COLOURS = 64
"""Enough for the grounds, the letters and their soft edges."""


def picture(lines: Iterable[Iterable[Segment]]) -> bytes:
    """The PNG of a screen's lines of segments."""
    missing = [path.name for path in FONTS if not path.exists()]
    if missing:
        raise SystemExit(f"No {', '.join(missing)}: install DejaVu Sans Mono (Debian: fonts-dejavu-core).")
    drawn = resvg_py.svg_to_bytes(
        svg_string=_svg(list(lines)), skip_system_fonts=True, font_files=[str(path) for path in FONTS]
    )
    return _with_palette(bytes(drawn))


def _svg(lines: list[Iterable[Segment]]) -> str:
    across, down = CELL_PX
    grounds, letters, widest = [], [], 0
    for row, line in enumerate(lines):
        column = 0
        for segment in line:
            if segment.control:
                continue
            ink, paper, bold, underlined = _look(segment.style or Style.null())
            width = segment.cell_length
            x, y = column * across, row * down
            if paper != PAPER:
                grounds.append(f'<rect x="{x}" y="{y}" width="{width * across}" height="{down}" fill="{paper}"/>')
            if underlined:
                grounds.append(f'<rect x="{x}" y="{y + down - 2}" width="{width * across}" height="1" fill="{ink}"/>')
            if segment.text.strip():
                letters.append(_text(segment.text, x, y, ink, bold))
            column += width
        widest = max(widest, column)
    size = f'width="{widest * across}" height="{len(lines) * down}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="{PAPER}"/>'
        f'<g shape-rendering="crispEdges">{"".join(grounds)}</g>'
        f'<g font-family="DejaVu Sans Mono" font-size="{LETTER_PX}" xml:space="preserve">{"".join(letters)}</g></svg>'
    )


def _text(text: str, x: int, y: int, ink: str, bold: bool) -> str:
    # Every letter has a place of its own, so that nothing drifts against the frames.
    placed = [(letter, x + at * CELL_PX[0]) for at, letter in enumerate(text) if not letter.isspace()]
    places = " ".join(str(place) for _letter, place in placed)
    letters = escape("".join(letter for letter, _place in placed))
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{places}" y="{y + CELL_PX[1] - 4}" fill="{ink}"{weight}>{letters}</text>'


def _look(style: Style) -> tuple[str, str, bool, bool]:
    """Ink, paper, bold, underlined."""
    ink = style.color.get_truecolor().hex if style.color is not None and not style.color.is_default else INK
    paper = style.bgcolor.get_truecolor().hex if style.bgcolor is not None and not style.bgcolor.is_default else PAPER
    if style.reverse:
        ink, paper = paper, ink
    return ink, paper, bool(style.bold), bool(style.underline)


def _with_palette(png: bytes) -> bytes:
    """The same picture with at most 64 colours, an eighth of the size: text on plain grounds needs no more."""
    small = BytesIO()
    with Image.open(BytesIO(png)) as whole:
        whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()
