"""Slots: who waits for one, who is leased how many, and people who no longer take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fieldapp.cli.base import NUMBER, Choice, argument, command, group, option, wrong_use
from fieldapp.cli.output import Output, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _

#: What people type for a cause -> its code; the codes themselves are taken too.
CAUSES: Final[Mapping[str, str]] = {
    "meninggal": "deceased",
    "usia": "age",
    "pindah": "moved",
    "menarik-diri": "consent",
    "lain": "other",
}


@command(
    "list",
    N_("Siapa yang menunggu tempat: di antrean siapa, urutan ke berapa, dan mengapa."),
    option("--limit", type=NUMBER, help=N_("Paling banyak sekian orang.")),
)
def waiting_list(out: Output, limit: int | None) -> None:
    from fieldapp.services.quota import waiting as lines
    from fieldapp.services.quota.words import category_words, order_words, reason_words

    with unlocked() as session:
        found = lines.listing(session, limit=limit)
    headings = (_("Urutan"), _("Antrean"), _("Nama"), _("NIK"), _("Wilayah"), _("Kelompok"), _("Mengapa"), _("Nomor"))
    rows = [
        (
            each["place"],
            each["decider"],
            each["name"],
            each["nik"],
            each["area_name"],
            [category_words(code) for code in each["categories"]],
            reason_words(each["reason"]),
            each["id"],
        )
        for each in found["waiting"]
    ]
    out.answer(found, table(headings, rows))
    out.say(
        _("{count} orang menunggu tempat. Urutannya: {order}.").format(
            count=found["count"], order=order_words(found["order"])
        )
    )


waiting = group("waiting", N_("Daftar tunggu: yang disetujui tetapi belum mendapat tempat."), waiting_list)


@command(
    "end",
    N_("Catat bahwa seseorang tidak ikut lagi. Tempatnya diberikan kepada yang pertama menunggu."),
    argument("ids", nargs=-1, metavar=N_("NOMOR"), help=N_("Nomor pendaftaran; boleh beberapa.")),
    option("--cause", type=Choice((*CAUSES, *CAUSES.values())), metavar=N_("SEBAB"),
           help=N_("Sebabnya: {causes}."), fills={"causes": ", ".join(CAUSES)}),
    option("--on", metavar=N_("TTTT-BB-HH"), help=N_("Tanggalnya; bila kosong hari ini.")),
    option("--reason", help=N_("Keterangan.")),
    option("--aged", is_flag=True, help=N_("Semua peserta yang mencapai batas umur, dengan tanggal ulang tahunnya.")),
    option("--month", metavar=N_("TTTT-BB"), help=N_("Untuk --aged: sampai bulan ini; bila kosong bulan berjalan.")),
    option("--dry-run", is_flag=True, help=N_("Untuk --aged: tampilkan saja, tidak ada yang dicatat.")),
)  # fmt: skip
def end(
    out: Output,
    ids: tuple[str, ...],
    cause: str | None,
    on: str | None,
    reason: str | None,
    aged: bool,
    month: str | None,
    dry_run: bool,
) -> int:
    if aged == bool(ids):
        wrong_use(_("Sebutkan nomor pendaftaran, atau --aged."))
    if aged and (cause or on):
        wrong_use(_("--aged sudah menentukan sebab dan tanggal."))
    if not aged and (month or dry_run):
        wrong_use(_("--month dan --dry-run hanya berlaku dengan --aged."))
    if not aged and cause is None:
        wrong_use(_("Sebutkan sebabnya dengan --cause: {causes}.").format(causes=", ".join(CAUSES)))
    from fieldapp.services.quota import endings

    with unlocked() as session:
        if aged and dry_run:
            return _turning(out, endings.turning(session, month or _this_month(session)))
        if aged:
            answer = endings.end_aged(session, month or _this_month(session), reason or "")
        else:
            answer = endings.end(session, ids, CAUSES.get(str(cause), str(cause)), on, reason or "")
    return _ended(out, answer)


def _this_month(session: Any) -> str:
    return str(session.today().strftime("%Y-%m"))


def _turning(out: Output, rows: list[dict[str, Any]]) -> int:
    headings = (_("Tanggal"), _("Nama"), _("Wilayah"), _("Keadaan"), _("Nomor"))
    shown = [(row["turns_on"], row["name"], row["area_name"], state_words(row["state"]), row["id"]) for row in rows]
    out.answer(rows, table(headings, shown))
    out.say(_("{count} orang mencapai batas umur; tidak ada yang dicatat.").format(count=len(rows)))
    return 0


def _ended(out: Output, answer: Mapping[str, Any]) -> int:
    lines = []
    for each in answer["registrations"]:
        line = f"{each['id']}  {state_words(each['state'])}"
        if not each["ok"]:
            line += f"  {each['message']} ({each['code']})"
        lines.append(plain(line))
    out.answer(answer, lines)
    out.say(
        _("{count} orang tidak ikut lagi; {up} dari daftar tunggu mendapat tempat.").format(
            count=answer["ended"], up=answer["moved_up"]
        )
    )
    codes = {0 if each["ok"] else int(each["exit"]) for each in answer["registrations"]}
    return codes.pop() if len(codes) == 1 else int(bool(codes))


@command("leases", N_("Jatah tempat tiap pengawas: diberikan, terpakai, sisa, dan yang menunggu."))
def leases(out: Output) -> None:
    from fieldapp.services.quota import leases as leasing

    with unlocked() as session:
        found = leasing.listing(session)
    headings = (_("Pengawas"), _("Jatah"), _("Terpakai"), _("Sisa"), _("Menunggu"), _("Nomor"))
    rows = [
        (row["name"], row["slots"], row["used"], row["left"], row["waiting"], row["member"]) for row in found["leases"]
    ]
    out.answer(found, table(headings, rows))
    out.say(
        _("Kuota {quota}: dijatahkan {leased}, belum dijatahkan {free}.").format(
            quota=found["quota"], leased=found["leased"], free=found["not_leased"]
        )
    )
    if found["unclaimed"]:
        out.say(_("{count} tempat milik undangan yang belum dipakai.").format(count=found["unclaimed"]))
    if found["over_leased"]:
        out.say(
            _("PERHATIAN: jatah {count} lebih banyak daripada kuota. Kurangi salah satunya.").format(
                count=found["over_leased"]
            )
        )


@command(
    "lease",
    N_("Beri seorang pengawas jatah sebanyak ini seluruhnya (hanya administrator)."),
    argument("member", metavar=N_("ANGGOTA"), help=N_("Pengawas, nomor atau namanya.")),
    argument("slots", type=NUMBER, metavar=N_("TEMPAT"), help=N_("Banyaknya tempat seluruhnya.")),
    option("--from", "giver", metavar=N_("ANGGOTA"), help=N_("Ambil tambahannya dari jatah pengawas ini.")),
    option("--yes", is_flag=True, help=N_("Teruskan walau ada yang sudah disetujui harus menunggu lagi.")),
    option("--dry-run", is_flag=True, help=N_("Tampilkan saja akibatnya.")),
)
def lease(out: Output, member: str, slots: int, giver: str | None, yes: bool, dry_run: bool) -> None:
    from fieldapp.services.quota import leases as leasing

    with unlocked() as session:
        if dry_run:
            plan = leasing.preview(session, member, slots, from_who=giver)
        else:
            plan = leasing.assign(session, member, slots, from_who=giver, sure=yes)
    headings = (_("Pengawas"), _("Semula"), _("Menjadi"), _("Terpakai"), _("Harus menunggu lagi"))
    rows = [
        (each["name"], each["before"], each["after"], each["used"], each["would_wait"])
        for each in (plan, plan["from"])
        if each
    ]
    out.answer(plan, table(headings, rows))
    if dry_run:
        out.say(_("Tidak ada yang diubah."))
