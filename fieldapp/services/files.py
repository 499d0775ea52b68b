"""Files that a person names: read and written whole, refusals in plain words."""

from __future__ import annotations

from pathlib import Path

from fieldapp.services.problems import Problem, os_reason
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
