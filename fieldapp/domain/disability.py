"""Kinds of disability and their categories in law (UU 8/2016): computed from the kinds, never typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

CATEGORIES: Final = ("fisik", "intelektual", "mental", "sensorik", "ganda")

#: The six questions of the Washington Group Short Set.
FUNCTIONING: Final = (
    "wg_seeing",
    "wg_hearing",
    "wg_walking",
    "wg_remembering",
    "wg_self_care",
    "wg_communicating",
)


def category_of(kind: str) -> str | None:
    """The category of one kind; None for `lainnya`, `tidak_ada` and codes that are not known."""
    name = kind.partition("_")[0]
    return name if name in CATEGORIES[:4] and name != kind else None


def categories(kinds: Iterable[str]) -> tuple[str, ...]:
    """The categories of a person's kinds, in the law's order, with `ganda` last for two or more.

    Several kinds of one category are one disability, save for the senses: the law's own examples of `ganda` are speech
    with hearing and sight with hearing.
    """
    distinct = set(kinds)
    found = {kind: category_of(kind) for kind in distinct}
    names = {name for name in found.values() if name is not None}
    senses = sum(1 for name in found.values() if name == "sensorik")
    ordered = tuple(name for name in CATEGORIES if name in names)
    return (*ordered, "ganda") if len(names) > 1 or senses > 1 else ordered


def has_difficulty(values: Mapping[str, object]) -> bool:
    """The Washington Group's recommended cut-off for counting: at least one answer "a lot" or "cannot do at all".

    For statistics only; it misses many psychosocial conditions and never decides who takes part.
    """
    return any(values.get(question) in ("banyak", "tidak_bisa") for question in FUNCTIONING)
