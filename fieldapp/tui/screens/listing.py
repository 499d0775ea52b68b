"""What every list of registrations does: search as you type, filters, orders, marks, and a look at the one at hand."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from fieldapp.locale import N_, _
from fieldapp.services import lists
from fieldapp.services.lists import Found, Reading, Wanted
from fieldapp.services.review import Seen
from fieldapp.services.review.fit import FROM
from fieldapp.services.session import Session
from fieldapp.tui.among import Among
from fieldapp.tui.keys import key
from fieldapp.tui.list_words import filter_words, order_words
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.deciding import decide, may_decide, undo_last
from fieldapp.tui.screens.exporting import export_marked
from fieldapp.tui.screens.filtering import Filtering, ask_order
from fieldapp.tui.text import content, number, plain
from fieldapp.tui.widgets.lines import Lines
from fieldapp.tui.widgets.record_list import Column, RecordList, Row
from fieldapp.tui.widgets.typed_line import TypedLine

WIDE: Final = 120
"""Cells from which the registration at hand is shown beside the list."""
_REST_S: Final = 0.15
"""The cursor rests so long before what it rests on is read: who runs through a list is not held up."""


_PATIENT_S: Final = 0.4
"""An answer that takes longer is announced."""


@dataclass
class Place:
    """Where a person was in a list; kept until the laptop is locked."""

    wanted: Wanted
    at: int | None = None
    who: dict[str, str] = field(default_factory=dict)
    is_turned: bool = False
    """Whether the look beside the list is the other way than the width of the screen suggests."""


class SearchLine(TypedLine):
    """The words to look for; the arrow down goes into the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("down,enter", "into_list"),
        # The framework's line deletes a word with it.
        key("ctrl+f", "screen.filter"),
    ]

    def action_into_list(self) -> None:
        screen = self.screen
        if isinstance(screen, ListScreen):
            screen.enter_list()


class LookLines(Lines, can_focus=False):
    """Lines to look at only: none of them is at hand."""

    def validate_cursor(self, cursor: int) -> int:
        return -1


class ListScreen(FieldScreen[None]):
    """A list that asks the services for row numbers and pages of rows; late answers to older questions are dropped."""

    PLACE: ClassVar[str] = ""
    """Under which name filter, order and place are remembered."""
    DESK: ClassVar[bool] = False
    """Whether each row knows which answers it shows, so that a decision can be bound to them, and what is odd."""
    DECIDES: ClassVar[bool] = True
    """Whether decisions about registrations are taken in it."""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("s", "decide('approve')", N_("Setujui")),
        key("k", "decide('return')", N_("Kembalikan")),
        key("t", "decide('reject')", N_("Tolak")),
        key("u", "decide('undo')", N_("Tarik putusan")),
        key("ctrl+f", "filter", N_("Saring")),
        key("ctrl+b", "clear", N_("Tampilkan semua")),
        key("ctrl+o", "order", N_("Urutkan")),
        key("asterisk", "mark_all", N_("Tandai semua")),
        key("r", "mark_range", N_("Tandai rentang")),
        key("e", "export", N_("Ke lembar kerja")),
        key("l", "look", N_("Lihat yang janggal")),
        key("f3", "search"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._question = 0
        self._answered = 0
        self._reading = Reading()
        self._range_from: int | None = None
        self._rest: Timer | None = None
        self._looked_at = 0
        self._place = Place(self.home())

    # What a screen says of its own list

    def home(self) -> Wanted:
        """What is shown without any filter."""
        return Wanted()

    def columns(self) -> Sequence[Column]:
        """The columns of the list."""
        return ()

    def first_rows(self, session: Session, wanted: Wanted, reading: Reading) -> Found | None:
        """The first rows of a list; called in a thread, where nothing of the screen may be asked."""
        return lists.find(session, wanted, reading, desk=self.DESK)

    def page_rows(self, session: Session, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Rows by their numbers; called in a thread."""
        return lists.rows(session, numbers, desk=self.DESK)

    def shown(self) -> str:
        """What the list shows without any filter, in words."""
        return _("Semua pendaftaran")

    def nothing(self) -> str:
        """What to do when there is nothing at all."""
        return _("Belum ada pendaftaran.")

    # Frame

    def body(self) -> Iterable[Widget]:
        yield SearchLine(placeholder=_("cari nama, NIK, atau telepon"), id="search")
        yield Static("", id="filter", markup=False)
        beside = Horizontal(id="columns")
        beside.can_focus = False
        with beside:
            yield RecordList(self.columns(), markable=True)
            yield LookLines(id="look", reading=True)

    # The framework calls every class's own handler, so none of them calls the one above it.

    def on_mount(self) -> None:
        remembered = self.session.remembered.get(self._key)
        if isinstance(remembered, Place):
            self._place = remembered
        self.session.remembered[self._key] = self._place
        self.begun()
        with self.prevent(Input.Changed):
            self.query_one("#search", Input).value = self._place.wanted.text

    def relabel(self) -> None:
        super().relabel()
        self.query_one("#search", Input).placeholder = _("cari nama, NIK, atau telepon")
        self._tell_filter()
        self.tell_count()
        self.records.refresh()
        self._look_soon()

    def begun(self) -> None:
        """What was remembered is there; a screen that was asked for something says so now."""

    @property
    def _key(self) -> str:
        return f"list:{self.PLACE}"

    def on_screen_resume(self) -> None:
        self._find(keep=self._place.at)

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    @property
    def records(self) -> RecordList:
        """The list."""
        return self.query_one(RecordList)

    @property
    def wanted(self) -> Wanted:
        """What is shown now."""
        return self._place.wanted

    @property
    def is_filtered(self) -> bool:
        """Whether less than the whole list is asked for."""
        home = self.home()
        return replace(self.wanted, order=home.order, reverse=home.reverse) != home

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to clear in a whole list, and letters belong to whoever is typing."""
        if action == "clear":
            return self.is_filtered
        if action in ("mark_all", "mark_range", "export", "look"):
            return not isinstance(self.focused, Input)
        if action == "decide":
            may = self.DECIDES and may_decide(self.session.member.role, str(parameters[0]))
            return may and not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    # Finding

    def on_input_changed(self, event: Input.Changed) -> None:
        self._place.wanted = replace(self.wanted, text=event.value.strip())
        self._begin()

    def show_wanted(self, wanted: Wanted) -> None:
        """Shows another choice of registrations, from its beginning."""
        self._place.wanted = wanted
        search = self.query_one("#search", Input)
        if search.value.strip() != wanted.text:
            with self.prevent(Input.Changed):
                search.value = wanted.text
        self._begin()

    def _begin(self) -> None:
        """Another list, from its beginning: whoever is not in it must not stay marked unseen."""
        self.records.marked = set()
        # The screen is resumed when the question about it closes, which may come after the answer.
        self._place.at = None
        self._find()

    def enter_list(self) -> None:
        """From the search into what it found; keys wait for it, so that they do not act on what was there before."""
        self.busy = self._answered != self._question
        self.records.focus()

    def _find(self, *, keep: int | None = None) -> None:
        # A search that a further letter has overtaken is stopped where it is.
        self._reading.give_up()
        self._reading = Reading()
        self._question += 1
        self._range_from = None
        work = partial(self.first_rows, self.session, self.wanted, self._reading)
        self.ask(work, partial(self._first, self._question, keep), failed=self._failed)

        self.set_timer(_PATIENT_S, partial(self._tell_slow, self._question))

    def _tell_slow(self, question: int) -> None:
        """A slow laptop, or a queue worked out for the first time: an empty screen would look like no answer."""
        if question == self._question != self._answered:
            self.query_one("#filter", Static).update(content(_("Sedang mencari…")))

    def _failed(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    def _first(self, question: int, keep: int | None, found: Found | None) -> None:
        if found is None or question != self._question:
            return
        self._answered = question
        self.busy = False
        if keep is None or found.is_whole or keep in found.numbers:
            self.records.show_ids(found.numbers, keep=keep, rows=found.rows)
        if found.is_whole:
            self._known()
            return
        self._tell_filter(counting=True)
        work = partial(lists.numbers, self.session, self.wanted, self._reading)
        self.ask(work, partial(self._whole, question, keep))

    def _whole(self, question: int, keep: int | None, found: array[int] | None) -> None:
        if found is None or question != self._question:
            return
        self.records.grow(found, keep=keep)
        self._known()

    def _known(self) -> None:
        """The whole list is known."""
        self._tell_filter()
        self.tell_count()
        self._look_soon()
        self.refresh_bindings()

    def tell_count(self) -> None:
        """How many there are, and how many are marked."""
        records = self.records
        count = _("{count} pendaftaran").format(count=number(records.count()))
        marked = _("{count} ditandai").format(count=number(len(records.marked))) if records.marked else ""
        self.head(right=f"{marked}  {count}" if marked else count)

    def _tell_filter(self, *, counting: bool = False) -> None:
        words = filter_words(self.wanted, self.home(), self.shown(), self._place.who)
        words = _("{filter}; {order}.").format(filter=words, order=order_words(self.wanted))
        if not self.records.count() and not counting:
            words = self.nothing() if not self.is_filtered else words + " " + _("Tidak ada yang cocok.")
        if self.is_filtered:
            words += " " + _("Ctrl+B menampilkan semua.")
        self.query_one("#filter", Static).update(content(words))

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        work = partial(self.page_rows, self.session, event.ids)
        self.ask(work, partial(event.lines.put_rows, event.number, event.page))

    # Moving about

    def on_lines_moved(self, event: Lines.Moved) -> None:
        if event.lines is self.records:
            self._place.at = self.records.key()
            self._look_soon()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, str):
            self.app.push_screen(screen_named("record", registration=chosen, **self._among()))

    def _among(self) -> dict[str, Among]:
        """Where in the queue a record is opened, so that its reader can go on from there."""
        records = self.records
        if not self.DESK:
            return {}

        def moved(at: int) -> None:
            self._place.at = at

        return {"among": Among(array("q", records.keys(0, records.count())), records.cursor, moved)}

    def on_key(self, event: events.Key) -> None:
        """Up on the first line goes back to the search."""
        records = self.records
        if event.key == "up" and records.has_focus and records.cursor == 0:
            event.stop()
            self.action_search()

    def action_search(self) -> None:
        self.query_one("#search", Input).focus()

    def action_filter(self) -> None:
        Filtering(self, self.wanted, self.home(), self._place.who, self.show_wanted).ask()

    def action_clear(self) -> None:
        """One key back to the whole list, in the order that was chosen."""
        self.show_wanted(replace(self.home(), order=self.wanted.order, reverse=self.wanted.reverse))

    def action_order(self) -> None:
        ask_order(self, self.wanted, self.show_wanted)

    # Marks

    def on_record_list_marked(self) -> None:
        self.tell_count()

    def action_mark_all(self) -> None:
        """Marks everything that the filter keeps; nothing, when anything is marked."""
        if self.records.marked:
            self.records.unmark()
        else:
            self.ask(partial(lists.all_ids, self.session, self.wanted), self.records.mark)

    def action_mark_range(self) -> None:
        """First the beginning, then the end: no terminal tells a held Shift for sure."""
        records = self.records
        if not records.count():
            return
        if self._range_from is None:
            self._range_from = records.cursor
            self.tell(_("Awal rentang di baris ini. Pindah ke baris terakhir, lalu tekan R lagi."))
            return
        first, last = sorted((self._range_from, records.cursor))
        self._range_from = None
        self.ask(partial(lists.ids_at, self.session, records.keys(first, last)), records.mark)

    def chosen_ids(self) -> list[str]:
        """What is marked; else the one at hand."""
        at_hand = self.records.value()
        return sorted(self.records.marked) or ([at_hand] if at_hand else [])

    def action_export(self) -> None:
        export_marked(self, self.chosen_ids())

    def action_decide(self, decision: str) -> None:
        ids = self.chosen_ids()
        if not ids:
            return
        records = self.records
        row = records.row(records.cursor)
        one = plain((row or {}).get("name") or _("Satu pendaftaran"), 60)
        who = _("{count} pendaftaran yang ditandai").format(count=number(len(ids))) if records.marked else one
        if decision == "undo" and not records.marked and (row or {}).get("state") not in FROM["undo"]:
            undo_last(self, lambda: self._decided([]))
            return
        decide(self, ids, decision, self._decided, who=who, seen=self._seen(ids), stale=self._changed_meanwhile)

    def _seen(self, ids: Sequence[str]) -> dict[str, Seen]:
        """What the line at hand showed of the one that is decided about; of marked ones the preview is what is seen."""
        row = self.records.row(self.records.cursor) or {}
        if self.records.marked or [row.get("id")] != list(ids) or not row.get("digest"):
            return {}
        return {ids[0]: Seen(str(row["digest"]), str(row["state"]))}

    def _changed_meanwhile(self) -> None:
        """Another exchange changed what the list shows: it is read anew."""
        self._find(keep=self.records.key())

    def _decided(self, answers: list[dict[str, Any]]) -> None:
        self.records.marked -= {str(answer["id"]) for answer in answers if answer["ok"]}
        self._find(keep=self.records.key())

    # Beside the list

    @property
    def _is_looking(self) -> bool:
        """Whether the one at hand is shown beside the list: by itself where there is room, else by a key."""
        return (self.size.width >= WIDE) != self._place.is_turned

    def _arrange(self) -> None:
        self.query_one("#look", Lines).display = self._is_looking
        self.set_class(self._is_looking and self.size.width < WIDE, "-below")
        self._look_soon()

    def action_look(self) -> None:
        """Shows what is odd about the one at hand beside the list, below it on a small screen; or no longer."""
        self._place.is_turned = not self._place.is_turned
        self._arrange()

    def look_head(self, row: Row) -> str:
        """What the screen itself says of the one at hand, above everything else."""
        return ""

    def _look_soon(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        if self.is_attached and self._is_looking:
            self._rest = self.set_timer(_REST_S, self._look)

    def _look(self) -> None:
        from fieldapp.tui.looking import look, look_lines

        at_hand = self.records.value()
        panel = self.query_one("#look", Lines)
        if at_hand is None:
            panel.show([], cursor=0)
            return
        self._looked_at += 1
        asked = self._looked_at

        def show(found: Any) -> None:
            if asked == self._looked_at and self.records.value() == at_hand:
                head = self.look_head(self.records.row(self.records.cursor) or {})
                panel.show(look_lines(found, max(20, panel.size.width - 4), head), cursor=0)

        self.ask(partial(look, self.session, at_hand), show, failed=lambda _words: panel.show([], cursor=0))
