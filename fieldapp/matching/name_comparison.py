"""Two names compared token by token, each by how rare it is."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import fsum, log2
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from fieldapp.matching import weights
from fieldapp.matching.names import OPTIONAL, code
from fieldapp.matching.rarity import Rarity, share


class NameOutcome(NamedTuple):
    """`code`, `bits` and `details` of the level; `clash`: each side has a name that the other lacks; `alike`: what each
    side has alone still resembles the other's, or part of the names is shared."""

    code: str
    bits: float
    details: tuple[str, ...]
    clash: bool
    alike: bool


class _Side(NamedTuple):
    words: tuple[str, ...]
    folds: tuple[str, ...]
    main: int


def token_bits(chance: float, share_a: float, share_b: float) -> float:
    """The weight of two tokens of which one may have become the other: `chance` that one given writing becomes one
    given other, and the share of people who have each.

    A stranger has the second token either by being called so or by the same mistake in the first; so a rare writing of
    a common name is worth nearly the common name, and two names that both are common are two names.
    """
    common, rare = (share_a, share_b) if share_a >= share_b else (share_b, share_a)
    return log2(chance / max(rare, chance * common))


def compare_names(
    words_a: tuple[str, ...],
    folds_a: tuple[str, ...],
    main_a: int,
    words_b: tuple[str, ...],
    folds_b: tuple[str, ...],
    main_b: int,
    rarity: Rarity,
) -> NameOutcome | None:
    """The level of two names, or None when one of them is missing."""
    if not words_a or not words_b:
        return None
    if words_a == words_b and main_a == main_b:
        return NameOutcome("equal", _shared([_rare(word, rarity) for word in words_a]), (), False, True)
    left_a = [at for at, word in enumerate(words_a) if word not in words_b]
    left_b = [at for at, word in enumerate(words_b) if word not in words_a]
    gained = [_rare(word, rarity) for word in words_a if word in words_b]
    slips: list[str] = []
    kinds: set[str] = set()
    side_a, side_b = _Side(words_a, folds_a, main_a), _Side(words_b, folds_b, main_b)
    if left_a and left_b:
        # Before single tokens, for "Nurhayati" begins like "Nur" and would be taken for its long form.
        _glue(side_a, side_b, left_a, left_b, gained, kinds, slips, rarity)
    if left_a and left_b:
        _pair_tokens(side_a, side_b, left_a, left_b, gained, kinds, slips, rarity)
    return _outcome(side_a, side_b, left_a, left_b, gained, kinds, tuple(slips))


def _rare(word: str, rarity: Rarity) -> float:
    gained = -log2(share(word, rarity))
    most = weights.INITIAL_MOST if len(word) == 1 else weights.TOKEN_MOST
    return gained if gained < most else most


def _pair_tokens(
    a: _Side,
    b: _Side,
    left_a: list[int],
    left_b: list[int],
    gained: list[float],
    kinds: set[str],
    slips: list[str],
    rarity: Rarity,
) -> None:
    """Takes out of `left_a` and `left_b` the tokens that may be one name written two ways, the surest first."""
    found = []
    for at, other in product(left_a, left_b):
        likeness = _likeness(a.words[at], a.folds[at], b.words[other], b.folds[other])
        if likeness is None:
            continue
        kind, chance = likeness
        worth = token_bits(chance, share(a.words[at], rarity), share(b.words[other], rarity))
        if kind == "initial":
            worth = min(worth, weights.INITIAL_MOST)
        if worth >= weights.TOKEN_LEAST or kind == "variant":
            one, two = sorted((a.words[at], b.words[other]))
            found.append((-worth, abs(at - other), one, two, kind, at, other))
    found.sort()
    for minus, _far, one, two, kind, at, other in found:
        if at in left_a and other in left_b:
            left_a.remove(at)
            left_b.remove(other)
            gained.append(min(-minus, weights.TOKEN_MOST))
            kinds.add(kind)
            slips.extend((one, two))


@lru_cache(maxsize=1 << 18)
def _likeness(word_a: str, fold_a: str, word_b: str, fold_b: str) -> tuple[str, float] | None:
    """How one token may have become the other: the kind and its chance; None when they are unlike."""
    short, long = (len(word_a), len(word_b)) if len(word_a) <= len(word_b) else (len(word_b), len(word_a))
    if short == 1:
        return ("initial", weights.TOKEN_INITIAL) if word_a[0] == word_b[0] or fold_a[0] == fold_b[0] else None
    if fold_a == fold_b:
        return "variant", weights.TOKEN_VARIANT
    if short >= 3 and long - short <= 2:
        most = 2 if short >= 7 and min(len(fold_a), len(fold_b)) >= 6 else 1
        far = min(OSA.distance(word_a, word_b, score_cutoff=most), OSA.distance(fold_a, fold_b, score_cutoff=most))
        if far <= 1:
            rhyme = word_a[0] != word_b[0] and fold_a[0] != fold_b[0] and len(word_a) == len(word_b)
            return "slip", weights.TOKEN_RHYME if rhyme and word_a[1] == word_b[1] else weights.TOKEN_SLIP
        if code(fold_a) == code(fold_b) and short >= 4:
            return "sound", weights.TOKEN_SOUND
        if far <= most:
            return "slips", weights.TOKEN_TWO_SLIPS
    if short >= 3 and long >= short + 2 and (_shortened(word_a, word_b) or _shortened(fold_a, fold_b)):
        return "short", weights.TOKEN_SHORT
    return None


def _shortened(one: str, other: str) -> bool:
    """Whether the shorter is the beginning or the end of the longer, or a pet name made of its end by saying the first
    sound twice (Wawan of Kurniawan)."""
    if len(one) > len(other):
        one, other = other, one
    if other.startswith(one) or (len(one) >= 4 and other.startswith(one[:-1])) or other.endswith(one):
        return len(one) >= 3
    return len(one) >= 5 and one[0] == one[2] and other.endswith(one[1:])


def _glue(
    a: _Side,
    b: _Side,
    left_a: list[int],
    left_b: list[int],
    gained: list[float],
    kinds: set[str],
    slips: list[str],
    rarity: Rarity,
) -> None:
    """Takes out a token of one side that is two neighbours of the other written as one word."""
    for one, other, left_one, left_other in ((a, b, left_a, left_b), (b, a, left_b, left_a)):
        for at in list(left_one):
            word, folded = one.words[at], one.folds[at]
            if len(word) < 5:
                continue
            for first in range(len(other.words) - 1):
                if word[0] != other.words[first][0] and folded[0] != other.folds[first][0]:
                    continue
                if first not in left_other and first + 1 not in left_other:
                    continue
                joined = other.folds[first] + other.folds[first + 1]
                if folded != joined and OSA.distance(word, other.words[first] + other.words[first + 1]) > 1:
                    continue
                left_one.remove(at)
                both = [each for each in (first, first + 1) if each in left_other]
                for each in both:
                    left_other.remove(each)
                gained.append(max(_rare(word, rarity) + weights.TOKEN_GLUED, 1.0))
                kinds.add("glued")
                slips.extend(sorted((word, f"{other.words[first]} {other.words[first + 1]}")))
                break


def _shared(gained: list[float]) -> float:
    total = weights.TOKEN_FACTOR * fsum(gained)
    if total > weights.NAME_FULL:
        total = weights.NAME_FULL + weights.NAME_BEYOND * (total - weights.NAME_FULL)
    return total if total < weights.NAME_MOST else weights.NAME_MOST


#: Of several kinds in one name the doubtful one is told.
_CODES: Final = ("slips", "slip", "sound", "short", "initial", "glued", "variant")


def _outcome(
    a: _Side,
    b: _Side,
    left_a: list[int],
    left_b: list[int],
    gained: list[float],
    kinds: set[str],
    slips: tuple[str, ...],
) -> NameOutcome:
    total = _shared(gained)
    only_a = [a.words[at] for at in left_a if at < a.main]
    only_b = [b.words[at] for at in left_b if at < b.main]
    if not gained:
        alike = any(_resemble(one, other) for one in only_a for other in only_b)
        alike = alike or _resemble("".join(a.folds), "".join(b.folds))
        return NameOutcome("differs", weights.NAME_DIFFERS, (), True, alike)
    details = (" ".join(sorted((" ".join(only_a), " ".join(only_b)))).strip(), *slips)
    strong_a, strong_b = _telling(only_a), _telling(only_b)
    if only_a and only_b and bool(strong_a) != bool(strong_b):
        # "Siti Jannah" and "Mastura Jannah" are sisters; only Muhammad is left out for a longer name.
        strong_a = strong_a or [word for word in only_a if word not in _FREE]
        strong_b = strong_b or [word for word in only_b if word not in _FREE]
    paired = min(len(strong_a), len(strong_b))
    if paired:
        total = total * weights.NAME_SHARED_FACTOR + paired * weights.NAME_BOTH_SIDES
        total += weights.NAME_ONE_SIDE * (max(len(strong_a), len(strong_b)) - paired)
        return NameOutcome("both_sides", max(total, weights.NAME_DIFFERS), details, True, True)
    mixed = bool(only_a and only_b)
    if mixed:
        total += weights.NAME_BOTH_OPTIONAL
    strong = len(strong_a) + len(strong_b)
    total += weights.NAME_ONE_SIDE * strong
    total += weights.NAME_ONE_SIDE_OPTIONAL * (len(only_a) + len(only_b) - strong)
    kind = "mixed" if mixed else _name_code(a, b, strong, bool(only_a or only_b), kinds)
    if kind == "order":
        total += weights.NAME_ORDER
    return NameOutcome(kind, total, details, False, True)


#: Written or not as it pleases: even beside another name on the other side they tell little.
_FREE: Final = frozenset({"muhammad", "m"})


def _telling(only: list[str]) -> list[str]:
    return [word for word in only if word not in OPTIONAL and len(word) > 1]


def _resemble(one: str, other: str) -> bool:
    """Whether two words look like two bad writings of one name; far too little to take people for one by it."""
    return min(len(one), len(other)) >= 3 and float(JaroWinkler.similarity(one, other)) >= 0.8


def _name_code(a: _Side, b: _Side, strong: int, optional: bool, kinds: set[str]) -> str:
    if strong:
        return "one_side"
    for kind in _CODES:
        if kind in kinds:
            return kind
    if optional:
        return "optional"
    return "order" if a.words[: a.main] != b.words[: b.main] else "equal"
