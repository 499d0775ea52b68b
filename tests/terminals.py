"""The program in a real pseudo-terminal, its screen read back through a terminal emulator. Not for Windows."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import threading
import time

PASSPHRASE = "sandi rekaan"
KEYS = {
    "enter": "\r",
    "space": " ",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f7": "\x1b[18~",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "pagedown": "\x1b[6~",
    "ctrl+b": "\x02",
    "ctrl+r": "\x12",
    "ctrl+s": "\x13",
    "ctrl+q": "\x11",
}
PATIENCE_S = 40.0


class Terminal:
    """A terminal of 80x24 with the program in it. `read` is a thread of its own, as a terminal's is."""

    def __init__(self, home, *, program=("-m", "fieldapp"), **environment: str) -> None:
        """`program`: what Python is started with."""
        import fcntl
        import pty
        import termios

        import pyte

        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self.raw = b""
        self._side, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, *program],
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

    @property
    def cursor(self) -> tuple[int, int]:
        """(line, column) of the terminal's own cursor, shown or hidden."""
        with self._lock:
            return self.screen.cursor.y, self.screen.cursor.x

    def until_cursor_on(self, text: str, column: int | None = None) -> None:
        """Waits until the terminal's own cursor stands on `text` in its line, at `column` when that is given."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with self._lock:
                y, x = self.screen.cursor.y, self.screen.cursor.x
                begin = self.screen.display[y].find(text)
            if begin >= 0 and begin <= x <= begin + len(text) and column in (None, x):
                return
            time.sleep(0.02)
        raise AssertionError(f"cursor at {self.cursor}, not on {text!r}:\n{self.seen}")

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

    def ended(self) -> None:
        """Waits until everything that the program wrote before it ended has been read."""
        self.process.wait(20)
        self._reader.join(20)

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
