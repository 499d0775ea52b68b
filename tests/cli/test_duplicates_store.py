"""`duplicates find`, `list` and `show` over a laptop's own register."""

from __future__ import annotations

import pytest

TWICE = {"name": "Mappanyukki Khayalani", "birth_date": "1980-02-02", "nik": "6471050202809001"}
#: As somebody else wrote it down.
AGAIN = {"name": "Mapanyukki Khayalani", "birth_date": "1980-02-02", "nik": "6471050202809010"}


@pytest.fixture
def found(office, tools):
    """Two registrations of one person and one of another, of two laptops, compared at the coordinator's."""
    (one,) = tools.registered(office.siti, tools.person(1, **TWICE))
    again, _ = tools.registered(office.rudi, tools.person(1, **AGAIN), tools.person(40))
    office.carry("siti", "dewi")
    office.carry("rudi", "dewi")
    return office, sorted([one, again])


def test_finding_answers_counts_and_listing_cases(found) -> None:
    office, ids = found
    answer = office.dewi.done("duplicates", "find")
    assert answer == {
        "compared": 3, "new": 1, "pairs": 1, "almost_certain": 1, "to_review": 0, "same_nik": 0, "left": 0,
        "skipped": [],
    }  # fmt: skip
    assert office.dewi.done("duplicates", "find")["compared"] == 0
    assert office.dewi.done("duplicates", "find", "--everything")["compared"] == 3
    (case,) = office.dewi.done("duplicates", "list")
    assert (case["registrations"], [(pair["a"], pair["b"]) for pair in case["pairs"]]) == (ids, [tuple(ids)])
    assert office.dewi.done("duplicates", "list", "--band", "same_nik") == []
    assert office.dewi.done("duplicates", "list", "--area", "64.71.01") == []
    assert office.dewi("duplicates", "list", "--band", "certain").code == 2


def test_a_pair_is_shown_in_words_with_the_nik_masked(found) -> None:
    office, ids = found
    office.dewi.done("duplicates", "find")
    shown = office.dewi.done("duplicates", "show", *ids)
    assert shown["case"] == ids
    assert {shown["left"]["nik"], shown["right"]["nik"]} == {"6471********9001", "6471********9010"}
    for language, words in (("id", "Tanggal lahir sama"), ("en", "Date of birth")):
        answer = office.dewi("duplicates", "show", *ids, language=language)
        assert answer.code == 0
        assert words in answer.out
        assert "Mapanyukki" in answer.out
        assert TWICE["nik"] not in answer.out
    assert office.dewi.refused(2, "duplicates", "show", ids[0], ids[0])["code"] == "pair_of_one"
    assert office.dewi.refused(3, "duplicates", "show", ids[0], "x")["code"] == "registration_not_found"


def test_the_list_in_words_names_people_and_no_nik(found) -> None:
    office, ids = found
    assert office.dewi("duplicates", "find").out.count("\n") >= 5
    answer = office.dewi("duplicates", "list")
    assert all(one in answer.out for one in ids)
    assert "hampir pasti" in answer.out
    assert TWICE["nik"] not in answer.out


def test_a_second_list_needs_a_first(laptop, tmp_path) -> None:
    assert laptop("duplicates", "find", "--against", tmp_path / "x.csv").code == 2


def test_the_sides_of_a_pair_are_told_in_narrow_lines_and_never_why_they_are_in_the_programme(found) -> None:
    office, ids = found
    office.dewi.done("duplicates", "find")
    shown = office.dewi("duplicates", "show", *ids).out
    assert "= Tanggal lahir: 1980-02-02" in shown
    assert "! Nama lengkap: " in shown
    assert "99,9 %" in shown
    assert "disabilitas" not in shown.lower()
    assert max(map(len, shown.splitlines())) < 120
    listed = office.dewi("duplicates", "list").out
    assert f"   A  {ids[0]}  " in listed
    assert max(map(len, listed.splitlines())) < 100
