"""Writes `panduan/kartu.md`, the card of keys, from the bindings of the screens: `python docs/key_card.py`.

A test compares the file with `page()`, so the card cannot promise another key than the program takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from textual.binding import Binding

from fieldapp.tui.app import FieldApp
from fieldapp.tui.commands import COMMANDS, Command
from fieldapp.tui.keys import key_name
from fieldapp.tui.screens import SCREENS

PAGE = Path(__file__).parent / "panduan" / "kartu.md"

HEAD = """# Kartu tombol

Untuk dicetak: satu halaman bolak-balik. Halaman ini ditulis oleh `docs/key_card.py` dari tombol-tombol program;
jangan diubah dengan tangan.
Tombol yang sedang berlaku selalu ada di baris terbawah layar, dan semuanya ada di F1.

## Di mana saja

| Tombol | Artinya |
|---|---|
| Esc | kembali; di formulir, menutup dan menyimpan draf |
| F1 | bantuan untuk layar dan isian yang sedang dibuka |
| Enter | pilih, atau maju ke isian berikutnya |
| Panah, PgUp, PgDn, Home, End | bergerak |
| Spasi | memberi atau mencabut tanda |
| Ctrl+P | semua perintah, dicari dengan mengetik |
| Ctrl+Q | keluar; draf sudah tersimpan |

## Layar awal

| Huruf | Tombol | Yang dibuka | Siapa |
|---|---|---|---|
"""

TAIL = """## Di peramban (`fieldapp web`)

Semua tombol di atas sama. Ctrl+N, Ctrl+T, dan Ctrl+W tetap milik peramban; F5 sampai ke Fieldapp dan tidak memuat
ulang halaman.
"""

SHOWN: Final = (
    ("form", "Formulir"),
    ("drafts", "Draf"),
    ("prelist", "Kunjungan"),
    ("returned", "Dikembalikan"),
    ("registrations", "Cari dan daftar"),
    ("record", "Satu pendaftaran"),
    ("review", "Periksa"),
    ("exchange", "Tukar data"),
    ("merge", "Gabungkan paket"),
    ("duplicates", "Orang yang sama?"),
    ("pair", "Dua pendaftaran berdampingan"),
    ("conflicts", "Pertentangan"),
    ("conflict", "Pertentangan satu pendaftaran"),
    ("quarantine", "Karantina"),
    ("held", "Satu kiriman karantina"),
)
"""Screens with keys of their own, in the order of a day's work."""

ROLES: Final = {
    "enumerator": "pencacah",
    "coordinator": "koordinator",
    "supervisor": "pengawas",
    "admin": "administrator",
}
EXPLAINED: Final = {
    ("form", "pagedown"): "bagian berikutnya",
    ("form", "pageup"): "bagian sebelumnya",
    ("form", "ctrl+s"): "kirim",
    ("form", "f7"): "bandingkan dengan yang mirip",
    ("form", "ctrl+b"): "langsung ke isian wajib berikutnya",
    ("form", "ctrl+o"): "huruf di depan tiap isian: tekan hurufnya, atau angka bagiannya",
    ("form", "ctrl+r"): "ulang jalan, RT, dan kelurahan orang sebelumnya",
    ("form", "ctrl+l"): "semua masalah; Enter melompat ke isiannya",
    ("form", "ctrl+g"): "lompat ke isian dengan mengetik namanya",
    ("drafts", "delete"): "buang draf; ditanyakan dulu",
    ("prelist", "v"): "catat hasil kunjungan: V lalu satu huruf",
    ("prelist", "u"): "tarik hasil yang keliru",
    ("returned", "b"): "baca pendaftarannya tanpa memperbaiki",
    ("registrations", "r"): "tandai semua baris sejak tanda terakhir",
    ("registrations", "e"): "tulis yang ditandai atau yang tampil ke lembar kerja",
    ("registrations", "asterisk"): "tandai semua yang tampil",
    ("review", "r"): "tandai semua baris sejak tanda terakhir",
    ("review", "e"): "tulis yang ditandai atau yang tampil ke lembar kerja",
    ("review", "asterisk"): "tandai semua yang tampil",
    ("record", "m"): "beri catatan",
    ("record", "n"): "tampilkan NIK utuh",
    ("record", "l"): "lompat ke bagian lain",
    ("record", "c,ctrl+f"): "cari isian",
    ("record", "r"): "riwayat isian yang dipilih",
    ("record", "w"): "orangnya menarik diri",
    ("record", "v"): "batalkan pendaftaran yang tidak seharusnya ada",
    ("record", "d"): "bandingkan dengan yang mirip",
    ("exchange", "w"): "tulis paket untuk kantor",
    ("exchange", "g"): "gabungkan paket dari flashdisk",
    ("exchange", "b"): "tulis paket balasan untuk laptop-laptop (kantor)",
    ("exchange", "s"): "sinkron dengan pusat lewat jaringan",
    ("exchange", "r"): "laporan pertukaran terakhir",
    ("merge", "g"): "pilih paket dari flashdisk atau folder; dicoba dulu tanpa mengubah apa pun",
    ("merge", "m"): "gabungkan yang sudah dicoba (sama dengan Enter)",
    ("merge", "l"): "gabungkan, lalu tulis balasan untuk setiap laptop (kantor)",
    ("merge", "b"): "tulis paket balasan, satu untuk setiap laptop (kantor)",
    ("merge", "u"): "batalkan penggabungan yang terbuka; diperlihatkan dan ditanyakan dulu",
    ("merge", "r"): "kembali ke daftar penggabungan",
    ("duplicates", "c"): "bandingkan yang belum dibandingkan",
    ("pair", "s"): "orang yang sama",
    ("pair", "b"): "orang yang berbeda",
    ("pair", "r"): "belum pasti",
    ("pair", "u"): "tarik putusan",
    ("pair", "n"): "tampilkan NIK utuh",
    ("pair", "right"): "pasangan berikutnya dalam kasus ini",
    ("pair", "left"): "pasangan sebelumnya",
    ("conflicts", "n"): "pakai nilai terbaru untuk semua isian yang boleh begitu; ditunjukkan dulu",
    ("conflicts", "h"): "yang diselesaikan sejak laptop dibuka",
    ("conflict", "1"): "sisi 1 dipakai; 2 sampai 9 untuk sisi lainnya",
    ("conflict", "b"): "kembali ke nilai semula",
    ("conflict", "t"): "tulis nilai lain",
    ("conflict", "n"): "pakai yang terbaru, bila boleh",
    ("conflict", "u"): "pilih lagi yang sudah diselesaikan",
    ("conflict", "e"): "buka formulir perbaikan",
}
"""Where the line of keys at the bottom has room for one word only, or none."""

EVERYWHERE: Final = {"escape", "enter", "space", "f1", "ctrl+p", "ctrl+q"}


def page() -> str:
    """The whole page, as it must stand in the repository."""
    home = "\n".join(_command(command) for command in COMMANDS)
    return HEAD + home + "\n\n" + "".join(_screen(name, title) for name, title in SHOWN) + TAIL


def _command(command: Command) -> str:
    who = ", ".join(word for role, word in ROLES.items() if role in command.roles) if command.roles else "semua"
    key = key_name(command.key) if command.key else ""
    return f"| {command.letter.upper()} | {key} | {command.text}: {_small(command.hint)} | {who} |"


def _screen(name: str, title: str) -> str:
    rows = [f"| {key} | {words} |" for key, words in _keys(name)]
    return "\n".join([f"## {title}", "", "| Tombol | Artinya |", "|---|---|", *rows, "", ""])


def bindings(name: str) -> Iterator[Binding]:
    """The bindings of a screen, its own first."""
    module, class_name = SCREENS[name]
    screen = getattr(import_module(f"fieldapp.tui.screens.{module}"), class_name)
    for owner in screen.__mro__:
        if owner.__module__.startswith("fieldapp."):
            own = owner.__dict__.get("BINDINGS", ())
            yield from (each for each in own if getattr(screen, "DECIDES", True) or "decide(" not in each.action)


def _keys(name: str) -> Iterator[tuple[str, str]]:
    """(key, words) of the bindings that people are told about, without those that hold everywhere."""
    of_app = {binding.key: binding.action for binding in FieldApp.BINDINGS if isinstance(binding, Binding)}
    seen: set[str] = set()
    for binding in bindings(name):
        words = EXPLAINED.get((name, binding.key), _small(binding.description) if binding.show else "")
        keys = binding.key.split(",")
        if words and not EVERYWHERE & set(keys) and binding.key not in seen:
            seen.add(binding.key)
            here = " (di layar ini)" if of_app.get(binding.key, binding.action) != binding.action else ""
            yield " / ".join(map(key_name, keys)), words + here


def _small(words: str) -> str:
    """The words as they stand within a sentence; names and abbreviations keep their capitals."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
