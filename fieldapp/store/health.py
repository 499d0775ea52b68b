"""Whether the database file is whole, for `doctor`: slow, since every page is read."""

from __future__ import annotations

from fieldapp.store.db import Connection


def fault(connection: Connection) -> str | None:
    """The first fault that SQLCipher's seals or SQLite's structure show, named by pages and tables, or None."""
    found = connection.execute("PRAGMA cipher_integrity_check").fetchone()
    if found is None:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found[0] == "ok":
        found = connection.execute("PRAGMA foreign_key_check").fetchone()
        return None if found is None else f"foreign key of {found[0]}"
    return str(found[0])[:60]
