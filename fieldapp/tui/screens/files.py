"""Choosing files and folders by keyboard, sticks first."""

from __future__ import annotations

import os
import string
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Literal

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.text import content, number, plain
from fieldapp.tui.widgets.lines import Line, Lines

What = Literal["file", "files", "folder"]
AT_MOST = 500
"""Entries shown of one folder; more would not be read by anyone."""


def places() -> list[Path]:
    """Where files come from: sticks and other drives, then the home folder and the folder at hand."""
    found: list[Path] = []
    if os.name == "nt":
        found += [Path(f"{letter}:\\") for letter in string.ascii_uppercase if Path(f"{letter}:\\").exists()]
    for parent in ("/media", "/run/media", "/Volumes", "/mnt"):
        for depth in ("*/*", "*"):
            try:
                found += sorted(path for path in Path(parent).glob(depth) if os.path.ismount(path))
            except OSError:
                continue
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

    def body(self) -> Iterable[Widget]:
        yield Static("", id="where", markup=False)
        yield Lines(id="entries")

    def on_mount(self) -> None:
        self._open(self._folder)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._what == "files" if action == "mark" else super().check_action(action, parameters)

    def _open(self, folder: Path | None, at: Path | None = None) -> None:
        if folder is None:
            self._show(None, [Line(plain(path, 70), value=path) for path in places()])
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
        return f"{mark}{plain(path.name, 50):<50} {number(max(1, size // 1024)):>8} kB"

    def _show(self, folder: Path | None, lines: list[Line], cursor: int = 0) -> None:
        self._folder = folder
        where = plain(folder, 70) if folder is not None else _("Pilih tempat")
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
