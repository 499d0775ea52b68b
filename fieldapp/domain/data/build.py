"""Packs the two lists of region codes into `regions.bin`. For developers: `python -m fieldapp.domain.data.build A B`.

A is the list of current codes (code,name), B the list of retired ones (code,name,last_list), each as CSV or xz of it.

Layout, all numbers little-endian: 8 bytes `FIELDRG1`; u16 count of blocks; count x u16 keys, ascending; (count + 1) x
u32 offsets of the blocks from the start of the file, the last one its end; then the blocks, each deflated by itself so
that one can be read without the rest. Key 0 holds the provinces, key RRRR (province and regency) everything below a
regency, key 10000 + RRRR what was retired below it.

Lines of a block: the regency's own name first (empty when only its districts are listed), `=DD` and a name for a
district, `#VVVV` and a name for a village, or the name alone when its number follows the one before; a retired line
ends with a tab and the list in which the code was last seen. Provinces are lines of `PP` and a name.
"""

from __future__ import annotations

import csv
import lzma
import struct
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path

MAGIC = b"FIELDRG1"
RETIRED_FROM = 10_000
PROVINCES = 0

Row = tuple[str, str, str]


def rows_of(path: Path) -> list[Row]:
    """The (code, name, last list or empty) rows of a CSV file, or of an xz of one."""
    raw = path.read_bytes()
    text = (lzma.decompress(raw) if path.suffix == ".xz" else raw).decode("utf-8")
    return [(row["code"], row["name"], row.get("last_list", "")) for row in csv.DictReader(text.splitlines())]


def packed(current: Iterable[Row], retired: Iterable[Row]) -> bytes:
    """The bytes of `regions.bin`; ValueError for a name or code that the layout cannot hold."""
    lines: dict[int, list[str]] = {PROVINCES: []}
    for base, rows in ((0, current), (RETIRED_FROM, retired)):
        previous = ""
        for code, name, last_list in sorted(rows):
            if not name or name[0] in "=#" or "\t" in name or "\n" in name:
                raise ValueError(f"the layout cannot hold the name of {code}")
            if len(code) == 2 and base == 0:
                lines[PROVINCES].append(code + name)
                continue
            block = lines.setdefault(base + int(code[:2] + code[3:5]), [])
            if len(code) > 5 and not block:
                block.append("")
            block.append(_line(code, previous) + name + (f"\t{last_list}" if last_list else ""))
            previous = code
    return _file({key: zlib.compress("\n".join(block).encode(), 9, -15) for key, block in lines.items()})


def _line(code: str, previous: str) -> str:
    if len(code) == 5:
        return ""
    if len(code) == 8:
        return "=" + code[6:]
    if previous[:8] == code[:8] and len(previous) == 13 and int(previous[9:]) + 1 == int(code[9:]):
        return ""
    return "#" + code[9:]


def _file(blocks: dict[int, bytes]) -> bytes:
    keys = sorted(blocks)
    head = len(MAGIC) + 2 + 2 * len(keys) + 4 * (len(keys) + 1)
    offsets = [head]
    for key in keys:
        offsets.append(offsets[-1] + len(blocks[key]))
    numbers = struct.pack(f"<H{len(keys)}H{len(offsets)}I", len(keys), *keys, *offsets)
    return MAGIC + numbers + b"".join(blocks[key] for key in keys)


if __name__ == "__main__":
    here = Path(__file__).parent / "regions.bin"
    here.write_bytes(packed(rows_of(Path(sys.argv[1])), rows_of(Path(sys.argv[2]))))
