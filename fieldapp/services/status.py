"""The counts that stay on screen: what is open, what has not been carried away, and when this laptop last met a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fieldapp.domain.review import PENDING_STATES
from fieldapp.store import ledger, local, queries
from fieldapp.store.db import Connection

if TYPE_CHECKING:
    from fieldapp.services.session import Session


def status(session: Session) -> dict[str, Any]:
    """`{"programme", "area", "member", "role", "drafts", "not_carried", "returned", "conflicts", "pending",
    "last_sync", "clock_offset_ms"}`; `last_sync` is ISO 8601 or None."""
    from fieldapp.services.session import iso_time

    def read(connection: Connection) -> dict[str, Any]:
        counts = queries.counts(connection, session.member.id, PENDING_STATES)
        last = local.get(connection, local.LAST_SYNC_MS)
        return {
            "programme": session.programme.name,
            "area": ", ".join(session.member.scopes),
            "member": session.member.name,
            "role": session.member.role,
            "drafts": counts.drafts,
            "not_carried": ledger.not_carried(connection, session.device),
            "returned": counts.returned,
            "conflicts": counts.conflicts,
            "pending": counts.pending,
            "last_sync": iso_time(last) if isinstance(last, int) else None,
            "clock_offset_ms": local.get(connection, local.CLOCK_OFFSET_MS),
        }

    return session.read(read)
