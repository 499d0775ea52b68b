"""What a window shows that is too small to work in: one sentence, over everything, while all stays as it was below."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from fieldapp.locale import _
from fieldapp.tui.text import content

SMALLEST: Final = Size(40, 10)
"""Below this many columns or lines no screen shows enough to be answered."""


def is_too_small(size: Size) -> bool:
    """Whether a window of `size` is one to be enlarged first."""
    return size.width < SMALLEST.width or size.height < SMALLEST.height


class SmallWindow(Static):
    """Covers its screen while that has the class `-too-small`; the focus stays where it is."""

    DEFAULT_CSS = """
    SmallWindow {
        display: none; layer: top; dock: top; width: 100%; height: 100%;
        background: $background; color: $foreground;
    }
    """

    def render(self) -> Content:
        # Asked for at every paint, so the language may change meanwhile.
        return content(_("Jendela terlalu kecil. Perbesar dulu; isian Anda tetap ada."))
