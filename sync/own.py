"""A member's own chains: where they go on, when a new one begins, and the segments that seal them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sync.chains import Chains, Lane
from sync.clock import Clock, Time
from sync.coverage import Have, runs
from sync.entry import Stored, entry_hash
from sync.keys import Identity
from sync.log import Fresh, Log, number_of, place_of, record_key
from sync.randomness import Random, token
from sync.segment import MAX_ENTRIES, Segment, seal
from sync.tables import Connection


@dataclass(frozen=True)
class Author:
    """Who writes, on which laptop, by which clock, with which version of the form."""

    identity: Identity
    device: str
    """Device id, 32 hex digits."""
    clock: Clock
    form_version: int


@dataclass(slots=True)
class Tip:
    """The end of an own chain."""

    lane: int
    chain: str
    n: int
    """Number of its last entry; 0 when it has none."""
    hash: bytes
    """Hash of its last entry, 32 bytes; empty when it has none."""

    def follow(self, stored: Stored) -> Fresh:
        """Move on to a new entry, and say where it stands."""
        self.n, self.hash = stored.entry.n, entry_hash(stored.body)
        return Fresh(place_of(self.lane, self.n), record_key(stored.entry.r), None, stored)


class OwnChains:
    """Reads and writes the own chains of all members of this replica; the caller owns the transaction."""

    def __init__(self, connection: Connection, log: Log, chains: Chains, random: Random) -> None:
        self._connection = connection
        self._log = log
        self._chains = chains
        self._random = random

    def last_time(self, member: str, device: str) -> Time:
        """The time of the latest entry written by this member on this device; (0, 0) without any."""
        row = self._connection.execute(
            "SELECT ms, counter FROM own_chain WHERE member = ? AND device = ? ORDER BY ms DESC, counter DESC LIMIT 1",
            (bytes.fromhex(member), bytes.fromhex(device)),
        ).fetchone()
        return (0, 0) if row is None else (row[0], row[1])

    def tip(self, author: Author) -> Tip:
        """The end of the chain on which this member goes on here; a new chain where there is none."""
        row = self._connection.execute(
            "SELECT own_chain.chain, chain.chain, n, hash FROM own_chain JOIN chain ON chain.id = own_chain.chain"
            " WHERE member = ? AND device = ? AND is_retired = 0",
            (bytes.fromhex(author.identity.member_id), bytes.fromhex(author.device)),
        ).fetchone()
        if row is not None:
            return Tip(row[0], bytes(row[1]).hex(), row[2], bytes(row[3]))
        lane = self._chains.start(token(self._random), author.identity.member_id)
        return Tip(lane.row, lane.chain, 0, b"")

    def write(self, author: Author, tip: Tip, rows: list[Fresh]) -> None:
        """Keep new entries up to the tip that they led to."""
        self._log.insert(rows)
        self._chains.hold(self._chains.lane(tip.lane), [number_of(row.place) for row in rows])
        self._connection.executemany("INSERT INTO unsealed (place) VALUES (?)", [(row.place,) for row in rows])
        ms, counter = author.clock.last
        ids = bytes.fromhex(author.identity.member_id), bytes.fromhex(author.device)
        self._connection.execute(
            "INSERT INTO own_chain (chain, member, device, n, hash, ms, counter) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (chain) DO UPDATE SET n = excluded.n, hash = excluded.hash, ms = excluded.ms,"
            " counter = excluded.counter",
            (tip.lane, *ids, tip.n, tip.hash, ms, counter),
        )

    def seal(self, identity: Identity) -> int:
        """Sign what this member wrote here since the last time, as segments; returns how many segments."""
        count = 0
        for lane, numbers in self._chains.unsealed(identity.member_id):
            for first, last in runs(numbers):
                for start in range(first, last + 1, MAX_ENTRIES):
                    self._chains.keep(lane, self._seal(identity, lane, start, min(start + MAX_ENTRIES - 1, last)))
                    count += 1
        self._log.train()
        return count

    def _seal(self, identity: Identity, lane: Lane, first: int, last: int) -> Segment:
        bodies = [body for _, (_, body) in sorted(self._log.bodies(lane.row, first, last).items())]
        row = self._log.at(lane.row, first)
        return seal(identity, lane.chain, first, row.stored.entry.p if row is not None else "", bodies)

    def compare(self, have: Have) -> None:
        """Look whether a peer holds entries of a live chain of ours that we do not know: then it is not ours alone."""
        live = self._connection.execute(
            "SELECT chain.chain FROM own_chain JOIN chain ON chain.id = own_chain.chain WHERE is_retired = 0"
        ).fetchall()
        for (chain,) in live:
            lanes = self._chains.lanes(bytes(chain).hex())
            if self._chains.contradicts(lanes, have.get(bytes(chain).hex(), ())):
                self.retire(lane.row for lane in lanes)

    def retire(self, lanes: Iterable[int]) -> None:
        """Write no more on the chains in these lanes; the next entry begins a new chain."""
        self._connection.executemany("UPDATE own_chain SET is_retired = 1 WHERE chain = ?", [(lane,) for lane in lanes])

    def live(self) -> dict[int, int]:
        """Lane -> number of the last entry, for the chains that go on here."""
        return dict(self._connection.execute("SELECT chain, n FROM own_chain WHERE is_retired = 0").fetchall())
