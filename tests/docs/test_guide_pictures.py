"""The guide's pictures are there, small, whole, and each is shown; its card of keys is the program's."""

from __future__ import annotations

import importlib.util
import re
import struct
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "panduan"
PICTURES = GUIDE / "gambar"
LARGEST_BYTES = 50_000
SCREENS = (
    "form",
    "drafts",
    "prelist",
    "returned",
    "registrations",
    "review",
    "record",
    "exchange",
    "duplicates",
    "pair",
    "conflicts",
    "conflict",
)
"""Whose keys the card says more about than the screen has room for."""
PAGES = [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))]


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"guide_{name}", ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its data classes look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _shown() -> set[Path]:
    found = set()
    for page in PAGES:
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            assert words.strip(), f"{page.name}: {target} says nothing to who cannot see it"
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
            found.add((page.parent / target).resolve())
    return found


def test_every_picture_is_shown_and_made_by_the_script() -> None:
    made = {PICTURES / f"{shot.name}.png" for shot in _module("screenshots").SHOTS}
    assert _shown() == made == set(PICTURES.iterdir())


def test_pictures_are_small_and_of_the_size_that_the_script_gives() -> None:
    cell = (9, 18)
    for shot in _module("screenshots").SHOTS:
        png = (PICTURES / f"{shot.name}.png").read_bytes()
        assert len(png) <= LARGEST_BYTES, shot.name
        assert png.startswith(b"\x89PNG")
        size = tuple(cells * pixels for cells, pixels in zip(shot.size, cell, strict=True))
        assert struct.unpack(">II", png[16:24]) == size, shot.name


def test_the_card_of_keys_is_the_programs() -> None:
    card = _module("key_card")
    assert card.PAGE.read_text(encoding="utf-8") == card.page(), "run: python docs/key_card.py"


@pytest.mark.parametrize("name", SCREENS)
def test_what_the_card_explains_is_a_key_of_that_screen(name) -> None:
    card = _module("key_card")
    keys = {binding.key for binding in card.bindings(name)}
    explained = {key for screen, key in card.EXPLAINED if screen == name}
    assert explained <= keys
    assert explained
