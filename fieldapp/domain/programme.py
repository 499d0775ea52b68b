"""The programme's settings: what a city decides and the administrator sets, never code.

Defaults are those of the programme announced for Balikpapan (10,000 workers, Rp 1.9 billion, Rp 16,800 a month for JKK
and JKM); the press reports and regulations behind them are listed in the project's notes on the field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from fieldapp.domain.findings import Finding, error
from fieldapp.domain.months import first_day, is_month

LARGEST_COUNT = 10_000_000
LARGEST_RUPIAH = 10**15

#: The month in which the announced programme began.
FIRST_START = "2025-01"

#: Code order is the priority order: people with disabilities first, women who head a family next.
CATEGORIES = ("difabel", "perempuan_kepala_keluarga", "nelayan", "petani", "ojek", "pedagang", "lainnya")


#: How those who wait for a slot stand in line: by the time of their approval, or by the best of their categories first.
WAITING_ORDERS = ("decided", "priority")
#: One decider is enough for an approval, or a second one has to agree.
MOST_APPROVAL_LEVELS = 2


@dataclass(frozen=True, slots=True)
class ProgrammeSettings:
    """One programme. Money in whole rupiah, ages in whole years, `start` and the premium table in months `YYYY-MM`."""

    name: str
    start: str
    city: str = "64.71"
    quota: int = 10_000
    budget: int = 1_900_000_000
    #: (first month it applies, rupiah a person and month), by month; dated because the rate changes by regulation.
    premiums: tuple[tuple[str, int], ...] = ((FIRST_START, 16_800),)
    months: int = 12
    #: Applicants are at least `min_age` and younger than `max_age` on the reference date.
    min_age: int = 15
    max_age: int = 65
    #: The city's minimum wage, above which a reason is asked; this is Balikpapan's UMK of 2026, rounded down.
    income_limit: int = 3_856_694
    ktp_months: int = 6
    categories: tuple[str, ...] = CATEGORIES
    agency: str = "Dinas Sosial Kota Balikpapan"
    insurer: str = "BPJS Ketenagakerjaan Cabang Balikpapan"
    consent_text_version: str = "1"
    #: 2: whoever approves agrees to what another supervisor has endorsed.
    approval_levels: int = 1
    #: Days that an enumerator has to put right what was returned.
    return_days: int = 7
    waiting_order: str = WAITING_ORDERS[0]

    @property
    def reference_date(self) -> date:
        """The day on which age and the time of holding the city's KTP are measured: the first day of cover."""
        return first_day(self.start)

    def priority(self, categories: tuple[str, ...]) -> int:
        """The best rank among a person's categories, 0 first; people of no known category come last."""
        ranks = [self.categories.index(code) for code in categories if code in self.categories]
        return min(ranks, default=len(self.categories))

    def to_fields(self) -> dict[str, Any]:
        """The settings as plain JSON values, one field a setting."""
        plain: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}
        plain["premiums"] = [list(pair) for pair in self.premiums]
        plain["categories"] = list(self.categories)
        return plain

    @classmethod
    def from_fields(cls, values: Mapping[str, object]) -> ProgrammeSettings:
        """The settings kept in `values`; a setting that is absent or cannot be read takes its default, so that a newer
        version's entry never stops a replica. `setting_findings` is the strict check before something is written."""
        known: dict[str, Any] = {
            name: values[name] for name, readable in _READERS.items() if name in values and readable(values[name])
        }
        if "premiums" in known:
            known["premiums"] = tuple(sorted((month, rupiah) for month, rupiah in known["premiums"]))
        if "categories" in known:
            known["categories"] = tuple(known["categories"])
        known.setdefault("name", "")
        known.setdefault("start", FIRST_START)
        return cls(**known)


def setting_findings(values: Mapping[str, object]) -> tuple[Finding, ...]:
    """What keeps `values` from being written as settings: `setting_unknown`, `setting_value`, `setting_ages`."""
    found = [error("setting_unknown", name) for name in values if name not in _READERS]
    found += [
        error("setting_value", name)
        for name, readable in _READERS.items()
        if name in values and not readable(values[name])
    ]
    youngest, oldest = values.get("min_age"), values.get("max_age")
    if isinstance(youngest, int) and isinstance(oldest, int) and youngest >= oldest:
        found.append(error("setting_ages", "max_age"))
    return tuple(found)


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 200 and value.isprintable()


def _number(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _city(value: object) -> bool:
    if not isinstance(value, str):
        return False
    parts = value.split(".")
    return [len(part) for part in parts] in ([2], [2, 2]) and all(part.isascii() and part.isdigit() for part in parts)


def _premiums(value: object) -> bool:
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(
        isinstance(pair, list | tuple) and len(pair) == 2 and is_month(pair[0]) and _number(pair[1], 0, LARGEST_RUPIAH)
        for pair in value
    )


def _categories(value: object) -> bool:
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(_text(code) for code in value) and len(set(value)) == len(value)


_READERS: dict[str, Callable[[object], bool]] = {
    "name": _text,
    "start": is_month,
    "city": _city,
    "quota": lambda value: _number(value, 0, LARGEST_COUNT),
    "budget": lambda value: _number(value, 0, LARGEST_RUPIAH),
    "premiums": _premiums,
    "months": lambda value: _number(value, 1, 120),
    "min_age": lambda value: _number(value, 0, 120),
    "max_age": lambda value: _number(value, 1, 150),
    "income_limit": lambda value: _number(value, 0, LARGEST_RUPIAH),
    "ktp_months": lambda value: _number(value, 0, 1200),
    "categories": _categories,
    "agency": _text,
    "insurer": _text,
    "consent_text_version": _text,
    "approval_levels": lambda value: _number(value, 1, MOST_APPROVAL_LEVELS),
    "return_days": lambda value: _number(value, 1, 90),
    "waiting_order": lambda value: value in WAITING_ORDERS,
}
