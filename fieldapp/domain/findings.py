"""What a rule found: a stable code, the field it is about and how strongly it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Strength = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of one rule.

    `error` blocks submitting (never saving a draft), `warning` asks for a reason kept in `overrides`, `hint` asks
    nothing. `details` are (name, value) pairs for the message; they carry no answer of the person beyond what the
    message shows.
    """

    code: str
    field: str
    strength: Strength
    details: tuple[tuple[str, str], ...] = ()

    def detail(self, name: str) -> str | None:
        """The detail called `name`, or None."""
        return dict(self.details).get(name)


def error(code: str, field: str, **details: object) -> Finding:
    """A finding that blocks submitting."""
    return Finding(code, field, "error", _details(details))


def warning(code: str, field: str, **details: object) -> Finding:
    """A finding that asks for a reason."""
    return Finding(code, field, "warning", _details(details))


def hint(code: str, field: str, **details: object) -> Finding:
    """A finding that is only shown."""
    return Finding(code, field, "hint", _details(details))


def _details(details: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in details.items())
