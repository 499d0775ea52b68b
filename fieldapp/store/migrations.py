"""The steps that brought the database to its present shape, oldest first; a step that was released never changes.

Imported only when a step is pending, because sqlite-utils costs more start-up time than all the rest of the store.
"""

from __future__ import annotations

from fieldapp.store.db import Connection  # isort: skip  # First: it puts SQLCipher under sqlite-utils.

from sqlite_utils import Database, Migrations


def local_values(db: Database) -> None:
    """Settings of this one laptop, which never travel: device id, language, hub, last sync."""
    _run(db, "CREATE TABLE local (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")


def drafts(db: Database) -> None:
    """Drafts, and lines of imports that were no JSON object, kept word for word."""
    _run(
        db,
        """CREATE TABLE draft (
            id TEXT PRIMARY KEY,
            member TEXT NOT NULL,
            values_json TEXT NOT NULL,
            section TEXT NOT NULL,
            field TEXT NOT NULL,
            edits TEXT,
            errors INTEGER NOT NULL,
            warnings INTEGER NOT NULL,
            seconds INTEGER NOT NULL,
            started_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE unreadable (
            id TEXT PRIMARY KEY,
            member TEXT NOT NULL,
            source TEXT NOT NULL,
            line INTEGER NOT NULL,
            content BLOB NOT NULL,
            kept_ms INTEGER NOT NULL
        ) STRICT""",
    )


_ORDER = (local_values, drafts)
NAMES = tuple(step.__name__ for step in _ORDER)
STEPS = Migrations("fieldapp")
for _step in _ORDER:
    STEPS()(_step)


def migrate(connection: Connection) -> None:
    """Apply every pending step, each in a transaction of its own together with its number as the schema's version.

    Two processes may call this at once: the write lock is taken before looking which step is pending.
    """
    database = Database(connection)
    for number, name in enumerate(NAMES, start=1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if name not in {step.name for step in STEPS.applied(database)}:
                STEPS.apply(database, stop_before=NAMES[number:])
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _run(db: Database, *statements: str) -> None:
    for statement in statements:
        db.conn.execute(statement)
