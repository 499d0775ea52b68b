"""What a bundle carries inside: certificates, what the writer holds, and segments, as lines of JSON under zstd.

The entries' bytes stand in it verbatim, a line each, so that they are hashed as they were written.
"""

import hashlib
import io
from binascii import hexlify
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Final, Protocol

import msgspec
import zstandard

from sync.certificates import Member
from sync.coverage import MAX_NUMBER, Have, Ranges, pack_have, pack_ranges, unpack_have, unpack_ranges
from sync.entry import INTEGER_LIMIT, entry_hash
from sync.errors import Untrusted
from sync.members import Membership
from sync.paper import COUNT_LIMIT, TOTAL_LIMIT, Paper, Title
from sync.paper import check_signature as check_title
from sync.segment import HASH_BYTES, MAX_ENTRIES, Segment, Unread, check_signature
from sync.tally import Said, Total

SIZE_LIMIT: Final = 512 * 1024 * 1024
"""The most bytes a payload may have once unpacked."""
RATIO_LIMIT: Final = 200
"""The most that a payload may grow by unpacking. Every entry holds random ids and hashes, which keeps real ones
below 20."""
SMALL: Final = 8 * 1024 * 1024
"""What a payload may always grow to: one entry of a megabyte of blanks is odd but allowed."""
LEVEL: Final = 3
SMALL_LEVEL: Final = 9
"""A tenth smaller at four times the work, which for a day's registrations is still a thousandth of a second."""
SMALL_TEXT: Final = 256 * 1024
_WINDOW_LIMIT: Final = 128 * 1024 * 1024
_LINK: Final = b',"p":"'
"""What stands before the hash of the previous entry; of the keys after it in an entry's bytes none can hold this."""
_NO_LINK: Final = _LINK + b'",'

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
    """Ids of the members whose certificates the writer holds, and marks of the papers, sorted."""
    said: Said | None = None
    """How much the writer holds of the receiver's scopes; only where the receiver now has all of it."""
    papers: tuple[Paper, ...] = ()
    papers_left: int = 0
    """How many more papers the writer has for the receiver."""

    @property
    def entries(self) -> int:
        """How many entries are here with their bytes."""
        return sum(segment.count - len(segment.withheld) for segment in self.segments)


class _Sums(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    entered: dict[str, _Count]
    scopes: dict[str, tuple[_Count, _Hex32]]
    without: tuple[_Hex32, ...]


class _Top(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    at: _Count
    certs: tuple[msgspec.Raw, ...]
    entries: _Count
    have: dict[str, Any]
    known: tuple[_Hex32, ...]
    outside: dict[str, Any]
    papers: tuple[Annotated[int, _Meta(ge=1, le=COUNT_LIMIT)], _Count] | None = None
    segments: _Count
    sums: _Sums | None = None


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    au: _Hex32
    ch: _Hex32
    first: _Number
    h: str = ""
    head: _Hex64
    last: _Number
    prev: str
    sig: _Hex128
    size: _Count = 0
    w: tuple[int, ...] = ()


class Known(Protocol):
    """Looks whether a segment is here already, signature and all, with every entry but those at the offsets withheld;
    its hashes then, else None."""

    def __call__(
        self, chain: str, first: int, last: int, signature: bytes, withheld: Collection[int], /
    ) -> bytes | None: ...


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_top_decoder: Final = msgspec.json.Decoder(_Top)
_line_decoder: Final = msgspec.json.Decoder(_Line)
_title_decoder: Final = msgspec.json.Decoder(Title)


def pack(payload: Payload, *, links: bool = False) -> bytes:
    """The payload as zstd-compressed lines; with `links`, entries leave out the hash of the one before them."""
    top = _Top(
        at=payload.at_ms,
        certs=tuple(msgspec.Raw(certificate) for certificate in payload.certificates),
        entries=payload.entries,
        have=pack_have(payload.have),
        known=tuple(sorted(payload.known)),
        outside=pack_ranges(payload.outside),
        papers=(len(payload.papers), payload.papers_left) if payload.papers else None,
        segments=len(payload.segments),
        sums=_sums(payload.said),
    )
    pieces = [_encoder.encode(top), b"\n"]
    for segment in payload.segments:
        bodies = _without_links(segment) if links else [body for body in segment.bodies if body is not None]
        block = b"".join([line for body in bodies for line in (body, b"\n")])
        pieces += (_encoder.encode(_line(segment, links, len(block) if links else 0)), b"\n", block)
    for paper in payload.papers:
        pieces += (_encoder.encode(paper.title), b"\n", paper.content)
    text = b"".join(pieces)
    return zstandard.ZstdCompressor(level=SMALL_LEVEL if len(text) <= SMALL_TEXT else LEVEL).compress(text)


def _sums(said: Said | None) -> _Sums | None:
    if said is None:
        return None
    scopes = {scope: (total.entries, f"{total.sum:032x}") for scope, total in said.scopes.items()}
    return _Sums(entered=said.entered, scopes=scopes, without=said.without)


def _said(sums: _Sums | None) -> Said | None:
    if sums is None:
        return None
    scopes = {scope: Total(count, int(total, 16)) for scope, (count, total) in sums.scopes.items()}
    return Said(scopes, sums.entered, sums.without)


def _line(segment: Segment, links: bool, size: int) -> _Line:
    withheld = segment.withheld
    # With links every other hash follows from the one before it and the bytes that are here.
    listed = [segment.hashes[o * HASH_BYTES : (o + 1) * HASH_BYTES] for o in withheld] if links else [segment.hashes]
    return _Line(
        au=segment.author,
        ch=segment.ch,
        first=segment.first,
        h=b"".join(listed).hex() if withheld else "",
        head=segment.head,
        last=segment.last,
        prev=segment.prev,
        sig=segment.signature.hex(),
        size=size,
        w=withheld,
    )


def _without_links(segment: Segment) -> list[bytes]:
    """The bodies that are here, without the hashes that a reader puts back (`_with_links`)."""
    hashes = segment.prev + segment.hashes.hex()
    start = len(segment.prev)
    found = []
    for offset, body in enumerate(segment.bodies):
        if body is not None:
            link = hashes[start + 64 * (offset - 1) : start + 64 * offset] if offset else segment.prev
            at = body.rfind(_LINK) + len(_LINK)
            has_link = body.startswith(link.encode() + b'",', at) and at >= len(_LINK)
            found.append(body[:at] + body[at + len(link) :] if has_link else body)
    return found


def unpack(packed: bytes, *, links: bool = False, papers: bool = False, known: Known | None = None) -> Payload:
    """Read a payload and check that it hangs together; signatures are for `verify`.

    `links` says whether it was packed so, `papers` whether there are some inside. With `known`, the bodies of segments
    that are here already stay unread, and are checked only if somebody looks at them. Raises Untrusted:
    bundle_too_large, bundle_damaged, segment_damaged.
    """
    reader = _Reader(_decompress(packed), links, known)
    try:
        top = _top_decoder.decode(reader.line())
        segments = tuple([reader.segment() for _ in range(top.segments)])
        count, left = top.papers or (0, 0)
        brought = tuple([reader.paper() for _ in range(count)])
    except (ValueError, RecursionError):
        raise Untrusted("bundle_damaged") from None
    payload = Payload(
        at_ms=top.at,
        certificates=tuple(bytes(raw) for raw in top.certs),
        segments=segments,
        have=unpack_have(top.have),
        outside=unpack_ranges(top.outside),
        known=top.known,
        said=_said(top.sums),
        papers=brought,
        papers_left=left,
    )
    is_too_much = sum(paper.title.size for paper in brought) > TOTAL_LIMIT
    if not reader.is_at_end or payload.entries != top.entries or bool(brought) != papers or is_too_much:
        raise Untrusted("bundle_damaged")
    return payload


def _decompress(packed: bytes) -> bytes:
    """Unpack at most what the limits allow: a few kilobytes can be made to claim or to become terabytes."""
    limit = min(SIZE_LIMIT, max(SMALL, RATIO_LIMIT * len(packed)))
    try:
        stated = zstandard.frame_content_size(packed)
        if stated > limit:
            raise Untrusted("bundle_too_large", limit=limit)
        if stated < 0:
            raise Untrusted("bundle_damaged")
        # A frame never unpacks to more than it states; the whole of the bytes must be that one frame.
        text = zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT).decompress(packed, allow_extra_data=False)
    except zstandard.ZstdError:
        raise Untrusted("bundle_damaged") from None
    if len(text) != stated:
        raise Untrusted("bundle_damaged")
    return text


class _Reader:
    """Goes through the unpacked text of a payload."""

    def __init__(self, text: bytes, links: bool, known: Known | None) -> None:
        self._text = text
        self._links = links
        self._known = known
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._text)

    def line(self) -> bytes:
        return self._take(self._text.find(b"\n", self._at) + 1)[:-1]

    def _take(self, end: int) -> bytes:
        if not self._at <= end <= len(self._text) or end == 0:
            raise Untrusted("bundle_damaged")
        taken = self._text[self._at : end]
        self._at = end
        return taken

    def segment(self) -> Segment:
        """One segment with its bodies' lines; every body that is read is checked against the list of hashes."""
        line = _line_decoder.decode(self.line())
        count = line.last - line.first + 1
        listed = count if line.w and not self._links else len(line.w)
        if (
            not 0 < count <= MAX_ENTRIES
            or any(a >= b for a, b in pairwise(line.w))
            or any(not 0 <= offset < count for offset in line.w)
            or len(line.h) != 2 * HASH_BYTES * listed
            or (line.size and not self._links)
        ):
            raise Untrusted("segment_damaged")
        block = self._take(self._at + line.size if self._links else self._end_of_lines(count - len(line.w)))
        signature = bytes.fromhex(line.sig)
        known = self._known and self._known(line.ch, line.first, line.last, signature, line.w)
        bodies: Sequence[bytes | None]
        links = self._links
        if known and known[-HASH_BYTES:].hex() == line.head:
            hashes, bodies = known, Unread(count, line.w, lambda: _checked_bodies(line, block, links, known))
        else:
            hashes, bodies = _bodies(line, block, links)
        return Segment(
            author=line.au,
            ch=line.ch,
            first=line.first,
            last=line.last,
            prev=line.prev,
            hashes=hashes,
            signature=signature,
            bodies=bodies,
        )

    def paper(self) -> Paper:
        """One paper, whose content is the one that its title names."""
        title = _title_decoder.decode(self.line())
        content = self._take(self._at + title.size) if title.size else b""
        if hashlib.sha256(content).hexdigest() != title.sha256:
            raise Untrusted("bundle_damaged")
        return Paper(title, content)

    def _end_of_lines(self, count: int) -> int:
        end = self._at
        find = self._text.find
        for _ in range(count):
            end = find(b"\n", end) + 1
            if not end:
                break
        return end


def _bodies(line: _Line, block: bytes, links: bool) -> tuple[bytes, tuple[bytes | None, ...]]:
    """The hashes and the bodies of a segment, of which `block` has the lines that are not withheld."""
    # Finds the ends of lines several times as fast as bytes.split, which looks at one byte after the other.
    bodies: list[bytes | None] = [*io.BytesIO(block).readlines()]
    count = line.last - line.first + 1
    if block[-1:] not in (b"\n", b"") or len(bodies) != count - len(line.w):
        raise Untrusted("segment_damaged", chain=line.ch, first=line.first)
    for offset in line.w:
        bodies.insert(offset, None)
    listed = bytes.fromhex(line.h)
    digests = _with_links(bodies, line.prev.encode(), listed) if links else _hashed(bodies, listed)
    hashes = b"".join(digests)
    if (line.w and not links and hashes != listed) or hashes[-HASH_BYTES:].hex() != line.head:
        raise Untrusted("segment_damaged", chain=line.ch, first=line.first)
    return hashes, tuple(bodies)


def _hashed(bodies: list[bytes | None], listed: bytes) -> list[bytes]:
    """Cut the line feed from each line; the hashes of all, as they are `listed` where the body is withheld."""
    digests = []
    for offset, line in enumerate(bodies):
        if line is None:
            digest = listed[offset * HASH_BYTES : (offset + 1) * HASH_BYTES]
        else:
            body = bodies[offset] = line[:-1]
            digest = entry_hash(body)
        digests.append(digest)
    return digests


def _with_links(bodies: list[bytes | None], link: bytes, withheld: bytes) -> list[bytes]:
    """Make of each line the body that it stands for, with the hash of the entry before it, from `link` on; the hashes
    of all.

    Whatever a line makes of this, the hashes decide whether it is what its author signed.
    """
    digests = []
    listed = 0
    for offset, line in enumerate(bodies):
        if line is None:
            digest = withheld[listed : listed + HASH_BYTES]
            listed += HASH_BYTES
        else:
            at = line.rfind(_NO_LINK)
            if at >= 0:
                at += len(_LINK)
                body = line[:at] + link + line[at:-1]
            else:
                body = line[:-1]
            bodies[offset] = body
            digest = entry_hash(body)
        digests.append(digest)
        link = hexlify(digest)
    return digests


def _checked_bodies(line: _Line, block: bytes, links: bool, hashes: bytes) -> tuple[bytes | None, ...]:
    found, bodies = _bodies(line, block, links)
    if found != hashes:
        raise Untrusted("segment_damaged", chain=line.ch, first=line.first)
    return bodies


def verify(payload: Payload, membership: Membership) -> tuple[Member, ...]:
    """Check certificates and signatures of a payload; `membership` takes note of the certificates.

    Returns the members that the certificates describe. Raises Untrusted: what `Membership.add` raises, member_unknown
    for a segment or paper by somebody who is not of the programme, segment_forged, segment_damaged, paper_forged.
    """
    described = tuple(membership.add(certificate) for certificate in payload.certificates)
    for segment in payload.segments:
        author = membership.member(segment.author)
        if author is None:
            raise Untrusted("member_unknown", member=segment.author)
        check_signature(segment, author.sign_key)
    for paper in payload.papers:
        author = membership.member(paper.title.by)
        if author is None:
            raise Untrusted("member_unknown", member=paper.title.by)
        check_title(paper.title, author)
    return described
