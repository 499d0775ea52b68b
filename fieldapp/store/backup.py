"""One file to put away: the encrypted database and the wrapped keys, without the right to go on with its chains.

Whoever restores it begins chains of their own, so that a copy and its original never write under the same numbers.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Final

from fieldapp.store import disk, incarnation, local, vault
from fieldapp.store import store as stores
from fieldapp.store.db import Error, connect, explain
from fieldapp.store.errors import NoStore, StoreDamaged, StoreExists

#: What messages call a backup that cannot be read; its own name may say whose it is.
_WHAT: Final = "backup"
_PIECE_BYTES: Final = 1 << 20


def write_backup(folder: Path, key: bytes, target: Path) -> int:
    """Write the store of `folder` to the file `target` and read it back; the number of its bytes.

    The copy shows one moment; others may go on writing. Raises StoreExists when `target` is there, NoStore, and OSError
    when the disk of `target` refuses.
    """
    if target.exists():
        raise StoreExists
    copy = folder / f".{stores.NAME}.{os.getpid()}.copy"
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        _copy_database(folder / stores.NAME, key, copy)
        _pack({stores.NAME: copy, vault.NAME: folder / vault.NAME}, fresh)
        check(fresh)
        disk.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return target.stat().st_size


def restore_backup(source: Path, folder: Path) -> None:
    """Put a backup's files into `folder`, which must hold no store; the passphrases are those of the backup.

    Raises StoreExists, StoreDamaged, and FileNotFoundError when there is no `source`. The vault comes last, so a
    restoring cut short leaves a folder that counts as empty.
    """
    if (folder / vault.NAME).exists() or (folder / stores.NAME).exists():
        raise StoreExists
    check(source)
    disk.private_folder(folder)
    with zipfile.ZipFile(source) as archive:
        for name in (stores.NAME, vault.NAME):
            fresh = folder / f".{name}.{os.getpid()}.new"
            try:
                disk.private_file(fresh)
                with archive.open(name) as packed, fresh.open("wb") as file:
                    while piece := packed.read(_PIECE_BYTES):
                        file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
                disk.replace(fresh, folder / name)
            finally:
                fresh.unlink(missing_ok=True)


def _copy_database(source: Path, key: bytes, copy: Path) -> None:
    if not source.exists():
        raise NoStore
    disk.private_file(copy)
    connection = connect(source, key)
    try:
        connection.execute("VACUUM INTO ?", (str(copy),))
    except Error as error:
        raise explain(error) from error
    finally:
        connection.close()
    connection = connect(copy, key)
    try:
        incarnation.retire_own_chains(connection)
        for name in (local.STARTS, local.MACHINE, local.HUB_EPOCH):
            local.remove(connection, name)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _pack(files: dict[str, Path], target: Path) -> None:
    disk.private_file(target)
    with target.open("wb") as file:
        # Encrypted bytes do not shrink, and storing them as they are leaves nothing to blow up when reading.
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, path in files.items():
                archive.write(path, name)
        file.flush()
        os.fsync(file.fileno())


def check(path: Path) -> None:
    """Read every byte of a backup against its checksums. Raises StoreDamaged, and OSError when it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            plain = all(part.compress_type == zipfile.ZIP_STORED for part in parts)
            names = sorted(part.filename for part in parts)
            if not plain or names != sorted((stores.NAME, vault.NAME)) or archive.testzip() is not None:
                raise StoreDamaged(what=_WHAT)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise StoreDamaged(what=_WHAT) from None
