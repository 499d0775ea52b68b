"""`fieldapp report`: how far the programme is, how people register, and lists for back-checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.cli.base import FILE, Number, command, group, option
from fieldapp.cli.output import Output, pairs, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _

if TYPE_CHECKING:
    from fieldapp.services.reports.tables import Table


def _xlsx() -> Any:
    return option("--xlsx", "xlsx", type=FILE, metavar=N_("BERKAS"), help=N_("Tulis juga sebagai lembar .xlsx."))


def _area() -> Any:
    return option("--area", metavar=N_("KODE"), help=N_("Hanya wilayah ini dan yang di bawahnya."))


@command("progress", N_("Kemajuan: terdaftar, diputuskan, dan sisanya, dengan laju sekarang."), _xlsx())
def progress(out: Output, xlsx: Path | None) -> None:
    from fieldapp.services.reports import progress as service
    from fieldapp.services.reports.tables import progress_tables

    with unlocked() as session:
        found = service.report(session)
    tables = progress_tables(found)
    _answer(out, found, tables, xlsx)


@command(
    "quality",
    N_("Angka mutu per pencacah dan wilayah: bahan berbincang, bukan untuk menyalahkan."),
    _area(),
    option("--by", metavar=N_("ANGGOTA"), help=N_("Hanya pendaftaran anggota ini, dengan semua angkanya.")),
    option("--since", metavar=N_("TANGGAL"), help=N_("Dari hari ini, TTTT-BB-HH.")),
    option("--until", metavar=N_("TANGGAL"), help=N_("Sampai hari ini, TTTT-BB-HH.")),
    _xlsx(),
)
def quality(
    out: Output, area: str | None, by: str | None, since: str | None, until: str | None, xlsx: Path | None
) -> None:
    from fieldapp.services.reports import quality as service
    from fieldapp.services.reports.tables import figures, quality_tables

    with unlocked() as session:
        found = service.report(session, area=area, by=by, since=since, until=until)
    tables = quality_tables(found)
    lines = None
    if by is not None and found["enumerators"]:
        only = found["enumerators"][0]
        lines = [plain(only["name"]), *pairs(figures(only)), "", *_lines([tables[2]])]
    _answer(out, found, tables, xlsx, lines)


@command(
    "budget", N_("Kuota dan anggaran: terpakai, terikat, dan sisanya, per pengawas, kategori, dan bulan."), _xlsx()
)
def budget(out: Output, xlsx: Path | None) -> None:
    from fieldapp.services.quota import budget as service
    from fieldapp.services.quota.tables import budget_tables

    with unlocked() as session:
        session.require_role("coordinator", "supervisor", "admin", "hub", who="supervisor")
        found = service.report(session)
    _answer(out, found, budget_tables(found), xlsx)


@command(
    "backcheck",
    N_("Undi daftar orang untuk dikunjungi ulang. Benih yang sama mengundi orang yang sama di setiap laptop."),
    option("--seed", metavar=N_("BENIH"), help=N_("Benih undian; tanpa ini dibuatkan dan disebutkan.")),
    option("--count", type=Number(1), required=True, metavar=N_("JUMLAH"), help=N_("Banyaknya orang pada daftar.")),
    _area(),
    option("--by", metavar=N_("ANGGOTA"), help=N_("Hanya pendaftaran anggota ini.")),
    option("--out", "target", type=FILE, metavar=N_("BERKAS"), help=N_("Tulis ke .xlsx, .csv, atau .txt.")),
)
def backcheck(out: Output, seed: str | None, count: int, area: str | None, by: str | None, target: Path | None) -> None:
    from fieldapp.services.reports import backcheck as service

    with unlocked() as session:
        service.check_target(target)
        drawn = service.draw(session, seed=seed or service.new_seed(), count=count, area=area, by=by)
        written = service.write(session, target, drawn) if target is not None else None
    if written is None:
        out.answer(drawn, (plain(line) for line in service.page(drawn)))
    else:
        said = {**{key: drawn[key] for key in ("seed", "drawn_on", "drawn_by")}, **written}
        shown = [(_("Benih"), drawn["seed"]), (_("Berkas"), written["file"]), (_("Orang"), written["rows"])]
        out.answer(said, pairs(shown))
    out.say(_("Daftar ini memuat data pribadi; pengundiannya dicatat. Hasil periksa ulang tidak disimpan program."))


def _answer(
    out: Output, found: dict[str, Any], tables: Sequence[Table], xlsx: Path | None, lines: Sequence[str] | None = None
) -> None:
    if xlsx is not None:
        from fieldapp.services.reports.files import write_tables

        written = write_tables(xlsx, tables)
        found = {**found, "file": written["file"]}
    out.answer(found, lines if lines is not None else _lines([each.narrowed() for each in tables]))
    if xlsx is not None:
        out.say(_("Ditulis ke {file}.").format(file=plain(found["file"])))


def _lines(tables: Sequence[Table]) -> Iterator[str]:
    for place, each in enumerate(tables):
        if place:
            yield ""
        yield each.title
        yield from table([heading.words for heading in each.headings], each.shown()) if each.rows else ["-"]


report = group(
    "report",
    N_("Laporan: kemajuan, mutu, kuota dan anggaran, periksa ulang."),
    progress,
    quality,
    budget,
    backcheck,
)
