"""The ledger of a whole city: asking it, saving it for the other side, comparing two, opening its screen.

    python benchmarks/ledger.py [N, default 10000 and 100000] [--keep FOLDER]

Ten laptops of three kelurahan each hand over in three rounds; the coordinator merges, and of the first round a
supervisor decides about every tenth. The coordinator's replica is asked. `--keep` leaves the homes in FOLDER, or uses
those that an earlier run left there.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from homes import AREAS, PASSPHRASE, Homes

from fieldapp.services import changes, exchange, ledger
from fieldapp.services.ledger import compare as ledger_compare
from fieldapp.services.ledger import file as ledger_file
from fieldapp.services.ledger import paper as ledger_paper
from fieldapp.services.session import Session, open_session

LAPTOPS = 10
ROUNDS = 3
EACH = 3
"""Kelurahan of a laptop."""
DECISIONS = ("approve", "approve", "return", "reject")
AT_ONCE = 1000


def spent(work: Callable[[], Any], times: int = 5) -> tuple[float, float]:
    """Median milliseconds of the processor and of the wall."""
    found = []
    for _ in range(times):
        began_cpu, began = time.process_time(), time.perf_counter()
        work()
        found.append(((time.process_time() - began_cpu) * 1000, (time.perf_counter() - began) * 1000))
    return statistics.median(cpu for cpu, _ in found), statistics.median(wall for _, wall in found)


def decided(supervisor: Session, registrations: Sequence[str]) -> None:
    """Every tenth is decided, each time in another way."""
    chosen = registrations[::10]
    for start in range(0, len(chosen), AT_ONCE):
        some = chosen[start : start + AT_ONCE]

        def write(_: Any, journal: Any, some: Sequence[str] = some, start: int = start) -> None:
            said = [
                changes.about(
                    record, "decide", {"decision": DECISIONS[(start + place) % len(DECISIONS)], "reason": "-"}
                )
                for place, each in enumerate(some)
                if (record := journal.record(each)) is not None
            ]
            journal.append(supervisor.author(), said)

        supervisor.write(write)


def build(folder: Path, count: int) -> None:
    """The homes of the coordinator, the supervisor and ten laptops, with what they exchanged."""
    from fieldapp.services import registrations

    homes = Homes(folder)
    laptops = [
        homes.join("enumerator", f"Pencacah {place} Rekaan", *AREAS[place * EACH : place * EACH + EACH])
        for place in range(LAPTOPS)
    ]
    office = homes.join("coordinator", "Kiki Rekaan", "64.71")
    supervisor = homes.join("supervisor", "Rina Rekaan", "64.71")
    stick = folder / "paket"
    for turn in range(ROUNDS):
        for place, laptop in enumerate(laptops):
            for area in AREAS[place * EACH : place * EACH + EACH]:
                homes.register(laptop, area, count // (LAPTOPS * EACH * ROUNDS))
            exchange.write_bundle(laptop, stick)
            exchange.merge(office, [stick])
        if not turn:
            exchange.write_bundle(office, stick)
            exchange.merge(supervisor, [stick])
            decided(supervisor, registrations.ids(supervisor))
            exchange.write_bundle(supervisor, stick)
            exchange.merge(office, [stick])
    exchange.write_bundle(office, stick, to=laptops[0].member.id)
    exchange.merge(laptops[0], [stick])
    homes.close()


async def opened(home: Path) -> tuple[float, float]:
    """Milliseconds of processor and wall from the key to the verdict on the screen."""
    from textual import events

    from fieldapp.tui.app import FieldApp

    app = FieldApp(home)

    async def until(text: str) -> None:
        while text not in "\n".join(strip.text for strip in app.screen._compositor.render_strips()):
            await asyncio.sleep(0.03)

    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await until("Kata sandi")
            app.screen.focused.post_message(events.Paste(PASSPHRASE))
            await pilot.pause()
            await pilot.press("enter")
            await until("Belum dibawa")
            await asyncio.sleep(1)
            await pilot.press("escape")
            began_cpu, began = time.process_time(), time.perf_counter()
            await pilot.press("f9")
            await until("terdaftar, tidak ada")
            return (time.process_time() - began_cpu) * 1000, (time.perf_counter() - began) * 1000
    finally:
        app.close_all()


def measure(folder: Path, count: int) -> None:
    home = folder / f"coordinator-{LAPTOPS + 1}"
    office = open_session(home, PASSPHRASE)
    other = open_session(folder / f"supervisor-{LAPTOPS + 2}", PASSPHRASE)
    book = ledger.ledger(office)
    paper, mine, theirs = folder / "buku.txt", folder / "mine.buku", folder / "theirs.buku"
    size = ledger_file.save(office, mine)["bytes"]
    ledger_file.save(other, theirs)
    print(f"{count:,} registrations, balanced: {book['balanced']}; milliseconds of processor and wall")
    works: dict[str, Callable[[], Any]] = {
        "the ledger": lambda: ledger.ledger(office),
        "the status line": office.status,
        "who is at one place of one laptop": lambda: ledger.people(
            office, "merged", laptop=book["laptops"][0]["laptop"]
        ),
        "pages of text, counted before": lambda: ledger_paper.write(office, paper, book),
        f"saved for the other side ({size / 1e6:.1f} MB)": lambda: ledger_file.save(office, mine),
        "compared with itself": lambda: ledger_compare.compare(office, mine),
        "compared with one of a third": lambda: ledger_compare.compare(office, theirs),
    }
    for what, work in works.items():
        cpu, wall = spent(work)
        print(f"{what:<40}{cpu:9.0f}{wall:9.0f}")
    office.close()
    other.close()
    cpu, wall = asyncio.run(opened(home))
    print(f"{'F9 to the verdict on the screen':<40}{cpu:9.0f}{wall:9.0f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("counts", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    for count in asked.counts:
        with tempfile.TemporaryDirectory() as folder:
            place = asked.keep / str(count) if asked.keep else Path(folder)
            if not (place / "admin").exists():
                place.mkdir(parents=True, exist_ok=True)
                build(place, count)
            measure(place, count)


if __name__ == "__main__":
    main()
