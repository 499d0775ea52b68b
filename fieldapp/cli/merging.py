"""`fieldapp bundle merge` and what belongs to it: the dry run, the list of merges, their reports, and their undo."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fieldapp.cli.base import FILE, argument, command, option
from fieldapp.cli.output import Output, pairs, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _

EXTENSION = ".fieldapp"


@command(
    "merge",
    N_("Gabungkan paket. Mengulang atau mengubah urutan tidak mengubah hasilnya."),
    argument(
        "files",
        type=FILE,
        nargs=-1,
        required=True,
        metavar=N_("BERKAS"),
        help=N_("Berkas paket, atau folder berisi paket; boleh beberapa."),
    ),
    option("--dry-run", is_flag=True, help=N_("Hanya perlihatkan akibatnya.")),
)
def merge(out: Output, files: tuple[Path, ...], dry_run: bool) -> None:
    from fieldapp.services import exchange

    with unlocked() as session:
        answer = exchange.merge(session, _expanded(files), dry_run=dry_run, progress=out.progress)
    out.answer(answer, _merged(answer))
    for each in answer["files"]:
        if "skipped" in each:
            out.say(_("{file}: untuk orang lain, dilewati.").format(file=each["file"]))
    out.say(_("Percobaan saja: tidak ada yang diubah.") if dry_run else _("Paket sudah digabungkan."))


def _merged(answer: Mapping[str, Any]) -> Iterator[str]:
    """What a merge brought, as people read it: by laptop and area, then in sum, then what to do."""
    from fieldapp.services.merging import words as merging_words

    yield from _areas(answer["laptops"])
    entries, registrations, besides = answer["entries"], answer["registrations"], answer["besides"]
    yield from pairs(
        [
            (_("Penggabungan"), answer.get("merge_id")),
            (_("Perubahan baru"), entries["new"]),
            (_("Sudah ada"), entries["known"]),
            (_("Dikarantina"), entries["quarantined"]),
            (_("Pendaftaran baru"), registrations["new"]),
            (_("Pendaftaran berubah"), registrations["changed"]),
            (_("Bertentangan"), registrations["conflicting"]),
            (_("NIK ganda"), registrations["duplicate"]),
            (_("Mungkin orang yang sama"), besides["possible_duplicate"]),
            (_("Tempat habis"), besides["over_quota"]),
            (_("Tanda terima"), answer["receipts"]),
            (_("Belum lengkap"), len(answer["prerequisites_missing"])),
            (_("Isi wilayah berbeda"), answer["differing"]),
        ]
    )
    yield merging_words.quota(answer)
    yield from merging_words.missing(answer["prerequisites_missing"])


def _areas(laptops: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    from fieldapp.services.merging.words import COLUMNS

    rows = [
        [", ".join(laptop["members"]) or laptop["laptop"], area["name"], *(area[name] for name in COLUMNS)]
        for laptop in laptops
        for area in laptop["areas"]
    ]
    if rows:
        yield from table((_("Laptop"), _("Wilayah"), *(_(words) for words in COLUMNS.values())), rows)
        yield ""


@command(
    "merges",
    N_("Penggabungan yang pernah dilakukan di laptop ini, yang terbaru dulu."),
    option("--hub", is_flag=True, help=N_("Sertakan yang datang lewat jaringan.")),
)
def merges(out: Output, hub: bool) -> None:
    from fieldapp.services.merging import desk as merging

    with unlocked() as session:
        found = merging.merges(session, hub=hub)
    headings = (_("Penggabungan"), _("Waktu"), _("Dari"), _("baru"), _("ubah"), _("Keterangan"))
    rows = [[each["merge_id"], each["at"], each["from"], each["new"], each["changed"], _state(each)] for each in found]
    out.answer(found, table(headings, rows))


def _state(merge: Mapping[str, Any]) -> str:
    undone = merge["undone"]
    if undone is None:
        return ""
    if undone["left"]:
        return _("dibatalkan {when}; {count} tetap").format(when=undone["at"], count=undone["left"])
    return _("dibatalkan {when}").format(when=undone["at"])


@command(
    "report",
    N_("Buka kembali laporan satu penggabungan."),
    argument("merge_id", metavar=N_("PENGGABUNGAN"), help=N_("Nomor penggabungan, atau awalnya.")),
)
def report(out: Output, merge_id: str) -> None:
    from fieldapp.services.merging import desk as merging

    with unlocked() as session:
        found = merging.report(session, merge_id)
    told = found["told"]
    lines = [
        *pairs(
            [
                (_("Waktu"), found["at"]),
                (_("Dari"), found["from"]),
                *([(_("Keterangan"), _state(found))] if found["undone"] else []),
            ]
        ),
        "",
    ]
    if told is None:
        lines += pairs(
            [
                (_("Penggabungan"), found["merge_id"]),
                (_("Perubahan baru"), found["entries"]),
                (_("Dikarantina"), found["quarantined"]),
            ]
        )
    else:
        kept = {**told, "merge_id": found["merge_id"]}
        lines += _merged(kept)
    out.answer(found, lines)


@command(
    "undo",
    N_("Batalkan satu penggabungan utuh. Yang sudah dilanjutkan orang lain tetap dan disebutkan."),
    argument("merge_id", metavar=N_("PENGGABUNGAN"), help=N_("Nomor penggabungan, dari laporan penggabungannya.")),
    option("--dry-run", is_flag=True, help=N_("Hanya perlihatkan apa yang akan ditarik dan apa yang tetap.")),
    option("--reason", default="", help=N_("Alasan pembatalan.")),
)
def undo(out: Output, merge_id: str, dry_run: bool, reason: str) -> int:
    from fieldapp.services import exchange
    from fieldapp.services.merging import desk as merging
    from fieldapp.services.merging import words as merging_words

    with unlocked() as session:
        if dry_run:
            answer = merging.preview_undo(session, merge_id, out.progress)
        else:
            answer = exchange.undo(session, merge_id, reason, out.progress)
    lines = pairs([(_("Penggabungan"), answer["merge_id"]), *merging_words.undone(answer)])
    taken = [f"  {each['id']}  {plain(each['name'])}  {merging_words.what(each['what'])}" for each in answer["taken"]]
    left = [f"  {each['id']}  {plain(each['name'])}  {each['message']}" for each in answer["left"]]
    out.answer(answer if dry_run else _lean(answer), [*lines, *taken, *left])
    if answer["others"]:
        out.say(_("Yang tidak ikut dibatalkan: {what}.").format(what=", ".join(merging_words.others(answer["others"]))))
    if dry_run:
        out.say(_("Percobaan saja: tidak ada yang diubah."))
        return 0
    return 1 if answer["left"] else 0


def _lean(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as scripts know it: what was taken back is counted, and named only by a dry run."""
    return {name: value for name, value in answer.items() if name in _UNDONE or (value and name != "taken")}


_UNDONE = frozenset({"merge_id", "voided", "restored", "left"})


def _expanded(files: Sequence[Path]) -> list[Path]:
    """The files that are meant: those of a folder by their ending, and on Windows those that `*` stands for, which the
    shell there leaves to the program; a file of that very name goes first."""
    found: list[Path] = []
    for each in files:
        if each.is_dir():
            inside = sorted(each.glob(f"*{EXTENSION}"))
            if not inside:
                from fieldapp.services.problems import Problem

                raise Problem("folder_no_bundles", details={"file": each.name})
            found += inside
        elif os.name == "nt" and not each.exists():
            found += [Path(match) for match in sorted(glob.glob(str(each)))] or [each]
        else:
            found.append(each)
    return found
