"""NIK, nomor KK, phones and dates as comparing needs them: what can be read is read, what cannot counts as missing.

Nothing here judges what a person typed (fieldapp.domain.nik does); it only wants to see that two records mean the same.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fieldapp.domain.dates import parse_date
from fieldapp.domain.nik import is_filler

_NOT_DIGIT: Final = re.compile(r"[^0-9]+")
_TRAILING_ZERO: Final = re.compile(r"[.,]0{1,3}$")
_REGION: Final = 6
_SCIENTIFIC: Final = re.compile(r"([0-9])[.,]?([0-9]*)E\+?([0-9]{2})")
_LOOKALIKES: Final = str.maketrans("OQDILSBZ|!", "0001158211")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_SEVERAL: Final = re.compile(r"[/;,&|]|\bdan\b|\batau\b", re.IGNORECASE)

#: Numbers of other lengths are no slip of a NIK any more.
_SHORTEST, _LONGEST = 15, 17
_WOMEN_DAY: Final = 40
_SOUND_SEX: Final = {"l": "L", "p": "P"}


class BirthDay(NamedTuple):
    """A day of birth; a part that is unknown is 0, and nobody's year is 0."""

    year: int
    month: int
    day: int


NO_DAY: Final = BirthDay(0, 0, 0)


class NikParts(NamedTuple):
    """`digits`: 15 to 17 digits, or empty when there is nothing to compare. `region`: the first six, which may be known
    without the rest (6,47105E+15). `cut`: a spreadsheet lost the last digit. `year` (two digits, -1 when the number
    holds no date), `month`, `day`, `sex` as the number says."""

    digits: str
    region: str
    cut: bool
    year: int
    month: int
    day: int
    sex: str


NO_NIK: Final = NikParts("", "", False, -1, 0, 0, "")


def read_nik(text: str, nomor_kk: str = "") -> NikParts:
    """What a NIK as typed says: letters that look like digits are read as such; 0, one digit throughout, counting, a
    number that is the family card's, and a number of another length than 15 to 17 digits are no NIK.
    """
    digits, cut = _digits_of(text)
    if not _SHORTEST <= len(digits) <= _LONGEST or is_filler(digits) or len(set(digits)) < 3 or digits == nomor_kk:
        found = _SCIENTIFIC.fullmatch(text.strip()[:40].upper().lstrip("'"))
        known = found[1] + found[2] if found is not None and found[3] == "15" else ""
        return NO_NIK._replace(region=known[:_REGION]) if len(known) >= _REGION else NO_NIK
    # Serials begin at 0001, so 0000 is what a spreadsheet leaves of 0001 to 0009.
    cut = cut or digits[12:] == "0000"
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    sex = "L"
    if day > _WOMEN_DAY:
        day, sex = day - _WOMEN_DAY, "P"
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return NikParts(digits, digits[:_REGION], cut, -1, 0, 0, "")
    return NikParts(digits, digits[:_REGION], cut, year, month, day, sex)


def _digits_of(text: str) -> tuple[str, bool]:
    text = text.strip()[:40].upper().lstrip("'")
    found = _SCIENTIFIC.fullmatch(text)
    if found is not None:
        known = found[1] + found[2]
        # With fewer digits than this the number says only where, not who.
        return (known[:15].ljust(15, "0") + "0", True) if found[3] == "15" and len(known) >= 13 else ("", False)
    text = _TRAILING_ZERO.sub("", text)
    if not text.isdigit():
        if sum(letter.isdigit() for letter in text) >= 10:
            text = text.translate(_LOOKALIKES)
        text = _NOT_DIGIT.sub("", text)
    return (text if text.isascii() else ""), False


def read_kk(text: str) -> str:
    """The sixteen digits of a family card number, or nothing."""
    digits, _cut = _digits_of(text)
    return digits if len(digits) == 16 and not is_filler(digits) and len(set(digits)) > 2 else ""


def read_phones(*texts: str) -> tuple[str, ...]:
    """The national numbers (without 0 or 62 in front) in `texts`, sorted; fillers and too short ones left out."""
    found: set[str] = set()
    for text in texts:
        for part in _SEVERAL.split(text[:80]) if text else ():
            digits = _NOT_DIGIT.sub("", part)
            digits = digits.removeprefix("00").removeprefix("62").lstrip("0")
            if 7 <= len(digits) <= 13 and len(set(digits)) > 2 and digits[-7:] not in ("1234567", "2345678", "3456789"):
                found.add(digits)
    return tuple(sorted(found)[:4])


def read_day(text: str) -> BirthDay:
    """A day of birth as lists write it; unknown parts (00, or a year alone) stay unknown, nonsense is no day."""
    text = text.strip()[:40]
    if not text:
        return NO_DAY
    found = _ISO.match(text)
    if found is not None:
        return _sound(int(found[1]), int(found[2]), int(found[3]))
    found = _DAY_FIRST.fullmatch(text)
    if found is not None:
        return _sound(int(found[3]), int(found[2]), int(found[1]))
    if _YEAR.fullmatch(text):
        return BirthDay(int(text), 0, 0)
    day = parse_date(text)
    return NO_DAY if day is None else _sound(day.year, day.month, day.day)


def _sound(year: int, month: int, day: int) -> BirthDay:
    if month > 12 >= day:
        month, day = day, month
    if not 1850 <= year <= 2150 or month > 12 or day > 31:
        return NO_DAY
    return BirthDay(year, month, day if month else 0)


def read_sex(text: str) -> str:
    """`L`, `P` or nothing, from L, P, Laki-laki, Perempuan, Pria, Wanita, M, F."""
    word = text.strip().lower()
    if word in ("pria", "male", "m"):
        return "L"
    if word in ("wanita", "female", "f", "w"):
        return "P"
    return _SOUND_SEX.get(word[:1], "")
