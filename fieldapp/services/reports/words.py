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
    "backcheck_seed": (
        Exit.WRONG_USE,
        "Benih undian berisi 1 sampai {limit} huruf atau angka. Tulis misalnya --seed 2027-05.",
        "The seed of a draw has 1 to {limit} letters or digits. Write for example --seed 2027-05.",
    ),
    "backcheck_count": (
        Exit.WRONG_USE,
        "Jumlah orang pada satu daftar adalah 1 sampai {limit}. Undi beberapa daftar dengan benih berbeda bila perlu.",
        "One list has 1 to {limit} people. Draw several lists with different seeds where you need more.",
    ),
    "backcheck_kind": (
        Exit.WRONG_USE,
        "Daftar ini ditulis sebagai .xlsx, .csv, atau .txt. Akhiri nama berkas dengan salah satunya.",
        "This list is written as .xlsx, .csv or .txt. End the file's name with one of them.",
    ),
    "report_file": (
        Exit.WRONG_USE,
        "Laporan ditulis sebagai .xlsx. Akhiri nama berkas dengan .xlsx.",
        "A report is written as .xlsx. End the file's name with .xlsx.",
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
    "nik_province_unknown": ("provinsi NIK tidak dikenal", "province of the NIK unknown"),
    "nik_regency_unknown": ("kabupaten NIK tidak dikenal", "regency of the NIK unknown"),
    "nik_district_unknown": ("kecamatan NIK tidak dikenal", "district of the NIK unknown"),
    "nik_regency_retired": ("kabupaten NIK sudah berganti", "regency of the NIK has changed"),
    "nik_district_retired": ("kecamatan NIK sudah berganti", "district of the NIK has changed"),
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
