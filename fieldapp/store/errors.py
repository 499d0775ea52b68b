"""What can go wrong with the encrypted store, each with a stable code.

An error's text is its code alone, so that nothing of a person can reach a log through it.
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of every error of the store; `code` is stable, `details` fills the message's placeholders."""

    code = "store_failed"

    def __init__(self, **details: str | int) -> None:
        super().__init__(self.code)
        self.details = details


class WrongPassphrase(StoreError):
    """No slot of the vault opens with this passphrase; nothing on the disk was changed."""

    code = "wrong_passphrase"


class PassphraseInUse(StoreError):
    """Another slot of this vault opens with the passphrase, so it would no longer tell who is at the laptop."""

    code = "passphrase_in_use"


class WrongRecoveryKey(StoreError):
    """The key given opens no recovery copy in this vault."""

    code = "wrong_recovery_key"


class MemberNotHere(StoreError):
    """The member has no slot in this vault."""

    code = "member_not_here"


class WrongKey(StoreError):
    """The database does not open with this key: another key's file, or its first page is damaged."""

    code = "wrong_key"


class NoStore(StoreError):
    """There is no vault or no database in the folder."""

    code = "no_store"


class StoreExists(StoreError):
    """The folder already holds a vault or a database, which must not be overwritten."""

    code = "store_exists"


class StoreDamaged(StoreError):
    """The vault, the database or a backup was changed or cut short by something other than this program."""

    code = "store_damaged"


class NewerStore(StoreError):
    """A newer version of the program wrote this store."""

    code = "store_newer"


class StoreBusy(StoreError):
    """Another process held the database longer than the busy timeout."""

    code = "store_busy"


class StoreFull(StoreError):
    """The disk is full; the change was rolled back whole."""

    code = "store_full"


class StoreUnwritable(StoreError):
    """The disk refused to be written; the change was rolled back whole."""

    code = "store_unwritable"


class StoreClosed(StoreError):
    """The store was used after `close`."""

    code = "store_closed"


class GivenUp(Exception):
    """Nobody waits for this reading any more. No refusal, so it has no words: whoever gave it up drops it."""


# code -> (Indonesian, English); placeholders are filled from StoreError.details.
MESSAGES: dict[str, tuple[str, str]] = {
    "store_failed": (
        "Penyimpanan data gagal dan tidak ada yang berubah. Coba sekali lagi; "
        "bila terulang, jalankan `fieldapp doctor`.",
        "Storing failed and nothing was changed. Try once more; if it happens again, run `fieldapp doctor`.",
    ),
    "wrong_passphrase": (
        "Kata sandi tidak cocok. Tidak ada yang berubah. Periksa Caps Lock lalu ketik lagi; "
        "bila lupa, minta administrator memulihkannya.",
        "The passphrase does not match. Nothing was changed. Check Caps Lock and type it again; "
        "if it is forgotten, ask the administrator to recover it.",
    ),
    "passphrase_in_use": (
        "Kata sandi ini sudah dipakai di laptop ini. Pilih kata sandi lain.",
        "This passphrase is already used on this laptop. Choose another one.",
    ),
    "wrong_recovery_key": (
        "Kunci pemulihan ini bukan milik program di laptop ini. Pakai kunci yang disimpan saat program dibuat.",
        "This recovery key does not belong to the programme on this laptop. "
        "Use the key that was kept when the programme was created.",
    ),
    "member_not_here": (
        "Anggota ini tidak punya kunci di laptop ini. Periksa siapa yang terdaftar, atau gabung dengan undangan.",
        "This member has no key on this laptop. Check who has joined here, or join with an invitation.",
    ),
    "wrong_key": (
        "Basis data tidak terbuka dengan kunci laptop ini: berkasnya rusak atau dari laptop lain. "
        "Jangan hapus apa pun; kembalikan dari cadangan.",
        "The database does not open with this laptop's key: the file is damaged or comes from another laptop. "
        "Delete nothing; restore it from a backup.",
    ),
    "no_store": (
        "Belum ada data Fieldapp di folder ini. Buat program baru atau gabung dengan undangan.",
        "There is no Fieldapp data in this folder yet. Create a programme or join with an invitation.",
    ),
    "store_exists": (
        "Folder ini sudah berisi data Fieldapp. Tidak ada yang ditimpa. Pilih folder lain.",
        "This folder already holds Fieldapp data. Nothing was overwritten. Choose another folder.",
    ),
    "store_damaged": (
        "Berkas data rusak atau terpotong ({what}). Jangan hapus apa pun; kembalikan dari cadangan "
        "atau minta paket dari koordinator.",
        "A data file is damaged or cut short ({what}). Delete nothing; restore it from a backup "
        "or ask the coordinator for a bundle.",
    ),
    "store_newer": (
        "Data ini ditulis oleh Fieldapp yang lebih baru (skema {found}, program ini mengenal sampai {known}). "
        "Pasang versi terbaru; tidak ada yang berubah.",
        "This data was written by a newer Fieldapp (schema {found}, this program knows up to {known}). "
        "Install the newest version; nothing was changed.",
    ),
    "store_busy": (
        "Data sedang dipakai jendela Fieldapp lain. Tidak ada yang berubah. Tunggu sebentar lalu ulangi.",
        "Another Fieldapp window is using the data. Nothing was changed. Wait a moment and try again.",
    ),
    "store_full": (
        "Disk penuh; perubahan terakhir tidak tersimpan. Kosongkan ruang disk lalu ulangi.",
        "The disk is full; the last change was not saved. Free some space and try again.",
    ),
    "store_unwritable": (
        "Folder data atau disknya tidak bisa ditulisi, jadi tidak ada yang disimpan. Periksa izin folder dan keadaan "
        "disk.",
        "The data folder or its disk cannot be written, so nothing was saved. Check the folder's permissions and the "
        "disk.",
    ),
    "store_closed": (
        "Data sudah dikunci. Buka lagi dengan kata sandi.",
        "The data is locked. Unlock it again with the passphrase.",
    ),
}
