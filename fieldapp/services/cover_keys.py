"""Digests of cover lists and the keys that they are made with, which are those of the known-digest index.

A NIK's plain hash could be turned back by trying the few million NIKs of a city, so no digest is made without a key
that only members of the programme hold.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from fieldapp.services.cover_words import problem

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from fieldapp.store.db import Connection

_BYTES: Final = 8


def keys(session: Session, connection: Connection) -> dict[str, bytes]:
    """Key id -> key, of all that this member holds, the one to write with first; empty when it holds none."""
    import hmac

    found = {}
    for identity in reversed(session.identity.office_identities):
        key = hmac.digest(identity.encode(), b"x", "sha256")
        found[hashlib.sha256(key).hexdigest()[:16]] = key
    return found


def writing_key(session: Session, connection: Connection) -> tuple[str, bytes]:
    """The key to write with. Raises Problem cover_key_missing."""
    for key_id, key in keys(session, connection).items():
        return key_id, key
    raise problem("cover_key_missing")


def nik_digest(key: bytes, nik: str) -> bytes:
    return hashlib.blake2b(nik.encode(), key=key, digest_size=_BYTES, person=b"nik").digest()


def row_digest(key: bytes, text: str) -> bytes:
    """What names a row of a list wherever its content is the same, without telling the content."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=_BYTES, person=b"row").digest()
