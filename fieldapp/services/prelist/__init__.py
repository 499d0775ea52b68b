"""People to visit today: who they are by street, what a visit found, and the form that begins from one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import prelist as rules
from fieldapp.services import drafts
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.prelist.words import problem
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name
from fieldapp.store import drafts as kept
from fieldapp.store import prelist as store
from fieldapp.store.db import Connection
from sync.errors import NotAllowed
from sync.fold import fold
from sync.journal import Change

if TYPE_CHECKING:
    from fieldapp.services.drafts import DraftView
    from sync.fold import Record
    from sync.journal import Journal

#: Field of an item -> question of the form. Consent is never among them.
_QUESTIONS: Final = {
    "name": "name",
    "nik": "nik",
    "birth_place": "birth_place",
    "birth_date": "birth_date",
    "sex": "sex",
    "phone": "phone",
    "categories": "categories",
    "address": "ktp_address",
    "rt": "ktp_rt",
    "rw": "ktp_rw",
}
_VILLAGE: Final = 13
"""Letters in a kelurahan's code."""


def ids(
    session: Session,
    *,
    state: str | None = None,
    area: str | None = None,
    rt: str | None = None,
    rw: str | None = None,
    text: str | None = None,
) -> list[str]:
    """Ids of the people to visit who fit, by area, RW, RT and name.

    `state` is one of domain.prelist.STATES, `area` a region code that takes in those below it, `rt` and `rw` as written
    in the list, `text` words of a name or address.
    """
    return session.read(
        lambda connection: store.ids(connection, session.member.id, state=state, area=area, rt=rt, rw=rw, text=text)
    )


def streets(
    session: Session,
    *,
    state: str | None = None,
    area: str | None = None,
    rt: str | None = None,
    rw: str | None = None,
    text: str | None = None,
) -> list[dict[str, Any]]:
    """The same people as `ids`, by RT: `{"area", "area_name", "rw", "rt", "ids"}`, in the order of the list."""
    wanted = {"state": state, "area": area, "rt": rt, "rw": rw, "text": text}
    found = session.read(lambda connection: store.in_order(connection, session.member.id, **wanted))
    by_place: dict[tuple[str, str, str], list[str]] = {}
    for id_, scope, in_rw, in_rt in found:
        by_place.setdefault((scope, in_rw, in_rt), []).append(id_)
    return [
        {"area": scope, "area_name": area_name(scope), "rw": in_rw, "rt": in_rt, "ids": people}
        for (scope, in_rw, in_rt), people in by_place.items()
    ]


def rows(session: Session, wanted: Sequence[str]) -> list[dict[str, Any]]:
    """What a list shows of these ids, in their order: `{"id", "name", "address", "rt", "rw", "area", "area_name",
    "state", "visits", "last_visit", "registration"}`.

    `last_visit` is ISO 8601 or None, `registration` the one that stands for the person, or None. Ids that are nobody's
    (any more) are left out.
    """
    return [_told(row) for row in session.read(lambda c: store.rows(c, session.member.id, wanted))]


def tally(session: Session) -> list[dict[str, Any]]:
    """Counts by area, RW and RT: `{"area", "area_name", "rw", "rt", "people", "visited", "states": {state: count}}`."""
    counted: dict[tuple[str, str, str], dict[str, int]] = {}
    for each in session.read(lambda connection: store.tally(connection, session.member.id)):
        counted.setdefault((each.scope, each.rw, each.rt), {})[each.state] = each.people
    return [
        {
            "area": area,
            "area_name": area_name(area),
            "rw": rw,
            "rt": rt,
            "people": sum(states.values()),
            "visited": sum(count for state, count in states.items() if state not in rules.UNVISITED_STATES),
            "states": states,
        }
        for (area, rw, rt), states in counted.items()
    ]


def find(session: Session, wanted: str) -> str:
    """The id of an item by its id or the beginning of it. Raises Problem: prelist_unknown, prelist_ambiguous."""
    found = session.read(lambda connection: store.with_prefix(connection, wanted.lower())) if len(wanted) >= 4 else []
    if not found:
        raise problem("prelist_unknown")
    if len(found) > 1:
        raise problem("prelist_ambiguous")
    return found[0]


def begin(session: Session, item: str) -> DraftView:
    """The form of a person to visit, filled in as the list has it; the open one where it was begun already.

    Every answer is checked and confirmed like any other; nothing is said about consent. Raises Problem:
    prelist_unknown, prelist_registered, prelist_refused.
    """

    def look(connection: Connection) -> tuple[str | None, store.Item]:
        found = _item(connection, item)
        if store.registration_of(connection, item) is not None:
            raise problem("prelist_registered")
        if found.visit == rules.REFUSED:
            raise problem("prelist_refused")
        return store.draft_of(connection, session.member.id, item), found

    draft, found = session.read(look)
    if draft is not None:
        return drafts.draft(session, draft)
    return drafts.new_draft(session, {**_answers(found), "prelist_id": item})


def filled(session: Session, draft: str) -> frozenset[str]:
    """Questions of a draft whose answer stands as the list has it: shown as filled in until a person changes it."""

    def read(connection: Connection) -> frozenset[str]:
        begun = drafts.load(connection, draft)
        item = begun.values.get("prelist_id")
        found = store.get(connection, item) if isinstance(item, str) and begun.edits is None else None
        if found is None:
            return frozenset()
        return frozenset(name for name, value in _answers(found).items() if begun.values.get(name) == value)

    return session.read(read)


def visit(session: Session, item: str, result: str, note: str = "") -> dict[str, Any]:
    """Keep what a visit found, one of domain.prelist.RESULTS; answers the item's row.

    A refusal keeps only that there was one: everything about the person is emptied, and open forms of the person on
    this laptop are thrown away. Raises Problem: prelist_unknown, prelist_result, prelist_note, prelist_refused_note,
    prelist_registered, prelist_refused, and what the fold refuses.
    """
    if result not in rules.RESULTS:
        raise problem("prelist_result", {"results": ", ".join(rules.RESULTS)})
    note = " ".join(note.split())
    if note and result == rules.REFUSED:
        raise problem("prelist_refused_note")
    if len(note) > rules.NOTE_MAX:
        raise problem("prelist_note", {"limit": rules.NOTE_MAX})

    def write(connection: Connection, journal: Journal) -> None:
        found = _item(connection, item)
        if store.registration_of(connection, item) is not None:
            raise problem("prelist_registered")
        if found.visit == rules.REFUSED:
            raise problem("prelist_refused")
        now = iso_time(session.now_ms())
        if result == rules.REFUSED:
            fields = rules.refused(found.values, now)
            _throw_away_forms(connection, item)
        else:
            fields = rules.visited(found.values, result, now, note)
        _edit(session, journal, found, fields)

    session.write(write)
    return rows(session, [item])[0]


def undo_visit(session: Session, item: str) -> dict[str, Any]:
    """Take back what the last visit found, so that what was known before holds again; answers the item's row.

    A refusal is taken back by the office alone, from what its own history still holds. Raises Problem:
    prelist_unknown, prelist_no_visit, prelist_refused_stays, prelist_values_gone.
    """

    def write(connection: Connection, journal: Journal) -> None:
        found = _item(connection, item)
        record = journal.record(item)
        if found.visit is None or record is None:
            raise problem("prelist_no_visit")
        is_refusal = found.visit == rules.REFUSED
        if is_refusal and session.member.role not in OFFICE_ROLES:
            raise problem("prelist_refused_stays")
        before = _before(journal, record)
        if before is None and is_refusal:
            raise problem("prelist_values_gone")
        values = before.values if before is not None else {}
        names = (*rules.VISIT, *rules.PERSONAL, *rules.KEPT) if is_refusal else rules.VISIT
        _edit(session, journal, found, {name: values.get(name) for name in names})

    session.write(write)
    return rows(session, [item])[0]


def refused_in_form(session: Session, connection: Connection, journal: Journal, item: object) -> None:
    """A person said no inside the form that was begun from the list: the list keeps as little of the person."""
    found = store.get(connection, item) if isinstance(item, str) else None
    if found is None or found.is_gone or found.visit == rules.REFUSED:
        return
    # Whose area the item no longer is may still throw the form away.
    with suppress(NotAllowed):
        _edit(session, journal, found, rules.refused(found.values, iso_time(session.now_ms())))


def _before(journal: Journal, record: Record) -> Record | None:
    """The item as it was before the visits that show now; None when what it said then was let go here."""
    heads = {head.entry for head in record.groups.get("visit", ())}
    others = [stored for stored in journal.entries_of(record.id) if stored.id not in heads]
    before = fold(record.id, others, journal.rules, journal.membership)
    return None if before.dropped else before


def _item(connection: Connection, item: str) -> store.Item:
    found = store.get(connection, item)
    if found is None or found.is_gone:
        raise problem("prelist_unknown")
    return found


def _edit(session: Session, journal: Journal, item: store.Item, fields: Mapping[str, Any]) -> None:
    change = Change(record=item.id, type=rules.TYPE, scope=item.scope, kind="edit", fields=fields)
    journal.append(session.author(), [change])


def _throw_away_forms(connection: Connection, item: str) -> None:
    """A form that was begun holds the person's answers; a refusal leaves none of them, whoever began it."""
    for draft in kept.all_drafts(connection):
        if draft.values.get("prelist_id") == item and draft.edits is None:
            kept.delete(connection, draft.id)


def _answers(item: store.Item) -> dict[str, Any]:
    """What the list says, as answers of the form."""
    values = {question: item.values[name] for name, question in _QUESTIONS.items() if item.values.get(name)}
    if len(item.scope) == _VILLAGE:
        values["ktp_area"] = item.scope
    return values


def _told(row: store.ItemRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "address": row.address,
        "rt": row.rt,
        "rw": row.rw,
        "area": row.scope,
        "area_name": area_name(row.scope),
        "state": row.state,
        "visits": row.visits,
        "last_visit": row.visited_at,
        "registration": row.registration,
    }
