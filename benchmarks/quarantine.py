"""The quarantine desk: opening it, looking at one thing, taking over and refusing many in one transaction.

    python benchmarks/quarantine.py FOLDER [--records 10000 100000] [--held 1000] [--taken 500]

FOLDER keeps the homes between runs (made once, some minutes a hundred thousand). A coordinator holds the registrations
of four laptops, and what a fifth one wrote after its member was revoked. Told are medians of processor and wall time of
the service calls in this process; taking over and refusing are done once each, on a copy of the home.
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

from homes import AREAS, CHUNK, PASSPHRASE, START_MS, Homes

from fieldapp.services import exchange, membership
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.services.session import Session, iso_time, open_session
from fieldapp.store import held
from fieldapp.tui.screens.quarantine import _by_sender, sender_lines
from sync.journal import Change

LAPTOPS = 4


def home_with(folder: Path, records: int, late: int) -> Path:
    """The coordinator's home; made when it is not there yet."""
    done = folder / "done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        homes = Homes(folder)
        office = homes.join("coordinator", "Kiki Rekaan", "64.71")
        for number in range(LAPTOPS):
            laptop = homes.join("enumerator", f"Pencacah {number}", "64.71")
            _register(laptop, homes, records // LAPTOPS)
            _carry(laptop, office, folder)
        lost = homes.join("enumerator", "Pencacah Hilang", "64.71")
        _register(lost, homes, 10)
        _carry(lost, office, folder)
        _carry(lost, homes.admin, folder)
        membership.revoke(homes.admin, "Pencacah Hilang", "Laptop hilang")
        _carry(homes.admin, office, folder)
        _register(lost, homes, late, without_phone=True)
        _carry(lost, office, folder)
        done.write_text(office.home.name)
        homes.close()
    return folder / done.read_text()


def _carry(source: Session, target: Session, folder: Path) -> None:
    exchange.write_bundle(source, folder / "paket")
    exchange.merge(target, [folder / "paket"])


def _register(laptop: Session, homes: Homes, count: int, *, without_phone: bool = False) -> None:
    for start in range(0, count, CHUNK):

        def write(_: Any, journal: Any, start: int = start) -> None:
            chunk = []
            for place in range(start, min(count, start + CHUNK)):
                area = AREAS[place % len(AREAS)]
                values = {**homes.people.person(area), "submitted_at": iso_time(START_MS + place)}
                if without_phone:
                    # The stock of made-up phone numbers ends before that of people does.
                    values |= {"phone": None, "phone_owner": None, "no_phone": True}
                fields = {name: value for name, value in values.items() if value is not None}
                record = journal.new_record(laptop.author())
                chunk.append(Change(record=record, type="registration", scope=area, kind="new", fields=fields))
            journal.append(laptop.author(), chunk)

        laptop.write(write)


def spent(work: Callable[[], Any], times: int = 7) -> tuple[float, float]:
    """Median milliseconds of the processor and of the wall."""
    found = []
    for _ in range(times):
        began_cpu, began = time.process_time(), time.perf_counter()
        work()
        found.append(((time.process_time() - began_cpu) * 1000, (time.perf_counter() - began) * 1000))
    return statistics.median(cpu for cpu, _ in found), statistics.median(wall for _, wall in found)


def _tell(what: str, took: tuple[float, float], more: str = "") -> None:
    print(f"{what:<46} {took[0]:8.1f} ms processor {took[1]:8.1f} ms wall  {more}")


def measure(home: Path, taken: int) -> None:
    with open_session(home, PASSPHRASE) as session:
        found = quarantine.listing(session)
        print(f"{len(found)} held")
        _tell("count for the status line", spent(lambda: session.read(held.count_open)))
        _tell("the desk opens: everything that is held", spent(lambda: quarantine.listing(session)))
        drawn = spent(lambda: [line for each in _by_sender(found) for line in sender_lines(each, 76, False)])
        _tell("its lines", drawn)
        _tell("one thing, now and held", spent(lambda: quarantine.show(session, found[0]["id"])))
    chosen = [each["id"] for each in found]
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(home, Path(copy) / "home")
        with open_session(Path(copy) / "home", PASSPHRASE) as session:
            some = chosen[:taken]
            _tell(f"word about taking over {taken}", spent(lambda: quarantine.preview(session, some, "released"), 1))
            told: list[dict[str, Any]] = []
            took = spent(lambda: told.extend(quarantine.release(session, some, "Laptop ditemukan")), 1)
            states = {state: sum(each["state"] == state for each in told) for state in {each["state"] for each in told}}
            _tell(f"taking over {taken}, one transaction", took, str(states))
            _tell(f"refusing {taken}", spent(lambda: quarantine.refuse(session, chosen[-taken:], "Salah"), 1))
            _tell("the desk opens again", spent(lambda: quarantine.listing(session)))
            _tell("what was decided", spent(lambda: quarantine.listing(session, handled=True)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--held", type=int, default=1000)
    parser.add_argument("--taken", type=int, default=500)
    given = parser.parse_args()
    for records in given.records:
        home = home_with(given.folder / str(records), records, given.held)
        print(f"{records:,} registrations")
        measure(home, given.taken)


if __name__ == "__main__":
    main()
