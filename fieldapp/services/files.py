"""Files that a person names: read and written whole, refusals in plain words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fieldapp.locale.reasons import os_reason
from fieldapp.services.problems import Problem
from fieldapp.store import disk


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises Problem: file_not_found, file_not_read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Problem("file_not_found", details={"file": path.name}) from error
    except OSError as error:
        raise Problem("file_not_read", details={"file": path.name, "reason": os_reason(error)}) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write the file whole or not at all. Raises Problem file_not_written."""
    try:
        disk.write_whole(path, content)
    except OSError as error:
        raise Problem("file_not_written", details={"file": path.name, "reason": os_reason(error)}) from error


def write_bytes_with(path: Path, make: Callable[[Callable[[bytes], None]], None]) -> None:
    """Write the file only together with what `make` does, or neither.

    `make` is given a function that takes the content and puts it on the disk beside `path`; once `make` has returned,
    the file gets its name. So a place that cannot be written is found out while all else can still be taken back.
    Raises Problem file_not_written.
    """
    ready: list[Path] = []

    def prepare(content: bytes) -> None:
        try:
            ready.append(disk.write_beside(path, content))
        except OSError as error:
            raise Problem("file_not_written", details={"file": path.name, "reason": os_reason(error)}) from error

    try:
        make(prepare)
        disk.replace(ready[-1], path)
    except OSError as error:
        raise Problem("file_not_written", details={"file": path.name, "reason": os_reason(error)}) from error
    finally:
        for temporary in ready:
            temporary.unlink(missing_ok=True)
