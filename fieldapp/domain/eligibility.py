"""Who may take part, measured on the programme's reference date (the first day of cover)."""

from __future__ import annotations

from datetime import date

from fieldapp.domain.findings import Finding, error, warning
from fieldapp.domain.months import whole_months_between
from fieldapp.domain.programme import ProgrammeSettings


def age_on(day: date, birth_date: date) -> int:
    """Whole years from `birth_date` to `day`; negative before birth. Who is born on 29 February turns a year on 1
    March.
    """
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (0 if had_birthday else 1)


def reaches_age_on(birth_date: date, age: int) -> date:
    """The day on which someone born on `birth_date` turns `age`."""
    try:
        return birth_date.replace(year=birth_date.year + age)
    except ValueError:
        return date(birth_date.year + age, 3, 1)


def age_findings(birth_date: date, settings: ProgrammeSettings) -> tuple[Finding, ...]:
    """`age_below_min` or `age_above_max`: the limits are `min_age` up to, but not including, `max_age`."""
    age = age_on(settings.reference_date, birth_date)
    if age < settings.min_age:
        return (error("age_below_min", "birth_date", age=max(age, 0), limit=settings.min_age),)
    if age >= settings.max_age:
        return (error("age_above_max", "birth_date", age=age, limit=settings.max_age),)
    return ()


def ktp_findings(since: date, settings: ProgrammeSettings) -> tuple[Finding, ...]:
    """`ktp_city_recent`: the city's KTP held for less than the programme asks (six months by default)."""
    if whole_months_between(since, settings.reference_date) < settings.ktp_months:
        return (warning("ktp_city_recent", "ktp_city_since", months=settings.ktp_months),)
    return ()
