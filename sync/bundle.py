"""The bundle: one file that carries segments from one replica to others, by stick or by HTTP (FORMAT.md, section 6).

Nothing about a person stands outside the sealed part, and nothing of a bundle is used before all of it is checked.
"""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from sync.certificates import Member, Programme
from sync.errors import SyncError, Untrusted
from sync.keys import Identity, is_signed
from sync.members import Membership
from sync.payload import Known, Payload, pack, unpack, verify

VERSION: Final = 1
MAGIC: Final = b"FIELDAPP BUNDLE "
FIRST_LINE: Final = MAGIC + b"%d\n" % VERSION
OFFICE: Final = "office"
PART_BEGINS, PART_ENDS = ".bundle-", ".part"
"""Between these stands the name of a bundle that is still being written."""
"""Stands for all who hold the office key."""
LINKS: Final = "links"
"""Entries leave out the hash of the one before them, for the reader to put back: a tenth to a sixth of a bundle."""
SUMS: Final = "sums"
"""The payload says how much its writer holds of its receiver's scopes."""
PAPERS: Final = "papers"
"""Papers follow the segments. Never asked of a reader whose own bundles did not say that it knows them."""
CAPABILITIES: Final[frozenset[str]] = frozenset({LINKS, SUMS, PAPERS})
"""What a bundle may ask of its reader beyond version 1."""
HEAD_LIMIT: Final = 64 * 1024
FILE_LIMIT: Final = 512 * 1024 * 1024

_Meta = msgspec.Meta
_Hex32 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Hex64 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Receiver = Annotated[str, _Meta(pattern=r"^(?:office|[0-9a-f]{32})\Z")]


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What anybody can read of a bundle; ids and sizes only."""

    bundle: _Hex32
    """Bundle id, 32 random hex digits."""
    by: _Hex32
    """Member who wrote it."""
    caps: tuple[str, ...]
    """Capabilities that a reader must know."""
    programme: _Hex32
    sha256: _Hex64
    """SHA-256 of the sealed part."""
    size: Annotated[int, _Meta(ge=0, le=FILE_LIMIT)]
    """Bytes of the sealed part."""
    to: tuple[_Receiver, ...]
    """"office", or member ids."""


@dataclass(frozen=True)
class Opened:
    """A bundle all of whose signatures and hashes are right. Nothing of it has been applied."""

    head: Head
    by: Member
    """Who wrote the bundle; revoked or not."""
    members: tuple[Member, ...]
    """The members that its certificates describe."""
    payload: Payload


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_version_match: Final = re.compile(rb"([0-9]{1,9})\n").match


def seal(
    identity: Identity,
    programme: Programme,
    bundle_id: str,
    to: Sequence[str],
    recipients: Sequence[str],
    payload: Payload,
) -> bytes:
    """The bytes of a bundle, sealed to the age `recipients` that stand for `to` (OFFICE or member ids).

    Raises SyncError bundle_too_large when its readers would refuse it for its size.
    """
    asked = ((LINKS, True), (PAPERS, bool(payload.papers)), (SUMS, payload.said is not None))
    caps = tuple(cap for cap, is_asked in asked if is_asked)
    return seal_packed(identity, programme, bundle_id, to, recipients, pack(payload, links=True), caps)


def seal_packed(
    identity: Identity,
    programme: Programme,
    bundle_id: str,
    to: Sequence[str],
    recipients: Sequence[str],
    packed: bytes,
    caps: tuple[str, ...] = (),
    magic: bytes = MAGIC,
) -> bytes:
    """The same for a payload that is packed already, in a way that asks `caps` of its reader; `magic` begins files of
    another kind that have the same form."""
    from pyrage import encrypt, x25519

    sealed: bytes = encrypt(packed, [x25519.Recipient.from_str(recipient) for recipient in recipients])
    if len(sealed) > FILE_LIMIT:
        raise SyncError("bundle_too_large", limit=FILE_LIMIT)
    head = Head(
        bundle=bundle_id,
        by=identity.member_id,
        caps=caps,
        programme=programme.id,
        sha256=hashlib.sha256(sealed).hexdigest(),
        size=len(sealed),
        to=tuple(to),
    )
    signed = magic + b"%d\n" % VERSION + _encoder.encode(head) + b"\n"
    return signed + identity.sign(signed).hex().encode() + b"\n" + sealed


def inspect_head(data: bytes) -> Head:
    """What a bundle says of itself, for anybody; says nothing about whether it is genuine.

    Raises Untrusted: bundle_unknown, bundle_version, bundle_capability, bundle_truncated, bundle_damaged.
    """
    return _parse(data)[0]


def open_bundle(
    source: bytes | str | os.PathLike[str],
    identities: Sequence[str],
    membership: Membership,
    programme_id: str,
    known: Known | None = None,
) -> Opened:
    """Check everything in a bundle and open it; `identities` are the age identities to try.

    `membership` is not changed. With `known`, bodies of segments that are here already are checked only when somebody
    looks at them. Raises Untrusted: bundle_unknown, bundle_version, bundle_capability, bundle_truncated,
    bundle_damaged, bundle_foreign, bundle_not_for_us, bundle_too_large, bundle_forged, member_unknown,
    certificate_forged, invitation_foreign, segment_forged, segment_damaged, paper_forged.
    """
    data = source if isinstance(source, bytes) else _read(source)
    sealed = unseal(data, identities, programme_id)
    head = sealed.head
    payload = unpack(sealed.packed, links=LINKS in head.caps, papers=PAPERS in head.caps, known=known)
    # The writer's own certificate may be inside: a newcomer's first bundle introduces its laptop.
    learned = membership.copy()
    members = verify(payload, learned)
    return Opened(head, sealed.writer(learned), members, payload)


@dataclass(frozen=True)
class Sealed:
    """A sealed file that is whole and could be opened; who wrote it is not known before `writer` has looked."""

    head: Head
    packed: bytes
    _signed: bytes
    _signature: bytes

    def writer(self, membership: Membership) -> Member:
        """Who wrote and signed it. Raises Untrusted: member_unknown, bundle_forged."""
        writer = membership.member(self.head.by)
        if writer is None:
            raise Untrusted("member_unknown", member=self.head.by)
        if not is_signed(writer.sign_key, self._signed, self._signature):
            raise Untrusted("bundle_forged", member=self.head.by)
        return writer


def unseal(data: bytes, identities: Sequence[str], programme_id: str, magic: bytes = MAGIC) -> Sealed:
    """Check and open the outer form of a bundle, or of another kind of file that begins with `magic`.

    Raises what `open_bundle` raises for it.
    """
    head, signed, signature, sealed = _parse(data, magic)
    if head.programme != programme_id:
        raise Untrusted("bundle_foreign", programme=head.programme)
    if len(sealed) < head.size:
        raise Untrusted("bundle_truncated", bytes=len(sealed), expected=head.size)
    if len(sealed) > head.size or hashlib.sha256(sealed).hexdigest() != head.sha256:
        raise Untrusted("bundle_damaged")
    return Sealed(head, _decrypt(sealed, identities), signed, signature)


def open_payload(packed: bytes, membership: Membership) -> tuple[Payload, tuple[Member, ...]]:
    """Check and open the payload that an invitation carries; the invitation's box stands for the seal of a bundle.

    Raises what `open_bundle` raises for the inner part.
    """
    payload = unpack(packed)
    return payload, verify(payload, membership.copy())


def _read(path: str | os.PathLike[str]) -> bytes:
    with Path(path).open("rb") as file:
        # One byte more than allowed is enough to know.
        data = file.read(FILE_LIMIT + HEAD_LIMIT + 1)
    if len(data) > FILE_LIMIT + HEAD_LIMIT:
        if not data.startswith(MAGIC):
            raise Untrusted("bundle_unknown")
        raise Untrusted("bundle_too_large", limit=FILE_LIMIT)
    return data


def _parse(data: bytes, magic: bytes = MAGIC) -> tuple[Head, bytes, bytes, bytes]:
    """Head, signed bytes, signature, sealed part."""
    first = _version_match(data, len(magic)) if data.startswith(magic) else None
    if first is None:
        if data and (magic.startswith(data) or (data.startswith(magic) and len(data) < len(magic) + 2)):
            raise Untrusted("bundle_truncated", bytes=len(data))
        raise Untrusted("bundle_damaged" if data.startswith(magic) else "bundle_unknown")
    if int(first[1]) != VERSION:
        raise Untrusted("bundle_version", version=int(first[1]))
    head_end = _line_end(data, first.end())
    head = _read_head(data[first.end() : head_end - 1])
    signature_end = _line_end(data, head_end)
    try:
        signature = bytes.fromhex(data[head_end : signature_end - 1].decode("ascii"))
    except ValueError:
        raise Untrusted("bundle_damaged") from None
    if signature_end - 1 - head_end != 128 or data[head_end:signature_end].lower() != data[head_end:signature_end]:
        raise Untrusted("bundle_damaged")
    return head, data[:head_end], signature, data[signature_end:]


def _line_end(data: bytes, start: int) -> int:
    """The place after the newline that ends the line at `start`."""
    end = data.find(b"\n", start, start + HEAD_LIMIT) + 1
    if not end:
        raise Untrusted("bundle_truncated" if len(data) < start + HEAD_LIMIT else "bundle_damaged", bytes=len(data))
    return end


def _read_head(line: bytes) -> Head:
    try:
        value: Any = msgspec.json.decode(line)
        caps = value["caps"]
        unknown = [cap for cap in caps if cap not in CAPABILITIES]
    except (ValueError, RecursionError, TypeError, KeyError):
        raise Untrusted("bundle_damaged") from None
    if unknown:
        # Before anything else of the head is judged: a capability may well change it.
        raise Untrusted("bundle_capability")
    try:
        head = msgspec.json.decode(line, type=Head)
    except (ValueError, RecursionError):
        raise Untrusted("bundle_damaged") from None
    if _encoder.encode(head) != line or not head.to:
        raise Untrusted("bundle_damaged")
    return head


def _decrypt(sealed: bytes, identities: Sequence[str]) -> bytes:
    from pyrage import DecryptError, decrypt, x25519

    try:
        return bytes(decrypt(sealed, [x25519.Identity.from_str(identity) for identity in identities]))
    except DecryptError as refusal:
        # pyrage has one exception for all; only this text tells a closed letter from a broken one.
        code = "bundle_not_for_us" if "No matching keys" in str(refusal) else "bundle_damaged"
        raise Untrusted(code) from None


def write_bundle(path: str | os.PathLike[str], data: bytes) -> None:
    """Put a bundle's bytes at `path`, whole or not at all, and read them back before they may be carried away.

    Raises SyncError bundle_not_written; then what was at `path` before is still there.
    """
    target = Path(path)
    temporary = ""
    try:
        # Beside the target, so that the final rename stays on one file system.
        descriptor, temporary = tempfile.mkstemp(prefix=PART_BEGINS, suffix=PART_ENDS, dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not _is_kept(Path(temporary), data):
            raise SyncError("bundle_not_written")
        os.replace(temporary, target)
        temporary = ""
        _sync_folder(target.parent)
    except OSError as failure:
        raise SyncError("bundle_not_written", errno=failure.errno or 0) from None
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _is_kept(path: Path, data: bytes) -> bool:
    """Read back what was written, from the medium where the system allows to drop its own copy first."""
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").digest() == hashlib.sha256(data).digest()


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable; Windows has no such call and does it with the file."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        # Some file systems of sticks refuse it for folders; the bytes themselves are safe already.
        pass
    finally:
        os.close(descriptor)
