"""All registrations on this laptop, found by typing, of any number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fieldapp.locale import N_, _
from fieldapp.services.lists import Wanted
from fieldapp.tui.commands import FIELD
from fieldapp.tui.list_words import columns
from fieldapp.tui.screens.listing import ListScreen
from fieldapp.tui.widgets.record_list import Column


class RegistrationsScreen(ListScreen):
    """Search as you type over name, NIK and phone; filters, orders, and what can be done with many at once."""

    CSS_PATH = "registrations.tcss"
    HEADING = N_("Daftar pendaftaran")
    PLACE = "registrations"
    HELP = N_(
        "Ketik sebagian nama, NIK, atau nomor telepon. Panah turun masuk ke daftar, Enter membuka, F3 kembali ke "
        "pencarian. Ctrl+F menyaring (beberapa sekaligus), Ctrl+O mengurutkan, Ctrl+B menampilkan semua lagi. Spasi "
        "menandai satu baris, R awal dan akhir serentang baris, * semua yang tampil; E menulis yang ditandai ke lembar "
        "kerja. NIK ditutup sebagian; dibuka utuh di dalam pendaftaran."
    )
    AUTO_FOCUS = "Input"

    def __init__(self, state: str | None = None) -> None:
        super().__init__()
        self._state = state

    def begun(self) -> None:
        if self._state:
            self._place.wanted = replace(self.home(), states=frozenset({self._state}))

    def home(self) -> Wanted:
        return Wanted()

    def columns(self) -> Sequence[Column]:
        return columns()

    def nothing(self) -> str:
        if self.session.member.role in FIELD:
            return _("Belum ada pendaftaran. F2 mendaftarkan orang.")
        return _("Belum ada pendaftaran. F6 menggabungkan paket dari laptop lain.")
