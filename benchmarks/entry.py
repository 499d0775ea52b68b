"""Who is like the person being typed, asked of a whole register in its encrypted file, and the finding that fills it.

    python benchmarks/entry.py [--people 100000] [--asked 1000] [--profile city] [--processes 1]

Made-up registrations with known repeats (benchmarks/registrations) stand in the tables as a merge leaves them. Measured
is processor time: everybody indexed and compared for the first time, everybody compared once more, 50 more
registrations found; then, after the store was opened anew, the check of one person after the other, with its reasons in
words. The memory is that of the whole process, the made-up registrations among it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from registrations import make

from fieldapp.matching.people import of_answers
from fieldapp.matching.words import reasons, verdict
from fieldapp.services.pairs import candidates, finding
from fieldapp.store.db import Connection
from fieldapp.store.rows import name_key, to_json
from fieldapp.store.store import NAME, Store, create

KEY = bytes(32)
MORE = 50


class Laptop:
    """As much of a session as finding needs."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder, KEY)
        self.read = self.store.read


def answers(row: dict[str, str]) -> dict[str, Any]:
    """A row as the form keeps it, with as many further answers as it has."""
    kept = {name: row[name] for name in ("nik", "name", "birth_place", "birth_date", "sex", "phone", "mother_name")}
    place = {"ktp_address": row["address"], "ktp_area": row["kecamatan"] + row["kelurahan"]}
    return {**kept, **place, "nomor_kk": row["nomor_kk"], **{f"question_{n}": "jawaban rekaan" for n in range(20)}}


def put(connection: Connection, people: Sequence[dict[str, Any]], first: int) -> None:
    """Registrations in the tables, as the projector leaves them."""
    columns = connection.execute("PRAGMA table_info(registration)").fetchall()
    blank = {name: ("" if kind == "TEXT" else 0) if needed else None for _, name, kind, needed, *_ in columns}
    rows = [
        blank
        | {
            "rid": rid,
            "id": f"{rid:032x}",
            "state": "submitted",
            "scope": "64.71.05.1001",
            "live": 1,
            "within_quota": 1,
        }
        | {"name": each["name"], "name_key": name_key(each["name"]), "nik": each["nik"] or None}
        for rid, each in enumerate(people, first)
    ]
    marks = ", ".join("?" * len(blank))
    connection.executemany(f"INSERT INTO registration VALUES ({marks})", [list(row.values()) for row in rows])
    values = [(rid, to_json(each)) for rid, each in enumerate(people, first)]
    connection.executemany("INSERT INTO registration_values VALUES (?, ?)", values)


def took(what: str, work: Callable[[], Any]) -> Any:
    began, wall = time.process_time(), time.perf_counter()
    result = work()
    spent = time.process_time() - began
    print(f"{what:58} {spent:8.2f} s of processor, {time.perf_counter() - wall:8.2f} s wall")
    return result


def check(connection: Connection, values: dict[str, Any]) -> int:
    """What a check asks, with what a screen shows of it."""
    found = candidates.near(connection, of_answers(values), None)
    for _, match in found:
        reasons(match)
        verdict(match)
    return len(found)


def entry(folder: Path, people: Sequence[dict[str, Any]]) -> None:
    laptop = Laptop(folder)
    took_ms: list[float] = []
    found = 0

    def ask(connection: Connection) -> None:
        nonlocal found
        for values in people:
            began = time.process_time()
            found += bool(check(connection, values))
            took_ms.append((time.process_time() - began) * 1000)

    laptop.read(ask)
    laptop.store.close()
    first, rest = took_ms[0], sorted(took_ms[1:])
    print(f"first check after opening {first:8.1f} ms (aim 100)")
    for name, share in (("p50", 0.5), ("p95 (aim 10)", 0.95), ("p99 (aim 20)", 0.99)):
        print(f"check at entry, {name:14} {rest[int(len(rest) * share)]:6.2f} ms of processor")
    print(f"somebody was shown to {found} of {len(people)}")


def peak_mb() -> float:
    """The most memory that this process ever held; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(count: int, asked: int, profile: str, processes: int) -> None:
    made = make(profile, count + MORE + asked, seed=3)
    people = [answers(one.row) for one in made.rows]
    del made
    random.Random(1).shuffle(people)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        create(folder, KEY)
        laptop: Any = Laptop(folder)
        laptop.store.write(lambda connection: put(connection, people[:count], 1))
        before_mb = peak_mb()
        took(f"index {count} registrations", lambda: index_all(laptop))
        found = took("compare everybody for the first time", lambda: finding.find(laptop, processes=processes))
        print({name: value if name != "skipped" else len(value) for name, value in found.items()})
        took("compare everybody again", lambda: finding.find(laptop, everything=True, processes=processes))
        print(f"memory: {before_mb:.0f} MB before, {peak_mb():.0f} MB at most")
        laptop.store.write(lambda connection: put(connection, people[count : count + MORE], count + 1))
        took(f"find {MORE} new among {count}", lambda: finding.find(laptop))
        laptop.store.close()
        print(f"the file: {(folder / NAME).stat().st_size / 1e6:.0f} MB")
        entry(folder, people[count + MORE :])


def index_all(laptop: Laptop) -> None:
    while laptop.store.write(lambda connection: candidates.index_some(connection, 10_000)):
        pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=1000)
    parser.add_argument("--profile", default="city")
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    run(given.people, given.asked, given.profile, given.processes)
