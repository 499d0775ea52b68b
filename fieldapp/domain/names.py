"""Names of people and places as text: what may be written, and how two spellings are compared."""

from __future__ import annotations

import unicodedata
from typing import Final

#: The form takes what the KTP takes; records from before Permendagri 73/2022 carry marks and single words for ever.
LONGEST_NAME: Final = 100

_MARKS: Final = frozenset(" '.-,")
_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'"})


def plain(text: str) -> str:
    """`text` for searching: lower case, without spaces, marks and accents. "Sungai Nangka" and "sungainangka" are
    equal.
    """
    if text.isascii():
        return "".join(letter for letter in text.lower() if letter.isalnum())
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if letter.isalnum())


def typed_name(text: str) -> str:
    """`text` with typographic apostrophes made plain, as a keyboard writes them."""
    return text.translate(_APOSTROPHES)


def name_fault(text: str) -> str | None:
    """The code of what is wrong with a person's name, or None: `characters`, `length`.

    Letters of any script, their accents, and the marks ' . - , are allowed; a single word is a name.
    """
    if len(text) > LONGEST_NAME:
        return "length"
    letters = 0
    for letter in text:
        category = unicodedata.category(letter)
        if category[0] == "L":
            letters += 1
        elif category[0] != "M" and letter not in _MARKS:
            return "characters"
    return None if letters else "length"
