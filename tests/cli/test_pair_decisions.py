"""`duplicates decide` and `duplicates undo`, as scripts and people use them."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def pair(office: Any, tools: Any) -> tuple[Any, str, str]:
    """Two registrations by Siti that Dewi's office has; the office and their ids."""
    one, other = tools.registered(office.siti, tools.person(1), tools.person(2))
    office.carry("siti", "dewi")
    return office, one, other


def test_one_person_is_decided_shown_and_taken_back(pair: tuple[Any, str, str]) -> None:
    office, one, other = pair
    decide = ("duplicates", "decide", other, one, "--same", "--reason", "KTP yang sama")
    answer = office.dewi.done(*decide, "--survivor", other, "--take", f"work_place={one}")
    assert set(answer) == {"a", "b", "decision", "survivor", "states", "taken", "restored", "records"}
    assert (answer["survivor"], answer["states"]) == (other, {one: "void", other: "submitted"})
    shown = office.dewi.done("show", one, "--history")
    assert shown["same_as"]["survivor"] == other
    assert shown["history"][-1]["kind"] == "same_as"
    assert office.dewi.done("show", other)["joined"] == [one]
    rows = {row["id"]: row for row in office.dewi.done("list")}
    assert (rows[one]["state"], rows[one]["same_as"]) == ("void", other)
    assert office.dewi.done("ledger")["totals"]["void"] == 1
    for language, words in (("id", "orang yang sama"), ("en", "the same person")):
        told = office.dewi("show", one, "--history", language=language).out
        assert words in told
        assert other in told
    error = office.dewi.refused(1, "edit", one, "--set", "work_place=pasar")
    assert error["code"] == "joined"
    answer = office.dewi.done("duplicates", "undo", one, other, "--reason", "keliru")
    assert answer["states"] == {one: "submitted", other: "submitted"}
    assert "same_as" not in office.dewi.done("show", one)


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (["--same"], 2, "reason_needed"),
        (["--reason", "x"], 2, None),
        (["--same", "--different", "--reason", "x"], 2, None),
        (["--same", "--reason", "x", "--take", "name"], 2, None),
        (["--same", "--reason", "x", "--take", "shoe_size=ONE"], 2, "field_unknown"),
        (["--unsure", "--reason", "x", "--survivor", "ONE"], 2, "survivor_without_same"),
    ],
)
def test_a_decision_that_is_asked_for_wrongly_is_wrong_use(
    pair: tuple[Any, str, str], arguments: list[str], code: int, name: str | None
) -> None:
    office, one, other = pair
    given = [each.replace("ONE", one) for each in arguments]
    error = office.dewi.refused(code, "duplicates", "decide", one, other, *given)
    assert name is None or error["code"] == name


def test_who_may_not_decide_is_told_whom_to_ask(pair: tuple[Any, str, str], tools: Any) -> None:
    office, one, other = pair
    (theirs,) = tools.registered(office.rudi, tools.person(3))
    office.carry("rudi", "dewi")
    office.give_back("dewi", "rudi")
    for who, ids in ((office.rudi, (one, theirs)), (office.rudi, (one, other))):
        error = who.refused(5, "duplicates", "decide", *ids, "--different", "--reason", "x")
        assert error["code"] == "not_own_pair"
    office.siti.done("duplicates", "decide", one, other, "--different", "--reason", "Kembar")
    assert office.siti.refused(1, "duplicates", "decide", one, other, "--different", "--reason", "x")["code"] == (
        "already_decided"
    )
    error = office.dewi.refused(3, "duplicates", "undo", one, "01a00000-0000-7000-8000-000000000001", "--reason", "x")
    assert error["code"] == "registration_not_found"
    assert office.dewi.refused(1, "duplicates", "undo", one, other, "--reason", "x")["code"] == "nothing_to_undo"
