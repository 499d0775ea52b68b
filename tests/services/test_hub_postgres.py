"""Hubs that keep their journal on a real PostgreSQL: one, two at once on the same database, and one put back."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import servers

from fieldapp.services import exchange, keeper, registrations
from fieldapp.services.hub import HubServer
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from sync.postgres import connect

AREA = "64.71.05"
SECRET = "sandi-rekaan-9001"
_numbers = count(1)


@pytest.fixture
def database() -> str:
    return servers.address(servers.new_schema(f"pusat{next(_numbers)}"))


@pytest.fixture
def hub(town: Any) -> Session:
    joined: Session = town.join("hub", "Pusat", "64.71")
    return joined


def ask(database: str, sql: str) -> list[tuple[Any, ...]]:
    with connect(database) as connection:
        return connection.execute(sql).fetchall()


def register(laptop: Session, values: dict[str, Any]) -> str:
    answer = registrations.submit(laptop, registrations.new_draft(laptop, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def listed(laptop: Session) -> list[tuple[str, str]]:
    return sorted((str(each["id"]), str(each["state"])) for each in registrations.listing(laptop))


@contextlib.contextmanager
def serving(hub: Session, database: str) -> Iterator[str]:
    server = HubServer(hub, "127.0.0.1", 0, database=database)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda url: ready.set(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield server.url
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


class Process:
    """`fieldapp hub serve` as a process of its own, with the database's address in its environment."""

    def __init__(self, home: Path, passphrase: str, **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp", "hub", "serve", "--listen", "127.0.0.1:0", "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=kept | {"FIELDAPP_HOME": str(home), "FIELDAPP_PASSPHRASE": passphrase} | environment,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.told = json.loads(line) if line else {}

    def stop(self) -> tuple[int, bytes]:
        """Exit code, and everything else that it said."""
        # One that told nothing is ending by itself.
        if self.told.get("listening") and self._process.poll() is None:
            self._process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGTERM)
        out, err = self._process.communicate(timeout=30)
        return self._process.returncode, out + err


def test_laptops_agree_through_a_hub_on_postgresql_and_the_office_reads_them_there(
    town: Any, hub: Session, database: str, person: Callable[..., Any]
) -> None:
    sari, rudi = town.join("enumerator", "Sari", AREA), town.join("enumerator", "Rudi", AREA)
    kiki = town.join("coordinator", "Kiki", "64.71")
    with serving(hub, database) as url:
        known = register(sari, person(1))
        assert exchange.sync(sari, url)["sent"] == 1
        exchange.sync(rudi, url)
        registrations.edit(rudi, known, {"work_place": "Pasar Rekaan"})
        register(rudi, person(2))
        for laptop in (town.admin, rudi, kiki, sari, rudi):
            exchange.sync(laptop, url)
        assert listed(sari) == listed(rudi) == listed(kiki)
        again = exchange.sync(sari, url)
        assert (again["sent"], again["received"], again["rounds"]) == (0, 0, 1)
    assert ask(database, "SELECT id, state FROM registration ORDER BY id") == listed(sari)
    assert ask(database, "SELECT work_place, area FROM registration WHERE edits > 0") == [
        ("Pasar Rekaan", person(1)["ktp_area"])
    ]
    assert ask(database, "SELECT quota, cost_each FROM programme") == [(100, 12 * 16_800)]
    names = [name for (name,) in ask(database, "SELECT name FROM report_enumerator_day ORDER BY name")]
    assert names == ["Rudi", "Sari"]
    # The hub's own entries are there as well, and none of anything in its home.
    assert hub.read(lambda connection: hub.journal(connection).count("registration")) == 0


def test_two_hub_processes_on_one_database_lose_and_double_nothing(
    town: Any, hub: Session, database: str, person: Callable[..., Any]
) -> None:
    laptops = [town.join("enumerator", f"Laptop {number}", AREA) for number in range(4)]
    people = iter(range(1, 100))
    hub.close()
    processes = [Process(hub.home, "sandi-Pusat", FIELDAPP_DATABASE=database) for _ in range(2)]
    assert [process.told["database"] for process in processes] == ["postgresql"] * 2
    urls = [process.told["listening"] for process in processes]
    known: list[str] = []
    for turn in range(3):
        for laptop in laptops:
            known += [register(laptop, person(next(people))) for _ in range(2)]
        with ThreadPoolExecutor(len(laptops)) as pool:
            list(pool.map(exchange.sync, laptops, [urls[(turn + number) % 2] for number in range(len(laptops))]))
    with ThreadPoolExecutor(len(laptops)) as pool:
        for url in urls:
            list(pool.map(lambda laptop, url=url: exchange.sync(laptop, url), laptops))
    for process in processes:
        code, said = process.stop()
        assert code == 0, said
        assert b"Contoh" not in said
        assert database.encode() not in said
    for laptop in laptops:
        assert sorted(id_ for id_, _ in listed(laptop)) == sorted(known)
    assert ask(database, "SELECT id, state FROM registration ORDER BY id") == listed(laptops[0])
    assert ask(database, "SELECT count(*) - count(DISTINCT id), count(*) - count(DISTINCT rid) FROM registration") == [
        (0, 0)
    ]
    assert ask(database, "SELECT count(*) - count(DISTINCT id) FROM entry") == [(0,)]
    # Both wrote in the hub's name, one after the other on one chain that nobody forked.
    assert ask(database, "SELECT count(*) FROM own_chain") == [(1,)]
    assert ask(database, "SELECT count(*) FROM chain WHERE lane > 0") == [(0,)]
    ((last, batches),) = ask(database, "SELECT max(pos), count(*) FROM batch")
    assert last == batches


def test_a_hub_that_began_on_its_own_file_takes_everything_along(
    town: Any, hub: Session, database: str, person: Callable[..., Any]
) -> None:
    sari, rudi = town.join("enumerator", "Sari", AREA), town.join("enumerator", "Rudi", AREA)
    register(sari, person(1))
    with serving(hub, keeper.SQLITE) as url:
        for laptop in (town.admin, sari):
            exchange.sync(laptop, url)
    for number in (2, 3):
        register(rudi, person(number))
        with serving(hub, database) as url:
            exchange.sync(rudi, url)
            assert exchange.sync(sari, url)["sent"] == 0
            assert listed(rudi) == listed(sari)
    assert ask(database, "SELECT count(*) FROM registration") == [(3,)]
    held = hub.read(lambda connection: hub.journal(connection).coverage())
    assert held.keys() <= {bytes(row[0]).hex() for row in ask(database, "SELECT chain FROM chain")}
    # Its chain in the home goes on there, and another one here.
    assert ask(database, "SELECT count(*) FROM own_chain") == [(1,)]


def copy_of(database: str, source: str, target: str) -> None:
    """A copy of all tables, as a backup of the database holds them."""
    with connect(database) as connection:
        connection.begin()
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = ?"
        for (table,) in connection.execute(tables, (source,)).fetchall():
            connection.execute(f"CREATE TABLE {target}.{table} (LIKE {source}.{table} INCLUDING ALL)")
            connection.execute(f"INSERT INTO {target}.{table} SELECT * FROM {source}.{table}")  # noqa: S608 - ours
        connection.commit()


def test_a_database_put_back_from_a_copy_begins_another_life_and_gets_everything_again(
    town: Any, hub: Session, person: Callable[..., Any]
) -> None:
    first, second = (servers.new_schema(f"{name}{next(_numbers)}") for name in ("asal", "salinan"))
    sari = town.join("enumerator", "Sari", AREA)
    register(sari, person(1))
    with serving(hub, servers.address(first)) as url:
        exchange.sync(sari, url)
        copy_of(servers.address(), first, second)
        register(sari, person(2))
        exchange.sync(sari, url)
        exchange.sync(sari, url)
    restored = servers.address(second)
    assert ask(restored, "SELECT count(*) FROM registration") == [(1,)]
    with serving(hub, restored) as url:
        exchange.sync(sari, url)
        register(sari, person(3))
        exchange.sync(sari, url)
    assert ask(restored, "SELECT count(*) FROM registration") == [(3,)]
    (old,), (new,) = (
        ask(servers.address(name), "SELECT value FROM meta WHERE key = 'epoch'")[0] for name in (first, second)
    )
    assert old != new
    assert ask(restored, "SELECT is_retired, count(*) FROM own_chain GROUP BY is_retired ORDER BY 1") == [
        (0, 1),
        (1, 1),
    ]
    assert ask(restored, "SELECT count(*) FROM chain WHERE lane > 0") == [(0,)]


def test_a_database_that_fails_costs_a_laptop_nothing(
    town: Any, hub: Session, database: str, person: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    register(sari, person(1))
    with serving(hub, database) as url:
        exchange.sync(town.admin, url)
        with connect(database) as connection:
            connection.execute("ALTER TABLE registration RENAME TO tertutup")
        with pytest.raises(Problem) as caught:
            exchange.sync(sari, url)
        assert (caught.value.code, caught.value.exit_code) == ("hub_failed", 6)
        with connect(database) as connection:
            connection.execute("ALTER TABLE tertutup RENAME TO registration")
        assert exchange.sync(sari, url)["sent"] == 1
    assert ask(database, "SELECT count(*) FROM registration") == [(1,)]
    assert "database_failed" in caplog.text
    assert "Contoh" not in caplog.text


def test_where_a_hub_keeps_its_journal_is_asked_told_or_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "alamat"
    file.write_text("postgresql://berkas/pusat\n", encoding="utf-8")
    both = {"FIELDAPP_DATABASE_FILE": str(file), "FIELDAPP_DATABASE": "postgresql://lingkungan/pusat"}
    assert keeper.database_of(None, {}) == keeper.SQLITE
    assert keeper.database_of("sqlite", both) == keeper.SQLITE
    assert keeper.database_of(None, both) == "postgresql://berkas/pusat"
    assert keeper.database_of(None, both | {"FIELDAPP_DATABASE_FILE": ""}) == "postgresql://lingkungan/pusat"
    with pytest.raises(Problem, match="hub_database") as caught:
        keeper.database_of(f"mysql://pusat:{SECRET}@mesin/pusat", {})
    assert SECRET not in caught.value.message() + str(caught.value.details)
    with pytest.raises(Problem, match="file_not_read"):
        keeper.database_of(None, {"FIELDAPP_DATABASE_FILE": str(tmp_path)})


@pytest.mark.parametrize(
    ("address", "code", "exit_code"),
    [
        (f"postgresql://pusat:{SECRET}@127.0.0.1:9/pusat", "database_unreachable", 6),
        (f"postgresql://pusat:{SECRET}@127.0.0.1/pusat?salah={SECRET}", "database_address", 2),
    ],
)
def test_a_password_is_never_shown(hub: Session, address: str, code: str, exit_code: int) -> None:
    hub.close()
    process = Process(hub.home, "sandi-Pusat", FIELDAPP_DATABASE=address)
    ended, said = process.stop()
    told = json.dumps(process.told) + said.decode()
    assert (ended, SECRET in told) == (exit_code, False)
    assert code in told


def test_another_programmes_database_is_refused(
    town: Any, hub: Session, database: str, person: Callable[..., Any], tmp_path: Path
) -> None:
    with serving(hub, database):
        pass
    with connect(database) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'programme'", ("f" * 32,))
    with pytest.raises(Problem) as caught:
        HubServer(hub, "127.0.0.1", 0, database=database)
    assert (caught.value.code, caught.value.exit_code) == ("database_foreign", 4)


def test_the_tables_of_a_hub_are_worked_out_anew_wherever_it_keeps_them(
    town: Any, hub: Session, database: str, person: Callable[..., Any]
) -> None:
    sari = town.join("enumerator", "Sari", AREA)
    register(sari, person(1))
    with serving(hub, database) as url:
        exchange.sync(sari, url)
    assert keeper.rebuild(hub, database) == {"registrations": 1, "identical": True}
    with connect(database) as connection:
        connection.execute("UPDATE registration SET work_place = 'Diubah tangan'")
    assert keeper.rebuild(hub, database)["identical"] is False
    assert keeper.rebuild(hub, database)["identical"] is True
    assert keeper.rebuild(hub, keeper.SQLITE)["registrations"] == 0
    with pytest.raises(Problem, match="hub_only"):
        keeper.rebuild(sari, database)
