"""Two registrations side by side: is it one person? One key decides, one more says why, and the next pair follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services import registrations
from fieldapp.services.pairs import duplicates, same_as
from fieldapp.tui.comparing import band_text, decision_text, pair_lines, side_of
from fieldapp.tui.joining import Joining
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.screens.pair_deciding import Reason, Reasoned
from fieldapp.tui.text import number, plain
from fieldapp.tui.widgets.lines import Line, Lines

Ids = tuple[str, str]
"""The ids of two registrations."""
MARGIN = 4
"""Cells of a line that are no text: the mark of the line at hand and the scroll bar."""


class Loaded(NamedTuple):
    """A pair of the queue as the services tell it, the rows of its two registrations, and why this member may not
    decide about it (empty when the member may)."""

    at: int
    pair: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    refusal: str


def decision_of(pair: Mapping[str, Any]) -> str:
    """What stands decided about a pair; empty when nothing does."""
    decision = pair.get("decision")
    return str(decision["decision"]) if decision else ""


def is_settled(pair: Mapping[str, Any]) -> bool:
    """Whether the pair needs nobody any more: one person, or two whose answers are still those that were judged."""
    decision = decision_of(pair)
    return decision == "same" or (decision == "different" and bool(pair["decision"].get("is_current", True)))


class PairScreen(FieldScreen[None]):
    """Shows the pairs of a queue one after the other, beginning at number `at`."""

    HEADING = N_("Orang yang sama?")
    HELP = N_(
        "Kiri dan kanan adalah dua pendaftaran. S: orang yang sama, B: orang yang berbeda, R: belum pasti; sesudahnya "
        "angka memilih alasan, lalu pasangan berikut muncul. U menarik putusan. Panah kiri dan kanan berpindah "
        "pasangan, panah naik dan turun membaca. N menampilkan NIK utuh (dicatat). Program hanya mengurutkan; "
        "Anda yang memutuskan."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "decide('same')", N_("Sama")),
        key("b", "decide('different')", N_("Beda")),
        key("r", "decide('unsure')", N_("Ragu")),
        key("u", "undo", N_("Tarik")),
        key("n", "nik", N_("NIK utuh")),
        key("enter", "open", N_("Buka")),
        key("right", "step(1)", N_("Berikut")),
        key("left", "step(-1)", N_("Sebelumnya")),
    ]

    def __init__(self, pairs: Sequence[Ids], at: int = 0) -> None:
        super().__init__()
        self._pairs = list(pairs)
        self._at = at
        self._loaded: Loaded | None = None
        self._whole: tuple[str, str] | None = None
        self._last: Ids | None = None
        self._done: set[Ids] = set()
        self._told = ""
        self.busy = True

    def body(self) -> Iterable[Widget]:
        yield Lines(id="pair", reading=True)

    def on_mount(self) -> None:
        super().on_mount()
        self._show_pair(self._at)

    def relabel(self) -> None:
        super().relabel()
        # What was told of the last decision was said in the other language.
        self._told = ""
        self._show_pair(self._at)

    # Which pair

    def _show_pair(self, at: int) -> None:
        self.busy = True
        session, ids = self.session, self._pairs[at]
        self.ask(partial(_load, session, at, ids), self._show, failed=self._refused)

    def _next_open(self) -> None:
        """Goes on to the next pair that still needs somebody, round the queue once."""
        session = self.session
        count = len(self._pairs)
        # Whoever is unsure does not want to be asked again at once.
        order = [at for step in range(1, count) if self._pairs[at := (self._at + step) % count] not in self._done]
        ids = [self._pairs[at] for at in order]

        def work() -> Loaded | None:
            for at, pair in zip(order, ids, strict=True):
                loaded = _load(session, at, pair)
                if _is_open(loaded):
                    return loaded
            return None

        self.ask(work, self._show_or_end, failed=self._refused)

    def _show_or_end(self, loaded: Loaded | None) -> None:
        if loaded is not None:
            self._show(loaded)
            return
        self.busy = False
        self.tell(self._told + " " + _("Tidak ada pasangan lain yang menunggu."))
        self.dismiss()

    def _show(self, loaded: Loaded) -> None:
        self.busy = False
        if loaded.at != self._at or self._loaded is None:
            self._whole = None
            self.query_one("#pair", Lines).cursor = 0
        self._at, self._loaded = loaded.at, loaded
        place = _("{number} dari {count}").format(number=number(loaded.at + 1), count=number(len(self._pairs)))
        self.head(right=f"{band_text(str(loaded.pair['band']))}, {place}")
        self._draw()
        self.refresh_bindings()

    def _refused(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    # What is shown

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._loaded is None:
            return
        pair = dict(self._loaded.pair)
        if self._whole is not None:
            pair["left"] = {**pair["left"], "nik": self._whole[0]}
            pair["right"] = {**pair["right"], "nik": self._whole[1]}
        sides = [side_of(row) for row in self._loaded.rows]
        width = max(40, self.size.width - MARGIN)
        lines = pair_lines(pair, sides, width, notes=self._notes(pair), whole=self._whole is not None)
        self.query_one("#pair", Lines).show(lines)

    def _notes(self, pair: Mapping[str, Any]) -> list[str]:
        refusal = self._loaded.refusal if self._loaded is not None else ""
        notes = [words for words in (self._told, refusal, str(pair.get("quarantine") or "")) if words]
        case = set(pair.get("case") or ())
        if len(case) > 2:
            places = [at for at, ids in enumerate(self._pairs) if set(ids) <= case]
            words = _("Satu kasus dengan {count} pendaftaran: pasangan {number} dari {pairs} (panah kiri dan kanan).")
            at = places.index(self._at) + 1 if self._at in places else 1
            notes.append(words.format(count=number(len(case)), number=number(at), pairs=number(max(1, len(places)))))
        return notes

    def _names(self) -> list[str]:
        rows = self._loaded.rows if self._loaded is not None else ()
        return [plain(row.get("name") or _("(belum bernama)"), 60) for row in rows]

    # What is done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "step":
            return len(self._pairs) > 1
        if action == "undo":
            return self._last is not None or (self._loaded is not None and bool(decision_of(self._loaded.pair)))
        return super().check_action(action, parameters)

    def action_step(self, by: int) -> None:
        """The next or the previous pair, decided or not."""
        if not self.busy:
            self._told = ""
            self._show_pair((self._at + by) % len(self._pairs))

    def action_decide(self, decision: str) -> None:
        """Asks why; for one person also what stays."""
        if self._loaded is None or self.busy:
            return
        if self._loaded.refusal:
            self.complain(self._loaded.refusal)
            return
        joining = Joining.of(self._loaded.pair, self._loaded.rows) if decision == "same" else None
        ids = self._pairs[self._at]

        def done(reasoned: Reasoned | None) -> None:
            if reasoned is not None:
                self._decide(ids, decision, reasoned)

        self.app.push_screen(Reason(decision, self._names(), joining=joining), done)

    def _decide(self, ids: Ids, decision: str, reasoned: Reasoned) -> None:
        session, names = self.session, " | ".join(_cut(name) for name in self._names())
        self.busy = True

        def work() -> object:
            return same_as.decide(
                session,
                *ids,
                decision,
                reason=reasoned.reason,
                survivor=reasoned.survivor,
                take=reasoned.taken or None,
            )

        def done(_answer: object) -> None:
            self._told = _("Tadi: {decision} ({names}).").format(decision=decision_text(decision), names=names)
            self._last = ids
            self._done.add(ids)
            self.field_app.refresh_status()
            self._next_open()

        self.ask(work, done, lane="pen", failed=self._refused)

    def action_undo(self) -> None:
        """Takes back the decision about this pair, or else the last one that was taken here."""
        if self._loaded is None or self.busy:
            return
        ids = self._pairs[self._at] if decision_of(self._loaded.pair) else self._last
        if ids is None:
            return
        session = self.session

        def done(reasoned: Reasoned | None) -> None:
            if reasoned is not None:
                self.busy = True
                work = partial(same_as.undo, session, *ids, reason=reasoned.reason)
                self.ask(work, lambda _done: self._undone(ids), lane="pen", failed=self._refused)

        def asked(rows: Sequence[Mapping[str, Any]]) -> None:
            who = [plain(row.get("name") or _("(belum bernama)"), 60) for row in rows]
            self.app.push_screen(Reason("undo", who), done)

        self.ask(partial(_rows, session, ids), asked)

    def _undone(self, ids: Ids) -> None:
        self._told = _("Putusan ditarik.")
        self._last = None
        self._done.discard(ids)
        self.field_app.refresh_status()
        self._show_pair(self._pairs.index(ids) if ids in self._pairs else self._at)

    def action_nik(self) -> None:
        """Both NIK whole, in their columns; that they were looked at is kept."""
        session, ids = self.session, self._pairs[self._at]

        def work() -> tuple[str, str]:
            return registrations.unmasked_nik(session, ids[0]), registrations.unmasked_nik(session, ids[1])

        def show(niks: tuple[str, str]) -> None:
            if self._pairs[self._at] == ids:
                self._whole = niks
                self._draw()

        self.ask(work, show, lane="pen")

    def action_open(self) -> None:
        """One of the two registrations, whole, with its history."""
        ids = self._pairs[self._at]
        sides = (_("Kiri"), _("Kanan"))
        lines = [Line(f"{side}: {name}", value=id) for side, name, id in zip(sides, self._names(), ids, strict=False)]

        def done(picked: object) -> None:
            if isinstance(picked, str):
                self.app.push_screen(screen_named("record", registration=picked), self._came_back)

        self.app.push_screen(Pick(_("Buka pendaftaran"), lines), done)

    def _came_back(self, _answer: object) -> None:
        self._show_pair(self._at)


def _cut(name: str, room: int = 18) -> str:
    return name if len(name) <= room else name[: room - 1] + "…"


def _rows(session: Any, ids: Ids) -> list[Mapping[str, Any]]:
    """The rows of the two, in the order of `ids` whatever order they come in."""
    found = {str(row["id"]): row for row in registrations.rows(session, list(ids))}
    return [found.get(each, {"id": each}) for each in ids]


def _load(session: Any, at: int, ids: Ids) -> Loaded:
    refusal = same_as.refusal(session, *ids)
    return Loaded(at, duplicates.pair(session, *ids), _rows(session, ids), refusal.message() if refusal else "")


def _is_open(loaded: Loaded) -> bool:
    """Whether somebody still has to look: not settled, and both still count; one of a disputed pair may give way."""
    if decision_of(loaded.pair) == "disputed":
        return True
    states = {str(row.get("state") or "void") for row in loaded.rows}
    return not is_settled(loaded.pair) and not states & {"void", "withdrawn"}
