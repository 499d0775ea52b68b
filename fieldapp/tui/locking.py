"""Locking the laptop: when it locks by itself, and what the locked screen then tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from fieldapp.locale import _
from fieldapp.tui.text import number

LOCK_AFTER: Final = "lock_after_min"
"""The member's setting: minutes without a key after which the laptop locks; 0 is never."""
USUAL_MIN: Final = 10
LOOK_EVERY_S: Final = 2.0
LONGEST_WAIT_S: Final = 1800.0
"""A long exchange puts the lock off, but not for longer than this."""

Why = Literal["idle", "asked"]


@dataclass(frozen=True, slots=True)
class Locked:
    """Why the laptop is locked, and whether a form stood open, which is kept and opens again."""

    why: Why
    minutes: float = 0
    has_form: bool = False

    def words(self) -> list[str]:
        """Sentences for the person in front of the screen."""
        told = [_("Dikunci atas permintaan Anda.")]
        if self.why == "idle":
            told = [_("Terkunci sendiri setelah {minutes} menit tanpa ketikan.").format(minutes=minutes(self.minutes))]
        if self.has_form:
            told.append(_("Yang sedang diisi disimpan sebagai draf dan terbuka lagi bagi yang mengisinya."))
        return told


def minutes(value: float) -> str:
    """Minutes as they are written: whole ones without a fraction."""
    return number(int(value)) if value == int(value) else str(round(value, 2))


def minutes_of(value: object) -> float:
    """A kept setting as minutes; what is no number, or below 0, is the usual time."""
    sound = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return float(value) if sound else float(USUAL_MIN)  # type: ignore[arg-type]


class Idle:
    """How long nobody has touched the keyboard or the mouse. `minutes` 0 means that the laptop never locks by itself.

    The clock on the wall counts too: a laptop that slept with its lid closed was idle all the while.
    """

    def __init__(
        self, *, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self.minutes = float(USUAL_MIN)
        self.monotonic = monotonic
        self.wall = wall
        self.stirs = 0
        self._stirred = (monotonic(), wall())

    def stir(self) -> None:
        """Somebody is there."""
        self.stirs += 1
        self._stirred = (self.monotonic(), self.wall())

    @property
    def seconds(self) -> float:
        """Since somebody was last there."""
        return max(self.monotonic() - self._stirred[0], self.wall() - self._stirred[1])

    def is_due(self, *, is_busy: bool = False) -> bool:
        """Whether the laptop should lock; not while it is busy with something long that a person began."""
        if not self.minutes:
            return False
        beyond = self.seconds - self.minutes * 60
        return beyond >= (LONGEST_WAIT_S if is_busy else 0)
