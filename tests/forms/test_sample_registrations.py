"""Registrations as they come in from the field, with the faults that were put in on purpose."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from fieldapp.forms.check import Elsewhere, check
from fieldapp.forms.lines import read_lines

DATA = Path(__file__).parent / "data"

# What the list of expected results calls a fault, and the rules that may answer for it.
FAULTS = {
    "birth_date_future": {"date_future"},
    "phone": {"phone_invalid"},
    "email": {"email_invalid"},
    "witness": {"witness_required"},
    "area": {"area_unknown"},
    "choice": {"choice"},
    "required": {"required"},
}

GOOD_REASONS = {"duplicate_nik", "age_below_min", "age_above_max", "required", "nik_day", "nik_month", "nik_date"}


class Earlier:
    """The register as it grows while lines come in."""

    def __init__(self) -> None:
        self.niks: dict[str, str] = {}

    def nik_owner(self, nik: str) -> str | None:
        return self.niks.get(nik)

    def told_of(self, owner: str) -> dict[str, str]:
        return {}

    def near(self, answers: Mapping[str, object]) -> int:
        return 0

    def phone_count(self, e164: str) -> int:
        return 0

    def cover_lists(self, nik: str) -> list[str]:
        return []

    def elsewhere(self, answers: Mapping[str, object]) -> Elsewhere:
        return Elsewhere()


@pytest.fixture(scope="module")
def expected() -> list[dict[str, str]]:
    with (DATA / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_planted_fault_is_found_and_clean_lines_pass(expected, programme, today) -> None:
    lines = read_lines((DATA / "registrations.ndjson").read_bytes())
    assert [line.number for line in lines] == list(range(1, 301))
    register = Earlier()
    clean = 0
    for line, told in zip(lines, expected, strict=True):
        assert line.values is not None
        checked = check(line.values, programme, today, others=register)
        codes = {finding.code for finding in checked.errors}
        if told["verdict"] == "draft":
            assert codes & FAULTS.get(told["fault"], {told["fault"]}), told
        else:
            assert codes <= GOOD_REASONS, told
            assert ("required" in codes) == ("nik" not in checked.values), told
            clean += checked.submittable
        if not codes and "nik" in checked.values:
            register.niks[str(checked.values["nik"])] = str(line.number)
    assert clean > 200


def test_the_sample_read_twice_is_the_same(programme, today) -> None:
    for line in read_lines((DATA / "registrations.ndjson").read_bytes()):
        first = check(line.values or {}, programme, today)
        again = check(first.values, programme, today)
        assert again == first
