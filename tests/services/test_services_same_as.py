"""Deciding whether two registrations are one person: who may, what it does, and that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fieldapp.services import conflicts, drafts, exchange, ledger, membership, registrations, review
from fieldapp.services.pairs import same_as
from fieldapp.services.pairs import words as pair_words
from fieldapp.services.problems import Problem
from fieldapp.services.quota import budget, endings

HOME, AWAY, FAR = "64.71.05.1002", "64.71.05.1006", "64.71.01.1001"
Person = Callable[..., dict[str, Any]]


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def state(session: Any, registration: str) -> str:
    return str(registrations.show(session, registration)["state"])


def refused(work: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(Problem) as caught:
        work()
    assert caught.value.message() != caught.value.code
    assert "{" not in caught.value.message()
    return caught.value.code, int(caught.value.exit_code)


class Office:
    """Sari's two registrations of one person, and Kiki and Wati of the office, who have merged them."""

    def __init__(self, town: Any, person: Person, *, slots: int = 5) -> None:
        self.town = town
        self.sari = town.join("enumerator", "Sari", HOME)
        self.kiki = town.join("coordinator", "Kiki", "64.71.05")
        self.wati = town.join("supervisor", "Wati", "64.71", slots=slots)
        self.one = register(self.sari, person(1))
        self.two = register(self.sari, person(2, name="Contoh Orang Ay", phone="+6281255550001", no_phone=False,
                                              phone_owner="sendiri", phone_whatsapp=True))  # fmt: skip
        town.carry(self.sari, self.kiki, self.wati)

    @property
    def ids(self) -> tuple[str, str]:
        return self.one, self.two


@pytest.fixture
def office(town: Any, person: Person) -> Office:
    return Office(town, person)


def test_the_one_that_gives_way_is_void_and_everything_says_who_stays_and_why(office: Office) -> None:
    answer = same_as.decide(office.kiki, office.two, office.one, "same", reason="KTP yang sama")
    assert (answer["a"], answer["b"]) == tuple(sorted(office.ids))
    assert (answer["survivor"], answer["states"]) == (office.one, {office.one: "submitted", office.two: "void"})
    shown = registrations.show(office.kiki, office.two, history=True)
    assert shown["same_as"] == {
        "survivor": office.one, "with": office.one, "by": "Kiki", "at": shown["same_as"]["at"],
        "reason": "KTP yang sama",
    }  # fmt: skip
    assert registrations.show(office.kiki, office.one)["joined"] == [office.two]
    for one, other in (office.ids, reversed(office.ids)):
        last = registrations.history(office.kiki, one)[-1]
        assert (last["kind"], last["decision"], last["with"], last["by"]) == ("same_as", "same", other, "Kiki")
    rows = {row["id"]: row for row in registrations.listing(office.kiki)}
    assert rows[office.two]["same_as"] == office.one
    assert "same_as" not in rows[office.one]
    told = ledger.ledger(office.kiki)
    assert (told["totals"]["void"], told["totals"]["registered"], told["balanced"]) == (1, 2, True)


def test_taking_it_back_brings_both_back_and_says_why(office: Office) -> None:
    same_as.decide(office.kiki, *office.ids, "same", reason="KTP yang sama")
    answer = same_as.undo(office.kiki, *office.ids, reason="Ternyata kembar")
    assert set(answer["states"].values()) == {"submitted"}
    assert "same_as" not in registrations.show(office.kiki, office.two)
    said = same_as.decision_of(office.kiki, *office.ids)
    assert said is not None
    assert (said["decision"], said["reason"], said["survivor"]) == ("unsure", "Ternyata kembar", None)
    happened = [each for each in registrations.history(office.kiki, office.one) if each["kind"] == "same_as"]
    assert [each["decision"] for each in happened] == ["same", "unsure"]
    assert refused(lambda: same_as.undo(office.kiki, *office.ids, reason="x")) == ("nothing_to_undo", 1)


def test_approvals_of_both_take_one_slot_once_they_are_one_person(town: Any, person: Person) -> None:
    office = Office(town, person, slots=1)
    review.decide(office.wati, list(office.ids), "approve")
    assert [state(office.wati, one) for one in office.ids] == ["approved", "waiting"]
    third = register(office.sari, person(3))
    town.carry(office.sari, office.wati)
    assert budget.outlook(office.wati, [third], "approve")["slots_left"] == 0
    same_as.decide(office.wati, *office.ids, "same", reason="KTP yang sama", survivor=office.two)
    assert [state(office.wati, one) for one in office.ids] == ["void", "approved"]
    same_as.undo(office.wati, *office.ids, reason="Keliru")
    assert [state(office.wati, one) for one in office.ids] == ["approved", "waiting"]


def test_who_stays_when_nobody_says_is_the_one_that_got_further_and_then_the_older(office: Office) -> None:
    review.decide(office.wati, [office.two], "approve")
    assert same_as.decide(office.wati, *office.ids, "same", reason="x")["survivor"] == office.two
    same_as.undo(office.wati, *office.ids, reason="x")
    review.decide(office.wati, [office.two], "undo", reason="x")
    assert same_as.decide(office.wati, *office.ids, "same", reason="x")["survivor"] == office.one


def test_the_survivor_takes_single_answers_over_and_gives_them_back(office: Office) -> None:
    review.decide(office.wati, [office.one], "approve")
    take = {"name": office.two, "phone": office.two, "no_phone": office.two, "ktp_rt": office.two, "sex": office.one}
    answer = same_as.decide(office.wati, *office.ids, "same", reason="Nama di KTP", survivor=office.one, take=take)
    assert set(answer["taken"]) == {"name", "phone", "no_phone"}
    values = registrations.show(office.wati, office.one)["values"]
    assert (values["name"], values["phone"], values["sex"]) == ("Contoh Orang Ay", "+6281255550001", "L")
    assert state(office.wati, office.one) == "changed_after_review"
    registrations.edit(office.wati, office.one, {"name": "Contoh Orang Lain"})
    answer = same_as.undo(office.wati, *office.ids, reason="Keliru")
    values = registrations.show(office.wati, office.one)["values"]
    # The phone goes back with what belongs to it; the name was changed since, so it stays.
    assert "phone" in answer["restored"]
    assert ("phone" in values, values["no_phone"], values["name"]) == (False, True, "Contoh Orang Lain")


def test_what_was_taken_at_two_times_goes_back_as_it_was_at_first(office: Office) -> None:
    before = registrations.show(office.kiki, office.one)["values"]
    same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.one, take={"name": office.two})
    phone = {"phone": office.two, "no_phone": office.two}
    same_as.decide(office.kiki, *office.ids, "same", reason="y", survivor=office.one, take=phone)
    assert state(office.kiki, office.two) == "void"
    registrations.edit(office.kiki, office.one, {"phone": "+6281255550009"})
    same_as.decide(office.kiki, *office.ids, "same", reason="z", survivor=office.one, take=phone)
    answer = same_as.decide(office.kiki, *office.ids, "different", reason="Kembar")
    assert answer["restored"] == ["name", "phone"]
    # The phone that somebody typed meanwhile was no part of what was taken over.
    assert registrations.show(office.kiki, office.one)["values"] == {
        **before, "no_phone": False, "phone": "+6281255550009"
    }  # fmt: skip


def test_what_was_taken_again_goes_back_to_what_was_there_before_the_first_time(office: Office) -> None:
    before = registrations.show(office.kiki, office.one)["values"]
    same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.one, take={"name": office.two})
    same_as.undo(office.kiki, *office.ids, reason="x")
    same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.one, take={"name": office.two})
    same_as.decide(office.kiki, *office.ids, "unsure", reason="x")
    registrations.edit(office.kiki, office.two, {"name": "Contoh Orang Bee"})
    same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.one, take={"name": office.two})
    assert registrations.show(office.kiki, office.one)["values"]["name"] == "Contoh Orang Bee"
    same_as.undo(office.kiki, *office.ids, reason="x")
    assert registrations.show(office.kiki, office.one)["values"] == before


def test_another_survivor_gives_the_first_ones_answers_back(office: Office) -> None:
    before = registrations.show(office.kiki, office.one)["values"]
    same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.one, take={"name": office.two})
    answer = same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.two)
    assert answer["restored"] == ["name"]
    assert answer["states"] == {office.one: "void", office.two: "submitted"}
    assert registrations.show(office.kiki, office.one)["values"] == before


def test_a_taken_answer_that_a_rule_refuses_is_not_taken_and_nothing_is_decided(office: Office) -> None:
    lives = {"domicile_same": False, "domicile_address": "Gg. Lain No. 2", "domicile_area": HOME, "domicile_rt": "001"}
    registrations.edit(office.kiki, office.two, lives)
    before = registrations.show(office.kiki, office.one, history=True)
    asked = {"reason": "x", "survivor": office.one}
    with pytest.raises(Problem, match="findings") as caught:
        same_as.decide(office.kiki, *office.ids, "same", take={"domicile_same": office.two}, **asked)
    assert {finding["field"] for finding in caught.value.findings} <= set(lives)
    assert registrations.show(office.kiki, office.one, history=True) == before
    assert same_as.decision_of(office.kiki, *office.ids) is None
    same_as.decide(office.kiki, *office.ids, "same", take=dict.fromkeys(lives, office.two), **asked)
    assert registrations.show(office.kiki, office.one)["values"]["domicile_address"] == "Gg. Lain No. 2"


def test_an_answer_that_needs_a_reason_is_taken_with_the_reason_that_it_had_or_the_decisions_own(
    office: Office,
) -> None:
    registrations.edit(office.kiki, office.two, {"sex": "P", "overrides": {"nik_sex_differs": "KTP lama"}})
    asked = {"survivor": office.one, "take": {"sex": office.two}}
    same_as.decide(office.kiki, *office.ids, "same", reason="Dilihat di KTP", **asked)
    shown = registrations.show(office.kiki, office.one)
    assert (shown["values"]["sex"], shown["overrides"]) == ("P", {"nik_sex_differs": "KTP lama"})
    same_as.undo(office.kiki, *office.ids, reason="x")
    assert registrations.show(office.kiki, office.one)["overrides"] == {}
    born = {"nik": "6471052906749077", "birth_date": "1974-06-29"}
    registrations.edit(office.kiki, office.two, {**born, "sex": "L"})
    asked["take"] = {"birth_date": office.two}
    same_as.decide(office.kiki, *office.ids, "same", reason="Dilihat di KTP", **asked)
    assert registrations.show(office.kiki, office.one)["overrides"] == {"nik_birth_date_differs": "Dilihat di KTP"}


@pytest.mark.parametrize(
    ("given", "code", "exit_code"),
    [
        ({"decision": "merge"}, "decision_unknown", 2),
        ({"reason": "  "}, "reason_needed", 2),
        ({"b": "one"}, "pair_of_one", 2),
        ({"survivor": "01a00000-0000-7000-8000-000000000001"}, "survivor_unknown", 2),
        ({"take": {"name": "01a00000-0000-7000-8000-000000000001"}}, "survivor_unknown", 2),
        ({"decision": "different", "survivor": "one"}, "survivor_without_same", 2),
        ({"decision": "unsure", "take": {"name": "one"}}, "survivor_without_same", 2),
        ({"take": {"shoe_size": "one"}}, "field_unknown", 2),
        ({"take": {"submitted_at": "one"}}, "not_allowed_field", 2),
        ({"b": "01a00000-0000-7000-8000-000000000001"}, "registration_not_found", 3),
        ({"b": "x"}, "registration_not_found", 3),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_in_words(
    office: Office, given: dict[str, Any], code: str, exit_code: int
) -> None:
    def meant(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: meant(each) for name, each in value.items()}
        return office.one if value == "one" else value

    usual = {"a": office.one, "b": office.two, "decision": "same", "reason": "x"}
    asked = usual | {name: meant(value) for name, value in given.items()}
    a, b, decision = asked.pop("a"), asked.pop("b"), asked.pop("decision")
    assert refused(lambda: same_as.decide(office.kiki, a, b, decision, **asked)) == (code, exit_code)
    assert same_as.decision_of(office.kiki, *office.ids) is None


def test_an_enumerator_decides_about_two_of_the_own_only(office: Office, person: Person) -> None:
    rudi = office.town.join("enumerator", "Rudi", HOME)
    theirs = register(rudi, person(4))
    office.town.carry(rudi, office.kiki)
    office.town.carry(office.sari, office.kiki)
    office.town.carry(office.kiki, office.sari, to=office.sari.member.id)
    assert refused(lambda: same_as.decide(office.sari, office.one, theirs, "same", reason="x")) == ("not_own_pair", 5)
    same_as.decide(office.sari, *office.ids, "same", reason="Salah ketik dua kali")
    assert state(office.sari, office.two) == "void"
    office.town.carry(office.sari, office.kiki)
    assert state(office.kiki, office.two) == "void"


def test_an_enumerator_does_not_overrule_the_office(office: Office) -> None:
    same_as.decide(office.kiki, *office.ids, "same", reason="x")
    office.town.carry(office.sari, office.kiki)
    office.town.carry(office.kiki, office.sari, to=office.sari.member.id)
    assert state(office.sari, office.two) == "void"
    for work in (
        lambda: same_as.decide(office.sari, *office.ids, "different", reason="x"),
        lambda: same_as.undo(office.sari, *office.ids, reason="x"),
    ):
        assert refused(work) == ("decided_by_office", 5)


def test_the_office_decides_within_its_areas(office: Office, person: Person) -> None:
    far = office.town.join("enumerator", "Tari", FAR)
    there = register(far, person(5, ktp_area=FAR))
    office.town.carry(far, office.kiki, office.wati)
    assert refused(lambda: same_as.decide(office.kiki, office.one, there, "same", reason="x")) == ("outside_area", 5)
    assert refused(lambda: same_as.decide(office.town.admin, *office.ids, "same", reason="x"))[1] in (3, 5)
    answer = same_as.decide(office.wati, office.one, there, "same", reason="x")
    assert len(answer["records"]) == 2


def test_one_that_stands_for_nobody_is_joined_to_nobody(office: Office, person: Person) -> None:
    third = register(office.sari, person(3))
    office.town.carry(office.sari, office.kiki)
    registrations.void(office.kiki, office.one, "uji coba")
    assert refused(lambda: same_as.decide(office.kiki, *office.ids, "same", reason="x")) == ("not_live", 1)
    same_as.decide(office.kiki, *office.ids, "different", reason="x")
    same_as.decide(office.kiki, office.two, third, "same", reason="x", survivor=third)
    fourth = register(office.sari, person(6))
    office.town.carry(office.sari, office.kiki)
    assert refused(lambda: same_as.decide(office.kiki, office.two, fourth, "same", reason="x")) == ("joined", 1)
    # The survivor itself may give way to another one in turn.
    same_as.decide(office.kiki, third, fourth, "same", reason="x", survivor=fourth)
    shown = registrations.show(office.kiki, office.two)["same_as"]
    assert (shown["survivor"], shown["with"]) == (fourth, third)
    assert registrations.show(office.kiki, fourth)["joined"] == sorted((office.two, third))


def test_what_is_in_a_decree_never_gives_way(office: Office) -> None:
    review.decide(office.wati, [office.two], "approve")
    office.wati.store.write(lambda c: c.execute("UPDATE registration SET state = 'frozen' WHERE id = ?", (office.two,)))
    asked = lambda: same_as.decide(office.wati, *office.ids, "same", reason="x", survivor=office.one)  # noqa: E731
    assert refused(asked) == ("frozen_gives_way", 1)
    assert same_as.decide(office.wati, *office.ids, "same", reason="x")["survivor"] == office.two
    assert state(office.wati, office.one) == "void"


def test_the_same_decision_is_not_taken_twice_unless_an_answer_changed(office: Office) -> None:
    same_as.decide(office.kiki, *office.ids, "different", reason="x")
    again = lambda: same_as.decide(office.wati, *office.ids, "different", reason="x")  # noqa: E731
    office.town.carry(office.kiki, office.wati)
    assert refused(again) == ("already_decided", 1)
    registrations.edit(office.wati, office.two, {"work_place": "Pasar"})
    assert refused(again) == ("already_decided", 1)
    registrations.edit(office.wati, office.two, {"mother_name": "Ibu Lain"})
    again()
    assert refused(again) == ("already_decided", 1)
    same_as.decide(office.wati, *office.ids, "same", reason="x", survivor=office.two)
    assert refused(lambda: same_as.decide(office.wati, *office.ids, "same", reason="x")) == ("already_decided", 1)


def test_a_word_that_contradicts_others_of_the_case_is_refused_and_names_them(office: Office, person: Person) -> None:
    third = register(office.sari, person(3))
    office.town.carry(office.sari, office.kiki)
    same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.one)
    same_as.decide(office.kiki, office.two, third, "different", reason="x")
    with pytest.raises(Problem, match="contradicts") as caught:
        same_as.decide(office.kiki, office.one, third, "same", reason="x")
    assert set(caught.value.details.values()) == {office.two, third}
    same_as.decide(office.kiki, office.two, third, "unsure", reason="x")
    same_as.decide(office.kiki, office.one, third, "same", reason="x")
    with pytest.raises(Problem, match="contradicts") as caught:
        same_as.decide(office.kiki, office.two, third, "different", reason="x")
    assert office.one in caught.value.details.values()


def test_two_offices_that_decide_differently_show_both_reasons_and_a_third_settles_it(office: Office) -> None:
    town = office.town
    yuni = town.join("supervisor", "Yuni", "64.71")
    town.carry(office.sari, yuni)
    same_as.decide(office.kiki, *office.ids, "same", reason="KTP yang sama")
    same_as.decide(office.wati, *office.ids, "different", reason="Dua orang di rumah itu")
    for one in (office.kiki, office.wati):
        town.carry(one, yuni)
    said = same_as.decision_of(yuni, *office.ids)
    assert said is not None
    assert (said["decision"], said["survivor"]) == ("disputed", None)
    assert [(word["decision"], word["by"], word["reason"]) for word in said["words"]] == [
        ("different", "Wati", "Dua orang di rumah itu"),
        ("same", "Kiki", "KTP yang sama"),
    ]
    assert state(yuni, office.two) == "submitted"
    same_as.decide(yuni, *office.ids, "same", reason="Ditanyakan ke rumahnya")
    for one in (office.kiki, office.wati):
        town.carry(one, yuni)
        town.carry(yuni, one, to=one.member.id)
        told = same_as.decision_of(one, *office.ids)
        assert told is not None
        assert (told["decision"], [word["by"] for word in told["words"]]) == ("same", ["Yuni"])
        assert state(one, office.two) == "void"


def test_one_that_gives_way_is_left_alone_until_it_is_taken_back(office: Office) -> None:
    draft = registrations.correction(office.sari, office.two)
    same_as.decide(office.kiki, *office.ids, "same", reason="x")
    office.town.carry(office.sari, office.kiki)
    office.town.carry(office.kiki, office.sari, to=office.sari.member.id)
    for work in (
        lambda: registrations.edit(office.sari, office.two, {"work_place": "Pasar"}),
        lambda: registrations.void(office.sari, office.two, "x"),
        lambda: registrations.submit(office.sari, draft.id),
    ):
        assert refused(work) == ("joined", 1)
    [left] = endings.end(office.sari, [office.two], "consent", None, "x")["registrations"]
    assert (left["ok"], left["code"]) == (False, "joined")
    assert [each.id for each in drafts.drafts(office.sari)] == [draft.id]
    drafts.discard_draft(office.sari, draft.id)
    assert refused(lambda: registrations.correction(office.sari, office.two)) == ("joined", 1)
    office.town.carry(office.kiki, office.wati)
    (answer,) = review.decide(office.wati, [office.two], "undo", reason="x")
    assert answer["code"] == "joined"
    assert conflicts.listing(office.wati) == []


def test_laptops_of_both_areas_learn_what_concerns_their_people(office: Office, person: Person) -> None:
    town = office.town
    tari = town.join("enumerator", "Tari", FAR)
    there = register(tari, person(5, ktp_area=FAR))
    town.carry(tari, office.wati)
    same_as.decide(office.wati, office.one, there, "same", reason="Pindah rumah", survivor=there)
    for laptop in (office.sari, tari):
        town.carry(laptop, office.wati)
        town.carry(office.wati, laptop, to=laptop.member.id)
    assert state(office.sari, office.one) == "void"
    shown = registrations.show(office.sari, office.one, history=True)
    assert shown["same_as"]["survivor"] == there
    there_too = registrations.show(office.wati, office.one, history=True)
    # How far each change has come is what the one laptop knows of it.
    assert {**shown, "journey": ()} == {**there_too, "journey": ()}
    assert [each["kind"] for each in registrations.history(tari, there)] == ["new", "same_as"]
    assert refused(lambda: registrations.show(tari, office.one)) == ("registration_not_found", 3)
    assert ledger.ledger(office.sari)["balanced"]
    assert ledger.ledger(tari)["balanced"]


def test_answers_of_the_survivor_stay_in_its_own_area(office: Office, person: Person) -> None:
    """The laptops of the other area learn who stays, and nothing that the survivor answered."""
    town = office.town
    tari = town.join("enumerator", "Tari", FAR)
    there = register(tari, person(5, ktp_area=FAR, mother_name="Ibu Rahasia Contoh"))
    town.carry(tari, office.wati)
    take = {"mother_name": office.one}
    same_as.decide(office.wati, office.one, there, "same", reason="x", survivor=there, take=take)
    for laptop in (office.sari, tari):
        town.carry(laptop, office.wati)
        town.carry(office.wati, laptop, to=laptop.member.id)

    def kept(session: Any) -> str:
        return str(session.read(lambda c: [record.values for record in session.journal(c).records("same_as")]))

    assert "Ibu Rahasia Contoh" in kept(tari)
    assert "Rahasia" not in kept(office.sari)
    said = same_as.decision_of(office.wati, office.one, there)
    assert said is not None
    # Written for two areas, it is one word all the same.
    assert [word["by"] for word in said["words"]] == ["Wati"]
    answer = same_as.undo(office.wati, office.one, there, reason="keliru")
    assert answer["restored"] == ["mother_name"]


def test_the_survivor_takes_the_nik_of_the_other_one(office: Office) -> None:
    nik = registrations.show(office.kiki, office.two)["values"]["nik"]
    same_as.decide(office.kiki, *office.ids, "same", reason="x", survivor=office.one, take={"nik": office.two})
    shown = registrations.show(office.kiki, office.one)
    assert (shown["values"]["nik"], shown["duplicates"], shown["state"]) == (nik, [], "submitted")


def test_a_merge_that_is_undone_takes_its_decisions_back_and_what_they_replaced_holds_again(office: Office) -> None:
    name = registrations.show(office.kiki, office.one)["values"]["name"]
    same_as.decide(office.kiki, *office.ids, "different", reason="x")
    office.town.carry(office.kiki, office.wati)
    same_as.decide(office.kiki, *office.ids, "same", reason="y", take={"name": office.two})
    (merged,) = office.town.carry(office.kiki, office.wati)
    assert state(office.wati, office.two) == "void"
    told = exchange.undo(office.wati, merged["merge_id"])
    assert (told["pairs"], told["restored"], told["left"]) == (1, 1, [])
    said = same_as.decision_of(office.wati, *office.ids)
    assert said is not None
    assert (said["decision"], said["reason"]) == ("different", "x")
    assert state(office.wati, office.two) == "submitted"
    assert registrations.show(office.wati, office.one)["values"]["name"] == name


def test_a_decision_that_somebody_built_upon_stays_when_its_merge_is_undone(office: Office) -> None:
    same_as.decide(office.kiki, *office.ids, "same", reason="y")
    (merged,) = office.town.carry(office.kiki, office.wati)
    same_as.decide(office.wati, *office.ids, "different", reason="z")
    told = exchange.undo(office.wati, merged["merge_id"])
    assert ("pairs" in told, [each["code"] for each in told["left"]]) == (False, ["built_upon"])


def test_the_registration_that_gives_way_is_taken_out_by_undoing_the_merge_that_brought_it(
    town: Any, person: Person
) -> None:
    sari, rudi = town.join("enumerator", "Sari", HOME), town.join("enumerator", "Rudi", HOME)
    wati = town.join("supervisor", "Wati", "64.71")
    one, two = register(sari, person(1)), register(rudi, person(2))
    (first,), (second,) = town.carry(sari, wati), town.carry(rudi, wati)
    same_as.decide(wati, one, two, "same", reason="x")
    assert exchange.undo(wati, second["merge_id"])["voided"] == 1
    assert exchange.undo(wati, first["merge_id"])["voided"] == 1
    same_as.undo(wati, one, two, reason="x")
    assert [state(wati, each) for each in (one, two)] == ["void", "void"]


def test_decisions_are_told_for_many_pairs_at_once(office: Office, person: Person) -> None:
    third = register(office.sari, person(3))
    office.town.carry(office.sari, office.kiki)
    same_as.decide(office.kiki, *office.ids, "different", reason="x")
    pairs = [tuple(sorted(pair)) for pair in (office.ids, (office.one, third))]
    told = office.kiki.read(lambda c: pair_words.decisions(office.kiki, c, pairs))
    assert {pair: said["decision"] for pair, said in told.items()} == {pairs[0]: "different"}
    assert all(len(stamp) == 16 for stamp in told[pairs[0]]["stamps"])


def test_words_that_an_older_program_kept_without_reading_count_once_the_program_is_newer(
    office: Office, person: Person
) -> None:
    from sqlite_utils import Database

    from fieldapp.services.session import open_session
    from fieldapp.store import migrations
    from fieldapp.store.rebuild import contents

    town, wati = office.town, office.wati
    rudi = town.join("enumerator", "Rudi", HOME)
    for each in (rudi, wati):
        town.carry(each, town.admin)
    late = register(rudi, person(6))
    town.carry(rudi, wati)
    same_as.decide(wati, office.two, late, "same", reason="x", survivor=late)
    membership.revoke(town.admin, rudi.member.id, "keluar")
    town.carry(town.admin, wati, to=wati.member.id)
    registrations.edit(wati, office.one, {"ktp_area": AWAY})
    same_as.decide(wati, *office.ids, "same", reason="x")
    before = wati.store.read(contents)
    assert (before["entered"], before["unfounded"]) == ([(office.one, AWAY)], [(late,)])

    def age(connection: Any) -> None:
        """The tables as they were before the program knew such words."""
        for table in ("same_as", "decided_pair", "entered", "unfounded"):
            connection.execute(f"DROP TABLE {table}")
        indices = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%joined_to%'"
        for (index,) in connection.execute(indices).fetchall():
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE registration DROP COLUMN joined_to")
        connection.execute("UPDATE registration SET state = 'submitted', live = 1")
        for index in ("registration_by_approval", "registration_by_slot"):
            connection.execute(f"CREATE INDEX {index} ON registration (approval_by)")
        migrations.same_as(Database(connection))

    wati.store.write(age)
    after = wati.store.read(contents)
    assert {name: after[name] for name in ("entered", "unfounded")} == {
        name: before[name] for name in ("entered", "unfounded")
    }
    wati.close()
    with open_session(wati.home, "sandi-Wati", wall_ms=town.time) as again:
        assert again.store.read(contents) == before
        assert state(again, office.two) == "void"


def test_a_disputed_pair_is_shown_again_with_every_reason_however_unlike_the_two_are(office: Office) -> None:
    from fieldapp.services.pairs import duplicates

    unlike = {"name": "Nama Sama Sekali Lain", "nik": "6471014505919077", "birth_date": "1991-05-05", "sex": "P",
              "birth_place": "Manado", "mother_name": "Ibu Lain", "ktp_address": "Jl. Jauh 9"}  # fmt: skip
    registrations.edit(office.wati, office.two, unlike)
    office.town.carry(office.wati, office.kiki)
    for survivor, session in ((office.one, office.kiki), (office.two, office.wati)):
        same_as.decide(session, *office.ids, "same", reason=f"kata {session.member.name}", survivor=survivor)
    office.town.carry(office.kiki, office.wati)
    duplicates.find(office.wati)
    (case,) = duplicates.listing(office.wati)
    assert [(pair["band"], pair["decision"]["decision"]) for pair in case["pairs"]] == [("unlikely", "disputed")]
    # All agree on one person, so one of the two gives way meanwhile: the one whom the latest word names.
    assert [state(office.wati, one) for one in office.ids] == ["void", "submitted"]
    said = duplicates.pair(office.wati, *office.ids)["decision"]
    assert [(word["by"], word["reason"]) for word in said["words"]] == [("Wati", "kata Wati"), ("Kiki", "kata Kiki")]
    same_as.decide(office.wati, *office.ids, "same", reason="x", survivor=office.one)
    assert duplicates.listing(office.wati) == []
    assert [case["registrations"] for case in duplicates.listing(office.wati, decided=True)] == [sorted(office.ids)]


def test_what_two_offices_took_over_at_once_goes_back_as_it_was_before_both(office: Office) -> None:
    before = registrations.show(office.kiki, office.one)["values"]
    for field, session in (("name", office.kiki), ("mother_name", office.wati)):
        registrations.edit(session, office.two, {"mother_name": "Ibu Lain"})
        same_as.decide(session, *office.ids, "same", reason="x", survivor=office.one, take={field: office.two})
    office.town.carry(office.kiki, office.wati)
    taken = registrations.show(office.wati, office.one)["values"]
    assert (taken["name"], taken["mother_name"]) == ("Contoh Orang Ay", "Ibu Lain")
    same_as.undo(office.wati, *office.ids, reason="keliru")
    assert registrations.show(office.wati, office.one)["values"] == before


def test_one_in_a_decree_takes_nothing_over(office: Office) -> None:
    review.decide(office.wati, [office.one], "approve")
    office.wati.store.write(lambda c: c.execute("UPDATE registration SET state = 'frozen' WHERE id = ?", (office.one,)))
    taking = lambda: same_as.decide(  # noqa: E731
        office.wati, *office.ids, "same", reason="x", survivor=office.one, take={"name": office.two}
    )
    assert refused(taking) == ("frozen", 5)
    assert same_as.decision_of(office.wati, *office.ids) is None
