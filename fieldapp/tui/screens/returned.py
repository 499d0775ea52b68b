"""What came back to this member to be put right: who returned it, when, why, and on which answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services import returned
from fieldapp.services.session import Session
from fieldapp.tui.answer_text import label_of
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import number, plain, when, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

Item = dict[str, Any]


class ReturnedScreen(FieldScreen[None]):
    """A few lines for each registration; Enter begins its correction at the first answer that was commented on."""

    HEADING = N_("Dikembalikan")
    HELP = N_(
        "Enter membuka perbaikan langsung di isian pertama yang diberi catatan; catatannya tampil di samping isian "
        "sampai dikirim lagi. Ctrl+L di formulir menampilkan semua catatan. B membuka pendaftarannya untuk dibaca, U "
        "membalik urutan: yang terbaru atau yang terlama dulu."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("b", "open", N_("Baca pendaftaran")),
        key("u", "turn", N_("Balik urutan")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._oldest_first = False
        self._question = 0
        self._found: list[Item] | None = None

    def body(self) -> Iterable[Widget]:
        yield Lines(id="returned")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def _load(self) -> None:
        session, oldest_first = self.session, self._oldest_first
        self._question += 1

        def work() -> list[Item]:
            return returned.listing(session, oldest_first=oldest_first)

        # A key must not open what has just been sent again and still stands here.
        self.busy = True
        self.ask(work, partial(self._show, self._question), failed=self._not_loaded)

    def _not_loaded(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    def _show(self, question: int, found: list[Item]) -> None:
        if question == self._question:
            self.busy = False
            self._found = found
            self._draw()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._found is None:
            return
        width = max(20, self.size.width - 4)
        waiting = [item for item in self._found if item["state"] == "returned"]
        changed = [item for item in self._found if item["state"] != "returned"]
        lines = self._lines(waiting, width)
        if not waiting:
            lines = [Line(_("Tidak ada yang dikembalikan kepada Anda."), "quiet")]
        if changed:
            heading = _("Sudah diubah sesudah dikembalikan; menunggu diperiksa lagi")
            lines += [Line(""), Line(heading, "heading")]
            lines += self._lines(changed, width)
        shown = self.query_one("#returned", Lines)
        kept = shown.value()
        at = next((index for index, line in enumerate(lines) if kept is not None and line.value == kept), 0)
        shown.show(lines, cursor=at)
        order = _("terlama dulu") if self._oldest_first else _("terbaru dulu")
        self.head(right=_("{count} pendaftaran, {order}").format(count=number(len(waiting)), order=order))

    def _lines(self, items: Sequence[Item], width: int) -> list[Line]:
        told = [line for item in items for line in (*item_lines(self.session, item, width), Line("", value=item["id"]))]
        return told[:-1]

    def _item(self) -> Item | None:
        chosen = self.query_one("#returned", Lines).value()
        return next((item for item in self._found or () if item["id"] == chosen), None)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        item = self._item()
        if item is None:
            return
        if item["state"] != "returned":
            self.action_open()
            return
        self.app.push_screen(screen_named("form", registration=item["id"], at=item["begin_at"]))

    def action_open(self) -> None:
        """The registration as a whole, to be read."""
        item = self._item()
        if item is not None:
            self.app.push_screen(screen_named("record", registration=item["id"]))

    def action_turn(self) -> None:
        """Newest or oldest first."""
        self._oldest_first = not self._oldest_first
        self._load()


def item_lines(session: Session, item: Item, width: int) -> Sequence[Line]:
    """What is told of one returned registration; every line stands for its id."""
    head = _("{name}   putaran {round}, dikembalikan {age}").format(
        name=plain(item["name"] or _("(belum bernama)"), 60),
        round=item["round"],
        age=returned.age_words(session, item["at"]),
    )
    why = _("{by}, {at}: {reason}").format(
        by=plain(item["by"], 40), at=when(item["at"]), reason=plain(item["reason"]) or _("lihat catatan pada isian")
    )
    told = [(head, ""), ("    " + why, "quiet")]
    for each in item["comments"]:
        about = label_of(str(each["field"])) if each["field"] else _("Seluruhnya")
        told.append((f"    {about}: {plain(each['text'] or '')}", "warning"))
    if item["draft"]:
        told.append(("    " + _("Perbaikan sudah dimulai dan tersimpan sebagai draf."), "quiet"))
    if item["changed"]:
        told.append(("    " + _changed(item["changed"]), "error"))
    return [Line(part, tone, item["id"]) for text, tone in told for part in wrapped(text, width, 6)]


def _changed(changed: dict[str, Any]) -> str:
    fields = ", ".join(label_of(field) for field in changed["fields"][:4]) or _("isian")
    return _("Sementara itu diubah {by}, {at}: {fields}").format(
        by=plain(changed["by"], 40), at=when(changed["at"]), fields=fields
    )
