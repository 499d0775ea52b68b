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
    every = "".join(sorted(names))
    whole = code("".join(person.folds[: person.main]))
    wholes = {every, whole} - {""}
    telling = [each for each in names if each not in _BROAD]
    found = _nik_keys(person, telling or names)
    pairs = [f"{one}|{other}" for one, other in combinations(sorted(telling)[:_MOST_CODES], 2)]
    for year, low, high in _dates(person):
        day = f"{low:02d}{high:02d}"
        if low:
            found.update(f"d{year:02d}{day}|{each}" for each in {*names, *wholes})
            found.update(f"a{day}|{each}" for each in {*wholes, *telling})
            found.update(f"pd{phone}|{day}" for phone in person.phones)
            if person.kelurahan:
                found.add(f"dk{year:02d}{day}|{person.kelurahan}")
        found.update(f"e{year:02d}|{each}" for each in wholes)
        if person.kelurahan:
            found.update(f"yk{year:02d}|{person.kelurahan}|{each}" for each in telling)
        found.update(f"py{phone}|{year:02d}" for phone in person.phones)
    found.update(_home_keys(person, names, telling, pairs, wholes))
    return found


def _home_keys(person: Person, names: list[str], telling: list[str], pairs: list[str], wholes: set[str]) -> set[str]:
    found = {f"w{pair}|{person.birth_place}" for pair in pairs} if person.birth_place else set()
    found.update(f"r{each}|{region}" for each in wholes for region in _regions(person))
    if person.kelurahan:
        found.update(f"k{person.kelurahan}|{each}" for each in {*wholes, *pairs})
    if person.numbers and (person.street or person.rt):
        found.add(f"h{person.numbers[0]}|{'-'.join(person.street)}|{person.rt}")
        found.update(f"h{person.numbers[0]}|{'-'.join(person.street)}|{each}" for each in names)
    found.update(f"p{phone}|{each}" for phone in person.phones for each in names)
    if person.nomor_kk:
        found.update(f"f{person.nomor_kk}|{each}" for each in names)
    if person.mother:
        mother = "".join(sorted({code(each) for each in person.mother_folds}))
        found.update(f"m{mother}|{each}" for each in telling)
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


def _regions(person: Person) -> tuple[str, ...]:
    """The district in the NIK; of a number that a spreadsheet rounded, the one before it too."""
    if not person.region or person.nik:
        return (person.region,) if person.region else ()
    return person.region, f"{int(person.region) - 1:06d}"


def _nik_keys(person: Person, names: list[str]) -> set[str]:
    nik = person.nik
    if not nik:
        return set()
    found = {f"n{nik}", f"n{nik[:12]}"}
    # A slip spares one half of the number, which with a name is enough.
    found.update(f"n{half}|{each}" for half in (nik[:8], nik[-8:]) for each in names)
    return found
