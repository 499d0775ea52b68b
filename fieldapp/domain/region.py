"""Region codes of the Ministry of Home Affairs (Kemendagri): 91,599 current and 1,037 retired ones.

A NIK keeps the code of its first registration for life, so a retired code is a fact to tell, never a reason to refuse.
The shipped file holds one small deflated block a regency: a look-up reads the head of the file (4 kB) and one block of
about 1 kB, by seeking; nothing else is read and no handle stays open. Source and licence: `data/NOTICE`.
"""

from __future__ import annotations

import re
import struct
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Final, Literal, NamedTuple

from fieldapp.domain.names import plain

FILE: Final = Path(__file__).parent / "data" / "regions.bin"

Level = Literal["province", "regency", "district", "village"]

_MAGIC = b"FIELDRG1"
_PROVINCES = 0
_RETIRED_FROM = 10_000
_CODE = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?")
_LEVELS: dict[int, Level] = {2: "province", 5: "regency", 8: "district", 13: "village"}


class Region(NamedTuple):
    """One place. `last_list`: for a retired code, the list in which it was last seen; else empty."""

    code: str
    name: str
    level: Level
    last_list: str = ""

    @property
    def retired(self) -> bool:
        """Whether the code stands on no current list."""
        return bool(self.last_list)


@lru_cache(maxsize=4096)
def lookup(code: str) -> Region | None:
    """The place with the dotted `code` (`64`, `64.71`, `64.71.05`, `64.71.05.1002`), current or retired; None if there
    is none."""
    if _CODE.fullmatch(code) is None:
        return None
    level = _LEVELS[len(code)]
    if level == "province":
        name = _block(_PROVINCES).get(code)
        return None if name is None else Region(code, name, level)
    key = int(code[:2] + code[3:5])
    name = _block(key).get(code)
    if name is not None:
        return Region(code, name, level)
    name, _tab, last_list = _block(_RETIRED_FROM + key).get(code, "").partition("\t")
    return Region(code, name, level, last_list) if name else None


def dotted(digits: str) -> str:
    """2, 4, 6 or 10 digits as a dotted code: `6471051002` is `64.71.05.1002`; other text stays as it is."""
    if len(digits) not in (2, 4, 6, 10) or not (digits.isascii() and digits.isdigit()):
        return digits
    parts = [digits[0:2], digits[2:4], digits[4:6], digits[6:10]]
    return ".".join(part for part in parts if part)


def name_path(code: str) -> tuple[str, ...]:
    """The names from the place up to its province, the smallest first; empty when the place itself is unknown."""
    if lookup(code) is None:
        return ()
    parts = [lookup(code[:length]) for length in (13, 8, 5, 2) if length <= len(code)]
    return tuple(part.name for part in parts if part is not None)


def children(code: str) -> tuple[Region, ...]:
    """The current places directly below `code`, in the order of their codes; provinces for an empty code."""
    if not code:
        return tuple(Region(found, name, "province") for found, name in _block(_PROVINCES).items())
    below = {2: 5, 5: 8, 8: 13}.get(len(code))
    if below is None:
        return ()
    return tuple(Region(found, name, _LEVELS[below]) for found, name in current(code) if len(found) == below)


def search(text: str, within: str = "64.71", limit: int = 20, level: Level | None = "village") -> list[Region]:
    """At most `limit` current places below `within` whose name holds `text`, ignoring case, spaces and marks.

    `within`: a dotted code, or empty for all of Indonesia. Names that are the text come first, then those that begin
    with it, then the rest, each by name. An empty text lists what is there.
    """
    wanted = plain(text)
    table = _search_table(within, level)
    first = bisect_left(table.names, wanted)
    found: list[int] = []
    for line in range(first, len(table.names)):
        if len(found) >= limit or not table.names[line].startswith(wanted):
            break
        found.append(line)
    # Nothing can hold an empty text without beginning with it.
    at = table.text.find(wanted) if wanted else -1
    while at >= 0 and len(found) < limit:
        line = bisect_right(table.starts, at) - 1
        if not table.names[line].startswith(wanted):
            found.append(line)
        at = table.text.find(wanted, table.starts[line] + len(table.names[line]))
    places = (lookup(table.codes[line]) for line in found[:limit])
    return [place for place in places if place is not None]


def current(within: str) -> Iterator[tuple[str, str]]:
    """(code, name) of every current place below `within`, itself included, in the order of the codes."""
    if within and _CODE.fullmatch(within) is None:
        return
    if len(within) < 5:
        yield from ((code, name) for code, name in _block(_PROVINCES).items() if code.startswith(within))
    wanted = within.replace(".", "")[:4]
    for key in _index()[0]:
        if 0 < key < _RETIRED_FROM and f"{key:04d}".startswith(wanted):
            block = _block(key) if len(within) >= 5 else _read_block(key)
            yield from ((code, name) for code, name in block.items() if code.startswith(within))


class _SearchTable(NamedTuple):
    """Folded names by the alphabet, with their codes; `text` joins them by line ends, `starts` is where each begins."""

    names: list[str]
    codes: list[str]
    text: str
    starts: array[int]


@lru_cache(maxsize=4)
def _search_table(within: str, level: Level | None) -> _SearchTable:
    """The table of all places of `level` below `within`."""
    pairs = sorted(
        (plain(name), code) for code, name in current(within) if level is None or _LEVELS[len(code)] == level
    )
    names = [name for name, _code in pairs]
    starts = array("I", accumulate((len(name) + 1 for name in names[:-1]), initial=0))
    return _SearchTable(names, [code for _name, code in pairs], "\n".join(names), starts)


@cache
def _block(key: int) -> dict[str, str]:
    """A block that stays in memory; all of them together take about 14 MB."""
    return _read_block(key)


@lru_cache(maxsize=1)
def _index() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The keys of the blocks, ascending, and where each begins, with the end of the file last."""
    with FILE.open("rb", buffering=0) as file:
        head = file.read(len(_MAGIC) + 2)
        if head[:-2] != _MAGIC:
            raise ValueError("the region file is damaged")
        (count,) = struct.unpack("<H", head[-2:])
        numbers = struct.unpack(f"<{count}H{count + 1}I", file.read(2 * count + 4 * (count + 1)))
    return numbers[:count], numbers[count:]


def _read_block(key: int) -> dict[str, str]:
    """Code -> name (for a retired one, name, tab and list) of one block; empty when there is no such block."""
    keys, offsets = _index()
    at = bisect_left(keys, key)
    if at == len(keys) or keys[at] != key:
        return {}
    with FILE.open("rb", buffering=0) as file:
        file.seek(offsets[at])
        raw = file.read(offsets[at + 1] - offsets[at])
    lines = zlib.decompress(raw, -15).decode().split("\n")
    if key == _PROVINCES:
        return {line[:2]: line[2:] for line in lines}
    digits = f"{key % _RETIRED_FROM:04d}"
    district = regency = f"{digits[:2]}.{digits[2:]}"
    names = {regency: lines[0]} if lines[0] else {}
    village = 0
    for line in lines[1:]:
        if line[0] == "=":
            district = f"{regency}.{line[1:3]}"
            names[district] = line[3:]
            continue
        if line[0] == "#":
            village, name = int(line[1:5]), line[5:]
        else:
            village, name = village + 1, line
        names[f"{district}.{village:04d}"] = name
    return names
