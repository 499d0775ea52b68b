"""Noticing that this folder is an old copy or runs on another machine, before anything is written in its name.

Two machines that both go on writing one chain fork it. The replication layer keeps both branches, but the earlier a
copy begins a chain of its own, the less a person has to look at (SYNC.md 4.5).
"""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fieldapp.store import disk, local
from fieldapp.store.db import Connection
from fieldapp.store.store import Store

#: Counts openings outside the database, so that a database put back from a copy is behind it.
NAME: Final = "starts"


def begin(store: Store, machine: Callable[[], str] | None = None) -> bool:
    """Count this opening; True when the store was restored or moved and therefore starts new chains.

    Call once before writing entries. `machine` gives this machine's fingerprint, empty when it has none.
    """
    path = store.folder / NAME
    fingerprint = (machine or fingerprint_of_machine)()

    def count(connection: Connection) -> tuple[bool, int]:
        inside = int(local.get(connection, local.STARTS, 0))
        outside = _read(path)
        before = local.get(connection, local.MACHINE, "")
        elsewhere = bool(before and fingerprint and before != fingerprint)
        if outside > inside or elsewhere:
            retire_own_chains(connection)
            local.remove(connection, local.HUB_EPOCH)
        starts = max(inside, outside) + 1
        local.put(connection, local.STARTS, starts)
        local.put(connection, local.MACHINE, fingerprint or before)
        return outside > inside or elsewhere, starts

    copied, starts = store.write(count)
    # After the commit: a counter that lags behind the database is harmless, one that leads would look like a copy.
    disk.write_whole(path, str(starts).encode())
    return copied


def retire_own_chains(connection: Connection) -> None:
    """Make the next entry of every member of this store begin a new chain; nothing that was written is lost."""
    # Retired and not removed: the clock must not fall behind what its member wrote.
    connection.execute("UPDATE own_chain SET is_retired = 1")


def fingerprint_of_machine() -> str:
    """A digest that stays with the installation of the operating system; it names nobody and leaves no laptop."""
    return hashlib.sha256(f"{_installation()}\n{platform.node()}".encode()).hexdigest()[:32]


def _installation() -> str:
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        except OSError:
            return ""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _read(path: Path) -> int:
    try:
        return int(path.read_bytes())
    except (OSError, ValueError):
        return 0
