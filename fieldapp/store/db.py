"""Keyed connections to the one SQLCipher file, and the exception classes to catch around them.

Importing this module makes sqlite-utils work over SQLCipher: sqlite-utils looks for a module named `pysqlite3` before
the standard library's `sqlite3` and catches the exceptions of what it finds, and SQLCipher's are not subclasses of the
standard ones. Therefore nothing may import sqlite_utils before this module, and nothing may hand it a path: it would
open a plain-text file without a word.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import sqlcipher3
import sqlcipher3.dbapi2

from fieldapp.store.errors import (
    NoStore,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreUnwritable,
    WrongKey,
)

if TYPE_CHECKING:
    # SQLCipher ships no types; its classes have the shape of the standard library's.
    import sqlite3 as sqlite
    from sqlite3 import Connection, DatabaseError, Error, IntegrityError, OperationalError
else:
    sqlite = sqlcipher3.dbapi2
    Connection = sqlite.Connection
    DatabaseError = sqlite.DatabaseError
    Error = sqlite.Error
    IntegrityError = sqlite.IntegrityError
    OperationalError = sqlite.OperationalError

__all__ = [
    "Connection",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "OperationalError",
    "connect",
    "explain",
    "sqlite",
]

if "sqlite_utils" in sys.modules and sys.modules.get("pysqlite3") is not sqlcipher3:
    raise ImportError("fieldapp.store.db must be imported before sqlite_utils")
sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2

KEY_BYTES = 32
# A merge of a whole city may hold the write lock this long on a field laptop.
BUSY_TIMEOUT_S = 30.0
# Bulk merges touch every page of several B-trees; a cache of 64 MiB keeps the hot ones decrypted.
_WRITER_CACHE_KIB = 65_536

_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26


def connect(
    path: Path, key: bytes, *, read_only: bool = False, create: bool = False, alone: bool = False
) -> Connection:
    """Open the database with its raw 32-byte key. `alone` refuses at once (StoreBusy) while anybody else has it open.

    The connection is in autocommit mode (transactions are begun explicitly) and may be used by any one thread at a
    time. Raises NoStore when the file is missing (unless `create`), WrongKey when the key does not open it, and the
    errors of `explain` otherwise.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a raw key has 32 bytes")
    if not create and not path.exists():
        raise NoStore
    mode = "ro" if read_only else "rwc" if create else "rw"
    try:
        connection = sqlite.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=0.0 if alone else BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
    except Error as error:
        raise explain(error) from None
    try:
        # Before the key: SQLCipher otherwise prints its complaint about a wrong one over the terminal's screen.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        if alone:
            # Before the first page is read: only then does it keep everybody else out.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA foreign_keys = ON")
    except Error as error:
        connection.close()
        if _code(error) == _NOTADB:
            raise WrongKey from None
        raise explain(error) from None
    return connection


def explain(error: Error) -> StoreError | Error:
    """The store's own error for what SQLite reports, or the error itself when it is a fault of the program."""
    code = _code(error)
    if code in (_CORRUPT, _NOTADB):
        return StoreDamaged(what="fieldapp.db")
    if code in (_BUSY, _LOCKED):
        return StoreBusy()
    if code == _FULL:
        return StoreFull()
    if code in (_READONLY, _IOERR, _CANTOPEN):
        return StoreUnwritable()
    return error


def _code(error: Error) -> int:
    """SQLite's primary result code of an error, 0 when the driver gives none."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
