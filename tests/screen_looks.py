"""How a screen looks, as text that a person can read in a diff, and whether its letters stand out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from screen_walk import settled
from textual.screen import ModalScreen
from textual.widgets import Input

THEMES = ("terang", "gelap", "kontras")
SIZES = ((80, 24), (100, 30))
ENOUGH = {"terang": 4.5, "gelap": 4.5, "kontras": 7.0}
"""The least contrast of letters with their ground: WCAG 2.2, 1.4.3 (AA) and, for `kontras`, 1.4.6 (AAA)."""

STROKES = frozenset("▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▔▕╸╺━─│┌┐└┘╭╮╰╯═║╔╗╚╝ ")
"""Frames and bars, for which 3 to 1 is asked (WCAG 2.2, 1.4.11)."""
ENOUGH_FOR_STROKES = 3.0


@dataclass(frozen=True)
class Run:
    """Letters side by side in one style."""

    line: int
    text: str
    style: Style


def runs(app: Any) -> Iterator[Run]:
    """What is painted now, line by line; of a question its box alone, since all else is put aside meanwhile."""
    box = app.screen.children[0].region if isinstance(app.screen, ModalScreen) else app.screen.region
    for line, strip in enumerate(app.screen._compositor.render_strips()):
        if box.y <= line < box.bottom:
            for segment in strip.crop(box.x, box.right):
                if segment.text:
                    yield Run(line, segment.text, segment.style or Style())


def colours(style: Style) -> tuple[Color, Color] | None:
    """(letters, ground) as they are painted; None where the terminal's own are used."""
    if style.color is None or style.bgcolor is None or style.color.is_default or style.bgcolor.is_default:
        return None
    return (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)


@lru_cache(maxsize=4096)
def contrast(one: Color, other: Color) -> float:
    """From 1 (the same) to 21 (black on white), by WCAG 2.2's definition."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def dull(app: Any) -> list[str]:
    """What cannot be told well from its ground in the theme in force, with how far it stands out."""
    found = []
    for run in runs(app):
        letters = run.text.strip()
        pair = colours(run.style)
        if not letters or pair is None:
            continue
        least = ENOUGH_FOR_STROKES if set(letters) <= STROKES else ENOUGH[app.theme]
        if contrast(*pair) < least:
            found.append(f"{app.theme} {letters[:40]!r} {pair[0].name} on {pair[1].name}: {contrast(*pair):.1f}")
    return found


Grid = list[list[str]]
"""The style of each cell, line by line, as `letters/ground+bold`."""


def grid(app: Any) -> Grid:
    """How each cell of the window is painted now. A space is as the word before it, unless its ground is another."""
    lines = []
    for strip in app.screen._compositor.render_strips():
        cells: list[str] = []
        for segment in strip:
            style = segment.style or Style()
            for char in segment.text:
                if char == " " and not (style.underline or style.reverse or style.strike):
                    ground = f"/{_name(style.bgcolor)}"
                    before = cells[-1] if cells else ""
                    plain = not {"underline", "reverse", "strike"} & set(before.split("+"))
                    cells.append(before if plain and before.partition("+")[0].endswith(ground) else f"-{ground}")
                else:
                    cells += [_style(style)] * cell_len(char)
        lines.append(cells)
    return lines


@lru_cache(maxsize=8192)
def _style(style: Style) -> str:
    traits = (
        ("bold", style.bold),
        ("italic", style.italic),
        ("underline", style.underline),
        ("reverse", style.reverse),
        ("strike", style.strike),
        ("dim", style.dim),
    )
    return "+".join([f"{_name(style.color)}/{_name(style.bgcolor)}", *(name for name, on in traits if on)])


def _name(color: Color | None) -> str:
    return "none" if color is None or color.is_default else "".join(f"{part:02x}" for part in color.get_truecolor())


@dataclass(frozen=True)
class Look:
    """A screen in one size: its text, and the style of each cell by theme."""

    size: tuple[int, int]
    lines: list[str]
    grids: dict[str, Grid]
    dull: list[str]
    """What cannot be told well from its ground, in whichever theme."""

    def told(self) -> list[str]:
        """The look in lines of text: what is read, which styles there are, and where each stands."""
        text = ["|" + line for line in self.lines]
        legend, rows = self._rows()
        return [f"== {self.size[0]}x{self.size[1]}", *text, *legend, *rows]

    def _rows(self) -> tuple[list[str], list[str]]:
        marks: dict[tuple[str, ...], str] = {}
        rows: list[tuple[int, str]] = []
        for line in range(len(self.lines)):
            runs: list[tuple[str, int]] = []
            for cell in zip(*(grid[line] for grid in self.grids.values()), strict=True):
                mark = marks.setdefault(cell, _mark(len(marks)))
                runs = [*runs[:-1], (mark, runs[-1][1] + 1)] if runs and runs[-1][0] == mark else [*runs, (mark, 1)]
            rows.append((line + 1, " ".join(f"{mark}{many}" for mark, many in runs)))
        told: list[str] = []
        for what, same in groupby(rows, key=lambda row: row[1]):
            numbers = [number for number, _what in same]
            told.append(f"{numbers[0]}-{numbers[-1]} {what}" if len(numbers) > 1 else f"{numbers[0]} {what}")
        return [f"{mark} = {'  '.join(_short(cell))}" for cell, mark in marks.items()], told


def _mark(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return letters[number] if number < len(letters) else f"{letters[number % 52]}'" * (number // 52)


def _short(cell: tuple[str, ...]) -> tuple[str, ...]:
    """The same traits in every theme are told once, behind the colours."""
    colours, traits = zip(*(style.partition("+")[::2] for style in cell), strict=True)
    return (*colours, traits[0]) if len(set(traits)) == 1 and traits[0] else cell


_MOMENT = re.compile(r"\b\d\d-\d\d(-20\d\d)? \d\d:\d\d\b|\b\d\d:\d\d(:\d\d)?\b")
_MONTH = re.compile(r"\b20\d\d-\d\d\b(?!-)")
"""Such as the month in which a new programme would begin: the next one."""
_WEEKDAY = re.compile(r"\b(Sen|Sel|Rab|Kam|Jum|Sab|Min) (?=00-00-0000)")
_SEED = re.compile(r"(?<=Benih {4})\d{6}")
_LAPTOP = re.compile(r"(?<=aptop )[0-9a-f]{8}\b")
_SAVED = re.compile(r"(\s+\d+ menit)?(\s+Tersimpan 00:00)?$")


def timeless(line: str) -> str:
    """`line` without what the clock or chance put there; as wide as before."""
    near = {(datetime.now(UTC) + timedelta(days=days)).strftime("%d-%m-%Y") for days in range(-3, 12)}
    for day in near:
        line = line.replace(day, "00-00-0000")
    line = _WEEKDAY.sub("Hri ", line)
    line = _MONTH.sub("0000-00", line)
    line = _MOMENT.sub(lambda found: re.sub(r"\d", "0", found.group()), line)
    line = re.sub(r"\b\d+ menit lalu", lambda found: "baru saja".ljust(len(found.group())), line)
    line = _LAPTOP.sub("00000000", _SEED.sub("000000", line))
    return _SAVED.sub("", line.rstrip()).rstrip()


def hold_still(app: Any) -> None:
    """Keeps messages on the screen for as long as they are looked at."""
    notify = app.notify

    def lasting(message: str, **settings: Any) -> None:
        notify(message, **{**settings, "timeout": 3600.0})

    app.notify = lasting


async def look(hands: Any, size: tuple[int, int]) -> Look:
    """The screen at hand in one size: in the first one in every theme, in others in the theme of most laptops."""
    app = hands.app
    await hands.pilot.resize_terminal(*size)
    focused = app.screen.focused
    if isinstance(focused, Input):
        focused.cursor_blink = False
    await settled(hands)
    lines = [timeless(strip.text) for strip in app.screen._compositor.render_strips()]
    grids = {}
    faint: list[str] = []
    for theme in THEMES if size == SIZES[0] else THEMES[:1]:
        app.theme = theme
        await hands.pilot.pause()
        grids[theme] = grid(app)
        faint += dull(app)
    app.theme = THEMES[0]
    return Look(size, lines, grids, faint)


def told(looks: Iterable[Look]) -> str:
    """A file of looks: one screen in all its sizes."""
    return "\n".join(line for each in looks for line in each.told()) + "\n"
