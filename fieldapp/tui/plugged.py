"""Notices sticks being put in and taken out while a question about files stands open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from fieldapp.locale import _
from fieldapp.services import sticks
from fieldapp.services.sticks import Stick
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.text import plain

LOOK_S = 1.5
"""How often it is looked; somebody who just put a stick in is waiting for it."""


class Plugged:
    """Asks for the sticks now and then, beside the loop, and tells `changed(sticks)` at first and when they differ.

    One question at a time: a dying stick may keep the system busy for long, and more of them would pile up.
    """

    def __init__(self, dialog: Dialog[Any], changed: Callable[[Sequence[Stick]], None]) -> None:
        self._dialog = dialog
        self._changed = changed
        self._known: list[Stick] | None = None
        self._is_asking = False

    def begin(self) -> None:
        """Look now and from now on; ends with the dialog."""
        self._look()
        self._dialog.set_interval(LOOK_S, self._look)

    def _look(self) -> None:
        if not self._is_asking:
            self._is_asking = True
            # A thread of its own, and a daemon: no other work and no leaving may wait for a stick that hangs.
            threading.Thread(target=self._ask, name="sticks", daemon=True).start()

    def _ask(self) -> None:
        self._dialog.call_later(self._told, sticks.sticks())

    def _told(self, found: list[Stick]) -> None:
        self._is_asking = False
        before = self._known
        self._known = found
        # How much is free changes all the time, and says nothing about a stick put in or taken out.
        if before is None or [stick.path for stick in before] != [stick.path for stick in found]:
            self._changed(found)


def stick_text(stick: Stick) -> str:
    """A stick on one line: its name, its place, and how much fits."""
    free = sticks.size_text(stick.free_bytes)
    words = _("sisa {free}").format(free=free) if not stick.is_read_only else _("hanya dapat dibaca")
    name = plain(stick.label, 24)
    place = plain(stick.path, 40)
    return f"{_('Flashdisk')} {name} ({words})" if name else f"{_('Flashdisk')} {place} ({words})"
