"""Founding a programme and inviting to it: one file and a PIN make a member (FORMAT.md, section 3)."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple

import msgspec

from sync.certificates import (
    PUBLIC_SCOPE,
    Claim,
    Founding,
    Member,
    Permit,
    Programme,
    canonical,
    is_name,
    is_permit_sound,
    may_grant,
    programme_id,
    read_canonical,
    read_certificate,
    sign_permit,
    write_certificate,
)
from sync.entry import INTEGER_LIMIT, in_normal_form
from sync.errors import NotAllowed, Untrusted
from sync.keys import Identity, is_recipient, new_age_identity, public_key_of, recipient_of
from sync.randomness import Random, system_random

PIN_LENGTH_MIN: Final = 4

_FIRST_LINE: Final = b"FIELDAPP INVITATION 1\n"
_any_version: Final = re.compile(rb"FIELDAPP INVITATION [0-9]{1,9}\n").match
_head_match: Final = re.compile(_FIRST_LINE + rb"([^\n]{1,1000})\n([0-9a-f]{64})\n").match
_device_match: Final = re.compile("[0-9a-f]{32}").fullmatch
_NONCE_BYTES: Final = 24
_MAC_BYTES: Final = 16


class KdfCost(NamedTuple):
    """What Argon2id costs whoever tries a PIN. The bounds keep a hostile file from asking for the whole machine."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1

    def is_bearable(self) -> bool:
        """Whether a file may ask for this: up to 256 MiB, 10 passes, 4 lanes."""
        return 8 * self.lanes <= self.memory_kib <= 256 * 1024 and 1 <= self.passes <= 10 and 1 <= self.lanes <= 4


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kdf: KdfCost
    salt: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]


class _Programme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    office: str
    recovery: str
    root: str


class _Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line inside the box; the payload's bytes follow it."""

    office_identities: tuple[str, ...]
    permit: msgspec.Raw
    permit_signature: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]
    programme: _Programme
    seed: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    size: Annotated[int, msgspec.Meta(ge=0, le=INTEGER_LIMIT)]


@dataclass(frozen=True)
class Invitation:
    """An opened invitation; holds secrets, so it stays in memory until it is claimed."""

    id: str
    programme: Programme
    permit: Permit
    permit_signature: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    """Ed25519 seed of the invitation, 32 bytes; whoever holds it can claim."""
    office_identities: tuple[str, ...] = field(repr=False)
    payload: bytes = field(repr=False)
    """A bundle's payload, for the newcomer to merge at once."""

    @property
    def name(self) -> str:
        return self.permit.name

    @property
    def role(self) -> str:
        return self.permit.role

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.permit.scopes

    @property
    def expires_ms(self) -> int:
        return self.permit.expires


def found(name: str, member_name: str, role: str, device: str, now_ms: int, random: Random = system_random) -> Founding:
    """Found a programme: root key, office key, recovery key, and the founder's identity and certificate.

    `device` is 32 hex digits, `now_ms` milliseconds since 1970 UTC. Raises ValueError for a name, role or device that
    cannot be one.
    """
    name, member_name = in_normal_form(name.strip()), in_normal_form(member_name.strip())
    if not is_name(name):
        raise ValueError("not a name for a programme")
    root_seed, invitation_seed = random(32), random(32)
    root_key = public_key_of(root_seed)
    office_identity, recovery_identity = new_age_identity(random), new_age_identity(random)
    programme = Programme(
        id=programme_id(root_key),
        name=name,
        root_key=root_key.hex(),
        recovery_recipient=recipient_of(recovery_identity),
        office_recipient=recipient_of(office_identity),
    )
    permit = Permit(
        by=root_key.hex(),
        expires=now_ms,
        issued=now_ms,
        key=public_key_of(invitation_seed).hex(),
        name=member_name,
        programme=programme.id,
        role=role,
        scopes=(PUBLIC_SCOPE,),
    )
    if not is_permit_sound(permit):
        raise ValueError("not a name or role for a member")
    identity = Identity(random(32), new_age_identity(random), (office_identity,))
    certificate = _certify(permit, sign_permit(permit, root_seed), identity, device, now_ms, invitation_seed)
    member = read_certificate(certificate, programme.id).member
    return Founding(programme, identity, member, root_seed, office_identity, recovery_identity)


def invite(
    issuer: Member,
    identity: Identity,
    programme: Programme,
    role: str,
    name: str,
    scopes: Sequence[str],
    now_ms: int,
    expires_ms: int,
    pin: str,
    payload: Callable[[str], bytes],
    office_identities: Sequence[str] = (),
    *,
    random: Random = system_random,
    cost: KdfCost = KdfCost(),  # noqa: B008 - a tuple never changes
) -> tuple[str, bytes]:
    """Write an invitation: (its id, the file's bytes).

    `payload` makes a bundle's payload for the invitation of this id, so that what is granted to its holder can travel
    along; it holds the certificates that lead to the issuer. `office_identities` are given to office roles only.
    Raises NotAllowed: pin_too_short; outside_scope when the issuer may not give these scopes away. ValueError for a
    name, role or scope that cannot be one, or when it expires before it begins.
    """
    pin = pin.strip()
    if len(pin) < PIN_LENGTH_MIN:
        raise NotAllowed("pin_too_short", minimum=PIN_LENGTH_MIN)
    seed = random(32)
    permit = Permit(
        by=issuer.id,
        expires=expires_ms,
        issued=now_ms,
        key=public_key_of(seed).hex(),
        name=in_normal_form(name.strip()),
        programme=programme.id,
        role=role,
        scopes=tuple(sorted(set(scopes))),
    )
    if not is_permit_sound(permit):
        raise ValueError("not a name, role, scope or time for an invitation")
    if not may_grant(issuer.scopes, permit.scopes):
        raise NotAllowed("outside_scope")
    carried = payload(permit.invitation)
    content = _Content(
        office_identities=tuple(office_identities),
        permit=msgspec.Raw(canonical(permit)),
        permit_signature=sign_permit(permit, identity.sign_seed).hex(),
        programme=_Programme(
            name=programme.name,
            office=programme.office_recipient,
            recovery=programme.recovery_recipient,
            root=programme.root_key,
        ),
        seed=seed.hex(),
        size=len(carried),
    )
    return permit.invitation, _box(canonical(content) + b"\n" + carried, pin, random, cost)


def open_invitation(file: bytes, pin: str) -> Invitation:
    """Open an invitation file with its PIN.

    Raises Untrusted: invitation_damaged, invitation_version, invitation_pin.
    """
    line, found_end, payload = _unbox(file, pin.strip()).partition(b"\n")
    try:
        content = read_canonical(_Content, line)
        permit = read_canonical(Permit, bytes(content.permit))
        seed, root = bytes.fromhex(content.seed), bytes.fromhex(content.programme.root)
        for office_identity in content.office_identities:
            recipient_of(office_identity)
    except ValueError:
        raise Untrusted("invitation_damaged") from None
    programme = Programme(
        id=programme_id(root),
        name=content.programme.name,
        root_key=content.programme.root,
        recovery_recipient=content.programme.recovery,
        office_recipient=content.programme.office,
    )
    if not (
        found_end
        and len(payload) == content.size
        and permit.programme == programme.id
        and is_name(programme.name)
        and is_permit_sound(permit)
        and permit.key == public_key_of(seed).hex()
        and is_recipient(programme.recovery_recipient)
        and is_recipient(programme.office_recipient)
    ):
        raise Untrusted("invitation_damaged")
    signature = bytes.fromhex(content.permit_signature)
    return Invitation(permit.invitation, programme, permit, signature, seed, content.office_identities, payload)


def claim(invitation: Invitation, device: str, now_ms: int, random: Random = system_random) -> tuple[Identity, bytes]:
    """Make the keys of a new member on this laptop: (identity, certificate).

    `device` is 32 hex digits, else ValueError. Raises NotAllowed invitation_expired.
    """
    permit = invitation.permit
    if now_ms > permit.expires:
        raise NotAllowed("invitation_expired")
    identity = Identity(random(32), new_age_identity(random), invitation.office_identities)
    # A laptop whose clock is behind joins at the earliest time that can be true.
    joined_ms = max(now_ms, permit.issued)
    certificate = _certify(permit, invitation.permit_signature, identity, device, joined_ms, invitation.seed)
    return identity, certificate


def _certify(
    permit: Permit, permit_signature: bytes, identity: Identity, device: str, joined_ms: int, invitation_seed: bytes
) -> bytes:
    if not _device_match(device):
        raise ValueError("not a device id")
    own = Claim(age=identity.age_recipient, device=device, joined=joined_ms, key=identity.sign_key.hex())
    return write_certificate(permit, permit_signature, own, invitation_seed, identity.sign_seed)


def _box(content: bytes, pin: str, random: Random, cost: KdfCost) -> bytes:
    from nacl.secret import SecretBox

    if not cost.is_bearable():
        raise ValueError("cost beyond what a reader would bear")
    salt = random(16)
    box = bytes(SecretBox(_key(pin, salt, cost)).encrypt(content, random(_NONCE_BYTES)))
    head = _FIRST_LINE + canonical(_Head(kdf=cost, salt=salt.hex())) + b"\n"
    return head + hashlib.sha256(head + box).hexdigest().encode() + b"\n" + box


def _unbox(file: bytes, pin: str) -> bytes:
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    if _any_version(file) and not file.startswith(_FIRST_LINE):
        raise Untrusted("invitation_version")
    found_head = _head_match(file)
    try:
        if found_head is None:
            raise ValueError("no head")
        head = read_canonical(_Head, found_head[1])
    except ValueError:
        raise Untrusted("invitation_damaged") from None
    box, cost = file[found_head.end() :], head.kdf
    # The digest tells a damaged file from a wrong PIN, without which people would try PINs on a broken copy.
    digest = hashlib.sha256(file[: found_head.end(1) + 1] + box).hexdigest().encode()
    if len(box) < _NONCE_BYTES + _MAC_BYTES or digest != found_head[2] or not cost.is_bearable():
        raise Untrusted("invitation_damaged")
    try:
        return SecretBox(_key(pin, bytes.fromhex(head.salt), cost)).decrypt(box)
    except CryptoError:
        raise Untrusted("invitation_pin") from None


def _key(pin: str, salt: bytes, cost: KdfCost) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        pin.encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=32,
        type=Type.ID,
    )
