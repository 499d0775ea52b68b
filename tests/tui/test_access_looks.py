"""How every screen looks, in two sizes and, at the smaller one, three themes, beside how it looked when last read.

The looks are text (tests/tui/looks/): what is read, and which style stands where. After a change that is meant:
`python tests/tui/looks.py --write`, and read the diff.
"""

from __future__ import annotations

import difflib
import gettext
import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import screen_looks
import screen_walk

import fieldapp.locale as locale
from fieldapp.forms.declaration import QUESTIONS

KEPT = Path(__file__).parent / "looks"
WRITE = os.environ.get("FIELDAPP_LOOKS") == "write"


def _words(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in re.findall(r"[A-Za-z]{3,}", text)}


def _english_alone() -> set[str]:
    """Words of the English catalogue and questions that no Indonesian text has."""
    with (Path(locale.__file__).parent / "en.mo").open("rb") as file:
        catalogue = {str(text): str(words) for text, words in vars(gettext.GNUTranslations(file))["_catalog"].items()}
    asked = [texts for question in QUESTIONS.values() for texts in (question.labels, question.help, *question.choices)]
    indonesian = _words([*catalogue, *(texts.id for texts in asked)])
    # Each language is offered by its own name.
    return _words([*catalogue.values(), *(texts.en for texts in asked)]) - indonesian - {"english"}


ENGLISH = _english_alone()


@pytest.mark.parametrize("group", screen_walk.GROUPS)
async def test_every_screen_looks_as_it_did_and_can_be_read_in_every_theme(town, at, tmp_path, group) -> None:
    changed: list[str] = []
    dull: dict[str, str] = {}
    false: list[str] = []
    english: dict[str, str] = {}
    async with screen_walk.laptop(at, town, tmp_path / "kosong", group) as hands:
        screen_looks.hold_still(hands.app)
        async for stop in screen_walk.walk(hands, group):
            looks = [await screen_looks.look(hands, size) for size in screen_looks.SIZES]
            for each in looks:
                dull |= dict.fromkeys(each.dull, stop.name)
            false += screen_walk.false_keys(hands.app)
            english |= {word: stop.name for each in looks for word in _words(each.lines) & ENGLISH}
            changed += _compared(stop.name, screen_looks.told(looks))
            await hands.pilot.resize_terminal(*screen_looks.SIZES[0])
            await screen_walk.settled(hands)
    assert not dull
    assert not false
    assert not english
    assert not changed, "\n".join(changed)


def _compared(name: str, now: str) -> list[str]:
    file = KEPT / f"{name}.txt"
    if WRITE:
        KEPT.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8", newline="\n")
        return []
    kept = file.read_text(encoding="utf-8") if file.exists() else ""
    return list(
        difflib.unified_diff(kept.splitlines(), now.splitlines(), f"kept/{name}", f"now/{name}", lineterm="", n=1)
    )


def test_every_kept_look_is_of_a_screen_that_is_walked_past_and_no_screen_is_left_out() -> None:
    stops = {stop.name for stops in screen_walk.GROUPS.values() for stop in stops}
    assert WRITE or {file.stem for file in KEPT.glob("*.txt")} == stops
    assert not screen_walk.unvisited()


# Some sixty screens in four looks each; on a loaded machine that takes its time.
test_every_screen_looks_as_it_did_and_can_be_read_in_every_theme.patience_s = 600  # type: ignore[attr-defined]
