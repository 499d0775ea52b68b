"""Faults to plant in the product, one at a time: a simulator that does not find them proves nothing.

Each replaces one function of the product by a wrong one, through pytest's monkeypatch. SYNC.md 4.9 has the first ten.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

import sync.dialogue
import sync.exchange
import sync.fold
import sync.journal
import sync.rounds
from sync.chains import Chains, Placed
from sync.clock import Clock
from sync.coverage import Have, Span, holds
from sync.feed import Feed
from sync.journal import Journal
from sync.log import Log
from sync.own import OwnChains
from sync.peers import Peers
from sync.segment import ids_of
from sync.shipping import Selection, Shipping

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Fault:
    """What is wrong, how to plant it, and worlds that show it: the search begins there."""

    name: str
    plant: Plant
    seeds: tuple[int, ...]


def last_writer_wins(patch: pytest.MonkeyPatch) -> None:
    """The loser of two concurrent edits is dropped."""
    whole = sync.fold._setters

    def wrong(*given: Any) -> Any:
        setters = whole(*given)
        return setters._replace(heads={group: heads[:1] for group, heads in setters.heads.items()})

    patch.setattr(sync.fold, "_setters", wrong)


def resolution_names_the_shown_winner_only(patch: pytest.MonkeyPatch) -> None:
    whole = sync.journal.entry_of

    def wrong(author: Any, change: Any, known: Any, *rest: Any) -> Any:
        entry = whole(author, change, known, *rest)
        if change.kind != "resolve":
            return entry
        parents = {group: (known.heads[group][0].id,) for group in entry.b if known.heads.get(group)}
        return msgspec.structs.replace(entry, b=parents)

    patch.setattr(sync.journal, "entry_of", wrong)


def identity_is_chain_and_number(patch: pytest.MonkeyPatch) -> None:
    whole = Chains.place

    def wrong(self: Chains, segment: Any) -> Placed:
        lanes = self.lanes(segment.ch)
        if not lanes:
            return whole(self, segment)
        numbers = range(segment.first, segment.last + 1)
        held = frozenset(n - segment.first for n in numbers if holds(lanes[0].ranges, n))
        return Placed(lanes[0], held, False, {})

    patch.setattr(Chains, "place", wrong)


def noted_as_held_before_the_data(patch: pytest.MonkeyPatch) -> None:
    """What a segment lists is said to be held, though its bytes were withheld."""

    def wrong(self: Chains, lanes: Any, ends: Any = None) -> tuple[Span, ...]:
        sealed = [row for lane in lanes for row in self.sealed(lane.row, 1, 10**6)]
        return tuple(sorted({Span(row.first, row.last, ids_of(row.hashes)[-1].hex()) for row in sealed}))

    patch.setattr(Chains, "spans", wrong)


def a_mark_of_what_was_sent_is_trusted(patch: pytest.MonkeyPatch) -> None:
    whole, sent = Shipping.select, set()

    def wrong(self: Shipping, haves: Any, own: Any, limit: Any) -> Selection:
        chosen = whole(self, haves, own, limit)
        laptop: Any = self._log._connection
        marks = {
            segment.signature: (id(laptop), own, str(self._readable), segment.signature) for segment in chosen.segments
        }
        kept = tuple(segment for segment in chosen.segments if marks[segment.signature] not in sent)
        sent.update(marks.values())
        return replace(chosen, segments=kept)

    patch.setattr(Shipping, "select", wrong)


def a_peer_is_believed_to_hold_what_it_once_held(patch: pytest.MonkeyPatch) -> None:
    """A hub or an office that was put back from a copy is not offered again what it lost."""
    whole = Peers.remember

    def wrong(self: Peers, member: str, peer: Any, *rest: Any, **given: Any) -> None:
        before = self.get(member)
        have: Have = dict(peer.have)
        for chain, spans in (before.have if before else {}).items():
            have[chain] = tuple(sorted({*have.get(chain, ()), *spans}))
        whole(self, member, peer._replace(have=have), *rest, **given)

    patch.setattr(Peers, "remember", wrong)


def only_own_entries_are_offered_again(patch: pytest.MonkeyPatch) -> None:
    whole = sync.exchange.bundle_for_hub

    def wrong(journal: Journal, identity: Any, *rest: Any, **given: Any) -> Any:
        select = Shipping.select

        def own_only(self: Shipping, haves: Any, own: Any, limit: Any) -> Selection:
            chosen = select(self, haves, own, limit)
            return replace(chosen, segments=tuple(s for s in chosen.segments if s.author == identity.member_id))

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Shipping, "select", own_only)
            return whole(journal, identity, *rest, **given)

    patch.setattr(sync.rounds, "bundle_for_hub", wrong)


def a_decision_is_not_tied_to_what_was_seen(patch: pytest.MonkeyPatch) -> None:
    whole = sync.fold._annotations

    def wrong(*given: Any) -> Any:
        decisions, comments = whole(*given)
        return tuple(replace(said, fresh=True) for said in decisions), comments

    patch.setattr(sync.fold, "_annotations", wrong)


def raw_wall_clock(patch: pytest.MonkeyPatch) -> None:
    """Harmless, since parents decide and not times."""

    def wrong(self: Clock) -> Any:
        self.last = (self.wall_ms(), 0)
        return self.last

    patch.setattr(Clock, "tick", wrong)


def a_merge_without_a_savepoint(patch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def wrong(self: Journal) -> Iterator[None]:
        self._log.forget()
        yield

    patch.setattr(Journal, "_whole", wrong)


def a_chain_that_a_twin_goes_on_with_is_not_retired(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OwnChains, "retire", lambda self, lanes: None)


def what_does_not_count_is_dropped(patch: pytest.MonkeyPatch) -> None:
    whole = Log.insert
    patch.setattr(Log, "insert", lambda self, rows: whole(self, [row for row in rows if row.code is None]))


def a_branch_of_a_fork_is_ignored(patch: pytest.MonkeyPatch) -> None:
    whole = Chains.place

    def wrong(self: Chains, segment: Any) -> Placed:
        lanes = self.lanes(segment.ch)
        if not lanes or any(self._fits(lane, segment, segment.ids()) for lane in lanes):
            return whole(self, segment)
        return Placed(lanes[0], frozenset(range(segment.count)), False, {})

    patch.setattr(Chains, "place", wrong)


def the_filter_by_scopes_leaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Shipping, "_visible", lambda self, lane, ranges: ranges)


def an_answer_leaves_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    whole, answered = sync.dialogue.Hub.answer, [0]

    class Undone(Exception):
        pass

    def wrong(self: Any, *given: Any) -> bytes:
        answered[0] += 1
        if answered[0] % 3:
            return whole(self, *given)
        transact, left = self._transact, []

        def undo(work: Any) -> Any:
            def undone(journal: Journal) -> None:
                left.append(work(journal))
                raise Undone

            with contextlib.suppress(Undone):
                transact(undone)
            return left[0]

        self._transact = undo
        try:
            return whole(self, *given)
        finally:
            self._transact = transact

    patch.setattr(sync.dialogue.Hub, "answer", wrong)


def a_receipt_names_one_entry_more(patch: pytest.MonkeyPatch) -> None:
    whole = sync.exchange._receipt

    def wrong(journal: Journal, opened: Any, record: str) -> Any:
        change = whole(journal, opened, record)
        chains = {chain: [[1, last, head] for _, last, head in s] for chain, s in change.fields["chains"].items()}
        return replace(change, fields={**change.fields, "chains": chains})

    patch.setattr(sync.exchange, "_receipt", wrong)


def positions_of_the_feed_have_holes(patch: pytest.MonkeyPatch) -> None:
    whole = Feed.publish

    def wrong(self: Feed) -> None:
        whole(self)
        self._connection.execute("UPDATE counter SET n = n + 1 WHERE name = 'batch' AND n > 3")

    patch.setattr(Feed, "publish", wrong)


def certificates_of_authors_stay_at_home(patch: pytest.MonkeyPatch) -> None:
    whole = sync.exchange._certificates
    patch.setattr(
        sync.exchange, "_certificates", lambda membership, always, others: whole(membership, sorted(always)[:1], others)
    )


FAULTS = (
    Fault("last writer wins", last_writer_wins, (2, 3)),
    Fault("a resolution names the shown winner only", resolution_names_the_shown_winner_only, (2,)),
    Fault("identity is chain and number", identity_is_chain_and_number, (2, 33)),
    Fault("noted as held before the data", noted_as_held_before_the_data, (0,)),
    Fault("a mark of what was sent is trusted", a_mark_of_what_was_sent_is_trusted, (2, 3)),
    Fault("a peer is believed to hold what it once held", a_peer_is_believed_to_hold_what_it_once_held, (2, 20)),
    Fault("only own entries are offered again", only_own_entries_are_offered_again, (6, 11)),
    Fault("a decision is not tied to what was seen", a_decision_is_not_tied_to_what_was_seen, (6, 8)),
    Fault("a merge without a savepoint", a_merge_without_a_savepoint, (29,)),
    Fault("a chain that a twin goes on with is not retired", a_chain_that_a_twin_goes_on_with_is_not_retired, (2, 25)),
    Fault("what does not count is dropped", what_does_not_count_is_dropped, (27,)),
    Fault("a branch of a fork is ignored", a_branch_of_a_fork_is_ignored, (2, 33)),
    Fault("the filter by scopes leaks", the_filter_by_scopes_leaks, (3, 6)),
    Fault("an answer leaves before the commit", an_answer_leaves_before_the_commit, (2, 3)),
    Fault("a receipt names more than is held", a_receipt_names_one_entry_more, (33,)),
    Fault("positions of the feed have holes", positions_of_the_feed_have_holes, (0,)),
    Fault("certificates of authors stay at home", certificates_of_authors_stay_at_home, (50, 52)),
)
