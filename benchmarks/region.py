"""What one look-up of a region code costs: cold against reading the whole list, hot against a dict.

    python benchmarks/region.py

Every figure is the best of several repetitions in processor time; the floors are measured in the same run. Ratios are
what counts: they carry over to slower machines, the seconds do not.
"""

from __future__ import annotations

import csv
import io
import lzma
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fieldapp.domain import region
from fieldapp.domain.names import plain

SOURCE = Path(__file__).parent.parent / "tests" / "domain" / "data" / "wilayah.csv.xz"
LOOKUPS = 200_000


def best(work: Callable[[], object], repetitions: int = 7) -> float:
    """The least processor time of `work`, in seconds."""
    times = []
    for _ in range(repetitions):
        begun = time.process_time_ns()
        work()
        times.append(time.process_time_ns() - begun)
    return min(times) / 1e9


def forget() -> None:
    """Throws away everything that earlier look-ups read."""
    region.lookup.cache_clear()
    region._block.cache_clear()
    region._index.cache_clear()
    region._search_table.cache_clear()


def repeated(work: Callable[[], object], count: int) -> float:
    """Seconds for one of `count` runs of `work`, which is too short to be timed alone."""

    def many() -> None:
        for _ in range(count):
            work()

    return best(many) / count


def cold_lookup() -> None:
    forget()
    assert region.lookup("64.71.05.1002") is not None


def report(what: str, value: str) -> None:
    print(f"{what:<64}{value:>14}")


def main() -> None:
    text = lzma.decompress(SOURCE.read_bytes()).decode("utf-8")

    def whole() -> dict[str, str]:
        return {row[0]: row[1] for row in csv.reader(io.StringIO(text))}

    names = whole()
    size = region.FILE.stat().st_size
    report("file in the wheel, bytes", f"{size:,}")
    report("of the list it holds", f"{size / len(text.encode()):.2f}")

    reading = best(whole, 5)
    cold = repeated(cold_lookup, 100)
    report("reading the whole list as CSV, ms", f"{reading * 1e3:.2f}")
    report("one cold look-up, ms", f"{cold * 1e3:.3f}")
    report("one cold look-up / reading the whole list", f"{cold / reading:.5f}")

    codes = random.Random(6471).choices([code for code in names if code.startswith("64.71")], k=LOOKUPS)
    spread = random.Random(6471).choices(sorted(names), k=LOOKUPS // 20)
    floor = best(lambda: [names[code] for code in codes]) / LOOKUPS
    hot = best(lambda: [region.lookup(code) for code in codes]) / LOOKUPS
    wide = best(lambda: [region.lookup(code) for code in spread], 3) / len(spread)
    report("look-ups a second in a dict (floor)", f"{1 / floor:,.0f}")
    report("look-ups a second, one city", f"{1 / hot:,.0f}")
    report("look-up in one city / dict", f"{hot / floor:.1f}")
    report("look-up anywhere in Indonesia, random / dict", f"{wide / floor:.0f}")

    folded = [plain(name) for name in names.values()]
    for within, query in (("64.71", "sungai nangka"), ("", "suka maju"), ("", "su")):
        forget()
        first = best(lambda within=within, query=query: region.search(query, within), 1)
        again = repeated(lambda within=within, query=query: region.search(query, within), 20)
        wanted = plain(query)
        scan = best(lambda wanted=wanted: [name for name in folded if wanted in name], 5)
        where = within or "all"
        report(f"search {query!r} in {where}: first / then, ms", f"{first * 1e3:.1f} / {again * 1e3:.2f}")
        report("    then / scanning every folded name", f"{again / scan:.3f}")

    script = "import sys, time; from fieldapp.domain import region; region.lookup('64.71.05.1002')"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    bare = time.perf_counter() - begun
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", script], check=True)
    report("a process that looks one code up / a bare one (wall)", f"{(time.perf_counter() - begun) / bare:.2f}")


if __name__ == "__main__":
    main()
