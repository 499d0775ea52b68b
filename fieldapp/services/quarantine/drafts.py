"""What follows when a draft is handed in by which something from the quarantine was put right first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import quarantine as rules
from fieldapp.domain import roles
from fieldapp.domain.quarantine import Said
from fieldapp.store import drafts as kept
from fieldapp.store import local, queries
from fieldapp.store.db import Connection
from sync.certificates import covers
from sync.journal import Change, Journal

if TYPE_CHECKING:
    from fieldapp.services.session import Session

_DRAFTS: Final = "held_drafts"


def drafts(connection: Connection) -> dict[str, dict[str, Any]]:
    """Drafts of this laptop in which something held is being put right: draft -> what `note_drafts` was told."""
    found: dict[str, dict[str, Any]] = local.get(connection, _DRAFTS, {})
    return found


def note_drafts(connection: Connection, notes: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what is to be said once each of these drafts is handed in; a note has a "record"."""
    if notes:
        known = {id: each for id, each in drafts(connection).items() if kept.get(connection, id) is not None}
        local.put(connection, _DRAFTS, {**known, **notes})


def forget_draft(connection: Connection, draft: str) -> dict[str, Any] | None:
    """What was noted of a draft, which is forgotten; None for any other draft."""
    known = drafts(connection)
    note = known.pop(draft, None)
    if note is not None:
        local.put(connection, _DRAFTS, known)
    return note


def handed_in(session: Session, connection: Connection, journal: Journal, draft: str, registration: str) -> None:
    """Say of what was held that it is this registration now, and keep in its history who had written it.

    Where another member of the laptop hands the draft in, who may not say so, it stays open for somebody who may.
    """
    note = forget_draft(connection, draft)
    if note is None or roles.may(session.member.role, rules.TYPE, "new", own_record=True) is not None:
        return
    spoken_of = [(entry, held_in) for entry, held_in in note["entries"] if covers(session.member.scopes, held_in)]
    scope = queries.scopes(connection, [registration])[registration]
    about = Change(record=registration, type="registration", scope=scope, kind="comment", fields=note["comment"])
    said = [
        word(session, journal, Said(entry, note["record"], rules.RELEASED, note["reason"], registration), held_in)
        for entry, held_in in spoken_of
    ]
    journal.append(session.author(), [about, *said])


def word(session: Session, journal: Journal, said: Said, scope: str) -> Change:
    """The record that says what came of a held entry of this scope."""
    record = journal.new_record(session.author())
    return Change(record=record, type=rules.TYPE, scope=scope, kind="new", fields=rules.write(said))


def note_of(record: str, entries: Iterable[tuple[str, str]], reason: str, comment: Mapping[str, Any]) -> dict[str, Any]:
    """What `note_drafts` keeps: the entries with their scopes, and what is said once the draft is handed in."""
    return {"record": record, "entries": [list(each) for each in entries], "reason": reason, "comment": dict(comment)}
