"""Whose work a registration is: its registrar's, or of whoever it was given to, or goes on for a laptop that is gone.

Nothing of this is kept in registrations but the word of a person: an assignment may name an invitation that nobody has
used yet, and a revocation names the invitation that goes on with the member's work (docs/decisions/0037).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fieldapp.domain.review import ASSIGN
from fieldapp.services.session import Session, iso_time
from fieldapp.store import charges
from fieldapp.store.db import Connection
from fieldapp.store.slots import holders_of
from sync.fold import Record
from sync.members import Member


class Worker(NamedTuple):
    """Who has to put something right. `state`: active, revoked (nobody goes on with the work), invited (whoever does
    has not joined yet; `id` is then the invitation's), or unknown here; then `name` is the id, and `member` None."""

    id: str
    name: str
    state: str
    member: Member | None


ASSIGNEE: Final = "assignee"
"""Field of an assignment: the name of whom it names, for a laptop that knows no more of that member than its id."""


class Given(NamedTuple):
    """The latest word on whose work a registration is, as an assignment says it; `to` is empty where it was taken
    back, `name` where it says none."""

    entry: str
    to: str
    name: str
    by: str
    reason: str
    t: tuple[int, int]

    @property
    def at(self) -> str:
        """When it was said, ISO 8601."""
        return iso_time(self.t[0])


class Charges:
    """Who works for whom, as this laptop knows it now."""

    def __init__(self, session: Session, connection: Connection) -> None:
        membership = session.journal(connection).membership
        self._members = {member.id: member for member in membership.all()}
        self._active = {member.id for member in membership.active()}
        self._holders = holders_of(membership)
        self._successors = charges.successors(connection)

    def follow(self, raw: str) -> str:
        """The member whose work it is, or the invitation that stands for a member who has not joined yet."""
        seen = set[str]()
        while raw not in seen:
            seen.add(raw)
            raw = self._successors.get(raw) or self._holders.get(raw) or raw
        return raw

    def of(self, member: str) -> set[str]:
        """Everybody whose work is this member's now: its own id and invitation, and those it goes on for."""
        everybody = {member, *self._successors, *self._holders}
        return {raw for raw in everybody if self.follow(raw) == member}

    def worker(self, raw: str) -> Worker:
        """Who it is that a registration names, in the end."""
        found = self.follow(raw)
        member = self._members.get(found)
        if member is not None:
            return Worker(found, member.name, "active" if found in self._active else "revoked", member)
        # The same person on another laptop: who held the old one tells the name.
        names = {
            self._members[old].name for old, new in self._successors.items() if new == found and old in self._members
        }
        return Worker(found, next(iter(sorted(names)), found), "invited" if names else "unknown", None)


def mine(session: Session, connection: Connection) -> set[str]:
    """Everybody whose work is that of the member at work here."""
    return Charges(session, connection).of(session.member.id)


def given(record: Record) -> Given | None:
    """The latest word on whose work a registration is; None where nobody ever said."""
    said = [comment for comment in record.comments if isinstance(comment.fields.get(ASSIGN), str)]
    if not said:
        return None
    last = max(said, key=lambda one: (one.t, one.entry))
    reason = last.fields.get("reason")
    return Given(
        last.entry,
        str(last.fields[ASSIGN]),
        assignee_name(last.fields),
        last.by,
        reason if isinstance(reason, str) else "",
        last.t,
    )


def assignee_name(fields: Mapping[str, object]) -> str:
    """The name that an assignment says; empty where it says none."""
    name = fields.get(ASSIGNEE)
    return name if isinstance(name, str) else ""


def assigned_words(word: Given | None, who: Mapping[str, str], workers: Charges) -> dict[str, Any] | None:
    """An assignment in force with names: `{"to", "by", "at", "reason"}`; None where nobody in particular was named."""
    if word is None or not word.to:
        return None
    worker = workers.worker(word.to)
    name = word.name if worker.state == "unknown" and word.name else worker.name
    return {"to": name, "by": who.get(word.by, word.by), "at": word.at, "reason": word.reason}


def had(record: Record, members: set[str]) -> bool:
    """Whether a registration was ever these members' work: they registered it, or it was given to them."""
    return record.origin_by in members or any(comment.fields.get(ASSIGN) in members for comment in record.comments)
