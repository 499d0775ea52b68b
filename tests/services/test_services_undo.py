"""Taking a merge back as a unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fieldapp.services import exchange, registrations, review
from fieldapp.services.problems import Problem


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


@pytest.fixture
def office(town: Any) -> tuple[Any, Any, Any]:
    return (
        town.join("enumerator", "Sari", "64.71.05"),
        town.join("coordinator", "Kiki", "64.71"),
        town.join("supervisor", "Wati", "64.71"),
    )


def state(session: Any, registration: str) -> str:
    return str(registrations.show(session, registration)["state"])


def test_an_undone_merge_takes_its_registrations_out_everywhere(
    town: Any, person: Callable[..., Any], office: Any
) -> None:
    laptop, coordinator, supervisor = office
    people = [register(laptop, person(number)) for number in (1, 2)]
    (merged,) = town.carry(laptop, coordinator)
    answer = exchange.undo(coordinator, merged["merge_id"])
    assert (answer["voided"], answer["restored"], answer["left"]) == (2, 0, [])
    town.carry(coordinator, supervisor)
    assert {state(supervisor, each) for each in people} == {"void"}
    assert exchange.undo(coordinator, merged["merge_id"])["voided"] == 0


def test_an_undone_merge_puts_changed_answers_back(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, coordinator, _ = office
    registration = register(laptop, person())
    town.carry(laptop, coordinator)
    registrations.edit(laptop, registration, {"work_place": "Pasar", "organisation": "Pertuni"})
    (merged,) = town.carry(laptop, coordinator)
    assert exchange.undo(coordinator, merged["merge_id"])["restored"] == 1
    values = registrations.show(coordinator, registration)["values"]
    assert (values["work_place"], values.get("organisation")) == ("Rumah", None)
    town.carry(coordinator, laptop, to=laptop.member.id)
    assert registrations.show(laptop, registration)["values"]["work_place"] == "Rumah"


def test_what_others_built_upon_since_stays_and_is_named(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, _, supervisor = office
    first, second = register(laptop, person(1)), register(laptop, person(2))
    (merged,) = town.carry(laptop, supervisor)
    review.decide(supervisor, [first], "approve")
    answer = exchange.undo(supervisor, merged["merge_id"])
    assert answer["voided"] == 1
    assert [(left["id"], left["code"]) for left in answer["left"]] == [(first, "built_upon")]
    assert (state(supervisor, first), state(supervisor, second)) == ("approved", "void")


def test_several_bundles_merged_at_once_are_undone_at_once(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, coordinator, _ = office
    other = town.join("enumerator", "Budi", "64.71.05")
    register(laptop, person(1))
    register(other, person(2))
    paths = [town.stick / "a", town.stick / "b"]
    exchange.write_bundle(laptop, paths[0])
    exchange.write_bundle(other, paths[1])
    merged = exchange.merge(coordinator, paths)
    assert exchange.undo(coordinator, merged["merge_id"])["voided"] == 2


def test_a_registration_taken_out_by_mistake_comes_back(town: Any, person: Callable[..., Any], office: Any) -> None:
    laptop, _, supervisor = office
    registration = register(laptop, person())
    (merged,) = town.carry(laptop, supervisor)
    exchange.undo(supervisor, merged["merge_id"])
    assert review.decide(supervisor, [registration], "undo", reason="Salah paket")[0]["state"] == "submitted"


def test_an_unknown_merge_is_said_and_an_enumerator_undoes_none(town: Any, office: Any) -> None:
    laptop, coordinator, _ = office
    with pytest.raises(Problem) as unknown:
        exchange.undo(coordinator, "ab" * 16)
    assert (unknown.value.code, unknown.value.exit_code) == ("merge_unknown", 3)
    with pytest.raises(Problem, match="not_allowed"):
        exchange.undo(laptop, "ab" * 16)
