"""Decisions: what each one means for quota and money is shown before it is taken; every refusal is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from fieldapp.domain import roles
from fieldapp.locale import N_, _
from fieldapp.services import review
from fieldapp.services.quota import budget
from fieldapp.services.review import Seen
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.screens.decision_box import DecisionBox, Given
from fieldapp.tui.screens.dialogs import Confirm, Report
from fieldapp.tui.text import number, plain, rupiah, when, wrapped
from fieldapp.tui.widgets.lines import Line

TITLES: Final[dict[str, str]] = {
    "approve": N_("Setujui"),
    "return": N_("Kembalikan kepada pencacah"),
    "reject": N_("Tolak"),
    "undo": N_("Tarik putusan"),
}
_ENDORSED: Final = N_("Usulkan disetujui")
_GROUPS: Final = 4
"""Reasons that a question shows at once; all of them, by name, are one key away."""
_WIDTH: Final = 68
"""Cells of a line in a box over the screen."""


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
    if after.get("moved_up"):
        words.append(_("{count} orang dari daftar tunggu mendapat tempat.").format(count=number(after["moved_up"])))
    if not after.get("within_budget", True):
        words.append(_("PERHATIAN: sesudahnya anggaran terlampaui."))
    return words


def refusal_words(refused: Sequence[Mapping[str, Any]], taken: int) -> list[str]:
    """How many will not be taken, and why, before anything is decided."""
    if not refused:
        return []
    bad = sum(len(group["people"]) for group in refused)
    head = _("{good} dapat diputuskan, {bad} tidak:").format(good=number(taken), bad=number(bad))
    shown = [f"- {number(len(group['people']))} x {group['message']}" for group in refused[:_GROUPS]]
    return [head, *shown, *(["- …"] if len(refused) > _GROUPS else [])]


def refusal_lines(refused: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Who will not be taken, by name under each reason."""
    lines: list[Line] = []
    for group in refused:
        words = f"{number(len(group['people']))} x {plain(group['message'], 400)}"
        lines += [Line(part, "heading") for part in wrapped(words, _WIDTH)]
        lines += [Line(f"  {plain(each['name'] or _('(belum bernama)'), 60)}") for each in group["people"]]
    return lines


def decide(
    screen: Desked[Any],
    ids: Sequence[str],
    decision: str,
    done: Callable[[list[dict[str, Any]]], object],
    *,
    who: str,
    comments: Mapping[str, str] | None = None,
    seen: Mapping[str, Seen] | None = None,
    stale: Callable[[], object] = lambda: None,
) -> None:
    """Asks what has to be asked on `screen`, decides about `ids`, tells what was refused, then calls `done`.

    `who`: how the people are called in the question (a name, or how many). `comments`: texts pinned to fields. `seen`:
    what the screen showed of them; of the others, what the preview sees counts. `stale` is called where the one that
    was asked about is no longer what was read.
    """
    session = screen.session
    title = _(TITLES[decision])

    def take(given: Given, shown: Mapping[str, Seen]) -> None:
        def work() -> list[dict[str, Any]]:
            return review.decide(
                session, ids, decision, reason=given.reason, fields=comments, due=given.due, seen=shown
            )

        screen.ask(work, partial(_told, screen, title, done), lane="pen")

    def asked(found: tuple[Mapping[str, Any], Mapping[str, Any]]) -> None:
        outlook, preview = found
        refused = preview["refused"]
        if not preview["taken"] and len(ids) == 1:
            screen.complain(refused[0]["message"])
            if refused[0]["code"] == "changed_meanwhile":
                stale()
            return
        words = [who, *refusal_words(refused, preview["taken"]), *outlook_words(outlook, decision)]
        if decision == "return" and len(ids) == 1:
            words.append(_("Putaran {number} dimulai.").format(number=preview["round"]))
        if preview["endorsed"]:
            words.append(
                _("{count} diusulkan disetujui; sesudah ini pengawas lain yang menyetujui.").format(
                    count=number(preview["endorsed"])
                )
            )
        box = DecisionBox(
            title,
            words,
            decision,
            refused=refusal_lines(refused),
            due=review.due_date(session) if decision == "return" else "",
            needs_reason=not comments,
        )

        def given(answer: Given | None) -> None:
            if answer is not None:
                take(answer, preview["seen"] | dict(seen or {}))

        screen.app.push_screen(box, given)

    def look() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        shown = review.preview(session, ids, decision, seen=seen)
        return budget.outlook(session, shown["takes_slot"], decision), shown

    screen.ask(look, asked)


def undo_last(screen: Desked[Any], done: Callable[[], object]) -> None:
    """Offers to take the last decision back as one; what was built upon since stays, and is named."""
    session = screen.session
    title = _("Tarik putusan terakhir")

    def told(answer: Mapping[str, Any]) -> None:
        screen.field_app.refresh_status()
        count, left = answer["undone"], answer["left"]
        screen.tell(_("{title}: {count} pendaftaran.").format(title=title, count=number(count)))
        if left:
            head = _("Ditarik {count}; yang ini tetap, karena sudah diubah atau diputuskan lagi:").format(
                count=number(count)
            )
            lines = [Line(part, "heading") for part in wrapped(head, _WIDTH)]
            lines += [Line(f"  {plain(each['name'] or _('(belum bernama)'), 60)}") for each in left]
            screen.app.push_screen(Report(title, lines))
        done()

    def asked(last: Mapping[str, Any] | None) -> None:
        if last is None:
            screen.complain(_("Baris ini belum diputuskan, dan belum ada putusan Anda yang dapat ditarik sekaligus."))
            return
        words = [
            _("{title} ({count} orang)?").format(title=title, count=number(last["count"])),
            _("{decision}, {when}. Yang sudah diubah atau diputuskan lagi sesudahnya tidak ikut ditarik.").format(
                decision=_(TITLES[last["decision"]]), when=when(last["at"])
            ),
        ]

        def agreed(yes: bool | None) -> None:
            if yes:
                screen.ask(partial(review.undo_last, session), told, lane="pen")

        screen.app.push_screen(Confirm(title, words, title), agreed)

    screen.ask(partial(review.last_decision, session), asked)


def _told(
    screen: Desked[Any], title: str, done: Callable[[list[dict[str, Any]]], object], answers: list[dict[str, Any]]
) -> None:
    refused = [answer for answer in answers if not answer["ok"]]
    good = len(answers) - len(refused)
    if good and all(answer["decision"] == "endorse" for answer in answers if answer["ok"]):
        title = _(_ENDORSED)
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
