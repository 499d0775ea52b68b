"""The keys of keyed digests: who holds them, and how they reach enumerators.

A key follows from an office key, so the office holds it without a word. To enumerators it comes in a paper, sealed to
each of them. After a change of the office key the older keys stay: what was made under them can still be asked.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fieldapp.domain import roles
from fieldapp.matching.digests import KEY_BYTES, key_id, key_of
from fieldapp.services import office
from fieldapp.services.session import Session
from sync.journal import Journal

PAPER: Final = "known/keys"
_MOST_KEYS: Final = 100


def keys(session: Session, journal: Journal | None = None) -> dict[str, bytes]:
    """Key id (16 hex digits) -> key (32 bytes), oldest first, the one in force last; none for an enumerator to whom the
    office has given none yet. `journal` is the one to look in, where a transaction is open already."""
    if journal is None:
        return session.read(lambda connection: keys(session, session.journal(connection)))
    if session.member.role in roles.OFFICE_ROLES:
        return _of_office(session, journal)
    return _given(session, journal)


def newest_key(session: Session, journal: Journal | None = None) -> tuple[str, bytes] | None:
    """The id and the key to make new digests with; None where `keys` are none."""
    held = keys(session, journal)
    return next(reversed(held.items()), None)


def publish(session: Session, journal: Journal) -> None:
    """Keep the paper by which this office member hands the keys to enumerators. Needs a transaction."""
    held = [key.hex() for key in keys(session, journal).values()]
    if held:
        journal.papers.put(session.identity, PAPER, msgspec.json.encode(held), session.now_ms())


def _of_office(session: Session, journal: Journal) -> dict[str, bytes]:
    newest = office.newest_identity(session, journal)
    identities = sorted(session.identity.office_identities, key=lambda identity: identity == newest)
    made = [key_of(identity.encode()) for identity in identities]
    return {key_id(key): key for key in made}


def _given(session: Session, journal: Journal) -> dict[str, bytes]:
    """What papers of the office say; whoever wrote last knows best which one is in force."""
    me = session.member.id
    titles = [title for title in journal.papers.given(me) if title.name == PAPER]
    found: dict[str, bytes] = {}
    for title in sorted(titles, key=lambda title: (title.at, title.by)):
        for key in _read(journal.papers.content(me, title.by, PAPER) or b""):
            identifier = key_id(key)
            found.pop(identifier, None)
            found[identifier] = key
    return found


def _read(content: bytes) -> list[bytes]:
    try:
        given = [bytes.fromhex(key) for key in msgspec.json.decode(content, type=list[str])]
    except ValueError:
        # A paper that cannot be read gives no keys, and must not stop the form that asks for them.
        return []
    return [key for key in given[-_MOST_KEYS:] if len(key) == KEY_BYTES]
