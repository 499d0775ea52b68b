"""A person as two registrations are compared: the compared fields, normalised once when they are kept.

Kept beside a registration as bytes (`pack`), so that a sweep reads and never normalises again. What is no part of this:
the kind of disability, which must never decide who somebody is.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from fieldapp.matching.names import NO_NAME, Tokens, tokens_of
from fieldapp.matching.numbers import BirthDay, NikParts, read_day, read_kk, read_nik, read_phones, read_sex
from fieldapp.matching.places import Address, area_name, read_address, town_name

#: Goes up when `Person` or the way to it changes: what was packed before is then made anew from its registration.
VERSION: Final = 3


class Person(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The compared fields. Empty text, 0 and -1 mean that the field is missing.

    `nik`: 15 to 17 digits; `region`: the first six, sometimes known without the rest; `nik_cut`: its last digit is not
    to be trusted; `nik_year` (two digits or -1), `nik_month`, `nik_day`, `nik_sex`: what it says; `foreign`: it cannot
    be its holder's. `words`, `folds`: tokens of the name, of which the first `main` are the name itself and the others
    a father's name or an alias. `year`, `month`, `day`: date of birth as typed. `mark`: what `stamp` gives.
    """

    version: int
    mark: str
    nik: str
    region: str
    nik_cut: bool
    nik_year: int
    nik_month: int
    nik_day: int
    nik_sex: str
    words: tuple[str, ...]
    folds: tuple[str, ...]
    main: int
    year: int
    month: int
    day: int
    sex: str
    phones: tuple[str, ...]
    kelurahan: str
    kecamatan: str
    street: tuple[str, ...]
    numbers: tuple[str, ...]
    rt: str
    birth_place: str
    mother: tuple[str, ...]
    mother_folds: tuple[str, ...]
    nomor_kk: str
    foreign: bool

    def __repr__(self) -> str:
        return "Person(...)"


_ROW_FIELDS: Final = (
    "nik",
    "name",
    "birth_place",
    "birth_date",
    "sex",
    "phone",
    "phone_alt",
    "address",
    "rt",
    "kelurahan",
    "kecamatan",
    "mother_name",
    "nomor_kk",
)


def of_answers(values: Mapping[str, object], scope: str = "") -> Person:
    """The person of a registration's answers (keys of FORM.md); `scope`, its area as a dotted code, stands in for a
    KTP area that is not answered. Never raises, whatever the values are."""
    area = _text(values.get("ktp_area")) or scope
    row = {
        "nik": _text(values.get("nik")),
        "name": _text(values.get("name")),
        "birth_place": _text(values.get("birth_place")),
        "birth_date": _text(values.get("birth_date")),
        "sex": _text(values.get("sex")),
        "phone": _text(values.get("phone")),
        "phone_alt": _text(values.get("phone_alt")),
        "address": _text(values.get("ktp_address")),
        "rt": _text(values.get("ktp_rt")),
        "kelurahan": area if len(area) > 8 else "",
        "kecamatan": area[:8] if len(area) >= 8 else "",
        "mother_name": _text(values.get("mother_name")),
        "nomor_kk": _text(values.get("nomor_kk")),
    }
    return of_row(row)


def of_row(row: Mapping[str, str]) -> Person:
    """The person of a row of a list: columns nik, name, birth_place, birth_date, sex, phone, address, kelurahan,
    kecamatan, mother_name, nomor_kk; any may be missing, others are not looked at. Never raises."""
    given = {field: _text(row.get(field)) for field in _ROW_FIELDS}
    kk = read_kk(given["nomor_kk"])
    nik = read_nik(given["nik"], kk)
    name = tokens_of(given["name"])
    born = read_day(given["birth_date"])
    address = read_address(given["address"], given["rt"])
    mother = tokens_of(given["mother_name"]) if given["mother_name"] else NO_NAME
    return _person(given, kk, nik, name, born, address, mother)


def _person(
    given: Mapping[str, str],
    kk: str,
    nik: NikParts,
    name: Tokens,
    born: BirthDay,
    address: Address,
    mother: Tokens,
) -> Person:
    return Person(
        VERSION,
        _mark(given),
        *nik,
        *name,
        *born,
        read_sex(given["sex"]),
        read_phones(given["phone"], given["phone_alt"]),
        area_name(given["kelurahan"]),
        area_name(given["kecamatan"]),
        *address,
        town_name(given["birth_place"]),
        mother.words,
        mother.folds,
        kk,
        _foreign(nik, born),
    )


#: Days that clerks and old papers write when only the year is known: month and day.
GUESSES: Final = frozenset({(1, 1), (12, 31), (7, 1), (0, 0)})


def _foreign(nik: NikParts, born: BirthDay) -> bool:
    """Whether the NIK beside a typed date cannot be its holder's: at most one part of the two dates agrees and neither
    a swap of day and month nor a guess explains it."""
    if nik.year < 0 or not born.day or (born.month, born.day) in GUESSES:
        return False
    same_year = born.year % 100 == nik.year
    if same_year + (born.month == nik.month) + (born.day == nik.day) >= 2:
        return False
    return not (same_year and born.month == nik.day and born.day == nik.month)


def pack(person: Person) -> bytes:
    """`person` as bytes for `unpack`."""
    return _ENCODER.encode(person)


def unpack(packed: bytes) -> Person:
    """The person that was packed; ValueError when the bytes are no person, or of another version of this module."""
    try:
        person = _DECODER.decode(packed)
    except msgspec.MsgspecError as error:
        raise ValueError("these bytes are no person for comparing") from error
    if person.version != VERSION:
        raise ValueError("packed by another version")
    return person


def stamp(person: Person) -> str:
    """16 hex digits that change exactly when a compared field changes, whatever version of the program read it; case,
    spaces and marks are no change."""
    return person.mark


def _mark(given: Mapping[str, str]) -> str:
    # Made of the text and not of what is read from it, so that a better reader does not bring decided pairs back.
    text = "\x1f".join("".join(filter(str.isalnum, given[field].casefold())) for field in _ROW_FIELDS)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | float):
        return "" if not isinstance(value, float) or value != value else f"{value:.0f}"
    return str(value) if isinstance(value, int) else ""


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Person)
