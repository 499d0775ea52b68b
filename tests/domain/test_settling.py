"""Who may settle which conflict: every question of the form has its place in the table."""

from __future__ import annotations

import itertools

import pytest

from fieldapp.domain.review import DecisionHead, registration_state
from fieldapp.domain.settling import NEWEST, PERSON, decision_dispute, rule_of
from fieldapp.forms.declaration import APP_FIELDS, GROUPS, QUESTIONS


def test_every_question_and_every_key_of_the_program_is_in_the_table_once() -> None:
    known = set(QUESTIONS) | set(APP_FIELDS)
    assert known - PERSON - NEWEST == set(), "decide who settles these (docs/decisions/0033)"
    assert (PERSON | NEWEST) - known == set(), "no such question"
    assert set() == PERSON & NEWEST


def test_fields_that_change_as_one_are_settled_by_the_same_hand() -> None:
    for group in set(GROUPS.values()):
        rules = {rule_of([field]) for field, of in GROUPS.items() if of == group}
        assert len(rules) == 1, group


@pytest.mark.parametrize(
    "fields",
    [
        ["nik", "nomor_kk"],
        ["name"],
        ["birth_date"],
        ["birth_place"],
        ["sex"],
        ["kinds"],
        ["wg_seeing"],
        ["consent_given"],
        ["categories"],
        ["monthly_income"],
        ["heir_name"],
        ["overrides"],
        ["a_question_of_tomorrow"],
        ["phone", "a_question_of_tomorrow"],
    ],
)
def test_identity_disability_consent_eligibility_money_and_the_unknown_are_a_persons(fields: list[str]) -> None:
    assert rule_of(fields) == "person"


@pytest.mark.parametrize("fields", [["phone", "no_phone"], ["email"], ["ktp_address", "ktp_rt"], ["work_place"]])
def test_how_to_reach_somebody_may_take_the_newest(fields: list[str]) -> None:
    assert rule_of(fields) == "newest"


def test_decisions_are_at_odds_exactly_where_the_state_says_so() -> None:
    codes = ("approve", "return", "reject", "undo", "withdraw", "void")
    heads = [DecisionHead(code, fresh) for code in codes for fresh in (True, False)]
    for count in (0, 1, 2):
        for chosen in itertools.combinations(heads, count):
            state = registration_state(chosen, conflicts=False, errors=False)
            assert (state == "has_issues") == (decision_dispute(chosen) is not None), chosen
