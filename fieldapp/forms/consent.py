"""The consent text that is read out, in versions that are never changed once used, and what is left when consent is
refused.

The law on personal data protection (UU 27/2022) asks that the person is told, before consenting, the legal basis, the
purpose, the kinds of data, how long they are kept, and the rights; people with disabilities are to be told in a way
that suits them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.forms.question import Texts

TEXT_VERSION: Final = "1"

#: Version -> paragraphs. `{agency}`, `{insurer}` and `{programme}` are filled in from the programme's settings.
_PARAGRAPHS: Final[dict[str, tuple[Texts, ...]]] = {
    "1": (
        Texts(
            "Kami dari {agency} mendata pekerja untuk program {programme}: jaminan kecelakaan kerja dan jaminan "
            "kematian "
            "dari {insurer}, iurannya dibayar pemerintah kota.",
            "We come from {agency} and register workers for the programme {programme}: work-accident and death "
            "insurance "
            "of {insurer}, paid for by the city.",
        ),
        Texts(
            "Dasar hukum: Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi, Undang-Undang "
            "Nomor 8 Tahun 2016 "
            "tentang Penyandang Disabilitas, peraturan wali kota tentang program ini, dan persetujuan Ibu/Bapak.",
            "Legal basis: Law 27/2022 on personal data protection, Law 8/2016 on persons with disabilities, the "
            "mayor's "
            "regulation on this programme, and your consent.",
        ),
        Texts(
            "Tujuan: memeriksa apakah Ibu/Bapak dapat ikut, mendaftarkan ke {insurer}, membayar iuran, dan, bila "
            "Ibu/Bapak berminat, mengabari tentang program usaha kota. Tidak dipakai untuk hal lain.",
            "Purpose: to see whether you can take part, to register you with {insurer}, to pay the premium and, if you "
            "wish, to tell you about the city's business programmes. Nothing else.",
        ),
        Texts(
            "Data yang dicatat: identitas dan alamat, nomor telepon, ragam disabilitas dan dukungan yang "
            "dibutuhkan, pekerjaan dan "
            "penghasilan, jaminan yang sudah dimiliki, ahli waris, dan dokumen yang dilihat. Data disabilitas "
            "dan penghasilan "
            "termasuk data yang dilindungi khusus.",
            "Data written down: identity and address, phone number, kinds of disability and support needed, work "
            "and income, "
            "cover you already have, your heir, and the papers seen. Data on disability and income are specially "
            "protected.",
        ),
        Texts(
            "Lama penyimpanan: selama Ibu/Bapak menjadi peserta dan sesudahnya menurut jadwal retensi arsip "
            "pemerintah kota, lalu "
            "dimusnahkan. Di laptop petugas data dihapus setelah terkirim dan diperiksa.",
            "Kept: while you are a member and afterwards as the city's archive schedule says, then destroyed. On the "
            "enumerator's laptop the data are removed after they have arrived and been checked.",
        ),
        Texts(
            "Hak Ibu/Bapak: mengetahui, melihat, dan memperbaiki data; menarik persetujuan; meminta pembatasan, "
            "penghapusan, atau "
            "pemusnahan; berkeberatan. Menolak tidak memengaruhi bantuan lain. Hubungi {agency} atau petugas "
            "yang mendata.",
            "Your rights: to know, see and correct the data; to take back consent; to ask for restriction, deletion or "
            "destruction; to object. Refusing does not affect other help. Contact {agency} or the enumerator.",
        ),
        Texts(
            "Apakah Ibu/Bapak setuju datanya dicatat dan dipakai untuk program ini?",
            "Do you agree that your data are written down and used for this programme?",
        ),
    ),
}

VERSIONS: Final = tuple(_PARAGRAPHS)

#: What a refused visit leaves: nothing that tells who was visited.
_TALLY_FIELDS: Final = ("programme", "started_at", "submitted_at", "seconds_on_form", "registered_by", "registered_on")


def version_for(settings: ProgrammeSettings) -> str:
    """The version that is read out now: what the programme's settings name, or the newest when they name none."""
    return settings.consent_text_version if settings.consent_text_version in _PARAGRAPHS else TEXT_VERSION


def languages_of(version: str) -> tuple[str, ...]:
    """The languages in which there is a text of that version, by their codes; none for a version that never was."""
    return tuple(
        code
        for place, code in enumerate(Texts._fields)
        if version in _PARAGRAPHS and all(paragraph[place] for paragraph in _PARAGRAPHS[version])
    )


def consent_text(settings: ProgrammeSettings, language: str, version: str | None = None) -> tuple[str, ...]:
    """The paragraphs to read out, in `id` or `en`; KeyError for a version that never was.

    Without `version` it is the one that is read out now (`version_for`).
    """
    wanted = version or version_for(settings)
    names = {"agency": settings.agency, "insurer": settings.insurer, "programme": settings.name}
    return tuple(paragraph.say(language).format_map(names) for paragraph in _PARAGRAPHS[wanted])


def tally_of_visit(values: Mapping[str, object]) -> dict[str, object]:
    """What may be kept of a person who refused: that a visit took place and ended with a refusal, and nothing of the
    person.
    """
    kept = {name: values[name] for name in _TALLY_FIELDS if name in values}
    return {**kept, "visit": "menolak", "consent_given": False}
