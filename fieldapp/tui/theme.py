"""The three looks: `terang` for outdoors (the default), `gelap`, and `kontras`. No state is told by colour alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from fieldapp.locale import N_

DEFAULT: Final = "terang"

NAMES: Final[dict[str, str]] = {
    "terang": N_("Terang (untuk di luar ruangan)"),
    "gelap": N_("Gelap"),
    "kontras": N_("Kontras tinggi"),
}


def _cursor(ink: str, paper: str) -> dict[str, str]:
    """The cursor in a line: reverse shows it without colours too, so its colours are those of the text around it."""
    return {
        "block-cursor-text-style": "bold",
        "input-cursor-text-style": "reverse",
        "input-cursor-foreground": ink,
        "input-cursor-background": paper,
    }


THEMES: Final = (
    # Sunlight swallows tints, so this theme has few levels and all of them strong on white.
    Theme(
        name="terang",
        primary="#003b8e",
        secondary="#00457a",
        accent="#5b2a86",
        error="#a30000",
        warning="#7a4300",
        success="#00591c",
        foreground="#000000",
        background="#ffffff",
        surface="#eef2f7",
        panel="#dbe3ee",
        dark=False,
        text_alpha=1.0,
        variables={
            **_cursor("#000000", "#ffffff"),
            "block-cursor-background": "#003b8e",
            "block-cursor-foreground": "#ffffff",
            "input-selection-background": "#b9d2f5",
            "scrollbar": "#5a7394",
            "scrollbar-background": "#e3e9f1",
            "scrollbar-hover": "#003b8e",
            "scrollbar-active": "#003b8e",
            "bar": "#003b8e",
            "barline": "#ffffff",
            "quiet": "#3f4955",
        },
    ),
    Theme(
        name="gelap",
        primary="#8ab4f8",
        secondary="#7fa7e0",
        accent="#c9a6f5",
        error="#ff8a80",
        warning="#ffc46b",
        success="#7fd79a",
        foreground="#e8eaed",
        background="#15181d",
        surface="#22272f",
        panel="#2c333d",
        dark=True,
        text_alpha=1.0,
        variables={
            **_cursor("#e8eaed", "#15181d"),
            "block-cursor-background": "#8ab4f8",
            "block-cursor-foreground": "#10131a",
            "input-selection-background": "#37507a",
            "scrollbar": "#718096",
            "scrollbar-background": "#1c2128",
            "scrollbar-hover": "#8ab4f8",
            "scrollbar-active": "#8ab4f8",
            "bar": "#2f4f86",
            "barline": "#ffffff",
            "quiet": "#aeb6c2",
        },
    ),
    Theme(
        name="kontras",
        primary="#ffff00",
        secondary="#00ffff",
        accent="#00ffff",
        error="#ff9d9d",
        warning="#ffff00",
        success="#7dff7d",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1a1a1a",
        dark=True,
        text_alpha=1.0,
        variables={
            **_cursor("#ffffff", "#000000"),
            "block-cursor-background": "#ffff00",
            "block-cursor-foreground": "#000000",
            "input-selection-background": "#00436b",
            "scrollbar": "#ffffff",
            "scrollbar-background": "#000000",
            "scrollbar-hover": "#ffff00",
            "scrollbar-active": "#ffff00",
            "bar": "#ffff00",
            "barline": "#000000",
            "quiet": "#ffffff",
        },
    ),
)


class Colourless(LineFilter):
    """NO_COLOR as it is meant: no colour at all leaves the program, not even greys. Bold, underline, reverse stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and _colourless(style), control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def _colourless(style: Style) -> Style:
    # What the mouse may do with a segment is kept beside its colours.
    return style.without_color + Style.from_meta(style.meta) if style.meta else style.without_color
