"""`fieldapp returned`: what came back to be put right, as a list, or corrected line by line; and what is out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fieldapp.cli import aloud
from fieldapp.cli.base import FILE, Group, command, option, wrong_use
from fieldapp.cli.dialogue import STOP, Stopped, Talk
from fieldapp.cli.findings import finding_lines
from fieldapp.cli.output import Output, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.locale import N_, _

if TYPE_CHECKING:
    from fieldapp.cli.lines import Walk
    from fieldapp.services.session import Session


def _order_options() -> list[click.Option]:
    return [
        option("--oldest-first", is_flag=True, help=N_("Yang terlama lebih dulu.")),
        option("--by-due", is_flag=True, help=N_("Yang batasnya paling dekat lebih dulu.")),
    ]


@command(
    "list",
    N_("Yang perlu Anda perbaiki; dengan --out, bagi kantor: yang ada pada orang lain."),
    *_order_options(),
    option(
        "--out", "is_out", is_flag=True, help=N_("Yang ada pada orang lain: pada siapa, sejak kapan, sampai kapan.")
    ),
    option("--overdue", is_flag=True, help=N_("Hanya yang lewat batas.")),
    option(
        "--sheet",
        type=FILE,
        metavar=N_("BERKAS"),
        help=N_("Dengan --out: tulis daftar pengingat ke lembar kerja .xlsx atau .csv, siap dicetak."),
    ),
)
def listing(out: Output, oldest_first: bool, by_due: bool, is_out: bool, overdue: bool, sheet: Path | None) -> int:
    if sheet is not None and not is_out:
        wrong_use(_("--sheet dipakai bersama --out."))
    if is_out:
        return _others(out, overdue=overdue, sheet=sheet)
    return _own(out, oldest_first=oldest_first, by_due=by_due, overdue=overdue)


@click.pass_context
def _bare(ctx: click.Context, oldest_first: bool, by_due: bool, lines: bool, as_json: bool) -> int:
    """What `returned` alone does."""
    if ctx.invoked_subcommand is not None:
        return 0
    out = Output(as_json=as_json)
    if not lines:
        return _own(out, oldest_first=oldest_first, by_due=by_due)
    from fieldapp.services.returns import returned as back

    with unlocked() as session:
        return _walk(session, out, back.listing(session, oldest_first=oldest_first, by_due=by_due))


def _own(out: Output, *, oldest_first: bool, by_due: bool, overdue: bool = False) -> int:
    from fieldapp.services.returns import returned as back

    with unlocked() as session:
        found = back.listing(session, oldest_first=oldest_first, by_due=by_due)
        found = [item for item in found if item["late"] is not None] if overdue else found
        said = [] if out.as_json else [*_listed(session, found), *_passed(back.passed_on(session))]
    out.answer(found, said)
    count = sum(item["state"] == "returned" for item in found)
    out.say(_("{count} pendaftaran dikembalikan kepada Anda.").format(count=count))
    late = sum(item["late"] is not None for item in found)
    if late:
        out.say(_("{count} lewat batas.").format(count=late))
    return 0


def _passed(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What was this member's to put right until somebody else got it."""
    for item in found:
        yield _("{name}: sekarang dikerjakan {to}, menurut {by}: {reason}").format(
            name=plain(item["name"] or _("belum bernama")),
            to=plain(item["assigned"]["to"]),
            by=plain(item["assigned"]["by"]),
            reason=plain(item["assigned"]["reason"]),
        )
        if item["draft"]:
            yield "  " + _("Perbaikan Anda masih tersimpan sebagai draf; bila dikirim, tetap dihitung.")


def _others(out: Output, *, overdue: bool, sheet: Path | None) -> int:
    from fieldapp.services.returns import out as others
    from fieldapp.services.returns.words import carried_words, until_words

    with unlocked() as session:
        found = others.listing(session, overdue=overdue)
        today = session.today()
        if sheet is not None:
            others.write_reminders(session, sheet, overdue=overdue)
    headings = (
        *(_("Pada"), _("Nama"), _("Wilayah"), _("Dikembalikan")),
        *(_("Batas"), _("Putaran"), _("Perjalanan"), _("Nomor")),
    )
    shown = [
        (
            *(each["worker"]["name"], each["name"], each["area_name"], aloud.moment(each["at"])[:10]),
            *(until_words(each, today), each["round"], carried_words(each), each["id"]),
        )
        for each in found
    ]
    out.answer(found, table(headings, shown))
    late = sum(each["late"] is not None for each in found)
    awaited = sum(each["state"] == "returned" for each in found)
    out.say(_("{count} pendaftaran ditunggu dari orang lain, {late} lewat batas.").format(count=awaited, late=late))
    if sheet is not None:
        out.say(_("Daftar pengingat ditulis ke {file}.").format(file=plain(sheet.name)))
    return 0


def _listed(session: Session, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for item in found:
        yield from sentences(session, item)
        yield "  " + _("Nomor {id}").format(id=item["id"])
        yield ""


def sentences(session: Session, item: Mapping[str, Any]) -> Iterator[str]:
    """One returned registration: whose, why, and what was said about which answers."""
    from fieldapp.services.returns.returned import age_words, due_words

    words = _("{name}, putaran {round}, dikembalikan {by} {age}: {reason}")
    yield words.format(
        name=plain(item["name"] or _("belum bernama")),
        round=item["round"],
        by=plain(item["by"]),
        age=age_words(session, item["at"]),
        reason=plain(item["reason"]) or _("lihat catatan pada isian"),
    )
    if item["due"]:
        today = session.today()
        yield "  " + _("Batas: {due}, {left}").format(
            due=aloud.moment(f"{item['due']}T00:00")[:10], left=due_words(item["due"], item["late"], today)
        )
    if item["assigned"]:
        yield "  " + _("Ditugaskan kepada Anda oleh {by}: {reason}").format(
            by=plain(item["assigned"]["by"]), reason=plain(item["assigned"]["reason"])
        )
    yield from aloud.comment_sentences(item["comments"])
    for before in item["earlier"]:
        for each in before["comments"]:
            yield "  " + _("Putaran {round}, {by} pada {label}: {text}").format(
                round=before["round"],
                by=plain(before["by"]),
                label=aloud.label_words(each["field"]),
                text=plain(each["text"]),
            )
    if item["draft"]:
        yield "  " + _("Perbaikan sudah dimulai dan tersimpan sebagai draf.")
    if item["changed"]:
        fields = ", ".join(aloud.label_words(field) for field in item["changed"]["fields"][:4]) or _("isian")
        changed = _("Sementara itu diubah {by}, {at}: {fields}").format(
            by=plain(item["changed"]["by"]), at=aloud.moment(item["changed"]["at"]), fields=fields
        )
        yield f"  {changed}"
    if item["state"] != "returned":
        yield "  " + _("Sudah menunggu diperiksa lagi; tidak perlu dikirim ulang.")


def _walk(session: Session, out: Output, found: Sequence[Mapping[str, Any]]) -> int:
    """Goes through what came back with the person; exit code 0, also when it is left before its end."""
    talk = ReturnedTalk(session, out)
    waiting = [item for item in found if item["state"] == "returned"]
    if not waiting:
        talk.tell(_("Tidak ada yang dikembalikan kepada Anda."))
        return 0
    talk.tell(_("{count} pendaftaran dikembalikan kepada Anda.").format(count=len(waiting)), talk.offer())
    try:
        for number, item in enumerate(waiting, start=1):
            talk.tell("", _("Yang dikembalikan {number} dari {count}").format(number=number, count=len(waiting)))
            talk.at_one(item)
        talk.tell("", _("Semua sudah dibacakan."))
    except Stopped:
        talk.tell("", _("Berhenti. Yang sudah diisi tersimpan sebagai draf."))
    talk.tell(_("{count} pendaftaran dikirim lagi.").format(count=talk.sent))
    return 0


class ReturnedTalk(Talk):
    """One sitting over what came back; `sent` counts what was handed in again."""

    def __init__(self, session: Session, out: Output) -> None:
        super().__init__(out)
        self.session = session
        self.sent = 0

    def offer(self) -> str:
        """What can be typed."""
        return _(
            "Ketik: p perbaiki isian yang diberi catatan, f seluruh formulir, b baca semua isian, r riwayat, "
            "l lewati, ? bantuan ini, . berhenti."
        )

    def at_one(self, item: Mapping[str, Any]) -> None:
        """Stays at one registration until it is handed in again or left."""
        self.tell_all(sentences(self.session, item))
        while True:
            line = self.read(_("Mau apa? ")).casefold()
            match line:
                case "l":
                    return
                case "p" | "f":
                    if self.correct(item, is_whole=line == "f"):
                        return
                case "b" | "r":
                    self.tell_more(str(item["id"]), line)
                case _ if line == STOP:
                    raise Stopped
                case _:
                    self.tell(self.offer())

    def tell_more(self, registration: str, letter: str) -> None:
        from fieldapp.services import registrations

        shown = registrations.show(self.session, registration, history=letter == "r")
        self.tell_all(aloud.history_sentences(shown["history"]) if letter == "r" else aloud.answer_sentences(shown))

    def correct(self, item: Mapping[str, Any], *, is_whole: bool) -> bool:
        """Asks the commented questions (or all), then others by name, and hands in; whether it was handed in."""
        from fieldapp.cli.lines import Walk, sent_words
        from fieldapp.services import drafts

        walking = Walk(self.session, self.out, drafts.correction(self.session, str(item["id"])))
        walking.tell(_("- mengosongkan; < kembali; . berhenti, draf tersimpan."))
        try:
            if is_whole:
                walking.ask_all(0)
            else:
                self.ask_commented(walking, item)
                self.ask_others(walking)
            if not self.agreed(_("Kirim lagi?")):
                self.tell(_("Tersimpan sebagai draf, belum dikirim."))
                return False
            answer = walking.finish()
        except Stopped:
            walking.save(walking.asking)
            raise
        self.tell(*sent_words(answer), *finding_lines(answer))
        is_sent = bool(answer["state"] != "draft")
        self.sent += is_sent
        return is_sent

    def ask_commented(self, walking: Walk, item: Mapping[str, Any]) -> None:
        """The questions that were commented on, in the order of the form; `<` goes back to the one before."""
        commented = {each["field"] for each in item["comments"]}
        steps = [step for step in walking.steps if step[1].name in commented]
        at = 0
        while at < len(steps):
            at = at + 1 if walking.ask(*steps[at]) else max(0, at - 1)

    def ask_others(self, walking: Walk) -> None:
        """Further questions, each named by part of its words, until an empty line."""
        while True:
            word = self.read(_("Isian lain? Ketik sebagian namanya, atau Enter bila cukup: "))
            if not word:
                return
            field = aloud.field_named(self, word)
            for step in walking.steps:
                if step[1].name == field:
                    walking.ask(*step)


returned = Group(
    "returned",
    help=N_("Yang dikembalikan kepada Anda untuk diperbaiki: oleh siapa, kapan, mengapa, dan catatan pada isiannya."),
    commands={"list": listing},
    callback=_bare,
    invoke_without_command=True,
    params=[
        *_order_options(),
        option(
            "--lines",
            is_flag=True,
            help=N_("Bacakan satu per satu, perbaiki, dan kirim lagi baris demi baris, untuk pembaca layar."),
        ),
        option("--json", "as_json", is_flag=True, help=N_("Cetak satu nilai JSON di keluaran.")),
    ],
)
