"""Reading registrations as lists and rows; NIKs are masked. One of them whole is shown by `showing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.domain import region
from fieldapp.domain.nik import masked
from fieldapp.services import cover_matches, covers
from fieldapp.services.session import Session
from fieldapp.store import drafts as kept
from fieldapp.store import matching, queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter, Order, Row


def listing(session: Session, **wanted: Any) -> list[dict[str, Any]]:
    """`{"id", "state", "name", "nik", "area", "categories", "submitted_at", "registered_by"}` by id.

    One that gives way to another registration of the same person also says which stays: `"same_as": id`.
    `wanted`: state, area, category, registered_by (member id or name), text. It depends on the merged entries alone, so
    replicas with the same entries list the same; `state="draft"` lists this member's drafts instead.
    """
    if wanted.get("state") == "draft":
        return _draft_listing(session)
    narrowed = filter_of(session, **wanted)
    found = session.read(lambda connection: queries.rows(connection, queries.ids(connection, narrowed)))
    return [
        {
            "id": row.id,
            "state": row.state,
            "name": row.name,
            "nik": masked(row.nik) if row.nik else None,
            "area": row.scope,
            "categories": list(row.categories),
            "submitted_at": row.submitted_at,
            "registered_by": row.registered_by,
            **({"same_as": row.joined_to} if row.joined_to else {}),
        }
        for row in found
    ]


def ids(session: Session, *, order: Order = "id", **wanted: Any) -> list[str]:
    """Ids for a list of any length; `wanted` as in `listing`, `states` for several, `order` as in the store."""
    narrowed = filter_of(session, **wanted)

    def read(connection: Connection) -> list[str]:
        found = queries.ids(connection, narrowed, order)
        # Nobody can be riskier than who is covered already; the store cannot tell, since it holds no key.
        return cover_matches.first(session, connection, found) if order == "risk" else found

    return session.read(read)


def rows(session: Session, wanted: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of these registrations, in the order asked, with what a list needs to show and names filled in."""

    def read(connection: Connection) -> list[dict[str, Any]]:
        who = member_names(session, connection)
        covered = covers.blocking(session, connection, wanted)
        near = cover_matches.waiting(session, connection, wanted)
        alike = matching.waiting_pairs(connection, wanted)
        return [
            {
                **_row(row, who),
                "covers": len(covered.get(row.id, ())),
                "cover_near": near.get(row.id, 0),
                "near_duplicates": alike.get(row.id, 0),
            }
            for row in queries.rows(connection, wanted)
        ]

    return session.read(read)


def member_names(session: Session, connection: Connection) -> dict[str, str]:
    """Member id -> name, for showing who wrote what."""
    return {member.id: member.name for member in session.journal(connection).membership.all()}


def area_name(code: str) -> str:
    """The kelurahan's name for a code, the code itself when it is none."""
    found = region.lookup(code)
    return found.name if found else code


def filter_of(session: Session, **wanted: Any) -> Filter:
    """The store's filter for `wanted` as in `listing`, with `states` for several."""
    states = wanted.pop("states", None)
    state = wanted.pop("state", None)
    by = wanted.pop("registered_by", None)
    if by is not None:
        from fieldapp.services.membership import find_member

        by = find_member(session, by).id
    return Filter(states=[state] if state else states, registered_by=by, **wanted)


def _row(row: Row, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "name": row.name,
        "nik": masked(row.nik) if row.nik else None,
        "area": row.scope,
        "area_name": area_name(row.scope),
        "categories": list(row.categories),
        "submitted_at": row.submitted_at,
        "registered_by": who.get(row.registered_by, row.registered_by),
        "conflicts": len(row.conflicts),
        "errors": len(row.errors),
        "overrides": row.override_count,
        "duplicates": row.duplicate_count,
        "round": row.round,
        "decision": row.decision_code,
        "reason": row.decision_reason,
        "same_as": row.joined_to,
    }


def _draft_listing(session: Session) -> list[dict[str, Any]]:
    drafts = session.read(lambda connection: kept.all_drafts(connection, session.member.id))
    return [
        {
            "id": draft.id,
            "state": "draft",
            "name": _text(draft.values.get("name")),
            "nik": masked(_text(draft.values.get("nik"))) or None,
            "area": _text(draft.values.get("ktp_area")),
            "categories": draft.values.get("categories") or [],
            "submitted_at": None,
            "registered_by": draft.member,
        }
        for draft in drafts
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
