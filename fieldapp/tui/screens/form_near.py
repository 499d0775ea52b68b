"""While a person is typed: asks who is registered already and is alike, without ever holding a key back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, Any, Final

from textual.timer import Timer

from fieldapp.services.pairs import duplicates
from fieldapp.tui.widgets.near_box import Near

if TYPE_CHECKING:
    from fieldapp.tui.screens.form_draft import DraftScreen

PAUSE_S: Final = 0.25
"""Asked when nothing was typed for so long."""
BREATH_S: Final = 0.05
"""Between two steps of comparing behind the form, so that keys come first."""
WATCHED: Final = frozenset(
    {"nik", "name", "birth_date", "birth_place", "sex", "mother_name", "nomor_kk", "phone", "ktp_address", "ktp_area"}
)
"""Answers that make people alike."""
ENOUGH: Final = ("nik", "name", "birth_date")
"""Without one of these there is nothing to ask about."""


class NearWatch:
    """Numbers its questions, so that the answer to an older one is dropped. `show` gets what was found last."""

    def __init__(self, screen: DraftScreen, show: Callable[[Sequence[Near]], None]) -> None:
        self._screen = screen
        self._show = show
        self._number = 0
        self._timer: Timer | None = None
        self._stopped = Event()

    def begin(self) -> None:
        """Asks about the draft as it was opened, and again when those handed in lately can be found too."""
        screen = self._screen
        session = screen.session
        self.ask()

        def work() -> int:
            return duplicates.catch_up(session, cancelled=self._stopped.is_set, pause=lambda: sleep(BREATH_S))

        def done(count: int) -> None:
            if count:
                self.ask()

        screen.ask(work, done, lane="broom", failed=lambda _words: None)

    def stop(self) -> None:
        """The form is closing: what is compared behind it ends after the step at hand."""
        self._stopped.set()

    def touched(self, field: str) -> None:
        """An answer changed: asks once the typing pauses."""
        if field not in WATCHED:
            return
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(PAUSE_S, self.ask)

    def ask(self) -> None:
        """Asks now about the draft as it stands."""
        screen = self._screen
        self._number += 1
        number = self._number
        values = dict(screen.draft.values)
        if not any(values.get(name) for name in ENOUGH):
            self._show(())
            return
        session, registration = screen.session, screen.draft.registration

        def work() -> Sequence[Near] | None:
            # An older question that is still waiting in the lane need not be asked at all.
            if number != self._number:
                return None
            return duplicates.near(session, as_kept(session, values), registration)

        def found(answer: Sequence[Near] | None) -> None:
            if answer is not None and number == self._number:
                self._show(answer)

        # A warning that cannot be given must not be in the way of the registration.
        screen.ask(work, found, failed=lambda _words: None)


def as_kept(session: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Answers as the rules read what was typed (17/8/45 as a date), without judging them."""
    from fieldapp.forms.normalise import normalise

    kept, _findings = normalise({name: values[name] for name in values if name != "overrides"}, session.today())
    return dict(kept)
