"""Calendar months written `YYYY-MM`: the unit in which cover and premium are counted."""

from __future__ import annotations

import re
from datetime import date

_MONTH = re.compile(r"(?P<year>[12][0-9]{3})-(?P<month>0[1-9]|1[0-2])")


def is_month(text: object) -> bool:
    """Whether `text` is a month written `YYYY-MM`, from 1000-01 to 2999-12."""
    return isinstance(text, str) and _MONTH.fullmatch(text) is not None


def first_day(month: str) -> date:
    """The first day of `month`; ValueError when it is not `YYYY-MM`."""
    match = _MONTH.fullmatch(month)
    if match is None:
        raise ValueError("a month is written YYYY-MM")
    return date(int(match["year"]), int(match["month"]), 1)


def month_of(day: date) -> str:
    """The month that `day` lies in."""
    return f"{day.year:04d}-{day.month:02d}"


def add_months(month: str, count: int) -> str:
    """The month `count` months after `month` (before, when negative)."""
    first = first_day(month)
    total = first.year * 12 + first.month - 1 + count
    return f"{total // 12:04d}-{total % 12 + 1:02d}"


def whole_months_between(earlier: date, later: date) -> int:
    """Whole months from `earlier` to `later`; negative when `later` comes first."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - 1 if later.day < earlier.day else months
