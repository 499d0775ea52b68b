"""What really happened in a simulated world, kept apart from the product, and what must follow from it.

The oracle notes of every entry what its writer saw at that moment, and works out by itself, in the plainest way, which
values stand, which contradict each other, which decisions still speak of what their writers looked at, and what every
disk holds. It shares no code with the product but the shape of an entry, and never asks it anything.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SETTING = ("new", "edit", "resolve")
OFFICE = ("admin", "supervisor", "coordinator", "hub")


class Broken(AssertionError):
    """A promise that did not hold; the text says which and where."""


def demand(condition: object, *what: object) -> None:
    """Fail the run with `what` unless the condition holds."""
    if not condition:
        raise Broken(" ".join(str(part) for part in what))


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the oracle knows it."""

    id: str
    role: str
    scopes: tuple[str, ...]

    def may_read(self, scope: str) -> bool:
        return scope == "*" or any(w in ("*", scope) or scope.startswith(w + ".") for w in self.scopes)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person has before the eyes before writing: heads and decisions of one record."""

    heads: Mapping[str, tuple[str, ...]]
    decisions: tuple[str, ...]
    held: frozenset[str]

    def looked_at(self) -> dict[str, frozenset[str]]:
        return {group: frozenset(ids) for group, ids in self.heads.items()}


@dataclass(frozen=True, slots=True)
class Fact:
    """An entry that was written, and what its writer saw."""

    id: str
    chain: str
    n: int
    previous: str
    author: str
    record: str
    type: str
    scope: str
    kind: str
    t: tuple[int, int]
    values: dict[str, dict[str, Any]]
    """Group -> fields, for the groups that it sets, by the form of its writer."""
    seen: Seen
    fields: dict[str, Any]

    @property
    def order(self) -> tuple[tuple[int, int], str, str]:
        return self.t, self.chain, self.id


@dataclass(slots=True)
class Truth:
    """What is on one disk; it goes wherever the disk or a copy of it goes."""

    held: set[str] = field(default_factory=set)
    tips: dict[str, tuple[str, int, str] | None] = field(default_factory=dict)
    """Member -> (chain, number, id) of the last own entry; None when the next one must begin a chain."""
    written: int = 0
    merged: int = 0
    sealed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Digest of a segment whose list of hashes is here -> the entry before it, and its entries."""

    def copy(self) -> "Truth":
        return Truth(set(self.held), dict(self.tips), self.written, self.merged, dict(self.sealed))


@dataclass(frozen=True)
class State:
    """What a record is, given a set of entries."""

    codes: dict[str, str]
    """Entry -> why it does not count."""
    history: tuple[str, ...]
    origin: str | None
    heads: dict[str, tuple[str, ...]]
    """Group -> entries that stand, the shown one first."""
    conflicts: tuple[str, ...]
    values: dict[str, Any]
    decisions: tuple[tuple[str, bool], ...]
    """(entry, still speaks of what is there), latest first."""
    comments: tuple[str, ...]

    def seen(self, held: Iterable[str]) -> Seen:
        return Seen(self.heads, tuple(id_ for id_, _ in self.decisions), frozenset(held))


def entry_hash(body: bytes) -> str:
    """The hash of an entry's bytes as FORMAT.md says; its first half is the entry's id."""
    return hashlib.sha256(b"fieldapp entry 1\n" + body).hexdigest()


def sealed_digest(author: str, chain: str, first: int, last: int, before: str, hashes: bytes) -> str:
    """What names a segment in a revocation, as FORMAT.md sections 2 and 5 say."""
    fromhex = bytes.fromhex
    signed = fromhex(author) + fromhex(chain) + first.to_bytes(8, "big") + last.to_bytes(8, "big") + fromhex(before)
    text = b"fieldapp sealed 1\nfieldapp segment 1\n" + signed + hashes
    return hashlib.sha256(text).hexdigest()[:32]


class Oracle:
    """Everything that was ever written in one world."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = {person.id: person for person in people}
        self.facts: dict[str, Fact] = {}
        self.records: dict[str, set[str]] = {}
        self.chains: set[str] = set()
        self.revocations: set[str] = set()
        self._states: dict[tuple[str, frozenset[str], frozenset[str]], State] = {}

    def add(self, fact: Fact) -> None:
        demand(fact.id not in self.facts, "the same entry was written twice", fact.id)
        self.facts[fact.id] = fact
        self.records.setdefault(fact.record, set()).add(fact.id)
        self.chains.add(fact.chain)
        if fact.type == "revocation":
            self.revocations.add(fact.id)

    def records_in(self, held: set[str]) -> list[str]:
        """The records with an entry among those held."""
        return [record for record, ids in self.records.items() if not ids.isdisjoint(held)]

    def readable(self, person: Person, ids: Iterable[str]) -> set[str]:
        """Those of the entries that this person may read."""
        return {id_ for id_ in ids if person.may_read(self.facts[id_].scope)}

    # -- what is held

    def span(self, first: int, last: int, head: str) -> set[str]:
        """The entries for which a span stands: from its head backwards, each named by the one after it."""
        found = set()
        id_ = head
        for number in range(last, first - 1, -1):
            fact = self.facts.get(id_)
            demand(fact is not None and fact.n == number, "a span stands for an entry that nobody wrote", id_, number)
            assert fact is not None
            found.add(id_)
            id_ = fact.previous
        return found

    def spans(self, have: Mapping[str, Iterable[Any]]) -> set[str]:
        """The entries for which all spans stand."""
        found: set[str] = set()
        for spans in have.values():
            for first, last, head in spans:
                found |= self.span(first, last, head)
        return found

    def gaps(self, held: Iterable[str]) -> dict[str, set[int]]:
        """Chain -> numbers below the last one known of which nothing is held."""
        numbers: dict[str, set[int]] = {}
        for id_ in held:
            numbers.setdefault(self.facts[id_].chain, set()).add(self.facts[id_].n)
        found = {chain: set(range(1, max(known) + 1)) - known for chain, known in numbers.items()}
        return {chain: missing for chain, missing in found.items() if missing}

    def forked(self, held: Iterable[str]) -> set[str]:
        """Chains in which two entries held claim one number."""
        places: set[tuple[str, int]] = set()
        found = set()
        for id_ in held:
            place = self.facts[id_].chain, self.facts[id_].n
            if place in places:
                found.add(place[0])
            places.add(place)
        return found

    # -- what counts and what stands

    def code_of_member(self, member: str, held: set[str]) -> str | None:
        """Why this member may write nothing any more, as far as whoever holds these entries knows."""
        gone = any(self.facts[id_].fields["member"] == member for id_ in self.revocations & held)
        return "member_revoked" if gone else None

    def cut_off(self, ids: Iterable[str], truth: Truth) -> frozenset[str]:
        """Those of the entries that a revocation reaches, as far as it can be judged here."""
        cuts = [self.facts[id_].fields for id_ in self.revocations & truth.held]
        return frozenset(id_ for id_ in ids if any(self._is_cut_off(self.facts[id_], cut, truth) for cut in cuts))

    def _is_cut_off(self, fact: Fact, cut: Mapping[str, Any], truth: Truth) -> bool:
        if fact.author != cut["member"]:
            return False
        if fact.n > cut["chains"].get(fact.chain, 0):
            return True
        if fact.chain not in cut.get("heads", {}):
            return False
        vouched = set(cut["heads"][fact.chain])
        for digest in cut.get("segments", {}).get(fact.chain, ()):
            vouched.update(truth.sealed.get(digest, ()))
        pending = list(vouched)
        while pending:
            id_ = pending.pop()
            if id_ in truth.held and self.facts[id_].previous not in vouched:
                vouched.add(self.facts[id_].previous)
                pending.append(self.facts[id_].previous)
        return fact.id not in vouched

    def code(self, fact: Fact, origin: Fact | None, gone: frozenset[str]) -> str | None:
        """Why an entry does not count; `gone` are those that a revocation reaches."""
        person = self.people[fact.author]
        if fact.id in gone:
            return "member_revoked"
        if not person.may_read(fact.scope) or (origin is not None and not person.may_read(origin.scope)):
            return "outside_scope"
        return self.refused(person, fact.type, fact.kind, origin)

    @staticmethod
    def refused(person: Person, type_: str, kind: str, origin: Fact | None) -> str | None:
        """What the rules of this made-up programme forbid."""
        if type_ == "revocation":
            return None if person.role == "admin" else "role_not_allowed"
        if type_ == "receipt":
            return None if person.role in OFFICE else "role_not_allowed"
        if kind == "decide" and person.role != "supervisor":
            return "role_not_allowed"
        if kind == "decide" and origin is not None and origin.author == person.id:
            return "own_decision"
        return None

    def state(self, record: str, truth: Truth) -> State:
        """What the entries held make of a record."""
        ids = frozenset(self.records.get(record, set()) & truth.held)
        gone = self.cut_off(ids, truth)
        key = record, ids, gone
        if key not in self._states:
            self._states[key] = self._work_out([self.facts[id_] for id_ in ids], gone)
        return self._states[key]

    def _work_out(self, facts: list[Fact], gone: frozenset[str]) -> State:
        facts.sort(key=lambda fact: fact.order)
        origin = next((f for f in facts if f.kind == "new" and self.code(f, None, gone) is None), None)
        codes = {f.id: self.code(f, None if f is origin else origin, gone) for f in facts}
        history = [f for f in facts if codes[f.id] is None]
        setting = [f for f in history if f.kind in SETTING]
        heads: dict[str, tuple[Fact, ...]] = {}
        for group in sorted({group for f in setting for group in f.values}):
            setters = [f for f in setting if group in f.values]
            replaced = {id_ for f in setters for id_ in f.seen.heads.get(group, ())}
            heads[group] = tuple(f for f in reversed(setters) if f.id not in replaced)
        shown: dict[str, Any] = {}
        for group, stand in heads.items():
            shown.update(stand[0].values[group])
        said = [f for f in history if f.kind in ("decide", "void")]
        answered = {id_ for f in said for id_ in f.seen.decisions}
        present = {group: frozenset(f.id for f in stand) for group, stand in heads.items()}
        return State(
            codes={id_: code for id_, code in codes.items() if code is not None},
            history=tuple(f.id for f in history),
            origin=origin.id if origin else None,
            heads={group: tuple(f.id for f in stand) for group, stand in heads.items()},
            conflicts=tuple(g for g, stand in heads.items() if len({_plain(f.values[g]) for f in stand}) > 1),
            values={name: value for name, value in shown.items() if value is not None},
            decisions=tuple((f.id, f.seen.looked_at() == present) for f in reversed(said) if f.id not in answered),
            comments=tuple(f.id for f in history if f.kind == "comment"),
        )

    def picture(self, record: str, truth: Truth) -> str:
        """Everything that a replica with these entries must show of a record, as text to compare."""
        state = self.state(record, truth)
        first = self.facts[state.origin or state.history[0]] if state.history else None
        return picture(
            type_=first.type if first else "",
            scope=first.scope if first else "",
            origin=self.facts[state.origin].author if state.origin else "",
            values=state.values,
            heads=state.heads,
            conflicts=state.conflicts,
            decisions=state.decisions,
            comments=state.comments,
            history=state.history,
            codes=sorted(state.codes.items()),
        )

    def standing_values(self, record: str, held: set[str], groups: Mapping[str, set[str]]) -> dict[str, set[str]]:
        """Field -> values that nobody replaced who had them before the eyes; `groups` has, for each field, the names of
        its groups in all forms in use."""
        facts = [self.facts[id_] for id_ in self.records.get(record, set()) & held]
        facts = [fact for fact in facts if fact.kind in SETTING]
        found: dict[str, set[str]] = {}
        for fact in facts:
            later = [other for other in facts if fact.id in other.seen.held]
            for name, value in fact.fields.items():
                if not any(groups[name] & other.values.keys() for other in later):
                    found.setdefault(name, set()).add(_plain(value))
        return found


def picture(**parts: Any) -> str:
    return json.dumps(parts, sort_keys=True)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        value = {name: inner for name, inner in value.items() if inner is not None}
    return json.dumps(value, sort_keys=True)
