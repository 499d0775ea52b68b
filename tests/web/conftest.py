"""An enumerator's data folder for the sessions that tests open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from offices import PASSPHRASE

from fieldapp.locale import set_language
from fieldapp.services import membership, programme
from fieldapp.store.vault import Cost
from sync.invitations import KdfCost


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kantor")
    cost = Cost(passes=1, memory_kib=64)
    with programme.create(
        folder / "admin", "sandi admin", name="Program Rekaan", quota=100, budget=201_600_000, premium=16_800,
        start="2027-01", cost=cost,
    ) as admin:  # fmt: skip
        membership.invite(
            admin, role="enumerator", name="Ani Pencacah", areas=["64.71.05"], out=folder / "undangan", pin="246810",
            cost=KdfCost(memory_kib=64, passes=1),
        )  # fmt: skip
    with membership.join(folder / "home", folder / "undangan", "246810", PASSPHRASE, cost=cost) as ani:
        # The first day's tour would stand over home.
        ani.set_own_preference("toured", True)
    return folder / "home"


@pytest.fixture
def home(_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An enumerator's data folder that a test may change, given to the programs that the test starts."""
    shutil.copytree(_made, tmp_path / "home")
    for name in [name for name in os.environ if name.startswith("FIELDAPP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FIELDAPP_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    set_language("id")
    yield
    set_language("id")
