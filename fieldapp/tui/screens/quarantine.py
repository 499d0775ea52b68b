"""What does not count, by who sent it: taken over under the own name, or refused, one by one or all of a sender's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.quarantine_deciding import ask_back, decide
from fieldapp.tui.text import number, plain, role_text, when, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

Item = dict[str, Any]
LAPTOP_DIGITS = 8
"""Of a laptop's id, enough to tell two of them apart."""


class QuarantineScreen(FieldScreen[None]):
    """A heading for each sender and reason, a line for each thing that was sent."""

    HEADING = N_("Karantina")
    HELP = N_(
        "Kiriman di sini tidak dihitung, dan tidak ada yang dibuang. Enter menampilkan isinya di samping yang "
        "sekarang. L melepaskan: Anda mengambil alih isinya dengan nama Anda, diperiksa aturan formulir; yang belum "
        "benar menjadi draf Anda. T menolak dengan alasan. Di baris pengirim, L dan T berlaku untuk semua kirimannya "
        "di bawah baris itu. D menampilkan yang sudah diputuskan; di sana U menarik putusan."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("l", "decide('released')", N_("Lepaskan")),
        key("t", "decide('refused')", N_("Tolak")),
        key("u", "back", N_("Tarik putusan")),
        key("d", "turn", N_("Diputuskan / belum")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Item] | None = None
        self._handled = False
        self._question = 0

    def body(self) -> Iterable[Widget]:
        yield Lines(id="quarantine")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _load(self) -> None:
        session, handled = self.session, self._handled
        self._question += 1
        # A key must not take what was decided meanwhile and still stands here.
        self.busy = True
        work = partial(quarantine.listing, session, handled=handled)
        self.ask(work, partial(self._show, self._question), failed=self._not_loaded)

    def _not_loaded(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    def _show(self, question: int, found: list[Item]) -> None:
        if question == self._question:
            self.busy = False
            self._found = found
            self._draw()
            self.refresh_bindings()

    def _draw(self) -> None:
        if self._found is None:
            return
        width = max(20, self.size.width - 4)
        lines = [line for each in _by_sender(self._found) for line in sender_lines(each, width, self._handled)]
        shown = self.query_one("#quarantine", Lines)
        kept = shown.value()
        at = next((index for index, line in enumerate(lines) if kept is not None and line.value == kept), 0)
        shown.show(lines or [Line(self._nothing(), "quiet")], cursor=at)
        what = _("{count} sudah diputuskan") if self._handled else _("{count} menunggu putusan")
        self.head(right=what.format(count=number(len(self._found))))

    def _nothing(self) -> str:
        return _("Belum ada yang diputuskan.") if self._handled else _("Karantina kosong. D menampilkan yang sudah.")

    def _at_hand(self) -> list[Item]:
        """The item of the line at hand, or all those of the sender's line."""
        value = self.query_one("#quarantine", Lines).value()
        found = self._found or []
        if isinstance(value, str):
            return [each for each in found if each["id"] == value]
        return [each for each in found if _sender(each) == value]

    # What is done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "decide":
            return not self._handled
        if action == "back":
            return self._handled
        return super().check_action(action, parameters)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        items = self._at_hand()
        if isinstance(event.lines.value(), str) and items and items[0]["entries"]:
            self.app.push_screen(screen_named("held", entry=items[0]["id"]))
        elif items and isinstance(event.lines.value(), str):
            self._open_registration(items[0])

    def _open_registration(self, item: Item) -> None:
        self.app.push_screen(screen_named("record", registration=item["registration"]))

    def action_decide(self, decision: str) -> None:
        """Takes over, or refuses, what the line at hand stands for."""
        items = self._at_hand()
        if items and not self.busy:
            decide(self, items, decision, self._load)

    def action_back(self) -> None:
        """Takes back what was said of the item at hand."""
        items = self._at_hand()
        if len(items) == 1 and not self.busy:
            ask_back(self, items[0], self._load)

    def action_turn(self) -> None:
        """What is open, or what was decided."""
        if not self.busy:
            self._handled = not self._handled
            self._load()


def _sender(item: Item) -> tuple[str, str]:
    return str(item["by"]["id"]), str(item["code"])


def _by_sender(found: Sequence[Item]) -> list[list[Item]]:
    """The items of each sender and reason together, those that came first on top."""
    place: dict[tuple[str, str], int] = {}
    for each in found:
        place.setdefault(_sender(each), len(place))
    return [list(group) for _at, group in groupby(sorted(found, key=lambda each: place[_sender(each)]), key=_sender)]


def sender_lines(items: Sequence[Item], width: int, handled: bool) -> list[Line]:
    """Who sent something and why it does not count, then a line or more for each thing."""
    first, sender = items[0], _sender(items[0])
    head, why = sender_words(first["by"]), str(first["message"])
    if first["by"]["laptop"]:
        why = _("Laptop {laptop}. {why}").format(laptop=str(first["by"]["laptop"])[:LAPTOP_DIGITS], why=why)
    told = [
        *(
            Line(part, "heading", sender)
            for part in wrapped(_("{who}: {count} kiriman").format(who=head, count=number(len(items))), width, 2)
        ),
        *(Line("  " + part, "quiet", sender) for part in wrapped(why, width - 2)),
    ]
    for each in items:
        told += item_lines(each, width, handled)
    return [*told, Line("", value=sender)]


def sender_words(by: Mapping[str, Any]) -> str:
    """Who somebody is: name, role, and since when no longer."""
    if by["name"] is None:
        return _("Penulis belum dikenal ({id})").format(id=str(by["id"])[:LAPTOP_DIGITS])
    words = _("{name}, {role}").format(name=plain(by["name"], 40), role=role_text(str(by["role"])))
    return words + (", " + _("dicabut {at}").format(at=when(by["revoked_at"])) if by["revoked_at"] else "")


def item_lines(item: Item, width: int, handled: bool) -> list[Line]:
    """What is told of one thing: whose, what, where, when; then what was decided, or what is to be known before."""
    name = plain(item["name"] or _("(belum bernama)"), 40)
    head = f"    {name}   {item['words_for_what']}   {plain(item['area_name'], 30)}   {when(item['at'])}"
    told = [(head, "")]
    if handled:
        for word in item["words"]:
            told.append(("      " + word_words(word), "quiet"))
        if item["twice"]:
            told.append(("      " + _("Ada dua pendaftaran dari kiriman ini; putuskan di Orang yang sama?"), "warning"))
    elif item["draft"]:
        told.append(("      " + _("Sedang Anda perbaiki sebagai draf; kirim drafnya."), "warning"))
    elif item["release"] is not None:
        told.append(("      " + str(item["release"]["message"]), "quiet"))
    return [Line(part, tone, item["id"]) for text, tone in told for part in wrapped(text, width, 6)]


def word_words(word: Mapping[str, Any]) -> str:
    """What somebody of the office said of it."""
    said = _("Dilepaskan") if word["decision"] == "released" else _("Ditolak")
    return _("{said} oleh {by}, {at}: {reason}").format(
        said=said, by=plain(word["by"], 40), at=when(word["at"]), reason=plain(word["reason"], 120)
    )
