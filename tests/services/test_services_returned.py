"""What came back: who returned it, why, on which answers, which round, and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from fieldapp.services import drafts, registrations, review
from fieldapp.services.returns import returned

DAY_MS = 86_400_000


class Office(NamedTuple):
    laptop: Any
    coordinator: Any
    supervisor: Any
    ids: tuple[str, str]
    town: Any

    def back(self) -> None:
        """Brings the supervisor's and the coordinator's work to the laptop."""
        self.town.carry(self.coordinator, self.supervisor)
        self.town.carry(self.supervisor, self.laptop, to=self.laptop.member.id)


@pytest.fixture
def office(town: Any, person: Callable[..., Any]) -> Office:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    coordinator = town.join("coordinator", "Kiki", "64.71")
    supervisor = town.join("supervisor", "Wati", "64.71", slots=5)
    ids = []
    for number in (1, 2):
        answer = registrations.submit(laptop, registrations.new_draft(laptop, person(number)).id)
        assert answer["state"] == "submitted", answer
        ids.append(answer["id"])
    town.carry(laptop, supervisor, coordinator)
    return Office(laptop, coordinator, supervisor, (ids[0], ids[1]), town)


def give_back(office: Office, which: int = 0, **more: Any) -> None:
    (answer,) = review.decide(office.supervisor, [office.ids[which]], "return", **{"reason": "Periksa lagi", **more})
    assert answer["ok"], answer


def test_a_return_says_who_when_why_and_begins_at_the_first_commented_question_of_the_form(office: Office) -> None:
    give_back(office, fields={"heir_name": "Nama lengkap?", "mother_name": "Tidak terbaca"})
    office.back()
    (item,) = returned.listing(office.laptop)
    assert (item["id"], item["by"], item["reason"], item["round"]) == (office.ids[0], "Wati", "Periksa lagi", 2)
    assert {(each["field"], each["text"]) for each in item["comments"]} == {
        ("heir_name", "Nama lengkap?"),
        ("mother_name", "Tidak terbaca"),
    }
    assert item["begin_at"] == "mother_name"
    assert (item["draft"], item["changed"], item["state"]) == (None, None, "returned")
    assert "*" in item["nik"]


def test_the_latest_return_comes_first_or_the_oldest_when_asked(office: Office) -> None:
    give_back(office, 1)
    give_back(office, 0)
    office.back()
    assert [item["id"] for item in returned.listing(office.laptop)] == [office.ids[0], office.ids[1]]
    assert [item["id"] for item in returned.listing(office.laptop, oldest_first=True)] == [office.ids[1], office.ids[0]]


def test_a_correction_that_was_begun_goes_on_at_the_first_comment_that_is_not_answered(office: Office) -> None:
    give_back(office, fields={"mother_name": "Tidak terbaca", "heir_name": "Nama lengkap?"})
    office.back()
    draft = drafts.correction(office.laptop, office.ids[0])
    drafts.save_draft(office.laptop, draft.id, {**draft.values, "mother_name": "Ibu Rekaan"})
    (item,) = returned.listing(office.laptop)
    assert (item["draft"], item["begin_at"], item["changed"]) == (draft.id, "heir_name", None)


def test_sending_it_again_says_the_round_and_the_history_keeps_it(office: Office) -> None:
    for number in (2, 3):
        give_back(office)
        office.back()
        draft = drafts.correction(office.laptop, office.ids[0])
        drafts.save_draft(office.laptop, draft.id, {**draft.values, "mother_name": f"Ibu Rekaan {'I' * number}"})
        answer = registrations.submit(office.laptop, draft.id)
        assert (answer["state"], answer["round"]) == ("submitted", number)
        assert returned.listing(office.laptop) == []
        office.town.carry(office.laptop, office.supervisor)
    history = registrations.history(office.supervisor, office.ids[0])
    assert [item.get("round") for item in history if item["kind"] == "edit"] == [2, 3]


def test_what_others_changed_after_the_return_is_said_and_no_longer_called_returned(office: Office) -> None:
    give_back(office, fields={"heir_name": "Nama lengkap?"})
    office.town.carry(office.supervisor, office.coordinator)
    registrations.edit(office.coordinator, office.ids[0], {"heir_name": "Waris Lengkap"})
    office.back()
    (item,) = returned.listing(office.laptop)
    assert item["state"] == "submitted"
    assert (item["changed"]["by"], item["changed"]["fields"]) == ("Kiki", ["heir_name"])
    # Whoever answers it too has nothing more to be told.
    draft = drafts.correction(office.laptop, office.ids[0])
    drafts.save_draft(office.laptop, draft.id, {**draft.values, "mother_name": "Ibu Rekaan"})
    registrations.submit(office.laptop, draft.id)
    assert returned.listing(office.laptop) == []


def test_a_correction_that_is_open_learns_what_was_changed_since_it_was_begun(office: Office) -> None:
    give_back(office)
    office.back()
    draft = drafts.correction(office.laptop, office.ids[0])
    assert returned.beside(office.laptop, office.ids[0], draft.id)["changed"] is None
    registrations.edit(office.coordinator, office.ids[0], {"work_place": "Pasar"})
    office.back()
    beside = returned.beside(office.laptop, office.ids[0], draft.id)
    assert (beside["changed"]["by"], beside["changed"]["fields"]) == ("Kiki", ["work_place"])
    # The return did not know of that change, so it does not count, and is still told.
    (item,) = returned.listing(office.laptop)
    assert (item["state"], item["changed"]["by"], item["draft"]) == ("submitted", "Kiki", draft.id)


def test_a_return_that_was_taken_back_is_not_listed(office: Office) -> None:
    give_back(office)
    review.decide(office.supervisor, [office.ids[0]], "undo", reason="Salah tekan")
    office.back()
    assert returned.listing(office.laptop) == []


def test_what_came_back_to_others_is_not_listed(office: Office) -> None:
    give_back(office)
    assert returned.listing(office.supervisor) == []


def test_ages_are_told_in_days_and_then_in_weeks(office: Office) -> None:
    from fieldapp.services.session import iso_time

    def age(days: int) -> str:
        return returned.age_words(office.laptop, iso_time(office.town.time.ms - days * DAY_MS))

    assert [age(days) for days in (0, 1, 2, 13, 14, 30)] == [
        "hari ini", "kemarin", "2 hari lalu", "13 hari lalu", "2 minggu lalu", "4 minggu lalu",
    ]  # fmt: skip
    assert returned.age_words(office.laptop, "") == ""
