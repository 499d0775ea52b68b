"""A screen as a small PNG: its cells as an SVG on an exact grid, drawn by resvg with an installed font."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from struct import pack, unpack
from typing import Any

import resvg_py
from rich.segment import Segment
from rich.style import Style

FONTS = [Path("/usr/share/fonts/truetype/dejavu") / name for name in ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")]
"""It has every sign that the screens draw, and frames whose lines meet. Package: fonts-dejavu-core (Debian)."""
LETTER_PX = 15
CELL_PX = (9, 18)
PAPER, INK = "#ffffff", "#000000"
SHADES = 6
"""Steps between two colours that soft edges keep; more would make larger files and no better letters."""


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
    """The same picture with at most 256 colours, an eighth of the size: text on plain grounds needs no more."""
    width, height, pixels = _pixels(png)
    step = 256 // SHADES

    def rounded(pixel: bytes) -> bytes:
        return bytes(min(255, (value + step // 2) // step * step) for value in pixel)

    counts: dict[bytes, int] = {}
    for at in range(0, len(pixels), 3):
        colour = pixels[at : at + 3]
        counts[colour] = counts.get(colour, 0) + 1
    # Colours of whole areas stay exact; those of soft edges are rounded.
    exact = {colour for colour, count in counts.items() if count > 400}
    index: dict[bytes, int] = {}
    of: dict[bytes, int] = {}
    for colour in sorted(counts, key=lambda each: (-counts[each], each)):
        kept = colour if colour in exact else rounded(colour)
        of[colour] = index.setdefault(kept, len(index)) if kept in index or len(index) < 256 else _nearest(kept, index)
    rows = bytearray()
    for row in range(height):
        rows.append(0)
        start = row * width * 3
        rows += bytes(of[pixels[at : at + 3]] for at in range(start, start + width * 3, 3))
    return b"".join(
        [
            png[:8],
            _chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(index)),
            _chunk(b"IDAT", zlib.compress(bytes(rows), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _nearest(colour: bytes, index: dict[bytes, int]) -> int:
    return index[min(index, key=lambda each: sum((a - b) ** 2 for a, b in zip(each, colour, strict=True)))]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height, and three bytes a pixel of an opaque PNG with 8 bits a channel (RFC 2083)."""
    width, height, depth, kind = unpack(">IIBB", png[16:26])
    if (depth, kind) not in ((8, 2), (8, 6)):
        raise ValueError("another kind of PNG")
    channels, packed, at = {2: 3, 6: 4}[kind], b"", 8
    while at < len(png):
        (length,) = unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += length + 12
    raw, before, lines = zlib.decompress(packed), bytes(width * channels), []
    for row in range(height):
        start = row * (width * channels + 1)
        before = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * channels], before, channels)
        lines.append(before)
    whole: Any = b"".join(lines)
    if channels == 4:
        whole = bytes(value for at, value in enumerate(whole) if at % 4 != 3)
    return width, height, whole


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return line
    done = bytearray(len(line))
    for x, value in enumerate(line):
        left, up = done[x - step] if x >= step else 0, above[x]
        corner = above[x - step] if x >= step else 0
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda each: abs(guess - each))
        done[x] = (value + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
    return bytes(done)
