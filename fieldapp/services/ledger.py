"""The ledger: where every registration stands, and the answer to "is anything missing?" (DESIGN.md section 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fieldapp.services.session import Session
from fieldapp.services.views import area_name, member_names
from fieldapp.store import drafts as kept
from fieldapp.store import ledger as tables
from fieldapp.store.db import Connection
from sync.coverage import join, numbers_of
from sync.journal import Journal


def ledger(session: Session) -> dict[str, Any]:
    """`{"areas": […], "laptops": […], "totals": {…}, "balanced", "missing": […]}`.

    `registered` is counted from the journal and the drafts, the places from the lists, so a registration that one of
    the two lost makes them differ. `missing` names what another replica vouches for and this one lacks.
    """

    def read(connection: Connection) -> dict[str, Any]:
        journal = session.journal(connection)
        tallies = tables.tallies(connection, session.device)
        missing = [*_gaps(journal), *_unheld(session, connection, journal), *_incomplete(connection)]
        missing += differing(session, connection)
        areas = [
            {"area": area, "name": area_name(area), **_places(tallies.area_places.get(area, Counter()))}
            for area in sorted(tallies.area_places)
        ]
        laptops = _laptops(session, connection, tallies.laptop_places)
        totals = _places(sum(tallies.laptop_places.values(), Counter()))
        totals["registered"] = _registered(connection, journal)
        totals["unreadable"] = len(kept.unreadable_lines(connection))
        totals["quarantined"] = len(journal.quarantine())
        parts = sum(totals[place] for place in tables.PLACES)
        return {
            "areas": areas,
            "laptops": laptops,
            "totals": totals,
            "balanced": parts == totals["registered"] and not missing,
            "missing": missing,
        }

    return session.read(read)


def _registered(connection: Connection, journal: Journal) -> int:
    """Registrations counted from their entries, and drafts of people who are not handed in yet."""
    drafts = sum(1 for draft in kept.all_drafts(connection) if draft.edits is None)
    return journal.count("registration") + drafts


def _places(counted: Mapping[str, int]) -> dict[str, int]:
    found = {place: counted.get(place, 0) for place in tables.PLACES}
    return {"registered": sum(found.values()), **found}


def _laptops(session: Session, connection: Connection, places: Mapping[str, Counter[str]]) -> list[dict[str, Any]]:
    names = member_names(session, connection)
    members = session.journal(connection).membership.all()
    receipts = tables.acknowledged_by(connection)
    devices = {member.id: member.device for member in members}
    owners = {chain: devices.get(author) for chain, (author, _) in session.journal(connection).chains().items()}
    told = []
    for device in sorted(places):
        acknowledged = Counter[str]()
        for chain, by in receipts.items():
            if owners.get(chain) == device:
                for member, spans in by.items():
                    acknowledged[names.get(member, member)] += sum(last - first + 1 for first, last in spans)
        told.append(
            {
                "laptop": device,
                "members": sorted(member.name for member in members if member.device == device),
                "this_laptop": device == session.device,
                **_places(places[device]),
                "receipts": [{"by": name, "entries": count} for name, count in sorted(acknowledged.items())],
            }
        )
    return told


def _gaps(journal: Journal) -> list[dict[str, Any]]:
    """Numbers of a chain before ones that are here: something on the way has not arrived."""
    return [
        {"kind": "gap", "chain": chain, "first": first, "last": last}
        for chain, spans in journal.missing().items()
        for first, last in spans
    ]


def _unheld(session: Session, connection: Connection, journal: Journal) -> list[dict[str, Any]]:
    """Own entries that an office acknowledged and this laptop lost: it was restored from an old copy."""
    held = {chain: numbers_of(spans) for chain, spans in journal.coverage().items()}
    for chain, ranges in journal.attic.dropped().items():
        # What was let go is at the office; while it is asked for anew, the coverage leaves it out.
        held[chain] = join((*held.get(chain, ()), *ranges))
    devices = {member.id: member.device for member in journal.membership.all()}
    own = {chain for chain, (author, _) in journal.chains().items() if devices.get(author) == session.device}
    return [
        {"kind": "restored", "chain": chain, "first": first, "last": last}
        for chain, spans in tables.not_held(connection, held).items()
        if chain in own
        for first, last in spans
    ]


def differing(session: Session, connection: Connection) -> list[dict[str, Any]]:
    """Areas of which another member's latest bundle said to hold something else than this laptop does.

    Entries, of what that bundle spoke of; equal numbers mean that they are not the same entries. Area "" is public.
    """
    names, journal = member_names(session, connection), session.journal(connection)
    return [
        {
            "kind": "differs",
            "code": "scope_differs",
            "area": doubt.scope,
            "by": names.get(doubt.member, doubt.member),
            "here": doubt.here,
            "there": doubt.there,
        }
        for doubt in journal.doubts.all()
        # Whoever belongs no longer cannot send another bundle that shows it mended.
        if journal.membership.code_of(doubt.member) is None
    ]


def _incomplete(connection: Connection) -> list[dict[str, Any]]:
    return [
        {"kind": "incomplete", "id": record, "type": type, "area": scope}
        for record, type, scope in tables.incomplete(connection)
    ]
