"""Where a reader is in a queue: lets the record go on to the next one without going back to the list."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Among:
    """Row numbers in a list's order, and the place of the one that is read. `moved` is told the number of every one
    that is gone on to, so that the list stands there when the reader comes back."""

    numbers: array[int]
    at: int
    moved: Callable[[int], object] = field(default=lambda number: None)

    def neighbour(self, by: int) -> int | None:
        """The number that stands so many places further on; None beyond either end."""
        at = self.at + by
        return self.numbers[at] if 0 <= at < len(self.numbers) else None

    def go(self, by: int) -> None:
        """That one is read now."""
        self.at += by
        self.moved(self.numbers[self.at])

    @property
    def place(self) -> tuple[int, int]:
        """Which one this is, counted from 1, and of how many."""
        return self.at + 1, len(self.numbers)
