"""Sticks and other drives that can be taken away: which are there, how much fits, and a bundle put on one safely."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldapp.locale import language
from fieldapp.services.problems import Exit, Problem
from sync.bundle import write_bundle
from sync.errors import SyncError

SPARE_BYTES: Final = 64 * 1024
"""A file system needs some room of its own beside the file."""

SHARED: Final = "FIELDAPP_STICKS"
_MEDIA: Final = ("/media/", "/run/media/")
"""Where desktops of Linux put what is plugged in."""
_NO_STICK: Final = frozenset({"squashfs", "iso9660", "udf", "overlay", "tmpfs"})
"""File systems of packages, discs and the like, which nobody carries work on."""

_NOTHING_LOST: Final = (" Tidak ada yang hilang dari laptop ini.", " Nothing was lost from this laptop.")
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "full": (
        "Flashdisk penuh: paket ini perlu {needed}, yang kosong {free}. Hapus berkas lain di sana atau pakai "
        "flashdisk lain, lalu tulis lagi.",
        "The stick is full: this bundle needs {needed}, {free} are free. Remove other files from it or use another "
        "stick, then write again.",
    ),
    "locked": (
        "Tempat itu tidak boleh ditulisi. Geser kunci di sisi flashdisk bila ada, atau pilih tempat lain, lalu tulis "
        "lagi.",
        "That place may not be written to. Move the lock on the stick's side if it has one, or choose another place, "
        "then write again.",
    ),
    "gone": (
        "Flashdisk tercabut sebelum paket selesai ditulis. Pasang lagi, tunggu sampai terbaca, lalu tulis lagi.",
        "The stick was pulled out before the bundle was written. Plug it in again, wait until it is read, then write "
        "again.",
    ),
    "unlike": (
        "Paket yang dibaca ulang tidak sama dengan yang ditulis: flashdisk ini tidak dapat dipercaya. Pakai flashdisk "
        "lain, lalu tulis lagi.",
        "What was read back is not what was written: this stick cannot be trusted. Use another stick, then write "
        "again.",
    ),
}
_CAUSES: Final = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "locked",
    errno.EACCES: "locked",
    errno.EPERM: "locked",
    errno.ENODEV: "gone",
    errno.ENXIO: "gone",
    errno.EIO: "gone",
    errno.ENOENT: "gone",
    errno.ENOTCONN: "gone",
    0: "unlike",
}


@dataclass(frozen=True, slots=True)
class Stick:
    """A drive that can be taken away. `label` is what its owner called it; it may be empty."""

    path: Path
    label: str
    free_bytes: int
    is_read_only: bool = False


def sticks() -> list[Stick]:
    """The sticks that are plugged in and can be read, by their place; never raises.

    An office that carries work over a shared folder names it in FIELDAPP_STICKS (several with the system's separator
    of paths); it counts as a stick while it is there.
    """
    found = {stick.path: stick for stick in _plugged_in()}
    for place in filter(None, os.environ.get(SHARED, "").split(os.pathsep)):
        for stick in _measured(Path(place), Path(place).name):
            found.setdefault(stick.path, stick)
    return sorted(found.values(), key=lambda stick: str(stick.path))


def _plugged_in() -> Iterable[Stick]:
    if sys.platform == "win32":
        return _windows()
    return mac() if sys.platform == "darwin" else linux()


def linux(root: Path = Path("/")) -> Iterator[Stick]:
    """What is mounted of drives that the kernel calls removable or that hang on USB, and all that a desktop mounted
    for its user. `root` stands for the machine's own."""
    seen: set[Path] = set()
    for line in _lines(root / "proc/self/mounts"):
        device, place, kind, options = [_plain(part) for part in line.split(" ")[:4]]
        if not device.startswith("/dev/") or kind in _NO_STICK or "/loop" in device:
            continue
        path = root / place.lstrip("/")
        if path in seen or not (place.startswith(_MEDIA) or _is_removable(root, device)):
            continue
        seen.add(path)
        yield from _measured(path, _label(root, device) or path.name, is_read_only="ro" in options.split(","))


def mac(root: Path = Path("/")) -> Iterator[Stick]:
    """What stands under /Volumes, but for the disk that the system itself started from."""
    try:
        with os.scandir(root / "Volumes") as entries:
            places = [Path(entry.path) for entry in entries if entry.is_dir() and not entry.is_symlink()]
    except OSError:
        return
    for place in places:
        yield from _measured(place, place.name)


def _windows() -> list[Stick]:
    """Drives that Windows calls removable and that hold a readable medium."""
    if sys.platform != "win32":
        return []
    import ctypes

    removable, quiet, read_only = 2, 0x0001, 0x00080000
    kernel = ctypes.windll.kernel32
    # A card reader without a card would otherwise make Windows ask for one in a window of its own.
    before = kernel.SetErrorMode(quiet)
    try:
        drives = kernel.GetLogicalDrives()
        found: list[Stick] = []
        for number in range(26):
            place = f"{chr(ord('A') + number)}:\\"
            if not drives >> number & 1 or kernel.GetDriveTypeW(ctypes.c_wchar_p(place)) != removable:
                continue
            name, flags = ctypes.create_unicode_buffer(261), ctypes.c_ulong()
            is_ready = kernel.GetVolumeInformationW(
                ctypes.c_wchar_p(place), name, 261, None, None, ctypes.byref(flags), None, 0
            )
            if is_ready:
                found += _measured(Path(place), name.value, is_read_only=bool(flags.value & read_only))
        return found
    finally:
        kernel.SetErrorMode(before)


def put(path: Path, data: bytes) -> None:
    """Put a bundle's bytes on a stick or into a folder: whole or not at all, read back and compared.

    When this returns the bytes are on the medium, so that it may be taken out. Raises Problem bundle_not_written with
    words for what it was: too little room, a lock, a stick pulled out, one that keeps something else.
    """
    free = _free(path.parent)
    if free is not None and free < len(data) + SPARE_BYTES:
        raise _refused("full", len(data), free)
    try:
        write_bundle(path, data)
    except SyncError as error:
        if error.code != "bundle_not_written":
            raise
        # Windows calls nearly everything a lack of permission, but a folder that is gone shows itself.
        cause = _CAUSES.get(int(error.details.get("errno", 0))) if path.parent.is_dir() else "gone"
        raise _refused(cause or "unlike", len(data), _free(path.parent) or 0) from error


def size_text(count: int) -> str:
    """Bytes as people say them, in the language in force: 12 kB, 3,4 MB, 14,9 GB."""
    for unit, size in (("GB", 1000**3), ("MB", 1000**2)):
        if count >= size:
            text = f"{count / size:.1f} {unit}"
            return text if language() == "en" else text.replace(".", ",")
    return f"{max(0, count) // 1000 if count >= 1000 or not count else 1} kB"


def _refused(cause: str, needed: int, free: int) -> Problem:
    first, second = _WORDS[cause]
    return Problem(
        "bundle_not_written",
        exit_code=Exit.REFUSED,
        details={"needed": size_text(needed), "free": size_text(free)},
        words=(first + _NOTHING_LOST[0], second + _NOTHING_LOST[1]),
    )


def _measured(path: Path, label: str, *, is_read_only: bool = False) -> Iterator[Stick]:
    free = _free(path)
    if free is not None:
        yield Stick(path, label, free, is_read_only)


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8", "surrogateescape").splitlines() if line.count(" ") >= 3]
    except OSError:
        return []


def _plain(part: str) -> str:
    r"""A field of the list of mounts, where a space is written \040."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), part)


def _is_removable(root: Path, device: str) -> bool:
    """Whether the kernel says so of the disk or of the one that this is a part of, or it hangs on USB."""
    try:
        block = (root / "sys/class/block" / Path(device).name).resolve(strict=True)
    except OSError:
        return False
    if any(part.startswith("usb") for part in block.parts):
        return True
    for folder in (block, block.parent):
        try:
            return (folder / "removable").read_text("ascii").strip() == "1"
        except (OSError, ValueError):
            continue
    return False


def _label(root: Path, device: str) -> str:
    """What the owner called the drive; the system writes odd letters of it as \\x20."""
    try:
        with os.scandir(root / "dev/disk/by-label") as entries:
            for entry in entries:
                if Path(entry.path).resolve().name == Path(device).name:
                    return re.sub(r"\\x([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), entry.name)
    except OSError:
        pass
    return ""
