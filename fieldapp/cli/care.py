"""Looking after the laptop: `doctor`, `backup`, `restore`, `rebuild`, and the demonstration."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fieldapp.cli.base import FILE, FOLDER, argument, command, need_terminal, option
from fieldapp.cli.output import Output, pairs, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import check_words
from fieldapp.locale import N_, _


@command(
    "doctor",
    N_("Periksa laptop ini: berkas, kunci, jam, dan isi."),
    option(
        "--compact",
        "is_compacting",
        is_flag=True,
        help=N_("Lepaskan dulu isi lama yang sudah diganti dan sudah ada di kantor."),
    ),
)
def doctor(out: Output, is_compacting: bool) -> int:
    from fieldapp.services import care
    from fieldapp.services.homes import default_home, has_store, passphrase_of

    home = default_home()
    if is_compacting:
        with unlocked() as session:
            let_go = care.compact(session)["entries"]
        out.say(_("{count} isi lama dilepaskan; kantor tetap menyimpannya.").format(count=let_go))
    if has_store(home) and (passphrase_of(os.environ) or sys.stdin.isatty()):
        with unlocked() as session:
            checks = care.doctor(session)
    else:
        # What can be seen without the key is still worth seeing on a laptop that will not open.
        checks = care.doctor(home)
    headings = (_("Pemeriksaan"), _("Hasil"), _("Keterangan"))
    rows = [(check_words(each["check"]), _("baik") if each["ok"] else _("PERIKSA"), each["message"]) for each in checks]
    out.answer(checks, table(headings, rows))
    return 0 if all(each["ok"] for each in checks) else 1


@command(
    "backup",
    N_("Tulis cadangan laptop ini, tetap tersandi, ke folder lain (flashdisk)."),
    argument("folder", type=FOLDER, metavar=N_("FOLDER"), help=N_("Folder tempat cadangan ditulis.")),
)
def backup(out: Output, folder: Path) -> None:
    from fieldapp.services import copies

    with unlocked() as session:
        answer = copies.write(session, folder)
    out.answer(answer, pairs([(_("Berkas"), answer["path"]), (_("Ukuran (bita)"), answer["bytes"])]))
    out.say(_("Cadangan ditulis dan dibaca ulang. Simpan terpisah dari laptop ini; kata sandinya tetap berlaku."))


@command(
    "restore",
    N_("Pulihkan cadangan ke laptop yang masih kosong."),
    argument("file", type=FILE, metavar=N_("BERKAS"), help=N_("Cadangan yang ditulis 'fieldapp backup'.")),
)
def restore(out: Output, file: Path) -> None:
    from fieldapp.services import copies
    from fieldapp.services.homes import default_home

    answer = copies.restore(file, default_home())
    out.answer(answer)
    out.say(
        _(
            "Cadangan dipulihkan. Bukalah dengan kata sandi lama, lalu sinkron atau ambil paket balasan: yang ditulis "
            "sesudah cadangan ini dan sudah sampai di kantor akan kembali."
        )
    )


@command("rebuild", N_("Susun ulang semua daftar dari riwayat; hasilnya harus sama."))
def rebuild(out: Output) -> int:
    from fieldapp.services import care

    with unlocked() as session:
        answer = care.rebuild(session)
    same = _("sama") if answer["identical"] else _("BERBEDA")
    out.answer(
        answer, pairs([(_("Jumlah pendaftaran"), answer["registrations"]), (_("Dibandingkan sebelumnya"), same)])
    )
    return 0 if answer["identical"] else 1


@command(
    "demo",
    N_("Peragaan dengan program rekaan: sebuah pusat dan tiga laptop. Semua orangnya rekaan."),
    option("--headless", is_flag=True, help=N_("Jalani seluruh alur tanpa layar dan cetak tiap langkahnya.")),
    option("--dir", "folder", type=FOLDER, help=N_("Folder peragaan; bila kosong, folder sementara.")),
)
def demo(out: Output, headless: bool, folder: Path | None) -> int:
    if not headless:
        need_terminal()
    from fieldapp.services import demo as demonstration

    if headless:
        answer = demonstration.walk(folder, out.say)
        out.answer(answer)
        return 0 if answer["balanced"] and answer["same_list"] else 1
    home, passphrase = demonstration.open_demo(folder, say=out.say)
    return _open_screens(home, passphrase)


def _open_screens(home: Path, passphrase: str) -> int:
    """The screens on the laptop of the demonstration, already unlocked: nobody should have to type its passphrase."""
    from fieldapp.services.session import open_session
    from fieldapp.tui.app import FieldApp, main

    def unlock(app: FieldApp) -> None:
        async def begin() -> None:
            await app.begin(open_session(home, passphrase))

        app.call_later(begin)

    return main(home, prepare=unlock)
