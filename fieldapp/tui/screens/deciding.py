"""Decisions: what each one means for quota and money is shown before it is taken; every refusal is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from fieldapp.domain import roles
from fieldapp.locale import N_, _
from fieldapp.services import budget, review
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.screens.dialogs import Confirm, Report, Write
from fieldapp.tui.text import number, rupiah
from fieldapp.tui.widgets.lines import Line

TITLES: Final[dict[str, str]] = {
    "approve": N_("Setujui"),
    "return": N_("Kembalikan kepada pencacah"),
    "reject": N_("Tolak"),
    "undo": N_("Tarik putusan"),
}


def may_decide(role: str, decision: str) -> bool:
    """Whether a member of `role` is offered this decision at all; whose record it is, is judged when it is taken."""
    return roles.may(role, "registration", "decide", own_record=False, decision=decision) is None


def standing_words(outlook: Mapping[str, Any]) -> str:
    """How slots and money stand now, in one line."""
    return _("Tempat Anda: {left}. Terikat {money} dari {budget}.").format(
        left=number(outlook["slots_left"]), money=rupiah(outlook["committed"]), budget=rupiah(outlook["budget"])
    )


def outlook_words(outlook: Mapping[str, Any], decision: str) -> list[str]:
    """What the decision does to slots and money, as sentences."""
    after = outlook["after"]
    words = [
        _("Tempat yang masih dapat Anda setujui: {now}, sesudahnya {after}.").format(
            now=number(outlook["slots_left"]), after=number(after["slots_left"])
        ),
        _("Uang terikat: {now} dari {budget}, sesudahnya {after}.").format(
            now=rupiah(outlook["committed"]), budget=rupiah(outlook["budget"]), after=rupiah(after["committed"])
        ),
    ]
    if after.get("waiting"):
        words.append(
            _("{count} orang masuk daftar tunggu, karena tempatnya tidak cukup.").format(count=number(after["waiting"]))
        )
    if not after.get("within_budget", True):
        words.append(_("PERHATIAN: sesudahnya anggaran terlampaui."))
    return words


def refusal_words(refused: Mapping[str, int], asked: int) -> list[str]:
    """What will not be taken, and why, before anything is decided."""
    if not refused:
        return []
    left = sum(refused.values())
    head = _("{good} dapat diputuskan, {bad} tidak:").format(good=number(asked - left), bad=number(left))
    return [head, *(f"- {number(count)} x {words}" for words, count in refused.items())]


def decide(
    screen: Desked[Any],
    ids: Sequence[str],
    decision: str,
    done: Callable[[list[dict[str, Any]]], object],
    *,
    who: str,
    comments: Mapping[str, str] | None = None,
) -> None:
    """Asks what has to be asked on `screen`, decides about `ids`, tells what was refused, then calls `done`.

    `who`: how the people are called in the question (a name, or how many). `comments`: texts pinned to fields.
    """
    session = screen.session
    title = _(TITLES[decision])

    def take(reason: str | None) -> None:
        def work() -> list[dict[str, Any]]:
            return review.decide(session, ids, decision, reason=reason, fields=comments)

        screen.ask(work, partial(_told, screen, title, done), lane="pen")

    def asked(found: tuple[Mapping[str, Any], Mapping[str, int]]) -> None:
        outlook, refused = found
        words = [who, *refusal_words(refused, len(ids)), *outlook_words(outlook, decision)]
        if decision == "approve":

            def agreed(yes: bool | None) -> None:
                if yes:
                    take(None)

            screen.app.push_screen(Confirm(title, words, title), agreed)
            return

        def written(reason: str | None) -> None:
            if reason is not None:
                take(reason)

        words.append(_("Alasannya (dibaca pencacah):") if decision == "return" else _("Alasannya:"))
        # A return whose comments say everything needs no further reason.
        check = (lambda text: "") if comments else None
        screen.app.push_screen(Write(title, words, check=check), written)

    def look() -> tuple[Mapping[str, Any], Mapping[str, int]]:
        refused = review.refusals(session, ids, decision) if len(ids) > 1 else {}
        return budget.outlook(session, ids, decision), refused

    screen.ask(look, asked)


def _told(
    screen: Desked[Any], title: str, done: Callable[[list[dict[str, Any]]], object], answers: list[dict[str, Any]]
) -> None:
    refused = [answer for answer in answers if not answer["ok"]]
    good = len(answers) - len(refused)
    screen.field_app.refresh_status()
    if not refused:
        screen.tell(_("{title}: {count} pendaftaran.").format(title=title, count=number(good)))
        done(answers)
        return
    reasons: dict[str, int] = {}
    for answer in refused:
        reasons[str(answer["message"])] = reasons.get(str(answer["message"]), 0) + 1
    if len(answers) == 1:
        screen.complain(next(iter(reasons)))
    else:
        head = _("Diputuskan {good}, tidak dapat {bad}:").format(good=number(good), bad=number(len(refused)))
        lines = [Line(head, "heading"), *(Line(f"{number(count)} x {words}") for words, count in reasons.items())]
        screen.app.push_screen(Report(title, lines))
    done(answers)
