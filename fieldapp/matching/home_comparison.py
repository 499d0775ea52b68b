"""What tells of a person's home and family: phone, sex, places, address, mother's name, family card."""

from __future__ import annotations

from math import log2

from rapidfuzz.distance import OSA

from fieldapp.matching import weights
from fieldapp.matching.name_comparison import compare_names
from fieldapp.matching.number_comparison import Outcome
from fieldapp.matching.people import Person
from fieldapp.matching.rarity import AREA, TOWN, Rarity, bits


def reach(a: Person, b: Person) -> tuple[float, float]:
    """No fewer bits than the comparisons of this module come to, cheaply: those that count less where names or dates
    clash, and the others. Far off only where little speaks for the pair."""
    scaled = rest = 0.0
    if a.phones and b.phones:
        phones = _phone_reach(a.phones, b.phones)
        if phones > 0:
            scaled += phones
        else:
            rest += phones
    one, other = a.sex or a.nik_sex, b.sex or b.nik_sex
    if one and other:
        rest += weights.SEX_EQUAL if one == other else weights.SEX_DIFFERS_DOUBTFUL
    if a.kelurahan and b.kelurahan:
        if a.kelurahan == b.kelurahan:
            scaled += weights.AREA_MOST
        else:
            rest += weights.KECAMATAN_EQUAL if a.kecamatan == b.kecamatan else weights.AREA_DIFFERS
    elif a.kecamatan and a.kecamatan == b.kecamatan:
        scaled += weights.KECAMATAN_ALONE
    if a.numbers and b.numbers and (a.numbers[0] in b.numbers or b.numbers[0] in a.numbers):
        scaled += weights.ADDRESS_EQUAL
    elif a.street and b.street:
        scaled += weights.ADDRESS_NEAR if a.rt == b.rt else weights.ADDRESS_STREET
    if a.birth_place and b.birth_place:
        same = a.birth_place.startswith(b.birth_place) or b.birth_place.startswith(a.birth_place)
        scaled += weights.BIRTH_PLACE_MOST if same else weights.BIRTH_PLACE_SLIP
    if a.mother and b.mother:
        scaled += weights.MOTHER_MOST
    if a.nomor_kk and b.nomor_kk:
        scaled += weights.KK_EQUAL if a.nomor_kk == b.nomor_kk else weights.KK_SLIP
    return scaled, rest


def _phone_reach(phones: tuple[str, ...], others: tuple[str, ...]) -> float:
    most = weights.PHONE_DIFFERS
    for phone in phones:
        for other in others:
            if phone == other:
                return weights.PHONE_EQUAL
            # One slip leaves the first four or the last four digits as they were.
            if phone[:4] == other[:4] or phone[-4:] == other[-4:]:
                most = weights.PHONE_SLIP
    return most


def compare_phones(a: Person, b: Person, rarity: Rarity) -> Outcome | None:
    """The level of two people's phones, or None when one has none."""
    if not a.phones or not b.phones:
        return None
    shared = [phone for phone in a.phones if phone in b.phones]
    if shared:
        holders = min(rarity.phone_count(phone) for phone in shared)
        if holders > weights.PHONE_MANY:
            return Outcome("shared", weights.PHONE_SHARED_LEAST, (str(holders),))
        return Outcome("equal", weights.PHONE_EQUAL - log2(max(holders, 2) / 2) * 2)
    for phone in a.phones:
        for other in b.phones:
            if (
                len(phone) >= 9
                and abs(len(phone) - len(other)) <= 1
                and OSA.distance(phone, other, score_cutoff=1) <= 1
            ):
                return Outcome("slip", weights.PHONE_SLIP)
    return Outcome("differs", weights.PHONE_DIFFERS)


def compare_sex(a: Person, b: Person) -> Outcome | None:
    """The level of the sex typed, or where it is not, of the one in the NIK."""
    one, other = a.sex or a.nik_sex, b.sex or b.nik_sex
    if not one or not other:
        return None
    if one == other:
        return Outcome("equal", weights.SEX_EQUAL)
    doubtful = (a.nik_sex and a.nik_sex != one) or (b.nik_sex and b.nik_sex != other)
    return Outcome("differs", weights.SEX_DIFFERS_DOUBTFUL if doubtful else weights.SEX_DIFFERS)


def compare_areas(a: Person, b: Person, rarity: Rarity) -> Outcome | None:
    """The level of kelurahan, and where one is missing, of kecamatan."""
    if a.kelurahan and b.kelurahan:
        if a.kelurahan == b.kelurahan:
            gained = bits(AREA + a.kelurahan, rarity) + weights.AREA_EQUAL
            return Outcome("equal", max(min(gained, weights.AREA_MOST), 0.0))
        if a.kecamatan and a.kecamatan == b.kecamatan:
            return Outcome("kecamatan", weights.KECAMATAN_EQUAL)
        return Outcome("differs", weights.AREA_DIFFERS)
    if a.kecamatan and b.kecamatan:
        if a.kecamatan == b.kecamatan:
            return Outcome("kecamatan", weights.KECAMATAN_ALONE)
        return Outcome("differs", weights.AREA_DIFFERS)
    return None


def compare_addresses(a: Person, b: Person) -> Outcome | None:
    """The level of street, number and RT; only within one kelurahan do differing ones say anything."""
    if not (a.street or a.numbers) or not (b.street or b.numbers):
        return None
    streets = sum(1 for word in a.street if word in b.street)
    same_street = streets * 2 >= max(len(a.street), len(b.street)) and streets > 0
    same_number = bool(a.numbers and b.numbers) and (a.numbers[0] in b.numbers or b.numbers[0] in a.numbers)
    same_rt = bool(a.rt) and a.rt == b.rt
    if same_number and (same_street or same_rt):
        return Outcome("equal", weights.ADDRESS_EQUAL)
    if same_street and same_rt:
        return Outcome("near", weights.ADDRESS_NEAR)
    if same_street:
        return Outcome("street", weights.ADDRESS_STREET if not a.numbers or not b.numbers else 0.5)
    return Outcome("differs", weights.ADDRESS_DIFFERS if a.kelurahan == b.kelurahan else 0.0)


def compare_birth_places(a: Person, b: Person, rarity: Rarity) -> Outcome | None:
    """The level of the towns of birth."""
    one, other = a.birth_place, b.birth_place
    if not one or not other:
        return None
    if one == other or one.startswith(other) or other.startswith(one):
        gained = max(bits(TOWN + one, rarity), 0.3)
        return Outcome("equal", max(min(gained + weights.BIRTH_PLACE_EQUAL, weights.BIRTH_PLACE_MOST), 0.2))
    if min(len(one), len(other)) >= 5 and OSA.distance(one, other, score_cutoff=2) <= 2:
        return Outcome("slip", weights.BIRTH_PLACE_SLIP)
    return Outcome("differs", weights.BIRTH_PLACE_DIFFERS)


def compare_mothers(a: Person, b: Person, rarity: Rarity) -> Outcome | None:
    """The level of the mothers' names."""
    if not a.mother or not b.mother:
        return None
    found = compare_names(a.mother, a.mother_folds, len(a.mother), b.mother, b.mother_folds, len(b.mother), rarity)
    if found is None:
        return None
    if found.clash:
        return Outcome("differs", weights.MOTHER_DIFFERS)
    gained = min(found.bits * weights.MOTHER_FACTOR, weights.MOTHER_MOST)
    return Outcome("equal" if found.code in ("equal", "order") else "near", max(gained, 0.0))


def compare_cards(a: Person, b: Person) -> Outcome | None:
    """The level of the family card numbers."""
    if not a.nomor_kk or not b.nomor_kk:
        return None
    if a.nomor_kk == b.nomor_kk:
        return Outcome("equal", weights.KK_EQUAL)
    if OSA.distance(a.nomor_kk, b.nomor_kk, score_cutoff=1) <= 1:
        return Outcome("slip", weights.KK_SLIP)
    return Outcome("differs", weights.KK_DIFFERS)
