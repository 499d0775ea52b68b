"""A laptop's way to a hub: what `fieldapp sync` and the exchange screen do."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from fieldapp.services import office
from fieldapp.services.problems import Exit, Problem, translated
from fieldapp.services.session import Session
from fieldapp.services.transact import transact_of
from fieldapp.store import local
from fieldapp.store.db import Connection
from sync.client import HttpLink
from sync.errors import MESSAGES, SyncError, Untrusted
from sync.rounds import Visit, Visitor

Progress = Callable[[int, int | None, str], None]


def sync(session: Session, url: str | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Exchange with the hub at `url` (default: FIELDAPP_HUB, else the one kept here) until both hold the same.

    Answers `{"sent", "received", "quarantined", "rounds", "hub", "clock_offset_ms"}`: entries, and this laptop's clock
    less the hub's. `progress` is told the entries exchanged so far.

    Raises Problem: no_hub, hub_address; hub_unreachable, hub_timeout, hub_busy, hub_failed, hub_answer_damaged,
    hub_not_found, hub_no_progress, hub_version (exit 6); hub_foreign, hub_untrusted and whatever is forged or damaged
    (exit 4); member_revoked and the like (exit 5). What was exchanged until then stays exchanged, and the next call
    goes on from there.
    """
    address = url or os.environ.get("FIELDAPP_HUB") or session.preference(local.HUB_URL)
    if not address:
        raise Problem("no_hub")
    try:
        link = HttpLink(address)
    except SyncError:
        raise Problem("hub_address", details={"address": address}) from None
    with link:
        try:
            visit = _visit(session, link, progress)
        finally:
            # Also after a visit that broke off: a new office key may have come with its first half.
            office.learn(session)
    session.write(lambda connection, _: _remember(connection, session, address, visit))
    return {
        "sent": visit.sent,
        "received": visit.received,
        "quarantined": visit.quarantined,
        "rounds": visit.rounds,
        "hub": address,
        "clock_offset_ms": visit.offset_ms,
    }


def _visit(session: Session, link: HttpLink, progress: Progress | None) -> Visit:
    visitor = Visitor(link, transact_of(session), session.author(), session.programme, progress=progress or _silent)
    with translated():
        try:
            return visitor.run()
        except Untrusted as error:
            raise Problem(
                error.code, exit_code=Exit.UNTRUSTED, details=error.details, words=MESSAGES.get(error.code)
            ) from error


def _remember(connection: Connection, session: Session, address: str, visit: Visit) -> None:
    local.put(connection, local.LAST_SYNC_MS, session.now_ms())
    local.put(connection, local.CLOCK_OFFSET_MS, visit.offset_ms)
    if local.get(connection, local.HUB_URL) is None:
        local.put(connection, local.HUB_URL, address)


def _silent(done: int, total: int | None, what: str) -> None:
    return None
