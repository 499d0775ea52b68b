"""Raw answers, as JSON brings them, into answers as they are kept.

Texts are folded, digits cleaned, dates become ISO, phones E.164, RT and RW three digits. What cannot be read stays as
it was, with a finding. Reading twice gives the same as reading once, and nothing here raises whatever the values are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from fieldapp.domain import names, nik, region
from fieldapp.domain.dates import parse_date, parse_month
from fieldapp.domain.findings import Finding, error, warning
from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS, Question
from fieldapp.forms.phone import read_phone
from fieldapp.forms.plain_values import LONGEST_TEXT, carry_fault, folded, has_control, shown_key
from fieldapp.forms.sections.documents_consent import DOCUMENT_STATES, DOCUMENTS

#: An answer, None when there is none, and what was found about it.
Read = tuple[object, list[Finding]]

_DOCUMENT_NAMES: Final = tuple(choice.code for choice in DOCUMENTS)
_STATE_CODES: Final = tuple(choice.code for choice in DOCUMENT_STATES)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_RT: Final = re.compile(r"[0-9]{1,3}")
_MOST_PAPERS: Final = 50
LONGEST_REASON: Final = 500
"""Letters of the reason for a warning."""


def normalise(values: Mapping[str, object], today: date | None = None) -> tuple[dict[str, object], list[Finding]]:
    """The answers as they are kept, and the findings of reading them (see `messages` for the codes).

    `today` decides the century of a year typed with two digits. Keys without an answer (null, empty text or list) are
    left out; a key that nobody declared is kept as it is, with `unknown_key`.
    """
    kept: dict[str, object] = {}
    findings: list[Finding] = []
    for key, value in values.items():
        question = QUESTIONS.get(key) or APP_FIELDS.get(key)
        if value is None:
            continue
        if question is None:
            kept[key] = value
            findings.extend(_unknown(key, value))
            continue
        answer, found = _READERS[question.kind](question, value, today)
        findings.extend(found)
        if answer is not None:
            kept[key] = answer
    return kept, findings


def _unknown(key: str, value: object) -> list[Finding]:
    name = shown_key(key)
    fault = "characters" if has_control(key) else "length" if len(key) > 200 else carry_fault(value)
    found = [warning("unknown_key", name, key=name)]
    return [*found, error(fault, name)] if fault else found


def _text_of(question: Question, value: object) -> tuple[str | None, Read]:
    """The folded text, or None and what to answer instead."""
    if not isinstance(value, str):
        return None, (value, [error("kind", question.name, kind=question.kind)])
    if len(value) > LONGEST_TEXT:
        return None, (value, [error("length", question.name, limit=question.longest)])
    text = folded(value)
    if has_control(text):
        return None, (value, [error("characters", question.name)])
    return (text, (text, [])) if text else (None, (None, []))


def _text(question: Question, value: object, today: date | None) -> Read:
    text, instead = _text_of(question, value)
    if text is None:
        return instead
    if question.format == "phone":
        phone = read_phone(text)
        return (phone.e164, []) if phone.e164 else (text, [error("phone_invalid", question.name, kind=phone.fault)])
    if question.format == "email":
        return _email(question, text)
    if question.format == "name":
        text = names.typed_name(text)
        fault = names.name_fault(text)
        return text, [error(fault, question.name, kind="name", limit=question.longest)] if fault else []
    if len(text) > question.longest:
        return text, [error("length", question.name, limit=question.longest)]
    return text, []


def _email(question: Question, text: str) -> Read:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized, []
    except EmailNotValidError:
        return text, [error("email_invalid", question.name)]


def _digits(question: Question, value: object, today: date | None) -> Read:
    text, instead = _text_of(question, value)
    if text is None:
        return instead
    digits = nik.clean(text)
    if question.format == "rt":
        if _RT.fullmatch(digits):
            return digits.zfill(3), []
        return text, [error("characters", question.name, kind="rt")]
    return (digits if digits.isascii() and digits.isdigit() else text), []


def _date(question: Question, value: object, today: date | None) -> Read:
    text, instead = _text_of(question, value)
    if text is None:
        return instead
    day = parse_date(text, today) or (parse_month(text, today) if question.month_enough else None)
    return (day.isoformat(), []) if day else (text, [error("date", question.name)])


def _datetime(question: Question, value: object, today: date | None) -> Read:
    text, instead = _text_of(question, value)
    if text is None:
        return instead
    try:
        known = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        known = False
    return text, [] if known else [error("date", question.name, kind="time")]


def _int(question: Question, value: object, today: date | None) -> Read:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return value, [error("kind", question.name, kind="int")]
    if not question.low <= value <= question.high:
        return value, [error("range", question.name, low=question.low, high=question.high)]
    return value, []


def _bool(question: Question, value: object, today: date | None) -> Read:
    return value, [] if isinstance(value, bool) else [error("kind", question.name, kind="bool")]


def _one(question: Question, value: object, today: date | None) -> Read:
    text, instead = _text_of(question, value)
    if text is None:
        return instead
    if text not in question.codes:
        return text, [error("choice", question.name, choices=", ".join(question.codes))]
    return text, []


def _many(question: Question, value: object, today: date | None) -> Read:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        return value, [error("kind", question.name, kind="many")]
    if len(value) > 100 or any(len(code) > LONGEST_TEXT for code in value):
        return value, [error("length", question.name, limit=question.longest)]
    if any(has_control(folded(code)) for code in value):
        return value, [error("characters", question.name)]
    given = list(dict.fromkeys(folded(code) for code in value))
    codes = [code for code in question.codes if code in given]
    unknown = [code for code in given if code and code not in question.codes]
    answer = [*codes, *unknown]
    found = []
    if unknown and not question.open_choices:
        found.append(error("choice", question.name, choices=", ".join(question.codes)))
    if len(answer) > 1 and any(code in question.exclusive for code in answer):
        found.append(error("choice", question.name, kind="exclusive"))
    return answer or None, found


def _area(question: Question, value: object, today: date | None) -> Read:
    text, instead = _text_of(question, value)
    if text is None:
        return instead
    code = region.dotted(text)
    place = region.lookup(code) if len(code) == 13 else None
    if place is None or place.level != "village":
        return text, [error("area_unknown", question.name)]
    return code, []


def _documents(question: Question, value: object, today: date | None) -> Read:
    if not isinstance(value, dict) or len(value) > _MOST_PAPERS:
        return value, [error("kind", question.name, kind="documents")]
    kept: dict[str, object] = {}
    found: list[Finding] = []
    for name, paper in value.items():
        if paper in (None, "", {}):
            continue
        if name not in _DOCUMENT_NAMES:
            shown = shown_key(name)
            fault = carry_fault({name: paper})
            found.append(warning("unknown_key", question.name, key=shown))
            found.extend([error(fault, question.name)] if fault else [])
            kept[name] = paper
            continue
        kept[name], fault = _paper(paper)
        if fault:
            found.append(error(fault, question.name, kind="documents", choices=", ".join(_STATE_CODES)))
    return kept or None, found


def _paper(paper: object) -> tuple[object, str | None]:
    """One paper as it is kept, and the code of what is wrong with it."""
    if isinstance(paper, str):
        return paper, None if paper in _STATE_CODES else "choice"
    if not isinstance(paper, dict) or set(paper) - {"state", "file", "sha256"}:
        return paper, "kind"
    state, name, digest = paper.get("state"), paper.get("file"), paper.get("sha256")
    if not all(part is None or isinstance(part, str) for part in (state, name, digest)):
        return paper, "kind"
    if state not in _STATE_CODES:
        return paper, "choice"
    fault = carry_fault(paper)
    if fault or (name is not None and len(name) > 255):
        return paper, fault or "length"
    if digest is not None and _SHA256.fullmatch(digest.lower()) is None:
        return paper, "document_hash"
    kept = {"state": state, "file": name, "sha256": None if digest is None else digest.lower()}
    return {key: part for key, part in kept.items() if part is not None}, None


def _overrides(question: Question, value: object, today: date | None) -> Read:
    if not isinstance(value, dict) or not all(isinstance(reason, str) for reason in value.values()):
        return value, [error("kind", question.name, kind="object")]
    fault = carry_fault(value)
    if fault is None and any(len(reason) > LONGEST_REASON for reason in value.values()):
        fault = "length"
    if fault:
        return value, [error(fault, question.name, limit=LONGEST_REASON)]
    kept = {code: folded(reason) for code, reason in value.items()}
    return {code: reason for code, reason in kept.items() if reason} or None, []


_READERS: Final[dict[str, Callable[[Question, object, date | None], Read]]] = {
    "text": _text,
    "digits": _digits,
    "date": _date,
    "datetime": _datetime,
    "int": _int,
    "bool": _bool,
    "one": _one,
    "many": _many,
    "area": _area,
    "documents": _documents,
    "object": _overrides,
}
