"""Records of any columns compared by the project's own comparisons, for labelled sets that are no Indonesian people.

Each column is text, whose words are compared as words of a name are (rare ones count more, slips and glued words are
seen), or a date. Rules of the field (NIK, families, twins) have no part in it; a column that differs takes at most
`LEAST` bits off, for in such sets any column may be wholly wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import combinations
from typing import Final

from fieldapp.matching.name_comparison import compare_names
from fieldapp.matching.names import code
from fieldapp.matching.number_comparison import compare_dates
from fieldapp.matching.people import Person, of_row
from fieldapp.matching.score import prior, probability

LEAST: Final = -3.0
Words = tuple[str, ...]


class _Column:
    """A `Rarity` of one column's words."""

    def __init__(self, words: Sequence[Words]) -> None:
        self.population = len(words)
        self.counts = Counter(word for each in words for word in set(each))

    def token_count(self, token: str) -> int:
        return self.counts[token]

    def phone_count(self, phone: str) -> int:
        return 0


class Records:
    """Records by id: `texts` names the columns of each text field, `date` the column of a date written YYYYMMDD."""

    def __init__(self, rows: Mapping[str, Mapping[str, str]], texts: Sequence[Sequence[str]], date: str) -> None:
        self.words: dict[str, list[Words]] = {
            name: [_words(" ".join(row[column] for column in columns)) for columns in texts]
            for name, row in rows.items()
        }
        self.days: dict[str, Person] = {name: of_row({"birth_date": _dashed(row[date])}) for name, row in rows.items()}
        self.columns = [_Column([words[k] for words in self.words.values()]) for k in range(len(texts))]

    def compare(self, a: str, b: str) -> tuple[float, float]:
        """(probability, bits) that two ids are one record's."""
        bits = prior(len(self.words))
        for one, other, column in zip(self.words[a], self.words[b], self.columns, strict=True):
            found = compare_names(one, one, len(one), other, other, len(other), column)
            bits += max(found.bits, LEAST) if found else 0.0
        date = compare_dates(self.days[a], self.days[b], self.columns[0])
        bits += max(date.bits, LEAST) if date else 0.0
        return probability(bits), bits

    def keys(self, name: str) -> list[int]:
        """Each two fields of which the sound of one word, or the date, agrees."""
        day = self.days[name]
        sounds = [(k, code(word) or word) for k, words in enumerate(self.words[name]) for word in words]
        if day.year:
            sounds.append((-1, f"{day.year}{day.month:02d}{day.day:02d}"))
        pairs = combinations(sorted(set(sounds)), 2)
        return [_number(f"{k}{one}|{other_k}{other}") for (k, one), (other_k, other) in pairs if k != other_k]


def _words(text: str) -> Words:
    return tuple(re.findall(r"[a-z0-9]+", text.lower()))


def _dashed(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 else ""


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
