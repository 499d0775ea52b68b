"""Kill real laptops and a real hub as often as one likes, and say what was lost, hidden or doubled.

python tests/faults/kill_many.py --kills 1000 [--seed N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[depth]) for depth in (0, 1, 2)]

import killing  # noqa: E402 - found by the line above


def main() -> int:
    """Prints one line after each hundred kills and one at the end; exit code 1 when anything was amiss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            told = killing.run(Path(folder), given.seed, given.kills, tell=lambda words: print(words, flush=True))
        except AssertionError as error:
            print(f"seed {given.seed}: {error}")
            return 1
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(told["kills"].items()))
    print(f"seed {given.seed}: {given.kills} kills ({kinds}) in {told['seconds']} s")
    print(f"{told['registrations']} registrations, 0 lost, 0 hidden, 0 doubled")
    print(f"{told['told']} starts said what they brought back ({told['saves']} saves)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
