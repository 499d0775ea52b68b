"""Writes made-up registrations with known duplicates, and another programme's list, as CSV files.

    python benchmarks/make_registrations.py OUT [--profile desks|sheets|doors|years|city] [--records 10000]
                                             [--external 10000] [--seed 1] [--form]

OUT gets registrations.csv (what was typed), truth.csv (whose each row is and what was done to it), external.csv (no,
nik, nama), external_truth.csv, and traps.csv (pairs of rows of two people who look like one: twins, namesakes, father
and son, spouses).
`--form` adds mother_name and nomor_kk, which the form asks and other lists lack. The same seed writes the same bytes.
Nobody in the files is real. How the mistakes come about stands in benchmarks/registrations/profiles.py.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from registrations import COLUMNS, FURTHER, PROFILES, Made, make


def write_rows(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def write(out: Path, made: Made, form: bool = False) -> None:
    """The five files of a data set into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    columns = COLUMNS + (FURTHER if form else ())
    write_rows(out / "registrations.csv", columns, ([one.row[c] for c in columns] for one in made.rows))
    truth = ([one.row["rec_id"], str(one.person), " ".join(one.done)] for one in made.rows)
    write_rows(out / "truth.csv", ("rec_id", "person", "done"), truth)
    listed = ("no", "nik", "nama")
    write_rows(out / "external.csv", listed, ([one.row[c] for c in listed] for one in made.external))
    truth = ([one.row["no"], str(one.person), " ".join(one.done)] for one in made.external)
    write_rows(out / "external_truth.csv", ("no", "person", "done"), truth)
    write_rows(out / "traps.csv", ("a", "b", "kind"), made.traps())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--profile", choices=PROFILES, default="city")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--external", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", action="store_true")
    given = parser.parse_args()
    write(given.out, make(given.profile, given.records, external=given.external, seed=given.seed), given.form)


if __name__ == "__main__":
    main()
