"""Registrations that pairs join are looked at as one case: a person registered three times is decided once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def cases(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The connected registrations of `pairs`, each case sorted, the cases by their first; the order of the pairs and
    of the two in a pair does not matter."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for left, right in pairs:
        first, second = sorted((root(left), root(right)))
        parent[second] = first
    members: defaultdict[str, list[str]] = defaultdict(list)
    for one in sorted(parent):
        members[root(one)].append(one)
    return sorted(tuple(each) for each in members.values())
