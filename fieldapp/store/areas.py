"""All kelurahan of the country, found by any part of their names while somebody types.

A plain read-only SQLite file beside the store, built from the shipped list on first use: the list is public, so it is
not encrypted, not backed up, and made again whenever it is missing or belongs to another list. Scanning all of it takes
some milliseconds and no memory; a table of Python's took a quarter second to make, in every run, and 18 MB.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from fieldapp.domain import region
from fieldapp.domain.names import plain
from fieldapp.store.db import Connection, Error, sqlite

LONGEST_TYPED: Final = 60
"""Letters of what is typed that count; no place's name with all that it lies in needs more."""
_MOST_WORDS: Final = 6
_MAPPED_BYTES: Final = 1 << 24
"""More than the file has: it is read where the system keeps it, without copying."""

_SCHEMA: Final = """
CREATE TABLE above(code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place(
    code TEXT PRIMARY KEY, folded TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL
) WITHOUT ROWID;
"""


_NEAREST: Final = """SELECT place.code, place.name, district.name, regency.name, province.name
    FROM (SELECT code, name, folded,"""
_NAMED: Final = """ORDER BY likeness, folded, code LIMIT :limit) AS place
    JOIN above AS district ON district.code = substr(place.code, 1, 8)
    JOIN above AS regency ON regency.code = substr(place.code, 1, 5)
    JOIN above AS province ON province.code = substr(place.code, 1, 2)
    ORDER BY likeness, folded, place.code"""


class Place(NamedTuple):
    """A kelurahan: its dotted code, and its name with those of its kecamatan, regency and province."""

    code: str
    names: tuple[str, ...]


class Found(NamedTuple):
    """Places, the likeliest first. `more`: others near them have the words too; `beyond`: nobody looked further away
    than the city, or the province, of those found."""

    places: tuple[Place, ...]
    more: bool = False
    beyond: bool = False


def find(folder: Path, typed: str, city: str, limit: int) -> Found:
    """At most `limit` kelurahan for what was typed, of the dotted regency `city`, else of its province, else of all.

    Every word must be part of the name of the kelurahan or of what it lies in ("sukamaju bogor"); names that are the
    text come first, then those that begin with it, hold it, hold its words, and last those that only lie there.
    Raises OSError or the store's errors when the file can be neither read nor made; callers then search in memory.
    """
    words = [plain(word) for word in typed[:LONGEST_TYPED].split()]
    words = [word for word in words if word][:_MOST_WORDS]
    if not words:
        return Found(())
    with closing(_open(folder)) as connection:
        for within in dict.fromkeys((f"{city}.", f"{city[:2]}.", "")):
            rows = _rows(connection, words, within, limit)
            if rows:
                places = tuple(Place(code, tuple(names)) for code, *names in rows[:limit])
                return Found(places, len(rows) > limit, bool(within))
    return Found(())


def regencies(folder: Path) -> list[tuple[str, str]]:
    """(code, name) of every regency and city; raises as `find` does."""
    with closing(_open(folder)) as connection:
        return [
            (str(code), str(name))
            for code, name in connection.execute("SELECT code, name FROM above WHERE length(code) = 5")
        ]


def _rows(connection: Connection, words: list[str], within: str, limit: int) -> list[Any]:
    """(code, four names) of one place more than wanted, of those whose code begins with `within`."""
    everywhere = " AND ".join(f"instr(path, :w{n})" for n in range(len(words)))
    in_name = " AND ".join(f"instr(folded, :w{n})" for n in range(len(words)))
    likeness = [
        "CASE WHEN folded = :all THEN 0 WHEN substr(folded, 1, length(:all)) = :all THEN 1",
        "WHEN instr(folded, :all) THEN 2 WHEN",
        in_name,
        "THEN 3 WHEN instr(folded, :w0) THEN 4 ELSE 5 END AS likeness",
    ]
    statement = [_NEAREST, *likeness, "FROM place WHERE code BETWEEN :first AND :last AND", everywhere, _NAMED]
    given = {f"w{n}": word for n, word in enumerate(words)}
    # Codes are digits and dots, all of which come before the letter.
    arguments = {**given, "all": "".join(words), "first": within, "last": f"{within}a", "limit": limit + 1}
    return connection.execute(" ".join(statement), arguments).fetchall()


def _open(folder: Path) -> Connection:
    """The file, read-only; made first when it is not there."""
    path = folder / _name()
    if not path.exists():
        _build(path)
    try:
        return _connect(path)
    except Error:
        # A file cut short by a dead battery before this program could sync it: made anew.
        path.unlink(missing_ok=True)
        _build(path)
        return _connect(path)


def _connect(path: Path) -> Connection:
    # Immutable: nobody changes it, so no lock is asked for and a folder that cannot be written to will do.
    connection = sqlite.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        connection.execute("SELECT 1 FROM above LIMIT 1").fetchone()
    except Error:
        connection.close()
        raise
    return connection


@cache
def _name() -> str:
    """The file's name tells of which list it is made."""
    return f"wilayah-{zlib.crc32(region.FILE.read_bytes()):08x}.db"


def _build(path: Path) -> None:
    """Makes the file whole under another name first; two programs that do so at once make the same."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite.connect(str(fresh), isolation_level=None)) as connection:
            connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; {_SCHEMA}")
            names: dict[str, str] = {}
            connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", _places(names))
            connection.executemany("INSERT INTO above VALUES (?, ?)", names.items())
            connection.execute("COMMIT")
        for old in path.parent.glob("wilayah-*.db"):
            if old != path:
                with suppress(OSError):
                    old.unlink()
        with suppress(PermissionError):
            # Windows refuses where another program made and opened the same file meanwhile.
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _places(names: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """(code, folded name, that and the folded names of what it lies in, name); what lies above goes into `names`."""
    last = path = ""
    for code, name in region.current(""):
        if len(code) < 13:
            names[code] = name
            continue
        district = code[:8]
        if district != last:
            path, last = "".join(f"|{plain(names[code[:length]])}" for length in (8, 5, 2)), district
        folded = plain(name)
        yield code, folded, folded + path, name
