"""When somebody saw a whole NIK or took a list away; kept on this laptop (UU 27/2022, records of use)."""

from __future__ import annotations

from fieldapp.store.db import Connection


def keep(connection: Connection, registration: str, member: str, at_ms: int) -> None:
    """Note that `member` was shown the whole NIK of `registration`."""
    connection.execute(
        "INSERT INTO disclosure (kind, member, at_ms, registration, people) VALUES ('nik', ?, ?, ?, 1)",
        (member, at_ms, registration),
    )


def keep_export(connection: Connection, member: str, at_ms: int, people: int) -> None:
    """Note that `member` exported a list of so many people."""
    connection.execute(
        "INSERT INTO disclosure (kind, member, at_ms, registration, people) VALUES ('export', ?, ?, NULL, ?)",
        (member, at_ms, people),
    )


def all_disclosures(connection: Connection) -> list[tuple[str, str, int, str | None, int]]:
    """(kind, member, ms since 1970, registration or None, people), oldest first."""
    rows = connection.execute("SELECT kind, member, at_ms, registration, people FROM disclosure ORDER BY rowid")
    return [tuple(row) for row in rows]
