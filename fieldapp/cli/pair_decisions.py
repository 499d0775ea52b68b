"""`duplicates decide` and `duplicates undo`: whether two registrations are one person, said by a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from fieldapp.cli.base import argument, command, option, quoted, wrong_use
from fieldapp.cli.output import Output, plain, said
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import kind_words, state_words
from fieldapp.locale import N_, _


def _pair() -> tuple[click.Argument, click.Argument]:
    return (
        argument("a", metavar=N_("NOMOR"), help=N_("Nomor satu pendaftaran.")),
        argument("b", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran yang lain.")),
    )


def _reason() -> click.Option:
    return option("--reason", metavar=N_("ALASAN"), help=N_("Alasan putusan; wajib."))


@command(
    "decide",
    N_("Putuskan apakah dua pendaftaran orang yang sama. Keduanya tetap ada, dan putusan dapat ditarik."),
    *_pair(),
    option("--same", is_flag=True, help=N_("Orang yang sama: satu dipertahankan, yang lain memberi tempat.")),
    option("--different", is_flag=True, help=N_("Orang yang berbeda; tidak ditanyakan lagi.")),
    option("--unsure", is_flag=True, help=N_("Belum pasti; tetap menunggu putusan.")),
    _reason(),
    option("--survivor", metavar=N_("NOMOR"), help=N_("Pendaftaran yang dipertahankan.")),
    option(
        "--take",
        "taken",
        multiple=True,
        metavar=N_("ISIAN=NOMOR"),
        help=N_("Isian yang diambil dari pendaftaran itu; boleh beberapa."),
    ),
)
def decide(
    out: Output,
    a: str,
    b: str,
    same: bool,
    different: bool,
    unsure: bool,
    reason: str | None,
    survivor: str | None,
    taken: tuple[str, ...],
) -> None:
    chosen = [name for name, is_set in (("same", same), ("different", different), ("unsure", unsure)) if is_set]
    if len(chosen) != 1:
        wrong_use(_("Pilih salah satu: --same, --different, atau --unsure."))
    take = _takes(taken)
    from fieldapp.services.pairs import same_as

    with unlocked() as session:
        answer = same_as.decide(session, a, b, chosen[0], reason=reason or "", survivor=survivor, take=take)
    out.answer(answer, _lines(answer))


@command("undo", N_("Tarik putusan tentang dua pendaftaran; keduanya berdiri sendiri lagi."), *_pair(), _reason())
def undo(out: Output, a: str, b: str, reason: str | None) -> None:
    from fieldapp.services.pairs import same_as

    with unlocked() as session:
        answer = same_as.undo(session, a, b, reason=reason or "")
    out.answer(answer, _lines(answer))


def _takes(given: Sequence[str]) -> dict[str, str]:
    take = {}
    for each in given:
        name, separator, registration = each.partition("=")
        if not separator or not name.strip() or not registration.strip():
            wrong_use(_("{what} bukan ISIAN=NOMOR.").format(what=quoted(each)))
        take[name.strip()] = registration.strip()
    return take


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    yield kind_words("same_as", answer["decision"])
    for registration, state in answer["states"].items():
        mark = _("dipertahankan") if registration == answer["survivor"] else state_words(state)
        yield f"  {plain(registration)}  {mark}"
    for field, registration in answer["taken"].items():
        yield "  " + _("{field} diambil dari {id}").format(field=said(field), id=plain(registration))
    for field in answer["restored"]:
        yield "  " + _("{field} dikembalikan seperti semula").format(field=said(field))


COMMANDS = (decide, undo)
