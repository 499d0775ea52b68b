"""HTTP requests signed with a member's key: RFC 9421 with Ed25519 over RFC 9530 digests (FORMAT.md, section 7).

Who may do what is not decided here, nor what a clock says: `created` is noted by the signer and judged by nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import HTTPSignatureAlgorithm
from http_message_signatures.digests import ContentDigest

from sync import keys
from sync.errors import NotAllowed, SyncError, Unreachable
from sync.keys import Identity
from sync.wire import BUNDLE_TYPE

TAG: Final = "fieldapp-exchange-1"
"""Says what the signature is for; one for another purpose is none here."""
COMPONENTS: Final = ("@method", "@path", "@query", "content-type", "content-digest")
ALGORITHM: Final = "ed25519"
ACCEPTED: Final = (
    'fieldapp=("@method" "@path" "@query" "content-type" "content-digest")'
    f';created;keyid;alg="{ALGORITHM}";nonce;tag="{TAG}"'
)
"""What a hub wants to see signed, as RFC 9421 section 5.1 writes it."""
HEADER_LIMIT: Final = 4096
"""Longest Signature-Input, Signature or Content-Digest; ours are below 500."""

_LABEL: Final = "fieldapp"
_BASE: Final = "http://hub"
"""Stands where a host must stand; no covered component depends on it, since proxies change hosts and schemes."""
_PARAMETERS: Final = {"alg", "created", "keyid", "nonce", "tag"}
_FIELDS: Final = ("signature-input", "signature", "content-digest")


class Asked(NamedTuple):
    """A request as far as its headers go; nothing of its body has been read."""

    method: str
    path: str
    """Below the hub's own address."""
    query: str
    """Without the question mark."""
    headers: Sequence[tuple[str, str]]
    """Names in any case, in the order in which they came."""

    def header(self, name: str) -> str | None:
        """All values of a header, joined as RFC 9110 section 5.3 says; None without any."""
        found = [value for key, value in self.headers if key.lower() == name]
        return ", ".join(found) if found else None


class Claim(NamedTuple):
    """What the headers of a signed request say of themselves; `read_signature` has not checked it."""

    member: str
    nonce: str


class Signed(NamedTuple):
    """A request whose signature is right."""

    member: str
    nonce: str
    digest: str
    """The value of Content-Digest that the member signed."""


@dataclass
class _Message:
    method: str
    url: str
    headers: "_Headers"


class _Headers(dict[str, str]):
    """Headers that are signed, and those that a verifier reads; `lines` keeps repeated ones apart."""

    lines: Sequence[tuple[str, str]] | None = None

    def items(self) -> Any:
        return super().items() if self.lines is None else self.lines


class _Ed25519(HTTPSignatureAlgorithm):
    """The keys of this package instead of the library's own, so that one library decides what a signature is."""

    algorithm_id = ALGORITHM

    def __init__(self, public_key: bytes | None = None, private_key: bytes | None = None) -> None:
        self._public_key = public_key
        self._seed = private_key

    def sign(self, message: bytes) -> bytes:
        assert self._seed is not None  # noqa: S101 - the signer always gives one
        return keys.sign(self._seed, message)

    def verify(self, signature: bytes, message: bytes) -> None:
        if self._public_key is None or not keys.is_signed(self._public_key, message, signature):
            raise InvalidSignature("not signed by this key")


class _Seed(HTTPSignatureKeyResolver):
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def resolve_private_key(self, key_id: str) -> Any:
        return self._identity.sign_seed


class _KeyOf(HTTPSignatureKeyResolver):
    """Asks for the key of who claims to have signed, and keeps the refusal that the library would hide."""

    def __init__(self, key_of: Callable[[Claim], bytes]) -> None:
        self._key_of = key_of
        self.claim = Claim("", "")
        self.refusal: SyncError | None = None

    def resolve_public_key(self, key_id: str) -> bytes:
        try:
            return self._key_of(self.claim)
        except SyncError as error:
            self.refusal = error
            raise


class _Verifier(HTTPMessageVerifier):
    def __init__(self, claimed: _KeyOf) -> None:
        super().__init__(signature_algorithm=_Ed25519, key_resolver=claimed)
        self._claimed = claimed

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Whether a signature has the one shape that a member's has; a wrong clock must not keep a laptop away."""
        said = dict(sig_input.params)
        covered = sorted((str(item.value), bool(dict(item.params))) for item in sig_input)
        if covered != sorted((name, False) for name in COMPONENTS):
            raise InvalidSignature("other components")
        if set(said) != _PARAMETERS:
            raise InvalidSignature("other parameters")
        self._claimed.claim = Claim(said["keyid"], said["nonce"])


def sign_request(identity: Identity, path: str, query: str, body: bytes, nonce: str, created_s: int) -> dict[str, str]:
    """The headers of a POST of a bundle, its type, digest and signature among them; `created_s` since 1970 UTC."""
    headers = _Headers({"Content-Type": BUNDLE_TYPE})
    signer: Any = HTTPMessageSigner(signature_algorithm=_Ed25519, key_resolver=_Seed(identity))
    signer.sign(
        _Message("POST", _url(path, query), headers),
        key_id=identity.member_id,
        created=datetime.fromtimestamp(created_s, UTC),
        nonce=nonce,
        label=_LABEL,
        tag=TAG,
        covered_component_ids=COMPONENTS[:-1],
        body=body,
    )
    return dict(headers)


def verify_request(asked: Asked, key_of: Callable[[Claim], bytes]) -> Signed:
    """Check that the member it names signed a request; nothing of the body is needed for it.

    `key_of` gives the Ed25519 key of who claims to have signed, and may raise SyncError, which comes through. Raises
    NotAllowed hub_unsigned without any signature, hub_signature for one that is not right.
    """
    fields = {name: asked.header(name) for name in _FIELDS}
    if fields["signature-input"] is None or fields["signature"] is None:
        raise NotAllowed("hub_unsigned")
    if any(len(value or "") > HEADER_LIMIT for value in fields.values()):
        raise NotAllowed("hub_signature")
    headers = _Headers()
    headers.lines = asked.headers
    claimed = _KeyOf(key_of)
    verifier: Any = _Verifier(claimed)
    try:
        message = _Message(asked.method, _url(asked.path, asked.query), headers)
        found = verifier.verify(message, expect_tag=TAG, max_age=None, require_components=COMPONENTS)
    except (HTTPMessageSignaturesException, ValueError, TypeError, RecursionError):
        raise claimed.refusal or NotAllowed("hub_signature") from None
    if len(found) != 1:
        raise NotAllowed("hub_signature")
    said: Mapping[str, Any] = found[0].parameters
    return Signed(said["keyid"], said["nonce"], found[0].covered_components['"content-digest"'])


def check_digest(digest: str, body: bytes) -> None:
    """Raises Unreachable hub_digest unless `digest`, a Content-Digest that was signed, is that of these bytes."""
    try:
        ContentDigest.verify(digest, body)
    except (HTTPMessageSignaturesException, ValueError, TypeError):
        raise Unreachable("hub_digest") from None


def _url(path: str, query: str) -> str:
    return f"{_BASE}{path}?{query}"
