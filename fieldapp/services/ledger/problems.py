"""What can be wrong with a ledger's file: codes, exit codes and words."""

from __future__ import annotations

from typing import Final

from fieldapp.services.problems import Exit, Problem

_CODES: Final[dict[str, tuple[Exit, str, str]]] = {
    "ledger_kind": (
        Exit.WRONG_USE,
        "Buku serah terima ditulis sebagai .txt atau .xlsx: beri berkas {file} salah satu akhiran itu.",
        "The ledger is written as .txt or .xlsx: give the file {file} one of these endings.",
    ),
    "ledger_unknown": (
        Exit.UNTRUSTED,
        "{file} bukan buku serah terima dari Fieldapp. Pilih berkas yang ditulis fieldapp ledger --save.",
        "{file} is no ledger written by Fieldapp. Choose a file that fieldapp ledger --save wrote.",
    ),
    "ledger_version": (
        Exit.UNTRUSTED,
        "{file} ditulis oleh program yang lebih baru. Perbarui program di laptop ini, lalu bandingkan lagi.",
        "{file} was written by a newer program. Update the program on this laptop, then compare again.",
    ),
    "ledger_truncated": (
        Exit.UNTRUSTED,
        "{file} terpotong. Salin ulang dari laptop asalnya dan tunggu sampai selesai.",
        "{file} is cut short. Copy it again from its laptop and wait until it is done.",
    ),
    "ledger_damaged": (
        Exit.UNTRUSTED,
        "Isi {file} rusak, jadi tidak dibandingkan. Salin ulang, atau minta buku yang baru.",
        "{file} is damaged, so nothing was compared. Copy it again, or ask for a new one.",
    ),
    "ledger_foreign": (
        Exit.UNTRUSTED,
        "{file} milik program pendataan lain. Periksa apakah flashdisk atau berkasnya tertukar.",
        "{file} belongs to another programme. Check whether the stick or the file was mixed up.",
    ),
    "ledger_not_for_us": (
        Exit.UNTRUSTED,
        "{file} disegel untuk penerima lain. Minta pembuatnya menulis satu untuk Anda.",
        "{file} is sealed to somebody else. Ask whoever made it to write one for you.",
    ),
    "ledger_forged": (
        Exit.UNTRUSTED,
        "Tanda tangan {file} tidak cocok dengan anggota mana pun, jadi tidak dibandingkan. Laporkan kepada "
        "administrator.",
        "The signature of {file} fits no member, so nothing was compared. Tell the administrator.",
    ),
}


def ledger_problem(code: str, file: str) -> Problem:
    """The refusal of a file; its name stands in the words."""
    exit_code, indonesian, english = _CODES[code]
    return Problem(code, exit_code=exit_code, details={"file": file}, words=(indonesian, english))
