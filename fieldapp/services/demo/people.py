"""Made-up people for the demonstration: who they are on paper. What goes wrong with them is in `demo_trouble`.

The same seed gives the same people. Nobody can be mistaken for somebody: every name begins with "Contoh" or "Uji",
every NIK and family card has a serial of 9000 or more, which the civil registry does not hand out, and every telephone
number runs through a row of zeros.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

Values = dict[str, object]

NIK_SERIAL_FIRST: Final = 9001


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MEN: Final = _names(
    "Agus Andi Arif Bambang Budi Dedi Eko Fajar Hadi Hendra Iwan Joko Kamaruddin Lukman Mulyono Nanang Oscar Petrus "
    "Rahmat Ridwan Rusli Saiful Samsul Slamet Sugeng Supriadi Syahrul Taufik Wahyu Yusuf"
)
_WOMEN: Final = _names(
    "Aisyah Ani Dewi Endang Erna Fatimah Fitri Hasnah Indah Jumiati Kartini Lestari Maria Mariam Nurhayati Nurul "
    "Rahmah Ratna Rina Rosmini Sari Siti Sri Sulastri Sumiati Susanti Tini Wahyuni Yuliana Zubaidah"
)
_LAST: Final = (
    *_names("Rahman Hidayat Saputra Wijaya Kusuma Setiawan Pratama Nugroho Santoso Lubis Simatupang Daeng Mappiare"),
    *_names("Tandi Hasan Ibrahim Basri Anwar Effendi Gunawan Maulana Ramadhan Siregar Purnama Lestari Permata"),
    *_names("Ma'arif Al-Banjari"),
    "",
)
_STREETS: Final = (
    *("Jl. Contoh Melati", "Jl. Contoh Jenderal", "Gg. Contoh Mawar", "Jl. Uji Pelabuhan", "Gg. Uji Nelayan"),
    *("Jl. Contoh Pasar Baru", "Gg. Contoh Kenanga", "Jl. Uji Markoni", "Jl. Contoh Projakal"),
)
_BIRTH_PLACES: Final = (
    "Balikpapan",
    "Balikpapan",
    "Balikpapan",
    "Samarinda",
    "Makassar",
    "Banjarmasin",
    "Surabaya",
    "Majene",
)
_WORK_PLACES: Final = (
    "rumah",
    "Pasar Klandasan",
    "Pasar Pandansari",
    "pelabuhan Semayang",
    "pinggir jalan",
    "pantai Manggar",
)

_NIK_DISTRICTS: Final = (
    "647101",
    "647102",
    "647103",
    "647104",
    "647105",
    "647105",
    "647106",
    "647201",
    "737101",
    "637101",
    "357801",
)
"""Where a NIK was first given: mostly the city, else places that people move here from. All on the present list."""

KINDS: Final[dict[str, str]] = {
    "fisik_amputasi": "wg_walking",
    "fisik_lumpuh": "wg_walking",
    "fisik_paraplegi": "wg_walking",
    "fisik_cerebral_palsy": "wg_self_care",
    "fisik_stroke": "wg_walking",
    "fisik_kusta": "wg_self_care",
    "fisik_orang_kecil": "wg_self_care",
    "intelektual_lambat_belajar": "wg_remembering",
    "intelektual_grahita": "wg_remembering",
    "intelektual_down_syndrome": "wg_remembering",
    "mental_psikososial": "wg_remembering",
    "mental_autis": "wg_communicating",
    "mental_hiperaktif": "wg_remembering",
    "sensorik_netra": "wg_seeing",
    "sensorik_rungu": "wg_hearing",
    "sensorik_wicara": "wg_communicating",
}
"""Each kind of disability with the question of the Washington Group where it shows first."""

_WG: Final = ("wg_seeing", "wg_hearing", "wg_walking", "wg_remembering", "wg_self_care", "wg_communicating")
_AIDS: Final = {
    "wg_walking": ("kursi_roda", "kruk", "walker"),
    "wg_seeing": ("tongkat_putih", "pembaca_layar", "kacamata_low_vision"),
    "wg_hearing": ("alat_bantu_dengar", "juru_isyarat"),
    "wg_communicating": ("papan_komunikasi", "pendamping"),
    "wg_remembering": ("pendamping",),
    "wg_self_care": ("pendamping", "anggota_gerak_palsu"),
}
_TALK: Final = {
    "wg_hearing": ["juru_isyarat", "tulisan"],
    "wg_seeing": ["dibacakan"],
    "wg_remembering": ["bahasa_sederhana"],
}
_JOBS: Final = {
    "difabel": (
        "tukang_pijat",
        "penjahit",
        "warung",
        "pengrajin",
        "kue_rumahan",
        "servis_elektronik",
        "admin_daring",
        "musisi",
    ),
    "perempuan_kepala_keluarga": ("buruh_cuci", "asisten_rumah_tangga", "kue_rumahan", "warung", "pedagang_keliling"),
    "nelayan": ("nelayan",),
    "petani": ("petani", "peternak"),
    "ojek": ("ojek",),
    "pedagang": ("pedagang_kaki_lima", "pedagang_keliling"),
    "lainnya": ("juru_parkir", "pemulung", "buruh_bangunan", "kurir", "bengkel"),
}
_CATEGORY_WEIGHTS: Final = {
    "difabel": 50,
    "perempuan_kepala_keluarga": 14,
    "nelayan": 8,
    "petani": 7,
    "ojek": 8,
    "pedagang": 8,
    "lainnya": 5,
}


@dataclass(frozen=True, slots=True)
class Town:
    """What the made-up people share: the kelurahan they are met in and the day on which ages are measured."""

    areas: tuple[str, ...]
    reference: date


class People:
    """Makes one person after another; two of them never share a NIK."""

    def __init__(self, seed: int, town: Town) -> None:
        # Made-up people want to be the same on every run; nothing here is secret.
        self.random = random.Random(seed)  # noqa: S311
        self.town = town
        self._niks: set[str] = set()
        self._phones = 0

    def person(self, area: str) -> Values:
        """A registration without a fault, as a laptop would hand it over, of somebody met in `area`."""
        pick = self.random
        category = pick.choices(list(_CATEGORY_WEIGHTS), list(_CATEGORY_WEIGHTS.values()))[0]
        woman = category == "perempuan_kepala_keluarga" or pick.random() < 0.45
        born = self.birth_date(pick.randint(18, 62))
        sex = "P" if woman else "L"
        values: Values = {
            "nik": self.nik(born, sex),
            "nomor_kk": self.family_card(),
            "name": self.name(sex),
            "birth_place": pick.choice(_BIRTH_PLACES),
            "birth_date": born.isoformat(),
            "sex": sex,
            "mother_name": self.name("P"),
            "marital_status": "cerai_mati"
            if category == "perempuan_kepala_keluarga"
            else pick.choice(["belum_kawin", "kawin", "kawin"]),
            "head_of_family": category == "perempuan_kepala_keluarga" or (not woman and pick.random() < 0.6),
            "citizenship": "wni",
            "ktp_city_since": self._before(self.town.reference, 400, 7000).isoformat(),
            "ktp_occupation": pick.choice(
                ["Belum/Tidak Bekerja", "Mengurus Rumah Tangga", "Wiraswasta", "Buruh Harian Lepas"]
            ),
            **self._address(area),
            **self._contact(),
            **self._work(category, area),
            **self._heir(),
            "categories": [category],
            "other_cover": ["tidak_ada"],
            "bpjs_kesehatan": pick.choice(["pbi", "mandiri", "tidak_ada", "tidak_tahu"]),
            "dtsen_decile": pick.randint(1, 6),
        }
        values |= self._disability(category == "difabel")
        values |= self._papers(category)
        return values

    def name(self, sex: str) -> str:
        """A name that nobody bears: Contoh or Uji, then names as they are met in the city."""
        first = self.random.choice(_WOMEN if sex == "P" else _MEN)
        mark = "Contoh" if self.random.random() < 0.8 else "Uji"
        return f"{mark} {first} {self.random.choice(_LAST)}".strip()

    def birth_date(self, age: int) -> date:
        """A day that makes somebody `age` years old, and not only just, on the reference date."""
        day = self.town.reference
        return date(day.year - age - 1, day.month, min(day.day, 28)) + timedelta(days=self.random.randint(30, 330))

    def nik(self, born: date, sex: str, district: str | None = None) -> str:
        """A NIK of that birth date and sex, with a serial no registry hands out."""
        head = district or self.random.choice(_NIK_DISTRICTS)
        day = born.day + (40 if sex == "P" else 0)
        while True:
            nik = f"{head}{day:02d}{born:%m%y}{self.random.randint(NIK_SERIAL_FIRST, 9999)}"
            if nik not in self._niks:
                self._niks.add(nik)
                return nik

    def family_card(self) -> str:
        issued = self._before(self.town.reference, 200, 6000)
        return f"{self.random.choice(_NIK_DISTRICTS[:6])}{issued:%d%m%y}{self.random.randint(NIK_SERIAL_FIRST, 9999)}"

    def mobile(self) -> str:
        """A number in the shape of a mobile one, written as people write them; never the same twice."""
        self._phones += 1
        prefix = self.random.choice(["0812", "0813", "0852", "0853"])
        number = f"{prefix}0000{self._phones:04d}"
        return self.random.choice([number, f"+62 {number[1:]}", f"{number[:4]}-{number[4:8]}-{number[8:]}"])

    def _before(self, day: date, least: int, most: int) -> date:
        return day - timedelta(days=self.random.randint(least, most))

    def _address(self, area: str) -> Values:
        pick = self.random
        values: Values = {
            "ktp_address": f"{pick.choice(_STREETS)} No. {pick.randint(1, 180)}",
            "ktp_rt": str(pick.randint(1, 60)),
            "ktp_area": area,
            "domicile_same": pick.random() < 0.85,
        }
        if not values["domicile_same"]:
            values |= {
                "domicile_address": f"{pick.choice(_STREETS)} No. {pick.randint(1, 180)}",
                "domicile_rt": f"{pick.randint(1, 60):03d}",
                "domicile_area": pick.choice(self.town.areas),
            }
        return values

    def _contact(self) -> Values:
        owner = self.random.choices(["sendiri", "keluarga", "pendamping", "tetangga"], [70, 20, 6, 4])[0]
        return {"phone": self.mobile(), "phone_owner": owner, "phone_whatsapp": self.random.random() < 0.7}

    def _disability(self, difabel: bool) -> Values:
        pick = self.random
        values: Values = dict.fromkeys(_WG, "tidak")
        kinds = pick.sample(list(KINDS), pick.choices([1, 2], [85, 15])[0]) if difabel else []
        needs: list[str] = []
        for kind in kinds:
            question = KINDS[kind]
            values[question] = pick.choice(["banyak", "tidak_bisa"])
            needs += _TALK.get(question, [])
        if not difabel and pick.random() < 0.2:
            values["wg_seeing"] = "sedikit"
        shown = sorted({KINDS[kind] for kind in kinds})
        return values | {
            "kinds": kinds or ["tidak_ada"],
            "aids_used": sorted({pick.choice(_AIDS[question]) for question in shown}) or ["tidak_ada"],
            "communication_needs": sorted(set(needs)) or ["lisan"],
            **(
                {"proof": [pick.choice(["kartu_penyandang_disabilitas", "surat_dokter", "surat_puskesmas"])]}
                if kinds
                else {}
            ),
        }

    def _work(self, category: str, area: str) -> Values:
        pick = self.random
        return {
            "works": True,
            "job": pick.choice(_JOBS[category]),
            "work_place": pick.choice(_WORK_PLACES),
            "work_area": area,
            "work_hours_day": pick.randint(4, 10),
            "work_days_week": pick.randint(4, 7),
            "monthly_income": pick.randrange(400_000, 3_000_000, 50_000),
            "business_interest": pick.choice([["tidak"], ["modal"], ["pelatihan", "pemasaran"], ["umkm_bazar"]]),
        }

    def _heir(self) -> Values:
        return {
            "heir_name": self.name(self.random.choice(["L", "P"])),
            "heir_relation": self.random.choice(["suami_istri", "anak", "orang_tua", "saudara"]),
            "school_children": self.random.randint(0, 3),
        }

    def _papers(self, category: str) -> Values:
        difabel = category == "difabel"
        return {
            "documents": {
                "ktp": "dilihat",
                "kk": "dilihat",
                "disability_proof": "dilihat" if difabel else "tidak_ada",
                "rt_letter": self.random.choice(["dilihat", "tidak_ada"]),
                "income_statement": "dilihat",
                "association_letter": "dilihat" if category in ("nelayan", "ojek", "petani") else "tidak_ada",
            },
            "consent_given": True,
            "consent_form": "tanda_tangan",
            "consent_by": "sendiri",
            "consent_communication": ["lisan"],
        }


def spread(areas: Sequence[str], count: int) -> list[str]:
    """`count` areas taken in turn, so that every area gets its share."""
    return [areas[place % len(areas)] for place in range(count)]
