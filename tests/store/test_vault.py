"""The vault: who can open it, and what stays untouched when nobody can."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from fieldapp.store.vault import Cost, Secrets, Vault

Build = Callable[..., Secrets]


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_right_passphrase_gives_back_every_secret(vault: Vault, secrets_of: Build) -> None:
    kept = secrets_of()
    vault.create("kucing belang tiga", kept)
    assert vault.unlock("kucing belang tiga").secrets == kept


def test_a_wrong_passphrase_changes_not_one_byte_of_the_folder(vault: Vault, folder: Path, secrets_of: Build) -> None:
    vault.create("kucing belang tiga", secrets_of())
    before = _bytes_of(folder)
    with pytest.raises(WrongPassphrase) as caught:
        vault.unlock("kucing belang dua")
    assert caught.value.code == "wrong_passphrase"
    assert _bytes_of(folder) == before


def test_each_member_of_a_shared_laptop_opens_the_own_slot(vault: Vault, secrets_of: Build) -> None:
    vault.create("sandi pertama", secrets_of("a" * 32))
    vault.add_slot("sandi kedua", secrets_of("b" * 32))
    assert vault.unlock("sandi pertama").member_id == "a" * 32
    assert vault.unlock("sandi kedua").member_id == "b" * 32


def test_two_members_cannot_share_a_passphrase(vault: Vault, folder: Path, secrets_of: Build) -> None:
    first = vault.create("sandi pertama", secrets_of("a" * 32))
    vault.add_slot("sandi kedua", secrets_of("b" * 32))
    before = _bytes_of(folder)
    with pytest.raises(PassphraseInUse):
        vault.add_slot("sandi pertama", secrets_of("c" * 32))
    with pytest.raises(PassphraseInUse):
        vault.change_passphrase(first, "sandi kedua")
    assert _bytes_of(folder) == before


def test_a_changed_passphrase_replaces_the_old_one(vault: Vault, secrets_of: Build) -> None:
    kept = secrets_of()
    vault.change_passphrase(vault.create("lama sekali", kept), "baru sekali")
    assert vault.unlock("baru sekali").secrets == kept
    with pytest.raises(WrongPassphrase):
        vault.unlock("lama sekali")


def test_changed_secrets_need_no_passphrase_and_reach_the_recovery_copy(
    vault: Vault, secrets_of: Build, recovery: pyrage.x25519.Identity
) -> None:
    opened = vault.create("sandi", secrets_of())
    changed = replace(opened.secrets, office_identities=("AGE-SECRET-KEY-1NEW", "AGE-SECRET-KEY-1OFFICE"))
    vault.update_secrets(opened, changed)
    assert vault.unlock("sandi").secrets == changed
    assert vault.recover(str(recovery), changed.member_id, "sandi baru").secrets == changed


def test_the_recovery_key_gives_a_new_passphrase_with_the_secrets_intact(
    vault: Vault, secrets_of: Build, recovery: pyrage.x25519.Identity
) -> None:
    vault.create("terlupa", secrets_of("a" * 32))
    vault.add_slot("milik orang lain", secrets_of("b" * 32))
    vault.recover(str(recovery), "a" * 32, "ingat lagi")
    assert vault.unlock("ingat lagi").secrets == secrets_of("a" * 32)
    assert vault.unlock("milik orang lain").member_id == "b" * 32
    with pytest.raises(WrongPassphrase):
        vault.unlock("terlupa")


def test_the_recovery_key_says_whose_slots_it_opens(
    vault: Vault, secrets_of: Build, recovery: pyrage.x25519.Identity
) -> None:
    vault.create("satu", secrets_of("b" * 32))
    vault.add_slot("dua", secrets_of("a" * 32))
    assert vault.recoverable(str(recovery)) == ["a" * 32, "b" * 32]
    assert vault.recoverable(str(pyrage.x25519.Identity.generate())) == []
    assert vault.recoverable("bukan kunci") == []


def test_a_foreign_recovery_key_or_an_unknown_member_changes_nothing(
    vault: Vault, folder: Path, secrets_of: Build, recovery: pyrage.x25519.Identity
) -> None:
    vault.create("sandi", secrets_of())
    before = _bytes_of(folder)
    with pytest.raises(WrongRecoveryKey):
        vault.recover(str(pyrage.x25519.Identity.generate()), "a" * 32, "baru")
    with pytest.raises(WrongRecoveryKey):
        vault.recover("bukan kunci", "a" * 32, "baru")
    with pytest.raises(MemberNotHere):
        vault.recover(str(recovery), "f" * 32, "baru")
    assert _bytes_of(folder) == before


def test_a_vault_is_never_overwritten(vault: Vault, secrets_of: Build) -> None:
    vault.create("sandi", secrets_of())
    with pytest.raises(StoreExists):
        vault.create("sandi lain", secrets_of())
    assert vault.unlock("sandi").secrets == secrets_of()


def test_no_secret_and_no_member_stands_in_the_file(vault: Vault, secrets_of: Build) -> None:
    kept = secrets_of("a1b2c3d4" * 4)
    vault.create("kata sandi rahasia", kept)
    content = vault.path.read_bytes()
    for secret in ("a1b2c3d4", "AGE-SECRET", "kata sandi", kept.db_key.hex(), kept.sign_seed.hex(), "9001"):
        assert secret.encode() not in content
    assert "a1b2c3d4" not in repr(kept)


def test_the_slot_of_an_office_member_is_as_long_as_that_of_an_enumerator(vault: Vault, secrets_of: Build) -> None:
    vault.create("satu", secrets_of("a" * 32, office_identities=()))
    vault.add_slot("dua", secrets_of("b" * 32, office_identities=("AGE-SECRET-KEY-1" + "Q" * 58,) * 3))
    slots = json.loads(vault.path.read_bytes())["slots"]
    assert len(slots[0]["box"]) == len(slots[1]["box"])


def test_the_price_of_a_guess_is_kept_in_the_slot(folder: Path, secrets_of: Build) -> None:
    Vault(folder, cost=Cost(passes=2, memory_kib=16, lanes=1)).create("sandi", secrets_of())
    assert Vault(folder).unlock("sandi").secrets == secrets_of()
    assert Cost() == Cost(passes=3, memory_kib=65_536, lanes=1)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"v": 1}', b'{"v": 1, "slots": [{}]}', b'{"v": "x", "slots": []}', b"\xff\xfe\x00"],
)
def test_a_damaged_vault_is_told_from_a_wrong_passphrase(vault: Vault, folder: Path, content: bytes) -> None:
    folder.mkdir()
    vault.path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        vault.unlock("sandi")
    assert vault.path.read_bytes() == content


def test_a_slot_that_asks_for_absurd_memory_is_damage(vault: Vault, secrets_of: Build) -> None:
    vault.create("sandi", secrets_of())
    data = json.loads(vault.path.read_bytes())
    data["slots"][0]["kdf"]["memory_kib"] = 2**40
    vault.path.write_text(json.dumps(data))
    with pytest.raises(StoreDamaged):
        vault.unlock("sandi")


def test_a_missing_and_a_newer_vault_are_told_plainly(vault: Vault, folder: Path) -> None:
    with pytest.raises(NoStore):
        vault.unlock("sandi")
    folder.mkdir()
    vault.path.write_text('{"v": 2, "slots": []}')
    with pytest.raises(NewerStore) as caught:
        vault.unlock("sandi")
    assert caught.value.details == {"found": 2, "known": 1}


@pytest.mark.skipif(os.name != "posix", reason="Windows files inherit the profile's rights")
def test_only_the_owner_may_read_the_folder(vault: Vault, folder: Path, secrets_of: Build) -> None:
    vault.create("sandi", secrets_of())
    assert folder.stat().st_mode & 0o777 == 0o700
    assert vault.path.stat().st_mode & 0o777 == 0o600


def test_a_failed_write_leaves_the_old_vault_and_no_litter(
    vault: Vault, folder: Path, secrets_of: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = vault.create("sandi", secrets_of())
    before = _bytes_of(folder)

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        vault.change_passphrase(opened, "baru")
    assert _bytes_of(folder) == before


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(passphrase=st.text(min_size=1, max_size=40), other=st.text(max_size=40))
def test_exactly_the_passphrase_opens(
    tmp_path_factory: pytest.TempPathFactory, secrets_of: Build, passphrase: str, other: str
) -> None:
    fresh = Vault(tmp_path_factory.mktemp("v") / "data", cost=Cost(passes=1, memory_kib=8, lanes=1))
    fresh.create(passphrase, secrets_of())
    same = unicodedata.normalize("NFC", passphrase) == unicodedata.normalize("NFC", other)
    if same:
        assert fresh.unlock(other).secrets == secrets_of()
    else:
        with pytest.raises(WrongPassphrase):
            fresh.unlock(other)
