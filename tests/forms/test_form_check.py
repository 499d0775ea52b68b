"""Every rule of the form: its code, its strength, and that nothing else is said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fieldapp.forms.check import Checked, Elsewhere, check

SHARED_NIK = "6471012801809002"
LISTED_NIK = "6471012801809003"
ELSEWHERE_NIK = "6471012801809004"


class Register:
    """Two other people: one has a NIK, both have one phone; the other one's name is known."""

    def nik_owner(self, nik: str) -> str | None:
        return "019ab000-0000-7000-8000-000000000001" if nik == SHARED_NIK else None

    def told_of(self, owner: str) -> dict[str, str]:
        return {"area": "Sepinggan", "by": "Contoh Siti"}

    def near(self, answers: Mapping[str, object]) -> int:
        return 1 if answers.get("name") == "Contoh Kembar" else 0

    def phone_count(self, e164: str) -> int:
        return 2 if e164 == "+6281234567891" else 0

    def cover_lists(self, nik: str) -> list[str]:
        return ["Daftar Rekaan"] if nik == LISTED_NIK else []

    def elsewhere(self, answers: Mapping[str, object]) -> Elsewhere:
        if answers.get("nik") == ELSEWHERE_NIK:
            return Elsewhere(exact=("Sepinggan (Balikpapan Selatan)",))
        return Elsewhere(near=("Damai", "Prapatan")) if answers.get("name") == "Contoh Mirip" else Elsewhere()


def said(checked: Checked) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.field, finding.strength) for finding in checked.findings]


def test_the_invented_person_is_ready_to_submit(person, programme, today) -> None:
    checked = check(person, programme, today)
    assert said(checked) == []
    assert checked.submittable
    assert checked.values == person


E, W, H = "error", "warning", "hint"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"nik": None}, [("required", "nik", E)]),
        ({"nik": None, "nik_absent_reason": "hilang"}, [("nik_absent", "nik_absent_reason", H)]),
        ({"nik": "6471010507079001"}, [("nik_equals_kk", "nik", E), ("nik_birth_date_differs", "nik", W)]),
        ({"nik": SHARED_NIK}, [("duplicate_nik", "nik", E)]),
        ({"nik": LISTED_NIK}, [("covered_elsewhere", "nik", W)]),
        ({"nik": ELSEWHERE_NIK}, [("duplicate_nik_elsewhere", "nik", E)]),
        ({"name": "Contoh Mirip"}, [("duplicate_near_elsewhere", "name", W)]),
        ({"name": "Contoh Kembar"}, [("duplicate_near", "name", W)]),
        ({"nik": "6471013281809001"}, [("nik_day", "nik", E), ("nik_month", "nik", E)]),
        ({"nomor_kk": "6471014507079001"}, [("kk_day", "nomor_kk", E)]),
        ({"nomor_kk": "9999010507079001"}, [("kk_province_unknown", "nomor_kk", W)]),
        ({"birth_date": "2091-01-01"}, [("date_future", "birth_date", E)]),
        ({"birth_date": "1899-12-31"}, [("date_early", "birth_date", E)]),
        ({"birth_date": "2020-01-28"}, [("nik_birth_date_differs", "nik", W), ("age_below_min", "birth_date", E)]),
        ({"birth_date": "1950-01-28"}, [("nik_birth_date_differs", "nik", W), ("age_above_max", "birth_date", E)]),
        ({"sex": "P"}, [("nik_sex_differs", "nik", W)]),
        ({"name": None}, [("required", "name", E)]),
        ({"citizenship": "wna_kitap"}, [("citizenship_foreign", "citizenship", W)]),
        ({"ktp_city_since": "2026-08-01"}, [("ktp_city_recent", "ktp_city_since", W)]),
        ({"ktp_city_since": "2027-08-01"}, [("date_future", "ktp_city_since", E)]),
        ({"ktp_area": "64.72.01.1001"}, [("area_outside_city", "ktp_area", W)]),
        ({"ktp_area": None}, [("required", "ktp_area", E)]),
        (
            {"domicile_same": False},
            [("required", "domicile_address", E), ("required", "domicile_area", E)],
        ),
        ({"domicile_same": False, "domicile_address": "Gg. Dua", "domicile_area": "64.71.01.1001"}, []),
        ({"phone": None}, [("required", "phone", E)]),
        ({"phone": None, "no_phone": True}, []),
        ({"no_phone": True}, [("phone_beside_no_phone", "no_phone", H)]),
        ({"phone": "+6281234567891"}, [("phone_shared", "phone", H)]),
        ({"kinds": ["lainnya"]}, [("required", "kinds_other", E)]),
        ({"kinds": ["lainnya"], "kinds_other": "langka"}, []),
        ({"proof": None}, [("required", "proof", E)]),
        ({"kinds": ["tidak_ada"], "proof": None, "categories": ["nelayan"]}, []),
        ({"kinds": ["tidak_ada"]}, [("category_without_kind", "categories", H)]),
        ({"wg_seeing": None}, [("required", "wg_seeing", E)]),
        ({"wg_seeing": "menolak"}, []),
        ({"works": False}, [("not_working", "works", E)]),
        ({"works": False, "job": None, "work_place": None, "monthly_income": None}, [("not_working", "works", E)]),
        ({"job": "lainnya"}, [("required", "job_other", E)]),
        ({"work_hours_day": 13}, [("long_hours", "work_hours_day", H)]),
        ({"monthly_income": 9_000_000}, [("income_above_limit", "monthly_income", W)]),
        ({"categories": ["pemulung_kota"]}, [("choice", "categories", E)]),
        ({"other_cover": ["provinsi"]}, [("already_covered", "other_cover", W)]),
        ({"other_cover": ["tidak_tahu"]}, []),
        ({"kpj": "12345"}, [("length", "kpj", E)]),
        ({"kpj": "12345678901"}, []),
        ({"heir_nik": "6471010001809001"}, [("nik_day", "heir_nik", W)]),
        ({"heir_nik": "abc"}, [("nik_letters", "heir_nik", W)]),
        ({"documents": {"ktp": "difoto"}}, [("document_file_missing", "documents", H)]),
        ({"consent_given": None}, [("required", "consent_given", E)]),
        ({"consent_form": "cap_jempol"}, [("witness_required", "consent_witness", E)]),
        ({"consent_form": "isyarat_dengan_saksi", "consent_witness": "Saksi"}, []),
        (
            {"consent_by": "wali"},
            [
                ("required", "consent_guardian_name", E),
                ("required", "consent_guardian_relation", E),
                ("required", "consent_guardian_reason", E),
            ],
        ),
        ({"consent_given": False}, [("consent_refused", "consent_given", E)]),
        ({"consent_given": False, "name": None, "nik": "x"}, [("consent_refused", "consent_given", E)]),
    ],
)
def test_each_rule_says_its_code_and_no_more(person, programme, today, change, expected) -> None:
    checked = check({**person, **change}, programme, today, others=Register())
    assert said(checked) == expected


def test_what_the_program_sets_itself_is_not_asked_for(person, programme, today) -> None:
    assert "consent_text_version" not in person
    assert check(person, programme, today).submittable


def test_an_answer_to_a_question_not_asked_holds_nothing_up_unless_it_cannot_be_kept(person, programme, today) -> None:
    hidden = {**person, "domicile_rt": "lima", "domicile_area": "64.71.99.1001", "job_other": "x"}
    assert [code for code, _field, _strength in said(check(hidden, programme, today))] == ["characters"]
    broken = {**person, "domicile_address": "\x00"}
    assert said(check(broken, programme, today)) == [("characters", "domicile_address", E)]


def test_a_warning_is_explained_by_a_reason_for_its_code_and_by_no_other(person, programme, today) -> None:
    differs = {**person, "sex": "P"}
    assert not check(differs, programme, today).submittable
    other = check({**differs, "overrides": {"nik_birth_date_differs": "KTP begitu"}}, programme, today)
    assert [finding.code for finding in other.unexplained] == ["nik_sex_differs"]
    blank = check({**differs, "overrides": {"nik_sex_differs": "   "}}, programme, today)
    assert not blank.submittable
    explained = check({**differs, "overrides": {"nik_sex_differs": "KTP begitu"}}, programme, today)
    assert explained.submittable
    assert [finding.code for finding in explained.warnings] == ["nik_sex_differs"]


def test_findings_come_in_the_order_of_the_form(person, programme, today) -> None:
    wrong = {"warna": "biru", **person, "heir_name": None, "name": None, "works": False, "sex": "P"}
    assert [finding.field for finding in check(wrong, programme, today).findings] == [
        "nik",
        "name",
        "works",
        "heir_name",
        "warna",
    ]


def test_a_draft_of_nothing_lacks_what_is_needed_and_says_so_once(programme, today) -> None:
    checked = check({}, programme, today)
    fields = [finding.field for finding in checked.errors]
    assert len(fields) == len(set(fields))
    assert {finding.code for finding in checked.errors} == {"required"}
    assert checked.warnings == ()


def test_a_programme_of_a_whole_province_takes_all_of_it(person, programme, today) -> None:
    import dataclasses

    province = dataclasses.replace(programme, city="64")
    assert check({**person, "ktp_area": "64.72.01.1001"}, province, today).submittable
