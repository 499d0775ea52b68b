"""Certificates: who a member is, provable offline from the programme's id alone (FORMAT.md, section 2)."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Final, NamedTuple, TypeVar

import msgspec

from sync.entry import INTEGER_LIMIT, SCOPE_PATTERN, is_normal
from sync.errors import Untrusted
from sync.keys import Identity, is_recipient, is_signed, key_id, member_id, sign

PUBLIC_SCOPE: Final = "*"
CERTIFICATE_LIMIT: Final = 64 * 1024
"""The most bytes one certificate may have."""
NAME_LIMIT: Final = 200
_REMEMBERED: Final = 4096
"""Certificates whose checks are remembered: three signatures each, asked for anew by every transaction of a laptop."""
SCOPES_LIMIT: Final = 500

_PROGRAMME_TAG: Final = b"fieldapp programme 1\n"
_INVITATION_TAG: Final = b"fieldapp invitation 1\n"
_PERMIT_TAG: Final = b"fieldapp permit 1\n"
_CLAIM_TAG: Final = b"fieldapp claim 1\n"

_Meta = msgspec.Meta
_Hex32 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Hex64 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Hex128 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{128}\Z")]
_Ms = Annotated[int, _Meta(ge=0, le=INTEGER_LIMIT)]

# Controls, line ends, marks that turn the reading order, byte order mark: a name with them is shown as another name.
_unseen: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]").search
role_match: Final = re.compile("[a-z][a-z_]{0,31}").fullmatch
scope_match: Final = re.compile(SCOPE_PATTERN).fullmatch


class Permit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an invitation allows its holder to become; signed by the issuer, or by the root key for the founder."""

    by: Annotated[str, _Meta(pattern=r"^[0-9a-f]{32}(?:[0-9a-f]{32})?\Z")]
    """Issuer: member id (32 hex digits), or the root public key (64 hex digits) in the founder's own permit."""
    expires: _Ms
    """The invitation may be claimed up to this time, ms since 1970 UTC."""
    issued: _Ms
    key: _Hex64
    """Ed25519 public key of the invitation; its hash is the invitation's id."""
    name: str
    programme: _Hex32
    role: str
    scopes: tuple[str, ...]

    @property
    def invitation(self) -> str:
        """Invitation id, 32 hex digits."""
        return invitation_id(bytes.fromhex(self.key))


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys that a newcomer made for the laptop; signed by the invitation's key and by the new member's own."""

    age: str
    """The member's age recipient, age1..."""
    device: _Hex32
    joined: _Ms
    key: _Hex64
    """The member's Ed25519 public key; its hash is the member's id."""


class _Certificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    claim: msgspec.Raw
    claim_own_signature: _Hex128
    claim_signature: _Hex128
    permit: msgspec.Raw
    permit_signature: _Hex128


_encoder: Final = msgspec.json.Encoder(order="deterministic")
_T = TypeVar("_T", bound=msgspec.Struct)


@dataclass(frozen=True)
class Member:
    """What everybody may know of a member; all of it is proved by `certificate`."""

    id: str
    name: str = field(repr=False)
    role: str
    scopes: tuple[str, ...]
    sign_key: bytes
    """Ed25519 public key, 32 bytes."""
    age_recipient: str
    device: str
    invitation: str
    joined_ms: int
    certificate: bytes = field(repr=False)


@dataclass(frozen=True)
class Programme:
    """What a replica knows of the programme it belongs to."""

    id: str
    """Hash of the root public key, 32 hex digits."""
    name: str
    root_key: str
    """Ed25519 public key that signed the founder's permit, 64 hex digits."""
    recovery_recipient: str
    """age recipient for which every vault also seals its secrets."""
    office_recipient: str
    """age recipient of the office key in force."""


class Certificate(NamedTuple):
    """A certificate that is right in itself; whether its issuer may issue it is for Membership to say."""

    member: Member
    permit: Permit
    permit_bytes: bytes
    permit_signature: bytes


@dataclass(frozen=True)
class Founding:
    """Everything a new programme begins with. The three secrets beside the identity belong to the administrator."""

    programme: Programme
    identity: Identity
    member: Member
    root_seed: bytes = field(repr=False)
    """Ed25519 seed of the root key; needed for nothing but the founder's certificate, so it may be thrown away."""
    office_identity: str = field(repr=False)
    recovery_identity: str = field(repr=False)
    """age identity that opens every vault of the programme; to be printed or kept apart from the laptop."""


def programme_id(root_key: bytes) -> str:
    """The id of the programme founded by this Ed25519 public key (32 bytes)."""
    return key_id(_PROGRAMME_TAG, root_key)


def invitation_id(key: bytes) -> str:
    """The id of the invitation that holds the seed of this Ed25519 public key (32 bytes)."""
    return key_id(_INVITATION_TAG, key)


def covers(scopes: tuple[str, ...], scope: str) -> bool:
    """Whether a member with `scopes` reaches `scope`: the same, one above it, "*" for all; public is for everybody."""
    if scope == PUBLIC_SCOPE or PUBLIC_SCOPE in scopes or scope in scopes:
        return True
    return any(scope.startswith(f"{own}.") for own in scopes)


def may_grant(issuer_scopes: tuple[str, ...], scopes: tuple[str, ...]) -> bool:
    """Whether a member with `issuer_scopes` may give `scopes` away; everything only who has everything."""
    if PUBLIC_SCOPE in issuer_scopes:
        return True
    return all(scope != PUBLIC_SCOPE and covers(issuer_scopes, scope) for scope in scopes)


def is_root_permit(permit: Permit) -> bool:
    """Whether a permit names a root public key as its issuer, as the founder's does."""
    return len(permit.by) == 64


def canonical(value: msgspec.Struct) -> bytes:
    """The one spelling of a permit, claim or certificate: UTF-8 JSON, sorted keys, no spaces."""
    return _encoder.encode(value)


def read_canonical(kind: type[_T], body: bytes) -> _T:
    """Read what `canonical` wrote; raises ValueError for any other spelling."""
    value = msgspec.json.decode(body, type=kind)
    if _encoder.encode(value) != body:
        raise ValueError("not canonical")
    return value


def is_permit_sound(permit: Permit) -> bool:
    """Whether a permit holds what a permit may hold, whoever signed it."""
    return (
        bool(role_match(permit.role))
        and is_name(permit.name)
        and 0 < len(permit.scopes) <= SCOPES_LIMIT
        and all(scope_match(scope) for scope in permit.scopes)
        and all(a < b for a, b in pairwise(permit.scopes))
        and permit.issued <= permit.expires
    )


def is_name(text: str) -> bool:
    """Whether a text can name a member or a programme: 1 to 200 characters, normal form C, nothing invisible."""
    return 0 < len(text) <= NAME_LIMIT and text.strip(" ") == text and is_normal(text) and not _unseen(text)


def sign_permit(permit: Permit, seed: bytes) -> bytes:
    """The issuer's signature (64 bytes)."""
    return sign(seed, _PERMIT_TAG + canonical(permit))


@lru_cache(maxsize=_REMEMBERED)
def is_permit_signed(certificate: Certificate, issuer_key: bytes) -> bool:
    """Whether this Ed25519 key (32 bytes) signed the certificate's permit."""
    return is_signed(issuer_key, _PERMIT_TAG + certificate.permit_bytes, certificate.permit_signature)


def write_certificate(
    permit: Permit, permit_signature: bytes, claim: Claim, invitation_seed: bytes, own_seed: bytes
) -> bytes:
    """The certificate for a claim, signed with the invitation's seed and the new member's own seed (32 bytes each)."""
    claim_bytes = canonical(claim)
    # The permit is inside what is signed, so that a claim can never be moved to another permit for the same key.
    signed = _CLAIM_TAG + canonical(permit) + b"\n" + claim_bytes
    return canonical(
        _Certificate(
            claim=msgspec.Raw(claim_bytes),
            claim_own_signature=sign(own_seed, signed).hex(),
            claim_signature=sign(invitation_seed, signed).hex(),
            permit=msgspec.Raw(canonical(permit)),
            permit_signature=permit_signature.hex(),
        )
    )


@lru_cache(maxsize=_REMEMBERED)
def read_certificate(body: bytes, programme: str) -> Certificate:
    """Check all of a certificate but its issuer's right to issue it; `programme` is the programme's id.

    Raises Untrusted: invitation_foreign for another programme's, certificate_forged for anything wrong in it.
    """
    try:
        if len(body) > CERTIFICATE_LIMIT:
            raise ValueError("too large")
        outer = read_canonical(_Certificate, body)
        permit_bytes, claim_bytes = bytes(outer.permit), bytes(outer.claim)
        permit, claim = read_canonical(Permit, permit_bytes), read_canonical(Claim, claim_bytes)
    except (ValueError, RecursionError):
        raise Untrusted("certificate_forged") from None
    if permit.programme != programme:
        raise Untrusted("invitation_foreign")
    signed = _CLAIM_TAG + permit_bytes + b"\n" + claim_bytes
    own_key, invitation_key = bytes.fromhex(claim.key), bytes.fromhex(permit.key)
    if not (
        is_permit_sound(permit)
        and permit.issued <= claim.joined <= permit.expires
        and is_recipient(claim.age)
        and is_signed(invitation_key, signed, bytes.fromhex(outer.claim_signature))
        and is_signed(own_key, signed, bytes.fromhex(outer.claim_own_signature))
    ):
        raise Untrusted("certificate_forged")
    member = Member(
        id=member_id(own_key),
        name=permit.name,
        role=permit.role,
        scopes=permit.scopes,
        sign_key=own_key,
        age_recipient=claim.age,
        device=claim.device,
        invitation=permit.invitation,
        joined_ms=claim.joined,
        certificate=body,
    )
    return Certificate(member, permit, permit_bytes, bytes.fromhex(outer.permit_signature))
