"""The sweep of a plain list, from 10,000 to 1,000,000 people: processor time, memory, and how both grow.

    python benchmarks/sweep.py [--sizes 10000 100000 1000000] [--profile city] [--seed 1] [--csv FILE ...] [--crowds]

Every row runs `fieldapp duplicates find --pairs FILE --json` in a process of its own. Seconds of processor are those of
the command and of every process that it starts; MB is the largest sum of what they held at one time (Linux; elsewhere
the largest process alone). "growth" is processor time a person beside that of the first row: 1.0 would be linear.
`--crowds` adds lists of 100,000 in which everybody agrees in something: born on 1 January, one phone for all, equal
fillers among sound rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from registrations import COLUMNS, PROFILES, make

HEAD = ("list", "people", "pairs shown", "processor s", "wall s", "MB", "µs a person", "growth")


@dataclass(frozen=True)
class Run:
    """What one run of the command cost; `said`: its words on standard error."""

    people: int
    pairs: int
    processor_s: float
    wall_s: float
    megabytes: float
    said: str


class Memory:
    """The largest sum of resident memory of a process and all that came of it, asked again and again."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._over = threading.Event()
        self.most = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.most = max(self.most, sum(_resident(each) for each in _tree(self._process)))

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self.most


def _tree(process: int) -> list[int]:
    found = [process]
    for each in found:
        try:
            children = Path(f"/proc/{each}/task/{each}/children").read_text()
        except OSError:
            continue
        found.extend(map(int, children.split()))
    return found


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(path: Path, out: Path) -> Run:
    """Runs the command on one list; raises CalledProcessError when it does not end well."""
    command = [sys.executable, "-m", "fieldapp", "duplicates", "find", "--pairs", str(path), "--json"]
    environment = {**os.environ, "FIELDAPP_LANG": "en"}
    before = _children_s()
    began = time.perf_counter()
    with out.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, env=environment) as it:
        memory = Memory(it.pid)
        assert it.stderr is not None
        said = it.stderr.read().decode()
        it.wait()
        most = memory.stop()
    wall = time.perf_counter() - began
    subprocess.CompletedProcess(command, it.returncode).check_returncode()
    people = int(said.splitlines()[-1].split()[0])
    return Run(people, len(json.loads(out.read_bytes())), _children_s() - before, wall, most, said)


def _children_s() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def write(path: Path, rows: Iterator[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def registrations(profile: str, size: int, seed: int) -> Iterator[dict[str, str]]:
    """Made-up registrations; above 100,000 in parts of that size, so that none is held longer than it is written.

    People of two parts are not the same, but names, areas and days are those of one town, as in a larger one.
    """
    part = 100_000
    for number, begin in enumerate(range(0, size, part)):
        made = make(profile, min(part, size - begin), external=0, seed=seed * 1000 + number)
        for one in made.rows:
            yield {**one.row, "rec_id": f"{number}-{one.row['rec_id']}"}


def crowd(change: Callable[[int], dict[str, str]]) -> Iterator[dict[str, str]]:
    for at, row in enumerate(registrations("city", 100_000, 1)):
        yield {**row, **change(at)}


#: Fields that everybody of a crowd has alike.
CROWDS: dict[str, Callable[[int], dict[str, str]]] = {
    "all born 1 January, no NIK": lambda at: {"birth_date": f"{1960 + at % 45}-01-01", "nik": ""},
    "all born on one day, no NIK": lambda _at: {"birth_date": "1980-01-01", "nik": ""},
    "one phone for all": lambda _at: {"phone": "081299990001"},
    "a row in twenty an equal filler": lambda at: (
        dict.fromkeys(COLUMNS[1:], "-") | {"name": "Contoh"} if at % 20 == 0 else {}
    ),
}


def lists(given: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path]]:
    """Every list and what it is called, written just before it is searched."""
    for path in given.csv:
        yield path.parent.name, path
    for size in given.sizes:
        path = folder / f"{size}.csv"
        yield given.profile, write(path, registrations(given.profile, size, given.seed))
        path.unlink()
    for name, change in CROWDS.items() if given.crowds else ():
        yield name, write(folder / "crowd.csv", crowd(change))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--profile", choices=sorted(PROFILES), default="city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--csv", nargs="*", type=Path, default=[])
    parser.add_argument("--crowds", action="store_true")
    given = parser.parse_args()
    print("|", " | ".join(HEAD), "|")
    print("|" + "---|" * len(HEAD))
    first = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, path in lists(given, Path(folder)):
            done = run(path, Path(folder) / "pairs.json")
            each = done.processor_s / max(done.people, 1)
            first = first or each
            cells = (
                name,
                f"{done.people:,}",
                f"{done.pairs:,}",
                f"{done.processor_s:.1f}",
                f"{done.wall_s:.1f}",
                f"{done.megabytes:.0f}",
                f"{each * 1e6:.0f}",
                f"{each / first:.2f}",
            )
            print("|", " | ".join(cells), "|", flush=True)
            for line in done.said.splitlines()[:-1]:
                print("  ", line, file=sys.stderr)


if __name__ == "__main__":
    main()
