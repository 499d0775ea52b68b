"""What a finding says to people: what is wrong and what to do, in both languages, by its code.

A key `code:kind` is the wording for findings whose details name that kind.
"""

from __future__ import annotations

from typing import Final

from fieldapp.domain.findings import Finding
from fieldapp.forms.question import Texts

_GENERAL: Final = {
    "required": Texts("Belum diisi. Isi dahulu sebelum dikirim.", "Not answered. Answer it before submitting."),
    "witness_required": Texts(
        "Cap jempol dan isyarat perlu saksi. Isi nama saksinya.",
        "A thumb print or sign language needs a witness. Enter the witness's name.",
    ),
    "choice": Texts(
        "Bukan pilihan yang ada. Pilih dari: {choices}.", "Not one of the choices. Choose from: {choices}."
    ),
    "choice:exclusive": Texts(
        "Pilihan 'tidak' berdiri sendiri. Hapus pilihan itu atau pilihan lainnya.",
        "A 'none' or 'no' stands alone. Take away that choice or the others.",
    ),
    "choice:documents": Texts(
        "Keadaan dokumen tidak dikenal. Pilih dari: {choices}.", "Unknown state of a paper. Choose from: {choices}."
    ),
    "kind": Texts("Jenis isian keliru. Isi dengan teks, angka, atau pilihan yang diminta.", "Wrong kind of answer."),
    "kind:text": Texts("Harus berupa teks (dalam tanda kutip).", "Must be a text (in quotation marks)."),
    "kind:digits": Texts(
        "Harus berupa teks angka dalam tanda kutip, supaya nol di depan tidak hilang.",
        "Must be a text of digits in quotation marks, so that leading zeros are kept.",
    ),
    "kind:date": Texts(
        'Harus berupa tanggal sebagai teks, misalnya "1980-08-17".', 'Must be a date as text, for example "1980-08-17".'
    ),
    "kind:int": Texts(
        "Harus berupa bilangan bulat tanpa tanda kutip.", "Must be a whole number without quotation marks."
    ),
    "kind:bool": Texts("Harus ya atau tidak (true atau false).", "Must be yes or no (true or false)."),
    "kind:one": Texts("Harus satu kode pilihan sebagai teks.", "Must be the code of one choice, as text."),
    "kind:many": Texts("Harus berupa daftar kode pilihan.", "Must be a list of codes of choices."),
    "kind:area": Texts("Harus berupa kode kelurahan sebagai teks.", "Must be the code of a kelurahan, as text."),
    "kind:documents": Texts(
        "Harus berupa dokumen dan keadaannya, misalnya ktp: dilihat.",
        "Must be papers and their state, such as ktp: dilihat.",
    ),
    "kind:object": Texts("Harus berupa kode aturan dan alasannya.", "Must be codes of rules and the reasons for them."),
    "kind:datetime": Texts("Harus berupa waktu ISO 8601 sebagai teks.", "Must be a time in ISO 8601, as text."),
    "length": Texts(
        "Terlalu panjang; paling banyak {limit} huruf. Persingkat.", "Too long; at most {limit} letters. Shorten it."
    ),
    "length:name": Texts(
        "Nama harus 1 sampai {limit} huruf. Tulis seperti di KTP.",
        "A name has 1 to {limit} letters. Write it as on the KTP.",
    ),
    "length:kpj": Texts(
        "Nomor KPJ terdiri atas {limit} huruf atau angka. Periksa kartunya.",
        "A KPJ number has {limit} letters or digits. Check the card.",
    ),
    "characters": Texts(
        "Ada karakter yang tidak boleh atau tidak terlihat. Hapus isinya dan ketik ulang.",
        "There are characters that are not allowed or cannot be seen. Delete it and type it again.",
    ),
    "characters:name": Texts(
        "Nama hanya boleh huruf, spasi, dan ' . - , . Hapus angka dan tanda lainnya.",
        "A name may hold letters, spaces and ' . - , . Take out digits and other signs.",
    ),
    "characters:rt": Texts(
        "RT dan RW paling banyak tiga angka, misalnya 005.", "RT and RW have up to three digits, for example 005."
    ),
    "range": Texts(
        "Harus antara {low} dan {high}. Periksa angkanya.", "Must be between {low} and {high}. Check the number."
    ),
    "date": Texts(
        "Tanggal tidak terbaca. Ketik tanggal, bulan, tahun, misalnya 17081980.",
        "The date cannot be read. Type day, month and year, for example 17081980.",
    ),
    "date:time": Texts(
        "Waktu tidak terbaca; harus ISO 8601 dengan zona, misalnya 2026-11-23T01:00:00Z.",
        "The time cannot be read; it must be ISO 8601 with its zone, for example 2026-11-23T01:00:00Z.",
    ),
    "date_future": Texts("Tanggal belum terjadi. Periksa tahunnya.", "The date has not come yet. Check the year."),
    "date_early": Texts("Tanggal sebelum tahun 1900. Periksa tahunnya.", "The date lies before 1900. Check the year."),
    "area_unknown": Texts(
        "Kode kelurahan tidak dikenal. Pilih kelurahan dengan mengetik namanya.",
        "Unknown kelurahan code. Choose the kelurahan by typing its name.",
    ),
    "area_outside_city": Texts(
        "Kelurahan KTP di luar kota program. Periksa KTP, atau tulis alasannya.",
        "The KTP's kelurahan lies outside the programme's city. Check the KTP, or give a reason.",
    ),
    "email_invalid": Texts(
        "Alamat surel keliru. Perbaiki atau kosongkan.", "Not an e-mail address. Correct it or leave it empty."
    ),
    "unknown_key": Texts(
        "Isian '{key}' tidak dikenal formulir; nilainya tetap disimpan. Periksa nama kolomnya.",
        "The form does not know '{key}'; its value is kept. Check the name of the column.",
    ),
    "document_hash": Texts("Sidik SHA-256 harus 64 angka heksadesimal.", "The SHA-256 must be 64 hexadecimal digits."),
    "document_file_missing": Texts(
        "Ada dokumen difoto tanpa nama berkas. Tambahkan bila fotonya ada.",
        "A paper was photographed but no file is named. Add it when you have the picture.",
    ),
    "not_json": Texts(
        "Baris ini bukan JSON. Perbaiki barisnya; isinya tidak diubah.",
        "This line is not JSON. Correct it; it is kept as it is.",
    ),
    "double_key": Texts(
        "Satu isian ditulis dua kali pada baris ini. Hapus salah satunya; isinya tidak diubah.",
        "One key stands twice on this line. Take one away; the line is kept as it is.",
    ),
    "not_object": Texts(
        "Baris ini bukan satu pendaftaran (objek JSON). Perbaiki barisnya; isinya tidak diubah.",
        "This line is not one registration (a JSON object). Correct it; it is kept as it is.",
    ),
    "not_utf8": Texts(
        "Baris ini bukan teks UTF-8. Simpan ulang berkasnya sebagai UTF-8; isinya tidak diubah.",
        "This line is not UTF-8 text. Save the file as UTF-8 again; the line is kept as it is.",
    ),
}

_NIK: Final = {
    "nik_length": Texts(
        "NIK harus 16 angka; ini {length}. Bacakan ulang dari KTP.",
        "A NIK has 16 digits; this has {length}. Read it from the KTP again.",
    ),
    "nik_letters": Texts(
        "NIK hanya angka. Periksa huruf O yang seharusnya 0, atau I dan l yang seharusnya 1.",
        "A NIK has only digits. Look for an O that should be 0, or an I or l that should be 1.",
    ),
    "nik_letters:scientific": Texts(
        "Angka NIK ini hilang: lembar kerja (spreadsheet) mengubahnya menjadi bentuk seperti 6.47E+15. Ketik dari KTP; "
        "di lembar kerja, simpan kolomnya sebagai teks.",
        "The digits of this NIK are lost: a spreadsheet has turned it into something like 6.47E+15. Type it from the "
        "KTP; in the spreadsheet keep the column as text.",
    ),
    "nik_filler": Texts(
        "Angka ini hanya pengisi, bukan NIK. Bila NIK belum ada, kosongkan dan pilih alasannya.",
        "These digits only fill the field. Where there is no NIK yet, leave it empty and choose the reason.",
    ),
    "nik_day": Texts(
        "Tanggal di NIK (angka ke-7 dan 8) mustahil: 01-31 untuk laki-laki, 41-71 untuk perempuan. Bacakan ulang "
        "dari KTP.",
        "The day in the NIK (digits 7 and 8) is impossible: 01-31 for men, 41-71 for women. Read it from the KTP "
        "again.",
    ),
    "nik_month": Texts(
        "Bulan di NIK (angka ke-9 dan 10) harus 01-12. Bacakan ulang dari KTP.",
        "The month in the NIK (digits 9 and 10) must be 01-12. Read it from the KTP again.",
    ),
    "nik_date": Texts(
        "Tanggal di NIK tidak ada di kalender. Bacakan ulang angka ke-7 sampai 12 dari KTP.",
        "The date in the NIK is not in the calendar. Read digits 7 to 12 from the KTP again.",
    ),
    "nik_serial": Texts(
        "Empat angka terakhir NIK tidak mungkin 0000. Bacakan ulang dari KTP.",
        "The last four digits of a NIK cannot be 0000. Read them from the KTP again.",
    ),
    "nik_equals_kk": Texts(
        "NIK sama dengan nomor KK. Salah satunya tertukar; periksa KTP dan KK.",
        "The NIK equals the family card number. One took the other's place; check KTP and family card.",
    ),
    "nik_province_unknown": Texts(
        "NIK diawali kode provinsi {region} yang tidak ada di daftar. Periksa KTP-el atau KK terbaru, atau tulis "
        "alasannya.",
        "The NIK begins with province code {region}, which is on no list. Check the newest KTP or family card, "
        "or give a reason.",
    ),
    "nik_regency_unknown": Texts(
        "NIK diawali kode kabupaten/kota {region} yang tidak ada di daftar. Periksa KTP, atau tulis alasannya.",
        "The NIK begins with regency code {region}, which is on no list. Check the KTP, or give a reason.",
    ),
    "nik_district_unknown": Texts(
        "NIK diawali kode kecamatan {region} yang tidak ada di daftar. Periksa KTP, atau tulis alasannya.",
        "The NIK begins with district code {region}, which is on no list. Check the KTP, or give a reason.",
    ),
    "nik_regency_retired": Texts(
        "NIK diawali kode lama {place}, yang sudah diganti. Itu bisa benar; periksa KTP, lalu tulis alasannya.",
        "The NIK begins with the old code of {place}, since replaced. That can be right; check the KTP, then "
        "give a reason.",
    ),
    "nik_district_retired": Texts(
        "NIK diawali kode kecamatan lama ({place}), yang sudah diganti. Itu bisa benar; periksa KTP, lalu tulis "
        "alasannya.",
        "The NIK begins with an old district code ({place}), since replaced. That can be right; check the KTP, "
        "then give a reason.",
    ),
    "nik_birth_date_differs": Texts(
        "Tanggal lahir berbeda dari yang ada di NIK. Periksa keduanya pada KTP; bila KTP memang begitu, tulis "
        "alasannya.",
        "The birth date differs from the one in the NIK. Check both on the KTP; if the KTP says so, give a reason.",
    ),
    "nik_sex_differs": Texts(
        "Jenis kelamin berbeda dari yang ada di NIK. Periksa keduanya pada KTP; bila KTP memang begitu, tulis "
        "alasannya.",
        "The sex differs from the one in the NIK. Check both on the KTP; if the KTP says so, give a reason.",
    ),
    "nik_absent": Texts(
        "Tanpa NIK pendaftaran disimpan, tetapi belum bisa disetujui. Lengkapi setelah NIK ada.",
        "Without a NIK the registration is kept but cannot be approved yet. Add it once there is one.",
    ),
    "duplicate_nik": Texts(
        "NIK ini sudah terdaftar: {owner}. Buka pendaftaran itu; jangan daftarkan dua kali.",
        "This NIK is registered already: {owner}. Open that registration; do not register twice.",
    ),
    "duplicate_nik:told": Texts(
        "NIK ini sudah terdaftar di {area}, didaftarkan oleh {by}. Bandingkan dengan pendaftaran itu; jangan "
        "daftarkan dua kali.",
        "This NIK is registered already in {area}, by {by}. Compare with that registration; do not register twice.",
    ),
    "duplicate_near": Texts(
        "Ada {count} pendaftaran lain yang mirip orang ini. Bandingkan dulu; bila orangnya memang lain, tulis "
        "alasannya.",
        "{count} other registrations are like this person. Compare them first; if it is another person indeed, write "
        "the reason.",
    ),
    "covered_elsewhere": Texts(
        "NIK ini ada di daftar orang yang sudah terlindungi: {lists}. Tanyakan apakah perlindungan itu masih berlaku; "
        "bila tidak, tulis alasannya. Pengawas yang memutuskan.",
        "This NIK is on a list of people who are covered already: {lists}. Ask whether that cover still holds; if not, "
        "give the reason. A supervisor decides.",
    ),
    "duplicate_nik_elsewhere": Texts(
        "NIK ini sudah terdaftar di: {areas}. Jangan daftarkan lagi. Periksa angkanya; kalau benar, tanyakan ke "
        "petugas di sana.",
        "This NIK is registered already in: {areas}. Do not register again. Check the digits; if they are right, ask "
        "the people who register there.",
    ),
    "duplicate_near_elsewhere": Texts(
        "Orang yang sangat mirip sudah terdaftar di: {areas}. Tanyakan ke petugas di sana. Kalau memang orang lain, "
        "tulis alasannya.",
        "Somebody very much alike is registered already in: {areas}. Ask the people who register there. If this is "
        "somebody else, write the reason.",
    ),
    "kk_length": Texts(
        "Nomor KK harus 16 angka; ini {length}. Periksa Kartu Keluarga.",
        "A family card number has 16 digits; this has {length}. Check the card.",
    ),
    "kk_letters": Texts(
        "Nomor KK hanya angka. Periksa Kartu Keluarga.", "A family card number has only digits. Check the card."
    ),
    "kk_letters:scientific": Texts(
        "Angka nomor KK ini hilang: lembar kerja (spreadsheet) mengubahnya menjadi bentuk seperti 6.47E+15. Ketik dari "
        "Kartu Keluarga.",
        "The digits of this number are lost: a spreadsheet has turned it into something like 6.47E+15. Type it from "
        "the family card.",
    ),
    "kk_filler": Texts(
        "Angka ini hanya pengisi, bukan nomor KK. Kosongkan bila tidak diketahui.",
        "These digits only fill the field. Leave it empty when the number is not known.",
    ),
    "kk_day": Texts(
        "Tanggal di nomor KK (angka ke-7 dan 8) harus 01-31. Periksa Kartu Keluarga.",
        "The day in the family card number (digits 7 and 8) must be 01-31. Check the card.",
    ),
    "kk_month": Texts(
        "Bulan di nomor KK (angka ke-9 dan 10) harus 01-12. Periksa Kartu Keluarga.",
        "The month in the family card number (digits 9 and 10) must be 01-12. Check the card.",
    ),
    "kk_date": Texts(
        "Tanggal di nomor KK tidak ada di kalender. Periksa Kartu Keluarga.",
        "The date in the family card number is not in the calendar. Check the card.",
    ),
    "kk_province_unknown": Texts(
        "Nomor KK diawali kode provinsi {region} yang tidak ada di daftar. Periksa Kartu Keluarga, atau tulis "
        "alasannya.",
        "The family card number begins with province code {region}, which is on no list. Check the card, or give "
        "a reason.",
    ),
    "kk_regency_unknown": Texts(
        "Nomor KK diawali kode kabupaten/kota {region} yang tidak ada di daftar. Periksa Kartu Keluarga, atau "
        "tulis alasannya.",
        "The family card number begins with regency code {region}, which is on no list. Check the card, or give "
        "a reason.",
    ),
    "kk_district_unknown": Texts(
        "Nomor KK diawali kode kecamatan {region} yang tidak ada di daftar. Periksa Kartu Keluarga, atau tulis "
        "alasannya.",
        "The family card number begins with district code {region}, which is on no list. Check the card, or give "
        "a reason.",
    ),
    "kk_regency_retired": Texts(
        "Nomor KK diawali kode lama {place}, yang sudah diganti. Mintalah KK terbaru, atau tulis alasannya.",
        "The family card number begins with the old code of {place}, since replaced. Ask for the newest card, or "
        "give a reason.",
    ),
    "kk_district_retired": Texts(
        "Nomor KK diawali kode kecamatan lama ({place}), yang sudah diganti. Mintalah KK terbaru, atau tulis "
        "alasannya.",
        "The family card number begins with an old district code ({place}), since replaced. Ask for the newest "
        "card, or give a reason.",
    ),
}

_RULES: Final = {
    "phone_invalid": Texts(
        "Nomor ini tidak bisa ditelepon. Periksa angkanya, misalnya 0812-3456-7890; bila tidak punya telepon, "
        "pilih 'tidak punya telepon'.",
        "This number cannot be called. Check its digits, for example 0812-3456-7890; without a phone choose 'has "
        "no phone'.",
    ),
    "phone_invalid:letters": Texts(
        "Nomor telepon hanya angka. Periksa huruf O yang seharusnya 0, atau keterangan yang ikut tertulis.",
        "A phone number has only digits. Look for an O that should be 0, or words beside the number.",
    ),
    "phone_invalid:several": Texts(
        "Satu nomor saja di sini. Tulis nomor kedua pada 'nomor telepon lain'.",
        "One number only. Write the second one under 'another phone number'.",
    ),
    "phone_invalid:foreign": Texts(
        "Nomor luar negeri tidak bisa didaftarkan. Mintalah nomor Indonesia.",
        "A foreign number cannot be registered. Ask for an Indonesian one.",
    ),
    "phone_shared": Texts(
        "Nomor ini juga dipakai pada {count} pendaftaran lain. Pastikan milik siapa.",
        "{count} other registrations give this number too. Make sure whose it is.",
    ),
    "phone_beside_no_phone": Texts(
        "Ditandai tidak punya telepon, tetapi nomornya terisi. Hapus salah satunya.",
        "Marked as having no phone, yet there is a number. Take away one of them.",
    ),
    "age_below_min": Texts(
        "Tidak memenuhi syarat: {age} tahun pada awal perlindungan, paling muda {limit}. Simpan sebagai draf; "
        "periksa tanggal lahirnya.",
        "Not eligible: {age} years old when cover begins, the youngest is {limit}. Keep the draft; check the "
        "birth date.",
    ),
    "age_above_max": Texts(
        "Tidak memenuhi syarat: {age} tahun pada awal perlindungan, harus di bawah {limit}. Simpan sebagai draf; "
        "periksa tanggal lahirnya.",
        "Not eligible: {age} years old when cover begins, must be under {limit}. Keep the draft; check the birth date.",
    ),
    "not_working": Texts(
        "Tidak memenuhi syarat: jaminan ini untuk orang yang bekerja. Simpan sebagai draf; daftarkan bila sudah "
        "bekerja.",
        "Not eligible: this insurance is for people who work. Keep the draft; register when the person works.",
    ),
    "citizenship_foreign": Texts(
        "Warga negara asing: pastikan KITAP dan KTP-nya masih berlaku, lalu tulis alasannya.",
        "A foreign citizen: make sure that the stay permit and KTP are in force, then give a reason.",
    ),
    "ktp_city_recent": Texts(
        "KTP kota ini belum {months} bulan pada awal perlindungan. Periksa tanggalnya, atau tulis alasannya.",
        "The city's KTP is held for less than {months} months when cover begins. Check the date, or give a reason.",
    ),
    "income_above_limit": Texts(
        "Penghasilan di atas batas program (Rp {limit}). Periksa angkanya, atau tulis alasannya.",
        "Income above the programme's limit (Rp {limit}). Check the number, or give a reason.",
    ),
    "long_hours": Texts(
        "Lebih dari {limit} jam sehari; pastikan benar.", "More than {limit} hours a day; make sure that is right."
    ),
    "already_covered": Texts(
        "Sudah punya JKK/JKM. Satu orang satu kepesertaan; periksa kartunya, atau tulis alasannya.",
        "Already has work-accident or death cover. One person, one membership; check the card, or give a reason.",
    ),
    "category_without_kind": Texts(
        "Kategori difabel dipilih, tetapi ragam disabilitas 'tidak ada'. Periksa keduanya.",
        "The category is disability, yet the kind of disability is 'none'. Check both.",
    ),
    "consent_refused": Texts(
        "Tidak setuju didata: tidak ada data orang ini yang disimpan, hanya hitungan kunjungan. Ucapkan terima kasih.",
        "Consent refused: nothing of this person is kept but the count of the visit. Thank the person.",
    ),
    "setting_unknown": Texts("Pengaturan ini tidak dikenal. Periksa namanya.", "Unknown setting. Check its name."),
    "setting_value": Texts(
        "Nilai pengaturan ini keliru. Periksa jenis dan batasnya.",
        "Wrong value for this setting. Check its kind and limits.",
    ),
    "setting_ages": Texts(
        "Umur paling muda harus di bawah batas umur.", "The youngest age must be below the age limit."
    ),
}

MESSAGES: Final[dict[str, Texts]] = {**_GENERAL, **_NIK, **_RULES}

_UNKNOWN: Final = Texts(
    "Aturan {code} tidak dikenal versi ini. Perbarui programnya.",
    "This version does not know the rule {code}. Update the program.",
)


class _Details(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def message(finding: Finding, language: str) -> str:
    """What `finding` says in `id` or `en`; a code from a newer version gets a text that names it."""
    details = _Details(finding.details)
    texts = MESSAGES.get(f"{finding.code}:{details.get('kind', '')}") or MESSAGES.get(finding.code)
    if texts is None:
        details["code"] = finding.code
        texts = _UNKNOWN
    return texts.say(language).format_map(details)
