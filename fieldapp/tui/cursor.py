"""Where the terminal's own cursor stands: on what is at hand, whatever kind of widget that is.

It stays hidden, since a blinking block on every line of a list is in the way of people who see it. Braille displays and
magnifiers go by its place, hidden or not, and follow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.app import App


@runtime_checkable
class HasCursor(Protocol):
    """A widget that knows the place of its line, choice or letter at hand, in cells of the screen."""

    @property
    def cursor_screen_offset(self) -> Offset:
        """(column, row) from the screen's upper left corner."""


class Cursor:
    """Asked anew at every paint, so that scrolling, resizing and moved widgets need tell it nothing."""

    def __init__(self) -> None:
        self._led: Widget | None = None

    def follow(self, widget: Widget) -> None:
        """Goes to a list that is driven from the line above it, until that line is typed in again."""
        self._led = widget

    def typed(self) -> None:
        """A line is typed in: it is at hand again."""
        self._led = None

    def place(self, app: App[int]) -> Offset:
        """(column, row) of what is at hand; of the box of a question that has no field; else the upper left corner."""
        if not app.screen_stack:
            return Offset(0, 0)
        screen = app.screen
        led = self._led
        if led is not None and led.is_attached and led.screen is screen and led.region:
            return _of(led)
        if screen.focused is not None:
            return _of(screen.focused)
        if isinstance(screen, ModalScreen) and screen.children:
            return screen.children[0].region.offset
        return Offset(0, 0)


def _of(widget: Widget) -> Offset:
    return widget.cursor_screen_offset if isinstance(widget, HasCursor) else widget.content_region.offset


def follow(widget: Widget) -> None:
    """Tells the application that a list was moved from the line above it; other applications have no such cursor."""
    cursor = getattr(widget.app, "cursor", None)
    if isinstance(cursor, Cursor):
        cursor.follow(widget)
