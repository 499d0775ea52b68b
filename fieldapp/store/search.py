"""Finding people by any beginning of their names' words, NIK digits or phone number (FTS5)."""

from __future__ import annotations

import re
from typing import Final

from fieldapp.store.db import Connection
from fieldapp.store.rows import name_key

#: A word typed short can match a whole city; beyond this many hits the best by name are no longer looked for.
HITS_CAP: Final = 2000
_MOST_WORDS: Final = 12
_LONGEST_WORD: Final = 40
_DIGITS: Final = re.compile(r"[0-9]+")
#: Digits as people group them: 6471 0128 1287 9001, 0812-3456-7890, +62 (0)812.
_NUMBER: Final = re.compile(r"[+0-9][0-9 .,;()\-]*")


def index_row(rid: int, name: str, nik: str | None, phone: str | None) -> tuple[int, str, str, str]:
    """The row of the index: folded name; NIK with its last four digits, which lists leave unmasked; national phone."""
    return rid, name, f"{nik} {nik[-4:]}" if nik else "", _national(phone) if phone else ""


def expression(text: str) -> str | None:
    """The FTS5 expression for what a person typed, or None when there is nothing to look for.

    Every word must begin a word of the registration. Words are quoted after everything but letters and digits is
    folded away, so nothing typed can be FTS5 syntax.
    """
    is_number = _NUMBER.fullmatch(text.strip()) is not None
    words = ["".join(_DIGITS.findall(text))] if is_number else name_key(text).split()
    clauses = [_clause(word[:_LONGEST_WORD]) for word in words[:_MOST_WORDS] if word]
    return " AND ".join(clauses) if clauses else None


def find(connection: Connection, text: str, *, limit: int = 50) -> list[str]:
    """Ids of at most `limit` registrations, by name; among the first HITS_CAP hits when there are more."""
    wanted = expression(text)
    if wanted is None:
        return []
    rows = connection.execute(
        """SELECT id FROM registration WHERE rid IN (SELECT rowid FROM search WHERE search MATCH ? LIMIT ?)
        ORDER BY name_key, id LIMIT ?""",
        (wanted, HITS_CAP, limit),
    )
    return [row[0] for row in rows]


def _clause(word: str) -> str:
    if not _DIGITS.fullmatch(word):
        return f'"{word}"*'
    national = _national(word)
    # A number may be a NIK or a phone written 0812, 62812 or 812; NIKs of Kalimantan Tengah begin with 62 too.
    return f'"{word}"*' if national == word or not national else f'("{word}"* OR phone : "{national}"*)'


def _national(phone: str) -> str:
    digits = "".join(_DIGITS.findall(phone))
    stripped = digits.removeprefix("00") if digits.startswith("0062") else digits
    return stripped.removeprefix("62").lstrip("0")
