"""Faults of the program while somebody's data is on the screen: reports say where it failed, and nothing of anybody."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import faulty
import pytest
from screen_walk import something_held

from fieldapp.services import drafts, handover, registrations
from fieldapp.services.ledger import compare as ledger_compare
from fieldapp.services.ledger import file as ledger_file
from fieldapp.services.pairs import duplicates
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.services.session import Session, open_session
from fieldapp.tui.app import CRASHED, FieldApp
from fieldapp.tui.screens import SCREENS, screen_named

PASSPHRASE = "sandi rekaan"
NAMES = (
    "Contoh Satu",
    "Contoh Dua",
    "Contoh Tiga",
    "Waris Contoh",
    "Ani Pencacah",
    "Ibu Contoh",
    "Contoh Lama",
    PASSPHRASE,
)
NIKS = ("647105280674900",)
"""What all made-up NIKs of these laptops begin with."""


@pytest.fixture
def marked(town):
    """The supervisor's laptop and what screens need to be made: a draft, a registration, a pair, something held."""
    something_held(town)
    with open_session(town.awas, PASSPHRASE) as awas:
        first, second, third = (registrations.ids(awas, text=word)[0] for word in ("satu", "dua", "tiga"))
        values = registrations.show(awas, first)["values"]
        wanted = {
            "form": {"draft": drafts.correction(awas, third).id},
            "record": {"registration": second},
            "conflict": {"registration": first},
            "pair": {"pairs": [tuple(sorted((first, second)))]},
            "draft_pair": {"values": values, "found": duplicates.near(awas, values, first)},
            "held": {"entry": quarantine.listing(awas)[0]["id"]},
            "ledger_people": {"title": "Seluruhnya", "place": "registered"},
            "ledger_compared": {"compared": _compared(awas, town.stick / "buku")},
            "handover": {"stage": "carried", "told": handover.stages(awas)["carried"]},
        }
    return town.awas, wanted


def _compared(session: Session, file: Path) -> dict[str, Any]:
    ledger_file.save(session, file)
    return ledger_compare.compare(session, file)


def leaked(home: Path, *shown: str) -> list[str]:
    """Which of the names and numbers stand in any file of the data folder, or in what was shown after the end."""
    texts = [*shown]
    for path in home.rglob("*"):
        if path.is_file():
            texts.append(path.read_bytes().decode("utf-8", "replace"))
    return [each for each in (*NAMES, *NIKS) if any(each in text for text in texts)]


def reports(home: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((home / "crash").glob("*.txt"))]


async def bring(hands, name: str, wanted: dict) -> None:
    """Shows the screen of that name, with somebody on it where it can hold anybody."""
    if name == "wizard":
        await hands.until("Bergabung dengan berkas undangan")
        await hands.press("enter")
        await hands.until("PIN")
        return
    await hands.until("Kata sandi")
    if name == "unlock":
        return
    await hands.unlock()
    if name != "home":
        await hands.app.push_screen(screen_named(name, **wanted.get(name, {})))
        await hands.pilot.pause(0.3)


@pytest.mark.parametrize("name", sorted(SCREENS))
async def test_no_report_of_any_screen_holds_anything_of_anybody(marked, at, tmp_path, capsys, name) -> None:
    home, wanted = marked
    home = tmp_path / "kosong" if name == "wizard" else home
    kept: list[FieldApp] = []

    async def meet() -> None:
        async with at(home) as hands:
            kept.append(hands.app)
            await bring(hands, name, wanted)
            if name in (
                "record",
                "review",
                "registrations",
                "conflicts",
                "conflict",
                "pair",
                "draft_pair",
                "form",
                "ledger_people",
            ):
                assert any(each in hands.seen for each in NAMES), hands.seen
            for survived in ("service", "task"):
                await faulty.FAULTS[survived](hands.app)
            await hands.until("Ada kesalahan di dalam program")
            assert not hands.app.crashed
            for ending in ("drawing", "worker"):
                await faulty.FAULTS[ending](hands.app)
                await hands.pilot.pause()

    with pytest.raises(faulty.Planted):
        await asyncio.wait_for(meet(), 60)
    assert kept[0].crashed
    assert kept[0].return_code == CRASHED
    found = reports(home)
    assert len(found) >= 3
    assert all("faulty.Planted" in text and "faulty.py" in text for text in found)
    shown = capsys.readouterr()
    assert leaked(home, shown.out, shown.err) == []


@pytest.mark.parametrize("kind", ["drawing", "worker", "thread"])
def test_the_real_program_says_what_to_do_and_nothing_of_anybody(town, sit_down, kind) -> None:
    pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
    terminal = sit_down(town.awas, program=(faulty.__file__, kind))
    terminal.unlock()
    terminal.press("f3")
    terminal.until("Contoh Dua", "Contoh Satu")
    terminal.type("\x1bOP")
    if kind in faulty.ENDING:
        assert terminal.process.wait(20) == CRASHED
        after = left_behind(terminal)
        for words in ("Fieldapp berhenti karena kesalahan", "Yang sudah diisi tersimpan", "serahkan laporan itu"):
            assert words in after
    else:
        while not reports(town.awas):
            assert terminal.process.poll() is None
            time.sleep(0.02)
        terminal.press("ctrl+q")
        assert terminal.process.wait(20) == 0
        after = left_behind(terminal)
    assert leaked(town.awas, after) == []
    assert "Traceback" not in after
    (report,) = reports(town.awas)
    assert "Planted" in report
    assert " fail" in report


def left_behind(terminal) -> str:
    """What stays on a terminal once the program gave its own screen back."""
    terminal.ended()
    _shown, left, after = terminal.raw.rpartition(b"\x1b[?1049l")
    assert left
    return after.decode()
