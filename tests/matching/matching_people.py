"""Made-up people for the tests of comparing, and a register that they live in. Serials of NIKs are those that real
ones have where a rule is about serials; names are visibly made up or stand for the kind of name a test is about.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from hypothesis import strategies as st

from fieldapp.matching.people import Person, of_row
from fieldapp.matching.rarity import Counts

BASE = {
    "nik": "6471051705869001",
    "name": "Irfan Contoh Tahir",
    "birth_place": "Soppeng",
    "birth_date": "1986-05-17",
    "sex": "L",
    "phone": "081299990001",
    "address": "Jl. Rekaan No. 12 RT 035",
    "kelurahan": "Sepinggan",
    "kecamatan": "647105",
    "mother_name": "Besse Rekaan",
    "nomor_kk": "6471051203109001",
}


def row(**changes: str) -> dict[str, str]:
    """A row of a list about one made-up man, with changes."""
    return {**BASE, **changes}


def somebody(**changes: str) -> Person:
    """That man for comparing, with changes; an empty text takes a field away."""
    return of_row(row(**changes))


class Register:
    """A `Rarity` of a register of `population` people of whom each token is held by as many as `often` says."""

    def __init__(self, population: int = 10_000, often: dict[str, int] | None = None, phones: int = 2) -> None:
        self.population = population
        self._often = often or {}
        self._phones = phones

    def token_count(self, token: str) -> int:
        return self._often.get(token, {"@r": 500, "@k": 300, "@p": 200, "@d": 27}.get(token[:2], 12))

    def phone_count(self, phone: str) -> int:
        return self._phones


def counted(people: Iterable[Person]) -> Counts:
    """The counts of exactly these people."""
    counts = Counts()
    for person in people:
        counts.add(person)
    return counts


@cache
def texts() -> st.SearchStrategy[str]:
    """What may stand in any field: words, digits, and nonsense."""
    return st.one_of(
        st.text("abcMNyz'.,-()@/ 059áßñİǅ٣\u202e\x00\ud800😀", max_size=30),
        st.text("0123456789EeOo+,.- ", max_size=20),
        st.sampled_from(
            [
                "",
                "M",
                "Moh.",
                "Siti Aminah",
                "St. Amina",
                "Hj. Siti Noor",
                "Abdurrahman",
                "Abd Rahman",
                "I Wayan Contoh",
            ]
        ),
        st.sampled_from(["6471051705860001", "647105170586001", "64710517058600011", "6,47E+15", "0", "1975-28-06"]),
        st.sampled_from(["1986-05-17", "1986-01-01", "17/05/1986", "1986", "L", "P", "0812-9999-0001", "Sepinggan"]),
    )


@cache
def people() -> st.SearchStrategy[Person]:
    """People of any rows at all."""
    return st.dictionaries(st.sampled_from(sorted(BASE)), texts()).map(of_row)
