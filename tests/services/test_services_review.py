"""Decisions: bound to what was seen, never one's own, never beyond the lease."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fieldapp.forms.declaration import GROUPS
from fieldapp.services import changes, conflicts, exchange, ledger, registrations, review
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem
from fieldapp.services.quota import budget
from sync.fold import Rules
from sync.journal import Journal


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


@pytest.fixture
def office(town: Any) -> tuple[Any, Any, Any]:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    supervisor = town.join("supervisor", "Wati", "64.71", slots=2)
    return laptop, coordinator, supervisor


def state(session: Any, registration: str) -> str:
    return str(registrations.show(session, registration)["state"])


def test_an_approval_reaches_the_laptop_that_registered(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, _, supervisor = office
    registration = register(laptop, person())
    town.carry(laptop, supervisor)
    (answer,) = review.decide(supervisor, [registration], "approve")
    assert (answer["ok"], answer["state"]) == (True, "approved")
    town.carry(supervisor, laptop, to=laptop.member.id)
    assert state(laptop, registration) == "approved"


def test_an_approval_of_a_stale_view_shows_on_every_replica(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, coordinator, supervisor = office
    registration = register(laptop, person())
    town.carry(laptop, supervisor, coordinator)
    registrations.edit(laptop, registration, {"work_place": "Pasar"})
    review.decide(supervisor, [registration], "approve")
    town.carry(laptop, coordinator, supervisor)
    town.carry(supervisor, coordinator)
    town.carry(supervisor, laptop, to=laptop.member.id)
    assert {state(each, registration) for each in (laptop, coordinator, supervisor)} == {"changed_after_review"}


def test_nobody_decides_on_an_own_registration(town: Any, person: Callable[..., Any], office: Any) -> None:
    _, _, supervisor = office
    registration = register(supervisor, person())
    (answer,) = review.decide(supervisor, [registration], "approve")
    assert (answer["ok"], answer["code"]) == (False, "own_decision")
    assert state(supervisor, registration) == "submitted"


def test_approvals_beyond_the_lease_wait_in_order_and_move_up(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, _, supervisor = office
    people = [register(laptop, person(number)) for number in (1, 2, 3)]
    town.carry(laptop, supervisor)
    assert budget.outlook(supervisor, people, "approve")["after"]["waiting"] == 1
    answers = review.decide(supervisor, people, "approve")
    assert [answer["state"] for answer in answers] == ["approved", "approved", "waiting"]
    review.decide(supervisor, [people[0]], "reject", reason="Sudah ikut program provinsi")
    assert state(supervisor, people[2]) == "approved"


def test_a_returned_registration_is_corrected_and_comes_back(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, _, supervisor = office
    registration = register(laptop, person())
    town.carry(laptop, supervisor)
    review.decide(supervisor, [registration], "return", reason="Periksa", fields={"work_place": "Di pasar mana?"})
    town.carry(supervisor, laptop, to=laptop.member.id)
    shown = registrations.show(laptop, registration)
    assert (shown["state"], [c["field"] for c in shown["comments"]]) == ("returned", ["work_place"])
    registrations.edit(laptop, registration, {"work_place": "Pasar Rekaan"})
    town.carry(laptop, supervisor)
    assert (state(supervisor, registration), registrations.show(supervisor, registration)["round"]) == ("submitted", 2)


def test_a_double_nik_and_a_missing_nik_are_not_approved(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, _, supervisor = office
    other = town.join("enumerator", "Budi", "64.71.05")
    first, second = register(laptop, person()), register(other, person(name="Contoh Ganda"))
    without = register(laptop, person(2, nik=None, nik_absent_reason="hilang"))
    town.carry(laptop, supervisor)
    town.carry(other, supervisor)
    answers = review.decide(supervisor, [first, second, without], "approve")
    assert [answer["code"] for answer in answers] == ["duplicate_nik", "duplicate_nik", "nik_missing"]
    assert state(supervisor, first) == "has_issues"
    review.decide(supervisor, [second], "reject", reason="Ganda")
    assert review.decide(supervisor, [first], "approve")[0]["state"] == "approved"


def test_a_forged_approval_by_an_enumerator_lands_in_quarantine(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, _, supervisor = office
    registration = register(laptop, person())

    def forge(connection: Any, journal: Any) -> None:
        # A changed program on the laptop would not ask the rules before it writes.
        lax = Rules(group_of=GROUPS, may=lambda member, entry, origin: None, office_roles=OFFICE_ROLES)
        forger = Journal(connection, lax, journal.programme_id)
        decision = changes.about(forger.record(registration), "decide", {"decision": "approve", "reason": ""})
        forger.append(laptop.author(), [decision])

    laptop.write(forge)
    (answer,) = town.carry(laptop, supervisor)
    assert answer["entries"]["quarantined"] == 1
    assert state(supervisor, registration) == "submitted"
    (held,) = exchange.quarantine(supervisor)
    assert held["code"] == "role_not_allowed"


def test_two_values_of_one_field_are_a_conflict_until_a_person_chooses(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, coordinator, _ = office
    registration = register(laptop, person())
    town.carry(laptop, coordinator)
    registrations.edit(laptop, registration, {"work_place": "Pasar", "job_description": "Pijat"})
    registrations.edit(coordinator, registration, {"work_place": "Terminal", "organisation": "Pertuni"})
    town.carry(laptop, coordinator)
    (conflict,) = conflicts.listing(coordinator)
    assert (conflict["field"], conflict["base"]) == ("work_place", "Rumah")
    assert {value["value"] for value in conflict["values"]} == {"Pasar", "Terminal"}
    values = registrations.show(coordinator, registration)["values"]
    assert (values["job_description"], values["organisation"]) == ("Pijat", "Pertuni")
    kept = next(value["entry"] for value in conflict["values"] if value["value"] == "Pasar")
    conflicts.resolve(coordinator, registration, "work_place", keep=kept)
    town.carry(coordinator, laptop, to=laptop.member.id)
    assert registrations.show(laptop, registration)["values"]["work_place"] == "Pasar"
    assert conflicts.listing(laptop) == []


def test_the_office_laptops_agree_byte_for_byte_whatever_the_order(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, coordinator, supervisor = office
    other = town.join("enumerator", "Budi", "64.71.05")
    paths = []
    for number, session in enumerate((laptop, other, laptop, other)):
        register(session, person(number + 1))
        paths.append(town.stick / f"urut-{number}")
        exchange.write_bundle(session, paths[-1])
    exchange.merge(coordinator, paths)
    for path in [*reversed(paths), *paths]:
        exchange.merge(supervisor, [path])
    assert registrations.listing(coordinator) == registrations.listing(supervisor)
    assert len(registrations.listing(coordinator)) == 4
    assert ledger.ledger(coordinator)["balanced"]
    assert ledger.ledger(supervisor)["balanced"]


def test_a_dry_run_answers_the_same_and_changes_nothing(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, coordinator, _ = office
    register(laptop, person())
    path = town.stick / "coba"
    exchange.write_bundle(laptop, path)
    tried = exchange.merge(coordinator, [path], dry_run=True)
    assert registrations.listing(coordinator) == []
    done = exchange.merge(coordinator, [path])
    assert (tried["entries"], tried["registrations"]) == (done["entries"], done["registrations"])
    assert done["registrations"] == {"new": 1, "changed": 0, "conflicting": 0, "duplicate": 0}


def test_an_area_outside_ones_own_is_refused(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, _, _ = office
    other = town.join("supervisor", "Nina", "64.71.01", slots=0)
    registration = register(laptop, person())
    town.carry(laptop, other)
    (answer,) = review.decide(other, [registration], "approve")
    assert answer["code"] == "outside_area"
    with pytest.raises(Problem, match="member_not_found"):
        registrations.listing(other, registered_by="Tidak Ada")


def test_what_the_decider_had_not_seen_is_named_also_where_it_was_written_before_the_decision(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, _, supervisor = office
    registration = register(laptop, person())
    town.carry(laptop, supervisor)
    registrations.edit(laptop, registration, {"organisation": "Pertuni"})
    registrations.edit(supervisor, registration, {"heir_name": "Waris Kantor"})
    review.decide(supervisor, [registration], "approve")
    town.carry(laptop, supervisor)
    shown = registrations.show(supervisor, registration)
    assert (shown["state"], shown["changed_since"]) == ("changed_after_review", ["organisation"])
    registrations.edit(supervisor, registration, {"work_place": "Pasar"})
    assert registrations.show(supervisor, registration)["changed_since"] == ["organisation", "work_place"]
