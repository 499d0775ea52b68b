"""Windows of any size: every screen comes through being shrunk to nothing, with its focus and what was typed."""

from __future__ import annotations

import pytest
import screen_walk
from textual.screen import ModalScreen
from textual.widgets import Input

from fieldapp.tui.widgets.small_window import SMALLEST

WORDS = "Jendela terlalu kecil. Perbesar dulu; isian Anda tetap ada."


def _joined(seen: str) -> str:
    return " ".join(seen.split())


async def _shrunk_and_back(hands, stop) -> list[str]:
    """What is amiss with the screen at hand after its window was made tiny and large again."""
    app, resize = hands.app, hands.pilot.resize_terminal
    focused = app.screen.focused
    if isinstance(focused, Input):
        await hands.write("Setengah")
        await screen_walk.settled(hands)
    before, typed = hands.seen, focused.value if isinstance(focused, Input) else ""
    amiss = []
    edges = ((SMALLEST.width - 1, 24), (80, SMALLEST.height - 1)) if stop.name.startswith("unlock") else ()
    for width, height in ((20, 5), (1, 1), *edges):
        await resize(width, height)
        await hands.pilot.pause()
        if width >= 20 and WORDS not in _joined(hands.seen):
            amiss.append(f"{stop.name}: nothing said at {width}x{height}:\n{hands.seen}")
    await resize(80, 24)
    await screen_walk.settled(hands)
    if app.screen.focused is not focused:
        amiss.append(f"{stop.name}: the focus was lost: {app.screen.focused}")
    if isinstance(focused, Input) and focused.value != typed:
        amiss.append(f"{stop.name}: {typed!r} became {focused.value!r}")
    if typed and "•" not in hands.seen and typed not in hands.seen:
        amiss.append(f"{stop.name}: {typed!r} is out of sight:\n{hands.seen}")
    # A form, also one behind a question, may have been saved meanwhile and say what is wrong.
    if hands.seen != before and not isinstance(app.screen, ModalScreen) and not stop.name.startswith("form"):
        amiss.append(f"{stop.name}:\n{before}\nbecame\n{hands.seen}")
    return amiss


@pytest.mark.parametrize("group", screen_walk.GROUPS)
async def test_every_screen_comes_back_from_a_window_of_any_size(town, at, tmp_path, group) -> None:
    amiss: list[str] = []
    # What one page of a form, or one list, comes through, the others of its kind do too.
    kinds = set[type]()
    async with screen_walk.laptop(at, town, tmp_path / "kosong", group) as hands:
        async for stop in screen_walk.walk(hands, group):
            if type(hands.app.screen) in kinds:
                continue
            kinds.add(type(hands.app.screen))
            amiss += await _shrunk_and_back(hands, stop)
        assert hands.app.crash_report is None
    assert not amiss, "\n".join(amiss)


# Some thirty screens, each in five sizes; on a loaded machine that takes its time.
test_every_screen_comes_back_from_a_window_of_any_size.patience_s = 400  # type: ignore[attr-defined]
