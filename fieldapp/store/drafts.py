"""Drafts: answers being collected on this laptop, and imported lines that were no JSON object. Nothing is dropped.

Functions take a connection, so that handing a draft in and deleting it can be one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldapp.store.db import Connection

_SELECT = """SELECT id, member, values_json, section, field, edits, errors, warnings, seconds, started_ms, updated_ms
    FROM draft"""


@dataclass(frozen=True, slots=True)
class Draft:
    """One form being filled. Times in milliseconds since 1970 UTC, `seconds` is the time spent on the form.

    `section` and `field` are where the cursor stood; `edits` is the id of the registration being corrected, or None;
    `errors` and `warnings` count the findings at the last save.
    """

    id: str
    member: str
    values: Mapping[str, Any] = field(repr=False)
    started_ms: int
    updated_ms: int
    section: str = ""
    field: str = ""
    edits: str | None = None
    errors: int = 0
    warnings: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of an import that was no JSON object: `source` names the import, `line` counts from 1."""

    id: str
    member: str
    source: str
    line: int
    content: bytes = field(repr=False)
    kept_ms: int


def save(connection: Connection, draft: Draft) -> None:
    """Insert or replace the draft."""
    save_all(connection, [draft])


def save_all(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Insert or replace many drafts at once."""
    connection.executemany(
        """INSERT OR REPLACE INTO draft
            (id, member, values_json, section, field, edits, errors, warnings, seconds, started_ms, updated_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        map(_row, drafts),
    )


def get(connection: Connection, draft_id: str) -> Draft | None:
    """The draft, or None."""
    row = connection.execute(_SELECT + " WHERE id = ?", (draft_id,)).fetchone()
    return None if row is None else _draft(row)


def all_drafts(connection: Connection, member: str | None = None) -> list[Draft]:
    """Every draft, or one member's, by id."""
    rows = connection.execute(_SELECT + " WHERE ?1 IS NULL OR member = ?1 ORDER BY id", (member,))
    return [_draft(row) for row in rows]


def newest(connection: Connection, member: str, besides: str) -> Draft | None:
    """The draft that a member touched last and that names a kelurahan, `besides` left out; or None."""
    rows = connection.execute(
        _SELECT
        + """ WHERE member = ? AND id <> ? AND json_extract(values_json, '$.ktp_area') IS NOT NULL
        ORDER BY updated_ms DESC LIMIT 1""",
        (member, besides),
    )
    row = rows.fetchone()
    return None if row is None else _draft(row)


def count(connection: Connection, member: str | None = None) -> int:
    """How many drafts there are, or one member has."""
    row = connection.execute("SELECT count(*) FROM draft WHERE ?1 IS NULL OR member = ?1", (member,)).fetchone()
    return int(row[0])


def delete(connection: Connection, draft_id: str) -> bool:
    """Forget a draft (handed in, or thrown away by a person); False when there was none."""
    return connection.execute("DELETE FROM draft WHERE id = ?", (draft_id,)).rowcount > 0


def keep_unreadable(connection: Connection, lines: Iterable[Unreadable]) -> None:
    """Keep lines word for word, whatever bytes they hold."""
    connection.executemany(
        "INSERT OR REPLACE INTO unreadable (id, member, source, line, content, kept_ms) VALUES (?, ?, ?, ?, ?, ?)",
        ((line.id, line.member, line.source, line.line, line.content, line.kept_ms) for line in lines),
    )


def unreadable_lines(connection: Connection) -> list[Unreadable]:
    """Every line kept, in the order of import."""
    rows = connection.execute(
        "SELECT id, member, source, line, content, kept_ms FROM unreadable ORDER BY kept_ms, source, line, id"
    )
    return [Unreadable(*row) for row in rows]


def delete_unreadable(connection: Connection, line_id: str) -> bool:
    """Forget a kept line once a person has dealt with it; False when there was none."""
    return connection.execute("DELETE FROM unreadable WHERE id = ?", (line_id,)).rowcount > 0


def _row(draft: Draft) -> tuple[object, ...]:
    return (
        draft.id,
        draft.member,
        # ASCII escapes keep even a lone surrogate, which neither UTF-8 nor SQLite's text could hold.
        json.dumps(draft.values, ensure_ascii=True, sort_keys=True, separators=(",", ":")),
        draft.section,
        draft.field,
        draft.edits,
        draft.errors,
        draft.warnings,
        draft.seconds,
        draft.started_ms,
        draft.updated_ms,
    )


def _draft(row: tuple[Any, ...]) -> Draft:
    return Draft(
        id=row[0],
        member=row[1],
        values=json.loads(row[2]),
        section=row[3],
        field=row[4],
        edits=row[5],
        errors=row[6],
        warnings=row[7],
        seconds=row[8],
        started_ms=row[9],
        updated_ms=row[10],
    )
