"""What a person typed into one question, as the JSON value it means.

Used wherever answers come as text: line-by-line entry, `edit --set`, pages of the form, columns of a sheet. What cannot
be read stays text, so that `normalise` names what is wrong with it.
"""

from __future__ import annotations

import re
from typing import Final

from fieldapp.domain.names import plain
from fieldapp.forms.plain_values import folded
from fieldapp.forms.question import Question

_YES: Final = frozenset({"ya", "y", "iya", "yes", "true", "benar", "1"})
_NO: Final = frozenset({"tidak", "t", "tdk", "no", "n", "false", "bukan", "0"})
_NUMBER: Final = re.compile(r"(?:rp)?\.?\s*([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)(?:,00|,-)?", re.IGNORECASE)
_BETWEEN_CODES: Final = re.compile(r"[,;]")


def read_typed(question: Question, text: str) -> object:
    """The value for `text`: True or False, a whole number, a code, a list of codes, papers, or the text itself.

    Rupiah may be typed `Rp 1.500.000`; a choice by its code, its label in either language or its number in the list;
    several choices with commas between; papers as `ktp=dilihat, kk=difoto`. An empty text is None.
    """
    text = text.strip()
    if not text:
        return None
    if question.kind == "bool":
        word = text.lower()
        return True if word in _YES else False if word in _NO else text
    if question.kind == "int":
        match = _NUMBER.fullmatch(text) if len(text) < 30 else None
        return int(re.sub(r"[. ]", "", match[1])) if match else text
    if question.kind == "one":
        return _code(question, text)
    if question.kind == "many":
        return [_code(question, part) for part in _BETWEEN_CODES.split(text) if part.strip()]
    if question.kind == "documents":
        pairs = [part.partition("=") for part in _BETWEEN_CODES.split(text) if part.strip()]
        return {name.strip(): state.strip() for name, _equals, state in pairs}
    return text


def _code(question: Question, text: str) -> str:
    """The code that `text` names; `text` itself when it names none."""
    text = folded(text)
    if text.lower() in question.codes:
        return text.lower()
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= len(question.choices):
        return question.choices[int(text) - 1].code
    wanted = plain(text)
    for choice in question.choices:
        if wanted and wanted in (plain(choice.code), plain(choice.id), plain(choice.en)):
            return choice.code
    return text
