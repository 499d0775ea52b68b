"""A made-up programme on real encrypted homes for the benchmarks of the hub and of exports; no claim of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from fieldapp.services import membership, programme
from fieldapp.services.demo.people import People, Town
from fieldapp.services.session import Session
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost
from sync.journal import Change
from sync.randomness import uuid7

PASSPHRASE = "kata-sandi-rekaan"
PIN = "246810"
START_MS = 1_793_577_600_000
CHEAP = Cost(passes=1, memory_kib=64)
CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
CHUNK = 500
#: The questions that stay of a made-up person: 32 answers, about 900 bytes with the entry around them.
KEPT = (
    "nik nomor_kk name birth_place birth_date sex mother_name marital_status head_of_family citizenship ktp_address "
    "ktp_rt ktp_area domicile_same phone phone_owner wg_seeing wg_hearing wg_walking wg_remembering wg_self_care "
    "wg_communicating kinds proof works job work_place monthly_income categories heir_name heir_relation consent_given"
).split()
#: The city's 34 kelurahan: last numbers by kecamatan.
VILLAGES = {
    "01": range(1001, 1005),
    "02": range(1001, 1007),
    "03": range(1001, 1007),
    "04": range(1001, 1007),
    "05": (1002, 1006, *range(1008, 1013)),
    "06": range(1001, 1006),
}
AREAS = tuple(f"64.71.{district}.{village}" for district, villages in VILLAGES.items() for village in villages)


class Writer:
    """Writes registrations of made-up people into journals."""

    def __init__(self, seed: int = 7) -> None:
        self.people = People(seed, Town(AREAS, date(2027, 1, 1)))

    def values(self, area: str) -> dict[str, Any]:
        """The 32 answers of somebody made up."""
        person = self.people.person(area)
        blank = {"proof": ["surat_dokter"]}
        return {name: person.get(name, blank.get(name)) for name in KEPT}

    def register(self, laptop: Session, area: str, count: int) -> int:
        """Write `count` registrations into a laptop's journal and seal them; their bytes together."""
        size = 0
        for start in range(0, count, CHUNK):
            changes = [
                Change(
                    record=uuid7(START_MS + start + place),
                    type="registration",
                    scope=area,
                    kind="new",
                    fields=self.values(area),
                )
                for place in range(min(CHUNK, count - start))
            ]
            written = laptop.write(lambda _, journal, changes=changes: journal.append(laptop.author(), changes))
            size += sum(len(stored.body) for stored in written)
        laptop.write(lambda _, journal: journal.seal(laptop.identity))
        return size


class Homes(Writer):
    """The programme's homes in one folder; `join` makes another, open until `close`."""

    def __init__(self, folder: Path, seed: int = 7) -> None:
        super().__init__(seed)
        self.folder = folder
        self.sessions: list[Session] = []
        self._joined = 0
        self.admin = self._kept(
            programme.create(
                folder / "admin",
                PASSPHRASE,
                name="Program Rekaan",
                city="64.71",
                quota=100_000,
                budget=201_600_000_000,
                premium=16_800,
                start="2027-01",
                cost=CHEAP,
            )
        )

    def _kept(self, session: Session) -> Session:
        self.sessions.append(session)
        return session

    def join(self, role: str, name: str, *areas: str) -> Session:
        """A further member on a laptop of its own."""
        file = self.folder / "undangan"
        membership.invite(self.admin, role=role, name=name, areas=list(areas), out=file, pin=PIN, cost=CHEAP_PIN)
        self._joined += 1
        home = self.folder / f"{role}-{self._joined}"
        return self._kept(membership.join(home, file, PIN, PASSPHRASE, cost=CHEAP))

    def close(self) -> None:
        for session in self.sessions:
            session.close()


def area_of(place: int) -> str:
    """The kelurahan of the laptop of this number, counted from 0."""
    return AREAS[place % len(AREAS)]


def environment(home: Path) -> dict[str, str]:
    """What a process needs to work in a home."""
    folder = Path(__file__).resolve().parent.parent
    paths = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "FIELDAPP_HOME": str(home), "FIELDAPP_PASSPHRASE": PASSPHRASE, "PYTHONPATH": paths}


class HubProcess:
    """A real hub: `python -m fieldapp hub serve` in a process of its own."""

    def __init__(self, home: Path, database: str = "sqlite", under: tuple[str, ...] = ()) -> None:
        serve = ["-m", "fieldapp", "hub", "serve", "--listen", "127.0.0.1:0", "--database", database, "--json"]
        self._process = subprocess.Popen(
            [*under, sys.executable, *serve],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        # A profiler may say something of its own first.
        line = next((line for line in self._process.stdout if line.startswith("{")), "")
        if not line:
            raise SystemExit(f"the hub did not start: exit code {self._process.wait()}")
        self.url: str = json.loads(line)["listening"]
        self._pid = _server_of(self._process.pid) if under else self._process.pid

    def cpu_s(self) -> float:
        """Processor time that the hub has used so far, seconds."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float:
        """The most memory that the hub has held at once so far."""
        for line in Path(f"/proc/{self._pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmHWM")

    def stop(self) -> None:
        os.kill(self._pid, 15)
        self._process.wait(60)


def _server_of(pid: int) -> int:
    """The Python under a profiler's process."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


@contextmanager
def hub_at(home: Path, database: str = "sqlite", under: tuple[str, ...] = ()) -> Iterator[HubProcess]:
    """A hub over a home, stopped at the end."""
    hub = HubProcess(home, database, under)
    try:
        yield hub
    finally:
        hub.stop()
