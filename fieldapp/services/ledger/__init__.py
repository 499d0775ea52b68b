"""The ledger: where every registration stands, and the answer to "is anything missing?" (DESIGN.md section 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fieldapp.services.ledger.missing import Look, differing
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name
from fieldapp.store import drafts as kept
from fieldapp.store import held
from fieldapp.store import ledger as tables
from fieldapp.store.db import Connection

__all__ = ["differing", "ledger", "people", "receipts"]

_ID_BYTES = 16


def ledger(session: Session) -> dict[str, Any]:
    """`{"areas": […], "laptops": […], "totals": {…}, "balanced", "missing": […], "held": […]}`.

    `registered` is counted from the journal and the drafts, the places from the lists, so a registration that one of
    the two lost makes them differ. `missing` names what this laptop should hold and does not, each with a "message";
    `held` what is here and counts nowhere until somebody looks at it.
    """

    def read(connection: Connection) -> dict[str, Any]:
        journal = session.journal(connection)
        look = Look(session, connection, journal)
        tallies = tables.tallies(connection, session.device)
        begun = tables.begun_ids(connection)
        missing = look.missing(begun)
        areas = [
            {"area": area, "name": area_name(area), **_places(tallies.area_places.get(area, Counter()))}
            for area in sorted(tallies.area_places)
        ]
        totals = _places(sum(tallies.laptop_places.values(), Counter()))
        totals["registered"] = len(begun) // _ID_BYTES + tables.draft_counts(connection)[0]
        totals["unreadable"] = len(kept.unreadable_lines(connection))
        totals["quarantined"] = held.count_open(connection)[0]
        totals["quarantined_handled"] = held.count_all(connection) - totals["quarantined"]
        parts = sum(totals[place] for place in tables.PLACES)
        return {
            "areas": areas,
            "laptops": _laptops(look, tallies.laptop_places),
            "totals": totals,
            "balanced": parts == totals["registered"] and not missing,
            "missing": missing,
            "held": look.held(),
        }

    return session.read(read)


def people(session: Session, place: str, *, laptop: str | None = None, area: str | None = None) -> list[str]:
    """Who stands at a place, of one laptop (device id) or area, or of all: ids in the order of names.

    At `draft` those of this member's own drafts of new people: those of others are theirs to see.
    """

    def read(connection: Connection) -> list[str]:
        if place != "draft":
            return tables.people(connection, session.device, place, laptop=laptop, area=area)
        found = [draft for draft in kept.all_drafts(connection, session.member.id) if draft.edits is None]
        return [draft.id for draft in found if area is None or (draft.values.get("ktp_area") or "") == area]

    return session.read(read)


def receipts(session: Session, laptop: str) -> list[dict[str, Any]]:
    """What proves that a laptop's work arrived: `{"by", "at", "entries"}` of every receipt that names a chain of it,
    the latest first; `entries` is all that its writer held of this laptop by then."""

    def read(connection: Connection) -> list[dict[str, Any]]:
        look = Look(session, connection, session.journal(connection))
        devices = {member.id: member.device for member in look.members}
        chains = {chain for chain, author in look.authors.items() if devices.get(author) == laptop}
        return [
            {"by": look.names.get(by, by), "at": iso_time(at_ms) if at_ms is not None else None, "entries": entries}
            for _receipt, by, at_ms, entries in tables.receipts(connection, chains)
        ]

    return session.read(read)


def _places(counted: Mapping[str, int]) -> dict[str, int]:
    found = {place: counted.get(place, 0) for place in tables.PLACES}
    return {"registered": sum(found.values()), **found}


def _laptops(look: Look, places: Mapping[str, Counter[str]]) -> list[dict[str, Any]]:
    receipts = tables.acknowledged_by(look.connection)
    devices = {member.id: member.device for member in look.members}
    owners = {chain: devices.get(author) for chain, author in look.authors.items()}
    told = []
    for device in sorted(places):
        acknowledged = Counter[str]()
        for chain, by in receipts.items():
            if owners.get(chain) == device:
                for member, spans in by.items():
                    acknowledged[look.names.get(member, member)] += sum(last - first + 1 for first, last in spans)
        told.append(
            {
                "laptop": device,
                "members": sorted(member.name for member in look.members if member.device == device),
                "this_laptop": device == look.session.device,
                **_places(places[device]),
                "receipts": [{"by": name, "entries": count} for name, count in sorted(acknowledged.items())],
            }
        )
    return told
