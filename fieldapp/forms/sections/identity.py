"""Who the person is, as on the KTP."""

from __future__ import annotations

from fieldapp.forms.conditions import Given, Not
from fieldapp.forms.question import Choice, Question, Section, Texts

SECTION = Section(
    "identity",
    Texts("Identitas", "Identity"),
    (
        Question(
            "nik",
            "digits",
            Texts("NIK", "NIK (national identity number)"),
            Texts(
                "16 angka dari KTP-el, boleh diketik dengan spasi atau titik. Bacakan kembali kepada yang "
                "bersangkutan.",
                "The 16 digits of the electronic KTP, spaces or dots allowed. Read them back to the person.",
            ),
            required=True,
            required_when=Not(Given("nik_absent_reason")),
            format="nik",
            group="nik",
        ),
        Question(
            "nik_absent_reason",
            "one",
            Texts("Alasan NIK belum ada", "Why there is no NIK yet"),
            Texts(
                "Hanya bila NIK benar-benar belum ada. Pendaftaran disimpan, tetapi belum bisa disetujui.",
                "Only when there really is no NIK. The registration is kept but cannot be approved yet.",
            ),
            relevant=Not(Given("nik")),
            choices=(
                Choice("belum_rekam", "Belum rekam KTP-el", "Not yet recorded for a KTP"),
                Choice("hilang", "KTP hilang dan NIK tidak diingat", "KTP lost, number not known"),
                Choice("dalam_proses", "Sedang diurus di Dukcapil", "In process at the civil registry"),
                Choice("lainnya", "Alasan lain", "Other reason"),
            ),
            group="nik",
        ),
        Question(
            "nomor_kk",
            "digits",
            Texts("Nomor KK", "Family card number (KK)"),
            Texts("16 angka di bagian atas Kartu Keluarga.", "The 16 digits at the top of the family card."),
            format="kk",
            group="nik",
        ),
        Question(
            "name",
            "text",
            Texts("Nama lengkap", "Full name"),
            Texts("Persis seperti di KTP; satu kata pun boleh.", "Exactly as on the KTP; a single name is fine."),
            required=True,
            format="name",
            longest=100,
        ),
        Question(
            "birth_place",
            "text",
            Texts("Tempat lahir", "Place of birth"),
            Texts("Seperti di KTP.", "As on the KTP."),
            required=True,
            longest=100,
        ),
        Question(
            "birth_date",
            "date",
            Texts("Tanggal lahir", "Date of birth"),
            Texts(
                "Seperti di KTP: tanggal, bulan, tahun. Contoh 17081945 atau 17-8-1945.",
                "As on the KTP: day, month, year. For example 17081945 or 17-8-1945.",
            ),
            required=True,
        ),
        Question(
            "sex",
            "one",
            Texts("Jenis kelamin", "Sex"),
            Texts("Seperti di KTP.", "As on the KTP."),
            required=True,
            choices=(Choice("L", "Laki-laki", "Male"), Choice("P", "Perempuan", "Female")),
        ),
        Question(
            "mother_name",
            "text",
            Texts("Nama ibu kandung", "Mother's maiden name"),
            Texts("Diminta BPJS Ketenagakerjaan; lihat Kartu Keluarga.", "Asked by the insurer; see the family card."),
            required=True,
            longest=100,
        ),
        Question(
            "marital_status",
            "one",
            Texts("Status perkawinan", "Marital status"),
            choices=(
                Choice("belum_kawin", "Belum kawin", "Not married"),
                Choice("kawin", "Kawin", "Married"),
                Choice("cerai_hidup", "Cerai hidup", "Divorced"),
                Choice("cerai_mati", "Cerai mati", "Widowed"),
            ),
        ),
        Question(
            "head_of_family",
            "bool",
            Texts("Kepala keluarga?", "Head of the family?"),
            Texts("Tertulis sebagai kepala keluarga di KK.", "Named as head of the family on the family card."),
            required=True,
        ),
        Question(
            "citizenship",
            "one",
            Texts("Kewarganegaraan", "Citizenship"),
            Texts(
                "NIK tidak menunjukkan kewarganegaraan; lihat KTP-nya.",
                "The NIK does not show citizenship; look at the KTP.",
            ),
            required=True,
            choices=(
                Choice("wni", "Warga negara Indonesia", "Indonesian citizen"),
                Choice("wna_kitap", "Warga negara asing dengan KITAP", "Foreign citizen with a permanent stay permit"),
            ),
        ),
        Question(
            "ktp_city_since",
            "date",
            Texts("KTP kota ini sejak", "KTP of this city since"),
            Texts(
                "Sejak kapan memegang KTP kota ini; bulan dan tahun pun cukup, misalnya 1/2020.",
                "Since when the person holds a KTP of this city; month and year will do, for example 1/2020.",
            ),
            month_enough=True,
        ),
        Question(
            "ktp_occupation",
            "text",
            Texts("Pekerjaan di KTP", "Occupation printed on the KTP"),
            Texts(
                "Seperti tercetak, walau sudah tidak sesuai. Tidak memengaruhi kelayakan.",
                "As printed, even when out of date. It does not affect eligibility.",
            ),
            longest=100,
        ),
    ),
)
