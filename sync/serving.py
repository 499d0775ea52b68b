"""A hub's sockets: uvicorn, with what it otherwise leaves to a proxy in front of it.

A connection has a bounded time for its headers and for taking its answer; when there are too many, the ones that have
nothing in hand make room; and whatever is no HTTP at all is answered in the hub's own words.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_BYTES: Final = 32 * 1024
"""Largest line and headers of a request: a newcomer's certificates take 16 KiB at most."""


@dataclass(frozen=True)
class Bounds:
    """What a hub bears of its connections, in seconds and numbers."""

    headers_s: float = 10.0
    """How long the headers of a request may take from its first byte, and from the beginning of a connection."""
    handshake_s: float = 10.0
    """How long a TLS handshake may take."""
    idle_s: int = 30
    """How long a connection is kept between two requests."""
    answer_s: float = 600.0
    """How long a caller may take to fetch its answer."""
    connections: int = 256
    stop_s: int = 10
    """How long a stop waits for exchanges in hand; what is being committed then is finished in any case."""


class Server(uvicorn.Server):
    """Serves an ASGI application on sockets that listen already, over TLS where there is a context.

    `ready` is called once it can be reached. SIGINT, SIGTERM and on Windows Ctrl+Break end it when the requests in hand
    are answered; a second one at once.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        *,
        tls: ssl.SSLContext | None = None,
        bounds: Bounds = Bounds(),
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                loop="asyncio",
                ws="none",
                lifespan="off",
                # The server's own log names addresses; the application's names paths, codes and times only.
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=bounds.idle_s,
                timeout_graceful_shutdown=bounds.stop_s,
                h11_max_incomplete_event_size=HEADER_BYTES,
            )
        )
        self._tls = tls
        self._bounds = bounds
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. Written anew, for uvicorn has no bound for handshakes and no way to give a protocol its bounds."""
        loop = asyncio.get_running_loop()
        await self.lifespan.startup()
        self.servers = [
            await loop.create_server(
                lambda: _Protocol(self, self._bounds, loop),
                sock=listening,
                ssl=self._tls,
                backlog=self.config.backlog,
                ssl_handshake_timeout=self._bounds.handshake_s if self._tls else None,
            )
            for listening in sockets or []
        ]
        self.started = True
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ends without raising the signal again; a second one waits no longer, and commits are whole either way."""
        self.force_exit = self.should_exit
        self.should_exit = True


class _Protocol(H11Protocol):
    def __init__(self, server: Server, bounds: Bounds, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server.config, server.server_state, server.lifespan.state, loop)
        self._bounds = bounds
        self._waits_since = loop.time()
        self._headers_due: asyncio.TimerHandle | None = None
        self._answer_due: asyncio.TimerHandle | None = None

    @property
    def _is_in_hand(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_headers()
        if len(self.connections) > self._bounds.connections:
            self._make_room()

    def _make_room(self) -> None:
        """The connection that has waited longest with nothing in hand goes; a flood of idle ones drowns itself."""
        others = [other for other in self.connections if isinstance(other, _Protocol) and other is not self]
        waiting = [other for other in others if not other._is_in_hand and not other.transport.is_closing()]
        if waiting:
            min(waiting, key=lambda other: other._waits_since).transport.abort()
        else:
            self._end_with(_BUSY)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._is_in_hand and len(data) > HEADER_BYTES and b"\r\n\r\n" not in data[:HEADER_BYTES]:
            # h11 bounds headers that come in pieces; these came at once.
            self.send_400_response("")
            return
        super().data_received(data)
        if self._is_in_hand:
            self._headers_arrived()
        elif self._headers_due is None and not self.transport.is_closing():
            self._await_headers()

    def on_response_complete(self) -> None:
        self._waits_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._answer_due is None:
            self._answer_due = self.loop.call_later(self._bounds.answer_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._answer_due is not None:
            self._answer_due.cancel()
            self._answer_due = None

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets words of ours where words can still be said."""
        if self._is_in_hand or self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
        else:
            self._end_with(_NO_REQUEST)

    def _await_headers(self) -> None:
        self._headers_due = self.loop.call_later(self._bounds.headers_s, self._too_slow)

    def _headers_arrived(self) -> None:
        if self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None

    def _too_slow(self) -> None:
        self._headers_due = None
        if self.transport.is_closing() or self._is_in_hand:
            return
        has_begun = self.conn.our_state is h11.IDLE and bool(self.conn.trailing_data[0])
        self._end_with(_TOO_SLOW if has_begun else b"")

    def _end_with(self, words: bytes) -> None:
        if words:
            self.transport.write(words)
        self.transport.close()

    def _stop_timers(self) -> None:
        for timer in (self._headers_due, self._answer_due):
            if timer is not None:
                timer.cancel()
        self._headers_due = self._answer_due = None


def _last_words(status: str, code: str, *headers: str) -> bytes:
    body = json.dumps({"code": code, "details": {}})
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*lines, "", body]).encode()


_BUSY: Final = _last_words("503 Service Unavailable", "hub_busy", "Retry-After: 1")
_NO_REQUEST: Final = _last_words("400 Bad Request", "hub_path")
_TOO_SLOW: Final = _last_words("408 Request Timeout", "hub_timeout")
