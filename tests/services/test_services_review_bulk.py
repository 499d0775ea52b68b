"""Many at once: bound to what was seen, previewed by name, taken back as one, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from fieldapp.services import changes, exchange, lists, programme, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.review import Seen
from fieldapp.services.session import open_session


@pytest.fixture
def desk(town: Any, person: Callable[..., Any]) -> tuple[Any, Any, list[str]]:
    """An enumerator's laptop, a supervisor who has merged it, and four registrations, the last one without NIK."""
    laptop = town.join("enumerator", "Sari", "64.71.05")
    supervisor = town.join("supervisor", "Wati", "64.71", slots=3)
    people = [person(number) for number in (1, 2, 3)] + [person(4, nik=None, nik_absent_reason="hilang")]
    ids = [
        str(registrations.submit(laptop, registrations.new_draft(laptop, each).id)["id"])
        for each in people
    ]  # fmt: skip
    town.carry(laptop, supervisor)
    return laptop, supervisor, ids


def states(session: Any, ids: list[str]) -> list[str]:
    return [row["state"] for row in registrations.rows(session, ids)]


def test_a_decision_about_what_changed_since_it_was_read_is_refused(town: Any, desk: Any) -> None:
    laptop, supervisor, ids = desk
    first, second, *_ = ids
    numbers = lists.find(supervisor, lists.Wanted(order="risk")).numbers
    read = {row["id"]: row["digest"] for row in lists.rows(supervisor, numbers, desk=True)}
    assert read[first] == registrations.show(supervisor, first)["digest"]
    registrations.edit(laptop, first, {"work_place": "Pasar Rekaan"})
    town.carry(laptop, supervisor)
    answers = review.decide(supervisor, [first, second], "approve", seen=read)
    assert [(each["ok"], each.get("code")) for each in answers] == [(False, "changed_meanwhile"), (True, None)]
    assert "baca lagi" in answers[0]["message"]
    (again,) = review.decide(
        supervisor, [first], "approve", seen={first: registrations.show(supervisor, first)["digest"]}
    )
    assert again["state"] == "approved"


def test_a_state_that_another_supervisor_changed_meanwhile_is_not_overruled_unread(town: Any, desk: Any) -> None:
    _, supervisor, ids = desk
    other = town.join("supervisor", "Nina", "64.71", slots=0)
    town.carry(supervisor, other)
    shown = registrations.show(supervisor, ids[0])
    review.decide(other, [ids[0]], "return", reason="Alamat kurang jelas")
    town.carry(other, supervisor)
    (answer,) = review.decide(
        supervisor, [ids[0]], "reject", reason="Pindah", seen={ids[0]: Seen(shown["digest"], shown["state"])}
    )
    assert (answer["code"], answer["state"]) == ("changed_meanwhile", "returned")


def test_the_preview_names_everybody_whom_the_decision_then_refuses(town: Any, desk: Any) -> None:
    laptop, supervisor, ids = desk
    # Both sides change one answer without knowing of each other.
    for session, place in ((laptop, "Pasar"), (supervisor, "Terminal")):
        registrations.edit(session, ids[1], {"work_place": place})
    town.carry(laptop, supervisor)
    shown = review.preview(supervisor, [*ids, "tidak-ada"], "approve")
    assert shown["taken"] == 2
    by_code = {group["code"]: [person["name"] for person in group["people"]] for group in shown["refused"]}
    name = {row["id"]: row["name"] for row in registrations.rows(supervisor, ids)}
    assert by_code == {
        "has_conflicts": [name[ids[1]]],
        "nik_missing": [name[ids[3]]],
        "registration_not_found": [""],
    }
    tried = review.tried(supervisor, [*ids, "tidak-ada"], "approve")
    assert states(supervisor, ids) == ["submitted", "has_issues", "submitted", "submitted"]
    done = review.decide(supervisor, [*ids, "tidak-ada"], "approve", seen=shown["seen"])
    assert [(each["id"], each["ok"], each.get("code")) for each in tried] == [
        (each["id"], each["ok"], each.get("code")) for each in done
    ]


def test_the_last_decision_is_taken_back_as_one_and_what_was_built_upon_it_stays(town: Any, desk: Any) -> None:
    laptop, supervisor, ids = desk
    review.decide(supervisor, ids, "approve")
    town.carry(supervisor, laptop, to=laptop.member.id)
    registrations.edit(laptop, ids[1], {"work_place": "Pasar Rekaan"})
    town.carry(laptop, supervisor)
    home = supervisor.home
    town.sessions.remove(supervisor)
    supervisor.close()
    with open_session(home, "sandi-Wati", wall_ms=town.time) as again:
        assert review.last_decision(again)["count"] == 3
        answer = review.undo_last(again)
        assert (answer["undone"], [each["id"] for each in answer["left"]]) == (2, [ids[1]])
        assert answer["left"][0]["name"]
        assert states(again, ids[:3]) == ["submitted", "changed_after_review", "submitted"]
        assert "3 orang" in registrations.history(again, ids[0])[-1]["reason"]
        assert review.last_decision(again) is None
        with pytest.raises(Problem, match="no_last_decision"):
            review.undo_last(again)


def test_a_return_says_until_when_and_dates_that_cannot_be_are_refused(town: Any, desk: Any) -> None:
    laptop, supervisor, ids = desk
    for wrong in ("2026-11-02", "2028-11-02", "besok"):
        with pytest.raises(Problem, match="due_date"):
            review.decide(supervisor, ids[:1], "return", reason="Periksa", due=wrong)
    review.decide(supervisor, ids[:1], "return", reason="Periksa")
    review.decide(supervisor, ids[1:2], "return", reason="Periksa", due="2026-11-20")
    town.carry(supervisor, laptop, to=laptop.member.id)
    shown = [registrations.show(laptop, each) for each in ids[:2]]
    # A week after 2 November 2026, which is today in this programme.
    assert [(each["due"], each["round"]) for each in shown] == [("2026-11-09", 2), ("2026-11-20", 2)]


def test_the_first_to_approve_endorses_and_only_another_member_completes_it(town: Any, desk: Any) -> None:
    laptop, supervisor, ids = desk
    second = town.join("supervisor", "Nina", "64.71", slots=3)
    programme.change(town.admin, "approval_levels", "2")
    town.carry(town.admin, supervisor, second)
    town.carry(supervisor, second)
    assert review.preview(supervisor, ids[:2], "approve")["endorsed"] == 2
    answers = review.decide(supervisor, ids[:2], "approve")
    assert [(each["decision"], each["state"]) for each in answers] == [("endorse", "submitted")] * 2
    (again,) = review.decide(supervisor, ids[:1], "approve")
    assert (again["ok"], again["code"]) == (False, "endorsed_by_you")
    town.carry(supervisor, second)
    waiting = review.queue(second, filter={"endorsed": "yes"})
    assert [(each["id"], each["endorsed_by"]) for each in waiting] == [(each, "Wati") for each in ids[:2]]
    registrations.edit(laptop, ids[1], {"work_place": "Pasar Rekaan"})
    town.carry(laptop, second)
    answers = review.decide(second, ids[:2], "approve")
    assert [(each["decision"], each["state"]) for each in answers] == [
        ("approve", "approved"),
        ("endorse", "submitted"),
    ]
    town.carry(second, supervisor)
    assert review.decide(supervisor, [ids[1]], "approve")[0]["state"] == "approved"
    # With one level again nothing of it is lost, and one decider is enough.
    programme.change(town.admin, "approval_levels", "1")
    town.carry(town.admin, supervisor)
    assert review.decide(supervisor, [ids[2]], "approve")[0]["state"] == "approved"
    assert states(supervisor, ids[:3]) == ["approved"] * 3


def test_an_endorsement_is_taken_back_like_any_decision(town: Any, desk: Any) -> None:
    _, supervisor, ids = desk
    programme.change(town.admin, "approval_levels", "2")
    town.carry(town.admin, supervisor)
    review.decide(supervisor, ids[:2], "approve")
    assert review.decide(supervisor, ids[:1], "undo", reason="Keliru")[0]["ok"]
    assert [bool(row["endorsed_by"]) for row in registrations.rows(supervisor, ids[:2])] == [False, True]
    review.decide(supervisor, ids[:1], "approve")
    assert review.undo_last(supervisor)["undone"] == 1
    assert [bool(row["endorsed_by"]) for row in registrations.rows(supervisor, ids[:2])] == [False, True]


def test_whoever_has_to_put_it_right_does_not_approve_it(town: Any, desk: Any) -> None:
    _, supervisor, ids = desk
    fields = {"assign_to": supervisor.member.id, "reason": "Sari cuti"}
    supervisor.write(
        lambda _, journal: journal.append(
            supervisor.author(), [changes.about(journal.record(ids[0]), "comment", fields)]
        )
    )
    (answer,) = review.decide(supervisor, ids[:1], "approve")
    assert answer["code"] == "assigned_to_you"


def test_two_decisions_taken_apart_are_both_told_and_answered_by_one(town: Any, desk: Any) -> None:
    _, supervisor, ids = desk
    second = town.join("supervisor", "Nina", "64.71", slots=3)
    town.carry(supervisor, second)
    review.decide(supervisor, ids[:1], "approve")
    review.decide(second, ids[:1], "reject", reason="Sudah pindah")
    town.carry(second, supervisor)
    (row,) = [each for each in review.queue(supervisor) if each["id"] == ids[0]]
    assert row["reasons"][0] == "decisions_differ"
    said = registrations.show(supervisor, ids[0])["decisions"]
    assert [(each["decision"], each["by"], each["reason"]) for each in said] == [
        ("reject", "Nina", "Sudah pindah"),
        ("approve", "Wati", ""),
    ]
    assert review.decide(supervisor, ids[:1], "undo", reason="Bicarakan dulu")[0]["state"] == "submitted"
    assert len(registrations.show(supervisor, ids[0])["decisions"]) == 1


def test_a_power_cut_in_the_middle_of_a_bulk_approval_leaves_all_or_nothing(town: Any, desk: Any) -> None:
    _, supervisor, ids = desk
    home = supervisor.home
    town.sessions.remove(supervisor)
    supervisor.close()
    for stop in (1, 9):
        child = subprocess.Popen(
            [sys.executable, "-c", _CUT, str(home), str(stop), *ids[:3]],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "in the middle"
        child.kill()
        child.communicate(timeout=60)
        with open_session(home, "sandi-Wati", wall_ms=town.time) as after:
            assert states(after, ids[:3]) == ["submitted"] * 3
            assert review.last_decision(after) is None
    with open_session(home, "sandi-Wati", wall_ms=town.time) as after:
        assert [each["state"] for each in review.decide(after, ids[:3], "approve")] == ["approved"] * 3
        exchange.write_bundle(after, town.stick / "sesudah-mati-listrik")


#: A decider's process that stands still inside the transaction: at its `stop`th table that changes, of a dozen.
_CUT = """
import sys, time
from pathlib import Path
from fieldapp.services import review
from fieldapp.services.session import open_session

home, stop, *ids = sys.argv[1:]
session = open_session(Path(home), "sandi-Wati")
written = 0

def decide(connection):
    def told(statement):
        global written
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            written += 1
            if written == int(stop):
                print("in the middle", flush=True)
                time.sleep(60)
    connection.set_trace_callback(told)
    return write(connection)

real = session.store.write
def spy(function):
    global write
    write = function
    return real(decide)
session.set_preference("begun", True)
session.write(lambda connection, journal: None)
session.store.write = spy
review.decide(session, ids, "approve")
print("done", written, flush=True)
"""
