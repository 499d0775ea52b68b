"""Carrying changes between laptops: writing a bundle, merging bundles, and the hub; the same bytes on every way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fieldapp.locale.reasons import os_reason
from fieldapp.services import found_bundles, known, office, sticks
from fieldapp.services.membership import find_member
from fieldapp.services.merging.desk import Progress, merge
from fieldapp.services.merging.undo import undo
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem, translated
from fieldapp.services.session import Session, iso_time
from fieldapp.store import exchanges, ledger
from fieldapp.store.db import Connection
from fieldapp.store.recovery import clear_leftovers
from sync import exchange as road
from sync.bundle import OFFICE, PART_BEGINS, PART_ENDS, inspect_head
from sync.errors import Untrusted
from sync.journal import Journal
from sync.watching import Stopped

if TYPE_CHECKING:
    from sync.exchange import Outgoing

__all__ = ["Progress", "Stopped", "inspect", "merge", "quarantine", "sync", "undo", "write_bundle", "write_returns"]

EXTENSION: Final = ".fieldapp"


def write_bundle(session: Session, out: Path, to: str = OFFICE, progress: Progress | None = None) -> dict[str, Any]:
    """Write what the office, or one member, does not yet hold, to a file that only they can open.

    The file is read back and verified before this returns. Answers `{"file", "to", "entries", "segments", "bytes",
    "bundle", "leftovers"}`: leftovers are halves of bundles whose writing in that folder broke off long ago; they are
    removed, since a stick may be full of them. Raises Problem: member_not_found, member_revoked, bundle_not_written.
    """
    tell = progress or _silent
    tell(0, 2, "seal")
    answer = _write_one(session, out, to, tell)
    told = {"entries": answer["entries"], "bytes": answer["bytes"], "to_office": to == OFFICE}
    _remember(session, "written", told)
    tell(2, 2, "write")
    return answer


def write_returns(session: Session, folder: Path, progress: Progress | None = None) -> list[dict[str, Any]]:
    """Write a return bundle for every other laptop's member: decisions, corrections, receipts, within their areas.

    Files are named by the member's id, since a name on a stick would tell who works where. Answers one `write_bundle`
    answer a member, with "name". Raises Problem: not_allowed, file_not_written.
    """
    session.require_role(*sorted(OFFICE_ROLES), who="coordinator")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem("file_not_written", details={"file": folder.name, "reason": os_reason(error)}) from error
    tell = progress or _silent
    active = session.read(lambda connection: session.journal(connection).membership.active())
    receivers = [member for member in active if member.device != session.device and member.role != "hub"]
    told = []
    for done, member in enumerate(receivers):
        tell(done, len(receivers), "write")
        path = folder / f"balasan-{member.id[:12]}{EXTENSION}"
        told.append({**_write_one(session, path, member.id, _silent), "name": member.name})
    _remember(session, "returns", {"bundles": len(told), "entries": sum(each["entries"] for each in told)})
    tell(len(receivers), len(receivers), "write")
    return told


def _write_one(session: Session, out: Path, to: str, tell: Progress) -> dict[str, Any]:
    receiver = None if to == OFFICE else find_member(session, to).id

    def make(connection: Connection, journal: Journal) -> Outgoing:
        programme = office.current_programme(session, connection)
        if receiver is None:
            return road.bundle_for_office(journal, session.identity, programme, session.now_ms())
        known.prepare(session, journal)
        return road.bundle_for_member(journal, session.identity, programme, receiver, session.now_ms())

    made = session.write(make)
    tell(1, 2, "write")
    leftovers = clear_leftovers(out.parent, (f"{PART_BEGINS}*{PART_ENDS}",))
    sticks.put(out, made.data)

    def remember(connection: Connection, journal: Journal) -> None:
        # Only now: a stick that refused the file must not count as having carried it.
        now_ms = session.now_ms()
        ledger.remember_carried(connection, made.bundle, made.carried, now_ms)
        if receiver is not None:
            exchanges.remember_handed(connection, receiver, made.bundle, now_ms, made.entries, made.brought)

    session.write(remember)
    return {
        "file": str(out),
        "to": to,
        "entries": made.entries,
        "segments": made.segments,
        "bytes": len(made.data),
        "bundle": made.bundle,
        "leftovers": leftovers,
    }


def _remember(session: Session, kind: str, told: Mapping[str, Any]) -> None:
    session.write(lambda connection, _: exchanges.remember(connection, kind, session.now_ms(), told))


def inspect(file: Path, session: Session | None = None) -> dict[str, Any]:
    """What a bundle says of itself, without merging it; with a session also whether it opens here and what is inside.

    Raises Problem for a file that is no bundle, damaged, foreign or forged.
    """
    data = found_bundles.read(file)
    with translated():
        head = inspect_head(data)
        told: dict[str, Any] = {
            "bundle": head.bundle,
            "programme": head.programme,
            "by": head.by,
            "to": list(head.to),
            "bytes": len(data),
            "readable": None,
        }
        if session is None:
            return told
        return session.store.read(lambda connection: {**told, **_inside(session, connection, data)})


def quarantine(session: Session) -> list[dict[str, Any]]:
    """Changes that do not count, whether or not somebody said something of them: `quarantine.entries`."""
    from fieldapp.services.quarantine.desk import entries

    return entries(session)


def sync(
    session: Session,
    hub_url: str | None = None,
    progress: Progress | None = None,
    *,
    is_stopped: Callable[[], bool] | None = None,
    is_quiet: bool = False,
) -> dict[str, Any]:
    """Exchange with a hub over HTTP: `{"sent", "received", "rounds", "hub", "clock_offset_ms"}`.

    `is_stopped` may end it at any time; `is_quiet`: nobody asked for it, so one that moved nothing is not remembered.
    Raises Problem: no_hub, hub_address, hub_unreachable and other hub_* codes (exit 6), stopped; nothing is lost by
    any of them.
    """
    from fieldapp.services.hub.link import sync as run

    return run(session, hub_url, progress, is_stopped=is_stopped, is_quiet=is_quiet)


def _silent(done: int, total: int | None, what: str) -> None:
    return None


def _inside(session: Session, connection: Connection, data: bytes) -> dict[str, Any]:
    journal = session.journal(connection)
    try:
        opened = road.open_any(journal, data, session.identity)
    except Untrusted as error:
        if error.code != "bundle_not_for_us":
            raise
        return {"readable": False}
    return {
        "readable": True,
        "by_name": opened.by.name,
        "entries": opened.payload.entries,
        "segments": len(opened.payload.segments),
        "written_at": iso_time(opened.payload.at_ms),
        "chains": [
            {"chain": segment.ch, "first": segment.first, "last": segment.last} for segment in opened.payload.segments
        ],
    }
