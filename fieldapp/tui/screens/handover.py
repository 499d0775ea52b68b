"""Who stands at one stage of the way to the office, and what proves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services import handover, registrations
from fieldapp.tui.exchange_report import STAGES
from fieldapp.tui.list_words import columns
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import number, plain, stacked, when
from fieldapp.tui.widgets.record_list import RecordList

MOST_PROOFS = 4
"""Bundles or members named above the list; the people matter more."""


class HandoverScreen(FieldScreen[None]):
    """The people of one stage; Enter opens one."""

    CSS_PATH = "handover.tcss"
    HEADING = N_("Siapa saja")
    HELP = N_(
        "Orang yang pekerjaannya berada di tahap ini. Satu orang dihitung sekali, di tahap terjauh dari kantor. "
        "Enter membuka pendaftarannya."
    )
    AUTO_FOCUS = "RecordList"

    def __init__(self, stage: str, told: Mapping[str, Any]) -> None:
        """`stage` and `told` as `handover.stages` has them."""
        super().__init__()
        self._stage = stage
        self._told = told

    def body(self) -> Iterable[Widget]:
        yield Static("", id="proofs", markup=False)
        yield RecordList(columns())

    def on_mount(self) -> None:
        super().on_mount()
        self.relabel()

    def relabel(self) -> None:
        """Writes the heading and the proofs in the language in force."""
        self.head(_(STAGES[self._stage]))
        self.query_one("#proofs", Static).update(stacked(self._proofs()))

    def _proofs(self) -> list[str]:
        bundles = [
            _("Paket {when}: {count} perubahan di dalamnya.").format(
                when=when(each["written_at"]), count=number(each["entries"])
            )
            for each in self._told.get("bundles", ())
        ]
        by = [
            _("Diterima oleh {name}, terakhir {when}: {count} perubahan.").format(
                name=plain(each["by"], 40), when=when(each["at"]) or "-", count=number(each["entries"])
            )
            for each in self._told.get("by", ())
        ]
        return (bundles + by)[:MOST_PROOFS]

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._find()

    def status_changed(self) -> None:
        self._find()

    def _find(self) -> None:
        self.ask(partial(handover.people, self.session, self._stage), self._found)

    def _found(self, ids: list[str]) -> None:
        records = self.query_one(RecordList)
        records.show_ids(ids, keep=records.value())
        self.head(right=_("{count} orang").format(count=number(len(ids))))

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        self.ask(
            partial(registrations.rows, self.session, event.ids),
            partial(event.lines.put_rows, event.number, event.page),
        )

    def on_lines_chosen(self, event: RecordList.Chosen) -> None:
        chosen = event.lines.value()
        if isinstance(chosen, str):
            self.app.push_screen(screen_named("record", registration=chosen))
