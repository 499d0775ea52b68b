"""The form as JSON Schema (draft 2020-12), for whoever writes registrations from another program.

Types come from the generated pydantic model; labels in both languages, choices with their labels, and what is asked
when come from the declaration. Keys that are not listed are allowed: they are kept, with a finding.
"""

from __future__ import annotations

from typing import Any

from fieldapp.forms.declaration import APP_FIELDS, FORM, FORM_VERSION, QUESTIONS, Question
from fieldapp.forms.models import registration_model

_EXAMPLES = {
    "nik": "6471012801809001",
    "nomor_kk": "6471010507079001",
    "birth_date": "1980-01-28",
    "phone": "0812-3456-7890",
    "ktp_area": "64.71.05.1002",
    "ktp_rt": "005",
}


def json_schema() -> dict[str, Any]:
    """The schema of one registration as it may be handed over, all of it ready to submit."""
    made = registration_model().model_json_schema()
    properties = made["properties"]
    asked = {**QUESTIONS, **APP_FIELDS}
    always = [name for name, question in QUESTIONS.items() if question.required and _unconditional(question)]
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pendaftaran",
        "x-form-version": FORM_VERSION,
        "x-sections": [
            {
                "name": section.name,
                "label": {"id": section.labels.id, "en": section.labels.en},
                "questions": [question.name for question in section.questions],
            }
            for section in FORM
        ],
        "type": "object",
        "properties": {name: _property(properties[name], question) for name, question in asked.items()},
        "required": always,
        "allOf": [rule for question in QUESTIONS.values() if (rule := _conditional(question)) is not None],
        "additionalProperties": True,
    }
    if "$defs" in made:
        schema["$defs"] = made["$defs"]
    return schema


def _unconditional(question: Question) -> bool:
    return question.relevant is None and question.required_when is None and not question.app_set


def _property(typed: dict[str, Any], question: Question) -> dict[str, Any]:
    """One question's type without null (an absent key says the same), with its labels and choices."""
    kept = next((part for part in typed.get("anyOf", ()) if part != {"type": "null"}), typed)
    made: dict[str, Any] = {key: value for key, value in kept.items() if key not in ("title", "default")}
    made["title"] = question.labels.id
    made["x-label"] = {"id": question.labels.id, "en": question.labels.en}
    if question.help.id:
        made["description"] = question.help.id
        made["x-help"] = {"id": question.help.id, "en": question.help.en}
    if question.choices and question.kind in ("one", "many"):
        made["x-choices"] = [{"code": code, "id": id, "en": en} for code, id, en in question.choices]
    if question.kind == "date":
        made["format"] = "date"
    if question.name in _EXAMPLES:
        made["examples"] = [_EXAMPLES[question.name]]
    if question.app_set:
        made["readOnly"] = True
    return made


def _conditional(question: Question) -> dict[str, Any] | None:
    """What must hold for the question to be needed, as if-then; None when it never is or always is."""
    if not question.required or question.app_set or _unconditional(question):
        return None
    conditions = [part.schema() for part in (question.relevant, question.required_when) if part is not None]
    return {"if": {"allOf": conditions}, "then": {"required": [question.name]}}
