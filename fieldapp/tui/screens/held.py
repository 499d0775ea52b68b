"""One thing that does not count: from whom, why, and what it says beside what stands there now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.locale import N_, _
from fieldapp.services.quarantine import desk as quarantine
from fieldapp.tui.answer_text import answer_text, label_of, masked_text
from fieldapp.tui.happened import DECISIONS
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.quarantine import LAPTOP_DIGITS, sender_words, word_words
from fieldapp.tui.screens.quarantine_deciding import decide
from fieldapp.tui.text import plain, when, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

Shown = dict[str, Any]
LABELS: Final = {
    "decision": N_("Putusan"),
    "reason": N_("Alasan"),
    "comments": N_("Catatan"),
    "text": N_("Catatan"),
    "field": N_("Isian"),
    "visit": N_("Hasil kunjungan"),
    "visited_at": N_("Waktu kunjungan"),
    "visit_note": N_("Catatan kunjungan"),
    "visits": N_("Banyak kunjungan"),
}
"""What is held of decisions, visits and comments, which are no answers of the form."""


class HeldScreen(FieldScreen[None]):
    """Read by line; L takes it over, T refuses it."""

    HEADING = N_("Kiriman karantina")
    HELP = N_(
        "Isi kiriman di samping yang sekarang tersimpan; yang berbeda ditandai dengan bintang (*). L melepaskan: "
        "isinya Anda ambil alih dengan nama Anda. T menolak dengan alasan. B membuka pendaftaran yang akan diubah. N "
        "menampilkan NIK utuh (dicatat)."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("l", "decide('released')", N_("Lepaskan")),
        key("t", "decide('refused')", N_("Tolak")),
        key("b", "open", N_("Baca pendaftaran")),
        key("n", "nik", N_("NIK utuh")),
    ]

    def __init__(self, entry: str) -> None:
        super().__init__()
        self._entry = entry
        self._shown: Shown | None = None
        self._whole = False
        self._question = 0

    def body(self) -> Iterable[Widget]:
        yield Lines(id="held", reading=True)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _load(self) -> None:
        self._question += 1
        self.busy = True
        work = partial(quarantine.show, self.session, self._entry)
        self.ask(work, partial(self._show, self._question), failed=self._not_loaded)

    def _not_loaded(self, words: str) -> None:
        # It counts by now, or was never here.
        self.busy = False
        self.complain(words)
        self.dismiss()

    def _show(self, question: int, shown: Shown) -> None:
        if question == self._question:
            self.busy = False
            self._shown = shown
            self._draw()
            self.refresh_bindings()

    def _draw(self) -> None:
        if self._shown is None:
            return
        width = max(20, self.size.width - 4)
        self.query_one("#held", Lines).show(held_lines(self._shown, width, whole=self._whole))
        self.head(right=str(self._shown["words_for_what"]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        shown = self._shown
        if action == "decide":
            return shown is None or not shown["words"]
        if action == "open":
            return shown is not None and shown["type"] == "registration" and shown["registration"] is not None
        return super().check_action(action, parameters)

    def action_decide(self, decision: str) -> None:
        """Takes it over, or refuses it, as it was shown."""
        shown = self._shown
        if shown is None or self.busy:
            return
        seen = {shown["registration"]: shown["digest"]} if shown["registration"] and shown["digest"] else None
        decide(self, [shown], decision, self._decided, seen=seen)

    def _decided(self) -> None:
        # Whatever is asked about a draft stands on top; the list below shows what is left.
        if self.app.screen is self:
            self.dismiss()
        else:
            self._load()

    def action_open(self) -> None:
        """The registration that it would change, or that has what it says."""
        if self._shown is not None:
            self.app.push_screen(screen_named("record", registration=self._shown["registration"]))

    def action_nik(self) -> None:
        """NIKs whole; that they were looked at is kept."""
        shown = self._shown
        if shown is None:
            return

        def seen(_done: object) -> None:
            self._whole = True
            self._draw()

        self.ask(partial(quarantine.keep_disclosure, self.session, shown["record"]), seen, lane="pen")


def held_lines(shown: Mapping[str, Any], width: int, *, whole: bool) -> list[Line]:
    """Everything that is told of one thing."""
    laptop = str(shown["by"]["laptop"] or "-")[:LAPTOP_DIGITS]
    told: list[tuple[str, str]] = [
        (plain(shown["name"] or _("(belum bernama)"), 60), "heading"),
        (_("Dari: {who}").format(who=sender_words(shown["by"])), ""),
        (
            _("Ditulis {at}, {area}, laptop {laptop}").format(
                at=when(shown["at"]), area=plain(shown["area_name"], 40), laptop=laptop
            ),
            "",
        ),
    ]
    if shown["merge"]:
        came = _("Datang dengan paket dari {by}, {at}")
        told.append((came.format(by=plain(shown["merge"]["by"], 40), at=when(shown["merge"]["at"])), ""))
    told.append((_("Mengapa tidak dihitung: {why}").format(why=shown["message"]), "warning"))
    if shown["words"]:
        told += [(word_words(word), "") for word in shown["words"]]
    elif shown["draft"]:
        told.append((_("Sedang Anda perbaiki sebagai draf; kirim drafnya."), "warning"))
    elif shown["release"] is not None:
        told.append((_("Tidak dapat dilepaskan: {why}").format(why=shown["release"]["message"]), "warning"))
    told += [("", ""), (_fields_heading(shown), "heading")]
    text = partial(_text, answer_text if whole else masked_text)
    for each in shown["fields"]:
        told += _field_lines(each, text, is_new=shown["digest"] is None)
    return [Line(part, tone) for words, tone in told for part in (wrapped(words, width, 4) or [""])]


def _text(told: Callable[[str, object], str], name: str, value: object) -> str:
    """An answer in words; what is no answer of the form (a decision, a visit) in those of the desk."""
    known = DECISIONS.get(str(value)) if name == "decision" else None
    return _(known) if known else told(name, value)


def _label(name: str) -> str:
    return _(LABELS[name]) if name in LABELS else label_of(name)


def _fields_heading(shown: Mapping[str, Any]) -> str:
    return _("Isi kiriman") if shown["digest"] is None else _("Sekarang, dan isi kiriman (* berbeda)")


def _field_lines(each: Mapping[str, Any], text: Any, *, is_new: bool) -> list[tuple[str, str]]:
    name, empty = str(each["field"]), _("(kosong)")
    held = text(name, each["held"]) or empty
    if is_new:
        return [(f"  {_label(name)}: {held}", "")]
    if not each["differs"]:
        return [(f"  {_label(name)}: " + _("{value} (sama)").format(value=held), "quiet")]
    now = text(name, each["now"]) or empty
    return [
        (f"* {_label(name)}", "warning"),
        ("    " + _("sekarang: {value}").format(value=now), ""),
        ("    " + _("kiriman:  {value}").format(value=held), ""),
    ]
