"""Who is registered already and is like the person being typed: a few lines below the section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from textual.content import Content
from textual.widgets import Static

from fieldapp.locale import _
from fieldapp.tui.comparing import band_text
from fieldapp.tui.text import content, number, plain, state_text

Near = Mapping[str, Any]
"""One of what `services.duplicates.near` answers."""

AT_MOST: Final = 3
"""Lines of people; the rest is counted."""


def who_words(found: Near) -> str:
    """Whose registration was found: name, kelurahan, who registered, state."""
    parts = [plain(found.get(name) or "", 60) for name in ("name", "area_name", "registered_by")]
    return ", ".join(part for part in (*parts, state_text(str(found["state"]))) if part)


def near_words(found: Near) -> str:
    """One found registration in two sentences: whose it is, and how strong the likeness is."""
    return f"{who_words(found)}. {plain(found['verdict'], 120)}."


class NearBox(Static):
    """Hidden while nobody is alike; a word before each line says what it is, so that colour is not needed."""

    DEFAULT_CSS = """
    NearBox { height: auto; display: none; padding: 0 1; background: $panel; color: $foreground; }
    NearBox.-some { display: block; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.found: Sequence[Near] = ()

    def show(self, found: Sequence[Near], reason: str = "") -> None:
        """Shows the likenesses, the strongest first as they came; `reason`: why they are others, if it was told."""
        self.found = list(found)
        lines = self.lines(reason)
        self.set_class(bool(lines), "-some")
        self.update(Content("\n").join([content(line) for line in lines]))

    def lines(self, reason: str = "") -> list[str]:
        """What is shown, line by line."""
        if not self.found:
            return []
        count = len(self.found)
        head = _("Mirip dengan {count} pendaftaran. F7 membandingkan.").format(count=number(count))
        if reason:
            head = _("Mirip dengan {count} pendaftaran, sudah dijelaskan: {reason}").format(
                count=number(count), reason=plain(reason, 200)
            )
        lines = [head, *(f"- {band_text(str(each['band']))}: {who_words(each)}" for each in self.found[:AT_MOST])]
        if count > AT_MOST:
            lines.append(_("- dan {count} lagi").format(count=number(count - AT_MOST)))
        return lines
