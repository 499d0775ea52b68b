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
from fieldapp.tui.locking import Locked
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import content, number
from fieldapp.tui.widgets.typed_line import SecretLine

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

    def __init__(self, locked: Locked | None = None) -> None:
        """`locked`: why the laptop was locked; None at the start of the program."""
        super().__init__()
        self._locked = locked
        self._members = 0

    def body(self) -> Iterable[Widget]:
        yield UnlockBox(self._locked.words() if self._locked is not None else [])

    def on_mount(self) -> None:
        super().on_mount()
        self.busy = True
        self.call_after_refresh(self._look)

    def relabel(self) -> None:
        super().relabel()
        self.query_one(UnlockBox).relabel(self._locked.words() if self._locked is not None else [])
        self._show_members()

    def on_screen_resume(self) -> None:
        self.show_status()

    def _look(self) -> None:
        home = self.field_app.home

        def work() -> tuple[bool, int]:
            from fieldapp.services.homes import has_store, member_count

            return has_store(home), member_count(home)

        self.ask(work, lambda found: self._looked(*found))

    def _looked(self, there: bool, members: int) -> None:
        self.busy = False
        self._members = members
        if there:
            self._show_members()
            # Behind the paint, while the passphrase is typed: whoever presses Enter then waits for its key alone.
            self.field_app.desk.submit("clock", _warm_up)
        else:
            self.app.call_later(self.app.switch_screen, screen_named("wizard"))

    def _show_members(self) -> None:
        if self._members > 1:
            words = _("{count} orang bekerja di laptop ini: masing-masing membuka dengan kata sandinya sendiri.")
            self.query_one("#who", Static).update(content(words.format(count=number(self._members))))

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


def _warm_up() -> None:
    import fieldapp.services.inspection
    import fieldapp.services.session
    import fieldapp.services.status
    import fieldapp.tui.screens.home  # noqa: F401


class UnlockBox(Vertical):
    """The field in the middle, why it is asked for, and who may fill it in."""

    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def compose(self) -> ComposeResult:
        self.can_focus = False
        yield Static("", id="why", markup=False)
        yield Static("", id="label", classes="heading", markup=False)
        yield SecretLine(id="passphrase")
        yield Static("", id="note", markup=False)
        yield Static("", id="who", classes="quiet", markup=False)

    def on_mount(self) -> None:
        self.relabel(self._told)

    def relabel(self, told: list[str]) -> None:
        """Shows the words in the language in force."""
        self.query_one("#label", Static).update(content(_("Kata sandi")))
        why = self.query_one("#why", Static)
        why.display = bool(told)
        why.update(content(" ".join(told)))
