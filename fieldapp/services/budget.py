"""Slots and money: how they stand, and what a decision does to them before it is taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fieldapp.domain import quota
from fieldapp.domain.review import PENDING_STATES
from fieldapp.services.session import Session
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.projector import leases
from fieldapp.store.queries import Filter


def outlook(session: Session, ids: Sequence[str], decision: str) -> dict[str, Any]:
    """Quota and money now, and after `decision` on `ids`: slots left to this member, rupiah committed, the budget."""

    def read(connection: Connection) -> dict[str, Any]:
        settings = session.settings
        month = max(settings.start, session.today().strftime("%Y-%m"))
        states = [queries.state_of(connection, registration) for registration in dict.fromkeys(ids)]
        left = _slots_left(session, connection)
        joins = sum(1 for state in states if state in PENDING_STATES | {"returned"}) if decision == "approve" else 0
        leaves = sum(1 for state in states if state == "approved") if decision != "approve" else 0
        covered = queries.count(connection, Filter(states=["approved", "frozen"]))
        each = quota.cost_of_one(settings, month)
        gets = min(joins, left)
        return {
            "slots_left": left,
            "quota": settings.quota,
            "approved": covered,
            "committed": covered * each,
            "budget": settings.budget,
            "cost_each": each,
            "after": {
                "slots_left": left - gets + leaves,
                "approved": covered + gets - leaves,
                "waiting": joins - gets,
                "committed": (covered + gets - leaves) * each,
                "within_budget": (covered + gets - leaves) * each <= settings.budget,
            },
        }

    return session.read(read)


def _slots_left(session: Session, connection: Connection) -> int:
    """Approvals that this member may still give from the own lease."""
    own = leases(connection, session.journal(connection).membership).get(session.member.id, 0)
    given = queries.count(connection, Filter(states=["approved", "frozen"], approved_by=session.member.id))
    return max(0, own - given)
