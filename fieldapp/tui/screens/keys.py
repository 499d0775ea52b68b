"""The keys of the commands: which are in force, another one for a command, and all as they were."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from textual import events
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import _
from fieldapp.tui.commands import Command
from fieldapp.tui.keymap import commands_with_keys, id_of, key_of, refusal
from fieldapp.tui.keys import KEYS, key_name
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.text import content
from fieldapp.tui.widgets.lines import Line, Lines

RESET = "reset"


class KeysDialog(Dialog[None]):
    """One line a command with its key; Enter asks for another key."""

    def __init__(self) -> None:
        super().__init__(_("Tombol"), [_("Enter mengganti tombol di baris ini. Huruf di layar awal tetap berlaku.")])

    def body(self) -> Iterable[Widget]:
        yield Lines(id="keys")

    def on_mount(self) -> None:
        self._draw()

    def help_lines(self) -> list[str]:
        return [
            _(
                "Setiap perintah mempunyai satu tombol. Tombol yang tidak dapat dibedakan terminal, atau yang sudah "
                "dipakai, ditolak dengan alasannya. Baris terakhir mengembalikan semuanya."
            )
        ]

    def _draw(self) -> None:
        chosen = self.field_app.keys
        lines = []
        for command in commands_with_keys(self.session.member.role):
            own = _("(semula {key})").format(key=key_name(command.key)) if id_of(command) in chosen else ""
            lines.append(
                Line(f"{command.words():<24} {key_name(key_of(command, chosen)):<8} {own}".rstrip(), value=command)
            )
        lines.append(Line(_("Kembalikan semua tombol seperti semula"), value=RESET))
        self.query_one(Lines).show(lines)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        picked = event.lines.value()
        if picked == RESET:
            self._keep({})
        elif isinstance(picked, Command):

            def done(key: str | None) -> None:
                if key is not None:
                    others = {name: each for name, each in self.field_app.keys.items() if name != id_of(picked)}
                    self._keep(others if key == picked.key else {**others, id_of(picked): key})

            self.app.push_screen(NewKeyDialog(picked), done)

    def _keep(self, chosen: dict[str, str]) -> None:
        self.field_app.change_keys(chosen)
        self._draw()
        self.ask(partial(self.session.set_own_preference, KEYS, chosen), lambda _done: None, lane="pen")


class NewKeyDialog(Dialog[str]):
    """Waits for the key itself to be pressed."""

    def __init__(self, command: Command) -> None:
        super().__init__(
            command.words(), [_("Tekan tombol yang Anda inginkan: F1 sampai F9, F12, atau Ctrl dengan sebuah huruf.")]
        )
        self._command = command

    def body(self) -> Iterable[Widget]:
        yield Static("", classes="note wrong", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Any key but Esc is an answer, not a command."""
        if event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        words = refusal(event.key, self._command, self.field_app.keys)
        if words:
            self.query_one(".note", Static).update(content(words))
        else:
            self.dismiss(event.key)
