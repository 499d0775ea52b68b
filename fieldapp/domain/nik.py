"""NIK (identity number) and nomor KK (family card number): sixteen digits each, judged by their form alone.

A NIK is PPKKCC (place of first registration) DDMMYY (birth; women have 40 added to the day) SSSS (serial from 0001);
see PP 37/2007 art. 37. There is no check digit, and it is kept for life: it does not change with a move or a corrected
birth date (PP 40/2019). So place, date and sex that differ are warnings, and a good form never means that the number
exists: that only the civil registry knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from fieldapp.domain import region
from fieldapp.domain.findings import Finding, error, warning

LENGTH: Final = 16
_WOMEN_DAY: Final = 40
_SEPARATORS: Final = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_COUNTING: Final = "0123456789" * 3

Lookup = Callable[[str], region.Region | None]


@dataclass(frozen=True, slots=True)
class DecodedNik:
    """What a NIK says. Codes are dotted; a place's name is None when its code is unknown, and else only a hint."""

    province_code: str
    regency_code: str
    district_code: str
    province: str | None
    regency: str | None
    district: str | None
    day: int
    month: int
    year_two_digits: int
    sex: str

    def birth_date(self, latest: date) -> date | None:
        """The birth date in the later century that does not lie after `latest`; None when neither century fits."""
        for year in (2000 + self.year_two_digits, 1900 + self.year_two_digits):
            try:
                born = date(year, self.month, self.day)
            except ValueError:
                continue
            if born <= latest:
                return born
        return None


@dataclass(frozen=True, slots=True)
class NikCheck:
    """`nik`: the sixteen digits, or the text as it came when it holds no sixteen digits. `decoded` only for a good
    form.
    """

    nik: str
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    decoded: DecodedNik | None

    @property
    def ok(self) -> bool:
        """Whether the form is right, whatever the warnings."""
        return not self.errors


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet has turned the number into 6.47E+15, which keeps only its first digits."""
    return _SCIENTIFIC.fullmatch(text.strip().removeprefix("'").replace(" ", "")) is not None


def clean(text: str) -> str:
    """`text` without what people and spreadsheets put between or before digits: spaces, dots, dashes, a first
    apostrophe.
    """
    return _SEPARATORS.sub("", text.strip().removeprefix("'"))


def check_nik(
    text: str,
    birth_date: date | None = None,
    sex: str | None = None,
    lookup: Lookup = region.lookup,
    field: str = "nik",
) -> NikCheck:
    """Judges a NIK as typed, and against a birth date and sex (`L`, `P`) when they are known; findings are about
    `field`.

    Errors: nik_letters, nik_length, nik_filler, nik_day, nik_month, nik_date, nik_serial. Warnings:
    nik_province_unknown, nik_regency_unknown, nik_district_unknown, nik_regency_retired, nik_district_retired,
    nik_birth_date_differs, nik_sex_differs.
    """
    nik = clean(text)
    faults = _shape_faults(text, "nik", field)
    if faults:
        return NikCheck(nik if len(nik) == LENGTH and nik.isdigit() else text, faults, (), None)
    day_code, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day = day_code - _WOMEN_DAY if day_code > _WOMEN_DAY else day_code
    found = _date_faults(day, month, year, "nik", field)
    if nik[12:] == "0000":
        found.append(error("nik_serial", field))
    if found:
        return NikCheck(nik, tuple(found), (), None)
    decoded = _decoded(nik, day, month, year, "P" if day_code > _WOMEN_DAY else "L", lookup)
    warnings = place_warnings(nik, "nik", field, lookup)
    if birth_date is not None and (birth_date.day, birth_date.month, birth_date.year % 100) != (day, month, year):
        warnings.append(warning("nik_birth_date_differs", field))
    if sex in ("L", "P") and sex != decoded.sex:
        warnings.append(warning("nik_sex_differs", field))
    return NikCheck(nik, (), tuple(warnings), decoded)


def check_kk(text: str, lookup: Lookup = region.lookup, field: str = "nomor_kk") -> tuple[Finding, ...]:
    """Findings about a family card number: region of issue, date of recording (01-31, nothing added), serial.

    Errors: kk_letters, kk_length, kk_filler, kk_day, kk_month, kk_date. Warnings: kk_province_unknown,
    kk_regency_unknown, kk_district_unknown, kk_regency_retired, kk_district_retired.
    """
    faults = _shape_faults(text, "kk", field)
    if faults:
        return faults
    number = clean(text)
    found = _date_faults(int(number[6:8]), int(number[8:10]), int(number[10:12]), "kk", field)
    return (*found, *place_warnings(number, "kk", field, lookup))


def place_warnings(number: str, prefix: str, field: str, lookup: Lookup = region.lookup) -> list[Finding]:
    """What is odd about the region code that `number` begins with: at most one warning, the broadest that holds."""
    district = lookup(region.dotted(number[:6]))
    if district is not None:
        return [warning(f"{prefix}_district_retired", field, place=district.name)] if district.retired else []
    regency = lookup(region.dotted(number[:4]))
    if regency is not None and regency.retired:
        return [warning(f"{prefix}_regency_retired", field, place=regency.name)]
    if regency is not None:
        return [warning(f"{prefix}_district_unknown", field, region=region.dotted(number[:6]))]
    if lookup(number[:2]) is not None:
        return [warning(f"{prefix}_regency_unknown", field, region=region.dotted(number[:4]))]
    return [warning(f"{prefix}_province_unknown", field, region=number[:2])]


def is_filler(digits: str) -> bool:
    """Whether sixteen digits were typed only to fill the field: one digit throughout, or counting up or down."""
    return len(set(digits)) == 1 or digits in _COUNTING or digits in _COUNTING[::-1]


def masked(nik: str) -> str:
    """A NIK as lists show it: `6471********0001`; shorter or other text is hidden whole."""
    return f"{nik[:4]}********{nik[12:]}" if len(nik) == LENGTH else "*" * min(len(nik), LENGTH)


def _shape_faults(text: str, prefix: str, field: str) -> tuple[Finding, ...]:
    """What keeps `text` from being sixteen digits that mean something."""
    if len(text) < 40 and is_scientific(text):
        return (error(f"{prefix}_letters", field, kind="scientific"),)
    digits = clean(text)
    if not (digits.isascii() and digits.isdigit()):
        return (error(f"{prefix}_letters", field) if digits else error(f"{prefix}_length", field, length=0),)
    if len(digits) != LENGTH:
        return (error(f"{prefix}_length", field, length=len(digits)),)
    if is_filler(digits):
        return (error(f"{prefix}_filler", field),)
    return ()


def _date_faults(day: int, month: int, year: int, prefix: str, field: str) -> list[Finding]:
    found = []
    if not 1 <= day <= 31:
        found.append(error(f"{prefix}_day", field))
    if not 1 <= month <= 12:
        found.append(error(f"{prefix}_month", field))
    if not found and day > _days_in(month, year):
        found.append(error(f"{prefix}_date", field))
    return found


def _days_in(month: int, year_two_digits: int) -> int:
    if month == 2:
        # 1900 had no 29 February but 2000 had, so every pair of digits divisible by four has one in some century.
        return 29 if year_two_digits % 4 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _decoded(nik: str, day: int, month: int, year: int, sex: str, lookup: Lookup) -> DecodedNik:
    province, regency, district = (region.dotted(nik[:length]) for length in (2, 4, 6))
    return DecodedNik(
        province_code=province,
        regency_code=regency,
        district_code=district,
        province=_name(lookup(province)),
        regency=_name(lookup(regency)),
        district=_name(lookup(district)),
        day=day,
        month=month,
        year_two_digits=year,
        sex=sex,
    )


def _name(place: region.Region | None) -> str | None:
    return None if place is None else place.name
