"""What a person can ask for, said once: its key, its letter at home, its words, who may, and what is done.

The home menu, the function keys and the palette are all made from this list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.tui.screens import SCREENS

OFFICE: Final = frozenset({"coordinator", "supervisor", "admin"})
FIELD: Final = frozenset({"enumerator", "coordinator", "supervisor"})
DECIDING: Final = frozenset({"coordinator", "supervisor"})


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to ask for: `screen` names a screen of `screens.SCREENS`, or `action` an action of the app.

    `count` names what `services.status` counts of it, shown in its line at home when it is not zero; with
    `only_waiting` it is offered only then.
    """

    name: str
    letter: str
    text: str
    hint: str
    key: str = ""
    screen: str = ""
    action: str = ""
    roles: frozenset[str] = frozenset()
    count: str = ""
    only_waiting: bool = False

    def allowed(self, role: str) -> bool:
        """Whether a member of `role` is offered this."""
        return not self.roles or role in self.roles

    def is_called_for(self, status: Mapping[str, Any] | None) -> bool:
        """Whether it is of use as things stand, by what `services.status` counts."""
        return not self.only_waiting or bool((status or {}).get(self.count))

    def run(self) -> str:
        """The action string that does it."""
        return self.action or f"app.go('{self.screen}')"

    def words(self) -> str:
        """Its name in the language in force."""
        return _(self.text)


COMMANDS: Final = (
    Command(
        "new", "b", N_("Daftarkan orang baru"), N_("Isi formulir untuk satu orang"), "f2", action="app.new", roles=FIELD
    ),
    Command("drafts", "d", N_("Draf"), N_("Formulir yang belum dikirim"), "", "drafts", roles=FIELD, count="drafts"),
    Command(
        "returned", "r", N_("Dikembalikan"), N_("Yang perlu diperbaiki, dan mengapa"), "", "returned", roles=FIELD,
        count="returned",
    ),
    Command(
        "prelist", "j", N_("Kunjungan"), N_("Orang yang perlu dikunjungi"), "", "prelist", roles=FIELD,
        count="to_visit",
    ),
    Command("find", "c", N_("Cari dan daftar"), N_("Semua pendaftaran di laptop ini"), "f3", "registrations"),
    Command(
        "review", "p", N_("Periksa"), N_("Antrean putusan, paling berisiko dulu"), "f4", "review", roles=DECIDING,
        count="pending",
    ),
    Command(
        "exchange", "t", N_("Tukar data"), N_("Lewat flashdisk atau jaringan ke pusat"), "f5", "exchange",
        count="not_carried",
    ),
    Command("merge", "g", N_("Gabungkan berkas"), N_("Ambil paket dari flashdisk"), "f6", action="app.merge"),
    Command(
        "conflicts", "k", N_("Pertentangan"), N_("Pendaftaran dengan nilai yang berbeda"), "", "conflicts",
        count="conflicts",
    ),
    Command(
        "duplicates", "o", N_("Orang yang sama?"), N_("Pasangan pendaftaran yang mirip"), "f7", "duplicates",
        roles=FIELD, count="pairs_waiting",
    ),
    Command(
        "quarantine", "w", N_("Karantina"), N_("Kiriman yang tidak dihitung"), "", "quarantine", roles=OFFICE,
        count="quarantined", only_waiting=True,
    ),
    Command("reports", "n", N_("Laporan"), N_("Kemajuan, cara kerja, periksa ulang"), "f8", "reports"),
    Command(
        "ledger", "u", N_("Buku serah terima"), N_("Apakah ada yang kurang, dan di mana"), "f9", "ledger"
    ),
    Command("settings", "a", N_("Pengaturan"), N_("Bahasa, tampilan, kata sandi"), "", "settings"),
    Command("help", "h", N_("Bantuan"), N_("Tombol dan penjelasan layar ini"), "f1", action="app.help"),
    Command("lock", "l", N_("Kunci"), N_("Tutup dan minta kata sandi lagi"), "ctrl+y", action="app.lock"),
    Command("quit", "x", N_("Keluar"), N_("Tutup program; draf sudah tersimpan"), "ctrl+q", action="app.quit"),
)  # fmt: skip


def offered(role: str) -> list[Command]:
    """What a member of `role` can ask for, in the order of the menu."""
    return [
        command for command in COMMANDS if command.allowed(role) and (not command.screen or command.screen in SCREENS)
    ]
