"""The fold: what a record is, as a pure function of the set of its entries (FORMAT.md, section 4).

No order of arrival, repetition or split changes the outcome, because nothing here looks at anything but the set.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, Literal, NamedTuple

import msgspec

from sync.clock import Time
from sync.entry import DECISION, SETTING_KINDS, Entry, Stored
from sync.members import PUBLIC_SCOPE, Member, Membership, covers

_DIGEST_TAG: Final = b"fieldapp heads 1\n"
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


@dataclass(frozen=True)
class Record:
    """A record as its valid entries make it."""

    id: str
    type: str
    """Empty when no entry of the record is valid."""
    scope: str
    """Scope of the origin; of the earliest valid entry while the origin is unknown; empty when there is none."""
    values: dict[str, object]
    """Field -> shown value; cleared fields are left out."""
    conflicts: tuple[str, ...]
    """Groups with several heads of unlike values, sorted."""
    digest: str
    """Names the set of heads, 32 hex digits; what a decision is bound to."""
    decisions: tuple[Annotation, ...]
    """decide and void entries that no other replaces, latest first; several with unlike fields are a conflict."""
    comments: tuple[Annotation, ...]
    """In (t, ch, id) order."""
    origin_by: str
    """Author of the origin; empty while it is unknown."""
    origin_t: Time
    """Time of the origin; (0, 0) while it is unknown."""
    history: tuple[Stored, ...]
    """The valid entries in (t, ch, id) order."""
    quarantined: tuple[tuple[str, str], ...]
    """(entry id, code) of those that count for nothing, sorted."""
    complete: bool
    """Whether the origin is known: a valid entry of kind new."""
    heads: dict[str, tuple[Stored, ...]] = field(repr=False)
    """Group -> entries that no other replaces, shown one first."""
    rules: Rules = field(repr=False, compare=False)

    @cached_property
    def groups(self) -> dict[str, tuple[Head, ...]]:
        """Group -> heads with their values, shown one first. Made when first asked for: few records are looked at."""
        return {group: tuple(self._head(group, stored) for stored in heads) for group, heads in self.heads.items()}

    def _head(self, group: str, stored: Stored) -> Head:
        entry = stored.entry
        names = self.rules.layout(entry.f).fields[group]
        return Head(stored.id, entry.au, entry.t, {name: entry.f[name] for name in names})


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
    heads, digest, values, conflicts = _alone(history, rules) if len(history) == 1 else _together(history, rules)
    decisions, comments = _annotations(history, digest)
    first = origin or (history[0] if history else None)
    return Record(
        id=record_id,
        type=first.entry.y if first else "",
        scope=first.entry.s if first else "",
        values=values,
        conflicts=conflicts,
        digest=digest,
        decisions=decisions,
        comments=comments,
        origin_by=origin.entry.au if origin else "",
        origin_t=origin.entry.t if origin else (0, 0),
        history=history,
        quarantined=quarantined,
        complete=origin is not None,
        heads=heads,
        rules=rules,
    )


def _order(stored: Stored) -> tuple[Time, str, str]:
    return (stored.entry.t, stored.entry.ch, stored.id)


def _judge(
    given: Mapping[str, Stored], rules: Rules, membership: Membership
) -> tuple[Stored | None, tuple[Stored, ...], tuple[tuple[str, str], ...]]:
    """The origin, the entries that count in (t, ch, id) order, and the others with their codes."""
    origin: Stored | None = None
    ordered = sorted(given.values(), key=_order) if len(given) > 1 else tuple(given.values())
    for stored in ordered:
        if stored.entry.k == "new" and _why_not(stored, None, rules, membership) is None:
            origin = stored
            break
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
    if not covers(member.scopes, origin.entry.s):
        return "outside_scope"
    return rules.may(member, entry, origin.entry)


class _State(NamedTuple):
    """What the entries that count say about the fields."""

    heads: dict[str, tuple[Stored, ...]]
    digest: str
    values: dict[str, object]
    conflicts: tuple[str, ...]


def _alone(history: tuple[Stored, ...], rules: Rules) -> _State:
    """The state of a record of one entry, as most are: everything follows from the names of its fields."""
    entry_id, _, entry = history[0]
    if entry.k not in SETTING_KINDS:
        return _together(history, rules)
    groups, _, json = rules.layout(entry.f)
    listed = b'[[["%b"],%b]]' % (entry_id.encode(), json) if groups else b"[]"
    values = {name: value for name, value in entry.f.items() if value is not None}
    return _State(dict.fromkeys(groups, history), _digest(listed), values, ())


def _together(history: tuple[Stored, ...], rules: Rules) -> _State:
    """The state of a record of any entries."""
    heads = _heads(history, rules)
    groups_of: dict[tuple[str, ...], list[str]] = {}
    for group, shown in heads.items():
        ids = (shown[0].id,) if len(shown) == 1 else tuple(sorted(stored.id for stored in shown))
        groups_of.setdefault(ids, []).append(group)
    conflicts = tuple(
        group for group, shown in heads.items() if len(shown) > 1 and len({_kept(s, group, rules) for s in shown}) > 1
    )
    digest = _digest(_json_encoder.encode(sorted(groups_of.items())))
    return _State(heads, digest, _values(heads, history, rules), conflicts)


def _digest(heads: bytes) -> str:
    """Names the heads of all groups, given as JSON: groups with the same heads together, which keeps it short."""
    return hashlib.sha256(_DIGEST_TAG + heads).hexdigest()[:32]


def _heads(history: tuple[Stored, ...], rules: Rules) -> dict[str, tuple[Stored, ...]]:
    """Group -> the entries that set it and that no other names as replaced, shown one first; groups sorted."""
    setters: dict[str, tuple[Stored, ...]] = {}
    replaced: dict[str, set[str]] = {}
    for stored in reversed(history):
        entry = stored.entry
        if entry.k not in SETTING_KINDS:
            continue
        # Whole entries at a time, group by group only where they meet: most groups are set once.
        own: dict[str, tuple[Stored, ...]] = dict.fromkeys(rules.layout(entry.f).groups, (stored,))
        for name, parents in entry.b.items():
            group = rules.group(name)
            # Whoever sets nothing in a group replaces nothing there, or a value could vanish without a successor.
            if group in own:
                replaced.setdefault(group, set()).update(parents)
        for group in setters.keys() & own.keys():
            own[group] = (*setters[group], stored)
        setters.update(own)
    for group, gone in replaced.items():
        setters[group] = tuple(stored for stored in setters[group] if stored.id not in gone)
    return {group: setters[group] for group in sorted(setters)}


def _values(heads: Mapping[str, tuple[Stored, ...]], history: tuple[Stored, ...], rules: Rules) -> dict[str, object]:
    """The fields of the shown heads, cleared ones left out."""
    values: dict[str, object] = {}
    for stored in history:
        entry = stored.entry
        if entry.k not in SETTING_KINDS:
            continue
        groups, fields_of, _ = rules.layout(entry.f)
        shown = dict(entry.f)
        for group in groups:
            if heads[group][0] is not stored:
                for name in fields_of[group]:
                    del shown[name]
        values.update(shown)
    return {name: value for name, value in values.items() if value is not None}


def _kept(stored: Stored, group: str, rules: Rules) -> bytes:
    """What an entry makes of a group, without cleared fields; as JSON, where true is not 1."""
    fields = stored.entry.f
    names = rules.layout(fields).fields[group]
    return _json_encoder.encode({name: fields[name] for name in names if fields[name] is not None})


def _annotations(history: tuple[Stored, ...], digest: str) -> tuple[tuple[Annotation, ...], tuple[Annotation, ...]]:
    """The decisions that no other replaces, latest first, and the comments in order."""
    said = [stored for stored in history if stored.entry.k not in SETTING_KINDS]
    if not said:
        return (), ()
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
