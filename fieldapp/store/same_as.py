"""Which registrations are one person, as the records of type same_as have it: who gives way, and to whom.

The same statements on a laptop and on PostgreSQL. All of it follows from the merged entries, in the journal's own
transaction, and only what a change touches is worked out anew: the pairs of the registrations that changed, and the
cases (registrations joined to each other, in chains too) that these belong to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from fieldapp.domain import same_as
from fieldapp.domain.same_as import Pair, Said, Settled
from fieldapp.store.effects import Touched
from fieldapp.store.listed import for_listed, listed
from fieldapp.store.rows import ENDED_STATES, from_json, state_of_row, to_json
from sync.certificates import covers
from sync.fold import Record
from sync.members import Member
from sync.tables import Connection

#: Every table of this module, with all it holds in an order of its own.
CONTENTS: Final = {
    "same_as": """SELECT id, a, b, scope, decision, survivor, member, at_ms, counter, reach, first, replaces,
        reason, stamps FROM same_as ORDER BY id""",
    "decided_pair": """SELECT a, b, said, decision, survivor, a_gives, b_gives, stamp_a, stamp_b
        FROM decided_pair ORDER BY a, b""",
    "entered": "SELECT id, scope FROM entered ORDER BY id, scope",
    "unfounded": "SELECT id FROM unfounded ORDER BY id",
}
CLEAR: Final = ("DELETE FROM same_as", "DELETE FROM decided_pair", "DELETE FROM entered", "DELETE FROM unfounded")
_ANYBODY: Final = '[1,"*"]'
#: Columns of `decided_pair` after the pair.
_DECIDED: Final = "said, decision, survivor, a_gives, b_gives, stamp_a, stamp_b"


class Word(NamedTuple):
    """A record of type same_as: where it was written, and where its author may write."""

    said: Said
    scope: str
    scopes: tuple[str, ...]
    stamps: tuple[str, str]
    reason: str


class _Decided(NamedTuple):
    """A row of `decided_pair` after the pair; `said` is what was said of it, whatever other pairs say."""

    said: str
    decision: str
    survivor: str | None
    a_gives: int
    b_gives: int
    stamp_a: str
    stamp_b: str


class _Standing(NamedTuple):
    """A registration's row, as far as joining goes."""

    rid: int
    nik: str | None
    approval_by: str | None
    joined_to: str | None
    live: int
    state: str
    """By its own decisions alone: one of ENDED_STATES, or anything else while it stands for its person."""


def put(connection: Connection, record: Record, author: Member | None) -> Pair | None:
    """Keep what a record of type same_as says; the pair that it is about, None when it says nothing.

    Only its beginning counts: a second one by somebody else would speak in the author's name.
    """
    said = None if record.origin is None else same_as.read(record.origin.entry.f)
    if said is None or any(head.kind == "void" for head in record.decisions):
        return None
    reach = _ANYBODY if author is None else to_json([int(author.role != "enumerator"), *author.scopes])
    connection.execute(
        """INSERT INTO same_as (id, a, b, scope, decision, survivor, member, at_ms, counter, reach, first, replaces,
            reason, stamps) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            record.id,
            said.a,
            said.b,
            record.scope,
            said.decision,
            said.survivor,
            record.origin_by,
            *record.origin_t,
            reach,
            said.first or record.id,
            to_json(sorted(said.replaces)),
            said.reason.replace("\0", "\N{REPLACEMENT CHARACTER}"),
            to_json(said.stamps),
        ),
    )
    return said.pair


def forget(connection: Connection, records: Collection[str]) -> list[Pair]:
    """Remove what these records say; the pairs that they were about."""
    pairs = [*listed(connection, "SELECT DISTINCT a, b FROM same_as WHERE id IN ({})", records)]
    if pairs:
        for_listed(connection, "DELETE FROM same_as WHERE id IN ({})", records)
    return [(a, b) for a, b in pairs]


def note_scopes(connection: Connection, records: Sequence[Record]) -> None:
    """Keep which areas these registrations entered after their beginning, and that they are none of the unfounded."""
    changed = [record for record in records if len(record.history) > 1]
    for_listed(connection, "DELETE FROM entered WHERE id IN ({})", [record.id for record in changed])
    rows = [
        (record.id, scope)
        for record in changed
        for scope in sorted({stored.entry.s for stored in record.history if stored.entry.k != "new"})
        if scope not in (record.scope, "*")
    ]
    connection.executemany("INSERT INTO entered (id, scope) VALUES (?, ?)", rows)
    if connection.execute("SELECT 1 FROM unfounded LIMIT 1").fetchone() is not None:
        for_listed(connection, "DELETE FROM unfounded WHERE id IN ({})", [record.id for record in records])


def note_gone(connection: Connection, records: Sequence[Record]) -> None:
    """Keep of records that are no registrations (any more) which ones have no beginning, though some of it is in
    quarantine: they stand for nobody, and those of which nothing came yet may."""
    ids = [record.id for record in records]
    for statement in ("DELETE FROM entered WHERE id IN ({})", "DELETE FROM unfounded WHERE id IN ({})"):
        for_listed(connection, statement, ids)
    rows = [(record.id,) for record in records if record.origin is None and record.quarantined]
    connection.executemany("INSERT INTO unfounded (id) VALUES (?)", rows)


def settle(connection: Connection, touched: Touched, scope_column: str = "scope") -> set[int]:
    """Work out anew who gives way where something changed: the row numbers of registrations whose part changed.

    Notes in `touched` what others feel of it. `scope_column`: what the engine's table calls a registration's area.
    """
    if not touched.pairs and connection.execute("SELECT 1 FROM same_as LIMIT 1").fetchone() is None:
        return set()
    pairs = touched.pairs | _pairs_about(connection, touched.ids)
    if not pairs:
        return set()
    _decide(connection, pairs, scope_column)
    return _join(connection, {one for pair in pairs for one in pair}, touched)


def _pairs_about(connection: Connection, registrations: Collection[str]) -> set[Pair]:
    found = set(listed(connection, "SELECT DISTINCT a, b FROM same_as WHERE a IN ({})", registrations))
    found.update(listed(connection, "SELECT DISTINCT a, b FROM same_as WHERE b IN ({})", registrations))
    return {(a, b) for a, b in found}


def _decide(connection: Connection, pairs: set[Pair], scope_column: str) -> None:
    """Bring the rows of these pairs in step with what was said of them."""
    words = words_of(connection, pairs)
    areas = areas_of(connection, {one for pair in pairs for one in pair}, scope_column)
    known = _decided(connection, pairs)
    gone, changed = [], []
    for pair in sorted(pairs):
        made = _outcome(pair, words.get(pair, ()), areas)
        before = known.get(pair)
        if made is None:
            if before is not None:
                gone.append(pair)
        elif before is None or made != before._replace(decision=before.said):
            changed.append((*pair, *made))
    connection.executemany("DELETE FROM decided_pair WHERE a = ? AND b = ?", gone)
    connection.executemany(
        """INSERT INTO decided_pair (a, b, said, decision, survivor, a_gives, b_gives, stamp_a, stamp_b)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (a, b) DO UPDATE SET said = excluded.said,
        decision = excluded.decision, survivor = excluded.survivor, a_gives = excluded.a_gives,
        b_gives = excluded.b_gives, stamp_a = excluded.stamp_a, stamp_b = excluded.stamp_b""",
        changed,
    )


def _outcome(pair: Pair, words: Sequence[Word], areas: Mapping[str, tuple[str, ...]]) -> _Decided | None:
    """What was said about a pair, by whoever may speak about each of its registrations; None for nothing.

    Where the two are of different areas, what one coordinator says of the own one alone joins that one alone, and
    decides nothing about the pair for others.
    """
    sides = {one: same_as.settle(w.said for w in words if counts(w, areas[one])) for one in pair if one in areas}
    spoken = [side for side in sides.values() if side is not None]
    if not spoken:
        return None
    gives = [int(_gives(sides.get(one), one)) for one in pair]
    if len(spoken) < len(sides) and not any(gives):
        return None
    agreed = len({(side.decision, side.survivor) for side in spoken}) == 1
    latest = max((side.heads[0] for side in spoken), key=lambda head: (head.order, head.id))
    stamps = next(word.stamps for word in words if word.said.id == latest.id)
    decision = spoken[0].decision if agreed else same_as.DISPUTED
    survivor = spoken[0].survivor if agreed else None
    return _Decided(decision, decision, survivor, gives[0], gives[1], *stamps)


def counts(word: Word, areas: Sequence[str]) -> bool:
    """Whether a word counts about a registration that began in the first of these areas and entered the others."""
    return word.scope in areas and covers(word.scopes, areas[0])


def _gives(side: Settled | None, one: str) -> bool:
    return side is not None and side.survivor is not None and side.survivor != one


def words_of(connection: Connection, pairs: Iterable[Pair]) -> dict[Pair, list[Word]]:
    """Everything that was said of these pairs, whether it counts or not."""
    found: dict[Pair, list[Word]] = {}
    wanted = set(pairs)
    rows = listed(
        connection,
        """SELECT a, b, id, scope, decision, survivor, member, at_ms, counter, reach, first, replaces, stamps, reason
        FROM same_as WHERE a IN ({}) ORDER BY id""",
        sorted({a for a, _ in wanted}),
    )
    for a, b, id, scope, decision, survivor, member, at_ms, counter, reach, first, replaces, stamps, reason in rows:
        if (a, b) in wanted:
            by_office, *scopes = from_json(reach)
            said = Said(
                id=id,
                first=first,
                decision=decision,
                survivor=survivor,
                order=(at_ms, counter),
                by=member,
                by_office=bool(by_office),
                replaces=frozenset(from_json(replaces)),
            )
            found.setdefault((a, b), []).append(Word(said, scope, tuple(scopes), tuple(from_json(stamps)), reason))
    return found


def areas_of(
    connection: Connection, registrations: Collection[str], scope_column: str = "scope"
) -> dict[str, tuple[str, ...]]:
    """The areas of each registration that is here: where it began first, then those that it entered."""
    wanted = sorted(registrations)
    statement = f"SELECT id, {scope_column} FROM registration WHERE id IN ({{}})"  # noqa: S608 - a column's name
    found = {one: [scope] for one, scope in listed(connection, statement, wanted)}
    for one, scope in listed(connection, "SELECT id, scope FROM entered WHERE id IN ({})", wanted):
        if one in found:
            found[one].append(scope)
    return {one: tuple(scopes) for one, scopes in found.items()}


def _decided(connection: Connection, pairs: Collection[Pair]) -> dict[Pair, _Decided]:
    rows = listed(
        connection,
        f"SELECT a, b, {_DECIDED} FROM decided_pair WHERE a IN ({{}})",  # noqa: S608 - a constant
        sorted({a for a, _ in pairs}),
    )
    return {(a, b): _Decided(*rest) for a, b, *rest in rows}


def _join(connection: Connection, changed: set[str], touched: Touched) -> set[int]:
    """Bring the registrations of the cases around these ones in step with the pairs; whose part changed."""
    members, pairs = _cases(connection, changed)
    gives: dict[str, set[str]] = {}
    for (a, b), pair in pairs.items():
        if pair.a_gives:
            gives.setdefault(a, set()).add(b)
        if pair.b_gives:
            gives.setdefault(b, set()).add(a)
    standing = _standing(connection, members)
    for one, row in standing.items():
        if row.state == "frozen":
            gives.pop(one, None)
    fallen = {one for one, row in standing.items() if row.state == "void"}
    for table in ("unfounded", "other_record"):
        # What is known and no registration stands for nobody; what has not come yet may.
        statement = f"SELECT id FROM {table} WHERE id IN ({{}})"  # noqa: S608 - names of ours
        fallen.update(row[0] for row in listed(connection, statement, sorted(members)))
    apart = [pair for pair, row in pairs.items() if row.said == "different"]
    joined = same_as.join(gives, apart, fallen)
    _name(connection, pairs, joined.contradicted)
    return _give_way(connection, standing, joined.survivors, touched)


def _cases(connection: Connection, start: set[str]) -> tuple[set[str], dict[Pair, _Decided]]:
    """The registrations that hang together with these by pairs of which one gives way, and their decided pairs."""
    members: set[str] = set()
    pairs: dict[Pair, _Decided] = {}
    edge = set(start)
    while edge:
        members |= edge
        wanted = sorted(edge)
        edge = set()
        for column in ("a", "b"):
            statement = f"SELECT a, b, {_DECIDED} FROM decided_pair WHERE {column} IN ({{}})"  # noqa: S608 - constants
            for a, b, *rest in listed(connection, statement, wanted):
                pair = pairs[a, b] = _Decided(*rest)
                if pair.a_gives or pair.b_gives:
                    edge |= {a, b} - members
    return members, pairs


def _standing(connection: Connection, registrations: Collection[str]) -> dict[str, _Standing]:
    rows = listed(
        connection,
        """SELECT id, rid, nik, approval_by, joined_to, live, decision_heads, state FROM registration
        WHERE id IN ({})""",
        sorted(registrations),
    )
    found = {}
    for one, rid, nik, approval_by, joined_to, live, heads, shown in rows:
        own = state_of_row(heads, conflicts=0, errors=0, duplicates=0, within_quota=True, is_joined=False)
        # What a decree froze stays what it is: it gives way to nobody.
        state = shown if shown == "frozen" else own
        found[one] = _Standing(rid, nik, approval_by, joined_to, live, state)
    return found


def _name(connection: Connection, pairs: Mapping[Pair, _Decided], contradicted: Mapping[str, str]) -> None:
    """Call pairs disputed that contradict others of their case."""
    changed = []
    for pair, row in pairs.items():
        case, other_case = (contradicted.get(one) for one in pair)
        is_torn = case is not None and case == other_case and row.said in ("same", "different")
        decision = same_as.DISPUTED if is_torn else row.said
        if decision != row.decision:
            changed.append((decision, *pair))
    connection.executemany("UPDATE decided_pair SET decision = ? WHERE a = ? AND b = ?", changed)


def _give_way(
    connection: Connection, standing: Mapping[str, _Standing], survivors: Mapping[str, str], touched: Touched
) -> set[int]:
    changed = []
    for one, row in sorted(standing.items()):
        survivor = survivors.get(one)
        live = int(survivor is None and row.state not in ENDED_STATES)
        if (survivor, live) != (row.joined_to, row.live):
            changed.append((survivor, live, live, row.rid))
            touched.registration(row.nik, row.approval_by)
            touched.lives.add(row.rid)
    connection.executemany(
        """UPDATE registration SET joined_to = ?, live = ?, duplicate_count = duplicate_count * ?, within_quota = 1
        WHERE rid = ?""",
        changed,
    )
    return {rid for *_, rid in changed}
