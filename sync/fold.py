"""The fold: what a record is, as a pure function of the set of its entries (FORMAT.md, section 4).

No order of arrival, repetition or split changes the outcome, because nothing here looks at anything but the set.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, Generic, Literal, NamedTuple, TypeVar

import msgspec

from sync.clock import Time
from sync.entry import DECISION, SETTING_KINDS, Entry, Stored
from sync.members import PUBLIC_SCOPE, Member, Membership, covers
from sync.record_id import names

T = TypeVar("T")

_DIGEST_TAG: Final = b"fieldapp heads 1\n"
_CLEARED: Final = b":null"
"""Stands in the bytes of every entry that clears a field."""
_LAYOUTS_LIMIT: Final = 512
_LAYOUT_FIELDS_LIMIT: Final = 256
_json_encoder: Final = msgspec.json.Encoder(order="deterministic")


class _Layout(NamedTuple):
    """What the names of an entry's fields alone decide: the groups it sets, sorted, and which fields make up each."""

    groups: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    json: bytes
    """The groups as they stand in a digest."""


@dataclass(frozen=True)
class Rules:
    """What the application decides about its records; two replicas with unlike rules may fold unlike."""

    group_of: Mapping[str, str]
    """Field -> group whose fields change together; a field that is not named is a group of its own."""
    public_scope: ClassVar[str] = PUBLIC_SCOPE
    """The scope of what everybody may see."""
    may: Callable[[Member, Entry, Entry | None], str | None]
    """Why this member may not write this entry on a record of this origin, as a code; None when it may.

    Must be pure. The origin is None for an entry that could itself be the origin, and where the origin is not known.
    """
    office_roles: frozenset[str]
    """Roles whose members hold the office key."""
    _layouts: dict[tuple[str, ...], _Layout] = field(default_factory=dict, init=False, repr=False, compare=False)

    def group(self, name: str) -> str:
        """The group of a field; the name of a group stands for itself."""
        return name if name in self._group_names else self.group_of.get(name, name)

    @cached_property
    def _group_names(self) -> frozenset[str]:
        return frozenset(self.group_of.values())

    def layout(self, fields: Mapping[str, Any]) -> _Layout:
        """Groups set by these fields; remembered, since most registrations answer the same questions."""
        key = tuple(fields)
        known = self._layouts.get(key)
        if known is None:
            members: dict[str, list[str]] = {}
            for name in sorted(key):
                members.setdefault(self.group_of.get(name, name), []).append(name)
            groups = tuple(sorted(members))
            names_of = {group: tuple(names) for group, names in members.items()}
            known = _Layout(groups, names_of, _json_encoder.encode(groups))
            # Bounded both ways, or hostile entries with a thousand long names each would fill the memory.
            if len(self._layouts) >= _LAYOUTS_LIMIT:
                self._layouts.clear()
            if len(key) <= _LAYOUT_FIELDS_LIMIT:
                self._layouts[key] = known
        return known


@dataclass(frozen=True, slots=True)
class Head:
    """A value of a group that no other known entry replaces."""

    entry: str
    by: str
    t: Time
    values: dict[str, object]
    """Field -> value, for the fields of the group that the entry sets; None where it cleared one."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something said about a record without changing it."""

    entry: str
    kind: Literal["decide", "void", "comment"]
    by: str
    t: Time
    fields: dict[str, object]
    of: str | None
    fresh: bool
    """Whether the record's heads are still the ones that the writer saw; always true of a comment."""


class _Once(Generic[T]):
    """An attribute worked out when it is first asked for, and kept. functools.cached_property takes a lock each time,
    up to Python 3.11, which costs more than most of what is worked out here."""

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    def __get__(self, instance: Any, owner: type) -> T:
        made: T
        made = instance.__dict__[self._name] = self._work_out(instance)
        return made


class Record(msgspec.Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """A record as its valid entries make it. What follows from them is worked out when somebody asks for it: a merge
    folds a hundred thousand records of which few are ever looked at."""

    id: str
    origin: Stored | None
    """The entry of kind new that began it; None while it is unknown."""
    history: tuple[Stored, ...]
    """The valid entries in (t, ch, id) order."""
    quarantined: tuple[tuple[str, str], ...]
    """(entry id, code) of those that count for nothing, sorted."""
    rules: Rules

    def __eq__(self, other: object) -> bool:
        return all(getattr(self, n) == getattr(other, n) for n in _SAID) if isinstance(other, Record) else False

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Record({', '.join(f'{name}={getattr(self, name)!r}' for name in _SAID)})"

    @property
    def complete(self) -> bool:
        """Whether the origin is known, a valid entry of kind new, and every value that is shown is here."""
        return self.origin is not None and not self.dropped

    @_Once
    def dropped(self) -> frozenset[str]:
        """Ids of the heads whose values were let go here while another entry replaced them, and which count anew."""
        if not any(stored.is_dropped for stored in self.history):
            return frozenset()
        return frozenset(stored.id for heads in self.heads.values() for stored in heads if stored.is_dropped)

    @_Once
    def type(self) -> str:
        """Empty when no entry of the record is valid."""
        first = self.origin or (self.history[0] if self.history else None)
        return first.entry.y if first else ""

    @_Once
    def scope(self) -> str:
        """Scope of the origin; of the earliest valid entry while the origin is unknown; empty when there is none."""
        first = self.origin or (self.history[0] if self.history else None)
        return first.entry.s if first else ""

    @property
    def origin_by(self) -> str:
        """Author of the origin; empty while it is unknown."""
        return self.origin.entry.au if self.origin else ""

    @property
    def origin_t(self) -> Time:
        """Time of the origin; (0, 0) while it is unknown."""
        return self.origin.entry.t if self.origin else (0, 0)

    @_Once
    def _setters(self) -> "_Setters":
        only = self._only
        return _setters(self.history, self.rules) if only is None else _Setters(_heads_of_one(only, self.rules), ())

    @property
    def heads(self) -> dict[str, tuple[Stored, ...]]:
        """Group -> entries that no other replaces, shown one first; groups sorted."""
        return self._setters.heads

    @_Once
    def values(self) -> dict[str, object]:
        """Field -> shown value; cleared fields are left out."""
        history = self.history
        if len(history) == 1 and history[0].entry.k in SETTING_KINDS:
            values: dict[str, object] = dict(history[0].entry.f)
        else:
            values = _values(history, self._setters, self.rules)
        for stored in history:
            # Nothing is cleared where no byte says so, and to search those is far quicker than to look at each value.
            if _CLEARED in stored.body or stored.is_dropped:
                return {name: value for name, value in values.items() if value is not None}
        return values

    @_Once
    def conflicts(self) -> tuple[str, ...]:
        """Groups with several heads of unlike values, sorted."""
        return () if len(self.history) < 2 else _conflicts(self._setters, self.rules)

    @_Once
    def digest(self) -> str:
        """Names the set of heads, 32 hex digits; what a decision is bound to."""
        only = self._only
        return _digest_of(self.heads) if only is None else _digest_of_one(only, self.rules)

    @property
    def _only(self) -> Stored | None:
        """The one entry of a record of one entry that sets fields: there everything follows from their names."""
        history = self.history
        return history[0] if len(history) == 1 and history[0].entry.k in SETTING_KINDS else None

    @property
    def decisions(self) -> tuple[Annotation, ...]:
        """decide and void entries that no other replaces, latest first; several with unlike fields are a conflict."""
        return self._said[0]

    @property
    def comments(self) -> tuple[Annotation, ...]:
        """In (t, ch, id) order."""
        return self._said[1]

    @_Once
    def _said(self) -> tuple[tuple[Annotation, ...], tuple[Annotation, ...]]:
        said = [stored for stored in self.history if stored.entry.k not in SETTING_KINDS]
        return _annotations(said, self.digest) if said else ((), ())

    @_Once
    def groups(self) -> dict[str, tuple[Head, ...]]:
        """Group -> heads with their values, shown one first."""
        return {group: tuple(self._head(group, stored) for stored in heads) for group, heads in self.heads.items()}

    def _head(self, group: str, stored: Stored) -> Head:
        entry = stored.entry
        names = self.rules.layout(entry.f).fields[group]
        return Head(stored.id, entry.au, entry.t, {name: entry.f[name] for name in names})


_SAID: Final = (
    "id", "type", "scope", "values", "conflicts", "digest", "decisions", "comments", "origin_by", "origin_t",
    "history", "quarantined", "complete", "heads",
)  # fmt: skip
"""What two records must have in common to be equal; the rules may be any."""


def fold(record_id: str, entries: Iterable[Stored], rules: Rules, membership: Membership) -> Record:
    """What the entries of one record make it, in whatever order and however often they are given.

    Entries that do not count (unknown or revoked author, outside the author's or the origin's scope, of another type
    than the origin, refused by `rules.may`) are named under `quarantined` and change nothing else. Raises ValueError
    for an entry of another record.
    """
    given = {stored.id: stored for stored in entries}
    for stored in given.values():
        if stored.entry.r != record_id:
            raise ValueError("an entry of another record")
    origin, history, quarantined = _judge(given, rules, membership)
    return Record(id=record_id, origin=origin, history=history, quarantined=quarantined, rules=rules)


def fold_new(stored: Stored, rules: Rules, membership: Membership) -> Record:
    """The same for a record of which only one entry of kind new is known, as nearly all are in a merge."""
    if _why_not(stored, None, rules, membership) is not None:
        return fold(stored.entry.r, (stored,), rules, membership)
    return Record(id=stored.entry.r, origin=stored, history=(stored,), quarantined=(), rules=rules)


def origin_of(beginnings: Sequence[Stored]) -> Stored | None:
    """The origin of a record, out of its entries of kind new that count by themselves.

    It is the first by the member whom the record's id names; only where that member wrote none, the first of all.
    """
    if len(beginnings) < 2:
        return beginnings[0] if beginnings else None
    return min(beginnings, key=lambda stored: (not names(stored.entry.r, stored.entry.au), *in_order(stored)))


def in_order(stored: Stored) -> tuple[Time, str, str]:
    """What entries are ordered by: time, chain, id."""
    return (stored.entry.t, stored.entry.ch, stored.id)


def _judge(
    given: Mapping[str, Stored], rules: Rules, membership: Membership
) -> tuple[Stored | None, tuple[Stored, ...], tuple[tuple[str, str], ...]]:
    """The origin, the entries that count in (t, ch, id) order, and the others with their codes."""
    ordered = sorted(given.values(), key=in_order) if len(given) > 1 else tuple(given.values())
    origin = origin_of([s for s in ordered if s.entry.k == "new" and _why_not(s, None, rules, membership) is None])
    history = []
    quarantined = []
    for stored in ordered:
        code = None if stored is origin else _why_not(stored, origin, rules, membership)
        if code is None:
            history.append(stored)
        else:
            quarantined.append((stored.id, code))
    return origin, tuple(history), tuple(sorted(quarantined))


def _why_not(stored: Stored, origin: Stored | None, rules: Rules, membership: Membership) -> str | None:
    """Why an entry does not count on a record of this origin; None when it does."""
    entry = stored.entry
    member = membership.free_hand(entry.au, entry.s)
    if member is None:
        code = membership.why_not(stored)
        if code is not None:
            return code
        member = membership.member(entry.au)
        if member is None:
            return "member_unknown"
        if not covers(member.scopes, entry.s):
            return "outside_scope"
    if origin is None:
        return rules.may(member, entry, None)
    if entry.y != origin.entry.y:
        return "type_differs"
    if origin.entry.s != entry.s and not covers(member.scopes, origin.entry.s):
        return "outside_scope"
    return rules.may(member, entry, origin.entry)


def _heads_of_one(only: Stored, rules: Rules) -> dict[str, tuple[Stored, ...]]:
    return dict.fromkeys(rules.layout(only.entry.f).groups, (only,))


def _digest_of_one(only: Stored, rules: Rules) -> str:
    """What `_digest_of` says of a record of one entry, whose groups all have the same head."""
    layout = rules.layout(only.entry.f)
    return _digest(b'[[["%b"],%b]]' % (only.id.encode(), layout.json) if layout.groups else b"[]")


def _digest_of(heads: Mapping[str, tuple[Stored, ...]]) -> str:
    groups_of: dict[tuple[str, ...], list[str]] = {}
    for group, shown in heads.items():
        ids = (shown[0].id,) if len(shown) == 1 else tuple(sorted(stored.id for stored in shown))
        groups_of.setdefault(ids, []).append(group)
    return _digest(_json_encoder.encode(sorted(groups_of.items())))


def _digest(heads: bytes) -> str:
    """Names the heads of all groups, given as JSON: groups with the same heads together, which keeps it short."""
    return hashlib.sha256(_DIGEST_TAG + heads).hexdigest()[:32]


class _Setters(NamedTuple):
    """Who set what."""

    heads: dict[str, tuple[Stored, ...]]
    """Group -> the entries that set it and that no other names as replaced, shown one first; groups sorted."""
    met: Collection[str]
    """Groups that more than one entry set: most are set once, so most of a record needs no closer look."""


def _setters(history: tuple[Stored, ...], rules: Rules) -> _Setters:
    heads: dict[str, tuple[Stored, ...]] = {}
    met: set[str] = set()
    replaced: dict[str, set[str]] = {}
    is_sorted = True
    for stored in history:
        entry = stored.entry
        if entry.k not in SETTING_KINDS:
            continue
        layout = rules.layout(entry.f)
        if heads:
            for group in layout.groups:
                others = heads.get(group)
                if others is None:
                    heads[group] = (stored,)
                    is_sorted = False
                else:
                    heads[group] = (stored, *others)
                    met.add(group)
        else:
            heads = dict.fromkeys(layout.groups, (stored,))
        for name, parents in entry.b.items():
            group = rules.group(name)
            # Whoever sets nothing in a group replaces nothing there, or a value could vanish without a successor.
            if group in layout.fields:
                replaced.setdefault(group, set()).update(parents)
    for group, gone in replaced.items():
        heads[group] = tuple([stored for stored in heads[group] if stored.id not in gone])
    return _Setters(heads if is_sorted else {group: heads[group] for group in sorted(heads)}, met)


def _conflicts(setters: _Setters, rules: Rules) -> tuple[str, ...]:
    shown = {group: setters.heads[group] for group in sorted(setters.met)}
    return tuple(
        group for group, heads in shown.items() if len(heads) > 1 and len({_kept(s, group, rules) for s in heads}) > 1
    )


def _values(history: tuple[Stored, ...], setters: _Setters, rules: Rules) -> dict[str, object]:
    """The fields of the shown heads; None where one is cleared."""
    values: dict[str, object] = {}
    setting = [stored.entry.f for stored in history if stored.entry.k in SETTING_KINDS]
    for fields in setting:
        values.update(fields)
    for group in setters.met:
        # All of the group is as the shown head has it, and nothing of what another entry says of it.
        for fields in setting:
            for name in rules.layout(fields).fields.get(group, ()):
                values.pop(name, None)
        fields = setters.heads[group][0].entry.f
        for name in rules.layout(fields).fields[group]:
            values[name] = fields[name]
    return values


def _kept(stored: Stored, group: str, rules: Rules) -> bytes:
    """What an entry makes of a group, without cleared fields; as JSON, where true is not 1."""
    fields = stored.entry.f
    names = rules.layout(fields).fields[group]
    return _json_encoder.encode({name: fields[name] for name in names if fields[name] is not None})


def _annotations(said: list[Stored], digest: str) -> tuple[tuple[Annotation, ...], tuple[Annotation, ...]]:
    """The decisions that no other replaces, latest first, and the comments in order."""
    replaced = {parent for stored in said for parent in stored.entry.b.get(DECISION, ())}
    decisions, comments = [], []
    for stored in said:
        entry = stored.entry
        if entry.k == "comment":
            comments.append(Annotation(stored.id, "comment", entry.au, entry.t, entry.f, None, True))
        elif stored.id not in replaced and (entry.k == "decide" or entry.k == "void"):
            fresh = entry.of == digest
            decisions.append(Annotation(stored.id, entry.k, entry.au, entry.t, entry.f, entry.of, fresh))
    return tuple(reversed(decisions)), tuple(comments)
