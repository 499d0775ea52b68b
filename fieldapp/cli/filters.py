"""Which registrations a command is about: the options of `list`, and `--filter KEY=VALUE` of the others."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.cli.base import Choice, Option, option, quoted, wrong_use
from fieldapp.cli.words import ALL_STATES
from fieldapp.locale import N_, _

KEYS = ("state", "area", "category", "text", "by", "endorsed")
# The services name the registering member in full; people type the short word.
_SERVICE_KEYS = {"by": "registered_by"}


def list_options() -> list[Option]:
    return [
        option(
            "--state",
            type=Choice(ALL_STATES),
            metavar=N_("KEADAAN"),
            help=N_("Hanya keadaan ini: {states}. Draf tampil hanya dengan 'draft'."),
            fills={"states": ", ".join(ALL_STATES)},
        ),
        option("--area", metavar=N_("KODE"), help=N_("Hanya wilayah ini dan bagiannya.")),
        option("--category", metavar=N_("KATEGORI"), help=N_("Hanya kategori peserta ini.")),
        option("--text", help=N_("Cari nama, angka NIK, atau nomor telepon.")),
        option("--by", metavar=N_("ANGGOTA"), help=N_("Hanya yang didaftarkan anggota ini (nomor atau nama).")),
    ]


def filter_option() -> Option:
    return option(
        "--filter",
        "filters",
        multiple=True,
        metavar=N_("KUNCI=NILAI"),
        help=N_("Saring: state, area, category, text, by, atau endorsed=yes; misalnya --filter area=64.71.05."),
    )


def selection(filters: Sequence[str]) -> dict[str, str]:
    """`--filter` values as keyword arguments of the services; a usage error names the key that is not known."""
    chosen = {}
    for each in filters:
        key, separator, value = each.partition("=")
        if key not in KEYS or not separator or not value:
            words = _("{what} bukan penyaring. Pakai KUNCI=NILAI dengan kunci {keys}.")
            wrong_use(words.format(what=quoted(each), keys=", ".join(KEYS)))
        if key == "endorsed" and value != "yes":
            wrong_use(_("endorsed hanya dapat diisi yes: yang menunggu persetujuan kedua."))
        chosen[_SERVICE_KEYS.get(key, key)] = value
    return chosen
