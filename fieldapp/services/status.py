"""The counts that stay on screen: what is open, what has not been carried away, and when this laptop last met a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain.review import PENDING_STATES
from fieldapp.store import charges, held, local, pairs_waiting, prelist, queries
from fieldapp.store.db import Connection

if TYPE_CHECKING:
    from fieldapp.services.session import Session

_PAIRS: Final = "pairs_waiting"


def status(session: Session) -> dict[str, Any]:
    """`{"programme", "area", "member", "role", "drafts", "not_carried", "carried", "waiting", "all_arrived",
    "returned", "overdue", "out", "out_overdue", "conflicts", "pending", "pairs_waiting", "to_visit", "quarantined",
    "last_sync", "clock_offset_ms"}`; `last_sync` is ISO 8601 or None.

    `returned` counts what this member has to put right, and `overdue` what of it should have come by now; `out` and
    `out_overdue` count the same of others in the area of a coordinator or supervisor. `not_carried` and `carried` count
    registrations with work of this laptop at that stage (`handover.stages`), and `waiting` the entries at both;
    `quarantined` counts records of this member's areas of which something is held that nobody decided about.
    """
    from fieldapp.services import handover
    from fieldapp.services.returns.charges import mine
    from fieldapp.services.session import iso_time

    def read(connection: Connection) -> dict[str, Any]:
        counts = queries.counts(connection, session.member.id, PENDING_STATES)
        own = mine(session, connection)
        today = session.today().isoformat()
        returned, overdue = charges.returned_of(connection, own, today)
        is_office = session.member.role in ("coordinator", "supervisor")
        away, away_late = charges.out_counts(connection, session.member.scopes, own, today) if is_office else (0, 0)
        last = local.get(connection, local.LAST_SYNC_MS)
        return {
            "programme": session.programme.name,
            "area": ", ".join(session.member.scopes),
            "member": session.member.name,
            "role": session.member.role,
            "drafts": counts.drafts,
            **handover.counts(session, connection, counts.drafts),
            "returned": returned,
            "overdue": overdue,
            "out": away,
            "out_overdue": away_late,
            "conflicts": counts.conflicts,
            "pending": counts.pending,
            "pairs_waiting": _pairs_waiting(session, connection),
            "to_visit": prelist.to_visit(connection),
            "quarantined": held.count_open(connection, session.member.scopes)[1],
            "last_sync": iso_time(last) if isinstance(last, int) else None,
            "clock_offset_ms": local.get(connection, local.CLOCK_OFFSET_MS),
        }

    return session.read(read)


def _pairs_waiting(session: Session, connection: Connection) -> int:
    # Counting reads both registrations of every pair, so it is done only when something about pairs has changed.
    mark = pairs_waiting.mark(connection)
    known = session.remembered.get(_PAIRS)
    if known is None or known[0] != mark:
        known = session.remembered[_PAIRS] = (mark, pairs_waiting.count(connection))
    return int(known[1])
