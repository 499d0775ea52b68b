"""Who holds a slot when the best who waits is to move up first, and not the first who was approved.

Then it matters when a slot became free, so everything that ever happened to slots is gone through in its own order:
approvals, their endings, leases, and the programme's settings, each with the time and the id of the entry that said so.
The outcome depends on the set of entries alone, whatever the order in which they arrived.

Whoever holds a slot keeps it: a later approval never takes it away, only fewer slots do, from the last approved.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fieldapp.domain.programme import WAITING_ORDERS, ProgrammeSettings
from fieldapp.domain.quota import Allocation


class Moment(NamedTuple):
    """When an entry was written: milliseconds and counter of its clock, and its id, so that no two are alike."""

    ms: int
    counter: int
    entry: str


class Turn(NamedTuple):
    """An approval of a registration, from its decision until what ended it; `until` is None for one in force."""

    start: Moment
    registration: str
    decider: str
    categories: tuple[str, ...]
    until: Moment | None = None


class LeaseChange(NamedTuple):
    """From `at` on, the lease of this id gives `decider` so many slots."""

    at: Moment
    lease: str
    decider: str
    slots: int


class SettingChange(NamedTuple):
    """From `at` on the programme has these settings of allocation; None leaves one as it was."""

    at: Moment
    quota: int | None = None
    waiting_order: str | None = None
    categories: tuple[str, ...] | None = None


Key = tuple[int, Moment]
#: What happens at one moment, in this order.
_START: Final = 0
_END: Final = 1
_CHANGE: Final = 2


@dataclass(slots=True)
class _Line:
    """The slots of one decider: who holds one, and who waits, best first; the heap may hold some who left since."""

    slots: int = 0
    holders: dict[str, Turn] = field(default_factory=dict)
    waiting: dict[str, Turn] = field(default_factory=dict)
    heap: list[tuple[Key, str]] = field(default_factory=list)


class _Replay:
    def __init__(self, settings: ProgrammeSettings, *, is_cut: bool) -> None:
        self._settings = settings
        self._is_cut = is_cut
        self._lines: dict[str, _Line] = {}
        self._leases: dict[str, LeaseChange] = {}
        self._held = 0
        self._ranks: dict[tuple[str, ...], int] = {}
        self._quota = settings.quota
        self._order = WAITING_ORDERS[0]
        self._categories = settings.categories

    def line(self, decider: str) -> _Line:
        return self._lines.setdefault(decider, _Line())

    def key(self, turn: Turn) -> Key:
        """Where somebody stands in line."""
        if self._order != "priority":
            return 0, turn.start
        rank = self._ranks.get(turn.categories)
        if rank is None:
            known = [self._categories.index(code) for code in turn.categories if code in self._categories]
            rank = self._ranks[turn.categories] = min(known, default=len(self._categories))
        return rank, turn.start

    def start(self, turn: Turn) -> None:
        line = self.line(turn.decider)
        line.waiting[turn.registration] = turn
        heapq.heappush(line.heap, (self.key(turn), turn.registration))
        self.fill(turn.decider)

    def end(self, turn: Turn) -> None:
        line = self.line(turn.decider)
        line.waiting.pop(turn.registration, None)
        if line.holders.pop(turn.registration, None) is not None:
            self._held -= 1
            # Where the quota cuts leases, anybody's line may move up.
            self.fill(None if self._is_cut else turn.decider)

    def lease(self, change: LeaseChange) -> None:
        before = self._leases.get(change.lease)
        self._leases[change.lease] = change
        if before is not None:
            self.line(before.decider).slots -= before.slots
        self.line(change.decider).slots += change.slots
        for decider in sorted({change.decider, before.decider if before else change.decider}):
            self.settle(decider)

    def setting(self, change: SettingChange) -> None:
        if change.quota is not None:
            self._quota = change.quota
        if change.waiting_order is not None:
            self._order = change.waiting_order
        if change.categories is not None:
            self._categories = change.categories
        self._ranks.clear()
        for line in self._lines.values():
            line.heap = [(self.key(turn), one) for one, turn in line.waiting.items()]
            heapq.heapify(line.heap)
        self.settle(None)

    def present(self, leases: Mapping[str, int]) -> None:
        """What is leased now, whichever entries are known to have said so."""
        for decider in self._lines.keys() | leases.keys():
            self.line(decider).slots = leases.get(decider, 0)
        for decider in sorted(self._lines):
            self.trim(decider)
        self.setting(SettingChange(Moment(0, 0, ""), *_allocating(self._settings)))

    def settle(self, decider: str | None) -> None:
        """Fewer slots go from the last approved, more go to the best who wait."""
        for each in sorted(self._lines) if decider is None else [decider]:
            self.trim(each)
        while self._is_cut and self._held > max(0, self._quota):
            last = max(turn for line in self._lines.values() for turn in line.holders.values())
            self._back(last)
        self.fill(None if self._is_cut else decider)

    def trim(self, decider: str) -> None:
        line = self.line(decider)
        over = len(line.holders) - max(0, line.slots)
        if over > 0:
            for turn in heapq.nlargest(over, line.holders.values()):
                self._back(turn)

    def _back(self, turn: Turn) -> None:
        line = self.line(turn.decider)
        del line.holders[turn.registration]
        self._held -= 1
        line.waiting[turn.registration] = turn
        heapq.heappush(line.heap, (self.key(turn), turn.registration))

    def fill(self, decider: str | None) -> None:
        lines = [self.line(decider)] if decider is not None else [self._lines[name] for name in sorted(self._lines)]
        while not self._is_cut or self._held < self._quota:
            open_ = [line for line in lines if len(line.holders) < line.slots and self._first(line) is not None]
            if not open_:
                return
            best = min(open_, key=lambda line: line.heap[0])
            _key, one = heapq.heappop(best.heap)
            best.holders[one] = best.waiting.pop(one)
            self._held += 1

    def _first(self, line: _Line) -> str | None:
        while line.heap:
            key, one = line.heap[0]
            turn = line.waiting.get(one)
            if turn is not None and key[1] == turn.start:
                return one
            heapq.heappop(line.heap)
        return None

    def outcome(self) -> Allocation:
        approved = frozenset(one for line in self._lines.values() for one in line.holders)
        waiting = sorted((self.key(turn), one) for line in self._lines.values() for one, turn in line.waiting.items())
        used = {decider: len(line.holders) for decider, line in self._lines.items() if line.holders}
        return Allocation(approved, tuple(one for _key, one in waiting), used)


def replay(
    settings: ProgrammeSettings,
    leases: Mapping[str, int],
    turns: Iterable[Turn],
    changes: Iterable[LeaseChange | SettingChange] = (),
) -> Allocation:
    """Who holds a slot after all of that happened, and who waits, best first.

    `settings` and `leases` are those in force now; `changes` say since when, and what was before. While the leases
    together fit the quota, every decider's line is a matter of its own and may be asked for alone.
    """
    is_cut = sum(leases.values()) > settings.quota
    going = _Replay(settings, is_cut=is_cut)
    events: list[tuple[Moment, int, int, Turn | LeaseChange | SettingChange]] = []
    for number, turn in enumerate(turns):
        events.append((turn.start, _START, number, turn))
        if turn.until is not None:
            events.append((max(turn.until, turn.start), _END, number, turn))
    events += [(change.at, _CHANGE, number, change) for number, change in enumerate(changes)]
    events.sort(key=lambda event: event[:3])
    for _at, kind, _number, what in events:
        if isinstance(what, Turn):
            if kind == _START:
                going.start(what)
            else:
                going.end(what)
        elif isinstance(what, LeaseChange):
            going.lease(what)
        else:
            going.setting(what)
    going.present(leases)
    return going.outcome()


def has_ever_had_priority(changes: Iterable[SettingChange], settings: ProgrammeSettings) -> bool:
    """Whether the best were ever to move up first: until then the order of approval alone says who holds a slot."""
    return settings.waiting_order == "priority" or any(change.waiting_order == "priority" for change in changes)


def _allocating(settings: ProgrammeSettings) -> tuple[int, str, tuple[str, ...]]:
    return settings.quota, settings.waiting_order, settings.categories
