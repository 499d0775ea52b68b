"""Marked registrations into a sheet: where to, how many, and that the file is open to whoever finds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from fieldapp.locale import _
from fieldapp.services import sheets
from fieldapp.tui.screens.base import Desked
from fieldapp.tui.screens.dialogs import Confirm
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.text import number, plain


def export_marked(screen: Desked[Any], ids: Sequence[str]) -> None:
    """Asks where to, then writes every answer of `ids`; an enumerator's sheet holds the enumerator's own only."""
    if not ids:
        screen.complain(_("Tidak ada yang ditandai. Spasi menandai baris ini."))
        return
    session = screen.session

    def write(out: Path) -> None:
        work = partial(sheets.export, session, out, ids=ids)
        screen.ask(work, partial(_written, screen, len(ids)), lane="cart")

    def chosen(folders: list[Path] | None) -> None:
        if folders:
            # The name says when, never who.
            write(folders[0] / f"pendaftaran-{datetime.now().astimezone():%Y%m%d-%H%M%S}.xlsx")

    def agreed(yes: bool | None) -> None:
        if yes:
            screen.app.push_screen(FileDialog(_("Tulis lembar kerja ke folder mana?"), "folder"), chosen)

    words = [
        _("{count} pendaftaran ditulis dengan semua isian dan NIK utuh.").format(count=number(len(ids))),
        _("Berkas itu tidak tersandi: siapa pun yang menemukannya dapat membacanya. Penulisannya dicatat."),
    ]
    screen.app.push_screen(Confirm(_("Tulis ke lembar kerja"), words, _("Ya, pilih folder")), agreed)


def _written(screen: Desked[Any], asked: int, answer: Mapping[str, Any]) -> None:
    name = plain(Path(str(answer["file"])).name, 60)
    words = _("{count} pendaftaran ditulis ke {file}.").format(count=number(answer["rows"]), file=name)
    left = asked - int(answer["rows"])
    if left:
        why = _("{count} tidak ditulis: belum ber-NIK, atau bukan pendaftaran Anda.")
        words += " " + why.format(count=number(left))
    screen.tell(words)
