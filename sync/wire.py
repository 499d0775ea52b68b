"""What both halves of HTTP have in common: paths, the kind of content, and how many entries go at a time."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from sync.errors import Untrusted

HUB_PATH: Final = "/v1/hub"
EXCHANGE_PATH: Final = "/v1/exchange"
HEALTH_PATH: Final = "/v1/health"
BUNDLE_TYPE: Final = "application/vnd.fieldapp.bundle"
CERTIFICATES_HEADER: Final = "fieldapp-certificates"
"""Carries the certificates of a member whom the hub does not know yet."""

LEAST_ENTRIES: Final = 50
"""Entries asked for at first: about 10 KB, which any link carries."""

MOST_ENTRIES: Final = 5_000
"""Entries in the largest request and the largest answer: about 1 MB."""


CERTIFICATES_LIMIT: Final = 8
"""Certificates that a newcomer shows: its own and those of the ones who lead to it, nearest first."""
CERTIFICATES_TEXT_LIMIT: Final = 16 * 1024
CERTIFICATES_BYTES_LIMIT: Final = 256 * 1024


class Admitted(NamedTuple):
    """A request whose signature is right, from a member who may come in; nothing of its body has been read."""

    member: str
    digest: str
    """The Content-Digest that the member signed."""
    label: str
    """Stands for the member in logs: 8 hex digits that only the hub can work out."""
    mark: bytes
    """Stands for the signature, 16 bytes."""
    until_s: int
    """When its challenge runs out, in seconds since 1970 UTC."""


class Link(Protocol):
    """The way to a hub, as a laptop sees it. Both raise SyncError; what comes back is unchecked."""

    def describe(self, nonce: str) -> bytes:
        """The hub's description of itself, signed together with `nonce`."""
        ...

    def exchange(self, request: bytes, entries: int) -> bytes:
        """The bundle that answers the bundle `request`, of about `entries` entries at most."""
        ...


class Answerer(Protocol):
    """What serves a hub's answers. Both are called in threads, several at once, and may block."""

    def describe(self, nonce: str) -> bytes:
        """Who this hub is, as JSON, signed together with the caller's nonce."""
        ...

    def answer(self, request: bytes, entries: int, admitted: Admitted | None = None) -> bytes:
        """The bundle that answers the bundle `request`, which was `admitted`, of about `entries` entries at most.

        Raises SyncError; then nothing of the request was kept.
        """
        ...

    def check(self) -> None:
        """Raises SyncError while what is kept cannot be read."""
        ...


def certificates_text(certificates: Sequence[bytes]) -> str | None:
    """The value of CERTIFICATES_HEADER: a Byte Sequence (RFC 8941) of zstd of the certificates, a line each; None when
    it is too long."""
    import zstandard

    packed = zstandard.ZstdCompressor(level=10).compress(b"\n".join(certificates[:CERTIFICATES_LIMIT]))
    text = f":{base64.b64encode(packed).decode()}:"
    return text if len(text) <= CERTIFICATES_TEXT_LIMIT else None


def read_certificates(text: str) -> list[bytes]:
    """The certificates in a CERTIFICATES_HEADER, unchecked. Raises Untrusted certificate_forged for what is none."""
    import zstandard

    try:
        if len(text) > CERTIFICATES_TEXT_LIMIT or len(text) < 2 or text[0] != ":" or text[-1] != ":":
            raise ValueError("not a byte sequence")
        packed = base64.b64decode(text[1:-1], validate=True)
        if not 0 <= zstandard.frame_content_size(packed) <= CERTIFICATES_BYTES_LIMIT:
            raise ValueError("too large")
        lines = zstandard.ZstdDecompressor().decompress(packed, max_output_size=CERTIFICATES_BYTES_LIMIT).split(b"\n")
    except (ValueError, binascii.Error, zstandard.ZstdError):
        raise Untrusted("certificate_forged") from None
    if len(lines) > CERTIFICATES_LIMIT:
        raise Untrusted("certificate_forged")
    return lines
