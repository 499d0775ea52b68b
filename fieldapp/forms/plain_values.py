"""Texts and JSON values as they may be carried in a change: what a bundle, a terminal and a database can all hold."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Longer texts are not even looked at: normalising 10 MB would hold up the typist.
LONGEST_TEXT: Final = 10_000

_WHITESPACE: Final = re.compile("[ \t\n\r\f\v\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LARGEST_INTEGER: Final = 2**53 - 1
_DEEPEST: Final = 8
_MOST_PARTS: Final = 500
_LONGEST_KEY: Final = 60
#: Characters not assigned yet are let through, so that two versions of Python judge a text alike.
_FORBIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})


def folded(text: str) -> str:
    """`text` in NFC, trimmed, with every run of white space as one space."""
    return unicodedata.normalize("NFC", _WHITESPACE.sub(" ", text).strip(" "))


def has_control(text: str) -> bool:
    """Whether `text` holds what no answer may: control and format characters, half surrogate pairs, private ones."""
    return not text.isprintable() and any(unicodedata.category(letter) in _FORBIDDEN for letter in text)


def shown_key(key: str) -> str:
    """A key that nobody declared, fit for a message and a terminal."""
    safe = "".join("?" if unicodedata.category(letter) in _FORBIDDEN else letter for letter in key[:_LONGEST_KEY])
    return safe if len(key) <= _LONGEST_KEY else f"{safe}..."


def carry_fault(value: object) -> str | None:
    """Why a change cannot carry the JSON `value`, or None: `kind` (fractions, numbers beyond 2^53, too deep or too many
    parts), `characters`, `length`. Never raises."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_PARTS:
            return "kind"
        if isinstance(part, dict):
            waiting.extend((item, depth + 1) for pair in part.items() for item in pair)
        elif isinstance(part, list | tuple):
            waiting.extend((item, depth + 1) for item in part)
        elif isinstance(part, str):
            if len(part) > LONGEST_TEXT:
                return "length"
            if has_control(part):
                return "characters"
        elif isinstance(part, int):
            if abs(part) > _LARGEST_INTEGER:
                return "kind"
        elif part is not None:
            return "kind"
    return None
