"""The office key: it seals what a laptop hands over, so that whoever of the office gets the stick can open it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from fieldapp.domain import roles
from fieldapp.services import changes
from fieldapp.services.session import Session
from fieldapp.store.db import Connection
from sync.journal import Journal
from sync.keys import recipient_of
from sync.members import Programme, is_recipient, new_office_key, open_office_key
from sync.office import OFFICE_KEY

T = TypeVar("T")


class JournalReader(Protocol):
    """Runs work on a journal that is not changed by it."""

    def __call__(self, work: Callable[[Journal], T], /) -> T: ...


def current_programme(session: Session, connection: Connection) -> Programme:
    """The programme with the office key in force: the latest one handed on by an entry, else the first."""
    handed_on = _handed_on(session.journal(connection))
    if not handed_on:
        return session.programme
    return replace(session.programme, office_recipient=str(handed_on[-1]["recipient"]))


def newest_identity(session: Session, journal: Journal) -> str | None:
    """The office identity in force among those that this member holds; None where it holds none."""
    held = session.identity.office_identities
    # Which one is in force is read from the journal, and nearly every member has held one only.
    handed_on = _handed_on(journal) if len(held) > 1 else []
    if handed_on:
        in_force = str(handed_on[-1]["recipient"])
        return next((each for each in held if recipient_of(each) == in_force), held[-1])
    return held[-1] if held else None


def rotate(session: Session, journal: Journal) -> str:
    """Append a new office key, sealed to every office member who is left; returns its recipient (age1...)."""
    left = [member for member in journal.membership.active() if member.role in roles.OFFICE_ROLES]
    _, fields = new_office_key(left, os.urandom)
    journal.append(session.author(), [changes.public(session, journal, OFFICE_KEY, fields)])
    return str(fields["recipient"])


def identities(session: Session, journal: Journal) -> tuple[str, ...]:
    """The office identities that this member holds, with those that a key just handed on brings."""
    opened = (open_office_key(fields, session.identity) for fields in _handed_on(journal))
    return tuple(dict.fromkeys([*session.identity.office_identities, *(key for key in opened if key)]))


def learn(session: Session, read: JournalReader | None = None) -> bool:
    """Take office keys that were sealed to this member into its vault slot; True when there was a new one.

    `read` runs work on the journal that has them, when that is not the session's own.
    """
    fields = read(_handed_on) if read else session.read(lambda connection: _handed_on(session.journal(connection)))
    opened = [key for each in fields if (key := open_office_key(each, session.identity))]
    missing = [key for key in opened if key not in session.identity.office_identities]
    if not missing:
        return False
    session.keep_identity(replace(session.identity, office_identities=(*session.identity.office_identities, *missing)))
    return True


def _handed_on(journal: Journal) -> list[dict[str, object]]:
    """The fields of all office keys that were handed on, oldest first; one that nothing can be sealed to is none."""
    records = sorted(journal.records(OFFICE_KEY), key=lambda record: (record.origin_t, record.id))
    return [record.values for record in records if record.complete and _is_key(record.values.get("recipient"))]


def _is_key(recipient: object) -> bool:
    return isinstance(recipient, str) and is_recipient(recipient)
