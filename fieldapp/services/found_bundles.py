"""Bundles that lie on a stick: whose they are, for whom, and whether they were merged here already."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from fieldapp.locale.reasons import os_reason
from fieldapp.services.files import read_bytes
from fieldapp.services.policy import OFFICE_ROLES
from fieldapp.services.problems import Problem, translated
from fieldapp.services.session import Session, iso_time
from fieldapp.store import exchanges
from fieldapp.store.db import Connection
from sync.bundle import FILE_LIMIT, HEAD_LIMIT, MAGIC, OFFICE, Head, inspect_head
from sync.errors import SyncError, Untrusted

MOST_FILES: Final = 500
"""Files looked at on one stick; a stick full of photographs must not keep anybody waiting."""
_LINES: Final = 3
"""Before the sealed part stand the first line, the head and the signature, each ended by a newline."""


def read(path: Path) -> bytes:
    """The bytes of a bundle's file; what is none, or too large for one, is not read whole.

    Raises Problem: file_not_found, file_not_read, bundle_unknown, bundle_too_large.
    """
    start = _start_of(path, len(MAGIC))
    with translated():
        if start and not start.startswith(MAGIC[: len(start)]):
            raise Untrusted("bundle_unknown", file=path.name)
        if path.stat().st_size > FILE_LIMIT + HEAD_LIMIT:
            raise Untrusted("bundle_too_large", file=path.name)
    return read_bytes(path)


def found(session: Session, folders: Iterable[Path]) -> list[dict[str, Any]]:
    """The bundles in these folders and in those right below them, newest first:
    `[{"path", "bundle", "by_name", "is_for_us", "is_own", "is_whole", "merged_at", "written_at", "bytes"}]`.

    `by_name` is None for a writer who is not known here; `merged_at` None when it was not merged here; `written_at` is
    the file's own time. Bundles of other programmes are left out. Reads only the heads, and never raises for a file.
    """
    seen: dict[Path, tuple[Head, bool, os.stat_result]] = {}
    for folder in folders:
        for path in _files(folder):
            head = _head_of(path)
            if head is not None and head[0].programme == session.programme.id:
                seen[path] = head

    def tell(connection: Connection) -> list[dict[str, Any]]:
        membership = session.journal(connection).membership
        merged = exchanges.seen(connection, [head.bundle for head, _, _ in seen.values()])
        told = []
        for path, (head, is_whole, stat) in seen.items():
            writer = membership.member(head.by)
            told.append(
                {
                    "path": path,
                    "bundle": head.bundle,
                    "by_name": writer.name if writer else None,
                    "is_for_us": _is_for(session, head),
                    "is_own": head.by == session.member.id,
                    "is_whole": is_whole,
                    "merged_at": iso_time(merged[head.bundle]) if head.bundle in merged else None,
                    "written_at": iso_time(int(stat.st_mtime * 1000)),
                    "bytes": stat.st_size,
                }
            )
        return sorted(told, key=lambda each: (str(each["written_at"]), str(each["path"])), reverse=True)

    return session.read(tell)


def is_new(bundle: dict[str, Any]) -> bool:
    """Whether a bundle of `found` is worth merging: whole, for this member, and not merged before."""
    return bool(bundle["is_for_us"] and bundle["is_whole"] and not bundle["is_own"] and bundle["merged_at"] is None)


def _is_for(session: Session, head: Head) -> bool:
    return session.member.id in head.to or (OFFICE in head.to and session.member.role in OFFICE_ROLES)


def _files(folder: Path) -> Iterator[Path]:
    """Files in a folder and in the folders right below it, hidden ones left out."""
    left = MOST_FILES
    waiting = [folder]
    for depth in (0, 1):
        below: list[Path] = []
        for each in waiting:
            try:
                with os.scandir(each) as entries:
                    for entry in entries:
                        if entry.name.startswith("."):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            below.append(Path(entry.path))
                        elif left > 0 and entry.is_file():
                            left -= 1
                            yield Path(entry.path)
            except OSError:
                # A folder of the system's own on the stick, or a stick that was just pulled out.
                continue
        waiting = below if depth == 0 else []


def _head_of(path: Path) -> tuple[Head, bool, os.stat_result] | None:
    """What a bundle says of itself, whether the file is as long as that; None for what is no bundle."""
    try:
        start = _start_of(path, 2 * HEAD_LIMIT)
        stat = path.stat()
        head = inspect_head(start)
    except (Problem, OSError, SyncError):
        return None
    end = 0
    for _ in range(_LINES):
        end = start.find(b"\n", end) + 1
    return head, stat.st_size == end + head.size, stat


def _start_of(path: Path, count: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except FileNotFoundError as error:
        raise Problem("file_not_found", details={"file": path.name}) from error
    except OSError as error:
        raise Problem("file_not_read", details={"file": path.name, "reason": os_reason(error)}) from error
