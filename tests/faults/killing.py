"""Real laptops and a real hub that lose their power at random moments, and a record of what they had acknowledged.

Every program here is a process of its own, and its end is SIGKILL (on Windows TerminateProcess): nothing of it runs any
more, as when a battery falls out. What it had said on its standard output before, it must still know afterwards.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import people

from fieldapp.services import care, exchange, membership, programme, recovered, registrations
from fieldapp.services.ledger import ledger
from fieldapp.services.session import Session, open_session
from fieldapp.store.recovery import journal_of
from fieldapp.store.store import NAME
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost

PASSPHRASE = "kata sandi rekaan"
PIN = "246810"
AREA = "64.71.05"
_CHEAP = Cost(passes=1, memory_kib=64)
_CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
_ANSWERED = re.compile(r"^ *(\d+)  .*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
_WAIT_S = 60
LAPTOPS = ("siti", "rudi")


def person(number: int) -> dict[str, Any]:
    """A made-up person; `number` (from 0) tells them apart by NIK and by name, of which each has a word of its own."""
    day = number // 1000 % 28 + 1
    name = f"{people.name_of(number % 900)} {('Pertama', 'Kedua', 'Ketiga', 'Keempat')[number // 900 % 4]}"
    nik = f"647105{day:02}0674{9000 + number % 1000}"
    return people.person(0, name, nik=nik, birth_date=f"1974-06-{day:02}")


@dataclass
class Home:
    """One data folder: what it acknowledged, and which people were handed to it without an answer."""

    folder: Path
    submitted: dict[int, str] = field(default_factory=dict)
    """Number of a person -> the id that was acknowledged, or found in the list after a kill."""
    unanswered: set[int] = field(default_factory=set)
    edited: dict[str, str] = field(default_factory=dict)
    """Id -> the place of work that an acknowledged edit gave it."""
    doubtful: dict[str, set[str]] = field(default_factory=dict)
    """Id -> places of work that edits without an answer may have given it."""


class Field:
    """A programme with two enumerators' laptops, a coordinator's, and a hub, all of them made up.

    `turn` makes one random kill and checks what it left; `settle` lets everybody exchange everything and checks it all.
    An AssertionError tells what was lost, hidden or doubled.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.kills: Counter[str] = Counter()
        self.told = 0
        self.saves = 0
        self._niks: dict[str, str] = {}
        self._people = 0
        self._sticks = 0
        self._hub: subprocess.Popen[bytes] | None = None
        self._port = _free_port()
        self.homes = {name: Home(folder / name) for name in (*LAPTOPS, "dewi", "pusat")}
        self._found()
        began_s = time.monotonic()
        self.command("siti", "list")
        self._command_s = 1.3 * (time.monotonic() - began_s)
        """About how long a command takes on this machine, from its start to its end: kills fall anywhere in it."""

    def _found(self) -> None:
        area = {"siti": AREA, "rudi": AREA, "dewi": AREA, "pusat": "*"}
        role = {"siti": "enumerator", "rudi": "enumerator", "dewi": "coordinator", "pusat": "hub"}
        settings = {"city": "64.71", "quota": 100, "budget": 201_600_000, "premium": 16_800, "start": "2027-01"}
        with programme.create(
            self.folder / "admin", PASSPHRASE, name="Program Rekaan", cost=_CHEAP, **settings
        ) as admin:
            for name, home in self.homes.items():
                file = self.folder / f"{name}.undangan"
                membership.invite(
                    admin,
                    role=role[name],
                    name=f"{name.title()} Rekaan",
                    areas=[area[name]],
                    out=file,
                    pin=PIN,
                    cost=_CHEAP_PIN,
                )
                membership.join(home.folder, file, PIN, PASSPHRASE, cost=_CHEAP).close()

    # -- processes

    def start(self, name: str, *arguments: str, given: bytes | None = None) -> subprocess.Popen[bytes]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("FIELDAPP_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp", *arguments],
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=kept | {"FIELDAPP_HOME": str(self.homes[name].folder), "FIELDAPP_PASSPHRASE": PASSPHRASE},
        )
        if given is not None and process.stdin is not None:
            process.stdin.write(given)
            process.stdin.close()
            process.stdin = None
        return process

    def command(self, name: str, *arguments: str) -> str:
        """A command that nobody disturbs; what it said on stdout. It must end well."""
        out, told = self.start(name, *arguments).communicate(timeout=_WAIT_S)
        return out.decode("utf-8") + self._not_broken(told)

    def hub(self) -> str:
        """The address of the hub, started when it is not running."""
        if self._hub is None:
            self._hub = self.start("pusat", "hub", "serve", "--listen", f"127.0.0.1:{self._port}", "--json")
            line = _stdout(self._hub).readline()
            assert line, self._not_broken(self._hub.communicate()[1])
        return f"http://127.0.0.1:{self._port}"

    def close(self) -> None:
        """Ends what still runs."""
        self.kill_hub()

    def kill_hub(self) -> None:
        if self._hub is not None:
            self._hub.kill()
            self._not_broken(self._hub.communicate(timeout=_WAIT_S)[1])
            self._hub = None

    @staticmethod
    def _not_broken(told: bytes) -> str:
        words = told.decode("utf-8")
        assert "Traceback" not in words, words
        assert "(internal)" not in words, words
        return ""

    def _kill_somewhen(self, process: subprocess.Popen[bytes], within_s: float | None = None) -> bool:
        """Kill a process at a random moment of its life; whether it had ended well by itself before."""
        try:
            process.wait(self.chance.random() * (self._command_s if within_s is None else within_s))
        except subprocess.TimeoutExpired:
            process.kill()
        self._not_broken(process.communicate(timeout=_WAIT_S)[1])
        return process.returncode == 0

    # -- turns

    def turn(self) -> None:
        """One kill, somewhere, and a look at what it left."""
        kinds: list[Callable[[], str]] = [
            self._registering,
            self._registering,
            self._editing,
            self._writing,
            self._merging,
            self._syncing,
            self._serving,
        ]
        work = self.chance.choice(kinds)
        self.kills[work.__name__.strip("_")] += 1
        self.look(work())

    def _registering(self) -> str:
        name = self.chance.choice(LAPTOPS)
        home = self.homes[name]
        count = self.chance.randint(1, 6)
        numbers = list(range(self._people, self._people + count))
        self._people += count
        home.unanswered.update(numbers)
        lines = "".join(json.dumps(person(number)) + "\n" for number in numbers).encode()
        process = self.start(name, "register", "--from", "-", given=lines)
        # Killed while starting, or soon after an answer, when the next one is being written.
        answers = self.chance.randint(0, count)
        if answers == 0:
            self._answers(home, numbers, process, lambda: self._kill_somewhen(process))
            return name
        out = _stdout(process)
        for _ in range(answers):
            self._answer(home, numbers, out.readline())
        self._answers(home, numbers, process, lambda: self._kill_somewhen(process, 0.03))
        return name

    def _answers(
        self, home: Home, numbers: list[int], process: subprocess.Popen[bytes], kill: Callable[[], object]
    ) -> None:
        """Kill, and take the answers that had been given until then: they may still stand in the pipe."""
        out, process.stdout = _stdout(process), None
        kill()
        with out:
            for line in out:
                self._answer(home, numbers, line)

    @staticmethod
    def _answer(home: Home, numbers: list[int], line: bytes) -> None:
        found = _ANSWERED.match(line.decode("utf-8").rstrip("\n"))
        if found:
            number = numbers[int(found[1]) - 1]
            home.submitted[number] = found[2]
            home.unanswered.discard(number)

    def _editing(self) -> str:
        name = self.chance.choice(LAPTOPS)
        home = self.homes[name]
        if not home.submitted:
            return self._registering()
        known = self.chance.choice(sorted(home.submitted.values()))
        place = f"Pasar {self.kills.total()}"
        process = self.start(name, "edit", known, "--set", f"work_place={place}")
        if self._kill_somewhen(process):
            home.edited[known] = place
            home.doubtful.pop(known, None)
        else:
            home.doubtful.setdefault(known, set()).add(place)
        return name

    def _writing(self) -> str:
        name = self.chance.choice(LAPTOPS)
        stick = self._stick()
        is_done = self._kill_somewhen(self.start(name, "bundle", "write", str(stick)))
        assert stick.exists() or not is_done, "an acknowledged bundle is not there"
        if stick.exists():
            # Whole or not at all: what lies under its name can be merged, whether anybody was told so or not.
            self.command("dewi", "bundle", "merge", str(stick), "--json")
        return name

    def _merging(self) -> str:
        stick = self._stick()
        self.command(self.chance.choice(LAPTOPS), "bundle", "write", str(stick))
        self._kill_somewhen(self.start("dewi", "bundle", "merge", str(stick)))
        return "dewi"

    def _syncing(self) -> str:
        name = self.chance.choice((*LAPTOPS, "dewi"))
        url = self.hub()
        self._kill_somewhen(self.start(name, "sync", "--hub", url))
        return name

    def _serving(self) -> str:
        """The hub dies while two laptops are at it."""
        url = self.hub()
        guests = [self.start(name, "sync", "--hub", url) for name in LAPTOPS]
        killer = threading.Timer(self.chance.uniform(0.3, 1.5) * self._command_s, self.kill_hub)
        killer.start()
        for guest in guests:
            self._not_broken(guest.communicate(timeout=_WAIT_S)[1])
            # Whoever came too early or too late was told so, and nobody was told anything else.
            assert guest.returncode in (0, 6), guest.returncode
        killer.join()
        return "pusat"

    def _stick(self) -> Path:
        self._sticks += 1
        (self.folder / "stick").mkdir(exist_ok=True)
        return self.folder / "stick" / f"paket-{self._sticks}"

    # -- looking

    def _left_journal(self, name: str) -> bool:
        journal = journal_of(self.homes[name].folder / NAME)
        return journal.exists() and journal.stat().st_size > 0

    def look(self, name: str) -> None:
        """Open the home again as a start does: it says what it brought back, and holds what it acknowledged."""
        if name == "pusat" and self._hub is not None:
            return
        home = self.homes[name]
        was_cut = self._left_journal(name)
        with open_session(home.folder, PASSPHRASE) as session:
            found = session.store.recovered
            assert (found is not None) == was_cut, "a start that brings something back says so, and no other does"
            if found is not None:
                assert recovered.words(session)
                self.told += 1
                self.saves += found.saves
            self._check(home, session)
        assert not self._left_journal(name), "a start after a failure leaves nothing to be brought back again"

    def _check(self, home: Home, session: Session) -> None:
        rows = registrations.listing(session)
        ids = [row["id"] for row in rows]
        assert len(ids) == len(set(ids)), "doubled"
        lost = set(home.submitted.values()) - set(ids)
        assert not lost, f"lost: {len(lost)}"
        people = Counter(self._nik(session, each) for each in ids)
        assert max(people.values(), default=1) == 1, "doubled"
        by_nik = {self._niks[each]: each for each in ids}
        for number in sorted(home.unanswered):
            # What had been kept although nobody was told: it counts from now on like any other.
            kept = by_nik.get(person(number)["nik"])
            if kept is not None:
                home.submitted[number] = kept
                home.unanswered.discard(number)
        for known, place in home.edited.items():
            shown = registrations.show(session, known)["values"]["work_place"]
            assert shown == place or shown in home.doubtful.get(known, ()), "an acknowledged edit is lost"

    def _nik(self, session: Session, registration: str) -> str:
        """The NIK of a registration, looked up once: nobody here ever corrects one."""
        if registration not in self._niks:
            self._niks[registration] = str(registrations.show(session, registration)["values"]["nik"])
        return self._niks[registration]

    def settle(self) -> dict[str, Any]:
        """Let everybody exchange everything, by the network and by sticks, and compare all of it."""
        for name in self.homes:
            self.look(name)
        url, sticks = self.hub(), []
        # Twice round: the first laptop gets what the last one brought.
        for name in (*LAPTOPS, "dewi", *LAPTOPS, "dewi", *LAPTOPS):
            with open_session(self.homes[name].folder, PASSPHRASE) as session:
                if name in LAPTOPS:
                    sticks.append(self._stick())
                    exchange.write_bundle(session, sticks[-1])
                elif sticks:
                    exchange.merge(session, sticks)
                exchange.sync(session, url)
        self.kill_hub()
        wanted = sorted(each for name in LAPTOPS for each in self.homes[name].submitted.values())
        lists, covers = [], []
        for name, home in self.homes.items():
            with open_session(home.folder, PASSPHRASE) as session:
                self._check(home, session)
                rows = registrations.listing(session)
                assert sorted(row["id"] for row in rows) == wanted, f"{name}: lost, hidden or made up"
                told = ledger(session)
                assert told["balanced"] is True, told["missing"]
                assert told["totals"]["registered"] == len(rows), f"{name}: hidden"
                bad = [
                    check["check"] for check in care.doctor(session) if not check["ok"] and check["check"] != "space"
                ]
                assert not bad, f"{name}: {bad}"
                lists.append(json.dumps(rows, sort_keys=True))
                covers.append(session.read(lambda connection, each=session: each.journal(connection).coverage()))
        assert len(set(lists)) == 1, "laptops differ"
        assert all(cover == covers[0] for cover in covers), "laptops hold different entries"
        shutil.rmtree(self.folder / "stick", ignore_errors=True)
        return {"registrations": len(wanted), "kills": dict(self.kills), "told": self.told, "saves": self.saves}


def _stdout(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdout is not None
    return process.stdout


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def run(folder: Path, seed: int, kills: int, tell: Callable[[str], None] = lambda words: None) -> dict[str, Any]:
    """So many kills, with a settling after each hundred and at the end; what was done, as figures."""
    began_s = time.monotonic()
    field = Field(folder, seed)
    try:
        for number in range(1, kills + 1):
            field.turn()
            if number % 100 == 0 and number < kills:
                tell(f"{number}: {field.settle()}")
        return {**field.settle(), "seconds": round(time.monotonic() - began_s)}
    finally:
        field.close()
