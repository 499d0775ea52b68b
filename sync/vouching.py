"""Which entries of a revoked member's chain count: those that a revocation's heads lead back to (FORMAT.md, section 2).

Numbers alone cannot say, since whoever has the key can write another branch under the same numbers. The author's lists
of hashes cannot either, for the author is the one to guard against: only an entry's own bytes prove what comes before
it. A replica that holds the bodies of some areas goes by the segments that the revoker named instead.
"""

from collections.abc import Collection, Iterable, Set
from typing import Final, NamedTuple

from sync.chains import Chains, Lane, SealedRow
from sync.coverage import MAX_NUMBER, Span
from sync.log import Log
from sync.segment import Segment, digest_of, ids_of

NAMED_LIMIT: Final = 8000
"""How many heads and segments one revocation names: about 280 KB, within what one entry may hold. Whoever makes a
million branches cannot thereby make the own revocation impossible; what is not named does not count."""


class CutOff(NamedTuple):
    """Up to where a member's entries count, as the fields of a revocation have it."""

    chains: dict[str, int]
    heads: dict[str, list[str]]
    segments: dict[str, list[str]]


class Vouching:
    """Reads lanes, segments and entries; the caller owns the transaction."""

    def __init__(self, chains: Chains, log: Log) -> None:
        self._chains = chains
        self._log = log
        self._known: dict[tuple[str, frozenset[str], frozenset[str]], tuple[object, Set[str]]] = {}

    def ids(self, chain: str, heads: frozenset[str], segments: frozenset[str]) -> Set[str]:
        """The ids of the entries of a chain that these heads and segments (digests) are known to vouch for.

        Grows with every entry that comes: what cannot be decided yet is left out.
        """
        state = self._chains.state_of(chain)
        known = self._known.get((chain, heads, segments))
        if known is None or known[0] != state:
            known = self._known[chain, heads, segments] = (state, self._work_out(chain, heads, segments))
        return known[1]

    def _work_out(self, chain: str, heads: frozenset[str], segments: frozenset[str]) -> Set[str]:
        lanes = self._chains.lanes(chain)
        vouched = {bytes.fromhex(head) for head in heads}
        for lane in lanes:
            for sealed in self._chains.sealed(lane.row, 1, MAX_NUMBER):
                if _digest(lane, sealed) in segments:
                    vouched.update((sealed.prev[:16], *ids_of(sealed.hashes)))
        held = [set(self._log.ids(lane.row, 1, MAX_NUMBER).values()) for lane in lanes]
        if not set().union(*held) <= vouched:
            self._follow(vouched, self._parents(lanes))
        return frozenset(entry.hex() for entry in vouched)

    @staticmethod
    def _follow(vouched: set[bytes], parents: dict[bytes, bytes]) -> None:
        pending = list(vouched)
        while pending:
            parent = parents.get(pending.pop())
            if parent is not None and parent not in vouched:
                vouched.add(parent)
                pending.append(parent)

    def _parents(self, lanes: Iterable[Lane]) -> dict[bytes, bytes]:
        """Id -> id of the entry before it, by the bytes of the entries themselves."""
        found: dict[bytes, bytes] = {}
        for lane in lanes:
            found |= self._log.parents(lane.row, 1, MAX_NUMBER)
        return found

    def cut_off(self, member: str, limit: int = NAMED_LIMIT) -> CutOff:
        """What this replica holds of a member's work: the longest chains and branches first, as much as fits."""
        branches = ([lane for lane in lanes if lane.author == member] for lanes in self._chains.all().values())
        chains = sorted((lanes for lanes in branches if any(lane.ranges for lane in lanes)), key=_held, reverse=True)
        cut = CutOff({}, {}, {})
        for lanes in chains:
            spans = sorted(self._chains.spans(lanes), key=_length, reverse=True)[: max(limit - 1, 0)]
            if spans:
                chain = lanes[0].chain
                cut.chains[chain] = max(span.last for span in spans)
                cut.heads[chain] = [span.head for span in spans]
                limit -= len(spans) + 1
        for lanes in chains:
            chain = lanes[0].chain
            digests = self._digests(lanes, cut.chains.get(chain, 0))[: max(limit, 0)]
            if digests:
                cut.segments[chain] = digests
                limit -= len(digests)
        return cut

    def _digests(self, lanes: Collection[Lane], last: int) -> list[str]:
        sealed = [(lane, row) for lane in lanes for row in self._chains.sealed(lane.row, 1, last)]
        longest = sorted(((row.last - row.first, _digest(lane, row)) for lane, row in sealed), reverse=True)
        return [digest for _, digest in longest]


def _held(lanes: Collection[Lane]) -> tuple[int, str]:
    return sum(last - first + 1 for lane in lanes for first, last in lane.ranges), min(lane.chain for lane in lanes)


def _length(span: Span) -> tuple[int, str]:
    return span.last - span.first, span.head


def _digest(lane: Lane, sealed: SealedRow) -> str:
    prev = "" if sealed.first == 1 else sealed.prev.hex()
    count = sealed.last - sealed.first + 1
    return digest_of(
        Segment(lane.author, lane.chain, sealed.first, sealed.last, prev, sealed.hashes, b"", (None,) * count)
    )
