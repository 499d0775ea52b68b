"""The hub over HTTP: two addresses, and behind them whatever answers a bundle with a bundle.

This half knows HTTP and nothing of journals or SQL; `Answerer` is the seam between them. The protocol is in FORMAT.md.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sync.errors import NotAllowed, SyncError
from sync.gate import Gate
from sync.signatures import ACCEPTED, Asked, check_digest
from sync.wire import BUNDLE_TYPE, EXCHANGE_PATH, HUB_PATH, LEAST_ENTRIES, MOST_ENTRIES, Admitted, Answerer

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
    max_body_bytes: int = MAX_BODY_BYTES,
    max_at_once: int = MAX_AT_ONCE,
    idle_s: float = IDLE_S,
) -> Starlette:
    """The ASGI application of a hub. It keeps nothing between two requests, so several may serve one journal."""
    hub = _Hub(answerer, gate, max_body_bytes, max_at_once, idle_s)
    return Starlette(
        routes=[
            Route(HUB_PATH, hub.describe, methods=["GET"]),
            Route(EXCHANGE_PATH, hub.exchange, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _other_path},
    )


class _Hub:
    def __init__(self, answerer: Answerer, gate: Gate, max_body_bytes: int, max_at_once: int, idle_s: float) -> None:
        self._answerer = answerer
        self._gate = gate
        self._max_body_bytes = max_body_bytes
        self._max_at_once = max_at_once
        self._idle_s = idle_s
        self._in_hand = 0

    async def describe(self, request: Request) -> Response:
        return await self._guarded(request, lambda: self._described(request))

    async def exchange(self, request: Request) -> Response:
        return await self._guarded(request, lambda: self._exchanged(request))

    async def _described(self, request: Request) -> Response:
        nonce = request.query_params.get("nonce", "")[:MAX_NONCE]
        text = await self._in_thread(lambda: self._answerer.describe(nonce))
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def _exchanged(self, request: Request) -> Response:
        try:
            admitted = await self._in_thread(lambda: self._gate.admit(_asked(request)))
        except SyncError:
            await self._drop_body(request)
            raise
        # Only who was admitted takes a place; nobody else can keep members out by sending slowly.
        if self._in_hand >= self._max_at_once:
            raise SyncError("hub_busy")
        self._in_hand += 1
        try:
            return await self._answered(request, admitted)
        finally:
            self._in_hand -= 1

    async def _answered(self, request: Request, admitted: Admitted) -> Response:
        body = await self._body(request)
        check_digest(admitted.digest, body)
        wanted = request.query_params.get("entries", "")
        entries = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8 else LEAST_ENTRIES
        entries = min(max(entries, 1), MOST_ENTRIES)
        answer = await self._in_thread(lambda: self._answerer.answer(body, entries, admitted.member))
        return Response(answer, media_type=BUNDLE_TYPE, headers={"Cache-Control": "no-store"})

    async def _guarded(self, request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
        """Turns every failure into a refusal with a code. The log gets codes and times, nothing of anybody's."""
        began = time.monotonic()
        code = "done"
        try:
            response = await work()
        except SyncError as error:
            code = error.code
            response = _refusal(error, _is_whole(request))
        except ClientDisconnect:
            code = "gone"
            response = Response(status_code=400)
        except Exception as error:
            # The text of an unforeseen error may hold somebody's data; its kind is what a report needs.
            code = f"{type(error).__module__}.{type(error).__qualname__}"
            response = _refusal(SyncError("hub_failed"), _is_whole(request))
        took_ms = round((time.monotonic() - began) * 1000)
        _log.info("%s %s %d %s %d ms", request.method, request.url.path, response.status_code, code, took_ms)
        return response

    @staticmethod
    async def _in_thread(work: Callable[[], _T]) -> _T:
        return await anyio.to_thread.run_sync(work)

    async def _drop_body(self, request: Request) -> None:
        """Read a short while what will not be used: a sender who is still sending does not listen."""
        seen = 0
        try:
            async with asyncio.timeout(min(REFUSED_S, self._idle_s)):
                async for part in request.stream():
                    seen += len(part)
                    if seen > self._max_body_bytes:
                        return
            _note_whole(request)
        except TimeoutError:
            return

    async def _body(self, request: Request) -> bytes:
        """The whole body: never more than the bound in memory, never waited for without end."""
        too_large = SyncError("bundle_too_large", limit=self._max_body_bytes)
        patience = 4 * self._max_body_bytes
        stated = request.headers.get("content-length", "0")
        if not stated.isdecimal() or int(stated) > patience:
            raise too_large
        body = bytearray()
        seen = 0
        try:
            async with asyncio.timeout(BODY_S):
                async for part in _patient(request.stream(), self._idle_s):
                    seen += len(part)
                    if seen > patience:
                        raise too_large
                    # A body somewhat too large is read to its end and dropped, so that its sender gets to read why.
                    if seen <= self._max_body_bytes:
                        body += part
                    else:
                        body.clear()
        except TimeoutError:
            raise SyncError("hub_timeout") from None
        _note_whole(request)
        if seen > self._max_body_bytes:
            raise too_large
        return bytes(body)


def _note_whole(request: Request) -> None:
    request.state.is_whole = True


def _is_whole(request: Request) -> bool:
    """Whether the request was read to its end."""
    return request.method == "GET" or getattr(request.state, "is_whole", False)


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


async def _other_path(_request: Request, error: Exception) -> Response:
    refusal = _refusal(SyncError("hub_path"))
    if isinstance(error, HTTPException):
        refusal.status_code = error.status_code
    return refusal
