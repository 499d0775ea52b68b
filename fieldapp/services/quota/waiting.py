"""Who waits for a slot: in whose line, at which place, and why."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fieldapp.domain.nik import masked
from fieldapp.services.quota.budget import Book, in_line
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name, member_names
from fieldapp.store import queries
from fieldapp.store.db import Connection


def listing(session: Session, *, limit: int | None = None) -> dict[str, Any]:
    """Everybody who waits, first in line first.

    `{"order": decided | priority, "count", "waiting": [{"id", "name", "nik" (masked), "area", "area_name",
    "categories", "approved_at", "decider", "place", "reason"}]}`. `decider` is the member whose slot would be used,
    `place` counts from 1 in that member's line. `reason`: `lease_used` (the decider's lease is used up) or `quota_used`
    (the lease is not, but leases together exceed the quota, which is used up). At most `limit` people are named.
    """

    def read(connection: Connection) -> dict[str, Any]:
        book = Book(session, connection)
        line = in_line(connection, book.settings)
        names = member_names(session, connection)
        shown = line if limit is None else line[:limit]
        rows = {row.number: row for row in queries.rows_at(connection, [one.number for one in shown])}
        places: Counter[str] = Counter()
        people = []
        for one in shown:
            places[one.decider] += 1
            row = rows[one.number]
            people.append(
                {
                    "id": row.id,
                    "name": row.name,
                    "nik": masked(row.nik) if row.nik else None,
                    "area": row.scope,
                    "area_name": area_name(row.scope),
                    "categories": list(row.categories),
                    "approved_at": iso_time(one.at[0]),
                    "decider": names.get(one.decider, one.decider),
                    "place": places[one.decider],
                    "reason": why(book, one.decider),
                }
            )
        return {"order": book.settings.waiting_order, "count": len(line), "waiting": people}

    return session.read(read)


def why(book: Book, decider: str) -> str:
    """Why approvals of this member wait, as a code."""
    held, _ = book.used.get(decider, (0, 0))
    return "lease_used" if held >= book.leases.get(decider, 0) else "quota_used"
