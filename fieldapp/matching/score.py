"""The score of two people: what each comparison says, put together with what belongs together and rules of care."""

from __future__ import annotations

from math import fsum, log2
from typing import Final, NamedTuple

from fieldapp.matching import home_comparison as home
from fieldapp.matching import weights
from fieldapp.matching.match import ASPECTS, Aspect, Band, Level, Match
from fieldapp.matching.name_comparison import NameOutcome, compare_names
from fieldapp.matching.number_comparison import DateOutcome, Outcome, compare_dates, compare_nik, foreign_nik
from fieldapp.matching.people import Person
from fieldapp.matching.rarity import Rarity

_SURE_NIK: Final = frozenset({"equal", "cut", "length", "one_digit", "swapped"})
_EXACT_NAMES: Final = frozenset({"equal", "order", "optional", "variant", "glued"})


class _Core(NamedTuple):
    """What is compared first: NIK, dates and names say most."""

    nik: Outcome | None
    date: DateOutcome | None
    name: NameOutcome | None
    bits: float


def prior(population: int) -> float:
    """The match weight of knowing nothing about two people of a register (or of two lists) of `population`."""
    return weights.PRIOR_DUPLICATES - log2(max(population, weights.SMALLEST_POPULATION))


def probability(bits: float) -> float:
    """What a sum of match weights comes to, 0 to 1."""
    if bits > 60:
        return 1.0
    return float(1.0 / (1.0 + 2.0 ** -max(bits, -60.0)))


def compare(a: Person, b: Person, rarity: Rarity) -> Match:
    """How likely `a` and `b` are one person, and why. Symmetric, never raises; what a side lacks counts neither way
    and is named in `missing`."""
    if b.mark < a.mark:
        a, b = b, a
    return _finished(a, b, _core(a, b, rarity), rarity)


def compare_or_none(a: Person, b: Person, rarity: Rarity, floor_bits: float = weights.TO_REVIEW_BITS) -> Match | None:
    """As `compare`, or None, sooner, when the bits stay under `floor_bits` and it is no pair of one NIK either."""
    if b.mark < a.mark:
        a, b = b, a
    core = _core(a, b, rarity)
    if core.bits + _MOST_OF_HOME < floor_bits and (core.nik is None or core.nik.code != "equal"):
        return None
    found = _finished(a, b, core, rarity)
    return found if found.bits >= floor_bits or found.band == "same_nik" else None


#: No more than this comes from home and family together.
_MOST_OF_HOME: Final = (
    weights.MOTHER_MOST
    + weights.KK_EQUAL
    + weights.PHONE_EQUAL
    + weights.SEX_EQUAL
    + weights.AREA_MOST
    + weights.ADDRESS_EQUAL
    + weights.BIRTH_PLACE_MOST
)


def _core(a: Person, b: Person, rarity: Rarity) -> _Core:
    nik = compare_nik(a, b, rarity)
    date = compare_dates(a, b, rarity)
    name = compare_names(a.words, a.folds, a.main, b.words, b.folds, b.main, rarity)
    parts = [prior(rarity.population)]
    for outcome in (nik, date, name):
        if outcome is not None:
            parts.append(outcome.bits)
    return _Core(nik, date, name, fsum(parts))


def _finished(a: Person, b: Person, core: _Core, rarity: Rarity) -> Match:
    date_clash = core.date is not None and core.date.clash and (core.nik is None or core.nik.code not in _SURE_NIK)
    factor = weights.CLASH_FACTOR if core.name is not None and core.name.clash else 1.0
    if date_clash:
        factor = min(factor, weights.DATE_CLASH_FACTOR)
    outcomes: list[tuple[Aspect, Outcome | DateOutcome | NameOutcome | None]] = [
        ("nik", core.nik),
        ("birth_date", core.date),
        ("name", core.name),
        ("mother_name", home.compare_mothers(a, b, rarity)),
        ("nomor_kk", home.compare_cards(a, b)),
        ("phone", home.compare_phones(a, b, rarity)),
        ("sex", home.compare_sex(a, b)),
        ("area", home.compare_areas(a, b, rarity)),
        ("address", home.compare_addresses(a, b)),
        ("birth_place", home.compare_birth_places(a, b, rarity)),
    ]
    levels = []
    for aspect, outcome in outcomes:
        if outcome is None:
            continue
        gained = outcome.bits
        if factor < 1 and gained > 0 and aspect not in ("nik", "birth_date", "name", "sex"):
            gained *= factor
        elif date_clash and gained > 0 and aspect == "name":
            gained *= weights.DATE_CLASH_NAME_FACTOR
        levels.append(Level(aspect, outcome.code, gained, outcome.details))
    known = {level.aspect for level in levels}
    beginning = prior(rarity.population)
    return _judged(a, b, core, levels, beginning, tuple(each for each in ASPECTS if each not in known))


def _judged(
    a: Person, b: Person, core: _Core, levels: list[Level], beginning: float, missing: tuple[Aspect, ...]
) -> Match:
    bits = fsum((beginning, *(level.bits for level in levels)))
    doubt = _doubt(a, b, core)
    band: Band
    if doubt == "same_nik":
        bits = min(bits, weights.SAME_NIK_MOST)
        band = "same_nik"
    else:
        if doubt:
            bits = min(bits, weights.DATE_CLASH_MOST if doubt == "date_differs" else weights.DOUBTFUL_MOST)
        if bits >= weights.ALMOST_CERTAIN_BITS:
            band = "almost_certain"
        else:
            band = "to_review" if bits >= weights.TO_REVIEW_BITS else "unlikely"
    return Match(bits, probability(bits), band, tuple(levels), missing, beginning, doubt)


def _doubt(a: Person, b: Person, core: _Core) -> str:
    """The rule that keeps the pair out of `almost_certain`, or nothing. Relatives share names, homes and phones, so
    what tells them apart outweighs any sum."""
    nik, date, name = core.nik, core.date, core.name
    if nik is not None and nik.code == "equal" and name is not None and name.clash:
        return "same_nik"
    if name is None:
        return "no_name"
    if name.clash:
        return "both_sides"
    if date is not None and date.clash and (nik is None or nik.code not in _SURE_NIK):
        return "date_differs"
    if nik is not None and nik.code == "neighbour" and name.code not in _EXACT_NAMES:
        return "neighbour"
    if date is not None and date.clash and (foreign_nik(a) or foreign_nik(b)):
        return "relatives_nik"
    supported = (nik is not None and nik.bits > 6) or (date is not None and date.bits > 4)
    return "" if supported else "name_only"
