"""Keys and their words. Bindings are written in Indonesian when a class is made; only here are they translated."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from textual.binding import ActiveBinding, Binding

from fieldapp.locale import N_, _

PALETTE_KEY: Final = "ctrl+p"
KEYS: Final = "keys"
"""The member's setting: {id of a binding: key}."""
_PARTS: Final = re.compile(r"[^\w-]+")

_SHOWN: Final[dict[str, str]] = {
    "escape": "Esc",
    "enter": "Enter",
    "space": N_("Spasi"),
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "delete": "Del",
    "backspace": "Backspace",
    "asterisk": "*",
    "up": N_("Naik"),
    "down": N_("Turun"),
    "left": N_("Kiri"),
    "right": N_("Kanan"),
}


def key(keys: str, action: str, text: str = "") -> Binding:
    """A binding; `text` is Indonesian and marked with N_ by the caller. Without text it is not shown.

    None has priority: such a key would overtake letters that the field at hand has not taken in yet.
    """
    return Binding(keys, action, text, show=bool(text), priority=False, id=binding_id(action))


def binding_id(action: str) -> str:
    """The name under which a key can be changed: `app.go('review')` and `go('review')` are `go.review`."""
    return ".".join(part for part in _PARTS.split(action.removeprefix("app.")) if part)


def key_name(name: str) -> str:
    """How a key is written for people: F1, Ctrl+L, Esc, Spasi."""
    *modifiers, last = name.split("+")
    if last in _SHOWN:
        last = _(_SHOWN[last])
    elif len(last) == 1 or (last.startswith("f") and last[1:].isdigit()):
        last = last.upper()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), last])


def translated(bindings: dict[str, ActiveBinding]) -> dict[str, ActiveBinding]:
    """The same bindings with their words in the language in force; the framework's own lose their English."""
    result = {}
    for name, active in bindings.items():
        binding = active.binding
        words = _(binding.description) if binding.show and binding.description else ""
        shown = dataclasses.replace(binding, description=words, tooltip="", key_display=key_name(name))
        result[name] = ActiveBinding(active.node, shown, active.enabled, "")
    return result


class Told(NamedTuple):
    """A key and its words, as people are told of it."""

    key: str
    words: str
    action: str

    @property
    def is_anchor(self) -> bool:
        """Whether it is told even where there is hardly room: help, and the way back."""
        return self.action in ANCHORS


HELP: Final = "help"
ANCHORS: Final = (HELP, "leave")
#: The commands of every screen keep their places behind its own keys, whichever keys were chosen for them.
_EVERYWHERE: Final = (
    "new", "go('registrations')", "go('review')", "go('exchange')", "merge", "go('duplicates')", "go('reports')",
    "go('ledger')", "palette", "lock",
)  # fmt: skip
_RANKS: Final[dict[str, float]] = {
    HELP: 0,
    # What a list is there for comes before what every list has.
    "settle_newest": 0.5,
    **{action: 1 + place / 10 for place, action in enumerate(_EVERYWHERE, start=1)},
    "leave": 2,
    "quit": 3,
}


def shown(bindings: Iterable[ActiveBinding]) -> list[Told]:
    """The keys that people are told about, one an action: help first, the ways out last."""
    seen: set[str] = set()
    told = []
    for active in bindings:
        binding = active.binding
        action = binding.action.removeprefix("app.")
        if binding.show and binding.description and active.enabled and action not in seen:
            seen.add(action)
            told.append(Told(binding.key_display or key_name(binding.key), binding.description, action))
    return sorted(told, key=lambda each: _RANKS.get(each.action, 1))


def key_in_force(keys: str, action: str, chosen: Mapping[str, str]) -> str:
    """How the key of an action is written for people: the one that was chosen for it, or its own; nothing without."""
    return key_name(chosen.get(binding_id(action), keys)) if keys else ""
