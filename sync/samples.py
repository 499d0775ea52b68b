"""What a dictionary for packing entries is made of: what many of them say, and nothing that only a few do.

A dictionary is kept for as long as the rows that it packs, also when the values of the entries that it was made of were
let go. So nobody's name or number may stand in it.
"""

from collections import Counter
from collections.abc import Iterable
from math import gcd
from typing import Any, Final

import msgspec

COMMON: Final = 16
"""How many samples must hold the same before it goes into a dictionary."""
_BEGINNING: Final = 8
"""Letters of a word's beginning that are looked at, in steps of two: codes of places, years, fronts of numbers."""

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def in_common(samples: Iterable[bytes]) -> list[bytes]:
    """The samples, with each value of `f` left as far as COMMON of them have the same in that field.

    That is the whole value; or else, of a text, its words, or their beginnings, as far as they are common. Two common
    words in a row may be somebody's name: so the words of a field change places over all of the samples.
    """
    entries: list[dict[str, Any]] = [_decode(each) for each in samples]
    for name in {name for entry in entries for name in entry["f"]}:
        having = [entry["f"] for entry in entries if name in entry["f"]]
        whole = Counter(_encode(fields[name]) for fields in having)
        rest = [fields for fields in having if whole[_encode(fields[name])] < COMMON]
        texts = [fields[name].split() if isinstance(fields[name], str) else [] for fields in rest]
        for fields, left in zip(rest, _mixed(_common(texts)), strict=True):
            fields[name] = " ".join(left) if isinstance(fields[name], str) else None
    return [_encode(entry) for entry in entries]


def _common(texts: list[list[str]]) -> list[list[str]]:
    """Of each text the words that are common, or their longest common beginnings."""
    held = Counter(part for text in texts for part in {part for word in text for part in (word, *_beginnings(word))})

    def left(word: str) -> str:
        return next((part for part in (word, *_beginnings(word)) if held[part] >= COMMON), "")

    return [[part for word in text if (part := left(word))] for text in texts]


def _beginnings(word: str) -> list[str]:
    return [word[:length] for length in range(min(_BEGINNING, len(word) - 1) // 2 * 2, 0, -2)]


def _mixed(texts: list[list[str]]) -> list[list[str]]:
    """As many words in each text as before, but those of others."""
    words = [word for text in texts for word in text]
    stride = max(1, round(len(words) * 0.618))
    while gcd(stride, len(words)) > 1:
        stride += 1
    found, at = [], 0
    for text in texts:
        found.append([words[(at + place) * stride % len(words)] for place in range(len(text))])
        at += len(text)
    return found
