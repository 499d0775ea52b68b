"""People to visit, street by street: a result in two keys, or the form that begins with what the list knows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from fieldapp.domain.prelist import REFUSED, STATES
from fieldapp.locale import N_, _
from fieldapp.services import prelist
from fieldapp.services.drafts import DraftView
from fieldapp.services.prelist.words import shown_name, state_words
from fieldapp.tui.commands import OFFICE
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import Dialog, FieldScreen
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.text import content, number, plain, when
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.record_list import Column, RecordList, Row
from fieldapp.tui.widgets.typed_line import TypedLine

#: Letter -> what a visit found. No two results share a first letter that could be mistaken for the other.
LETTERS: Final = {"t": "tidak_di_rumah", "p": "pindah", "g": "meninggal", "k": REFUSED}

_HEADING: Final = "#"
"""Stands before the id of a line that heads an RT; no record's id begins so."""


class Place(NamedTuple):
    """An RT, or an area where it is None."""

    area: str
    area_name: str
    rw: str | None = None
    rt: str | None = None

    def words(self) -> str:
        if self.rt is None:
            return self.area_name
        parts = [_("RT {rt}").format(rt=self.rt) if self.rt else _("Tanpa RT")]
        if self.rw:
            parts.append(_("RW {rw}").format(rw=self.rw))
        return ", ".join([*parts, self.area_name])


Counts = dict[Place, Mapping[str, Any]]


class Found(NamedTuple):
    """What the services say of a question: the people of each RT, and everybody's counts by RT."""

    streets: list[tuple[Place, list[str]]]
    counts: Counts


def columns() -> Sequence[Column]:
    """The columns of people to visit; the later ones only on wide screens."""
    return (
        Column(lambda: _("Nama"), lambda row: shown_name(str(row.get("name") or ""), str(row.get("state")))),
        Column(lambda: _("Alamat"), lambda row: str(row.get("address") or "-")),
        Column(lambda: _("Keadaan"), lambda row: state_words(str(row.get("state"))), 18),
        Column(lambda: _("Kunjungan"), _visits, 22, from_width=100),
    )


def _visits(row: Row) -> str:
    if not row.get("visits"):
        return "-"
    return _("{count} kali, {when}").format(count=row["visits"], when=when(row.get("last_visit"))[:10])


class SearchLine(TypedLine):
    """Words of a name or address; the arrow down goes into the list."""

    BINDINGS: ClassVar[list[BindingType]] = [key("down,enter", "into_list")]

    def action_into_list(self) -> None:
        self.screen.query_one(RecordList).focus()


class StreetList(RecordList):
    """People with a heading above each RT; the headings are passed over."""

    def show_streets(self, found: Found, keep: str | None) -> None:
        """Shows the people of each RT under its heading; `keep` stays at hand when it is still there."""
        self.starts: list[int] = []
        self.places: list[Place] = []
        ids: list[str] = []
        for place, people in found.streets:
            self.starts.append(len(ids))
            self.places.append(place)
            ids += [f"{_HEADING}{len(self.places) - 1}", *people]
        self._counts = found.counts
        self.show_ids(ids, keep=keep)
        self._off_heading(1)

    def place_at_hand(self) -> Place | None:
        """The RT of the line at hand."""
        return self.places[bisect_right(self.starts, self.cursor) - 1] if self._ids else None

    def heading_is_out_of_sight(self) -> bool:
        """Whether the RT of the line at hand has its heading above what is to be seen."""
        return bool(self._ids) and self.starts[bisect_right(self.starts, self.cursor) - 1] < self.scroll_offset.y

    def person(self) -> str | None:
        """The id of the person at hand."""
        chosen = self.value()
        return None if chosen is None or chosen.startswith(_HEADING) else chosen

    def line(self, index: int, width: int) -> Line:
        identifier = self._ids[index]
        if not identifier.startswith(_HEADING):
            return super().line(index, width)
        place = self.places[int(identifier[1:])]
        return Line(progress(place, self._counts.get(place)), "heading")

    def action_move(self, by: int) -> None:
        super().action_move(by)
        self._off_heading(by)

    def action_page(self, by: int) -> None:
        super().action_page(by)
        self._off_heading(by)

    def action_edge(self, last: bool) -> None:
        super().action_edge(last)
        self._off_heading(1)

    def _off_heading(self, by: int) -> None:
        if self._ids and self._ids[self.cursor].startswith(_HEADING):
            # Every heading has somebody below it; above the first there is nothing.
            self.cursor += -1 if by < 0 and self.cursor else 1


def progress(place: Place, counts: Mapping[str, Any] | None) -> str:
    """How far an RT is: RT 005, RW 001, Sepinggan: 12 dari 30 dikunjungi."""
    if counts is None:
        return place.words()
    words = _("{place}: {visited} dari {people} dikunjungi")
    return words.format(place=place.words(), visited=number(counts["visited"]), people=number(counts["people"]))


class VisitResult(Dialog[str]):
    """What the visit found: one letter, or the arrows and Enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(key(letter, f"found('{result}')") for letter, result in LETTERS.items()),
        key("enter", "choose", N_("Pilih")),
    ]

    def body(self) -> Iterable[Widget]:
        hints = {REFUSED: _("nama, NIK, dan alamatnya dihapus dari daftar")}
        lines = [
            Line(
                f"{letter.upper()}  {state_words(result)}" + (f" ({hints[result]})" if result in hints else ""),
                "",
                result,
            )
            for letter, result in LETTERS.items()
        ]
        yield Lines(lines)

    def action_found(self, result: str) -> None:
        self.dismiss(result)

    def action_choose(self) -> None:
        self.query_one(Lines).action_choose()

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        self.dismiss(str(event.lines.value()))


class PrelistScreen(FieldScreen[None]):
    """Everybody to visit by RT; what is shown narrows by state, place and words, and stays so until it is changed."""

    CSS_PATH = "prelist.tcss"
    HEADING = N_("Daftar kunjungan")
    HELP = N_(
        "Enter memulai formulir orang yang ditunjuk, terisi dari daftar; tanyakan setiap isian seperti biasa. V lalu "
        "satu huruf mencatat hasil kunjungan: T tidak di rumah, P pindah, G meninggal, K menolak. Orang yang menolak "
        "hanya dihitung: nama, NIK, dan alamatnya dihapus. U membatalkan hasil terakhir. F3 mencari nama atau alamat, "
        "Ctrl+F menyaring menurut keadaan, kelurahan, atau RT."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("v", "visit", N_("Hasil")),
        key("u", "undo", N_("Batal hasil")),
        key("ctrl+f", "filter", N_("Saring")),
        key("f3", "search", N_("Cari")),
    ]
    AUTO_FOCUS = "StreetList"

    def __init__(self) -> None:
        super().__init__()
        self._state: str | None = None
        self._place: Place | None = None
        self._question = 0
        self._counts: Counts = {}

    def body(self) -> Iterable[Widget]:
        yield SearchLine(placeholder=_("F3: cari nama atau alamat"), id="search")
        yield Static("", id="filter", markup=False)
        yield StreetList(columns())
        yield Static("", id="nobody", markup=False)

    def relabel(self) -> None:
        super().relabel()
        self.query_one("#search", SearchLine).placeholder = _("F3: cari nama atau alamat")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._find(keep=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._find()

    @property
    def _list(self) -> StreetList:
        return self.query_one(StreetList)

    def _find(self, *, keep: bool = False) -> None:
        session = self.session
        text = self.query_one("#search", Input).value.strip() or None
        state, place = self._state, self._place or Place("", "")
        self._question += 1
        question = self._question
        kept = self._list.person() if keep else None

        def work() -> Found | None:
            # An older question that is still waiting in the lane need not be asked at all.
            if question != self._question:
                return None
            streets = prelist.streets(
                session, state=state, area=place.area or None, rt=place.rt, rw=place.rw, text=text
            )
            counts: Counts = {_place_of(each): each for each in prelist.tally(session)}
            return Found([(_place_of(each), each["ids"]) for each in streets], counts)

        self.ask(work, partial(self._found, question, kept))

    def _found(self, question: int, kept: str | None, found: Found | None) -> None:
        if found is None or question != self._question:
            return
        self._counts = found.counts
        self._list.show_streets(found, kept)
        self._list.display = bool(found.streets)
        empty = self.query_one("#nobody", Static)
        empty.display = not found.streets
        empty.update(content(self._why_empty()))
        people = sum(counts["people"] for counts in found.counts.values())
        visited = sum(counts["visited"] for counts in found.counts.values())
        self.head(right=_("{visited} dari {people} dikunjungi").format(visited=number(visited), people=number(people)))
        self._tell_place()

    def _why_empty(self) -> str:
        if self._counts:
            return _("Tidak ada yang cocok. Kosongkan pencarian, atau tekan Ctrl+F lalu pilih Semua orang.")
        if self.session.member.role in OFFICE:
            return _(
                "Belum ada daftar kunjungan. Ambil dari lembar kerja: fieldapp sheet import BERKAS --as prelist --list "
                "NAMA. Setelah itu tulis paket untuk pencacah (F5)."
            )
        return _(
            "Belum ada daftar kunjungan di laptop ini. Daftar datang bersama paket dari koordinator: tukar data dengan "
            "F5. Orang yang tidak ada di daftar didaftarkan dengan F2."
        )

    def _tell_place(self) -> None:
        """Which people are shown, and how far the RT at hand is."""
        at_hand = self._list.place_at_hand()
        what = [state_words(self._state)] if self._state else []
        what += [self._place.words()] if self._place else []
        parts = [_("Tampil: {what}.").format(what=", ".join(what))] if what else []
        if at_hand is not None and self._list.heading_is_out_of_sight():
            parts.append(progress(at_hand, self._counts.get(at_hand)) + ".")
        self.query_one("#filter", Static).update(content(" ".join(parts)))

    def on_lines_moved(self, event: Lines.Moved) -> None:
        # Where the list is scrolled to follows the line at hand only with the next drawing.
        self.call_after_refresh(self._tell_place)

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        session, ids = self.session, event.ids

        def work() -> list[dict[str, Any]]:
            people = [each for each in ids if not each.startswith(_HEADING)]
            by_id = {row["id"]: row for row in prelist.rows(session, people)}
            return [by_id.get(each, {}) for each in ids]

        self.ask(work, partial(event.lines.put_rows, event.number, event.page))

    # What is done with the person at hand

    def on_lines_chosen(self, event: RecordList.Chosen) -> None:
        item = self._list.person()
        row = self._list.row(self._list.cursor)
        if item is None or row is None:
            return
        session = self.session
        if row.get("registration"):
            self.app.push_screen(screen_named("record", registration=row["registration"]))
            return
        self.ask(partial(prelist.begin, session, item), self._begun, lane="pen")

    def _begun(self, view: DraftView) -> None:
        self.app.push_screen(screen_named("form", draft=view.id))

    def action_visit(self) -> None:
        item = self._list.person()
        row = self._list.row(self._list.cursor)
        if item is None or not row:
            return
        session = self.session

        def done(result: str | None) -> None:
            if result is not None:
                self.ask(partial(prelist.visit, session, item, result), partial(self._visited, result), lane="pen")

        name = plain(shown_name(str(row.get("name") or ""), str(row.get("state"))), 60)
        self.app.push_screen(VisitResult(_("Hasil kunjungan: {name}").format(name=name)), done)

    def _visited(self, result: str, row: Mapping[str, Any]) -> None:
        if result == REFUSED:
            self.tell(_("Penolakan dicatat; data orangnya dihapus dari daftar. Bila keliru, beri tahu koordinator."))
        else:
            words = _("{name}: {result}. U membatalkan.")
            self.tell(words.format(name=plain(str(row.get("name") or ""), 60), result=state_words(result)))
        self._changed()

    def action_undo(self) -> None:
        item = self._list.person()
        if item is not None:
            self.ask(partial(prelist.undo_visit, self.session, item), self._undone, lane="pen")

    def _undone(self, row: Mapping[str, Any]) -> None:
        words = _("Hasil kunjungan dibatalkan; sekarang: {state}.")
        self.tell(words.format(state=state_words(str(row.get("state")))))
        self._changed()

    def _changed(self) -> None:
        self._find(keep=True)
        self.field_app.refresh_status()

    # What is shown

    def on_key(self, event: events.Key) -> None:
        """Up on the first person goes back to the search."""
        if event.key == "up" and self._list.has_focus and self._list.cursor <= 1:
            event.stop()
            self.action_search()

    def action_search(self) -> None:
        self.query_one("#search", Input).focus()

    def action_filter(self) -> None:
        states = [Line(_("Semua orang"), value=("all", None))]
        states += [Line(state_words(state), value=("state", state)) for state in STATES]
        areas = {place.area: Place(place.area, place.area_name) for place in self._counts}
        places = [*areas.values()] if len(areas) > 1 else []
        places += [place for place in self._counts if place.rt is not None]
        lines = states + [Line(self._place_line(place), value=("place", place)) for place in places]

        def done(picked: object) -> None:
            if isinstance(picked, tuple):
                self._narrow(*picked)

        self.app.push_screen(Pick(_("Saring daftar kunjungan"), lines, find=True), done)

    def _place_line(self, place: Place) -> str:
        return progress(place, self._counts.get(place))

    def _narrow(self, what: str, value: Any) -> None:
        if what == "all":
            self._state = self._place = None
        elif what == "state":
            self._state = value
        else:
            self._place = value
        self._list.focus()
        self._find(keep=True)


def _place_of(told: Mapping[str, Any]) -> Place:
    return Place(told["area"], told["area_name"], told["rw"], told["rt"])
