"""Where entries were written, without their bytes: what says who may read them, and what is counted."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sync import tally
from sync.coverage import Ranges
from sync.log import chunks, marks, number_of, place_of
from sync.tables import NEW_LABEL, Connection


class ScopedRow(NamedTuple):
    """An entry without its bytes."""

    record: bytes
    place: int
    id: bytes
    scope: int
    """Label of the scope that it was written in."""
    is_new: bool
    """Whether it is of kind new."""
    counts: bool
    """Whether it is not in quarantine."""


class Scoped:
    """Reads over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def scopes(self, lane: int, first: int, last: int) -> list[tuple[int, bytes, int]]:
        """(number, record, scope label) of the entries held in a lane, between two numbers."""
        found = self._connection.execute(
            "SELECT place, record, scope FROM entry WHERE place BETWEEN ? AND ?",
            (place_of(lane, first), place_of(lane, last)),
        )
        return [(number_of(place), bytes(record), scope) for place, record, scope in found]

    def scoped(self, keys: Iterable[bytes]) -> list[ScopedRow]:
        """Where the entries of these records were written, without their bytes."""
        found: list[ScopedRow] = []
        for chunk in chunks(keys):
            rows = self._connection.execute(
                f"SELECT record, place, id, scope, kind, status FROM entry WHERE record IN ({marks(len(chunk))})",  # noqa: S608 - marks only
                [*map(bytearray, chunk)],
            )
            found.extend(
                ScopedRow(bytes(record), place, bytes(id_), scope, kind == NEW_LABEL, status is None)
                for record, place, id_, scope, kind, status in rows
            )
        return found

    def scoped_between(self, lane: int, first: int, last: int) -> list[tuple[int, int, bytes]]:
        """(place, scope label, id) of the entries held in a lane, between two numbers."""
        return list(
            self._connection.execute(
                "SELECT place, scope, id FROM entry WHERE place BETWEEN ? AND ?",
                (place_of(lane, first), place_of(lane, last)),
            ).fetchall()
        )

    def scoped_unsealed(self) -> list[tuple[int, int, bytes]]:
        """(place, scope label, id) of the entries that no segment covers yet."""
        return list(
            self._connection.execute(
                "SELECT entry.place, scope, id FROM unsealed JOIN entry ON entry.place = unsealed.place"
            ).fetchall()
        )

    def written_scopes(self) -> list[int]:
        """The labels of the scopes in which anything here was written."""
        return tally.scopes(self._connection)

    def written_in(self, scopes: Iterable[int]) -> list[tuple[int, Ranges]]:
        """(lane, numbers) of the entries that were written in these scopes (their labels)."""
        return tally.written_in(self._connection, scopes)

    def moved_through(self, scopes: Sequence[int]) -> set[bytes]:
        """The records that have entries of more than one scope, and one of these (their labels)."""
        if not scopes:
            return set()
        found = self._connection.execute(
            # CROSS keeps SQLite from looking through all entries for the few records that moved.
            "SELECT DISTINCT moved.record FROM moved CROSS JOIN entry"  # noqa: S608 - marks only
            f" WHERE entry.record = moved.record AND entry.scope IN ({marks(len(scopes))})",
            list(scopes),
        )
        return {bytes(row[0]) for row in found.fetchall()}

    def moved(self) -> frozenset[bytes]:
        """The records that have entries of more than one scope."""
        return frozenset(bytes(row[0]) for row in self._connection.execute("SELECT record FROM moved"))
