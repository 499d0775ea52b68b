"""Copies for safekeeping: written to another disk, and put back on a laptop that lost its own."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fieldapp.locale.reasons import os_reason
from fieldapp.services.homes import has_store
from fieldapp.services.problems import Exit, Problem, translated
from fieldapp.services.session import Session
from fieldapp.store import backup
from fieldapp.store.errors import StoreDamaged, StoreExists

_SUFFIX: Final = ".cadangan"
_FOREIGN: Final = (
    "Berkas {file} bukan cadangan Fieldapp, atau rusak. Tidak ada yang diubah; pakai cadangan lain.",
    "File {file} is no backup of Fieldapp, or it is damaged. Nothing was changed; use another backup.",
)


def write(session: Session, folder: Path, *, random: Callable[[int], bytes] = os.urandom) -> dict[str, Any]:
    """Write a copy of this laptop's encrypted store into `folder` and read it back: `{"path", "bytes", "at"}`.

    The name tells the day and nothing of anybody. Raises Problem file_not_written; what was there stays.
    """
    now = datetime.fromtimestamp(session.now_ms() / 1000, UTC)
    target = folder / f"fieldapp-{now:%Y%m%d}-{random(4).hex()}{_SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with translated():
            size = backup.write_backup(session.home, session.db_key(), target)
    except OSError as error:
        raise Problem("file_not_written", details={"file": folder.name, "reason": os_reason(error)}) from error
    return {"path": str(target), "bytes": size, "at": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


def restore(source: Path, home: Path) -> dict[str, Any]:
    """Put a copy into the data folder `home`, which must not hold a programme: `{"home"}`.

    The passphrases are those of the day of the copy. Raises Problem: store_exists, file_not_found, file_not_read,
    backup_damaged (exit 4), file_not_written; nothing is changed then.
    """
    if has_store(home):
        raise Problem("store_exists")
    try:
        backup.check(source)
    except FileNotFoundError as error:
        raise Problem("file_not_found", details={"file": source.name}) from error
    except OSError as error:
        raise Problem("file_not_read", details={"file": source.name, "reason": os_reason(error)}) from error
    except StoreDamaged as error:
        raise Problem(
            "backup_damaged", exit_code=Exit.UNTRUSTED, details={"file": source.name}, words=_FOREIGN
        ) from error
    try:
        backup.restore_backup(source, home)
    except StoreExists as error:
        raise Problem("store_exists") from error
    except (OSError, zipfile.BadZipFile) as error:
        reason = os_reason(error) if isinstance(error, OSError) else os.strerror(errno.EIO)
        raise Problem("file_not_written", details={"file": home.name, "reason": reason}) from error
    return {"home": str(home)}
