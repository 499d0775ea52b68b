"""How a screen looks, as text that a person can read in a diff, and whether it can be read at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rich.color import Color
from rich.style import Style
from textual.screen import ModalScreen

THEMES = ("terang", "gelap", "kontras")
SIZES = ((80, 24), (100, 30))
ENOUGH = {"terang": 4.5, "gelap": 4.5, "kontras": 7.0}
"""The least contrast of letters with their ground: WCAG 2.2, 1.4.3 (AA) and, for `kontras`, 1.4.6 (AAA)."""

STROKES = frozenset("▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▔▕╸╺━─│┌┐└┘╭╮╰╯═║╔╗╚╝ ")
"""Frames and bars, for which 3 to 1 is asked (WCAG 2.2, 1.4.11)."""
ENOUGH_FOR_STROKES = 3.0


@dataclass(frozen=True)
class Run:
    """Letters side by side in one style."""

    line: int
    text: str
    style: Style


def runs(app: Any) -> Iterator[Run]:
    """What is painted now, line by line; of a question its box alone, since all else is put aside meanwhile."""
    box = app.screen.children[0].region if isinstance(app.screen, ModalScreen) else app.screen.region
    for line, strip in enumerate(app.screen._compositor.render_strips()):
        if box.y <= line < box.bottom:
            for segment in strip.crop(box.x, box.right):
                if segment.text:
                    yield Run(line, segment.text, segment.style or Style())


def colours(style: Style) -> tuple[Color, Color] | None:
    """(letters, ground) as they are painted; None where the terminal's own are used."""
    if style.color is None or style.bgcolor is None or style.color.is_default or style.bgcolor.is_default:
        return None
    return (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)


@lru_cache(maxsize=4096)
def contrast(one: Color, other: Color) -> float:
    """From 1 (the same) to 21 (black on white), by WCAG 2.2's definition."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def dull(app: Any) -> list[str]:
    """What cannot be told well from its ground in the theme in force, with how far it stands out."""
    found = []
    for run in runs(app):
        letters = run.text.strip()
        pair = colours(run.style)
        if not letters or pair is None:
            continue
        least = ENOUGH_FOR_STROKES if set(letters) <= STROKES else ENOUGH[app.theme]
        if contrast(*pair) < least:
            found.append(f"{app.theme} {letters[:40]!r} {pair[0].name} on {pair[1].name}: {contrast(*pair):.1f}")
    return found
