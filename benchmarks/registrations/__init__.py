"""Made-up registrations of Balikpapan with known duplicates: the blind test of what compares people.

    from registrations import make
    made = make("city", 10_000, external=10_000, seed=1)

or as a command, `python benchmarks/make_registrations.py OUT --profile city --records 10000 --seed 1`.
"""

from .capture import COLUMNS, FURTHER, Made, Registration, make
from .profiles import PROFILES

__all__ = ["COLUMNS", "FURTHER", "PROFILES", "Made", "Registration", "make"]
