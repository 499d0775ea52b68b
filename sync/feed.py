"""The feed: what became durable, batch by batch, in an order in which a reader can go on from where it stopped.

A batch gets its position from a counter row as the last thing before the commit (SYNC.md, 4.7). The lock on that row
lasts until the commit, so positions become visible in their order and without a hole. A plain sequence does not wait: a
reader that saw 8 would never see 7, which was committed later.
"""

from typing import Final, NamedTuple

from sync.coverage import Ranges
from sync.log import Log
from sync.tables import Connection, given_id

DIGEST_BYTES: Final = 16
_LIMIT: Final = 1 << 8 * DIGEST_BYTES


class Batch(NamedTuple):
    """Entries that one merge brought, or that were written together."""

    pos: int
    """From 1, without a hole."""
    id: str
    """32 hex digits: the merge, or the first of the entries written here."""
    member: str
    """Who made the bundle, or wrote the entries here."""
    at_ms: int
    entries: int
    digest: str
    """Sum of the entries' ids as numbers, modulo 2^128: 32 hex digits."""
    places: Ranges
    """Where the entries stand in the log, as inclusive ranges."""


class Feed:
    """Reads and writes batches over one connection; the caller owns the transaction."""

    def __init__(self, connection: Connection, log: Log) -> None:
        self._connection = connection
        self._log = log

    def add(self, id_: str, member: str, at_ms: int, entries: int, sum_: int, places: Ranges) -> None:
        """Note entries of this transaction; they are in the feed once they are published."""
        self._connection.execute(
            "INSERT INTO batch (id, member, at, entries, digest, places) VALUES (?, ?, ?, ?, ?, ?)",
            (
                bytes.fromhex(id_),
                bytes.fromhex(member),
                at_ms,
                entries,
                (sum_ % _LIMIT).to_bytes(DIGEST_BYTES, "big"),
                ",".join(f"{first}-{last}" for first, last in places),
            ),
        )

    def publish(self) -> None:
        """Give positions to the batches that have none: the last thing a transaction does before its commit."""
        waiting = self._connection.execute("SELECT id FROM batch WHERE pos IS NULL ORDER BY at, id").fetchall()
        if not waiting:
            return
        last = given_id(
            self._connection.execute("UPDATE counter SET n = n + ? WHERE name = 'batch' RETURNING n", (len(waiting),))
        )
        self._connection.executemany(
            "UPDATE batch SET pos = ? WHERE id = ?",
            [(last - len(waiting) + number, id_) for number, (id_,) in enumerate(waiting, 1)],
        )

    def after(self, cursor: int, limit: int) -> list[Batch]:
        """The batches after position `cursor` in order, `limit` at most.

        Stops before a position that is not there and before a batch whose entries are not all there, so that a reader
        may take the last position it got for its next cursor whatever the engine shows to whom.
        """
        found: list[Batch] = []
        for pos, id_, member, at_ms, entries, digest, places in self._connection.execute(
            "SELECT pos, id, member, at, entries, digest, places FROM batch WHERE pos > ? ORDER BY pos LIMIT ?",
            (cursor, limit),
        ).fetchall():
            batch = Batch(
                pos, bytes(id_).hex(), bytes(member).hex(), at_ms, entries, bytes(digest).hex(), _ranges(places)
            )
            if pos != cursor + 1 + len(found) or not self._is_whole(batch):
                break
            found.append(batch)
        return found

    def _is_whole(self, batch: Batch) -> bool:
        ids = [id_ for first, last in batch.places for id_ in self._log.ids_between(first, last)]
        sum_ = sum(int.from_bytes(id_, "big") for id_ in ids) % _LIMIT
        return len(ids) == batch.entries and sum_ == int(batch.digest, 16)


def _ranges(text: str) -> Ranges:
    pairs = (pair.split("-") for pair in text.split(",") if pair)
    return tuple((int(first), int(last)) for first, last in pairs)
