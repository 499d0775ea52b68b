"""The conflict desk on a full office: opening it, one registration of it, and settling hundreds by the newest at once.

    python benchmarks/conflicts.py [--held 100000] [--apart 1000] [--settled 500]

One office laptop holds everybody; of some of them the place of work and the e-mail were changed there and on the
laptop that they came from, of every other one the mother's name too. Told is processor time and wall.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import homes

from fieldapp.services import exchange, lists, registrations
from fieldapp.services.conflicts import disputes, settling
from fieldapp.services.lists import Wanted
from fieldapp.services.session import Session
from sync.journal import Change


def told(what: str, work: Callable[[], object], times: int = 5) -> None:
    """Run it a few times (once where it changes anything) and print the median in ms."""
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    print(
        f"{what:48} processor {statistics.median(cpus):7.1f} ms   wall {statistics.median(walls):7.1f} ms", flush=True
    )


def change(session: Session, ids: Sequence[str], scope: str, who: str) -> None:
    """Everybody's place of work and e-mail become this one's word, of every other one the mother's name too."""
    changes = []
    for place, registration in enumerate(ids):
        fields = {"work_place": f"Pasar {who} {place}", "email": f"{who}{place}@contoh.id"}
        fields |= {"mother_name": f"Ibu {who}"} if place % 2 else {}
        changes.append(Change(record=registration, type="registration", scope=scope, kind="edit", fields=fields))
    for start in range(0, len(changes), homes.CHUNK):
        some = changes[start : start + homes.CHUNK]
        session.write(lambda _, journal, some=some: journal.append(session.author(), some))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--held", type=int, default=100_000)
    parser.add_argument("--apart", type=int, default=1_000)
    parser.add_argument("--settled", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = homes.Homes(Path(folder))
        area = homes.area_of(0)
        laptop = made.join("enumerator", "Pencacah", area)
        office = made.join("coordinator", "Koordinator", "64.71")
        made.register(laptop, area, asked.held)
        bundle = Path(folder) / "paket"
        exchange.write_bundle(laptop, bundle)
        exchange.merge(office, [bundle])
        apart = registrations.ids(office)[:: max(1, asked.held // asked.apart)][: asked.apart]
        change(office, apart, area, "kantor")
        change(laptop, apart, area, "laptop")
        exchange.write_bundle(laptop, bundle)
        exchange.merge(office, [bundle])
        wanted = Wanted(disputed=True)
        print(f"{asked.held} held, {office.status()['conflicts']} in conflict")
        told("the desk's first page of 64", lambda: disputes.find(office, wanted))
        told("the whole list", lambda: lists.numbers(office, wanted))
        told("one registration", lambda: disputes.desk(office, apart[0]))
        told("the next one that waits", lambda: disputes.following(office, apart[0]))
        told("the status line", lambda: office.status())
        some = apart[: asked.settled]
        told(f"preview of {len(some)} by the newest", lambda: settling.newest(office, some, dry_run=True), 3)
        seen = settling.seen_in(settling.newest(office, some, dry_run=True))
        told(f"settling {len(some)} by the newest", lambda: settling.newest(office, some, seen=seen), 1)
        print(f"{office.status()['conflicts']} in conflict after it")
        made.close()


if __name__ == "__main__":
    main()
