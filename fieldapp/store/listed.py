"""Statements about as many keys as one likes, some hundreds at a time, in SQL that SQLite and PostgreSQL both take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from sync.tables import Connection

CHUNK: Final = 500
"""How many keys one statement names."""


def listed(connection: Connection, statement: str, keys: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query for chunks of the keys, which stand where it has `{}`."""
    source = iter(keys)
    while chunk := list(islice(source, CHUNK)):
        yield from connection.execute(statement.format(_marks(len(chunk))), chunk).fetchall()


def for_listed(connection: Connection, statement: str, keys: Iterable[Any]) -> None:
    """Run a statement that gives nothing back for chunks of the keys, which stand where it has `{}`."""
    source = iter(keys)
    while chunk := list(islice(source, CHUNK)):
        connection.execute(statement.format(_marks(len(chunk))), chunk)


@lru_cache(maxsize=CHUNK)
def _marks(count: int) -> str:
    return ",".join("?" * count)
