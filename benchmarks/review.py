"""The supervisor's desk: first page of the queue by risk, a decision about a thousand, and taking it back as one.

    python benchmarks/review.py FOLDER [--records 10000 100000] [--decided 1000]

FOLDER keeps the homes between runs (made once, some minutes a hundred thousand). Every registration is without a fault,
as nearly all are that a supervisor approves in bulk; some have explained warnings, some come at night. Told are
processor and wall time of the service calls in this process, and with `--command` wall time of the installed command.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from homes import AREAS, CHUNK, PASSPHRASE, START_MS, Homes, environment

from fieldapp.domain.review import PENDING_STATES
from fieldapp.services import exchange, lists, review
from fieldapp.services.lists import Wanted
from fieldapp.services.session import Session, iso_time, open_session
from sync.journal import Change
from sync.randomness import uuid7

T = TypeVar("T")
_MINUTE_MS = 60_000
_QUEUE = Wanted(states=PENDING_STATES, order="risk")


def home_with(folder: Path, records: int) -> Path:
    """The home of a supervisor with `records` registrations that wait; made when it is not there yet."""
    done = folder / "done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        homes = Homes(folder)
        office = homes.join("supervisor", "Pengawas Rekaan", "64.71")
        for number in range(4):
            laptop = homes.join("enumerator", f"Pencacah {number}", "64.71")
            _register(laptop, homes, number, records // 4)
            exchange.write_bundle(laptop, folder / "paket")
            exchange.merge(office, [folder / "paket"])
        done.write_text(office.home.name)
        homes.close()
    return folder / done.read_text()


def _register(laptop: Session, homes: Homes, number: int, count: int) -> None:
    chance = random.Random(number)
    for start in range(0, count, CHUNK):
        chunk = []
        for place in range(start, min(count, start + CHUNK)):
            at_ms = START_MS + place * 5 * _MINUTE_MS
            area = AREAS[(place + number) % len(AREAS)]
            values = {**homes.people.person(area), "submitted_at": iso_time(at_ms)}
            values["seconds_on_form"] = chance.randint(30, 900)
            if chance.random() < 0.06:
                values["overrides"] = {"nik_sex_differs": "KTP lama"}
            fields = {name: value for name, value in values.items() if value is not None}
            record = uuid7(at_ms)
            chunk.append(Change(record=record, type="registration", scope=area, kind="new", fields=fields))
        laptop.write(lambda _, journal, chunk=chunk: journal.append(laptop.author(), chunk))


def timed(what: str, work: Callable[[], T]) -> T:
    processor, wall = time.process_time(), time.perf_counter()
    answer = work()
    spent = (time.process_time() - processor) * 1000, (time.perf_counter() - wall) * 1000
    print(f"{what:44} processor {spent[0]:8.1f} ms   wall {spent[1]:8.1f} ms", flush=True)
    return answer


def measure(home: Path, records: int, decided: int) -> None:
    """One sitting on a copy of the home."""
    session = open_session(home, PASSPHRASE)
    session.preference("warm")
    print(f"{records} held")
    timed("first page by risk, for the first time", lambda: lists.find(session, _QUEUE, desk=True))
    timed("first page by risk", lambda: lists.find(session, _QUEUE, desk=True))
    timed("first page by risk, again", lambda: lists.find(session, _QUEUE, desk=True))
    ids = list(lists.all_ids(session, _QUEUE))[:decided]
    timed(f"preview of {decided}", lambda: review.preview(session, ids, "approve"))
    seen = review.preview(session, ids, "approve")["seen"]
    answers = timed(f"approve {decided}", lambda: review.decide(session, ids, "approve", seen=seen))
    assert sum(answer["ok"] for answer in answers) == decided, [each for each in answers if not each["ok"]][:2]
    undone = timed("take it back as one", lambda: review.undo_last(session))
    assert undone["undone"] == decided
    session.close()


def command(home: Path) -> None:
    """The same with the command: a process each, from its start to its end; unlocking is part of it."""
    session = open_session(home, PASSPHRASE)
    area = next(iter(lists.areas(session)))[0]
    session.close()
    for words in (
        ["list"],
        ["approve", "--filter", f"area={area}", "--dry-run"],
        ["approve", "--filter", f"area={area}"],
    ):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "fieldapp", "review", *words, "--json"],
            env=environment(home), capture_output=True, check=False,
        )  # fmt: skip
        spent = (time.perf_counter() - began) * 1000
        print(f"fieldapp review {words[0]:37} wall {spent:8.1f} ms, exit {done.returncode}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--decided", type=int, default=1000)
    parser.add_argument("--command", action="store_true")
    asked = parser.parse_args()
    for records in asked.records:
        kept = home_with(asked.folder / str(records), records)
        with tempfile.TemporaryDirectory() as folder:
            home = shutil.copytree(kept, Path(folder) / "rumah")
            measure(home, records, asked.decided)
            if asked.command:
                command(home)


if __name__ == "__main__":
    main()
