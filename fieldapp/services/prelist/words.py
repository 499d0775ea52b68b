"""What is said about people to visit and their lists, in both languages beside the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldapp.services.problems import Exit, Problem, fill

_CODES: Final[dict[str, tuple[Exit, str, str]]] = {
    "prelist_unknown": (
        Exit.NOT_FOUND,
        "Tidak ada orang dengan nomor itu di daftar kunjungan. Lihat 'fieldapp prelist list'.",
        "Nobody with that id is on the list of people to visit. See 'fieldapp prelist list'.",
    ),
    "prelist_ambiguous": (
        Exit.WRONG_USE,
        "Nomor itu cocok dengan beberapa orang di daftar kunjungan. Tulis lebih lengkap.",
        "That id fits several people to visit. Write more of it.",
    ),
    "prelist_result": (
        Exit.WRONG_USE,
        "Hasil kunjungan yang dapat dipakai: {results}.",
        "A visit may find: {results}.",
    ),
    "prelist_note": (
        Exit.WRONG_USE,
        "Catatan kunjungan paling banyak {limit} huruf. Persingkat catatannya.",
        "A note about a visit has at most {limit} letters. Make it shorter.",
    ),
    "prelist_refused_note": (
        Exit.WRONG_USE,
        "Untuk orang yang menolak tidak ada catatan yang disimpan. Ulangi tanpa catatan.",
        "No note is kept about a person who refused. Try again without a note.",
    ),
    "prelist_registered": (
        Exit.REFUSED,
        "Orang ini sudah terdaftar. Buka pendaftarannya dari daftar pendaftaran.",
        "This person is registered already. Open the registration from the list of registrations.",
    ),
    "prelist_refused": (
        Exit.REFUSED,
        "Orang ini menolak, jadi datanya tidak disimpan lagi. Bila ia berubah pikiran, mulai pendaftaran baru.",
        "This person refused, so nothing about the person is kept. If the person agrees after all, begin a new "
        "registration.",
    ),
    "prelist_refused_stays": (
        Exit.NOT_ALLOWED,
        "Penolakan hanya dapat dibatalkan oleh kantor. Bila keliru, beri tahu koordinator.",
        "Only the office can take a refusal back. If it was a mistake, tell the coordinator.",
    ),
    "prelist_no_visit": (
        Exit.REFUSED,
        "Belum ada hasil kunjungan yang dapat dibatalkan.",
        "There is no result of a visit to take back.",
    ),
    "prelist_values_gone": (
        Exit.REFUSED,
        "Isi sebelum kunjungan itu sudah tidak ada di laptop ini. Ambil lagi orang ini dengan daftar yang baru.",
        "What stood there before that visit is no longer on this laptop. Take the person in again with a new list.",
    ),
    "prelist_list_name": (
        Exit.WRONG_USE,
        "Nama daftar tidak dapat dipakai: 1 sampai {limit} huruf dengan sedikitnya satu huruf atau angka.",
        "The list's name cannot be used: 1 to {limit} letters, at least one of them a letter or digit.",
    ),
    "prelist_list_unknown": (
        Exit.NOT_FOUND,
        "Tidak ada daftar kunjungan dengan nomor atau nama itu. Lihat 'fieldapp prelist lists'.",
        "There is no list of people to visit with that id or name. See 'fieldapp prelist lists'.",
    ),
    "prelist_list_ambiguous": (
        Exit.WRONG_USE,
        "Nomor itu cocok dengan {count} daftar kunjungan. Tulis lebih lengkap.",
        "That id fits {count} lists of people to visit. Write more of it.",
    ),
    "prelist_nobody": (
        Exit.REFUSED,
        "Tidak satu pun dari {rows} baris dapat dipakai, jadi daftar tidak diambil. Lihat alasannya dengan --errors.",
        "None of the {rows} rows can be used, so the list was not taken in. See why with --errors.",
    ),
    "prelist_errors_target": (
        Exit.WRONG_USE,
        "Baris yang ditolak tidak dapat ditulis ke berkas daftarnya sendiri. Pilih nama lain untuk --errors.",
        "Refused rows cannot be written into the file of the list itself. Choose another name for --errors.",
    ),
    "prelist_area": (
        Exit.WRONG_USE,
        "{area} bukan kelurahan atau kecamatan di dalam wilayah Anda. Periksa kodenya.",
        "{area} is no kelurahan or kecamatan within your area. Check the code.",
    ),
    "prelist_category": (
        Exit.WRONG_USE,
        "Kelompok {category} tidak dikenal program ini.",
        "This programme has no group {category}.",
    ),
}

_STATES: Final = {
    "belum": ("belum dikunjungi", "not visited yet"),
    "draf": ("formulir dimulai", "form begun"),
    "tidak_di_rumah": ("tidak di rumah", "not at home"),
    "pindah": ("pindah", "moved away"),
    "meninggal": ("meninggal", "died"),
    "menolak": ("menolak", "refused"),
    "terdaftar": ("terdaftar", "registered"),
}

_LEFT: Final = {
    "visited": ("Sudah dikunjungi; tetap ada.", "Visited already; it stays."),
    "registered": ("Sudah terdaftar; tetap ada.", "Registered already; it stays."),
    "built_upon": ("Sudah diubah sesudah itu; tetap ada.", "Changed since; it stays."),
    "outside_area": ("Di luar wilayah Anda; tetap ada.", "Outside your area; it stays."),
    "history_away": (
        "Isi lamanya tidak ada di laptop ini; tetap seperti sekarang.",
        "What it said before is not on this laptop; it stays as it is.",
    ),
}

_REFUSED_NAME: Final = ("(menolak)", "(refused)")


def state_words(state: str) -> str:
    """What an item is, in words of the language in force."""
    return fill(_STATES[state], {}) if state in _STATES else state


def shown_name(name: str, state: str) -> str:
    """The name, or what stands in its place for a person who refused."""
    return name or (fill(_REFUSED_NAME, {}) if state == "menolak" else "")


def left_words(code: str) -> str:
    """Why an item is not taken back with its list."""
    return fill(_LEFT[code], {})


def problem(code: str, details: Mapping[str, object] | None = None) -> Problem:
    """The refusal of this code with its words."""
    exit_code, indonesian, english = _CODES[code]
    return Problem(code, exit_code=exit_code, details=details, words=(indonesian, english))
