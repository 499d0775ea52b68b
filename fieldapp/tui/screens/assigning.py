"""Giving what has to be put right to somebody else: to whom, why, and what was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from fieldapp.locale import _
from fieldapp.services.returns import assigning
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.screens.dialogs import Pick, Report, Write
from fieldapp.tui.text import number, plain, role_text
from fieldapp.tui.widgets.lines import Line

_BACK: Final = ""
"""Stands for whoever registered the people."""


def ask_assignee(
    screen: Desked[Any], ids: Sequence[str], who: str, done: Callable[[list[dict[str, Any]]], object]
) -> None:
    """Asks on `screen` who shall put `ids` right and why, says so, tells what was refused, then calls `done`.

    `who`: how the people are called in the question (a name, or how many).
    """
    session = screen.session

    def found(known: list[dict[str, Any]]) -> None:
        lines = [Line(_member(each), value=each["member"]) for each in known]
        lines.append(Line(_("Kembali kepada yang mendaftarkan"), "quiet", _BACK))
        words = [who, _("Hanya anggota yang wilayahnya mencakup pendaftaran ini. Ketik sebagian nama untuk mencari.")]
        screen.app.push_screen(Pick(_("Alihkan kepada siapa?"), lines, words=words, find=True), picked)

    def picked(member: object) -> None:
        if isinstance(member, str):
            words = [who, _("Alasannya (dibaca keduanya; pencatat, putaran, dan isian tetap):")]
            screen.app.push_screen(Write(_("Alihkan"), words), partial(written, member or None))

    def written(member: str | None, reason: str | None) -> None:
        if reason:
            work = partial(assigning.assign, session, ids, member, reason)
            screen.ask(work, partial(_told, screen, done), lane="pen")

    screen.ask(partial(assigning.assignees, session, ids), found)


def _member(each: dict[str, Any]) -> str:
    words = _("{name}, {role}; {count} tugas terbuka") if each["open"] else _("{name}, {role}")
    return words.format(name=plain(each["name"], 40), role=role_text(str(each["role"])), count=number(each["open"]))


def _told(screen: Desked[Any], done: Callable[[list[dict[str, Any]]], object], answers: list[dict[str, Any]]) -> None:
    refused = [answer for answer in answers if not answer["ok"]]
    screen.field_app.refresh_status()
    if len(answers) == 1 and refused:
        screen.complain(str(refused[0]["message"]))
    elif refused:
        reasons: dict[str, int] = {}
        for answer in refused:
            reasons[str(answer["message"])] = reasons.get(str(answer["message"]), 0) + 1
        words = _("Dialihkan {good}, tidak dapat {bad}:")
        head = words.format(good=number(len(answers) - len(refused)), bad=number(len(refused)))
        lines = [Line(head, "heading"), *(Line(f"{number(count)} x {why}") for why, count in reasons.items())]
        screen.app.push_screen(Report(_("Alihkan"), lines))
    else:
        words = _("Dialihkan: {count}. Beri paket balasan atau sinkronkan supaya laptopnya mengetahuinya.")
        screen.tell(words.format(count=number(len(answers))))
    done(answers)
