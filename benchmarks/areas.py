"""Finding a kelurahan among all of the country while somebody types: a file of SQLite against a table in memory.

    python benchmarks/areas.py

Each way runs in a process of its own, since the first search and the memory are what differs. Processor milliseconds;
ratios carry over to slower machines, the figures do not.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fieldapp.domain import region
from fieldapp.store import areas

CITY = "64.71"
TYPED = ("sukamaju", "klandasan ulu", "sepinggan baru", "tanjung", "zzzz", "margo mulyo", "sukamaju bogor")


def memory_mb() -> float:
    """What the process holds, where the system tells."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def measure(search: Callable[[str], object]) -> str:
    """The first search, every key after it, and what stays in memory."""
    before = memory_mb()
    begun = time.process_time()
    search(TYPED[0])
    first = (time.process_time() - begun) * 1000
    keys = []
    for word in TYPED:
        for length in range(2, len(word) + 1):
            begun = time.process_time()
            search(word[:length])
            keys.append((time.process_time() - begun) * 1000)
    return (
        f"first {first:7.1f} ms   key: median {statistics.median(keys):5.2f}, longest {max(keys):5.2f} ms   "
        f"memory {memory_mb() - before:5.1f} MB"
    )


def in_memory(typed: str) -> object:
    """The way before: the city's table, then the province's, then the country's."""
    for within in (CITY, CITY[:2], ""):
        found = region.search(typed, within, 20)
        if found:
            return found
    return []


def main() -> None:
    """Runs one way when named, else all of them."""
    if len(sys.argv) == 3:
        folder = Path(sys.argv[2])
        if sys.argv[1] == "memory":
            print(f"table in memory            {measure(in_memory)}")
        else:
            made = "file, made by the first" if not list(folder.iterdir()) else "file that is there"
            print(f"{made:<26} {measure(lambda typed: areas.find(folder, typed, CITY, 20))}")
        return
    with tempfile.TemporaryDirectory() as folder:
        for way in ("memory", "file", "file"):
            subprocess.run([sys.executable, __file__, way, folder], check=True)
        print(f"the file: {sum(each.stat().st_size for each in Path(folder).iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
