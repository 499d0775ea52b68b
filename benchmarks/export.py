"""Registrations exported from the centre as a sheet: `fieldapp sheet export OUT.csv`, and .xlsx beside it.

    python benchmarks/export.py [--records 5000]

The centre is the hub's encrypted home with registrations of 34 kelurahan in it. The floor writes the same cells, ready
as text, with the csv module; `command` is the whole program from its start to its end. The best of several runs counts.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import homes

from fieldapp.services import exchange, sheets
from fieldapp.services.session import Session

RUNS = 5


def best(work: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Seconds of wall and of processor of the quickest run."""
    found = []
    for _ in range(runs):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - wall_s, time.process_time() - cpu_s))
    return min(found)


def centre(made: homes.Homes, count: int) -> Session:
    """The hub's home once everybody's registrations are there."""
    hub = made.join("hub", "Pusat", "*")
    for place, area in enumerate(homes.AREAS):
        person = made.join("enumerator", f"Pencacah {place}", area)
        made.register(person, area, count // len(homes.AREAS) + (place < count % len(homes.AREAS)))
        bundle = made.folder / f"paket-{place}"
        exchange.write_bundle(person, bundle)
        exchange.merge(hub, [bundle])
    return hub


def write_again(source: Path, target: Path) -> None:
    """The floor: the cells of a sheet, written out once more."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    began_s = time.perf_counter(), time.process_time()
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    print(f"{'floor: the same cells by csv.writer':40} {time.perf_counter() - began_s[0]:6.3f} s wall", end="")
    print(f" {time.process_time() - began_s[1]:6.3f} s processor, {len(rows) - 1} rows of {len(rows[0])} cells")


def run(count: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        made = homes.Homes(Path(temporary))
        hub = centre(made, count)
        for kind in ("csv", "xlsx"):
            out = made.folder / f"daftar.{kind}"
            wall_s, cpu_s = best(lambda out=out: sheets.export(hub, out))
            size_mb = out.stat().st_size / 1e6
            print(f"{kind + ': the export':40} {wall_s:6.3f} s wall {cpu_s:6.3f} s processor, {size_mb:.1f} MB")
            command = [sys.executable, "-m", "fieldapp", "sheet", "export", str(out)]
            given = homes.environment(hub.home)
            wall_s, _ = best(lambda: subprocess.run(command, env=given, check=True, capture_output=True))  # noqa: B023
            print(f"{kind + ': the command, start to end':40} {wall_s:6.3f} s wall")
        write_again(made.folder / "daftar.csv", made.folder / "floor.csv")
        made.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=5_000)
    run(parser.parse_args().records)
