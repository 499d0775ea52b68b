"""The way to a hub over HTTP. It carries bundles there and back and knows nothing of what is in them."""

import json
import re
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import httpx

from sync.challenges import LIFETIME_S, answering
from sync.errors import MESSAGES, NotAllowed, SyncError, Unreachable, Untrusted
from sync.keys import Identity
from sync.randomness import Random, system_random, token
from sync.signatures import sign_request
from sync.wire import BUNDLE_TYPE, CERTIFICATES_HEADER, EXCHANGE_PATH, HUB_PATH, certificates_text

CONNECT_S: Final = 10.0
SILENCE_S: Final = 60.0
"""How long the other side may say nothing; the hub merges before it answers, so this covers its work too."""

ANSWER_S: Final = 600.0
"""How long a whole answer may take, so that a trickle cannot hold a laptop for ever."""

CHALLENGE_S: Final = LIFETIME_S / 2
"""After how long a challenge is asked for anew, though the hub would still take the old one."""

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
MAX_DESCRIPTION_BYTES: Final = 256 * 1024
MAX_DETAILS: Final = 8
MAX_DETAIL_LENGTH: Final = 200

LONGEST_AFTER_S: Final = 3600.0
"""However long another side asks us to stay away, after an hour we ask again."""

LAST_PORT: Final = 65535
LONGEST_HOST: Final = 253
"""Letters in a name of the domain name system (RFC 1035 section 2.3.4)."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_challenge_match: Final = re.compile(r"[0-9a-zA-Z._~-]{1,100}\Z").match
_MOST_MS: Final = 1 << 47
"""A time beyond every calendar; no hub's clock shows it."""
_GATEWAY: Final = frozenset({502, 503, 504})
"""Statuses by which something between us and the hub says that the hub is not there."""
_TOO_MANY: Final = 429
_OUT_OF_DATE: Final = frozenset({9, 10})
"""OpenSSL: the certificate is not yet valid, or no longer."""
_NO_CHECK_TIME: Final = ssl.VerifyFlags(0x200000)
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, for which Python has no name."""


class _Answer(NamedTuple):
    status: int
    kind: str
    """What kind of content, lower case."""
    body: bytes
    after_s: float
    """The Retry-After of the answer, 0 without one."""


_STALE: Final = frozenset({"hub_challenge", "hub_replayed"})
"""Refusals that a fresh signature answers."""
_LASTING: Final = {
    "hub_unsigned": NotAllowed,
    "hub_signature": NotAllowed,
    "hub_foreign": Untrusted,
    "hub_untrusted": Untrusted,
}
"""Refusals of a hub that coming again will not change."""


@dataclass(frozen=True)
class Signer:
    """Who signs a laptop's requests."""

    identity: Identity
    certificates: Callable[[], Sequence[bytes]]
    """The member's certificate and those that lead to it, nearest first; for a hub that does not know it yet."""


class HttpLink:
    """One hub, by its address ("https://hub.example.go.id" or "http://10.1.1.5:8765").

    `ca_file` holds certificates in PEM to trust beside the system's. Raises `hub_address` for what is no such address
    and `hub_ca` for what is no such file. Everything else that keeps an answer from coming is `Unreachable`
    (hub_unreachable, hub_certificate, hub_timeout, hub_busy, hub_limited, hub_failed, hub_answer_damaged,
    hub_not_found); what the hub refused comes as the error the hub raised: `NotAllowed` for 401 and 403, otherwise
    `Untrusted`.
    """

    def __init__(
        self,
        url: str,
        signer: Signer,
        *,
        connect_s: float = CONNECT_S,
        silence_s: float = SILENCE_S,
        ca_file: str | None = None,
        random: Random = system_random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = _address(url)
        self._signer = signer
        self._random = random
        self._monotonic = monotonic
        self._challenge: tuple[str, float, int] | None = None
        self._timeout = httpx.Timeout(silence_s, connect=connect_s)
        self._tls = _tls_context(ca_file) if self._url.scheme == "https" else None
        self._client = self._connected()
        self.is_time_blind = False
        """Whether the certificate of this address is out of its dates by the clock of this machine."""

    @property
    def is_plain(self) -> bool:
        """Whether others on the way can see who exchanges with this hub, and how much; what it is stays sealed."""
        return self._url.scheme == "http" and self._url.host not in _LOOPBACK

    def _connected(self) -> httpx.Client:
        return httpx.Client(
            timeout=self._timeout,
            follow_redirects=False,
            verify=self._tls if self._tls is not None else True,
            # A proxy of the office's network is used where the environment names one, but never for this machine.
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
        asked_at = self._monotonic()
        answer = self._ask("GET", HUB_PATH, {"nonce": nonce}, None, {}, MAX_DESCRIPTION_BYTES)
        if answer.status == 200 and answer.kind == "application/json":
            self._challenge = _challenge_in(answer.body, asked_at)
            return answer.body
        raise _refused(answer.status, answer.body, answer.after_s) or Unreachable("hub_not_found")

    def exchange(self, request: bytes, entries: int) -> bytes:
        """The bundle that answers the bundle `request`, holding about `entries` entries at most; unchecked.

        A challenge that has run out is asked for again, and a hub that does not know the member is shown its
        certificates, each once.
        """
        can_renew, is_known = True, True
        while True:
            try:
                return self._exchange(request, entries, is_known)
            except SyncError as error:
                if error.code in _STALE and can_renew:
                    self._challenge, can_renew = None, False
                elif error.code == "member_unknown" and is_known:
                    is_known = False
                else:
                    raise

    def _exchange(self, request: bytes, entries: int, is_known: bool) -> bytes:
        challenge, created_s = self._leave()
        nonce, query = answering(challenge, self._random), {"entries": str(entries)}
        headers = sign_request(
            self._signer.identity, EXCHANGE_PATH, str(httpx.QueryParams(query)), request, nonce, created_s
        )
        if not is_known:
            shown = certificates_text(self._signer.certificates())
            headers |= {CERTIFICATES_HEADER: shown} if shown is not None else {}
        answer = self._ask("POST", EXCHANGE_PATH, query, request, headers, MAX_ANSWER_BYTES)
        if answer.status == 200 and answer.kind == BUNDLE_TYPE:
            return answer.body
        raise _refused(answer.status, answer.body, answer.after_s) or Unreachable("hub_answer_damaged")

    def _leave(self) -> tuple[str, int]:
        """A challenge that is still good, and the time by the hub's clock, in seconds since 1970 UTC."""
        if self._challenge is None or self._monotonic() - self._challenge[1] > CHALLENGE_S:
            self._challenge = None
            self.describe(token(self._random))
        if self._challenge is None:
            raise Unreachable("hub_answer_damaged")
        challenge, asked_at, now_ms = self._challenge
        return challenge, now_ms // 1000 + int(self._monotonic() - asked_at)

    def _ask(
        self, method: str, path: str, query: dict[str, str], body: bytes | None, headers: dict[str, str], limit: int
    ) -> _Answer:
        url = self._url.copy_with(path=self._url.path.rstrip("/") + path, params=query)
        try:
            with self._client.stream(method, url, content=body, headers=headers) as response:
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                after_s = _seconds(response.headers.get("retry-after", ""))
                return _Answer(response.status_code, kind, _bounded(response.iter_raw(), limit), after_s)
        except httpx.ConnectTimeout:
            raise Unreachable("hub_unreachable") from None
        except httpx.TimeoutException:
            raise Unreachable("hub_timeout") from None
        except httpx.HTTPError as error:
            refusal = _certificate_refused(error)
            # The text of the cause names addresses, so it is not kept.
            if refusal is None:
                raise Unreachable("hub_unreachable") from None
            if refusal not in _OUT_OF_DATE or self.is_time_blind or self._tls is None:
                raise Unreachable("hub_certificate") from None
        # A laptop's clock may be years off, and must not keep it away: who the hub is shows by its own signature.
        self.is_time_blind = True
        self._tls.verify_flags |= _NO_CHECK_TIME
        self.close()
        self._client = self._connected()
        return self._ask(method, path, query, body, headers, limit)


def _is_host(host: str) -> bool:
    """Whether anything could ever answer under this name: what could not is a slip of the pen and not worth a wait."""
    try:
        # A space in a name comes escaped by a per cent sign; in an address of IPv6 one stands before the interface.
        is_plain = "%" not in host or ":" in host
        return is_plain and bool(host.encode("idna")) and len(host) <= LONGEST_HOST
    except UnicodeError:
        return False


def _address(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError):
        raise SyncError("hub_address") from None
    is_port = parsed.port is None or 0 < parsed.port <= LAST_PORT
    if parsed.scheme not in ("http", "https") or not _is_host(parsed.host) or not is_port:
        raise SyncError("hub_address")
    return parsed.copy_with(query=None, fragment=None)


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    """What certificates are held against: those that httpx brings, those of this system, and a file of the office's."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError):
            raise SyncError("hub_ca") from None
        # The file may hold the hub's own certificate instead of an authority's, and be as plain as offices make them.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _certificate_refused(error: BaseException | None) -> int | None:
    """OpenSSL's number of why a certificate was refused; None when that is not what failed."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_code
        error = error.__cause__ or error.__context__
    return None


def _challenge_in(description: bytes, asked_at: float) -> tuple[str, float, int] | None:
    """The challenge in a hub's description, when it came, and the hub's time; None for what nobody can answer.

    It is used unchecked: whoever changes it gets a signature that no hub takes.
    """
    try:
        fields = json.loads(description)
        challenge, now_ms = fields["challenge"], fields["now_ms"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(challenge, str) or not _challenge_match(challenge) or type(now_ms) is not int:
        return None
    return (challenge, asked_at, now_ms) if 0 <= now_ms < _MOST_MS else None


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
    if code in _LASTING:
        return _LASTING[code](code, **details)
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
