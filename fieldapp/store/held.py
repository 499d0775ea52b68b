"""What people said of entries in quarantine, as the records of type quarantine_word have it, and what is still open.

A word counts about an entry of the scope in which it was written: whoever may not speak about an area says nothing
about what is held there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from fieldapp.domain import quarantine
from fieldapp.domain.quarantine import Said
from fieldapp.store.listed import listed
from fieldapp.store.rows import from_json
from sync.certificates import covers
from sync.fold import Record
from sync.tables import Connection

#: Every table of this module, with all it holds in an order of its own.
CONTENTS: Final = {
    "held_word": "SELECT id, entry, record, scope, decision, reason, taken, member, at_ms FROM held_word ORDER BY id",
}
CLEAR: Final = ("DELETE FROM held_word",)
TABLES: Final = (
    """CREATE TABLE held_word (
        id TEXT PRIMARY KEY,
        entry TEXT NOT NULL,
        record TEXT NOT NULL,
        scope TEXT NOT NULL,
        decision TEXT NOT NULL,
        reason TEXT NOT NULL,
        taken TEXT NOT NULL,
        member TEXT NOT NULL,
        at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX held_word_by_entry ON held_word (entry, scope)",
    "CREATE INDEX held_word_by_record ON held_word (record, taken)",
    "CREATE INDEX held_word_by_taken ON held_word (taken)",
)

_COLUMNS: Final = "id, entry, record, scope, decision, reason, taken, member, at_ms"
_OPEN: Final = """FROM entry AS e JOIN label AS s ON s.id = e.scope WHERE e.status IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM held_word WHERE held_word.entry = lower(hex(e.id)) AND held_word.scope = s.text)"""


class Word(NamedTuple):
    """A word in force: its record, what it says, in which scope, by whom and when (ms since 1970)."""

    id: str
    said: Said
    scope: str
    member: str
    at_ms: int


def put(connection: Connection, record: Record) -> None:
    """Keep what a record of type quarantine_word says, unless it was taken back.

    Only its beginning counts: a second one by somebody else would speak in the author's name.
    """
    said = None if record.origin is None else quarantine.read(record.origin.entry.f)
    if said is None or any(head.kind == "void" for head in record.decisions):
        return
    row = (
        record.id,
        said.entry,
        said.record,
        record.scope,
        said.decision,
        said.reason.replace("\0", "\N{REPLACEMENT CHARACTER}"),
        said.taken,
        record.origin_by,
        record.origin_t[0],
    )
    connection.execute(f"INSERT INTO held_word ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - constants


def words(connection: Connection) -> list[Word]:
    """Every word in force, oldest first."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM held_word ORDER BY at_ms, id").fetchall()  # noqa: S608 - a constant
    return [_word(*row) for row in rows]


def word(connection: Connection, id: str) -> Word | None:
    """The word of this id, if it is in force."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM held_word WHERE id = ?", (id,)).fetchone()  # noqa: S608 - a constant
    return None if row is None else _word(*row)


def about(connection: Connection, registrations: Iterable[str]) -> list[tuple[str, str]]:
    """(record that is held, registration that has its content now), where one of the two is among these."""
    wanted = sorted(set(registrations))
    found: set[tuple[str, str]] = set()
    for column in ("record", "taken"):
        statement = f"SELECT DISTINCT record, taken FROM held_word WHERE taken <> '' AND {column} IN ({{}})"  # noqa: S608 - names of ours
        found.update((record, taken) for record, taken in listed(connection, statement, wanted))
    return sorted(found)


def count_open(connection: Connection, scopes: tuple[str, ...] = ("*",)) -> tuple[int, int]:
    """(entries, records) in quarantine within these scopes of which nobody said anything yet."""
    rows = connection.execute(f"SELECT s.text, count(*), count(DISTINCT e.record) {_OPEN} GROUP BY s.text").fetchall()
    within = [(entries, records) for scope, entries, records in rows if covers(scopes, scope)]
    return sum(entries for entries, _ in within), sum(records for _, records in within)


def count_all(connection: Connection) -> int:
    """Entries in quarantine."""
    return int(connection.execute("SELECT count(*) FROM entry WHERE status IS NOT NULL").fetchone()[0])


def revoked(connection: Connection) -> dict[str, int]:
    """Member -> when it was first revoked, in ms since 1970, by the clock of whoever did it."""
    found: dict[str, int] = {}
    rows = connection.execute(
        "SELECT values_json, at_ms FROM other_record WHERE type = 'revocation' AND void = 0 ORDER BY at_ms DESC"
    )
    for values, at_ms in rows.fetchall():
        member = from_json(values).get("member")
        if isinstance(member, str):
            found[member] = at_ms
    return found


def _word(
    id: str, entry: str, record: str, scope: str, decision: str, reason: str, taken: str, member: str, at_ms: int
) -> Word:
    return Word(id, Said(entry, record, decision, reason, taken), scope, member, at_ms)
