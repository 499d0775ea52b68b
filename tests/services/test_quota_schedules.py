"""Two supervisors who never see each other at work: whatever happens in whatever order, nobody gives too many slots."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.services import exchange, programme, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.quota import budget, endings, leases
from fieldapp.services.session import Session, open_session
from fieldapp.store import slots

PEOPLE = 4
QUOTA = 3
#: Each laptop's clock is wrong in a way of its own.
CLOCKS = {"admin": 0, "Wati": 7_200_000, "Ani": -86_400_000}
SUPERVISORS = st.sampled_from(["Wati", "Ani"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("approve"), SUPERVISORS, st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("approve"), SUPERVISORS, st.integers(0, PEOPLE - 1)),
        st.tuples(st.sampled_from(["reject", "undo", "end"]), SUPERVISORS, st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("lease"), SUPERVISORS, st.integers(0, QUOTA)),
        st.tuples(st.just("carry"), st.sampled_from([*CLOCKS]), st.sampled_from([*CLOCKS])),
    ),
    min_size=6,
    max_size=16,
)  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The laptops of an administrator and of two supervisors with a slot each, of a quota of three; four people."""
    import people

    from fieldapp.services import membership
    from fieldapp.store.vault import Cost
    from sync.invitations import KdfCost

    folder = tmp_path_factory.mktemp("kantor")
    cheap, pin = Cost(passes=1, memory_kib=64), KdfCost(memory_kib=64, passes=1)
    admin = programme.create(
        folder / "admin", "sandi rekaan", name="Program Rekaan", quota=QUOTA, budget=9_000_000, premium=16_800,
        start="2027-01", cost=cheap,
    )  # fmt: skip
    members = {"admin": admin}
    for name, role, given_slots in (("Sari", "enumerator", None), ("Wati", "supervisor", 1), ("Ani", "supervisor", 1)):
        file = folder / f"{name}.undangan"
        membership.invite(
            admin, role=role, name=name, areas=["64.71"], out=file, pin="246810", slots=given_slots, cost=pin
        )
        members[name] = membership.join(folder / name, file, "246810", "sandi rekaan", cost=cheap)
    ids = []
    for number in range(PEOPLE):
        kinds = {"categories": [("ojek", "nelayan", "difabel", "pedagang")[number]]}
        draft = registrations.new_draft(members["Sari"], people.person(number, people.name_of(number), **kinds))
        ids.append(str(registrations.submit(members["Sari"], draft.id)["id"]))
    for source, target in (("Sari", "admin"), ("Sari", "Wati"), ("Sari", "Ani"), ("Wati", "admin"), ("Ani", "admin")):
        exchange.write_bundle(members[source], folder / "paket", to="office")
        exchange.merge(members[target], [folder / "paket"])
        (folder / "paket").unlink()
    for member in members.values():
        member.close()
    return folder, ids


class Worked:
    """The three laptops of one schedule."""

    def __init__(self, office: Path, folder: Path, ids: list[str]) -> None:
        self.ids, self.folder = ids, folder
        self._numbers = itertools.count(1)
        self.laptops: dict[str, Session] = {}
        for name, wrong_ms in CLOCKS.items():
            shutil.copytree(office / name, folder / name)
            ticks = itertools.count(1_793_577_600_000 + wrong_ms, 1000)
            self.laptops[name] = open_session(folder / name, "sandi rekaan", wall_ms=lambda ticks=ticks: next(ticks))

    def carry(self, source: str, target: str) -> None:
        if source != target:
            path = self.folder / f"paket-{next(self._numbers)}"
            exchange.write_bundle(self.laptops[source], path, to="office")
            exchange.merge(self.laptops[target], [path])

    def step(self, what: str, who: str, about: Any) -> None:
        laptop = self.laptops[who]
        try:
            if what == "carry":
                self.carry(who, about)
            elif what == "lease":
                leases.assign(self.laptops["admin"], who, about, sure=True)
            elif what == "end":
                endings.end(laptop, [self.ids[about]], "moved", None, "pindah")
            else:
                review.decide(laptop, [self.ids[about]], what, reason="jadwal")
        except Problem as problem:
            assert problem.code == "slots_exceeded", problem.code  # noqa: PT017 - nothing else may refuse a schedule

    def check(self) -> None:
        """On every laptop, by what it knows: no lease and no quota is exceeded, and whoever waits finds no slot."""
        for laptop in self.laptops.values():
            rows = laptop.read(_approvals)
            held = Counter(by for by, state in rows if state == "approved")
            given_ = laptop.read(lambda c, laptop=laptop: slots.leases(c, laptop.journal(c).membership))
            assert sum(held.values()) <= QUOTA
            assert all(count <= given_.get(by, 0) for by, count in held.items())
            for by, state in rows:
                assert state != "waiting" or held[by] == given_.get(by, 0) or sum(held.values()) == QUOTA

    def states(self, name: str) -> list[str]:
        return [registrations.show(self.laptops[name], one)["state"] for one in self.ids]


def _approvals(connection: Any) -> list[tuple[str, str]]:
    found = connection.execute("SELECT approval_by, state FROM registration WHERE approval_by IS NOT NULL")
    return list(found.fetchall())


@pytest.fixture
def worked_in(tmp_path: Path, office: tuple[Path, list[str]]) -> Iterator[Callable[[], Worked]]:
    made: list[Worked] = []

    def make() -> Worked:
        made.append(Worked(office[0], tmp_path / f"jadwal-{len(made)}", office[1]))
        return made[-1]

    yield make
    for each in made:
        for laptop in each.laptops.values():
            laptop.close()


@settings(
    derandomize=True,
    deadline=None,
    max_examples=8,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, order=st.sampled_from(["decided", "priority"]))
def test_no_schedule_gives_more_slots_than_were_leased_and_all_laptops_agree_in_the_end(
    worked_in: Callable[[], Worked], steps: list[tuple[str, str, Any]], order: str
) -> None:
    worked = worked_in()
    if order == "priority":
        programme.change(worked.laptops["admin"], "waiting_order", order)
    for step in steps:
        worked.step(*step)
        if step[0] == "carry":
            worked.check()
    for _ in range(2):
        for source, target in itertools.permutations(CLOCKS, 2):
            worked.carry(source, target)
            worked.check()
    told = [worked.states(name) for name in CLOCKS]
    assert told[0] == told[1] == told[2]
    reports = [budget.report(laptop) for laptop in worked.laptops.values()]
    assert reports[0]["approved"] == reports[1]["approved"] == reports[2]["approved"] <= QUOTA


def test_two_approve_the_last_slot_apart_and_both_leases_hold(worked_in: Callable[[], Worked]) -> None:
    worked = worked_in()
    for step in (("approve", "Wati", 0), ("approve", "Wati", 1), ("approve", "Ani", 2), ("approve", "Ani", 3)):
        worked.step(*step)
    assert worked.states("Wati")[:2] == ["approved", "waiting"]
    assert worked.states("Ani")[2:] == ["approved", "waiting"]
    worked.carry("Wati", "Ani")
    worked.carry("Ani", "Wati")
    worked.check()
    assert worked.states("Wati") == worked.states("Ani") == ["approved", "waiting", "approved", "waiting"]
