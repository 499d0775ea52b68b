"""The encrypted file: what is on the disk, who may open it, and what a crash leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from fieldapp.store import drafts, local
from fieldapp.store.db import Connection, OperationalError, connect, sqlite
from fieldapp.store.drafts import Draft
from fieldapp.store.errors import (
    MESSAGES,
    NewerStore,
    NoStore,
    StoreClosed,
    StoreDamaged,
    StoreError,
    StoreExists,
    WrongKey,
)
from fieldapp.store.store import NAME, SCHEMA_VERSION, Store, create
from fieldapp.store.vault import Secrets, Vault

KEY = bytes(range(32))
MARK = "Contoh Rahasia"


def _draft(number: int, **values: object) -> Draft:
    return Draft(id=f"draft-{number:06d}", member="m", values=values or {"name": MARK}, started_ms=1, updated_ms=2)


def test_no_answer_can_be_found_in_any_file_by_searching_its_bytes(
    store: Store, folder: Path, vault: Vault, secrets_of: Callable[..., Secrets]
) -> None:
    vault.create("sandi", secrets_of())
    values = {"name": MARK, "nik": "6471012812879001", "ktp_address": "Jalan Contoh Sekali"}
    store.write(lambda connection: drafts.save_all(connection, (_draft(n, **values) for n in range(300))))
    names = {path.name for path in folder.iterdir()}
    assert {"fieldapp.db", "fieldapp.db-wal", "vault.json"} <= names
    for path in folder.iterdir():
        content = path.read_bytes()
        assert not content.startswith(b"SQLite format 3"), path.name
        for value in values.values():
            for coded in (value.encode(), value.encode("utf-16-le"), value.lower().encode()):
                assert coded not in content, path.name


def test_a_closed_store_leaves_one_database_file_with_no_readable_byte(folder: Path) -> None:
    create(folder, KEY)
    with Store(folder, KEY) as store:
        store.write(lambda connection: drafts.save(connection, _draft(1)))
    content = (folder / NAME).read_bytes()
    assert not (folder / f"{NAME}-wal").exists()
    assert content[:16] != b"SQLite format 3\x00"
    assert MARK.encode() not in content
    assert b"CREATE TABLE" not in content


def test_what_was_written_is_there_after_reopening(folder: Path) -> None:
    create(folder, KEY)
    with Store(folder, KEY) as store:
        store.write(lambda connection: drafts.save(connection, _draft(1)))
    with Store(folder, KEY) as store:
        assert store.read(lambda connection: drafts.get(connection, "draft-000001")) == _draft(1)


def test_another_key_is_refused_and_changes_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    create(folder, KEY)
    before = (folder / NAME).read_bytes()
    with pytest.raises(WrongKey):
        connect(folder / NAME, b"\x01" * 32)
    with pytest.raises(StoreDamaged):
        Store(folder, b"\x01" * 32)
    assert (folder / NAME).read_bytes() == before
    # SQLCipher's own complaint on the terminal would tear the screen.
    assert capfd.readouterr() == ("", "")


def test_a_store_is_never_created_over_another(folder: Path) -> None:
    create(folder, KEY)
    with pytest.raises(StoreExists):
        create(folder, KEY)


def test_a_creation_cut_short_is_begun_again(folder: Path) -> None:
    folder.mkdir()
    (folder / f"{NAME}.new").write_bytes(b"half a page")
    with pytest.raises(NoStore):
        Store(folder, KEY)
    create(folder, KEY)
    with Store(folder, KEY) as store:
        assert store.read(drafts.count) == 0
    assert not (folder / f"{NAME}.new").exists()


def test_a_newer_schema_is_refused_and_left_as_it_is(folder: Path) -> None:
    create(folder, KEY)
    connection = connect(folder / NAME, KEY)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = (folder / NAME).read_bytes()
    with pytest.raises(NewerStore) as caught:
        Store(folder, KEY)
    assert caught.value.details == {"found": 999, "known": SCHEMA_VERSION}
    assert (folder / NAME).read_bytes() == before


def test_the_schema_version_is_the_number_of_steps() -> None:
    from fieldapp.store import migrations

    assert len(migrations.NAMES) == SCHEMA_VERSION


def test_an_older_schema_is_brought_up_step_by_step(folder: Path) -> None:
    from sqlite_utils import Database

    from fieldapp.store import migrations

    folder.mkdir()
    connection = connect(folder / NAME, KEY, create=True)
    database = Database(connection)
    connection.execute("BEGIN IMMEDIATE")
    migrations.STEPS.apply(database, stop_before=migrations.NAMES[1:])
    connection.execute("PRAGMA user_version = 1")
    connection.execute("COMMIT")
    local.put(connection, local.LANGUAGE, "en")
    connection.close()
    with Store(folder, KEY) as store:
        assert store.read(lambda connection: local.get(connection, local.LANGUAGE)) == "en"
        assert store.read(drafts.count) == 0
        assert store.read(lambda c: c.execute("PRAGMA user_version").fetchone()[0]) == SCHEMA_VERSION


def test_reports_of_merges_kept_by_an_older_program_are_still_told(folder: Path) -> None:
    from sqlite_utils import Database

    from fieldapp.store import migrations
    from sync.fold import Rules
    from sync.journal import Journal

    folder.mkdir()
    connection = connect(folder / NAME, KEY, create=True)
    connection.execute("BEGIN IMMEDIATE")
    before = migrations.NAMES.index("report_order")
    migrations.STEPS.apply(Database(connection), stop_before=migrations.NAMES[before:])
    connection.execute(f"PRAGMA user_version = {before}")
    kept = [(b"a" * 16, b"b" * 16, b"c" * 16, at, '{"new": 1}') for at in (2, 1)]
    for number, row in enumerate(kept):
        connection.execute("INSERT INTO merge_report VALUES (?, ?, ?, ?, ?)", (bytes([number]), *row[1:]))
    connection.execute("COMMIT")
    connection.close()
    with Store(folder, KEY) as store:
        rules = Rules(group_of={}, may=lambda *_: None, office_roles=frozenset())
        assert [report.at_ms for report in store.read(lambda c: Journal(c, rules, "0" * 32).reports())] == [1, 2]


def test_two_processes_may_upgrade_at_once(folder: Path) -> None:
    folder.mkdir()
    connect(folder / NAME, KEY, create=True).close()
    code = (
        "import sys; from pathlib import Path; from fieldapp.store.db import connect;"
        "from fieldapp.store.migrations import migrate;"
        f"migrate(connect(Path(sys.argv[1]) / {NAME!r}, bytes(range(32))))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(folder)]) for _ in range(3)]
    assert [process.wait(30) for process in running] == [0, 0, 0]
    with Store(folder, KEY) as store:
        assert store.read(drafts.count) == 0


def test_an_up_to_date_store_opens_without_sqlite_utils(folder: Path) -> None:
    create(folder, KEY)
    code = (
        "import sys; from pathlib import Path; from fieldapp.store.store import Store;"
        "Store(Path(sys.argv[1]), bytes(range(32))).close();"
        "print(sorted({'sqlite_utils', 'textual', 'pydantic'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_sqlite_utils_catches_the_errors_of_the_encrypted_database(folder: Path) -> None:
    from sqlite_utils import Database

    folder.mkdir()
    connection = connect(folder / NAME, KEY, create=True)
    table = Database(connection)["t"]
    table.insert({"id": 1}, pk="id")
    table.insert({"id": 2, "more": "x"}, alter=True)
    assert [row["more"] for row in table.rows] == [None, "x"]
    connection.close()


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9])
def test_a_cut_database_is_damage_and_not_an_empty_store(folder: Path, share: float) -> None:
    create(folder, KEY)
    with Store(folder, KEY) as store:
        store.write(lambda connection: drafts.save_all(connection, map(_draft, range(500))))
    content = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StoreDamaged) as caught, Store(folder, KEY) as store:
        store.read(lambda connection: drafts.all_drafts(connection))
    assert caught.value.code == "store_damaged"
    assert caught.value.details == {"what": NAME}


def test_a_flipped_bit_is_damage_for_readers_and_for_the_writer(folder: Path) -> None:
    create(folder, KEY)
    with Store(folder, KEY) as store:
        store.write(lambda connection: drafts.save_all(connection, (_draft(n, pad="x" * 2000) for n in range(500))))
    content = bytearray((folder / NAME).read_bytes())
    for place in range(len(content) // 2 // 4096 * 4096, len(content), 4096):
        content[place] ^= 1
    (folder / NAME).write_bytes(content)
    with Store(folder, KEY) as store:
        with pytest.raises(StoreDamaged):
            store.read(lambda connection: drafts.all_drafts(connection))
        with pytest.raises(StoreDamaged):
            store.write(lambda connection: drafts.all_drafts(connection))


@pytest.mark.skipif(os.name != "posix", reason="Windows files inherit the profile's rights")
def test_only_the_owner_may_read_the_database_and_its_log(store: Store, folder: Path) -> None:
    store.write(lambda connection: drafts.save(connection, _draft(1)))
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_failed_write_rolls_everything_back(store: Store) -> None:
    def half(connection: Connection) -> None:
        drafts.save(connection, _draft(1))
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        store.write(half)
    assert store.read(drafts.count) == 0


def test_writes_run_one_by_one_in_the_order_given(store: Store) -> None:
    seen: list[int] = []
    futures: list[Future[None]] = [store.submit(lambda _c, n=n: seen.append(n)) for n in range(50)]
    for future in futures:
        future.result()
    assert seen == list(range(50))


def test_a_reader_sees_one_moment_and_cannot_write(store: Store) -> None:
    started, written = threading.Event(), threading.Event()

    def look_twice(connection: Connection) -> tuple[int, int]:
        first = drafts.count(connection)
        started.set()
        written.wait(10)
        return first, drafts.count(connection)

    seen: list[tuple[int, int]] = []
    thread = threading.Thread(target=lambda: seen.append(store.read(look_twice)))
    thread.start()
    started.wait(10)
    store.write(lambda connection: drafts.save(connection, _draft(1)))
    written.set()
    thread.join()
    assert seen == [(0, 0)]
    assert store.read(drafts.count) == 1
    with pytest.raises(StoreError) as caught:
        store.read(lambda connection: drafts.save(connection, _draft(2)))
    assert caught.value.code == "store_unwritable"


def test_a_program_fault_in_sql_is_not_dressed_up_as_damage(store: Store) -> None:
    with pytest.raises(OperationalError):
        store.read(lambda connection: connection.execute("SELECT * FROM nowhere"))


def test_close_finishes_queued_writes_stops_readers_and_may_be_repeated(folder: Path) -> None:
    create(folder, KEY)
    store = Store(folder, KEY)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    caught: list[BaseException] = []
    started = threading.Event()

    def count_for_ever(connection: Connection) -> None:
        started.set()
        connection.execute(endless).fetchone()

    def reader() -> None:
        try:
            store.read(count_for_ever)
        except StoreError as error:
            caught.append(error)

    thread = threading.Thread(target=reader)
    thread.start()
    started.wait(10)
    time.sleep(0.05)
    futures = [store.submit(lambda c, n=n: drafts.save(c, _draft(n))) for n in range(20)]
    store.close()
    store.close()
    thread.join(10)
    assert [error.code for error in caught if isinstance(error, StoreError)] == ["store_closed"]
    assert all(future.done() for future in futures)
    with pytest.raises(StoreClosed):
        store.read(drafts.count)
    with pytest.raises(StoreClosed):
        store.write(drafts.count)
    with Store(folder, KEY) as again:
        assert again.read(drafts.count) == 20


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_ever(store: Store) -> None:
    with pytest.raises(RuntimeError, match="inside a write"):
        store.write(lambda _connection: store.write(drafts.count))


_COUNTS_UP = """
import sys
from pathlib import Path
from fieldapp.store import local
from fieldapp.store.store import Store

with Store(Path(sys.argv[1]), bytes(range(32))) as store:
    for _ in range(60):
        # Reads before it writes, which is where a transaction begun without the write lock fails at once.
        store.write(lambda c: local.put(c, "count", local.get(c, "count", 0) + 1))
"""


def test_processes_that_read_before_they_write_wait_for_each_other(store: Store, folder: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", _COUNTS_UP, str(folder)]) for _ in range(2)]
    for _ in range(60):
        store.write(lambda connection: local.put(connection, "count", local.get(connection, "count", 0) + 1))
    assert [process.wait(60) for process in running] == [0, 0]
    assert store.read(lambda connection: local.get(connection, "count")) == 180


_CHILD = """
import sys
from pathlib import Path
from fieldapp.store import drafts
from fieldapp.store.drafts import Draft
from fieldapp.store.store import Store

store = Store(Path(sys.argv[1]), bytes(range(32)))

def batch(first, stop_at):
    def work(connection):
        # A tiny cache makes unfinished pages reach the log on the disk, as a big merge would.
        connection.execute("PRAGMA cache_size = 4")
        for n in range(first, first + 60):
            if n == stop_at:
                print("half", flush=True)
                sys.stdin.read()
            values = {"pad": "x" * 900}
            drafts.save(connection, Draft(id=f"{n:08d}", member="m", values=values, started_ms=1, updated_ms=1))
    return work

store.write(batch(0, -1))
if sys.argv[2] == "middle":
    store.write(batch(60, 100))
print("going", flush=True)
number = 1
while True:
    store.write(batch(number * 60, -1))
    number += 1
"""


@pytest.mark.parametrize("moment", ["middle", 0.0, 0.013, 0.05, 0.11])
def test_a_killed_process_leaves_each_write_whole_or_not_at_all(folder: Path, moment: str | float) -> None:
    create(folder, KEY)
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder), str(moment)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        assert child.stdout.readline().strip() == ("half" if moment == "middle" else "going")
        if not isinstance(moment, str):
            time.sleep(moment)
        child.kill()  # SIGKILL, and TerminateProcess on Windows.
        child.wait(30)
    with Store(folder, KEY) as store:
        kept = store.read(lambda connection: drafts.all_drafts(connection))
        assert len(kept) >= 60
        assert len(kept) % 60 == 0
        assert [draft.id for draft in kept] == [f"{n:08d}" for n in range(len(kept))]
        if moment == "middle":
            assert len(kept) == 60
        store.write(lambda connection: drafts.save(connection, _draft(1)))


def test_every_error_has_its_message_in_two_languages() -> None:
    def codes(kind: type[StoreError]) -> set[str]:
        return {kind.code}.union(*(codes(child) for child in kind.__subclasses__()))

    assert codes(StoreError) == set(MESSAGES)
    for indonesian, english in MESSAGES.values():
        assert indonesian != english
    assert str(StoreDamaged(what="x")) == "store_damaged"


def test_a_reader_that_met_damage_leaves_the_store_able_to_close(folder: Path) -> None:
    create(folder, KEY)
    store = Store(folder, KEY)

    def break_off(connection: Connection) -> None:
        connection.close()

    with pytest.raises(sqlite.ProgrammingError):
        store.read(lambda connection: (break_off(connection), drafts.count(connection)))
    assert store.read(drafts.count) == 0
    store.close()


def test_what_an_older_program_carried_and_acknowledged_gets_the_ids_at_its_ends(folder: Path) -> None:
    from sqlite_utils import Database

    from fieldapp.store import migrations

    folder.mkdir()
    connection = connect(folder / NAME, KEY, create=True)
    before = migrations.NAMES.index("heads")
    migrations.STEPS.apply(Database(connection), stop_before=migrations.NAMES[before:])
    connection.execute(f"PRAGMA user_version = {before}")
    ours, chain, other = b"\xa1" * 16, "c1" * 16, "c2" * 16
    connection.execute("INSERT INTO chain VALUES (7, ?, 0, ?, '1-3')", (bytes.fromhex(chain), b"m" * 16))
    connection.execute(
        "INSERT INTO entry VALUES (?, ?, ?, 1, 1, 1, 0, NULL, 0, ?)", (7 << 32 | 3, ours, b"r" * 16, b"{}")
    )
    connection.executemany("INSERT INTO carried VALUES ('b', ?, 1, ?, 0)", [(chain, 3), (chain, 9), (other, 3)])
    said = f'{{"chains":{{"{chain}":[[1,2,"{"aa" * 16}"],[5,8,"{"bb" * 16}"]]}}}}'
    connection.execute("INSERT INTO other_record VALUES ('receipt', 'receipt', '*', 'm', 0, 0, ?)", (said,))
    spans = [("receipt", chain, 1, 2), ("receipt", chain, 5, 8), ("gone", chain, 1, 2)]
    connection.executemany("INSERT INTO acknowledged VALUES (?, 'm', ?, ?, ?)", spans)
    connection.close()
    with Store(folder, KEY) as store:
        carried = store.read(lambda c: c.execute("SELECT chain, last, head FROM carried ORDER BY 1, 2").fetchall())
        assert carried == [(chain, 3, ours.hex()), (chain, 9, ""), (other, 3, "")]
        acknowledged = store.read(lambda c: c.execute("SELECT last, head FROM acknowledged ORDER BY 1, 2").fetchall())
        assert acknowledged == [(2, ""), (2, "aa" * 16), (8, "bb" * 16)]
