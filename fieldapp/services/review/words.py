"""What is said about decisions that are refused or taken back, in both languages beside the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldapp.services.problems import Exit, Problem, fill

_CODES: Final[dict[str, tuple[Exit, str, str]]] = {
    "changed_meanwhile": (
        Exit.REFUSED,
        "Pendaftaran ini berubah sejak Anda membacanya; baca lagi, lalu putuskan.",
        "This registration has changed since you read it; read it again, then decide.",
    ),
    "assigned_to_you": (
        Exit.NOT_ALLOWED,
        "Perbaikan pendaftaran ini ditugaskan kepada Anda; pengawas lain yang harus menyetujuinya.",
        "You were asked to put this registration right; another supervisor has to approve it.",
    ),
    "endorsed_by_you": (
        Exit.NOT_ALLOWED,
        "Anda sudah mengusulkan persetujuan ini; pengawas lain yang harus menyetujuinya.",
        "You have proposed this approval already; another supervisor has to agree to it.",
    ),
    "due_date": (
        Exit.WRONG_USE,
        "Batas waktu harus tanggal seperti 2027-01-31, mulai besok sampai paling lama setahun lagi.",
        "The date to answer by must look like 2027-01-31, from tomorrow to a year from now.",
    ),
    "no_last_decision": (
        Exit.NOT_FOUND,
        "Di laptop ini belum ada putusan Anda yang dapat ditarik sekaligus.",
        "This laptop remembers no decision of yours that could be taken back at once.",
    ),
    "built_upon": (
        Exit.REFUSED,
        "Sudah diubah atau diputuskan lagi sesudah putusan itu; putusannya tidak ditarik.",
        "It was changed or decided again after that decision; the decision stays.",
    ),
}


def problem(code: str, details: Mapping[str, object] | None = None) -> Problem:
    """The refusal of this code with its words."""
    exit_code, indonesian, english = _CODES[code]
    return Problem(code, exit_code=exit_code, details=details, words=(indonesian, english))


def undone_words(decision: str, count: int) -> str:
    """The trace of a decision about many that is taken back as one, for whoever reads the history."""
    words = ("putusan atas {count} orang ditarik sekaligus", "a decision about {count} people taken back at once")
    return fill(words, {"count": count, "decision": decision})
