"""Answers in words: the label of a choice, a date as people write it, the name of a kelurahan."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fieldapp.domain import nik
from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS, Question
from fieldapp.forms.phone import shown_phone
from fieldapp.forms.sections.documents_consent import DOCUMENT_STATES
from fieldapp.locale import _, language
from fieldapp.tui.text import area_text, date_text, number, plain, when


def label_of(name: str) -> str:
    """The words of a question; a key that nobody declared shows as it is."""
    question = QUESTIONS.get(name) or APP_FIELDS.get(name)
    return question.label(language()) if question else plain(name, 60)


def answer_text(name: str, value: object) -> str:
    """`value` as people read it; empty when there is none."""
    question = QUESTIONS.get(name) or APP_FIELDS.get(name)
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return _("Ya") if value else _("Tidak")
    if question is not None and question.kind == "documents" and isinstance(value, Mapping):
        return ", ".join(_paper(question, str(paper), state) for paper, state in value.items())
    if isinstance(value, list):
        return ", ".join(_one(question, each) for each in value)
    return _one(question, value)


def masked_text(name: str, value: object) -> str:
    """Like `answer_text`, with a NIK masked: for everything but the box that shows one whole."""
    question = QUESTIONS.get(name)
    if question is not None and question.format == "nik" and isinstance(value, str):
        return plain(nik.masked(value))
    return answer_text(name, value)


def _one(question: Question | None, value: object) -> str:
    if question is None or not isinstance(value, str):
        return number(value) if isinstance(value, int) else plain(value) if isinstance(value, str) else _json(value)
    match question.kind:
        case "one" | "many":
            return _label(question, value)
        case "date":
            return date_text(value)
        case "datetime":
            return when(value)
        case "area":
            return area_text(value)
        case _:
            return plain(shown_phone(value) if question.format == "phone" else value)


def _label(question: Question, code: str) -> str:
    found = next((choice.label(language()) for choice in question.choices if choice.code == code), None)
    return found if found is not None else plain(code, 80)


def _paper(question: Question, paper: str, state: object) -> str:
    code = state.get("state") if isinstance(state, Mapping) else state
    said = next((each.label(language()) for each in DOCUMENT_STATES if each.code == code), plain(code, 40))
    return f"{_label(question, paper)}: {said}"


def _json(value: object) -> str:
    try:
        return plain(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError):
        return plain(value)
