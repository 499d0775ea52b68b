"""Who is behind a number of the ledger, and what came out when two ledgers were compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import ledger, registrations
from fieldapp.tui.list_words import columns
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import content, number, plain, stacked
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.record_list import RecordList

_SHOWN: Final = 2000
"""Of each part of a comparison; nobody reads on, and the command line prints all."""


class LedgerPeopleScreen(FieldScreen[None]):
    """The people at one place of the way, of one laptop or area; Enter opens one."""

    CSS_PATH = "ledger.tcss"
    HEADING = N_("Siapa saja")
    HELP = N_("Orang yang pendaftarannya dihitung di kolom yang dipilih. Enter membuka pendaftarannya.")
    AUTO_FOCUS = "RecordList"

    def __init__(self, title: str, place: str, laptop: str | None = None, area: str | None = None) -> None:
        """`place` is one of the ledger's columns, `laptop` a device id, `area` a dotted code."""
        super().__init__()
        self._title = title
        self._place = place
        self._laptop = laptop
        self._area = area

    def body(self) -> Iterable[Widget]:
        yield Static(content(self._title), id="about", markup=False)
        yield RecordList(columns())

    def on_screen_resume(self) -> None:
        work = partial(ledger.people, self.session, self._place, laptop=self._laptop, area=self._area)
        self.ask(work, self._found)

    def _found(self, ids: list[str]) -> None:
        records = self.query_one(RecordList)
        records.show_ids(ids, keep=records.value())
        self.head(right=_("{count} orang").format(count=number(len(ids))))

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        work = partial(registrations.rows, self.session, event.ids)
        self.ask(work, partial(event.lines.put_rows, event.number, event.page))

    def on_lines_chosen(self, event: RecordList.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, str):
            self.app.push_screen(screen_named("record", registration=chosen))


class LedgerComparedScreen(FieldScreen[None]):
    """Two ledgers side by side; Enter opens a registration that is here."""

    CSS_PATH = "ledger.tcss"
    HEADING = N_("Dua buku dibandingkan")
    HELP = N_(
        "Yang tidak ada di satu sisi disebut satu per satu, lalu yang berbeda, dengan sebabnya dan apa yang harus "
        "dilakukan. Yang masih di jalan akan cocok sendiri sesudah bertukar paket. Enter membuka pendaftaran yang "
        "ada di laptop ini."
    )
    AUTO_FOCUS = "Lines"

    def __init__(self, compared: Mapping[str, Any]) -> None:
        """`compared` as `ledger_compare.compare` answers it."""
        super().__init__()
        self._compared = compared

    def body(self) -> Iterable[Widget]:
        yield Static("", id="about", markup=False)
        yield Lines(id="found")
        yield Static("", id="cell", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.relabel()

    def relabel(self) -> None:
        """Writes everything again in the language in force."""
        from fieldapp.services.ledger import compare as ledger_compare

        self.head(_(self.HEADING))
        told = self._compared
        sides = [ledger_compare.about(told[side]) for side in ("mine", "theirs")]
        self.query_one("#about", Static).update(stacked([ledger_compare.sentence(told), *sides]))
        lines: list[Line] = []
        for name, title in ledger_compare.PARTS.items():
            found = told[name]
            if found:
                lines.append(Line(f"{_(title)}: {number(len(found))}", "heading"))
                lines += [
                    Line(plain(each["message"]), "" if each["expected"] else "error", value=each)
                    for each in found[:_SHOWN]
                ]
                if len(found) > _SHOWN:
                    words = _("... dan {count} lagi: fieldapp ledger --compare menyebut semuanya.")
                    lines.append(Line(words.format(count=number(len(found) - _SHOWN)), "quiet"))
        lines = lines or [Line(_("Tidak ada yang berbeda."), "quiet")]
        self.query_one("#found", Lines).show(lines, cursor=1 if len(lines) > 1 else 0)
        self._describe()

    def on_lines_moved(self, event: Lines.Moved) -> None:
        self._describe()

    def _describe(self) -> None:
        # The lines are cut at the window's edge; the one at hand is read whole below.
        at_hand = self.query_one("#found", Lines).value()
        words = str(at_hand["message"]) if isinstance(at_hand, Mapping) else ""
        self.query_one("#cell", Static).update(content(words))

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        at_hand = event.lines.value()
        if isinstance(at_hand, Mapping) and at_hand["mine"] is not None:
            self.app.push_screen(screen_named("record", registration=str(at_hand["id"])))
        elif isinstance(at_hand, Mapping):
            self.tell(_("Pendaftaran itu tidak ada di laptop ini."))
