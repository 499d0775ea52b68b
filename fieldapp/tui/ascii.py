"""Screens for terminals that know ASCII only: every glyph becomes one of ASCII of the same width, on the screen alone.

What is kept stays as it was written: `Ł` of a person's name is shown as `L` here and is still `Ł` in the draft.
"""

from __future__ import annotations

import locale
import os
import sys
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from rich.cells import split_graphemes
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

ENVIRONMENT: Final = "FIELDAPP_ASCII"
UNKNOWN: Final = "?"
"""Stands for a cell of what has no letter of its own in ASCII."""

PROBE: Final = "┌─█…•Ł\N{GRINNING FACE}"
"""A terminal whose encoding holds these holds whatever a name or a frame may need."""

_SIGNS: Final[dict[str, str]] = {
    "…": "~",
    "·": ".",
    "•": "*",
    "●": "*",
    "○": "o",
    "◉": "*",
    "■": "#",
    "□": "o",
    "▪": "#",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
    "▲": "^",
    "▼": "v",
    "◀": "<",
    "▶": ">",
    "‹": "<",
    "›": ">",
    "«": "<",
    "»": ">",
    "‘": "'",
    "’": "'",
    "‚": ",",
    "“": '"',
    "”": '"',
    "´": "'",
    "ʼ": "'",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "x",
    "÷": "/",
    "°": "o",
    "✓": "v",
    "✔": "v",
    "✗": "x",
    "✘": "x",
    "▁": "_",
    "▂": "_",
    "▃": "_",
    "▔": "-",
    "▏": "|",
    "▎": "|",
    "▍": "|",
    "▌": "|",
    "▐": "|",
    "▕": "|",
    "░": ".",
    "▒": ":",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "t",
    "Þ": "T",
    "ß": "s",
    "æ": "a",
    "Æ": "A",
    "œ": "o",
    "Œ": "O",
    "ı": "i",
    "ħ": "h",
    "Ħ": "H",
}


def asked_for(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether FIELDAPP_ASCII asks for ASCII only; empty, `0` and unset do not."""
    return environment.get(ENVIRONMENT, "").strip() not in ("", "0")


def terminal_needs_it() -> bool:
    """Whether the terminal's encoding, as the locale tells it, cannot hold the frames that screens are drawn with."""
    # Our own streams write UTF-8 whatever the terminal is; a console of Windows takes any letter all the same.
    return sys.platform != "win32" and not holds_frames(locale.getencoding())


def holds_frames(encoding: str | None) -> bool:
    """Whether text in `encoding` can hold frames, bullets and any letter of a name."""
    try:
        PROBE.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def ascii_text(text: str) -> str:
    """`text` in ASCII alone, as many cells wide as before: accents fall off, what has no letter becomes `?`."""
    if text.isascii():
        return text
    spans, _width = split_graphemes(text)
    return "".join(_shown(text[start:end], width) for start, end, width in spans)


@lru_cache(maxsize=1024)
def _shown(grapheme: str, width: int) -> str:
    """One visible sign as exactly `width` characters of ASCII."""
    if grapheme.isascii() and len(grapheme) == width:
        return grapheme
    first = _SIGNS.get(grapheme[:1]) or _drawn(grapheme[:1])
    if not first:
        # NFKD takes accents off their letters and makes full-width letters plain ones.
        parts = unicodedata.normalize("NFKD", grapheme)
        first = "".join(_SIGNS.get(char, char) for char in parts if not unicodedata.combining(char))
    if not first.isascii() or not first.isprintable() or not 0 < len(first) <= width:
        return UNKNOWN * width
    return first.ljust(width)


def _drawn(char: str) -> str:
    """The strokes and blocks that frames, bars and scroll bars are drawn with; nothing for other signs."""
    name = unicodedata.name(char, "")
    if name.startswith("BOX DRAWINGS"):
        bare = name.removeprefix("BOX DRAWINGS ")
        if "AND" in bare or "DIAGONAL" in bare:
            return "+"
        if "HORIZONTAL" in bare or "LEFT" in bare or "RIGHT" in bare:
            return "=" if "DOUBLE" in bare else "-"
        return "|"
    return "#" if name.startswith(("FULL BLOCK", "LOWER ", "UPPER ", "LEFT ", "RIGHT ", "QUADRANT", "DARK")) else ""


class AsciiOnly(LineFilter):
    """Rewrites what is about to be painted; `enabled` may change while the program runs."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control or segment.text.isascii() else Segment(ascii_text(segment.text), segment.style)
            for segment in segments
        ]
