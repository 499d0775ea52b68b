"""What can go wrong with a sheet, with its two languages beside the code."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "sheet_kind": (
        "Jenis berkas {suffix} tidak dikenal. Pakai nama yang berakhiran .xlsx atau .csv.",
        "The file kind {suffix} is not known. Use a name that ends in .xlsx or .csv.",
    ),
    "sheet_target": (
        "Lembar tidak dapat ditulis di tempat itu ({why}). Tutup berkasnya bila sedang dibuka, "
        "periksa folder dan sisa ruang, lalu ulangi. Berkas lama tidak diubah.",
        "The sheet cannot be written there ({why}). Close the file if it is open, check the folder and the free "
        "space, then try again. An older file was left as it was.",
    ),
    "sheet_too_many_rows": (
        "Satu lembar .xlsx memuat paling banyak {limit} baris. Persempit pilihannya atau tulis sebagai .csv.",
        "One .xlsx sheet holds at most {limit} rows. Narrow the selection or write a .csv.",
    ),
}


class SheetError(Exception):
    """A sheet was not written. `code` is stable and a key of MESSAGES; `details` hold no personal data and no path."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def message(self, language: str = "id") -> str:
        """What went wrong and what to do, in Indonesian (`id`) or English (`en`)."""
        indonesian, english = MESSAGES[self.code]
        return (english if language == "en" else indonesian).format(**self.details)
