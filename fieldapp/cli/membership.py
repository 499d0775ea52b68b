"""Members: inviting, joining, revoking, recovery and the passphrase."""

from __future__ import annotations

from pathlib import Path

import click

from fieldapp.cli.base import FILE, NUMBER, Choice, Group, argument, command, group, option, split_list
from fieldapp.cli.output import Output, pairs, table
from fieldapp.cli.replacing import PIN_HELP, replace
from fieldapp.cli.unlock import (
    first_passphrase,
    known_passphrase,
    next_passphrase,
    pin_or_asked,
    tell_recovered,
    unlocked,
)
from fieldapp.cli.words import ROLES, role_words, state_words
from fieldapp.locale import N_, _


@command(
    "invite",
    N_("Buat berkas undangan untuk anggota baru. Berkas itu sekali pakai dan dibuka dengan PIN."),
    option("--role", required=True, type=Choice(ROLES), help=N_("Peran anggota.")),
    option("--name", required=True, help=N_("Nama anggota.")),
    option("--area", multiple=True, metavar=N_("KODE"), help=N_("Kode wilayah tugasnya, misalnya 64.71.05.")),
    option(
        "--slots", type=NUMBER, help=N_("Tempat kuota yang dipinjamkan kepada pengawas; bila kosong, semua sisanya.")
    ),
    option("--out", "target", required=True, type=FILE, help=N_("Berkas undangan yang ditulis.")),
    option("--pin", help=PIN_HELP),
    argument("more_areas", nargs=-1, metavar=N_("KODE"), help=N_("Kode wilayah lain, lanjutan dari --area.")),
)
def invite(
    out: Output,
    role: str,
    name: str,
    area: tuple[str, ...],
    slots: int | None,
    pin: str | None,
    more_areas: tuple[str, ...],
    target: Path,
) -> None:
    from fieldapp.services import membership

    secret = pin_or_asked(pin)
    areas = split_list([*area, *more_areas])
    with unlocked() as session:
        made = membership.invite(session, role=role, name=name, areas=areas, out=target, pin=secret, slots=slots)
    out.answer(
        made,
        pairs(
            [
                (_("Berkas"), made["file"]),
                (_("Peran"), role_words(made["role"])),
                (_("Nama"), made["name"]),
                (_("Wilayah"), made["areas"]),
                (_("Tempat kuota"), made["slots"]),
            ]
        ),
    )
    out.say(_("Serahkan berkas ini dan PIN-nya lewat dua jalan yang berbeda."))


@command(
    "join",
    N_("Masuk ke program dengan berkas undangan. Anggota lama membuka dulu laptop yang dipakai bersama."),
    argument("file", type=FILE, metavar=N_("BERKAS"), help=N_("Berkas undangan.")),
    option("--pin", help=N_("PIN undangan; bila kosong, ditanyakan.")),
)
def join(out: Output, file: Path, pin: str | None) -> None:
    from fieldapp.services import membership
    from fieldapp.services.homes import default_home, has_store

    home, secret = default_home(), pin_or_asked(pin)
    if has_store(home):
        # A further member of this laptop: somebody who is already there has to open it.
        with (
            unlocked() as host,
            membership.join(home, file, secret, next_passphrase(), host=host) as session,
        ):
            status = session.status()
    else:
        with membership.join(home, file, secret, first_passphrase()) as session:
            tell_recovered(session)
            status = session.status()
    out.answer(
        status,
        pairs(
            [
                (_("Program"), status["programme"]),
                (_("Anggota"), status["member"]),
                (_("Peran"), role_words(status["role"])),
                (_("Wilayah"), status["area"]),
            ]
        ),
    )


@command("list", N_("Daftar anggota program."))
def listed(out: Output) -> None:
    _listed(out)


@click.pass_context
def _bare(ctx: click.Context, as_json: bool) -> int:
    """What `members` alone does."""
    if ctx.invoked_subcommand is None:
        _listed(Output(as_json=as_json))
    return 0


def _listed(out: Output) -> None:
    from fieldapp.services import membership

    with unlocked() as session:
        known = membership.members(session)
    headings = (_("Nomor"), _("Nama"), _("Peran"), _("Wilayah"), _("Bergabung"), _("Keadaan"), _("Laptop ini"))
    rows = [
        (
            each["id"],
            each["name"],
            role_words(each["role"]),
            each["areas"],
            each["joined_at"],
            state_words(each["state"]),
            each["this_laptop"],
        )
        for each in known
    ]
    out.answer(known, table(headings, rows))


members = Group(
    "members",
    help=N_("Daftar anggota program."),
    commands={"list": listed, "replace": replace},
    callback=_bare,
    invoke_without_command=True,
    params=[option("--json", "as_json", is_flag=True, help=N_("Cetak satu nilai JSON di keluaran."))],
)


@command(
    "revoke",
    N_("Cabut seorang anggota, misalnya karena laptopnya hilang."),
    argument("who", metavar=N_("ANGGOTA"), help=N_("Nomor atau nama anggota.")),
    option("--reason", help=N_("Alasannya.")),
)
def revoke(out: Output, who: str, reason: str | None) -> None:
    from fieldapp.services import membership

    with unlocked() as session:
        answer = membership.revoke(session, who, reason or _("dicabut oleh administrator"))
    out.answer(answer, pairs([(_("Nomor"), answer["id"]), (_("Nama"), answer["name"])]))
    out.say(_("Dicabut. Kirimkan paket atau sinkronkan supaya yang lain mengetahuinya."))


@command(
    "export",
    N_("Tulis kunci pemulihan program (hanya administrator)."),
    option("--out", "target", required=True, type=FILE, help=N_("Berkas kunci yang ditulis.")),
    option("--pin", help=PIN_HELP),
)
def recover_export(out: Output, target: Path, pin: str | None) -> None:
    from fieldapp.services import membership

    secret = pin_or_asked(pin)
    with unlocked() as session:
        answer = membership.recovery_export(session, target, secret)
    out.answer(answer, pairs([(_("Berkas"), answer["file"])]))
    out.say(_("Simpan berkas ini di tempat terkunci, jauh dari laptop."))


@command(
    "use",
    N_("Beri anggota laptop ini kata sandi baru dengan kunci pemulihan."),
    argument("file", type=FILE, metavar=N_("BERKAS"), help=N_("Berkas kunci pemulihan.")),
    option("--pin", help=N_("PIN kunci itu; bila kosong, ditanyakan.")),
    option("--member", help=N_("Nomor anggota, bila laptop ini dipakai beberapa orang.")),
)
def recover_use(out: Output, file: Path, pin: str | None, member: str | None) -> None:
    from fieldapp.services import membership
    from fieldapp.services.homes import default_home

    answer = membership.recover(default_home(), file, pin_or_asked(pin), first_passphrase(), member=member)
    out.answer(answer, pairs([(_("Anggota"), answer["member"])]))
    out.say(_("Kata sandi baru berlaku; data tetap utuh."))


@command("change", N_("Ganti kata sandi sendiri."))
def change(out: Output) -> None:
    from fieldapp.services.homes import default_home
    from fieldapp.services.session import change_passphrase

    change_passphrase(default_home(), known_passphrase(), next_passphrase())
    out.answer({"changed": True})
    out.say(_("Kata sandi sudah diganti."))


recover = group("recover", N_("Kunci pemulihan: tulis atau pakai."), recover_export, recover_use)
passphrase = group("passphrase", N_("Kata sandi anggota di laptop ini."), change)
