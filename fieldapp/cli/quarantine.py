"""`fieldapp quarantine`: what does not count, and what a person of the office makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from fieldapp.cli.base import argument, command, group, option, wrong_use
from fieldapp.cli.output import Output, pairs, plain, said, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import role_words
from fieldapp.locale import N_, _

_DONE = {
    "submitted": N_("menjadi pendaftaran"),
    "changed": N_("menjadi perubahan pendaftaran"),
    "same": N_("sudah sama dengan pendaftaran"),
    "comment": N_("menjadi catatan pendaftaran"),
    "visit": N_("menjadi hasil kunjungan"),
    "draft": N_("menjadi draf yang perlu diperbaiki"),
    "refused": N_("ditolak"),
}


@command(
    "list",
    N_("Perubahan yang tidak dihitung, dan alasannya. Tidak ada yang dibuang."),
    option("--handled", is_flag=True, help=N_("Yang sudah dilepaskan atau ditolak, dengan siapa, kapan, dan mengapa.")),
)
def listing(out: Output, handled: bool) -> None:
    from fieldapp.services.quarantine import desk

    with unlocked() as session:
        found = desk.entries(session, handled=handled)
    out.answer(found, _decided(found) if handled else _waiting(found))
    counted = _("{count} perubahan sudah diputuskan.") if handled else _("{count} perubahan di karantina.")
    out.say(counted.format(count=len(found)))


_WORDS = {"released": N_("dilepaskan"), "refused": N_("ditolak")}


def _waiting(found: list[dict[str, Any]]) -> list[str]:
    headings = (_("Perubahan"), _("Nomor"), _("Oleh"), _("Waktu"), _("Kode"), _("Alasan"))
    rows = [(each["entry"], each["id"], each["by"], each["at"], each["code"], each["message"]) for each in found]
    return table(headings, rows)


def _decided(found: list[dict[str, Any]]) -> list[str]:
    headings = (_("Perubahan"), _("Nomor"), _("Putusan"), _("Oleh"), _("Waktu"), _("Alasan"), _("Nomor putusan"))
    rows = [
        (each["entry"], each["id"], _(_WORDS[word["decision"]]), word["by"], word["at"], word["reason"], word["id"])
        for each in found
        for word in each["words"]
    ]
    return table(headings, rows)


@command(
    "show",
    N_("Satu kiriman karantina: dari siapa, mengapa, dan isinya di samping yang sekarang."),
    argument("entry", metavar=N_("PERUBAHAN"), help=N_("Nomor perubahan dari 'quarantine list', boleh awalnya saja.")),
)
def show(out: Output, entry: str) -> None:
    from fieldapp.services.quarantine import desk

    with unlocked() as session:
        shown = desk.show(session, entry)
        # The whole NIK leaves the store here, which is kept like a look at it on the screen.
        desk.keep_disclosure(session, shown["record"])
    out.answer(shown, _shown(shown))


def _shown(shown: dict[str, Any]) -> Iterator[str]:
    by = shown["by"]
    rows: list[tuple[str, object]] = [
        (_("Isi"), shown["words_for_what"]),
        (_("Oleh"), by["name"] or by["id"]),
        (_("Peran"), role_words(by["role"]) if by["role"] else None),
        (_("Laptop"), by["laptop"]),
        (_("Dicabut"), by["revoked_at"]),
        (_("Wilayah"), shown["area_name"]),
        (_("Waktu"), shown["at"]),
        (_("Penggabungan"), shown["merge"]["id"] if shown["merge"] else None),
        (_("Mengapa"), shown["message"]),
        (_("Pendaftaran"), shown["registration"]),
    ]
    yield from pairs(rows)
    for name, words in (("release", _("Lepaskan")), ("refuse", _("Tolak"))):
        yield f"{words}: {shown[name]['message'] if shown[name] else _('dapat Anda lakukan')}"
    yield ""
    headings = (_("Isian"), _("Sekarang"), _("Kiriman"), _("Berbeda"))
    yield from table(
        headings, [(each["field"], each["now"], each["held"], each["differs"]) for each in shown["fields"]]
    )


def _entries() -> click.Argument:
    return argument(
        "entries", nargs=-1, metavar=N_("PERUBAHAN"), help=N_("Nomor perubahan dari 'quarantine list'; boleh beberapa.")
    )


def _by() -> click.Option:
    return option("--by", metavar=N_("ANGGOTA"), help=N_("Semua yang masih terbuka dari anggota ini, nama atau nomor."))


def _reason() -> click.Option:
    return option("--reason", metavar=N_("ALASAN"), help=N_("Alasannya; wajib."))


@command(
    "release",
    N_("Ambil alih isinya dengan nama Anda, menurut aturan formulir. Putusan orang lain tidak pernah dilepaskan."),
    _entries(),
    _by(),
    _reason(),
    option("--dry-run", is_flag=True, help=N_("Hanya tunjukkan apa yang akan terjadi.")),
)
def release(out: Output, entries: tuple[str, ...], by: str | None, reason: str | None, dry_run: bool) -> int:
    from fieldapp.services.quarantine import desk

    with unlocked() as session:
        chosen = _chosen(session, entries, by)
        told = desk.release(session, chosen, reason or ("-" if dry_run else ""), dry_run=dry_run)
    return _answer(out, told)


@command(
    "refuse",
    N_("Tolak: isinya tidak diambil alih. Tetap dapat dibaca, dan putusannya dapat ditarik."),
    _entries(),
    _by(),
    _reason(),
)
def refuse(out: Output, entries: tuple[str, ...], by: str | None, reason: str | None) -> int:
    from fieldapp.services.quarantine import desk

    with unlocked() as session:
        told = desk.refuse(session, _chosen(session, entries, by), reason or "")
    return _answer(out, told)


@command(
    "undo",
    N_("Tarik satu putusan karantina; kirimannya terbuka lagi."),
    argument("word", metavar=N_("PUTUSAN"), help=N_("Nomor putusan dari 'quarantine list --handled'.")),
)
def undo(out: Output, word: str) -> None:
    from fieldapp.services.quarantine import desk

    with unlocked() as session:
        answer = desk.take_back(session, word)
    out.answer(answer, [_("Putusan ditarik; {entry} terbuka lagi.").format(entry=answer["entry"])])


def _chosen(session: Any, entries: tuple[str, ...], by: str | None) -> tuple[str, ...]:
    if bool(entries) == (by is not None):
        wrong_use(_("Sebutkan nomor perubahan, atau semua dari satu anggota dengan --by."))
    if by is None:
        return entries
    from fieldapp.services.membership import find_member
    from fieldapp.services.quarantine import desk

    member = find_member(session, by).id
    return tuple(each["id"] for each in desk.listing(session) if each["by"]["id"] == member)


def _answer(out: Output, told: list[dict[str, Any]]) -> int:
    out.answer(told, [_line(each) for each in told])
    done = sum(bool(each["ok"]) for each in told)
    out.say(_("{done} dari {count} kiriman diputuskan.").format(done=done, count=len(told)))
    codes = {0 if each["ok"] else int(each["exit"]) for each in told}
    return codes.pop() if len(codes) == 1 else int(bool(codes))


def _line(each: dict[str, Any]) -> str:
    if not each["ok"]:
        return f"{plain(each['id'])}  {plain(each['message'])}"
    about = each["draft"] or each["registration"]
    found = "; ".join(str(finding["message"]) for finding in (*each["errors"], *each["warnings"]))
    return "  ".join(
        filter(None, (plain(each["id"]), _(_DONE[each["state"]]), said(about) if about else "", plain(found)))
    )


quarantine = group(
    "quarantine",
    N_("Perubahan yang disisihkan untuk diperiksa orang: lihat, lepaskan, atau tolak."),
    listing,
    show,
    release,
    refuse,
    undo,
)
