"""What is said about lists of people who are covered already, in both languages beside the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fieldapp.services.problems import Exit, Problem, fill

_CODES: Final[dict[str, tuple[Exit, str, str]]] = {
    "covered_elsewhere": (
        Exit.REFUSED,
        "Orang ini ada di daftar {lists}, jadi mungkin sudah terlindungi dan belum dapat disetujui. Tanyakan kepada "
        "pemilik daftar. Bila barisnya orang lain atau perlindungannya sudah berakhir, catat alasannya: 'fieldapp "
        "sheet decide'.",
        "This person is on the list {lists}, so may be covered already and cannot be approved yet. Ask the list's "
        "owner. If its row is somebody else or the cover has ended, record why: 'fieldapp sheet decide'.",
    ),
    "cover_list_name": (
        Exit.WRONG_USE,
        "Nama daftar tidak dapat dipakai: 1 sampai {limit} huruf dengan sedikitnya satu huruf atau angka.",
        "The list's name cannot be used: 1 to {limit} letters, at least one of them a letter or digit.",
    ),
    "cover_list_unknown": (
        Exit.NOT_FOUND,
        "Tidak ada daftar dengan nomor atau nama itu. Lihat 'fieldapp sheet lists'.",
        "There is no list with that id or name. See 'fieldapp sheet lists'.",
    ),
    "cover_list_ambiguous": (
        Exit.WRONG_USE,
        "Nomor itu cocok dengan {count} daftar. Tulis lebih lengkap.",
        "That id fits {count} lists. Write more of it.",
    ),
    "cover_errors_target": (
        Exit.WRONG_USE,
        "Baris yang ditolak tidak dapat ditulis ke berkas daftarnya sendiri. Pilih nama lain untuk --errors.",
        "Refused rows cannot be written into the file of the list itself. Choose another name for --errors.",
    ),
    "cover_nobody": (
        Exit.REFUSED,
        "Tidak satu pun dari {rows} baris dapat dipakai, jadi daftar tidak diambil. Lihat alasannya dengan --errors.",
        "None of the {rows} rows can be used, so the list was not taken in. See why with --errors.",
    ),
    "cover_not_on_list": (
        Exit.NOT_FOUND,
        "Pendaftaran itu tidak ada di daftar tersebut, dan tidak ada baris yang mirip. Lihat 'fieldapp sheet matches'.",
        "That registration is not on the list, and no row is alike. See 'fieldapp sheet matches'.",
    ),
    "cover_decision_unknown": (
        Exit.WRONG_USE,
        "Pilih salah satu: --same, --different, atau --ended.",
        "Choose one: --same, --different or --ended.",
    ),
    "cover_key_missing": (
        Exit.REFUSED,
        "Kunci pengenal belum ada di laptop ini. Gabungkan paket terbaru dari kantor, lalu ulangi.",
        "The key for digests is not on this laptop yet. Merge the office's newest bundle, then try again.",
    ),
}


_DECISIONS: Final = {
    "same": ("barisnya memang orang ini", "its row is this person"),
    "different": ("barisnya orang lain", "its row is somebody else"),
    "ended": ("perlindungannya sudah berakhir", "the cover has ended"),
}


def cover_words(standing: Mapping[str, Any]) -> str:
    """Where a registration stands on a list (`covers.shown`), as a sentence of a person's."""
    said = standing["decision"]
    if said is None:
        words = ("NIK ini ada di daftar {name}.", "This NIK is on the list {name}.")
        return fill(words, standing)
    words = ("Daftar {name}: {what} ({by}: {reason}).", "List {name}: {what} ({by}: {reason}).")
    return fill(words, {**said, "name": standing["name"], "what": decision_words(said["decision"])})


def decision_words(decision: str) -> str:
    """What was decided about a list's row."""
    return fill(_DECISIONS[decision], {})


def problem(code: str, details: Mapping[str, object] | None = None) -> Problem:
    """The refusal of this code with its words."""
    exit_code, indonesian, english = _CODES[code]
    return Problem(code, exit_code=exit_code, details=details, words=(indonesian, english))
