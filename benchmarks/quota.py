"""Slots and money: outlook, report, what if, and a slot that becomes free where 10,000 people wait for one.

    python benchmarks/quota.py FOLDER [--records 10000 100000]

FOLDER keeps the homes between runs. Everybody was approved over ten months, which is the worst case: a city of 100,000
registrations approves 10,000 of them. Told is processor time of the service calls in this process, the median of nine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from homes import AREAS, CHUNK, PASSPHRASE, START_MS, Homes

from fieldapp.services import exchange, programme, registrations
from fieldapp.services.quota import budget, endings, leases, waiting
from fieldapp.services.session import Session, open_session
from sync.clock import Clock
from sync.journal import Change
from sync.randomness import uuid7

_MONTH_MS = 30 * 24 * 3_600_000
#: Who waits in the second half.
WAITING = 10_000
KINDS = ("difabel", "perempuan_kepala_keluarga", "nelayan", "petani", "ojek", "pedagang", "lainnya")


class Hand:
    """A clock that is moved by hand, a millisecond at each look."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        self.now_ms += 1
        return self.now_ms


def home_with(folder: Path, records: int) -> Path:
    """The home of a supervisor who approved `records` people; the administrator's beside it."""
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        homes = Homes(folder)
        office = homes.join("supervisor", "Pengawas Rekaan", "64.71")
        laptop = homes.join("enumerator", "Pencacah Rekaan", "64.71")
        for start in range(0, records, CHUNK):
            people = [_person(homes, start + place) for place in range(min(CHUNK, records - start))]
            laptop.write(lambda _, journal, people=people: journal.append(laptop.author(), people))
        laptop.write(lambda _, journal: journal.seal(laptop.identity))
        exchange.write_bundle(laptop, folder / "paket")
        exchange.merge(office, [folder / "paket"])
        _approve(office, records)
        done.write_text(office.home.name)
        homes.close()
    return folder / done.read_text()


def _person(homes: Homes, place: int) -> Change:
    area = AREAS[place % len(AREAS)]
    values = {**homes.values(area), "categories": [KINDS[place * 7 % len(KINDS)]]}
    return Change(record=uuid7(START_MS + place), type="registration", scope=area, kind="new", fields=values)


def _approve(office: Session, records: int) -> None:
    """Approvals spread over ten months, written as `review.decide` writes them, without its checks."""
    ids = registrations.ids(office)
    scopes = {row["id"]: row["area"] for row in registrations.rows(office, ids)}
    hand = Hand(START_MS)
    office.clock = Clock(hand)
    for start in range(0, records, CHUNK):
        hand.now_ms = START_MS + start * 10 * _MONTH_MS // records
        said = {"decision": "approve", "reason": ""}
        chunk = [
            Change(record=one, type="registration", scope=scopes[one], kind="decide", fields=said)
            for one in ids[start : start + CHUNK]
        ]
        office.write(lambda _, journal, chunk=chunk: journal.append(office.author(), chunk))


def spent(work: Callable[[], object], times: int = 9) -> float:
    """Processor time in ms, the median."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append((time.process_time() - began) * 1000)
    return statistics.median(found)


def told(what: str, ms: float) -> None:
    print(f"  {what:58} {ms:8.1f} ms")


def measured(home: Path) -> None:
    with open_session(home, PASSPHRASE) as office:
        ids = registrations.ids(office)
        told("outlook of nothing", spent(lambda: budget.outlook(office, [], "approve")))
        told("outlook of rejecting 1,000", spent(lambda: budget.outlook(office, ids[:1000], "reject")))
        told("report", spent(lambda: budget.report(office)))
        told("what if", spent(lambda: budget.what_if(office, more=1000, premium=20_000)))
        told("who turns 65 within a month", spent(lambda: endings.turning(office, "2027-06")))


def with_a_line(folder: Path, home: Path, order: str, waits: int) -> None:
    """The same with people who wait: a slot becomes free."""
    copy = folder / f"antre-{order}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home.parent, copy)
    with (
        open_session(copy / "admin", PASSPHRASE) as admin,
        open_session(copy / home.name, PASSPHRASE) as office,
    ):
        exchange.write_bundle(office, copy / "p", to="office")
        exchange.merge(admin, [copy / "p"])
        ids = registrations.ids(office)
        if order == "priority":
            programme.change(admin, "waiting_order", order)
        began = time.process_time()
        leases.assign(admin, "Pengawas Rekaan", len(ids) - waits, sure=True)
        told(f"{order}: a lowered lease puts {waits:,} into waiting", (time.process_time() - began) * 1000)
        exchange.write_bundle(admin, copy / "q", to=office.member.id)
        exchange.merge(office, [copy / "q"])
        told(f"{order}: the waiting list, first 300", spent(lambda: waiting.listing(office, limit=300)))
        told(f"{order}: outlook of rejecting one", spent(lambda: budget.outlook(office, ids[:1], "reject")))
        some = iter(ids)
        free = spent(lambda: endings.end(office, [next(some)], "moved", None, "pindah"))
        told(f"{order}: an ending that frees a slot", free)
    shutil.rmtree(copy)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    asked = parser.parse_args()
    for records in asked.records:
        home = home_with(asked.folder / str(records), records)
        print(f"{records:,} approved")
        measured(home)
        for order in ("decided", "priority"):
            with_a_line(asked.folder, home, order, min(WAITING, records // 2))


if __name__ == "__main__":
    main()
