"""Where random bytes come from: one seam, so that a simulation can replay a run from its seed."""

import os
from collections.abc import Callable
from typing import Final

Random = Callable[[int], bytes]
"""Answers the number of random bytes asked for."""

system_random: Final[Random] = os.urandom


def token(random: Random = system_random) -> str:
    """A fresh chain id, device id or blinding value: 16 random bytes as 32 hex digits."""
    return random(16).hex()


def uuid7(wall_ms: int, random: Random = system_random) -> str:
    """A UUID of version 7 (RFC 9562 section 5.7) as canonical lower-case text, ordered by `wall_ms` (ms since 1970)."""
    noise = int.from_bytes(random(10), "big")
    value = (min(max(wall_ms, 0), 2**48 - 1) << 80) | noise
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
