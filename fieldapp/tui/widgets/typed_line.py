"""A line to type in, safe to paste into."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Offset
from textual.widgets import Input

from fieldapp.locale import _
from fieldapp.tui.text import number

LONGEST_TYPED = 1000
"""Characters one line of typing or pasting can hold; the rules' own limits are far below."""


def cleaned(text: str) -> str:
    """Pasted text as one line without control characters; spaces stand for line ends and tabs."""
    return taken_in(text, LONGEST_TYPED)[0]


def taken_in(text: str, room: int) -> tuple[str, str]:
    """What a line with `room` letters left takes of a pasted text, and what is to be said of the rest, if anything."""
    # The end of a copied line is no part of it; other spaces may be meant.
    text = text.rstrip("\r\n")
    begin = text[: LONGEST_TYPED * 4].replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    shown = "".join(char for char in begin if char.isprintable())
    left_out = len(begin) - len(shown)
    words = []
    if len(shown) > room or len(text) > LONGEST_TYPED * 4:
        words.append(
            _("Yang ditempel terlalu panjang: {total} huruf. Hanya {room} huruf pertama yang masuk.").format(
                total=number(len(text)), room=number(min(room, len(shown)))
            )
        )
    if left_out:
        words.append(
            _("{count} karakter yang tidak terlihat di dalam yang ditempel tidak ikut masuk.").format(
                count=number(left_out)
            )
        )
    return shown[:room], " ".join(words)


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
        longest: int = LONGEST_TYPED,
    ) -> None:
        """`longest`: letters that fit."""
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            select_on_focus=False,
            max_length=longest,
            compact=True,
            id=id,
            classes=classes,
        )
        self.longest = longest

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
        first, last = sorted(self.selection)
        text, words = taken_in(event.text, max(0, self.longest - len(self.value) + last - first))
        if text:
            self.replace(text, first, last)
        if words:
            self.notify(words, severity="warning", timeout=12, markup=False)


LONGEST_SECRET = 20_000


class SecretLine(TypedLine):
    """A passphrase: taken letter by letter as it is, since one that was changed in passing would not open elsewhere."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(password=True, id=id, longest=LONGEST_SECRET)

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        # The end of a copied line is no part of it.
        text = event.text.rstrip("\r\n")
        first, last = sorted(self.selection)
        if len(self.value) - (last - first) + len(text) > self.longest:
            words = _("Yang ditempel terlalu panjang untuk sebuah kata sandi: paling banyak {count} huruf.")
            self.notify(words.format(count=number(self.longest)), severity="error", markup=False)
        elif text:
            self.replace(text, first, last)
