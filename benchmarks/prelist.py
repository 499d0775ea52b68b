"""People to visit: a list of 10,000 taken in, shown, visited, and the form that begins from one of them.

    python benchmarks/prelist.py [--rows 10000] [--registered 0 20000]

A supervisor's home is filled with `--registered` made-up registrations, an office's sheet of `--rows` others is taken
in by `sheet import`'s own service, and each question of the screen is asked 15 times. The floor of the import is
reading the same sheet into rows; the screen's questions have a ceiling of 100 ms. Processor time decides, wall stands
beside it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import TypeVar

from homes import AREAS, Homes

from fieldapp.files.people import people
from fieldapp.files.table import read_table
from fieldapp.services import care, drafts, exchange, prelist, status
from fieldapp.services.demo import prelist as demo_prelist
from fieldapp.services.demo.people import People, Town
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.prelist import undo as prelist_undo
from fieldapp.services.session import Session

T = TypeVar("T")
ROUNDS = 15


def processor_s() -> float:
    """Processor seconds of this process and the ones it started."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def timed(what: str, work: Callable[[], T], times: int = 1) -> T:
    """Runs `work` and prints the medians of processor and wall time."""
    cpu, wall = [], []
    for _ in range(times):
        begun, at = processor_s() if times == 1 else time.process_time(), time.perf_counter()
        result = work()
        cpu.append((processor_s() if times == 1 else time.process_time()) - begun)
        wall.append(time.perf_counter() - at)
    unit, factor = ("ms", 1000) if times > 1 else ("s ", 1)
    seconds = [statistics.median(each) * factor for each in (cpu, wall)]
    print(f"{what:<56} {seconds[0]:8.2f} {unit} processor {seconds[1]:8.2f} {unit} wall", flush=True)
    return result


def run(folder: Path, rows: int, registered: int) -> None:
    homes = Homes(folder)
    office = homes.join("supervisor", "Pengawas", "64.71")
    for place in range(0, registered, 500):
        homes.register(office, AREAS[place // 500 % len(AREAS)], 500)
    sheet = folder / "daftar.xlsx"
    made = People(11, Town(AREAS, date(2027, 1, 1)))
    demo_prelist.write_list(sheet, (made.person(AREAS[n % len(AREAS)]) for n in range(rows)))
    timed("floor: reading the sheet into rows", lambda: list(people(read_table(sheet), date(2026, 11, 23))))
    timed("import, dry run", lambda: prelist_import.import_list(office, sheet, name="Ukur", dry_run=True))
    taken = timed("import", lambda: prelist_import.import_list(office, sheet, name="Ukur"))
    timed("the same sheet again", lambda: prelist_import.import_list(office, sheet, name="Ukur"))
    print(f"{taken['added']} people, {taken['registered']} registered, {taken['near_count']} like a registration")
    questions(office)
    road(homes, office)
    timed("undo of the list", lambda: prelist_undo.undo_list(office, taken["id"]))
    homes.close()


def questions(office: Session) -> None:
    """What the screen asks."""
    ids = prelist.ids(office)

    def open_list() -> None:
        streets = prelist.streets(office)
        prelist.tally(office)
        prelist.rows(office, [each for street in streets for each in street["ids"]][:64])

    timed("list opens: streets, counts, first page", open_list, ROUNDS)
    timed("a page in the middle", lambda: prelist.rows(office, ids[len(ids) // 2 :][:64]), ROUNDS)
    timed("a key of a search", lambda: prelist.streets(office, text="siti mer"), ROUNDS)
    timed("filter by state", lambda: prelist.streets(office, state="belum"), ROUNDS)
    timed("status line and home's counts", lambda: status.status(office), ROUNDS)
    places = count(3)
    timed("begin of a form", lambda: prelist.begin(office, ids[next(places)]), ROUNDS)
    timed("a result of a visit", lambda: prelist.visit(office, ids[1000 + next(places)], "pindah"), ROUNDS)
    timed("a refusal", lambda: prelist.visit(office, ids[2000 + next(places)], "menolak"), ROUNDS)
    for draft in drafts.drafts(office):
        drafts.discard_draft(office, draft.id)


def road(homes: Homes, office: Session) -> None:
    """The list on an enumerator's laptop."""
    laptop = homes.join("enumerator", "Pencacah", AREAS[0])
    first, back = homes.folder / "pertama", homes.folder / "balasan"
    exchange.write_bundle(laptop, first)
    exchange.merge(office, [first])
    written = timed("bundle for an enumerator of one kelurahan", lambda: exchange.write_bundle(
        office, back, to=laptop.member.id))  # fmt: skip
    timed("merged there", lambda: exchange.merge(laptop, [back]))
    here = len(prelist.ids(laptop))
    print(f"{here} people in {back.stat().st_size} bytes ({written['entries']} entries)")
    timed("compacting there", lambda: care.compact(laptop))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--registered", type=int, nargs="*", default=[0, 20_000])
    given = parser.parse_args()
    for registered in given.registered:
        print(f"\n{given.rows} people to visit, {registered} registrations")
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder), given.rows, registered)


if __name__ == "__main__":
    main()
