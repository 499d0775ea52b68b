"""Looking after the laptop: `doctor`, `rebuild`, and the demonstration."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from fieldapp.cli.base import FOLDER, command, option
from fieldapp.cli.output import Output, pairs, table
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _


@command("doctor", N_("Periksa laptop ini: berkas, kunci, jam, dan isi."))
def doctor(out: Output) -> int:
    from fieldapp.services import care
    from fieldapp.services.session import default_home, has_store, passphrase_of

    home = default_home()
    if has_store(home) and (passphrase_of(os.environ) or sys.stdin.isatty()):
        with unlocked() as session:
            checks = care.doctor(session)
    else:
        # What can be seen without the key is still worth seeing on a laptop that will not open.
        checks = care.doctor(home)
    headings = (_("Pemeriksaan"), _("Hasil"), _("Keterangan"))
    rows = [(each["check"], _("baik") if each["ok"] else _("PERIKSA"), each["message"]) for each in checks]
    out.answer(checks, table(headings, rows))
    return 0 if all(each["ok"] for each in checks) else 1


@command("rebuild", N_("Susun ulang semua daftar dari riwayat; hasilnya harus sama."))
def rebuild(out: Output) -> int:
    from fieldapp.services import care

    with unlocked() as session:
        answer = care.rebuild(session)
    same = _("sama") if answer["identical"] else _("BERBEDA")
    out.answer(answer, pairs([(_("Pendaftaran"), answer["registrations"]), (_("Dibandingkan sebelumnya"), same)]))
    return 0 if answer["identical"] else 1


@command(
    "demo",
    N_("Peragaan dengan program rekaan: sebuah pusat dan tiga laptop. Semua orangnya rekaan."),
    option("--headless", is_flag=True, help=N_("Jalani seluruh alur tanpa layar dan cetak tiap langkahnya.")),
    option("--dir", "folder", type=FOLDER, help=N_("Folder peragaan; bila kosong, folder sementara.")),
)
def demo(out: Output, headless: bool, folder: Path | None) -> int:
    from fieldapp.services import demo as demonstration

    place = folder or Path(tempfile.mkdtemp(prefix="fieldapp-demo-"))
    if headless:
        answer = demonstration.headless(place, out.say)
        out.answer(answer)
        return 0
    from fieldapp.tui.app import main

    home = demonstration.build(place)
    return int(main(home) or 0)
