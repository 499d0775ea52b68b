"""The whole road, walked with commands only: register, carry, merge, review, and give back."""

from __future__ import annotations

from itertools import permutations

import pytest

from fieldapp.domain import roles

FIELD_OF_ALL = ("siti", "rudi", "dewi", "agus")


@pytest.fixture
def shared(office, tools):
    """A registration by Siti that Rudi's and Agus's laptops know too; returns the office and its id."""
    (known,) = tools.registered(office.siti, tools.person(1))
    office.carry("siti", "dewi")
    office.carry("rudi", "dewi")
    office.carry("dewi", "agus")
    office.give_back("dewi", "siti", "rudi")
    return office, known


def test_two_edits_of_different_fields_merge_by_themselves(shared) -> None:
    office, known = shared
    office.siti.done("edit", known, "--set", "work_place=pasar rekaan")
    office.rudi.done("edit", known, "--set", "monthly_income=1750000")
    office.carry("siti", "dewi")
    office.carry("rudi", "dewi")
    values = office.dewi.done("show", known)["values"]
    assert values["work_place"] == "pasar rekaan"
    assert values["monthly_income"] == 1750000
    assert office.dewi.done("conflicts", "list") == []


def test_two_edits_of_one_field_are_kept_both_until_a_person_chooses(shared) -> None:
    office, known = shared
    office.siti.done("edit", known, "--set", "work_place=pasar rekaan")
    office.rudi.done("edit", known, "--set", "work_place=pelabuhan rekaan")
    office.carry("siti", "dewi")
    office.carry("rudi", "dewi")
    (conflict,) = office.dewi.done("conflicts", "list")
    assert (conflict["id"], conflict["field"], conflict["base"]) == (known, "work_place", "rumah")
    assert {each["value"] for each in conflict["values"]} == {"pasar rekaan", "pelabuhan rekaan"}
    assert {each["by"] for each in conflict["values"]} == {"Siti Rekaan", "Rudi Rekaan"}
    shown = office.dewi.done("show", known)
    assert shown["state"] == "has_issues"
    assert {each["value"] for each in shown["conflicts"]["work_place"]} == {"pasar rekaan", "pelabuhan rekaan"}

    chosen = next(each["entry"] for each in conflict["values"] if each["by"] == "Rudi Rekaan")
    assert office.dewi.done("conflicts", "resolve", known, "work_place", "--keep", chosen)["state"] == "submitted"
    office.give_back("dewi", "siti", "rudi")
    for laptop in (office.siti, office.rudi):
        shown = laptop.done("show", known)
        assert shown["values"]["work_place"] == "pelabuhan rekaan"
        assert shown["conflicts"] == {}
        assert laptop.done("conflicts", "list") == []


def test_a_conflict_can_be_settled_with_a_third_value(shared) -> None:
    office, known = shared
    office.siti.done("edit", known, "--set", "monthly_income=1000000")
    office.rudi.done("edit", known, "--set", "monthly_income=2000000")
    office.carry("siti", "dewi")
    office.carry("rudi", "dewi")
    office.dewi.done("conflicts", "resolve", known, "monthly_income", "--value", "1200000")
    assert office.dewi.done("show", known)["values"]["monthly_income"] == 1200000
    error = office.dewi.refused(3, "conflicts", "resolve", known, "monthly_income", "--value", "1")
    assert error["code"] == "no_conflict"


def test_merging_in_any_order_and_twice_prints_the_same_bytes(office, tools) -> None:
    (known,) = tools.registered(office.siti, tools.person(1))
    first = office.carry("siti", "dewi")
    second = office.carry("rudi", "dewi")
    office.give_back("dewi", "siti", "rudi")
    tools.registered(office.rudi, tools.person(2), tools.person(3, work_place="[/x] pasar"))
    office.rudi.done("edit", known, "--set", "work_place=pelabuhan rekaan")
    office.siti.done("edit", known, "--set", "work_place=pasar rekaan")
    sticks = (first, second, office.carry("siti"), office.carry("rudi"))
    listed = set()
    for at, order in enumerate(list(permutations(sticks))[::5]):
        name = f"office{at}"
        office.invite(name, "coordinator", f"Kantor Rekaan {at}", "64.71.05")
        replica = getattr(office, name)
        replica.done("join", office.folder / f"{name}.invitation", "--pin", "246810")
        for stick in (*order, *order):
            replica.done("bundle", "merge", stick)
        listed.add(replica("list", "--json").out)
    assert len(listed) == 1
    assert len(office.office0.done("list")) == 3


def test_a_second_merge_of_a_bundle_finds_nothing_new(office, tools) -> None:
    tools.registered(office.siti, tools.person(1))
    stick = office.carry("siti", "dewi")
    before = office.dewi("list", "--json").out
    again = office.dewi.done("bundle", "merge", stick)
    assert again["entries"]["new"] == 0
    assert again["registrations"]["new"] == 0
    assert office.dewi("list", "--json").out == before


def test_a_dry_run_says_what_would_happen_and_changes_nothing(office, tools) -> None:
    tools.registered(office.siti, tools.person(1), tools.person(2))
    stick = office.carry("siti")
    foretold = office.dewi.done("bundle", "merge", stick, "--dry-run")
    assert foretold["registrations"]["new"] == 2
    assert office.dewi.done("list") == []
    assert office.dewi.done("bundle", "merge", stick)["registrations"] == foretold["registrations"]


def test_an_approval_of_what_has_changed_since_shows_as_such_everywhere(shared) -> None:
    office, known = shared
    (decided,) = office.agus.done("review", "approve", known)
    assert (decided["state"], decided["ok"]) == ("approved", True)
    office.siti.done("edit", known, "--set", "work_place=pasar rekaan")
    office.carry("siti", "agus", "dewi")
    office.carry("agus", "dewi")
    office.give_back("dewi", "siti", "rudi")
    for name in FIELD_OF_ALL:
        assert getattr(office, name).done("show", known)["state"] == "changed_after_review", name
    assert known in [each["id"] for each in office.agus.done("review", "list")]


def test_who_registered_a_person_cannot_approve_them(office, tools) -> None:
    (own,) = tools.registered(office.agus, tools.person(5))
    answer = office.agus("review", "approve", own, "--json")
    assert answer.code == 5
    assert [(each["ok"], each["code"]) for each in answer.json] == [(False, "own_decision")]
    assert office.agus.done("show", own)["state"] == "submitted"


def test_an_enumerator_cannot_decide(shared) -> None:
    office, known = shared
    answer = office.rudi("review", "approve", known, "--json")
    assert answer.code == 5
    assert answer.json[0]["ok"] is False
    assert office.rudi.done("show", known)["state"] == "submitted"


def test_a_forged_approval_of_an_enumerator_waits_in_quarantine(shared, monkeypatch) -> None:
    office, known = shared
    with monkeypatch.context() as forged:
        # Rudi's program has had its rules cut out: it writes and signs what it likes.
        forged.setattr(roles, "may", lambda *_anything, **_more: None)
        office.rudi.done("review", "approve", known)
    stick = office.carry("rudi")
    assert office.dewi.done("bundle", "merge", stick)["entries"]["quarantined"] == 1
    assert office.dewi.done("show", known)["state"] == "submitted"
    (held,) = office.dewi.done("quarantine", "list")
    assert (held["id"], held["by"], held["code"]) == (known, "Rudi Rekaan", "role_not_allowed")


def test_what_is_returned_reaches_its_enumerator_with_the_comment_and_comes_back(shared) -> None:
    office, known = shared
    office.agus.done(
        "review", "return", known, "--reason", "alamat kurang jelas", "--field", "ktp_address=nomor rumah?"
    )
    office.carry("agus", "dewi")
    office.give_back("dewi", "siti")
    shown = office.siti.done("show", known)
    assert shown["state"] == "returned"
    assert "nomor rumah?" in str(shown["comments"])
    office.siti.done("edit", known, "--set", "ktp_address=Gang Rekaan 12")
    assert office.siti.done("show", known)["state"] == "submitted"


def test_a_decision_can_be_undone(shared) -> None:
    office, known = shared
    office.agus.done("review", "reject", known, "--reason", "salah orang")
    assert office.agus.done("show", known)["state"] == "rejected"
    office.agus.done("review", "undo", known, "--reason", "ternyata benar")
    assert office.agus.done("show", known)["state"] == "submitted"


def test_decisions_by_filter_answer_for_each_and_one_refusal_does_not_stop_the_rest(office, tools) -> None:
    tools.registered(office.siti, *(tools.person(number) for number in (11, 12, 13)))
    tools.registered(office.agus, tools.person(14))
    office.carry("siti", "agus")
    answer = office.agus("review", "approve", "--filter", "area=64.71.05", "--json")
    assert answer.code == 1
    assert sorted(each["ok"] for each in answer.json) == [False, True, True, True]
    assert len(office.agus.done("list", "--state", "approved")) == 3


def test_the_history_tells_who_changed_what(shared) -> None:
    office, known = shared
    office.siti.done("edit", known, "--set", "work_place=pasar rekaan")
    history = office.siti.done("show", known, "--history")["history"]
    assert [each["at"] for each in history] == sorted(each["at"] for each in history)
    (edit,) = [each for each in history if each["kind"] == "edit"]
    assert edit["by"] == "Siti Rekaan"
    assert edit["changes"] == [{"field": "work_place", "from": "rumah", "to": "pasar rekaan"}]


def test_the_ledger_balances_once_everything_has_arrived(shared) -> None:
    office, known = shared
    office.agus.done("review", "approve", known)
    office.carry("agus", "dewi")
    office.give_back("dewi", "siti", "rudi")
    book = office.dewi.done("ledger")
    assert set(book) >= {"areas", "laptops", "totals", "balanced", "missing"}
    assert book["balanced"] is True
    assert book["missing"] == []


def test_lists_filter_and_search(office, tools) -> None:
    first, second = tools.registered(
        office.siti, tools.person(21, name="Zainal Rekaan"), tools.person(22, ktp_area="64.71.05.1006")
    )
    found = {
        ("--text", "zain"): [first],
        ("--text", tools.person(22)["nik"]): [second],
        ("--area", "64.71.05.1006"): [second],
        ("--category", "difabel"): sorted([first, second]),
        ("--state", "approved"): [],
        ("--by", "Siti Rekaan"): sorted([first, second]),
    }
    for words, ids in found.items():
        assert [each["id"] for each in office.siti.done("list", *words)] == ids, words
    assert office.siti.refused(3, "list", "--by", "Rudi Rekaan")["code"] == "member_not_found"
    (row,) = office.siti.done("list", "--text", "zain")
    assert set(row) == {"id", "state", "name", "nik", "area", "categories", "submitted_at", "registered_by"}
    assert row["nik"] == tools.person(21)["nik"][:4] + "********" + tools.person(21)["nik"][-4:]


def test_rebuilding_the_lists_changes_nothing(shared) -> None:
    office, _known = shared
    before = office.dewi("list", "--json").out
    assert office.dewi.done("rebuild")["identical"] is True
    assert office.dewi("list", "--json").out == before


def test_a_sheet_leaves_with_the_rows_that_were_asked_for(office, tools) -> None:
    tools.registered(office.siti, tools.person(31), tools.person(32))
    for name in ("orang.xlsx", "orang.csv"):
        assert office.siti.done("sheet", "export", office.folder / name)["rows"] == 2
        assert (office.folder / name).stat().st_size > 100
    assert office.siti.refused(2, "sheet", "export", office.folder / "daftar.pdf")["code"] == "sheet_kind"
    nobody = office.siti.done("sheet", "export", office.folder / "tak.csv", "--filter", "state=approved")
    assert nobody["rows"] == 0


def test_showing_a_registration_is_kept_as_a_look_at_its_nik(office, tools) -> None:
    from fieldapp.services.session import open_session
    from fieldapp.store import disclosures

    (registration,) = tools.registered(office.siti, tools.person(61))
    office.siti.done("list")
    office.siti.done("show", registration)
    with open_session(office.siti.home, "kata sandi rekaan") as session:
        looks = session.read(disclosures.all_disclosures)
    assert [(kind, shown) for kind, _, _, shown, _ in looks] == [("nik", registration)]


def test_a_merge_is_undone_by_its_id(office, tools) -> None:
    (registration,) = tools.registered(office.siti, tools.person(71))
    merged = office.dewi.done("bundle", "merge", office.carry("siti"))
    assert office.dewi.done("bundle", "undo", merged["merge_id"], "--reason", "flashdisk yang keliru") == {
        "merge_id": merged["merge_id"],
        "voided": 1,
        "restored": 0,
        "left": [],
    }
    assert office.dewi.done("show", registration)["state"] == "void"
    assert office.dewi.refused(3, "bundle", "undo", "00" * 16)["code"] == "merge_unknown"
