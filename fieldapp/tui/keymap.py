"""Keys that a person chose for commands: which may be chosen, which are taken, and which one is in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from textual.binding import Binding
from textual.dom import DOMNode

from fieldapp.locale import _
from fieldapp.tui.commands import COMMANDS, Command
from fieldapp.tui.keys import PALETTE_KEY, binding_id, key_name
from fieldapp.tui.screens import SCREENS
from fieldapp.tui.terminal_keys import SAME_CODE, TAKEN

#: Besides what terminals and browsers keep: the way out, and keys that stop and reload where nobody expects it.
TAKEN_OUTSIDE: Final = frozenset({*TAKEN, "ctrl+q", "ctrl+r", "ctrl+s"})
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
CHOOSABLE: Final = frozenset({*(f"f{number}" for number in (*range(1, 10), 12)), *(f"ctrl+{one}" for one in LETTERS)})
"""Every terminal sends these, and Windows' too."""


def commands_with_keys(role: str) -> list[Command]:
    """The commands whose keys a member of `role` may change."""
    return [command for command in COMMANDS if command.key and command.allowed(role) and command.name != "quit"]


def id_of(command: Command) -> str:
    """The id of the binding that does this command."""
    return binding_id(command.run())


def sound(kept: Any) -> dict[str, str]:
    """A kept setting as a key map; whatever is not one, may not be chosen any more or stands twice is left out."""
    if not isinstance(kept, Mapping):
        return {}
    defaults = {id_of(command): command.key for command in COMMANDS if command.key}
    usable = CHOOSABLE - TAKEN_OUTSIDE - SAME_CODE.keys() - {PALETTE_KEY}
    found = {name: key for name, key in kept.items() if name in defaults and key in usable and key != defaults[name]}
    while True:
        taken = Counter((defaults | found).values())
        twice = [name for name, key in found.items() if taken[key] > 1]
        if not twice:
            return found
        found = {name: key for name, key in found.items() if name not in twice}


def key_of(command: Command, keymap: Mapping[str, str]) -> str:
    """The key in force for a command, or nothing."""
    return keymap.get(id_of(command), command.key) if command.key else ""


def refusal(key: str, command: Command, keymap: Mapping[str, str]) -> str:
    """Why `key` cannot be the key of `command`, in words for the person who pressed it; nothing when it can."""
    name = key_name(key)
    if key in SAME_CODE:
        return _("Terminal tidak dapat membedakan {key} dari {other}. Pilih tombol lain.").format(
            key=name, other=key_name(SAME_CODE[key])
        )
    if key in TAKEN_OUTSIDE:
        return _(
            "{key} sering diambil jendela terminal, peramban, atau program ini sendiri. Pilih tombol lain."
        ).format(key=name)
    if key not in CHOOSABLE:
        return _("{key} tidak dapat dipakai. Pilih F1 sampai F9, F12, atau Ctrl dengan sebuah huruf.").format(key=name)
    for other in COMMANDS:
        if other is not command and key_of(other, keymap) == key:
            return _("{key} sudah dipakai untuk: {command}.").format(key=name, command=other.words())
    if key == PALETTE_KEY:
        return _("{key} sudah dipakai untuk: {command}.").format(key=name, command=_("Perintah"))
    words = _used_on_screens(exempt=id_of(command)).get(key)
    if words is not None:
        return _("{key} sudah dipakai di dalam layar: {words}.").format(
            key=name, words=_(words) if words else _("mencari atau menyunting")
        )
    return ""


def _used_on_screens(exempt: str) -> dict[str, str]:
    """Key -> words of every binding of a screen or a field; a screen that gives the command's own key a meaning of its
    own keeps doing so."""
    for module, _name in SCREENS.values():
        import_module(f"fieldapp.tui.screens.{module}")
    used: dict[str, str] = {}
    for node in _nodes(DOMNode):
        if node.__module__.startswith(("fieldapp.tui.screens", "fieldapp.tui.widgets", "textual.widgets._input")):
            used |= {each.key: each.description for each in _bindings_of(node) if each.id != exempt}
    return used


def _nodes(node: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for each in node.__subclasses__():
        yield each
        yield from _nodes(each)


def _bindings_of(node: type[DOMNode]) -> list[Binding]:
    return list(Binding.make_bindings(vars(node).get("BINDINGS", ())))
