"""What the programme allows, handed to the ground floor: who may write which entry, and which answers move as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldapp.domain import prelist, review, roles, same_as
from fieldapp.forms.declaration import GROUPS
from sync.entry import Entry
from sync.fold import Rules
from sync.members import Member
from sync.record_id import names

OFFICE_ROLES: Final = frozenset({"coordinator", "supervisor", "admin", "hub"})
"""Who holds the office key, so can open what a laptop hands over (DESIGN.md section 4)."""

PUBLIC_SCOPE: Final = "*"
"""Settings, members, leases and receipts go to everybody."""


def may(member: Member, entry: Entry, origin: Entry | None) -> str | None:
    """Why `member` may not write `entry`, as a code, or None. `origin` is the record's first entry, when known."""
    if entry.y in ("registration", "same_as", "cover_decision", prelist.TYPE) and entry.s == PUBLIC_SCOPE:
        # What is public goes to every laptop; a person's answers never do.
        return "outside_scope"
    if entry.y == "same_as" and entry.k == "new":
        return roles.may(member.role, entry.y, entry.k, own_record=began_both(entry.au, entry.f))
    if entry.y == "cover_decision" and entry.k == "new" and _began(entry.au, entry.f.get("registration")):
        # Who registered somebody neither approves the person nor takes away what keeps from approval.
        return "own_decision"
    if entry.y == prelist.TYPE and entry.k == "edit":
        part = prelist.is_visit(entry.f, is_stub=not entry.x)
        return roles.may(member.role, entry.y, entry.k, own_record=False, part=part)
    if entry.k == "comment" and review.ASSIGN in entry.f and member.role not in roles.ASSIGNING_ROLES:
        return "role_not_allowed"
    decision = entry.f.get("decision") if entry.k == "decide" else None
    if decision == "withdraw" and not roles.may_end(member.role, str(entry.f.get("cause")), own_record=True):
        return "role_not_allowed"
    return roles.may(
        member.role,
        entry.y,
        entry.k,
        own_record=origin is not None and origin.au == entry.au,
        decision=decision if isinstance(decision, str) else None,
    )


def began_both(member: str, fields: Mapping[str, object]) -> bool:
    """Whether this member began both of the registrations that a same_as is about: their ids say so.

    That is docs/decisions/0007. Ids from before that name nobody, so about those the office decides.
    """
    said = same_as.read(fields)
    return said is not None and names(said.a, member) and names(said.b, member)


def _began(member: str, registration: object) -> bool:
    return isinstance(registration, str) and same_as.is_id(registration) and names(registration, member)


def rules() -> Rules:
    """The rules that every replica of the programme folds by."""
    return Rules(group_of={**GROUPS, **prelist.GROUPS}, may=may, office_roles=OFFICE_ROLES)
