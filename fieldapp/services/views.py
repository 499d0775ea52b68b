"""Reading registrations: lists, one whole, its history. NIKs are masked unless a person asks to see one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import region
from fieldapp.domain.nik import masked
from fieldapp.services import cover_matches, covers
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session, iso_time
from fieldapp.store import drafts as kept
from fieldapp.store import matching, queries
from fieldapp.store.db import Connection
from fieldapp.store.queries import Filter, Order, Row

if TYPE_CHECKING:
    from sync.fold import Annotation, Record
    from sync.journal import Journal

#: Groups of the journal that a list of answers does not show.
_HIDDEN: Final = ("overrides",)
#: Stands for an answer that this laptop let go, since it was replaced.
_AWAY: Final = "…"


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


def show(session: Session, registration: str, *, history: bool = False) -> dict[str, Any]:
    """One registration or draft whole; Problem registration_not_found.

    `{"id", "state", "values", "conflicts", "overrides", "comments", "area", "registered_by", "duplicates", "covers",
    "errors"}`, with `history` what `history` answers; `same_as` (`{"survivor", "with", "by", "at", "reason"}`) where
    another registration of the same person stays and this one gives way, `joined` (ids) where it stays for others.
    """
    from fieldapp.services import pair_words

    def read(connection: Connection) -> dict[str, Any]:
        draft = kept.get(connection, registration)
        if draft is not None:
            return _draft_shown(session, connection, draft)
        journal = session.journal(connection)
        record = journal.record(registration)
        row = queries.get(connection, registration)
        if record is None or row is None:
            raise Problem("registration_not_found", details={"id": registration})
        who = member_names(session, connection)
        shown = _shown(record, row, who)
        shown["duplicates"] = queries.same_nik(connection, registration)
        shown["covers"] = covers.shown(session, connection, registration)
        shown.update(pair_words.beside(session, connection, registration))
        if history:
            shown["history"] = _history(session, connection, journal, record, who)
        return shown

    told = session.read(read)
    _ask_for_dropped(session, registration, told.get("history", ()))
    return told


def history(session: Session, registration: str) -> list[dict[str, Any]]:
    """Who did what, oldest first: `{"entry", "at", "by", "kind", "changes": [{"field", "from", "to"}], …}`.

    Where a laptop let go of replaced answers, `dropped` is true and they read "…"; the next exchange brings them. What
    was said about this registration and another one is of kind `same_as`: `decision`, `with`, `survivor`, `reason`.
    """

    def read(connection: Connection) -> list[dict[str, Any]]:
        journal = session.journal(connection)
        record = journal.record(registration)
        if record is None or record.type != "registration":
            raise Problem("registration_not_found", details={"id": registration})
        return _history(session, connection, journal, record, member_names(session, connection))

    told = session.read(read)
    _ask_for_dropped(session, registration, told)
    return told


def _ask_for_dropped(session: Session, registration: str, history: Sequence[Mapping[str, Any]]) -> None:
    """Who looks at a history gets it whole with the next exchange."""
    if any(item.get("dropped") for item in history):
        session.write(lambda _, journal: journal.attic.ask_for(registration))


def unmasked_nik(session: Session, registration: str) -> str:
    """The whole NIK of a registration, for a person who asked to see it; that it was shown is kept on this laptop."""
    from fieldapp.store import disclosures

    def write(connection: Connection, _: Any) -> str:
        row = queries.get(connection, registration)
        if row is None:
            raise Problem("registration_not_found", details={"id": registration})
        disclosures.keep(connection, registration, session.member.id, session.now_ms())
        return row.nik or ""

    return session.write(write)


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


def _draft_shown(session: Session, connection: Connection, draft: kept.Draft) -> dict[str, Any]:
    from fieldapp.services import answers
    from fieldapp.services.drafts import view

    seen = view(draft)
    checked = answers.check(session, connection, seen.values, seen.registration)
    values = {name: value for name, value in seen.values.items() if name not in _HIDDEN}
    return {
        "id": draft.id,
        "state": "draft",
        "values": values,
        "conflicts": {},
        "overrides": seen.values.get("overrides") or {},
        "comments": [],
        "registration": seen.registration,
        "errors": answers.told(checked.errors),
        "warnings": answers.told(checked.unexplained),
    }


def _shown(record: Record, row: Row, who: Mapping[str, str]) -> dict[str, Any]:
    from fieldapp.services.conflicts import of_record

    overrides = record.values.get("overrides")
    return {
        "id": record.id,
        "state": row.state,
        "values": {name: value for name, value in sorted(record.values.items()) if name not in _HIDDEN},
        "conflicts": {conflict["field"]: conflict["values"] for conflict in of_record(record, who)},
        "overrides": overrides if isinstance(overrides, dict) else {},
        "comments": _comments(record, who),
        "area": record.scope,
        "area_name": area_name(record.scope),
        "registered_by": who.get(record.origin_by, record.origin_by),
        "round": row.round,
        "decision": row.decision_code,
        "reason": row.decision_reason,
        "errors": list(row.errors),
        "warnings": list(row.warnings),
    }


def _comments(record: Record, who: Mapping[str, str]) -> list[dict[str, Any]]:
    """Comments pinned to fields by decisions that are still in force, and free ones, oldest first."""
    found: list[tuple[Any, dict[str, Any]]] = []
    for said in (*record.decisions, *record.comments):
        pinned = _pinned(said)
        for field, text in pinned.items():
            found.append((said.t, _comment(said, field, text, who)))
    return [comment for _, comment in sorted(found, key=lambda pair: (pair[0], str(pair[1]["field"])))]


def _pinned(said: Annotation) -> dict[Any, Any]:
    """Field (or None) -> text. Another program may have put anything in its place, which then pins nothing."""
    if said.kind != "comment":
        comments = said.fields.get("comments")
        return comments if isinstance(comments, dict) else {}
    field = said.fields.get("field")
    return {field if isinstance(field, str) else None: said.fields.get("text")}


def _comment(said: Annotation, field: Any, text: Any, who: Mapping[str, str]) -> dict[str, Any]:
    return {
        "entry": said.entry,
        "field": field,
        "text": text,
        "by": who.get(said.by, said.by),
        "at": iso_time(said.t[0]),
    }


def _history(
    session: Session, connection: Connection, journal: Journal, record: Record, who: Mapping[str, str]
) -> list[dict[str, Any]]:
    from fieldapp.services import pair_words

    own = [(stored.entry.t, item) for stored, item in zip(record.history, _own_history(record, who), strict=True)]
    told = [*own, *pair_words.history(session, connection, journal, record.id)]
    return [item for _, item in sorted(told, key=lambda one: one[0])]


def _own_history(record: Record, who: Mapping[str, str]) -> list[dict[str, Any]]:
    told = []
    known: dict[str, Any] = {}
    for stored in record.history:
        entry = stored.entry
        item: dict[str, Any] = {
            "entry": stored.id,
            "at": iso_time(entry.t[0]),
            "by": who.get(entry.au, entry.au),
            "kind": entry.k,
        }
        if entry.k in ("new", "edit", "resolve"):
            if stored.is_dropped:
                item["dropped"] = True
            values = dict.fromkeys(entry.f, _AWAY) if stored.is_dropped else entry.f
            item["changes"] = [
                {"field": name, "from": known.get(name), "to": value}
                for name, value in sorted(values.items())
                if known.get(name) != value or value == _AWAY
            ]
            known.update(values)
        else:
            item.update({name: value for name, value in entry.f.items() if name not in item})
        told.append(item)
    return told
