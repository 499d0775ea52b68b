"""Chains as the journal keeps them: lanes, segments, and what is held of each.

A chain that nobody forked has one lane. Where two entries claim one number, or an entry does not follow the one before
it, the branches lie in lanes of their own; which branch got which lane depends on what came first and means nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from sync.coverage import MAX_NUMBER, Have, Ranges, Span, gaps, holds, join, ranges_of, ranges_text, runs, without
from sync.log import Log, chunks, lane_of, marks, number_of, place_of, ranges_by_lane
from sync.segment import MAX_ENTRIES, Segment, ids_of
from sync.tables import Connection, given_id

ID_BYTES: Final = 16
_ROOT: Final = b"\0" * 32


@dataclass(slots=True, eq=False)
class Lane:
    """One branch of a chain; `ranges` are the numbers whose entries are held in it."""

    row: int
    chain: str
    author: str
    ranges: Ranges


class Placed(NamedTuple):
    """Where a segment belongs, and the offsets of those of its entries that are held already, in whatever lane."""

    lane: Lane
    held: frozenset[int]
    is_fork: bool
    """Whether the chain was whole before this segment came."""
    asked: Mapping[int, int]
    """Offset -> place of the entries that were dropped and are asked for."""


class _Run(NamedTuple):
    """Entries without a gap in one lane of a forked chain."""

    lane: int
    first: int
    last: int


class SealedRow(NamedTuple):
    """A segment as its row has it, without bodies."""

    lane: int
    first: int
    last: int
    prev: bytes
    signature: bytes
    hashes: bytes


class Chains:
    """Reads and writes lanes and segments over one connection; the caller owns the transaction."""

    def __init__(self, connection: Connection, log: Log) -> None:
        self._connection = connection
        self._log = log

    def all(self) -> dict[str, list[Lane]]:
        """Chain id -> its lanes, in the order in which the chains became known."""
        found = self._connection.execute("SELECT id, chain, author, ranges FROM chain ORDER BY id")
        return _by_chain(_lane(*columns) for columns in found.fetchall())

    def forked(self) -> dict[str, list[Lane]]:
        """The chains in which two entries claim one place, with their lanes."""
        found = self._connection.execute("SELECT DISTINCT chain FROM chain WHERE lane > 0").fetchall()
        return self.among((), [bytes(row[0]).hex() for row in found])

    def among(self, rows: Iterable[int], chains: Iterable[str]) -> dict[str, list[Lane]]:
        """All lanes of these chains and of those that have one of these lanes, in the order of `all`."""
        wanted = [bytes.fromhex(chain) for chain in chains]
        for ids in chunks(rows):
            found = self._connection.execute(f"SELECT chain FROM chain WHERE id IN ({marks(len(ids))})", ids)  # noqa: S608 - marks only
            wanted.extend(bytes(row[0]) for row in found.fetchall())
        lanes: list[Lane] = []
        for chunk in chunks(sorted(set(wanted))):
            found = self._connection.execute(
                f"SELECT id, chain, author, ranges FROM chain WHERE chain IN ({marks(len(chunk))})",  # noqa: S608 - marks only
                chunk,
            )
            lanes.extend(_lane(*columns) for columns in found.fetchall())
        return _by_chain(sorted(lanes, key=lambda lane: lane.row))

    def lane(self, row: int) -> Lane:
        """The lane of a row that is known to exist."""
        return self._lanes("id = ?", row)[0]

    def state_of(self, chain: str) -> object:
        """Equal as long as nothing came to a chain, and again when a transaction in which something came is undone."""
        return self._connection.execute(
            "SELECT (SELECT max(id) FROM segment), id, ranges FROM chain WHERE chain = ? ORDER BY id",
            (bytes.fromhex(chain),),
        ).fetchall()

    def lanes(self, chain: str) -> list[Lane]:
        """The lanes of a chain; none when it is unknown."""
        return self._lanes("chain = ?", bytes.fromhex(chain))

    def by_author(self, member: str) -> list[Lane]:
        """The lanes that a member wrote."""
        return self._lanes("author = ?", bytes.fromhex(member))

    def _lanes(self, condition: str, value: object) -> list[Lane]:
        found = self._connection.execute(
            f"SELECT id, chain, author, ranges FROM chain WHERE {condition} ORDER BY id",  # noqa: S608 - constants
            (value,),
        )
        return [_lane(*columns) for columns in found.fetchall()]

    def of_author(self, members: Iterable[str]) -> list[int]:
        """The rows of all lanes that these members wrote."""
        return [lane.row for member in members for lane in self.by_author(member)]

    def start(self, chain: str, author: str) -> Lane:
        """A new lane of a chain."""
        row = given_id(
            self._connection.execute(
                "INSERT INTO chain (id, chain, lane, author, ranges)"
                " SELECT coalesce(max(id), 0) + 1, ?, (SELECT count(*) FROM chain WHERE chain = ?), ?, '' FROM chain"
                " RETURNING id",
                (bytes.fromhex(chain), bytes.fromhex(chain), bytes.fromhex(author)),
            )
        )
        return Lane(row, chain, author, ())

    def hold(self, lane: Lane, numbers: Iterable[int]) -> None:
        """Note that the entries with these ascending numbers are now held in the lane."""
        lane.ranges = join((*lane.ranges, *runs(numbers)))
        self._connection.execute("UPDATE chain SET ranges = ? WHERE id = ?", (ranges_text(lane.ranges), lane.row))

    def hold_again(self, lane: Lane) -> None:
        """Work out from the entries themselves what is held in a lane; a dropped one that is asked for stays so."""
        asked = {n for n in self._dropped(lane, 1, MAX_NUMBER) if not holds(lane.ranges, n)}
        lane.ranges = ()
        self.hold(lane, sorted(self._log.ids(lane.row, 1, MAX_NUMBER).keys() - asked))

    def hold_all_again(self) -> None:
        """The same for all lanes."""
        for lanes in self.all().values():
            for lane in lanes:
                self.hold_again(lane)

    def ask_for(self, places: Iterable[int]) -> None:
        """Claim no longer to hold these dropped entries, so that the next exchange brings them."""
        for row, numbers in ranges_by_lane(sorted(places)).items():
            lane = self.lane(row)
            left = without(lane.ranges, numbers)
            if left != lane.ranges:
                lane.ranges = left
                self._connection.execute("UPDATE chain SET ranges = ? WHERE id = ?", (ranges_text(left), row))

    def _dropped(self, lane: Lane, first: int, last: int) -> list[int]:
        return [number_of(place) for place in self._log.stubs(place_of(lane.row, first), place_of(lane.row, last))]

    def place(self, segment: Segment) -> Placed:
        """Find the lane that a segment belongs to, or start one; keeps nothing else."""
        ids = segment.ids()
        lanes = self.lanes(segment.ch)
        held: set[int] = set()
        asked: dict[int, int] = {}
        home: Lane | None = None
        for lane in lanes:
            here = self._log.ids(lane.row, segment.first, segment.last)
            held.update(n - segment.first for n, id_ in here.items() if ids[n - segment.first] == id_)
            for n in self._dropped(lane, segment.first, segment.last):
                if ids[n - segment.first] == here[n] and not holds(lane.ranges, n):
                    asked[n - segment.first] = place_of(lane.row, n)
            if home is None and lane.author == segment.author and self._fits(lane, segment, ids):
                home = lane
        is_fork = home is None and len(lanes) == 1
        return Placed(home or self.start(segment.ch, segment.author), frozenset(held), is_fork, asked)

    def _fits(self, lane: Lane, segment: Segment, ids: list[bytes]) -> bool:
        """Whether nothing that is known of a lane contradicts a segment: no other id, no other predecessor."""
        first, last = segment.first, segment.last
        known = self.known_ids(lane.row, max(first - 1, 1), last)
        before = known.pop(first - 1, None)
        if before is not None and bytes.fromhex(segment.prev)[:16] != before:
            return False
        if any(ids[number - first] != id_ for number, id_ in known.items()):
            return False
        after = self._parent(lane.row, last + 1)
        return after is None or after == ids[-1]

    def known_ids(self, lane: int, first: int, last: int) -> dict[int, bytes]:
        """Number -> id of all entries known in a lane between two numbers, held or only listed by a segment."""
        known: dict[int, bytes] = {}
        for start, hashes in self._connection.execute(
            "SELECT first, hashes FROM segment WHERE chain = ? AND first BETWEEN ? AND ? AND last >= ?",
            (lane, first - MAX_ENTRIES, last, first),
        ):
            for number, id_ in enumerate(ids_of(bytes(hashes)), start):
                if first <= number <= last:
                    known[number] = id_
        known.update(self._log.ids(lane, first, last))
        return known

    def _parent(self, lane: int, number: int) -> bytes | None:
        """The id of the entry before entry `number` of a lane, as that entry or its segment names it."""
        row = self._connection.execute(
            "SELECT prev FROM segment WHERE chain = ? AND first = ?", (lane, number)
        ).fetchone()
        if row is not None:
            return bytes(row[0])[:16]
        entry = self._log.at(lane, number)
        return None if entry is None else bytes.fromhex(entry.stored.entry.p)[:16]

    def known(self, chain: str, first: int, last: int, signature: bytes, withheld: Collection[int]) -> bytes | None:
        """The hashes of a segment that is here already, by its signature, with all entries but those at the offsets
        withheld; None when it is not."""
        lanes = self.lanes(chain)
        if len(lanes) != 1:
            return None
        row = self._connection.execute(
            "SELECT signature, hashes FROM segment WHERE chain = ? AND first = ? AND last = ?",
            (lanes[0].row, first, last),
        ).fetchone()
        if row is None or bytes(row[0]) != signature:
            return None
        held = lanes[0].ranges
        if not any(a <= first and last <= b for a, b in held):
            hidden = frozenset(withheld)
            if any(not holds(held, n) for n in range(first, last + 1) if n - first not in hidden):
                return None
        return bytes(row[1])

    def keep(self, lane: Lane, segment: Segment) -> None:
        """Keep a segment's list of hashes and its signature, if it is not here yet."""
        self._connection.execute(
            "INSERT INTO segment (id, chain, first, last, prev, signature, hashes)"
            " SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, ?, ? FROM segment WHERE true"
            " ON CONFLICT (chain, first, last) DO NOTHING",
            (
                lane.row,
                segment.first,
                segment.last,
                bytes.fromhex(segment.prev).rjust(len(_ROOT), b"\0"),
                segment.signature,
                segment.hashes,
            ),
        )
        self._connection.execute(
            "DELETE FROM unsealed WHERE place BETWEEN ? AND ?",
            (place_of(lane.row, segment.first), place_of(lane.row, segment.last)),
        )

    def sealed(self, lane: int, first: int, last: int) -> list[SealedRow]:
        """The segments of a lane that touch the numbers between two, earliest first and longest first."""
        found = self._connection.execute(
            "SELECT chain, first, last, prev, signature, hashes FROM segment"
            " WHERE chain = ? AND first BETWEEN ? AND ? AND last >= ? ORDER BY first, last DESC",
            (lane, first - MAX_ENTRIES, last, first),
        )
        return [SealedRow(row, a, b, bytes(prev), bytes(sig), bytes(hashes)) for row, a, b, prev, sig, hashes in found]

    def unsealed(self, author: str) -> list[tuple[Lane, list[int]]]:
        """(lane, ascending numbers) of the entries by this author that no segment covers yet."""
        found: dict[int, list[int]] = {}
        for (place,) in self._connection.execute("SELECT place FROM unsealed ORDER BY place"):
            found.setdefault(lane_of(place), []).append(number_of(place))
        lanes = [(self.lane(row), numbers) for row, numbers in found.items()]
        return [(lane, numbers) for lane, numbers in lanes if lane.author == author]

    def missing(self, lanes: list[Lane], outside: Ranges) -> Ranges:
        """The numbers of a chain that should exist and are not accounted for: neither held, nor withheld under a
        signature, nor said to lie outside one's scopes."""
        held = join(pair for lane in lanes for pair in lane.ranges)
        if not gaps(join((*held, *outside))):
            return ()
        listed = self._connection.execute(
            f"SELECT first, last FROM segment WHERE chain IN ({','.join(str(lane.row) for lane in lanes)})"  # noqa: S608
        ).fetchall()
        return gaps(join((*held, *outside, *listed)))

    def coverage(self, chains: Iterable[str] | None = None) -> Have:
        """What is held, chain by chain; the same on every replica that holds the same entries. Only of these chains,
        when they are given."""
        known = self.all() if chains is None else self.among((), chains)
        single = [lanes[0] for lanes in known.values() if len(lanes) == 1]
        ends = self._log.ids_at(place_of(lane.row, last) for lane in single for _, last in lane.ranges)
        return {chain: spans for chain, lanes in sorted(known.items()) if (spans := self.spans(lanes, ends))}

    def spans(self, lanes: list[Lane], ends: Mapping[int, bytes] | None = None) -> tuple[Span, ...]:
        """What is held of one chain; `ends` are known ids of entries by their places."""
        if len(lanes) == 1:
            lane = lanes[0]
            heads = {b: (ends or {}).get(place_of(lane.row, b)) or self._id(lane.row, b) for _, b in lane.ranges}
            return tuple(Span(a, b, heads[b].hex()) for a, b in lane.ranges)
        branches = Branches(self, self._log, lanes)
        return tuple(sorted(Span(*branches.reach(tip), self._id(*tip).hex()) for tip in branches.tips()))

    def _id(self, lane: int, number: int) -> bytes:
        held = self._log.ids(lane, number, number).get(number)
        # A row that was lost is still known by its segment's list; that it is gone shows when entries are counted.
        return held if held is not None else self.known_ids(lane, number, number).get(number, bytes(ID_BYTES))

    def ends(self, held: Mapping[str, list[Lane]], haves: Iterable[Have]) -> dict[int, bytes]:
        """Place -> id of the entries that are held here of those in which the spans of peers end."""
        places = {
            place_of(lanes[0].row, span.last)
            for have in haves
            for chain, spans in have.items()
            if len(lanes := held.get(chain, [])) == 1
            for span in spans
        }
        return self._log.ids_at(sorted(places))

    def accepted(
        self, lanes: list[Lane], spans: Iterable[Span], is_own: bool, ends: Mapping[int, bytes] | None = None
    ) -> dict[int, Ranges]:
        """Lane row -> numbers that a peer holds, going by the spans it named; `ends` are known ids of entries.

        A head that is known here proves the entries before it. One that is not known may stand on another branch: it
        is believed only of a whole chain that somebody else writes, where everybody but its writer may be ahead of us.
        """
        if len(lanes) == 1:
            lane = lanes[0]
            believed = []
            for span in spans:
                here = (ends or {}).get(place_of(lane.row, span.last))
                if here is None:
                    here = self.known_ids(lane.row, span.last, span.last).get(span.last)
                if (not is_own) if here is None else here.hex() == span.head:
                    believed.append((span.first, span.last))
            return {lane.row: join(believed)}
        branches = Branches(self, self._log, lanes)
        proved: dict[int, list[tuple[int, int]]] = {lane.row: [] for lane in lanes}
        for span in spans:
            for lane_row, first, last in branches.behind(span):
                proved[lane_row].append((first, last))
        return {row: join(ranges) for row, ranges in proved.items()}

    def contradicts(self, lanes: list[Lane], spans: Iterable[Span]) -> bool:
        """Whether a peer holds an entry of a chain that is not known here. Of one's own chain nobody can, unless the
        laptop was cloned or set back."""
        return not all(self._knows(lanes, span) for span in spans)

    def _knows(self, lanes: list[Lane], span: Span) -> bool:
        return any(
            self.known_ids(lane.row, span.last, span.last).get(span.last, b"").hex() == span.head for lane in lanes
        )


class Branches:
    """How the runs of a forked chain hang together."""

    def __init__(self, chains: Chains, log: Log, lanes: list[Lane]) -> None:
        self._chains = chains
        self._log = log
        self._lanes = lanes
        self._runs = [_Run(lane.row, first, last) for lane in lanes for first, last in lane.ranges]
        self._before: dict[_Run, bytes] = {}
        self._below: dict[_Run, _Run] = {}
        for run in self._runs:
            parent = chains._parent(run.lane, run.first) if run.first > 1 else None
            if parent is not None:
                self._before[run] = parent
                below = self._find(run.first - 1, parent)
                if below is not None:
                    self._below[run] = below

    def tips(self) -> list[tuple[int, int]]:
        """(lane, number) of the entries that no held entry follows."""
        followed = {(below.lane, run.first - 1) for run, below in self._below.items()}
        return [(run.lane, run.last) for run in self._runs if (run.lane, run.last) not in followed]

    def reach(self, tip: tuple[int, int]) -> tuple[int, int]:
        """The first and last number of the entries that lead to a tip without a gap."""
        run = next(run for run in self._runs if (run.lane, run.last) == tip)
        while run in self._below:
            run = self._below[run]
        return run.first, tip[1]

    def behind(self, span: Span) -> list[tuple[int, int, int]]:
        """(lane, first, last) of the entries here that a peer's span stands for; none where its head is not known."""
        found: list[tuple[int, int, int]] = []
        number, id_ = span.last, bytes.fromhex(span.head)
        while number >= span.first:
            run = self._find(number, id_)
            # The head, or what leads to it, may be withheld from us: the segment's list of hashes shows the way then.
            before = self._before.get(run) if run is not None else self._listed_before(number, id_)
            if run is not None:
                found.append((run.lane, max(run.first, span.first), number))
                number = run.first
            if before is None:
                break
            number, id_ = number - 1, before
        return found

    def _listed_before(self, number: int, id_: bytes) -> bytes | None:
        """The id before an entry that is not held here, as a segment lists it."""
        for lane in self._lanes:
            for sealed in self._chains.sealed(lane.row, number, number):
                ids = ids_of(sealed.hashes)
                if ids[number - sealed.first] == id_:
                    return ids[number - sealed.first - 1] if number > sealed.first else sealed.prev[:16]
        return None

    def _find(self, number: int, id_: bytes) -> _Run | None:
        """The run in which the entry of this number and id lies."""
        for run in self._runs:
            if run.first <= number <= run.last and self._log.ids(run.lane, number, number).get(number) == id_:
                return run
        return None


def _by_chain(lanes: Iterable[Lane]) -> dict[str, list[Lane]]:
    found: dict[str, list[Lane]] = {}
    for lane in lanes:
        found.setdefault(lane.chain, []).append(lane)
    return found


def _lane(row: int, chain: bytes, author: bytes, ranges: str) -> Lane:
    return Lane(row, bytes(chain).hex(), bytes(author).hex(), ranges_of(ranges))
