"""What keeping a draft and handing a registration in cost on a laptop that holds many.

    python benchmarks/saving.py [--held 100000] [--people 300]

The made-up programme stands on real encrypted homes; one enumerator's laptop holds `--held` registrations, found and
indexed as after a merge. Then people are typed in: their draft is kept eight times with more answers each time, as the
form does, and handed in. Processor and wall milliseconds, both of the service call alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homes import AREAS, Homes, Writer

from fieldapp.services import drafts, registrations
from fieldapp.services.pairs import candidates

STEPS = 8
#: What the made-up answers lack to be handed in.
REST = {
    "other_cover": ["tidak_ada"],
    "consent_given": True,
    "consent_form": "tanda_tangan",
    "consent_by": "sendiri",
    "consent_communication": ["lisan"],
}


class Times:
    """Milliseconds of many calls, of the processor and by the clock."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def take(self, work: Callable[[], Any]) -> Any:
        cpu, wall = time.process_time(), time.perf_counter()
        answer = work()
        self.cpu.append((time.process_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)
        return answer

    def tell(self, what: str) -> None:
        """Prints the middle, 95 and 99 of 100, and the longest."""
        for kind, times in (("processor", self.cpu), ("wall", self.wall)):
            ordered = sorted(times)
            shares = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)]
            told = "".join(f"{value:8.2f}" for value in (*shares, ordered[-1]))
            print(f"{what:<34} {kind:<10} p50 p95 p99 longest, ms {told}")


def run(held: int, people: int) -> None:
    """Fills the laptop, then types people in."""
    with tempfile.TemporaryDirectory() as folder:
        homes = Homes(Path(folder))
        laptop = homes.join("enumerator", "Pencacah Rekaan", "64.71")
        each = -(-held // len(AREAS))
        began = time.process_time()
        for area in AREAS:
            homes.register(laptop, area, each)
        while laptop.write(lambda connection, _journal: candidates.index_some(connection, 10_000)):
            pass
        print(f"filled with {each * len(AREAS)} registrations in {time.process_time() - began:.0f} s of processor")
        others = Writer(seed=11)
        saving, handing = Times(), Times()
        states = []
        for number in range(people):
            values = {**others.values(AREAS[number % len(AREAS)]), **REST}
            values = {name: value for name, value in values.items() if value is not None}
            draft = drafts.new_draft(laptop)
            names = list(values)
            for step in range(1, STEPS + 1):
                typed = {name: values[name] for name in names[: len(names) * step // STEPS]}
                saving.take(lambda draft=draft, typed=typed: drafts.save_draft(laptop, draft.id, typed, seconds=20))
            checked = registrations.check_values(laptop, values)
            reasons = {finding.code: "alasan rekaan" for finding in checked.warnings}
            answer = handing.take(lambda draft=draft, given=reasons: registrations.submit(laptop, draft.id, given))
            states.append(answer["state"])
            if answer["state"] == "draft" and number < 3:
                print([each["code"] for each in (*answer["errors"], *answer["warnings"])])
        print(f"handed in: {states.count('submitted')} of {people}")
        saving.tell("a draft is kept")
        handing.tell("a registration is handed in (aim 20)")
        homes.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=300)
    given = parser.parse_args()
    run(given.held, given.people)
