"""How values are written for people's eyes: always plain, never markup, never a control character."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from textual.content import Content

from fieldapp.locale import N_, _

LONGEST: Final = 2000
"""A value longer than this is cut on screens only; nothing kept is shortened."""

STATES: Final[dict[str, str]] = {
    "draft": N_("Draf"),
    "submitted": N_("Menunggu putusan"),
    "has_issues": N_("Bermasalah"),
    "returned": N_("Dikembalikan"),
    "approved": N_("Disetujui"),
    "waiting": N_("Daftar tunggu"),
    "rejected": N_("Ditolak"),
    "changed_after_review": N_("Diubah lagi"),
    "frozen": N_("Masuk SK"),
    "withdrawn": N_("Ditarik"),
    "void": N_("Dibatalkan"),
}

ROLES: Final[dict[str, str]] = {
    "enumerator": N_("pencacah"),
    "coordinator": N_("koordinator"),
    "supervisor": N_("pengawas"),
    "admin": N_("administrator"),
    "hub": N_("pusat"),
}


def plain(value: object, limit: int = LONGEST) -> str:
    """`value` as one harmless line of text: control and direction-changing characters become a visible mark."""
    text = value if isinstance(value, str) else str(value)
    cut = len(text) > limit
    if not cut and text.isprintable():
        # Nearly every text, and asking so costs a hundredth of looking at each letter.
        return text
    # Cc and Cf hold escape sequences and right-to-left overrides, which could redraw or reorder the screen.
    shown = "".join(
        " " if char in "\n\r\t" else "\N{MIDDLE DOT}" if unicodedata.category(char) in ("Cc", "Cf", "Cs") else char
        for char in text[:limit]
    )
    return shown + "…" if cut else shown


def path_text(path: object, width: int) -> str:
    """A path of at most `width` letters; of a longer one its end, which tells folders apart."""
    text = plain(path)
    return text if len(text) <= width else "…" + text[-(width - 1) :]


def state_text(code: str) -> str:
    """The state of a registration in the language in force; an unknown code shows as it is."""
    return _(STATES[code]) if code in STATES else plain(code, 40)


def role_text(code: str) -> str:
    """A member's role in the language in force."""
    return _(ROLES[code]) if code in ROLES else plain(code, 40)


@lru_cache(maxsize=512)
def area_text(code: str, near: str = "") -> str:
    """A place with what it lies in, the code when it is unknown; `*` is everywhere.

    Within the regency `near` its own name is left out: people who all work in one city know it.
    """
    if code == "*":
        return _("semua wilayah")
    from fieldapp.domain import region

    names = region.name_path(code)
    # The province says nothing to people who all work in one.
    shown = names[: 2 if near and code.startswith(f"{near}.") else 3]
    return ", ".join(shown) if shown else plain(code, 40)


def date_text(value: object) -> str:
    """An ISO date as day-month-year (17-08-1945); what is no ISO date shows as it is."""
    text = plain(value, 40)
    year, *rest = text[:10].split("-")
    if len(rest) == 2 and len(year) == 4 and year.isdigit() and all(len(part) == 2 and part.isdigit() for part in rest):
        return f"{rest[1]}-{rest[0]}-{year}"
    return text


MONTHS: Final = (
    *(N_("Januari"), N_("Februari"), N_("Maret"), N_("April"), N_("Mei"), N_("Juni")),
    *(N_("Juli"), N_("Agustus"), N_("September"), N_("Oktober"), N_("November"), N_("Desember")),
)


def day_words(day: date) -> str:
    """A day with its month in words, which no two habits of writing dates confuse: 17 Agustus 1945."""
    return f"{day.day} {_(MONTHS[day.month - 1])} {day.year}"


def when(value: object) -> str:
    """A moment (ISO 8601 with Z, or milliseconds since 1970) as local day and minute; empty when there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        moment = datetime.fromtimestamp(value / 1000, UTC)
    elif isinstance(value, str) and value:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return plain(value, 40)
    else:
        return ""
    return moment.astimezone().strftime("%d-%m-%Y %H:%M")


def number(value: object) -> str:
    """A whole number with the thousands marked by dots (1.899.878.400)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", ".")
    return plain(value, 40)


def rupiah(value: object) -> str:
    """An amount in whole rupiah."""
    return f"Rp {number(value)}"


def whole(text: str) -> int | str:
    """The whole number that was typed, with or without dots and Rp; the text itself when it is none."""
    digits = text.strip().removeprefix("Rp").replace(".", "").replace(" ", "")
    # isascii first: int() would also take the digits of other scripts.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else text


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """`text` in lines of at most `width` cells (near enough: words, then pieces), later lines indented."""
    return textwrap.wrap(
        text, max(8, width), subsequent_indent=" " * indent, break_long_words=True, break_on_hyphens=False
    ) or [""]


def stacked(lines: Iterable[str]) -> Content:
    """Several lines for one widget, each as `content` shows it."""
    return Content("\n").join([content(line) for line in lines])


def content(text: str) -> Content:
    """`text` for a widget, shown as it stands: brackets are brackets."""
    return Content(plain(text))
