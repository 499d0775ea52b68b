"""A journal on PostgreSQL, or on what speaks its protocol: connections with the calls that the journal makes, and
transactions over a small pool of them.

The only module that needs psycopg. Its errors never leave it: their texts may hold rows, addresses and passwords.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, NoReturn, Self, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper

from sync.errors import NotAllowed, SyncError, Unreachable

T = TypeVar("T")

MOST_CONNECTIONS: Final = 8
ATTEMPTS: Final = 10
"""How often work is begun anew after a deadlock, a serialization failure or a lost connection."""
STATEMENT_S: Final = 60
LOCK_S: Final = 30
IDLE_IN_TRANSACTION_S: Final = 300
_CONNECT_S: Final = 10
_PAUSE_S: Final = 0.01
"""The longest first pause before work is begun anew; each later one may be twice as long."""
_LONGEST_PAUSE_S: Final = 1.0
_COPY_FROM: Final = 8
"""With fewer rows than this, plain inserts are no dearer than a COPY."""

_AGAIN: Final = frozenset({"40001", "40P01"})
_BUSY: Final = frozenset({"55P03", "57014", "53300"})
_FULL: Final = frozenset({"53100", "53200"})
# Also a server that has become a standby: the next connection finds the one that leads now.
_LOST: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25006", "08000", "08003", "08006", "08P01"})
_REFUSED: Final = frozenset({"28000", "28P01", "3D000", "42501"})

_log = logging.getLogger("sync.postgres")


class PostgresConnection:
    """One connection, with the calls that the journal makes of sqlite3's: `?` stands for a parameter.

    Use by one thread at a time. Every failure of the database is a SyncError: Unreachable hub_busy,
    database_unreachable, database_full; NotAllowed database_refused; SyncError database_failed.
    """

    def __init__(self, raw: "psycopg.Connection[Any]", lock_statement: str | None = None) -> None:
        self._raw = raw
        self._lock_statement = lock_statement
        self._is_locked = False
        self.failure: SyncError | None = None
        """What broke the transaction in hand: nothing but a rollback is possible then."""
        self.companion: Any = None
        """What its user remembers of the database; forgotten when a transaction is undone."""

    @property
    def is_lost(self) -> bool:
        """Whether nothing more can be done over this connection."""
        return bool(self._raw.closed or self._raw.broken)

    @property
    def is_locked(self) -> bool:
        """Whether this transaction is the one that may write."""
        return self._is_locked

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        """Run one statement; the cursor that comes back holds all its rows."""
        try:
            if not parameters:
                return self._raw.execute(sql, binary=True)
            return self._raw.execute(_translated(sql), parameters, binary=True)
        except psycopg.Error as error:
            self._fail(error)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of parameters; plain inserts of many rows go as one COPY."""
        rows = rows if isinstance(rows, list) else list(rows)
        if not rows:
            return
        try:
            target = _copy_target(sql) if len(rows) >= _COPY_FROM else None
            with self._raw.cursor() as cursor:
                if target is None:
                    cursor.executemany(_translated(sql), rows)
                    return
                with cursor.copy(target) as copy:
                    for row in rows:
                        copy.write_row(row)
        except psycopg.Error as error:
            self._fail(error)

    def begin(self, *, reading: bool = False) -> None:
        """Begin a transaction that sees what others committed, or one moment of the database when it only reads."""
        self.failure = None
        self._is_locked = False
        self.execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if reading else "BEGIN ISOLATION LEVEL READ COMMITTED"
        )

    def commit(self) -> None:
        """End the transaction; all of it is durable then."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if the connection still lives."""
        if not self.is_lost:
            self.execute("ROLLBACK")

    def lock(self) -> None:
        """Be the only one who writes until this transaction ends; calling again does nothing."""
        if not self._is_locked and self._lock_statement is not None:
            # An update and no mere SELECT ... FOR UPDATE: under snapshot isolation, which some engines give in place of
            # READ COMMITTED, it fails with 40001 where the other would go on with what the database was before.
            self.execute(self._lock_statement)
            self._is_locked = True

    def close(self) -> None:
        """Close the connection."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fail(self, error: psycopg.Error) -> NoReturn:
        failure = explain(error, lost=self.is_lost)
        if self.failure is None:
            self.failure = failure
        raise failure from None


class _Restart(Unreachable):
    """Another transaction came between: begun anew, the same work may succeed."""


class _Lost(Unreachable):
    """The connection is gone, or leads to a server that no longer takes writes."""


def explain(error: psycopg.Error, *, lost: bool = False) -> SyncError:
    """The coded error for what the database reports: nothing of its text, which may hold rows or a password."""
    state = error.sqlstate or ""
    _log.warning("database: %s %s", type(error).__name__, state or "-")
    if state in _AGAIN:
        return _Restart("hub_busy")
    if state in _BUSY:
        return Unreachable("hub_busy")
    if state in _FULL:
        return Unreachable("database_full")
    if state in _REFUSED:
        return NotAllowed("database_refused")
    if lost or state in _LOST or (not state and isinstance(error, psycopg.OperationalError)):
        return _Lost("database_unreachable")
    return SyncError("database_failed", kind=type(error).__name__, state=state)


class Database:
    """A database that several threads use, and several processes beside this one; nothing is kept between two calls
    but open connections.

    `most` bounds the connections. Raises from the constructor: SyncError database_address.
    """

    def __init__(self, address: str, *, most: int = MOST_CONNECTIONS, lock_statement: str | None = None) -> None:
        self._conninfo = conninfo(address)
        self._lock_statement = lock_statement
        self._free = threading.BoundedSemaphore(most)
        self._idle: list[PostgresConnection] = []
        self._guard = threading.Lock()
        self._is_closed = False

    def write(self, work: Callable[[PostgresConnection], T]) -> T:
        """Run `work` in one durable transaction: all of it is kept, or nothing.

        Begun anew, a bounded number of times, when another transaction came between or the connection was lost before
        the commit; so `work` must bear being run again. A connection lost during the commit itself is told as
        Unreachable database_unreachable: nobody knows then whether it was kept.
        """
        return self._transact(work, reading=False)

    def read(self, work: Callable[[PostgresConnection], T]) -> T:
        """Run `work` on one moment of the database."""
        return self._transact(work, reading=True)

    def close(self) -> None:
        """Close the idle connections, and each other one when its work is done."""
        with self._guard:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _transact(self, work: Callable[[PostgresConnection], T], *, reading: bool) -> T:
        longest = _PAUSE_S
        for attempt in range(1, ATTEMPTS + 1):
            with self._borrowed() as connection:
                try:
                    return _once(connection, work, reading=reading)
                except (_Restart, _Lost) as failure:
                    if attempt == ATTEMPTS:
                        raise
                    if isinstance(failure, _Lost):
                        self._drop_idle()
            # Jitter, or two that were in each other's way would be so again.
            time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret
            longest = min(2 * longest, _LONGEST_PAUSE_S)
        raise Unreachable("hub_busy")

    @contextmanager
    def _borrowed(self) -> Iterator[PostgresConnection]:
        with self._free:
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            connection = connection or connect(self._conninfo, self._lock_statement)
            try:
                yield connection
            finally:
                with self._guard:
                    is_kept = not (self._is_closed or connection.is_lost or isinstance(connection.failure, _Lost))
                    if is_kept:
                        self._idle.append(connection)
                if not is_kept:
                    connection.close()

    def _drop_idle(self) -> None:
        """When one connection was cut, the others most likely were: a server restarted or another one leads."""
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def _once(connection: PostgresConnection, work: Callable[[PostgresConnection], T], *, reading: bool) -> T:
    try:
        connection.begin(reading=reading)
        result = work(connection)
        if connection.failure is not None:
            raise connection.failure
    except BaseException as error:
        failure = connection.failure
        _give_up(connection)
        # What broke the transaction, and not what its undoing met afterwards.
        if failure is not None and failure is not error:
            raise failure from None
        raise
    try:
        connection.commit()
    except BaseException as error:
        _give_up(connection)
        if isinstance(error, _Lost) and not reading:
            raise Unreachable("database_unreachable") from None
        raise
    return result


def _give_up(connection: PostgresConnection) -> None:
    failure = connection.failure
    connection.companion = None
    try:
        connection.rollback()
    except SyncError:
        connection.close()
    connection.failure = failure


def connect(address: str, lock_statement: str | None = None) -> PostgresConnection:
    """Open a connection. Raises SyncError database_address, Unreachable database_unreachable, NotAllowed
    database_refused."""
    try:
        raw = psycopg.connect(conninfo(address), autocommit=True)
        raw.adapters.register_dumper(int, Int8Dumper)
        # The last one is taken by default: whole numbers go as 64 bits, whatever their size, so that a statement is
        # prepared once and COPY in binary form fits the columns.
        raw.adapters.register_dumper(int, Int8BinaryDumper)
        raw.execute(
            f"SET statement_timeout = '{STATEMENT_S}s'; SET lock_timeout = '{LOCK_S}s';"
            f" SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_S}s'"
        )
    except psycopg.Error as error:
        failure = explain(error, lost=True)
        # A password that is refused while connecting comes without a code.
        if isinstance(failure, _Lost) and "authentication failed" in str(error):
            failure = NotAllowed("database_refused")
        raise failure from None
    return PostgresConnection(raw, lock_statement)


def conninfo(address: str) -> str:
    """The address with what it does not say itself: time limits, a name for the server's lists of connections."""
    given: dict[str, Any] = {
        "application_name": "fieldapp",
        "connect_timeout": _CONNECT_S,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    try:
        said = conninfo_to_dict(address)
        return make_conninfo(**{**given, **said, "client_encoding": "UTF8"})
    except (psycopg.Error, UnicodeError):
        raise SyncError("database_address") from None


@lru_cache(maxsize=512)
def _translated(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


@lru_cache(maxsize=256)
def _copy_target(sql: str) -> str | None:
    """The COPY that does what a plain insert of one row of parameters does; None for any other statement."""
    head, separator, values = sql.partition(" VALUES (")
    is_plain = head.startswith("INSERT INTO ") and head.endswith(")")
    if not separator or not is_plain or values.rstrip(")").replace(",", "").replace("?", "").strip():
        return None
    return f"COPY {head.removeprefix('INSERT INTO ')} FROM STDIN (FORMAT BINARY)"
