"""Sticks and power cuts with the real program in a pseudo-terminal: what is on the stick is whole, or not there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import people
import pytest

from fieldapp.services import exchange, exchange_book, found_bundles, handover
from fieldapp.services.merging import desk as merging
from fieldapp.services.session import Session, open_session
from sync.journal import Change
from sync.randomness import uuid7

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")

PASSPHRASE = "sandi rekaan"
MANY = 400
START_MS = 1_793_577_600_000


def write_many(session: Session) -> None:
    """Many registrations at once, so that a power cut falls into the middle of something."""
    changes = [
        Change(
            record=uuid7(START_MS + number),
            type="registration",
            scope="64.71.05.1002",
            kind="new",
            fields=people.person(number, people.name_of(number)),
        )
        for number in range(MANY)
    ]
    session.write(lambda _, journal: journal.append(session.author(), changes))


def whole(session: Session, stick: Path) -> list[bool]:
    return [each["is_whole"] for each in found_bundles.found(session, [stick])]


def test_a_power_cut_while_writing_leaves_whole_packets_or_none(
    town: Any, sit_down: Callable[..., Any], tmp_path: Path
) -> None:
    stick = tmp_path / "FLASH"
    stick.mkdir()
    with open_session(town.ani, PASSPHRASE) as ani:
        write_many(ani)
    for delay_s in (0.0, 0.03, 0.08):
        terminal = sit_down(town.ani, FIELDAPP_STICKS=str(stick))
        terminal.unlock()
        terminal.type("t")
        terminal.until("Tulis paket untuk kantor")
        terminal.type("w")
        terminal.until("> Flashdisk FLASH")
        terminal.press("enter")
        terminal.until("Pakai folder ini")
        terminal.press("enter")
        time.sleep(delay_s)
        terminal.process.kill()
        terminal.process.wait(20)
        with open_session(town.ani, PASSPHRASE) as ani:
            assert all(whole(ani, stick))
            told = handover.stages(ani)
            # What counts as carried lies on the stick, whole; what lies there need not count as carried yet.
            assert told["carried"]["entries"] == 0 or whole(ani, stick)
            assert told["not_carried"]["entries"] + told["carried"]["entries"] == MANY
    terminal = sit_down(town.ani, FIELDAPP_STICKS=str(stick))
    terminal.unlock()
    terminal.type("t")
    terminal.until("Tulis paket untuk kantor")
    terminal.type("w")
    terminal.until("> Flashdisk FLASH")
    terminal.press("enter")
    terminal.until("Pakai folder ini")
    terminal.press("enter")
    terminal.until("Flashdisk boleh dicabut")
    with open_session(town.ani, PASSPHRASE) as ani:
        assert handover.stages(ani)["carried"]["entries"] == MANY


def test_a_power_cut_while_merging_leaves_all_of_it_or_nothing(
    town: Any, sit_down: Callable[..., Any], tmp_path: Path
) -> None:
    stick = tmp_path / "FLASH"
    stick.mkdir()
    with open_session(town.ani, PASSPHRASE) as ani:
        write_many(ani)
        exchange.write_bundle(ani, stick / "paket.fieldapp")
    with open_session(town.awas, PASSPHRASE) as awas:
        before = count(awas)
    was_cut = False
    for delay_s in (0.0, 0.1, 0.3):
        terminal = sit_down(town.awas, FIELDAPP_STICKS=str(stick))
        terminal.unlock()
        terminal.type("g")
        terminal.until("Yang pernah digabungkan")
        while was_cut and "terputus" not in terminal.seen:
            time.sleep(0.02)
        if was_cut:
            # What the desk says first after a power cut, once.
            assert "Tidak ada yang masuk dan tidak ada yang rusak" in " ".join(terminal.seen.split())
            terminal.press("enter")
        terminal.until("Cari berkas di tempat lain", "Ani Pencacah")
        if "Gabungkan 1 paket" not in terminal.seen:
            break
        terminal.press("enter")
        terminal.until("Gabungkan 1 paket sekarang", "Percobaan")
        terminal.press("enter")
        time.sleep(delay_s)
        terminal.process.kill()
        terminal.process.wait(20)
        with open_session(town.awas, PASSPHRASE) as awas:
            assert count(awas) in (before, before + MANY)
            # The report is kept with what it reports, or neither.
            kept = [
                each for each in exchange_book.latest(awas) if each["told"].get("registrations", {}).get("new") == MANY
            ]
            assert bool(kept) is (count(awas) == before + MANY)
            was_cut = merging.interrupted(awas) is not None
            assert not (was_cut and kept)
    with open_session(town.awas, PASSPHRASE) as awas:
        exchange.merge(awas, [stick / "paket.fieldapp"])
        assert count(awas) == before + MANY


def count(session: Session) -> int:
    return session.read(lambda connection: session.journal(connection).count("registration"))
