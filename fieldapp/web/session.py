"""One browser session: a process of the program whose screen goes to the browser and whose keys come from there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

DRIVER: Final = "fieldapp.tui.browser:BrowserDriver"
_PASSED: Final = frozenset({"FIELDAPP_HOME", "FIELDAPP_LANG", "FIELDAPP_HUB", "FIELDAPP_HUB_CA", "FIELDAPP_ASCII"})
"""What of our own environment a session is given. A passphrase never is: everybody unlocks for themselves."""
_BEGIN: Final = b"__GANGLION__\n"
"""The first line of a program that draws for a browser (Textual's web driver)."""
LEAVING_S: Final = 20.0
"""How long a program may take to keep what was typed, and then again to finish what it is writing."""

Send = Callable[[bytes], Awaitable[None]]
Close = Callable[[], Awaitable[object]]


def session_environment(inherited: Mapping[str, str], width: int, height: int) -> dict[str, str]:
    """The environment of a session's process: the server's without its secrets and without Textual's own settings.

    TEXTUAL_LOG would write what people type into a file.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if name in _PASSED or not name.upper().startswith(("FIELDAPP_", "TEXTUAL"))
    }
    return kept | {
        "TEXTUAL_DRIVER": DRIVER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM_PROGRAM": "textual",
        # A browser shows every letter, whatever the terminal or the service is that the server was started from.
        "LC_ALL": "C.UTF-8",
        "COLUMNS": str(width),
        "ROWS": str(height),
    }


class BrowserSession(AppService):
    """A running program and the way to its browser. `number` counts the sessions of this server from 1."""

    def __init__(self, number: int, *, send: Send, close: Close) -> None:
        async def write_nothing(_text: str) -> None:
            """Nothing is offered for download and no address is opened: the program writes files itself."""

        async def shut() -> None:
            await close()

        super().__init__(
            "fieldapp", write_bytes=send, write_str=write_nothing, close=shut, download_manager=DownloadManager()
        )
        self.number = number
        self.process_id: int | None = None
        self.last_key_s = time.monotonic()
        self.has_begun = False
        self._has_left = asyncio.Event()
        self._stopping: asyncio.Task[None] | None = None

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        # Away from the server's terminal: its Ctrl+C is for the server, which then lets every session end well.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "fieldapp",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Faults are in the reports of the data folder; what else a library prints may hold anything.
            stderr=asyncio.subprocess.DEVNULL,
            env=session_environment(os.environ, width, height),
            **apart,
        )
        self._stdin = process.stdin
        self.process_id = process.pid
        return process

    async def send_bytes(self, data: bytes) -> bool:
        self.last_key_s = time.monotonic()
        return await super().send_bytes(data)

    async def run(self) -> None:
        """Carries the program's screen to the browser until the program ends, also when nobody looks any more."""
        stdout = self._process.stdout if self._process is not None else None
        if stdout is None:
            return
        try:
            self.has_begun = await stdout.readline() == _BEGIN
            while self.has_begun:
                kind, size = await stdout.readexactly(1), int.from_bytes(await stdout.readexactly(4), "big")
                payload = await stdout.readexactly(size)
                if kind == b"D":
                    await self.on_data(payload)
                elif kind == b"M" and json.loads(payload).get("type") == "exit":
                    break
            self._has_left.set()
            await self.remote_close()
            while await stdout.read(65536):
                """A full pipe would keep the program from ending."""
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._has_left.set()
            await self.remote_close()

    async def on_data(self, payload: bytes) -> None:
        try:
            await self.remote_write_bytes(payload)
        except (ConnectionError, RuntimeError):
            # The browser has gone. What the program still draws is read, so that it can go on to its end.
            return

    async def stop(self) -> None:
        """Lets the program keep what was typed and end; one that does not end is ended. May be called again."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._stop())
        await asyncio.shield(self._stopping)

    async def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_S):
                await self.send_meta({"type": "quit"})
                await self._has_left.wait()
                if self._stdin is not None:
                    # On Windows the program's reader waits for a key or for this, and would hold the process.
                    self._stdin.close()
            async with asyncio.timeout(LEAVING_S):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()
        if self._task is not None:
            await self._task
