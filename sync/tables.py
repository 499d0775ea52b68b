"""The tables of the journal, the same on sqlite3, on sqlcipher3 and on PostgreSQL; all ids of entries, records, chains
and members are 16 bytes.

Row numbers are given out as the largest so far and one more: whoever writes holds the only write lock, so this needs no
sequence of any engine, and a transaction that is rolled back leaves no hole. The number of an entry's row says where it
stands: 32 bits for the row of `chain`, 32 for its number in the chain. So the order of a chain needs no index of its
own, and what comes in one after the other is stored one after the other.
"""

from typing import Any, Final, NamedTuple, Protocol

FIXED_LABELS: Final = ("revocation", "receipt", "new")
"""Texts whose numbers in `label` are the same in every database: the partial index names the first two."""
REVOCATION_LABEL, RECEIPT_LABEL, NEW_LABEL = 1, 2, 3


class Types(NamedTuple):
    """How an engine calls the types that the statements below name BLOB and INTEGER: bytes, and 64-bit integers."""

    blob: str
    integer: str
    unique_long: str
    """What makes a column of long values unique, where the engine can; who inserts looks before in any case."""


SQLITE_TYPES: Final = Types("BLOB", "INTEGER", " UNIQUE")
# An index of PostgreSQL takes no value of more than 2,700 bytes.
POSTGRES_TYPES: Final = Types("BYTEA", "BIGINT", "")

_FIRST: Final = (
    # Texts that nearly every entry repeats: types, scopes, kinds, codes.
    "CREATE TABLE label (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
    # zstd dictionaries for the entries' bytes; kept for ever, since rows refer to them.
    "CREATE TABLE dictionary (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    # Rows are only ever added, so the largest id tells whether anything is new.
    "CREATE TABLE certificate (id INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE_LONG)",
    # A chain has one lane; a forked one has a lane for each branch that could not be laid into another.
    """CREATE TABLE chain (
        id INTEGER PRIMARY KEY,
        chain BLOB NOT NULL,
        lane INTEGER NOT NULL,
        author BLOB NOT NULL,
        ranges TEXT NOT NULL,
        UNIQUE (chain, lane))""",
    # hashes: 32 bytes an entry; the bodies are in `entry`, or withheld.
    """CREATE TABLE segment (
        id INTEGER PRIMARY KEY,
        chain INTEGER NOT NULL REFERENCES chain (id),
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        prev BLOB NOT NULL,
        signature BLOB NOT NULL,
        hashes BLOB NOT NULL,
        UNIQUE (chain, first, last))""",
    # status: NULL, or the label of the code for which the entry is in quarantine. dictionary: 0 for bytes as they are.
    """CREATE TABLE entry (
        place INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        record BLOB NOT NULL,
        type INTEGER NOT NULL,
        scope INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        t INTEGER NOT NULL,
        status INTEGER,
        dictionary INTEGER NOT NULL,
        body BLOB NOT NULL)""",
    "CREATE INDEX entry_record ON entry (record, type)",
    "CREATE INDEX entry_quarantine ON entry (status) WHERE status IS NOT NULL",
    f"CREATE INDEX entry_of_sync ON entry (type) WHERE type IN ({REVOCATION_LABEL}, {RECEIPT_LABEL})",
    # Own entries that no segment covers yet.
    "CREATE TABLE unsealed (place INTEGER PRIMARY KEY)",
    # Where a member writing on a device goes on. A copy for safekeeping leaves these rows out and so starts anew.
    """CREATE TABLE own_chain (
        chain INTEGER PRIMARY KEY REFERENCES chain (id),
        member BLOB NOT NULL,
        device BLOB NOT NULL,
        n INTEGER NOT NULL,
        hash BLOB NOT NULL,
        ms INTEGER NOT NULL,
        counter INTEGER NOT NULL,
        is_retired INTEGER NOT NULL DEFAULT 0)""",
    # What other members' bundles last said of themselves, as JSON.
    """CREATE TABLE peer (
        member BLOB PRIMARY KEY,
        have TEXT NOT NULL,
        outside TEXT NOT NULL,
        known TEXT NOT NULL,
        at INTEGER NOT NULL)""",
    """CREATE TABLE merge_report (
        id BLOB PRIMARY KEY,
        bundle BLOB NOT NULL,
        member BLOB NOT NULL,
        at INTEGER NOT NULL,
        summary TEXT NOT NULL)""",
)
_REPORT_ORDER: Final = (
    # Two merges of one millisecond are told in the order in which they happened.
    "ALTER TABLE merge_report ADD COLUMN seq INTEGER NOT NULL DEFAULT 0",
)
_FEED: Final = (
    # n: how often the row was taken. Whoever writes takes "writer" first and, as the last thing before the commit, a
    # position from "batch".
    "CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL)",
    "INSERT INTO counter (name, n) VALUES ('batch', 0), ('writer', 0)",
    # Entries that became durable together; pos is NULL until they are published.
    """CREATE TABLE batch (
        id BLOB PRIMARY KEY,
        member BLOB NOT NULL,
        at INTEGER NOT NULL,
        entries INTEGER NOT NULL,
        digest BLOB NOT NULL,
        places TEXT NOT NULL,
        pos INTEGER UNIQUE)""",
    "CREATE INDEX batch_waiting ON batch (id) WHERE pos IS NULL",
)
_SUMS: Final = (
    # Which entries of a scope a lane holds, how many and the sum of their ids: nobody reads the log to say it, or to
    # see what a member may read.
    """CREATE TABLE tally (
        lane INTEGER NOT NULL,
        scope INTEGER NOT NULL,
        count INTEGER NOT NULL,
        sum BLOB NOT NULL,
        ranges TEXT NOT NULL,
        PRIMARY KEY (lane, scope))""",
    # Records that have entries of more than one scope.
    "CREATE TABLE moved (record BLOB PRIMARY KEY)",
    # Scopes of which a member's bundle said to hold something else than is here.
    """CREATE TABLE doubt (
        member BLOB NOT NULL,
        scope TEXT NOT NULL,
        here INTEGER NOT NULL,
        there INTEGER NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (member, scope))""",
)
_DROPPED: Final = (
    # Entries whose values were let go have a negative dictionary: -1 - the number of the one that packs the rest.
    "CREATE INDEX entry_dropped ON entry (place) WHERE dictionary < 0",
)
_REQUESTS: Final = (
    # Signed requests that a hub answered, until their challenges have surely run out.
    "CREATE TABLE request (mark BLOB PRIMARY KEY, until_s INTEGER NOT NULL)",
    "CREATE INDEX request_by_end ON request (until_s)",
)
_PAPERS: Final = (
    # The newest version of each paper that a member made, or was given; content last, so that nobody reads it by the
    # way. basis: what its maker noted beside it.
    """CREATE TABLE paper (
        holder BLOB NOT NULL,
        author BLOB NOT NULL,
        name TEXT NOT NULL,
        at INTEGER NOT NULL,
        audience TEXT NOT NULL,
        about TEXT NOT NULL,
        digest BLOB NOT NULL,
        signature BLOB NOT NULL,
        size INTEGER NOT NULL,
        basis TEXT NOT NULL DEFAULT '',
        content BLOB NOT NULL,
        PRIMARY KEY (holder, author, name))""",
)
_STEPS: Final = (_FIRST, _REPORT_ORDER, _FEED, _SUMS, _DROPPED, _REQUESTS, _PAPERS)
"""What brought the tables to their present shape, oldest first; a step that was released never changes."""

LOCK_WRITERS: Final = "UPDATE counter SET n = n + 1 WHERE name = 'writer'"
"""Makes a transaction the only one that writes, on engines where several could (SYNC.md, 4.7)."""

TABLES_VERSION: Final = len(_STEPS)


class Connection(Protocol):
    """What the journal needs of a database: the same calls on sqlite3 and on sqlcipher3."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any: ...

    def executemany(self, sql: str, parameters: Any, /) -> Any: ...


def create_tables(
    connection: Connection, *, since: int = 0, until: int = TABLES_VERSION, types: Types = SQLITE_TYPES
) -> None:
    """Bring the journal's tables from version `since` (0: an empty database) to version `until`, within the caller's
    transaction."""
    for step in _STEPS[since:until]:
        for statement in step:
            connection.execute(_in_types(statement, types))
    if since == 0 and until > 0:
        connection.executemany("INSERT INTO label (id, text) VALUES (?, ?)", list(enumerate(FIXED_LABELS, 1)))


def _in_types(statement: str, types: Types) -> str:
    words = {" UNIQUE_LONG": types.unique_long, "BLOB": types.blob, "INTEGER": types.integer}
    for word, meant in words.items():
        statement = statement.replace(word, meant)
    return statement


def given_id(returned: Any) -> int:
    """The number that an `INSERT ... RETURNING` of one row gave out."""
    # All rows are fetched: a statement that is still open would keep SQLite from committing.
    return int(returned.fetchall()[0][0])
