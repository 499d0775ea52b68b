"""The score of two people: what each comparison says, put together with what belongs together and rules of care."""

from __future__ import annotations

from math import fsum, inf, log2
from typing import Final, NamedTuple

from fieldapp.matching import home_comparison as home
from fieldapp.matching import weights
from fieldapp.matching.match import ASPECTS, Aspect, Band, Level, Match
from fieldapp.matching.name_comparison import NameOutcome, compare_names
from fieldapp.matching.number_comparison import DateOutcome, Outcome, compare_dates, compare_nik
from fieldapp.matching.people import Person
from fieldapp.matching.rarity import Rarity

_REPEATED: Final = {"birth_place": weights.BIRTH_PLACE_IN_NIK, "area": weights.AREA_IN_NIK}
_SURE_NIK: Final = frozenset({"equal", "cut", "length", "one_digit", "swapped"})
_SAME_NAMES: Final = frozenset({"equal", "order", "variant", "glued"})
_UNLIKE_NAMES: Final = frozenset({"mixed", "slip", "slips", "sound"})


class _Core(NamedTuple):
    """What is compared first: NIK, dates and names say most."""

    nik: Outcome | None
    date: DateOutcome | None
    name: NameOutcome | None


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
    """As `compare`, or None, sooner, when the bits stay under `floor_bits` and it is no pair of one NIK either.

    For many comparisons in a row let `rarity` be a `fieldapp.matching.rarity.Settled`.
    """
    if b.mark < a.mark:
        a, b = b, a
    nik = compare_nik(a, b, rarity)
    date = compare_dates(a, b, rarity)
    known = prior(rarity.population)
    enough = floor_bits
    if nik is not None:
        known += nik.bits
        if nik.code == "equal":
            enough = -inf
    if date is not None:
        known += date.bits
    clash = _date_clash(nik, date)
    scaled, rest = home.reach(a, b)
    known += rest
    most = weights.NAME_MOST * weights.DATE_CLASH_NAME_FACTOR if clash else weights.NAME_MOST
    if known + most + (scaled * weights.DATE_CLASH_FACTOR if clash else scaled) < enough:
        return None
    name = compare_names(a.words, a.folds, a.main, b.words, b.folds, b.main, rarity)
    if name is not None:
        known += name.bits
        clash = clash or name.clash
    if known + (scaled * _CLASH_MOST if clash else scaled) < enough:
        return None
    found = _finished(a, b, _Core(nik, date, name), rarity)
    return found if found.bits >= floor_bits or found.band == "same_nik" else None


_CLASH_MOST: Final = max(weights.CLASH_FACTOR, weights.DATE_CLASH_FACTOR)


def _core(a: Person, b: Person, rarity: Rarity) -> _Core:
    return _Core(
        compare_nik(a, b, rarity),
        compare_dates(a, b, rarity),
        compare_names(a.words, a.folds, a.main, b.words, b.folds, b.main, rarity),
    )


def _date_clash(nik: Outcome | None, date: DateOutcome | None) -> bool:
    """Whether all dates are far apart and no NIK says that it is one person nevertheless."""
    return date is not None and date.clash and (nik is None or nik.code not in _SURE_NIK)


def _finished(a: Person, b: Person, core: _Core, rarity: Rarity) -> Match:
    date_clash = _date_clash(core.nik, core.date)
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
    # What place of birth and home repeat of the NIK's district, always less than the number said for the pair.
    same_region = core.nik is not None and a.region[:4] == b.region[:4]
    said = max(core.nik.bits, 0.0) * weights.REPEATED_MOST if same_region and core.nik is not None else 0.0
    levels = []
    for aspect, outcome in outcomes:
        if outcome is None:
            continue
        gained = outcome.bits
        if factor < 1 and gained > 0 and aspect not in ("nik", "birth_date", "name", "sex"):
            gained *= factor
        elif date_clash and gained > 0 and aspect == "name":
            gained *= weights.DATE_CLASH_NAME_FACTOR
        if said > 0 and gained > 0 and (aspect == "birth_place" or (aspect == "area" and a.region == b.region)):
            repeated = min(gained * _REPEATED[aspect], said)
            gained, said = gained - repeated, said - repeated
        levels.append(Level(aspect, outcome.code, gained, outcome.details))
    known = {level.aspect for level in levels}
    beginning = prior(rarity.population)
    return _judged(core, levels, beginning, tuple(each for each in ASPECTS if each not in known))


def _judged(core: _Core, levels: list[Level], beginning: float, missing: tuple[Aspect, ...]) -> Match:
    bits = fsum((beginning, *(level.bits for level in levels)))
    doubt = _doubt(core)
    most = _MOST_OF_DOUBT.get(doubt)
    if most is not None and bits > most:
        # The order among such pairs is kept, for a list is worked through from the likeliest down.
        bits = most + min((bits - most) * weights.BEYOND_MOST, 1.0)
    band: Band
    if doubt == "same_nik":
        band = "same_nik"
    elif bits >= weights.ALMOST_CERTAIN_BITS:
        band = "almost_certain"
    else:
        band = "to_review" if bits >= weights.TO_REVIEW_BITS else "unlikely"
    return Match(bits, probability(bits), band, tuple(levels), missing, beginning, doubt)


_MOST_OF_DOUBT: Final = {
    "same_nik": weights.SAME_NIK_MOST,
    "both_sides": weights.TWINS_MOST,
    "twins": weights.TWINS_MOST,
    "neighbour": weights.DOUBTFUL_MOST,
    "mixed": weights.DOUBTFUL_MOST,
    "date_differs": weights.DATE_CLASH_MOST,
    "other_name": weights.DOUBTFUL_MOST,
    "relatives_nik": weights.DOUBTFUL_MOST,
    "name_only": weights.DOUBTFUL_MOST,
    "no_name": weights.DOUBTFUL_MOST,
}


def _doubt(core: _Core) -> str:
    """The rule that keeps the pair out of `almost_certain`, or nothing. Relatives share names, homes and phones, so
    what tells them apart outweighs any sum."""
    nik, date, name = core.nik, core.date, core.name
    code = "" if nik is None else nik.code
    date_clash = date is not None and date.clash
    if name is None:
        return "no_name"
    if name.clash:
        if code == "equal":
            return "other_name" if name.alike and not date_clash else "same_nik"
        return "other_name" if code in _SURE_NIK and nik is not None and nik.bits > 0 else "both_sides"
    if date_clash:
        return "date_differs" if code not in _SURE_NIK else "relatives_nik"
    if code == "neighbour" and name.code not in _SAME_NAMES:
        return "twins" if name.code in _UNLIKE_NAMES else "neighbour"
    if name.code == "mixed" and code not in _SURE_NIK:
        return "mixed"
    supported = (nik is not None and nik.bits > 6) or (date is not None and date.bits > 4)
    return "" if supported else "name_only"
