"""The driver for a browser: screen and keys go through pipes to the process that serves the page (`fieldapp.web`)."""

from __future__ import annotations

import asyncio
import signal
import sys

from textual import events
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Textual's web driver with an end that loses nothing: who goes away, in whatever way, has the draft kept."""

    def start_application_mode(self) -> None:
        super().start_application_mode()
        if sys.platform != "win32":
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._leave)
        # The page has the focus when it opens, but says so only when it changes: the first thing may be a paste.
        self._app.call_later(self._app.post_message, events.AppFocus())

    def write(self, data: str) -> None:
        try:
            super().write(data)
        except OSError:
            # The server has gone; that the input ended says so too, and is what ends the program.
            return

    def write_meta(self, data: dict[str, object]) -> None:
        try:
            super().write_meta(data)
        except OSError:
            return

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            # The pipe's other end is gone: nobody will ever press a key again.
            self._leave()

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "quit":
            self._leave()
        elif packet_type in ("resize", "focus", "blur"):
            super().on_meta(packet_type, payload)

    def _leave(self) -> None:
        self._app.call_later(self._app.action_quit)
