"""The real program in a real pseudo-terminal, its screen read back through a terminal emulator."""

from __future__ import annotations

import os
import signal
import time

import pytest

pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
pytest.importorskip("pyte")


def test_a_person_registered_in_a_terminal_stands_in_the_list(town, sit_down, form_steps) -> None:
    terminal = sit_down(town.ani)
    terminal.unlock()
    terminal.press("f2")
    for step in form_steps:
        if step.text:
            terminal.type(step.text)
        elif step.key:
            terminal.press(step.key)
        else:
            terminal.until(step.see)
    terminal.press("enter")
    terminal.until("Pendaftaran tersimpan")
    terminal.press("down")
    terminal.press("enter")
    terminal.until("Yang menunggu Anda")
    terminal.press("f3")
    terminal.until("Uji Papan Ketik", "Contoh Dua", "4 pendaftaran")
    terminal.press("ctrl+q")
    assert terminal.process.wait(20) == 0


def test_a_form_cut_off_by_kill_9_opens_again_at_the_same_field_with_its_text(town, sit_down) -> None:
    terminal = sit_down(town.ani)
    terminal.unlock()
    terminal.press("f2")
    terminal.until("1/9 Identitas")
    terminal.type("6471054506889009\r\rOrang Yang Terputus\r")
    # Half of a place is typed and the field is not left: the clock keeps it.
    terminal.type("Balik")
    terminal.until("Orang Yang Terputus", "Balik")
    time.sleep(4.5)
    os.killpg(terminal.process.pid, signal.SIGKILL)
    terminal.process.wait(20)

    again = sit_down(town.ani)
    again.unlock()
    again.until("6471054506889009", "Balik", "1/9 Identitas", "dibuka lagi pada isian", "Tempat lahir")
    again.type("papan\r")
    again.until("Tempat lahir *              Balikpapan")


def test_the_windows_title_names_nobody(town, sit_down) -> None:
    terminal = sit_down(town.ani)
    terminal.unlock()
    terminal.press("f3")
    terminal.until("Contoh Dua")
    assert b"\x1b]0;" not in terminal.raw
    assert b"\x1b]2;" not in terminal.raw
