"""What an exchange did, as lines of a report: a label (or none) and words. Made from counts, so that what is kept of an
exchange reads as it did when it was new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.services.sticks import size_text
from fieldapp.tui.text import number, when

STAGES: Final[dict[str, str]] = {
    "drafts": N_("Draf, belum dikirim"),
    "not_carried": N_("Dikirim, belum dibawa"),
    "carried": N_("Dibawa, menunggu tanda terima"),
    "acknowledged": N_("Sudah sampai di kantor"),
}
"""The stages of `services.handover` in words."""

Told = Mapping[str, Any]
Report = list[tuple[str, str]]


def written(told: Told) -> Report:
    """A bundle that was put on a stick: `entries` and `bytes`."""
    if not told["entries"]:
        first = _("Paket selesai ditulis. Isinya hanya keterangan: kantor sudah punya semua perubahan di laptop ini.")
    else:
        first = _("Paket selesai ditulis dan dibaca ulang: benar.")
    return [
        ("", first),
        (_("Perubahan di dalamnya"), number(told["entries"])),
        (_("Ukuran"), size_text(int(told["bytes"]))),
    ]


def returns(told: Told) -> Report:
    """Return bundles: how many, with how many entries in all."""
    return [
        ("", _("{count} paket balasan ditulis dan dibaca ulang.").format(count=number(told["bundles"]))),
        (_("Perubahan di dalamnya"), number(told["entries"])),
    ]


def merged(told: Told) -> Report:
    """Bundles that were merged: counts as `exchange_book.numbers` has them."""
    entries, people = told["entries"], told["registrations"]
    new = int(entries["new"])
    report = [("", _("Selesai digabungkan.") if new else _("Selesai. Semua isi paket sudah ada di laptop ini."))]
    counted = [
        (_("Berkas"), told.get("files", 0) if told.get("files", 0) > 1 else 0),
        (_("Perubahan baru"), new),
        (_("Sudah diketahui"), entries["known"]),
        (_("Pendaftaran baru"), people["new"]),
        (_("Pendaftaran berubah"), people["changed"]),
        (_("Tanda terima"), told["receipts"]),
    ]
    report += [(label, number(count)) for label, count in counted if count]
    asking = [
        (_("Bertentangan"), people["conflicting"], _("{count}: selesaikan di menu K")),
        (_("NIK ganda"), people["duplicate"], _("{count}: bandingkan dan putuskan di menu O (F7)")),
        (
            _("Karantina"),
            entries["quarantined"],
            _("{count} ditahan karena tidak sah atau di luar wilayah; kantor memutuskannya di menu W"),
        ),
        (
            _("Belum lengkap"),
            told["prerequisites_missing"],
            _("Ada {count} bagian yang belum sampai: mintalah paket sebelumnya dari laptop itu."),
        ),
        (_("Dilewati"), told.get("skipped", 0), _("{count} paket untuk orang lain; berikan kepada penerimanya")),
    ]
    report += [(label, words.format(count=number(count))) for label, count, words in asking if count]
    return report + differing(int(told["differing"]))


def synced(told: Told) -> Report:
    """A visit to the hub: `sent`, `received` and `quarantined` entries."""
    if not told["sent"] and not told["received"]:
        return [("", _("Sinkron selesai. Tidak ada yang baru di kedua pihak."))]
    report = [
        ("", _("Sinkron selesai.")),
        (_("Dikirim"), _("{count} perubahan").format(count=number(told["sent"]))),
        (_("Diterima"), _("{count} perubahan").format(count=number(told["received"]))),
    ]
    if told.get("quarantined"):
        words = _("{count} ditahan karena tidak sah atau di luar wilayah; kantor memutuskannya di menu W")
        report.append((_("Karantina"), words.format(count=number(told["quarantined"]))))
    return report


def differing(count: int) -> Report:
    """Areas of which the other side holds something else."""
    if not count:
        return []
    words = _("{count} wilayah tidak sama dengan di pengirim; tukarkan paket sekali lagi")
    return [(_("Isi wilayah"), words.format(count=number(count)))]


def again(kept: Told) -> Report:
    """An exchange that is kept, read again."""
    makers = {"written": written, "returns": returns, "merged": merged, "synced": synced}
    return [("", when(kept["at"])), *makers[str(kept["kind"])](kept["told"])]


def in_short(kept: Told) -> str:
    """An exchange that is kept, on one line."""
    told = kept["told"]
    match kept["kind"]:
        case "written":
            words = _("Paket ditulis: {count} perubahan").format(count=number(told["entries"]))
        case "returns":
            words = _("{count} paket balasan ditulis").format(count=number(told["bundles"]))
        case "merged":
            people = told["registrations"]
            words = _("Digabungkan: {new} pendaftaran baru, {changed} berubah").format(
                new=number(people["new"]), changed=number(people["changed"])
            )
        case _:
            words = _("Sinkron: {sent} dikirim, {received} diterima").format(
                sent=number(told["sent"]), received=number(told["received"])
            )
    return f"{when(kept['at'])}  {words}"
