"""Who is known elsewhere: office members hand keyed digests to laptops, which warn about people of other areas.

A warning says where to ask, and never who (docs/decisions, "keyed digests"). What this needs is imported when it is
asked for: commands that never ask pay nothing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from fieldapp.domain import roles

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from fieldapp.store.db import Connection
    from fieldapp.store.known import Tables
    from sync.journal import Journal

LOOK_S: Final = 30.0
"""A hub looks this often at most whether sections have to be made again."""
MOST_S: Final = 1.0
"""And then works at most about so long on them within one visit."""


def keys(session: Session, journal: Journal | None = None) -> dict[str, bytes]:
    """Key id (16 hex digits) -> key (32 bytes), oldest first, the one in force last; none for an enumerator to whom the
    office has given none yet. `journal` is the one to look in, where a transaction is open already."""
    from fieldapp.services.known import key_ring as known_keys

    return known_keys.keys(session, journal)


def newest_key(session: Session, journal: Journal | None = None) -> tuple[str, bytes] | None:
    """The id and the key to make new digests with; None where `keys` are none."""
    from fieldapp.services.known import key_ring as known_keys

    return known_keys.newest_key(session, journal)


def prepare(session: Session, journal: Journal, *, tables: Tables = "home", most_s: float | None = None) -> bool:
    """Have the papers ready that this member hands to others: the keys, and the sections of its areas; whether all of
    them are. Nothing where it is not of the office.

    Called right before a bundle for a member is made; needs a transaction. `most_s` bounds the work of one call.
    """
    if session.member.role not in roles.OFFICE_ROLES:
        return True
    from fieldapp.services.known import key_ring as known_keys
    from fieldapp.services.known import sections as known_sections

    key = known_keys.newest_key(session, journal)
    if key is None:
        return True
    known_keys.publish(session, journal)
    return known_sections.publish(session, journal, key, tables=tables, most_s=most_s)


class Preparer:
    """`prepare` for a hub, which is visited all day: looks now and then, and holds no visitor up for long."""

    def __init__(
        self, session: Session, tables: Tables, look_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._tables = tables
        self._look_s = look_s
        self._monotonic = monotonic
        self._next_s = -math.inf

    def __call__(self, journal: Journal) -> None:
        """Work for one visit; what is left of it goes on with the next one."""
        now = self._monotonic()
        if now >= self._next_s and prepare(self._session, journal, tables=self._tables, most_s=MOST_S):
            self._next_s = now + self._look_s


def ask(session: Session, values: Mapping[str, Any], connection: Connection | None = None) -> dict[str, list[str]]:
    """Where a person with these answers seems to be registered, by area codes: `{"exact": [...], "near": [...]}`.

    `exact`: the very NIK, anywhere in the programme; `near`: another spelling or a slip, in areas of the same
    kecamatan. Areas of which this laptop holds the registrations are for its own register to answer.
    """
    if connection is None:
        return session.read(lambda opened: ask(session, values, opened))
    from fieldapp.services.known import index as known_index

    return known_index.ask(session, connection, values)


def place(area: str) -> str:
    """An area in words, with what it lies in: where to ask. The code itself where nobody knows its name."""
    from fieldapp.domain import region

    names = region.name_path(area)
    return f"{names[0]} ({names[1]})" if len(names) > 1 else (names[0] if names else area)
