"""A line to type in, safe to paste into."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Offset
from textual.widgets import Input

LONGEST_TYPED = 1000
"""Characters one line of typing or pasting can hold; the rules' own limits are far below."""


def cleaned(text: str) -> str:
    """Pasted text as one line without control characters; spaces stand for line ends and tabs."""
    # The end of a copied line is no part of it; other spaces may be meant.
    text = text[: LONGEST_TYPED * 4].rstrip("\r\n")
    spaced = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return "".join(char for char in spaced if char.isprintable())[:LONGEST_TYPED]


class TypedLine(Input):
    """One line of typing anywhere in the program: compact, cursor at the end, safe to paste into."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            select_on_focus=False,
            max_length=LONGEST_TYPED,
            compact=True,
            id=id,
            classes=classes,
        )

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the next letter will stand on the screen, for braille displays and magnifiers."""
        # The framework counts a cell more behind the last letter, to have it scrolled into view.
        return super().cursor_screen_offset - Offset(int(self.cursor_at_end), 0)

    def on_focus(self) -> None:
        self.cursor_position = len(self.value)

    def on_blur(self) -> None:
        # A line that is not typed in shows its beginning.
        self.cursor_position = 0

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        text = cleaned(event.text)
        room = LONGEST_TYPED - len(self.value)
        if text and room > 0:
            self.replace(text[:room], *sorted(self.selection))
