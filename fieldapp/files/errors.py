"""What can go wrong with a sheet, written or read, with its two languages beside the code."""

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
    "list_empty": (
        "Daftar ini kosong, juga tanpa judul kolom.",
        "This list is empty, even of column headings.",
    ),
    "list_not_text": (
        "Berkas ini bukan daftar CSV. Simpan dahulu sebagai CSV (UTF-8).",
        "This file is no CSV list. Save it as CSV (UTF-8) first.",
    ),
    "list_without_column": (
        "Daftar ini tidak memiliki kolom {column}. Baris pertamanya harus memuat nama-nama kolom.",
        "This list has no column {column}. Its first row must hold the names of the columns.",
    ),
    "sheet_too_many_rows": (
        "Satu lembar .xlsx memuat paling banyak {limit} baris. Persempit pilihannya atau tulis sebagai .csv.",
        "One .xlsx sheet holds at most {limit} rows. Narrow the selection or write a .csv.",
    ),
    "sheet_empty": (
        "Berkas ini kosong. Mintalah berkasnya sekali lagi kepada pengirimnya.",
        "This file is empty. Ask whoever sent it for the file once more.",
    ),
    "sheet_damaged": (
        "Lembar ini rusak dan tidak dapat dibaca. Buka di program lembar kerja, simpan ulang sebagai .xlsx, lalu "
        "ulangi.",
        "This sheet is damaged and cannot be read. Open it in a spreadsheet program, save it as .xlsx, then try again.",
    ),
    "sheet_foreign": (
        "Berkas ini bukan lembar .xlsx, .xls, .ods, atau .csv. Simpan ulang sebagai .xlsx, lalu ulangi.",
        "This file is no sheet of the kinds .xlsx, .xls, .ods or .csv. Save it as .xlsx, then try again.",
    ),
    "sheet_html": (
        "Berkas ini sebuah halaman web yang dinamai lembar kerja. Buka di program lembar kerja, simpan sebagai .xlsx, "
        "lalu ulangi.",
        "This file is a web page under the name of a sheet. Open it in a spreadsheet program, save it as .xlsx, then "
        "try again.",
    ),
    "sheet_encrypted": (
        "Lembar ini dikunci dengan sandi. Buka di program lembar kerja, simpan tanpa sandi, lalu ulangi.",
        "This sheet is locked with a password. Open it in a spreadsheet program, save it without one, then try again.",
    ),
    "sheet_too_large": (
        "Lembar ini terlalu besar: paling banyak {limit} baris dapat dibaca. Hapus baris dan kolom kosong yang jauh di "
        "bawah atau di kanan, atau pecah menjadi beberapa berkas.",
        "This sheet is too large: at most {limit} rows can be read. Delete empty rows and columns far below or to the "
        "right, or split it into several files.",
    ),
    "sheet_cell_too_long": (
        "Sel di baris {line} lebih panjang dari {limit} huruf. Biasanya ada tanda kutip yang tidak ditutup; perbaiki, "
        "lalu ulangi.",
        "The cell on line {line} is longer than {limit} letters. Mostly a quotation mark was not closed; correct it, "
        "then try again.",
    ),
    "sheet_unknown": (
        "Tidak ada lembar bernama itu. Yang ada: {sheets}.",
        "There is no sheet of that name. There are: {sheets}.",
    ),
    "sheet_choose": (
        "Ada beberapa lembar yang memuat orang: {sheets}. Pilih salah satu dengan --sheet.",
        "Several sheets hold people: {sheets}. Choose one with --sheet.",
    ),
    "sheet_no_people": (
        "Tidak ditemukan kolom NIK atau nama. Sebutkan sendiri kolomnya, misalnya --column nik=B --column name=C.",
        "No column of NIKs or names was found. Say which columns they are, for example --column nik=B --column name=C.",
    ),
    "column_field": (
        "Tidak ada isian bernama {field}. Yang dapat dipakai: {fields}.",
        "There is no field called {field}. These can be used: {fields}.",
    ),
    "column_unknown": (
        "Untuk {field}: tidak ada kolom {column} di lembar ini. Pakai hurufnya (B), nomornya (2), atau judulnya.",
        "For {field}: there is no column {column} in this sheet. Use its letter (B), its number (2) or its heading.",
    ),
    "map_unreadable": (
        "Berkas peta kolom tidak dapat dibaca. Tulis sebagai JSON atau TOML, misalnya {example}.",
        "The column map cannot be read. Write it as JSON or TOML, for example {example}.",
    ),
}


class SheetError(Exception):
    """A sheet was not written or not read.

    `code` is stable and a key of MESSAGES; `details` hold no personal data and no path.
    """

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def message(self, language: str = "id") -> str:
        """What went wrong and what to do, in Indonesian (`id`) or English (`en`)."""
        indonesian, english = MESSAGES[self.code]
        return (english if language == "en" else indonesian).format(**self.details)
