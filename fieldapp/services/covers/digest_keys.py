"""Digests of cover lists and the keys that they are made with, which are those of the known-digest index.

A NIK's plain hash could be turned back by trying the few million NIKs of a city, so no digest is made without a key
that only members of the programme hold (services/known/key_ring.py says who has it and how it came).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from fieldapp.services.covers.words import problem

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from fieldapp.store.db import Connection


def keys(session: Session, connection: Connection) -> dict[str, bytes]:
    """Key id -> key, of all that this member holds; empty for an enumerator to whom none has come yet."""
    from fieldapp.services import known

    return known.keys(session, session.journal(connection))


def writing_key(session: Session, connection: Connection) -> tuple[str, bytes]:
    """The id and the key to write with. Raises Problem cover_key_missing."""
    from fieldapp.services import known

    found = known.newest_key(session, session.journal(connection))
    if found is None:
        raise problem("cover_key_missing")
    return found


def nik_digest(key: bytes, nik: str) -> bytes:
    """The digest of a NIK, 8 bytes: the same as in the known-digest index."""
    # Late: only who has a list to ask needs what people are compared with.
    from fieldapp.matching.digests import nik_digest

    return nik_digest(key, nik)


def row_digest(key: bytes, text: str) -> bytes:
    """What names a row of a list wherever its content is the same, 8 bytes, without telling the content."""
    return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=8, person=b"cover row").digest()
