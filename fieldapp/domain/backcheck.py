"""Who is visited a second time: a drawn list that everybody who has the same registrations draws alike.

Chance comes from the seed and the registrations' ids alone (SHA-256 over both), never from an order or a generator, so
two replicas with the same entries draw the same people, and a larger list begins with the smaller one of its seed.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Collection, Mapping, Sequence
from typing import Final

EACH: Final = 3
"""People whom every enumerator has on a list before anybody has more: a list never passes somebody over, and three are
enough to see whether the visits took place at all."""
FLAG_WEIGHT: Final = 2
"""Registrations of an enumerator of whom something stands out count so often when the rest is shared out."""


def draw(
    people: Mapping[str, Sequence[str]], count: int, seed: str, flagged: Collection[str] = ()
) -> dict[str, list[str]]:
    """Enumerator -> ids drawn for the list, in the order of chance; `people`: enumerator -> ids.

    `EACH` of every enumerator first, as long as `count` reaches; the rest by how many each registered, flagged ones
    with double weight (highest averages, d'Hondt). No id twice; fewer than `count` when there are no more.
    """
    shares = shared_out({member: len(ids) for member, ids in people.items()}, count, seed, flagged)
    return {
        member: heapq.nsmallest(shares[member], people[member], key=lambda one: (_chance(seed, one), one))
        for member in people
        if shares[member]
    }


def shared_out(sizes: Mapping[str, int], count: int, seed: str, flagged: Collection[str] = ()) -> dict[str, int]:
    """Enumerator -> how many of `count` are drawn from the own registrations; `sizes`: how many there are."""
    shares = dict.fromkeys(sizes, 0)
    # Where not even one of each fits, those come first of whom something stands out, the rest by chance.
    order = sorted(sizes, key=lambda one: (one not in flagged, _chance(seed, one), one))
    left = min(count, sum(sizes.values()))
    for _round in range(EACH):
        for member in order:
            if left and shares[member] < sizes[member]:
                shares[member] += 1
                left -= 1
    weights = {member: size * (FLAG_WEIGHT if member in flagged else 1) for member, size in sizes.items()}
    waiting = [(-weights[one] / (shares[one] + 1), place, one) for place, one in enumerate(order)]
    heapq.heapify(waiting)
    while left and waiting:
        _average, place, member = heapq.heappop(waiting)
        if shares[member] < sizes[member]:
            shares[member] += 1
            left -= 1
            heapq.heappush(waiting, (-weights[member] / (shares[member] + 1), place, member))
    return shares


def _chance(seed: str, one: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{one}".encode()).digest()
