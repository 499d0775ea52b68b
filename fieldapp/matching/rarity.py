"""How rare what two people share is: being called Slamet says little, being called Mappanyukki says much.

Counted are people, once each, in the register itself; a small register borrows from what is known of Indonesian names.
"""

from __future__ import annotations

from collections import Counter
from math import log2
from typing import Final, Protocol

from fieldapp.matching.names import word_set
from fieldapp.matching.people import Person

#: The counted values that are no names carry a mark in front, which no token of a name can have.
REGION: Final = "@r"
AREA: Final = "@k"
TOWN: Final = "@p"
DAY: Final = "@d"


class Rarity(Protocol):
    """What `compare` asks about the register (or about both lists together, when two are compared)."""

    @property
    def population(self) -> int:
        """How many people are counted."""

    def token_count(self, token: str) -> int:
        """How many of them have `token` among their `tokens`."""

    def phone_count(self, phone: str) -> int:
        """How many of them have `phone` among their phones."""


def tokens(person: Person) -> tuple[str, ...]:
    """What is counted once for `person`: the tokens of the name, the NIK's region, kelurahan, birth place, and day and
    month of birth."""
    found = dict.fromkeys(person.words)
    if person.region:
        found[REGION + person.region] = None
    if person.kelurahan:
        found[AREA + person.kelurahan] = None
    if person.birth_place:
        found[TOWN + person.birth_place] = None
    if person.day:
        found[f"{DAY}{person.month:02d}{person.day:02d}"] = None
    elif person.nik_day and not person.year:
        found[f"{DAY}{person.nik_month:02d}{person.nik_day:02d}"] = None
    return tuple(found)


class Counts:
    """A `Rarity` in memory."""

    def __init__(self) -> None:
        self._people = 0
        self._tokens: Counter[str] = Counter()
        self._phones: Counter[str] = Counter()

    @property
    def population(self) -> int:
        return self._people

    def token_count(self, token: str) -> int:
        return self._tokens[token]

    def phone_count(self, phone: str) -> int:
        return self._phones[phone]

    def add(self, person: Person) -> None:
        """Counts `person`."""
        self._people += 1
        self._tokens.update(tokens(person))
        self._phones.update(person.phones)

    def remove(self, person: Person) -> None:
        """Takes back one earlier `add` of the same person."""
        self._people -= 1
        self._tokens.subtract(tokens(person))
        self._phones.subtract(person.phones)


#: Shares of people who have a token, for registers too small to know; from general knowledge of names in Kalimantan.
_COMMON: Final = {
    **dict.fromkeys(word_set("muhammad"), 0.12),
    **dict.fromkeys(word_set("siti"), 0.06),
    **dict.fromkeys(word_set("abdul nur ahmad andi"), 0.03),
    **dict.fromkeys(word_set("sri agus rahman budi dewi sari hasan ali"), 0.012),
    **dict.fromkeys(word_set("made wayan nyoman ketut putu kadek komang gede maria yohanes"), 0.006),
    **dict.fromkeys(
        word_set("""hidayat setiawan saputra santoso susanto lestari wahyuni rahayu ningsih fatimah aminah aisyah
        rahmawati nurhayati yuliana eko joko bambang slamet ibrahim ismail yusuf ridwan fitri indah ratna"""),
        0.006,
    ),
    TOWN + "balikpapan": 0.4,
    DAY + "0101": 0.02,
    DAY + "1231": 0.006,
    DAY + "0701": 0.006,
}
_USUAL: Final = {REGION: 0.02, AREA: 0.03, TOWN: 0.02, DAY: 1 / 365}
_NAME_USUAL: Final = 0.0008
#: So many people's worth the borrowed shares count.
_BORROWED: Final = 500


class Settled:
    """A `Rarity` for many comparisons while nothing is counted: it remembers what was asked."""

    def __init__(self, rarity: Rarity) -> None:
        self.population = rarity.population
        self.phone_count = rarity.phone_count
        self.token_count = rarity.token_count
        self.shares: dict[str, float] = {}


def share(token: str, rarity: Rarity) -> float:
    """The share of people who have `token`, one holder left out: the person who is looked at is no evidence of how
    common it is. Between 0 and 1, never 0."""
    if type(rarity) is Settled:
        known = rarity.shares.get(token)
        if known is None:
            known = rarity.shares[token] = _share(token, rarity)
        return known
    return _share(token, rarity)


def _share(token: str, rarity: Rarity) -> float:
    count = rarity.token_count(token)
    usual = _COMMON.get(token)
    if usual is None:
        usual = _USUAL.get(token[:2], _NAME_USUAL)
    return ((count - 1 if count > 1 else 0) + _BORROWED * usual) / (rarity.population + _BORROWED)


def bits(token: str, rarity: Rarity) -> float:
    """How many bits two people who share `token` have in common by it."""
    return -log2(share(token, rarity))
