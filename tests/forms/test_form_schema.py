"""The JSON Schema and the model say of types what reading says of them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fieldapp.forms.declaration import APP_FIELDS, FORM, QUESTIONS
from fieldapp.forms.models import registration_model
from fieldapp.forms.normalise import normalise
from fieldapp.forms.schema import json_schema

steady = settings(derandomize=True, deadline=None, max_examples=300, database=None)

TYPE_CODES = {"kind", "choice", "range", "document_hash"}
#: Rules that go beyond types: the model may take such an answer or not.
OTHER_RULES = {"characters", "length", "phone_invalid", "email_invalid", "date", "area_unknown"}
SCALARS = st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), min_size=1, max_size=2)


def test_the_schema_lists_every_key_with_both_labels() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert list(schema["properties"]) == [*QUESTIONS, *APP_FIELDS]
    for name, made in schema["properties"].items():
        assert made["x-label"]["id"], name
        assert made["x-label"]["en"], name
        assert made.get("type") or made.get("$ref") or made.get("enum"), name
    assert [section["name"] for section in schema["x-sections"]] == [section.name for section in FORM]
    codes = [choice["code"] for choice in schema["properties"]["sex"]["x-choices"]]
    assert codes == schema["properties"]["sex"]["enum"] == ["L", "P"]


def test_what_is_needed_only_sometimes_is_a_condition_and_not_required_always() -> None:
    schema = json_schema()
    assert "name" in schema["required"]
    assert "consent_text_version" not in schema["required"]
    later = {rule["then"]["required"][0] for rule in schema["allOf"]}
    assert later.isdisjoint(schema["required"])
    needed = {name for name, question in QUESTIONS.items() if question.required and not question.app_set}
    assert later | set(schema["required"]) == needed


def test_every_condition_in_the_schema_agrees_with_the_form(person) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"nik": None},
        {"nik": None, "nik_absent_reason": "hilang"},
        {"domicile_same": False},
        {"no_phone": True},
        {"kinds": ["lainnya"]},
        {"kinds": ["tidak_ada"]},
        {"works": False},
        {"job": "lainnya"},
        {"consent_by": "wali"},
        {"consent_form": "cap_jempol"},
        {"consent_given": None},
    ]
    rules = json_schema()["allOf"]
    for change in changes:
        values = {key: value for key, value in {**person, **change}.items() if value is not None}
        for rule in rules:
            (name,) = rule["then"]["required"]
            assert _holds(rule["if"], values) == QUESTIONS[name].is_required(values), (change, name)


def _holds(schema: dict[str, Any], values: Any) -> bool:
    """Just enough of JSON Schema for the conditions of the form."""
    checks = {
        "allOf": lambda parts: all(_holds(part, values) for part in parts),
        "anyOf": lambda parts: any(_holds(part, values) for part in parts),
        "not": lambda part: not _holds(part, values),
        "required": lambda names: all(name in values for name in names),
        "properties": lambda parts: all(_holds(part, values[name]) for name, part in parts.items() if name in values),
        "enum": lambda answers: values in answers,
        "contains": lambda part: any(_holds(part, item) for item in values),
    }
    return all(checks[word](argument) for word, argument in schema.items())


@pytest.mark.parametrize("name", [*QUESTIONS, *APP_FIELDS])
def test_the_model_takes_what_reading_takes(name) -> None:
    question = {**QUESTIONS, **APP_FIELDS}[name]
    model = registration_model()

    @settings(derandomize=True, deadline=None, max_examples=25, database=None)
    @given(
        SCALARS
        | st.sampled_from([*question.codes, None])
        | st.lists(st.sampled_from([*question.codes, "x"]), max_size=2)
    )
    def agrees(value: object) -> None:
        kept, findings = normalise({name: value})
        codes = {finding.code for finding in findings}
        if any(finding.code in OTHER_RULES or finding.detail("kind") == "exclusive" for finding in findings):
            return
        try:
            model.model_validate(kept)
            taken = True
        except ValidationError:
            taken = False
        assert taken == (not codes & TYPE_CODES)

    agrees()


def test_a_good_registration_fits_the_model(person) -> None:
    made = registration_model().model_validate({**person, "warna": "biru"})
    assert made.model_dump(exclude_none=True) == {**person, "warna": "biru"}


def test_reading_and_judging_need_neither_pydantic_nor_phonenumbers() -> None:
    script = (
        "import sys; from datetime import date; from fieldapp.forms.check import check; "
        "from fieldapp.domain.programme import ProgrammeSettings as P; "
        "check({'phone': '081234567890', 'nik': '1'}, P(name='x', start='2026-01'), date(2026, 1, 1)); "
        "sys.exit(bool({'pydantic', 'phonenumbers', 'email_validator', 'textual'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
