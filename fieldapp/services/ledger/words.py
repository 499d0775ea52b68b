"""The ledger in words: the verdict in one sentence, each laptop and area as an equation, short heads of tables."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.services.words import place_words
from fieldapp.store.ledger import PLACES

COLUMNS: Final = ("registered", *PLACES)
"""Of a table of the ledger: the sum, then the places in the order of the way."""
_SHORT: Final = {
    "registered": N_("Jml"),
    "draft": N_("Draf"),
    "not_carried": N_("Blm"),
    "carried": N_("Bawa"),
    "merged": N_("Gab"),
    "returned": N_("Kmb"),
    "approved": N_("Stj"),
    "waiting": N_("Tgu"),
    "rejected": N_("Tlk"),
    "void": N_("Btl"),
}
_MIDDLE: Final = {
    "registered": N_("terdaftar"),
    "draft": N_("draf"),
    "not_carried": N_("blm dibawa"),
    "carried": N_("dibawa"),
    "merged": N_("digabung"),
    "returned": N_("kembali"),
    "approved": N_("disetujui"),
    "waiting": N_("tunggu"),
    "rejected": N_("ditolak"),
    "void": N_("batal"),
}
_KINDS: Final = {
    "gap": N_("{count} bagian yang belum sampai"),
    "restored": N_("{count} bagian pekerjaan laptop ini yang hilang sejak dipulihkan"),
    "taken": N_("{count} bagian yang pernah diterima dan hilang lagi"),
    "lost": N_("{count} bagian yang rusak di laptop ini"),
    "incomplete": N_("{count} catatan yang baru sampai sebagian"),
    "unlisted": N_("{count} pendaftaran yang hilang dari daftar"),
    "unrecorded": N_("{count} pendaftaran tanpa catatan"),
    "draft_unreadable": N_("{count} draf yang tidak terbaca"),
    "differs": N_("{count} wilayah yang isinya lain di tempat lain"),
}


def verdict(book: Mapping[str, Any]) -> str:
    """Whether anything is missing, in one sentence."""
    registered = number(book["totals"]["registered"])
    if book["balanced"]:
        return _("Buku serah terima cocok: {count} terdaftar, tidak ada yang kurang.").format(count=registered)
    kinds = Counter(str(each["kind"]) for each in book["missing"])
    parts = ", ".join(_(words).format(count=kinds[kind]) for kind, words in _KINDS.items() if kinds[kind])
    words = _("KURANG {missing}: {parts}; {count} terdaftar di sini.")
    return words.format(missing=number(sum(kinds.values())), parts=parts or "-", count=registered)


def equation(counts: Mapping[str, Any]) -> str:
    """Where they stand: "12 terdaftar = 1 draf + 2 belum dibawa + 9 digabungkan"."""
    parts = " + ".join(f"{number(counts[place])} {place_words(place)}" for place in PLACES if counts[place])
    return f"{number(counts['registered'])} {place_words('registered')} = {parts or '0'}"


def laptop_name(laptop: Mapping[str, Any]) -> str:
    """Whose laptop it is."""
    names = ", ".join(laptop["members"]) or str(laptop["laptop"])[:12]
    return _("{names} (laptop ini)").format(names=names) if laptop["this_laptop"] else names


def laptops(book: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The laptops by the names of their members, this one first."""
    return sorted(book["laptops"], key=lambda each: (not each["this_laptop"], laptop_name(each), each["laptop"]))


def area_title(area: Mapping[str, Any]) -> str:
    """A kelurahan's name, or that none was given."""
    return str(area["name"]) or _("(belum ada kelurahan)")


def receipts_words(laptop: Mapping[str, Any]) -> str:
    """Who acknowledged how much of a laptop; empty when nobody did."""
    told = ", ".join(
        _("{by} {count} perubahan").format(by=each["by"], count=number(each["entries"])) for each in laptop["receipts"]
    )
    return told


def spoken(book: Mapping[str, Any], width: int = 78) -> list[str]:
    """All of it line by line, no table: as a screen reader reads it and as it fits any terminal."""
    lines = wrapped(verdict(book), width)
    for title, found in ((N_("Yang kurang"), book["missing"]), (N_("Ada di sini, belum dihitung"), book["held"])):
        if found:
            lines += ["", _(title)]
            for place, each in enumerate(found, start=1):
                lines += wrapped(f"{place}. {each['message']}", width, 3)
    lines += ["", *wrapped(_("Seluruhnya: {equation}.").format(equation=equation(book["totals"])), width, 2)]
    lines += ["", _("Per laptop")]
    for laptop in laptops(book):
        lines += wrapped(f"{laptop_name(laptop)}: {equation(laptop)}", width, 2)
        if laptop["receipts"]:
            told = _("tanda terima: {told}").format(told=receipts_words(laptop))
            lines += [f"  {line}" for line in wrapped(told, width - 2, 2)]
    lines += ["", _("Per wilayah")]
    for area in book["areas"]:
        lines += wrapped(f"{area_title(area)}: {equation(area)}", width, 2)
    return lines


def rows(book: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(kind: total, laptop or area; name; counts) of every line of the table."""
    return [
        ("total", _("Seluruhnya"), book["totals"]),
        *(("laptop", laptop_name(each), each) for each in laptops(book)),
        *(("area", area_title(each), each) for each in book["areas"]),
    ]


def heads() -> list[list[str]]:
    """Heads of COLUMNS for tables of any width, the longest first."""
    return [
        [place_words(column) for column in COLUMNS],
        [_(_MIDDLE[column]) for column in COLUMNS],
        [short(column) for column in COLUMNS],
    ]


def short(column: str) -> str:
    """The head of a narrow column."""
    return _(_SHORT[column])


def legend() -> str:
    """What the short heads mean."""
    told = ((short(column), place_words(column)) for column in COLUMNS)
    return ", ".join(f"{head} = {words}" for head, words in told if head.lower() != words.lower())


def widths(found: Iterable[Mapping[str, Any]], heads: Sequence[str]) -> list[int]:
    """How wide each column of COLUMNS has to be for its head and every number in it."""
    found = list(found)
    return [
        max(len(head), *(len(cell(counts[column])) for counts in found)) if found else len(head)
        for column, head in zip(COLUMNS, heads, strict=True)
    ]


def moment(ms: int) -> str:
    """A time in ms since 1970 UTC as local day and minute."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%d-%m-%Y %H:%M")


def cell(count: int) -> str:
    """A number in the table; nothing there is a dash, so that what is there stands out."""
    return number(count) if count else "-"


def number(count: int) -> str:
    """A whole number with the thousands marked by dots."""
    return f"{count:,}".replace(",", ".")


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """The text in lines of at most `width`, the later ones indented."""
    return textwrap.wrap(text, width, subsequent_indent=" " * indent, break_on_hyphens=False)
