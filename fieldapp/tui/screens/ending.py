"""Somebody no longer takes part: why, since when, and a word about it, asked one after another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from fieldapp.domain import dates
from fieldapp.domain.roles import may_end
from fieldapp.locale import _
from fieldapp.services.quota import endings
from fieldapp.services.quota.words import CAUSES
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.screens.dialogs import Pick, Write
from fieldapp.tui.text import date_text, number
from fieldapp.tui.widgets.lines import Line


def end(screen: Desked[Any], registration: str, who: str, done: Callable[[], object]) -> None:
    """Asks on `screen` what has to be asked about the person `who`, notes it, tells what came of it, calls `done`."""
    session = screen.session
    title = _("Tidak ikut lagi")

    def told(answer: dict[str, Any]) -> None:
        (each,) = answer["registrations"]
        screen.field_app.refresh_status()
        if not each["ok"]:
            screen.complain(each["message"])
        elif answer["moved_up"]:
            screen.tell(
                _("Dicatat. {count} orang dari daftar tunggu mendapat tempat.").format(count=number(answer["moved_up"]))
            )
        else:
            screen.tell(_("Dicatat."))
        done()

    def explained(cause: str, day: str, reason: str | None) -> None:
        if reason:
            screen.ask(partial(endings.end, session, [registration], cause, day, reason), told, lane="pen")

    def dated(cause: str, text: str | None) -> None:
        if text is not None:
            day = _day(text) or session.today().isoformat()
            words = [who, f"{_(CAUSES[cause])}, {date_text(day)}", _("Keterangannya:")]
            screen.app.push_screen(Write(title, words), partial(explained, cause, day))

    def picked(cause: object) -> None:
        if isinstance(cause, str):
            words = [who, _("Sejak tanggal berapa?")]
            today = date_text(session.today().isoformat())
            screen.app.push_screen(Write(title, words, value=today, check=_wrong), partial(dated, cause))

    lines = [
        Line(_(words), value=cause)
        for cause, words in CAUSES.items()
        if may_end(session.member.role, cause, own_record=True)
    ]
    screen.app.push_screen(Pick(title, lines, words=[who, _("Mengapa?")]), picked)


def _day(text: str) -> str:
    """The ISO date that was typed, or nothing."""
    found = dates.parse_date(text)
    return found.isoformat() if found is not None else ""


def _wrong(text: str) -> str:
    return "" if _day(text) else _("Tulis tanggalnya, misalnya 17-08-2027.")
