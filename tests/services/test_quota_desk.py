"""Leases, the waiting list, endings and money, as supervisors and administrators meet them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from fieldapp.services import programme, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.quota import budget, endings, leases, waiting


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


@dataclass
class Desk:
    town: Any
    laptop: Any
    wati: Any
    people: list[str]

    def states(self, session: Any = None) -> list[str]:
        return [registrations.show(session or self.wati, one)["state"] for one in self.people]

    def approve(self, *numbers: int) -> None:
        for number in numbers:
            (answer,) = review.decide(self.wati, [self.people[number]], "approve")
            assert answer["ok"], answer

    def told(self, session: Any) -> None:
        """What the administrator wrote reaches a supervisor."""
        self.town.carry(self.town.admin, session, to=session.member.id)


@pytest.fixture
def desk(town: Any, person: Callable[..., Any]) -> Desk:
    """A supervisor with two slots, and four people: two ojek drivers, somebody who soon turns 65, and a difabel one."""
    laptop = town.join("enumerator", "Sari", "64.71.05")
    wati = town.join("supervisor", "Wati", "64.71", slots=2)
    changes = ({"categories": ["ojek"]}, {"categories": ["ojek"]}, {"birth_date": "1962-05-17"}, {})
    people = []
    for number, change in enumerate(changes, 1):
        values = person(number, **change)
        if "birth_date" in change:
            values["nik"] = "6471051705629003"
        people.append(register(laptop, values))
    town.carry(laptop, wati)
    town.carry(wati, town.admin)
    return Desk(town, laptop, wati, people)


def refused(code: str, work: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as refusal:
        work()
    assert refusal.value.code == code
    assert "…" not in refusal.value.message()
    return refusal.value


def test_money_counts_each_persons_months_and_says_which_limit_comes_first(desk: Desk) -> None:
    desk.approve(0, 2)
    told = budget.outlook(desk.wati, desk.people[:1], "reject")
    # Who turns 65 in May 2027 is covered from January to April.
    assert told["committed"] == (12 + 4) * 16_800
    assert told["after"]["committed"] == 4 * 16_800
    assert (told["slots_left"], told["after"]["slots_left"], told["programme_left"]) == (0, 1, 98)
    assert told["limit"] == {
        "by": "quota",
        "people": 100,
        "quota": 100,
        "budget": 2 + (201_600_000 - 268_800) // 201_600,
    }
    assert told["person_months"] == 12_000
    programme.change(desk.town.admin, "budget", "5000000")
    desk.told(desk.wati)
    told = budget.outlook(desk.wati, desk.people[1:2], "approve")
    assert told["limit"]["by"] == "budget"
    assert (told["after"]["waiting"], told["after"]["committed"], told["carries"]) == (1, told["committed"], 1)


def test_the_line_says_whose_it_is_where_one_stands_and_why(desk: Desk) -> None:
    desk.approve(0, 1, 2, 3)
    line = waiting.listing(desk.wati)
    assert (line["order"], line["count"]) == ("decided", 2)
    assert [(one["id"], one["decider"], one["place"], one["reason"]) for one in line["waiting"]] == [
        (desk.people[2], "Wati", 1, "lease_used"),
        (desk.people[3], "Wati", 2, "lease_used"),
    ]
    programme.change(desk.town.admin, "waiting_order", "priority")
    desk.told(desk.wati)
    assert [one["id"] for one in waiting.listing(desk.wati)["waiting"]] == [desk.people[2], desk.people[3]]
    programme.change(desk.town.admin, "categories", '["nelayan", "ojek", "difabel"]')
    desk.told(desk.wati)
    answer = endings.end(desk.wati, [desk.people[0]], "deceased", "2026-11-01", "Kabar dari keluarga")
    assert (answer["ended"], answer["moved_up"]) == (1, 1)
    assert desk.states() == ["withdrawn", "approved", "approved", "waiting"]


def test_a_death_frees_the_slot_for_the_best_who_waits_and_its_month_stays_due(desk: Desk) -> None:
    programme.change(desk.town.admin, "waiting_order", "priority")
    programme.change(desk.town.admin, "start", "2026-10")
    programme.change(desk.town.admin, "premium", "16800")
    desk.told(desk.wati)
    desk.approve(0, 1)
    second = desk.town.join("enumerator", "Budi", "64.71.05")
    desk.approve(3)
    assert desk.states()[3] == "waiting"
    answer = endings.end(desk.laptop, [desk.people[0]], "deceased", "2026-11-02", "Kabar dari keluarga")
    assert answer["registrations"] == [{"id": desk.people[0], "state": "withdrawn", "ok": True}]
    desk.town.carry(desk.laptop, desk.wati)
    assert desk.states() == ["withdrawn", "approved", "submitted", "approved"]
    assert registrations.show(desk.wati, desk.people[0])["ended"] == "deceased"
    # The laptop did not know of the approval, so no month of the one who died is due; the others' eleven are.
    assert budget.report(desk.wati)["committed"] == 2 * 11 * 16_800
    (undone,) = review.decide(desk.wati, [desk.people[0]], "undo", reason="Salah orang")
    assert (undone["ok"], desk.states()[0]) == (True, "submitted")
    problem = refused("ending_day", lambda: endings.end(desk.wati, desk.people, "deceased", "2026-12-01", "x"))
    assert problem.exit_code == 2
    assert endings.end(second, desk.people[:1], "moved", None, "x")["registrations"][0]["code"] == (
        "registration_not_found"
    )


def test_months_of_who_left_after_being_covered_stay_due(desk: Desk) -> None:
    programme.change(desk.town.admin, "start", "2026-10")
    programme.change(desk.town.admin, "premium", "16800")
    desk.told(desk.wati)
    desk.approve(0)
    endings.end(desk.wati, [desk.people[0]], "moved", "2027-01-20", "Pindah ke luar kota")
    told = budget.report(desk.wati)
    assert (told["approved"], told["committed"], told["ended"]) == (0, 3 * 16_800, {"moved": 1})
    assert [row["people"] for row in told["by_month"]][:5] == [0, 1, 1, 1, 0]


def test_who_reaches_the_oldest_age_is_named_and_ended_on_the_birthday(desk: Desk) -> None:
    desk.approve(0, 2)
    assert endings.turning(desk.wati, "2027-04") == []
    assert [(one["id"], one["turns_on"]) for one in endings.turning(desk.wati, "2027-05")] == [
        (desk.people[2], "2027-05-17")
    ]
    early = endings.end(desk.wati, [desk.people[2]], "age", "2027-05-16", "x")["registrations"][0]
    assert (early["ok"], early["code"]) == (False, "not_aged")
    assert endings.end(desk.laptop, [desk.people[2]], "age", "2027-05-17", "x")["registrations"][0]["code"] == (
        "not_allowed"
    )
    answer = endings.end_aged(desk.wati, "2027-05")
    assert (answer["ended"], registrations.show(desk.wati, desk.people[2])["ended_on"]) == (1, "2027-05-17")
    again = endings.end(desk.wati, [desk.people[2]], "age", "2027-05-17", "x")["registrations"][0]
    assert again["code"] == "ended_already"
    assert budget.report(desk.wati)["committed"] == (12 + 4) * 16_800


def test_an_enumerator_who_forges_an_ending_by_age_is_not_believed(desk: Desk) -> None:
    from fieldapp.domain.roles import may_end

    assert not may_end("enumerator", "age", own_record=True)
    assert may_end("enumerator", "deceased", own_record=True)
    assert not may_end("enumerator", "deceased", own_record=False)
    assert not may_end("admin", "moved", own_record=True)


def test_leases_stay_within_the_quota_and_lowering_one_asks_first(desk: Desk) -> None:
    admin = desk.town.admin
    desk.town.carry(desk.wati, admin)
    other = desk.town.join("supervisor", "Ani", "64.71", slots=3)
    desk.town.carry(other, admin)
    desk.approve(0, 1, 3)
    desk.town.carry(desk.wati, admin)
    assert [(row["name"], row["slots"], row["used"], row["waiting"]) for row in leases.listing(admin)["leases"]] == [
        ("Ani", 3, 0, 0),
        ("Wati", 2, 2, 1),
    ]
    problem = refused("slots_exceeded", lambda: leases.assign(admin, "Wati", 98))
    assert problem.details == {"left": 95, "asked": 96}
    refused("lease_role", lambda: leases.assign(admin, "Sari", 1))
    refused("lease_self", lambda: leases.assign(admin, "Wati", 3, from_who="Wati"))
    refused("not_allowed", lambda: leases.assign(desk.wati, "Wati", 3))
    assert leases.preview(admin, "Wati", 1)["would_wait"] == 1
    refused("lease_used", lambda: leases.assign(admin, "Wati", 1))
    leases.assign(admin, "Wati", 1, sure=True)
    assert desk.states(admin) == ["approved", "waiting", "submitted", "waiting"]
    moved = leases.assign(admin, "Wati", 4, from_who="Ani")
    assert (moved["after"], moved["from"]["after"]) == (4, 0)
    assert desk.states(admin) == ["approved", "approved", "submitted", "approved"]
    assert leases.listing(admin)["leased"] == 4
    refused("slots_exceeded", lambda: leases.assign(admin, "Wati", 5, from_who="Ani"))
    desk.told(desk.wati)
    assert desk.states() == desk.states(admin)


def test_leases_by_two_administrators_apart_are_cut_at_the_quota_and_the_list_says_so(desk: Desk) -> None:
    second = desk.town.join("admin", "Rani")
    programme.change(desk.town.admin, "quota", "3")
    desk.town.carry(second, desk.town.admin)
    desk.town.carry(desk.town.admin, second)
    other = desk.town.join("supervisor", "Ani", "64.71", slots=0)
    desk.town.carry(other, second, desk.town.admin)
    leases.assign(desk.town.admin, "Wati", 3)
    leases.assign(second, "Ani", 1)
    desk.town.carry(second, desk.town.admin)
    assert leases.listing(desk.town.admin)["over_leased"] == 1
    desk.told(desk.wati)
    desk.told(other)
    desk.town.carry(desk.laptop, other)
    (answer,) = review.decide(other, [desk.people[0]], "approve")
    assert answer["state"] == "approved"
    desk.town.carry(other, desk.wati)
    desk.approve(1, 2, 3)
    assert desk.states() == ["approved", "approved", "approved", "waiting"]
    assert waiting.listing(desk.wati)["waiting"][0]["reason"] == "quota_used"


def test_what_if_says_what_would_be_and_writes_nothing(desk: Desk) -> None:
    desk.approve(0)
    before = budget.report(desk.wati)
    told = budget.what_if(desk.wati, more=3, start="2027-03", premium=20_000, quota=2)
    assert told["queue"] == 3
    assert (told["then"]["approved"], told["then"]["waiting"]) == (2, 2)
    assert told["then"]["committed"] == 2 * 12 * 20_000
    assert told["now"]["committed"] == 12 * 16_800
    assert budget.report(desk.wati) == before


def test_only_as_many_as_the_budget_carries_from_the_first_on(desk: Desk) -> None:
    programme.change(desk.town.admin, "budget", str(16_800 * 12 * 2 + 100))
    desk.told(desk.wati)
    found = desk.wati.read(lambda connection: budget.carries(desk.wati, connection, desk.people))
    assert found == desk.people[:2]
    assert budget.outlook(desk.wati, desk.people, "approve")["carries"] == 2
    answers = review.decide(desk.wati, desk.people, "approve", within_budget=True)
    assert [answer.get("code") for answer in answers] == [None, None, "budget_used", "budget_used"]
    assert desk.states() == ["approved", "approved", "submitted", "submitted"]


def test_the_first_of_two_approvals_takes_no_slot_and_no_money(desk: Desk) -> None:
    programme.change(desk.town.admin, "approval_levels", "2")
    desk.told(desk.wati)
    first = budget.outlook(desk.wati, desk.people[:1], "approve")
    assert (first["after"]["committed"], first["after"]["slots_left"], first["carries"]) == (0, 2, 0)
    other = desk.town.join("supervisor", "Ani", "64.71", slots=5)
    desk.town.carry(desk.laptop, other)
    review.decide(desk.wati, desk.people[:1], "approve")
    desk.town.carry(desk.wati, other)
    second = budget.outlook(other, desk.people[:1], "approve")
    assert (second["after"]["committed"], second["after"]["slots_left"]) == (12 * 16_800, 4)
