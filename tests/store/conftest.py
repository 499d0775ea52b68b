"""Real encrypted folders with a cheap passphrase price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from fieldapp.store.store import Store, create
from fieldapp.store.vault import Cost, Secrets, Vault

KEY = bytes(range(32))
CHEAP = Cost(passes=1, memory_kib=8, lanes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    create(folder, KEY)
    with Store(folder, KEY) as opened:
        yield opened


@pytest.fixture
def vault(folder: Path) -> Vault:
    return Vault(folder, cost=CHEAP)


@pytest.fixture(scope="session")
def recovery() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def secrets_of(recovery: pyrage.x25519.Identity) -> Callable[..., Secrets]:
    def build(member_id: str = "a" * 32, **changes: object) -> Secrets:
        usual = Secrets(
            member_id=member_id,
            db_key=KEY,
            sign_seed=b"\x07" * 32,
            age_identity="AGE-SECRET-KEY-1EXAMPLE",
            recovery_recipient=str(recovery.to_public()),
            office_identities=("AGE-SECRET-KEY-1OFFICE",),
            extra={"note": "angka 9001"},
        )
        return replace(usual, **changes)

    return build
