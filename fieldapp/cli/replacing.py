"""`fieldapp members replace`: a laptop that is gone, and the same person on another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fieldapp.cli.aloud import moment
from fieldapp.cli.base import FILE, argument, command, option
from fieldapp.cli.output import Output, pairs, plain
from fieldapp.cli.unlock import pin_or_asked, unlocked
from fieldapp.cli.words import role_words
from fieldapp.locale import N_, _

PIN_HELP = N_("PIN untuk berkas ini; bila kosong, ditanyakan. Sampaikan lewat jalan lain daripada berkasnya.")


@command(
    "replace",
    N_("Ganti laptop yang hilang atau rusak: yang lama dicabut, orangnya diundang lagi dan meneruskan tugasnya."),
    argument("who", metavar=N_("ANGGOTA"), help=N_("Nomor atau nama anggota.")),
    option("--out", "target", required=True, type=FILE, help=N_("Berkas undangan yang ditulis.")),
    option(
        "--pin",
        help=PIN_HELP,
    ),
    option("--reason", help=N_("Alasannya.")),
)
def replace(out: Output, who: str, target: Path, pin: str | None, reason: str | None) -> None:
    from fieldapp.services.returns import replacing

    secret = pin_or_asked(pin)
    with unlocked() as session:
        made = replacing.replace(session, who, out=target, pin=secret, reason=reason or "")
    out.answer(
        made,
        pairs(
            [
                (_("Berkas"), made["file"]),
                (_("Nama"), made["name"]),
                (_("Peran"), role_words(made["role"])),
                (_("Wilayah"), made["areas"]),
                (_("Tempat kuota"), made["slots"]),
                (_("Tugas terbuka yang ikut"), made["open"]),
            ]
        ),
    )
    for sentence in _sentences(made):
        out.say(sentence)


def _sentences(made: dict[str, Any]) -> list[str]:
    """What was carried, what cannot have been, and what to do next."""
    held = made["held"]
    if held["written_at"]:
        words = _(
            "Dari laptop lama ada {count} perubahan di sini, yang terakhir ditulis {at}. Yang ditulis sesudahnya dan "
            "drafnya paling banyak yang hilang; bila flashdisk lamanya ditemukan, gabungkan: isinya masuk karantina."
        )
        told = [words.format(count=held["entries"], at=moment(held["written_at"]))]
    else:
        told = [_("Dari laptop lama belum ada apa pun di sini; semua yang ada hanya di sana ikut hilang.")]
    for each in made["elsewhere"]:
        words = _("PERHATIAN: {name} memegang {count} perubahan lagi dari laptop itu. Saat datang ia masuk karantina.")
        told.append(words.format(name=plain(each["name"]), count=each["entries"]))
    told.append(_("Serahkan berkas ini dan PIN-nya lewat dua jalan yang berbeda."))
    told.append(
        _("Sesudah bergabung: bawa satu paket dari laptop barunya ke kantor, lalu paket balasan membawa semuanya.")
    )
    return told
