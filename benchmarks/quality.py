"""How people register and how far the programme is, at 10,000 and 100,000 registrations of 24 enumerators.

    python benchmarks/quality.py FOLDER [--records 10000 100000]

FOLDER keeps the homes between runs (the larger is made once, in a minute or two). Processor time, medians of five; the
aim is a second for each report at 100,000 and 30 ms for flags while little is new. "floor" is a pass over the wide
table that asks one thing of every row.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homes import PASSPHRASE
from quality_home import office_home

from fieldapp.services.reports import backcheck, progress, quality
from fieldapp.services.reports import tables as report_tables
from fieldapp.services.session import Session, open_session

_ROUNDS = 5


def _cpu_ms(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        work()
        times.append(1000 * (time.process_time() - begun))
    return statistics.median(times)


def _anew(session: Session) -> Any:
    session.remembered.clear()
    return quality.flags(session)


def _measure(session: Session) -> dict[str, Callable[[], Any]]:
    first = quality.report(session)["enumerators"][0]["member"]
    return {
        "floor": lambda: session.read(lambda c: c.execute("SELECT sum(length(chain)) FROM registration").fetchone()),
        "flags, worked out anew": lambda: _anew(session),
        "flags, remembered": lambda: quality.flags(session),
        "report of quality": lambda: quality.report(session),
        "report of quality, one enumerator": lambda: quality.report(session, by=first),
        "its tables": lambda: report_tables.quality_tables(quality.report(session, by=first)),
        "registrations behind a figure": lambda: quality.behind(session, "odd_hours", by=first),
        "report of progress": lambda: progress.report(session),
        "plan of a back-check": lambda: backcheck.plan(session, seed="1", count=100),
        "draw of a back-check of 100": lambda: backcheck.draw(session, seed="1", count=100),
    }


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("folder", type=Path)
    given.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    asked = given.parse_args()
    found: dict[str, list[float]] = {}
    for records in asked.records:
        with open_session(office_home(asked.folder / str(records), records), PASSPHRASE) as session:
            for what, work in _measure(session).items():
                work()
                found.setdefault(what, []).append(_cpu_ms(work))
            flagged = sorted(len(flags) for flags in quality.flags(session).values())
            print(f"{records:,}: flagged {len(flagged)} of 24 enumerators, four of whom have a habit each")
    print("| what | " + " | ".join(f"{records:,}" for records in asked.records) + " |")
    print("|---|" + "---|" * len(asked.records))
    for what, times in found.items():
        print(f"| {what} | " + " | ".join(f"{each:.1f} ms" for each in times) + " |")


if __name__ == "__main__":
    main()
