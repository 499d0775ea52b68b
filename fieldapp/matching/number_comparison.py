"""NIK and birth date of two people, judged together: twelve digits of a NIK are place and date of birth already."""

from __future__ import annotations

from math import log2
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from fieldapp.matching import weights
from fieldapp.matching.name_comparison import token_bits
from fieldapp.matching.people import GUESSES, Person
from fieldapp.matching.rarity import DAY, REGION, Rarity, bits, share

Day = tuple[int, int, int]
"""Two-digit year, month, day; 0 for an unknown month or day."""


class Outcome(NamedTuple):
    """`code`, `bits` and `details` of a level."""

    code: str
    bits: float
    details: tuple[str, ...] = ()


class DateOutcome(NamedTuple):
    """As `Outcome`; `clash`: no date of one is near any date of the other."""

    code: str
    bits: float
    details: tuple[str, ...]
    clash: bool


def _unconfirmed(person: Person) -> bool:
    """Whether the number may be a family card's: no date is typed beside it, and the one inside is of the years since
    such cards are numbered so."""
    return (
        not person.year and weights.CARD_YEARS[0] <= person.nik_year <= weights.CARD_YEARS[1] and person.nik_sex == "L"
    )


def compare_nik(a: Person, b: Person, rarity: Rarity) -> Outcome | None:
    """The level of two NIKs but for the dates inside, or None when one of them is missing."""
    one, other = a.nik, b.nik
    if not one or not other:
        return _only_regions(a.region, b.region, rarity)
    if one == other:
        return Outcome("equal", weights.NIK_EQUAL)
    if len(one) != len(other):
        if abs(len(one) - len(other)) == 1 and OSA.distance(one, other, score_cutoff=1) == 1:
            return Outcome("length", weights.NIK_LENGTH + _region_equal(one[:6], rarity))
        return Outcome("differs", weights.REGION_DIFFERS + weights.SERIAL_DIFFERS)
    if (a.nik_cut or b.nik_cut or one[15:] == "0" or other[15:] == "0") and one[:15] == other[:15]:
        return Outcome("cut", _region_equal(one[:6], rarity) + weights.NIK_CUT)
    gained = _region(one[:6], other[:6], rarity)
    if not a.nik_cut and not b.nik_cut:
        gained += _serial(one[12:], other[12:], one[:12] == other[:12])
    if gained < 0 and (a.foreign or b.foreign or _unconfirmed(a) or _unconfirmed(b)):
        return Outcome("foreign", gained * weights.FOREIGN_NIK_FACTOR)
    code = _nik_code(one, other)
    return Outcome(code, gained + MORE_BY_CODE.get(code, 0.0))


#: What a number's outcome gets beside its parts; it depends on all digits.
MORE_BY_CODE: Final = {"swapped": weights.NIK_SWAPPED, "two_digits": weights.NIK_TWO_DIGITS}


def _only_regions(one: str, other: str, rarity: Rarity) -> Outcome | None:
    """The level when one number is known by its first digits only, of which a spreadsheet rounds the last."""
    if not one or not other:
        return None
    if abs(int(one) - int(other)) <= 1:
        return Outcome("region", max(_region_equal(min(one, other), rarity) - weights.REGION_ROUNDED, 0.0))
    return Outcome("region_differs", weights.REGION_DIFFERS)


def _nik_code(one: str, other: str) -> str:
    # A higher serial than a day in a district needs is a slip, not a neighbour.
    if one[:12] == other[:12] and max(int(one[12:]), int(other[12:])) <= len(weights.SERIAL_SHARES):
        return "neighbour"
    far = OSA.distance(one, other, score_cutoff=2)
    if far == 1:
        return "swapped" if sorted(one) == sorted(other) else "one_digit"
    return "two_digits" if far == 2 else "differs"


def _region_equal(region: str, rarity: Rarity) -> float:
    return min(bits(REGION + region, rarity) + weights.REGION_EQUAL, weights.REGION_MOST)


def _region(one: str, other: str, rarity: Rarity) -> float:
    if one == other:
        return _region_equal(one, rarity)
    if OSA.distance(one, other, score_cutoff=1) > 1:
        return weights.REGION_DIFFERS
    gained = token_bits(weights.REGION_SLIP, share(REGION + one, rarity), share(REGION + other, rarity))
    return min(max(gained, weights.REGION_DIFFERS), weights.REGION_MOST)


def _serial_share(serial: int) -> float:
    if serial <= len(weights.SERIAL_SHARES):
        return weights.SERIAL_SHARES[serial - 1] if serial else weights.SERIAL_SHARE_HUNDREDS
    return weights.SERIAL_SHARE_TENS if serial < 100 else weights.SERIAL_SHARE_HUNDREDS


def _serial(one: str, other: str, same_day: bool) -> float:
    first, second = int(one), int(other)
    if first == second:
        return min(-weights.SERIAL_FACTOR * log2(_serial_share(first)), weights.SERIAL_MOST)
    slip = OSA.distance(one, other, score_cutoff=1) <= 1
    if not slip:
        return weights.SERIAL_DIFFERS if not same_day or max(first, second) >= 100 else weights.SERIAL_NEIGHBOUR_LEAST
    gained = token_bits(weights.SERIAL_SLIP, _serial_share(first), _serial_share(second))
    return max(gained, weights.SERIAL_NEIGHBOUR_LEAST if same_day else weights.SERIAL_DIFFERS)


def compare_dates(a: Person, b: Person, rarity: Rarity) -> DateOutcome | None:
    """The level of the best pair of dates, typed or in the NIK, or None when one of the two people has none."""
    typed_a, typed_b = _typed(a), _typed(b)
    inside_a, inside_b = _inside(a), _inside(b)
    if (typed_a is None and inside_a is None) or (typed_b is None and inside_b is None):
        return None
    if a.nik and a.nik == b.nik:
        return _beside_equal_nik(typed_a, typed_b, rarity)
    both = None
    if typed_a is not None and typed_b is not None:
        both = _level(typed_a, typed_b, rarity)
        if both.code == "equal":
            return DateOutcome(*both, False)
    best = both
    if inside_a is not None and inside_b is not None and (inside_a, inside_b) != (typed_a, typed_b):
        best = _better(best, _level(inside_a, inside_b, rarity))
    for one, other in ((typed_a, inside_b), (inside_a, typed_b)):
        if one is not None and other is not None and (one != typed_a or other != typed_b):
            best = _better(best, _level(one, other, rarity))
    if a.nik and b.nik and (best is None or best.bits < weights.DATE_SLIP):
        near = _inside_near(a, b, rarity)
        best = _better(best, near) if near is not None else best
    if best is None:
        return None
    gained = best.bits
    clash = best.code == "differs"
    if clash and (_unconfirmed(a) or _unconfirmed(b)):
        return DateOutcome("unconfirmed", weights.DATE_UNCONFIRMED, (), False)
    if both is not None and best is not both and both.bits < 0:
        gained += weights.DATE_CONTRADICTED
    elif typed_a is not None and typed_a == inside_a and typed_b is not None and typed_b == inside_b:
        # Each date is written twice by its own side: a slip would have had to happen in both places.
        gained = weights.DATE_DIFFERS_TWICE if clash else gained + _twice(a.nik, b.nik)
    return DateOutcome(best.code, gained, best.details, clash)


def _twice(one: str, other: str) -> float:
    copied = len(one) == len(other) and OSA.distance(one, other, score_cutoff=1) == 1
    return weights.DATE_COPIED if copied else weights.DATE_TWICE


def _inside_near(a: Person, b: Person, rarity: Rarity) -> Outcome | None:
    """The level of two dates in NIKs that are one slip apart, when one of them cannot be read as a date."""
    if len(a.nik) != len(b.nik):
        whole = a if len(a.nik) == 16 else b
        if whole.nik_year >= 0 and len(whole.nik) == 16 and OSA.distance(a.nik, b.nik, score_cutoff=1) == 1:
            inside = (whole.nik_year, whole.nik_month, whole.nik_day)
            return _level(inside, inside, rarity)
        return None
    unreadable = (a.nik_year < 0) != (b.nik_year < 0)
    if unreadable and a.nik[:6] == b.nik[:6] and OSA.distance(a.nik[6:12], b.nik[6:12], score_cutoff=1) <= 1:
        return Outcome("slip_in_nik", weights.DATE_SLIP_IN_NIK)
    return None


def _typed(person: Person) -> Day | None:
    return (person.year % 100, person.month, person.day) if person.year else None


def _inside(person: Person) -> Day | None:
    return (person.nik_year, person.nik_month, person.nik_day) if person.nik_year >= 0 else None


def _better(one: Outcome | None, other: Outcome) -> Outcome:
    return other if one is None or other.bits > one.bits else one


def _beside_equal_nik(typed_a: Day | None, typed_b: Day | None, rarity: Rarity) -> DateOutcome:
    """The typed dates beside one NIK, whose own date has been counted with it."""
    if typed_a is None or typed_b is None:
        return DateOutcome("in_nik", 0.0, (), False)
    found = _level(typed_a, typed_b, rarity)
    gained = min(found.bits, weights.DATE_BESIDE_NIK)
    return DateOutcome(found.code, gained, found.details, found.code == "differs")


def _level(one: Day, other: Day, rarity: Rarity) -> Outcome:
    """The level of two dates."""
    year_a, month_a, day_a = one
    year_b, month_b, day_b = other
    same_year, same_month, same_day = year_a == year_b, month_a == month_b, day_a == day_b
    if same_year and same_month and same_day:
        if not day_a:
            return Outcome("only_year", weights.YEAR_EQUAL - 1.0)
        common = bits(f"{DAY}{month_a:02d}{day_a:02d}", rarity)
        return Outcome("equal", weights.YEAR_EQUAL + common + weights.DAY_EQUAL)
    apart = abs(year_a - year_b)
    apart = min(apart, 100 - apart)
    guessed = (month_a, day_a) in GUESSES or (month_b, day_b) in GUESSES
    if same_month and same_day:
        if not day_a or (month_a, day_a) in GUESSES:
            return Outcome("guess", weights.GUESSED_NEAR_YEAR if apart <= 2 else weights.DATE_DIFFERS / 2)
        slip = _digits_near(year_a, year_b)
        if apart <= 1:
            return Outcome("year_next", weights.YEAR_NEXT)
        return Outcome("year_slip" if slip else "year", weights.DATE_SLIP if slip else weights.YEAR_DIFFERS)
    if same_year:
        if month_a == day_b and day_a == month_b:
            common = bits(f"{DAY}{month_a:02d}{day_a:02d}", rarity)
            return Outcome("day_month_swapped", weights.YEAR_EQUAL + common + weights.DAY_SWAPPED)
        if guessed:
            return Outcome("guess", weights.GUESSED_SAME_YEAR)
        if same_month:
            slip = _digits_near(day_a, day_b)
            return Outcome("slip" if slip else "day", weights.DATE_SLIP if slip else weights.ONLY_DAY_DIFFERS)
        if same_day:
            slip = _digits_near(month_a, month_b)
            return Outcome("slip" if slip else "month", weights.DATE_SLIP if slip else weights.ONLY_MONTH_DIFFERS)
        return Outcome("only_year", weights.ONLY_YEAR)
    if guessed and apart <= 2:
        return Outcome("guess", weights.GUESSED_NEAR_YEAR)
    return Outcome("differs", weights.DATE_DIFFERS if not guessed else weights.DATE_DIFFERS + 1.0)


def _digits_near(one: int, other: int) -> bool:
    """Whether two two-digit numbers are one digit or a swap of both apart."""
    return one % 10 == other % 10 or one // 10 == other // 10 or (one % 10 == other // 10 and one // 10 == other % 10)
