"""Quota and money as tables (`budget.report`), for the command line and spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.locale import _
from fieldapp.services.quota.words import category_words, ended_words
from fieldapp.services.reports.tables import Heading, Table


def budget_tables(report: Mapping[str, Any]) -> list[Table]:
    """Together, by supervisor, category, area and month."""
    return [
        _together(report),
        _leases(report),
        _bound(_("Per kategori"), _("Kategori"), report["by_category"], lambda each: category_words(each["category"])),
        _bound(_("Per wilayah"), _("Wilayah"), report["by_area"], lambda each: str(each["name"])),
        _months(report["by_month"]),
    ]


def _together(report: Mapping[str, Any]) -> Table:
    people = Heading(_("Jumlah"), "number")
    now = report["limits"]["now"]
    rows = [
        (_("Kuota"), report["quota"]),
        (_("Disetujui"), report["approved"]),
        (_("Antre kuota"), report["waiting"]),
        (_("Anggaran, rupiah"), report["budget"]),
        (_("Terikat, rupiah"), report["committed"]),
        (_("Sisa, rupiah"), report["left"]),
        (_("Biaya satu orang sampai akhir, rupiah"), report["cost_each"]),
        (_("Masih dapat ditampung kuota, orang"), now["quota"]),
        (_("Masih dapat dibayar anggaran, orang"), now["budget"]),
        (_("Belum dibagikan kepada pengawas"), report["not_leased"]),
        *((ended_words(cause), count) for cause, count in sorted(report["ended"].items())),
    ]
    return Table(_("Kuota dan anggaran"), (Heading(_("Keadaan")), people), rows, ["" for _row in rows])


def _leases(report: Mapping[str, Any]) -> Table:
    names = ((_("Jatah"), "slots"), (_("Terpakai"), "used"), (_("Sisa"), "left"), (_("Antre kuota"), "waiting"))
    headings = (Heading(_("Pengawas")), *(Heading(words, "number") for words, _name in names))
    rows = [(each["name"], *(each[name] for _words, name in names)) for each in report["leases"]]
    return Table(_("Per pengawas"), headings, rows, [each["member"] for each in report["leases"]])


def _bound(title: str, what: str, rows: Sequence[Mapping[str, Any]], name: Any) -> Table:
    headings = (
        Heading(what), Heading(_("Orang"), "number"), Heading(_("Terikat, rupiah"), "number"),
        Heading(_("Antre kuota"), "number"),
    )  # fmt: skip
    told = [(name(each), each["people"], each["committed"], each["waiting"]) for each in rows]
    return Table(title, headings, told, [str(each.get("area") or each.get("category")) for each in rows])


def _months(rows: Sequence[Mapping[str, Any]]) -> Table:
    headings = (Heading(_("Bulan")), Heading(_("Orang"), "number"), Heading(_("Rupiah"), "number"))
    told = [(each["month"], each["people"], each["committed"]) for each in rows]
    return Table(_("Per bulan"), headings, told, [each["month"] for each in rows])
