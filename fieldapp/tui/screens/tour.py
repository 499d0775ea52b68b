"""The first-day tour: a few pages in plain words about the member's own work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.text import content, role_text

Page = tuple[str, str]
"""Title and words, Indonesian, marked with N_."""

_HOME: Final[Page] = (
    N_("Layar awal"),
    N_(
        "Pilih pekerjaan dengan hurufnya, atau dengan panah dan Enter. Angka di kanan adalah yang menunggu Anda. "
        "Esc selalu kembali, F1 selalu menjelaskan layar dan isian yang sedang dibuka."
    ),
)
_SAFE: Final[Page] = (
    N_("Aman di tangan Anda"),
    N_(
        "L mengunci laptop; tanpa ketikan ia mengunci sendiri, dan yang sedang diisi tetap tersimpan. Kata sandi hanya "
        "Anda yang tahu. Bila terlupa, administrator memulihkannya tanpa kehilangan data."
    ),
)
_EXCHANGE: Final[Page] = (
    N_("Menyerahkan pekerjaan"),
    N_(
        "T menulis paket ke flashdisk, atau bertukar lewat jaringan bila ada. Angka di baris itu adalah yang belum "
        "dibawa: 0 berarti semuanya sudah. Tanda terima dari kantor membuktikan bahwa paket sampai."
    ),
)
_ALIKE: Final[Page] = (
    N_("Orang yang sama?"),
    N_(
        "O menunjukkan pendaftaran yang mungkin satu orang, berdampingan, dengan yang berbeda diberi tanda kurung. "
        "Anda yang memutuskan, dengan dua ketikan; setiap putusan dapat ditarik kembali."
    ),
)

PAGES: Final[dict[str, tuple[Page, ...]]] = {
    "enumerator": (
        (
            N_("Selamat datang"),
            N_(
                "Dengan laptop ini Anda mendaftarkan orang, juga tanpa jaringan. Semua yang diketik tersimpan sendiri "
                "dan tersandi; baterai yang habis pun tidak menghapusnya."
            ),
        ),
        _HOME,
        (
            N_("Mendaftarkan orang"),
            N_(
                "B membuka formulir. Enter ke isian berikut, panah naik kembali. NIK mengisi sendiri tanggal lahir dan "
                "jenis kelamin. Yang keliru dijelaskan di sebelah isiannya, dan apa yang perlu dilakukan."
            ),
        ),
        (
            N_("Belum selesai?"),
            N_(
                "Tutup formulir kapan saja dengan Esc. Isinya menjadi draf; D membukanya lagi tepat di isian terakhir. "
                "Bila laptop mati mendadak, formulir terbuka sendiri pada pembukaan berikutnya."
            ),
        ),
        (
            N_("Dikembalikan untuk diperbaiki"),
            N_(
                "Bila kantor menemukan yang perlu diperbaiki, pendaftaran kembali kepada Anda dengan catatannya, tepat "
                "pada isian yang dimaksud. Perbaiki, lalu kirim lagi."
            ),
        ),
        _EXCHANGE,
        _SAFE,
    ),
    "coordinator": (
        (
            N_("Selamat datang"),
            N_(
                "Anda mengumpulkan pekerjaan para pencacah, menggabungkannya, dan mengembalikan tanda terima serta "
                "perbaikan. Semuanya dapat dilakukan tanpa jaringan."
            ),
        ),
        _HOME,
        (
            N_("Menggabungkan paket"),
            N_(
                "G membuka flashdisk dan menggabungkan paket di dalamnya. Paket yang sama boleh diambil berkali-kali "
                "dan dalam urutan apa pun: hasilnya tetap sama."
            ),
        ),
        (
            N_("Pertentangan"),
            N_(
                "Bila satu isian diubah di dua tempat, kedua nilainya disimpan. K menunjukkannya berdampingan; Anda "
                "memilih yang benar, dan pilihan itu ikut ke semua laptop."
            ),
        ),
        _ALIKE,
        _EXCHANGE,
        _SAFE,
    ),
    "supervisor": (
        (
            N_("Selamat datang"),
            N_(
                "Anda memeriksa pendaftaran dan memutuskan. Setiap putusan terikat pada isi yang Anda lihat; bila "
                "isinya berubah kemudian, pendaftaran itu kembali ke antrean."
            ),
        ),
        _HOME,
        (
            N_("Memeriksa"),
            N_(
                "P membuka antrean, yang paling berisiko di atas, dengan alasannya. S menyetujui, K mengembalikan "
                "dengan catatan pada isian, U menarik putusan. Pendaftaran Anda sendiri diputuskan pengawas lain."
            ),
        ),
        (
            N_("Tempat dan anggaran"),
            N_(
                "Sebelum putusan, layar menunjukkan tempat Anda yang tersisa dan uang yang terikat. Yang disetujui di "
                "luar tempat Anda masuk daftar tunggu, tidak hilang."
            ),
        ),
        _ALIKE,
        _EXCHANGE,
        _SAFE,
    ),
    "admin": (
        (
            N_("Selamat datang"),
            N_(
                "Anda membuat program, mengundang anggota, dan menjaga kunci pemulihannya. Sebagian pekerjaan itu "
                "dilakukan di baris perintah; panduan administrator memuat semuanya."
            ),
        ),
        _HOME,
        (
            N_("Mengundang"),
            N_(
                "'fieldapp invite' membuat satu berkas undangan untuk satu orang, dengan PIN. Serahkan berkas dan PIN "
                "lewat dua jalan yang berbeda; laptop penerimanya membuat kuncinya sendiri."
            ),
        ),
        (
            N_("Kunci pemulihan"),
            N_(
                "'fieldapp recover export' menulis kunci yang memulihkan kata sandi siapa pun. Tulis segera, simpan di "
                "tempat terkunci, jauh dari laptop. Tanpa kunci itu, kata sandi yang terlupa tidak dapat dipulihkan."
            ),
        ),
        _EXCHANGE,
        _SAFE,
    ),
}


class TourDialog(Dialog[None]):
    """One page at a time: Enter goes on, Esc ends it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter,right,pagedown,space", "turn(1)", N_("Lanjut")),
        key("left,pageup,up,backspace", "turn(-1)", N_("Mundur")),
        key("escape", "leave", N_("Selesai")),
    ]

    def __init__(self, role: str) -> None:
        super().__init__(_("Perkenalan untuk {role}").format(role=role_text(role)))
        self._pages = PAGES.get(role, PAGES["enumerator"])
        self._at = 0

    def body(self) -> Iterable[Widget]:
        yield Static("", id="page-title", classes="heading", markup=False)
        yield Static("", id="page", classes="note", markup=False)

    def on_mount(self) -> None:
        self._draw()

    def _draw(self) -> None:
        title, words = self._pages[self._at]
        self.query_one("#page-title", Static).update(content(f"{self._at + 1}/{len(self._pages)}  {_(title)}"))
        self.query_one("#page", Static).update(content(_(words)))

    def action_turn(self, by: int) -> None:
        """The next page or the one before; behind the last one the tour ends."""
        if self._at + by >= len(self._pages):
            self.dismiss(None)
        else:
            self._at = max(0, self._at + by)
            self._draw()
