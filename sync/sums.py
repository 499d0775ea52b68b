"""How many entries of a scope are held, and the sum of their ids: two numbers that show whether anything is missing.

The sum is taken modulo 2^128 over the ids read as numbers, so the order in which entries came does not matter. It is a
sum and no XOR: under XOR an entry counted twice vanishes, and out of 129 entries linear algebra finds some whose loss
changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sync.certificates import PUBLIC_SCOPE, covers
from sync.chains import Branches, Chains, Lane
from sync.coverage import MAX_NUMBER, Have, Ranges, Span, holds, runs, without
from sync.log import Log, lane_of, number_of, ranges_by_lane
from sync.reach import Reach, Written
from sync.scoped import Scoped, ScopedRow
from sync.tables import Connection
from sync.tally import NOTHING, PUBLIC, Said, Total, count_up, totals


class Sums:
    """Counts over one connection; changes nothing."""

    def __init__(self, connection: Connection, log: Log, chains: Chains) -> None:
        self._connection = connection
        self._log = log
        self._rows = Scoped(connection)
        self._chains = chains

    def said(self, scopes: tuple[str, ...]) -> Said:
        """What a bundle for a member with these scopes says, by the counts that are kept with every entry."""
        self._log.forget()
        left_out = self._undecidable(scopes)
        lanes = {lane.row for found in left_out.values() for lane in found}
        labels: dict[int, Total] = {}
        reach = Reach(self._log, scopes)
        readable = [scope for scope in self._rows.written_scopes() if reach.covers(scope)]
        for lane, scope, count, packed in totals(self._connection, readable):
            if lane not in lanes:
                _add(labels, scope, Total(count, int.from_bytes(packed, "big")))
        # What another member wrote on this laptop and did not sign yet cannot be carried.
        unsigned = {row[0]: row for row in self._rows.scoped_unsealed() if lane_of(row[0]) not in lanes}
        for (_, scope), total in count_up(unsigned.values()).items():
            _add(labels, scope, Total(-total.entries, -total.sum))
        entered = self._entered(scopes, lambda place: lane_of(place) not in lanes and place not in unsigned)
        return Said(self._by_scope(scopes, labels), entered, tuple(sorted(left_out)))

    def by_scope(self) -> dict[str, Total]:
        """Scope -> a total that is another one whenever an entry came or went that was written in this scope, or in
        another scope about a record which has entries in both. What is public is left out.

        Reads counters alone, so that whoever works something out for each scope sees which ones it has to look at.
        """
        self._log.forget()
        own: dict[int, Total] = {}
        for _, scope, count, packed in totals(self._connection, self._rows.written_scopes()):
            _add(own, scope, Total(count, int.from_bytes(packed, "big")))
        entered: dict[bytes, set[int]] = {}
        for row in self._rows.scoped(self._rows.moved()):
            entered.setdefault(row.record, set()).add(row.scope)
        beside: dict[int, set[int]] = {}
        for scopes in entered.values():
            for scope in scopes:
                beside.setdefault(scope, set()).update(scopes - {scope})
        whole = dict(own)
        for scope, others in beside.items():
            for other in others:
                _add(whole, scope, own.get(other, NOTHING))
        texts = {label: self._log.label_text(label) for label in whole}
        return {texts[label]: total for label, total in whole.items() if texts[label] != PUBLIC_SCOPE}

    def here(
        self, scopes: tuple[str, ...], have: Have | None = None, left_out: Iterable[str] = ()
    ) -> dict[str, Total] | None:
        """What is held here that was written in these scopes, counted entry by entry; of what `have` covers, when it is
        given.

        None when `have` means entries of a chain forked here that are not held without a gap: nobody can tell then on
        which of its branches they are.
        """
        self._log.forget()
        covered = self._covered(have, left_out)
        if covered is None:
            return None
        labels: dict[int, Total] = {}
        for lane, ranges in covered.items():
            for first, last in ranges:
                for (_, scope), total in count_up(self._rows.scoped_between(lane, first, last)).items():
                    _add(labels, scope, total)
        return self._by_scope(scopes, labels)

    def entered(
        self, scopes: tuple[str, ...], have: Have | None = None, left_out: Iterable[str] = ()
    ) -> dict[str, int]:
        """How many entries are held that were written elsewhere and came along with records that entered these scopes;
        of what `have` covers, as far as anybody can tell."""
        self._log.forget()
        covered = self._covered(have, left_out) or {}
        return self._entered(scopes, lambda place: holds(covered.get(lane_of(place), ()), number_of(place)))

    def _covered(self, have: Have | None, left_out: Iterable[str]) -> dict[int, Ranges] | None:
        covered: dict[int, Ranges] = {}
        for chain, lanes in self._chains.all().items():
            if chain in left_out or (have is not None and chain not in have):
                continue
            if have is None:
                covered.update({lane.row: ((1, MAX_NUMBER),) for lane in lanes})
            elif self._is_decidable(lanes, have[chain]):
                covered.update(self._chains.accepted(lanes, have[chain], False))
            else:
                return None
        return covered

    def lost(self) -> dict[str, Ranges]:
        """Chain -> numbers that this replica believes to hold, and whose rows are gone."""
        found: dict[str, Ranges] = {}
        counts, stubs = self._log.counts(), ranges_by_lane(self._log.stubs())
        for chain, lanes in self._chains.all().items():
            for lane in lanes:
                # What was let go and is asked for anew has a row, and is not among what is held.
                beside = without(stubs.get(lane.row, ()), lane.ranges)
                # Looking at each number takes many times as long as counting them.
                if lane.ranges and _size(lane.ranges) + _size(beside) != counts.get(lane.row, 0):
                    kept = runs(sorted(self._log.ids(lane.row, lane.ranges[0][0], lane.ranges[-1][1])))
                    gone = without(lane.ranges, kept)
                    if gone:
                        found[chain] = (*found.get(chain, ()), *gone)
        return found

    def _by_scope(self, scopes: tuple[str, ...], labels: Mapping[int, Total]) -> dict[str, Total]:
        counted: dict[str, Total] = {}
        texts = {label: self._log.label_text(label) for label in labels}
        for scope in (*scopes, PUBLIC):
            counted[scope] = NOTHING
            for label, total in labels.items():
                if texts[label] == PUBLIC_SCOPE if scope == PUBLIC else covers_own(scope, texts[label]):
                    counted[scope] = counted[scope].plus(total)
        return counted

    def _entered(self, scopes: tuple[str, ...], is_counted: Callable[[int], bool]) -> dict[str, int]:
        counted: dict[str, int] = {}
        moved: Sequence[ScopedRow] | None = None
        for scope in (*scopes, PUBLIC):
            reach = Reach(self._log, () if scope == PUBLIC else (scope,))
            if moved is None:
                moved = self._rows.scoped(reach.moved)
            came_along = [row for row in moved if not reach.covers(row.scope) and is_counted(row.place)]
            counted[scope] = sum(reach.has_entered(row.record) for row in came_along)
        return counted

    def _is_decidable(self, lanes: list[Lane], spans: Sequence[Span]) -> bool:
        if len(lanes) == 1:
            return True
        branches = Branches(self._chains, self._log, lanes)
        return all(
            sum(last - first + 1 for _, first, last in branches.behind(span)) == span.last - span.first + 1
            for span in spans
        )

    def _undecidable(self, scopes: tuple[str, ...]) -> dict[str, list[Lane]]:
        """The forked chains of which a member of these scopes does not get to see all: with gaps in it nobody can tell
        which branch an entry is on."""
        reach = Reach(self._log, scopes)
        found: dict[str, list[Lane]] = {}
        for chain, lanes in self._chains.forked().items():
            rows = [Written(*row) for lane in lanes for row in self._rows.scopes(lane.row, 1, MAX_NUMBER)]
            if len(reach.visible(rows)) < len(rows):
                found[chain] = lanes
        return found


def covers_own(scope: str, written: str) -> bool:
    """Whether a scope of a member covers one that is not public."""
    return written != PUBLIC_SCOPE and covers((scope,), written)


def _size(ranges: Ranges) -> int:
    return sum(last - first + 1 for first, last in ranges)


def _add(labels: dict[int, Total], scope: int, total: Total) -> None:
    labels[scope] = labels.get(scope, NOTHING).plus(total)
