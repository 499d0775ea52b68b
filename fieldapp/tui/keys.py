"""Keys and their words. Bindings are written in Indonesian when a class is made; only here are they translated."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from textual.binding import ActiveBinding, Binding

from fieldapp.locale import N_, _

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
    return Binding(keys, action, text, show=bool(text), priority=False)


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


def shown(bindings: Iterable[ActiveBinding]) -> list[tuple[str, str]]:
    """(key, words) of the bindings that people are told about, one an action: help first, the ways out last."""
    seen: set[str] = set()
    pairs = []
    for active in bindings:
        binding = active.binding
        if binding.show and binding.description and active.enabled and binding.action not in seen:
            seen.add(binding.action)
            pairs.append((binding.key_display or key_name(binding.key), binding.description))
    rank = {"F1": 0, "Esc": 2, "Ctrl+Q": 3}
    return sorted(pairs, key=lambda pair: rank.get(pair[0], 1))
