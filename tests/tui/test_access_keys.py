"""Every key of the program is one that every terminal sends, and means one thing where it is offered."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import fieldapp.tui
from fieldapp.tui.app import FieldApp
from fieldapp.tui.commands import COMMANDS
from fieldapp.tui.terminal_keys import SAME_CODE, TAKEN, refusal


def _ours() -> Iterator[type[DOMNode]]:
    for module in walk_packages(fieldapp.tui.__path__, "fieldapp.tui."):
        for each in vars(import_module(module.name)).values():
            if isinstance(each, type) and issubclass(each, DOMNode) and each.__module__ == module.name:
                yield each


def _bindings(each: type[DOMNode]) -> Iterator[tuple[str, Binding]]:
    """(key, binding) of what the class itself binds."""
    for binding in each.__dict__.get("BINDINGS", ()):
        assert isinstance(binding, Binding), f"{each.__name__}: make it with tui.keys.key"
        for key in binding.key.split(","):
            yield key.strip(), binding


def test_no_key_is_one_that_a_terminal_cannot_send_or_keeps_for_itself() -> None:
    checked = [(each, key) for each in _ours() for key, _binding in _bindings(each)]
    assert len(checked) > 100
    assert not [f"{each.__name__}: {key}: {refusal(key)}" for each, key in checked if refusal(key)]


def test_no_class_binds_a_key_twice() -> None:
    for each in _ours():
        keys = [key for key, _binding in _bindings(each)]
        assert len(keys) == len(set(keys)), each.__name__


def test_no_key_overtakes_the_letters_typed_before_it() -> None:
    assert not [f"{each.__name__}: {key}" for each in _ours() for key, binding in _bindings(each) if binding.priority]


def test_every_function_key_is_a_command_with_a_letter_and_a_place_in_the_palette() -> None:
    by_key = {command.key: command for command in COMMANDS if command.key}
    keys = [(key, binding) for key, binding in _bindings(FieldApp) if key != "ctrl+p"]
    assert {key for key, _binding in keys} == set(by_key)
    for key, binding in keys:
        action = by_key[key].run().removeprefix("app.")
        assert binding.action == action
    letters = [command.letter for command in COMMANDS]
    assert len(letters) == len(set(letters))
    assert all(len(letter) == 1 and letter.isalpha() and letter.islower() for letter in letters)


@pytest.mark.parametrize(
    "name",
    [
        *SAME_CODE, *TAKEN, "alt+a", "shift+f5", "ctrl+f5", "ctrl+1", "ctrl+shift+c", "ctrl+up", "shift+up",
        "ctrl+enter", "ctrl+home", "ctrl+pageup", "f13", "super+a", "ctrl+space", "alt+enter",
    ],
)  # fmt: skip
def test_what_terminals_swallow_is_refused_with_a_reason(name: str) -> None:
    assert refusal(name)


@pytest.mark.parametrize(
    "name", ["a", "Z", "5", "ctrl+g", "f2", "f9", "enter", "pagedown", "asterisk", "*", "shift+tab"]
)
def test_what_every_terminal_sends_is_taken(name: str) -> None:
    assert not refusal(name)
