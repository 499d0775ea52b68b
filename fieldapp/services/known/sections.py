"""The sections that an office member hands out: for each area, digests of the people who are registered there.

Two papers an area: the NIK of everybody, for all laptops of the programme; and finer blocks that also find another
spelling or a slip, for the laptops of the same kecamatan. Neither goes to who holds the area's registrations anyway.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fieldapp.matching.digests import VERSION, block_digests, nik_digest, pack_section
from fieldapp.matching.people import of_answers
from fieldapp.services.session import Session
from fieldapp.store import known as store
from sync.certificates import covers
from sync.journal import Journal

NIK: Final = "known/nik/"
BLOCKS: Final = "known/blocks/"
_AREA: Final = re.compile(r"[0-9]{2}(?:\.[0-9]{2,4}){0,3}\Z")
_KECAMATAN: Final = 8
"""Letters of a kecamatan's dotted code."""
_NIK_DIGITS: Final = 16


def publish(
    session: Session,
    journal: Journal,
    key: tuple[str, bytes],
    *,
    tables: store.Tables = "home",
    most_s: float | None = None,
    clock: Callable[[], float] = time.process_time,
) -> bool:
    """Bring the sections of this member's areas in step with the registrations; whether all of them are.

    Only areas in which something was written since, or whose key is another now, are read. `most_s` stops after so many
    seconds of work; the rest is for the next call. Needs a transaction.
    """
    began = clock()
    stale = _stale(session, journal, key[0])
    rids = store.by_area(journal.connection, sorted(stale), tables)
    for area in sorted(stale):
        _put(session, journal, key, area, stale[area], store.answers(journal.connection, rids[area]))
        if most_s is not None and clock() - began > most_s:
            return area == max(stale)
    return True


def _stale(session: Session, journal: Journal, key_id: str) -> dict[str, str]:
    """Area -> what its sections would be made from now, where that is not what they were made from."""
    # A revocation takes registrations out without a new entry in their areas.
    standing = journal.members_seen[1]
    bases = journal.papers.bases(session.member.id)
    found = {}
    for area, total in journal.sums.by_scope().items():
        if _AREA.match(area) and covers(session.member.scopes, area):
            basis = f"{VERSION}:{key_id}:{standing}:{total.entries}:{total.sum:x}"
            # The blocks are put last, so where they are in step both are.
            if bases.get(BLOCKS + area) != basis:
                found[area] = basis
    return found


def _put(
    session: Session,
    journal: Journal,
    key: tuple[str, bytes],
    area: str,
    basis: str,
    answers: Iterator[Mapping[str, Any]],
) -> None:
    numbers: list[bytes] = []
    blocks: set[bytes] = set()
    for values in answers:
        person = of_answers(values)
        if len(person.nik) == _NIK_DIGITS:
            numbers.append(nik_digest(key[1], person.nik))
        blocks |= block_digests(key[1], person)
    for name, digests, audience in ((NIK, numbers, "*"), (BLOCKS, blocks, area[:_KECAMATAN])):
        journal.papers.put(
            session.identity,
            name + area,
            pack_section(key[0], digests),
            session.now_ms(),
            audience=audience,
            about=area,
            basis=basis,
        )
