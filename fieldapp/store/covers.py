"""Lists of people who are covered already: their digests, which travel, and their rows, which stay on one laptop.

Two kinds of tables. `cover_chunk` and `cover_digest` are projected from entries, come out the same on every laptop with
the same entries and name nobody. `cover_import`, `cover_row` and the rest belong to the laptop that took a list in: no
bundle, export or rebuild touches them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fieldapp.store import local
from fieldapp.store.db import Connection
from fieldapp.store.listed import for_listed, listed
from fieldapp.store.rows import from_json, to_json
from sync.tables import Connection as AnyConnection

LIST: Final = "cover_list"
"""Type of the record that a version of a list is."""
CHUNK: Final = "cover_digests"
"""Type of the records that hold a list's digests, some thousands each."""
DECISION: Final = "cover_decision"
"""Type of the records in which a supervisor says what a row of a list is to a registration."""
DIGEST_BYTES: Final = 8
_RANKED_KEYS: Final = "cover_ranked_keys"

CONTENTS: Final = {
    "cover_digest": """SELECT hex(digest), cover_chunk.id, cover_chunk.key FROM cover_digest
        JOIN cover_chunk ON cover_chunk.number = cover_digest.chunk ORDER BY 2, 1""",
}
CLEAR: Final = (
    "DELETE FROM cover_digest",
    "DELETE FROM cover_chunk",
    "DELETE FROM cover_rank",
    "DELETE FROM cover_todo",
)


class Taken(NamedTuple):
    """What the importing laptop keeps of an import: the file's digest, which column was what, how it was taken."""

    list: str
    file_digest: str
    told: dict[str, Any]
    at_ms: int


class ListRow(NamedTuple):
    """A row of somebody's list, on the laptop that took it in: `values` under the names of the form."""

    list: str
    number: int
    key: bytes
    values: dict[str, str]

    def __repr__(self) -> str:
        return f"ListRow({self.list}, {self.number})"


class NearPair(NamedTuple):
    """A registration and a row that may be one person, with what a comparison said of them."""

    list: str
    number: int
    registration: str
    bits: float
    probability: float
    band: str


class Living(NamedTuple):
    """What matching with lists needs of a registration that stands for its person."""

    id: str
    nik: str | None
    state: str
    scope: str

    def __repr__(self) -> str:
        return f"Living({self.id})"


def pack(digests: Iterable[bytes]) -> str:
    """Digests as they travel in an entry: sorted, without repeats, base64."""
    return base64.b64encode(b"".join(sorted(set(digests)))).decode()


def unpack(packed: object) -> list[bytes]:
    """What `pack` packed; nothing for what another program may have put in its place."""
    if not isinstance(packed, str):
        return []
    try:
        joined = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return []
    if len(joined) % DIGEST_BYTES:
        return []
    return [joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES)]


# -- projected


def put_chunk(connection: AnyConnection, record: str, values: Mapping[str, Any]) -> None:
    """Keep the digests of one record."""
    forget_ranks(connection)
    key = values.get("key")
    connection.execute("INSERT INTO cover_chunk (id, key) VALUES (?, ?)", (record, key if isinstance(key, str) else ""))
    number = connection.execute("SELECT number FROM cover_chunk WHERE id = ?", (record,)).fetchone()[0]
    connection.executemany(
        "INSERT OR IGNORE INTO cover_digest (digest, chunk) VALUES (?, ?)",
        [(digest, number) for digest in unpack(values.get("digests"))],
    )


def forget(connection: AnyConnection, records: Sequence[str]) -> None:
    """Forget the digests of these records, where they are any."""
    numbers = [row[0] for row in listed(connection, "SELECT number FROM cover_chunk WHERE id IN ({})", records)]
    if numbers:
        forget_ranks(connection)
        for_listed(connection, "DELETE FROM cover_digest WHERE chunk IN ({})", numbers)
        for_listed(connection, "DELETE FROM cover_chunk WHERE number IN ({})", numbers)


def chunks_with(connection: Connection, digests: Sequence[bytes]) -> list[tuple[bytes, str]]:
    """(digest, record that holds it) for those of the digests that any list has."""
    found = listed(
        connection,
        """SELECT digest, cover_chunk.id FROM cover_digest JOIN cover_chunk ON cover_chunk.number = cover_digest.chunk
        WHERE digest IN ({})""",
        digests,
    )
    return [(bytes(digest), str(record)) for digest, record in found]


def digests_of(connection: Connection, chunks: Sequence[str]) -> set[bytes]:
    """All digests of these records."""
    found = listed(
        connection,
        """SELECT digest FROM cover_digest JOIN cover_chunk ON cover_chunk.number = cover_digest.chunk
        WHERE cover_chunk.id IN ({})""",
        chunks,
    )
    return {bytes(row[0]) for row in found}


def key_of_chunks(connection: Connection, chunks: Sequence[str]) -> set[str]:
    """Which keys the digests of these records were made with."""
    return {str(row[0]) for row in listed(connection, "SELECT key FROM cover_chunk WHERE id IN ({})", chunks)}


def list_records(connection: Connection) -> list[tuple[str, str, int, dict[str, Any]]]:
    """(id, who took it in, when in ms, values) of every version of every list that was not taken back, oldest first."""
    found = connection.execute(
        """SELECT id, registered_by, at_ms, values_json FROM other_record WHERE type = ? AND void = 0
        ORDER BY at_ms, id""",
        (LIST,),
    )
    return [(row[0], row[1], row[2], from_json(row[3])) for row in found]


def has_lists(connection: Connection) -> bool:
    """Whether there is any list at all; asked before anything dearer."""
    return bool(connection.execute("SELECT 1 FROM other_record WHERE type = ? LIMIT 1", (LIST,)).fetchone())


def decision_records(
    connection: Connection, registrations: Sequence[str] | None = None
) -> list[tuple[str, str, int, str, dict[str, Any]]]:
    """(id, by whom, when in ms, scope, values) of the decisions about lists' rows that were not taken back, oldest
    first; of all registrations, or of these."""
    among = "" if registrations is None else "AND values_json ->> '$.registration' IN (SELECT value FROM json_each(?))"
    found = connection.execute(
        f"""SELECT id, registered_by, at_ms, scope, values_json FROM other_record WHERE type = ? AND void = 0 {among}
        ORDER BY at_ms, id""",  # noqa: S608 - our words
        (DECISION,) if registrations is None else (DECISION, to_json(list(registrations))),
    )
    return [(*row[:4], from_json(row[4])) for row in found]


def old_imports(connection: Connection, keep: Iterable[str]) -> list[str]:
    """Lists that were taken in here and are none of these."""
    wanted = set(keep)
    return [each.list for each in imports(connection) if each.list not in wanted]


def living(connection: Connection) -> Iterator[Living]:
    """Every registration that stands for its person; read as they are taken."""
    for row in connection.execute("SELECT id, nik, state, scope FROM registration WHERE live = 1"):
        yield Living(*row)


def niks_of(connection: Connection, registrations: Sequence[str]) -> list[Living]:
    """Those of the registrations that stand for their person."""
    return [
        Living(*row)
        for row in listed(
            connection, "SELECT id, nik, state, scope FROM registration WHERE live = 1 AND id IN ({})", registrations
        )
    ]


# -- ranks: what lists say of a registration is worked out once, not for every list that a person opens


def ranked_keys(connection: Connection) -> list[str]:
    """Ids of the keys with which ranks were worked out."""
    found = local.get(connection, _RANKED_KEYS, [])
    return list(found) if isinstance(found, list) else []


def begin_ranks(connection: Connection, keys: Sequence[str]) -> None:
    """All ranks are to be worked out anew, with these keys."""
    forget_ranks(connection)
    local.put(connection, _RANKED_KEYS, list(keys))


def forget_ranks(connection: AnyConnection) -> None:
    """What all ranks were worked out from has changed."""
    connection.execute("DELETE FROM cover_rank")
    connection.execute("DELETE FROM cover_todo")


def unranked(connection: Connection, limit: int = -1) -> list[int]:
    """Row numbers of registrations without a rank: changed ones, then those above the last that has one."""
    return [
        row[0]
        for row in connection.execute(
            """SELECT rid FROM cover_todo UNION
            SELECT rid FROM registration WHERE rid > (SELECT coalesce(max(rid), 0) FROM cover_rank)
            ORDER BY 1 LIMIT ?""",
            (limit,),
        )
    ]


def ranks(connection: Connection) -> dict[int, int]:
    """Row number -> rank, of those that have one above zero."""
    return dict(connection.execute("SELECT rid, rank FROM cover_rank WHERE rank > 0").fetchall())


def keep_ranks(connection: Connection, found: Mapping[int, int]) -> None:
    """Keep these ranks, zeros too."""
    connection.executemany("INSERT OR REPLACE INTO cover_rank (rid, rank) VALUES (?, ?)", sorted(found.items()))
    connection.executemany("DELETE FROM cover_todo WHERE rid = ?", [(rid,) for rid in found])


def shrink(connection: Connection) -> None:
    """Give back the memory of pages that nobody needs soon."""
    connection.execute("PRAGMA shrink_memory")


def note_changed(connection: AnyConnection, rids: Iterable[int]) -> None:
    """The ranks of these registrations have to be worked out anew, where they had any."""
    numbers = [(rid,) for rid in rids]
    connection.executemany("INSERT OR IGNORE INTO cover_todo (rid) SELECT rid FROM cover_rank WHERE rid = ?", numbers)
    connection.executemany("DELETE FROM cover_rank WHERE rid = ?", numbers)


def note_said(connection: AnyConnection, type: str, values: Mapping[str, Any]) -> None:
    """A list, or what a supervisor said about a row of one, came or went."""
    if type == LIST:
        forget_ranks(connection)
    elif type == DECISION and isinstance(values.get("registration"), str):
        note_changed_ids(connection, [values["registration"]])


def note_changed_ids(connection: AnyConnection, registrations: Iterable[str]) -> None:
    """`note_changed` by ids."""
    found = listed(connection, "SELECT rid FROM registration WHERE id IN ({})", registrations)
    note_changed(connection, [row[0] for row in found])


def living_at(connection: Connection, rids: Iterable[int]) -> dict[int, Living]:
    """Row number -> what matching with lists needs, of those that stand for their person."""
    rows = listed(
        connection, "SELECT rid, id, nik, state, scope FROM registration WHERE live = 1 AND rid IN ({})", rids
    )
    return {row[0]: Living(*row[1:]) for row in rows}


# -- of this laptop alone


def keep_import(connection: Connection, taken: Taken, rows: Iterable[ListRow]) -> None:
    """Keep the rows of a list that was taken in here."""
    forget_ranks(connection)
    connection.execute(
        "INSERT INTO cover_import (list, file_digest, told, at_ms) VALUES (?, ?, ?, ?)",
        (taken.list, taken.file_digest, to_json(taken.told), taken.at_ms),
    )
    connection.executemany(
        "INSERT INTO cover_row (list, number, key, values_json) VALUES (?, ?, ?, ?)",
        ((row.list, row.number, row.key, to_json(row.values)) for row in rows),
    )


def forget_import(connection: Connection, list_: str) -> None:
    """Forget everything that this laptop keeps of a list beside its digests."""
    forget_ranks(connection)
    for statement in (
        "DELETE FROM cover_row WHERE list = ?",
        "DELETE FROM cover_pair WHERE list = ?",
        "DELETE FROM cover_compared WHERE list = ?",
        "DELETE FROM cover_import WHERE list = ?",
    ):
        connection.execute(statement, (list_,))


def imports(connection: Connection) -> list[Taken]:
    """The lists that were taken in on this laptop, oldest first."""
    found = connection.execute("SELECT list, file_digest, told, at_ms FROM cover_import ORDER BY at_ms, list")
    return [Taken(row[0], row[1], from_json(row[2]), row[3]) for row in found]


def rows(connection: Connection, list_: str) -> Iterator[ListRow]:
    """The rows of a list that was taken in here, in their order; read as they are taken."""
    found = connection.execute(
        "SELECT list, number, key, values_json FROM cover_row WHERE list = ? ORDER BY number", (list_,)
    )
    for row in found:
        yield ListRow(row[0], row[1], bytes(row[2]), from_json(row[3]))


def row(connection: Connection, list_: str, number: int) -> ListRow | None:
    """One row of a list that was taken in here, or None."""
    found = connection.execute(
        "SELECT list, number, key, values_json FROM cover_row WHERE list = ? AND number = ?", (list_, number)
    ).fetchone()
    return None if found is None else ListRow(found[0], found[1], bytes(found[2]), from_json(found[3]))


# -- rows that look like a registration


class Changed(NamedTuple):
    """A registration to compare with a list: `mark` tells one state of its answers from another."""

    id: str
    mark: str
    scope: str
    values_json: str

    def __repr__(self) -> str:
        return f"Changed({self.id})"


#: Entries only ever join a registration, so their number and the youngest's time tell its answers apart.
_MARK: Final = "r.edits || '.' || r.changed_ms || '.' || r.scope"
_UNCOMPARED: Final = f"""FROM registration AS r LEFT JOIN cover_compared AS c
    ON c.list = :list AND c.registration = r.id WHERE r.live = 1 AND (c.mark IS NULL OR c.mark <> {_MARK})"""


def uncompared(connection: Connection, list_: str, limit: int) -> list[Changed]:
    """At most `limit` registrations that were not compared with the list as they are now."""
    found = connection.execute(
        f"SELECT w.id, w.mark, w.scope, v.values_json FROM (SELECT r.rid, r.id, {_MARK} AS mark, r.scope {_UNCOMPARED}"  # noqa: S608 - our words
        " LIMIT :limit) AS w JOIN registration_values AS v USING (rid)",
        {"list": list_, "limit": limit},
    )
    return [Changed(*row) for row in found]


def uncompared_count(connection: Connection, list_: str) -> int:
    """How many registrations were not compared with the list as they are now."""
    return int(connection.execute(f"SELECT count(*) {_UNCOMPARED}", {"list": list_}).fetchone()[0])


def keep_compared(connection: Connection, list_: str, compared: Sequence[Changed], pairs: Iterable[NearPair]) -> None:
    """Keep what a comparison of these registrations with the list found, instead of what it found before."""
    note_changed_ids(connection, [each.id for each in compared])
    connection.executemany(
        "DELETE FROM cover_pair WHERE list = ? AND registration = ?", [(list_, each.id) for each in compared]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO cover_compared (list, registration, mark) VALUES (?, ?, ?)",
        [(list_, each.id, each.mark) for each in compared],
    )
    connection.executemany(
        """INSERT INTO cover_pair (list, number, registration, bits, probability, band)
        SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM cover_import WHERE list = ?1)""",
        list(pairs),
    )


def near_pairs(
    connection: Connection, lists: Sequence[str], registrations: Sequence[str] | None = None
) -> list[NearPair]:
    """Pairs of rows of these lists with registrations that stand for their person (or with these of them)."""
    if registrations is None:
        statement = """SELECT p.list, p.number, p.registration, p.bits, p.probability, p.band FROM cover_pair AS p
            JOIN registration AS r ON r.id = p.registration AND r.live = 1 WHERE p.list IN ({})"""
        found = [NearPair(*row) for row in listed(connection, statement, lists)]
    else:
        statement = """SELECT p.list, p.number, p.registration, p.bits, p.probability, p.band FROM cover_pair AS p
            JOIN registration AS r ON r.id = p.registration AND r.live = 1 WHERE p.registration IN ({})"""
        wanted = set(lists)
        found = [NearPair(*row) for row in listed(connection, statement, registrations) if row[0] in wanted]
    return sorted(found, key=lambda pair: (-pair.bits, pair.list, pair.number, pair.registration))
