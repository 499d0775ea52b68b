"""Papers that were seen, and the consent without which nothing of the person is kept."""

from __future__ import annotations

from fieldapp.forms.conditions import Is
from fieldapp.forms.question import Choice, Question, Section, Texts
from fieldapp.forms.sections.disability import COMMUNICATION

#: The papers of the `documents` question, each answered with one of `DOCUMENT_STATES`.
DOCUMENTS = (
    Choice("ktp", "KTP", "KTP"),
    Choice("kk", "Kartu Keluarga", "Family card"),
    Choice("disability_proof", "Bukti disabilitas", "Proof of disability"),
    Choice("rt_letter", "Surat RT atau kelurahan", "Letter of the RT or kelurahan"),
    Choice("income_statement", "Surat pernyataan penghasilan", "Income statement"),
    Choice("association_letter", "Surat paguyuban atau organisasi", "Letter of the work association"),
)

DOCUMENT_STATES = (
    Choice("dilihat", "Dilihat", "Seen"),
    Choice("difoto", "Difoto", "Photographed"),
    Choice("tidak_ada", "Tidak ada", "Not there"),
)

PAPERS = Section(
    "documents",
    Texts("Dokumen", "Documents"),
    (
        Question(
            "documents",
            "documents",
            Texts("Dokumen yang diperiksa", "Papers checked"),
            Texts(
                "Dilihat, difoto, atau tidak ada. Untuk foto dicatat nama berkas dan sidik SHA-256-nya.",
                "Seen, photographed or not there. Of a photograph the file's name and SHA-256 are noted.",
            ),
            choices=DOCUMENTS,
            group="documents",
        ),
    ),
)

_GIVEN = Is("consent_given", (True,))
_GUARDIAN = Is("consent_by", ("wali",))

CONSENT = Section(
    "consent",
    Texts("Persetujuan", "Consent"),
    (
        Question(
            "consent_given",
            "bool",
            Texts("Setuju datanya dicatat?", "Agrees to be registered?"),
            Texts(
                "Bacakan atau sampaikan teks persetujuan dahulu. Bila tidak setuju, data tidak disimpan; hanya "
                "kunjungannya yang dihitung.",
                "Convey the consent text first. If the person does not agree nothing is kept; only the visit is "
                "counted.",
            ),
            required=True,
            group="consent",
        ),
        Question(
            "consent_form",
            "one",
            Texts("Bentuk persetujuan", "Form of the consent"),
            required=True,
            relevant=_GIVEN,
            choices=(
                Choice("tanda_tangan", "Tanda tangan", "Signature"),
                Choice("cap_jempol", "Cap jempol", "Thumb print"),
                Choice("rekaman_suara", "Rekaman suara", "Voice recording"),
                Choice("isyarat_dengan_saksi", "Isyarat dengan saksi", "Sign language before a witness"),
            ),
            group="consent",
        ),
        Question(
            "consent_by",
            "one",
            Texts("Persetujuan diberikan oleh", "Consent given by"),
            required=True,
            relevant=_GIVEN,
            choices=(Choice("sendiri", "Sendiri", "The person"), Choice("wali", "Wali", "A guardian")),
            group="consent",
        ),
        Question(
            "consent_guardian_name",
            "text",
            Texts("Nama wali", "Guardian's name"),
            required=True,
            relevant=_GUARDIAN,
            longest=100,
            group="consent",
        ),
        Question(
            "consent_guardian_relation",
            "text",
            Texts("Hubungan wali", "Guardian's relation"),
            required=True,
            relevant=_GUARDIAN,
            longest=100,
            group="consent",
        ),
        Question(
            "consent_guardian_reason",
            "text",
            Texts("Mengapa lewat wali", "Why a guardian consents"),
            Texts(
                "Penyandang disabilitas berhak menyetujui sendiri; catat mengapa wali yang menyetujui.",
                "People with disabilities have the right to consent themselves; note why a guardian does.",
            ),
            required=True,
            relevant=_GUARDIAN,
            longest=500,
            group="consent",
        ),
        Question(
            "consent_communication",
            "many",
            Texts("Cara teks persetujuan disampaikan", "How the consent text was conveyed"),
            required=True,
            relevant=_GIVEN,
            choices=COMMUNICATION,
            group="consent",
        ),
        Question(
            "consent_witness",
            "text",
            Texts("Nama saksi", "Name of the witness"),
            Texts("Wajib untuk cap jempol dan isyarat.", "Needed for a thumb print and for sign language."),
            required=True,
            required_when=Is("consent_form", ("cap_jempol", "isyarat_dengan_saksi")),
            relevant=_GIVEN,
            longest=100,
            group="consent",
        ),
        Question(
            "consent_text_version",
            "text",
            Texts("Versi teks persetujuan", "Version of the consent text"),
            Texts("Diisi program.", "Filled in by the program."),
            required=True,
            longest=40,
            app_set=True,
            group="consent",
        ),
        Question(
            "consent_at",
            "datetime",
            Texts("Waktu persetujuan", "Time of the consent"),
            Texts("Diisi program.", "Filled in by the program."),
            app_set=True,
            group="consent",
        ),
        Question(
            "consent_withdrawn_at",
            "datetime",
            Texts("Waktu persetujuan ditarik", "Time the consent was taken back"),
            Texts("Diisi program.", "Filled in by the program."),
            app_set=True,
            group="consent",
        ),
    ),
)
