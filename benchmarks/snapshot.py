"""A new laptop joins a programme of many registrations: by a stick from the office, on real encrypted homes.

    python benchmarks/snapshot.py [--records 100000]

The newcomer is a coordinator of the whole city and gets everything in one bundle. Prints the size of the file, the
processor time of each step in seconds, and ratios to a floor measured in the same run: one executemany of the same
answers, as JSON, into a plain sqlite3 file. Then what the counts of each complete bundle cost at this size.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import homes

from fieldapp.services import exchange, registrations
from fieldapp.store.db import Connection

OLD_LAPTOP = 3
"""How many times slower an old laptop is taken to be than this machine."""


def cpu_s(work: Callable[[], object]) -> float:
    """Processor seconds of a piece of work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def floor_s(folder: Path, values: list[str]) -> float:
    """Plain inserts of as many rows, in one transaction."""
    connection = sqlite3.connect(folder / "floor.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE registration (id INTEGER PRIMARY KEY, answers TEXT NOT NULL)")

    def insert() -> None:
        connection.executemany("INSERT INTO registration (answers) VALUES (?)", [(text,) for text in values])
        connection.commit()

    spent = cpu_s(insert)
    connection.close()
    return spent


def run(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = homes.Homes(Path(folder))
        per_area = count // len(homes.AREAS)
        centre = made.join("coordinator", "Pusat Rekaan", "64.71")
        size = 0
        for district in homes.VILLAGES:
            writer = made.join("enumerator", f"Pencacah {district}", f"64.71.{district}")
            size += sum(made.register(writer, a, per_area) for a in homes.AREAS if a.startswith(f"64.71.{district}."))
            exchange.write_bundle(writer, Path(folder) / district)
            exchange.merge(centre, [Path(folder) / district])
        total = per_area * len(homes.AREAS)
        floor = floor_s(Path(folder), [json.dumps(made.values(homes.AREAS[0]))] * total)
        newcomer = made.join("coordinator", "Kiki Rekaan", "64.71")
        hello, file = Path(folder) / "salam", Path(folder) / "paket"
        exchange.write_bundle(newcomer, hello)
        exchange.merge(centre, [hello])
        write = cpu_s(lambda: exchange.write_bundle(centre, file, to=newcomer.member.id))
        began = time.process_time()
        shown: list[float] = []

        def look_in(done: int, of: int | None, what: str) -> None:
            if done and not shown:
                shown.append(time.process_time() - began)

        merge = cpu_s(lambda: exchange.merge(newcomer, [file], progress=look_in))
        look = cpu_s(lambda: registrations.rows(newcomer, registrations.ids(newcomer)[:50]))
        again = cpu_s(lambda: exchange.merge(newcomer, [file]))
        print(f"{total} registrations of {size // total} bytes")
        print(f"file                              {file.stat().st_size / 1e6:6.1f} MB")
        steps = {
            "write": write,
            "join: until the first list shows": shown[0],
            "join: all checked, merged, listed": merge,
            "merge it again": again,
        }
        for what, spent in steps.items():
            old = OLD_LAPTOP * spent
            print(f"{what:33} {spent:6.2f} s  {spent / floor:5.1f} x the floor  {old:5.1f} s on an old laptop")
        print(f"first page of the list            {look * 1000:6.1f} ms")

        def sums(work: str) -> float:
            def read(connection: Connection) -> float:
                counting = getattr(centre.journal(connection).sums, work)
                return min(cpu_s(lambda: counting(("64.71",))) for _ in range(5))

            return centre.read(read)

        print(f"counts as a bundle says them      {sums('said') * 1000:6.1f} ms")
        print(f"counts by every row               {sums('here') * 1000:6.1f} ms")
        made.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    run(parser.parse_args().records)
