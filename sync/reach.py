"""Which entries a member with given scopes may read: those written in them, and the whole of each record that entered.

A record enters a scope by an entry written there that counts; its history then comes along. What was written in a scope
belongs to it whatever else is known, so that two replicas never differ about it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sync.certificates import PUBLIC_SCOPE, covers
from sync.coverage import Ranges, join
from sync.fold import origin_of
from sync.log import Log, lane_of, number_of
from sync.scoped import Scoped, ScopedRow


class Written(NamedTuple):
    """An entry and the scope that it was written in."""

    number: int
    record: bytes
    scope: int
    """Label of the scope."""


class Reach:
    """What a member with these scopes may read; None for whoever may read everything. For a single use, since the
    log may grow."""

    def __init__(self, log: Log, scopes: tuple[str, ...] | None) -> None:
        self._log = log
        self._rows = Scoped(log.connection)
        self._scopes = scopes
        self._is_covered: dict[int, bool] = {}
        self._moved: frozenset[bytes] | None = None
        self._has_entered: dict[bytes, bool] = {}

    @property
    def is_everything(self) -> bool:
        return self._scopes is None or PUBLIC_SCOPE in self._scopes

    def covers(self, scope: int) -> bool:
        """Whether what was written in this scope (its label) may be read; the public scope always may."""
        if self._scopes is None:
            return True
        if scope not in self._is_covered:
            self._is_covered[scope] = covers(self._scopes, self._log.label_text(scope))
        return self._is_covered[scope]

    def visible(self, rows: Iterable[Written]) -> list[int]:
        """The numbers of those of the entries that may be read."""
        return [row.number for row in rows if self.covers(row.scope) or self.has_entered(row.record)]

    def readable(self) -> dict[int, Ranges] | None:
        """Lane -> numbers of its entries that may be read, by the counts kept with every entry; None for everything."""
        if self.is_everything:
            return None
        covered = [scope for scope in self._rows.written_scopes() if self.covers(scope)]
        found: dict[int, list[tuple[int, int]]] = {}
        for lane, ranges in self._rows.written_in(covered):
            found.setdefault(lane, []).extend(ranges)
        histories: dict[bytes, list[ScopedRow]] = {}
        for row in self._rows.scoped(sorted(self._rows.moved_through(covered))):
            histories.setdefault(row.record, []).append(row)
        for rows in histories.values():
            if self._enters(rows):
                for row in rows:
                    found.setdefault(lane_of(row.place), []).append((number_of(row.place), number_of(row.place)))
        return {lane: join(ranges) for lane, ranges in found.items()}

    def has_entered(self, record: bytes) -> bool:
        """Whether a record may be read as a whole, wherever its entries were written."""
        if record not in self.moved:
            return False
        if record not in self._has_entered:
            self._has_entered[record] = self._enters(self._rows.scoped([record]))
        return self._has_entered[record]

    @property
    def moved(self) -> frozenset[bytes]:
        """The records with entries of more than one scope."""
        if self._moved is None:
            self._moved = self._rows.moved()
        return self._moved

    def _enters(self, rows: Sequence[ScopedRow]) -> bool:
        """Whether one of the entries that count lets the record in. A second beginning does not, and nothing but its
        first one makes a record public; while that one is not known, nobody knows whose record it is."""
        origin = self._origin([row for row in rows if row.counts and row.is_new])
        if origin is None:
            return False
        return self.covers(origin) or any(
            row.counts and not row.is_new and self.covers(row.scope) and self._log.label_text(row.scope) != PUBLIC_SCOPE
            for row in rows
        )

    def _origin(self, beginnings: Sequence[ScopedRow]) -> int | None:
        """The scope of the record's first entry, out of its entries of kind new that count."""
        if len(beginnings) < 2:
            return beginnings[0].scope if beginnings else None
        found = [self._log.at(lane_of(row.place), number_of(row.place)) for row in beginnings]
        origin = origin_of([row.stored for row in found if row is not None])
        return None if origin is None else self._log.label(origin.entry.s)
