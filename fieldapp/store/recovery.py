"""What a program that died while it had the store open left behind, and bringing the store back from it.

SQLite brings itself back without a word; here it is found out what was done, so that a person can be told.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldapp.store.db import Connection, Error, connect
from fieldapp.store.errors import StoreError

# The format of SQLite's journal file, "The WAL File Format" in its documentation.
_WAL_HEADER_BYTES: Final = 32
_FRAME_HEADER_BYTES: Final = 24

#: A temporary file that nobody wrote to for so long belongs to no living program.
_ABANDONED_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found and done."""

    saves: int
    """Finished transactions that were read back from the journal file."""
    is_cut: bool
    """Whether something half-written was found behind them and taken back."""


def journal_of(path: Path) -> Path:
    """The journal file beside the database `path`; it goes away when the last program closes the store properly."""
    return path.with_name(f"{path.name}-wal")


def recover(path: Path, key: bytes) -> Recovered | None:
    """Bring the database back after a program died over it; None when none did, or another one has it open.

    Call before opening the database, when its journal file is not empty. Whatever cannot be found out here is left to
    the opening itself, which then says what is wrong.
    """
    try:
        connection = connect(path, key, alone=True)
    except (StoreError, Error):
        return None
    try:
        frames = int(connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1])
        page_bytes = int(connection.execute("PRAGMA page_size").fetchone()[0])
        saves, is_cut = _finished(journal_of(path), frames, page_bytes)
    except (Error, OSError):
        return None
    finally:
        connection.close()
    return Recovered(saves, is_cut)


def _finished(journal: Path, frames: int, page_bytes: int) -> tuple[int, bool]:
    """How many transactions end within the first `frames` pages of the journal, and whether more of it follows them."""
    saves, salt = 0, b""
    with journal.open("rb") as file:
        salt = file.read(_WAL_HEADER_BYTES)[16:24]
        for number in range(frames + 1):
            file.seek(_WAL_HEADER_BYTES + number * (_FRAME_HEADER_BYTES + page_bytes))
            header = file.read(_FRAME_HEADER_BYTES)
            if number == frames:
                return saves, len(header) == _FRAME_HEADER_BYTES and header[8:16] == salt
            # Only the last page of a transaction says how large the database is after it.
            saves += header[4:8] != b"\0\0\0\0"
    return saves, False


def counts(connection: Connection) -> tuple[int, int]:
    """How many registrations and drafts the store holds."""
    row = connection.execute("SELECT (SELECT count(*) FROM registration), (SELECT count(*) FROM draft)").fetchone()
    return int(row[0]), int(row[1])


def clear_leftovers(folder: Path, names: tuple[str, ...]) -> int:
    """Remove temporary files in `folder` that a write cut short left under any of these patterns; how many.

    What is whole lies under its own name already, so nothing is lost by it.
    """
    removed = 0
    with suppress(OSError):
        for leftover in [found for name in names for found in folder.glob(name)]:
            # Another program was quicker, or the medium refuses; neither concerns who asked.
            with suppress(OSError):
                if time.time() - leftover.stat().st_mtime > _ABANDONED_S:
                    leftover.unlink()
                    removed += 1
    return removed


def set_aside(files: tuple[Path, ...]) -> bool:
    """Move a database that nobody has the key of out of the way; True when there was one.

    It is not removed: its vault may only be mislaid.
    """
    mark = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    found = False
    for file in files:
        if file.exists():
            file.replace(file.with_name(f"{file.name}.unfinished-{mark}"))
            found = True
    return found
