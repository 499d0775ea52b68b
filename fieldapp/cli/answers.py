"""What `NAME=VALUE` means as a change of an answer, and how answers are written for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.cli.base import quoted, wrong_use
from fieldapp.cli.output import said
from fieldapp.locale import _, language

if TYPE_CHECKING:
    from fieldapp.forms.question import Question

# Kinds of questions whose answers are no text, and the JSON types that hold them.
_JSON_KINDS: dict[str, type] = {"bool": bool, "int": int, "many": list, "documents": dict, "object": dict}
# Kinds whose texts may look like JSON and must stay as they were typed: a NIK is no number, a date no sum.
_ALWAYS_TEXT = ("digits", "date", "datetime", "area")


def changes_of(settings: Sequence[str]) -> dict[str, Any]:
    """`K=V` texts as changes of answers; a usage error for one without a name or an equals sign."""
    changes = {}
    for each in settings:
        name, separator, text = each.partition("=")
        if not separator or not name.strip():
            wrong_use(_("{what} bukan NAMA=NILAI.").format(what=quoted(each)))
        changes[name.strip()] = answer_of(name.strip(), text)
    return changes


def answer_of(name: str, text: str) -> Any:
    """What `text` means for the question `name`: nothing when empty, JSON of the question's kind, else as typed."""
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS
    from fieldapp.forms.typed import read_typed

    if text == "":
        return None
    question = QUESTIONS.get(name) or APP_FIELDS.get(name)
    if question is None or question.kind in _ALWAYS_TEXT:
        return text
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return read_typed(question, text)
    fits = isinstance(parsed, _JSON_KINDS.get(question.kind, str))
    if fits and (question.kind == "bool" or not isinstance(parsed, bool)):
        return parsed
    return read_typed(question, text)


def answer_words(question: Question, value: Any) -> str:
    """An answer as people read it: labels for codes, yes or no for a bool."""
    labels = {choice.code: choice.label(language()) for choice in question.choices}
    if isinstance(value, str):
        return said(labels.get(value, value))
    if isinstance(value, (list, tuple)):
        return said([labels.get(each, each) if isinstance(each, str) else each for each in value])
    if isinstance(value, dict):
        return said([f"{labels.get(key, key)}: {said(each)}" for key, each in value.items()])
    return said(value)
