"""`fieldapp review`: the queue, riskiest first, and the decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

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


@command("approve", N_("Setujui pendaftaran."), _ids(), filter_option(), _reason())
def approve(out: Output, ids: tuple[str, ...], filters: tuple[str, ...], reason: str | None) -> int:
    return _decide(out, "approve", ids, filters, reason)


@command(
    "return",
    N_("Kembalikan kepada pencacah untuk diperbaiki."),
    _ids(),
    filter_option(),
    _reason(),
    option("--field", "fields", multiple=True, metavar=N_("NAMA=CATATAN"), help=N_("Catatan pada satu isian.")),
)
def return_(
    out: Output, ids: tuple[str, ...], filters: tuple[str, ...], reason: str | None, fields: tuple[str, ...]
) -> int:
    return _decide(out, "return", ids, filters, reason, _comments(fields))


@command("reject", N_("Tolak pendaftaran."), _ids(), filter_option(), _reason())
def reject(out: Output, ids: tuple[str, ...], filters: tuple[str, ...], reason: str | None) -> int:
    return _decide(out, "reject", ids, filters, reason)


@command("undo", N_("Batalkan keputusan terakhir."), _ids(), filter_option(), _reason())
def undo(out: Output, ids: tuple[str, ...], filters: tuple[str, ...], reason: str | None) -> int:
    return _decide(out, "undo", ids, filters, reason)


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
    ids: tuple[str, ...],
    filters: tuple[str, ...],
    reason: str | None,
    fields: dict[str, str] | None = None,
) -> int:
    chosen = selection(filters)
    if bool(ids) == bool(chosen):
        wrong_use(_("Sebutkan nomor pendaftaran, atau saringan dengan --filter."))
    from fieldapp.services import review as reviews

    with unlocked() as session:
        if chosen:
            ids = tuple(row["id"] for row in reviews.queue(session, filter=chosen))
        answers: list[dict[str, Any]] = reviews.decide(session, ids, decision, reason=reason, fields=fields)
    lines = [_decision_line(answer) for answer in answers]
    out.answer(answers, lines)
    done = sum(bool(answer["ok"]) for answer in answers)
    out.say(_("{done} dari {count} pendaftaran diputuskan.").format(done=done, count=len(answers)))
    return _exit_code(answers)


def _exit_code(answers: list[dict[str, Any]]) -> int:
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


_COMMANDS = (queue, approve, return_, reject, undo)
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
