"""The journal: every entry of a replica, what follows from them, and the way in and out; SQL over one connection.

The caller owns the transaction. Each call that writes is whole or leaves no trace, even inside a transaction that is
committed afterwards.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sync.bundle import Opened
from sync.certificates import Member
from sync.chains import Chains
from sync.changes import Change, entry_of
from sync.clock import Time
from sync.compaction import Attic
from sync.coverage import Have, Ranges, join, runs
from sync.doubts import Doubts
from sync.entry import Stored
from sync.errors import NotAllowed, NotFound
from sync.feed import Batch, Feed
from sync.fold import Record, Rules, fold, in_order
from sync.folding import Folding, Project
from sync.keys import Identity
from sync.log import Log, Row, chunks, place_of, record_key
from sync.members import REVOCATION, Membership
from sync.merge import Merge, Merged, Tell
from sync.own import Author, OwnChains
from sync.papers import Papers
from sync.payload import Known, Payload
from sync.peers import Peer, Peers
from sync.randomness import Random, system_random, token
from sync.record_id import RecordIds
from sync.reports import Report, Reports
from sync.requests import Requests
from sync.segment import Segment
from sync.shipping import Selection, Shipping
from sync.sums import Sums
from sync.tables import LOCK_WRITERS, REVOCATION_LABEL, Connection, create_tables
from sync.tally import recount
from sync.vouching import Vouching

__all__ = ["LOCK_WRITERS", "Author", "Batch", "Change", "Journal", "Merged", "Quarantined", "Report", "create_tables"]


class Quarantined(NamedTuple):
    """An entry that does not count, kept for a person to look at."""

    stored: Stored
    code: str
    place: int
    """The number of its row; see `Report.summary["places"]`."""


class Journal:
    """All that is known of one programme on one replica.

    `project` is called with the records that changed, inside the same transaction, and may be called more than once
    for a record; the last call counts. `lock` is called before anything is written, on engines where several may write
    at once: from then until the transaction ends, nobody else may.
    """

    def __init__(
        self,
        connection: Connection,
        rules: Rules,
        programme_id: str,
        *,
        project: Project = lambda records: None,
        random: Random = system_random,
        admin_roles: frozenset[str] = frozenset({"admin"}),
        lock: Callable[[], None] = lambda: None,
    ) -> None:
        self.rules = rules
        self.programme_id = programme_id
        self._connection = connection
        self._random = random
        self.admin_roles = admin_roles
        self._lock = lock
        self._log = Log(connection)
        self._chains = Chains(connection, self._log)
        self._own = OwnChains(connection, self._log, self._chains, random)
        self._peers = Peers(connection, self._log, self._chains)
        self._reports = Reports(connection)
        self._feed = Feed(connection, self._log)
        self.requests = Requests(connection)
        """The signed requests that this replica has answered, when it is a hub."""
        self.sums = Sums(connection, self._log, self._chains)
        self.doubts = Doubts(connection, self._chains, self.sums)
        self.papers = Papers(connection, lambda: self.membership, rules.office_roles, lock)
        self._folding = Folding(self._log, rules, project, self._chains.ask_for)
        self.attic = Attic(self._log, self._chains, self._peers, rules, lambda: self.membership, self._whole)
        self._ids = RecordIds()
        self._vouching = Vouching(self._chains, self._log)
        self._membership: Membership | None = None
        self._membership_seen = (0, 0)

    # -- reading

    @property
    def connection(self) -> Connection:
        """The caller's own, for its tables in the transaction of this journal."""
        return self._connection

    @property
    def membership(self) -> Membership:
        """Who belongs to the programme, as far as this replica knows."""
        seen = self.members_seen
        if self._membership is None or seen != self._membership_seen:
            self._membership = Membership(self.programme_id, self.admin_roles, vouched=self._vouching.ids)
            for (body,) in self._connection.execute("SELECT body FROM certificate ORDER BY id").fetchall():
                self._membership.add(bytes(body))
            for row in self._log.revocations():
                self._membership.add_revocation(row.stored)
            self._membership_seen = seen
        return self._membership

    @property
    def members_seen(self) -> tuple[int, int]:
        """Grows with every certificate and revocation, and shrinks when a transaction with one is rolled back."""
        row = self._connection.execute(
            "SELECT (SELECT coalesce(max(id), 0) FROM certificate),"
            " (SELECT count(*) FROM entry WHERE type IN (1, 2) AND type = ?)",
            (REVOCATION_LABEL,),
        ).fetchone()
        return row[0], row[1]

    def record(self, record_id: str) -> Record | None:
        """The record as its entries make it; None when it has none, also for what is no record id."""
        entries = self.entries_of(record_id)
        return fold(record_id, entries, self.rules, self.membership) if entries else None

    def records_named(self, record_ids: Iterable[str]) -> dict[str, Record]:
        """The records of these ids, without those that have no entry; read many at a time."""
        self._log.forget()
        membership = self.membership
        found = self._entries_of(record_ids)
        return {id_: fold(id_, entries, self.rules, membership) for id_, entries in found.items() if entries}

    def records(self, type_: str) -> Iterator[Record]:
        """All records of a type that have an entry that counts, in order of their ids."""
        self._log.forget()
        for record in self._folding.read(self._log.records_of(type_), self.membership):
            if record.type == type_:
                yield record

    def entries_of(self, record_id: str) -> list[Stored]:
        """All entries of a record, in quarantine or not, in (t, ch, id) order; none for its id in another spelling."""
        self._log.forget()
        return self._entries(record_id)

    def _entries(self, record_id: str) -> list[Stored]:
        return self._entries_of([record_id])[record_id]

    def _entries_of(self, record_ids: Iterable[str]) -> dict[str, list[Stored]]:
        """Every id with the entries that are written under it; no id's entries are asked for by themselves, since a
        decision about a thousand records would wait for a thousand statements."""
        found: dict[str, list[Stored]] = {record_id: [] for record_id in record_ids}
        named = {}
        for record_id in found:
            # What is no record's id has no entries.
            with contextlib.suppress(ValueError):
                named[record_id] = record_key(record_id)
        rows: dict[bytes, list[Row]] = {}
        for asked in chunks(dict.fromkeys(named.values())):
            rows.update(self._log.records(asked))
        for record_id, key in named.items():
            entries = (row.stored for row in rows[key])
            found[record_id] = sorted((one for one in entries if one.entry.r == record_id), key=in_order)
        return found

    def quarantine(self) -> list[Quarantined]:
        """The entries that do not count, in (t, ch, id) order."""
        self._log.forget()
        found = [
            Quarantined(row.stored, row.code, row.place) for row in self._log.in_quarantine() if row.code is not None
        ]
        return sorted(found, key=lambda quarantined: in_order(quarantined.stored))

    def coverage(self, chains: Iterable[str] | None = None) -> Have:
        """What is held: {chain: ((first, last, id of entry last), ...)}; equal wherever the same entries are held. Only
        of these chains, when they are given."""
        self._log.forget()
        return self._chains.coverage(chains)

    def forked(self) -> tuple[str, ...]:
        """Chains in which two entries claim one place, sorted."""
        return tuple(sorted(self._chains.forked()))

    def chains(self) -> dict[str, tuple[str, int]]:
        """Chain -> its author and the last number held; of a forked chain, of its longest branch."""
        held = {chain: [lane for lane in lanes if lane.ranges] for chain, lanes in self._chains.all().items()}
        return {
            chain: (lanes[0].author, max(lane.ranges[-1][1] for lane in lanes))
            for chain, lanes in held.items()
            if lanes
        }

    def count(self, type_: str) -> int:
        """How many records of a type have a beginning that counts."""
        return self._log.count_begun(type_)

    def missing(self) -> dict[str, Ranges]:
        """Chain -> numbers that were written somewhere and are not accounted for here."""
        return self._missing(self._chains.all(), {})

    def _missing(self, chains: Iterable[str], said: Mapping[str, Ranges]) -> dict[str, Ranges]:
        found = {}
        outside: dict[str, Ranges] | None = None
        for chain in sorted(chains):
            lanes = self._chains.lanes(chain)
            ranges = self._chains.missing(lanes, said.get(chain, ()))
            if ranges:
                # What all peers ever said is read only where something is missing without it.
                outside = self._peers.outside(self._office()) if outside is None else outside
                ranges = self._chains.missing(lanes, join((*outside.get(chain, ()), *said.get(chain, ()))))
            if ranges:
                found[chain] = ranges
        return found

    def _office(self) -> set[str]:
        return {member.id for member in self.membership.all() if member.role in self.rules.office_roles}

    def last_time(self, member: str, device: str) -> Time:
        """The time of the latest entry written by this member on this device; (0, 0) without any."""
        return self._own.last_time(member, device)

    def latest_of(self, member: str) -> int | None:
        """When a member wrote the latest of its entries that are here, in ms since 1970 UTC; None without any."""
        self._log.forget()
        ends = [place_of(lane.row, lane.ranges[-1][1]) for lane in self._chains.by_author(member) if lane.ranges]
        return max((row.stored.entry.t[0] for end in ends for row in self._log.between(end, end)), default=None)

    # -- writing

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """All of the block, or nothing of it, whatever the caller does with its transaction afterwards."""
        self._lock()
        self._log.forget()
        self._connection.execute("SAVEPOINT journal")
        try:
            yield
        except BaseException:
            self._membership = None
            self._log.forget()
            # On a full disk the engine may have rolled back all of the transaction, and the savepoint with it; then
            # there is nothing left to undo, and the caller is to hear of the disk.
            with contextlib.suppress(Exception):
                self._connection.execute("ROLLBACK TO SAVEPOINT journal")
                self._connection.execute("RELEASE SAVEPOINT journal")
            raise
        self._connection.execute("RELEASE SAVEPOINT journal")

    def _merge_into(self, membership: Membership) -> Merge:
        return Merge(self._connection, self._log, self._chains, self._own, self._folding, membership)

    def revocation_of(self, member: str, reason: str) -> dict[str, object]:
        """The fields of the entry that revokes a member: what is here of its work counts on, nothing else does.

        Raises NotFound member_unknown.
        """
        self._log.forget()
        return self.membership.revocation_of(member, reason, *self._vouching.cut_off(member))

    def new_record(
        self, author: Author, *, random: Random | None = None, is_taken: Callable[[str], bool] | None = None
    ) -> str:
        """An id for a record that this author begins: it names the author, and no record here has it.

        `random` None is the journal's own. `is_taken` may rule out more, such as ids that wait outside the journal.
        """

        def is_known(record: str) -> bool:
            return bool(self._log.known_records([record_key(record)])) or (is_taken is not None and is_taken(record))

        return self._ids.next(author.identity.member_id, author.clock.wall_ms(), random or self._random, is_known)

    def add_certificate(self, certificate: bytes) -> Member:
        """Take in a certificate: the founder's, or one's own after claiming an invitation.

        Raises what `Membership.add` raises.
        """
        with self._whole():
            membership = self.membership
            self._merge_into(membership).run(Payload(at_ms=0, certificates=(certificate,)))
            self._membership_seen = self.members_seen
            return membership.add(certificate)

    def append(self, author: Author, changes: Sequence[Change]) -> list[Stored]:
        """Write entries of one's own, fold and project their records, all or none.

        Raises NotAllowed with the code for which an entry would not count, SyncError entry_damaged or entry_too_large
        for fields that no entry can hold; nothing is written then.
        """
        if not changes:
            return []
        with self._whole():
            membership, member = self.membership, author.identity.member_id
            code = membership.code_of(member)
            if code is not None:
                raise NotAllowed(code, member=member)
            tip = self._own.tip(author)
            author.clock.last = max(author.clock.last, self._own.last_time(member, author.device))
            records: dict[str, Record] = {}
            entries = self._entries_of(change.record for change in changes)
            rows = []
            for change in changes:
                r = change.record
                if r not in records:
                    records[r] = fold(r, entries[r], self.rules, membership)
                stored = Stored.write(entry_of(author, change, records[r], tip, self.rules, token(self._random)))
                entries[r].append(stored)
                records[r] = fold(r, entries[r], self.rules, membership)
                refused = dict(records[r].quarantined).get(stored.id)
                if refused is not None:
                    raise NotAllowed(refused)
                rows.append(tip.follow(stored))
            self._own.write(author, tip, rows)
            self._feed.add(
                rows[0].stored.id,
                member,
                author.clock.last[0],
                len(rows),
                sum(int(row.stored.id, 16) for row in rows),
                runs(row.place for row in rows),
            )
            self._follow(membership, [row.stored for row in rows], list(records.values()), entries)
            return [row.stored for row in rows]

    def _follow(
        self, membership: Membership, written: list[Stored], records: list[Record], entries: dict[str, list[Stored]]
    ) -> None:
        """Let everything follow from own entries as it follows from merged ones."""
        before = membership.standings()
        anew = {record_key(record.id) for record in records if len(entries[record.id]) > 1}
        revoking = [stored for stored in written if stored.entry.y == REVOCATION]
        for stored in revoking:
            membership.add_revocation(stored)
        if revoking:
            after = membership.standings()
            lanes = self._chains.of_author(member for member in before if before[member] != after.get(member))
            anew |= self._log.records_in_lanes(lanes)
            self._membership_seen = self.members_seen
        fresh = [record for record in records if record_key(record.id) not in anew]
        if fresh:
            self._folding.project(fresh)
        self._folding.refold(anew, membership)

    def seal(self, identity: Identity) -> int:
        """Sign what this member wrote here since the last time, as segments that can travel; returns how many."""
        with self._whole():
            return self._own.seal(identity)

    def merge(self, opened: Opened, at_ms: int = 0, tell: Tell = lambda done, total: None) -> Merged:
        """Take in an opened bundle, in whatever order and however often bundles come.

        `at_ms` is noted in the report of the merge; `tell` is told how many of its entries were looked at, of how many,
        and what it raises takes the merge back. Gaps are accepted and named under `missing`. Raises Untrusted:
        entry_damaged, entry_version, entry_too_large, segment_damaged; nothing is applied then.
        """
        return self.merge_payload(opened.payload, opened.by.id, opened.head.bundle, at_ms, tell)

    def merge_payload(
        self,
        payload: Payload,
        by: str,
        bundle: str = "",
        at_ms: int = 0,
        tell: Tell = lambda done, total: None,
    ) -> Merged:
        """Take in a payload that `open_bundle` or `open_payload` checked; `by` is the member who made it."""
        with self._whole():
            membership = self.membership
            before = {member.id for member in membership.all()}
            merge = self._merge_into(membership)
            touched = merge.run(payload, tell)
            self._membership_seen = self.members_seen
            merged = Merged(
                merge=token(self._random),
                bundle=bundle,
                by=by,
                new=merge.new,
                known=merge.known,
                quarantined=merge.quarantined,
                judged_anew=merge.judged_anew,
                new_receipts=merge.new_receipts,
                touched=touched,
                members=tuple(member.id for member in membership.all() if member.id not in before),
                forked=tuple(sorted(merge.forked)),
                missing=self._missing({segment.ch for segment in payload.segments}, payload.outside),
                latest=merge.latest,
                places=merge.places,
            )
            if merged.new:
                self._feed.add(merged.merge, by, at_ms, merged.new, merge.sum, merged.places)
            if merged.new or merged.members:
                self._reports.add(merged, at_ms)
            return merged

    def publish(self) -> None:
        """Put into the feed what this transaction merged and wrote. Call it last, right before the commit: a position
        that is given earlier would become visible after later ones."""
        self._feed.publish()

    def batches_after(self, cursor: int, limit: int = 1000) -> list[Batch]:
        """What became durable after position `cursor` (0: from the beginning), in order and without a hole.

        The last one's `pos` is the next cursor. Fewer than `limit` may come, also when more is on its way.
        """
        self._log.forget()
        return self._feed.after(cursor, limit)

    def batch_entries(self, batch: Batch) -> list[Stored]:
        """The entries of a batch, in (t, ch, id) order."""
        self._log.forget()
        rows = [row for first, last in batch.places for row in self._log.between(first, last)]
        return sorted((row.stored for row in rows), key=in_order)

    def reports(self) -> list[Report]:
        """What merges brought something new, in order of their time."""
        return self._reports.all()

    def merged_entries(self, merge: str) -> list[Stored]:
        """The entries that a merge brought, in (t, ch, id) order. Raises NotFound merge_unknown."""
        for report in self.reports():
            if report.merge == merge:
                self._log.forget()
                ranges = report.summary["places"]
                rows = [row for first, last in ranges for row in self._log.between(first, last)]
                return sorted((row.stored for row in rows), key=in_order)
        raise NotFound("merge_unknown", merge=merge)

    def rebuild(self) -> None:
        """Work out anew, from entries and certificates alone, everything that follows from them, and project it all."""
        with self._whole():
            self._membership = None
            self._chains.hold_all_again()
            recount(self._connection)
            self._folding.refold(self._log.all_records(), self.membership)

    # -- exchange

    @property
    def known_segments(self) -> Known:
        """What `open_bundle` asks about segments, so that a bundle that was merged before is soon dealt with."""
        return self._chains.known

    def select(
        self,
        haves: Sequence[Have],
        scopes: tuple[str, ...] | None,
        own: str | None = None,
        limit: int | None = None,
    ) -> Selection:
        """The sealed segments of which none of `haves` proves that a peer holds them.

        `scopes` None is everything; otherwise bodies about records outside these scopes are withheld, the public scope
        never is. `own` is the member who asks, whose own chains nobody else can be ahead of. `limit` stops after about
        so many entries.
        """
        self._log.forget()
        return Shipping(self._chains, self._log, scopes).select(haves, own, limit)

    def segments_for(self, have: Have, scopes: tuple[str, ...] | None) -> list[Segment]:
        """The sealed segments that a peer lacks."""
        return list(self.select([have], scopes).segments)

    def remember_peer(
        self,
        member_id: str,
        have: Have,
        outside: Mapping[str, Ranges] | None = None,
        known: Sequence[str] = (),
        at_ms: int = 0,
        *,
        is_complete: bool = False,
    ) -> None:
        """Keep what a member's latest bundle said of its replica; `is_complete` when it left out nothing else.

        When it holds entries of an own chain that are not known here, this laptop was cloned or set back, and the next
        own entry begins a new chain.
        """
        with self._whole():
            self._peers.remember(member_id, Peer(have, dict(outside or {}), tuple(known), at_ms), is_complete)
            self._own.compare(have)

    def known_of(self, member_id: str) -> Have:
        """What a member showed to hold, by its latest bundle and by the receipts it wrote since."""
        self._log.forget()
        return self._peers.known_of(member_id)

    def peer(self, member_id: str) -> Peer | None:
        """What a member's latest bundle said; None when none was merged."""
        return self._peers.get(member_id)
