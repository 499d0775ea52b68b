"""Reading registrations as lists and rows; NIKs are masked. One of them whole is shown by `showing`."""

from __future__ import annotations

from typing import Any

from fieldapp.domain import region
from fieldapp.domain.nik import masked
from fieldapp.services.session import Session
from fieldapp.store import drafts as kept
from fieldapp.store import queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter


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
