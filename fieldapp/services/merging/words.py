"""The words for what a merge brought and what an undo takes back, for the screen and the command line alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fieldapp.locale import N_, _

COLUMNS: Final[dict[str, str]] = {
    "new": N_("baru"),
    "known": N_("ada"),
    "changed": N_("ubah"),
    "conflicting": N_("beda"),
    "duplicate": N_("ganda"),
    "possible_duplicate": N_("mirip"),
    "quarantined": N_("tahan"),
    "over_quota": N_("tunggu"),
}
"""Headings of the counts of an area; each is short, since all eight stand on a screen of 80."""

_ADVICE: Final = (
    ("conflicting", N_("Beda"), N_("{count} dengan isian yang bertentangan: selesaikan di menu K")),
    ("duplicate", N_("Ganda"), N_("{count} dengan NIK yang sudah ada: bandingkan dan putuskan di menu O (F7)")),
    (
        "possible_duplicate",
        N_("Mirip"),
        N_(
            "{count} mungkin orang yang sudah terdaftar (sama NIK, atau nama dengan tanggal lahir atau telepon): menu O"
        ),
    ),
    (
        "quarantined",
        N_("Tahan"),
        N_("{count} perubahan ditahan karena tidak sah atau di luar wilayah: periksa di Karantina (menu W)"),
    ),
    ("over_quota", N_("Tunggu"), N_("{count} sudah disetujui, tetapi tempatnya habis: masuk daftar tunggu")),
)
_WHAT: Final[dict[str, str]] = {
    "voided": N_("dikeluarkan"),
    "restored": N_("dipulihkan"),
    "pair": N_("putusan pasangan ditarik"),
    "visit": N_("hasil kunjungan ditarik"),
    "registration": N_("pendaftaran"),
}
_TYPES: Final[dict[str, str]] = {
    "prelist": N_("orang di daftar kunjungan"),
    "prelist_list": N_("daftar kunjungan"),
    "same_as": N_("putusan pasangan"),
    "cover_list": N_("daftar yang sudah terlindungi"),
    "cover_digests": N_("bagian daftar yang sudah terlindungi"),
    "cover_decision": N_("putusan tentang daftar yang sudah terlindungi"),
    "programme": N_("pengaturan program"),
    "lease": N_("tempat untuk pengawas"),
    "revocation": N_("pencabutan anggota"),
    "office_key": N_("kunci kantor"),
}


def advice(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What to do about a merge, as (label, sentence): `told` is its answer, or what is kept of it."""
    counts = {**told["registrations"], **told["besides"], "quarantined": told["entries"]["quarantined"]}
    lines = [(_(label), _(words).format(count=counts[name])) for name, label, words in _ADVICE if counts.get(name)]
    lines += [(_("Belum lengkap"), words) for words in missing(told["prerequisites_missing"])]
    return lines


def missing(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for each laptop of which something has not arrived: which part, and whom to ask."""
    by: dict[str, list[str]] = {}
    for part in parts:
        first, last = part["first"], part["last"]
        by.setdefault(str(part["by"]), []).append(str(first) if first == last else f"{first}-{last}")
    return [
        _(
            "Perubahan nomor {numbers} dari laptop {name} belum sampai: mintalah paket sebelumnya dari laptop {name}, "
            "atau dari kantor yang sudah menggabungkannya."
        ).format(numbers=", ".join(numbers), name=name)
        for name, numbers in sorted(by.items())
    ]


def quota(told: Mapping[str, Any]) -> str:
    """How many wait for a decision against the slots that are left."""
    counts = told["quota"]
    return _("{pending} menunggu putusan; {left} tempat tersisa dari {quota} ({waiting} di daftar tunggu).").format(
        pending=counts["pending"], left=counts["slots_left"], quota=counts["quota"], waiting=counts["waiting"]
    )


def what(code: str) -> str:
    """What became of a record that an undo took back, or what kind of record it left."""
    return _(_WHAT[code]) if code in _WHAT else code


def others(counts: Mapping[str, int]) -> list[str]:
    """What else a merge brought, that an undo never touches."""
    return [f"{count} {_(_TYPES[type_]) if type_ in _TYPES else type_}" for type_, count in counts.items()]


def undone(told: Mapping[str, Any]) -> list[tuple[str, int]]:
    """What an undo did, or would do, as (label, count); what is none is left out but for registrations."""
    left = told["left"] if isinstance(told["left"], int) else len(told["left"])
    counts = [
        (_("Pendaftaran dikeluarkan"), told["voided"]),
        (_("Pendaftaran dipulihkan"), told["restored"]),
        (_("Putusan pasangan ditarik"), told.get("pairs", 0)),
        (_("Hasil kunjungan ditarik"), told.get("visits", 0)),
        (_("Tetap"), left),
    ]
    return [counts[0], counts[1], *(each for each in counts[2:-1] if each[1]), counts[-1]]
