"""Taking over and refusing what does not count: what will happen is shown first, then the reason is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.screens.dialogs import Confirm, Pick, Report, Write
from fieldapp.tui.text import number, plain, when
from fieldapp.tui.widgets.lines import Line

Item = Mapping[str, Any]
MOST_FINDINGS = 6
TITLES: Final = {"released": N_("Lepaskan dari karantina"), "refused": N_("Tolak kiriman")}
STATES: Final = {
    "submitted": N_("{count} menjadi pendaftaran dengan nama Anda; yang menyetujuinya orang lain."),
    "changed": N_("{count} menjadi perubahan isian dengan nama Anda."),
    "same": N_("{count} sudah sama dengan pendaftarannya; hanya ditandai selesai."),
    "comment": N_("{count} menjadi catatan dengan nama Anda."),
    "visit": N_("{count} menjadi hasil kunjungan dengan nama Anda."),
    "draft": N_("{count} belum memenuhi aturan, jadi menjadi draf Anda untuk diperbaiki."),
    "refused": N_("{count} ditolak; tetap dapat dibaca, dan putusannya dapat ditarik."),
}


def decide(
    screen: Desked[Any],
    items: Sequence[Item],
    decision: str,
    done: Callable[[], object],
    *,
    seen: Mapping[str, str] | None = None,
) -> None:
    """Shows on `screen` what will happen to `items`, asks why, does it, and calls `done`.

    `seen`: registration -> the digest that was shown of it.
    """
    session = screen.session
    entries = [str(item["id"]) for item in items]
    title = _(TITLES[decision])

    def take(reason: str | None) -> None:
        if reason is None:
            return

        def work() -> list[dict[str, Any]]:
            if decision == "released":
                return quarantine.release(session, entries, reason, seen=seen)
            return quarantine.refuse(session, entries, reason)

        screen.ask(work, partial(_told, screen, title, done), lane="pen")

    def asked(found: Mapping[str, Any]) -> None:
        if not found["states"]:
            lines = [Line(words) for words in refused_words(found["refused"])]
            screen.app.push_screen(Report(title, lines)) if len(items) > 1 else screen.complain(
                next(iter(found["refused"]), _("Tidak ada."))
            )
            return
        name = plain(items[0]["name"] or _("(belum bernama)"), 60)
        many = _("Semua {count} kiriman dari {by}:")
        by = plain(items[0]["by"]["name"] or items[0]["by"]["id"], 40)
        words = [name if len(items) == 1 else many.format(count=number(len(items)), by=by)]
        words += [_(STATES[state]).format(count=number(count)) for state, count in found["states"].items()]
        words += refused_words(found["refused"])
        words.append(_("Alasannya (dibaca semua kantor):"))
        screen.app.push_screen(Write(title, words), take)

    screen.ask(partial(quarantine.preview, session, entries, decision), asked)


def refused_words(refused: Mapping[str, int]) -> list[str]:
    """What will not be done, and why."""
    if not refused:
        return []
    head = _("Tidak dapat: {count}").format(count=number(sum(refused.values())))
    return [head, *(f"- {number(count)} x {words}" for words, count in refused.items())]


def _told(screen: Desked[Any], title: str, done: Callable[[], object], answers: Sequence[Mapping[str, Any]]) -> None:
    screen.field_app.refresh_status()
    states: dict[str, int] = {}
    refused: dict[str, int] = {}
    for answer in answers:
        told, what = (states, answer["state"]) if answer["ok"] else (refused, answer["message"])
        told[str(what)] = told.get(str(what), 0) + 1
    words = [_(STATES[state]).format(count=number(count)) for state, count in states.items()]
    words += refused_words(refused)
    drafts = [answer for answer in answers if answer["ok"] and answer["state"] == "draft"]
    if len(answers) == 1 and drafts:
        _offer_form(screen, title, drafts[0])
    elif len(answers) == 1 and refused:
        screen.complain(next(iter(refused)))
    elif len(words) == 1:
        screen.tell(words[0])
    else:
        screen.app.push_screen(Report(title, [Line(each) for each in words]))
    done()


def _offer_form(screen: Desked[Any], title: str, answer: Mapping[str, Any]) -> None:
    """What the rules found, and the form in which it is put right."""
    found = [*answer["errors"], *answer["warnings"]]
    words = [
        _("Belum memenuhi aturan, jadi disimpan sebagai draf Anda:"),
        *(f"- {plain(each['message'])}" for each in found[:MOST_FINDINGS]),
    ]
    if len(found) > MOST_FINDINGS:
        words.append(_("dan {count} lagi").format(count=number(len(found) - MOST_FINDINGS)))

    def agreed(yes: bool | None) -> None:
        if yes:
            screen.app.push_screen(screen_named("form", draft=answer["draft"]))

    question = Confirm(title, words, _("Buka formulirnya"), no=_("Nanti, dari daftar draf"))
    screen.app.push_screen(question, agreed)


def ask_back(screen: Desked[Any], item: Item, done: Callable[[], object]) -> None:
    """Takes one word about an item back, after asking which one where there are several."""
    session = screen.session

    def take(word: object) -> None:
        if not isinstance(word, str):
            return

        def taken(_answer: object) -> None:
            screen.tell(_("Putusan ditarik; kirimannya menunggu lagi."))
            screen.field_app.refresh_status()
            done()

        screen.ask(partial(quarantine.take_back, session, word), taken, lane="pen")

    lines = [
        Line(f"{plain(word['by'], 30)}, {when(word['at'])}: {plain(word['reason'], 60)}", value=str(word["id"]))
        for word in item["words"]
    ]
    words = [_("Kirimannya menunggu putusan lagi di semua kantor.")]
    screen.app.push_screen(Pick(_("Tarik putusan"), lines, words=words), take)
