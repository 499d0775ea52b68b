"""What spans prove to be held, entry by entry; also where a chain is forked and a number alone says nothing."""

from collections.abc import Iterable, Mapping

from sync.chains import Chains
from sync.coverage import Ranges, Span, holds, join
from sync.log import Log, lane_of, number_of, record_key
from sync.tables import Connection


class Proved:
    """The entries of one chain that some spans prove to be held."""

    def __init__(self, log: Log, ranges: dict[int, Ranges]) -> None:
        self._log = log
        self._ranges = ranges
        self._only = next(iter(ranges.values())) if len(ranges) == 1 else None

    @property
    def ranges(self) -> Mapping[int, Ranges]:
        """Row of a lane -> the numbers in it that are proved."""
        return self._ranges

    def has(self, record: str, number: int) -> bool:
        """Whether entry `number` of the chain, the one that is about this record, is among them."""
        if self._only is not None:
            return holds(self._only, number)
        places = self._log.places_of(record_key(record)) if self._ranges else []
        return any(holds(self._ranges.get(lane_of(p), ()), number) for p in places if number_of(p) == number)


class Proofs:
    """Reads chains and entries over one connection."""

    def __init__(self, connection: Connection) -> None:
        self._log = Log(connection)
        self._chains = Chains(connection, self._log)

    def of(self, chain: str, spans: Iterable[Span], is_own: bool) -> Proved:
        """What these spans prove of a chain: what lies on the way back from a head that is known here.

        `is_own` is for a chain that only this replica writes, of which nobody knows more; elsewhere a head that is not
        known here yet is believed as long as the chain is not forked.
        """
        lanes = self._chains.lanes(chain)
        # Later receipts repeat what earlier ones said, so the longest spans are asked first and mostly alone.
        longest = sorted(set(spans), key=lambda span: (-span.last, span.first, span.head))
        if len(lanes) != 1:
            return Proved(self._log, self._chains.accepted(lanes, longest, is_own) if lanes else {})
        proved: Ranges = ()
        for span in longest:
            if not any(first <= span.first and span.last <= last for first, last in proved):
                proved = join((*proved, *self._chains.accepted(lanes, [span], is_own)[lanes[0].row]))
        return Proved(self._log, {lanes[0].row: proved})
