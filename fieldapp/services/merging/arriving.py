"""A large bundle goes in piece by piece, so that the first lists show early and what was interrupted goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from sync import exchange as road
from sync.bundle import OFFICE

if TYPE_CHECKING:
    from sync.bundle import Opened
    from sync.merge import Merged
    from sync.segment import Segment

LARGE_BYTES: Final = 2 * 1024 * 1024
"""Bundles from here on go in piece by piece: about 15,000 registrations, which a new or long absent laptop lacks."""
PIECE: Final = 10_000
"""Entries in a piece, each of which is one transaction."""
FIRST_PIECE: Final = 1_000
"""Entries in the first one, which is to show soon."""


def bring_in(
    session: Session, data: bytes, tell: Callable[[int, int], None], large_bytes: int = LARGE_BYTES
) -> list[Merged]:
    """Merge what a large bundle for this member brings, in pieces; what is left of it is for a merge of the whole.

    All of the bundle is checked before the first piece. Changes nothing for smaller bundles, for those to the office
    (whose receipts name a bundle that came whole), and for what does not open here; `tell(done, of)` counts entries.
    """
    if len(data) < large_bytes:
        return []
    try:
        opened = session.read(
            lambda connection: road.open_any(session.journal(connection), data, session.identity, to_merge=True)
        )
    except Problem:
        # The merge of the whole says why.
        return []
    if OFFICE in opened.head.to:
        return []
    merges = []
    total = sum(segment.count for segment in opened.payload.segments)
    done = 0
    for part in _parts(opened.payload.segments):
        tell(done, total)
        merges.append(_merge(session, opened, part))
        done += sum(segment.count for segment in part)
    return [merged for merged in merges if merged.new]


def _merge(session: Session, opened: Opened, part: Sequence[Segment]) -> Merged:
    payload = replace(opened.payload, segments=tuple(part), said=None)
    author = session.author()
    merged = session.write(
        lambda _, journal: journal.merge_payload(payload, opened.by.id, opened.head.bundle, session.now_ms())
    )
    author.clock.observe(merged.latest)
    return merged


def _parts(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    part: list[Segment] = []
    size, limit = 0, FIRST_PIECE
    for segment in segments:
        part.append(segment)
        size += segment.count
        if size >= limit:
            yield part
            part, size, limit = [], 0, PIECE
    if part:
        yield part
