"""The server of browsers on a free port of this machine, and a hand at a browser's end of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pyte

from fieldapp.services.listening import listen
from fieldapp.web.gate import Gate
from fieldapp.web.server import OfficeServer

PASSPHRASE = "sandi rekaan"
PATIENCE_S = 60.0


def patiently(work: Any) -> Any:
    """Runs a coroutine to its end; one that hangs fails."""
    return asyncio.run(asyncio.wait_for(work, PATIENCE_S))


class Seat:
    """One browser's end of a session: keys go out, the terminal's bytes come in."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.texts: list[Any] = []

    @property
    def seen(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def type(self, text: str) -> None:
        await self.socket.send_json(["stdin", text])

    async def until(self, *texts: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not all(text in self.seen for text in texts):
            message = await self.socket.receive(timeout=max(0.1, end - time.monotonic()))
            if message.type is aiohttp.WSMsgType.BINARY:
                self._stream.feed(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                self.texts.append(json.loads(message.data))
            else:
                raise AssertionError(f"the session ended ({message.type}, {message.data}):\n{self.seen}")

    async def until_closed(self) -> int | None:
        """Reads on to the end; the code with which the server closed."""
        while (await self.socket.receive(timeout=PATIENCE_S)).type in (
            aiohttp.WSMsgType.BINARY,
            aiohttp.WSMsgType.TEXT,
        ):
            pass
        return self.socket.close_code

    async def unlock(self) -> None:
        await self.until("Kata sandi", "Buka")
        await self.type(PASSPHRASE + "\r")
        await self.until("Daftarkan orang baru", "Ani Pencacah")


class Office:
    """A running server and what it told."""

    def __init__(self, server: OfficeServer, told: list[dict[str, Any]], faults: list[BaseException], url: str) -> None:
        self.server = server
        self.told = told
        self.faults = faults
        self.url = url

    @property
    def process_ids(self) -> list[int]:
        return [session.process_id for session in self.server.sessions if session.process_id is not None]

    @asynccontextmanager
    async def seat(self, client: aiohttp.ClientSession, **over: Any) -> AsyncIterator[Seat]:
        async with client.ws_connect(f"{self.url}/ws?width=80&height=24", **({"origin": self.url} | over)) as socket:
            yield Seat(socket)

    async def until_empty(self) -> None:
        """Waits until every session has ended and its program with it."""
        end = time.monotonic() + PATIENCE_S
        while self.server.sessions:
            assert time.monotonic() < end
            await asyncio.sleep(0.02)


@asynccontextmanager
async def served(**over: Any) -> AsyncIterator[Office]:
    """The server on a free port of this machine; its `Gate` knows loopback only."""
    listening = listen("127.0.0.1", 0, "web_listen")
    port = listening.getsockname()[1]
    told: list[dict[str, Any]] = []
    faults: list[BaseException] = []
    server = OfficeServer(listening, Gate("127.0.0.1", port), told=told.append, report=faults.append, **over)
    ready = asyncio.Event()
    task = asyncio.create_task(server.run(ready.set))
    await ready.wait()
    try:
        yield Office(server, told, faults, f"http://127.0.0.1:{port}")
    finally:
        server.stop()
        await task
        listening.close()


def is_running(process_id: int) -> bool:
    """Whether a process still runs; one that ended and was waited for does not."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process_id, 0)
        return True
    return False
