"""What is out with others at an office: opened, its rows told, given to somebody else.

    python benchmarks/returns.py [--held 10000 --held 100000] [--returned 5000]

One supervisor's laptop holds everybody; so many registrations of three enumerators were returned, every fourth due in
the past, every tenth given to another enumerator. Told is processor time: what the screen asks when it opens (all row
numbers in order, then the first page), a page further down, the counts of the line at home, the whole list as the
command line prints it, and 100 registrations given to somebody else in one go.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import homes

from fieldapp.domain.review import ASSIGN
from fieldapp.services import changes, exchange
from fieldapp.services.returns import assigning, out
from fieldapp.services.session import Session
from fieldapp.services.status import status

AREA = "64.71.05.1002"
CHUNK = 1000
PAGE = 64


def spent(work: Callable[[], object]) -> float:
    """Processor time in ms."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def told(what: str, work: Callable[[], object], rounds: int = 7) -> None:
    times = sorted(spent(work) for _ in range(rounds))
    print(f"  {what:44} median {statistics.median(times):7.1f} ms   most {times[-1]:7.1f} ms", flush=True)


def office_with(made: homes.Homes, held: int, returned: int) -> tuple[Session, Session]:
    """The supervisor's laptop, and the enumerator to whom every tenth was given."""
    laptops = [made.join("enumerator", f"Contoh Pencacah {letter}", AREA) for letter in "ABC"]
    office = made.join("supervisor", "Contoh Pengawas", "64.71")
    for place, laptop in enumerate(laptops):
        made.register(laptop, AREA, held // 3 + (place < held % 3))
        path = made.folder / f"paket-{place}"
        exchange.write_bundle(laptop, path)
        exchange.merge(office, [path])
    ids = office.read(lambda connection: [row[0] for row in connection.execute("SELECT id FROM registration")])
    wanted = ids[:: max(1, len(ids) // returned)][:returned]
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]

        def write(connection: object, journal: object, chunk: list[str] = chunk, start: int = start) -> None:
            said = []
            for place, registration in enumerate(chunk, start=start):
                record = journal.record(registration)  # type: ignore[attr-defined]
                day = "2020-01-01" if place % 4 == 0 else f"2099-01-{1 + place % 28:02}"
                back = {"decision": "return", "reason": "Periksa lagi", "due": day}
                said.append(changes.about(record, "decide", back))
                if place % 10 == 0:
                    word = {ASSIGN: laptops[2].member.id, "assignee": "Contoh Pencacah C", "reason": "cuti"}
                    said.append(changes.about(record, "comment", word))
            journal.append(office.author(), said)  # type: ignore[attr-defined]

        office.write(write)
    return office, laptops[2]


def measure(held: int, returned: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = homes.Homes(Path(folder))
        office, other = office_with(made, held, returned)
        print(f"{held} held, {returned} returned", flush=True)
        status(office)
        found = out.find(office)

        def opened() -> None:
            out.rows(office, out.find(office).numbers[:PAGE])

        told("opens: order of all, and the first page", opened)
        told("the order of all alone", lambda: out.find(office))
        told("only the overdue ones", lambda: out.rows(office, out.find(office, overdue=True).numbers[:PAGE]))
        told("a page further down", lambda: out.rows(office, found.numbers[2000 : 2000 + PAGE]))
        told("the counts at home, all of them", lambda: status(office))
        told("the whole list", lambda: out.listing(office), rounds=3)
        given = out.ids(office, found.numbers[:100])
        people = iter([*[other.member.id, None] * 4])
        told("100 given to somebody else, or back", lambda: assigning.assign(office, given, next(people), "cuti"), 3)
        made.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", type=int, action="append")
    parser.add_argument("--returned", type=int, default=5000)
    arguments = parser.parse_args()
    for held in arguments.held or [10_000, 100_000]:
        measure(held, arguments.returned)


if __name__ == "__main__":
    main()
