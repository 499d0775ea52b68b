"""A small programme in which everybody works on one laptop, so that registers are made without carrying bundles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import people

from fieldapp.services import changes, membership, programme
from fieldapp.services.session import Session, iso_time
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost
from sync.journal import Change
from sync.randomness import uuid7

CHEAP = Cost(passes=1, memory_kib=64)
CHEAP_PIN = KdfCost(memory_kib=64, passes=1)
PIN = "246810"
#: Monday 2 November 2026, 00:00 in Balikpapan.
MONDAY_MS = 1_793_548_800_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
AREA = "64.71.05.1002"
OTHER_AREA = "64.71.05.1006"


def somebody(number: int) -> dict[str, Any]:
    """Answers of somebody made up who is like nobody of another number below 900."""
    born = date(1963, 1, 3) + timedelta(days=17 * number)
    return people.person(
        0,
        people.name_of(number),
        nik=f"647105{born:%d%m%y}{9000 + number}",
        nomor_kk=f"64710505070{10000 + number}",
        birth_date=born.isoformat(),
        mother_name=f"Ibu {people.name_of(number + 400)}",
        ktp_address=f"Gg. Rekaan No. {number}",
        no_phone=None,
    )


def write(session: Session, people: Iterable[Mapping[str, Any]]) -> list[str]:
    """Registrations as the program writes them, in the area of `ktp_area`; their ids. `at` is the time in ms at which
    one was handed in, by default Monday at nine."""
    written = []
    for person in people:
        answers = dict(person)
        at_ms = int(answers.pop("at", MONDAY_MS + 9 * HOUR_MS))
        answers["submitted_at"] = iso_time(at_ms)
        fields = {name: value for name, value in answers.items() if value is not None}
        scope = str(answers["ktp_area"])
        written.append(Change(record=uuid7(at_ms), type="registration", scope=scope, kind="new", fields=fields))
    session.write(lambda _, journal: journal.append(session.author(), written))
    return [change.record for change in written]


class Workplace:
    """The laptop; `join` adds a member to it. The clock stands at noon of the second Monday unless `now_ms` is set."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._stick = folder / "stick"
        self._stick.mkdir()
        self.now_ms = MONDAY_MS + 7 * DAY_MS + 12 * HOUR_MS
        self.home = folder / "laptop"
        self._number = 0
        self.admin = programme.create(
            self.home,
            "sandi-administrator",
            **{
                "name": "Program Rekaan", "city": "64.71", "quota": 100, "budget": 201_600_000, "premium": 16_800,
                "start": "2027-01", "cost": CHEAP, "wall_ms": lambda: self.now_ms, **settings,
            },
        )  # fmt: skip
        self.sessions = [self.admin]

    def join(self, role: str, name: str, *areas: str) -> Session:
        """A further member of the laptop; the passphrase is `sandi-` and the name."""
        file = self._stick / f"undangan-{len(self.sessions)}"
        membership.invite(self.admin, role=role, name=name, areas=list(areas), out=file, pin=PIN, cost=CHEAP_PIN)
        joined = membership.join(
            self.home, file, PIN, f"sandi-{name}", host=self.admin, cost=CHEAP, wall_ms=lambda: self.now_ms
        )
        self.sessions.append(joined)
        return joined

    def hand_in(self, session: Session, rows: Iterable[Mapping[str, Any]], area: str = AREA) -> list[str]:
        """As `write`: each row has what differs from the answers of a made-up person. Their ids."""
        people = []
        for row in rows:
            self._number += 1
            people.append({**somebody(self._number), "ktp_area": area, **row})
        return write(session, people)

    def decide(self, session: Session, ids: Iterable[str], decision: str) -> None:
        """A decision about each, in one transaction, without what the desks would ask before."""
        said = {"decision": decision, "reason": "Alasan rekaan"}
        session.write(
            lambda _, journal: journal.append(
                session.author(), [changes.about(journal.record(one), "decide", said) for one in ids]
            )
        )

    def close(self) -> None:
        for session in self.sessions:
            session.close()
