"""How slots and money stand, as lines to be read: every part with a heading, sums aligned to the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fieldapp.locale import _
from fieldapp.services.quota.words import category_words, first_words, limit_lines, order_words, reason_words
from fieldapp.tui.text import MONTHS, area_text, number, plain, rupiah, wrapped
from fieldapp.tui.widgets.lines import Line

_BAR: Final = 20
_NAME: Final = 26


class Part(NamedTuple):
    """One part of the screen."""

    heading: str
    lines: list[Line]


def parts(report: Mapping[str, Any], line: Mapping[str, Any], width: int) -> list[Part]:
    """All parts from `budget.report` and `waiting.listing`, for lines of `width` cells."""
    return [
        Part(_("Ringkasan"), _limits(report, width)),
        Part(_("Tempat tiap pengawas"), _leases(report, width)),
        Part(_("Daftar tunggu"), _waiting(line, width)),
        Part(_("Uang tiap bulan"), _months(report)),
        Part(_("Tiap kelompok"), _categories(report, width)),
        Part(_("Tiap wilayah"), _areas(report)),
    ]


def joined(found: Iterable[Part]) -> list[Line]:
    """The parts under each other, an empty line between them."""
    lines: list[Line] = []
    for part in found:
        if lines:
            lines.append(Line(""))
        lines += [Line(part.heading, "heading"), *part.lines]
    return lines


def _limits(report: Mapping[str, Any], width: int) -> list[Line]:
    held, quota = report["approved"], report["quota"]
    spent, budget = report["committed"], report["budget"]
    slots = _("Tempat terisi {held} dari {quota}, sisa {left}; {waiting} orang menunggu.").format(
        held=number(held), quota=number(quota), left=number(max(0, quota - held)), waiting=number(report["waiting"])
    )
    money = _("Uang terikat {spent} dari {budget}, sisa {left}.").format(
        spent=rupiah(spent), budget=rupiah(budget), left=_signed(report["left"])
    )
    lines = [Line(slots), Line(bar(held, quota)), Line(money), Line(bar(spent, budget))]
    if not report["within_budget"]:
        lines.append(Line(_("PERHATIAN: uang terikat lebih besar daripada anggaran."), "warning"))
    said = limit_lines(report)
    for number_, each in enumerate(said, 1):
        tone = "warning" if report["over_leased"] and number_ == len(said) else ""
        lines += [Line(piece, tone) for piece in wrapped(each, width, 2)]
    return lines


def bar(part: int, whole: int) -> str:
    """How much of a whole is taken, readable without colour: [#####     ] 26%."""
    share = min(100, 100 * part // whole) if whole else 0
    filled = _BAR * share // 100
    return f"[{'#' * filled}{' ' * (_BAR - filled)}] {share}%"


def _leases(report: Mapping[str, Any], width: int) -> list[Line]:
    lines = [Line(_columns(_("Pengawas"), (_("Jatah"), _("Terpakai"), _("Sisa"), _("Menunggu")), 10), "quiet")]
    for row in report["leases"]:
        values = [number(row[name]) for name in ("slots", "used", "left", "waiting")]
        lines.append(Line(_columns(plain(row["name"], 60), values, 10), value=("lease", row["name"], row["slots"])))
    lines.append(Line(_("Belum dijatahkan: {count}").format(count=number(report["not_leased"])), "quiet"))
    return lines


def _waiting(line: Mapping[str, Any], width: int) -> list[Line]:
    if not line["count"]:
        return [Line(_("Tidak ada yang menunggu."))]
    lines = [Line(_("Urutannya: {order}.").format(order=order_words(line["order"])), "quiet")]
    for each in line["waiting"]:
        words = _("{place}. {name}, {area} - antrean {decider}: {why}").format(
            place=each["place"],
            name=plain(each["name"], 40),
            area=plain(each["area_name"], 30),
            decider=plain(each["decider"], 30),
            why=reason_words(each["reason"]),
        )
        lines.append(Line(words, value=("person", each["id"])))
    more = line["count"] - len(line["waiting"])
    if more:
        lines.append(Line(_("... dan {count} orang lagi").format(count=number(more)), "quiet"))
    return lines


def _months(report: Mapping[str, Any]) -> list[Line]:
    return [_totals_head(), *(_totals(month_words(row["month"]), row) for row in report["by_month"])]


def _categories(report: Mapping[str, Any], width: int) -> list[Line]:
    note = _("Orang dengan beberapa kelompok dihitung sekali, pada kelompok yang paling didahulukan.")
    lines = [Line(piece, "quiet") for piece in wrapped(note, width)]
    return [*lines, _totals_head(), *(_totals(category_words(row["category"]), row) for row in report["by_category"])]


def _areas(report: Mapping[str, Any]) -> list[Line]:
    rows = [_totals(area_text(row["area"]).split(",")[0], row) for row in report["by_area"]]
    return [_totals_head(), *rows] if rows else [Line(_("Belum ada yang disetujui."))]


def _totals_head() -> Line:
    return Line(_columns("", (_("Orang"), _("Menunggu"), _("Rupiah")), 10, 18), "quiet")


def _totals(name: str, row: Mapping[str, Any]) -> Line:
    waits = row.get("waiting")
    values = (number(row["people"]), number(waits) if waits else "", number(row["committed"]))
    return Line(_columns(name, values, 10, 18))


def _columns(name: str, values: Sequence[str], width: int, last: int = 0) -> str:
    """A name and values aligned to the right, the last of them in `last` cells where that is not `width`."""
    widths = [width] * (len(values) - 1) + [last or width]
    return name[:_NAME].ljust(_NAME) + "".join(value.rjust(cells) for value, cells in zip(values, widths, strict=True))


def month_words(month: str) -> str:
    """A month `YYYY-MM` in words: Mei 2027."""
    return f"{_(MONTHS[int(month[5:]) - 1])} {month[:4]}"


def what_if_lines(told: Mapping[str, Any]) -> list[Line]:
    """Now and then beside each other, from `budget.what_if`."""
    now, then = told["now"], told["then"]
    head = _columns("", (_("sekarang"), _("menjadi")), 20)
    rows = [
        (_("Tempat terisi"), number(now["approved"]), number(then["approved"])),
        (_("Kuota"), number(now["quota"]), number(then["quota"])),
        (_("Menunggu"), number(now["waiting"]), number(then["waiting"])),
        (_("Uang terikat"), rupiah(now["committed"]), rupiah(then["committed"])),
        (_("Sisa anggaran"), _signed(now["left"]), _signed(then["left"])),
        (_("Biaya seorang"), rupiah(now["cost_each"]), rupiah(then["cost_each"])),
        (_("Paling banyak orang"), number(now["limit"]["people"]), number(then["limit"]["people"])),
    ]
    lines = [Line(head, "quiet"), *(Line(_columns(name, values, 20)) for name, *values in rows)]
    lines += [Line(""), Line(first_words(then["limit"]["by"]))]
    if not then["within_budget"]:
        lines.append(Line(_("PERHATIAN: sesudahnya anggaran terlampaui."), "warning"))
    lines.append(Line(_("Hanya perhitungan; tidak ada yang diubah."), "quiet"))
    return lines


def _signed(amount: int) -> str:
    return f"-{rupiah(-amount)}" if amount < 0 else rupiah(amount)
