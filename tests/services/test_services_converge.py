"""Laptops and offices that meet in any order, by sticks that come twice and late, end with the same register."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from fieldapp.services import exchange, ledger, registrations, review
from fieldapp.services.problems import Problem

HERE, THERE = "64.71.05.1002", "64.71.01.1001"


class Field:
    """Three laptops (two of one area) and two offices, and the sticks that lie about."""

    def __init__(self, town: Any, seed: int) -> None:
        self.town, self.chance = town, random.Random(seed)
        areas = {"Ani": HERE, "Budi": HERE, "Citra": THERE}
        self.laptops = [town.join("enumerator", name, area) for name, area in areas.items()]
        self.offices = [town.join("coordinator", "Kiki", "64.71"), town.join("supervisor", "Wati", "64.71", slots=4)]
        self.sticks: list[tuple[Any, Any]] = []
        self.numbers = itertools.count(1)
        self.registered = 0
        for each in (*self.laptops, *self.offices):
            for office in self.offices:
                if office is not each:
                    town.carry(each, office)

    def write(self, source: Any, to: Any = None) -> None:
        path = self.town.stick / f"jalan-{next(self.numbers)}"
        exchange.write_bundle(source, path, to=to.member.id if to is not None else "office")
        self.sticks.append((path, to))

    def deliver(self, path: Any, to: Any) -> None:
        targets = [to] if to is not None else self.chance.sample(self.offices, self.chance.randint(1, 2))
        for target in targets:
            exchange.merge(target, [path])

    def step(self, person: Callable[..., Any]) -> None:
        session = self.chance.choice(self.laptops)
        match self.chance.randrange(9):
            # Few people and many hands, so that what they do meets.
            case 0 | 1 if self.registered < 5:
                self.registered += 1
                number = next(self.numbers)
                area = session.member.scopes[0]
                draft = registrations.new_draft(session, person(number, ktp_area=area))
                assert registrations.submit(session, draft.id)["state"] == "submitted"
            case 0 | 1 | 2:
                self.change(self.chance.choice([*self.laptops, *self.offices]))
            case 3:
                self.decide(self.offices[1])
            case 4:
                self.write(session)
            case 5:
                self.write(self.chance.choice(self.offices), self.chance.choice(self.laptops))
            case 6:
                one, other = self.chance.sample(self.offices, 2)
                self.write(one, other)
            case _ if self.sticks:
                # Sticks stay about: the same one may come again, and after later ones.
                self.deliver(*self.chance.choice(self.sticks[-6:]))

    def change(self, session: Any) -> None:
        known = registrations.listing(session)
        if known:
            row = self.chance.choice(known)
            wanted = {"work_place": self.chance.choice(["Pasar", "Rumah", "Kota"])}
            with contextlib.suppress(Problem):
                registrations.edit(session, row["id"], wanted)

    def decide(self, session: Any) -> None:
        known = registrations.listing(session)
        if known:
            row, code = self.chance.choice(known), self.chance.choice(["approve", "return"])
            review.decide(session, [row["id"]], code, reason="Periksa", fields={"name": "Periksa lagi"})

    def settle(self) -> None:
        """Everybody meets everybody until nothing moves any more."""
        for _ in range(2):
            for laptop in self.laptops:
                self.town.carry(laptop, *self.offices)
            for one, other in itertools.permutations(self.offices):
                self.town.carry(one, other, to=other.member.id)
        for office, laptop in itertools.product(self.offices, self.laptops):
            self.town.carry(office, laptop, to=laptop.member.id)
        for laptop in self.laptops:
            self.town.carry(laptop, *self.offices)


def seen(session: Any, ids: list[str] | None = None) -> str:
    """What the register looks like here, word for word; how far each change has come is for each laptop to know."""
    rows = [row for row in registrations.listing(session) if ids is None or row["id"] in ids]
    shown = [registrations.show(session, row["id"], history=True) for row in sorted(rows, key=lambda row: row["id"])]
    for each in shown:
        each.pop("journey")
    return json.dumps([sorted(rows, key=lambda row: row["id"]), shown], sort_keys=True)


def counted(session: Any) -> str:
    """The ledger, without which of the laptops this one is."""
    told = ledger.ledger(session)
    for laptop in told["laptops"]:
        laptop.pop("this_laptop")
    return json.dumps(told, sort_keys=True)


@pytest.mark.parametrize("seed", [4, 6, 10])
def test_offices_and_laptops_end_with_the_same_words_in_whatever_order_they_met(
    town: Any, person: Callable[..., Any], seed: int
) -> None:
    field = Field(town, seed)
    for _ in range(70):
        field.step(person)
    field.settle()
    coordinator, supervisor = field.offices
    assert seen(coordinator) == seen(supervisor)
    assert counted(coordinator) == counted(supervisor)
    assert json.loads(counted(coordinator))["balanced"]
    ani, budi, citra = field.laptops
    assert seen(ani) == seen(budi)
    for laptop in (ani, citra):
        ids = [row["id"] for row in registrations.listing(laptop)]
        assert seen(laptop) == seen(coordinator, ids)
    everything = {row["id"] for row in registrations.listing(coordinator)}
    assert everything == {row["id"] for each in (ani, citra) for row in registrations.listing(each)}
    for each in (*field.laptops, *field.offices):
        assert not ledger.ledger(each)["missing"]
