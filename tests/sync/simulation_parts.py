"""The seams of a simulated world: a disk that dies or fills up, a stick that is pulled out, and what a bundle holds."""

import contextlib
import errno
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyrage
import zstandard
from simulation_oracle import demand, entry_hash

import sync.bundle
from sync.bundle import write_bundle
from sync.errors import SyncError


class Killed(BaseException):
    """The process ends here, as kill -9 or a power cut ends it: nothing catches it, nothing is tidied up."""


class Disk:
    """A real SQLite database in memory, with the power to fail at any statement.

    `trouble` is (kind, statements until then): "kill" ends the process before that statement, "kill_after" ends it
    when the transaction has just been committed, "full" refuses that statement, "full_hard" lets the engine roll back
    the whole transaction with it, as SQLite may do on a full disk.
    """

    def __init__(self, image: bytes) -> None:
        self.raw = sqlite3.connect(":memory:", isolation_level=None)
        self.raw.deserialize(image)
        self.trouble: tuple[str, int] | None = None
        self.commits = 0
        self._left = 0
        self._is_dead = False

    def image(self) -> bytes:
        """The bytes of the whole disk, as an image copied while the program is not running."""
        return self.raw.serialize()

    def arm(self, trouble: tuple[str, int] | None) -> None:
        self.trouble = trouble
        self._left = trouble[1] if trouble else 0

    def start_again(self) -> None:
        """What a new process finds: all that was committed and nothing else."""
        self.arm(None)
        self._is_dead = False
        if self.raw.in_transaction:
            self.raw.execute("ROLLBACK")

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        self._step(sql)
        return self.raw.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> Any:
        self._step(sql)
        return self.raw.executemany(sql, parameters)

    def commit(self) -> None:
        self._step("COMMIT")
        self.raw.execute("COMMIT")
        self.commits += 1
        if self.trouble is not None and self.trouble[0] == "kill_after":
            self._die()

    def _die(self) -> None:
        self._is_dead = True
        raise Killed

    def _step(self, sql: str) -> None:
        if self._is_dead:
            raise Killed
        if self.trouble is None:
            return
        kind = self.trouble[0]
        if kind == "kill":
            self._left -= 1
            if self._left <= 0 or sql == "COMMIT":
                self._die()
        elif kind in ("full", "full_hard") and sql.startswith(("INSERT", "UPDATE", "COMMIT")):
            self._left -= 1
            if self._left <= 0:
                self.trouble = None
                if kind == "full_hard":
                    self.raw.execute("ROLLBACK")
                raise sqlite3.OperationalError("database or disk is full")


@dataclass(frozen=True)
class Parcel:
    """What a bundle really holds, read without the product."""

    by: str
    to: tuple[str, ...]
    at: int
    have: dict[str, list[Any]]
    bodies: tuple[bytes, ...]
    ids: tuple[str, ...]
    """Of the bodies; one may come several times."""
    segments: int
    places: tuple[tuple[str, int, int], ...]
    """(chain, first, last) of each segment."""

    @property
    def offered(self) -> set[str]:
        return set(self.ids)


def unpack(data: bytes, identities: Sequence[Any]) -> Parcel:
    """Open a bundle with age identities, by the layout of FORMAT.md section 6 alone."""
    _, head, _, sealed = data.split(b"\n", 3)
    lines = zstandard.decompress(pyrage.decrypt(sealed, identities)).split(b"\n")
    said, top = json.loads(head), json.loads(lines[0])
    demand(set(said["caps"]) <= {"links", "sums"}, "a bundle asks for what the simulator does not know:", said["caps"])
    bodies: list[bytes] = []
    places = []
    rest = iter(lines[1:])
    for _ in range(top["segments"]):
        segment = json.loads(next(rest))
        places.append((segment["ch"], segment["first"], segment["last"]))
        bodies.extend(_bodies(segment, rest, "links" in said["caps"]))
    demand(list(rest) == [b""], "a bundle holds lines that belong to no segment")
    return Parcel(
        by=said["by"],
        to=tuple(said["to"]),
        at=top["at"],
        have=top["have"],
        bodies=tuple(bodies),
        ids=tuple(entry_hash(body)[:32] for body in bodies),
        segments=top["segments"],
        places=tuple(places),
    )


def _bodies(segment: dict[str, Any], lines: Iterator[bytes], has_links: bool) -> Iterator[bytes]:
    """The bytes of the entries of a segment; with links each one's `p` is that of the entry before it."""
    withheld, hashes, before = set(segment.get("w", ())), segment.get("h", ""), segment["prev"]
    for offset in range(segment["last"] - segment["first"] + 1):
        if offset in withheld:
            if has_links:
                before, hashes = hashes[:64], hashes[64:]
            continue
        body = next(lines)
        if has_links:
            body = (b',"p":"' + before.encode() + b'",').join(body.rsplit(b',"p":"",', 1))
            before = entry_hash(body)
        yield body


class Medium:
    """A stick: a real folder, which may be pulled out after any call that the product makes to the system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def write(self, name: str, data: bytes, pulled_after: int | None) -> bool:
        """Write a bundle; False when the stick was pulled out before it was there."""
        path = self.folder / name
        before = path.read_bytes() if path.exists() else None
        with _watched(pulled_after):
            try:
                write_bundle(path, data)
            except SyncError as error:
                demand(error.code == "bundle_not_written", "a pulled stick was told as", error.code)
            else:
                demand(path.read_bytes() == data, "a bundle was said to be written and is not")
                return True
        after = path.read_bytes() if path.exists() else None
        demand(after in (before, data), "a pulled stick holds half a bundle")
        return after == data

    def clear(self) -> None:
        for path in self.folder.iterdir():
            path.unlink()


@contextlib.contextmanager
def _watched(pulled_after: int | None) -> Iterator[None]:
    """Let the system calls of `write_bundle` fail from the given one on; a memory needs no fsync."""
    left = pulled_after

    def guarded(name: str) -> Any:
        def call(*args: Any, **given: Any) -> Any:
            nonlocal left
            if left is not None:
                left -= 1
                if left < 0:
                    raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            return None if name == "fsync" else getattr(os, name)(*args, **given)

        return call

    names = ("fsync", "replace", "unlink", "fdopen", "close", "open")
    seam = SimpleNamespace(**{**vars(os), **{name: guarded(name) for name in names}})
    product: Any = sync.bundle
    product.os = seam
    try:
        yield
    finally:
        product.os = os
