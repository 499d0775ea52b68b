"""The deterministic simulator: whole worlds of laptops, hubs, sticks and accidents, each made by one number.

    python tests/sync/simulator.py --runs 100000          many worlds, from seed 0 on
    python tests/sync/simulator.py --seed 4711            one world again, step by step

It drives the product's own code through its seams (clock, randomness, disk, link) and compares it after every step with
an oracle that knows what every writer saw (docs/decisions/0016).
"""

import argparse
import hashlib
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

from simulation_actions import WEIGHTS, Actions
from simulation_end import inspect, inspect_one, meet
from simulation_world import World

INSPECTED_EVERY = 12


class Failure(AssertionError):
    """A run that broke a promise, with what is needed to see it again."""


class Run:
    """One world from its seed to its end."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.seed = seed
        self.world = World(seed, folder, is_mixed=seed % 5 == 4)
        self.step = 0

    def play(self) -> None:
        """Live through it. Raises Failure with the seed and the step."""
        try:
            self._play()
        except Exception as error:
            where = f"seed {self.seed}, step {self.step}"
            raise Failure(f"{where}: {type(error).__name__}: {error}") from error

    def _play(self) -> None:
        world, rng = self.world, self.world.rng
        actions = Actions(world, fault_rate=rng.choice((0.0, 0.1, 0.1, 0.3)))
        self._settle_people()
        names = list(WEIGHTS)
        weights = [WEIGHTS[name] for name in names]
        for self.step in range(1, rng.choice((16, 24, 32, 44)) + 1):
            world.now_ms += rng.randrange(1, 60_000)
            rng.choices(names, weights)[0](actions)
            if self.step % INSPECTED_EVERY == 0:
                inspect_one(world, rng.choice(world.alive))
        meet(world, actions)
        inspect(world)

    def _settle_people(self) -> None:
        world, rng, cast = self.world, self.world.rng, self.world.cast
        field = rng.sample(cast.field, rng.choice((1, 1, 1, 2, 2, 5)))
        full = rng.sample(cast.full, rng.choice((1, 1, 1, 2)))
        hubs = rng.sample(cast.hubs, rng.choice((0, 0, 1, 1, 2)))
        people = [*([cast.admin] if rng.random() < 0.5 else []), *hubs, *full, *field]
        for actor in people:
            world.add(actor, rng.randrange(2) if world.is_mixed else 0)

    def trace(self) -> str:
        """What happened, a line a step."""
        return "\n".join(" ".join(str(part) for part in line) for line in self.world.trace)

    def close(self) -> None:
        for laptop in self.world.laptops:
            laptop.disk.raw.close()
        self.world.medium.clear()


def run_many(seeds: Iterable[int], folder: Path) -> tuple[int, int]:
    """Play all these worlds: (worlds, entries written). Raises Failure at the first that breaks a promise."""
    worlds = entries = 0
    for seed in seeds:
        run = Run(seed, folder)
        run.play()
        worlds, entries = worlds + 1, entries + len(run.world.oracle.facts)
        run.close()
    return worlds, entries


def fingerprint(seed: int, folder: Path) -> str:
    """A digest of everything that happened in a run, to see that a seed always makes the same world."""
    run = Run(seed, folder)
    run.play()
    run.close()
    return hashlib.sha256((run.trace() + str(sorted(run.world.oracle.facts))).encode()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="how many worlds")
    parser.add_argument("--seed", type=int, help="the first world; alone: this one again, with its trace")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.seed is not None and given.runs == 1:
            return _again(given.seed, folder)
        return _many(given.seed or 0, given.runs, folder)


def _again(seed: int, folder: Path) -> int:
    run = Run(seed, folder)
    try:
        run.play()
    except Failure as failure:
        print(run.trace())
        cause = failure.__cause__
        assert cause is not None
        traceback.print_exception(cause)
        print(failure)
        return 1
    print(run.trace())
    print(f"seed {seed}: nothing lost, hidden or doubled; {len(run.world.oracle.facts)} entries")
    return 0


def _many(first: int, runs: int, folder: Path) -> int:
    worlds = entries = failures = 0
    began, told = time.process_time(), time.monotonic()
    for seed in range(first, first + runs):
        try:
            done, written = run_many([seed], folder)
        except Failure as failure:
            failures += 1
            print(failure, flush=True)
        else:
            worlds, entries = worlds + done, entries + written
        if time.monotonic() - told > 10 or seed == first + runs - 1:
            told = time.monotonic()
            each = (time.process_time() - began) / (worlds + failures) * 1000
            print(f"{worlds} worlds well, {failures} not; {entries} entries; {each:.1f} ms each", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
