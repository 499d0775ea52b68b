"""Leases: how many approvals each supervisor may give, so that nobody has to ask the others first.

The sum of all leases stays within the quota. Two administrators who lease apart can exceed it together; then slots are
given in the stated order up to the quota, and every list of leases says so until one of them is lowered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fieldapp.services import changes
from fieldapp.services.membership import find_member
from fieldapp.services.problems import Problem
from fieldapp.services.quota.budget import Book, leased
from fieldapp.services.session import Session
from fieldapp.store.db import Connection
from fieldapp.store.slots import LEASE, Lease, lease_records
from sync.journal import Change, Journal
from sync.members import Member

#: Who may be leased slots: who approves.
_ROLE: Final = "supervisor"


def listing(session: Session) -> dict[str, Any]:
    """`{"quota", "leased", "not_leased", "over_leased", "unclaimed", "leases": […]}`, leases as in `budget.leased`.

    `unclaimed` are slots of invitations by which nobody has joined yet; `over_leased` is more than 0 where leases
    together exceed the quota.
    """

    def read(connection: Connection) -> dict[str, Any]:
        book = Book(session, connection)
        held = _leases(session, connection)
        total = sum(each.slots for each in held)
        return {
            "quota": book.settings.quota,
            "leased": total,
            "not_leased": max(0, book.settings.quota - total),
            "over_leased": max(0, total - book.settings.quota),
            "unclaimed": sum(each.slots for each in held if each.holder is None),
            "leases": leased(session, book),
        }

    return session.read(read)


def preview(session: Session, who: str, slots: int, *, from_who: str | None = None) -> dict[str, Any]:
    """What `assign` would do: `{"member", "name", "before", "after", "used", "would_wait", "from": the same or None}`.

    `would_wait`: how many approved ones would lose their slot, the last approved first. Raises what `assign` raises
    but lease_used.
    """
    return session.read(lambda connection: _planned(session, connection, who, slots, from_who)[0])


def assign(
    session: Session, who: str, slots: int, *, from_who: str | None = None, sure: bool = False
) -> dict[str, Any]:
    """Lease `slots` in all to a member; what is more than before comes from `from_who`, or from what is not leased.

    Less than the member has used puts the last approved into waiting, which asks to be `sure`. Answers as `preview`.
    Raises Problem: not_allowed, member_not_found, member_ambiguous, lease_role, lease_self, slots_exceeded, lease_used.
    """

    def write(connection: Connection, journal: Journal) -> dict[str, Any]:
        plan, wanted = _planned(session, connection, who, slots, from_who)
        losing = plan["would_wait"] + (plan["from"]["would_wait"] if plan["from"] else 0)
        if losing and not sure:
            raise Problem("lease_used", details={"count": losing})
        held = _leases(session, connection)
        said = [
            change
            for member, total in wanted.items()
            for change in _changes(session, journal, member, total, [each for each in held if each.holder == member])
        ]
        journal.append(session.author(), said)
        return plan

    session.require_role("admin", who="admin")
    return session.write(write)


def _planned(
    session: Session, connection: Connection, who: str, slots: int, from_who: str | None
) -> tuple[dict[str, Any], Mapping[str, int]]:
    """What is planned, and member -> slots in all."""
    session.require_role("admin", who="admin")
    book = Book(session, connection)
    member = _supervisor(session, who)
    total = sum(each.slots for each in _leases(session, connection))
    before = book.leases.get(member.id, 0)
    free = max(0, book.settings.quota - total)
    giver = None
    if from_who is not None:
        giver = _supervisor(session, from_who)
        if giver.id == member.id:
            raise Problem("lease_self")
        free = book.leases.get(giver.id, 0)
    if slots - before > free:
        raise Problem("slots_exceeded", details={"left": free, "asked": slots - before})
    wanted = {member.id: slots}
    if giver is not None:
        wanted[giver.id] = book.leases.get(giver.id, 0) - (slots - before)
    plan = _plan(book, member, slots)
    plan["from"] = _plan(book, giver, wanted[giver.id]) if giver is not None else None
    return plan, wanted


def _plan(book: Book, member: Member, slots: int) -> dict[str, Any]:
    used, _ = book.used.get(member.id, (0, 0))
    return {
        "member": member.id,
        "name": member.name,
        "before": book.leases.get(member.id, 0),
        "after": slots,
        "used": used,
        "would_wait": max(0, used - slots),
    }


def _supervisor(session: Session, who: str) -> Member:
    member = find_member(session, who)
    if member.role != _ROLE:
        raise Problem("lease_role", details={"role": member.role})
    return member


def _changes(session: Session, journal: Journal, member: str, total: int, held: list[Lease]) -> list[Change]:
    """The entries after which this member's leases sum up to `total`."""
    more = total - sum(each.slots for each in held)
    if more > 0 and not held:
        return [changes.public(session, journal, LEASE, {"member": member, "slots": more})]
    made = []
    for each in held:
        after = max(0, each.slots + more)
        if after != each.slots:
            made.append(changes.public_edit(each.id, LEASE, {"slots": after}))
        more -= after - each.slots
    return made


def _leases(session: Session, connection: Connection) -> list[Lease]:
    return lease_records(connection, session.journal(connection).membership)
