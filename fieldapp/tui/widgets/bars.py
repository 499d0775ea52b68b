"""The lines that frame every screen: its title on top, the state of the work and the keys at the bottom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fieldapp.locale import _
from fieldapp.tui.keys import Told, shown
from fieldapp.tui.text import area_text, number, plain, role_text, when

Status = Mapping[str, Any]
GAP = " | "


def fitted(parts: list[str], width: int) -> str:
    """As many of `parts` as fit, in order of importance, joined by bars."""
    line = ""
    for part in parts:
        longer = f"{line}{GAP}{part}" if line else part
        if cell_len(longer) > width:
            continue
        line = longer
    return line


class TitleLine(Static):
    """The screen's title, and what belongs to it (a count, a section) at the right."""

    DEFAULT_CSS = """
    TitleLine { dock: top; height: 1; padding: 0 1; background: $bar; color: $barline; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._left = ""
        self._right = ""

    def tell(self, left: str | None = None, right: str | None = None) -> None:
        """Changes the title, the right side, or both."""
        self._left = self._left if left is None else left
        self._right = self._right if right is None else right
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        left, right = plain(self._left, 200), plain(self._right, 200)
        room = width - cell_len(right) - 2
        shown_left = Content(left).truncate(max(10, room), ellipsis=True).plain
        gap = max(1, width - cell_len(shown_left) - cell_len(right))
        self.update(Content(shown_left + " " * gap + right))


class StatusLine(Static):
    """Two lines that are always there: whose work this is, and how it stands."""

    DEFAULT_CSS = """
    StatusLine { height: 2; padding: 0 1; background: $panel; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._status: Status | None = None
        self._online: bool | None = None
        self._note = ""

    def tell(self, status: Status | None, online: bool | None, note: str = "") -> None:
        """Shows the services' status; `online` is what the last exchange with the hub found, None before any. `note`
        stands in its place: why there is no exchange."""
        self._status, self._online, self._note = status, online, note
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = max(20, self.content_size.width)
        if self._status is None:
            self.update(Content(""))
            return
        whose = Content(self._whose(self._status)).truncate(width, ellipsis=True)
        self.update(Content("\n").join([whose, Content(fitted(self._work(self._status), width))]))

    @staticmethod
    def _whose(status: Status) -> str:
        member = f"{plain(status['member'], 40)} ({role_text(str(status['role']))})"
        codes = [code.strip() for code in str(status["area"]).split(",")]
        areas = ", ".join(area_text(code).split(",")[0] for code in codes[:3]) + (", ..." if len(codes) > 3 else "")
        return GAP.join([member, areas, plain(status["programme"], 60)])

    def _work(self, status: Status) -> list[str]:
        last = when(status.get("last_sync"))
        synced = _("Sinkron {when}").format(when=last[:5] + last[10:]) if last else _("Belum pernah sinkron")
        parts = [
            _("Draf {count}").format(count=number(status["drafts"])),
            _("Belum dibawa {count}").format(count=number(status["not_carried"])),
            _("Dikembalikan {count}").format(count=number(status["returned"])),
            # That it does not go on matters more than when it last did, and a line of 80 holds one of the two.
            self._note or synced,
        ]
        if self._online is not None and not self._note:
            parts.append(_("Daring") if self._online else _("Luring"))
        if status.get("conflicts"):
            parts.append(_("Pertentangan {count}").format(count=number(status["conflicts"])))
        if status.get("pending"):
            parts.append(_("Antrean {count}").format(count=number(status["pending"])))
        offset = status.get("clock_offset_ms")
        if isinstance(offset, int) and abs(offset) >= 60_000:
            parts.append(_("Jam laptop meleset {minutes} menit").format(minutes=round(abs(offset) / 60_000)))
        return parts


class KeyLine(Static):
    """The keys that do something here, as many as fit; F1 tells all of them."""

    DEFAULT_CSS = """
    KeyLine { height: 1; padding: 0 1; background: $background; color: $foreground; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _changed(self, screen: Screen[Any]) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        keys = shown(self.screen.active_bindings.values())
        # Help and the way back are always there; the rest as far as it fits.
        kept = [each for each in keys if each.is_anchor]
        # Each is counted with the gap behind it, and nothing follows the last.
        room = max(10, self.content_size.width) + 2 - sum(map(_width, kept))
        for each in keys:
            if each not in kept and _width(each) <= room:
                kept.append(each)
                room -= _width(each)
        parts = [Content.assemble((each.key, "bold"), f" {each.words}") for each in keys if each in kept]
        self.update(Content("  ").join(parts))


def _width(told: Told) -> int:
    return cell_len(told.key) + cell_len(told.words) + 3


class BottomBars(Static):
    """Status and keys, kept together at the bottom."""

    DEFAULT_CSS = """
    BottomBars { dock: bottom; height: auto; layout: vertical; }
    """

    def __init__(self, *bars: Static) -> None:
        super().__init__(markup=False)
        self._bars = bars

    def compose(self) -> ComposeResult:
        yield from self._bars
