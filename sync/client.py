"""The way to a hub over HTTP. It carries bundles there and back and knows nothing of what is in them."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import httpx

from sync.errors import MESSAGES, NotAllowed, SyncError, Unreachable, Untrusted
from sync.wire import BUNDLE_TYPE, EXCHANGE_PATH, HUB_PATH

CONNECT_S: Final = 10.0
SILENCE_S: Final = 60.0
"""How long the other side may say nothing; the hub merges before it answers, so this covers its work too."""

ANSWER_S: Final = 600.0
"""How long a whole answer may take, so that a trickle cannot hold a laptop for ever."""

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
MAX_DESCRIPTION_BYTES: Final = 256 * 1024
MAX_DETAILS: Final = 8
MAX_DETAIL_LENGTH: Final = 200

LONGEST_AFTER_S: Final = 3600.0
"""However long another side asks us to stay away, after an hour we ask again."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_GATEWAY: Final = frozenset({502, 503, 504})
"""Statuses by which something between us and the hub says that the hub is not there."""
_TOO_MANY: Final = 429


class _Answer(NamedTuple):
    status: int
    kind: str
    """What kind of content, lower case."""
    body: bytes
    after_s: float
    """The Retry-After of the answer, 0 without one."""


class HttpLink:
    """One hub, by its address ("https://hub.example.go.id" or "http://10.1.1.5:8765").

    Raises `hub_address` for what is no such address. Everything else that keeps an answer from coming is `Unreachable`
    (hub_unreachable, hub_timeout, hub_busy, hub_failed, hub_answer_damaged, hub_not_found); what the hub refused comes
    as the error the hub raised: `NotAllowed` for 403, otherwise `Untrusted`.
    """

    def __init__(self, url: str, *, connect_s: float = CONNECT_S, silence_s: float = SILENCE_S) -> None:
        self._url = _address(url)
        # A proxy of the office's network is used where the environment names one, but never for this same machine.
        self._client = httpx.Client(
            timeout=httpx.Timeout(silence_s, connect=connect_s),
            follow_redirects=False,
            trust_env=self._url.host not in _LOOPBACK,
            headers={"Accept-Encoding": "identity", "User-Agent": "fieldapp"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the connection; may be called twice."""
        self._client.close()

    def describe(self, nonce: str) -> bytes:
        """The hub's description of itself, as JSON, signed together with `nonce`; unchecked."""
        answer = self._ask("GET", HUB_PATH, {"nonce": nonce}, None, MAX_DESCRIPTION_BYTES)
        if answer.status == 200 and answer.kind == "application/json":
            return answer.body
        raise _refused(answer.status, answer.body, answer.after_s) or Unreachable("hub_not_found")

    def exchange(self, request: bytes, entries: int) -> bytes:
        """The bundle that answers the bundle `request`, holding about `entries` entries at most; unchecked."""
        answer = self._ask("POST", EXCHANGE_PATH, {"entries": str(entries)}, request, MAX_ANSWER_BYTES)
        if answer.status == 200 and answer.kind == BUNDLE_TYPE:
            return answer.body
        raise _refused(answer.status, answer.body, answer.after_s) or Unreachable("hub_answer_damaged")

    def _ask(self, method: str, path: str, query: dict[str, str], body: bytes | None, limit: int) -> _Answer:
        url = self._url.copy_with(path=self._url.path.rstrip("/") + path, params=query)
        headers = {"Content-Type": BUNDLE_TYPE} if body is not None else {}
        try:
            with self._client.stream(method, url, content=body, headers=headers) as response:
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                after_s = _seconds(response.headers.get("retry-after", ""))
                return _Answer(response.status_code, kind, _bounded(response.iter_raw(), limit), after_s)
        except httpx.ConnectTimeout:
            raise Unreachable("hub_unreachable") from None
        except httpx.TimeoutException:
            raise Unreachable("hub_timeout") from None
        except httpx.HTTPError:
            # The text of the cause names addresses, so it is not kept.
            raise Unreachable("hub_unreachable") from None


def _address(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        raise SyncError("hub_address") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SyncError("hub_address")
    return parsed.copy_with(query=None, fragment=None)


def _bounded(parts: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    latest = time.monotonic() + ANSWER_S
    for part in parts:
        body += part
        if len(body) > limit:
            raise Unreachable("hub_answer_damaged")
        if time.monotonic() > latest:
            raise Unreachable("hub_timeout")
    return bytes(body)


def _refused(status: int, body: bytes, after_s: float = 0.0) -> SyncError | None:
    """The refusal that the hub wrote, or None when these are not a hub's words."""
    code, details = _words(body)
    if code is None:
        # A gateway between us and the hub has no words of ours, but its status tells enough.
        if status == _TOO_MANY:
            return _later("hub_busy", {}, after_s)
        return _later("hub_unreachable", {}, after_s) if status in _GATEWAY else None
    if code.startswith("hub_") or status >= 500:
        return _later(code, details, after_s)
    if status == 403:
        return NotAllowed(code, **details)
    return Untrusted(code, **details)


def _later(code: str, details: dict[str, str | int], after_s: float) -> Unreachable:
    error = Unreachable(code, **details)
    error.retry_after_s = after_s
    return error


def _seconds(retry_after: str) -> float:
    """The seconds that a Retry-After header asks for (RFC 9110 section 10.2.3: a number or a date), never too many."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_AFTER_S)
    try:
        at = parsedate_to_datetime(text)
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_AFTER_S)


def _words(body: bytes) -> tuple[str | None, dict[str, str | int]]:
    """Code and details of a refusal; None for anything that could not be told to a person."""
    try:
        value: Any = json.loads(body)
        code = value["code"]
        details = _details(value["details"])
        for text in MESSAGES[code]:
            text.format(**details)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        return None, {}
    return code, details


def _details(value: Any) -> dict[str, str | int]:
    kept: dict[str, str | int] = {}
    for name, found in list(value.items())[:MAX_DETAILS]:
        # Details become keyword arguments of the error, beside these two names of its own.
        if name in ("self", "code"):
            continue
        if isinstance(found, str | int):
            kept[name] = found[:MAX_DETAIL_LENGTH] if isinstance(found, str) else found
    return kept
