"""Answers with two values, written by people who did not know of each other: a person picks which one stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import N_, _
from fieldapp.services import conflicts, registrations
from fieldapp.tui.answer_text import answer_text, label_of, masked_text
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Confirm
from fieldapp.tui.text import number, plain, when, wrapped
from fieldapp.tui.widgets.lines import Line, Lines

MOST_SIDES = 9
"""Sides that have a digit of their own; more laptops than this never wrote one answer apart."""


class Side(NamedTuple):
    """One side of a conflict: the entry that brought it, by whom, when (ISO), and its values by field."""

    entry: str
    by: str
    at: str
    values: Mapping[str, object]


class Dispute(NamedTuple):
    """Answers of one registration that are settled together: one, or those of a group such as an address."""

    registration: str
    name: str
    fields: tuple[str, ...]
    base: Mapping[str, object]
    sides: tuple[Side, ...]


def disputes(found: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[Dispute]:
    """What `services.conflicts.listing` answers, with the fields that change as one put together."""
    order = list(QUESTIONS)
    told = []
    for (registration, _group), group in groupby(found, key=lambda each: (str(each["id"]), str(each["group"]))):
        conflicts_of_group = sorted(
            group, key=lambda each: order.index(each["field"]) if each["field"] in QUESTIONS else len(order)
        )
        first = conflicts_of_group[0]
        sides = tuple(
            Side(
                str(value["entry"]),
                str(value["by"]),
                str(value["at"]),
                {str(each["field"]): each["values"][at]["value"] for each in conflicts_of_group},
            )
            for at, value in enumerate(first["values"])
        )
        fields = tuple(str(each["field"]) for each in conflicts_of_group)
        base = {str(each["field"]): each.get("base") for each in conflicts_of_group}
        told.append(Dispute(registration, names.get(registration, ""), fields, base, sides))
    return told


class ConflictsScreen(FieldScreen[None]):
    """A few lines for each conflict; the digit before a side keeps it, after one question."""

    HEADING = N_("Pertentangan")
    HELP = N_(
        "Dua orang mengisi satu isian dengan nilai berbeda tanpa saling tahu. Kedua nilai disimpan sampai Anda "
        "memilih. Tekan angka di depan nilai yang benar (1 atau 2), lalu Enter; yang lain tetap ada di riwayat. Bila "
        "keduanya salah, E membuka formulir di isian itu. B membuka pendaftarannya untuk dibaca."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("1", "keep(1)", N_("Nilai 1")),
        key("2", "keep(2)", N_("Nilai 2")),
        *(key(str(digit), f"keep({digit})") for digit in range(3, MOST_SIDES + 1)),
        key("e", "edit", N_("Isi yang lain")),
        key("b", "open", N_("Baca pendaftaran")),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Dispute] | None = None
        self._question = 0

    def body(self) -> Iterable[Widget]:
        yield Lines(id="conflicts")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._reload()

    def relabel(self) -> None:
        super().relabel()
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _reload(self) -> None:
        session = self.session
        self._question += 1

        def work() -> list[Dispute]:
            found = conflicts.listing(session)
            ids = list(dict.fromkeys(str(each["id"]) for each in found))
            names = {row["id"]: str(row["name"]) for row in registrations.rows(session, ids)}
            return disputes(found, names)

        self.ask(work, partial(self._show, self._question))

    def _show(self, question: int, found: list[Dispute]) -> None:
        if question == self._question:
            self._found = found
            self._draw()

    def _draw(self) -> None:
        if self._found is None:
            return
        lines = self.query_one("#conflicts", Lines)
        width = max(20, self.size.width - 4)
        shown = [line for each in self._found for line in dispute_lines(each, width)]
        kept = lines.value()
        at = next((index for index, line in enumerate(shown) if kept is not None and line.value == kept), None)
        lines.show(shown or [Line(_("Tidak ada pertentangan."), "quiet")], cursor=at)
        self.head(right=_("{count} pertentangan").format(count=number(len(self._found))))

    def _at_hand(self) -> tuple[Dispute, int] | None:
        """The conflict of the line at hand, and the side (from 0) that the line tells of, or -1."""
        value = self.query_one("#conflicts", Lines).value()
        if not isinstance(value, tuple):
            return None
        registration, fields, side = value
        found = next(
            (each for each in self._found or () if (each.registration, each.fields) == (registration, fields)), None
        )
        return (found, side) if found is not None else None

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        at_hand = self._at_hand()
        if at_hand is None:
            return
        if at_hand[1] < 0:
            self.complain(_("Pindahkan panah ke nilai yang benar lalu tekan Enter, atau tekan angkanya."))
        else:
            self._ask_whether(*at_hand)

    def action_keep(self, digit: int) -> None:
        """The side of that number is the right one."""
        at_hand = self._at_hand()
        if at_hand is not None and digit <= len(at_hand[0].sides):
            self._ask_whether(at_hand[0], digit - 1)

    def _ask_whether(self, dispute: Dispute, side: int) -> None:
        chosen = dispute.sides[side]
        words = [
            _("{name}. Yang dipakai:").format(name=plain(dispute.name or _("(belum bernama)"), 60)),
            side_words(dispute, chosen, answer_text),
            *(_("Tidak dipakai: {what}").format(what=side_words(dispute, each, answer_text)) for each in dispute.sides
              if each is not chosen),
            _("Yang tidak dipakai tetap ada di riwayat. Pilihan ini ikut dibawa ke laptop lain."),
        ]  # fmt: skip

        def done(agreed: bool | None) -> None:
            if agreed:
                work = partial(
                    conflicts.resolve, self.session, dispute.registration, dispute.fields[0], keep=chosen.entry
                )
                self.ask(work, lambda _done: self._settled(), lane="pen")

        def show(_done: object = None) -> None:
            self.app.push_screen(Confirm(_("Pertentangan"), words, _("Ya, pakai ini")), done)

        if any(_is_nik(field) for field in dispute.fields):
            # Two masked numbers may look alike, so they are shown whole here, and that they were is kept.
            self.ask(partial(registrations.unmasked_nik, self.session, dispute.registration), show, lane="pen")
        else:
            show()

    def _settled(self) -> None:
        self.tell(_("Pertentangan selesai; pilihannya ikut dibawa ke laptop lain."))
        self.field_app.refresh_status()
        self._reload()

    def action_edit(self) -> None:
        """Neither is right: the form, at the answer in question."""
        at_hand = self._at_hand()
        if at_hand is not None:
            settings = {"registration": at_hand[0].registration, "at": at_hand[0].fields[0]}
            self.app.push_screen(screen_named("form", **settings))

    def action_open(self) -> None:
        """The registration as a whole, to be read."""
        at_hand = self._at_hand()
        if at_hand is not None:
            self.app.push_screen(screen_named("record", registration=at_hand[0].registration))


def dispute_lines(dispute: Dispute, width: int) -> Sequence[Line]:
    """What is told of one conflict: whose, what it was, then each side with its digit, its writer and its time."""
    where = (dispute.registration, dispute.fields)
    about = ", ".join(label_of(field) for field in dispute.fields)
    head = f"{plain(dispute.name or _('(belum bernama)'), 40)}: {about}"
    told = [
        (head, "heading", -1),
        ("    " + _("Semula: {value}").format(value=values_text(dispute, dispute.base)), "", -1),
    ]
    for at, side in enumerate(dispute.sides):
        digit = f"{at + 1}  " if at < MOST_SIDES else "   "
        told.append((f"    {digit}{side_words(dispute, side, masked_text)}", "", at))
    lines = [Line(part, tone, (*where, at)) for text, tone, at in told for part in wrapped(text, width, 7)]
    return [*lines, Line("", value=(*where, -1))]


def side_words(dispute: Dispute, side: Side, told: Any) -> str:
    """What one side says, who wrote it, and when; `told` makes the words of an answer."""
    return _("{value}   oleh {by}, {at}").format(
        value=values_text(dispute, side.values, told), by=plain(side.by, 40), at=when(side.at)
    )


def values_text(dispute: Dispute, values: Mapping[str, object], told: Any = masked_text) -> str:
    """The answers of a side; each with its question where there are several."""
    if len(dispute.fields) == 1:
        (field,) = dispute.fields
        return told(field, values.get(field)) or _("(kosong)")
    return "; ".join(
        f"{label_of(field)}: {told(field, values.get(field)) or _('(kosong)')}" for field in dispute.fields
    )


def _is_nik(field: str) -> bool:
    question = QUESTIONS.get(field)
    return question is not None and question.format == "nik"
