"""The words for what the ledger counts, for whoever prints one."""

from __future__ import annotations

from fieldapp.locale import N_, _

_PLACES = {
    "area": N_("Wilayah"),
    "name": N_("Nama"),
    "laptop": N_("Laptop"),
    "members": N_("Anggota"),
    "this_laptop": N_("Laptop ini"),
    "registered": N_("terdaftar"),
    "draft": N_("draf"),
    "not_carried": N_("belum dibawa"),
    "carried": N_("dibawa"),
    "merged": N_("digabungkan"),
    "returned": N_("dikembalikan"),
    "approved": N_("disetujui"),
    "waiting": N_("daftar tunggu"),
    "rejected": N_("ditolak"),
    "void": N_("dibatalkan"),
    "unreadable": N_("tidak terbaca"),
    "quarantined": N_("dikarantina"),
    "quarantined_handled": N_("karantina, selesai"),
    "receipts": N_("tanda terima"),
}


def place_words(code: object) -> str:
    """A column of the ledger, in the language in force."""
    words = _PLACES.get(str(code))
    return _(words) if words else str(code)
