"""What a text means as an answer: `NAME=VALUE` of `edit`, and a line typed at the form's line-by-line entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.cli.base import quoted, whole_number, wrong_use
from fieldapp.locale import _, language

if TYPE_CHECKING:
    from fieldapp.forms.question import Question

# Kinds of questions whose answers are no text, and the JSON types that hold them.
_JSON_KINDS: dict[str, type] = {"bool": bool, "int": int, "many": list, "documents": dict, "object": dict}
# Kinds whose texts may look like JSON and must stay as they were typed: a NIK is no number, a date no sum.
_ALWAYS_TEXT = ("digits", "date", "datetime", "area")

_YES = frozenset(("y", "ya", "yes", "true", "1"))
_NO = frozenset(("t", "n", "tidak", "no", "false", "0"))


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
    """What `text` means for the question `name`: nothing when empty, JSON of the question's kind, otherwise text."""
    from fieldapp.forms.declaration import QUESTIONS

    if text == "":
        return None
    question = QUESTIONS.get(name)
    kind: str = question.kind if question is not None else "text"
    if kind in _ALWAYS_TEXT:
        return text
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return text
    fits = isinstance(parsed, _JSON_KINDS.get(kind, str)) and (kind == "bool" or not isinstance(parsed, bool))
    return parsed if fits else text


def typed(question: Question, text: str) -> Any:
    """What the line `text` answers to `question`; ValueError with words for the person when it is none of its choices.

    Choices may be given by number, code or label; several are parted by commas. What has no choices is kept as typed,
    since the rules of the form know more about it.
    """
    text = text.strip()
    if question.kind == "bool":
        return _yes_or_no(text)
    if question.kind == "int":
        number = whole_number(text)
        return text if number is None else number
    if question.kind == "one":
        return _choice(question, text)
    if question.kind == "many":
        return list(dict.fromkeys(_choice(question, part) for part in text.split(",") if part.strip()))
    return text


def _yes_or_no(text: str) -> bool:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError(_("Jawab y (ya) atau t (tidak)."))


def _choice(question: Question, text: str) -> str:
    word = text.strip().casefold()
    for number, choice in enumerate(question.choices, start=1):
        if word in (str(number), choice.code.casefold(), choice.label(language()).casefold()):
            return choice.code
    count = len(question.choices)
    raise ValueError(_("{what} bukan pilihan. Ketik nomor 1 sampai {count}.").format(what=quoted(text), count=count))
