"""A seeded source of chance, and tables of weighted outcomes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Generic, TypeVar

K = TypeVar("K")


class Table(Generic[K]):
    """Outcomes with weights, summed once, so that a draw costs one random number and a bisection."""

    __slots__ = ("cumulated", "outcomes")

    def __init__(self, weights: Mapping[K, float] | Iterable[tuple[K, float]]) -> None:
        pairs = list(weights.items() if isinstance(weights, Mapping) else weights)
        self.outcomes: list[K] = [outcome for outcome, _ in pairs]
        self.cumulated: list[float] = list(accumulate(weight for _, weight in pairs))


class Dice(random.Random):
    """The same seed gives the same draws on every machine."""

    def draw(self, table: Table[K]) -> K:
        return self.choices(table.outcomes, cum_weights=table.cumulated)[0]

    def hit(self, chance: float) -> bool:
        return self.random() < chance

    def digits(self, count: int) -> str:
        return "".join(self.choices("0123456789", k=count))


def odds(text: str) -> Table[str]:
    """A table from "typo 4, two subs 1.5": outcomes with their weights, between commas."""
    return Table(
        (outcome, float(weight)) for outcome, _, weight in (part.strip().rpartition(" ") for part in text.split(","))
    )
