"""Letting go of values that nobody sees any more: on a laptop, once an office member holds them (note 0014).

What stays of an entry is all that it does for others: it is still known by its id, stands in its chain, names its
parents and the fields it set. So a record folds to the same as before, whatever comes later.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from sync.chains import Chains
from sync.coverage import Have, Ranges, holds, join
from sync.entry import SETTING_KINDS
from sync.fold import Rules, fold
from sync.log import Log, Row, chunks, lane_of, number_of, ranges_by_lane, record_key, record_text
from sync.members import PUBLIC_SCOPE, Membership
from sync.peers import Peers

KINDS: Final = frozenset(SETTING_KINDS)


class Attic:
    """Where values are let go, and asked for again; over one connection, whose transaction the caller owns."""

    def __init__(
        self,
        log: Log,
        chains: Chains,
        peers: Peers,
        rules: Rules,
        membership: Callable[[], Membership],
        whole: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._log = log
        self._chains = chains
        self._peers = peers
        self._rules = rules
        self._membership = membership
        self._whole = whole

    def compact(self) -> int:
        """Drop the values of every entry that another one replaces in all it set, and that an office member showed to
        hold; returns of how many. Public records, which decide how others count, stay whole.

        Never to be called on a replica that others rely on to keep what they dropped: an office's laptop, or a hub.
        """
        with self._whole():
            membership = self._membership()
            office = [member.id for member in membership.active() if member.role in self._rules.office_roles]
            proved = _proved(self._chains, [self._peers.known_of(member) for member in office])
            count = 0
            for chunk in chunks(self._log.replaceable(KINDS)):
                gone = [
                    row
                    for key, rows in self._log.records(chunk).items()
                    for row in _replaced(record_text(key), rows, self._rules, membership)
                    if holds(proved.get(lane_of(row.place), ()), number_of(row.place))
                ]
                self._log.drop(gone)
                count += len(gone)
            return count

    def dropped(self) -> dict[str, Ranges]:
        """Chain -> numbers of the entries that were let go, whether they are asked for or not."""
        found: dict[str, Ranges] = {}
        for row, ranges in ranges_by_lane(self._log.stubs()).items():
            chain = self._chains.lane(row).chain
            found[chain] = join((*found.get(chain, ()), *ranges))
        return found

    def ask_for(self, record_id: str) -> int:
        """Have the next exchange bring what was let go of a record; returns of how many entries."""
        with self._whole():
            key = record_key(record_id)
            return self._ask([row.place for row in self._log.records([key])[key] if row.stored.is_dropped])

    def ask_for_all(self) -> int:
        """The same for all records: whoever others rely on must hold everything it says to hold."""
        if not self._log.stubs():
            return 0
        with self._whole():
            return self._ask(self._log.stubs())

    def _ask(self, places: list[int]) -> int:
        self._chains.ask_for(places)
        return len(places)


def _proved(chains: Chains, haves: list[Have]) -> dict[int, Ranges]:
    """Lane row -> numbers that one of the peers is known to hold: by heads that are known here, nothing on trust."""
    proved: dict[int, Ranges] = {}
    for chain, lanes in chains.all().items():
        for have in haves:
            for row, ranges in chains.accepted(lanes, have.get(chain, ()), True).items():
                proved[row] = join((*proved.get(row, ()), *ranges))
    return proved


def _replaced(record_id: str, rows: list[Row], rules: Rules, membership: Membership) -> list[Row]:
    """The entries of a record that count, set something, and are no head of anything they set."""
    record = fold(record_id, [row.stored for row in rows], rules, membership)
    if record.scope == PUBLIC_SCOPE:
        return []
    shown = {stored.id for heads in record.heads.values() for stored in heads}
    replaced = {s.id for s in record.history if s.entry.k in KINDS and s.entry.f and s.id not in shown}
    return [row for row in rows if row.stored.id in replaced and not row.stored.is_dropped]
