"""Tables of who may be one person with whom: compared fields, block keys, how many share a word, candidate pairs.

They know nothing of how people are compared: persons are packed bytes, keys are numbers. All of it is made from the
registrations, so it can be thrown away and made anew; row numbers are those of table `registration`.

What changed waits in two steps: *to index* (`match_todo`, and every row number above the one that was reached) and
*to compare* (`match_uncompared`). The projector only notes changed rows in its own transaction; a new registration
costs it nothing. A block that more people share than a limit brings no candidates (`match_full` keeps which): a pair
is a candidate exactly when the two share a block within the limit now, whatever the order in which they came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fieldapp.store.db import Connection
from fieldapp.store.listed import for_listed, listed
from sync.tables import Connection as AnyConnection

#: Row number up to which every registration has been looked at; later ones wait.
_REACHED: Final = "reached"
#: People in the index.
_POPULATION: Final = "population"
#: People in the index when everybody was last compared with everybody.
_SWEPT: Final = "swept"
#: How often everybody was to be compared with everybody; a pair keeps the round in which it was last found.
_ROUND: Final = "round"
#: 1 while such a round is under way.
_SWEEPING: Final = "sweeping"
#: Version of what is kept of a person; 0 before anything is.
_VERSION: Final = "version"
#: How often people entered or left, and how often they had when every kept pair was last weighed.
_CHANGES: Final = "changes"
_WEIGHED: Final = "weighed"

CLEAR: Final = (
    "DELETE FROM match_person",
    "DELETE FROM match_key",
    "DELETE FROM match_count",
    "DELETE FROM match_full",
    "DELETE FROM match_todo",
    "DELETE FROM match_uncompared",
    "DELETE FROM match_pair",
    "DELETE FROM match_state",
)

SHOWN: Final = ("almost_certain", "to_review", "same_nik")
"""Bands that are shown, the gravest first; further pairs are kept because they may come to be."""

Word = tuple[str, str]
"""(kind, word): a part of a name or a phone, as it is counted."""


class Waiting(NamedTuple):
    """A registration to be indexed. `values_json` is None when it stands for nobody (ended, or gone); `person` and
    `stamp` are what the index holds of it."""

    rid: int
    scope: str
    values_json: str | None
    stamp: str | None
    person: bytes | None


class Indexed(NamedTuple):
    """A person who enters the index or leaves it."""

    rid: int
    stamp: str
    person: bytes
    keys: Sequence[int]
    words: Sequence[Word]


class Kept(NamedTuple):
    """A person of the index."""

    rid: int
    stamp: str
    person: bytes


class Pair(NamedTuple):
    """A candidate pair, `lo` < `hi`."""

    lo: int
    hi: int
    bits: float
    probability: float
    band: str


class Left(NamedTuple):
    """How many registrations wait for each step."""

    to_index: int
    to_compare: int


def note_changed(connection: AnyConnection, rids: Iterable[int]) -> None:
    """These registrations have other answers, or another state, than they had."""
    connection.executemany("INSERT OR IGNORE INTO match_todo (rid) VALUES (?)", [(rid,) for rid in rids])


def note_gone(connection: AnyConnection, rids: Iterable[int]) -> None:
    """These registrations are none any more; their row numbers may come again."""
    note_changed(connection, rids)
    connection.execute(
        """UPDATE match_state SET value = min(value, (SELECT coalesce(max(rid), 0) FROM registration))
        WHERE name = 'reached'"""
    )


def version(connection: Connection) -> int:
    """What wrote the index; 0 when nothing has."""
    return _state(connection, _VERSION)


def begin(connection: Connection, version: int) -> None:
    """Empty the index, so that everybody waits for it again."""
    for statement in CLEAR:
        connection.execute(statement)
    _put_state(connection, _VERSION, version)


def left(connection: Connection) -> Left:
    """How much there is to do."""
    reached = _state(connection, _REACHED)
    to_index = connection.execute(
        """SELECT (SELECT count(*) FROM match_todo WHERE rid <= ?1)
            + (SELECT count(*) FROM registration WHERE rid > ?1)""",
        (reached,),
    ).fetchone()[0]
    to_compare = connection.execute("SELECT count(*) FROM match_uncompared").fetchone()[0]
    return Left(int(to_index), int(to_compare))


def waiting(connection: Connection, limit: int) -> list[Waiting]:
    """At most `limit` registrations to be indexed, changed ones first."""
    statement = """SELECT wanted.rid, coalesce(r.scope, ''), v.values_json, p.stamp, p.person FROM ({}) AS wanted
        LEFT JOIN registration AS r ON r.rid = wanted.rid AND r.live = 1
        LEFT JOIN registration_values AS v ON v.rid = r.rid
        LEFT JOIN match_person AS p ON p.rid = wanted.rid ORDER BY wanted.rid"""
    changed = statement.format("SELECT rid FROM match_todo ORDER BY rid LIMIT ?")
    found = [Waiting(*row) for row in connection.execute(changed, (limit,))]
    if len(found) < limit:
        fresh = statement.format("SELECT rid FROM registration WHERE rid > ? ORDER BY rid LIMIT ?")
        known = {each.rid for each in found}
        reached = _state(connection, _REACHED)
        rows = connection.execute(fresh, (reached, limit - len(found)))
        found += [Waiting(*row) for row in rows if row[0] not in known]
    return found


def index(
    connection: Connection, done: Sequence[int], entering: Sequence[Indexed], leaving: Sequence[Indexed], limit: int
) -> None:
    """Let people leave and enter the index, those in both with what they were and what they are now.

    `done` are the registrations that need not wait any longer; `limit` is the size up to which a block brings
    candidates: one that comes down to it has its people compared anew.
    """
    many = connection.executemany
    gone = sorted((key, one.rid) for one in leaving for key in one.keys)
    many("DELETE FROM match_key WHERE key = ? AND rid = ?", gone)
    rids = [(one.rid,) for one in leaving]
    many("DELETE FROM match_person WHERE rid = ?", rids)
    many("DELETE FROM match_uncompared WHERE rid = ?", rids)
    many("DELETE FROM match_pair WHERE lo = ?", rids)
    many("DELETE FROM match_pair WHERE hi = ?", rids)
    many("INSERT INTO match_person (rid, stamp, person) VALUES (?, ?, ?)", [one[:3] for one in entering])
    # In the order of the table: each of its pages is then touched once.
    many("INSERT INTO match_key (key, rid) VALUES (?, ?)", sorted((k, one.rid) for one in entering for k in one.keys))
    many("INSERT OR IGNORE INTO match_uncompared (rid) VALUES (?)", [(one.rid,) for one in entering])
    _count(connection, entering, leaving)
    _open_blocks(connection, sorted({key for key, _ in gone}), limit)
    many("DELETE FROM match_todo WHERE rid = ?", [(rid,) for rid in done])
    if done:
        # Not beyond what is there: the number of one that is gone may be given again.
        last = connection.execute("SELECT coalesce(max(rid), 0) FROM registration").fetchone()[0]
        _put_state(connection, _REACHED, min(last, max(_state(connection, _REACHED), *done)))
    if entering or leaving:
        _put_state(connection, _POPULATION, population(connection) + len(entering) - len(leaving))
        _put_state(connection, _CHANGES, _state(connection, _CHANGES) + 1)


def population(connection: Connection) -> int:
    """How many people the index holds."""
    return _state(connection, _POPULATION)


def people_with(connection: Connection, kind: str, word: str) -> int:
    """How many people of the index have this word."""
    row = connection.execute("SELECT people FROM match_count WHERE kind = ? AND word = ?", (kind, word)).fetchone()
    return int(row[0]) if row else 0


def counts(connection: Connection, kind: str, *, least: int = 1) -> dict[str, int]:
    """How many people have each word of a kind that at least `least` have."""
    found = connection.execute("SELECT word, people FROM match_count WHERE kind = ? AND people >= ?", (kind, least))
    return dict(found.fetchall())


def want_all(connection: Connection) -> None:
    """Everybody of the index is to be compared with everybody again."""
    connection.execute("INSERT OR IGNORE INTO match_uncompared (rid) SELECT rid FROM match_person")
    _put_state(connection, _ROUND, _state(connection, _ROUND) + 1)
    _put_state(connection, _SWEEPING, 1)


def end_round(connection: Connection) -> None:
    """If everybody was to be compared and now is, forget the pairs that were not found again."""
    is_done = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM match_uncompared)").fetchone()[0]
    if is_done and _state(connection, _SWEEPING):
        connection.execute("DELETE FROM match_pair WHERE round < ?", (_state(connection, _ROUND),))
        _put_state(connection, _SWEPT, population(connection))
        _put_state(connection, _SWEEPING, 0)


def swept(connection: Connection) -> int | None:
    """How many people there were when everybody had last been compared with everybody, or None while they are being."""
    return None if _state(connection, _SWEEPING) else _state(connection, _SWEPT)


def uncompared(connection: Connection, limit: int) -> list[Kept]:
    """At most `limit` people whose pairs are not known yet, the earliest first."""
    found = connection.execute(
        """SELECT p.rid, p.stamp, p.person FROM match_uncompared AS u JOIN match_person AS p USING (rid)
        ORDER BY u.rid LIMIT ?""",
        (limit,),
    )
    return [Kept(*row) for row in found]


def uncompared_rids(connection: Connection) -> set[int]:
    """Everybody whose pairs are not known yet."""
    return {row[0] for row in connection.execute("SELECT rid FROM match_uncompared")}


def of_block(connection: Connection, key: int, most: int) -> list[int]:
    """At most `most` of the people who share a block key."""
    return [row[0] for row in connection.execute("SELECT rid FROM match_key WHERE key = ? LIMIT ?", (key, most))]


def blocks(connection: Connection) -> Iterator[tuple[int, list[int]]]:
    """Every block key with the people who share it, ascending; read as they are taken."""
    rows = connection.execute("SELECT key, rid FROM match_key ORDER BY key, rid")
    key, rids = 0, list[int]()
    while chunk := rows.fetchmany(10_000):
        for other, rid in chunk:
            if other != key:
                if rids:
                    yield key, rids
                key, rids = other, []
            rids.append(rid)
    if rids:
        yield key, rids


def people(connection: Connection, rids: Iterable[int]) -> dict[int, Kept]:
    """These people of the index, by row number."""
    rows = listed(connection, "SELECT rid, stamp, person FROM match_person WHERE rid IN ({})", rids)
    return {row[0]: Kept(*row) for row in rows}


def everybody(connection: Connection) -> Iterator[Kept]:
    """Everybody of the index, by row number; read as they are taken, within the caller's transaction."""
    for row in connection.execute("SELECT rid, stamp, person FROM match_person ORDER BY rid"):
        yield Kept(*row)


def keep_pairs(
    connection: Connection, compared: Mapping[int, str], seen: Mapping[int, str], pairs: Iterable[Pair]
) -> None:
    """Keep `pairs`, and that `compared` were compared; row number -> stamp that each had then, `seen` of the others.

    Whoever changed since, or left, is not marked as compared, and pairs with such a one are left out.
    """
    now = people(connection, sorted(compared.keys() | seen.keys()))
    steady = {rid for rid, stamp in (*compared.items(), *seen.items()) if rid in now and now[rid].stamp == stamp}
    round = _state(connection, _ROUND)
    connection.executemany(
        "INSERT OR REPLACE INTO match_pair (lo, hi, bits, probability, band, round) VALUES (?, ?, ?, ?, ?, ?)",
        [(*pair, round) for pair in sorted(pairs) if pair.lo in steady and pair.hi in steady],
    )
    done = [(rid,) for rid in sorted(steady & compared.keys())]
    connection.executemany("DELETE FROM match_uncompared WHERE rid = ?", done)


def full_blocks(connection: Connection) -> set[int]:
    """Keys of the blocks that more people share than the limit."""
    return {row[0] for row in connection.execute("SELECT key FROM match_full")}


def block_sizes(connection: Connection, keys: Iterable[int]) -> dict[int, int]:
    """How many people share each of these keys."""
    rows = listed(connection, "SELECT key, count(*) FROM match_key WHERE key IN ({}) GROUP BY key", keys)
    return dict(rows)


def close_blocks(connection: Connection, keys: Iterable[int]) -> None:
    """These blocks are known to be shared by more people than the limit."""
    connection.executemany("INSERT OR IGNORE INTO match_full (key) VALUES (?)", [(key,) for key in keys])


def pairs_within(connection: Connection, rids: Collection[int]) -> list[tuple[int, int]]:
    """Kept pairs of which both are among these people."""
    wanted = sorted(rids)
    rows = listed(connection, "SELECT lo, hi FROM match_pair WHERE lo IN ({})", wanted)
    among = set(wanted)
    return [(lo, hi) for lo, hi in rows if hi in among]


def drop(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Forget these pairs."""
    connection.executemany("DELETE FROM match_pair WHERE lo = ? AND hi = ?", list(pairs))


def unweighed(connection: Connection) -> int | None:
    """The state of the register by which kept pairs are to be weighed anew, for `note_weighed`; None when they are."""
    changes = _state(connection, _CHANGES)
    return None if changes == _state(connection, _WEIGHED) else changes


def note_weighed(connection: Connection, changes: int) -> None:
    """Every kept pair has the weight of the register as it was then."""
    _put_state(connection, _WEIGHED, changes)


def bands(connection: Connection) -> dict[str, int]:
    """How many pairs are kept in each band."""
    return dict(connection.execute("SELECT band, count(*) FROM match_pair GROUP BY band").fetchall())


def rid_of(connection: Connection, registration: str) -> int | None:
    """The row number of a registration, or None."""
    row = connection.execute("SELECT rid FROM registration WHERE id = ?", (registration,)).fetchone()
    return None if row is None else int(row[0])


def standing(connection: Connection, rids: Iterable[int]) -> dict[int, str]:
    """Row number -> id, of those registrations that stand for somebody."""
    return dict(listed(connection, "SELECT rid, id FROM registration WHERE rid IN ({}) AND live = 1", rids))


class Known(NamedTuple):
    """A pair of registrations by their ids, `a` < `b`, with the stamp of either person."""

    a: str
    b: str
    bits: float
    probability: float
    band: str
    stamps: tuple[str, str]


_KNOWN: Final = """SELECT x.id, y.id, p.bits, p.probability, p.band, s.stamp, t.stamp FROM match_pair AS p
    JOIN registration AS x ON x.rid = p.lo AND x.live = 1 JOIN registration AS y ON y.rid = p.hi AND y.live = 1
    JOIN match_person AS s ON s.rid = p.lo JOIN match_person AS t ON t.rid = p.hi"""


def known_pairs(connection: Connection, shown: Collection[str]) -> list[Known]:
    """The pairs of these bands, likeliest first."""
    marks = ", ".join("?" * len(shown))
    found = connection.execute(f"{_KNOWN} WHERE p.band IN ({marks})", sorted(shown))
    return sorted(map(_known, found), key=lambda pair: (-pair.bits, pair.a, pair.b))


def known_pairs_of(connection: Connection, registrations: Iterable[str], shown: Collection[str]) -> list[Known]:
    """The pairs of these bands in which one of these registrations is."""
    wanted = sorted(registrations)
    found = {
        pair[:2]: pair
        for side in "xy"
        for pair in map(_known, listed(connection, f"{_KNOWN} WHERE {side}.id IN ({{}})", wanted))
        if pair.band in shown
    }
    return sorted(found.values(), key=lambda pair: (-pair.bits, pair.a, pair.b))


def _known(row: tuple[Any, ...]) -> Known:
    x, y, bits, probability, band, s, t = row
    return Known(x, y, bits, probability, band, (s, t)) if x < y else Known(y, x, bits, probability, band, (t, s))


def stamps(connection: Connection, registrations: Iterable[str]) -> dict[str, str]:
    """Registration -> stamp of the person whom the index holds for it."""
    return dict(
        listed(
            connection,
            "SELECT r.id, p.stamp FROM registration AS r JOIN match_person AS p USING (rid) WHERE r.id IN ({})",
            registrations,
        )
    )


class Decided(NamedTuple):
    """What was decided about a pair: `decision` same, different, unsure or disputed; `stamps` of the two then."""

    decision: str
    survivor: str | None
    stamps: tuple[str, str]


def decided(connection: Connection) -> dict[tuple[str, str], Decided]:
    """Every pair of registrations, the smaller id first, about which somebody decided."""
    rows = connection.execute("SELECT a, b, decision, survivor, stamp_a, stamp_b FROM decided_pair")
    return {(a, b): Decided(decision, survivor, (s, t)) for a, b, decision, survivor, s, t in rows}


def is_open(pair: Known, word: Decided | None) -> bool:
    """Whether somebody has to look at the pair: nobody decided, not for sure, or about other answers than there are."""
    if word is None or word.decision in ("unsure", "disputed"):
        return True
    return word.decision == "different" and word.stamps != pair.stamps


def pairs_after(connection: Connection, after: tuple[int, int], limit: int) -> list[Pair]:
    """At most `limit` kept pairs behind `after`, in their order."""
    found = connection.execute(
        """SELECT lo, hi, bits, probability, band FROM match_pair WHERE (lo, hi) > (?, ?)
        ORDER BY lo, hi LIMIT ?""",
        (*after, limit),
    )
    return [Pair(*row) for row in found]


def weigh(connection: Connection, pairs: Iterable[Pair]) -> None:
    """Give kept pairs other weights."""
    connection.executemany(
        "UPDATE match_pair SET bits = ?, probability = ?, band = ? WHERE lo = ? AND hi = ?",
        [(pair.bits, pair.probability, pair.band, pair.lo, pair.hi) for pair in pairs],
    )


def _count(connection: Connection, entering: Iterable[Indexed], leaving: Iterable[Indexed]) -> None:
    change: Counter[Word] = Counter()
    for one in entering:
        change.update(one.words)
    for one in leaving:
        change.subtract(one.words)
    changed = sorted((kind, word, by) for (kind, word), by in change.items() if by)
    connection.executemany(
        """INSERT INTO match_count (kind, word, people) VALUES (?, ?, ?)
        ON CONFLICT (kind, word) DO UPDATE SET people = people + excluded.people""",
        changed,
    )
    connection.executemany(
        "DELETE FROM match_count WHERE kind = ? AND word = ? AND people <= 0",
        [(kind, word) for kind, word, by in changed if by < 0],
    )


def _open_blocks(connection: Connection, keys: Sequence[int], limit: int) -> None:
    """Have people compared anew whose block came down to the limit."""
    full = [row[0] for row in listed(connection, "SELECT key FROM match_full WHERE key IN ({})", keys)]
    sizes = block_sizes(connection, full)
    opened = [key for key in full if sizes.get(key, 0) <= limit]
    for_listed(connection, "DELETE FROM match_full WHERE key IN ({})", opened)
    for_listed(
        connection,
        "INSERT OR IGNORE INTO match_uncompared (rid) SELECT rid FROM match_key WHERE key IN ({})",
        opened,
    )


def _state(connection: Connection, name: str) -> int:
    row = connection.execute("SELECT value FROM match_state WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def _put_state(connection: Connection, name: str, value: Any) -> None:
    connection.execute("INSERT OR REPLACE INTO match_state (name, value) VALUES (?, ?)", (name, int(value)))
