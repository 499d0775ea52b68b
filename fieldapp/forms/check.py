"""Every rule of the form over one registration: what is wrong, what asks for a reason, what is only worth knowing.

The same rules judge a draft, a line of a file and a registration after a merge, since a field-wise merge can break a
rule across fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, Protocol

from fieldapp.domain import eligibility, nik
from fieldapp.domain.findings import Finding, error, hint, warning
from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.forms.declaration import QUESTIONS
from fieldapp.forms.normalise import normalise

_EARLIEST: Final = date(1900, 1, 1)
_LONG_DAY_HOURS: Final = 12
_KPJ_LENGTH: Final = 11

#: Findings that hold even for a question that is not asked: a change could not carry such an answer.
_ALWAYS: Final = frozenset({"kind", "characters", "length", "unknown_key"})

_ORDER: Final = {name: place for place, name in enumerate(QUESTIONS)}
_STRENGTHS: Final = {"error": 0, "warning": 1, "hint": 2}


class Elsewhere(NamedTuple):
    """Places in words, such as the names of kelurahan; none where nothing is known."""

    exact: tuple[str, ...] = ()
    """Where the very NIK is registered."""
    near: tuple[str, ...] = ()
    """Where somebody very much alike is."""


class Others(Protocol):
    """What is known of the other registrations; the one being checked is never among them."""

    def nik_owner(self, nik: str) -> str | None:
        """Who else has this NIK (a registration's id), or None."""
        ...

    def told_of(self, owner: str) -> dict[str, str]:
        """`{"area", "by"}` in words: where somebody whom `nik_owner` named is registered, and by whom; or nothing."""
        ...

    def near(self, answers: Mapping[str, object]) -> int:
        """How many others are likely to be the person with these answers, those of the very same NIK left out."""
        ...

    def phone_count(self, e164: str) -> int:
        """How many others gave this phone number."""
        ...

    def cover_lists(self, nik: str) -> Sequence[str]:
        """Names of the lists of people covered already on which this NIK stands."""
        ...

    def elsewhere(self, answers: Mapping[str, object]) -> Elsewhere:
        """Where somebody with these answers seems to be registered, beyond the registrations at hand."""
        ...


@dataclass(frozen=True, slots=True)
class Checked:
    """The answers as they are kept and everything found, in the order of the form."""

    values: dict[str, object]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the registration a draft."""
        return tuple(finding for finding in self.findings if finding.strength == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What asks for a reason."""
        return tuple(finding for finding in self.findings if finding.strength == "warning")

    @property
    def hints(self) -> tuple[Finding, ...]:
        """What is only shown."""
        return tuple(finding for finding in self.findings if finding.strength == "hint")

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Warnings whose code has no reason in the registration's `overrides`."""
        reasons = self.values.get("overrides")
        given = reasons if isinstance(reasons, dict) else {}
        return tuple(finding for finding in self.warnings if not given.get(finding.code))

    @property
    def submittable(self) -> bool:
        """Whether nothing stands in the way of submitting."""
        return not self.errors and not self.unexplained


def check(
    values: Mapping[str, object],
    settings: ProgrammeSettings,
    today: date,
    *,
    others: Others | None = None,
) -> Checked:
    """Reads and judges one registration. Never raises, whatever JSON values come.

    Answers that the program sets itself are not asked for here: the caller stamps them when it submits.
    """
    kept, found = normalise(values, today)
    if kept.get("consent_given") is False:
        return Checked(kept, (error("consent_refused", "consent_given"),))
    broken = {finding.field for finding in found if finding.strength == "error"}
    answers = {name: value for name, value in kept.items() if name not in broken}
    findings = [finding for finding in found if finding.code in _ALWAYS or _is_asked(finding.field, kept)]
    findings += _missing(kept)
    findings += _identity(answers, settings, today)
    findings += _numbers_of_people(answers, today, others)
    findings += _alike(answers, others)
    findings += _known_elsewhere(answers, others, findings)
    findings += _address_and_contact(answers, settings, others)
    findings += _work(answers, settings)
    findings += _coverage(answers, settings)
    findings.sort(key=lambda finding: (_ORDER.get(finding.field, len(_ORDER)), _STRENGTHS[finding.strength]))
    return Checked(kept, tuple(findings))


def _is_asked(field: str, kept: Mapping[str, object]) -> bool:
    question = QUESTIONS.get(field)
    return question is None or question.is_relevant(kept)


def _missing(kept: Mapping[str, object]) -> list[Finding]:
    return [
        error("witness_required" if name == "consent_witness" else "required", name)
        for name, question in QUESTIONS.items()
        if name not in kept and question.is_required(kept)
    ]


def _text(answers: Mapping[str, object], name: str) -> str | None:
    value = answers.get(name)
    return value if isinstance(value, str) else None


def _number(answers: Mapping[str, object], name: str) -> int | None:
    value = answers.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _codes(answers: Mapping[str, object], name: str) -> list[str]:
    value = answers.get(name)
    return value if isinstance(value, list) else []


def _past_day(answers: Mapping[str, object], name: str, today: date) -> tuple[date | None, list[Finding]]:
    """The day, when it is one that can have been, and what is wrong with it otherwise."""
    text = _text(answers, name)
    if text is None:
        return None, []
    day = date.fromisoformat(text)
    if day > today:
        return None, [error("date_future", name)]
    if day < _EARLIEST:
        return None, [error("date_early", name)]
    return day, []


def _identity(answers: Mapping[str, object], settings: ProgrammeSettings, today: date) -> list[Finding]:
    born, found = _past_day(answers, "birth_date", today)
    if born is not None:
        found += eligibility.age_findings(born, settings)
    since, since_found = _past_day(answers, "ktp_city_since", today)
    found += since_found
    if since is not None:
        found += eligibility.ktp_findings(since, settings)
    if answers.get("citizenship") == "wna_kitap":
        found.append(warning("citizenship_foreign", "citizenship"))
    if "nik_absent_reason" in answers and "nik" not in answers:
        found.append(hint("nik_absent", "nik_absent_reason"))
    return found


def _numbers_of_people(answers: Mapping[str, object], today: date, others: Others | None) -> list[Finding]:
    """NIK of the person and the heir, and the family card."""
    found: list[Finding] = []
    own, card, heir = (_text(answers, name) for name in ("nik", "nomor_kk", "heir_nik"))
    if own is not None:
        born, _faults = _past_day(answers, "birth_date", today)
        result = nik.check_nik(own, born, _text(answers, "sex"))
        found += [*result.errors, *result.warnings]
        if own == card:
            found.append(error("nik_equals_kk", "nik"))
        owner = others.nik_owner(result.nik) if others is not None and result.ok else None
        if others is not None and owner is not None:
            found.append(_duplicate_nik(owner, others.told_of(owner)))
        lists = others.cover_lists(result.nik) if others is not None and result.ok else ()
        if lists:
            found.append(warning("covered_elsewhere", "nik", lists=", ".join(lists)))
    if card is not None:
        found += nik.check_kk(card)
    if heir is not None:
        result = nik.check_nik(heir, field="heir_nik")
        # The heir's number is no condition of anything, so its faults only ask for a reason.
        found += [warning(fault.code, fault.field, **dict(fault.details)) for fault in result.errors]
        found += result.warnings
    return found


def _known_elsewhere(answers: Mapping[str, object], others: Others | None, found: Sequence[Finding]) -> list[Finding]:
    """People registered on other laptops: an error for the very NIK, unless the register at hand names who has it."""
    if others is None:
        return []
    broken = {finding.field for finding in found if finding.strength == "error"}
    known = others.elsewhere({name: value for name, value in answers.items() if name not in broken})
    findings = []
    if known.exact and "nik" not in broken:
        findings.append(error("duplicate_nik_elsewhere", "nik", areas=_listed(known.exact)))
    if known.near:
        findings.append(warning("duplicate_near_elsewhere", "name", areas=_listed(known.near)))
    return findings


def _listed(places: Sequence[str]) -> str:
    return "; ".join(places)


def _duplicate_nik(owner: str, told: dict[str, str]) -> Finding:
    return error("duplicate_nik", "nik", owner=owner, **told, kind="told" if told else "")


def _alike(answers: Mapping[str, object], others: Others | None) -> list[Finding]:
    """Others who are likely to be this person, by whatever is answered; without a name nothing is asked about."""
    count = others.near(answers) if others is not None and "name" in answers else 0
    return [warning("duplicate_near", "name", count=count)] if count else []


def _address_and_contact(
    answers: Mapping[str, object], settings: ProgrammeSettings, others: Others | None
) -> list[Finding]:
    found: list[Finding] = []
    area = _text(answers, "ktp_area")
    if area is not None and not area.startswith(f"{settings.city}."):
        found.append(warning("area_outside_city", "ktp_area"))
    phone = _text(answers, "phone")
    if phone is None:
        return found
    if answers.get("no_phone") is True:
        found.append(hint("phone_beside_no_phone", "no_phone"))
    elif others is not None and (count := others.phone_count(phone)) > 0:
        found.append(hint("phone_shared", "phone", count=count))
    return found


def _work(answers: Mapping[str, object], settings: ProgrammeSettings) -> list[Finding]:
    if answers.get("works") is False:
        return [error("not_working", "works")]
    found: list[Finding] = []
    hours = _number(answers, "work_hours_day")
    if hours is not None and hours > _LONG_DAY_HOURS:
        found.append(hint("long_hours", "work_hours_day", limit=_LONG_DAY_HOURS))
    income = _number(answers, "monthly_income")
    if income is not None and income > settings.income_limit:
        found.append(
            warning("income_above_limit", "monthly_income", limit=f"{settings.income_limit:,}".replace(",", "."))
        )
    return found


def _coverage(answers: Mapping[str, object], settings: ProgrammeSettings) -> list[Finding]:
    found: list[Finding] = []
    categories = _codes(answers, "categories")
    if any(code not in settings.categories for code in categories):
        found.append(error("choice", "categories", choices=", ".join(settings.categories)))
    if "difabel" in categories and _codes(answers, "kinds") == ["tidak_ada"]:
        found.append(hint("category_without_kind", "categories"))
    if {"provinsi", "pemberi_kerja", "mandiri"}.intersection(_codes(answers, "other_cover")):
        found.append(warning("already_covered", "other_cover"))
    kpj = _text(answers, "kpj")
    if kpj is not None and not (len(kpj) == _KPJ_LENGTH and kpj.isascii() and kpj.isalnum()):
        found.append(error("length", "kpj", kind="kpj", limit=_KPJ_LENGTH))
    documents = answers.get("documents")
    if isinstance(documents, dict) and any(paper == "difoto" for paper in documents.values()):
        found.append(hint("document_file_missing", "documents"))
    return found
