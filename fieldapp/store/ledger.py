"""Where every registration stands on its way: on this laptop, carried away, or acknowledged by an office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from fieldapp.store.db import Connection
from fieldapp.store.listed import listed
from fieldapp.store.rows import to_json
from sync.coverage import Have, Ranges, Span, join, without
from sync.log import Log
from sync.proofs import Proofs, Proved

#: The places in the order of the way; together they hold every registration and draft exactly once.
PLACES: Final = (
    "draft",
    "not_carried",
    "carried",
    "merged",
    "returned",
    "approved",
    "waiting",
    "rejected",
    "void",
)
_PLACE_OF_STATE: Final = {
    "returned": "returned",
    "approved": "approved",
    "frozen": "approved",
    "waiting": "waiting",
    "rejected": "rejected",
    "void": "void",
    "withdrawn": "void",
}
# A draft may hold anything, so its JSON is not trusted to be what SQLite reads.
_DRAFT_AREAS: Final = """SELECT CASE WHEN json_valid(values_json, 6) AND json_type(values_json, '$.ktp_area') = 'text'
    THEN values_json ->> '$.ktp_area' END FROM draft WHERE edits IS NULL"""


@dataclass(frozen=True, slots=True)
class Tallies:
    """Registrations by area and by laptop (device id), counted by state and by place."""

    area_states: dict[str, Counter[str]]
    area_places: dict[str, Counter[str]]
    laptop_states: dict[str, Counter[str]]
    laptop_places: dict[str, Counter[str]]


def remember_carried(connection: Connection, bundle: str, carried: Have, written_ms: int) -> None:
    """Note that a bundle with these entries was written, read back and verified on this laptop."""
    connection.executemany(
        "INSERT INTO carried (bundle, chain, first, last, head, written_ms) VALUES (?, ?, ?, ?, ?, ?)",
        ((bundle, chain, *span, written_ms) for chain, spans in carried.items() for span in spans),
    )


def acknowledged(connection: Connection, *, besides: str | None = None) -> dict[str, Ranges]:
    """Chain -> numbers for which an office's receipt is here, leaving out receipts by the member `besides`."""
    return _joined(
        connection.execute("SELECT chain, first, last FROM acknowledged WHERE ?1 IS NULL OR by <> ?1", (besides,))
    )


def acknowledged_by(connection: Connection) -> dict[str, dict[str, Ranges]]:
    """Chain -> member -> numbers that this member acknowledged."""
    found: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for chain, by, first, last in connection.execute("SELECT chain, by, first, last FROM acknowledged"):
        found.setdefault(chain, {}).setdefault(by, []).append((first, last))
    return {chain: {by: join(spans) for by, spans in members.items()} for chain, members in found.items()}


def not_held(connection: Connection, held: Mapping[str, Ranges], by: str | None = None) -> dict[str, Ranges]:
    """Chain -> numbers that an office acknowledged (the member `by`, when it is given) and this replica does not hold.

    On a laptop that sees only some areas that is usual; of the laptop's own chains, and of what its own member
    acknowledged, it means a restored old copy.
    """
    rows = connection.execute("SELECT chain, first, last FROM acknowledged WHERE ?1 IS NULL OR by = ?1", (by,))
    missing = {chain: without(spans, held.get(chain, ())) for chain, spans in _joined(rows).items()}
    return {chain: spans for chain, spans in sorted(missing.items()) if spans}


def receipts(connection: Connection, chains: Iterable[str]) -> list[tuple[str, str, int | None, int]]:
    """(receipt, member, when in ms, entries of these chains that it vouches for), the latest first."""
    rows = connection.execute(
        """SELECT receipt, acknowledged.by, at_ms, sum(last - first + 1) FROM acknowledged
        LEFT JOIN other_record ON other_record.id = receipt WHERE chain IN (SELECT value FROM json_each(?))
        GROUP BY receipt, acknowledged.by ORDER BY coalesce(at_ms, 0) DESC, receipt""",
        (to_json(sorted(chains)),),
    )
    return [(receipt, by, at_ms, int(entries)) for receipt, by, at_ms, entries in rows]


def incomplete(connection: Connection) -> list[tuple[str, str, str]]:
    """(id, type, scope) of records that are known only by later entries: their first one has not arrived."""
    return [tuple(row) for row in connection.execute("SELECT id, type, scope FROM incomplete ORDER BY id")]


def tallies(connection: Connection, device: str) -> Tallies:
    """Count every registration and every draft of a new person; `device` is this laptop's."""
    tally = Tallies({}, {}, {}, {})
    for (scope, laptop, state), place, count in _counted(connection, device):
        _count(tally, scope, laptop, state, place, count)
    for (area,) in connection.execute(_DRAFT_AREAS):
        _count(tally, area or "", device, "draft", "draft", 1)
    return tally


def people(
    connection: Connection, device: str, place: str, *, laptop: str | None = None, area: str | None = None
) -> list[str]:
    """Ids of the registrations at a place of the way (`registered`: at any), of one laptop or area, in the order of
    their names."""
    decided = sorted(state for state, of in _PLACE_OF_STATE.items() if of == place)
    is_decided = bool(decided)
    states = (
        "state IN (SELECT value FROM json_each(:states))"
        if is_decided
        else "state NOT IN (SELECT value FROM json_each(:states))"
    )
    chosen = {"device": laptop, "scope": area}
    # Only what is asked for stands in the statement, so that its index is used.
    where = " AND ".join(
        [f"{name} = :{name}" for name, value in chosen.items() if value is not None]
        + ([states] if place != "registered" else [])
    )
    rows = connection.execute(
        f"""SELECT id, device, state, registered_by, chain, number FROM registration
        WHERE {where or "1"} ORDER BY name_key, id""",  # noqa: S608 - our words
        {**chosen, "states": to_json(decided or sorted(_PLACE_OF_STATE))},
    ).fetchall()
    if is_decided or place == "registered":
        return [row[0] for row in rows]
    locate = _Locator(connection, device)
    return [row[0] for row in rows if locate.place(*row) == place]


def places(connection: Connection, device: str) -> Iterable[tuple[str, str, str, str, str]]:
    """(id, area, laptop, state, place) of every registration."""
    locate = _Locator(connection, device)
    rows = connection.execute("SELECT scope, id, device, state, registered_by, chain, number FROM registration")
    for scope, id, laptop, state, registered_by, chain, number in rows.fetchall():
        yield id, scope, laptop, state, locate.place(id, laptop, state, registered_by, chain, number)


def names(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Registration -> name, of those that are in the lists."""
    return dict(listed(connection, "SELECT id, name FROM registration WHERE id IN ({})", ids))


def draft_counts(connection: Connection) -> tuple[int, list[str]]:
    """How many drafts of new people there are, and the ids of drafts whose answers cannot be read."""
    (count,) = connection.execute("SELECT count(*) FROM draft WHERE edits IS NULL").fetchone()
    unread = connection.execute("SELECT id FROM draft WHERE NOT json_valid(values_json, 6) ORDER BY id")
    return int(count), [row[0] for row in unread]


def begun_ids(connection: Connection) -> bytes:
    """The ids of all registrations that were begun by an entry that counts, 16 bytes each, ascending."""
    return b"".join(Log(connection).begun("registration"))


def sums(connection: Connection) -> dict[bytes, tuple[int, int]]:
    """Registration (16 bytes) -> how many of its entries count, and a sum of their ids: equal wherever the same entries
    of it count."""
    return Log(connection).sums_of("registration")


def listed_ids(connection: Connection) -> bytes:
    """The ids of all registrations in the lists, 16 bytes each, ascending."""
    # One text for all of them: a row each would take several times as long.
    (found,) = connection.execute(
        "SELECT group_concat(id, '') FROM (SELECT id FROM registration ORDER BY id)"
    ).fetchone()
    return bytes.fromhex((found or "").replace("-", ""))


def written(connection: Connection, member: str) -> int:
    """A number that grows with every entry that this member writes on this laptop, and with nothing else."""
    row = connection.execute("SELECT coalesce(sum(n), 0) FROM own_chain WHERE member = ?", (bytes.fromhex(member),))
    return int(row.fetchone()[0])


class _Group(NamedTuple):
    """Registrations that differ in the number of their first entry alone."""

    scope: str
    device: str
    state: str
    registered_by: str
    chain: str


def _counted(connection: Connection, device: str) -> Iterable[tuple[tuple[str, str, str], str, int]]:
    """((area, laptop, state), place, how many): of groups whose first entries all stand on one side of what is proved,
    none is looked at alone."""
    locate = _Locator(connection, device)
    parted: list[_Group] = []
    for *columns, count, first, last in connection.execute(
        """SELECT scope, device, state, registered_by, chain, count(*), min(number), max(number) FROM registration
        GROUP BY 1, 2, 3, 4, 5"""
    ):
        group = _Group(*columns)
        place = locate.place_of_all(group, first, last)
        if place is None:
            parted.append(group)
        else:
            yield group[:3], place, count
    forked = [group for group in parted if locate.way_of(group).is_forked]
    yield from _counted_by_spans(connection, locate, [group for group in parted if not locate.way_of(group).is_forked])
    yield from _counted_one_by_one(connection, locate, set(forked))


def _counted_by_spans(
    connection: Connection, locate: _Locator, groups: list[_Group]
) -> Iterable[tuple[tuple[str, str, str], str, int]]:
    if not groups:
        return
    spans = [[number, *span] for number, group in enumerate(groups) for span in locate.way_of(group).spans]
    found = connection.execute(
        """WITH wanted AS MATERIALIZED (SELECT key AS number, value ->> 0 AS scope, value ->> 1 AS device,
            value ->> 2 AS state, value ->> 3 AS registered_by, value ->> 4 AS chain FROM json_each(:groups)),
        span AS MATERIALIZED (SELECT value ->> 0 AS wanted, value ->> 1 AS place, value ->> 2 AS first,
            value ->> 3 AS last FROM json_each(:spans))
        SELECT wanted.number, span.place, count(*) FROM registration
        JOIN wanted USING (scope, device, state, registered_by, chain)
        LEFT JOIN span ON span.wanted = wanted.number AND registration.number BETWEEN span.first AND span.last
        GROUP BY 1, 2""",
        {"groups": to_json(groups), "spans": to_json(spans)},
    )
    for number, place, count in found:
        yield groups[number][:3], place or locate.way_of(groups[number]).before, count


def _counted_one_by_one(
    connection: Connection, locate: _Locator, groups: set[_Group]
) -> Iterable[tuple[tuple[str, str, str], str, int]]:
    """In a forked chain a number says nothing without its record."""
    if not groups:
        return
    rows = connection.execute(
        """SELECT scope, id, device, state, registered_by, chain, number FROM registration
        WHERE chain IN (SELECT value FROM json_each(?))""",
        (to_json(sorted({group.chain for group in groups})),),
    )
    for scope, id, device, state, registered_by, chain, number in rows.fetchall():
        if _Group(scope, device, state, registered_by, chain) in groups:
            yield (scope, device, state), locate.place(id, device, state, registered_by, chain, number), 1


class _Way(NamedTuple):
    """What is proved of a chain, for the registrations that one member began in it on one laptop."""

    spans: tuple[tuple[str, int, int], ...]
    """(place, first, last number), disjoint."""
    before: str
    """Where those stand of whom nothing is proved."""
    is_forked: bool
    """Numbers are given twice, so they say nothing without the record."""


class _Locator:
    """Says where registrations stand, by what is proved of their first entries."""

    def __init__(self, connection: Connection, device: str) -> None:
        self._device = device
        self._connection = connection
        self._proofs = Proofs(connection)
        self._by_others: dict[tuple[str, str, bool], Proved] = {}
        self._in_bundles: dict[str, Proved] = {}
        self._ways: dict[tuple[str, str, str], _Way] = {}

    def place(self, registration: str, device: str, state: str, registered_by: str, chain: str, number: int) -> str:
        decided = _PLACE_OF_STATE.get(state)
        if decided is not None:
            return decided
        way = self.way(device, registered_by, chain)
        if not way.is_forked:
            for where, first, last in way.spans:
                if first <= number <= last:
                    return where
            return way.before
        is_own = device == self._device
        if self._received(chain, registered_by, is_own).has(registration, number):
            return "merged"
        # What another laptop registered came here by a bundle, so it has left that laptop.
        if not is_own or self._written(chain).has(registration, number):
            return "carried"
        return "not_carried"

    def place_of_all(self, group: _Group, first: int, last: int) -> str | None:
        """The place of every registration of the group, whose first entries lie between two numbers of their chain;
        None when they stand at several, or it takes a look at each."""
        decided = _PLACE_OF_STATE.get(group.state)
        if decided is not None:
            return decided
        way = self.way_of(group)
        if way.is_forked:
            return None
        for where, a, b in way.spans:
            if a <= first and last <= b:
                return where
            if a <= last and first <= b:
                return None
        return way.before

    def way_of(self, group: _Group) -> _Way:
        return self.way(group.device, group.registered_by, group.chain)

    def way(self, device: str, registered_by: str, chain: str) -> _Way:
        """Worked out once for each laptop, member and chain."""
        key = (device, registered_by, chain)
        known = self._ways.get(key)
        if known is None:
            is_own = device == self._device
            received = self._received(chain, registered_by, is_own)
            carried = self._written(chain) if is_own else None
            arrived = _only(received)
            left = without(_only(carried), arrived) if carried else ()
            spans = [("merged", *span) for span in arrived] + [("carried", *span) for span in left]
            is_forked = len(received.ranges) > 1 or (carried is not None and len(carried.ranges) > 1)
            known = self._ways[key] = _Way(tuple(spans), "not_carried" if is_own else "carried", is_forked)
        return known

    def _received(self, chain: str, author: str, is_own: bool) -> Proved:
        """The entries of the chain that someone other than its author acknowledged."""
        key = (chain, author, is_own)
        if key not in self._by_others:
            rows = self._connection.execute(
                "SELECT DISTINCT first, last, head FROM acknowledged WHERE chain = ? AND by <> ?", (chain, author)
            )
            self._by_others[key] = self._proofs.of(chain, [Span(*row) for row in rows], is_own)
        return self._by_others[key]

    def _written(self, chain: str) -> Proved:
        """The entries of the chain that bundles written here hold."""
        if chain not in self._in_bundles:
            rows = self._connection.execute("SELECT DISTINCT first, last, head FROM carried WHERE chain = ?", (chain,))
            self._in_bundles[chain] = self._proofs.of(chain, [Span(*row) for row in rows], True)
        return self._in_bundles[chain]


def _only(proved: Proved) -> Ranges:
    """What is proved of a chain that is not forked."""
    return next(iter(proved.ranges.values()), ())


def _count(tally: Tallies, area: str, laptop: str, state: str, place: str, count: int) -> None:
    tally.area_states.setdefault(area, Counter())[state] += count
    tally.area_places.setdefault(area, Counter())[place] += count
    tally.laptop_states.setdefault(laptop, Counter())[state] += count
    tally.laptop_places.setdefault(laptop, Counter())[place] += count


def _joined(rows: Iterable[tuple[str, int, int]]) -> dict[str, Ranges]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for chain, first, last in rows:
        spans.setdefault(chain, []).append((first, last))
    return {chain: join(found) for chain, found in spans.items()}
