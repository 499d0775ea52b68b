"""`fieldapp review` for scripts: bound to a digest, tried before it is done, taken back as one."""

from __future__ import annotations

import pytest


@pytest.fixture
def waiting(office, tools):
    """Two registrations at the supervisor's, and a third one without NIK."""
    people = [tools.person(number) for number in (1, 2)]
    people.append(tools.person(3, nik=None, nik_absent_reason="hilang"))
    ids = tools.registered(office.siti, *people)
    office.carry("siti", "agus")
    return office, ids


def test_a_filter_is_tried_before_it_is_approved_and_taken_back_in_one_go(waiting) -> None:
    office, ids = waiting
    tried = office.agus("review", "approve", "--filter", "area=64.71", "--dry-run", "--json")
    assert tried.code == 1
    answers = {each["id"]: each for each in tried.json}
    assert [answers[each].get("code") for each in ids] == [None, None, "nik_missing"]
    assert {each["state"] for each in office.agus.done("list")} == {"submitted"}
    plain = office.agus("review", "approve", "--filter", "area=64.71", "--dry-run").out
    assert plain.startswith("1 x Belum ada NIK")
    assert plain.splitlines()[1].strip() == ids[2]

    done = office.agus("review", "approve", "--filter", "area=64.71", "--json")
    assert [each["ok"] for each in done.json if each["id"] in ids[:2]] == [True, True]
    answer = office.agus.done("review", "undo", "--last", "--reason", "Salah saringan")
    assert answer == {"decision": "approve", "undone": 2, "left": []}
    assert {each["state"] for each in office.agus.done("list")} == {"submitted"}
    assert office.agus("review", "undo", "--last").code == 3


def test_a_digest_that_was_read_binds_the_decision(waiting) -> None:
    office, ids = waiting
    seen = office.agus.done("show", ids[0])["digest"]
    office.agus.done("edit", ids[0], "--set", "work_place=pasar rekaan")
    refused = office.agus("review", "approve", ids[0], "--seen", seen, "--json")
    assert (refused.code, refused.json[0]["code"]) == (1, "changed_meanwhile")
    read = office.agus.done("show", ids[0])["digest"]
    office.agus.done("review", "return", ids[0], "--seen", read, "--due", "2099-01-01", "--reason", "x", "--dry-run")
    assert office.agus("review", "return", ids[0], "--due", "2099-01-01", "--reason", "x").code == 2
    office.agus.done("review", "approve", ids[0], "--seen", read)
    assert office.agus("review", "approve", *ids[:2], "--seen", read).code == 2
