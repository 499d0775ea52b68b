"""Transactions on a real PostgreSQL: begun anew when others come between, whole or nothing, silent about secrets."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import servers

from sync.errors import NotAllowed, SyncError, Unreachable
from sync.postgres import ATTEMPTS, Database, PostgresConnection, _copy_target, connect
from sync.tables import LOCK_WRITERS, POSTGRES_TYPES, create_tables

SECRET = "rahasia-rekaan"


@pytest.fixture
def address() -> str:
    # Named, since other tests keep connections to the same server.
    address = f"{servers.address(servers.new_schema('database'))}&application_name=diputus"
    with connect(address) as connection:
        create_tables(connection, types=POSTGRES_TYPES)
        connection.execute("CREATE TABLE note (n BIGINT PRIMARY KEY, text TEXT, data BYTEA)")
        connection.execute("INSERT INTO note VALUES (1, 'satu', NULL), (2, 'dua', NULL)")
    return address


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    database = Database(address, lock_statement=LOCK_WRITERS)
    yield database
    database.close()


def notes(connection: PostgresConnection) -> list[tuple[int, str]]:
    return connection.execute("SELECT n, text FROM note ORDER BY n").fetchall()


def test_many_rows_and_few_arrive_the_same(database: Database) -> None:
    insert = "INSERT INTO note (n, text, data) VALUES (?, ?, ?)"
    rows = [(n, None if n % 2 else f"5% \t\\{n}", b"\\x00\t" * (n % 3)) for n in range(10, 110)]
    assert _copy_target(insert) is not None
    database.write(lambda connection: connection.executemany(insert, rows[:90]))
    database.write(lambda connection: connection.executemany(insert, rows[90:93]))
    database.write(lambda connection: connection.executemany(insert, iter(rows[93:])))
    database.write(lambda connection: connection.executemany(insert, []))
    got = database.read(lambda c: c.execute("SELECT n, text, data FROM note WHERE n >= ? ORDER BY n", (10,)).fetchall())
    assert got == rows


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO note (n, text) VALUES (?, ?) ON CONFLICT (n) DO NOTHING",
        "INSERT INTO note VALUES (?, ?)",
        "INSERT INTO note (n, text) VALUES (?, upper(?))",
        "INSERT INTO note (n, text) SELECT max(n) + 1, ? FROM note",
        "UPDATE note SET text = ? WHERE n = ?",
    ],
)
def test_only_a_plain_insert_goes_as_copy(sql: str) -> None:
    assert _copy_target(sql) is None


def test_what_fails_leaves_nothing(database: Database) -> None:
    def work(connection: PostgresConnection) -> None:
        connection.execute("DELETE FROM note")
        raise KeyError

    with pytest.raises(KeyError):
        database.write(work)
    assert len(database.read(notes)) == 2


def test_a_broken_transaction_is_not_committed_even_when_its_error_is_swallowed(database: Database) -> None:
    def work(connection: PostgresConnection) -> None:
        connection.execute("DELETE FROM note")
        with pytest.raises(SyncError):
            connection.execute("SELECT 1 / 0")

    with pytest.raises(SyncError, match="database_failed"):
        database.write(work)
    assert len(database.read(notes)) == 2


def test_two_transactions_in_a_deadlock_both_happen(database: Database) -> None:
    both = threading.Barrier(2, timeout=10)
    runs = []

    def work(first: int, second: int) -> None:
        def change(connection: PostgresConnection) -> None:
            connection.execute("UPDATE note SET text = text || '.' WHERE n = ?", (first,))
            runs.append(first)
            if len(runs) <= 2:
                both.wait()
            connection.execute("UPDATE note SET text = text || '.' WHERE n = ?", (second,))

        database.write(change)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, 1, 2), pool.submit(work, 2, 1)]:
            done.result()
    assert database.read(notes) == [(1, "satu.."), (2, "dua..")]
    assert len(runs) == 3


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_work_that_never_succeeds_is_given_up_after_a_bounded_number_of_attempts(
    database: Database, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    monkeypatch.setattr("sync.postgres._LONGEST_PAUSE_S", 0.01)

    def work(connection: PostgresConnection) -> None:
        runs.append(1)
        connection.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")

    with pytest.raises(Unreachable, match="hub_busy"):
        database.write(work)
    assert len(runs) == ATTEMPTS


def test_writers_who_take_the_lock_come_one_after_the_other(database: Database) -> None:
    def work(connection: PostgresConnection) -> None:
        connection.lock()
        connection.lock()
        (largest,) = connection.execute("SELECT max(n) FROM note").fetchone()
        connection.execute("INSERT INTO note (n, text) VALUES (?, '')", (largest + 1,))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: database.write(work), range(60)))
    assert [n for n, _ in database.read(notes)] == list(range(1, 63))
    taken = database.read(lambda c: c.execute("SELECT n FROM counter WHERE name = 'writer'").fetchone()[0])
    assert taken == 60


def cut(address: str) -> None:
    """Ends every other connection, as a restart of the server does."""
    with connect(address) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND application_name = 'diputus'"
        )


def test_a_lost_connection_is_made_anew(database: Database, address: str) -> None:
    assert len(database.read(notes)) == 2
    cut(address)
    assert len(database.read(notes)) == 2
    runs = []

    def work(connection: PostgresConnection) -> None:
        connection.execute("UPDATE note SET text = text || '!' WHERE n = 1")
        runs.append(1)
        if len(runs) == 1:
            cut(address)
        connection.execute("SELECT 1")

    database.write(work)
    assert (len(runs), database.read(notes)[0]) == (2, (1, "satu!"))


def test_a_connection_lost_during_the_commit_is_told_and_not_tried_again(
    database: Database, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = PostgresConnection.commit
    runs = []

    def cut_commit(connection: PostgresConnection) -> None:
        cut(address)
        commit(connection)

    monkeypatch.setattr(PostgresConnection, "commit", cut_commit)
    with pytest.raises(Unreachable, match="database_unreachable"):
        database.write(lambda connection: runs.append(1))
    assert runs == [1]


def test_a_transaction_that_only_reads_sees_one_moment_and_writes_nothing(database: Database) -> None:
    def work(connection: PostgresConnection) -> None:
        before = notes(connection)
        database.write(lambda other: other.execute("UPDATE note SET text = 'baru'"))
        assert notes(connection) == before

    database.read(work)
    with pytest.raises(SyncError):
        database.read(lambda connection: connection.execute("DELETE FROM note"))
    assert len(database.read(notes)) == 2


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"postgresql://pusat:{SECRET}@127.0.0.1:9/pusat", "database_unreachable"),
        (f"postgresql://pusat:{SECRET}@[::1/pusat", "database_address"),
        (f"host=127.0.0.1 password='{SECRET} tanpa akhir", "database_address"),
        (f"postgresql://pusat:{SECRET}@127.0.0.1/pusat?tidak_ada={SECRET}", "database_address"),
    ],
)
def test_a_password_is_in_no_message_and_no_log(address: str, code: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SyncError) as caught:
        Database(address).read(notes)
    assert caught.value.code == code
    shown: BaseException | None = caught.value
    while shown is not None:
        assert SECRET not in f"{shown!r} {shown} {getattr(shown, 'details', '')}"
        shown = None if shown.__suppress_context__ else shown.__context__
    assert SECRET not in caplog.text
    assert "{" not in caught.value.message("id") + caught.value.message("en")


def test_who_may_not_is_told_so(database: Database, address: str) -> None:
    for statement in ("CREATE ROLE tamu LOGIN", "GRANT USAGE ON SCHEMA database TO tamu"):
        database.write(lambda c, statement=statement: c.execute(statement))
    with closing(Database(address.replace("postgres:@", "tamu:@"))) as guest, pytest.raises(NotAllowed) as refused:
        guest.read(notes)
    assert refused.value.code == "database_refused"
    for statement in ("REVOKE ALL ON SCHEMA database FROM tamu", "DROP ROLE tamu"):
        database.write(lambda c, statement=statement: c.execute(statement))
    absent = Database(address.replace("/postgres?", "/tidak_ada?"))
    with pytest.raises(SyncError) as caught:
        absent.read(notes)
    assert caught.value.code in ("database_unreachable", "database_refused")


def test_what_a_row_holds_is_in_no_error(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SyncError) as caught:
        database.write(lambda c: c.execute("INSERT INTO note (n, text) VALUES (?, ?)", (1, SECRET)))
    assert caught.value.details == {"kind": "UniqueViolation", "state": "23505"}
    assert caught.value.__suppress_context__
    assert SECRET not in caplog.text
