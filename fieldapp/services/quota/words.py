"""Slots, money and endings in a person's words, for the command line, the screens and papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fieldapp.locale import N_, _

CAUSES: Final[dict[str, str]] = {
    "deceased": N_("meninggal dunia"),
    "moved": N_("pindah dari kota ini"),
    "age": N_("mencapai batas umur"),
    "consent": N_("menarik persetujuan"),
    "other": N_("sebab lain"),
}
_REASONS: Final[dict[str, str]] = {
    "lease_used": N_("jatahnya habis"),
    "quota_used": N_("kuota habis"),
}
_ORDERS: Final[dict[str, str]] = {
    "decided": N_("menurut waktu disetujui"),
    "priority": N_("kelompok yang didahulukan lebih dulu, lalu menurut waktu disetujui"),
}


def ended_words(cause: object) -> str:
    """Why somebody no longer takes part, as a state: berakhir: meninggal dunia."""
    return _("berakhir: {cause}").format(cause=cause_words(cause))


def cause_words(cause: object) -> str:
    return _worded(CAUSES, cause)


def reason_words(reason: object) -> str:
    """Why an approval waits."""
    return _worded(_REASONS, reason)


def order_words(order: object) -> str:
    """How those who wait stand in line."""
    return _worded(_ORDERS, order)


def category_words(code: str) -> str:
    """A category as the form calls it; `code` where the form knows none of that name."""
    if not code:
        return _("tanpa kelompok")
    from fieldapp.forms.declaration import QUESTIONS
    from fieldapp.locale import language

    question = QUESTIONS.get("categories")
    for choice in question.choices if question else ():
        if choice.code == code:
            return choice.label(language())
    return code


def money(amount: int) -> str:
    """Whole rupiah as they are written in Indonesia: Rp 1.899.878.400."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp {grouped(abs(amount))}"


def grouped(number: int) -> str:
    """A whole number with dots between thousands."""
    return f"{number:,}".replace(",", ".")


def limit_lines(report: Mapping[str, Any]) -> list[str]:
    """Quota and budget set against each other, as sentences."""
    found = report["limits"]
    now = found["now"]
    first = _("Anggaran cukup untuk {people} orang selama {months} bulan; kuota {quota} orang.").format(
        people=grouped(found["budget"]), months=found["months"], quota=grouped(found["quota"])
    )
    lines = [f"{first} {first_words(found['by'])}"]
    if found["by"] == "budget":
        lines.append(
            _("Kuota penuh memerlukan {cost}; anggaran cukup untuk {months} bulan, atau {spans} orang-bulan.").format(
                cost=money(found["full_quota"]),
                months=found["months_for_quota"],
                spans=grouped(found["person_months"]),
            )
        )
    lines.append(
        _("Bila disetujui bulan {month} ({months} bulan), paling banyak {people} orang seluruhnya. {first}").format(
            month=now["month"], months=now["months"], people=grouped(now["people"]), first=first_words(now["by"])
        )
    )
    if report.get("over_leased"):
        lines.append(
            _("PERHATIAN: jatah pengawas {count} lebih banyak daripada kuota; kelebihannya menunggu.").format(
                count=grouped(report["over_leased"])
            )
        )
    return lines


def first_words(by: str) -> str:
    """Which of quota and budget ends first."""
    return _("Anggaran yang lebih dulu habis.") if by == "budget" else _("Kuota yang lebih dulu habis.")


def _worded(table: Mapping[str, str], code: object) -> str:
    words = table.get(str(code))
    return _(words) if words else str(code)
