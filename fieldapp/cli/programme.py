"""`fieldapp programme`: make one, look at its settings, change a setting."""

from __future__ import annotations

from typing import Any

from fieldapp.cli.base import NUMBER, Number, argument, command, group, option
from fieldapp.cli.output import Output, pairs
from fieldapp.cli.quota import lease, leases
from fieldapp.cli.unlock import first_passphrase, tell_recovered, unlocked
from fieldapp.locale import N_, _


@command(
    "new",
    N_("Buat program baru di folder data ini. Pembuatnya menjadi administrator."),
    option("--name", required=True, help=N_("Nama program.")),
    option("--city", required=True, help=N_("Kode kota atau kabupaten, misalnya 64.71.")),
    option("--quota", required=True, type=Number(1), help=N_("Kuota peserta, orang.")),
    option("--budget", required=True, type=NUMBER, help=N_("Anggaran setahun, rupiah.")),
    option("--premium", required=True, type=Number(1), help=N_("Iuran JKK dan JKM seorang sebulan, rupiah.")),
    option("--start", required=True, metavar=N_("TTTT-BB"), help=N_("Bulan pertama perlindungan, misalnya 2025-01.")),
    option("--months", type=Number(1), help=N_("Lama perlindungan, bulan; bila kosong 12.")),
    option("--min-age", type=NUMBER, help=N_("Umur paling muda; bila kosong 15.")),
    option("--max-age", type=NUMBER, help=N_("Peserta harus lebih muda dari umur ini; bila kosong 65.")),
    option("--income-limit", type=NUMBER, help=N_("Batas penghasilan sebulan, rupiah.")),
    option("--member-name", help=N_("Nama administrator; bila kosong 'Administrator'.")),
)
def new(out: Output, **given: Any) -> None:
    from fieldapp.services import programme as programmes
    from fieldapp.services.homes import default_home

    settings = {key: value for key, value in given.items() if value is not None}
    with programmes.create(default_home(), first_passphrase(), **settings) as session:
        tell_recovered(session)
        shown = programmes.show(session)
    out.answer(shown, pairs(shown.items()))
    out.say(_("Program dibuat. Simpan kunci pemulihan dengan 'fieldapp recover export'."))


@command("show", N_("Tampilkan pengaturan program."))
def show(out: Output) -> None:
    from fieldapp.services import programme as programmes

    with unlocked() as session:
        shown = programmes.show(session)
    out.answer(shown, pairs(shown.items()))


@command(
    "set",
    N_("Ubah satu pengaturan program (hanya administrator)."),
    argument("key", metavar=N_("PENGATURAN"), help=N_("Nama pengaturan, seperti pada 'programme show'.")),
    argument("value", metavar=N_("NILAI"), help=N_("Nilai barunya.")),
)
def set_(out: Output, key: str, value: str) -> None:
    from fieldapp.services import programme as programmes

    with unlocked() as session:
        shown = programmes.change(session, key, value)
    out.answer(shown, pairs(shown.items()))


programme = group("programme", N_("Program: buat, tampilkan, atur."), new, show, set_, leases, lease)
