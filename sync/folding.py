"""Records out of the log: fold them, let their rows say which entries count, hand them to the projection."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sync.fold import Record, Rules, fold
from sync.log import Log, Row, chunks, record_text, stale_codes
from sync.members import Membership

Project = Callable[[Sequence[Record]], None]
Settled = Callable[[bytes, Record, Sequence[Row], Sequence[int]], None]
"""Told of each refolded record: its key, itself, its rows, and the places whose quarantine changed."""


class Folding:
    """Folds over one connection; the caller owns the transaction. `ask_for` is told the places of dropped entries that
    are needed again."""

    def __init__(self, log: Log, rules: Rules, project: Project, ask_for: Callable[[Iterable[int]], None]) -> None:
        self._log = log
        self._ask_for = ask_for
        self.rules = rules
        self.project = project

    def read(self, keys: Iterable[bytes], membership: Membership) -> Iterator[Record]:
        """Fold these records and change nothing."""
        for chunk in chunks(keys):
            for key, rows in self._log.records(chunk).items():
                yield fold(record_text(key), [row.stored for row in rows], self.rules, membership)

    def refold(self, keys: Iterable[bytes], membership: Membership, settled: Settled | None = None) -> None:
        """Fold these records anew, in order of their ids, and settle what follows from them."""
        for chunk in chunks(sorted(keys)):
            records, moved = [], []
            for key, rows in self._log.records(chunk).items():
                record = fold(record_text(key), [row.stored for row in rows], self.rules, membership)
                stale = stale_codes(rows, dict(record.quarantined))
                if stale:
                    self._log.set_codes(stale)
                if len({row.stored.entry.s for row in rows}) > 1:
                    moved.append(key)
                if record.dropped:
                    self._ask_for([row.place for row in rows if row.stored.id in record.dropped])
                if settled is not None:
                    settled(key, record, rows, [place for place, _ in stale])
                records.append(record)
            if moved:
                self._log.note_moved(moved)
            self.project(records)
