"""Why the person may be covered, what cover there is already, and who inherits the benefit."""

from __future__ import annotations

from fieldapp.forms.question import Choice, Question, Section, Texts

COVERAGE = Section(
    "coverage",
    Texts("Kepesertaan", "Coverage"),
    (
        Question(
            "categories",
            "many",
            Texts("Kategori penerima", "Beneficiary categories"),
            Texts(
                "Boleh lebih dari satu; urutan prioritas diatur program.",
                "More than one is fine; the programme sets the priority.",
            ),
            required=True,
            open_choices=True,
            choices=(
                Choice("difabel", "Penyandang disabilitas", "Person with a disability"),
                Choice("perempuan_kepala_keluarga", "Perempuan kepala keluarga", "Woman who heads a family"),
                Choice("nelayan", "Nelayan", "Fisher"),
                Choice("petani", "Petani", "Farmer"),
                Choice("ojek", "Ojek", "Motorcycle taxi driver"),
                Choice("pedagang", "Pedagang", "Vendor"),
                Choice("lainnya", "Lainnya", "Other"),
            ),
        ),
        Question(
            "other_cover",
            "many",
            Texts("Sudah punya JKK/JKM dari mana?", "Any work-accident or death cover already?"),
            Texts(
                "Jaminan Kecelakaan Kerja dan Jaminan Kematian BPJS Ketenagakerjaan.",
                "Work-accident and death insurance of BPJS Ketenagakerjaan.",
            ),
            required=True,
            choices=(
                Choice("tidak_ada", "Belum ada", "None"),
                Choice("provinsi", "Dari provinsi", "From the province"),
                Choice("pemberi_kerja", "Dari pemberi kerja", "From an employer"),
                Choice("mandiri", "Bayar sendiri", "Pays for it himself or herself"),
                Choice("tidak_tahu", "Tidak tahu", "Does not know"),
            ),
            exclusive=("tidak_ada", "tidak_tahu"),
        ),
        Question(
            "kpj",
            "text",
            Texts("Nomor KPJ", "BPJS Ketenagakerjaan membership number (KPJ)"),
            Texts(
                "11 huruf atau angka, diisi setelah ada jawaban BPJS.",
                "11 letters or digits, filled in after the insurer answers.",
            ),
            longest=11,
        ),
        Question(
            "bpjs_kesehatan",
            "one",
            Texts("BPJS Kesehatan", "Health insurance (BPJS Kesehatan)"),
            choices=(
                Choice("pbi", "PBI (dibayar pemerintah)", "Paid by the government"),
                Choice("mandiri", "Mandiri", "Pays for it himself or herself"),
                Choice("pekerja", "Dari pemberi kerja", "From an employer"),
                Choice("tidak_ada", "Tidak ada", "None"),
                Choice("tidak_tahu", "Tidak tahu", "Does not know"),
            ),
        ),
        Question(
            "dtsen_decile",
            "int",
            Texts("Desil DTSEN", "DTSEN decile"),
            Texts(
                "1 sampai 10, bila diketahui; tidak menentukan kelayakan.", "1 to 10 when known; it decides nothing."
            ),
            low=1,
            high=10,
        ),
    ),
)

HEIR = Section(
    "heir",
    Texts("Ahli waris", "Heir"),
    (
        Question("heir_name", "text", Texts("Nama ahli waris", "Heir's name"), required=True, longest=100),
        Question(
            "heir_relation",
            "one",
            Texts("Hubungan ahli waris", "Heir's relation"),
            required=True,
            choices=(
                Choice("suami_istri", "Suami atau istri", "Husband or wife"),
                Choice("anak", "Anak", "Child"),
                Choice("orang_tua", "Orang tua", "Parent"),
                Choice("saudara", "Saudara", "Brother, sister or relative"),
                Choice("lainnya", "Lainnya", "Other"),
            ),
        ),
        Question("heir_phone", "text", Texts("Telepon ahli waris", "Heir's phone"), format="phone"),
        Question("heir_nik", "digits", Texts("NIK ahli waris", "Heir's NIK"), format="nik"),
        Question(
            "school_children",
            "int",
            Texts("Jumlah anak sekolah", "Number of children at school"),
            Texts("Untuk beasiswa jaminan kematian.", "For the scholarships of the death insurance."),
            low=0,
            high=15,
        ),
    ),
)
