"""Who has to put something right: given to another enumerator, nothing of it is lost, and nobody approves own work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import people
import pytest

from fieldapp.services import changes, drafts, exchange, membership, registrations, review
from fieldapp.services.problems import Problem
from fieldapp.services.returns import assigning, out, returned

MEMBERS = ("administrator", "Sari", "Rudi", "Jauh", "Kiki", "Wati")
AREA, ELSEWHERE = "64.71.05", "64.71.01"


class Office(NamedTuple):
    sari: Any
    rudi: Any
    far: Any
    coordinator: Any
    supervisor: Any
    town: Any

    def register(self, person: dict[str, Any], laptop: Any = None) -> str:
        laptop = laptop or self.sari
        answer = registrations.submit(laptop, registrations.new_draft(laptop, person).id)
        assert answer["state"] == "submitted", answer
        return str(answer["id"])

    def to_office(self, *laptops: Any) -> None:
        for laptop in laptops:
            self.town.carry(laptop, self.supervisor, self.coordinator)

    def back(self, *laptops: Any) -> None:
        """The supervisor's and the coordinator's work, by return bundles."""
        for one, other in ((self.coordinator, self.supervisor), (self.supervisor, self.coordinator)):
            self.town.carry(one, other, to=other.member.id)
        for laptop in laptops:
            self.town.carry(self.coordinator, laptop, to=laptop.member.id)

    def give_back(self, registration: str, due: str = "2026-11-09", **more: Any) -> None:
        """A return with a due date, whatever the programme would set."""

        def write(connection: Any, journal: Any) -> None:
            said = {"decision": "return", "reason": "Periksa lagi", "due": due, **more}
            journal.append(self.supervisor.author(), [changes.about(journal.record(registration), "decide", said)])

        self.supervisor.write(write)

    def assign(self, registration: str, to: Any, by: Any = None, reason: str = "Sari sakit") -> dict[str, Any]:
        (answer,) = assigning.assign(by or self.coordinator, [registration], to and to.member.id, reason)
        return answer


def correct(laptop: Any, registration: str, **values: Any) -> dict[str, Any]:
    draft = drafts.correction(laptop, registration)
    drafts.save_draft(laptop, draft.id, {**draft.values, **values})
    return registrations.submit(laptop, draft.id)


@pytest.fixture(scope="module")
def _made(town_in: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str]:
    """The laptops with one registration of Sari's that was returned; where, until when by their clock, and which."""
    town = town_in(tmp_path_factory.mktemp("kantor"))
    laptops = (
        town.join("enumerator", "Sari", AREA),
        town.join("enumerator", "Rudi", AREA),
        town.join("enumerator", "Jauh", ELSEWHERE),
        town.join("coordinator", "Kiki", "64.71"),
        town.join("supervisor", "Wati", "64.71", slots=5),
    )
    office = Office(*laptops, town)
    for laptop in laptops[1:]:
        office.to_office(laptop)
    known = office.register(people.person(1, people.name_of(1)))
    office.to_office(office.sari)
    office.give_back(known, comments={"mother_name": "Tidak terbaca"})
    office.back()
    homes = json.dumps([each.home.name for each in (town.admin, *laptops)])
    (town.folder / "homes.json").write_text(homes, encoding="utf-8")
    town.close()
    return town.folder, town.time.ms, known


@pytest.fixture
def office(town_in: Any, _made: tuple[Path, int, str], tmp_path: Path) -> Iterator[Office]:
    """A copy of them that a test may change."""
    folder, now_ms, _ = _made
    shutil.copytree(folder, tmp_path / "kantor")
    town = town_in.again(tmp_path / "kantor", now_ms)
    laptops = [town.open(home, name) for home, name in zip(_homes(folder), MEMBERS, strict=True)]
    town.admin = laptops[0]
    yield Office(*laptops[1:], town)
    town.close()


def _homes(folder: Path) -> list[str]:
    found: list[str] = json.loads((folder / "homes.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def one(_made: tuple[Path, int, str]) -> str:
    """A registration of Sari's that was returned; Rudi's laptop never saw it."""
    return _made[2]


def test_what_is_given_to_another_laptop_comes_whole_and_goes_back_with_the_same_author_and_round(
    office: Office, one: str
) -> None:
    office.back(office.sari)
    assert registrations.listing(office.rudi) == []
    assert office.sari.status()["returned"] == 1
    answer = office.assign(one, office.rudi)
    assert (answer["ok"], answer["assigned_to"]) == (True, "Rudi")
    office.back(office.sari, office.rudi)
    (item,) = returned.listing(office.rudi)
    assert (item["state"], item["round"], item["due"], item["begin_at"]) == ("returned", 2, "2026-11-09", "mother_name")
    assert (item["assigned"]["to"], item["assigned"]["by"], item["assigned"]["reason"]) == (
        "Rudi",
        "Kiki",
        "Sari sakit",
    )
    assert item["comments"][0]["text"] == "Tidak terbaca"
    assert [laptop.status()["returned"] for laptop in (office.sari, office.rudi)] == [0, 1]
    # The former one is told, and keeps the registration.
    assert returned.listing(office.sari) == []
    (passed,) = returned.passed_on(office.sari)
    assert (passed["id"], passed["assigned"]["to"], passed["draft"]) == (one, "Rudi", None)
    answer = correct(office.rudi, one, mother_name="Ibu Rekaan Benar")
    assert (answer["id"], answer["state"], answer["round"]) == (one, "submitted", 2)
    office.to_office(office.rudi)
    shown = registrations.show(office.supervisor, one, history=True)
    assert (shown["registered_by"], shown["assigned_to"], shown["round"]) == ("Sari", "Rudi", 2)
    assert shown["values"]["mother_name"] == "Ibu Rekaan Benar"
    assert [(item["kind"], item["by"]) for item in shown["history"]] == [
        ("new", "Sari"), ("decide", "Wati"), ("comment", "Kiki"), ("edit", "Rudi"),
    ]  # fmt: skip
    assert [item.get("assigned_to") for item in shown["history"]] == [None, None, "Rudi", None]
    assert [comment["text"] for comment in shown["comments"]] == ["Tidak terbaca"]


def test_a_correction_of_the_former_one_that_was_on_its_way_counts_and_both_are_told(office: Office, one: str) -> None:
    office.back(office.sari)
    office.assign(one, office.rudi)
    correct(office.sari, one, mother_name="Ibu Dari Sari")
    office.back(office.rudi)
    draft = drafts.correction(office.rudi, one)
    office.to_office(office.sari)
    office.back(office.rudi, office.sari)
    (item,) = returned.listing(office.rudi)
    assert (item["state"], item["draft"], item["changed"]["by"]) == ("submitted", draft.id, "Sari")
    # Rudi sends too: unlike answers to one question stand beside each other, like ones do not.
    drafts.save_draft(office.rudi, draft.id, {**draft.values, "mother_name": "Ibu Dari Rudi"})
    registrations.submit(office.rudi, draft.id)
    office.to_office(office.rudi)
    conflicts = registrations.show(office.supervisor, one)["conflicts"]
    assert {each["by"] for each in conflicts["mother_name"]} == {"Sari", "Rudi"}


def test_an_open_correction_of_the_former_one_stays_and_says_whose_work_it_is_now(office: Office, one: str) -> None:
    office.back(office.sari)
    draft = drafts.correction(office.sari, one)
    office.assign(one, office.rudi)
    office.back(office.sari)
    (passed,) = returned.passed_on(office.sari)
    assert passed["draft"] == draft.id
    beside = returned.beside(office.sari, one, draft.id)
    assert (beside["passed_on"], beside["assigned"]["to"]) == (True, "Rudi")
    assert [each.passed_to for each in drafts.drafts(office.sari)] == ["Rudi"]
    # Given back, it is as before.
    assert office.assign(one, None, reason="Sudah sembuh")["assigned_to"] is None
    office.back(office.sari, office.rudi)
    assert [item["draft"] for item in returned.listing(office.sari)] == [draft.id]
    assert (returned.passed_on(office.sari), returned.listing(office.rudi)) == ([], [])


def test_two_rounds_with_their_comments_and_days_can_be_read(office: Office, one: str) -> None:
    office.back(office.sari)
    correct(office.sari, one, mother_name="Ibu Rekaan Benar")
    office.to_office(office.sari)
    office.give_back(one, due="2026-10-30", comments={"heir_name": "Nama lengkap?"})
    office.back(office.sari)
    (item,) = returned.listing(office.sari)
    assert (item["round"], item["due"], item["late"]) == (3, "2026-10-30", 3)
    assert [each["field"] for each in item["comments"]] == ["heir_name"]
    assert [(each["round"], each["comments"]) for each in item["earlier"]] == [
        (2, [{"field": "mother_name", "text": "Tidak terbaca"}])
    ]
    assert (office.sari.status()["returned"], office.sari.status()["overdue"]) == (1, 1)


def test_what_is_due_first_comes_first_when_asked(office: Office, one: str, person: Callable[..., Any]) -> None:
    other = office.register(person(2))
    office.to_office(office.sari)
    office.give_back(other, due="2026-11-04")
    office.back(office.sari)
    assert [item["id"] for item in returned.listing(office.sari, by_due=True)] == [other, one]
    assert [item["id"] for item in returned.listing(office.sari, oldest_first=True)] == [one, other]


def test_days_are_said_in_words() -> None:
    from datetime import date

    def said(due: str, today: str) -> str:
        return returned.due_words(due, returned.days_late(due, today), date.fromisoformat(today))

    assert [said("2026-11-09", f"2026-11-{day:02}") for day in (2, 8, 9, 10, 12)] == [
        "7 hari lagi", "besok", "hari ini", "lewat 1 hari", "lewat 3 hari",
    ]  # fmt: skip


def test_refusals_have_codes(office: Office, one: str, person: Callable[..., Any]) -> None:
    assert office.assign(one, office.far)["code"] == "assignee_outside"
    assert office.assign(one, office.sari)["code"] == "already_with"
    assert office.assign(one, None)["code"] == "already_with"
    (unknown,) = assigning.assign(office.coordinator, ["tidak-ada"], office.rudi.member.id, "x")
    assert (unknown["code"], unknown["exit"]) == ("registration_not_found", 3)
    fine = office.register(person(2))
    office.to_office(office.sari)
    assert review.decide(office.supervisor, [fine], "approve")[0]["ok"]
    assert office.assign(fine, office.rudi, by=office.supervisor)["code"] == "assign_state"
    for who, code in (("Administrator", "assignee_role"), ("siapa", "member_not_found")):
        with pytest.raises(Problem, match=code):
            assigning.assign(office.coordinator, [one], who, "x")
    with pytest.raises(Problem, match="reason_needed"):
        assigning.assign(office.coordinator, [one], "Rudi", " ")
    for session in (office.sari, office.town.admin):
        with pytest.raises(Problem, match="not_allowed"):
            assigning.assign(session, [one], "Rudi", "x")
    office.town.carry(office.rudi, office.town.admin)
    membership.revoke(office.town.admin, "Rudi", "pindah")
    office.town.carry(office.town.admin, office.coordinator)
    with pytest.raises(Problem, match="assignee_inactive"):
        assigning.assign(office.coordinator, [one], "Rudi", "x")
    assert {each["name"] for each in assigning.assignees(office.coordinator, [one])} == {"Kiki", "Wati"}


@pytest.mark.parametrize("who", ["sari", "admin"])
def test_an_assignment_by_somebody_who_may_not_is_refused_where_entries_are_folded(
    office: Office, one: str, who: str
) -> None:
    office.back(office.sari)
    session = office.sari if who == "sari" else office.town.admin
    office.town.carry(office.town.admin, office.supervisor)
    office.town.carry(office.supervisor, office.town.admin, to=office.town.admin.member.id)

    def write(connection: Any, journal: Any) -> None:
        word = {"assign_to": office.rudi.member.id, "reason": "saya saja"}
        journal.append(session.author(), [changes.about(journal.record(one), "comment", word)])

    with pytest.raises(Problem, match="role_not_allowed"):
        session.write(write)


def test_whoever_has_to_put_it_right_cannot_approve_it(office: Office, one: str) -> None:
    assert office.assign(one, office.supervisor, by=office.supervisor)["ok"]
    registrations.edit(office.supervisor, one, {"mother_name": "Ibu Rekaan Benar"})
    (answer,) = review.decide(office.supervisor, [one], "approve")
    assert (answer["ok"], answer["code"]) == (False, "assigned_to_you")
    other = office.town.join("supervisor", "Dewi", "64.71", slots=3)
    office.town.carry(other, office.supervisor)
    office.town.carry(office.supervisor, other, to=other.member.id)
    (answer,) = review.decide(other, [one], "approve")
    assert answer["ok"], answer


def test_an_approval_that_another_program_wrote_of_the_own_work_counts_for_nothing(office: Office, one: str) -> None:
    office.assign(one, office.supervisor, by=office.supervisor)

    def write(connection: Any, journal: Any) -> None:
        said = changes.about(journal.record(one), "decide", {"decision": "approve"})
        journal.append(office.supervisor.author(), [said])

    office.supervisor.write(write)
    office.back()
    for session in (office.supervisor, office.coordinator):
        shown = registrations.show(session, one)
        assert (shown["state"], shown["assigned_to"]) == ("submitted", "Wati")


def test_assignments_made_apart_end_alike_and_name_both(office: Office, one: str) -> None:
    budi = office.town.join("enumerator", "Budi", AREA)
    office.town.carry(budi, office.coordinator, office.supervisor)
    office.assign(one, office.rudi, by=office.coordinator)
    office.assign(one, budi, by=office.supervisor, reason="Rudi cuti")
    office.back(office.rudi, budi)
    for session in (office.coordinator, office.supervisor, office.rudi, budi):
        shown = registrations.show(session, one, history=True)
        assert shown["assigned_to"] == "Budi"
        assert [item["assigned_to"] for item in shown["history"] if item["kind"] == "comment"] == ["Rudi", "Budi"]
    assert [item["assigned"]["to"] for item in returned.passed_on(office.rudi)] == ["Budi"]
    assert len(returned.listing(budi)) == 1


def test_the_office_sees_who_has_what_since_when_and_whether_it_got_there(
    office: Office, one: str, person: Callable[..., Any], tmp_path: Path
) -> None:
    later = office.register(person(2))
    office.to_office(office.sari)
    office.give_back(later, due="2026-10-30")
    assert [(item["id"], item["late"], item["carried"]["code"]) for item in out.listing(office.supervisor)] == [
        (later, 3, "not_written"), (one, None, "not_written"),
    ]  # fmt: skip
    assert out.find(office.supervisor)[1:] == (2, 1)
    exchange.write_returns(office.supervisor, tmp_path / "balasan")
    (item,) = out.listing(office.supervisor, overdue=True)
    assert (item["id"], item["carried"]["code"], item["worker"]["name"], item["by"]) == (
        later,
        "written",
        "Sari",
        "Wati",
    )
    stick = tmp_path / "balasan" / f"balasan-{office.sari.member.id[:12]}.fieldapp"
    exchange.merge(office.sari, [stick])
    correct(office.sari, later, mother_name="Ibu Rekaan Benar")
    office.town.carry(office.sari, office.supervisor)
    first, second = out.listing(office.supervisor)
    assert (first["id"], first["carried"]["code"], first["answered"]) == (one, "fetched", None)
    assert (second["id"], second["state"], second["answered"]["by"]) == (later, "submitted", "Sari")
    with pytest.raises(Problem, match="not_allowed"):
        out.find(office.sari)
    assert out.listing(office.town.join("coordinator", "Lain", ELSEWHERE)) == []


def test_everything_of_one_member_is_given_on_at_once(office: Office, one: str, person: Callable[..., Any]) -> None:
    two = office.register(person(2))
    done = office.register(person(3))
    office.to_office(office.sari)
    review.decide(office.supervisor, [done], "approve")
    office.town.carry(office.supervisor, office.coordinator, to=office.coordinator.member.id)
    assert assigning.work_of(office.coordinator, "Sari") == sorted([one, two])
    answers = assigning.assign(office.coordinator, assigning.work_of(office.coordinator, "Sari"), "Rudi", "cuti")
    assert all(answer["ok"] for answer in answers)
    assert assigning.work_of(office.coordinator, "Sari") == []
