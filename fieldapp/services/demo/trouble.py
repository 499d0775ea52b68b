"""What goes wrong in the field, put into made-up people on purpose, each kind with what must become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from fieldapp.services.demo.people import People, Town, Values, spread

Outcome = Literal["submitted", "draft"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """`word` names the fault; `share` of a thousand people have it; `change` puts it into clean values."""

    word: str
    share: int
    outcome: Outcome
    change: Callable[[Values, People], None]


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up registration as it is handed over. `trouble` is empty when nothing was put in on purpose."""

    area: str
    values: Values
    trouble: str
    outcome: Outcome


def made_up(count: int, town: Town, *, seed: int = 6471) -> list[Person]:
    """`count` people of `town`, two thirds or more of them without trouble; equal for equal arguments.

    From some 240 people on, every kind of trouble is among them.
    """
    makes = People(seed, town)
    troubles = [kind for kind in TROUBLES for _ in range(max(1, round(count * kind.share / 1000)))]
    makes.random.shuffle(troubles)
    plan: list[Trouble | None] = [*troubles[: count // 3]]
    plan += [None] * (count - len(plan))
    makes.random.shuffle(plan)
    people = []
    for area, trouble in zip(spread(town.areas, count), plan, strict=True):
        values = makes.person(area)
        if trouble is None:
            people.append(Person(area, values, "", "submitted"))
        else:
            trouble.change(values, makes)
            people.append(Person(area, values, trouble.word, trouble.outcome))
    return people


def second_registration(values: Values) -> Values:
    """The same person met once more by somebody else: same NIK, the name and address written in another way."""
    again = dict(values)
    name = str(values["name"]).replace("Muhammad", "Moh.").upper()
    return again | {
        "name": name,
        "ktp_address": f"{values['ktp_address']} (samping musala)",
        "phone": values.get("phone", ""),
    }


def slipped_registration(values: Values) -> Values:
    """The same person met once more, with two digits of the NIK swapped and the name written as it was heard."""
    again = dict(values)
    nik = str(values["nik"])
    # The serial's digits 2 and 3: place and date of birth stay readable in the number.
    again["nik"] = f"{nik[:13]}{nik[14]}{nik[13]}{nik[15]}"
    again["name"] = str(values["name"]).replace("y", "i").replace("ah", "a").replace("f", "p")
    again["ktp_address"] = str(values["ktp_address"]).replace("No. ", "Nomor ")
    return again


def twin(values: Values) -> Values:
    """A twin of somebody: one birth date, one mother, one home, and another name."""
    other = dict(values)
    nik, name = str(values["nik"]), str(values["name"]).split()
    other["nik"] = f"{nik[:15]}{(int(nik[15]) + 1) % 10}"
    other["name"] = " ".join([*name[:1], "Husna" if values["sex"] == "P" else "Husein", *name[2:]])
    return other


def relatives_nik(values: Values, other: Values) -> Values:
    """`other`, written down with the NIK of somebody else of the house."""
    again = dict(other)
    again["nik"] = values["nik"]
    for code in ("nik_birth_date_differs", "nik_sex_differs"):
        _explain(again, code, "NIK dibacakan dari kartu keluarga")
    return again


def _explain(values: Values, code: str, reason: str) -> None:
    overrides = values.setdefault("overrides", {})
    if isinstance(overrides, dict):
        overrides[code] = reason


def _born(values: Values) -> date:
    return date.fromisoformat(str(values["birth_date"]))


def _nik_with(place: slice, digits: str) -> Callable[[Values, People], None]:
    def change(values: Values, makes: People) -> None:
        nik = list(str(values["nik"]))
        nik[place] = digits
        values["nik"] = "".join(nik)

    return change


def _nik_short(values: Values, makes: People) -> None:
    values["nik"] = str(values["nik"])[:-1]


def _nik_letter_o(values: Values, makes: People) -> None:
    values["nik"] = str(values["nik"]).replace("0", "O", 1)


def _nik_in_science(values: Values, makes: People) -> None:
    values["nik"] = "6,47105E+15"


def _born_tomorrow(values: Values, makes: People) -> None:
    values["birth_date"] = date(makes.town.reference.year + 30, 1, 1).isoformat()


def _without(field: str) -> Callable[[Values, People], None]:
    def change(values: Values, makes: People) -> None:
        values.pop(field, None)

    return change


def _with(field: str, value: object) -> Callable[[Values, People], None]:
    def change(values: Values, makes: People) -> None:
        values[field] = value

    return change


def _aged(years: int, days: int) -> Callable[[Values, People], None]:
    """Born so that the reference date falls `days` after the birthday of `years`."""

    def change(values: Values, makes: People) -> None:
        day = makes.town.reference
        born = date(day.year - years, day.month, day.day) - timedelta(days=days)
        values["birth_date"] = born.isoformat()
        values["nik"] = makes.nik(born, str(values["sex"]))
        values["marital_status"] = "belum_kawin" if years < 20 else values["marital_status"]
        values["school_children"] = 0 if years < 20 else values["school_children"]

    return change


def _thumb_without_witness(values: Values, makes: People) -> None:
    values["consent_form"] = "cap_jempol"


def _thumb_with_witness(values: Values, makes: People) -> None:
    values |= {"consent_form": "cap_jempol", "consent_witness": makes.name("L")}


def _first_registered_in(district: str, code: str, place: str) -> Callable[[Values, People], None]:
    def change(values: Values, makes: People) -> None:
        values["nik"] = makes.nik(_born(values), str(values["sex"]), district)
        values["birth_place"] = place
        _explain(values, code, f"KTP asli dilihat, NIK pertama di {place}")

    return change


def _birth_date_was_corrected(values: Values, makes: People) -> None:
    born = _born(values)
    values["birth_date"] = born.replace(day=born.day % 28 + 1).isoformat()
    _explain(values, "nik_birth_date_differs", "Tanggal lahir di KTP sudah diperbaiki Dukcapil, NIK tetap")


def _sex_was_corrected(values: Values, makes: People) -> None:
    values["sex"] = "L" if values["sex"] == "P" else "P"
    _explain(values, "nik_sex_differs", "Sesuai KTP; NIK lama salah catat")


def _earns_more(values: Values, makes: People) -> None:
    values["monthly_income"] = 4_500_000
    _explain(values, "income_above_limit", "Penghasilan musiman, rata-rata setahun di bawah UMK")


def _newcomer(values: Values, makes: People) -> None:
    values["ktp_city_since"] = (makes.town.reference - timedelta(days=100)).isoformat()
    _explain(values, "ktp_city_recent", "Pindahan dalam kota, surat RT dilihat")


def _covered_elsewhere(values: Values, makes: People) -> None:
    values["other_cover"] = ["provinsi"]
    _explain(values, "already_covered", "Masa jaminan provinsi habis sebelum program mulai")


def _slip_without_reason(values: Values, makes: People) -> None:
    born = _born(values)
    values["birth_date"] = born.replace(day=born.day % 28 + 1).isoformat()


def _no_phone(values: Values, makes: People) -> None:
    for field in ("phone", "phone_owner", "phone_whatsapp"):
        values.pop(field, None)
    values["no_phone"] = True


def _landline(values: Values, makes: People) -> None:
    values |= {"phone": f"0542-700{makes.random.randint(1000, 9999)}", "phone_whatsapp": False}


def _neighbours_phone(values: Values, makes: People) -> None:
    values |= {"phone": "0812-0000-0000", "phone_owner": "tetangga"}


def _no_nik(values: Values, makes: People) -> None:
    values.pop("nik")
    values["nik_absent_reason"] = makes.random.choice(["belum_rekam", "hilang", "dalam_proses"])


def _guardian(values: Values, makes: People) -> None:
    values |= {
        "kinds": ["mental_psikososial"],
        "wg_remembering": "banyak",
        "proof": ["surat_puskesmas"],
        "categories": ["difabel"],
        "companion_name": makes.name("P"),
        "companion_relation": "saudara",
        "consent_by": "wali",
        "consent_guardian_name": makes.name("P"),
        "consent_guardian_relation": "orang_tua",
        "consent_guardian_reason": "Diminta sendiri, didampingi keluarga",
        "consent_communication": ["bahasa_sederhana", "pendamping"],
    }


def _several_categories(values: Values, makes: People) -> None:
    values["categories"] = ["difabel", "perempuan_kepala_keluarga", "pedagang"]
    values |= {
        "sex": "P",
        "head_of_family": True,
        "kinds": ["sensorik_netra", "sensorik_rungu"],
        "wg_seeing": "tidak_bisa",
    }
    values |= {"nik": makes.nik(_born(values), "P"), "name": makes.name("P"), "proof": ["surat_dokter"]}


def _long_name(values: Values, makes: People) -> None:
    values["name"] = "Contoh Raden Ayu Siti Nurhayati Kusumaningrum Wijayakusuma Binti Rahman"


def _works_long(values: Values, makes: People) -> None:
    values["work_hours_day"] = 14


def _refuses_answers(values: Values, makes: People) -> None:
    for field in ("wg_remembering", "wg_self_care"):
        values[field] = "menolak"


TROUBLES: Final[tuple[Trouble, ...]] = (
    # Typing slips and gaps: kept as drafts until somebody corrects them.
    Trouble("nik_day", 6, "draft", _nik_with(slice(6, 8), "39")),
    Trouble("nik_month", 6, "draft", _nik_with(slice(8, 10), "13")),
    Trouble("nik_serial", 4, "draft", _nik_with(slice(12, 16), "0000")),
    Trouble("nik_length", 6, "draft", _nik_short),
    Trouble("nik_letters", 6, "draft", _nik_letter_o),
    Trouble("nik_scientific", 4, "draft", _nik_in_science),
    Trouble("nik_filler", 4, "draft", _with("nik", "1111111111111111")),
    Trouble("birth_date_future", 4, "draft", _born_tomorrow),
    Trouble("mother_name_missing", 8, "draft", _without("mother_name")),
    Trouble("phone_letters", 6, "draft", _with("phone", "O812-OOOO-123")),
    Trouble("phone_short", 6, "draft", _with("phone", "0812-000")),
    Trouble("witness_missing", 4, "draft", _thumb_without_witness),
    Trouble("not_working", 6, "draft", _with("works", False)),
    Trouble("too_young", 4, "draft", _aged(14, 364)),
    Trouble("too_old", 4, "draft", _aged(65, 0)),
    Trouble("warning_unexplained", 8, "draft", _slip_without_reason),
    # Warnings that the enumerator explained: submitted, and shown to the supervisor with the reason.
    Trouble("nik_district_retired", 10, "submitted", _first_registered_in("647302", "nik_district_retired", "Tarakan")),
    Trouble("nik_birth_date_differs", 12, "submitted", _birth_date_was_corrected),
    Trouble("nik_sex_differs", 6, "submitted", _sex_was_corrected),
    Trouble("income_above_limit", 10, "submitted", _earns_more),
    Trouble("ktp_city_recent", 10, "submitted", _newcomer),
    Trouble("already_covered", 10, "submitted", _covered_elsewhere),
    # No fault at all, but a program that knows only the usual person stumbles over them.
    Trouble("no_phone", 25, "submitted", _no_phone),
    Trouble("landline", 12, "submitted", _landline),
    Trouble("shared_phone", 16, "submitted", _neighbours_phone),
    Trouble("no_nik", 25, "submitted", _no_nik),
    Trouble("guardian", 25, "submitted", _guardian),
    Trouble("thumb_print", 16, "submitted", _thumb_with_witness),
    Trouble("several_categories", 20, "submitted", _several_categories),
    Trouble("single_name", 12, "submitted", _with("name", "Contoh")),
    Trouble("long_name", 6, "submitted", _long_name),
    Trouble("works_long", 12, "submitted", _works_long),
    Trouble("refuses_answers", 12, "submitted", _refuses_answers),
    Trouble("just_15", 6, "submitted", _aged(15, 0)),
    Trouble("almost_65", 6, "submitted", _aged(64, 364)),
)
