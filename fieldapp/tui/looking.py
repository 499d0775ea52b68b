"""A first look at the registration at hand, beside a list: how it stands, and what is odd about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fieldapp.domain.findings import Finding
from fieldapp.locale import _
from fieldapp.tui.text import area_text, plain, state_text, when, wrapped
from fieldapp.tui.widgets.lines import Line

if TYPE_CHECKING:
    from fieldapp.services.session import Session

#: Registrations that are like the one at hand of which the answers are shown beside it.
_TWINS: Final = 2


class Look(NamedTuple):
    """The registration whole, what the rules say of it, and those like it: each with its name and the answers that
    differ, as (field, here, there)."""

    shown: dict[str, Any]
    findings: Sequence[Finding]
    twins: list[tuple[str, list[tuple[str, Any, Any]]]]


def look(session: Session, registration: str) -> Look:
    """What is shown beside a list, or below it; for a lane of the desk."""
    from fieldapp.services import registrations
    from fieldapp.services.pairs import duplicates

    shown = registrations.show(session, registration)
    values = {**shown["values"], "overrides": shown["overrides"]}
    findings = registrations.check_values(session, values, registration=registration).findings
    near = {each["id"]: each for each in duplicates.near(session, shown["values"], registration)}
    twins: list[tuple[str, list[tuple[str, Any, Any]]]] = []
    for other in [*shown.get("duplicates", ()), *(one for one in near if one not in shown.get("duplicates", ()))]:
        if len(twins) < _TWINS:
            pair = duplicates.pair(session, registration, other)
            unlike = [(name, pair["left"].get(name), pair["right"].get(name)) for name in pair["differing"]]
            twins.append((str(pair["right"].get("name") or ""), unlike))
    return Look(shown, findings, twins)


def look_lines(found: Look, width: int, head: str = "") -> list[Line]:
    """The beginning of how a registration is read: its name, where it stands, what needs attention with the answers
    that it is about. `head` is what the list itself says of it."""
    from fieldapp.tui.reading import joined, record_parts

    shown, findings, twins = found
    name = plain(shown["values"].get("name") or _("(belum bernama)"), 200)
    said = [state_text(str(shown["state"])), _reason(shown)]
    when_by = _("{when} oleh {name}").format(
        when=when(shown["values"].get("submitted_at")), name=plain(shown.get("registered_by") or "", 60)
    )
    said += [when_by.strip(), area_text(str(shown.get("area") or ""))]
    lines = [Line(text, "heading") for text in wrapped(name, width)]
    lines += [Line(text, "warning") for text in wrapped(plain(head, 400), width)] if head else []
    lines += [Line(text) for each in said if each for text in wrapped(each, width)]
    odd = [part for part in record_parts(shown, findings, (width, width)) if part.is_beside]
    return [*lines, *([Line("")] if odd else []), *joined(odd), *_twin_lines(twins, width)]


def _twin_lines(twins: Sequence[tuple[str, Sequence[tuple[str, Any, Any]]]], width: int) -> list[Line]:
    """Whoever is alike, with the answers that are not the same: here, and there."""
    from fieldapp.tui.answer_text import label_of, masked_text

    lines: list[Line] = []
    for name, unlike in twins:
        words = _("Mirip dengan {name}; yang berbeda:").format(name=plain(name or _("(belum bernama)"), 60))
        lines += [Line(""), *(Line(part, "heading") for part in wrapped(words, width))]
        for field, here, there in unlike:
            words = _("{question}: di sini {here}, di sana {there}").format(
                question=label_of(field), here=masked_text(field, here) or "-", there=masked_text(field, there) or "-"
            )
            lines += [Line(part) for part in wrapped(words, width, 2)]
    return lines


def _reason(shown: Mapping[str, Any]) -> str:
    """Why it came back, or was refused."""
    return plain(shown.get("reason") or "", 300)
