"""Kinds of disability, functioning, aids and support.

The six questions on functioning are the Washington Group Short Set; there is no official Indonesian wording, so this
one is the programme's. They are for counting, asked of everyone, never filled from what the enumerator sees and never a
reason to refuse.
"""

from __future__ import annotations

from fieldapp.forms.conditions import Either, Given, Has, Is, Not
from fieldapp.forms.question import Choice, Question, Section, Texts

_DEGREES = (
    Choice("tidak", "Tidak", "No difficulty"),
    Choice("sedikit", "Ya, sedikit", "Some difficulty"),
    Choice("banyak", "Ya, banyak", "A lot of difficulty"),
    Choice("tidak_bisa", "Tidak bisa sama sekali", "Cannot do it at all"),
    Choice("menolak", "Tidak mau menjawab", "Prefers not to answer"),
)

_DEGREE_HELP = Texts(
    "Tanyakan dan catat jawabannya; jangan menilai dari yang terlihat.",
    "Ask and write down the answer; do not judge from what you see.",
)

_AIDS = (
    Choice("kursi_roda", "Kursi roda", "Wheelchair"),
    Choice("kruk", "Kruk atau tongkat ketiak", "Crutches"),
    Choice("tongkat_putih", "Tongkat putih", "White cane"),
    Choice("anggota_gerak_palsu", "Tangan atau kaki palsu", "Artificial limb"),
    Choice("alat_bantu_dengar", "Alat bantu dengar", "Hearing aid"),
    Choice("kacamata_low_vision", "Kacamata low vision", "Low-vision glasses"),
    Choice("pembaca_layar", "Pembaca layar", "Screen reader"),
    Choice("walker", "Walker", "Walker"),
    Choice("papan_komunikasi", "Papan komunikasi", "Communication board"),
    Choice("pendamping", "Pendamping", "Companion"),
    Choice("juru_isyarat", "Juru bahasa isyarat", "Sign language interpreter"),
    Choice("tidak_ada", "Tidak ada", "None"),
    Choice("lainnya", "Lainnya", "Other"),
)

#: How people prefer to be spoken to; the consent section asks with the same words.
COMMUNICATION = (
    Choice("lisan", "Lisan", "Spoken"),
    Choice("tulisan", "Tulisan", "In writing"),
    Choice("juru_isyarat", "Dengan juru bahasa isyarat", "With a sign language interpreter"),
    Choice("bahasa_sederhana", "Bahasa sederhana", "Plain language"),
    Choice("dibacakan", "Dibacakan", "Read aloud"),
    Choice("pendamping", "Lewat pendamping", "Through a companion"),
)

_COMPANION = Either(
    (
        Has("aids_used", ("pendamping",)),
        Has("aids_needed", ("pendamping",)),
        Has("communication_needs", ("pendamping",)),
        Is("phone_owner", ("pendamping",)),
    )
)


def _difficulty(name: str, indonesian: str, english: str) -> Question:
    return Question(name, "one", Texts(indonesian, english), _DEGREE_HELP, required=True, choices=_DEGREES)


_KINDS = Question(
    "kinds",
    "many",
    Texts("Ragam disabilitas", "Kinds of disability"),
    Texts(
        "Boleh lebih dari satu. Pilih 'Tidak ada' saja untuk pemohon dari kategori lain.",
        "More than one is fine. Choose only 'None' for applicants of other categories.",
    ),
    required=True,
    choices=(
        Choice("fisik_amputasi", "Fisik: amputasi", "Physical: amputation"),
        Choice("fisik_lumpuh", "Fisik: lumpuh layu atau kaku", "Physical: flaccid or spastic paralysis"),
        Choice("fisik_paraplegi", "Fisik: paraplegi", "Physical: paraplegia"),
        Choice("fisik_cerebral_palsy", "Fisik: cerebral palsy", "Physical: cerebral palsy"),
        Choice("fisik_stroke", "Fisik: akibat stroke", "Physical: after a stroke"),
        Choice("fisik_kusta", "Fisik: akibat kusta", "Physical: after leprosy"),
        Choice("fisik_orang_kecil", "Fisik: orang kecil", "Physical: short stature"),
        Choice("intelektual_lambat_belajar", "Intelektual: lambat belajar", "Intellectual: slow learning"),
        Choice("intelektual_grahita", "Intelektual: grahita", "Intellectual disability"),
        Choice("intelektual_down_syndrome", "Intelektual: down syndrome", "Intellectual: Down syndrome"),
        Choice("mental_psikososial", "Mental: psikososial", "Mental: psychosocial"),
        Choice("mental_autis", "Mental: autis", "Mental: autism"),
        Choice("mental_hiperaktif", "Mental: hiperaktif", "Mental: hyperactivity"),
        Choice("sensorik_netra", "Sensorik: netra", "Sensory: blind or low vision"),
        Choice("sensorik_rungu", "Sensorik: Tuli atau rungu", "Sensory: Deaf or hard of hearing"),
        Choice("sensorik_wicara", "Sensorik: wicara", "Sensory: speech"),
        Choice("lainnya", "Lainnya", "Other"),
        Choice("tidak_ada", "Tidak ada", "None"),
    ),
    exclusive=("tidak_ada",),
)

_FUNCTIONING = (
    _difficulty(
        "wg_seeing",
        "Apakah Ibu/Bapak kesulitan melihat, walau memakai kacamata?",
        "Do you have difficulty seeing, even if wearing glasses?",
    ),
    _difficulty(
        "wg_hearing",
        "Apakah Ibu/Bapak kesulitan mendengar, walau memakai alat bantu dengar?",
        "Do you have difficulty hearing, even if using a hearing aid?",
    ),
    _difficulty(
        "wg_walking",
        "Apakah Ibu/Bapak kesulitan berjalan atau menaiki tangga?",
        "Do you have difficulty walking or climbing steps?",
    ),
    _difficulty(
        "wg_remembering",
        "Apakah Ibu/Bapak kesulitan mengingat atau berkonsentrasi?",
        "Do you have difficulty remembering or concentrating?",
    ),
    _difficulty(
        "wg_self_care",
        "Apakah Ibu/Bapak kesulitan merawat diri, misalnya mandi atau berpakaian?",
        "Do you have difficulty with self-care, such as washing or dressing?",
    ),
    _difficulty(
        "wg_communicating",
        "Apakah Ibu/Bapak kesulitan berkomunikasi dalam bahasa sehari-hari, misalnya memahami atau dipahami "
        "orang lain?",
        "Using your usual language, do you have difficulty communicating, for example understanding or being "
        "understood?",
    ),
)

_SUPPORT = (
    Question(
        "aids_used",
        "many",
        Texts("Alat bantu atau dukungan yang dipakai", "Aids or support in use"),
        choices=_AIDS,
        exclusive=("tidak_ada",),
    ),
    Question(
        "aids_needed",
        "many",
        Texts("Alat bantu atau dukungan yang dibutuhkan tetapi belum ada", "Aids or support needed but not there yet"),
        choices=_AIDS,
        exclusive=("tidak_ada",),
    ),
    Question(
        "proof",
        "many",
        Texts("Bukti disabilitas", "Proof of disability"),
        Texts("Pengakuan yang bersangkutan pun boleh.", "The person's own word is fine too."),
        required=True,
        relevant=Not(Has("kinds", ("tidak_ada",))),
        choices=(
            Choice("kartu_penyandang_disabilitas", "Kartu Penyandang Disabilitas", "Disability card"),
            Choice("surat_dokter", "Surat dokter", "Doctor's letter"),
            Choice("surat_puskesmas", "Surat puskesmas", "Health centre's letter"),
            Choice("pengakuan", "Pengakuan, tanpa surat", "Own word, no letter"),
            Choice("lainnya", "Lainnya", "Other"),
        ),
    ),
    Question(
        "proof_number",
        "text",
        Texts("Nomor kartu atau surat", "Number of the card or letter"),
        relevant=Has("proof", ("kartu_penyandang_disabilitas", "surat_dokter", "surat_puskesmas", "lainnya")),
        longest=100,
    ),
    Question(
        "communication_needs",
        "many",
        Texts("Cara berkomunikasi yang dikehendaki", "Preferred ways to communicate"),
        choices=COMMUNICATION,
    ),
    Question(
        "companion_name",
        "text",
        Texts("Nama pendamping", "Companion's name"),
        relevant=_COMPANION,
        longest=100,
    ),
    Question(
        "companion_relation",
        "one",
        Texts("Hubungan pendamping", "Companion's relation"),
        relevant=Given("companion_name"),
        choices=(
            Choice("suami_istri", "Suami atau istri", "Husband or wife"),
            Choice("anak", "Anak", "Child"),
            Choice("orang_tua", "Orang tua", "Parent"),
            Choice("saudara", "Saudara", "Brother, sister or relative"),
            Choice("tetangga", "Tetangga", "Neighbour"),
            Choice("teman", "Teman", "Friend"),
            Choice("petugas", "Petugas pendamping", "Professional companion"),
            Choice("lainnya", "Lainnya", "Other"),
        ),
    ),
    Question(
        "companion_phone",
        "text",
        Texts("Telepon pendamping", "Companion's phone"),
        relevant=Given("companion_name"),
        format="phone",
    ),
)

SECTION = Section(
    "disability",
    Texts("Disabilitas dan dukungan", "Disability and support"),
    (
        _KINDS,
        Question(
            "kinds_other",
            "text",
            Texts("Ragam lainnya, sebutkan", "Other kind, please name it"),
            required=True,
            relevant=Has("kinds", ("lainnya",)),
        ),
        *_FUNCTIONING,
        *_SUPPORT,
    ),
)
