"""A small made-up programme on real encrypted stores: an administrator and whoever a test invites."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import people
import pytest

from fieldapp.services import membership, programme
from fieldapp.services.session import Session, open_session
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost

CHEAP = Cost(passes=1, memory_kib=64)
CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
PIN = "246810"
#: 2 November 2026, 08:00 in Balikpapan.
START_MS = 1_793_577_600_000


class Time:
    """A clock that moves a second at each look, so that everything has its own time and every run the same."""

    def __init__(self, start_ms: int = START_MS) -> None:
        self.ms = start_ms

    def __call__(self) -> int:
        self.ms += 1000
        return self.ms


class Town:
    """The programme of one test. `join` invites and joins a member on a laptop of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = Time()
        self.sessions: list[Session] = []
        self.stick = folder / "stick"
        self.stick.mkdir()
        self._numbers = itertools.count(1)
        self.admin = self._kept(
            programme.create(
                folder / "admin",
                "sandi-administrator",
                name="Program Rekaan",
                city="64.71",
                quota=100,
                budget=201_600_000,
                premium=16_800,
                start="2027-01",
                cost=CHEAP,
                wall_ms=self.time,
            )
        )

    @classmethod
    def again(cls, folder: Path, now_ms: int) -> Town:
        """The town of a copied folder; `open` sits down at its laptops."""
        town = cls.__new__(cls)
        town.folder, town.stick = folder, folder / "stick"
        town.time, town.sessions, town._numbers = Time(now_ms), [], itertools.count(1000)
        return town

    def open(self, home: str, name: str) -> Session:
        """Unlock a laptop by the name of its folder for the member of this name."""
        return self._kept(open_session(self.folder / home, f"sandi-{name}", wall_ms=self.time))

    def _kept(self, session: Session) -> Session:
        self.sessions.append(session)
        return session

    def join(self, role: str, name: str, *areas: str, slots: int | None = None, host: Session | None = None) -> Session:
        """A member on a laptop of its own, or on the one of `host`."""
        file = self.stick / f"undangan-{next(self._numbers)}"
        membership.invite(
            self.admin, role=role, name=name, areas=list(areas), out=file, pin=PIN, slots=slots, cost=CHEAP_PIN
        )
        home = host.home if host else self.folder / f"laptop-{next(self._numbers)}"
        return self._kept(membership.join(home, file, PIN, f"sandi-{name}", host=host, cost=CHEAP, wall_ms=self.time))

    def carry(self, source: Session, *targets: Session, to: str = "office") -> list[dict[str, Any]]:
        """Write a bundle at `source` and merge it at each of `targets`."""
        from fieldapp.services import exchange

        path = self.stick / f"paket-{next(self._numbers)}"
        exchange.write_bundle(source, path, to=to)
        return [exchange.merge(target, [path]) for target in targets]

    def close(self) -> None:
        for session in self.sessions:
            session.close()


@pytest.fixture(scope="session", autouse=True)
def _stops_the_server() -> Iterator[None]:
    yield
    if "servers" in sys.modules:
        sys.modules["servers"].at_exit()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def town_in() -> Callable[[Path], Town]:
    """Makes the programme of each example of a test that has several; who asks for it closes it."""
    return Town


@pytest.fixture
def person() -> Callable[..., dict[str, Any]]:
    """Answers of a made-up person without any fault; `number` makes each NIK another."""

    def make(number: int = 1, **changes: Any) -> dict[str, Any]:
        return {**people.person(number, people.name_of(number)), **changes}

    return make
