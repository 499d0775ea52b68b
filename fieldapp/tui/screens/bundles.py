"""The packets that lie on the sticks: those for this laptop first, each marked that was not merged before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import found_bundles
from fieldapp.services.sticks import Stick, size_text
from fieldapp.tui.keys import key
from fieldapp.tui.plugged import Plugged, stick_text
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import content, path_text, plain, stacked, when
from fieldapp.tui.widgets.lines import Line, Lines

Found = dict[str, Any]
"""A bundle as `services.found_bundles.found` tells of it."""
MOST_STICKS = 3
"""Sticks named on top; their packets are listed anyway."""
TAKE, FOLDER, ELSEWHERE = "take", "folder", "elsewhere"


def bundle_text(bundle: Found, *, is_marked: bool) -> str:
    """A packet on one line: marked or not, from whom, when, how large, and what is to be known of it."""
    if bundle["is_own"]:
        words = _("ditulis laptop ini")
    elif not bundle["is_for_us"]:
        words = _("untuk orang lain")
    elif not bundle["is_whole"]:
        words = _("TERPOTONG")
    elif bundle["merged_at"]:
        words = _("sudah digabungkan")
    else:
        words = _("baru")
    moment = when(bundle["written_at"])
    name = plain(bundle["by_name"] or _("(belum dikenal)"), 22)
    size = size_text(int(bundle["bytes"]))
    return f"[{'x' if is_marked else ' '}] {name:<23}{moment[:5] + moment[10:]:<13}{size:>8}  {words}"


class BundlesDialog(Dialog[list[Path]]):
    """Enter on the first line takes what is marked, of all sticks and folders; an empty answer means that the file is
    somewhere else."""

    BINDINGS: ClassVar[list[BindingType]] = [key("space", "mark", N_("Tandai"))]

    def __init__(self) -> None:
        super().__init__(_("Paket di flashdisk"))
        self._sticks: Sequence[Stick] = ()
        self._bundles: list[Found] | None = None
        self._marked: set[Path] = set()
        self._folders: list[Path] = []
        self._question = 0
        self._plugged = Plugged(self, self._plug)

    def body(self) -> Iterable[Widget]:
        yield Static(content(_("Mencari flashdisk...")), id="where", markup=False)
        yield Lines([Line(_("Cari berkas di tempat lain"), value=ELSEWHERE)], id="bundles")

    def on_mount(self) -> None:
        self._plugged.begin()

    def _plug(self, sticks: Sequence[Stick]) -> None:
        self._sticks = sticks
        self._look()

    def _look(self) -> None:
        self._question += 1
        folders = [*(stick.path for stick in self._sticks), *self._folders]
        self.ask(partial(found_bundles.found, self.session, folders), partial(self._found, self._question))

    def _found(self, question: int, bundles: list[Found]) -> None:
        if question == self._question:
            known = {each["path"] for each in self._bundles or ()}
            self._bundles = sorted(bundles, key=lambda each: not found_bundles.is_new(each))
            there = {each["path"] for each in bundles}
            self._marked &= there
            self._marked |= {each["path"] for each in bundles if found_bundles.is_new(each)} - known
            self._draw(first=True)

    def _draw(self, *, first: bool = False) -> None:
        bundles = self._bundles or []
        lines = []
        if self._marked:
            lines.append(Line(_("Gabungkan {count} paket yang ditandai").format(count=len(self._marked)), value=TAKE))
        lines += [
            Line(bundle_text(each, is_marked=each["path"] in self._marked), value=each["path"]) for each in bundles
        ]
        lines.append(Line(_("Tambahkan semua paket dari sebuah folder"), value=FOLDER))
        lines.append(Line(_("Cari berkas di tempat lain"), value=ELSEWHERE))
        self.query_one("#where", Static).update(stacked(self._where(bundles)))
        shown = self.query_one("#bundles", Lines)
        kept = shown.value()
        at = next((index for index, line in enumerate(lines) if line.value == kept), 0)
        # With nothing new, Enter must not take in again what was taken in before.
        shown.show(lines, cursor=(0 if self._marked else len(lines) - 1) if first else at)

    def _where(self, bundles: list[Found]) -> list[str]:
        if not self._sticks and not self._folders:
            return [_("Tidak ada flashdisk yang terpasang. Pasang sekarang; daftar ini akan terisi sendiri.")]
        places = [stick_text(stick) for stick in self._sticks[:MOST_STICKS]]
        places += [_("Folder {path}").format(path=path_text(folder, 60)) for folder in self._folders]
        if not bundles:
            return [*places, _("Tidak ada paket di situ.")]
        if not any(found_bundles.is_new(each) for each in bundles):
            return [*places, _("Tidak ada paket baru untuk laptop ini.")]
        return places

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        chosen = event.lines.value()
        if chosen == TAKE:
            self.dismiss([each["path"] for each in self._bundles or () if each["path"] in self._marked])
        elif chosen == FOLDER:
            self.app.push_screen(FileDialog(_("Paket dari folder mana?"), "folder"), self._add)
        elif chosen == ELSEWHERE:
            self.dismiss([])
        elif isinstance(chosen, Path):
            # One that was merged before, or is for somebody else, is taken when asked for: the report says what it is.
            self.dismiss([chosen])

    def _add(self, chosen: list[Path] | None) -> None:
        if chosen:
            self._folders = list(dict.fromkeys([*self._folders, *chosen]))
            self._look()

    def action_mark(self) -> None:
        chosen = self.query_one("#bundles", Lines).value()
        if isinstance(chosen, Path):
            self._marked ^= {chosen}
            self._draw()
