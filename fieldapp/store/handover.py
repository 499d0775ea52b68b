"""How far the entries written on this laptop have come: not in any bundle yet, carried away, or acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from fieldapp.store.db import Connection
from sync.chains import Chains, Lane
from sync.coverage import Ranges, Span, common, join, without
from sync.log import Log, place_of, record_text
from sync.proofs import Proofs
from sync.tables import RECEIPT_LABEL

STAGES: Final = ("not_carried", "carried", "acknowledged")
"""In the order of the way."""
_IDS_AT_ONCE: Final = 500
_OF_PEOPLE: Final = (
    "FROM entry WHERE place BETWEEN ? AND ? AND type = (SELECT id FROM label WHERE text = 'registration')"
)


class Bundle(NamedTuple):
    """A bundle written here that holds entries which nobody acknowledged yet."""

    bundle: str
    written_ms: int
    entries: int


class Acknowledgement(NamedTuple):
    """How many entries of this laptop a member acknowledged, and when last (None: the receipt itself is not here)."""

    by: str
    entries: int
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the own entries stand: stage -> inclusive ranges of places in the log. Receipts are not counted as work,
    since nobody acknowledges them."""

    places: Mapping[str, tuple[tuple[int, int], ...]]
    lanes: tuple[Lane, ...] = field(repr=False)

    def entries(self, connection: Connection, stage: str) -> int:
        """How many own entries stand at this stage."""
        return sum(_work_between(connection, first, last) for first, last in self.places[stage])

    def people(self, connection: Connection, stage: str) -> set[str]:
        """Ids of the registrations of which an own entry stands at this stage, and none at an earlier one."""
        before = STAGES[: STAGES.index(stage)]
        earlier = {id_ for each in before for id_ in self._records(connection, each)}
        return self._records(connection, stage) - earlier

    def count(self, connection: Connection, stage: str) -> int:
        """How many `people` there are."""
        before = any(self.places[each] for each in STAGES[: STAGES.index(stage)])
        if before or len(self.places[stage]) != 1:
            return len(self.people(connection, stage)) if self.places[stage] else 0
        # Mostly one run of entries that nobody else's word touches: the database counts it many times faster.
        row = connection.execute(f"SELECT count(DISTINCT record) {_OF_PEOPLE}", self.places[stage][0]).fetchone()
        return int(row[0])

    def _records(self, connection: Connection, stage: str) -> set[str]:
        found: set[str] = set()
        for first, last in self.places[stage]:
            rows = connection.execute(f"SELECT DISTINCT record {_OF_PEOPLE}", (first, last))
            found.update(record_text(bytes(row[0])) for row in rows)
        return found


def standing(connection: Connection, members: Iterable[str]) -> Standing:
    """Where the entries of these members stand, who are those of this laptop.

    A member's own receipt proves nothing of what that member wrote (SYNC.md section 4.8: the other side's word counts).
    """
    chains = Chains(connection, Log(connection))
    proofs = Proofs(connection)
    places: dict[str, list[tuple[int, int]]] = {stage: [] for stage in STAGES}
    lanes: list[Lane] = []
    for member in members:
        own = chains.by_author(member)
        lanes += own
        for chain in {lane.chain: None for lane in own}:
            received = proofs.of(chain, _received(connection, chain, member), True).ranges
            written = proofs.of(chain, _written(connection, chain), True).ranges
            for lane in own:
                if lane.chain == chain:
                    for stage, ranges in _split(lane.ranges, received.get(lane.row, ()), written.get(lane.row, ())):
                        places[stage] += ((place_of(lane.row, a), place_of(lane.row, b)) for a, b in ranges)
    return Standing({stage: tuple(found) for stage, found in places.items()}, tuple(lanes))


def _split(held: Ranges, received: Ranges, written: Ranges) -> Iterable[tuple[str, Ranges]]:
    left = without(held, received)
    return (
        ("not_carried", without(left, written)),
        ("carried", common(left, written)),
        ("acknowledged", common(held, received)),
    )


def _received(connection: Connection, chain: str, author: str) -> list[Span]:
    rows = connection.execute(
        "SELECT DISTINCT first, last, head FROM acknowledged WHERE chain = ? AND by <> ?", (chain, author)
    )
    return [Span(*row) for row in rows]


def _written(connection: Connection, chain: str) -> list[Span]:
    rows = connection.execute("SELECT DISTINCT first, last, head FROM carried WHERE chain = ?", (chain,))
    return [Span(*row) for row in rows]


def bundles(connection: Connection, where: Standing) -> list[Bundle]:
    """The bundles written here that hold what is carried and not acknowledged, the newest first."""
    entries: dict[str, int] = {}
    written: dict[str, int] = {}
    for lane in where.lanes:
        base, end = place_of(lane.row, 0), place_of(lane.row + 1, 0)
        waiting = join((a - base, b - base) for a, b in where.places["carried"] if base <= a < end)
        spans: dict[str, list[tuple[int, int]]] = {}
        if waiting:
            for bundle, written_ms, first, last in connection.execute(
                "SELECT bundle, written_ms, first, last FROM carried WHERE chain = ?", (lane.chain,)
            ):
                written[bundle] = written_ms
                spans.setdefault(bundle, []).append((first, last))
        for bundle, found in spans.items():
            entries[bundle] = entries.get(bundle, 0) + _work(connection, lane, common(waiting, join(found)))
    told = [Bundle(bundle, written[bundle], count) for bundle, count in entries.items() if count]
    return sorted(told, key=lambda each: (-each.written_ms, each.bundle))


def acknowledgements(connection: Connection, where: Standing) -> list[Acknowledgement]:
    """Who acknowledged entries of this laptop, the latest first."""
    entries: dict[str, int] = {}
    at_ms: dict[str, int | None] = {}
    for chain, author in {lane.chain: lane.author for lane in where.lanes}.items():
        spans: dict[str, list[tuple[int, int]]] = {}
        for by, first, last, written_ms in connection.execute(
            "SELECT acknowledged.by, first, last, at_ms FROM acknowledged"
            " LEFT JOIN other_record ON other_record.id = receipt WHERE chain = ? AND acknowledged.by <> ?",
            (chain, author),
        ):
            spans.setdefault(by, []).append((first, last))
            known = at_ms.get(by)
            at_ms[by] = written_ms if known is None else max(known, written_ms or 0)
        for lane in where.lanes:
            for by, found in spans.items() if lane.chain == chain else ():
                entries[by] = entries.get(by, 0) + _work(connection, lane, common(lane.ranges, join(found)))
    told = [Acknowledgement(by, count, at_ms[by]) for by, count in entries.items() if count]
    return sorted(told, key=lambda each: (-(each.at_ms or 0), each.by))


def by_name(connection: Connection, ids: Iterable[str]) -> list[str]:
    """Those of these registrations that are in the lists, in the order of people's names."""
    wanted = sorted(ids)
    found: list[tuple[str, str]] = []
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        chunk = wanted[start : start + _IDS_AT_ONCE]
        marks = ",".join("?" * len(chunk))
        found += connection.execute(f"SELECT name_key, id FROM registration WHERE id IN ({marks})", chunk)  # noqa: S608 - marks only
    return [id_ for _name, id_ in sorted(found)]


def _work(connection: Connection, lane: Lane, ranges: Ranges) -> int:
    """How many of these numbers of a lane are work."""
    return sum(_work_between(connection, place_of(lane.row, a), place_of(lane.row, b)) for a, b in ranges)


def _work_between(connection: Connection, first: int, last: int) -> int:
    """How many entries at these places, all of which are held, are no receipts."""
    receipts = connection.execute(
        "SELECT count(*) FROM entry WHERE type IN (1, 2) AND type = ? AND place BETWEEN ? AND ?",
        (RECEIPT_LABEL, first, last),
    ).fetchone()
    return last - first + 1 - int(receipts[0])
