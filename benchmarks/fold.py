"""The fold against the floor that nothing can go below: decoding the same entries as JSON and hashing their bytes.

    python benchmarks/fold.py [records, 20000 by default]

Prints ratios of processor time to a floor measured in the same run, which is what counts, and entries a second, which
depend on the machine. `read` is what a merge pays before it folds: strict decoding, canonical check, hash, id.
"""

import gc
import random
import sys
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from sync.entry import Entry, Stored, decode_kept, entry_hash
from sync.fold import Record, Rules, fold
from sync.members import Membership, found
from sync.randomness import token, uuid7

START_MS = 1_767_225_600_000
REPEATS = 5
FIELDS = [f"question_{number:02d}" for number in range(31)]
GROUPS = {"question_00": "address", "question_01": "address", "question_02": "address", "question_03": "nik"}


class Bench:
    """A programme of one member, and records of made-up answers, each with a conflict of two edits beside it."""

    def __init__(self, count: int) -> None:
        self.random = random.Random(7)
        founding = found("Program Rekaan", "Pendiri Rekaan", "admin", "d" * 32, START_MS, self.random.randbytes)
        self.author = founding.member.id
        self.membership = Membership(founding.programme.id)
        self.membership.add(founding.member.certificate)
        self.rules = Rules(GROUPS, lambda member, entry, origin: None, frozenset({"admin"}))
        self.new = [self.entry(n, "new", dict.fromkeys(FIELDS, f"jawaban rekaan nomor {n}")) for n in range(count)]
        self.edits = [edit for origin in self.new[: max(count // 10, 1)] for edit in self.conflicting(origin)]

    def entry(self, number: int, kind: str, f: dict[str, object], **over: object) -> Stored:
        keys: dict[str, object] = {
            "v": 1, "sv": 1, "ch": "c" * 32, "n": number + 1, "p": "0" * 64 if number else "",
            "t": (START_MS + number, 0), "dv": "d" * 32, "au": self.author,
            "r": uuid7(START_MS + number, self.random.randbytes), "s": "64.71.05.1001", "k": kind,
            "y": "registration", "f": f, "x": token(self.random.randbytes),
        }  # fmt: skip
        return Stored.write(Entry(**(keys | over)))  # type: ignore[arg-type]

    def conflicting(self, origin: Stored) -> list[Stored]:
        over = {"r": origin.entry.r, "b": {"question_05": (origin.id,)}}
        return [self.entry(number, "edit", {"question_05": f"lain {number}"}, **over) for number in (1, 2)]

    def fold(self, entries: Sequence[Stored]) -> Record:
        return fold(entries[0].entry.r, entries, self.rules, self.membership)


def cpu_s(work: Callable[[Any], object], things: Sequence[Any]) -> float:
    """The least processor time of several runs over all things, in seconds; results are dropped one by one, since
    what a caller keeps would be walked by the garbage collector and counted here."""
    best = float("inf")
    for _ in range(REPEATS):
        gc.collect()
        start = time.process_time()
        for thing in things:
            work(thing)
        best = min(best, time.process_time() - start)
    return best


decode_plainly = msgspec.json.Decoder().decode


def floor(body: bytes) -> None:
    decode_plainly(body)
    sha256(body).digest()


def refold(bench: Bench, bodies: Sequence[bytes]) -> Record:
    """As from a log: bytes that were checked when they came in."""
    return bench.fold([Stored(entry_hash(body)[:16].hex(), body, decode_kept(body)) for body in bodies])


def report(name: str, entries: int, seconds: float, floor_s: float) -> None:
    print(f"{name:54} {seconds / floor_s:5.2f} x the floor {entries / seconds:11,.0f} entries/s")


def main(count: int) -> None:
    bench = Bench(count)
    bodies = [stored.body for stored in bench.new]
    least = cpu_s(floor, bodies)
    print(f"{count} new records of {len(FIELDS)} fields, {len(bodies[0])} bytes each")
    report("floor: msgspec decode + sha256", count, least, least)
    report("read: strict decode, canonical check, hash", count, cpu_s(Stored.read, bodies), least)
    report("fold, already read", count, cpu_s(lambda stored: bench.fold([stored]), bench.new), least)
    report("read and fold", count, cpu_s(lambda body: bench.fold([Stored.read(body)]), bodies), least)

    records = [[origin, *bench.edits[2 * n : 2 * n + 2]] for n, origin in enumerate(bench.new[: len(bench.edits) // 2])]
    assert all(bench.fold(entries).conflicts == ("question_05",) for entries in records)
    grouped = [[stored.body for stored in entries] for entries in records]
    total = 3 * len(records)
    least = cpu_s(floor, [body for group in grouped for body in group])
    print(f"\n{len(records)} records of a new entry and two edits of one field that conflict")
    report("floor: msgspec decode + sha256", total, least, least)
    report("fold, already read", total, cpu_s(bench.fold, records), least)
    report("fold, from the bytes of the log", total, cpu_s(lambda group: refold(bench, group), grouped), least)
    report("fold, all heads looked at", total, cpu_s(lambda entries: bench.fold(entries).groups, records), least)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
