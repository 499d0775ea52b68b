"""The merge desk: a dry run of a bundle of N registrations, then its merge, at an empty office and at a full one.

    python benchmarks/merge_desk.py FOLDER [--bundle 10000] [--held 100000] [--repeat 5]

FOLDER keeps the made-up homes: the full office takes some minutes to make and is used again. What is merged is merged
in a copy. Wall and processor seconds; the floor is the merge of the same bundle by `sync` alone, with no tables beside
the journal, taken back at the end as a dry run is.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homes import AREAS, PASSPHRASE, Homes

from fieldapp.services import exchange
from fieldapp.services.merging import desk as merging
from fieldapp.services.session import Session, open_session
from sync.exchange import merge_bundle
from sync.journal import Journal

SHARED = 5
"""Kelurahan that one laptop registers in."""


class _TakeBack(Exception):
    pass


def make(folder: Path, count: int, held: int) -> None:
    """Two coordinators, of whom one has merged `held` registrations, and a bundle of `count` that neither has."""
    homes = Homes(folder)
    offices = [homes.join("coordinator", f"{name} Rekaan", "64.71") for name in ("Kosong", "Penuh")]
    if held:
        writer = homes.join("enumerator", "Lama Rekaan", "64.71")
        for area in AREAS:
            homes.register(writer, area, held // len(AREAS))
        exchange.write_bundle(writer, folder / "lama")
        exchange.merge(offices[1], [folder / "lama"])
    laptop = homes.join("enumerator", "Baru Rekaan", *AREAS[:SHARED])
    for area in AREAS[:SHARED]:
        homes.register(laptop, area, count // SHARED)
    exchange.write_bundle(laptop, folder / "baru")
    (folder / "done").write_text("\n".join(str(office.home.relative_to(folder)) for office in offices))
    homes.close()


def measured(work: Callable[[], Any], repeat: int) -> str:
    """Medians of wall and processor time."""
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return f"{statistics.median(walls):5.2f} s   {statistics.median(cpus):5.2f} s processor"


def floor(session: Session, data: bytes) -> None:
    """What sync itself takes, without any table of the application."""

    def write(connection: Any, _: Journal) -> None:
        journal = Journal(connection, session.journal(connection).rules, session.programme.id)
        merge_bundle(journal, data, session.author())
        raise _TakeBack

    try:
        session.write(write)
    except _TakeBack:
        return


def measure(home: Path, bundle: Path, what: str, repeat: int) -> None:
    """The floor, the dry run, the merge and its undo in a copy of one office."""
    with tempfile.TemporaryDirectory() as kept:
        copy = Path(kept) / "home"
        shutil.copytree(home, copy)
        with open_session(copy, PASSPHRASE) as session:
            print(what)
            data = bundle.read_bytes()
            print("  floor: sync alone    ", measured(lambda: floor(session, data), repeat))
            print("  dry run              ", measured(lambda: exchange.merge(session, [bundle], dry_run=True), repeat))
            answers: list[dict[str, Any]] = []
            print("  merge                ", measured(lambda: answers.append(exchange.merge(session, [bundle])), 1))
            merge_id = answers[0]["merge_id"]
            print("  its undo, previewed  ", measured(lambda: merging.preview_undo(session, merge_id), 1))
            print("  its undo             ", measured(lambda: exchange.undo(session, merge_id), 1))
            print("  dry run once merged  ", measured(lambda: exchange.merge(session, [bundle], dry_run=True), repeat))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bundle", type=int, default=10_000)
    parser.add_argument("--held", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    wanted = parser.parse_args()
    folder: Path = wanted.folder / f"{wanted.bundle}-{wanted.held}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True)
        make(folder, wanted.bundle, wanted.held)
    empty, full = ((folder / name) for name in (folder / "done").read_text().split("\n"))
    print(f"bundle of {wanted.bundle:,} registrations, {(folder / 'baru').stat().st_size / 1e6:.1f} MB")
    measure(empty, folder / "baru", "into an empty register", wanted.repeat)
    measure(full, folder / "baru", f"into one of {wanted.held:,}", wanted.repeat)


if __name__ == "__main__":
    main()
