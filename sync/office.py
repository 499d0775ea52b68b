"""The office key: one age key that all members of office roles hold, handed on by an entry when one of them leaves."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Final

from sync.certificates import Member
from sync.keys import Identity, is_recipient, new_age_identity, recipient_of
from sync.randomness import Random

OFFICE_KEY: Final = "office_key"
"""Type of the records that hand on an office key."""


def new_office_key(members: Iterable[Member], random: Random) -> tuple[str, dict[str, object]]:
    """A fresh office age identity, and the fields of the entry that seals it to each of `members`.

    The fields are {"recipient": age1..., "sealed": {member id: base64 of an age file that holds the identity}}.
    """
    from pyrage import encrypt, x25519

    identity = new_age_identity(random)
    sealed = {
        member.id: base64.b64encode(
            encrypt(identity.encode(), [x25519.Recipient.from_str(member.age_recipient)])
        ).decode()
        for member in members
    }
    return identity, {"recipient": recipient_of(identity), "sealed": sealed}


def open_office_key(fields: Mapping[str, object], identity: Identity) -> str | None:
    """The office age identity that an entry seals to this member; None when it holds none that fits its recipient."""
    from pyrage import DecryptError, decrypt, x25519

    recipient, sealed = fields.get("recipient"), fields.get("sealed")
    text = sealed.get(identity.member_id) if isinstance(sealed, dict) else None
    if not isinstance(recipient, str) or not is_recipient(recipient) or not isinstance(text, str):
        return None
    try:
        opened = decrypt(base64.b64decode(text, validate=True), [x25519.Identity.from_str(identity.age_identity)])
        office_identity = opened.decode("ascii")
        return office_identity if recipient_of(office_identity) == recipient else None
    except (binascii.Error, DecryptError, ValueError):
        return None
