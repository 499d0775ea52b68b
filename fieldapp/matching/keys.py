"""Blocking rules: two people are compared when a key of both is equal, and each key needs two things to agree.

Many narrow keys find more than a few broad ones: a mistake in one field breaks the keys of that field only, and no key
holds by itself so many people that comparing them all would cost too much.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import combinations
from typing import Final

from fieldapp.matching.names import OPTIONAL, code, fold
from fieldapp.matching.people import Person

#: Codes of so many tokens of a name make keys; nobody is known by more.
_MOST_CODES: Final = 4
#: Codes that say too little beside a broad second part.
_BROAD: Final = frozenset({code(fold(word)) for word in OPTIONAL} | {code(fold("abdul")), code(fold("nur"))})


def block_keys(person: Person) -> tuple[int, ...]:
    """The keys of `person`: signed 64-bit numbers, ascending, each once; the same on every machine for ever.

    Somebody of whom only one thing is known, or nothing, has few keys or none.
    """
    return tuple(sorted({_number(text) for text in _texts(person)}))


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _texts(person: Person) -> set[str]:
    names = _codes(person)
    dates = _dates(person)
    found = _nik_keys(person, names)
    every = "".join(sorted(names))
    whole = code("".join(person.folds[: person.main]))
    wholes = {every, whole} - {""}
    for year, low, high in dates:
        day = f"{low:02d}{high:02d}"
        if low:
            found.update(f"d{year:02d}{day}|{each}" for each in names)
            if person.kelurahan:
                found.add(f"dk{year:02d}{day}|{person.kelurahan}")
            found.add(f"d{year:02d}{day}|{whole}")
            found.update(f"a{day}|{each}" for each in wholes)
            found.update(f"pd{phone}|{day}" for phone in person.phones)
        found.update(f"y{year:02d}|{one}|{other}" for one, other in combinations(sorted(names)[:_MOST_CODES], 2))
        found.update(f"e{year:02d}|{each}" for each in wholes)
        if person.kelurahan:
            found.update(f"yk{year:02d}|{person.kelurahan}|{each}" for each in names if each not in _BROAD)
        found.update(f"py{phone}|{year:02d}" for phone in person.phones)
    if person.kelurahan:
        found.update(f"k{person.kelurahan}|{each}" for each in wholes)
    found.update(f"p{phone}|{each}" for phone in person.phones for each in names)
    if person.nomor_kk:
        found.update(f"f{person.nomor_kk}|{each}" for each in names)
    if person.mother:
        mother = "".join(sorted({code(each) for each in person.mother_folds}))
        found.update(f"m{mother}|{each}" for each in names if each not in _BROAD)
    return found


def _codes(person: Person) -> list[str]:
    """The codes of the name's tokens, initials left out."""
    codes = {code(each): None for each in person.folds if len(each) > 1}
    return list(codes)[: _MOST_CODES + 1]


def _dates(person: Person) -> set[tuple[int, int, int]]:
    """(two-digit year, the lower and the higher of day and month) of the dates that are known: as typed and in the
    NIK, so that a swap of day and month and a slip in one of the two do not matter."""
    found = set()
    if person.year:
        found.add((person.year % 100, min(person.month, person.day), max(person.month, person.day)))
    if person.nik_year >= 0:
        found.add((person.nik_year, min(person.nik_month, person.nik_day), max(person.nik_month, person.nik_day)))
    return found


def _nik_keys(person: Person, names: list[str]) -> set[str]:
    nik = person.nik
    if not nik:
        return set()
    found = {f"n{nik}", f"n12{nik[:12]}", f"n15{nik[:15]}"}
    if person.kelurahan:
        found.add(f"nt{nik[-10:]}|{person.kelurahan}")
    region, day, month, year = nik[:6], nik[6:8], nik[8:10], nik[10:12]
    first = names[0] if names else ""
    found.add(f"n-d{region}{month}{year}{nik[12:]}|{first}")
    found.add(f"n-m{region}{day}{year}{nik[12:]}|{first}")
    found.add(f"n-y{region}{day}{month}{nik[12:]}|{first}")
    return found
