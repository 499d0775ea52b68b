"""The real program in a real pseudo-terminal, its screen read back through a terminal emulator."""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
import time

import pytest

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")
pyte = pytest.importorskip("pyte")

PASSPHRASE = "sandi rekaan"
KEYS = {"enter": "\r", "space": " ", "f2": "\x1bOQ", "f3": "\x1bOR", "down": "\x1b[B", "ctrl+q": "\x11"}
PATIENCE_S = 40.0


class Terminal:
    """A terminal of 80x24 with the program in it. `read` is a thread of its own, as a terminal's is."""

    def __init__(self, home, **environment: str) -> None:
        import fcntl
        import termios

        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self.raw = b""
        self._side, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp"],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            env={**inherited, "FIELDAPP_HOME": str(home), "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
            | environment,
        )
        os.close(inside)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self._side, 65536)
            except OSError:
                # Linux reports the end of a terminal's other side as an error.
                return
            if not part:
                return
            with self._lock:
                self.raw += part
                self._stream.feed(part)

    @property
    def seen(self) -> str:
        with self._lock:
            return "\n".join(line.rstrip() for line in self.screen.display)

    def type(self, text: str) -> None:
        os.write(self._side, text.encode())

    def press(self, key: str) -> None:
        self.type(KEYS.get(key, key))

    def until(self, *texts: str) -> None:
        """Waits until the screen shows all of `texts`."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            seen = self.seen
            if all(text in seen for text in texts):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"never saw {texts} (exit {self.process.poll()}):\n{self.seen}")

    def unlock(self) -> None:
        self.until("Kata sandi", "Buka")
        self.type(PASSPHRASE + "\r")
        self.until("Daftarkan orang baru")

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(20)
        self._reader.join(20)
        os.close(self._side)


@pytest.fixture
def sit_down():
    """Opens terminals and closes them at the end."""
    opened = []

    def open_at(home, **environment: str) -> Terminal:
        opened.append(Terminal(home, **environment))
        return opened[-1]

    yield open_at
    for terminal in opened:
        terminal.close()


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
    again.until("Formulir yang terputus", "6471054506889009", "Orang Yang Terputus", "Balik", "1/9 Identitas")
    again.type("papan\r")
    again.until("Balikpapan")
    assert "Tempat lahir *              Balikpapan" in again.seen


def test_the_windows_title_names_nobody(town, sit_down) -> None:
    terminal = sit_down(town.ani)
    terminal.unlock()
    terminal.press("f3")
    terminal.until("Contoh Dua")
    assert b"\x1b]0;" not in terminal.raw
    assert b"\x1b]2;" not in terminal.raw
