"""Names, disability categories, age and the time a KTP has been held."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.disability import categories, category_of, has_difficulty
from fieldapp.domain.eligibility import age_findings, age_on, ktp_findings, reaches_age_on
from fieldapp.domain.months import add_months, first_day, is_month, month_of, whole_months_between
from fieldapp.domain.names import name_fault, plain, typed_name
from fieldapp.domain.programme import ProgrammeSettings

steady = settings(derandomize=True, deadline=None, max_examples=200, database=None)
SETTINGS = ProgrammeSettings(name="Program Rekaan", start="2026-01")


@pytest.mark.parametrize("name", ["Irfan", "H. Muh. Ma'ruf, S.Pd", "Siti-Aminah", "José Pérez", "D", "Ǹ"])
def test_names_as_they_stand_on_cards_are_taken(name) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Agus2", "characters"),
        ("Siti [/x]", "characters"),
        ("Ali\x00", "characters"),
        ("Ali (alm)", "characters"),
        ("", "length"),
        ("...", "length"),
        ("A" * 101, "length"),
    ],
)
def test_digits_signs_and_lengths_are_refused(name, fault) -> None:
    assert name_fault(name) == fault


def test_typographic_apostrophes_become_plain_ones() -> None:
    assert typed_name("Ma’ruf Sa‘id Nu`man") == "Ma'ruf Sa'id Nu'man"


@steady
@given(st.text(max_size=30))
def test_folding_a_name_for_search_twice_changes_nothing(text) -> None:
    assert plain(plain(text)) == plain(text)


def test_folding_drops_case_spaces_marks_and_accents() -> None:
    assert plain("Sungai Nangka") == plain("SUNGAI-NANGKA") == "sungainangka"
    assert plain("José") == "jose"


def test_categories_are_computed_from_kinds_and_ganda_from_several() -> None:
    assert categories([]) == ()
    assert categories(["tidak_ada"]) == ()
    assert categories(["lainnya"]) == ()
    assert categories(["fisik_amputasi"]) == ("fisik",)
    assert categories(["fisik_stroke", "fisik_lumpuh"]) == ("fisik",)
    assert categories(["sensorik_rungu", "sensorik_wicara"]) == ("sensorik", "ganda")
    assert categories(["mental_autis", "fisik_kusta"]) == ("fisik", "mental", "ganda")
    assert categories(["sensorik_netra", "sensorik_netra"]) == ("sensorik",)
    assert category_of("fisik") is None
    assert category_of("ganda_x") is None


def test_the_cut_off_of_the_short_set_is_a_lot_or_cannot() -> None:
    assert has_difficulty({"wg_seeing": "tidak", "wg_walking": "banyak"})
    assert has_difficulty({"wg_hearing": "tidak_bisa"})
    assert not has_difficulty({"wg_seeing": "sedikit", "wg_walking": "menolak"})


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2011, 1, 1), []),
        (date(2011, 1, 2), ["age_below_min"]),
        (date(1961, 1, 2), []),
        (date(1961, 1, 1), ["age_above_max"]),
        (date(2026, 6, 1), ["age_below_min"]),
    ],
)
def test_age_is_measured_on_the_first_day_of_cover(born, expected) -> None:
    assert [finding.code for finding in age_findings(born, SETTINGS)] == expected


@steady
@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 79))
def test_nobody_is_of_an_age_the_day_before_reaching_it(born, age) -> None:
    day = reaches_age_on(born, age)
    assert age_on(day, born) == age
    assert age_on(date.fromordinal(day.toordinal() - 1), born) == age - 1


@pytest.mark.parametrize(
    ("since", "expected"),
    [(date(2025, 7, 1), []), (date(2025, 7, 2), ["ktp_city_recent"]), (date(2026, 3, 1), ["ktp_city_recent"])],
)
def test_a_ktp_held_for_less_than_six_months_asks_for_a_reason(since, expected) -> None:
    assert [finding.code for finding in ktp_findings(since, SETTINGS)] == expected


@steady
@given(st.integers(1900, 2900), st.integers(1, 12), st.integers(-500, 500))
def test_months_add_up(year, month, count) -> None:
    text = f"{year:04d}-{month:02d}"
    later = add_months(text, count)
    assert is_month(later)
    assert add_months(later, -count) == text
    assert whole_months_between(first_day(text), first_day(later)) == count
    assert month_of(first_day(later)) == later


def test_what_is_no_month_is_refused() -> None:
    for text in ("2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "", None, 202601):
        assert not is_month(text)
    with pytest.raises(ValueError, match="YYYY-MM"):
        first_day("2026-13")
