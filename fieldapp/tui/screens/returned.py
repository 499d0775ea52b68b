"""What came back to this member to be put right: who returned it, when, why, and on which answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services.returns import returned
from fieldapp.services.session import Session
from fieldapp.tui.answer_text import label_of
from fieldapp.tui.commands import DECIDING
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import number, plain, when, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

Item = dict[str, Any]

ORDERS: Final = ("newest", "oldest", "due")


class ReturnedScreen(FieldScreen[None]):
    """A few lines for each registration; Enter begins its correction at the first answer that was commented on."""

    HEADING = N_("Dikembalikan")
    HELP = N_(
        "Enter membuka perbaikan langsung di isian pertama yang diberi catatan; catatannya tampil di samping isian "
        "sampai dikirim lagi. Ctrl+L di formulir menampilkan semua catatan. B membuka pendaftarannya untuk dibaca, U "
        "mengganti urutan: yang terbaru, yang terlama, atau yang batasnya paling dekat dulu. Koordinator dan pengawas: "
        "P menampilkan yang ada pada orang lain."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("b", "open", N_("Baca pendaftaran")),
        key("p", "others", N_("Pada orang lain")),
        key("u", "turn", N_("Ganti urutan")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._order = 0
        self._question = 0
        self._found: list[Item] | None = None
        self._passed: list[Item] = []

    def body(self) -> Iterable[Widget]:
        yield Lines(id="returned")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def _load(self) -> None:
        session, order = self.session, ORDERS[self._order]
        self._question += 1

        def work() -> tuple[list[Item], list[Item]]:
            found = returned.listing(session, oldest_first=order == "oldest", by_due=order == "due")
            return found, returned.passed_on(session)

        # A key must not open what has just been sent again and still stands here.
        self.busy = True
        self.ask(work, partial(self._show, self._question), failed=self._not_loaded)

    def _not_loaded(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    def _show(self, question: int, found: tuple[list[Item], list[Item]]) -> None:
        if question == self._question:
            self.busy = False
            self._found, self._passed = found
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
        open_ones = [item for item in self._found if item["state"] != "returned"]
        # What was given to this member without a return is still to be worked on.
        given = [item for item in open_ones if _is_given(item)]
        changed = [item for item in open_ones if not _is_given(item)]
        lines = self._lines(waiting, width)
        if not waiting:
            lines = [Line(_("Tidak ada yang dikembalikan kepada Anda."), "quiet"), *self._others_words()]
        for heading, items in (
            (_("Sudah diubah sesudah dikembalikan; menunggu diperiksa lagi"), changed),
            (_("Ditugaskan kepada Anda"), given),
            (_("Sekarang dikerjakan orang lain"), self._passed),
        ):
            if items:
                lines += [Line(""), Line(heading, "heading"), *self._lines(items, width)]
        shown = self.query_one("#returned", Lines)
        kept = shown.value()
        at = next((index for index, line in enumerate(lines) if kept is not None and line.value == kept), 0)
        shown.show(lines, cursor=at)
        order = {"newest": _("terbaru dulu"), "oldest": _("terlama dulu"), "due": _("batas terdekat dulu")}
        words = _("{count} pendaftaran, {order}").format(count=number(len(waiting)), order=order[ORDERS[self._order]])
        late = sum(item["late"] is not None for item in waiting)
        self.head(right=_("{words}, {late} lewat batas").format(words=words, late=number(late)) if late else words)

    def _lines(self, items: Sequence[Item], width: int) -> list[Line]:
        told = [line for item in items for line in (*item_lines(self.session, item, width), Line("", value=item["id"]))]
        return told[:-1]

    def _others_words(self) -> list[Line]:
        """Where nothing is to be done here, but something is out with others of the area."""
        status = self.field_app.status or {}
        if not status.get("out"):
            return []
        words = _("P menampilkan {count} yang ada pada orang lain.")
        return [Line(words.format(count=number(status["out"])), "quiet")]

    def _item(self) -> Item | None:
        chosen = self.query_one("#returned", Lines).value()
        return next((item for item in [*(self._found or ()), *self._passed] if item["id"] == chosen), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the office sees what is out with others."""
        if action == "others":
            return self.session.member.role in DECIDING
        return super().check_action(action, parameters)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        item = self._item()
        if item is None:
            return
        if item in self._passed or not (item["state"] == "returned" or _is_given(item)):
            self.action_open()
            return
        self.app.push_screen(screen_named("form", registration=item["id"], at=item["begin_at"]))

    def action_open(self) -> None:
        """The registration as a whole, to be read."""
        item = self._item()
        if item is not None:
            self.app.push_screen(screen_named("record", registration=item["id"]))

    def action_turn(self) -> None:
        """Newest, oldest, or what is due first."""
        self._order = (self._order + 1) % len(ORDERS)
        self._load()

    def action_others(self) -> None:
        """What is out with others."""
        self.app.push_screen(screen_named("out"))


def item_lines(session: Session, item: Item, width: int) -> Sequence[Line]:
    """What is told of one returned registration; every line stands for its id."""
    words = _("{name}   putaran {round}, dikembalikan {age}")
    if item["state"] != "returned" and item["assigned"] and item["round"] == 1:
        words = _("{name}   ditugaskan {age}")
    head = words.format(
        name=plain(item["name"] or _("(belum bernama)"), 60),
        round=item["round"],
        age=returned.age_words(session, item["at"]),
    )
    if item["due"]:
        left = returned.due_words(item["due"], item["late"], session.today())
        head += ", " + (left if item["late"] is not None else _("batas {left}").format(left=left))
    why = _("{by}, {at}: {reason}").format(
        by=plain(item["by"], 40), at=when(item["at"]), reason=plain(item["reason"]) or _("lihat catatan pada isian")
    )
    told = [(head, "error" if item["late"] is not None else ""), ("    " + why, "quiet")]
    assigned = item["assigned"]
    if assigned:
        words = _("Ditugaskan kepada {to} oleh {by}, {at}: {reason}")
        told.append(("    " + words.format(**_plain(assigned), at=when(assigned["at"])), "quiet"))
    for each in item["comments"]:
        about = label_of(str(each["field"])) if each["field"] else _("Seluruhnya")
        told.append((f"    {about}: {plain(each['text'] or '')}", "warning"))
    for before in item["earlier"]:
        for each in before["comments"]:
            words = _("Putaran {round}, {by}: {about}: {text}").format(
                round=before["round"], by=plain(before["by"], 40), about=label_of(each["field"]),
                text=plain(each["text"]),
            )  # fmt: skip
            told.append((f"    {words}", "quiet"))
    if item["draft"]:
        told.append(("    " + _("Perbaikan sudah dimulai dan tersimpan sebagai draf."), "quiet"))
    if item["changed"]:
        told.append(("    " + _changed(item["changed"]), "error"))
    return [Line(part, tone, item["id"]) for text, tone in told for part in wrapped(text, width, 6)]


def _is_given(item: Item) -> bool:
    """Whether it was given to this member without a return, or after an answer: it is not done yet."""
    return item["state"] != "returned" and bool(item["assigned"]) and item["round"] == 1


def _plain(assigned: dict[str, Any]) -> dict[str, str]:
    return {name: plain(assigned[name], 200) for name in ("to", "by", "reason")}


def _changed(changed: dict[str, Any]) -> str:
    fields = ", ".join(label_of(field) for field in changed["fields"][:4]) or _("isian")
    return _("Sementara itu diubah {by}, {at}: {fields}").format(
        by=plain(changed["by"], 40), at=when(changed["at"]), fields=fields
    )
