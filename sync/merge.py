"""Taking in what a bundle brought: one pass over its segments, in the caller's transaction, in any order, any number
of times."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sync.chains import Chains
from sync.clock import Time
from sync.coverage import Ranges, runs
from sync.entry import Stored
from sync.fold import Record, fold_new
from sync.folding import Folding
from sync.log import Fresh, Log, Row, lane_of, place_of, record_key, record_keys
from sync.members import REVOCATION, Membership
from sync.own import OwnChains
from sync.payload import Payload
from sync.segment import Segment, read_entries
from sync.tables import Connection
from sync.tally import sum_of

RECEIPT: Final = "receipt"
"""Type of the records by which an office member confirms what it merged."""
Tell = Callable[[int, int], None]
"""tell(entries looked at so far, of how many)."""
BATCH: Final = 1000
"""How many new records are handed to the projection at a time."""


class Touched(NamedTuple):
    """A record that a merge created or changed."""

    record: str
    type: str
    """Empty when none of its entries counts."""
    is_new: bool
    has_conflict: bool


@dataclass(frozen=True)
class Merged:
    """What a merge did."""

    merge: str
    """Merge id, 32 hex digits."""
    bundle: str
    """Bundle id; empty for what an invitation carried."""
    by: str
    """Member who wrote the bundle."""
    new: int
    """Entries that were not here before, those in quarantine included."""
    known: int
    """Entries that were here already."""
    quarantined: int
    """New entries that do not count."""
    judged_anew: int
    """Entries from before that now count, or no longer do, since more is known about members and origins."""
    new_receipts: int
    """New entries that only confirm a merge elsewhere."""
    touched: tuple[Touched, ...]
    members: tuple[str, ...]
    """Members not known before."""
    forked: tuple[str, ...]
    """Chains that turned out to be forked."""
    missing: dict[str, Ranges]
    """Chain of this bundle -> numbers not yet seen: another bundle has to bring them."""
    latest: Time
    """The latest time among the new entries; (0, 0) without any."""
    places: tuple[tuple[int, int], ...]
    """Where the new entries stand in the log, as inclusive ranges: what an undo of this merge has to answer."""

    @property
    def created(self) -> tuple[str, ...]:
        """Ids of the records that were not known before."""
        return tuple(touched.record for touched in self.touched if touched.is_new)

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the known records that have more entries now, or whose entries are judged anew."""
        return tuple(touched.record for touched in self.touched if not touched.is_new)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Ids of the touched records that hold values in conflict."""
        return tuple(touched.record for touched in self.touched if touched.has_conflict)


class Merge:
    """One merge. Made for a single use, inside a savepoint."""

    def __init__(
        self,
        connection: Connection,
        log: Log,
        chains: Chains,
        own: OwnChains,
        folding: Folding,
        membership: Membership,
    ) -> None:
        self._connection = connection
        self._log = log
        self._chains = chains
        self._own = own
        self._folding = folding
        self._membership = membership
        self._live = own.live()
        self._fresh: dict[bytes, Record] = {}
        self._created: set[bytes] = set()
        self._touched: set[bytes] = set()
        self._lengthened: set[str] = set()
        self._is_quarantined: dict[int, bool] = {}
        self._outcome: dict[str, Touched] = {}
        self.forked: set[str] = set()
        self.sum = 0
        self.new = 0
        self.known = 0
        self.judged_anew = 0
        self.new_receipts = 0
        self.latest: Time = (0, 0)

    def run(self, payload: Payload, tell: Tell = lambda done, total: None) -> tuple[Touched, ...]:
        """Take in a payload that was verified; the counts stand in this object afterwards. `tell` is told how many
        entries it has looked at, of how many; what it raises ends the merge."""
        before = self._membership.standings()
        fresh = [body for body in dict.fromkeys(payload.certificates) if not self._membership.knows(body)]
        for certificate in payload.certificates:
            self._membership.add(certificate)
        fresh = self._membership.keep_few_strangers(fresh)
        self._connection.executemany(
            "INSERT INTO certificate (id, body) SELECT coalesce(max(id), 0) + 1, ? FROM certificate",
            [(body,) for body in fresh],
        )
        joined = self._membership.standings()
        # Whoever was not a member yet has no entries here that could be judged anew.
        self._refold_entries_of(member for member in before if before[member] != joined.get(member))
        done, total = 0, sum(segment.count for segment in payload.segments)
        for segment in payload.segments:
            tell(done, total)
            self._segment(segment)
            done += segment.count
        if self._lengthened:
            self._membership.reconsider()
            lanes = [lane.row for chain in sorted(self._lengthened) for lane in self._chains.lanes(chain)]
            self._touched |= self._log.records_in_lanes(lanes)
        after = self._membership.standings()
        self._refold_entries_of(member for member in joined if joined[member] != after.get(member))
        self._flush_fresh()
        self._folding.refold(self._touched, self._membership, self._settled)
        return tuple(self._outcome[record] for record in sorted(self._outcome))

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where the new entries stand in the log, as inclusive ranges."""
        return runs(sorted(self._is_quarantined))

    @property
    def quarantined(self) -> int:
        """How many of the new entries do not count."""
        return sum(self._is_quarantined.values())

    def _refold_entries_of(self, members: Iterable[str]) -> None:
        lanes = self._chains.of_author(members)
        self._touched |= self._log.records_in_lanes(lanes)

    def _segment(self, segment: Segment) -> None:
        key = segment.ch, segment.first, segment.last, segment.signature
        if self._chains.known(*key, segment.withheld) == segment.hashes:
            self.known += segment.count - len(segment.withheld)
            return
        lanes = self._chains.lanes(segment.ch)
        placed = self._chains.place(segment)
        offsets = [o for o, body in enumerate(segment.bodies) if body is not None and o not in placed.held]
        self.known += segment.count - len(segment.withheld) - len(offsets)
        entries = read_entries(segment, offsets)
        if entries:
            rows = self._judge(placed.lane.row, segment.first, entries)
            self._log.insert(rows)
            self._chains.hold(placed.lane, [segment.first + offset for offset, _ in entries])
        self._fill(segment, placed.asked)
        self._chains.keep(placed.lane, segment)
        if self._membership.waits_for(segment.author, segment.ch):
            self._lengthened.add(segment.ch)
        if placed.is_fork:
            self.forked.add(segment.ch)
        for lane in lanes:
            # Somebody else goes on with a chain of ours, so this laptop was cloned or set back: it starts a new one.
            if lane.author == segment.author and (lane.row != placed.lane.row or self._is_ahead(lane.row, segment)):
                self._own.retire([lane.row])

    def _fill(self, segment: Segment, asked: Mapping[int, int]) -> None:
        """Give dropped entries that are asked for their bytes again."""
        for offset, stored in read_entries(segment, [o for o in asked if segment.bodies[o] is not None]):
            place = asked[offset]
            self._log.fill(place, stored.body)
            self._chains.hold(self._chains.lane(lane_of(place)), [segment.first + offset])
            self._touched.add(record_key(stored.entry.r))

    def _is_ahead(self, lane: int, segment: Segment) -> bool:
        return lane in self._live and segment.last > self._live[lane]

    def _judge(self, lane: int, first: int, entries: list[tuple[int, Stored]]) -> list[Fresh]:
        """The rows for new entries. A record whose first entry is a `new` is folded at once, without the log."""
        keys = record_keys([stored.entry.r for _, stored in entries])
        known = self._log.known_records(set(keys))
        base = place_of(lane, first)
        is_quarantined, latest = self._is_quarantined, self.latest
        rows: list[Fresh] = []
        for key, (offset, stored) in zip(keys, entries, strict=True):
            entry = stored.entry
            place = base + offset
            code = None
            if key in known or entry.k != "new":
                self._touched.add(key)
                if key not in known:
                    self._created.add(key)
            else:
                code = self._fold_fresh(key, stored)
            known.add(key)
            rows.append(Fresh(place, key, code, stored))
            is_quarantined[place] = code is not None
            if entry.t > latest:
                latest = entry.t
            if entry.y == RECEIPT:
                self.new_receipts += 1
            elif entry.y == REVOCATION:
                self._membership.add_revocation(stored)
        self.latest = latest
        self.new += len(rows)
        self.sum += sum_of(bytes.fromhex("".join([stored.id for _, stored in entries])))
        if len(self._fresh) >= BATCH:
            self._flush_fresh()
        return rows

    def _fold_fresh(self, key: bytes, stored: Stored) -> str | None:
        record = fold_new(stored, self._folding.rules, self._membership)
        self._fresh[key] = record
        self._created.add(key)
        return record.quarantined[0][1] if record.quarantined else None

    def _flush_fresh(self) -> None:
        """Hand the records folded at once to the projection, but for those that the rest of the merge will refold."""
        ready = [record for key, record in self._fresh.items() if key not in self._touched]
        self._fresh.clear()
        if ready:
            self._outcome.update((record.id, Touched(record.id, record.type, True, False)) for record in ready)
            self._folding.project(ready)

    def _settled(self, key: bytes, record: Record, rows: Sequence[Row], stale: Sequence[int]) -> None:
        fresh = [row for row in rows if row.place in self._is_quarantined]
        if not fresh and not stale:
            # Looked at for its author's sake, and found as it was.
            return
        quarantined = dict(record.quarantined)
        for row in fresh:
            self._is_quarantined[row.place] = row.stored.id in quarantined
        self.judged_anew += sum(place not in self._is_quarantined for place in stale)
        is_new, has_conflict = key in self._created, bool(record.conflicts)
        self._outcome[record.id] = Touched(record.id, record.type, is_new, has_conflict)
