"""What is said of a registration that is out with somebody: until when, and how far the word about it has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.services.returns.returned import due_words

_CARRIED: Final[dict[str, str]] = {
    "here": N_("di laptop ini"),
    "fetched": N_("sudah sampai"),
    "hub": N_("di pusat, belum diambil"),
    "written": N_("paket belum diambil"),
    "not_written": N_("belum dikirim"),
    "not_joined": N_("belum bergabung"),
    "gone": N_("dicabut: alihkan"),
}


def carried_words(row: Mapping[str, Any]) -> str:
    """How far it has come, or that it was answered."""
    answered = row.get("answered")
    if answered:
        return _("sudah dijawab")
    if row["state"] != "returned" and not row.get("assigned"):
        return _("sudah diubah")
    code = str(row["carried"]["code"])
    return _(_CARRIED[code]) if code in _CARRIED else code


def until_words(row: Mapping[str, Any], today: date) -> str:
    """Until when it is asked for; a dash where no day was set, or where nothing is awaited."""
    if row["state"] != "returned" or not row["due"]:
        return "-"
    return due_words(str(row["due"]), row["late"], today)
