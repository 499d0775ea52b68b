"""The members' keys on this laptop, wrapped by their passphrases: `vault.json` beside the database.

Each member has a slot: the database key and the member's own secrets in a SecretBox whose key is Argon2id of the
passphrase, and the same secrets sealed with age to the programme's recovery key. A slot names nobody, so unlocking
tries each in turn. The file is replaced whole, never edited.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyrage
from argon2.low_level import Type, hash_secret_raw
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from fieldapp.store import disk
from fieldapp.store.errors import (
    MemberNotHere,
    NewerStore,
    NoStore,
    PassphraseInUse,
    StoreDamaged,
    StoreExists,
    WrongPassphrase,
    WrongRecoveryKey,
)

NAME = disk.VAULT
_VERSION = 1
_SALT_BYTES = 16
# The box's length would otherwise tell a finder which slot holds office keys, and so whose laptop to attack.
_PAD_BYTES = 2048
_MOST_MEMORY_KIB = 1_048_576
_MOST_PASSES = 64

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id's price of one guess: passes, memory in KiB, lanes."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What a slot protects. Keys are raw bytes, age identities their `AGE-SECRET-KEY-1...` text.

    `recovery_recipient` (`age1...`) is the programme's recovery key to which every later version is sealed too;
    `extra` is for the services: plain JSON values only.
    """

    member_id: str
    db_key: bytes
    sign_seed: bytes
    age_identity: str
    recovery_recipient: str
    office_identities: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Unlocked:
    """An open slot. `wrapping_key` stays in memory so that secrets can change without asking for the passphrase."""

    secrets: Secrets
    slot: str
    wrapping_key: bytes

    @property
    def member_id(self) -> str:
        return self.secrets.member_id


@dataclass(frozen=True, slots=True)
class _Slot:
    id: str
    cost: Cost
    salt: bytes
    box: bytes
    recovery: bytes


class Vault:
    """The vault of one data folder. Every method reads the file anew, so two processes may use it.

    Raises NoStore (no file), StoreDamaged (unreadable), NewerStore (a later layout) from every method.
    """

    def __init__(self, folder: Path, *, cost: Cost | None = None, random: Random = os.urandom) -> None:
        self.path = folder / NAME
        self._lock = folder / f"{NAME}.lock"
        self._cost = cost or Cost()
        self._random = random

    @property
    def exists(self) -> bool:
        return self.path.exists()

    def create(self, passphrase: str, secrets: Secrets) -> Unlocked:
        """Write a vault with its first slot; StoreExists when there is one."""
        disk.private_folder(self.path.parent)
        with disk.locked(self._lock):
            if self.exists:
                raise StoreExists
            slot, unlocked = self._wrap(passphrase, secrets)
            self._write([slot])
            return unlocked

    def add_slot(self, passphrase: str, secrets: Secrets) -> Unlocked:
        """Add another member of this laptop; PassphraseInUse when a slot already opens with the passphrase."""
        with disk.locked(self._lock):
            slots = self._read()
            self._refuse_used(slots, passphrase)
            slot, unlocked = self._wrap(passphrase, secrets)
            self._write([*slots, slot])
            return unlocked

    def unlock(self, passphrase: str) -> Unlocked:
        """Open the slot of this passphrase; WrongPassphrase when there is none. Writes nothing."""
        for slot in self._read():
            unlocked = _try(slot, passphrase)
            if unlocked is not None:
                return unlocked
        raise WrongPassphrase

    def change_passphrase(self, unlocked: Unlocked, new: str) -> Unlocked:
        """Wrap the slot's secrets anew; the database is not touched, since its key stays."""
        with disk.locked(self._lock):
            slots = self._read()
            self._refuse_used([slot for slot in slots if slot.id != unlocked.slot], new)
            slot, again = self._wrap(new, unlocked.secrets, slot_id=unlocked.slot)
            self._write(_replaced(slots, slot))
            return again

    def update_secrets(self, unlocked: Unlocked, secrets: Secrets) -> Unlocked:
        """Keep changed secrets (a new office key, say) in the open slot and its recovery copy."""
        with disk.locked(self._lock):
            slots = self._read()
            old = next((slot for slot in slots if slot.id == unlocked.slot), None)
            if old is None:
                raise MemberNotHere
            plain = _encode(secrets)
            box = bytes(SecretBox(unlocked.wrapping_key).encrypt(plain, self._random(SecretBox.NONCE_SIZE)))
            new = replace(old, box=box, recovery=_seal(plain, secrets.recovery_recipient))
            self._write(_replaced(slots, new))
            return replace(unlocked, secrets=secrets)

    def recoverable(self, recovery_identity: str) -> list[str]:
        """Ids of the members whose slots the programme's recovery key opens, sorted; none for a text that is no key."""
        try:
            identity = pyrage.x25519.Identity.from_str(recovery_identity.strip())
        except pyrage.IdentityError:
            return []
        return sorted(secrets.member_id for slot in self._read() if (secrets := _unseal(slot, identity)) is not None)

    def recover(self, recovery_identity: str, member_id: str, new_passphrase: str) -> Unlocked:
        """Give the member a new passphrase with the programme's recovery key (`AGE-SECRET-KEY-1...`).

        Raises WrongRecoveryKey when the key opens no slot, MemberNotHere when it opens only others' slots.
        """
        try:
            identity = pyrage.x25519.Identity.from_str(recovery_identity.strip())
        except pyrage.IdentityError:
            raise WrongRecoveryKey from None
        with disk.locked(self._lock):
            slots = self._read()
            opened = [(slot, secrets) for slot in slots if (secrets := _unseal(slot, identity)) is not None]
            if not opened:
                raise WrongRecoveryKey
            for slot, secrets in opened:
                if secrets.member_id == member_id:
                    self._refuse_used([other for other in slots if other.id != slot.id], new_passphrase)
                    wrapped, unlocked = self._wrap(new_passphrase, secrets, slot_id=slot.id)
                    self._write(_replaced(slots, wrapped))
                    return unlocked
            raise MemberNotHere

    def _wrap(self, passphrase: str, secrets: Secrets, *, slot_id: str | None = None) -> tuple[_Slot, Unlocked]:
        salt = self._random(_SALT_BYTES)
        key = _derive(passphrase, salt, self._cost)
        plain = _encode(secrets)
        slot = _Slot(
            id=slot_id or self._random(8).hex(),
            cost=self._cost,
            salt=salt,
            box=bytes(SecretBox(key).encrypt(plain, self._random(SecretBox.NONCE_SIZE))),
            recovery=_seal(plain, secrets.recovery_recipient),
        )
        return slot, Unlocked(secrets=secrets, slot=slot.id, wrapping_key=key)

    def _refuse_used(self, slots: list[_Slot], passphrase: str) -> None:
        if any(_try(slot, passphrase) is not None for slot in slots):
            raise PassphraseInUse

    def _read(self) -> list[_Slot]:
        try:
            data = json.loads(self.path.read_bytes())
            if data["v"] > _VERSION:
                raise NewerStore(found=int(data["v"]), known=_VERSION)
            return [_slot_of(item) for item in data["slots"]]
        except FileNotFoundError:
            raise NoStore from None
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise StoreDamaged(what=NAME) from None

    def _write(self, slots: list[_Slot]) -> None:
        content = {"v": _VERSION, "slots": [_json_of(slot) for slot in slots]}
        disk.write_whole(self.path, json.dumps(content, indent=1, sort_keys=True).encode() + b"\n")


def _replaced(slots: list[_Slot], new: _Slot) -> list[_Slot]:
    if all(slot.id != new.id for slot in slots):
        raise MemberNotHere
    return [new if slot.id == new.id else slot for slot in slots]


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Argon2id over the passphrase's NFC form, so that two keyboards typing the same letters give the same key."""
    return hash_secret_raw(
        unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass"),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory_kib,
        parallelism=cost.lanes,
        hash_len=SecretBox.KEY_SIZE,
        type=Type.ID,
    )


def _try(slot: _Slot, passphrase: str) -> Unlocked | None:
    key = _derive(passphrase, slot.salt, slot.cost)
    try:
        plain = SecretBox(key).decrypt(slot.box)
    except CryptoError:
        return None
    return Unlocked(secrets=_decode(plain), slot=slot.id, wrapping_key=key)


def _encode(secrets: Secrets) -> bytes:
    plain = json.dumps(
        {
            "member_id": secrets.member_id,
            "db_key": secrets.db_key.hex(),
            "sign_seed": secrets.sign_seed.hex(),
            "age_identity": secrets.age_identity,
            "recovery_recipient": secrets.recovery_recipient,
            "office_identities": list(secrets.office_identities),
            "extra": secrets.extra,
        },
        sort_keys=True,
    ).encode()
    return plain + b" " * (-len(plain) % _PAD_BYTES)


def _decode(plain: bytes) -> Secrets:
    try:
        data = json.loads(plain)
        return Secrets(
            member_id=data["member_id"],
            db_key=bytes.fromhex(data["db_key"]),
            sign_seed=bytes.fromhex(data["sign_seed"]),
            age_identity=data["age_identity"],
            recovery_recipient=data["recovery_recipient"],
            office_identities=tuple(data["office_identities"]),
            extra=data["extra"],
        )
    except (ValueError, KeyError, TypeError):
        raise StoreDamaged(what=NAME) from None


def _seal(plain: bytes, recipient: str) -> bytes:
    sealed: bytes = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(recipient)])
    return sealed


def _unseal(slot: _Slot, identity: Any) -> Secrets | None:
    try:
        return _decode(pyrage.decrypt(slot.recovery, [identity]))
    except pyrage.DecryptError:
        return None


def _slot_of(item: dict[str, Any]) -> _Slot:
    kdf = item["kdf"]
    cost = Cost(passes=kdf["passes"], memory_kib=kdf["memory_kib"], lanes=kdf["lanes"])
    # A tampered price must not be able to exhaust the laptop's memory before the passphrase is even checked.
    sane = 1 <= cost.passes <= _MOST_PASSES and 1 <= cost.lanes <= 16
    if kdf["name"] != "argon2id" or not sane or not 8 * cost.lanes <= cost.memory_kib <= _MOST_MEMORY_KIB:
        raise ValueError
    return _Slot(
        id=str(item["id"]),
        cost=cost,
        salt=base64.b64decode(kdf["salt"], validate=True),
        box=base64.b64decode(item["box"], validate=True),
        recovery=base64.b64decode(item["recovery"], validate=True),
    )


def _json_of(slot: _Slot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "kdf": {
            "name": "argon2id",
            "passes": slot.cost.passes,
            "memory_kib": slot.cost.memory_kib,
            "lanes": slot.cost.lanes,
            "salt": base64.b64encode(slot.salt).decode(),
        },
        "box": base64.b64encode(slot.box).decode(),
        "recovery": base64.b64encode(slot.recovery).decode(),
    }
