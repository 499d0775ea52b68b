"""Choosing files and folders by keyboard, sticks first."""

from __future__ import annotations

import os
import string
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services.sticks import Stick, size_text
from fieldapp.tui.keys import key
from fieldapp.tui.plugged import Plugged, stick_text
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.text import content, path_text, plain
from fieldapp.tui.widgets.lines import Line, Lines

What = Literal["file", "files", "folder"]
AT_MOST = 500
"""Entries shown of one folder; more would not be read by anyone."""


def places() -> list[Path]:
    """Where files come from beside the sticks: other drives, then the home folder and the folder at hand."""
    found: list[Path] = []
    if os.name == "nt":
        found += [Path(f"{letter}:\\") for letter in string.ascii_uppercase if Path(f"{letter}:\\").exists()]
    else:
        found += sorted(path for path in Path("/mnt").glob("*") if os.path.ismount(path))
    found += [Path.home(), Path.cwd()]
    return list(dict.fromkeys(found))


def listed(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders and the files in `folder`, hidden ones left out; OSError when it cannot be read."""
    folders: list[Path] = []
    files: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            (folders if entry.is_dir() else files).append(Path(entry.path))
    return sorted(folders)[:AT_MOST], sorted(files)[:AT_MOST]


class FileDialog(Dialog[list[Path]]):
    """Walks through folders. Enter opens a folder or takes a file; with `files` Space marks several."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "mark", N_("Tandai")),
        key("backspace", "up", N_("Folder atas")),
    ]

    def __init__(self, title: str, what: What, start: Path | None = None) -> None:
        super().__init__(title)
        self._what = what
        self._folder = start
        self._marked: list[Path] = []
        self._sticks: Sequence[Stick] | None = None
        self._plugged = Plugged(self, self._plug)

    def body(self) -> Iterable[Widget]:
        yield Static("", id="where", markup=False)
        yield Lines(id="entries")

    def on_mount(self) -> None:
        self._open(self._folder)
        self._plugged.begin()

    def _plug(self, sticks: Sequence[Stick]) -> None:
        """Sticks were put in or taken out; the list of places follows, and so does a folder that is gone."""
        before, self._sticks = self._sticks, sticks
        there = {stick.path for stick in sticks}
        known = {stick.path for stick in before or ()}
        fresh = [stick for stick in sticks if stick.path not in known]
        if self._folder is None:
            self._open(None, at=fresh[0].path if fresh else None)
        elif any(stick.path not in there and self._folder.is_relative_to(stick.path) for stick in before or ()):
            self._marked.clear()
            self._open(None)
            self.complain(_("Flashdisk sudah dicabut."))
        elif fresh and before is not None:
            words = _("{stick} baru dipasang. Backspace untuk memilihnya.")
            self.query_one("#where", Static).update(content(words.format(stick=stick_text(fresh[0]))))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._what == "files" if action == "mark" else super().check_action(action, parameters)

    def _open(self, folder: Path | None, at: Path | None = None) -> None:
        if folder is None:
            sticks = self._sticks or ()
            lines = [Line(stick_text(stick), value=stick.path) for stick in sticks]
            others = [path for path in places() if path not in {stick.path for stick in sticks}]
            lines += [Line(path_text(path, 66), value=path) for path in others]
            kept = at if at is not None else self.query_one("#entries", Lines).value()
            self._show(None, lines, next((index for index, line in enumerate(lines) if line.value == kept), 0))
            return
        self.ask(lambda: listed(folder), lambda found: self._listed(folder, *found, at), failed=self._unreadable)

    def _unreadable(self, words: str) -> None:
        self.complain(_("Folder itu tidak dapat dibuka."))

    def _listed(self, folder: Path, folders: list[Path], files: list[Path], at: Path | None) -> None:
        lines = [Line(_("Pakai folder ini"), value=True)] if self._what == "folder" else []
        if self._what == "files" and self._marked:
            lines.append(Line(_("Ambil {count} berkas yang ditandai").format(count=len(self._marked)), value=True))
        lines.append(Line(_(".. folder di atasnya"), "quiet", value=folder.parent if folder.parent != folder else None))
        lines += [Line(f"{plain(path.name, 60)}/", value=path) for path in folders]
        if self._what != "folder":
            lines += [Line(self._file_text(path), value=path) for path in files]
        index = next((number for number, line in enumerate(lines) if at is not None and line.value == at), 0)
        self._show(folder, lines, index)

    def _file_text(self, path: Path) -> str:
        mark = ("[x] " if path in self._marked else "[ ] ") if self._what == "files" else ""
        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        return f"{mark}{plain(path.name, 50):<50} {size_text(size):>10}"

    def _show(self, folder: Path | None, lines: list[Line], cursor: int = 0) -> None:
        self._folder = folder
        where = path_text(folder, 70) if folder is not None else _("Pilih tempat")
        if folder is None and self._sticks is not None and not self._sticks:
            where = _("Pilih tempat. Tidak ada flashdisk: pasang sekarang, atau pilih folder.")
        self.query_one("#where", Static).update(content(where))
        self.query_one("#entries", Lines).show(lines, cursor=cursor)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        chosen = event.lines.value()
        if chosen is True:
            self.dismiss(self._marked if self._what == "files" else [self._folder] if self._folder else [])
        elif isinstance(chosen, Path) and chosen.is_dir():
            self._open(chosen)
        elif isinstance(chosen, Path):
            self.dismiss([*self._marked, chosen] if chosen not in self._marked else self._marked)
        else:
            self._open(None)

    def action_mark(self) -> None:
        chosen = self.query_one("#entries", Lines).value()
        if isinstance(chosen, Path) and chosen.is_file() and self._folder is not None:
            if chosen in self._marked:
                self._marked.remove(chosen)
            else:
                self._marked.append(chosen)
            self._open(self._folder, at=chosen)

    def action_up(self) -> None:
        folder = self._folder
        self._open(folder.parent if folder is not None and folder.parent != folder else None, at=folder)
