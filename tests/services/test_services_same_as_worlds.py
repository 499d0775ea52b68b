"""Several offices decide, edit and merge in any order: in the end all say the same of every pair and person."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import people
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fieldapp.services import exchange, ledger, membership, registrations, review
from fieldapp.services.pairs import same_as
from fieldapp.services.pairs import words as pair_words
from fieldapp.services.problems import Problem
from fieldapp.store import decided
from fieldapp.store.rebuild import contents, rebuild

HOME, FAR = "64.71.05.1002", "64.71.01.1001"
TABLES = ("registration", "same_as", "decided_pair", "entered", "unfounded")
DECISIONS = ("same", "same", "same", "different", "unsure")


class World:
    """Two laptops with six people of two areas, and four offices of which one may speak for one area only."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.laptops = [self.town.join("enumerator", "Sari", HOME), self.town.join("enumerator", "Tari", FAR)]
        self.offices = [
            self.town.join("coordinator", "Kiki", "64.71.05"),
            self.town.join("supervisor", "Wati", "64.71", slots=2),
            self.town.join("supervisor", "Yuni", "64.71", slots=2),
            self.town.join("coordinator", "Lala", "64.71"),
        ]
        self.everybody = [*self.laptops, *self.offices]
        self.sticks: list[Path] = []
        self.numbers = itertools.count(1)
        self.people: list[str] = []
        for number in range(6):
            laptop, area = (self.laptops[0], HOME) if number < 4 else (self.laptops[1], FAR)
            # Two of them have one NIK, as the same person on two laptops has.
            values = people.person(min(number, 4), f"Contoh Orang {'A' * number}", ktp_area=area)
            draft = registrations.new_draft(laptop, values)
            self.people.append(str(registrations.submit(laptop, draft.id)["id"]))
        for each in self.everybody:
            self.town.carry(each, *(office for office in self.offices if office is not each))

    def step(self, code: int, who: int, one: int, other: int, kind: int) -> None:
        session, office = self.everybody[who % 6], self.offices[who % 4]
        a, b = self.people[one % 6], self.people[other % 6]
        with contextlib.suppress(Problem):
            match code:
                case 0 | 1 | 2:
                    same_as.decide(session, a, b, DECISIONS[kind % 5], reason=f"alasan {next(self.numbers)}", **(
                        {"survivor": a, "take": {"name": b, "work_place": b} if kind % 2 else None}
                        if DECISIONS[kind % 5] == "same" else {}
                    ))  # fmt: skip
                case 3:
                    same_as.undo(session, a, b, reason="keliru")
                case 4:
                    places = ("Pasar", "Rumah", "Kota")
                    registrations.edit(session, a, {"work_place": places[kind % 3], "mother_name": f"Ibu {kind % 2}"})
                case 5:
                    review.decide(office, [a], ("approve", "return", "undo")[kind % 3], reason="periksa")
                case 6 if kind % 4 == 0:
                    registrations.void(office, a, "uji coba")
                case 6 if kind % 4 == 1:
                    # Moves to the other area's list.
                    registrations.edit(self.offices[1], a, {"ktp_area": FAR})
                case 6 | 7:
                    path = self.town.stick / f"jalan-{next(self.numbers)}"
                    exchange.write_bundle(session, path)
                    self.sticks.append(path)
                case 8 | 9 if self.sticks:
                    # Sticks come late, twice, and in any order.
                    exchange.merge(office, [self.sticks[kind % len(self.sticks)]])

    def settle(self, offices: list[Any]) -> None:
        """Everybody meets these offices, and is met by the first of them, until all has arrived."""
        for _ in range(2):
            for each, office in itertools.product(self.everybody, offices):
                if each is not office:
                    # To the office itself: for the office at large each leaves out what any of it holds.
                    self.town.carry(each, office, to="office" if each in self.laptops else office.member.id)
        for each in (*self.laptops, self.offices[0]):
            self.town.carry(offices[0], each, to=each.member.id)


def tables(session: Any) -> dict[str, list[tuple[object, ...]]]:
    found = session.read(contents)
    return {name: found[name] for name in TABLES}


def told(session: Any) -> dict[Any, Any]:
    return session.read(lambda c: pair_words.decisions(session, c, list(decided.everything(c))))


@contextlib.contextmanager
def world(town_in: Callable[[Path], Any]) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        town = town_in(Path(folder))
        try:
            yield World(town)
        finally:
            town.close()


a_step = st.tuples(st.integers(0, 9), st.integers(0, 14), st.integers(0, 5), st.integers(0, 5), st.integers(0, 59))


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    # A world takes a second, so that making a failing one smaller would take minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(a_step, min_size=25, max_size=45), st.sampled_from([None, 3]))
def test_whoever_decided_what_and_met_when_all_end_with_the_same_decisions(
    town_in: Callable[[Path], Any], steps: list[tuple[int, int, int, int, int]], revoked: int | None
) -> None:
    with world(town_in) as made:
        for step in steps:
            made.step(*step)
        if revoked is not None:
            gone = made.everybody[revoked]
            for each in made.everybody:
                made.town.carry(each, made.town.admin)
            membership.revoke(made.town.admin, gone.member.id, "keluar")
            # What this one still writes reaches those who do not know yet, and counts for nothing in the end.
            for step in steps[:10]:
                made.step(step[0], revoked, *step[2:])
            made.town.carry(gone, *(office for office in made.offices if office is not gone))
            made.everybody.remove(gone)
            made.offices = [office for office in made.offices if office is not gone]
            for each in made.everybody:
                made.town.carry(made.town.admin, each, to=each.member.id)
        offices = made.offices[1:]
        made.settle(offices)
        first, *others = offices
        here = tables(first)
        for other in others:
            assert tables(other) == here
            assert told(other) == told(first)
        assert first.write(rebuild)
        assert tables(first) == here
        assert ledger.ledger(first)["balanced"]
        for laptop in (*made.laptops, made.offices[0]):
            area = laptop.member.scopes[0]
            words, all_words = ([row for row in each["same_as"] if str(row[3]).startswith(area)]
                                for each in (tables(laptop), here))  # fmt: skip
            assert words == all_words
            assert ledger.ledger(laptop)["balanced"]
