"""What a peer lacks, and which segments bring it: everything goes by what the peer showed to hold, never by what was
once sent to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.chains import Chains, Lane, SealedRow
from sync.coverage import Have, Ranges, Span, common, holds, join, without
from sync.log import Log, ranges_by_lane
from sync.reach import Reach
from sync.segment import Segment, ids_of


@dataclass(frozen=True)
class Selection:
    """Segments for a peer, and what it lacks but may not read."""

    segments: tuple[Segment, ...]
    outside: dict[str, Ranges]
    """Of chains that the peer has or gets something of; of others it has no need to know."""
    is_all: bool
    """Whether this is everything that the peer lacks; not so when a limit cut it short."""


class Shipping:
    """Chooses segments for one peer. `scopes` None is for whoever may read everything."""

    def __init__(self, chains: Chains, log: Log, scopes: tuple[str, ...] | None) -> None:
        self._chains = chains
        self._log = log
        self._readable = Reach(log, scopes).readable()
        self._dropped = ranges_by_lane(log.stubs())

    def select(self, haves: Sequence[Have], own: str | None, limit: int | None) -> Selection:
        """The segments with anything that none of the `haves` proves to be held.

        `own` is the member whose chains are judged strictly. `limit` stops after about so many entries, but never
        before the first segment.
        """
        segments: list[Segment] = []
        outside: dict[str, Ranges] = {}
        entries = 0
        held = self._chains.all() if self._readable is None else self._chains.among(self._readable, _chains_of(haves))
        ends = self._chains.ends(held, haves)
        for chain, lanes in held.items():
            if limit is not None and entries >= limit:
                return Selection(tuple(segments), outside, False)
            lacking = self._lacking(lanes, [have.get(chain, ()) for have in haves], own, ends)
            if not any(lacking.values()):
                continue
            hidden: list[tuple[int, int]] = []
            for lane in lanes:
                visible = self._visible(lane, lacking[lane.row])
                hidden.extend(without(lacking[lane.row], visible))
                for segment in self._covering(lane, lanes, visible):
                    if limit is not None and entries and entries >= limit:
                        return Selection(tuple(segments), outside, False)
                    segments.append(segment)
                    entries += segment.count
            if hidden:
                outside[chain] = join(hidden)
        return Selection(tuple(segments), outside, True)

    def _lacking(
        self, lanes: list[Lane], haves: Sequence[Sequence[Span]], own: str | None, ends: Mapping[int, bytes]
    ) -> Mapping[int, Ranges]:
        """Lane row -> numbers held here of a chain that no peer proves to hold."""
        # A dropped entry cannot be sent; who lacks it gets it from the office, which drops none.
        lacking = {lane.row: without(lane.ranges, self._dropped.get(lane.row, ())) for lane in lanes}
        is_own = any(lane.author == own for lane in lanes)
        for spans in haves:
            if spans:
                accepted = self._chains.accepted(lanes, spans, is_own, ends)
                lacking = {row: without(ranges, accepted[row]) for row, ranges in lacking.items()}
        return lacking

    def _covering(self, lane: Lane, lanes: list[Lane], needed: Ranges) -> list[Segment]:
        """Segments of a lane that together bring the needed numbers; overlapping ones only where they add to it."""
        found: list[Segment] = []
        for first, last in needed:
            if not common(needed, ((first, last),)):
                continue
            for sealed in self._chains.sealed(lane.row, first, last):
                mine = common(needed, ((sealed.first, sealed.last),))
                if mine:
                    found.append(self._load(sealed, lanes))
                    needed = without(needed, mine)
        return found

    def _load(self, sealed: SealedRow, lanes: list[Lane]) -> Segment:
        """A segment with the bodies that are held here and that the peer may read."""
        ids = ids_of(sealed.hashes)
        bodies: list[bytes | None] = [None] * len(ids)
        for lane in lanes:
            visible = self._visible(lane, ((sealed.first, sealed.last),))
            for number, (id_, body) in self._log.bodies(lane.row, sealed.first, sealed.last).items():
                offset = number - sealed.first
                if ids[offset] == id_ and holds(visible, number):
                    bodies[offset] = body
        author, chain = next((lane.author, lane.chain) for lane in lanes if lane.row == sealed.lane)
        return Segment(
            author=author,
            ch=chain,
            first=sealed.first,
            last=sealed.last,
            prev="" if sealed.first == 1 else sealed.prev.hex(),
            hashes=sealed.hashes,
            signature=sealed.signature,
            bodies=tuple(bodies),
        )

    def _visible(self, lane: Lane, ranges: Ranges) -> Ranges:
        """Those of the numbers whose entries the peer may read."""
        return ranges if self._readable is None else common(ranges, self._readable.get(lane.row, ()))


def _chains_of(haves: Iterable[Have]) -> set[str]:
    return {chain for have in haves for chain in have}
