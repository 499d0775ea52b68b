"""Precision, recall and F1 of the shipped command at its shipped threshold, with the time and memory it takes.

    python benchmarks/matching.py [--profiles desks sheets doors years city] [--records 10000 100000] [--seeds 1 2 3]
                                  [--external 10000] [--csv FOLDER ...] [--errors] [--library]

Every row runs `fieldapp duplicates find --pairs` in a process of its own, on made-up registrations with known
duplicates (benchmarks/registrations) or on a folder with registrations.csv and truth.csv (and external.csv with
external_truth.csv). `--library` compares by the library's keys in this process instead, without the command's sweep.
"F1" is at probability 0.9, chosen before looking; "best F1" is at whichever threshold were best afterwards; "recall at
99 %" is what is found while 99 of 100 shown are right; "found at 1.5" is the share of the true pairs among the best
one and a half pairs a true pair; "other list" is F1 at 0.9 against a list with NIK and name only. Seconds are processor
time of the command and what it starts, MB its largest process. `--errors` prints which mistakes lose pairs and who is
wrongly taken for one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evaluation import HEAD, THRESHOLD, Labelled, Pair, Score, figures, missed_by_kind, ordered, read, wrongly_shown
from make_registrations import write
from registrations import PROFILES, make


@dataclass(frozen=True)
class Cost:
    """Processor seconds of a command and its children; resident megabytes of the largest of them, 0 if not known."""

    seconds: float
    megabytes: float


def run(command: list[str], out: Path) -> Cost:
    """Runs a command with its standard output in a file; raises CalledProcessError if it does not end well."""
    with out.open("wb") as file:
        process = subprocess.Popen(command, stdout=file)
        if not hasattr(os, "wait4"):
            subprocess.CompletedProcess(command, process.wait()).check_returncode()
            return Cost(0.0, 0.0)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    subprocess.CompletedProcess(command, process.returncode).check_returncode()
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))


def proposed(folder: Path, against: bool = False) -> tuple[dict[Pair, Score], Cost]:
    """What `duplicates find --pairs` says about a folder's registrations, within them or against its other list."""
    command = [sys.executable, "-m", "fieldapp", "duplicates", "find", "--pairs", str(folder / "registrations.csv")]
    if against:
        command += ["--against", str(folder / "external.csv")]
    out = folder / ("against.json" if against else "pairs.json")
    cost = run([*command, "--json"], out)
    found = json.loads(out.read_bytes())
    named = (lambda a, b: (a, b)) if against else ordered
    return {named(one["a"], one["b"]): (one["probability"], one["bits"]) for one in found}, cost


def folders(given: argparse.Namespace, base: Path) -> Iterator[tuple[str, Path]]:
    """What each row is called, and where its lists stand."""
    for folder in given.csv:
        yield folder.name, folder
    for records in given.records if given.profiles else ():
        for profile in given.profiles:
            for seed in given.seeds:
                folder = base / f"{profile}-{records}-{seed}"
                write(folder, make(profile, records, external=min(given.external, records), seed=seed))
                yield f"{profile} {records:,} seed {seed}", folder


def compared(labelled: Labelled, other: bool = False) -> tuple[dict[Pair, Score], Cost]:
    """As `proposed`, by the library alone."""
    from compared import against, scores, within

    began = time.process_time()
    found = scores(against(labelled) if other else within(labelled))
    return found, Cost(time.process_time() - began, 0.0)


def report_errors(scored: dict[Pair, Score], labelled: Labelled) -> None:
    print("\n| mistake | true pairs that carry it | lost |\n|---|---|---|")
    for kind, carried, missed in missed_by_kind(scored, labelled):
        if missed:
            print(f"| {kind} | {carried} | {missed} |")
    for at_least in (THRESHOLD, 0.99):
        wrong = ", ".join(f"{kind} {count}" for kind, count in wrongly_shown(scored, labelled, at_least))
        print(f"\nTwo people shown as one at {at_least} and above: {wrong or 'none'}")
    print()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profiles", nargs="*", choices=PROFILES, default=list(PROFILES))
    parser.add_argument("--records", nargs="*", type=int, default=[10_000])
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--external", type=int, default=10_000)
    parser.add_argument("--csv", nargs="*", type=Path, default=[])
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--library", action="store_true")
    given = parser.parse_args()
    head = ["", "true pairs", *HEAD, "other list", "s", "MB"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    with tempfile.TemporaryDirectory() as base:
        for name, folder in folders(given, Path(base)):
            labelled = read(folder)
            scored, cost = compared(labelled) if given.library else proposed(folder)
            found = figures(scored, labelled.pairs())
            other = "-"
            if labelled.external:
                covering = compared(labelled, True) if given.library else proposed(folder, True)
                other = f"{figures(covering[0], labelled.covered()).f1:.3f}"
            row = [name, f"{found.true:,}", *found.cells(), other, f"{cost.seconds:.1f}", f"{cost.megabytes:.0f}"]
            print("| " + " | ".join(row) + " |", flush=True)
            if given.errors:
                report_errors(scored, labelled)


if __name__ == "__main__":
    main()
