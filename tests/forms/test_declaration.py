"""The questionnaire as it is declared: complete, in both languages, in respectful words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.forms.consent import TEXT_VERSION, VERSIONS, consent_text, tally_of_visit
from fieldapp.forms.declaration import APP_FIELDS, FORM, GROUPS, QUESTIONS
from fieldapp.forms.messages import MESSAGES

# The names of the form's dictionary, which other programs and old registrations rely on.
NAMES = """
nik nik_absent_reason nomor_kk name birth_place birth_date sex mother_name marital_status head_of_family citizenship
ktp_city_since ktp_occupation
ktp_address ktp_rt ktp_rw ktp_area domicile_same domicile_address domicile_rt domicile_rw domicile_area phone no_phone
phone_owner phone_whatsapp phone_alt email
kinds kinds_other wg_seeing wg_hearing wg_walking wg_remembering wg_self_care wg_communicating aids_used aids_needed
proof proof_number companion_name companion_relation companion_phone communication_needs
works job job_other job_description work_place work_area work_hours_day work_days_week monthly_income organisation
business_interest business_name business_kind
categories other_cover kpj bpjs_kesehatan dtsen_decile
heir_name heir_relation heir_phone heir_nik school_children documents
consent_given consent_form consent_by consent_guardian_name consent_guardian_relation consent_guardian_reason
consent_communication consent_witness consent_text_version consent_at consent_withdrawn_at
"""

APP_NAMES = (
    "id programme prelist_id overrides visit started_at submitted_at seconds_on_form registered_by registered_on"
)

REQUIRED = """
nik name birth_place birth_date sex mother_name head_of_family citizenship ktp_address ktp_area domicile_same
domicile_address domicile_area phone kinds kinds_other wg_seeing wg_hearing wg_walking wg_remembering wg_self_care
wg_communicating proof works job job_other work_place monthly_income categories other_cover heir_name heir_relation
consent_given consent_form consent_by consent_guardian_name consent_guardian_relation consent_guardian_reason
consent_communication consent_witness consent_text_version
"""

OFFENSIVE = re.compile(r"\b(cacat|buta|bisu|idiot|gila|normal|tuna\w*|menderita|penderita)\b", re.IGNORECASE)


def texts() -> Iterator[tuple[str, str, str]]:
    for question in (*QUESTIONS.values(), *APP_FIELDS.values()):
        yield question.name, question.labels.id, question.labels.en
        if question.help != ("", ""):
            yield f"{question.name} help", question.help.id, question.help.en
        for choice in question.choices:
            yield f"{question.name} {choice.code}", choice.id, choice.en
    for section in FORM:
        yield section.name, section.labels.id, section.labels.en
    for code, words in MESSAGES.items():
        yield code, words.id, words.en


def test_the_form_has_exactly_the_questions_of_the_dictionary() -> None:
    assert sorted(QUESTIONS) == sorted(NAMES.split())
    assert sorted(APP_FIELDS) == sorted(APP_NAMES.split())
    assert sum(len(section.questions) for section in FORM) == len(NAMES.split())


def test_the_questions_needed_to_submit_are_those_of_the_dictionary() -> None:
    assert sorted(name for name, question in QUESTIONS.items() if question.required) == sorted(REQUIRED.split())


def test_every_text_is_there_in_both_languages() -> None:
    for where, indonesian, english in texts():
        assert indonesian.strip(), where
        assert english.strip(), where


def test_no_text_uses_words_that_hurt() -> None:
    for where, indonesian, _english in texts():
        assert OFFENSIVE.search(indonesian) is None, where
    for paragraph in MESSAGES.values():
        assert "NIK valid" not in paragraph.id


def test_placeholders_are_the_same_in_both_languages() -> None:
    for code, words in MESSAGES.items():
        assert re.findall(r"{\w+}", words.id) == re.findall(r"{\w+}", words.en) or sorted(
            re.findall(r"{\w+}", words.id)
        ) == sorted(re.findall(r"{\w+}", words.en)), code


def test_choices_are_there_where_they_are_chosen_and_nowhere_twice() -> None:
    for question in (*QUESTIONS.values(), *APP_FIELDS.values()):
        assert bool(question.choices) == (question.kind in ("one", "many", "documents")), question.name
        assert len(set(question.codes)) == len(question.codes), question.name
        assert set(question.exclusive) <= set(question.codes), question.name
        assert (question.high > 0) == (question.kind == "int"), question.name


def test_what_a_condition_asks_about_is_a_question_and_one_of_its_answers() -> None:
    for question in QUESTIONS.values():
        for condition in (question.relevant, question.required_when):
            for field, answers in _asked(condition):
                assert field in QUESTIONS, question.name
                assert not QUESTIONS[field].choices or set(answers) <= set(QUESTIONS[field].codes), question.name


def _asked(condition: object) -> Iterator[tuple[str, tuple[object, ...]]]:
    if condition is None:
        return
    if hasattr(condition, "field"):
        yield condition.field, getattr(condition, "answers", getattr(condition, "codes", ()))
    elif hasattr(condition, "condition"):
        yield from _asked(condition.condition)
    else:
        for part in condition.conditions:
            yield from _asked(part)


def test_what_only_makes_sense_together_changes_together() -> None:
    members: dict[str, set[str]] = {}
    for field, group in GROUPS.items():
        members.setdefault(group, set()).add(field)
    assert members["nik"] == {"nik", "nomor_kk", "nik_absent_reason"}
    assert members["ktp_address"] == {"ktp_address", "ktp_rt", "ktp_rw", "ktp_area"}
    assert members["domicile"] == {"domicile_same", *(f"domicile_{part}" for part in ("address", "rt", "rw", "area"))}
    assert members["phone"] == {"phone", "no_phone", "phone_owner", "phone_whatsapp"}
    assert members["consent"] == {name for name in QUESTIONS if name.startswith("consent_")}
    assert members["documents"] == {"documents"}
    assert len(members) == 6


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_consent_text_says_what_the_law_asks_for(programme, language) -> None:
    text = "\n".join(consent_text(programme, language))
    assert programme.agency in text
    assert programme.insurer in text
    assert programme.name in text
    assert "27" in text
    assert "{" not in text
    for heading in {
        "id": ("Dasar hukum", "Tujuan", "Data yang dicatat", "Lama penyimpanan", "Hak Ibu/Bapak"),
        "en": ("Legal basis", "Purpose", "Data written down", "Kept", "Your rights"),
    }[language]:
        assert heading in text


def test_a_consent_version_is_kept_for_ever_and_an_unknown_one_is_refused(programme) -> None:
    assert TEXT_VERSION in VERSIONS
    assert consent_text(programme, "id", TEXT_VERSION) == consent_text(programme, "id")
    with pytest.raises(KeyError):
        consent_text(programme, "id", "0")


def test_a_refused_visit_leaves_a_tally_and_nothing_of_the_person(person) -> None:
    visit = {**person, "consent_given": False, "started_at": "2026-11-23T01:00:00Z", "prelist_id": "p1", "extra": "x"}
    assert tally_of_visit(visit) == {
        "started_at": "2026-11-23T01:00:00Z",
        "visit": "menolak",
        "consent_given": False,
    }


def test_no_later_form_puts_a_known_field_into_another_group_or_a_new_one_into_a_known_group() -> None:
    """Laptops with the older form change a group by the fields that they know: the value of any other would go out of
    sight on those with the newer form (GUARANTEES.md). A new form adds new groups only."""
    kept = json.loads((Path(__file__).parent / "data" / "groups.json").read_text(encoding="utf-8"))
    known = set(kept.values())
    assert {field: GROUPS.get(field) for field in kept} == kept
    assert {field for field, group in GROUPS.items() if group in known} == set(kept)
    alone = [field for field in NAMES.split() if field not in kept]
    assert not [field for field in alone if field in GROUPS]
