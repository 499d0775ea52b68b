"""Narrowing a list down: one question after the other, each picked from what there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from fieldapp.domain.review import PENDING_STATES
from fieldapp.locale import N_, _
from fieldapp.services import lists
from fieldapp.services.lists import Wanted
from fieldapp.tui.list_words import MARKS, ORDERS, area_words, category_words, states_words
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.screens.dialogs import Pick
from fieldapp.tui.text import STATES, number, plain, state_text
from fieldapp.tui.widgets.lines import Line

KINDS: Final[dict[str, str]] = {
    "states": N_("Keadaan"),
    "area": N_("Wilayah"),
    "category": N_("Kategori"),
    "by": N_("Pencacah"),
    "explained": N_("Hanya dengan peringatan yang diberi alasan"),
    "faulty": N_("Hanya yang ada salahnya"),
    "conflicting": N_("Hanya yang bertentangan"),
    "alike": N_("Hanya yang mungkin ganda"),
}
"""Parts of a filter, in the order in which they are offered."""

Then = Callable[[Wanted], object]


class Filtering:
    """Asks on `screen` what a list should show, and hands the new choice to `then`. `who` names members by id."""

    def __init__(self, screen: Desked[Any], wanted: Wanted, home: Wanted, who: dict[str, str], then: Then) -> None:
        self._screen = screen
        self._wanted = wanted
        self._home = home
        self._who = who
        self._then = then

    def ask(self) -> None:
        """Which part of the filter is to be changed."""
        lines = [Line(self._kind(name), value=name) for name in KINDS]
        if replace(self._wanted, text="", order=self._home.order, reverse=False) != self._home:
            lines.append(Line(_("Hapus semua saringan"), value=""))
        self._pick(_("Saring daftar"), lines, self._chosen)

    def _kind(self, name: str) -> str:
        if name in MARKS:
            return ("[x] " if getattr(self._wanted, name) else "[ ] ") + _(KINDS[name])
        return f"{_(KINDS[name])}: {self._now(name)}"

    def _now(self, name: str) -> str:
        wanted = self._wanted
        if name == "states":
            same = wanted.states == self._home.states
            return _("semua") if same else states_words(wanted.states) or _("Semua keadaan")
        if name == "area" and wanted.area:
            return area_words(wanted.area)
        if name == "category" and wanted.category:
            return category_words(wanted.category)
        if name == "by" and wanted.by:
            return plain(self._who.get(wanted.by, wanted.by), 40)
        return _("semua")

    def _chosen(self, name: str) -> None:
        session = self._screen.session
        match name:
            case "":
                self._then(replace(self._home, text=self._wanted.text))
            case "states":
                self._pick(_("Saring menurut keadaan"), self._states(), self._state)
            case "area":
                self._screen.ask(partial(lists.areas, session), self._areas)
            case "category":
                self._screen.ask(lambda: session.settings.categories, self._categories)
            case "by":
                self._screen.ask(partial(lists.enumerators, session), self._people)
            case _:
                turned: dict[str, Any] = {name: not getattr(self._wanted, name)}
                self._then(replace(self._wanted, **turned))

    def _states(self) -> list[Line]:
        pending = ",".join(sorted(PENDING_STATES))
        several = [Line(_("Semua keadaan"), value="*"), Line(_("Yang menunggu putusan"), value=pending)]
        return several + [Line(state_text(code), value=code) for code in STATES if code != "draft"]

    def _state(self, picked: str) -> None:
        states = frozenset() if picked == "*" else frozenset(picked.split(","))
        self._then(replace(self._wanted, states=states))

    def _areas(self, found: Sequence[tuple[str, int]]) -> None:
        lines = [
            Line(("" if len(code) <= 8 else "  ") + f"{area_words(code)} ({number(count)})", value=code)
            for code, count in found
        ]
        self._pick(
            _("Saring menurut wilayah"),
            [Line(_("Semua wilayah"), value=""), *lines],
            lambda code: self._then(replace(self._wanted, area=code)),
            find=True,
        )

    def _categories(self, codes: Sequence[str]) -> None:
        lines = [Line(category_words(code), value=code) for code in codes]
        self._pick(
            _("Saring menurut kategori"),
            [Line(_("Semua kategori"), value=""), *lines],
            lambda code: self._then(replace(self._wanted, category=code)),
        )

    def _people(self, found: Sequence[tuple[str, str, int]]) -> None:
        own = self._screen.session.member.id
        self._who.update({id_: name for id_, name, _count in found})
        lines = [
            Line(f"{plain(name, 40)} ({number(count)})" + (" " + _("(Anda)") if id_ == own else ""), value=id_)
            # Oneself first: that is what an enumerator looks for.
            for id_, name, count in sorted(found, key=lambda each: each[0] != own)
        ]
        self._pick(
            _("Saring menurut pencacah"),
            [Line(_("Semua pencacah"), value=""), *lines],
            lambda id_: self._then(replace(self._wanted, by=id_)),
            find=True,
        )

    def _pick(self, title: str, lines: Sequence[Line], done: Callable[[str], object], *, find: bool = False) -> None:
        def picked(value: object) -> None:
            if isinstance(value, str):
                done(value)

        self._screen.app.push_screen(Pick(title, lines, find=find), picked)


def ask_order(screen: Desked[Any], wanted: Wanted, then: Then) -> None:
    """By what the list is ordered; picking what it is ordered by already turns it around."""
    lines = [
        Line(_(words) + (" " + _("(pilih lagi untuk membalik)") if code == wanted.order else ""), value=code)
        for code, words in ORDERS.items()
    ]

    def picked(value: object) -> None:
        order = next((code for code in ORDERS if code == value), None)
        if order is not None:
            then(replace(wanted, order=order, reverse=order == wanted.order and not wanted.reverse))

    screen.app.push_screen(
        Pick(_("Urutkan menurut"), lines, at=[*ORDERS].index(wanted.order) if wanted.order in ORDERS else 0), picked
    )
