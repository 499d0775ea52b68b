"""The state of a registration and who may write what."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.review import STATES, DecisionHead, registration_state
from fieldapp.domain.roles import DECISIONS, OFFICE_ROLES, ROLES, may

steady = settings(derandomize=True, deadline=None, max_examples=200, database=None)


def state(*heads: tuple[str, bool], conflicts: bool = False, errors: bool = False, **more: bool) -> str:
    return registration_state(
        [DecisionHead(code, fresh) for code, fresh in heads], conflicts=conflicts, errors=errors, **more
    )


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        ([], "submitted"),
        ([("undo", True)], "submitted"),
        ([("undo", False)], "submitted"),
        ([("approve", True)], "approved"),
        ([("approve", False)], "changed_after_review"),
        ([("reject", True)], "rejected"),
        ([("reject", False)], "changed_after_review"),
        ([("return", True)], "returned"),
        ([("return", False)], "submitted"),
        ([("approve", True), ("approve", False)], "approved"),
        ([("approve", True), ("reject", True)], "has_issues"),
        ([("approve", True), ("undo", True)], "has_issues"),
        ([("withdraw", True)], "withdrawn"),
        ([("withdraw", False)], "withdrawn"),
        ([("withdraw", True), ("approve", True)], "withdrawn"),
        ([("void", True)], "void"),
        ([("void", True), ("approve", True)], "void"),
        ([("void", False)], "has_issues"),
    ],
)
def test_the_state_follows_from_the_decisions_in_force(heads, expected) -> None:
    assert state(*heads) == expected


def test_open_conflicts_and_errors_hold_up_what_nobody_decided() -> None:
    assert state(conflicts=True) == "has_issues"
    assert state(errors=True) == "has_issues"
    assert state(("return", False), errors=True) == "has_issues"
    assert state(("return", True), errors=True) == "returned"
    assert state(("approve", True), errors=True) == "approved"


def test_an_approval_without_a_slot_waits_and_one_in_a_decree_is_frozen() -> None:
    assert state(("approve", True), within_quota=False) == "waiting"
    assert state(("approve", True), frozen=True) == "frozen"
    assert state(("approve", True), within_quota=False, frozen=True) == "waiting"


@steady
@given(
    st.lists(st.tuples(st.sampled_from([*sorted(DECISIONS), "void"]), st.booleans()), max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_the_order_of_heads_never_matters(heads, conflicts, errors) -> None:
    found = {state(*order, conflicts=conflicts, errors=errors) for order in itertools.permutations(heads)}
    assert len(found) == 1
    assert found <= set(STATES)


@pytest.mark.parametrize("kind", ["new", "edit", "comment"])
def test_the_field_roles_register_and_edit_and_the_others_do_not(kind) -> None:
    for role in ("enumerator", "coordinator", "supervisor"):
        assert may(role, "registration", kind, own_record=False) is None
    for role in ("admin", "hub", "stranger"):
        assert may(role, "registration", kind, own_record=True) == "role_not_allowed"


def test_an_enumerator_settles_own_registrations_only() -> None:
    for kind in ("resolve", "void"):
        assert may("enumerator", "registration", kind, own_record=True) is None
        assert may("enumerator", "registration", kind, own_record=False) == "role_not_allowed"
        assert may("coordinator", "registration", kind, own_record=False) is None


@pytest.mark.parametrize("decision", ["approve", "reject", "undo", "return"])
def test_supervisors_decide_but_never_about_their_own_registrations(decision) -> None:
    assert may("supervisor", "registration", "decide", own_record=False, decision=decision) is None
    assert may("supervisor", "registration", "decide", own_record=True, decision=decision) == "own_decision"
    assert may("enumerator", "registration", "decide", own_record=True, decision=decision) == "role_not_allowed"
    expected = None if decision == "return" else "role_not_allowed"
    assert may("coordinator", "registration", "decide", own_record=False, decision=decision) == expected


def test_taking_back_consent_is_written_by_whoever_stands_at_the_door() -> None:
    assert may("enumerator", "registration", "decide", own_record=True, decision="withdraw") is None
    assert may("enumerator", "registration", "decide", own_record=False, decision="withdraw") == "role_not_allowed"
    assert may("supervisor", "registration", "decide", own_record=True, decision="withdraw") is None


def test_a_decision_that_is_none_is_refused() -> None:
    for decision in (None, "", "void", "frozen"):
        assert may("supervisor", "registration", "decide", own_record=False, decision=decision) == "role_not_allowed"


@pytest.mark.parametrize(
    ("type", "roles"),
    [
        ("programme", {"admin"}),
        ("lease", {"admin"}),
        ("revocation", {"admin"}),
        ("office_key", {"admin"}),
        ("decree", {"supervisor", "admin"}),
        ("batch", {"supervisor", "admin"}),
        ("receipt", {"coordinator", "supervisor", "admin", "hub"}),
        ("unheard_of", set()),
    ],
)
def test_records_of_the_office_are_written_by_their_roles_only(type, roles) -> None:
    allowed = {role for role in ROLES if may(role, type, "new", own_record=False) is None}
    assert allowed == roles
    assert allowed <= OFFICE_ROLES


@steady
@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), st.booleans(), st.none() | st.text(max_size=9))
def test_what_is_not_listed_is_nobodys_to_write(role, type, kind, own, decision) -> None:
    assert may(role, type, kind, own_record=own, decision=decision) == "role_not_allowed"
