"""The draft at hand beside a registration that is like it: another person, with a reason, or the same one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services import registrations
from fieldapp.tui.comparing import pair_lines, side_of
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Confirm
from fieldapp.tui.screens.form_near import as_kept
from fieldapp.tui.screens.pair import MARGIN
from fieldapp.tui.screens.pair_deciding import Reason, Reasoned
from fieldapp.tui.text import number, plain
from fieldapp.tui.widgets.lines import Lines
from fieldapp.tui.widgets.near_box import Near

Shown = tuple[dict[str, Any], Mapping[str, Any], Mapping[str, Any]]
"""The draft's answers as the rules read them, the registration's answers, and its row."""


@dataclass(frozen=True, slots=True)
class DraftVerdict:
    """What was said about the draft: the same person as `registration`, or, without one, another with a `reason`."""

    registration: str | None
    reason: str = ""


class DraftPairScreen(FieldScreen[DraftVerdict]):
    """Left the draft, right what was found; arrows go to the next one found."""

    HEADING = N_("Sudah terdaftar?")
    HELP = N_(
        "Kiri adalah isian yang sedang Anda ketik, kanan pendaftaran yang sudah ada. B: bukan orang yang sama, dengan "
        "alasan yang dibaca pemeriksa. S: orangnya sudah terdaftar, jadi yang baru tidak dikirim. Esc kembali ke isian."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("b", "other", N_("Bukan orang yang sama")),
        key("s", "same", N_("Sudah terdaftar")),
        key("right", "step(1)", N_("Berikut")),
        key("left", "step(-1)", N_("Sebelumnya")),
    ]

    def __init__(self, values: Mapping[str, Any], found: Sequence[Near]) -> None:
        super().__init__()
        self._values = dict(values)
        self._found = list(found)
        self._at = 0
        self._shown: Shown | None = None

    def body(self) -> Iterable[Widget]:
        yield Lines(id="pair", reading=True)

    def on_mount(self) -> None:
        super().on_mount()
        self._load()

    def relabel(self) -> None:
        super().relabel()
        self._load()

    def _load(self) -> None:
        session, found = self.session, str(self._found[self._at]["id"])

        def work() -> Shown:
            shown = registrations.show(session, found)
            rows = registrations.rows(session, [found])
            return as_kept(session, self._values), shown["values"], rows[0] if rows else {}

        self.ask(work, partial(self._show, found))

    def _show(self, found: str, shown: Shown) -> None:
        if found == str(self._found[self._at]["id"]):
            self._shown = shown
            place = _("{number} dari {count}").format(number=number(self._at + 1), count=number(len(self._found)))
            self.head(right=place)
            self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        ours, theirs, row = self._shown
        # What the draft does not say yet is not a difference.
        left = {name: value for name, value in ours.items() if value not in (None, "", [])}
        right = {name: value for name, value in theirs.items() if name in left or name in _ALWAYS}
        pair = {**self._found[self._at], "left": left, "right": right}
        sides = [side_of({"name": left.get("name"), "state": "draft"}), side_of(row)]
        lines = pair_lines(pair, sides, max(40, self.size.width - MARGIN))
        self.query_one("#pair", Lines).show(lines, cursor=0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self._found) > 1 if action == "step" else super().check_action(action, parameters)

    def action_step(self, by: int) -> None:
        """The next registration that is like the draft."""
        self._at = (self._at + by) % len(self._found)
        self._load()

    def _names(self) -> list[str]:
        return [plain(self._values.get("name") or _("(belum bernama)"), 60), plain(self._found[self._at]["name"], 60)]

    def action_other(self) -> None:
        """Another person: the reason stands in the registration, for whoever reviews it."""

        def done(reasoned: Reasoned | None) -> None:
            if reasoned is not None:
                self.dismiss(DraftVerdict(None, reasoned.reason))

        self.app.push_screen(Reason("other", self._names()), done)

    def action_same(self) -> None:
        """The person is registered already: the draft is put aside, and what exists is opened."""
        registration = str(self._found[self._at]["id"])

        def agreed(yes: bool | None) -> None:
            if yes:
                self.dismiss(DraftVerdict(registration))

        words = [
            " | ".join(self._names()),
            _("Draf ini disimpan, tidak dikirim. Pendaftaran yang sudah ada dibuka; di sana E memperbaiki isiannya."),
        ]
        self.app.push_screen(Confirm(_("Orang ini sudah terdaftar"), words, _("Ya, buka yang sudah ada")), agreed)

    def action_leave(self) -> None:
        self.dismiss(None)


_ALWAYS = frozenset(
    {"nik", "name", "birth_date", "birth_place", "sex", "mother_name", "phone", "ktp_address", "ktp_area"}
)
