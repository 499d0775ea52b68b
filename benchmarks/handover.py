"""How far the work has come, and a large stick: asking it of an enumerator's laptop with N registrations of its own,
writing all of them to one bundle, and merging that at the office with its progress told.

    python benchmarks/handover.py [N, default 80000]
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homes import AREAS, Homes

from fieldapp.services import exchange, handover
from fieldapp.services.exchange_book import numbers
from fieldapp.services.session import Session

SHARED = 8
"""Kelurahan of the one laptop."""


def cpu(work: Callable[[], Any], times: int = 5) -> float:
    """Median processor milliseconds."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append((time.process_time() - began) * 1000)
    return statistics.median(found)


def asked(laptop: Session, when: str) -> None:
    status, stages = cpu(laptop.status), cpu(lambda: handover.stages(laptop))
    print(f"{when:<34} status {status:7.1f} ms   stages {stages:7.1f} ms processor")


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        homes = Homes(Path(folder))
        laptop = homes.join("enumerator", "Sari Rekaan", *AREAS[:SHARED])
        office = homes.join("coordinator", "Kiki Rekaan", "64.71")
        for area in AREAS[:SHARED]:
            homes.register(laptop, area, count // SHARED)
        asked(laptop, f"{count:,} written, nothing carried")
        stick, back = Path(folder) / "paket", Path(folder) / "balasan"
        began = time.process_time()
        size = exchange.write_bundle(laptop, stick)["bytes"]
        print(f"bundle of {size / 1e6:.1f} MB written and read back: {time.process_time() - began:.1f} s processor")
        asked(laptop, "all carried")

        told: list[tuple[float, int]] = []
        began, began_cpu = time.monotonic(), time.process_time()
        answer = exchange.merge(
            office, [stick], progress=lambda done, total, what: told.append((time.monotonic(), done))
        )
        took, took_cpu = time.monotonic() - began, time.process_time() - began_cpu
        moments = [began, *(at for at, _ in told), began + took]
        silence = max(later - earlier for earlier, later in itertools.pairwise(moments))
        print(
            f"merged at the office: {took_cpu:.1f} s processor, {took:.1f} s; progress told {len(told)} times, at most"
            f" {silence:.1f} s apart; {numbers(answer)['registrations']['new']:,} new"
        )
        exchange.write_bundle(office, back, to=laptop.member.id)
        exchange.merge(laptop, [back])
        asked(laptop, "all acknowledged")
        homes.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 80_000)
