"""Dates as people type them. No clock in here: who knows today passes it in."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_PARTS = re.compile(r"([0-9]{1,4})[\s./-]+([0-9]{1,2}|[a-z]+)[\s./-]+([0-9]{1,4})")
_MONTH = re.compile(r"([0-9]{1,2}|[a-z]+)[\s./-]+([0-9]{4})")
_LONGEST: Final = 40

#: With no day given to compare with, two digits up to here mean 20xx.
_LAST_TWO_DIGIT_YEAR: Final = 29

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb pebruari peb",
            "maret march mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu ags agt aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov nopember nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}


def parse_date(text: str, latest: date | None = None) -> date | None:
    """The day that `text` names, or None when it names none or is unclear.

    Read are 17081945, 170845, 17/8/45, 17-08-1945, 17 Agustus 1945, 1945-08-17 and 19450817; day before month. Of two-
    digit years the later century is taken that does not lie after `latest` (without it, 00 to 29 are 20xx).
    """
    text = text.strip().lower()
    if len(text) > _LONGEST:
        return None
    if re.fullmatch(r"[0-9]{8}", text):
        return _eight_digits(text)
    if re.fullmatch(r"[0-9]{6}", text):
        return _two_digit_year(text[4:], text[2:4], text[:2], latest)
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    first, middle, last = match.groups()
    month = middle if middle.isdigit() else str(_MONTHS.get(middle, 0))
    if len(first) == 4 and len(last) <= 2:
        return _day(first, month, last)
    if len(first) <= 2 and len(last) == 4:
        return _day(last, month, first)
    if len(first) <= 2 and len(last) == 2:
        return _two_digit_year(last, month, first, latest)
    return None


def parse_month(text: str, latest: date | None = None) -> date | None:
    """The first day of a month that `text` names without a day (1/2020, 012020, Januari 2020), or of a year before
    that of `latest` (2015); None when it names neither.
    """
    text = text.strip().lower()
    if re.fullmatch(r"[0-9]{6}", text):
        return _day(text[2:], text[:2], "1") if text[2:4] in ("19", "20") else None
    if re.fullmatch(r"[0-9]{4}", text):
        # Of the year at hand nobody can say which half is meant, and half a year is what is asked for.
        return _day(text, "1", "1") if latest is not None and 1900 <= int(text) < latest.year else None
    match = _MONTH.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    first, last = match.groups()
    return _day(last, first if first.isdigit() else str(_MONTHS.get(first, 0)), "1")


def _eight_digits(digits: str) -> date | None:
    # No day of 1900-2099 can be read both ways, so the order of the parts needs no guess.
    day_first = _day(digits[4:], digits[2:4], digits[:2])
    year_first = _day(digits[:4], digits[4:6], digits[6:])
    for found in (day_first, year_first):
        if found is not None and 1900 <= found.year <= 2099:
            return found
    return day_first or year_first


def _two_digit_year(year: str, month: str, day: str, latest: date | None) -> date | None:
    this_century = _day(f"20{year}", month, day)
    last_century = _day(f"19{year}", month, day)
    if latest is None:
        return this_century if int(year) <= _LAST_TWO_DIGIT_YEAR else last_century
    if this_century is not None and this_century <= latest:
        return this_century
    return last_century or this_century


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
