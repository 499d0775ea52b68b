"""Many laptops of overlapping areas, people who move, sticks in any order: no false alarm, and all agree in the end."""

import contextlib
import random
from typing import Any

import pytest
import replicas

from sync.bundle import inspect_head
from sync.certificates import covers
from sync.errors import NotAllowed

AREAS = ("64.71.05.1001", "64.71.05.1002", "64.71.06.1001")
ROLES = [
    f"enumerator:{AREAS[0]}",
    f"enumerator:{AREAS[1]}+{AREAS[2]}",
    "enumerator:64.71",
    "enumerator:64.71.05",
    "coordinator",
    "coordinator:64.71.05",
    "supervisor",
]
STEPS = 50


class Town:
    """Replicas that do something at random, a seed for each run."""

    def __init__(self, office: Any, rules: Any, seed: int) -> None:
        self.random = random.Random(seed)
        self.team = replicas.make_team(office, rules, ROLES)
        for giver in self.team:
            with giver.transaction():
                for taker in self.team:
                    giver.journal.add_certificate(taker.member.certificate)
        self.records: list[tuple[str, str]] = []
        self.sticks: list[bytes] = []

    def step(self) -> None:
        replica, chance = self.random.choice(self.team), self.random.random()
        if chance < 0.25:
            area = self.random.choice([area for area in AREAS if covers(replica.member.scopes, area)])
            self.records.append((replica.register(area), area))
        elif chance < 0.5 and self.records:
            record, area = self.random.choice(self.records)
            kind, field = self.random.choice(["edit", "edit", "comment"]), self.random.choice(["name", "rt", "note"])
            replica.change(record, kind, {field: self.random.choice("abc")}, self.random.choice([area, *AREAS]))
        elif chance < 0.6:
            self.sticks.append(replica.to_office(limit=self.random.choice([None, 1, 3])).data)
        elif chance < 0.8:
            taker = self.random.choice([other for other in self.team if other is not replica])
            self.sticks.append(replica.to_member(taker, limit=self.random.choice([None, None, 2])).data)
        elif chance < 0.84 and replica.member.role == "enumerator":
            with replica.transaction():
                replica.journal.attic.compact()
        elif self.sticks:
            data = self.random.choice(self.sticks[-15:])
            for taker in self.random.sample(self.team, 4):
                self.merge(taker, data)

    @staticmethod
    def merge(replica: Any, data: bytes) -> None:
        to = inspect_head(data).to
        if replica.member.id in to or ("office" in to and replica.identity.office_identities):
            assert replica.merge(data).doubts == ()

    def settle(self) -> None:
        for _ in range(4):
            for giver in self.team:
                for taker in self.team:
                    if giver is not taker:
                        self.merge(taker, giver.to_member(taker).data)


def live(office: Any, rules: Any, seed: int) -> None:
    town = Town(office, rules, seed)
    for _ in range(STEPS):
        with contextlib.suppress(NotAllowed):
            town.step()
    town.settle()
    supervisor = town.team[-1]
    for replica in town.team:
        assert replica.shown() == replica.folded()
        assert replica.journal.missing() == {}
        for count in ("here", "entered"):
            mine, theirs = (getattr(r.journal.sums, count)(replica.member.scopes) for r in (replica, supervisor))
            assert mine == theirs
        replica.connection.close()


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_who_exchange_at_random_raise_no_alarm_and_agree(office_of: Any, rules: Any, seed: int) -> None:
    live(office_of(f"neighbours {seed}"), rules, seed)
