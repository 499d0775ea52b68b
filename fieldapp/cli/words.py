"""The words for codes that plain output shows: states, roles, decisions. `--json` shows the codes themselves."""

from __future__ import annotations

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


def state_words(code: object) -> str:
    """A state as people call it, the code in brackets since `--state` takes that."""
    return _worded(_STATES, code)


def role_words(code: object) -> str:
    return _worded(_ROLES, code)


def _worded(table: dict[str, str], code: object) -> str:
    words = table.get(str(code))
    return _(words) if words else str(code)


def yes_no(value: object) -> str:
    return _("ya") if value else _("tidak")
