"""What is said about figures of the work, in both languages beside the codes. It names what is worth asking about and
blames nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldapp.services.problems import Exit, Problem, fill

_CODES: Final[dict[str, tuple[Exit, str, str]]] = {
    "report_period": (
        Exit.WRONG_USE,
        "Tanggal ditulis TTTT-BB-HH, misalnya 2027-01-31, dan hari terakhir tidak boleh sebelum hari pertama.",
        "Dates are written YYYY-MM-DD, for example 2027-01-31, and the last day cannot lie before the first.",
    ),
}

_FLAGS: Final = {
    "returns_high": ("sering dikembalikan", "often returned"),
    "overrides_high": ("sering memberi alasan atas peringatan", "often explains warnings"),
    "fast": ("pengisian sangat cepat", "filled in very fast"),
    "odd_hours": ("sering mendaftar larut malam", "often registers late at night"),
    "phones_repeat": ("nomor telepon sering sama", "phone numbers often repeat"),
}

_OVERRIDES: Final = {
    "nik_birth_date_differs": ("tanggal lahir lain dari NIK", "birth date differs from the NIK"),
    "nik_sex_differs": ("jenis kelamin lain dari NIK", "sex differs from the NIK"),
    "area_outside_city": ("KTP di luar kota", "KTP of another city"),
    "ktp_city_recent": ("KTP kota ini masih baru", "KTP of this city is recent"),
    "citizenship_foreign": ("bukan warga negara Indonesia", "not a citizen of Indonesia"),
    "income_above_limit": ("penghasilan di atas batas", "income above the limit"),
    "duplicate_near": ("mirip pendaftaran lain", "like another registration"),
    "duplicate_near_elsewhere": ("mirip pendaftaran di laptop lain", "like a registration on another laptop"),
    "already_covered": ("mengaku sudah terlindungi", "says to be covered already"),
    "covered_elsewhere": ("ada di daftar yang sudah terlindungi", "stands on a list of people covered already"),
}


def flag_words(flag: str) -> str:
    """What stands out in the way somebody registers."""
    return fill(_FLAGS[flag], {}) if flag in _FLAGS else flag


def override_words(code: str) -> str:
    """A warning that somebody gave a reason for, in few words; the code itself where it has none."""
    return fill(_OVERRIDES[code], {}) if code in _OVERRIDES else code


def problem(code: str, details: Mapping[str, object] | None = None) -> Problem:
    """The refusal of this code with its words."""
    exit_code, indonesian, english = _CODES[code]
    return Problem(code, exit_code=exit_code, details=details, words=(indonesian, english))
