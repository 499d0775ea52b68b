"""Keyed digests by which a laptop is told that somebody is known elsewhere, without a copy of anybody.

A digest is BLAKE2b under a key that only members of the programme hold, cut short. Without the key nobody can try all
numbers: a plain hash of a NIK would be undone by listing the few hundred million that a city can have. Whoever holds
the key can test a number that it thinks of, and no more (docs/decisions, "keyed digests").
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import combinations
from typing import Final, NamedTuple

from fieldapp.matching.names import OPTIONAL, code, fold
from fieldapp.matching.people import Person

VERSION: Final = 1
"""Goes up when the blocks of a person change: sections of another version are not asked for blocks."""
KEY_BYTES: Final = 32
NIK_BYTES: Final = 8
BLOCK_BYTES: Final = 5

_SALT: Final = b"fieldapp known people 1"
_KEY_INFO: Final = b"key"
_ID_INFO: Final = b"fieldapp known key id 1"
_ID_BYTES: Final = 8
_NIK_DIGITS: Final = 16
_WOMEN_DAY: Final = 40
_HEAD: Final = struct.Struct(f">B{_ID_BYTES}s")
_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: Day and month as a NIK has them, a woman's day plus 40. The 29th of February counts in every year.
_DAYS: Final = frozenset(
    f"{day + plus:02d}{month:02d}"
    for month, last in enumerate(_MONTHS, start=1)
    for day in range(1, last + 1)
    for plus in (0, _WOMEN_DAY)
)
#: Codes of words that many names begin with.
_BROAD: Final = frozenset({code(fold(word)) for word in OPTIONAL} | {code(fold("abdul")), code(fold("nur"))})
#: Codes of so many words of a name make blocks; a name of more is rare, and would make dozens of pairs.
_MOST_CODES: Final = 4


class Section(NamedTuple):
    """The digests of the people of one area."""

    version: int
    key_id: str
    digests: tuple[bytes, ...]


def key_of(secret: bytes) -> bytes:
    """The key (32 bytes) that follows from an office secret: HKDF-SHA256 (RFC 5869), so that it tells nothing of it."""
    extracted = hmac.digest(_SALT, secret, hashlib.sha256)
    return hmac.digest(extracted, _KEY_INFO + b"\x01", hashlib.sha256)


def key_id(key: bytes) -> str:
    """What a key is called, 16 hex digits; it tells nothing of the key."""
    return blake2b(_ID_INFO, key=key, digest_size=_ID_BYTES).hexdigest()


def nik_digest(key: bytes, nik: str) -> bytes:
    """The digest of a NIK, 8 bytes: a city's people fit so sparsely into them that strangers never meet."""
    return blake2b(nik.encode(), key=key, digest_size=NIK_BYTES, person=b"nik").digest()


def block_digests(key: bytes, person: Person) -> set[bytes]:
    """The digests of 5 bytes by which somebody is found under another spelling or a slip in the NIK.

    Each stands for a date of birth or a NIK together with what says whose name it is (`_names`): neighbours in serial
    are strangers, and so are most who were born on one day, so neither is ever enough by itself.
    """
    starts = [f"d{date}" for date in _dates(person)] + ([f"n{person.nik}"] if person.nik else [])
    return {_block(key, start, name) for start in starts for name in _names(person)}


def asked_blocks(key: bytes, person: Person) -> Iterator[bytes]:
    """The digests to look for when asking about a person: its own blocks, and those of every NIK one slip away.

    A slip is made here and not kept there: a hundred times as many digests would travel otherwise.
    """
    names = [name.encode() for name in _names(person)]
    numbers = (person.nik, *one_slip(person.nik)) if person.nik and names else ()
    start = blake2b(key=key, digest_size=BLOCK_BYTES, person=b"block")
    for text in (*(f"d{date}" for date in _dates(person)), *(f"n{number}" for number in numbers)):
        begun = start.copy()
        begun.update(text.encode())
        for name in names:
            whole = begun.copy()
            whole.update(name)
            yield whole.digest()


def one_slip(nik: str) -> set[str]:
    """Every NIK of 16 digits with a possible date that one wrong, swapped, missing or extra digit makes of this one,
    which has 15 to 17 digits; not the number itself."""
    found: set[str] = set()
    if len(nik) == _NIK_DIGITS:
        for at, digit in enumerate(nik):
            before, after = nik[:at], nik[at + 1 :]
            found.update([before + other + after for other in "0123456789"])
            if after:
                found.add(before + after[0] + digit + after[1:])
    elif len(nik) < _NIK_DIGITS:
        found.update([nik[:at] + digit + nik[at:] for at in range(len(nik) + 1) for digit in "0123456789"])
    else:
        found.update([nik[:at] + nik[at + 1 :] for at in range(len(nik))])
    return {other for other in found if other[6:10] in _DAYS} - {nik}


def _block(key: bytes, start: str, name: str) -> bytes:
    return blake2b((start + name).encode(), key=key, digest_size=BLOCK_BYTES, person=b"block").digest()


def _names(person: Person) -> set[str]:
    """What says whose name it is, by sound codes: two of its words; a telling one and a word of the mother's name; or
    the whole name, glued together. One word that agrees is shared by strangers too often."""
    codes = sorted(_codes(person.folds))
    found = {f"|{one}|{other}" for one, other in combinations(codes, 2)}
    found |= {f"|{one}|m{other}" for one in _telling_codes(person) for other in _codes(person.mother_folds)}
    whole = code("".join(person.folds[: person.main]))
    if whole:
        found.add(f"|={whole}|{person.sex or person.nik_sex}")
    return found


def _codes(folds: Sequence[str]) -> list[str]:
    """The codes of a name's words in their order, each once; initials say nothing."""
    return list(dict.fromkeys(code(each) for each in folds if len(each) > 1))[:_MOST_CODES]


def _telling_codes(person: Person) -> list[str]:
    """The codes of words that say who somebody is; common first words count only where there is no other."""
    codes = _codes(person.folds)
    return [each for each in codes if each not in _BROAD] or codes


def _dates(person: Person) -> set[str]:
    """The dates of birth that are known, as typed and in the NIK: two digits of the year, then the lower and the higher
    of day and month, so that a swap of these does not matter."""
    typed = (person.year % 100, person.month, person.day) if person.year else None
    said = (person.nik_year, person.nik_month, person.nik_day) if person.nik_year >= 0 else None
    found = {date for date in (typed, said) if date is not None and all(date[1:])}
    return {f"{year:02d}{min(month, day):02d}{max(month, day):02d}" for year, month, day in found}


# -- sections


def pack_section(identifier: str, digests: Iterable[bytes]) -> bytes:
    """A section as bytes: version, what its key is called, and the digests in ascending order, each once. In this order
    they tell nothing of when somebody came."""
    return _HEAD.pack(VERSION, bytes.fromhex(identifier)) + b"".join(sorted(set(digests)))


def unpack_section(content: bytes, size: int) -> Section:
    """The section whose digests have `size` bytes each. Raises ValueError for what is none."""
    if len(content) < _HEAD.size or (len(content) - _HEAD.size) % size:
        raise ValueError("this is no section of digests")
    version, identifier = _HEAD.unpack_from(content)
    count = (len(content) - _HEAD.size) // size
    # One call for all: tens of thousands are cut at once when somebody opens the form.
    return Section(version, identifier.hex(), struct.unpack_from(f"{size}s" * count, content, _HEAD.size))
