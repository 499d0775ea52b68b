"""What a list shows, in words: its filter and order in one line, and the columns of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fieldapp.domain import region
from fieldapp.locale import N_, _
from fieldapp.services.lists import Order, Wanted
from fieldapp.tui.text import plain, state_text, when
from fieldapp.tui.widgets.record_list import Column, Row

ORDERS: Final[dict[Order, str]] = {
    "name": N_("Nama"),
    "submitted_at": N_("Waktu"),
    "area": N_("Wilayah"),
    "state": N_("Keadaan"),
    "risk": N_("Risiko"),
}
MARKS: Final[dict[str, str]] = {
    "explained": N_("diberi alasan"),
    "faulty": N_("ada yang salah"),
    "conflicting": N_("bertentangan"),
    "alike": N_("mungkin ganda"),
    "endorsed": N_("menunggu persetujuan kedua"),
}
"""Parts of a filter that are there or not."""


def flags(row: Row) -> str:
    """What is odd about a registration, in short words: kept narrow for a column."""
    marks = [
        (row.get("errors"), _("salah {count}")),
        (row.get("conflicts"), _("beda {count}")),
        (row.get("duplicates"), _("ganda {count}")),
        (row.get("near_duplicates"), _("mirip {count}")),
        (row.get("overrides"), _("alasan {count}")),
    ]
    return ", ".join(words.format(count=count) for count, words in marks if count)


def name_of(row: Row) -> str:
    """A row's name; a registration without one can still be picked."""
    return str(row.get("name") or _("(belum bernama)"))


def columns() -> Sequence[Column]:
    """The columns of a list of registrations; the later ones only on wide screens."""
    return (
        Column(lambda: _("Nama"), name_of),
        Column(lambda: _("NIK"), lambda row: str(row.get("nik") or "-"), 16),
        Column(lambda: _("Keadaan"), lambda row: state_text(str(row.get("state"))), 16),
        Column(lambda: _("Kelurahan"), lambda row: str(row.get("area_name") or row.get("area") or ""), 14),
        Column(lambda: _("Perhatian"), flags, 20, from_width=100),
        Column(lambda: _("Pencacah"), lambda row: str(row.get("registered_by") or ""), 16, from_width=116),
        Column(lambda: _("Dikirim"), lambda row: when(row.get("submitted_at"))[:10], 10, from_width=128),
    )


def area_words(code: str) -> str:
    """A kecamatan or kelurahan as people say it: "Kec. Balikpapan Selatan"."""
    found = region.lookup(code)
    if found is None:
        return plain(code, 40)
    words = {8: _("Kec. {name}"), 13: _("Kel. {name}")}.get(len(code), "{name}")
    return words.format(name=found.name)


def states_words(states: frozenset[str]) -> str:
    """Several states, in the order of their way."""
    from fieldapp.tui.text import STATES

    return _(" atau ").join(state_text(state) for state in STATES if state in states)


def category_words(code: str) -> str:
    """The label of a category."""
    from fieldapp.tui.answer_text import answer_text

    return answer_text("categories", [code])


def filter_words(wanted: Wanted, home: Wanted, shown: str, who: Mapping[str, str]) -> str:
    """What is shown: "Dikembalikan, Kec. Balikpapan Selatan, oleh Ani". `home` is what the list shows without a filter,
    called `shown`; `who` names members by id."""
    parts = []
    if wanted.states != home.states:
        parts.append(states_words(wanted.states) or _("Semua keadaan"))
    if wanted.area:
        parts.append(area_words(wanted.area))
    if wanted.category:
        parts.append(category_words(wanted.category))
    if wanted.by:
        parts.append(_("oleh {name}").format(name=plain(who.get(wanted.by, wanted.by), 40)))
    parts += [_(words) for name, words in MARKS.items() if getattr(wanted, name)]
    words = ", ".join(parts)
    return words[:1].upper() + words[1:] if words else shown


def order_words(wanted: Wanted) -> str:
    """How the list is ordered: "urut nama, terbalik"."""
    words = _("urut {order}").format(order=_(ORDERS.get(wanted.order, wanted.order)).lower())
    return _("{order}, terbalik").format(order=words) if wanted.reverse else words
