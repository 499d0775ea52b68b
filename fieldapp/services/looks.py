"""How this laptop looks to everybody who works on it: language, theme, density, glyphs. Impersonal, so not encrypted.

It stands beside the store in `look.json`, so that the screen that asks for the passphrase already speaks the chosen
language. Light, for every start.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from fieldapp.services.problems import Problem, os_reason
from fieldapp.store import disk

NAME: Final = "look.json"

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "language": ("id", "en"),
    "theme": ("terang", "gelap", "kontras"),
    "density": ("padat", "lega"),
    "glyphs": ("unicode", "ascii"),
}
"""What each may be, the usual one first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Looks:
    """The look in force; each value is one of CHOICES."""

    language: str = "id"
    theme: str = "terang"
    density: str = "padat"
    glyphs: str = "unicode"


def is_chosen(home: Path) -> bool:
    """Whether somebody has chosen a look on this laptop."""
    return (home / NAME).exists()


def read(home: Path) -> Looks:
    """The look of the laptop with this data folder; what is absent, damaged or unknown is as usual. Never raises."""
    try:
        kept: Any = json.loads((home / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return Looks()
    if not isinstance(kept, dict):
        return Looks()
    return Looks(**{name: kept[name] for name, known in CHOICES.items() if kept.get(name) in known})


def write(home: Path, looks: Looks) -> None:
    """Keep the look, whole. Raises Problem file_not_written; the look before is then still there."""
    try:
        disk.private_folder(home)
        disk.write_whole(home / NAME, json.dumps(dataclasses.asdict(looks), indent=1, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise Problem("file_not_written", details={"file": NAME, "reason": os_reason(error)}) from error


def take_over(home: Path, preference: Callable[[str], Any]) -> Looks:
    """The look that an earlier version kept inside the store (`preference` reads it there), from now on in the file.

    A disk that refuses the file leaves it for the next start.
    """
    kept = {name: preference(name) for name in ("language", "theme")}
    found = Looks(**{name: value for name, value in kept.items() if value in CHOICES[name]})
    with suppress(Problem):
        write(home, found)
    return found
