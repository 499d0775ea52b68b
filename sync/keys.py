"""Keys of members: Ed25519 for what they sign, age (X25519) for what is sealed to them."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sync.randomness import Random

if TYPE_CHECKING:
    from nacl.signing import SigningKey

_MEMBER_TAG: Final = b"fieldapp member 1\n"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def key_id(tag: bytes, public_key: bytes) -> str:
    """The id of whatever owns a public key: the first half of a hash under the tag of its kind, 32 hex digits."""
    return hashlib.sha256(tag + public_key).hexdigest()[:32]


def member_id(sign_key: bytes) -> str:
    """The id of the member who signs with this Ed25519 public key (32 bytes)."""
    return key_id(_MEMBER_TAG, sign_key)


def public_key_of(seed: bytes) -> bytes:
    """The Ed25519 public key (32 bytes) of a seed (32 bytes)."""
    return bytes(_signing_key(seed).verify_key)


def sign(seed: bytes, message: bytes) -> bytes:
    """The Ed25519 signature (64 bytes) of a message by a seed (32 bytes)."""
    return _signing_key(seed).sign(message).signature


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this Ed25519 key signed this message; malformed keys and signatures signed nothing."""
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey

    try:
        VerifyKey(public_key).verify(message, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def _signing_key(seed: bytes) -> "SigningKey":
    # Loading libsodium costs start-up; only what signs or verifies pays.
    from nacl.signing import SigningKey

    return SigningKey(seed)


def new_age_identity(random: Random) -> str:
    """A fresh age identity, made from our own random bytes, so that a seeded run makes the same keys again."""
    return _bech32("age-secret-key-", random(32)).upper()


def recipient_of(age_identity: str) -> str:
    """The age recipient (age1...) of an age identity; raises ValueError when it is none."""
    from pyrage import IdentityError, x25519

    try:
        return str(x25519.Identity.from_str(age_identity).to_public())
    except IdentityError:
        raise ValueError("not an age identity") from None


def is_recipient(text: str) -> bool:
    """Whether a text is an age X25519 recipient in its one canonical spelling."""
    from pyrage import RecipientError, x25519

    try:
        return str(x25519.Recipient.from_str(text)) == text
    except RecipientError:
        return False


def _bech32(prefix: str, payload: bytes) -> str:
    """Bech32 (BIP 173) in lower case, the spelling age uses for its keys."""
    bits = int.from_bytes(payload, "big") << (-len(payload) * 8 % 5)
    count = -(-len(payload) * 8 // 5)
    digits = [bits >> 5 * place & 31 for place in reversed(range(count))]
    expanded = [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *digits]
    checksum = _bech32_remainder([*expanded, 0, 0, 0, 0, 0, 0]) ^ 1
    return f"{prefix}1" + "".join(_BECH32[d] for d in [*digits, *(checksum >> 5 * p & 31 for p in reversed(range(6)))])


def _bech32_remainder(digits: Iterable[int]) -> int:
    remainder = 1
    for digit in digits:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ digit
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            remainder ^= generator if top >> bit & 1 else 0
    return remainder


@dataclass(frozen=True)
class Identity:
    """The secrets of one member on one laptop; kept in the vault only, and never shown when printed."""

    sign_seed: bytes = field(repr=False)
    """Ed25519 seed, 32 bytes."""
    age_identity: str = field(repr=False)
    """The member's own age identity, AGE-SECRET-KEY-1..."""
    office_identities: tuple[str, ...] = field(default=(), repr=False)
    """For office roles: every office age identity held, oldest first; old bundles stay readable with the old ones."""

    @cached_property
    def sign_key(self) -> bytes:
        """Ed25519 public key, 32 bytes."""
        return public_key_of(self.sign_seed)

    @cached_property
    def member_id(self) -> str:
        return member_id(self.sign_key)

    @cached_property
    def age_recipient(self) -> str:
        return recipient_of(self.age_identity)

    def sign(self, message: bytes) -> bytes:
        """The member's Ed25519 signature, 64 bytes."""
        return sign(self.sign_seed, message)

    def derive(self, tag: bytes) -> bytes:
        """A secret of 32 bytes that only holders of this member's key can work out; another one for each tag."""
        return hmac.digest(self.sign_seed, tag, hashlib.sha256)
