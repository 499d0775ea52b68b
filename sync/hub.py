"""The hub over HTTP: a few addresses, and behind them whatever answers a bundle with a bundle.

This half knows HTTP and nothing of journals or SQL; `Answerer` and `Gate` are the seams between them. FORMAT.md has the
protocol.
"""

import asyncio
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sync.errors import NotAllowed, SyncError
from sync.gate import Gate
from sync.measures import Measures
from sync.signatures import ACCEPTED, Asked, check_digest
from sync.wire import BUNDLE_TYPE, EXCHANGE_PATH, HEALTH_PATH, HUB_PATH, LEAST_ENTRIES, MOST_ENTRIES, Answerer

MAX_NONCE: Final = 64

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""Largest request. 5,000 registrations are about 1 MB; what is larger than this is a mistake or an attack."""

MAX_AT_ONCE: Final = 8
"""Requests in hand at one time; with MAX_BODY_BYTES it bounds the memory that senders can take."""

IDLE_S: Final = 30.0
"""How long a sender may fall silent in the middle of a body before its place is given to another."""

BODY_S: Final = 300.0
"""How long a whole body may take, so that a trickle cannot hold a place for ever."""

REFUSED_S: Final = 10.0
"""How long the body of a request that was not admitted is read and dropped, so that its sender gets to read why."""

OTHER_PATH: Final = "other"
"""Stands in logs and measures for every path that is none of ours: a path may hold anything."""

_STATUS: Final = {
    "bundle_too_large": 413,
    "bundle_foreign": 409,
    "bundle_not_for_us": 403,
    "member_unknown": 403,
    "member_revoked": 403,
    "hub_unsigned": 401,
    "hub_signature": 401,
    "hub_challenge": 401,
    "hub_replayed": 401,
    "hub_limited": 429,
    "hub_busy": 503,
    "hub_failed": 500,
    "hub_timeout": 408,
    "hub_path": 404,
}

_log = logging.getLogger("sync.hub")
_T = TypeVar("_T")


def application(
    answerer: Answerer,
    gate: Gate,
    *,
    measures: Measures | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
    max_at_once: int = MAX_AT_ONCE,
    idle_s: float = IDLE_S,
) -> Starlette:
    """The ASGI application of a hub. It keeps nothing between two requests, so several may serve one journal.

    Each request is counted in `measures` and told to the logger "sync.hub" as a line of JSON, without anything of
    anybody's.
    """
    hub = _Hub(answerer, gate, measures or Measures(), max_body_bytes, max_at_once, idle_s)
    app = Starlette(
        routes=[
            Route(HUB_PATH, hub.describe, methods=["GET"]),
            Route(EXCHANGE_PATH, hub.exchange, methods=["POST"]),
            Route(HEALTH_PATH, hub.health, methods=["GET"]),
        ],
        exception_handlers={HTTPException: hub.other},
    )
    app.router.redirect_slashes = False
    return app


@dataclass
class _Turn:
    """One request on its way."""

    request: Request
    is_whole: bool
    """Whether it was read to its end."""
    received: int = 0
    """Bytes of the body."""
    label: str | None = None
    """Stands for the member in the log."""


_Work = Callable[[_Turn], Awaitable[Response]]


class _Hub:
    def __init__(
        self,
        answerer: Answerer,
        gate: Gate,
        measures: Measures,
        max_body_bytes: int,
        max_at_once: int,
        idle_s: float,
    ) -> None:
        self._answerer = answerer
        self._gate = gate
        self._measures = measures
        self._max_body_bytes = max_body_bytes
        self._max_at_once = max_at_once
        self._idle_s = idle_s
        self._in_hand = 0

    async def describe(self, request: Request) -> Response:
        return await self._guarded(request, HUB_PATH, self._described)

    async def exchange(self, request: Request) -> Response:
        return await self._guarded(request, EXCHANGE_PATH, self._exchanged)

    async def health(self, request: Request) -> Response:
        return await self._guarded(request, HEALTH_PATH, self._healthy)

    async def other(self, request: Request, error: Exception) -> Response:
        async def refused(_turn: _Turn) -> Response:
            refusal = _refusal(SyncError("hub_path"))
            if isinstance(error, HTTPException):
                refusal.status_code = error.status_code
            return refusal

        return await self._guarded(request, OTHER_PATH, refused, "hub_path")

    async def _described(self, turn: _Turn) -> Response:
        nonce = turn.request.query_params.get("nonce", "")[:MAX_NONCE]
        text = await self._in_thread(lambda: self._answerer.describe(nonce))
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def _healthy(self, _turn: _Turn) -> Response:
        try:
            await self._in_thread(self._answerer.check)
        except SyncError:
            refusal = _refusal(SyncError("hub_failed"), True)
            refusal.status_code = 503
            return refusal
        return Response('{"status": "ok"}', media_type="application/json", headers={"Cache-Control": "no-store"})

    async def _exchanged(self, turn: _Turn) -> Response:
        try:
            admitted = await self._in_thread(lambda: self._gate.admit(_asked(turn.request)))
            turn.label = admitted.label
            # Only who was admitted takes a place; nobody else can keep members out by sending slowly.
            if self._in_hand >= self._max_at_once:
                raise SyncError("hub_busy")
        except SyncError:
            await self._drop_body(turn)
            raise
        self._in_hand += 1
        self._measures.in_hand.set(self._in_hand)
        try:
            body = await self._body(turn)
            check_digest(admitted.digest, body)
            entries = _entries(turn.request)
            answer = await self._in_thread(lambda: self._answerer.answer(body, entries, admitted))
        finally:
            self._in_hand -= 1
            self._measures.in_hand.set(self._in_hand)
        return Response(answer, media_type=BUNDLE_TYPE, headers={"Cache-Control": "no-store"})

    async def _guarded(self, request: Request, path: str, work: _Work, code: str = "done") -> Response:
        """Turns every failure into a refusal with a code, and tells log and measures about it."""
        began = time.monotonic()
        turn = _Turn(request, is_whole=request.method in ("GET", "HEAD"))
        kind = code
        try:
            response = await work(turn)
        except SyncError as error:
            kind = code = error.code
            response = _refusal(error, turn.is_whole)
        except ClientDisconnect:
            kind = code = "gone"
            response = Response(status_code=400)
        except asyncio.CancelledError:
            # The server ends and has waited long enough for the rest of this request.
            kind = code = "hub_busy"
            response = _refusal(SyncError("hub_busy"))
        except Exception as error:
            # The text of an unforeseen error may hold somebody's data; its kind is what a report needs.
            kind, code = f"{type(error).__module__}.{type(error).__qualname__}", "hub_failed"
            response = _refusal(SyncError("hub_failed"), turn.is_whole)
        took_s = time.monotonic() - began
        response.headers["Request-Id"] = number = secrets.token_hex(6)
        self._measures.answered(path, response.status_code, code, took_s, turn.received, len(response.body))
        told = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "request": number,
            "path": path,
            "status": response.status_code,
            "code": kind,
            "ms": round(took_s * 1000),
            "received": turn.received,
            "sent": len(response.body),
        }
        _log.info("%s", json.dumps(told | ({"member": turn.label} if turn.label else {})))
        return response

    @staticmethod
    async def _in_thread(work: Callable[[], _T]) -> _T:
        return await anyio.to_thread.run_sync(work)

    async def _drop_body(self, turn: _Turn) -> None:
        """Read a short while what will not be used: a sender who is still sending does not listen."""
        try:
            async with asyncio.timeout(min(REFUSED_S, self._idle_s)):
                async for part in turn.request.stream():
                    turn.received += len(part)
                    if turn.received > self._max_body_bytes:
                        return
            turn.is_whole = True
        except TimeoutError:
            return

    async def _body(self, turn: _Turn) -> bytes:
        """The whole body: never more than the bound in memory, never waited for without end."""
        too_large = SyncError("bundle_too_large", limit=self._max_body_bytes)
        patience = 4 * self._max_body_bytes
        stated = turn.request.headers.get("content-length", "0")
        if not stated.isdecimal() or len(stated) > 12 or int(stated) > patience:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_S):
                async for part in _patient(turn.request.stream(), self._idle_s):
                    turn.received += len(part)
                    if turn.received > patience:
                        raise too_large
                    # A body somewhat too large is read to its end and dropped, so that its sender gets to read why.
                    if turn.received <= self._max_body_bytes:
                        body += part
                    else:
                        body.clear()
        except TimeoutError:
            raise SyncError("hub_timeout") from None
        turn.is_whole = True
        if turn.received > self._max_body_bytes:
            raise too_large
        return bytes(body)


def _entries(request: Request) -> int:
    wanted = request.query_params.get("entries", "")
    entries = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8 else LEAST_ENTRIES
    return min(max(entries, 1), MOST_ENTRIES)


def _asked(request: Request) -> Asked:
    """What the gate may see. The path is the one that led here, however it was spelt and whatever stood before it."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    return Asked(request.method, EXCHANGE_PATH, request.scope["query_string"].decode("latin-1"), headers)


async def _patient(parts: AsyncIterator[bytes], idle_s: float) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(idle_s):
                part = await anext(parts)
        except StopAsyncIteration:
            return
        yield part


def status_of(error: SyncError) -> int:
    """The HTTP status that goes with a refusal; the code in the body says the rest."""
    if error.code in _STATUS:
        return _STATUS[error.code]
    return 403 if isinstance(error, NotAllowed) else 400


def _refusal(error: SyncError, is_whole: bool = False) -> Response:
    headers = {"Cache-Control": "no-store"}
    status = status_of(error)
    if status in (429, 503):
        headers["Retry-After"] = str(error.details.get("retry_s", 1))
    if status == 401:
        headers["WWW-Authenticate"] = "Signature"
        headers["Accept-Signature"] = ACCEPTED
    if not is_whole:
        # The rest of the body was not read, so the connection cannot carry another request.
        headers["Connection"] = "close"
    body = json.dumps({"code": error.code, "details": error.details}, sort_keys=True)
    return Response(body, status_code=status, media_type="application/json", headers=headers)
