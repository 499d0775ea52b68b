"""Deciding pair after pair: what one decision costs, and what decisions cost a merge and a rebuild.

    python benchmarks/deciding.py [--held 10000] [--pairs 400]

One office laptop holds everybody, and decides about random pairs of them in turn: one person (every other time taking
an answer over), two people, unsure. Told is processor time; then what taking back costs, showing one with its history,
a merge of all that was decided into a second laptop that holds the same people, and a rebuild of every list.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import homes

from fieldapp.services import exchange, registrations
from fieldapp.services.pairs import same_as
from fieldapp.services.problems import Problem
from fieldapp.services.session import Session
from fieldapp.store.rebuild import rebuild


def spent(work: Callable[[], object]) -> float:
    """Processor time in ms."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def told(what: str, times: Sequence[float]) -> None:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{what:28} median {statistics.median(times):6.1f} ms   p95 {p95:6.1f} ms   most {ordered[-1]:6.1f} ms")


def deciding(office: Session, pairs: Sequence[tuple[str, str]]) -> None:
    """Decide about every pair, the four ways in turn."""
    times: dict[str, list[float]] = {}
    for turn, (a, b) in enumerate(pairs):
        way = ("same, taking over", "different", "same", "unsure")[turn % 4]
        taking = {"survivor": a, "take": {"mother_name": b}} if turn % 4 == 0 else {}
        decision = way.partition(",")[0]

        def work(a: str = a, b: str = b, decision: str = decision, taking: dict[str, object] = taking) -> None:
            # Two pairs may have one registration in common, which then gave way already.
            with contextlib.suppress(Problem):
                same_as.decide(office, a, b, decision, reason="KTP yang sama", **taking)  # type: ignore[arg-type]

        times.setdefault(way, []).append(spent(work))
    for way, each in times.items():
        told(way, each)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--held", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = homes.Homes(Path(folder))
        laptop = made.join("enumerator", "Pencacah", homes.area_of(0))
        offices = [made.join("supervisor", name, "64.71") for name in ("Pengawas", "Pengawas Dua")]
        made.register(laptop, homes.area_of(0), asked.held)
        bundle = Path(folder) / "paket"
        exchange.write_bundle(laptop, bundle)
        for office in offices:
            exchange.merge(office, [bundle])
        chance = random.Random(4)
        known = registrations.ids(offices[0])
        pairs = [(one, other) for one, other in (chance.sample(known, 2) for _ in range(asked.pairs))]
        deciding(offices[0], pairs)
        told(
            "show with history", [spent(lambda a=a: registrations.show(offices[0], a, history=True)) for a, _ in pairs]
        )
        exchange.write_bundle(offices[0], bundle)
        print(f"merging all of it            {spent(lambda: exchange.merge(offices[1], [bundle])):.0f} ms")
        print(f"rebuilding every list        {spent(lambda: offices[0].write(rebuild)):.0f} ms")
        undone = []
        for a, b in pairs[:100]:
            with contextlib.suppress(Problem):
                undone.append(spent(lambda a=a, b=b: same_as.undo(offices[0], a, b, reason="keliru")))
        told("taking back", undone)
        made.close()


if __name__ == "__main__":
    main()
