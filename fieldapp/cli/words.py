"""The words for codes that plain output shows: states, roles, decisions. `--json` shows the codes themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.cli.output import plain
from fieldapp.locale import N_, _

_STATES = {
    "draft": N_("draf"),
    "submitted": N_("terkirim"),
    "has_issues": N_("bermasalah"),
    "returned": N_("dikembalikan"),
    "approved": N_("disetujui"),
    "waiting": N_("daftar tunggu"),
    "rejected": N_("ditolak"),
    "changed_after_review": N_("berubah setelah diputuskan"),
    "frozen": N_("ditetapkan"),
    "withdrawn": N_("mengundurkan diri"),
    "void": N_("dibatalkan"),
    "unreadable": N_("tidak terbaca"),
    "active": N_("aktif"),
    "revoked": N_("dicabut"),
    "doubtful": N_("meragukan"),
}
STATES = ("draft", "submitted", "has_issues", "returned", "approved", "waiting", "rejected", "changed_after_review")
ALL_STATES = (*STATES, "frozen", "withdrawn", "void")
_ROLES = {
    "enumerator": N_("pencacah"),
    "coordinator": N_("koordinator"),
    "supervisor": N_("pengawas"),
    "admin": N_("administrator"),
    "hub": N_("pusat"),
}
ROLES = tuple(_ROLES)


_RISKS = {
    "decisions_differ": N_("putusan berbeda"),
    "changed_after_review": N_("berubah setelah diputuskan"),
    "no_nik": N_("belum ada NIK"),
    "covers": N_("sudah terlindungi"),
    "cover_near": N_("mirip orang terlindungi"),
    "errors": N_("isian salah"),
    "conflicts": N_("bertentangan"),
    "duplicates": N_("NIK ganda"),
    "near_duplicates": N_("mirip orang lain"),
    "overrides": N_("peringatan dijelaskan"),
    "long_wait": N_("lama menunggu"),
    "enumerator": N_("cara mendaftar pencacahnya perlu ditanyakan"),
    "odd_hours": N_("didaftarkan larut malam"),
    "fast": N_("diisi sangat cepat"),
    "slow": N_("diisi sangat lama"),
    "again": N_("pernah dikembalikan"),
}
_CHECKS = {
    "folder": N_("folder data"),
    "space": N_("ruang"),
    "encryption": N_("penyandian"),
    "database": N_("berkas data"),
    "lists": N_("daftar"),
    "clock": N_("jam"),
    "ledger": N_("buku serah terima"),
    "quarantine": N_("karantina"),
    "areas": N_("isi wilayah"),
}
_KINDS = {
    "new": N_("didaftarkan"),
    "edit": N_("diubah"),
    "resolve": N_("pertentangan diselesaikan"),
    "void": N_("dibatalkan"),
    "decide": N_("diputuskan"),
    "comment": N_("diberi catatan"),
    "same_as": N_("dibandingkan dengan pendaftaran lain"),
}
_DECISIONS = {
    "approve": N_("disetujui"),
    "endorse": N_("diusulkan disetujui"),
    "return": N_("dikembalikan"),
    "reject": N_("ditolak"),
    "undo": N_("keputusan dibatalkan"),
    "withdraw": N_("mengundurkan diri"),
    "void": N_("dibatalkan"),
    "same": N_("orang yang sama"),
    "different": N_("orang yang berbeda"),
    "unsure": N_("belum pasti orang yang sama"),
    "disputed": N_("diputuskan berbeda-beda"),
}


def risk_words(code: object) -> str:
    """Why a registration stands where it does in the review queue."""
    return _worded(_RISKS, code)


def check_words(code: object) -> str:
    """What the doctor looked at."""
    return _worded(_CHECKS, code)


def kind_words(kind: object, decision: object = None) -> str:
    """What an entry did to a registration; of a decision, which one."""
    return _worded(_DECISIONS, decision) if decision is not None else _worded(_KINDS, kind)


def happened_words(item: Mapping[str, Any]) -> str:
    """What an item of a history did; of a comment that gives the work to somebody, to whom."""
    if item["kind"] == "comment" and "assigned_to" in item:
        to = item["assigned_to"]
        return _("ditugaskan kepada {name}").format(name=plain(to)) if to else _("penugasan ditarik")
    return kind_words(item["kind"], item.get("decision"))


def state_words(code: object) -> str:
    """A state as people call it."""
    return _worded(_STATES, code)


def role_words(code: object) -> str:
    return _worded(_ROLES, code)


def _worded(table: dict[str, str], code: object) -> str:
    words = table.get(str(code))
    return _(words) if words else str(code)
