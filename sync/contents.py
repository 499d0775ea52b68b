"""What a bundle brought, entry by entry, as far as it is here: for telling people what they merge. Reads only."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sync.journal import Journal
from sync.log import place_of, record_text
from sync.segment import Segment


class Held(NamedTuple):
    """An entry that is held here."""

    record: str
    type: str
    scope: str
    """Where it was written."""
    place: int
    """Where it stands in the log, as `Merged.places` has it."""
    counts: bool
    """False while it is in quarantine."""


def held_of(journal: Journal, segments: Iterable[Segment]) -> list[Held]:
    """The entries of these segments that are held here, merged just now or before; not those of other branches."""
    connection = journal.connection
    found: list[Held] = []
    for segment in segments:
        wanted = set(segment.ids())
        lanes = connection.execute("SELECT id FROM chain WHERE chain = ?", (bytes.fromhex(segment.ch),)).fetchall()
        for (lane,) in lanes:
            rows = connection.execute(
                """SELECT e.id, e.record, t.text, s.text, e.place, e.status IS NULL FROM entry AS e
                JOIN label AS t ON t.id = e.type JOIN label AS s ON s.id = e.scope
                WHERE e.place BETWEEN ? AND ?""",
                (place_of(lane, segment.first), place_of(lane, segment.last)),
            )
            found += [
                Held(record_text(bytes(record)), type_, scope, place, bool(counts))
                for id_, record, type_, scope, place, counts in rows
                if bytes(id_) in wanted
            ]
    return found


def lies_in(ranges: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a place is within these inclusive ranges."""
    return any(first <= place <= last for first, last in ranges)
