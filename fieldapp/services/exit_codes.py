"""How the command line ends (DESIGN.md section 8)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line (DESIGN.md section 8)."""

    DONE = 0
    REFUSED = 1
    WRONG_USE = 2
    NOT_FOUND = 3
    UNTRUSTED = 4
    NOT_ALLOWED = 5
    HUB = 6
