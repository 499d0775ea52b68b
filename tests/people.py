"""Made-up people, shared by the tests."""

from typing import Any

PERSON: dict[str, Any] = {
    "nomor_kk": "6471050507079075",
    "birth_place": "Balikpapan",
    "birth_date": "1974-06-28",
    "sex": "L",
    "mother_name": "Ibu Contoh",
    "head_of_family": True,
    "citizenship": "wni",
    "ktp_address": "Gg. Rekaan No. 1",
    "ktp_rt": "035",
    "ktp_area": "64.71.05.1002",
    "domicile_same": True,
    "no_phone": True,
    "kinds": ["sensorik_netra"],
    "wg_seeing": "banyak",
    "wg_hearing": "tidak",
    "wg_walking": "tidak",
    "wg_remembering": "tidak",
    "wg_self_care": "tidak",
    "wg_communicating": "tidak",
    "proof": ["surat_dokter"],
    "works": True,
    "job": "tukang_pijat",
    "work_place": "Rumah",
    "monthly_income": 900_000,
    "categories": ["difabel"],
    "other_cover": ["tidak_ada"],
    "heir_name": "Waris Contoh",
    "heir_relation": "anak",
    "consent_given": True,
    "consent_form": "tanda_tangan",
    "consent_by": "sendiri",
    "consent_communication": ["lisan"],
}
"""All but a NIK and a name of somebody whose registration has no fault."""


FIRST_NAMES = (
    "Rekaan", "Contoh", "Umpama", "Misal", "Fiktif", "Khayal", "Bayang", "Andai", "Dongeng", "Hikayat", "Lakon",
    "Wayangan", "Purwa", "Sandiwara", "Jejak", "Kertas", "Gambar", "Tinta", "Gurindam", "Pantun", "Syair", "Kisah",
    "Legenda", "Mimpi", "Boneka", "Topeng", "Cermin", "Gema", "Pelangi", "Kabut",
)  # fmt: skip
LAST_NAMES = (
    "Satuan", "Duaan", "Tigaan", "Empatan", "Limaan", "Enaman", "Tujuhan", "Delapanan", "Sembilanan", "Puluhan",
    "Belasan", "Ratusan", "Ribuan", "Jutaan", "Kosongan", "Ganjilan", "Genapan", "Awalan", "Akhiran", "Tengahan",
    "Sisipan", "Pangkalan", "Ujungan", "Tepian", "Sudutan", "Lingkaran", "Kotakan", "Garisan", "Titikan", "Bidangan",
)  # fmt: skip


def name_of(number: int) -> str:
    """A name unlike those of other numbers up to 900: whoever has one of its words lacks the other."""
    return f"{FIRST_NAMES[number % 30]} {LAST_NAMES[(number + number // 30) % 30]}"


def person(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """Answers of a made-up person without any fault; `number` makes each NIK another."""
    return {**PERSON, "nik": f"647105280674{9000 + number}", "name": name, **changes}
