"""A laptop's visit to a hub: round after round, until neither lacks anything of the other.

Nothing is remembered of what was sent. Each request brings what the last answer showed the hub to lack, so a visit that
broke off anywhere is simply made again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sync.bundle import inspect_head
from sync.certificates import Member, Programme
from sync.coverage import Have, numbers_of, without
from sync.dialogue import Transact, is_answer, read_description
from sync.errors import SyncError, Unreachable, Untrusted
from sync.exchange import Outgoing, Received, bundle_for_hub, merge_bundle
from sync.journal import Author, Journal, Merged
from sync.randomness import Random, system_random, token
from sync.wire import LEAST_ENTRIES, MOST_ENTRIES, Link

SWIFT_S: Final = 2.0
"""An answer within this time lets the next request be eight times as large: such a link carries it within QUICK_S."""
QUICK_S: Final = 20.0
"""An answer within this time lets the next request be twice as large."""
SLOW_S: Final = 60.0
"""An answer that took longer than this makes the next request half as large: the link became slower."""
MAX_FAILURES: Final = 3
"""Failures without anything moved between them, each met with a smaller request, after which the visit ends."""
PAUSE_S: Final = 0.5
MAX_WAITS: Final = 20
"""How often in a visit a busy hub is waited for."""
BUSY_S: Final = 1.0
PATIENCE_S: Final = 30.0
"""A hub that asks for a longer wait than this is left for the next visit."""

# A signature that does not fit is a changed digit or a stranger in the wire; neither says anything about the hub.
_DAMAGED: Final = frozenset(
    {"bundle_unknown", "bundle_truncated", "bundle_damaged", "bundle_forged", "bundle_too_large"}
)
Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class Visit:
    """What a visit did."""

    hub: Member
    sent: int
    """Entries that the hub did not show to hold before."""
    received: int
    """Entries that were new here."""
    quarantined: int
    """Of those, entries that do not count."""
    rounds: int
    """Requests that were answered."""
    offset_ms: int
    """This laptop's clock less the hub's: below zero when it is behind."""
    merges: tuple[Merged, ...]
    """What each answer brought that was new."""


class Pace:
    """How many entries go at a time: few at first, more after each quick answer, half after a slow one or a failure."""

    def __init__(self) -> None:
        self.entries = LEAST_ENTRIES
        self._failures = 0

    def answered(self, took_s: float, has_moved: bool) -> None:
        """An answer came. One that moved nothing says nothing about the link: on a wire that always breaks under the
        entries themselves the question what is missing is answered every time.
        """
        if not has_moved:
            return
        self._failures = 0
        if took_s < QUICK_S:
            self.entries = min((8 if took_s < SWIFT_S else 2) * self.entries, MOST_ENTRIES)
        elif took_s > SLOW_S:
            self.entries = max(self.entries // 2, LEAST_ENTRIES)

    def failed(self) -> bool:
        """No answer came; returns whether it is worth another try."""
        self._failures += 1
        self.entries = max(self.entries // 2, LEAST_ENTRIES)
        return self._failures < MAX_FAILURES


class Visitor:
    """One visit of a replica to the hub behind `link`. Made for a single use.

    `author` writes the receipts of an office member; its clock learns the offset from the hub's.
    """

    def __init__(
        self,
        link: Link,
        transact: Transact,
        author: Author,
        programme: Programme,
        *,
        progress: Progress = lambda done, total, what: None,
        random: Random = system_random,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._transact = transact
        self._author = author
        self._programme = programme
        self._progress = progress
        self._random = random
        self._sleep = sleep
        self._monotonic = monotonic
        self._pace = Pace()
        self._sent = 0
        self._received = 0
        self._rounds = 0
        self._waits = 0
        self._merges: list[Merged] = []
        self._settled: list[Have] = []

    def run(self) -> Visit:
        """Make the visit.

        Raises Unreachable hub_unreachable, hub_timeout, hub_busy, hub_failed, hub_answer_damaged, hub_not_found,
        hub_no_progress; Untrusted hub_foreign, hub_untrusted and what the hub or the merge of its answers refuses;
        NotAllowed where this member may not. What was exchanged until then stays exchanged.
        """
        hub, offset_ms = self._meet()
        shown: Have | None = None
        is_more = True
        while True:
            asked = self._pace.entries
            request = self._write(hub, shown, asked)
            if shown is not None and not request.segments and not is_more:
                break
            try:
                received = self._exchange(hub, request, asked)
            except SyncError as error:
                self._recover(error)
                # What the hub kept of it is not known, so it is asked before anything is sent again.
                shown, is_more = None, True
                continue
            before, shown = shown, received.opened.payload.have
            is_more = _is_cut_short(received, asked) or _has_more_papers(received)
            has_moved = received.merged.new or received.papers.new
            if before == shown and not has_moved and (request.segments or is_more):
                if is_more or not _may_hold(shown, request.carried):
                    raise Unreachable("hub_no_progress", left=request.entries)
                # Where a chain is forked and parts of it are withheld from us, no word of the hub can prove here that
                # it has what it was just given; the next visit asks anew.
                self._settled.append(request.carried)
        quarantined = sum(merged.quarantined for merged in self._merges)
        return Visit(hub, self._sent, self._received, quarantined, self._rounds, offset_ms, tuple(self._merges))

    def _meet(self) -> tuple[Member, int]:
        """Find out offline who the hub is, and how far our clock is from its."""
        nonce, clock = token(self._random), self._author.clock
        asked_ms = clock.wall_ms()
        body = self._link.describe(nonce)
        # The hub looked at its clock about half-way between question and answer.
        middle_ms = (asked_ms + clock.wall_ms()) // 2
        said = self._transact(lambda journal: read_description(body, nonce, journal.membership))
        clock.offset_ms = middle_ms - said.now_ms
        return said.member, clock.offset_ms

    def _write(self, hub: Member, shown: Have | None, limit: int) -> Outgoing:
        author = self._author

        def work(journal: Journal) -> Outgoing:
            now_ms = author.clock.wall_ms()
            return bundle_for_hub(
                journal,
                author.identity,
                self._programme,
                hub,
                shown,
                now_ms,
                settled=self._settled,
                limit=limit,
                random=self._random,
            )

        return self._transact(work)

    def _exchange(self, hub: Member, request: Outgoing, asked: int) -> Received:
        """One round: a request there, its answer back and merged, each in one transaction."""
        began_s = self._monotonic()
        answer = self._link.exchange(request.data, asked)
        took_s = self._monotonic() - began_s
        received = self._merge(hub, request, answer)
        self._rounds += 1
        self._sent += request.entries
        self._received += received.merged.new
        if received.merged.new or received.merged.members:
            self._merges.append(received.merged)
        has_moved = request.segments > 0 or received.merged.new > 0 or received.papers.new > 0
        self._pace.answered(took_s, has_moved)
        self._progress(self._sent + self._received, None, "sync")
        return received

    def _merge(self, hub: Member, request: Outgoing, answer: bytes) -> Received:
        try:
            head = inspect_head(answer)
            if head.by != hub.id or not is_answer(head.bundle, request.bundle):
                # Genuine perhaps, but an old answer or another's; who put it here may want us to believe we are done.
                raise Unreachable("hub_answer_damaged")
            return self._transact(lambda journal: merge_bundle(journal, answer, self._author, random=self._random))
        except Untrusted as error:
            if error.code in _DAMAGED:
                raise Unreachable("hub_answer_damaged") from None
            raise

    def _recover(self, error: SyncError) -> None:
        """Come back with less, a little later; raises `error` where that would not help."""
        asked_s = error.retry_after_s if isinstance(error, Unreachable) else 0.0
        if asked_s > PATIENCE_S:
            raise error
        if (error.code == "hub_busy" or asked_s) and self._waits < MAX_WAITS:
            self._waits += 1
            self._sleep(max(asked_s, BUSY_S))
        elif (isinstance(error, Unreachable) or error.code == "bundle_too_large") and self._pace.failed():
            self._sleep(PAUSE_S)
        else:
            raise error


def _may_hold(shown: Have, carried: Have) -> bool:
    """Whether the hub says that it holds these numbers, on whatever branch."""
    return all(not without(numbers_of(spans), numbers_of(shown.get(chain, ()))) for chain, spans in carried.items())


def _is_cut_short(received: Received, asked: int) -> bool:
    """Whether the hub may have more for us: an answer of fewer entries than asked for holds everything."""
    return sum(segment.count for segment in received.opened.payload.segments) >= asked


def _has_more_papers(received: Received) -> bool:
    """Whether another question brings more of the papers that the hub has for us; where none of these could be kept,
    none of the rest is asked for."""
    return received.opened.payload.papers_left > 0 and received.papers.new > 0
