"""Unlocking: the passphrase alone; who it is, is found by trying."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from fieldapp.locale import N_, _
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import content
from fieldapp.tui.widgets.typed_line import TypedLine

if TYPE_CHECKING:
    from fieldapp.services.session import Session


class UnlockScreen(FieldScreen[None]):
    """One field. A wrong passphrase is said plainly and changes nothing."""

    CSS_PATH = "unlock.tcss"
    HEADING = N_("Fieldapp - terkunci")
    HELP = N_(
        "Ketik kata sandi Anda lalu tekan Enter. Bila lupa, mintalah administrator memulihkannya: data tidak hilang."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "unlock", N_("Buka")),
        key("escape", "app.quit", N_("Keluar")),
    ]
    AUTO_FOCUS = "Input"

    def body(self) -> Iterable[Widget]:
        yield UnlockBox()

    def on_mount(self) -> None:
        super().on_mount()
        self.busy = True
        self.call_after_refresh(self._look)

    def on_screen_resume(self) -> None:
        self.show_status()

    def _look(self) -> None:
        home = self.field_app.home

        def work() -> bool:
            # Loading these takes longest of all; a person types the passphrase meanwhile.
            from fieldapp.services.homes import has_store

            return has_store(home)

        self.ask(work, self._looked)

    def _looked(self, there: bool) -> None:
        self.busy = False
        if not there:
            self.app.call_later(self.app.switch_screen, screen_named("wizard"))

    def on_input_submitted(self) -> None:
        self.action_unlock()

    def action_unlock(self) -> None:
        """Tries the passphrase; deriving the key takes about a second on purpose."""
        typed = self.query_one(Input).value
        if self.busy or not typed:
            return
        self.busy = True
        self._say(_("Membuka..."))
        home = self.field_app.home

        def work() -> Session:
            from fieldapp.services.session import open_session

            return open_session(home, typed)

        self.ask(work, self._opened, lane="pen", failed=self._refused)

    def _opened(self, session: Session) -> None:
        # This screen goes away in between, and with it whatever still runs on it.
        self.app.call_later(self.field_app.begin, session)

    def _refused(self, words: str) -> None:
        self.busy = False
        self.query_one(Input).value = ""
        self._say(words, wrong=True)

    def _say(self, words: str, *, wrong: bool = False) -> None:
        note = self.query_one("#note", Static)
        note.set_class(wrong, "wrong")
        note.update(content(words))


class UnlockBox(Vertical):
    """The field in the middle."""

    def compose(self) -> ComposeResult:
        self.can_focus = False
        yield Static(content(_("Kata sandi")), classes="heading", markup=False)
        yield TypedLine(password=True, id="passphrase")
        yield Static("", id="note", markup=False)
