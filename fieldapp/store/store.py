"""The encrypted store of one data folder: one writer thread, read-only connections beside it, a clean close."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fieldapp.store import disk
from fieldapp.store.db import Connection, Error, connect, explain
from fieldapp.store.errors import GivenUp, NewerStore, NoStore, StoreClosed, StoreDamaged, StoreExists, WrongKey

if TYPE_CHECKING:
    from fieldapp.store.recovery import Recovered

T = TypeVar("T")

NAME: Final = "fieldapp.db"
#: The number of steps in migrations.py, kept here so that an up-to-date store opens without importing them.
SCHEMA_VERSION: Final = 28

_Task = tuple[Callable[[Connection], Any], "Future[Any]"]


def create(folder: Path, key: bytes) -> None:
    """Make an empty database for the raw 32-byte `key`; StoreExists when there is one.

    It is built under another name and renamed when complete, so that an empty `fieldapp.db` can only mean damage.
    """
    disk.private_folder(folder)
    target = folder / NAME
    with disk.locked(folder / f"{NAME}.lock"):
        if target.exists():
            raise StoreExists
        fresh = folder / f"{NAME}.new"
        for leftover in _files(fresh):
            leftover.unlink(missing_ok=True)
        disk.private_file(fresh)
        connection = connect(fresh, key, create=True)
        try:
            _migrate(connection)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        disk.replace(fresh, target)


class Reading:
    """A question to the store that somebody may stop waiting for: a search that another letter has overtaken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self.is_given_up = False

    def give_up(self) -> None:
        """Stops the query that runs for this question, and every one that would come after it. From any thread."""
        with self._lock:
            self.is_given_up = True
            if self._connection is not None:
                self._connection.interrupt()

    def begin(self, connection: Connection) -> None:
        """The question is being asked on this connection. Raises GivenUp."""
        with self._lock:
            if self.is_given_up:
                raise GivenUp
            self._connection = connection

    def end(self) -> None:
        """The connection goes on to other questions, which must not be stopped in place of this one."""
        with self._lock:
            self._connection = None


class Store:
    """An open store. Use as a context manager, or call `close`; it may be shared between threads.

    Raises from the constructor: NoStore, StoreDamaged, NewerStore; from `write` and `read`: StoreBusy, StoreFull,
    StoreUnwritable, StoreDamaged, StoreClosed, and whatever the function raises.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self.path = folder / NAME
        self._key = key
        self._state = threading.Condition()
        self._closed = False
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self.recovered = _recover(self.path, key)
        """What a program that died over this store left to be brought back; None when none did."""
        self._writer_connection = _open(self.path, key)
        self._writer = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._writer.start()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, function: Callable[[Connection], T]) -> T:
        """Run `function` in one transaction on the writer thread and wait: all of it is durable, or none."""
        if threading.current_thread() is self._writer:
            raise RuntimeError("a write inside a write would wait for itself")
        return self.submit(function).result()

    def submit(self, function: Callable[[Connection], T]) -> Future[T]:
        """Queue `function` for the writer thread; writes run one by one, in the order of submitting."""
        future: Future[T] = Future()
        with self._state:
            if self._closed:
                raise StoreClosed
            self._tasks.put((function, future))
        return future

    def read(self, function: Callable[[Connection], T], reading: Reading | None = None) -> T:
        """Run `function` on a read-only connection in the calling thread; it sees one moment of the database.

        Whoever holds `reading` may give it up from another thread, which raises GivenUp here.
        """
        connection = self._borrow()
        try:
            if reading is not None:
                reading.begin(connection)
            connection.execute("BEGIN")
            return function(connection)
        except Error as error:
            if reading is not None and reading.is_given_up:
                raise GivenUp from None
            # A close interrupts what still runs, which is no fault of the query.
            raise (StoreClosed() if self._closed else explain(error)) from error
        finally:
            if reading is not None:
                reading.end()
            self._give_back(connection)

    def close(self) -> None:
        """Finish queued writes, stop readers, close every connection. Calling again does nothing."""
        if threading.current_thread() is self._writer:
            raise RuntimeError("the writer thread cannot close the store")
        with self._state:
            first, self._closed = not self._closed, True
            if first:
                self._tasks.put(None)
        self._writer.join()
        with self._state:
            for connection in self._busy:
                connection.interrupt()
            self._state.wait_for(lambda: not self._busy)
            while self._idle:
                self._idle.pop().close()
            self._writer_connection.close()

    def _borrow(self) -> Connection:
        with self._state:
            if self._closed:
                raise StoreClosed
            connection = self._idle.pop() if self._idle else connect(self.path, self._key, read_only=True)
            self._busy.add(connection)
            return connection

    def _give_back(self, connection: Connection) -> None:
        try:
            connection.execute("ROLLBACK")
            usable = True
        except Error:
            # A damaged or vanished file; a fresh connection will say so to the next reader.
            connection.close()
            usable = False
        with self._state:
            self._busy.discard(connection)
            if usable:
                self._idle.append(connection)
            self._state.notify_all()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            function, future = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = _transact(self._writer_connection, function)
            except Error as error:
                future.set_exception(explain(error))
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)


def _transact(connection: Connection, function: Callable[[Connection], T]) -> T:
    # Immediate: a transaction that reads first and writes later would fail at once when another process writes.
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = function(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _recover(path: Path, key: bytes) -> Recovered | None:
    try:
        if path.with_name(f"{path.name}-wal").stat().st_size == 0:
            return None
    except OSError:
        return None
    # Not imported at the top: it is needed after a failure only.
    from fieldapp.store.recovery import recover

    return recover(path, key)


def _open(path: Path, key: bytes) -> Connection:
    if not path.exists():
        raise NoStore
    try:
        connection = connect(path, key)
    except WrongKey:
        # The vault vouches for the key, so what does not open with it is not the file that we wrote.
        raise StoreDamaged(what=NAME) from None
    try:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > SCHEMA_VERSION:
            raise NewerStore(found=found, known=SCHEMA_VERSION)
        if found == 0:
            raise StoreDamaged(what=NAME)
        if found < SCHEMA_VERSION:
            _migrate(connection)
    except Error as error:
        connection.close()
        raise explain(error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: Connection) -> None:
    from fieldapp.store.migrations import migrate

    migrate(connection)


def _files(path: Path) -> tuple[Path, ...]:
    """The database file and what SQLite keeps beside it."""
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")
