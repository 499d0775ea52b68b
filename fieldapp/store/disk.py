"""Files written whole or not at all, readable by their owner alone, and a lock between processes."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

VAULT: Final = "vault.json"
"""The file of wrapped keys; a folder that has one holds a programme."""

# Virus scanners on Windows hold a fresh file for a moment and make its replacement fail; 20 tries are one second.
_REPLACE_TRIES = 20
_REPLACE_PAUSE_S = 0.05


def private_folder(path: Path) -> None:
    """Make the folder (and its parents); on POSIX only its owner may enter, Windows inherits the profile's rights."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix":
        path.chmod(0o700)


def private_file(path: Path) -> None:
    """Create an empty file that only its owner may read; an existing one raises FileExistsError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file's content so that a crash leaves the old or the new bytes, never a mixture.

    Raises OSError when the disk refuses; the old file is then untouched.
    """
    temporary = write_beside(path, data)
    try:
        replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_beside(path: Path, data: bytes) -> Path:
    """Write a file that is to replace `path`, durable under another name in the same folder; that name.

    Raises OSError, also when a folder stands at `path`; nothing is left behind then.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def replace(source: Path, target: Path) -> None:
    """Rename over `target` and make the rename itself durable."""
    for attempt in range(_REPLACE_TRIES):
        try:
            source.replace(target)
            break
        except PermissionError:
            if os.name != "nt" or attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(_REPLACE_PAUSE_S)
    flush_folder(target.parent)


def flush_folder(path: Path) -> None:
    """Make names in the folder durable; Windows offers no way and needs none for a replaced file."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path` against other processes; the system drops the lock of a process that dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
                    break
                except OSError as error:
                    # LK_LOCK gives up after ten seconds although the other process is still at work.
                    if error.errno not in (errno.EACCES, errno.EDEADLK):
                        raise
            try:
                yield
            finally:
                os.lseek(handle, 0, os.SEEK_SET)
                msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
    finally:
        os.close(handle)
