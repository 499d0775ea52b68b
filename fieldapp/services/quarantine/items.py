"""The entries that do not count, put together as a person thinks of them: what one member sent about one record.

Content (answers, comments) and decisions of one member about one record are told apart, since the one can be taken over
and the other never is (docs/decisions/0034).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.domain import prelist as visits
from fieldapp.domain import quarantine as rules
from fieldapp.domain import roles
from fieldapp.services.problems import Problem
from fieldapp.services.quarantine.drafts import drafts as noted_drafts
from fieldapp.services.quarantine.words import problem
from fieldapp.services.submission import covers
from fieldapp.store import drafts as kept
from fieldapp.store import held, queries
from fieldapp.store.db import Connection
from fieldapp.store.held import Word
from fieldapp.store.rows import ENDED_STATES
from sync.entry import SETTING_KINDS
from sync.fold import in_order

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from fieldapp.store.queries import Row
    from sync.entry import Entry
    from sync.journal import Quarantined

REGISTRATION: Final = "registration"
CHANGES: Final = "changes"
COMMENT: Final = "comment"
VISIT: Final = "visit"
DECISION: Final = "decision"
OTHER: Final = "other"
_TAKING_ROLES: Final = frozenset({"coordinator", "supervisor"})


@dataclass(frozen=True, slots=True)
class Item:
    """What one member sent about one record and does not count; `held` in the order in which it was written.

    `target`: the registration (or person to visit) that it would change now; None where there is none. `words`: what
    the office said of it, oldest first; an item of which something was said holds nothing else.
    """

    what: str
    held: tuple[Quarantined, ...]
    target: str | None
    words: tuple[Word, ...]
    is_ended: bool
    """Whether its writer took the record out again, or noted that the person withdrew."""

    @property
    def id(self) -> str:
        """What it is called by: its first entry."""
        return self.held[0].stored.id

    @property
    def first(self) -> Entry:
        return self.held[0].stored.entry

    @property
    def record(self) -> str:
        return self.first.r

    @property
    def author(self) -> str:
        return self.first.au

    @property
    def decision(self) -> str:
        """What the office made of it; empty while it is open."""
        return rules.outcome(word.said.decision for word in self.words) if self.words else ""


class Desk(NamedTuple):
    """Everything that is held here, and what is needed to judge it."""

    items: tuple[Item, ...]
    rows: Mapping[str, Row]
    """The registrations that are held or meant, by id, those that are here."""
    drafts: Mapping[str, str]
    """Registration that a draft of this member corrects, or held record that one takes over -> the draft."""
    words: tuple[Word, ...]

    @property
    def open(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.words)


def read(session: Session, connection: Connection) -> Desk:
    """Everything that is held on this laptop, in the order of its time."""
    found = session.journal(connection).quarantine()
    words = held.words(connection)
    by_entry: dict[tuple[str, str], list[Word]] = {}
    taken: dict[str, str] = {}
    for word in words:
        by_entry.setdefault((word.said.entry, word.scope), []).append(word)
        if word.said.taken and word.said.record:
            taken.setdefault(word.said.record, word.said.taken)
    ids = {one.stored.entry.r for one in found if one.stored.entry.y == "registration"}
    ids |= {one for word in words if word.said.taken for one in (word.said.record, word.said.taken) if one}
    rows = {row.id: row for row in queries.rows(connection, sorted(ids))}
    ended = {(one.stored.entry.r, one.stored.entry.au) for one in found if _ends(one.stored.entry)}
    groups: dict[tuple[object, ...], list[Quarantined]] = {}
    said: dict[tuple[object, ...], tuple[Word, ...]] = {}
    for one in found:
        entry = one.stored.entry
        about = tuple(by_entry.get((one.stored.id, entry.s), ()))
        outcome = rules.outcome(word.said.decision for word in about) if about else ""
        key = (entry.r, entry.au, _side(entry), outcome)
        groups.setdefault(key, []).append(one)
        said[key] = (*said.get(key, ()), *about)
    items = []
    for side, group in groups.items():
        group.sort(key=lambda one: in_order(one.stored))
        first = group[0].stored.entry
        target = _target(first, rows, taken)
        # What was taken over was a beginning, though a registration has its content by now.
        what = _what(group, target if not said[side] or first.r in rows else None)
        is_ended = (first.r, first.au) in ended
        items.append(Item(what, tuple(group), target, said[side], is_ended))
    own = {each.id: each for each in kept.all_drafts(connection, session.member.id)}
    drafts = {each.edits: each.id for each in own.values() if each.edits is not None}
    drafts.update((note["record"], draft) for draft, note in noted_drafts(connection).items() if draft in own)
    return Desk(tuple(items), rows, drafts, tuple(words))


def _side(entry: Entry) -> str:
    """What is decided together: what a record says, what was decided about it, and everything else."""
    if entry.y == visits.TYPE and entry.k == "edit":
        return VISIT
    if entry.y != "registration":
        return OTHER
    if entry.k in SETTING_KINDS or (entry.k == "comment" and "assign_to" not in entry.f):
        return REGISTRATION
    return DECISION


def _what(group: Sequence[Quarantined], target: str | None) -> str:
    side = _side(group[0].stored.entry)
    if side != REGISTRATION:
        return side
    kinds = {one.stored.entry.k for one in group}
    if kinds == {"comment"}:
        return COMMENT
    return REGISTRATION if "new" in kinds and target is None else CHANGES


def _target(entry: Entry, rows: Mapping[str, Row], taken: Mapping[str, str]) -> str | None:
    """The registration that a held entry is about: the record itself, or the one that its content became."""
    if entry.y == visits.TYPE:
        return entry.r
    if entry.y != "registration":
        return None
    for one in (entry.r, taken.get(entry.r)):
        if one is not None and one in rows:
            return one
    return None


def _ends(entry: Entry) -> bool:
    return entry.y == "registration" and (
        entry.k == "void" or (entry.k == "decide" and entry.f.get("decision") == "withdraw")
    )


def refuse_taking(session: Session, desk: Desk, item: Item) -> None:
    """Raises Problem where this member may not release an item: not_allowed, outside_area, held_*, frozen, joined."""
    member = session.member
    if member.role not in _TAKING_ROLES:
        raise Problem("not_allowed", details={"role": member.role, "who": "coordinator"})
    _refuse_outside(session, item)
    if item.words:
        raise problem("held_handled")
    if item.what in (DECISION, OTHER):
        raise problem("held_decision" if item.what == DECISION else "held_other")
    if any(one.stored.is_dropped for one in item.held):
        raise problem("held_dropped")
    if item.is_ended:
        raise problem("held_ended")
    if item.what == VISIT:
        _refuse_visit(item)
        return
    if item.what != REGISTRATION and any(one.code in rules.OWN_MATTER for one in item.held):
        raise problem("held_role")
    if item.what == REGISTRATION:
        if item.record in desk.drafts:
            raise problem("held_in_draft")
        return
    if item.target is None:
        raise problem("held_no_registration")
    _refuse_target(session, desk, desk.rows[item.target], is_comment=item.what == COMMENT)


def refuse_refusing(session: Session, item: Item) -> None:
    """Raises Problem where this member may not refuse an item: not_allowed, outside_area, held_handled."""
    role = session.member.role
    if roles.may(role, rules.TYPE, "new", own_record=True) is not None:
        raise Problem("not_allowed", details={"role": role, "who": "coordinator"})
    _refuse_outside(session, item)
    if item.words:
        raise problem("held_handled")


def open_draft(desk: Desk, item: Item) -> str | None:
    """The draft of this member in which an item is being put right."""
    return desk.drafts.get(item.record) or desk.drafts.get(item.target or "")


def told(refuse: Any, *given: Any) -> dict[str, str] | None:
    """Why not, as `{"code", "message"}`; None when nothing is in the way."""
    try:
        refuse(*given)
    except Problem as refusal:
        return {"code": refusal.code, "message": refusal.message()}
    return None


def _refuse_outside(session: Session, item: Item) -> None:
    scopes = {one.stored.entry.s for one in item.held} - {"*"}
    if not all(any(covers(own, scope) for own in session.member.scopes) for scope in scopes):
        raise Problem("outside_area")


def _refuse_visit(item: Item) -> None:
    if any(one.code in rules.OWN_MATTER for one in item.held):
        raise problem("held_role")
    if not visits.is_visit(item.held[-1].stored.entry.f) or item.held[-1].stored.entry.f.get("visit") is None:
        raise problem("held_other")


def _refuse_target(session: Session, desk: Desk, row: Row, *, is_comment: bool) -> None:
    if not any(covers(own, row.scope) for own in session.member.scopes):
        raise Problem("outside_area")
    if is_comment:
        return
    if row.state == "frozen":
        raise Problem("frozen")
    if row.joined_to is not None:
        raise Problem("joined", details={"survivor": row.joined_to})
    if row.state in ENDED_STATES:
        raise problem("held_target_ended")
    if row.id in desk.drafts:
        raise problem("held_in_draft")


def with_entry(items: Iterable[Item]) -> dict[str, Item]:
    """Entry id -> the item that it belongs to."""
    return {one.stored.id: item for item in items for one in item.held}
