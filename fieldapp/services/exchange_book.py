"""What was exchanged last on this laptop, to be read again later; and what became of the bundles given to others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.session import Session, iso_time
from fieldapp.store import exchanges
from fieldapp.store.db import Connection
from sync.coverage import Ranges, numbers_of, without
from sync.journal import Journal


def latest(session: Session) -> list[dict[str, Any]]:
    """`[{"kind", "at", "told"}]`, the latest first: kind `written`, `returns`, `merged` or `synced`; `told` in numbers.

    No name, place or file is kept of an exchange, so that the list tells nothing of anybody.
    """
    found = session.read(exchanges.latest)
    return [{"kind": each.kind, "at": iso_time(each.at_ms), "told": each.told} for each in found]


def returned(session: Session) -> list[dict[str, Any]]:
    """Which laptops were given a return bundle: `[{"member", "name", "role", "written_at", "entries", "fetched",
    "seen_at"}]`, those that have not fetched theirs first, then by name.

    `written_at` is None where none was written. `fetched`: True when the laptop showed since that it holds what was in
    it, by its own bundle or through the hub; False when it did not; None where nothing was new for it or nothing was
    written. `seen_at`: when its latest bundle that came here was made.
    """
    session.require_role(*sorted(OFFICE_ROLES), who="coordinator")

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        given = exchanges.handed(connection)
        told = []
        for member in journal.membership.active():
            if member.device == session.device or member.role == "hub":
                continue
            handed, peer = given.get(member.id), journal.peer(member.id)
            told.append(
                {
                    "member": member.id,
                    "name": member.name,
                    "role": member.role,
                    "written_at": iso_time(handed.written_ms) if handed else None,
                    "entries": handed.entries if handed else 0,
                    "fetched": _is_held(journal, member.id, handed.brought) if handed and handed.entries else None,
                    "seen_at": iso_time(peer.at_ms) if peer else None,
                }
            )
        return sorted(told, key=lambda each: (each["fetched"] is not False, str(each["name"]), str(each["member"])))

    return session.read(read)


def numbers(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of the answer of a merge is kept: counts alone."""
    return {
        "entries": dict(answer["entries"]),
        "registrations": dict(answer["registrations"]),
        "receipts": answer["receipts"],
        "prerequisites_missing": len(answer["prerequisites_missing"]),
        "differing": len(answer["differing"]),
        "files": sum("skipped" not in each for each in answer["files"]),
        "skipped": sum("skipped" in each for each in answer["files"]),
    }


def _is_held(journal: Journal, member: str, brought: Mapping[str, Ranges]) -> bool:
    held = journal.known_of(member)
    return all(not without(ranges, numbers_of(held.get(chain, ()))) for chain, ranges in brought.items())
