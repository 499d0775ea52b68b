"""`fieldapp review`: the queue, riskiest first, and the decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from fieldapp.cli.assigning import assign
from fieldapp.cli.base import Group, argument, command, option, quoted, wrong_use
from fieldapp.cli.filters import filter_option, selection
from fieldapp.cli.output import Output, plain, table
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import risk_words, state_words
from fieldapp.locale import N_, _


@command("list", N_("Antrean pemeriksaan, yang paling berisiko lebih dulu."), filter_option())
def queue(out: Output, filters: tuple[str, ...]) -> None:
    chosen = selection(filters)
    from fieldapp.services import review as reviews

    with unlocked() as session:
        rows = reviews.queue(session, filter=chosen or None)
    headings = (_("Nomor"), _("Keadaan"), _("Nama"), _("NIK"), _("Wilayah"), _("Alasan"))
    shown = [
        (
            each["id"],
            state_words(each["state"]),
            each["name"],
            each["nik"],
            each["area"],
            [risk_words(code) for code in each["reasons"]],
        )
        for each in rows
    ]
    out.answer(rows, table(headings, shown))
    out.say(_("{count} pendaftaran menunggu pemeriksaan.").format(count=len(rows)))


def _ids() -> click.Argument:
    return argument("ids", nargs=-1, metavar=N_("NOMOR"), help=N_("Nomor pendaftaran; boleh beberapa."))


def _reason() -> click.Option:
    return option("--reason", help=N_("Alasan keputusan."))


def _seen() -> click.Option:
    return option(
        "--seen",
        multiple=True,
        metavar="DIGEST",
        help=N_("Isi yang sudah dibaca ('digest' di 'show'), satu untuk tiap nomor; ditolak bila sudah berubah."),
    )


def _dry_run() -> click.Option:
    return option(
        "--dry-run",
        is_flag=True,
        help=N_("Hanya tunjukkan siapa yang tidak ikut dan sebabnya; tidak ada yang diputuskan."),
    )


def _options() -> tuple[click.Parameter, ...]:
    return _ids(), filter_option(), _reason(), _seen(), _dry_run()


@command(
    "approve",
    N_("Setujui pendaftaran."),
    *_options(),
    option("--within-budget", is_flag=True, help=N_("Hanya sebanyak yang masih dibayar anggaran, dari yang pertama.")),
)
def approve(out: Output, **given: Any) -> int:
    return _decide(out, "approve", **given)


@command(
    "return",
    N_("Kembalikan kepada pencacah untuk diperbaiki."),
    *_options(),
    option("--field", "fields", multiple=True, metavar=N_("NAMA=CATATAN"), help=N_("Catatan pada satu isian.")),
    option("--due", metavar=N_("TANGGAL"), help=N_("Batas waktu perbaikan, misalnya 2027-01-31.")),
)
def return_(out: Output, fields: tuple[str, ...], **given: Any) -> int:
    return _decide(out, "return", fields=_comments(fields), **given)


@command("reject", N_("Tolak pendaftaran."), *_options())
def reject(out: Output, **given: Any) -> int:
    return _decide(out, "reject", **given)


@command(
    "undo",
    N_("Batalkan keputusan terakhir."),
    *_options(),
    option(
        "--last", is_flag=True, help=N_("Tarik putusan Anda yang terakhir di laptop ini sekaligus, semua orangnya.")
    ),
)
def undo(out: Output, last: bool, **given: Any) -> int:
    if last:
        if given["ids"] or given["filters"] or given["seen"] or given["dry_run"]:
            wrong_use(_("--last dipakai tanpa nomor dan tanpa saringan."))
        return _undo_last(out, given["reason"])
    return _decide(out, "undo", **given)


def _comments(fields: Sequence[str]) -> dict[str, str]:
    comments = {}
    for each in fields:
        name, separator, comment = each.partition("=")
        if not separator or not name.strip() or not comment.strip():
            wrong_use(_("{what} bukan NAMA=CATATAN.").format(what=quoted(each)))
        comments[name.strip()] = comment.strip()
    return comments


def _decide(
    out: Output,
    decision: str,
    *,
    ids: tuple[str, ...],
    filters: tuple[str, ...],
    reason: str | None,
    seen: tuple[str, ...],
    dry_run: bool,
    fields: dict[str, str] | None = None,
    due: str | None = None,
    within_budget: bool = False,
) -> int:
    chosen = selection(filters)
    if bool(ids) == bool(chosen):
        wrong_use(_("Sebutkan nomor pendaftaran, atau saringan dengan --filter."))
    if seen and len(seen) != len(ids):
        wrong_use(_("Berikan --seen satu kali untuk tiap nomor, dalam urutan yang sama."))
    from fieldapp.services import review as reviews

    read = dict(zip(ids, seen, strict=False))
    with unlocked() as session:
        if chosen:
            ids = tuple(reviews.queue_ids(session, filter=chosen))
        answers: list[dict[str, Any]]
        if dry_run:
            answers = reviews.tried(session, ids, decision, seen=read)
        else:
            answers = reviews.decide(
                session, ids, decision, reason=reason, fields=fields, due=due, seen=read, within_budget=within_budget
            )
    out.answer(answers, _grouped_lines(answers) if dry_run else [_decision_line(answer) for answer in answers])
    done = sum(bool(answer["ok"]) for answer in answers)
    words = _("{done} dari {count} pendaftaran dapat diputuskan; belum ada yang diputuskan.")
    if not dry_run:
        words = _("{done} dari {count} pendaftaran diputuskan.")
    out.say(words.format(done=done, count=len(answers)))
    return exit_code(answers)


def _grouped_lines(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Who will not be taken, under each reason, the reason of most people first."""
    groups: dict[str, list[str]] = {}
    for answer in answers:
        if not answer["ok"]:
            groups.setdefault(f"{answer['message']} ({answer['code']})", []).append(str(answer["id"]))
    lines = []
    for words, ids in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        lines += [plain(f"{len(ids)} x {words}"), *(f"  {each}" for each in ids)]
    return lines


def _undo_last(out: Output, reason: str | None) -> int:
    from fieldapp.services import review as reviews

    with unlocked() as session:
        answer = reviews.undo_last(session, reason)
    left = answer["left"]
    told = {**answer, "left": [{name: value for name, value in each.items() if name != "name"} for each in left]}
    out.answer(told, [plain(f"{each['id']}  {each['message']} ({each['code']})") for each in left])
    words = _("{count} putusan ditarik, {left} tetap.")
    out.say(words.format(count=answer["undone"], left=len(left)))
    return 1 if left else 0


def exit_code(answers: list[dict[str, Any]]) -> int:
    """0 when all was decided; the refusal's own code when all were refused alike; else 1."""
    if all(answer["ok"] for answer in answers):
        return 0
    codes = {0 if answer["ok"] else int(answer.get("exit", 1)) for answer in answers}
    return codes.pop() if len(codes) == 1 else 1


def _decision_line(answer: dict[str, Any]) -> str:
    line = f"{answer['id']}  {state_words(answer['state'])}"
    if not answer["ok"]:
        line += f"  {answer.get('message', '')} ({answer.get('code', '')})"
    return plain(line)


@click.pass_context
def _by_ear(ctx: click.Context, lines: bool, filters: tuple[str, ...]) -> int:
    if ctx.invoked_subcommand is not None:
        return 0
    if not lines:
        wrong_use(_("Sebutkan perintah yang dipilih, atau --lines."))
    chosen = selection(filters)
    from fieldapp.cli.review_lines import walk

    with unlocked() as session:
        return walk(session, Output(as_json=False), chosen)


_COMMANDS = (queue, approve, return_, reject, undo, assign)
review = Group(
    "review",
    help=N_("Pemeriksaan: antrean dan keputusan."),
    commands={str(each.name): each for each in _COMMANDS},
    callback=_by_ear,
    invoke_without_command=True,
    params=[
        option(
            "--lines",
            is_flag=True,
            help=N_("Bacakan antrean baris demi baris lalu tanyakan putusan, untuk pembaca layar dan layar braille."),
        ),
        filter_option(),
    ],
)
