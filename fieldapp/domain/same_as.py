"""One person, two registrations: what several people's words about a pair come to, and who stands for the person.

Pure, and of no order: replicas that know the same words come to the same end (docs/decisions/0018).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Decision = Literal["same", "different", "unsure"]
DECISIONS: Final[tuple[str, ...]] = ("same", "different", "unsure")
#: What a pair is called whose deciders do not agree, or that contradicts other pairs.
DISPUTED: Final = "disputed"

Pair = tuple[str, str]
"""Ids of two registrations, the smaller one first."""

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_STAMP: Final = re.compile(r"[0-9a-f]{16}").fullmatch


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a record of type same_as, as far as they can be read (sync/FORMAT.md, section 8)."""

    a: str
    b: str
    decision: str
    survivor: str | None
    reason: str
    first: str | None
    """The record that was written first of those that say this in several areas; None in that one itself."""
    replaces: frozenset[str]
    stamps: tuple[str, str]
    taken: dict[str, str]
    before: dict[str, object]
    edits: tuple[str, ...]

    @property
    def pair(self) -> Pair:
        return self.a, self.b


@dataclass(frozen=True, slots=True)
class Said:
    """What one member said about a pair. `order`: (ms, counter) of its entry; `by_office`: the member is no
    enumerator."""

    id: str
    first: str
    decision: str
    survivor: str | None
    order: tuple[int, int]
    by: str
    by_office: bool
    replaces: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the words about a pair come to.

    `survivor` is who stands for the person while every word in force says that they are one. `heads`: the words in
    force, the latest first.
    """

    decision: str
    survivor: str | None
    heads: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Who gives way to whom (registration -> survivor), and who is in a case that contradicts itself (-> its name)."""

    survivors: dict[str, str]
    contradicted: dict[str, str]


def pair_of(one: str, other: str) -> Pair:
    """The pair of two registrations, in whatever order they are named."""
    return (one, other) if one < other else (other, one)


def is_id(value: object) -> bool:
    """Whether this is a record id as it is written."""
    return isinstance(value, str) and _ID(value) is not None


def read(fields: Mapping[str, object]) -> Fields | None:
    """The fields of a record, or None where they name no pair or no decision: another program may write anything."""
    a, b, decision, survivor = (fields.get(name) for name in ("a", "b", "decision", "survivor"))
    if not (isinstance(a, str) and isinstance(b, str) and is_id(a) and is_id(b) and a < b):
        return None
    if decision not in DECISIONS or (decision == "same" and survivor not in (a, b)):
        return None
    reason, first = fields.get("reason"), fields.get("first")
    stamps = [one if isinstance(one, str) and _STAMP(one) else "" for one in _list(fields.get("stamps"))]
    before = fields.get("before")
    return Fields(
        a=a,
        b=b,
        decision=str(decision),
        survivor=str(survivor) if decision == "same" else None,
        reason=reason if isinstance(reason, str) else "",
        first=first if isinstance(first, str) and is_id(first) else None,
        replaces=frozenset(one for one in _list(fields.get("replaces")) if isinstance(one, str)),
        stamps=(stamps[0], stamps[1]) if len(stamps) == len((a, b)) else ("", ""),
        taken={name: str(one) for name, one in _dict(fields.get("taken")).items() if one in (a, b)},
        before=_dict(before),
        edits=tuple(one for one in _list(fields.get("edits")) if isinstance(one, str)),
    )


def settle(said: Iterable[Said]) -> Settled | None:
    """What these words about one pair come to; None without any.

    A word that another names is replaced; where each is named by another, which no honest writer can do, all stand.
    What an enumerator said no longer counts once the office has spoken.
    """
    known = list(said)
    if any(one.by_office for one in known):
        known = [one for one in known if one.by_office]
    if not known:
        return None
    replaced = {name for one in known for name in one.replaces - {one.id, one.first}}
    heads = [one for one in known if one.id not in replaced and one.first not in replaced] or known
    # The same word written for two areas is one word.
    once = {(one.by, one.first): one for one in sorted(heads, key=_age, reverse=True)}
    latest_first = tuple(sorted(once.values(), key=_age, reverse=True))
    words = {(one.decision, one.survivor) for one in latest_first}
    decision = latest_first[0].decision if len(words) == 1 else DISPUTED
    # Those who agree that it is one person and not who stays are asked again; meanwhile one of the two stays.
    survivor = latest_first[0].survivor if {each for each, _ in words} == {"same"} else None
    return Settled(decision, survivor, latest_first)


def join(gives: Mapping[str, Collection[str]], apart: Iterable[Pair], fallen: Collection[str]) -> Joined:
    """Who stands for whom, where `gives` says who gives way to whom by each pair's own word.

    `apart`: pairs that are two people. `fallen`: registrations that stand for nobody any more, taken out by hand or in
    quarantine: nobody gives way to them. One gives way along chains, to where they end; of those that give way to each
    other in a circle the oldest id stays. Where two of a case are two people, nobody of the case gives way.
    """
    case_of = _cases(gives)
    torn = {case_of[a] for a, b in apart if a in case_of and case_of[a] == case_of.get(b)}
    contradicted = {one: case for one, case in case_of.items() if case in torn}
    stays: dict[str, str | None] = {}
    survivors: dict[str, str] = {}
    for circle in _circles(gives):
        beyond = [stays[other] for one in circle for other in gives.get(one, ()) if other not in circle]
        ends = [one for one in beyond if one is not None]
        standing = min(ends or [one for one in circle if one not in fallen], default=None)
        for one in circle:
            stays[one] = standing
            if standing is not None and standing != one and one not in contradicted:
                survivors[one] = standing
    return Joined(survivors, contradicted)


def _cases(gives: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Registration -> the smallest id of the case that it belongs to."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, others in gives.items():
        for other in others:
            first, second = sorted((root(one), root(other)))
            parent[second] = first
    return {one: root(one) for one in list(parent)}


def _circles(gives: Mapping[str, Collection[str]]) -> Iterator[frozenset[str]]:
    """Sets of registrations that give way to each other in a circle, mostly of one; those that others lead to first.

    Tarjan's strongly connected components, with a stack of its own: a case may be longer than Python's.
    """
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    waiting: set[str] = set()
    for start in sorted({*gives, *(other for others in gives.values() for other in others)}):
        if start in number:
            continue
        path: list[tuple[str, Iterator[str]]] = []
        _enter(start, gives, number, low, open_, waiting, path)
        while path:
            one, others = path[-1]
            other = next(others, None)
            if other is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[one])
                if low[one] == number[one]:
                    circle = open_[open_.index(one) :] if open_[-1] != one else [one]
                    del open_[-len(circle) :]
                    waiting.difference_update(circle)
                    yield frozenset(circle)
            elif other not in number:
                _enter(other, gives, number, low, open_, waiting, path)
            elif other in waiting:
                low[one] = min(low[one], number[other])


def _enter(
    one: str,
    gives: Mapping[str, Collection[str]],
    number: dict[str, int],
    low: dict[str, int],
    open_: list[str],
    waiting: set[str],
    path: list[tuple[str, Iterator[str]]],
) -> None:
    number[one] = low[one] = len(number)
    open_.append(one)
    waiting.add(one)
    path.append((one, iter(sorted(gives.get(one, ())))))


def _age(one: Said) -> tuple[tuple[int, int], str]:
    return one.order, one.id


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
