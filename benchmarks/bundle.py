"""Sealing and opening bundles, against compressing and hashing the same bytes.

    python benchmarks/bundle.py [--records 5000]

Prints ratios of processor time to a floor measured in the same run: zstd 3 and SHA-256 over the same entries to seal,
their unpacking and SHA-256 to open. A bundle is sealed with one signature for 500 entries, one for the head, and age;
it is opened with all of them checked, and every entry's hash. Also prints the size of the bundle that carries one day
of one enumerator, 50 registrations, as the enumerator's first and as any later one.
"""

import argparse
import importlib.util
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import zstandard

from sync.bundle import OFFICE, open_bundle, seal
from sync.clock import Clock
from sync.coverage import Have
from sync.exchange import bundle_for_office
from sync.journal import Author, Change, Journal
from sync.payload import Payload
from sync.randomness import uuid7

REPEATS = 5


def sibling(name: str) -> ModuleType:
    """Another script of this folder, whatever folder Python was started in."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


merging = sibling("merge")


def best_s(work: Callable[[], object]) -> float:
    """The least processor time of several runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def write(programme: merging.Programme, journal: Journal, count: int, seed: int) -> None:
    rng = random.Random(seed)
    now = merging.START_MS + seed * 86_400_000
    author = Author(programme.writer, "d" * 32, Clock(lambda: now), 1)
    given = {"type": "registration", "scope": merging.AREA, "kind": "new"}
    for first in range(0, count, 500):
        rows = [merging.registration(number, rng) for number in range(first, min(first + 500, count))]
        record = programme.random.randbytes
        journal.append(author, [Change(record=uuid7(now, record), fields=row, **given) for row in rows])


def speed(count: int) -> None:
    programme = merging.Programme(7)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    journal = programme.journal(connection)
    write(programme, journal, count, 1)
    began = time.process_time()
    made = journal.seal(programme.writer)
    signing_s = time.process_time() - began
    segments = tuple(journal.segments_for({}, None))
    bodies = [body for segment in segments for body in segment.bodies if body is not None]
    plain = b"\n".join(bodies)
    packed = zstandard.compress(plain)
    founding = programme.founding
    payload = Payload(
        at_ms=1,
        certificates=(founding.member.certificate, programme.writer_certificate),
        segments=segments,
    )
    recipients = [founding.programme.office_recipient]
    data = seal(programme.writer, founding.programme, "a" * 32, (OFFICE,), recipients, payload)

    def floor_seal() -> None:
        zstandard.compress(plain)
        for body in bodies:
            sha256(body).digest()

    def floor_open() -> None:
        for body in zstandard.decompress(packed).split(b"\n"):
            sha256(body).digest()

    def open_it() -> None:
        open_bundle(data, programme.founding.identity.office_identities, journal.membership, founding.programme.id)

    rows = (
        ("floor to seal: zstd 3 + sha256", best_s(floor_seal), 0),
        ("sign the segments (once an entry)", signing_s, 0),
        (
            "seal the bundle",
            best_s(lambda: seal(programme.writer, founding.programme, "a" * 32, (OFFICE,), recipients, payload)),
            0,
        ),
        ("floor to open: unzstd + sha256", best_s(floor_open), 3),
        ("open the bundle", best_s(open_it), 3),
    )
    print(f"{count} registrations in {made} segments, {len(plain) / 1e6:.1f} MB, sealed {len(data) / 1e6:.2f} MB")
    for what, seconds, base in rows:
        print(f"{what:36} {seconds:7.4f} s  {seconds / rows[base][1]:5.2f} x  {count / seconds:9.0f}/s")


def day() -> None:
    programme = merging.Programme(7)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    journal = programme.journal(connection)
    known: Have = {}
    for number in (1, 2):
        write(programme, journal, 50, number)
        out = bundle_for_office(journal, programme.writer, programme.founding.programme, merging.START_MS)
        print(f"bundle number {number} of one enumerator, {out.entries} registrations: {len(out.data)} bytes")
        known = journal.coverage()
        journal.remember_peer(
            programme.founding.member.id, known, known=[member.id for member in journal.membership.all()]
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=5_000)
    speed(parser.parse_args().records)
    day()
