"""What other members showed to hold: by what their bundles said of themselves, and by receipts they wrote since."""

from collections.abc import Container
from typing import NamedTuple

import msgspec

from sync.chains import Chains
from sync.coverage import (
    Have,
    Ranges,
    Span,
    holds,
    join,
    numbers_of,
    pack_have,
    pack_ranges,
    unpack_have,
    unpack_ranges,
)
from sync.errors import SyncError
from sync.log import Log, Row, number_of
from sync.tables import Connection


class Peer(NamedTuple):
    """What the latest bundle of a member said."""

    have: Have
    outside: dict[str, Ranges]
    known: tuple[str, ...]
    at_ms: int


class Peers:
    """Reads and writes what is known of peers; the caller owns the transaction."""

    def __init__(self, connection: Connection, log: Log, chains: Chains) -> None:
        self._connection = connection
        self._log = log
        self._chains = chains

    def get(self, member: str) -> Peer | None:
        """What a member's latest bundle said; None when none was seen."""
        row = self._connection.execute(
            "SELECT have, outside, known, at FROM peer WHERE member = ?", (bytes.fromhex(member),)
        ).fetchone()
        return None if row is None else _peer(*row)

    def remember(self, member: str, peer: Peer, is_complete: bool = False) -> None:
        """Keep what a member's bundle said; what it left out as outside our scopes adds up over its bundles, until one
        that brought everything else says it as a whole."""
        before = None if is_complete else self.get(member)
        outside = dict(peer.outside)
        for chain, ranges in (before.outside if before else {}).items():
            outside[chain] = join((*outside.get(chain, ()), *ranges))
        self._connection.execute(
            "INSERT INTO peer (member, have, outside, known, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (member) DO UPDATE SET have = excluded.have, outside = excluded.outside,"
            " known = excluded.known, at = excluded.at",
            (
                bytes.fromhex(member),
                _json(pack_have(peer.have)),
                _json(pack_ranges(outside)),
                _json(sorted(peer.known)),
                peer.at_ms,
            ),
        )

    def known_of(self, member: str) -> Have:
        """What a member showed to hold.

        Its latest bundle speaks for everything up to it, also where it says less than before, since a laptop may be set
        back; only receipts that the member wrote after it add to it: those that the bundle does not cover, of a later
        time.
        """
        peer = self.get(member)
        have: dict[str, tuple[Span, ...]] = dict(peer.have) if peer else {}
        said = {chain: numbers_of(spans) for chain, spans in have.items()}
        for lane in self._chains.by_author(member):
            for row in self._log.receipts(lane.row, after_ms=peer.at_ms if peer else -1):
                if not holds(said.get(lane.chain, ()), number_of(row.place)):
                    for proved, spans in _proved(row).items():
                        have[proved] = tuple(sorted({*have.get(proved, ()), *spans}))
        return have

    def outside(self, office: Container[str]) -> dict[str, Ranges]:
        """Chain -> numbers that some peer left out since they lie outside the scopes of this replica's members.

        Only members of the `office` are believed, and authors about their own chains, or anybody could hide that
        something of another's is missing.
        """
        united: dict[str, Ranges] = {}
        for member, text in self._connection.execute("SELECT member, outside FROM peer").fetchall():
            for chain, ranges in unpack_ranges(msgspec.json.decode(text)).items():
                if self._may_say(bytes(member).hex(), chain, office):
                    united[chain] = join((*united.get(chain, ()), *ranges))
        return united

    def _may_say(self, member: str, chain: str, office: Container[str]) -> bool:
        return member in office or all(lane.author == member for lane in self._chains.lanes(chain))


def _proved(receipt: Row) -> Have:
    """What a receipt says its writer holds; nothing where it is malformed or does not count."""
    if receipt.code is not None:
        return {}
    try:
        return unpack_have(receipt.stored.entry.f.get("chains"))
    except SyncError:
        return {}


def _peer(have: str, outside: str, known: str, at_ms: int) -> Peer:
    return Peer(
        unpack_have(msgspec.json.decode(have)),
        unpack_ranges(msgspec.json.decode(outside)),
        msgspec.json.decode(known, type=tuple[str, ...]),
        at_ms,
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
