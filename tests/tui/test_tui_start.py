"""What is loaded before the first paint, and how the program looks without colour."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest
from rich.color import Color

from fieldapp.tui.app import FieldApp
from fieldapp.tui.theme import THEMES

HEAVY = ("pydantic", "phonenumbers", "sqlite_utils", "sqlcipher3", "httpx", "starlette", "nacl", "argon2", "pyrage")

PAINT = """
import json, sys
import fieldapp.cli.main
from fieldapp.services.homes import default_home, has_store
from fieldapp.tui.app import FieldApp
from fieldapp.tui.screens import screen_named
has_store(default_home())
screen_named("unlock"), screen_named("home")
print(json.dumps(sorted(sys.modules)))
"""


#: Where the programme lives and how a refusal is told; a few milliseconds.
LIGHT = {
    "fieldapp.services",
    "fieldapp.services.homes",
    "fieldapp.services.looks",
    "fieldapp.services.problems",
    "fieldapp.store",
}


def test_nothing_heavy_is_loaded_before_the_first_paint() -> None:
    done = subprocess.run([sys.executable, "-c", PAINT], capture_output=True, check=True, timeout=60)
    loaded = set(json.loads(done.stdout))
    assert not loaded & set(HEAVY)
    ours = {
        name for name in loaded if name.startswith(("fieldapp.services", "fieldapp.store", "fieldapp.forms", "sync"))
    }
    assert ours <= {*LIGHT, "fieldapp.store.disk"}


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
@pytest.mark.parametrize("colour", [True, False])
async def test_every_letter_stands_out_from_its_ground(town, at, monkeypatch, theme, colour) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    dull: list[str] = []

    def look(app: FieldApp) -> None:
        app.theme = theme
        assert app.no_color is not colour

    async with at(town.ani) as hands:
        look(hands.app)
        await hands.unlock()
        hands.app.theme = theme
        await hands.press("f2")
        await hands.until("1/9 Identitas")
        await hands.press("enter", "enter", "enter", "enter")
        await hands.until("Belum diisi.")
        await asyncio.sleep(0.1)
        dull.extend(_dull(hands.app))
        await hands.press("escape", "f3")
        await hands.until("Contoh Dua")
        await hands.press("down")
        dull.extend(_dull(hands.app))
    assert not dull


def _dull(app: FieldApp) -> list[str]:
    """Texts whose letters differ from their ground by less than WCAG's 4.5 to 1."""
    found = []
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            if style is None or not segment.text.strip() or style.color is None or style.bgcolor is None:
                continue
            if _contrast(style.color, style.bgcolor) < 4.5 and not set(segment.text) <= set("▁▂▃▄▅▆▇█╸━ "):
                found.append(f"{segment.text!r} {style}")
    return found


def _contrast(one: Color, other: Color) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
