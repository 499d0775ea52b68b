"""Raw answers become kept answers; what cannot be read stays as it was, and nothing raises."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.forms.check import check
from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS
from fieldapp.forms.messages import MESSAGES, message
from fieldapp.forms.normalise import normalise
from fieldapp.forms.plain_values import shown_key

steady = settings(derandomize=True, deadline=None, max_examples=250, database=None)
SETTINGS = ProgrammeSettings(name="Program Rekaan", start="2027-01")
TODAY = date(2026, 11, 23)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        ["081234567890", "17/8/45", " 6471 0128 0180 9001", "5", "64.71.05.1002", "a@b.id", "tidak_ada", ""]
    )
    | st.text(st.characters(codec=None, categories=("Cs", "Cc", "Cf", "Mn", "Zs", "Nd", "Ll")), max_size=8)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
CODES = sorted({code for question in QUESTIONS.values() for code in question.codes})
KEYS = st.sampled_from([*QUESTIONS, *APP_FIELDS]) | st.text(max_size=8)
ANSWERS = JSON | st.sampled_from(CODES) | st.lists(st.sampled_from(CODES), max_size=4)
REGISTRATIONS = st.dictionaries(KEYS, ANSWERS, max_size=12)


def found(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.code, finding.field) for finding in normalise(values)[1]]


@steady
@given(REGISTRATIONS)
@example({"name": "\ud800"})
@example({"nik": {}, "kinds": {}, "documents": [], "overrides": 1, "consent_at": "0001-01-01T00:00:00+23:59"})
@example({"documents": {"ktp": {"state": [], "file": {}, "sha256": 1}, "x": float("nan")}})
@example({"no_phone": True, "phone": ["x"], "consent_given": False})
@example({"birth_date": "9999-12-31", "ktp_city_since": "0001-01-01"})
def test_reading_twice_is_reading_once_and_every_finding_has_words(values) -> None:
    kept, findings = normalise(values)
    again, same = normalise(kept)
    assert json.dumps(again) == json.dumps(kept)
    assert same == findings
    checked = check(values, SETTINGS, TODAY)
    for finding in checked.findings:
        details = dict(finding.details)
        template = MESSAGES.get(f"{finding.code}:{details.get('kind')}") or MESSAGES[finding.code]
        assert set(re.findall(r"{(\w+)}", template.id)) <= set(details)
        assert message(finding, "id")
        assert message(finding, "en")


@steady
@given(REGISTRATIONS)
def test_nothing_that_was_given_is_dropped(values) -> None:
    kept, _findings = normalise(values)
    for key, value in values.items():
        if key not in kept:
            # Only white space, or containers of nothing, may vanish.
            assert value is None or _blank(value)


def _blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, list):
        return all(_blank(part) for part in value)
    if isinstance(value, dict):
        return all(part is None or _blank(part) for part in value.values())
    return False


@steady
@given(REGISTRATIONS)
def test_what_has_no_error_can_be_written_into_a_change(values) -> None:
    checked = check(values, SETTINGS, TODAY)
    broken = {finding.field for finding in checked.errors}
    for key, value in checked.values.items():
        if shown_key(key) not in broken:
            _carryable(value)


def _carryable(value: Any) -> None:
    assert not isinstance(value, float)
    if isinstance(value, str):
        value.encode("utf-8")
        assert len(value) <= 10_000
        assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value)
    elif isinstance(value, int):
        assert abs(value) < 2**53
    elif isinstance(value, list):
        for part in value:
            _carryable(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            _carryable(name)
            _carryable(part)


@pytest.mark.parametrize(
    ("field", "raw", "kept"),
    [
        ("name", "  Siti \t  Aminah\n", "Siti Aminah"),
        ("name", "Ma’ruf", "Ma'ruf"),
        ("name", "Jose\u0301", "José"),
        ("nik", "6471.0128-0180 9001", "6471012801809001"),
        ("nik", "'6471012801809001", "6471012801809001"),
        ("ktp_rt", "5", "005"),
        ("ktp_rt", "05", "005"),
        ("ktp_rw", "000", "000"),
        ("birth_date", "17/8/45", "1945-08-17"),
        ("birth_date", "17081945", "1945-08-17"),
        ("phone", "0812-3456-7890", "+6281234567890"),
        ("phone_alt", "(0542) 123456", "+62542123456"),
        ("email", "Siti@Contoh.ID", "Siti@contoh.id"),
        ("ktp_area", "6471051002", "64.71.05.1002"),
        ("kinds", ["sensorik_wicara", "fisik_stroke", "sensorik_wicara"], ["fisik_stroke", "sensorik_wicara"]),
        ("categories", ["kota", " kota ", "ojek"], ["ojek", "kota"]),
        ("monthly_income", 500000.0, 500000),
        (
            "documents",
            {"ktp": {"state": "difoto", "file": "a.jpg", "sha256": "AB" * 32}, "kk": None},
            {"ktp": {"state": "difoto", "file": "a.jpg", "sha256": "ab" * 32}},
        ),
        ("overrides", {"nik_sex_differs": "  KTP memang  begitu ", "x": ""}, {"nik_sex_differs": "KTP memang begitu"}),
        ("consent_at", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
    ],
)
def test_answers_are_kept_in_one_form(field, raw, kept) -> None:
    assert normalise({field: raw}) == ({field: kept}, [])


@pytest.mark.parametrize(
    ("field", "raw", "code"),
    [
        ("name", 7, "kind"),
        ("nik", 6471012801809001, "kind"),
        ("works", "ya", "kind"),
        ("works", 1, "kind"),
        ("monthly_income", "banyak", "kind"),
        ("monthly_income", True, "kind"),
        ("monthly_income", 1.5, "kind"),
        ("monthly_income", float("nan"), "kind"),
        ("kinds", "sensorik_netra", "kind"),
        ("kinds", [1], "kind"),
        ("documents", "ktp", "kind"),
        ("documents", {"ktp": 3}, "kind"),
        ("overrides", [], "kind"),
        ("overrides", {"a": 1}, "kind"),
        ("birth_date", 19800128, "kind"),
        ("sex", "X", "choice"),
        ("sex", "l", "choice"),
        ("kinds", ["netra"], "choice"),
        ("kinds", ["sensorik_netra", "tidak_ada"], "choice"),
        ("documents", {"ktp": "ada"}, "choice"),
        ("documents", {"ktp": {"state": "difoto", "sha256": "xyz"}}, "document_hash"),
        ("documents", {"sim": "dilihat"}, "unknown_key"),
        ("monthly_income", -1, "range"),
        ("monthly_income", 10**30, "range"),
        ("work_hours_day", 17, "range"),
        ("work_days_week", 0, "range"),
        ("name", "Siti [/x]", "characters"),
        ("name", "Siti\x07", "characters"),
        ("mother_name", "Ibu\x1b[31m", "characters"),
        ("mother_name", "Ibu\u202enaker", "characters"),
        ("mother_name", "\ud800", "characters"),
        ("ktp_rt", "0005", "characters"),
        ("ktp_rt", "lima", "characters"),
        ("name", "A" * 101, "length"),
        ("mother_name", "A" * 10_000_000, "length"),
        ("kinds", ["x"] * 1000, "length"),
        ("birth_date", "31/2/1980", "date"),
        ("consent_at", "kemarin", "date"),
        ("ktp_area", "64.71.99.1001", "area_unknown"),
        ("ktp_area", "64.71.05", "area_unknown"),
        ("phone", "0812", "phone_invalid"),
        ("email", "siti@", "email_invalid"),
        ("email", "x" * 9_999, "email_invalid"),
        ("favourite_colour", "biru", "unknown_key"),
    ],
)
def test_what_cannot_be_read_stays_as_it_was_with_its_code(field, raw, code) -> None:
    kept, findings = normalise({field: raw})
    assert [finding.code for finding in findings] == [code]
    if isinstance(raw, float):
        assert kept[field] is raw
    else:
        assert kept == {field: raw}


def test_an_unknown_key_is_a_warning_and_one_that_no_change_can_carry_an_error() -> None:
    assert found({"warna": "biru"}) == [("unknown_key", "warna")]
    assert found({"warna": 1.5}) == [("unknown_key", "warna"), ("kind", "warna")]
    assert found({"warna": "\x00"}) == [("unknown_key", "warna"), ("characters", "warna")]
    assert found({"warna": "x" * 20_000}) == [("unknown_key", "warna"), ("length", "warna")]
    assert found({"w\x1b": 1}) == [("unknown_key", "w?"), ("characters", "w?")]
    assert found({"warna": 2**53}) == [("unknown_key", "warna"), ("kind", "warna")]
    assert found({"warna": [2**53 - 1, {"a": None}]}) == [("unknown_key", "warna")]
    for depth in (20, 5_000):
        deep: Any = "x"
        for _ in range(depth):
            deep = [deep]
        assert found({"warna": deep}) == [("unknown_key", "warna"), ("kind", "warna")]
    long = "k" * 1_000_000
    assert [len(field) for _code, field in found({long: 1})] == [63, 63]


def test_empty_answers_are_no_answers() -> None:
    assert normalise({"nik": "", "name": None, "kinds": [], "mother_name": " \t ", "documents": {}}) == ({}, [])


def test_a_programmes_own_categories_are_not_judged_before_its_settings_are_known() -> None:
    assert normalise({"categories": ["nelayan", "pemulung_kota"]}) == ({"categories": ["nelayan", "pemulung_kota"]}, [])
