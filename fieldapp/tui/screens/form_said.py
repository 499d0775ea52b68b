"""What stands beside a correction: the comments it answers, and what others changed since it was begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import _
from fieldapp.services.returns import returned
from fieldapp.tui.answer_text import label_of
from fieldapp.tui.draft import Draft
from fieldapp.tui.text import plain, when, wrapped
from fieldapp.tui.widgets.lines import Line

if TYPE_CHECKING:
    from fieldapp.tui.screens.form_draft import DraftScreen


def ask_said(screen: DraftScreen, then: Callable[[], object]) -> None:
    """Asks what was said about the registration that `screen` corrects, puts it into the draft and calls `then`.

    A draft of a new person has nothing to ask for.
    """
    draft, session = screen.draft, screen.session
    if draft.registration is None:
        return

    def show(found: Mapping[str, Any]) -> None:
        draft.said = said_words(found.get("comments") or ())
        draft.back = back_words(found) if found.get("returned") else ""
        if draft.back:
            screen.notify(draft.back, timeout=20, markup=False)
        if found.get("passed_on"):
            screen.notify(passed_words(found["assigned"]), title=_("Kini tugas orang lain"), timeout=30, markup=False)
        changed = found.get("changed")
        if changed:
            screen.notify(changed_words(changed), title=_("Diubah sementara itu"), timeout=30, markup=False)
        then()

    screen.ask(partial(returned.beside, session, draft.registration, draft.id), show)


def back_words(found: Mapping[str, Any]) -> str:
    """Who returned the registration, and why."""
    reason = plain(found["reason"]) or _("lihat catatan pada isian")
    return _("Dikembalikan {by}: {reason}").format(by=plain(found["by"], 40), reason=reason)


def passed_words(assigned: Mapping[str, Any]) -> str:
    """Who puts right now what this member began to, and what becomes of the correction."""
    words = _(
        "{by} menugaskan perbaikan ini kepada {to}: {reason}. Draf Anda tetap tersimpan; bila dikirim, isinya dihitung "
        "seperti perubahan lain."
    )
    return words.format(
        by=plain(assigned["by"], 40), to=plain(assigned["to"], 40), reason=plain(assigned["reason"], 200)
    )


def said_words(comments: Any) -> dict[str, list[str]]:
    """The comments that are pinned to questions, in words, by question in the order of the form."""
    words: dict[str, list[str]] = {}
    for each in comments:
        text = _("Catatan {by}: {text}").format(by=plain(each["by"], 40), text=plain(each.get("text") or ""))
        words.setdefault(str(each.get("field")), []).append(text)
    return {name: words[name] for name in QUESTIONS if name in words}


def changed_words(changed: Mapping[str, Any]) -> str:
    """Who changed the registration since, which answers, and what becomes of the correction."""
    fields = ", ".join(label_of(field) for field in changed["fields"][:4]) or _("isian")
    return _(
        "{by} mengubah {fields} pada {at}, sesudah perbaikan ini dimulai. Perbaikan Anda tidak menimpanya: bila isian "
        "yang sama diisi berbeda, keduanya disimpan sampai ada yang memilih."
    ).format(by=plain(changed["by"], 40), fields=fields, at=when(changed["at"]))


def said_lines(draft: Draft, width: int) -> list[Line]:
    """The comments as lines that jump to their fields."""
    return [
        Line(part, "warning", name)
        for name, said in draft.said.items()
        for words in said
        for part in wrapped(f"{label_of(name)} - {words}", width, 4)
    ]
