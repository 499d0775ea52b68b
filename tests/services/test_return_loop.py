"""Returned, put right, returned again: the same record on either road, and laptops that end alike whatever met."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import people
import pytest
from hubs import HubProcess
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fieldapp.services import care, drafts, exchange, ledger, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.returns import assigning, returned
from fieldapp.store import queries
from fieldapp.store.rebuild import rebuild

AREA = "64.71.05"


def register(laptop: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(laptop, registrations.new_draft(laptop, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def correct(laptop: Any, registration: str, **values: Any) -> dict[str, Any]:
    draft = drafts.correction(laptop, registration)
    drafts.save_draft(laptop, draft.id, {**draft.values, **values})
    return registrations.submit(laptop, draft.id)


@pytest.mark.parametrize("road", ["stick", "hub"])
def test_two_rounds_and_another_enumerator_leave_one_record_of_one_author_on_either_road(town: Any, road: str) -> None:
    sari, rudi = (town.join("enumerator", name, AREA) for name in ("Sari", "Rudi"))
    wati = town.join("supervisor", "Wati", "64.71", slots=5)
    with contextlib.ExitStack() as stack:
        meet = _by_hub(town, stack) if road == "hub" else _by_stick(town, wati)
        known = register(sari, people.person(1, "Contoh Orang"))
        meet(sari, wati, rudi)
        meet(rudi, wati)
        for number, (field, text) in enumerate((("mother_name", "Tidak terbaca"), ("heir_name", "Lengkap?")), start=2):
            (answer,) = review.decide(wati, [known], "return", reason="Periksa", fields={field: text})
            assert answer["ok"], answer
            meet(wati, sari)
            (item,) = returned.listing(sari)
            assert (item["id"], item["round"], item["begin_at"]) == (known, number, field)
            assert item["due"] is not None
            assert [each["comments"][0]["field"] for each in item["earlier"]] == ["mother_name"][: number - 2]
            if number == 2:
                assert correct(sari, known, mother_name="Ibu Rekaan Benar")["round"] == 2
                # What was replaced and has arrived may be let go of; it comes back to whoever reads the history.
                meet(sari, wati)
                meet(wati, sari)
                care.compact(sari)
        (answer,) = assigning.assign(wati, [known], "Rudi", "Sari sakit")
        assert answer["ok"], answer
        meet(wati, rudi, sari)
        (item,) = returned.listing(rudi)
        assert (item["id"], item["round"], [each["round"] for each in item["earlier"]]) == (known, 3, [2])
        assert returned.listing(sari) == []
        answer = correct(rudi, known, heir_name="Waris Contoh Lengkap")
        assert (answer["id"], answer["state"], answer["round"]) == (known, "submitted", 3)
        meet(rudi, wati)
        meet(wati, sari)
        for laptop in (wati, sari, rudi):
            shown = registrations.show(laptop, known)
            assert (shown["registered_by"], shown["round"], shown["assigned_to"]) == ("Sari", 3, "Rudi")
            assert (shown["values"]["mother_name"], shown["values"]["heir_name"]) == (
                "Ibu Rekaan Benar", "Waris Contoh Lengkap",
            )  # fmt: skip
        assert ledger.ledger(wati)["balanced"]


def _by_stick(town: Any, office: Any) -> Callable[..., None]:
    def meet(source: Any, *targets: Any) -> None:
        for target in targets:
            if target is office:
                town.carry(source, target)
            elif source is office:
                # The office has to know a laptop before it can seal something for it.
                town.carry(target, office)
                town.carry(source, target, to=target.member.id)

    return meet


def _by_hub(town: Any, stack: contextlib.ExitStack) -> Callable[..., None]:
    hub = town.join("hub", "Pusat", "64.71")
    home = hub.home
    hub.close()
    process = HubProcess(home, "sandi-Pusat")
    process.start()
    stack.callback(process.kill)
    exchange.sync(town.admin, process.url)

    def meet(*members: Any) -> None:
        for member in members:
            exchange.sync(member, process.url)

    return meet


class Round:
    """An enumerator's laptop, another one, and an office, that return, put right and reassign three people."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.sari, self.rudi = (town.join("enumerator", name, AREA) for name in ("Sari", "Rudi"))
        self.wati = town.join("supervisor", "Wati", "64.71", slots=2)
        self.kiki = town.join("coordinator", "Kiki", "64.71")
        self.everybody = [self.sari, self.rudi, self.wati, self.kiki]
        self.offices = [self.wati, self.kiki]
        self.known = [register(self.sari, people.person(number, people.name_of(number))) for number in (1, 2, 3)]
        self.numbers = itertools.count(1)
        for each in self.everybody:
            town.carry(each, *(office for office in self.offices if office is not each))
        self.settle()

    def settle(self) -> None:
        for _ in range(2):
            for each in self.everybody:
                for office in self.offices:
                    if each is not office:
                        self.town.carry(
                            each, office, to="office" if each in (self.sari, self.rudi) else office.member.id
                        )
        for laptop in (self.sari, self.rudi):
            self.town.carry(self.wati, laptop, to=laptop.member.id)

    def step(self, code: int, who: int, which: int) -> None:
        known, session, office = self.known[which % 3], self.everybody[who % 4], self.offices[who % 2]
        with contextlib.suppress(Problem):
            match code:
                case 0 | 1:
                    review.decide(office, [known], "return", reason="Periksa", due=f"2026-11-{10 + who:02}")
                case 2:
                    registrations.edit(session, known, {"work_place": ("Pasar", "Rumah", "Kota")[who % 3]})
                case 3 | 4:
                    to = [*self.everybody, None][who % 5]
                    number = next(self.numbers)
                    assigning.assign(office, [known], to and to.member.id, f"alasan {number}")
                case 5:
                    review.decide(self.wati, [known], ("approve", "undo")[who % 2], reason="Baik")
                case 6:
                    self.town.carry(session, *(each for each in self.offices if each is not session))
                case _:
                    laptop = (self.sari, self.rudi)[who % 2]
                    self.town.carry(office, laptop, to=laptop.member.id)


def told(session: Any, ids: list[str]) -> list[tuple[Any, ...]]:
    rows = session.read(lambda connection: queries.rows(connection, ids))
    return [(row.id, row.state, row.round, row.due, row.assigned_to, row.registered_by) for row in rows]


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    # A world takes a second, so that making a failing one smaller would take minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 11), st.integers(0, 2)), min_size=18, max_size=26))
def test_whoever_returned_mended_and_reassigned_what_in_whatever_order_all_end_alike(
    town_in: Callable[[Path], Any], steps: list[tuple[int, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = town_in(Path(folder))
        try:
            world = Round(town)
            for step in steps:
                world.step(*step)
            world.settle()
            expected = told(world.wati, world.known)
            for each in world.everybody:
                assert told(each, world.known) == expected
                each.write(lambda connection, journal: rebuild(connection, journal))
                assert told(each, world.known) == expected
            # Every open return is somebody's, and nobody's twice.
            mine = [
                item["id"] for each in world.everybody for item in returned.listing(each) if item["state"] == "returned"
            ]
            assert sorted(mine) == sorted(row[0] for row in expected if row[1] == "returned")
        finally:
            town.close()
