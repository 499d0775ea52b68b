"""The segment: up to 500 consecutive entries of one chain under one signature, the unit that is carried.

One signature over the list of entry hashes replaces one over every entry, and lets a segment travel with some of its
bodies withheld: a receiver without the right to read an entry still gets its hash, and the signature still checks.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, overload

from sync.coverage import MAX_NUMBER, is_hex
from sync.entry import Stored, decode, entry_hash
from sync.errors import Untrusted
from sync.keys import Identity, is_signed

TAG: Final = b"fieldapp segment 1\n"
_DIGEST_TAG: Final = b"fieldapp sealed 1\n"
MAX_ENTRIES: Final = 500
HASH_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


class Unread(Sequence[bytes | None]):
    """Bodies that nobody has looked at yet, of a segment that is known here already: so nobody is likely to.

    `read` takes them apart and checks them against the signed hashes, or raises Untrusted segment_damaged.
    """

    def __init__(self, count: int, withheld: tuple[int, ...], read: Callable[[], Sequence[bytes | None]]) -> None:
        self.withheld = withheld
        self._count = count
        self._read = read
        self._bodies: Sequence[bytes | None] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> bytes | None: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes | None]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes | None] | None:
        if self._bodies is None:
            self._bodies = self._read()
        return self._bodies[place]


@dataclass(frozen=True, slots=True)
class Segment:
    """Entries `first` to `last` of chain `ch`, sealed once by their author and never changed."""

    author: str
    """Member id."""
    ch: str
    first: int
    last: int
    prev: str
    """Hash of entry `first - 1`, 64 hex digits; empty when `first` is 1."""
    hashes: bytes
    """32 bytes for each entry, in order."""
    signature: bytes
    """Ed25519 by the author over `signed_bytes`."""
    bodies: Sequence[bytes | None]
    """The entries' bytes, in order; None where withheld."""

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def head(self) -> str:
        """Hash of the last entry, 64 hex digits."""
        return self.hashes[-HASH_BYTES:].hex()

    @property
    def withheld(self) -> tuple[int, ...]:
        """Offsets (from 0) of the entries whose bytes are not here."""
        if isinstance(self.bodies, Unread):
            return self.bodies.withheld
        return tuple(offset for offset, body in enumerate(self.bodies) if body is None)

    def ids(self) -> list[bytes]:
        """The entries' ids, 16 bytes each, in order."""
        return ids_of(self.hashes)


def ids_of(hashes: bytes) -> list[bytes]:
    """The ids (16 bytes each) of a row of hashes (32 bytes each)."""
    return [hashes[start : start + 16] for start in range(0, len(hashes), HASH_BYTES)]


def signed_bytes(segment: Segment) -> bytes:
    """What the author signs: tag, author, chain, first, last, hash before, hashes."""
    return b"".join(
        (
            TAG,
            bytes.fromhex(segment.author),
            bytes.fromhex(segment.ch),
            segment.first.to_bytes(8, "big"),
            segment.last.to_bytes(8, "big"),
            bytes.fromhex(segment.prev).rjust(HASH_BYTES, b"\0"),
            segment.hashes,
        )
    )


def digest_of(segment: Segment) -> str:
    """Names what an author sealed, whoever signed it how: 32 hex digits."""
    return hashlib.sha256(_DIGEST_TAG + signed_bytes(segment)).hexdigest()[:32]


def seal(identity: Identity, ch: str, first: int, prev: str, bodies: Sequence[bytes]) -> Segment:
    """Sign consecutive entries of one's own chain; `prev` is the hash of the entry before (hex), or empty for none."""
    if not 0 < len(bodies) <= MAX_ENTRIES:
        raise ValueError("a segment holds 1 to 500 entries")
    unsigned = Segment(
        author=identity.member_id,
        ch=ch,
        first=first,
        last=first + len(bodies) - 1,
        prev=prev,
        hashes=b"".join(map(entry_hash, bodies)),
        signature=b"",
        bodies=tuple(bodies),
    )
    return Segment(
        unsigned.author,
        ch,
        first,
        unsigned.last,
        prev,
        unsigned.hashes,
        identity.sign(signed_bytes(unsigned)),
        unsigned.bodies,
    )


def check_signature(segment: Segment, sign_key: bytes) -> None:
    """Check shape and signature; `sign_key` is the author's Ed25519 public key.

    Raises Untrusted: segment_damaged for a shape no writer makes, segment_forged for a signature of somebody else.
    """
    if not _is_well_shaped(segment):
        raise Untrusted("segment_damaged")
    if not is_signed(sign_key, signed_bytes(segment), segment.signature):
        raise Untrusted("segment_forged", chain=segment.ch, first=segment.first)


def _is_well_shaped(segment: Segment) -> bool:
    return (
        is_hex(segment.author, 32)
        and is_hex(segment.ch, 32)
        and 1 <= segment.first <= segment.last <= MAX_NUMBER
        and segment.count <= MAX_ENTRIES
        and (segment.prev == "" if segment.first == 1 else is_hex(segment.prev, 64))
        and len(segment.hashes) == HASH_BYTES * segment.count
        and len(segment.bodies) == segment.count
        and len(segment.signature) == SIGNATURE_BYTES
    )


def check_bodies(segment: Segment) -> None:
    """Check every body that is here against the signed hashes; Untrusted segment_damaged when one differs."""
    hashes = segment.hashes
    for offset, body in enumerate(segment.bodies):
        start = offset * HASH_BYTES
        if body is not None and entry_hash(body) != hashes[start : start + HASH_BYTES]:
            raise Untrusted("segment_damaged", chain=segment.ch, n=segment.first + offset)


def read_entries(segment: Segment, offsets: Sequence[int] | None = None) -> list[tuple[int, Stored]]:
    """Decode the bodies that are here (only those at `offsets`, if given): (offset, entry) in order.

    `check_bodies` must have passed. Raises what `decode` raises, and Untrusted segment_damaged for an entry that does
    not belong in this place of this chain.
    """
    found: list[tuple[int, Stored]] = []
    author, chain, first, bodies = segment.author, segment.ch, segment.first, segment.bodies
    # In one row, so that the hash before an entry stands before its own.
    hexes = (bytes.fromhex(segment.prev).rjust(HASH_BYTES, b"\0") + segment.hashes).hex()
    for offset in range(segment.count) if offsets is None else offsets:
        body = bodies[offset]
        if body is None:
            continue
        entry = decode(body)
        at = offset * 64
        previous = hexes[at : at + 64] if first + offset > 1 else ""
        if entry.ch != chain or entry.au != author or entry.n != first + offset or entry.p != previous:
            raise Untrusted("segment_damaged", chain=chain, n=first + offset)
        found.append((offset, Stored(hexes[at + 64 : at + 96], body, entry)))
    return found
