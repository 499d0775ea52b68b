"""Asking the sections that came from the office: in which areas a person seems to be registered already.

They are read once, when somebody opens the form, and stay in memory until other ones come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fieldapp.matching.digests import (
    BLOCK_BYTES,
    NIK_BYTES,
    VERSION,
    Section,
    asked_blocks,
    block_digests,
    nik_digest,
    unpack_section,
)
from fieldapp.matching.people import Person, of_answers
from fieldapp.services.known.key_ring import keys
from fieldapp.services.known.sections import BLOCKS, NIK
from fieldapp.services.session import Session
from fieldapp.store import known as store
from fieldapp.store.db import Connection
from sync.certificates import covers
from sync.journal import Journal

_KEPT: Final = "known_index"
#: Registrations of another area that this laptop holds, looked through to see whether a digest is theirs.
_MOST_HELD: Final = 2_000

Areas = dict[bytes, tuple[str, ...]]
"""Digest -> the areas in whose sections it stands."""
Near = dict[str, set[tuple[bytes, bytes]]]
"""Area -> the keys and digests by which it was found."""


@dataclass(slots=True)
class Index:
    """What the sections under one key hold."""

    key: bytes = field(repr=False)
    numbers: Areas = field(default_factory=dict, repr=False)
    blocks: Areas = field(default_factory=dict, repr=False)


def ask(session: Session, connection: Connection, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Where a person with these answers seems to be registered, by area codes: `{"exact": [...], "near": [...]}`.

    `exact`: the very NIK; `near`: another spelling or a slip, in the areas of the same kecamatan. Areas whose
    registrations are on this laptop are left out as far as these explain what was found.
    """
    indexes = _indexes(session, session.journal(connection))
    if not indexes:
        return {"exact": [], "near": []}
    person = of_answers(values)
    exact, near = look(indexes, person)
    if exact:
        exact -= store.areas_of_nik(connection, person.nik)
    others = {area: found for area, found in near.items() if area not in exact}
    return {
        "exact": sorted(exact),
        "near": sorted(area for area, found in others.items() if not _is_ours(connection, area, found)),
    }


def look(indexes: Iterable[Index], person: Person) -> tuple[set[str], Near]:
    """The areas in which the person's very NIK stands, and those of digests that another spelling or a slip shares."""
    exact: set[str] = set()
    near: Near = {}
    for index in indexes:
        if person.nik:
            exact.update(index.numbers.get(nik_digest(index.key, person.nik), ()))
        if index.blocks:
            blocks = index.blocks
            for digest in asked_blocks(index.key, person):
                if digest in blocks:
                    for area in blocks[digest]:
                        near.setdefault(area, set()).add((index.key, digest))
    return exact, near


def _is_ours(connection: Connection, area: str, found: set[tuple[bytes, bytes]]) -> bool:
    """Whether all of these digests are of registrations that this laptop holds itself."""
    held = [of_answers(values) for values in store.held_in(connection, area, _MOST_HELD)]
    ours = {
        (key, digest) for key in {key for key, _ in found} for person in held for digest in block_digests(key, person)
    }
    return bool(ours) and found <= ours


def _indexes(session: Session, journal: Journal) -> list[Index]:
    version = journal.papers.version(session.member.id)
    kept = session.remembered.get(_KEPT)
    if kept is None or kept[0] != version:
        kept = session.remembered[_KEPT] = (version, _read(session, journal) if version[0] else [])
    found: list[Index] = kept[1]
    return found


def _read(session: Session, journal: Journal) -> list[Index]:
    found = {identifier: Index(key) for identifier, key in keys(session, journal).items()}
    for title in journal.papers.given(session.member.id):
        kind, size = (NIK, NIK_BYTES) if title.name.startswith(NIK) else (BLOCKS, BLOCK_BYTES)
        area = title.name.removeprefix(kind)
        # What is one's own area, the register on this laptop knows better.
        if not title.name.startswith(kind) or covers(session.member.scopes, area):
            continue
        section = _section(journal.papers.content(session.member.id, title.by, title.name) or b"", size)
        index = found.get(section.key_id) if section else None
        if section is None or index is None:
            continue
        if kind == NIK:
            add(index.numbers, section.digests, area)
        elif section.version == VERSION:
            add(index.blocks, section.digests, area)
    return [index for index in found.values() if index.numbers or index.blocks]


def _section(content: bytes, size: int) -> Section | None:
    try:
        return unpack_section(content, size)
    except ValueError:
        # Whatever a newer office hands out, the form goes on without it.
        return None


def add(areas: Areas, digests: Iterable[bytes], area: str) -> None:
    """Take in the digests of an area."""
    fresh: Areas = dict.fromkeys(digests, (area,))
    if not areas.keys().isdisjoint(fresh):
        for digest in areas.keys() & fresh.keys():
            fresh[digest] = (*areas[digest], area) if area not in areas[digest] else areas[digest]
    areas.update(fresh)
