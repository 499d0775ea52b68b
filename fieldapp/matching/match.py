"""What comparing two people gives: comparison levels with their match weights, a probability and a band."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

#: `almost_certain`: probability .99 and more, and no rule speaks against it; `to_review`: below that, as far down as is
#: worth a look; `same_nik`: equal NIK under an unlike name, never proposed as one person; `unlikely`: not shown.
Band: TypeAlias = Literal["almost_certain", "to_review", "same_nik", "unlikely"]
Aspect: TypeAlias = Literal[
    "nik",
    "birth_date",
    "name",
    "mother_name",
    "nomor_kk",
    "phone",
    "sex",
    "area",
    "address",
    "birth_place",
]
ASPECTS: tuple[Aspect, ...] = (
    "nik",
    "birth_date",
    "name",
    "mother_name",
    "nomor_kk",
    "phone",
    "sex",
    "area",
    "address",
    "birth_place",
)


@dataclass(frozen=True, slots=True)
class Level:
    """One comparison's outcome: which `aspect`, its stable `code`, its match weight in `bits`; `details` hold the
    values that the words name, and are not shown by repr."""

    aspect: Aspect
    code: str
    bits: float
    details: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """`bits`: all match weights, the prior and what a rule took off in sum; `probability`: what they come to, 0 to 1;
    `levels`: one for each aspect that both sides have; `missing`: the aspects that could not be compared, so that it
    is said how little is known; `doubt`: the code of the rule that kept the pair out of `almost_certain`, or empty."""

    bits: float
    probability: float
    band: Band
    levels: tuple[Level, ...]
    missing: tuple[Aspect, ...] = ()
    prior: float = 0.0
    doubt: str = ""
