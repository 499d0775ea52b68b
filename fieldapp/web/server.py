"""The server of `fieldapp web`: the page, what it needs, and a limited number of browser sessions."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import aiohttp_jinja2
import jinja2
import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.server import Server

from fieldapp.locale import _, language
from fieldapp.web.gate import Gate
from fieldapp.web.session import BrowserSession

PAGES: Final = Path(str(files("fieldapp.web") / "pages"))
_LIBRARY: Final = Path(textual_serve.__file__).parent / "static"
STATIC: Final = {
    "icon.svg": PAGES / "icon.svg",
    "office.css": PAGES / "office.css",
    "office.js": PAGES / "office.js",
    "textual.js": _LIBRARY / "js" / "textual.js",
    "xterm.css": _LIBRARY / "css" / "xterm.css",
    "mono.ttf": _LIBRARY / "fonts" / "RobotoMono-VariableFont_wght.ttf",
}
"""Every file that the page asks for, by the name it asks with."""

SESSIONS: Final = 8
"""Each takes the memory of one running program."""
IDLE_S: Final = 30 * 60.0
_HEARTBEAT_S: Final = 15.0
_LARGEST_MESSAGE: Final = 8 * 1024 * 1024
"""Bytes; a megabyte pasted, with every letter escaped."""
_LARGEST_SCREEN: Final = 500
IDLE_CODE: Final = 4001
"""How a socket is closed after a long time without a key; the page tells the person."""

Event = dict[str, Any]
Told = Callable[[Event], None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sessions at once, and after how many seconds without a key one is ended."""

    sessions: int = SESSIONS
    idle_s: float = IDLE_S


def _nothing(_what: Any) -> None:
    """For callers who do not want to hear."""


class OfficeServer(Server):
    """textual-serve's server with a page of our own, a gate before everything, and sessions that end well.

    `listening` is a bound socket. `told` gets `opened` and `closed` events with the session's number and how many are
    open, nothing about who or from where; `report` gets faults of the server itself.
    """

    def __init__(
        self,
        listening: socket.socket,
        gate: Gate,
        *,
        limits: Limits = Limits(),
        tls: ssl.SSLContext | None = None,
        told: Told = _nothing,
        report: Callable[[BaseException], object] = _nothing,
    ) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__("fieldapp", host=host, port=port, title="Fieldapp", templates_path=PAGES)
        self._listening = listening
        self._gate = gate
        self._limits = limits
        self._tls = tls
        self._told = told
        self._report = report
        self._count = 0
        self._stopped: asyncio.Event | None = None
        self.sessions: dict[BrowserSession, web.WebSocketResponse] = {}

    # From beginning to end

    async def run(self, ready: Callable[[], object] = lambda: None) -> None:
        """Serves until `stop` is called or the task is cancelled; then every session keeps its draft and ends."""
        self._stopped = asyncio.Event()
        _quieten()
        runner = web.AppRunner(await self._make_app(), access_log=None, handle_signals=False, shutdown_timeout=5.0)
        await runner.setup()
        try:
            await web.SockSite(runner, self._listening, ssl_context=self._tls).start()
            ready()
            await self._stopped.wait()
        finally:
            await runner.cleanup()

    def stop(self) -> None:
        """Lets `run` end; to be called on its loop."""
        if self._stopped is not None:
            self._stopped.set()

    async def _make_app(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        aiohttp_jinja2.setup(application, loader=jinja2.FileSystemLoader(PAGES))
        application.add_routes(
            [
                web.get("/", self.handle_index),
                web.get("/ws", self.handle_websocket),
                web.get("/static/{name}", self._static),
            ]
        )
        application.on_shutdown.append(self.on_shutdown)
        return application

    async def on_shutdown(self, app: web.Application) -> None:
        """Ends all sessions at once: each has the same time to keep what was typed."""
        open_now = dict(self.sessions)
        await asyncio.gather(
            *(socket.close(code=WSCloseCode.GOING_AWAY) for socket in open_now.values()),
            *(session.stop() for session in open_now),
        )

    # Pages

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self._gate.knows(request.headers.get("Host", "")):
            return _refused(_("Alamat ini tidak dilayani di sini. Pakai alamat yang diberikan administrator."))
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = _refused(error.reason, error.status)
        except Exception as error:
            self._report(error)
            response = _refused(_("Ada kesalahan di dalam program. Muat ulang halaman ini."), 500)
        if not response.prepared:
            response.headers.update(_headers(request.headers.get("Host", "")))
        return response

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        full = self._is_full()
        context = {
            "language": language(),
            "font_size": _number(request.query.get("fontsize"), 16, 8, 48),
            "full": full,
            "words": _page_words(self._limits),
        }
        status = 503 if full else 200
        return aiohttp_jinja2.render_template("index.html", request, context, status=status)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        path = STATIC.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound()
        return web.FileResponse(path)

    # Sessions

    def _is_full(self) -> bool:
        return len(self.sessions) >= self._limits.sessions

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        host = request.headers.get("Host", "")
        if not self._gate.is_own_page(request.headers.get("Origin"), host):
            raise web.HTTPForbidden()
        if self._is_full():
            raise web.HTTPServiceUnavailable()
        websocket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=_LARGEST_MESSAGE)
        if not websocket.can_prepare(request).ok:
            raise web.HTTPBadRequest()
        self._count += 1
        session = BrowserSession(self._count, send=websocket.send_bytes, close=websocket.close)
        # Counted before anything is awaited, so that many at once do not pass the limit together.
        self.sessions[session] = websocket
        self._tell("opened", session)
        try:
            await websocket.prepare(request)
            await self._serve_session(session, websocket, request)
        except Exception as error:
            # Of this session alone: a program that could not be started, a browser that broke off in the first moment.
            self._report(error)
        finally:
            self.sessions.pop(session, None)
            self._tell("closed", session)
        return websocket

    async def _serve_session(
        self, session: BrowserSession, websocket: web.WebSocketResponse, request: web.Request
    ) -> None:
        idle = asyncio.create_task(self._end_when_idle(session, websocket))
        try:
            width = _number(request.query.get("width"), 80, 1, _LARGEST_SCREEN)
            await session.start(width, _number(request.query.get("height"), 24, 1, _LARGEST_SCREEN))
            await self._process_messages(websocket, session)
        finally:
            idle.cancel()
            await session.stop()
            await websocket.close()

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: Any) -> None:
        async for message in websocket:
            if message.type != WSMsgType.TEXT:
                continue
            try:
                kind, *rest = json.loads(message.data)
            except (ValueError, TypeError):
                continue
            if kind == "stdin" and rest and isinstance(rest[0], str):
                # Half of a surrogate pair is no letter.
                await app_service.send_bytes(rest[0].encode("utf-8", "ignore"))
            elif kind == "resize" and rest and isinstance(rest[0], dict):
                size = [_number(rest[0].get(side), 0, 1, _LARGEST_SCREEN) for side in ("width", "height")]
                if all(size):
                    await app_service.set_terminal_size(*size)
            elif kind == "ping":
                await websocket.send_json(["pong", rest[0] if rest else ""])
            elif kind == "focus":
                await app_service.focus()
            elif kind == "blur":
                await app_service.blur()

    async def _end_when_idle(self, session: BrowserSession, websocket: web.WebSocketResponse) -> None:
        while (left_s := session.last_key_s + self._limits.idle_s - time.monotonic()) > 0:
            await asyncio.sleep(left_s)
        await websocket.close(code=IDLE_CODE)
        # A program that takes no keys any more would keep the socket's own task waiting.
        await session.stop()

    def _tell(self, event: str, session: BrowserSession) -> None:
        self._told(
            {"event": event, "session": session.number, "open": len(self.sessions), "limit": self._limits.sessions}
        )


def serve(server: OfficeServer, ready: Callable[[], object]) -> None:
    """Runs `server` until Ctrl+C, SIGTERM or (on Windows) Ctrl+Break."""

    async def work() -> None:
        loop = asyncio.get_running_loop()

        def ask(_number: int, _frame: object) -> None:
            loop.call_soon_threadsafe(server.stop)

        numbers = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            numbers.append(signal.SIGBREAK)
        before = {number: signal.signal(number, ask) for number in numbers}
        try:
            await server.run(ready)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    asyncio.run(work())


def _headers(host: str) -> dict[str, str]:
    """What the browser may do with our answers: load from here, connect to here, and nothing else."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        # The terminal writes its own rules for colours and widths into the page.
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self'",
        "img-src": "'self'",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "Server": "fieldapp",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _refused(words: str, status: int = 403) -> web.Response:
    return web.Response(status=status, text=words + "\n", headers={"Server": "fieldapp", "Cache-Control": "no-store"})


def _page_words(limits: Limits) -> dict[str, str]:
    minutes = round(limits.idle_s / 60)
    return {
        "opening": _("Membuka Fieldapp..."),
        "ended": _("Sesi ini sudah berakhir. Yang sudah diisi tersimpan sebagai draf."),
        "idle": _(
            "Sesi ini diakhiri karena {minutes} menit tanpa ketikan. Yang sudah diisi tersimpan sebagai draf."
        ).format(minutes=minutes),
        "stopped": _("Komputer kantor menghentikan layanan ini. Yang sudah diisi tersimpan sebagai draf."),
        "full": _(
            "Semua {limit} tempat sedang dipakai. Tunggu sampai seorang rekan keluar, lalu tekan Enter untuk mencoba"
            " lagi."
        ).format(limit=limits.sessions),
        "again": _("Buka lagi"),
        "no_script": _("Halaman ini memerlukan JavaScript. Mintalah administrator mengizinkannya di peramban ini."),
    }


def _number(value: object, otherwise: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`, nearest to `value`; `otherwise` for what is no number."""
    try:
        return max(least, min(most, int(str(value))))
    except ValueError:
        return otherwise


def _quieten() -> None:
    """Libraries log requests and the text of errors, which may hold anything: faults go to `report` instead."""
    for name in ("aiohttp", "asyncio", "textual-serve"):
        log = logging.getLogger(name)
        log.addHandler(logging.NullHandler())
        log.propagate = False
