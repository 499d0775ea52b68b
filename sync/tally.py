"""Counts of what is held, kept up to date with every entry that is written down (table `tally`).

They say what this replica believes to hold; whoever wants to know whether that is so counts the rows instead.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sync.coverage import Ranges, join, ranges_of, ranges_text, runs
from sync.tables import Connection

MODULUS: Final = 1 << 128
_BYTES: Final = 16
_LANE_BITS: Final = 32
_NUMBER_MASK: Final = (1 << _LANE_BITS) - 1


class Total(NamedTuple):
    """Entries of one scope."""

    entries: int
    sum: int
    """Of their ids read as big-endian numbers, modulo 2^128."""

    def plus(self, other: "Total") -> "Total":
        return Total(self.entries + other.entries, (self.sum + other.sum) % MODULUS)


NOTHING: Final = Total(0, 0)
PUBLIC: Final = ""
"""Stands for what is public among the scopes of a member, where `*` is everything else."""


class Said(NamedTuple):
    """What a bundle says that its writer holds of its receiver's scopes."""

    scopes: dict[str, Total]
    """Of what was written in each: whoever holds the same entries says the same."""
    entered: dict[str, int]
    """How many more came along with records that entered each: as far as the writer knows who let them in."""
    without: tuple[str, ...]
    """Forked chains that are not counted, since the receiver may not see all of them."""


def count_up(rows: Iterable[tuple[int, int, bytes | bytearray]]) -> dict[tuple[int, int], Total]:
    """(lane, scope label) -> total of these (place, scope label, id)."""
    counts: dict[tuple[int, int], int] = {}
    sums: dict[tuple[int, int], int] = {}
    for place, scope, id_ in rows:
        key = (place >> _LANE_BITS, scope)
        counts[key] = counts.get(key, 0) + 1
        sums[key] = sums.get(key, 0) + int.from_bytes(id_, "big")
    return {key: Total(count, sums[key] % MODULUS) for key, count in counts.items()}


def sum_of(ids: bytes) -> int:
    """The sum of joined ids (16 bytes each) read as big-endian numbers."""
    # In halves that the processor adds at once; a number made of each id costs several times that.
    halves: tuple[int, ...] = struct.unpack(f">{len(ids) // 8}Q", ids)
    return (sum(halves[::2]) << 64) + sum(halves[1::2])


def note(
    connection: Connection,
    lane: int,
    ids: Mapping[int, Sequence[bytes | bytearray]],
    numbers: Mapping[int, Ranges],
) -> None:
    """Count entries that were written down in a lane just now: scope label -> ids, and their numbers."""
    for scope, found in ids.items():
        total = Total(len(found), sum_of(b"".join(found)) % MODULUS)
        known = connection.execute(
            "SELECT count, sum, ranges FROM tally WHERE lane = ? AND scope = ?", (lane, scope)
        ).fetchone()
        before = NOTHING if known is None else Total(known[0], int.from_bytes(known[1], "big"))
        held = () if known is None else ranges_of(known[2])
        _put(connection, lane, scope, before.plus(total), join((*held, *numbers[scope])))


def totals(connection: Connection, scopes: Iterable[int]) -> list[tuple[int, int, int, bytes]]:
    """(lane, scope label, entries, sum) of what was written in these scopes (their labels)."""
    wanted = ",".join(str(int(scope)) for scope in sorted(set(scopes)))
    if not wanted:
        return []
    found = connection.execute(f"SELECT lane, scope, count, sum FROM tally WHERE scope IN ({wanted})")  # noqa: S608 - integers
    return list(found.fetchall())


def written_in(connection: Connection, scopes: Iterable[int]) -> list[tuple[int, Ranges]]:
    """(lane, numbers) of the entries that were written in these scopes (their labels)."""
    wanted = ",".join(str(int(scope)) for scope in sorted(set(scopes)))
    if not wanted:
        return []
    found = connection.execute(f"SELECT lane, ranges FROM tally WHERE scope IN ({wanted})")  # noqa: S608 - integers
    return [(lane, ranges_of(text)) for lane, text in found.fetchall()]


def scopes(connection: Connection) -> list[int]:
    """The labels of the scopes in which anything was written."""
    return [row[0] for row in connection.execute("SELECT DISTINCT scope FROM tally").fetchall()]


def recount(connection: Connection) -> None:
    """Count all entries anew, and find the records with entries of more than one scope."""
    rows = connection.execute("SELECT place, scope, id FROM entry").fetchall()
    connection.execute("DELETE FROM tally")
    numbers = _numbers(rows)
    for (lane, scope), total in count_up(rows).items():
        _put(connection, lane, scope, total, numbers[lane, scope])
    connection.execute("DELETE FROM moved")
    connection.execute(
        "INSERT INTO moved (record) SELECT record FROM entry GROUP BY record HAVING count(DISTINCT scope) > 1"
    )


def _numbers(rows: Iterable[tuple[int, int, bytes | bytearray]]) -> dict[tuple[int, int], Ranges]:
    found: dict[tuple[int, int], list[int]] = {}
    for place, scope, _ in rows:
        found.setdefault((place >> _LANE_BITS, scope), []).append(place & _NUMBER_MASK)
    return {key: runs(sorted(numbers)) for key, numbers in found.items()}


def _put(connection: Connection, lane: int, scope: int, total: Total, numbers: Ranges) -> None:
    connection.execute(
        "INSERT INTO tally (lane, scope, count, sum, ranges) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (lane, scope) DO UPDATE SET count = excluded.count, sum = excluded.sum, ranges = excluded.ranges",
        (lane, scope, total.entries, total.sum.to_bytes(_BYTES, "big"), ranges_text(numbers)),
    )
