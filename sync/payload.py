"""What a bundle carries inside: certificates, what the writer holds, and segments, as lines of JSON under zstd.

The entries' bytes stand in it verbatim, a line each, so that they are hashed as they were written.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Final

import msgspec
import zstandard

from sync.certificates import Member
from sync.coverage import MAX_NUMBER, Have, Ranges, pack_have, pack_ranges, unpack_have, unpack_ranges
from sync.entry import INTEGER_LIMIT, entry_hash
from sync.errors import Untrusted
from sync.members import Membership
from sync.segment import HASH_BYTES, MAX_ENTRIES, Segment, check_signature

SIZE_LIMIT: Final = 512 * 1024 * 1024
"""The most bytes a payload may have once unpacked."""
RATIO_LIMIT: Final = 200
"""The most that a payload may grow by unpacking. Every entry holds random ids and hashes, which keeps real ones
below 20."""
SMALL: Final = 8 * 1024 * 1024
"""What a payload may always grow to: one entry of a megabyte of blanks is odd but allowed."""
LEVEL: Final = 3
_WINDOW_LIMIT: Final = 128 * 1024 * 1024
_PIECE: Final = 4 * 1024 * 1024

_Meta = msgspec.Meta
_Hex32 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Hex64 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Hex128 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{128}\Z")]
_Count = Annotated[int, _Meta(ge=0, le=INTEGER_LIMIT)]
_Number = Annotated[int, _Meta(ge=1, le=MAX_NUMBER)]


@dataclass(frozen=True)
class Payload:
    """The content of a bundle, once its signatures and hashes are checked."""

    at_ms: int
    """Time of writing by the writer's clock, milliseconds since 1970 UTC."""
    certificates: tuple[bytes, ...] = ()
    segments: tuple[Segment, ...] = ()
    have: Have = field(default_factory=dict)
    """What the writer holds."""
    outside: dict[str, Ranges] = field(default_factory=dict)
    """Chain -> numbers that the writer holds and left out, since they lie outside the receiver's scopes."""
    known: tuple[str, ...] = ()
    """Ids of the members whose certificates the writer holds, sorted."""

    @property
    def entries(self) -> int:
        """How many entries are here with their bytes."""
        return sum(segment.count - len(segment.withheld) for segment in self.segments)


class _Top(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: _Count
    certs: tuple[msgspec.Raw, ...]
    entries: _Count
    have: dict[str, Any]
    known: tuple[_Hex32, ...]
    outside: dict[str, Any]
    segments: _Count


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    au: _Hex32
    ch: _Hex32
    first: _Number
    h: str = ""
    head: _Hex64
    last: _Number
    prev: str
    sig: _Hex128
    w: tuple[int, ...] = ()


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_top_decoder: Final = msgspec.json.Decoder(_Top)
_line_decoder: Final = msgspec.json.Decoder(_Line)


def pack(payload: Payload) -> bytes:
    """The payload as zstd-compressed lines."""
    top = _Top(
        at=payload.at_ms,
        certs=tuple(msgspec.Raw(certificate) for certificate in payload.certificates),
        entries=payload.entries,
        have=pack_have(payload.have),
        known=tuple(sorted(payload.known)),
        outside=pack_ranges(payload.outside),
        segments=len(payload.segments),
    )
    lines = [_encoder.encode(top)]
    for segment in payload.segments:
        lines.append(_encoder.encode(_line(segment)))
        lines.extend(body for body in segment.bodies if body is not None)
    lines.append(b"")
    return zstandard.ZstdCompressor(level=LEVEL).compress(b"\n".join(lines))


def _line(segment: Segment) -> _Line:
    withheld = segment.withheld
    return _Line(
        au=segment.author,
        ch=segment.ch,
        first=segment.first,
        h=segment.hashes.hex() if withheld else "",
        head=segment.head,
        last=segment.last,
        prev=segment.prev,
        sig=segment.signature.hex(),
        w=withheld,
    )


def unpack(packed: bytes) -> Payload:
    """Read a payload and check that it hangs together; signatures are for `verify`.

    Raises Untrusted: bundle_too_large, bundle_damaged, segment_damaged.
    """
    text = _decompress(packed)
    lines = text.split(b"\n")
    if lines.pop() != b"" or not lines:
        raise Untrusted("bundle_damaged")
    source = iter(lines)
    try:
        top = _top_decoder.decode(next(source))
        segments = tuple([_read_segment(source) for _ in range(min(top.segments, len(lines)))])
    except (ValueError, RecursionError):
        raise Untrusted("bundle_damaged") from None
    payload = Payload(
        at_ms=top.at,
        certificates=tuple(bytes(raw) for raw in top.certs),
        segments=segments,
        have=unpack_have(top.have),
        outside=unpack_ranges(top.outside),
        known=top.known,
    )
    if next(source, None) is not None or (len(segments), payload.entries) != (top.segments, top.entries):
        raise Untrusted("bundle_damaged")
    return payload


def _decompress(packed: bytes) -> bytes:
    """Unpack at most what the limits allow: a few kilobytes can be made to claim or to become terabytes."""
    limit = min(SIZE_LIMIT, max(SMALL, RATIO_LIMIT * len(packed)))
    pieces: list[bytes] = []
    size = 0
    try:
        stated = zstandard.frame_content_size(packed)
        reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT).stream_reader(
            io.BytesIO(packed), read_across_frames=True
        )
        while size <= limit and 0 <= stated <= limit and (piece := reader.read(_PIECE)):
            pieces.append(piece)
            size += len(piece)
    except zstandard.ZstdError:
        raise Untrusted("bundle_damaged") from None
    if size > limit or stated > limit:
        raise Untrusted("bundle_too_large", limit=limit)
    # A frame cut short gives what it has without a word, so the stated size decides.
    if size != stated:
        raise Untrusted("bundle_damaged")
    return b"".join(pieces)


def _next(lines: Iterator[bytes]) -> bytes:
    line = next(lines, None)
    if line is None:
        raise Untrusted("bundle_damaged")
    return line


def _read_segment(lines: Iterator[bytes]) -> Segment:
    """One segment with its bodies' lines; every body that is here is checked against the list of hashes."""
    line = _line_decoder.decode(_next(lines))
    count = line.last - line.first + 1
    withheld = frozenset(line.w)
    if (
        not 0 < count <= MAX_ENTRIES
        or any(a >= b for a, b in pairwise(line.w))
        or any(not 0 <= offset < count for offset in line.w)
        or len(line.h) != (2 * HASH_BYTES * count if withheld else 0)
    ):
        raise Untrusted("segment_damaged")
    bodies = tuple(None if offset in withheld else _next(lines) for offset in range(count))
    listed = bytes.fromhex(line.h)
    hashes = b"".join(
        listed[offset * HASH_BYTES : (offset + 1) * HASH_BYTES] if body is None else entry_hash(body)
        for offset, body in enumerate(bodies)
    )
    if (withheld and hashes != listed) or hashes[-HASH_BYTES:].hex() != line.head:
        raise Untrusted("segment_damaged", chain=line.ch, first=line.first)
    return Segment(
        author=line.au,
        ch=line.ch,
        first=line.first,
        last=line.last,
        prev=line.prev,
        hashes=hashes,
        signature=bytes.fromhex(line.sig),
        bodies=bodies,
    )


def verify(payload: Payload, membership: Membership) -> tuple[Member, ...]:
    """Check certificates and signatures of a payload; `membership` takes note of the certificates.

    Returns the members that the certificates describe. Raises Untrusted: what `Membership.add` raises, member_unknown
    for a segment by somebody who is not of the programme, segment_forged, segment_damaged.
    """
    described = tuple(membership.add(certificate) for certificate in payload.certificates)
    for segment in payload.segments:
        author = membership.member(segment.author)
        if author is None:
            raise Untrusted("member_unknown", member=segment.author)
        check_signature(segment, author.sign_key)
    return described
