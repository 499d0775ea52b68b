"""What is said about entries that do not count, in both languages beside the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldapp.services.problems import Exit, Problem, fill
from sync import errors

_CODES: Final[dict[str, tuple[Exit, str, str]]] = {
    "held_not_found": (
        Exit.NOT_FOUND,
        "Tidak ada kiriman dengan nomor itu di karantina. Lihat 'fieldapp quarantine list'.",
        "Nothing with that id is in quarantine. See 'fieldapp quarantine list'.",
    ),
    "held_ambiguous": (
        Exit.WRONG_USE,
        "Nomor itu cocok dengan beberapa kiriman di karantina. Tulis lebih lengkap.",
        "That id fits several things in quarantine. Write more of it.",
    ),
    "held_handled": (
        Exit.REFUSED,
        "Kiriman ini sudah diputuskan. Tarik dulu putusannya bila keliru.",
        "This was decided already. Take that decision back first if it was a mistake.",
    ),
    "held_decision": (
        Exit.REFUSED,
        "Putusan orang lain tidak dilepaskan. Putuskan sendiri di Periksa, lalu tolak kiriman ini.",
        "A decision of somebody else is not released. Decide it yourself at the review, then refuse this.",
    ),
    "held_role": (
        Exit.REFUSED,
        "Perubahan ini tidak boleh dilakukan oleh penulisnya, jadi tidak dilepaskan. Bila isinya benar, tulis sendiri "
        "di pendaftarannya, lalu tolak kiriman ini.",
        "Its writer may not do this, so it is not released. If what it says is right, write it yourself at the "
        "registration, then refuse this.",
    ),
    "held_other": (
        Exit.REFUSED,
        "Kiriman jenis ini hanya dapat ditolak. Bila isinya perlu, kerjakan sendiri dengan nama Anda.",
        "This kind of thing can only be refused. If it is needed, do it yourself under your own name.",
    ),
    "held_ended": (
        Exit.REFUSED,
        "Penulisnya sendiri sudah membatalkannya, atau orangnya menarik persetujuan. Tolak kiriman ini; bila orangnya "
        "setuju, daftarkan lagi.",
        "Its writer took it out again, or the person took back consent. Refuse it; if the person agrees, register "
        "the person again.",
    ),
    "held_no_consent": (
        Exit.REFUSED,
        "Orangnya tidak menyetujui pendataan, jadi isinya tidak boleh diambil alih. Tolak kiriman ini.",
        "The person did not consent, so what it says must not be taken over. Refuse it.",
    ),
    "held_no_registration": (
        Exit.REFUSED,
        "Pendaftaran yang diubahnya tidak ada di sini. Gabungkan dulu paket yang memuatnya, atau tolak kiriman ini.",
        "The registration that it changes is not here. First merge the packet that holds it, or refuse this.",
    ),
    "held_target_ended": (
        Exit.REFUSED,
        "Pendaftaran yang diubahnya sudah batal, ditolak, atau ditarik. Tolak kiriman ini, atau buka lagi "
        "pendaftarannya dulu.",
        "The registration that it changes is void, rejected or withdrawn. Refuse this, or open the registration again "
        "first.",
    ),
    "held_in_draft": (
        Exit.REFUSED,
        "Ada draf yang terbuka untuk orang ini. Kirim atau buang dulu draf itu.",
        "A draft is open for this person. Hand it in or throw it away first.",
    ),
    "held_dropped": (
        Exit.REFUSED,
        "Sebagian isinya tidak lagi disimpan di laptop ini. Gabungkan lagi paketnya, lalu coba lagi.",
        "Part of what it says is no longer on this laptop. Merge its packet again, then try again.",
    ),
    "held_word_unknown": (
        Exit.NOT_FOUND,
        "Tidak ada putusan karantina dengan nomor itu. Lihat 'fieldapp quarantine list --handled'.",
        "There is no decision about the quarantine with that id. See 'fieldapp quarantine list --handled'.",
    ),
    "held_word_ambiguous": (
        Exit.WRONG_USE,
        "Nomor itu cocok dengan beberapa putusan. Tulis lebih lengkap.",
        "That id fits several decisions. Write more of it.",
    ),
    "held_released": (
        Exit.REFUSED,
        "Isinya sudah menjadi pendaftaran {id}. Batalkan dulu pendaftaran itu, lalu tarik putusan ini.",
        "What it said is registration {id} now. Take that registration out first, then take this decision back.",
    ),
}
_KINDS: Final[dict[str, tuple[str, str]]] = {
    "registration": ("pendaftaran baru", "new registration"),
    "changes": ("perubahan isian", "changed answers"),
    "comment": ("catatan", "comment"),
    "visit": ("hasil kunjungan", "result of a visit"),
    "decision": ("putusan", "decision"),
    "other": ("kiriman lain", "something else"),
}
_NOTE: Final = (
    "Diambil alih dari karantina. Ditulis {by}, {at}. Alasan: {reason}",
    "Taken over from the quarantine. Written by {by}, {at}. Reason: {reason}",
)
_PAIR: Final = {
    "taken_over": (
        "Satu kiriman karantina yang sama: yang satu diambil alih kantor, dan yang lain sekarang dihitung sendiri.",
        "One and the same thing from the quarantine: the office took one over, and the other counts by itself now.",
    ),
    "taken_twice": (
        "Keduanya diambil alih kantor dari satu kiriman karantina yang sama.",
        "The office took both over from one and the same thing in quarantine.",
    ),
}


def problem(code: str, details: Mapping[str, object] | None = None) -> Problem:
    """The refusal of this code."""
    exit_code, id_, en = _CODES[code]
    return Problem(code, exit_code=exit_code, details=details, words=(id_, en))


def why_held(code: str) -> str:
    """Why an entry does not count, and what to do, in the language in force."""
    return fill(errors.MESSAGES.get(code, (code, code)), {})


def kind_words(what: str) -> str:
    """What kind of thing is held."""
    return fill(_KINDS.get(what, (what, what)), {})


def note_words(by: str, at: str, reason: str) -> str:
    """What stands in the history of a registration whose content was taken over."""
    return fill(_NOTE, {"by": by, "at": at, "reason": reason})


def pair_words(code: str) -> str:
    """What two registrations have to do with one thing from the quarantine."""
    return fill(_PAIR[code], {})
