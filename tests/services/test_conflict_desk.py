"""The conflict desk: who wrote what, choices bound to what was seen, many settled by the newest, and no way back."""

from __future__ import annotations

import contextlib
import io
import itertools
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from fieldapp.cli.conflict_lines import ConflictTalk
from fieldapp.cli.output import Output
from fieldapp.services import care, conflicts, exchange, lists, registrations, review
from fieldapp.services.conflicts import disputes, settling
from fieldapp.services.problems import Problem

AREA, OTHER = "64.71.05.1002", "64.71.01.1001"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, town_in: Callable[..., Any]) -> Iterator[Any]:
    """Two enumerators of one area, their coordinator, a supervisor, and a coordinator of another area."""
    town = town_in(tmp_path_factory.mktemp("desk"))
    made = SimpleNamespace(
        town=town,
        ani=town.join("enumerator", "Ani", AREA),
        budi=town.join("enumerator", "Budi", AREA),
        kiki=town.join("coordinator", "Kiki", "64.71.05"),
        wati=town.join("supervisor", "Wati", "64.71", slots=50),
        jauh=town.join("coordinator", "Jauh", "64.71.01"),
    )
    for member in (made.ani, made.budi, made.jauh):
        # The first packet says who somebody is.
        town.carry(member, made.kiki, made.wati)
    yield made
    town.close()


@pytest.fixture
def known(office: Any, person: Callable[..., Any]) -> str:
    """A registration of Ani's that everybody of the area has."""
    draft = registrations.new_draft(office.ani, person(next(_numbers), work_place="rumah"))
    registration = str(registrations.submit(office.ani, draft.id)["id"])
    office.town.carry(office.ani, office.kiki, office.wati)
    for laptop in (office.budi, office.ani):
        office.town.carry(office.kiki, laptop, to=laptop.member.id)
    return registration


def meet(office: Any) -> None:
    """Everything is everywhere."""
    for laptop in (office.ani, office.budi):
        office.town.carry(laptop, office.kiki, office.wati)
    office.town.carry(office.kiki, office.wati)
    office.town.carry(office.wati, office.kiki)
    for laptop in (office.ani, office.budi):
        office.town.carry(office.kiki, laptop, to=laptop.member.id)


def open_here(session: Any, registration: str) -> dict[str, Any]:
    return {each["group"]: each for each in disputes.desk(session, registration)["disputes"]}


def open_fields(known: str, *sessions: Any) -> list[str]:
    """What `conflicts list` says of this registration, anywhere."""
    return [each["field"] for session in sessions for each in conflicts.listing(session) if each["id"] == known]


def everybody(office: Any) -> tuple[Any, ...]:
    return office.ani, office.budi, office.kiki, office.wati


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as caught:
        work()
    return caught.value.code


def test_the_desk_says_per_field_what_each_writer_did_to_the_base(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"ktp_address": "Gg. Rekaan No. 2", "ktp_rw": "009"})
    registrations.edit(office.budi, known, {"ktp_rt": "040", "ktp_address": "Gg. Rekaan No. 1"})
    meet(office)
    desk = disputes.desk(office.kiki, known)
    (address,) = desk["disputes"]
    assert address["fields"] == ["ktp_address", "ktp_rt", "ktp_rw", "ktp_area"]
    assert address["rule"] == "newest"
    assert address["base"]["values"]["ktp_rt"] == "035"
    budi, ani = address["sides"]
    assert [(side["by"], side["newest"], side["here"]) for side in (budi, ani)] == [
        ("Budi", True, False),
        ("Ani", False, False),
    ]
    assert ani["signs"] == {"ktp_address": "changed", "ktp_rt": "same", "ktp_rw": "filled", "ktp_area": "same"}
    assert budi["signs"] == {"ktp_address": "same", "ktp_rt": "changed", "ktp_rw": "same", "ktp_area": "same"}
    assert [side["here"] for side in open_here(office.ani, known)["ktp_address"]["sides"]] == [False, True]
    assert address["since"] == budi["at"]


def test_a_choice_is_refused_when_another_value_came_after_the_desk_was_drawn(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"work_place": "pasar"})
    registrations.edit(office.budi, known, {"work_place": "terminal"})
    office.town.carry(office.ani, office.kiki)
    office.town.carry(office.budi, office.kiki)
    seen = open_here(office.kiki, known)["work_place"]
    registrations.edit(office.wati, known, {"work_place": "dermaga"})
    office.town.carry(office.wati, office.kiki)
    choice = {"seen": seen["heads"], "keep": seen["sides"][0]["entry"]}
    assert code_of(lambda: conflicts.choose(office.kiki, known, "work_place", **choice)) == "conflict_changed"
    again = open_here(office.kiki, known)["work_place"]
    assert {side["values"]["work_place"] for side in again["sides"]} == {"pasar", "terminal", "dermaga"}
    done = conflicts.choose(office.kiki, known, "work_place", seen=again["heads"], values={"work_place": "gudang"})
    assert done["state"] == "submitted"
    meet(office)
    assert open_fields(known, *everybody(office)) == []
    for session in everybody(office):
        assert registrations.show(session, known)["values"]["work_place"] == "gudang"


@pytest.mark.parametrize("alike", [True, False])
def test_two_people_who_settle_at_once_agree_or_make_a_conflict_that_can_be_read(
    office: Any, known: str, alike: bool
) -> None:
    registrations.edit(office.ani, known, {"mother_name": "Ibu Lain"})
    registrations.edit(office.budi, known, {"mother_name": "Ibu Ketiga"})
    meet(office)
    for place, session in enumerate((office.kiki, office.wati)):
        dispute = open_here(session, known)["mother_name"]
        side = dispute["sides"][0 if alike else place]
        conflicts.choose(session, known, "mother_name", seen=dispute["heads"], keep=side["entry"])
    meet(office)
    found = open_here(office.budi, known)
    assert ("mother_name" in found) is not alike
    settled = disputes.desk(office.kiki, known)["settled"]
    assert bool(settled) is alike
    if not alike:
        assert {side["by"] for side in found["mother_name"]["sides"]} == {"Kiki", "Wati"}
        assert {side["values"]["mother_name"] for side in found["mother_name"]["sides"]} == {"Ibu Lain", "Ibu Ketiga"}
        assert found["mother_name"]["base"] is not None
        dispute = open_here(office.wati, known)["mother_name"]
        conflicts.choose(office.wati, known, "mother_name", seen=dispute["heads"], keep=dispute["sides"][1]["entry"])
        meet(office)
    assert open_fields(known, *everybody(office)) == []


def test_an_edit_beside_a_resolution_is_a_conflict_of_these_two_only(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"work_place": "pasar"})
    registrations.edit(office.budi, known, {"work_place": "terminal"})
    meet(office)
    dispute = open_here(office.kiki, known)["work_place"]
    conflicts.choose(office.kiki, known, "work_place", seen=dispute["heads"], keep=dispute["sides"][1]["entry"])
    registrations.edit(office.budi, known, {"work_place": "warung"})
    meet(office)
    for session in (office.ani, office.kiki, office.wati):
        sides = open_here(session, known)["work_place"]["sides"]
        assert [side["values"]["work_place"] for side in sides] == ["warung", "pasar"]
    dispute = open_here(office.wati, known)["work_place"]
    conflicts.choose(office.wati, known, "work_place", seen=dispute["heads"], take="newest")
    meet(office)
    assert open_fields(known, *everybody(office)) == []


def test_a_late_head_of_a_third_laptop_meets_the_resolution_and_nothing_older(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"email": "satu@contoh.id"})
    registrations.edit(office.budi, known, {"email": "dua@contoh.id"})
    late = office.town.stick / f"terlambat-{next(_numbers)}"
    exchange.write_bundle(office.budi, late)
    registrations.edit(office.wati, known, {"email": "tiga@contoh.id"})
    office.town.carry(office.ani, office.kiki)
    office.town.carry(office.wati, office.kiki)
    dispute = open_here(office.kiki, known)["email"]
    done = conflicts.choose(office.kiki, known, "email", seen=dispute["heads"], take="newest")
    exchange.merge(office.kiki, [late])
    sides = open_here(office.kiki, known)["email"]["sides"]
    assert {side["entry"] for side in sides} > {done["entry"]}
    assert len(sides) == 2
    dispute = open_here(office.kiki, known)["email"]
    conflicts.choose(office.kiki, known, "email", seen=dispute["heads"], take="base")
    meet(office)
    assert open_fields(known, *everybody(office)) == []
    assert "email" not in registrations.show(office.ani, known)["values"]


def test_what_was_settled_shows_its_losers_and_can_be_chosen_anew(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"work_place": "pasar"})
    registrations.edit(office.budi, known, {"work_place": "terminal"})
    meet(office)
    dispute = open_here(office.kiki, known)["work_place"]
    conflicts.choose(office.kiki, known, "work_place", seen=dispute["heads"], take="newest")
    (settled,) = disputes.desk(office.kiki, known)["settled"]
    assert (settled["how"], settled["by"], settled["values"]) == ("newest", "Kiki", {"work_place": "terminal"})
    assert [(side["values"]["work_place"], side["chosen"]) for side in settled["sides"]] == [
        ("terminal", True),
        ("pasar", False),
    ]
    for choice, how in (
        ({"keep": settled["sides"][1]["entry"]}, "kept"),
        ({"values": {"work_place": "dermaga"}}, "written"),
        ({"take": "base"}, "base"),
    ):
        conflicts.choose(office.kiki, known, "work_place", seen=settled["heads"], **choice)
        (settled,) = disputes.desk(office.kiki, known)["settled"]
        assert settled["how"] == how
        assert {"pasar", "terminal"} <= {side["values"]["work_place"] for side in settled["sides"]}
    unchanged = conflicts.choose(office.kiki, known, "work_place", seen=settled["heads"], take="base")
    assert unchanged["entry"] is None
    assert code_of(lambda: conflicts.choose(office.kiki, known, "name", seen=[], take="base")) == "conflict_changed"
    meet(office)
    assert open_fields(known, office.ani) == []
    registrations.edit(office.ani, known, {"work_place": "rumah baru"})
    assert disputes.desk(office.ani, known)["settled"] == []


def test_what_a_laptop_let_go_is_said_so_and_comes_back_for_whoever_looks_at_it(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"work_place": "pasar"})
    registrations.edit(office.budi, known, {"work_place": "terminal"})
    meet(office)
    dispute = open_here(office.ani, known)["work_place"]
    conflicts.choose(office.ani, known, "work_place", seen=dispute["heads"], take="newest")
    meet(office)
    assert care.compact(office.ani)["entries"] > 0
    (settled,) = disputes.desk(office.ani, known)["settled"]
    assert ([side["known"] for side in settled["sides"]], settled["how"]) == ([False, False], "unknown")
    assert settled["values"] == {"work_place": "terminal"}
    assert {sign for side in settled["sides"] for sign in side["signs"].values()} == {"unknown"}
    lost = {"seen": settled["heads"], "keep": settled["sides"][1]["entry"]}
    assert code_of(lambda: conflicts.choose(office.ani, known, "work_place", **lost)) == "base_unknown"
    meet(office)
    (settled,) = disputes.desk(office.ani, known)["settled"]
    assert [(side["known"], side["chosen"]) for side in settled["sides"]] == [(True, True), (True, False)]


def test_a_third_value_goes_by_the_forms_rules_for_the_whole_group(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"ktp_rt": "002"})
    registrations.edit(office.budi, known, {"ktp_rt": "003"})
    meet(office)
    dispute = open_here(office.kiki, known)["ktp_address"]

    def choose(**values: Any) -> Any:
        return conflicts.choose(office.kiki, known, "ktp_address", seen=dispute["heads"], values=values)

    with pytest.raises(Problem) as caught:
        choose(ktp_rt="tiga")
    assert (caught.value.code, caught.value.findings[0]["field"]) == ("findings", "ktp_rt")
    assert code_of(lambda: choose(name="Rekaan")) == "field_unknown"
    choose(ktp_address="Gg. Rekaan No. 7", ktp_rt="5")
    values = registrations.show(office.kiki, known)["values"]
    assert (values["ktp_address"], values["ktp_rt"], values["ktp_area"]) == ("Gg. Rekaan No. 7", "005", AREA)
    # Who lives in another kelurahan by what was chosen enters its list too.
    dispute = disputes.desk(office.kiki, known)["settled"][0]
    choose(ktp_area="64.71.05.1009")
    record = office.kiki.read(lambda connection: office.kiki.journal(connection).record(known))
    assert (record.history[-1].entry.s, record.scope) == ("64.71.05.1009", AREA)


def test_all_that_may_takes_the_newest_at_once_and_the_rest_is_left_with_words(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"work_place": "pasar", "email": "a@contoh.id", "mother_name": "Ibu Satu"})
    registrations.edit(office.budi, known, {"work_place": "kota", "email": "b@contoh.id", "mother_name": "Ibu Dua"})
    office.town.carry(office.ani, office.kiki)
    office.town.carry(office.budi, office.kiki)
    preview = settling.newest(office.kiki, [known], dry_run=True)
    assert (preview["registrations"], preview["conflicts"], preview["losers"]) == (1, 2, {"Ani": 2})
    assert [(each["group"], each["code"]) for each in preview["left"]] == [("mother_name", "person_decides")]
    assert [(each["group"], each["lost"][0]["values"]) for each in preview["settled"]] == [
        ("email", {"email": "a@contoh.id"}),
        ("work_place", {"work_place": "pasar"}),
    ]
    assert len(open_fields(known, office.kiki)) == 3
    # Somebody else's value arrives between the preview and the word.
    registrations.edit(office.wati, known, {"email": "c@contoh.id"})
    office.town.carry(office.wati, office.kiki)
    done = settling.newest(office.kiki, [known], seen=settling.seen_in(preview))
    assert [each["group"] for each in done["settled"]] == ["work_place"]
    assert {each["group"]: each["code"] for each in done["left"]} == {
        "email": "conflict_changed",
        "mother_name": "person_decides",
    }
    assert settling.newest(office.kiki, settling.disputed_ids(office.kiki, lists.Wanted().filter()))["conflicts"] >= 1
    dispute = open_here(office.kiki, known)["mother_name"]
    refused = {"seen": dispute["heads"], "take": "newest"}
    assert code_of(lambda: conflicts.choose(office.kiki, known, "mother_name", **refused)) == "person_decides"
    conflicts.choose(office.kiki, known, "mother_name", seen=dispute["heads"], keep=dispute["sides"][1]["entry"])
    meet(office)
    assert open_fields(known, office.budi) == []
    assert registrations.show(office.ani, known)["values"]["email"] == "c@contoh.id"


def test_a_newest_value_that_needs_a_reason_nobody_shows_waits_for_a_person(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"ktp_area": "64.71.05.1009"})
    moved = {"ktp_area": "64.72.04.1002", "overrides": {"area_outside_city": "baru pindah"}}
    registrations.edit(office.budi, known, moved)
    office.town.carry(office.ani, office.wati)
    office.town.carry(office.budi, office.wati)
    assert settling.newest(office.wati, [known], dry_run=True)["left"] == []
    # The reason becomes one of two, and the one that is shown is of something else.
    registrations.edit(office.kiki, known, {"overrides": {"duplicate_near": "kembar"}})
    meet(office)
    left = settling.newest(office.wati, [known])["left"]
    assert [(each["group"], each["code"]) for each in left] == [
        ("ktp_address", "needs_reason"),
        ("overrides", "person_decides"),
    ]
    for group, dispute in open_here(office.kiki, known).items():
        conflicts.choose(office.kiki, known, group, seen=dispute["heads"], keep=dispute["sides"][-1]["entry"])
    meet(office)
    assert open_fields(known, *everybody(office)) == []


def test_enumerators_settle_their_own_and_the_office_its_area(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"work_place": "pasar"})
    registrations.edit(office.budi, known, {"work_place": "terminal"})
    meet(office)
    told = disputes.desk(office.budi, known)
    assert told["refusal"]["code"] == "not_allowed"
    choice = {"seen": told["disputes"][0]["heads"], "take": "newest"}
    assert code_of(lambda: conflicts.choose(office.budi, known, "work_place", **choice)) == "not_allowed"
    assert [each["code"] for each in settling.newest(office.budi, [known])["left"]] == ["not_allowed"]
    office.town.carry(office.wati, office.jauh)
    assert disputes.desk(office.jauh, known)["refusal"]["code"] == "outside_area"
    assert code_of(lambda: conflicts.choose(office.jauh, known, "work_place", **choice)) == "outside_area"
    assert disputes.desk(office.ani, known)["refusal"] is None
    assert conflicts.choose(office.ani, known, "work_place", **choice)["state"] == "submitted"
    meet(office)


def rows(session: Any) -> dict[str, dict[str, Any]]:
    found = disputes.rows(session, lists.numbers(session, lists.Wanted(disputed=True)) or ())
    assert session.status()["conflicts"] == len(found)
    return {row["id"]: row for row in found}


def test_home_counts_what_the_desk_lists(office: Any, known: str) -> None:
    registrations.edit(office.ani, known, {"work_place": "pasar", "email": "a@contoh.id"})
    registrations.edit(office.budi, known, {"work_place": "terminal", "email": "b@contoh.id"})
    meet(office)
    for session in (office.ani, office.kiki, office.wati):
        row = rows(session)[known]
        assert (row["groups"], row["sorts"], row["writers"]) == (["email", "work_place"], ["answers"], ["Budi", "Ani"])
        assert row["since"] == open_here(session, known)["email"]["since"]
    settling.newest(office.kiki, [known])
    assert known not in rows(office.kiki)
    meet(office)


def by_ear(session: Any, registration: str, *lines: str) -> str:
    """What is told of a registration by ear while these lines are typed."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out):
        patch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        ConflictTalk(session, Output(as_json=False)).go_through(registration)
    return out.getvalue()


def test_a_change_beside_a_void_waits_for_somebody_to_say_which_counts(office: Any, known: str) -> None:
    registrations.void(office.ani, known, "didaftarkan dua kali")
    registrations.edit(office.budi, known, {"work_place": "terminal"})
    meet(office)
    assert registrations.show(office.kiki, known)["state"] == "has_issues"
    assert rows(office.kiki)[known]["sorts"] == ["beside_void"]
    decisions = disputes.desk(office.kiki, known)["decisions"]
    assert decisions["dispute"] == "beside_void"
    assert [(side["decision"], side["by"], side["reason"]) for side in decisions["sides"]] == [
        ("void", "Ani", "didaftarkan dua kali")
    ]
    assert [(each["by"], each["fields"]) for each in decisions["changes"]] == [("Budi", ["work_place"])]

    def settle(session: Any, after: settling.After, **more: Any) -> Any:
        return settling.beside_void(session, known, after, **{"seen": decisions["heads"], "reason": "dicek", **more})

    assert code_of(lambda: settle(office.kiki, "undo")) == "not_allowed"
    assert code_of(lambda: settle(office.kiki, "void", seen=["0" * 32])) == "conflict_changed"
    assert code_of(lambda: settle(office.kiki, "void", reason=" ")) == "reason_needed"
    told = by_ear(office.kiki, known, "2", "x\n")
    assert "Dibatalkan, tetapi diubah di tempat lain." in told
    assert "Diubah oleh Budi" in told
    assert "pengawas" in told
    assert settle(office.wati, "undo")["state"] == "submitted"
    assert code_of(lambda: settle(office.wati, "undo")) == "conflict_changed"
    # The coordinator says at the same time, by ear, that it stays out: that is the safer of two unlike words.
    assert "Selesai." in by_ear(office.kiki, known, "1", "tetap ganda")
    assert registrations.show(office.kiki, known)["state"] == "void"
    meet(office)
    assert registrations.show(office.ani, known)["state"] == "void"


def test_unlike_decisions_are_shown_with_who_and_settled_by_deciding_again(office: Any, known: str) -> None:
    dewi = office.town.join("supervisor", "Dewi", "64.71", slots=5)
    office.town.carry(office.wati, dewi)
    review.decide(office.wati, [known], "approve")
    review.decide(dewi, [known], "reject", reason="bukan warga")
    office.town.carry(dewi, office.wati)
    decisions = disputes.desk(office.wati, known)["decisions"]
    assert decisions["dispute"] == "decisions"
    assert {(side["decision"], side["by"], side["fresh"]) for side in decisions["sides"]} == {
        ("approve", "Wati", True),
        ("reject", "Dewi", True),
    }
    row = rows(office.wati)[known]
    assert (row["sorts"], row["groups"]) == (["decisions"], [])
    (answer,) = review.decide(office.wati, [known], "reject", reason="bukan warga")
    assert answer["state"] == "rejected"
    assert disputes.desk(office.wati, known)["decisions"] is None
    assert known not in rows(office.wati)
