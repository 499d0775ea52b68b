"""`fieldapp duplicates find --pairs`: the same person twice in plain CSV lists, without a programme."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldapp.cli.base import FILE, option
from fieldapp.cli.output import Output, plain, shortened, table, write
from fieldapp.locale import N_, _

if TYPE_CHECKING:
    from fieldapp.files.people_list import Told
    from fieldapp.matching.sweep import Found, Report
    from fieldapp.services.pairs.files import PairFiles

_MOST_SHOWN = 50
_MOST_LINES = 40
_DAMAGED = 4

_FAULTS = {
    "row_without_id": N_("tanpa nomor baris; tidak dibandingkan"),
    "row_damaged": N_("rusak dan tidak terbaca; tidak dibandingkan"),
    "row_repeats_header": N_("mengulang judul kolom; tidak dibandingkan"),
    "row_quotes": N_("tanda kutipnya tidak lengkap; dibaca sebisanya"),
    "row_short": N_("kurang dari jumlah kolom; yang tidak ada dianggap kosong"),
    "row_long": N_("lebih dari jumlah kolom; sisanya tidak dibaca"),
    "row_letters": N_("memuat huruf yang tidak terbaca; sisanya dibandingkan"),
    "row_repeats_id": N_("memakai nomor baris yang sudah ada; semuanya dibandingkan"),
    "column_twice": N_("memuat judul kolom yang sama dua kali; kolom pertama yang dibaca"),
}
_BANDS = {
    "almost_certain": N_("hampir pasti"),
    "to_review": N_("perlu dilihat"),
    "same_nik": N_("NIK sama, orang beda?"),
}
_ASPECTS = {
    "nik": N_("NIK"),
    "name": N_("nama"),
    "birth_date": N_("tanggal lahir"),
    "phone": N_("nomor telepon"),
    "nomor_kk": N_("nomor KK"),
    "kelurahan": N_("kelurahan"),
    "mother_name": N_("nama ibu"),
}

#: Options of `duplicates find` for lists that are in no programme.
OPTIONS: tuple[click.Parameter, ...] = (
    option(
        "--pairs",
        type=FILE,
        help=N_(
            "Bandingkan baris-baris daftar CSV ini (kolom rec_id, nik, name, birth_place, birth_date, sex, phone, "
            "address, kelurahan, kecamatan) tanpa program; '-' untuk masukan baku."
        ),
    ),
    option(
        "--against",
        type=FILE,
        help=N_("Bandingkan daftar --pairs dengan daftar lain ini (kolom no, nik, dan nama)."),
    ),
)


def find_in_files(out: Output, pairs: Path, against: Path | None) -> int:
    """Answers `[{"a", "b", "bits", "probability", "band"}]`; exit code 4 when rows had to be left out."""
    from fieldapp.matching.sweep import Report
    from fieldapp.services.pairs.files import PairFiles

    files = PairFiles(_source(pairs), None if against is None else _source(against))
    report = Report()
    found = files.pairs(progress=out.progress, report=report)
    out.end_progress()
    for line in _told(files.told):
        write(sys.stderr, line + "\n")
    for line in _wide(report):
        write(sys.stderr, line + "\n")
    out.answer([_value(*each) for each in found], () if out.as_json else _lines(files, found))
    write(sys.stderr, _summary(report, found) + "\n")
    return _DAMAGED if any(told.left_out for _column, told in files.told) else 0


def _source(path: Path) -> Path | bytes:
    return sys.stdin.buffer.read() if str(path) == "-" else path


def _value(a: str, b: str, found: Found) -> dict[str, object]:
    return {
        "a": a,
        "b": b,
        "bits": round(found.bits, 3),
        "probability": round(found.probability, 6),
        "band": found.band,
    }


def _told(told: Sequence[tuple[str, Told]]) -> Iterator[str]:
    """What was wrong with which lines, without any word of theirs."""
    for column, each in told:
        for code, lines in each.lines.items():
            yield _("Daftar dengan kolom {column}, baris {lines}: {fault}.").format(
                column=column, lines=_line_numbers(lines), fault=_(_FAULTS[code])
            )


def _line_numbers(lines: Sequence[int]) -> str:
    """`3, 8-12, 40`; beyond some how many more."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_MOST_LINES])
    more = sum(last - first + 1 for first, last in runs[_MOST_LINES:])
    return shown + (" " + _("dan {count} baris lagi").format(count=more) if more else "")


def _wide(report: Report) -> Iterator[str]:
    if not report.wide_blocks:
        return
    yield _(
        "{people} orang berada dalam {blocks} kelompok yang terlalu besar untuk dibandingkan semuanya dengan semuanya; "
        "mereka dibandingkan dalam kelompok yang lebih sempit saja. Yang terbesar: {largest} orang."
    ).format(people=report.wide_people, blocks=report.wide_blocks, largest=report.largest)
    if report.alike:
        yield _("Yang sama pada kelompok terbesar: {aspects}.").format(
            aspects=", ".join(_(_ASPECTS[each]) for each in report.alike)
        )


def _summary(report: Report, found: Sequence[tuple[str, str, Found]]) -> str:
    if report.listed:
        counted = _("{people} orang dibandingkan dengan {listed} orang di daftar lain")
    else:
        counted = _("{people} orang dibandingkan")
    return (counted + "; " + _("{pairs} pasangan ditemukan.")).format(
        people=report.people, listed=report.listed, pairs=len(found)
    )


def _lines(files: PairFiles, found: Sequence[tuple[str, str, Found]]) -> Iterator[str]:
    """The strongest pairs for people's eyes; a NIK is never shown whole."""
    strongest = sorted(found, key=lambda each: (-each[2].bits, each[0], each[1]))[:_MOST_SHOWN]
    headings = (_("Nomor"), _("Nomor"), _("Kemungkinan"), _("Nama"), _("Nama"), "NIK", "NIK")
    rows = [
        (
            a,
            b,
            f"{_(_BANDS[match.band])} {_percent(match.probability)}",
            shortened(plain(left.name), 24),
            shortened(plain(right.name), 24),
            left.nik,
            right.nik,
        )
        for (a, b, match), (left, right) in zip(strongest, files.shown(strongest), strict=True)
    ]
    yield from table(headings, rows)
    if len(found) > len(strongest):
        yield _("dan {count} pasangan lagi; --json mencetak semuanya.").format(count=len(found) - len(strongest))


def _percent(probability: float) -> str:
    """In steps that say no more than is known; nothing is ever quite certain."""
    return f"{min(99.9, round(probability * 100, 1)):g} %"
