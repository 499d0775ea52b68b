"""Where every registration stands on its way: on this laptop, carried away, or acknowledged by an office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fieldapp.store.db import Connection
from sync.coverage import Have, Ranges, Span, join, without
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


def not_held(connection: Connection, held: Mapping[str, Ranges]) -> dict[str, Ranges]:
    """Chain -> numbers that an office acknowledged and this replica does not hold.

    On a laptop that sees only some areas that is usual; of the laptop's own chains it means a restored old copy.
    """
    missing = {chain: without(spans, held.get(chain, ())) for chain, spans in acknowledged(connection).items()}
    return {chain: spans for chain, spans in sorted(missing.items()) if spans}


def incomplete(connection: Connection) -> list[tuple[str, str, str]]:
    """(id, type, scope) of records that are known only by later entries: their first one has not arrived."""
    return [tuple(row) for row in connection.execute("SELECT id, type, scope FROM incomplete ORDER BY id")]


def tallies(connection: Connection, device: str) -> Tallies:
    """Count every registration and every draft of a new person; `device` is this laptop's."""
    tally = Tallies({}, {}, {}, {})
    locate = _Locator(connection, device)
    rows = connection.execute("SELECT scope, id, device, state, registered_by, chain, number FROM registration")
    for scope, id, laptop, state, registered_by, chain, number in rows:
        place = locate.place(id, laptop, state, registered_by, chain, number)
        _count(tally, scope, laptop, state, place)
    for (area,) in connection.execute(_DRAFT_AREAS):
        _count(tally, area or "", device, "draft", "draft")
    return tally


def not_carried(connection: Connection, device: str) -> int:
    """How many registrations of this laptop are in no bundle yet and acknowledged by nobody."""
    locate = _Locator(connection, device)
    rows = connection.execute(
        "SELECT id, device, state, registered_by, chain, number FROM registration WHERE device = ?", (device,)
    )
    return sum(locate.place(*row) == "not_carried" for row in rows)


def written(connection: Connection, member: str) -> int:
    """A number that grows with every entry that this member writes on this laptop, and with nothing else."""
    row = connection.execute("SELECT coalesce(sum(n), 0) FROM own_chain WHERE member = ?", (bytes.fromhex(member),))
    return int(row.fetchone()[0])


class _Locator:
    """Says of one registration after another where it stands, by what is proved of its first entry."""

    def __init__(self, connection: Connection, device: str) -> None:
        self._device = device
        self._connection = connection
        self._proofs = Proofs(connection)
        self._by_others: dict[tuple[str, str, bool], Proved] = {}
        self._in_bundles: dict[str, Proved] = {}

    def place(self, registration: str, device: str, state: str, registered_by: str, chain: str, number: int) -> str:
        decided = _PLACE_OF_STATE.get(state)
        if decided is not None:
            return decided
        is_own = device == self._device
        if self._received(chain, registered_by, is_own).has(registration, number):
            return "merged"
        # What another laptop registered came here by a bundle, so it has left that laptop.
        if not is_own or self._written(chain).has(registration, number):
            return "carried"
        return "not_carried"

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


def _count(tally: Tallies, area: str, laptop: str, state: str, place: str) -> None:
    tally.area_states.setdefault(area, Counter())[state] += 1
    tally.area_places.setdefault(area, Counter())[place] += 1
    tally.laptop_states.setdefault(laptop, Counter())[state] += 1
    tally.laptop_places.setdefault(laptop, Counter())[place] += 1


def _joined(rows: Iterable[tuple[str, int, int]]) -> dict[str, Ranges]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for chain, first, last in rows:
        spans.setdefault(chain, []).append((first, last))
    return {chain: join(found) for chain, found in spans.items()}
