"""What a merge brings or brought, and what an undo takes back, as lines for the merge desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fieldapp.locale import _
from fieldapp.services.merging import words as merging_words
from fieldapp.tui.exchange_report import Report, differing
from fieldapp.tui.screens.carrying import drawn
from fieldapp.tui.text import number, plain, when
from fieldapp.tui.widgets.lines import Line

Told = Mapping[str, Any]
CELLS: Final = 7
"""Cells of a column of counts."""
SHORT_LABEL: Final = 13
"""Cells of the labels of what is to be done."""
SHORTEST: Final = 14
"""Cells for the name of an area, where the window is narrow."""


def merge_line(merge: Told, width: int) -> str:
    """A merge of the list: when, from whom, what it brought, and whether it was undone."""
    brought = _("{new} baru, {changed} ubah").format(new=number(merge["new"]), changed=number(merge["changed"]))
    if merge["quarantined"]:
        brought += _(", {count} ditahan").format(count=number(merge["quarantined"]))
    undone = merge["undone"]
    if undone is not None:
        brought += f"  [{_('dibatalkan')}]" if not undone["left"] else f"  [{_('dibatalkan sebagian')}]"
    names = ", ".join(plain(name, 30) for name in merge["from"]) or _("(belum dikenal)")
    room = max(12, width - 18 - len(brought) - 2)
    return f"{when(merge['at']):<18}{_cut(names, room):<{room}}  {brought}"


def tried(answer: Told, width: int, *, is_office: bool) -> list[Line]:
    """A dry run: first what cannot be merged, then what the rest brings."""
    lines = drawn([("", _("Percobaan: belum ada yang diubah."))], width)
    if answer["bad"]:
        mixed = _("Tidak dapat digabungkan; yang lain tetap dapat:")
        words = mixed if answer["good"] else _("Tidak dapat digabungkan:")
        lines.append(Line(words, "warning"))
        lines += drawn([(plain(each["file"], 25), str(each["message"])) for each in answer["bad"]], width)
    if answer["good"]:
        lines += brought(answer, width, is_office=is_office)
    return lines


def merged(told: Told, width: int, *, is_office: bool, headline: str) -> list[Line]:
    """A merge that was done, now or long ago."""
    return drawn([("", headline)], width) + brought(told, width, is_office=is_office)


def brought(told: Told, width: int, *, is_office: bool) -> list[Line]:
    """What came, by laptop and area, and what to do about it."""
    entries = told["entries"]
    if not entries["new"]:
        report: Report = [("", _("Semua isinya sudah ada di laptop ini."))]
    else:
        words = _("{new} perubahan baru, {known} sudah ada.").format(
            new=number(entries["new"]), known=number(entries["known"])
        )
        report = [("", words)]
    if told["receipts"] and is_office:
        report.append((_("Tanda terima"), number(told["receipts"])))
    advice = [(label, words) for label, words in merging_words.advice(told)]
    skipped = told["skipped"] if "skipped" in told else sum("skipped" in each for each in told["files"])
    if skipped and "good" not in told:
        words = _("{count} paket untuk orang lain; berikan kepada penerimanya")
        advice.append((_("Dilewati"), words.format(count=number(skipped))))
    advice += differing(told["differing"] if isinstance(told["differing"], int) else len(told["differing"]))
    if is_office:
        advice.append((_("Kuota"), merging_words.quota(told)))
    return [*drawn(report, width), *table(told, width), *drawn(advice, width, SHORT_LABEL)]


def table(told: Told, width: int) -> list[Line]:
    """Counts of registrations by laptop and area, with their sum on top."""
    areas = [area for laptop in told["laptops"] for area in laptop["areas"]]
    if not areas:
        return []
    total = Counter[str]()
    for area in areas:
        total.update({name: area[name] for name in merging_words.COLUMNS})
    # What two laptops brought stands at both; in the sum it is one registration.
    total.update({name: count - total[name] for name, count in {**told["registrations"], **told["besides"]}.items()})
    cells = max([CELLS, *(len(number(count)) + 1 for count in total.values())])
    room = max(SHORTEST, min(30, width - cells * len(merging_words.COLUMNS)))
    heading = "".join(f"{_(words):>{cells}}" for words in merging_words.COLUMNS.values())
    lines = [Line(f"{_('Pendaftaran'):<{room}}{heading}", "heading"), _row(_("Semua"), total, room, cells)]
    for laptop in told["laptops"]:
        name = ", ".join(laptop["members"]) or str(laptop["laptop"])[:12]
        words = _("Laptop {name}: {new} perubahan baru, {known} sudah ada").format(
            name=plain(name, 40), new=number(laptop["new"]), known=number(laptop["known"])
        )
        lines.append(Line(_cut(words, width), "heading"))
        lines += [_row(f"  {plain(area['name'] or area['area'])}", area, room, cells) for area in laptop["areas"]]
    return lines


def _row(name: str, counts: Mapping[str, Any], room: int, cells: int) -> Line:
    shown = (counts.get(column, 0) for column in merging_words.COLUMNS)
    return Line(
        f"{_cut(name, room):<{room}}" + "".join(f"{number(count) if count else '-':>{cells}}" for count in shown)
    )


def kept(merge: Told, width: int, *, is_office: bool) -> list[Line]:
    """A merge of the list, opened again."""
    names = ", ".join(plain(name, 40) for name in merge["from"]) or "-"
    headline = _("Digabungkan {when}, dari {names}.").format(when=when(merge["at"]), names=names)
    lines: list[Line] = []
    if merge["undone"] is not None:
        words = _("Sudah dibatalkan {when}:").format(when=when(merge["undone"]["at"]))
        counts = ", ".join(f"{label.lower()} {number(count)}" for label, count in merging_words.undone(merge["undone"]))
        lines = drawn([("", f"{words} {counts}.")], width)
    if merge["told"] is not None:
        return [*lines, *merged(merge["told"], width, is_office=is_office, headline=headline)]
    old: Report = [
        ("", headline),
        (_("Perubahan baru"), number(merge["entries"])),
        ("", _("Penggabungan lama: rincian menurut laptop dan wilayah belum disimpan waktu itu.")),
    ]
    return [*lines, *drawn(old, width)]


def undo(told: Told, width: int, *, is_done: bool) -> list[Line]:
    """What an undo took back, or would take back, by name; and what stays with its reason."""
    first = (
        _("Penggabungan dibatalkan. Pembatalannya ikut ke semua laptop dengan paket atau sinkron berikutnya.")
        if is_done
        else _("Belum ada yang diubah. Ini yang akan terjadi bila penggabungan ini dibatalkan:")
    )
    if not told["taken"]:
        first = _("Tidak ada lagi yang dapat ditarik dari penggabungan ini.")
    report: Report = [("", first)]
    report += [(label, number(count)) for label, count in merging_words.undone(told)]
    if told["others"]:
        report.append((_("Tidak ikut dibatalkan"), ", ".join(merging_words.others(told["others"]))))
    lines = drawn(report, width)
    if told["left"]:
        lines.append(Line(_("Tetap, dan mengapa"), "heading"))
        lines += [part for each in told["left"] for part in drawn([(_cut(_name(each), 25), each["message"])], width)]
    if told["taken"]:
        lines.append(Line(_("Ditarik kembali") if is_done else _("Akan ditarik kembali"), "heading"))
        lines += [Line(_taken(each, width)) for each in told["taken"]]
    return lines


def _taken(each: Told, width: int) -> str:
    room = max(20, width - 48)
    return (
        f"{_cut(_name(each), room):<{room}} {_cut(plain(each['area_name']), 18):<19}{merging_words.what(each['what'])}"
    )


def _name(each: Told) -> str:
    return plain(each["name"]) or str(each["id"])[:8]


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def returns(answers: Sequence[Told]) -> Report:
    """Return bundles that were written: for whom, and how much is in each."""
    return [(plain(each["name"], 25), _("{count} perubahan").format(count=number(each["entries"]))) for each in answers]
