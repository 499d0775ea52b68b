"""The questionnaire of the programme, declared once.

The pages of the form, the line-by-line entry, the JSON Schema, the spreadsheet columns and the guide's table of fields
all derive from `FORM`. Names are stable; a change of meaning raises `FORM_VERSION`.
"""

from __future__ import annotations

from typing import Final

from fieldapp.forms.question import Choice, Kind, Question, Section, Texts
from fieldapp.forms.sections import address_contact, coverage_heir, disability, documents_consent, identity, work

__all__ = ["APP_FIELDS", "FORM", "FORM_VERSION", "GROUPS", "QUESTIONS", "Choice", "Question", "Section", "Texts"]

FORM_VERSION: Final = 1

FORM: Final[tuple[Section, ...]] = (
    identity.SECTION,
    address_contact.SECTION,
    disability.SECTION,
    work.SECTION,
    coverage_heir.COVERAGE,
    coverage_heir.HEIR,
    documents_consent.PAPERS,
    documents_consent.CONSENT,
)

#: Every question by its name, in the order of the form.
QUESTIONS: Final[dict[str, Question]] = {question.name: question for section in FORM for question in section.questions}

#: Field -> the group that changes and conflicts as one; a field that is not listed is a group of its own.
#: Without groups a merge could make an address that nobody wrote.
GROUPS: Final[dict[str, str]] = {question.name: question.group for question in QUESTIONS.values() if question.group}


def _app_field(name: str, kind: Kind, id: str, en: str, choices: tuple[Choice, ...] = (), high: int = 0) -> Question:
    return Question(name, kind, Texts(id, en), choices=choices, high=high, app_set=True)


#: Keys that only the program sets; they come with a registration but are never asked.
APP_FIELDS: Final[dict[str, Question]] = {
    field.name: field
    for field in (
        _app_field("id", "text", "Nomor pendaftaran", "Registration id"),
        _app_field("programme", "text", "Program", "Programme"),
        _app_field("prelist_id", "text", "Nomor pada daftar awal", "Id on the prelist"),
        _app_field("overrides", "object", "Alasan peringatan diabaikan", "Reasons given for warnings"),
        _app_field(
            "visit",
            "one",
            "Hasil kunjungan",
            "Result of the visit",
            (
                Choice("bertemu", "Bertemu", "Met"),
                Choice("tidak_di_rumah", "Tidak di rumah", "Not at home"),
                Choice("pindah", "Pindah", "Moved away"),
                Choice("meninggal", "Meninggal", "Died"),
                Choice("menolak", "Menolak", "Refused"),
            ),
        ),
        _app_field("started_at", "datetime", "Mulai mengisi", "Started"),
        _app_field("submitted_at", "datetime", "Dikirim", "Submitted"),
        _app_field("seconds_on_form", "int", "Lama mengisi (detik)", "Seconds on the form", high=31_536_000),
        _app_field("registered_by", "text", "Didaftarkan oleh", "Registered by"),
        _app_field("registered_on", "text", "Didaftarkan di perangkat", "Registered on device"),
    )
}
