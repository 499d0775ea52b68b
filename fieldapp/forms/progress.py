"""How far a registration has come: what is asked of this person, what is answered, where to go next, what follows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from fieldapp.domain.nik import check_nik
from fieldapp.forms.conditions import Values
from fieldapp.forms.declaration import QUESTIONS

#: Question -> the needed one that it may be answered instead of.
INSTEAD: Final = {"nik_absent_reason": "nik", "no_phone": "phone"}


class Progress(NamedTuple):
    """Answered of asked, and of those the ones that are needed to send."""

    answered: int
    asked: int
    needed_answered: int
    needed: int


def progress(values: Values) -> Progress:
    """Counts the questions that apply to the answers so far."""
    asked = [each for each in QUESTIONS.values() if not each.app_set and each.is_relevant(values)]
    needed = [each for each in asked if each.is_required(values)]
    answered = sum(each.name in values for each in asked)
    return Progress(answered, len(asked), sum(each.name in values for each in needed), len(needed))


def next_needed(values: Values, wrong: Collection[str], name: str) -> str | None:
    """The next question after `name` that is needed and unanswered, or answered and among the `wrong` ones.

    From the top after the last one; None when there is no other.
    """
    order = list(QUESTIONS)
    at = order.index(name) + 1 if name in QUESTIONS else 0
    for each in [*order[at:], *order[:at]]:
        question = QUESTIONS[each]
        if each == name or question.app_set or not question.is_relevant(values):
            continue
        if (each in wrong) if each in values else _is_needed(each, values):
            return each
    return None


def _is_needed(name: str, values: Values) -> bool:
    """Whether the unanswered question is needed, or stands for one that is needed and unanswered."""
    other = INSTEAD.get(name)
    if other is not None and other not in values:
        return QUESTIONS[other].is_required(values)
    return QUESTIONS[name].is_required(values)


def from_nik(values: Values, today: date) -> dict[str, str]:
    """Birth date and sex as the NIK says them, for those that have no answer yet; nothing for a NIK with a fault."""
    decoded = check_nik(str(values.get("nik", ""))).decoded
    if decoded is None:
        return {}
    born = decoded.birth_date(today)
    found = {"sex": decoded.sex} | ({"birth_date": born.isoformat()} if born is not None else {})
    return {name: value for name, value in found.items() if values.get(name) in (None, "")}
