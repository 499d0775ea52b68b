"""A first look at the registration at hand, beside a list: how it stands, and what is odd about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.domain.findings import Finding
from fieldapp.locale import _
from fieldapp.tui.text import area_text, plain, state_text, when, wrapped
from fieldapp.tui.widgets.lines import Line

if TYPE_CHECKING:
    from fieldapp.services.session import Session

Look = tuple[dict[str, Any], Sequence[Finding]]


def look(session: Session, registration: str) -> Look:
    """The registration whole, and what the rules say of it; for a lane of the desk."""
    from fieldapp.services import registrations

    shown = registrations.show(session, registration)
    values = {**shown["values"], "overrides": shown["overrides"]}
    return shown, registrations.check_values(session, values, registration=registration).findings


def look_lines(found: Look, width: int) -> list[Line]:
    """The beginning of how a registration is read: its name, where it stands, what needs attention."""
    from fieldapp.tui.reading import joined, record_parts

    shown, findings = found
    name = plain(shown["values"].get("name") or _("(belum bernama)"), 200)
    said = [state_text(str(shown["state"])), _reason(shown)]
    when_by = _("{when} oleh {name}").format(
        when=when(shown["values"].get("submitted_at")), name=plain(shown.get("registered_by") or "", 60)
    )
    said += [when_by.strip(), area_text(str(shown.get("area") or ""))]
    head = [Line(text, "heading") for text in wrapped(name, width)]
    head += [Line(text) for each in said if each for text in wrapped(each, width)]
    odd = [part for part in record_parts(shown, findings, (width, width)) if part.is_beside]
    return [*head, *([Line("")] if odd else []), *joined(odd)]


def _reason(shown: Mapping[str, Any]) -> str:
    """Why it came back, or was refused."""
    return plain(shown.get("reason") or "", 300)
