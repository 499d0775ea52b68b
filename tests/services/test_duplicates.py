"""Who may be one person with whom, as members of a programme find it: cases, two side by side, and a draft's likes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fieldapp.services import care, registrations
from fieldapp.services.pairs import duplicates
from fieldapp.services.problems import Problem

AREA = "64.71.05"
TWICE = {"name": "Mappanyukki Khayalani", "birth_date": "1981-03-17", "nik": "6471051703819031", "sex": "L"}
#: The same person as somebody else wrote it down: a digit of the NIK, and a letter of the name.
AGAIN = {**TWICE, "name": "Mapanyukki Khayalani", "nik": "6471051703819013"}
OTHER = {
    "name": "Sudirgo Bayangan",
    "birth_date": "1966-11-02",
    "nik": "6471050211669044",
    "mother_name": "Ibu Andaian",
    "ktp_address": "Jalan Umpama 90",
    "ktp_rt": "011",
}


@pytest.fixture
def siti(town):
    return town.join("enumerator", "Contoh Siti", AREA)


@pytest.fixture
def register(person):
    """Hands in people on a laptop, whatever warns; their ids."""

    def hand_in(session, *people: dict[str, Any]) -> list[str]:
        lines = [json.dumps(person(1, **each)).encode() for each in people]
        answers = list(registrations.register_many(session, lines, accept_warnings="sudah diperiksa"))
        assert [each["state"] for each in answers] == ["submitted"] * len(people), answers
        return [each["id"] for each in answers]

    return hand_in


def test_a_find_tells_what_it_compared_and_what_it_found(siti, register) -> None:
    register(siti, TWICE, OTHER, AGAIN)
    steps: list[tuple[int, int | None, str]] = []
    found = duplicates.find(siti, progress=lambda *step: steps.append(step))
    assert found == {
        "compared": 3, "new": 1, "pairs": 1, "almost_certain": 1, "to_review": 0, "same_nik": 0, "left": 0,
        "skipped": [],
    }  # fmt: skip
    assert {what for _, _, what in steps} == {"index", "compare", "weigh"} - ({"index"} if len(steps) < 3 else set())
    assert duplicates.find(siti) == {**found, "compared": 0, "new": 0}
    assert duplicates.find(siti, everything=True) == {**found, "new": 0}


def test_only_what_is_new_is_compared(siti, register) -> None:
    register(siti, TWICE, OTHER)
    assert duplicates.find(siti)["compared"] == 2
    register(siti, AGAIN)
    # Half as many again as before: everybody is compared, since rare things may have become common.
    assert duplicates.find(siti)["compared"] == 3
    registrations.edit(siti, registrations.ids(siti)[1], {"phone": "0812 3456 7890", "no_phone": None})
    assert duplicates.find(siti)["compared"] == 1


def test_a_find_that_is_cancelled_goes_on_where_it_stopped(siti, register) -> None:
    register(siti, TWICE, OTHER, AGAIN)
    stopped = duplicates.find(siti, cancelled=lambda: True)
    assert (stopped["compared"], stopped["pairs"], stopped["left"]) == (0, 0, 3)
    assert duplicates.find(siti)["left"] == 0
    assert len(duplicates.listing(siti)) == 1


def test_a_case_names_its_registrations_and_pairs(siti, register) -> None:
    one, other, again = register(siti, TWICE, OTHER, AGAIN)
    duplicates.find(siti)
    (case,) = duplicates.listing(siti)
    assert case["registrations"] == sorted([one, again])
    assert (case["case"], case["areas"]) == (min(one, again), ["64.71.05.1002"])
    (pair,) = case["pairs"]
    assert (pair["a"], pair["b"], pair["band"], pair["decision"]) == (*sorted([one, again]), "almost_certain", None)
    assert pair["bits"] > 7
    assert pair["probability"] > 0.99
    assert other not in json.dumps(case)


def test_cases_can_be_narrowed_to_a_band_or_an_area(siti, register) -> None:
    register(siti, TWICE, AGAIN)
    duplicates.find(siti)
    assert len(duplicates.listing(siti, band="almost_certain")) == 1
    assert duplicates.listing(siti, band="to_review") == []
    assert len(duplicates.listing(siti, area="64.71.05")) == 1
    assert duplicates.listing(siti, area="64.71.01") == []


def test_three_of_one_person_are_one_case(siti, register) -> None:
    ids = register(siti, TWICE, AGAIN, {**TWICE, "nik": "6471051703819037", "phone": "0812 3456 7890"})
    duplicates.find(siti)
    (case,) = duplicates.listing(siti)
    assert case["registrations"] == sorted(ids)
    assert len(case["pairs"]) == 3


def test_one_nik_under_unlike_names_is_a_queue_of_its_own(town, siti, register) -> None:
    rudi = town.join("enumerator", "Contoh Rudi", AREA)
    dewi = town.join("coordinator", "Contoh Dewi", AREA)
    register(siti, TWICE)
    register(rudi, {**OTHER, "nik": TWICE["nik"], "sex": "L"})
    town.carry(siti, dewi)
    town.carry(rudi, dewi)
    found = duplicates.find(dewi)
    assert (found["same_nik"], found["almost_certain"], found["to_review"]) == (1, 0, 0)
    (case,) = duplicates.listing(dewi, band="same_nik")
    assert case["pairs"][0]["probability"] < 0.9


def test_two_side_by_side_with_reasons_and_what_differs(siti, register) -> None:
    one, again = register(siti, TWICE, AGAIN)
    duplicates.find(siti)
    shown = duplicates.pair(siti, one, again)
    assert (shown["a"], shown["b"], shown["case"]) == (one, again, sorted([one, again]))
    assert (shown["band"], shown["verdict"]) == ("almost_certain", "Kemungkinan orang yang sama: SANGAT KUAT")
    assert shown["differing"] == ["name", "nik"]
    assert (shown["left"]["name"], shown["right"]["name"]) == (TWICE["name"], AGAIN["name"])
    assert shown["left"]["nik"] == "6471********9031"
    reasons = {each["aspect"]: each for each in shown["reasons"]}
    assert reasons["birth_date"]["effect"] == "for"
    assert reasons["nik"]["text"]
    assert duplicates.pair(siti, again, one)["bits"] == shown["bits"]


def test_any_two_can_be_compared_and_nobody_with_themselves(siti, register) -> None:
    one, other = register(siti, TWICE, OTHER)
    assert duplicates.pair(siti, one, other)["band"] == "unlikely"
    with pytest.raises(Problem) as caught:
        duplicates.pair(siti, one, one)
    assert caught.value.code == "pair_of_one"
    with pytest.raises(Problem) as caught:
        duplicates.pair(siti, one, "018f0000-0000-7000-8000-000000000000")
    assert caught.value.code == "registration_not_found"


def test_whoever_was_taken_out_is_nobodys_duplicate(siti, register) -> None:
    one, again = register(siti, TWICE, AGAIN)
    duplicates.find(siti)
    registrations.void(siti, one, "didaftarkan dua kali")
    assert duplicates.listing(siti) == []
    assert duplicates.near(siti, {**TWICE, "nik": None}, again) == []
    assert duplicates.find(siti)["pairs"] == 0


def test_a_merge_brings_pairs_of_two_laptops_together(town, siti, register) -> None:
    rudi = town.join("enumerator", "Contoh Rudi", AREA)
    dewi = town.join("coordinator", "Contoh Dewi", AREA)
    one, again = *register(siti, TWICE), *register(rudi, AGAIN)
    assert duplicates.find(siti)["pairs"] == 0
    for each in (siti, rudi):
        town.carry(each, dewi)
    assert duplicates.find(dewi)["almost_certain"] == 1
    assert duplicates.listing(dewi)[0]["registrations"] == sorted([one, again])


def test_pairs_come_out_the_same_after_a_rebuild(siti, register) -> None:
    register(siti, TWICE, OTHER, AGAIN)
    duplicates.find(siti)
    before = duplicates.listing(siti)
    assert care.rebuild(siti)["identical"]
    assert duplicates.listing(siti) == []
    duplicates.find(siti)
    assert duplicates.listing(siti) == before


def test_near_shows_who_and_where_without_a_nik(siti, register) -> None:
    (one,) = register(siti, TWICE)
    duplicates.find(siti)
    (found,) = duplicates.near(siti, {"name": "Mapanyuki Khayalani", "birth_date": "1981-03-17"})
    assert (found["id"], found["name"], found["state"]) == (one, TWICE["name"], "submitted")
    assert (found["area_name"], found["registered_by"]) == ("Sepinggan", "Contoh Siti")
    assert found["band"] in ("almost_certain", "to_review")
    assert found["reasons"]
    assert TWICE["nik"] not in json.dumps(found)
    assert duplicates.near(siti, OTHER) == []
    assert duplicates.near(siti, {}) == []
    assert duplicates.near(siti, TWICE, one) == []


def test_in_the_background_everything_is_compared_a_little_at_a_time(siti, register) -> None:
    register(siti, TWICE, AGAIN)
    rests: list[None] = []
    assert duplicates.catch_up(siti, pause=lambda: rests.append(None)) == 2
    assert rests
    assert len(duplicates.listing(siti)) == 1
    assert duplicates.catch_up(siti) == 0


def test_everybody_with_one_phone_and_one_birthday_is_said_aloud(siti, register, monkeypatch) -> None:
    from fieldapp.services.pairs import candidates

    monkeypatch.setattr(candidates, "BLOCK_LIMIT", 3)
    register(siti, *({**TWICE, "nik": f"64710517038190{n}1"} for n in range(1, 6)))
    found = duplicates.find(siti)
    assert found["skipped"][0]["people"] == 5
    assert {"name", "birth_date"} <= set(found["skipped"][0]["alike"])


def test_whoever_is_like_somebody_registered_has_to_be_explained(siti, register, person) -> None:
    register(siti, TWICE)
    draft = registrations.new_draft(siti, person(1, **AGAIN))
    answer = registrations.submit(siti, draft.id)
    assert (answer["state"], [each["code"] for each in answer["warnings"]]) == ("draft", ["duplicate_near"])
    assert "1 pendaftaran" in answer["warnings"][0]["message"]
    done = registrations.submit(siti, draft.id, {"duplicate_near": "saudara kembar, KTP sudah dilihat"})
    assert done["state"] == "submitted"
    shown = registrations.show(siti, done["id"])
    assert shown["overrides"] == {"duplicate_near": "saudara kembar, KTP sudah dilihat"}


def test_a_line_is_checked_against_the_line_before_it(siti, person) -> None:
    lines = [json.dumps(person(1, **each)).encode() for each in (TWICE, AGAIN, OTHER)]
    answers = list(registrations.register_many(siti, lines))
    assert [each["state"] for each in answers] == ["submitted", "draft", "submitted"]
    assert [each["code"] for each in answers[1]["warnings"]] == ["duplicate_near"]


def test_a_double_nik_names_where_and_who_and_can_be_opened(siti, register, person) -> None:
    (one,) = register(siti, TWICE)
    draft = registrations.new_draft(siti, person(1, **{**OTHER, "nik": TWICE["nik"]}))
    (fault,) = [each for each in registrations.submit(siti, draft.id)["errors"] if each["code"] == "duplicate_nik"]
    assert "Sepinggan" in fault["message"]
    assert "Contoh Siti" in fault["message"]
    assert one not in fault["message"]
    assert fault["registration"] == one


def test_twins_are_shown_but_need_no_reason(siti, register, person) -> None:
    register(siti, TWICE)
    twin = person(1, **{**TWICE, "name": "Sudirgo Bayangan", "nik": "6471051703819032"})
    assert registrations.submit(siti, registrations.new_draft(siti, twin).id)["state"] == "submitted"


def test_the_queue_says_who_is_like_somebody_until_it_is_decided(town, siti, register) -> None:
    from fieldapp.services import review
    from fieldapp.services.pairs import same_as

    dewi = town.join("coordinator", "Contoh Dewi", AREA)
    one, _, again = register(siti, TWICE, OTHER, AGAIN)
    town.carry(siti, dewi)
    duplicates.find(dewi)
    told = {row["id"]: row["reasons"] for row in review.queue(dewi)}
    assert "near_duplicates" in told[one]
    assert "near_duplicates" in told[again]
    assert sum("near_duplicates" in reasons for reasons in told.values()) == 2
    same_as.decide(dewi, one, again, "different", reason="kembar")
    assert duplicates.listing(dewi) == []
    assert duplicates.listing(dewi, decided=True)[0]["pairs"][0]["decision"]["decision"] == "different"
    assert not any("near_duplicates" in row["reasons"] for row in review.queue(dewi))
    shown = duplicates.pair(dewi, one, again)["decision"]
    assert (shown["decision"], shown["by"], shown["reason"], shown["is_current"]) == (
        "different", "Contoh Dewi", "kembar", True,
    )  # fmt: skip
    registrations.edit(dewi, again, {"name": "Mappanyukki Khayalani", "overrides": {"duplicate_near": "kembar"}})
    duplicates.find(dewi)
    (case,) = duplicates.listing(dewi)
    assert case["pairs"][0]["decision"]["is_current"] is False


def test_one_who_gives_way_is_nobodys_duplicate_until_that_is_taken_back(town, siti, register) -> None:
    from fieldapp.services.pairs import same_as

    dewi = town.join("coordinator", "Contoh Dewi", AREA)
    one, again = register(siti, TWICE, AGAIN)
    town.carry(siti, dewi)
    duplicates.find(dewi)
    same_as.decide(dewi, one, again, "same", reason="KTP sama")
    assert duplicates.listing(dewi) == []
    assert duplicates.find(dewi)["pairs"] == 0
    same_as.undo(dewi, one, again, reason="salah tekan")
    assert duplicates.find(dewi)["pairs"] == 1
    assert len(duplicates.listing(dewi)) == 1
