"""The ledger on paper: pages of plain text that any printer takes, or a sheet; counts, and names only where asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fieldapp.locale import _
from fieldapp.services import files
from fieldapp.services.ledger import words as ledger_words
from fieldapp.services.ledger.problems import ledger_problem
from fieldapp.services.ledger.words import COLUMNS, moment, wrapped
from fieldapp.services.problems import translated
from fieldapp.services.session import Session
from fieldapp.services.words import place_words
from fieldapp.store import ledger as tables
from fieldapp.store.db import Connection

KINDS: Final = (".txt", ".xlsx")
WIDTH: Final = 80
PAGE_LINES: Final = 60
"""Of a page of A4 as printers set plain text, its head and foot included."""
_HEAD_LINES: Final = 3
_NAME: Final = 24
_NEW_PAGE: Final = "\f"


def write(session: Session, out: Path, book: Mapping[str, Any] | None = None, *, names: bool = False) -> dict[str, Any]:
    """Write the ledger to `out`, .txt or .xlsx by its name, whole or not at all.

    `book` is what `ledger.ledger` answered, asked anew when it is not given; with `names` whoever of the missing is
    known by name is named. Answers `{"file", "pages" or "rows"}`. Raises Problem: ledger_kind, file_not_written.
    """
    from fieldapp.services.ledger import ledger

    kind = out.suffix.lower()
    if kind not in KINDS:
        raise ledger_problem("ledger_kind", out.name)
    book = ledger(session) if book is None else book
    known = _names(session, book) if names else {}
    if kind == ".xlsx":
        return {"file": str(out), "rows": _write_sheet(session, out, book, known)}
    pages = text_pages(session, book, known)
    # The mark in front makes old programs of Windows read names right; lines end as its Notepad wants them.
    text = "\ufeff" + _NEW_PAGE.join("\r\n".join(page) + "\r\n" for page in pages)
    files.write_bytes(out, text.encode("utf-8", "replace"))
    return {"file": str(out), "pages": len(pages)}


def text_pages(session: Session, book: Mapping[str, Any], names: Mapping[str, str]) -> list[list[str]]:
    """The pages as lines of at most WIDTH letters, each page with programme, moment, printer and its number."""
    body = _body(book, names)
    room = PAGE_LINES - _HEAD_LINES
    parts = [body[start : start + room] for start in range(0, len(body), room)]
    stamp = _("Dicetak {when} oleh {name}").format(when=moment(session.now_ms()), name=_plain(session.member.name, 30))
    pages = []
    for place, lines in enumerate(parts, start=1):
        count = _("halaman {page} dari {pages}").format(page=place, pages=len(parts))
        title = _("Buku serah terima {programme}").format(programme=_plain(session.programme.name, 50))
        pages.append([title, f"{stamp:<{WIDTH - len(count) - 1}} {count}", "", *lines])
    return pages


def _body(book: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    lines = [*wrapped(ledger_words.verdict(book), WIDTH), ""]
    for title, found in ((_("Yang kurang"), book["missing"]), (_("Ada di sini, belum dihitung"), book["held"])):
        if found:
            lines.append(title)
            for place, each in enumerate(found, start=1):
                lines += wrapped(f"{place}. {_said(each, names)}", WIDTH, 3)
            lines.append("")
    lines += _table(book)
    lines += ["", *wrapped(ledger_words.legend(), WIDTH), ""]
    lines.append(_("Tanda terima"))
    for laptop in ledger_words.laptops(book):
        told = ledger_words.receipts_words(laptop) or _("belum ada tanda terima")
        lines += wrapped(_plain(f"{ledger_words.laptop_name(laptop)}: {told}", 400), WIDTH, 2)
    lines += ["", "", _("Yang menyerahkan: ____________________     Yang menerima: ____________________")]
    return lines


def _table(book: Mapping[str, Any]) -> list[str]:
    rows = ledger_words.rows(book)
    heads = [ledger_words.short(column) for column in COLUMNS]
    widths = ledger_words.widths((counts for _kind, _name, counts in rows), heads)
    room = max(8, min(_NAME, WIDTH - sum(widths) - len(widths)))
    lines = [" " * room + "".join(f" {head:>{width}}" for head, width in zip(heads, widths, strict=True))]
    before = "total"
    for kind, name, counts in rows:
        if kind != before:
            lines.append(_("Per laptop") if kind == "laptop" else _("Per wilayah"))
            before = kind
        cells = [ledger_words.cell(counts[column]) for column in COLUMNS]
        numbers = "".join(f" {text:>{width}}" for text, width in zip(cells, widths, strict=True))
        lines.append(f"{_plain(name, room):<{room}}{numbers}")
    return lines


def _write_sheet(session: Session, out: Path, book: Mapping[str, Any], names: Mapping[str, str]) -> int:
    from fieldapp.files.sheet import Column, write_sheet

    columns = [
        Column("part", _("Bagian"), width=14),
        Column("name", _("Nama"), width=30),
        *(Column(column, place_words(column), "number", 12) for column in COLUMNS),
        Column("words", _("Keterangan"), width=60),
    ]
    parts = {"total": _("Seluruhnya"), "laptop": _("Laptop"), "area": _("Wilayah")}
    stamp = _("Dicetak {when} oleh {name}").format(when=moment(session.now_ms()), name=session.member.name)
    rows: list[dict[str, object]] = [
        {"part": _("Putusan"), "name": session.programme.name, "words": f"{ledger_words.verdict(book)} {stamp}"}
    ]
    for kind, name, counts in ledger_words.rows(book):
        told = ledger_words.receipts_words(counts) if kind == "laptop" else ""
        rows.append({"part": parts[kind], "name": name, **{each: counts[each] for each in COLUMNS}, "words": told})
    rows += [{"part": _("Kurang"), "words": _said(each, names)} for each in book["missing"]]
    rows += [{"part": _("Ditahan"), "words": _said(each, names)} for each in book["held"]]
    with translated():
        return write_sheet(out, columns, rows)


def _names(session: Session, book: Mapping[str, Any]) -> dict[str, str]:
    """Registration -> name, of those that are missing somewhere and known by name here all the same."""
    wanted = [str(each["id"]) for each in book["missing"] if "id" in each]
    return session.read(lambda connection: known_names(session, connection, wanted))


def known_names(session: Session, connection: Connection, wanted: list[str]) -> dict[str, str]:
    """Registration -> name, from the lists, else from what is recorded of it."""
    found = tables.names(connection, wanted)
    for record in set(wanted) - found.keys():
        folded = session.journal(connection).record(record)
        name = folded.values.get("name") if folded is not None and folded.complete else None
        if isinstance(name, str):
            found[record] = name
    return {record: name for record, name in found.items() if name}


def _said(each: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = names.get(str(each.get("id", "")))
    return _plain(f"{each['message']} ({name})" if name else str(each["message"]), 400)


def _plain(text: str, longest: int) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
