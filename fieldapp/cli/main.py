"""The program `fieldapp`: without a command the screens, with one the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from fieldapp.cli.base import LazyGroup, need_terminal, option
from fieldapp.cli.errors import guarded, quiet_threads
from fieldapp.cli.output import Output, prepare_streams
from fieldapp.locale import N_, _, language_of_environment, set_language

_HERE = "fieldapp.cli."
COMMANDS = {
    "programme": _HERE + "programme:programme",
    "invite": _HERE + "membership:invite",
    "join": _HERE + "membership:join",
    "members": _HERE + "membership:members",
    "revoke": _HERE + "membership:revoke",
    "recover": _HERE + "membership:recover",
    "passphrase": _HERE + "membership:passphrase",
    "nik": _HERE + "check:nik",
    "phone": _HERE + "check:phone",
    "form": _HERE + "check:form",
    "register": _HERE + "register:register",
    "edit": _HERE + "registrations:edit",
    "list": _HERE + "registrations:listing",
    "show": _HERE + "registrations:show",
    "returned": _HERE + "returned:returned",
    "prelist": _HERE + "prelist:prelist",
    "review": _HERE + "review:review",
    "waiting": _HERE + "quota:waiting",
    "end": _HERE + "quota:end",
    "conflicts": _HERE + "conflicts:conflicts",
    "duplicates": _HERE + "duplicates:duplicates",
    "quarantine": _HERE + "quarantine:quarantine",
    "bundle": _HERE + "bundle:bundle",
    "sync": _HERE + "hub:sync",
    "hub": _HERE + "hub:hub",
    "web": _HERE + "web:web",
    "ledger": _HERE + "ledger:ledger",
    "report": _HERE + "report:report",
    "sheet": _HERE + "sheets:sheet",
    "doctor": _HERE + "care:doctor",
    "backup": _HERE + "care:backup",
    "restore": _HERE + "care:restore",
    "rebuild": _HERE + "care:rebuild",
    "demo": _HERE + "care:demo",
}

ENVIRONMENT = (
    ("FIELDAPP_HOME", N_("Folder data; bila kosong, folder data aplikasi milik akun ini.")),
    ("FIELDAPP_PASSPHRASE_FILE", N_("Berkas yang memuat kata sandi; didahulukan.")),
    ("FIELDAPP_PASSPHRASE", N_("Kata sandi. Tanpa keduanya, kata sandi ditanyakan di terminal.")),
    ("FIELDAPP_NEW_PASSPHRASE", N_("Kata sandi baru bagi yang menggantinya; juga FIELDAPP_NEW_PASSPHRASE_FILE.")),
    ("FIELDAPP_LANG", N_("Bahasa: id atau en.")),
    ("FIELDAPP_HUB", N_("Alamat pusat, misalnya http://10.0.0.5:8420.")),
)
EXIT_CODES = (
    ("0", N_("Selesai.")),
    ("1", N_("Ditolak oleh aturan; yang salah disebutkan.")),
    ("2", N_("Cara pakai keliru.")),
    ("3", N_("Tidak ditemukan.")),
    ("4", N_("Berkas rusak, asing, atau tidak dapat dipercaya.")),
    ("5", N_("Belum dibuka dengan kata sandi, atau tidak berwenang.")),
    ("6", N_("Pusat tidak terjangkau; tidak ada yang hilang.")),
    ("70", N_("Kesalahan di dalam program; laporannya ada di folder crash.")),
    ("130", N_("Dihentikan dengan Ctrl+C.")),
)


class Root(LazyGroup):
    """The top of the help: after the commands, the environment and the exit codes."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, rows in ((_("Lingkungan"), ENVIRONMENT), (_("Kode keluar"), EXIT_CODES)):
            with formatter.section(heading):
                formatter.write_dl([(name, _(words)) for name, words in rows])


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            shown = version("fieldapp")
        except PackageNotFoundError:
            shown = _("(dari kode sumber)")
        Output(as_json=False).line(f"fieldapp {shown}")
        ctx.exit()


@click.pass_context
def _screens(ctx: click.Context) -> int:
    if ctx.invoked_subcommand is not None:
        return 0
    need_terminal()
    from fieldapp.services.homes import default_home
    from fieldapp.tui.app import main

    return int(main(default_home()) or 0)


fieldapp = Root(
    "fieldapp",
    lazy=COMMANDS,
    callback=_screens,
    invoke_without_command=True,
    help=N_(
        "Pendataan pekerja rentan untuk jaminan kecelakaan kerja dan kematian, juga tanpa jaringan. "
        "Tanpa perintah, tampilan layar penuh yang terbuka."
    ),
    params=[
        option(
            "--version",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help=N_("Tampilkan versi program."),
        )
    ],
)


def execute(arguments: Sequence[str]) -> int:
    """Runs the program on `arguments` in this process and returns its exit code; never raises."""
    given = list(arguments)
    set_language(language_of_environment())

    def work() -> int:
        code = fieldapp.main(args=given, prog_name="fieldapp", standalone_mode=False)
        return code if isinstance(code, int) else 0

    return guarded(work, as_json="--json" in given)


def run() -> int:
    """The program as it is started: on the arguments it was called with, with its streams made fit for any text."""
    prepare_streams()
    quiet_threads()
    return execute(sys.argv[1:])
