"""Splink 5 on the same registrations: the peer, and a check of what estimated weights cost here.

    python -m pip install -e '.[bench]'
    python benchmarks/peer_splink.py [--profiles city] [--records 10000 100000] [--seeds 1 2 3] [--csv FOLDER ...]
                                     [--columns plain normalised] [--weights em labels] [--levels]

"plain" gives Splink the columns as typed, in capitals and digits, and its stock comparisons; "normalised" gives it the
names, numbers and places as this project normalises them, one comparison that judges NIK and date of birth together,
and one for all that tells of the home. Weights come from expectation maximisation ("em", what anybody without labels
has) or, for comparison, from the true labels of the very same data ("labels", which nobody has): where the two differ,
the estimation is at fault; where even the labels do not reach the project's own figures, the comparisons are. Prior:
three deterministic rules with an assumed recall of 0.6. `--levels` prints the match weight of every level. F1 is at
probability 0.9, as in matching.py.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from evaluation import HEAD, Labelled, Pair, Score, figures, ordered, read
from matching import folders, run
from registrations import PROFILES

RULES = ("l.nik = r.nik", "l.name = r.name and l.born = r.born", "l.name = r.name and l.phone = r.phone")
BLOCKS = {
    "plain": (
        "nik",
        "born",
        "name",
        "phone",
        "substr(nik, 1, 12)",
        "substr(nik, 7, 10)",
        "substr(born, 1, 7) & kelurahan",
        "substr(name, 1, 5) & substr(born, 1, 4)",
        "split_part(name, ' ', 1) & kelurahan",
    ),
    "normalised": (
        "nik",
        "born",
        "name",
        "phone",
        "substr(nik, 1, 12)",
        "substr(nik, 7, 10)",
        "substr(born, 1, 7) & kelurahan",
        "first & substr(born, 1, 4)",
        "first & kelurahan",
        "last & substr(born, 1, 4)",
        "substr(nik, 7, 6) & first",
        "first & substr(born, 6, 5)",
    ),
}
#: Two rounds of estimation, so that what one blocks on is estimated in the other.
TRAINING = (("born",), ("name",), ("phone",))


def plain_columns(row: dict[str, str]) -> dict[str, str | None]:
    found = {
        "nik": re.sub(r"\D", "", row.get("nik", "")),
        "name": " ".join(row.get("name", "").upper().split()),
        "born": row.get("birth_date", ""),
        "sex": row.get("sex", ""),
        "phone": re.sub(r"\D", "", row.get("phone", "")),
        "kelurahan": row.get("kelurahan", "").upper(),
        "address": row.get("address", "").upper(),
        "birth_place": row.get("birth_place", "").upper(),
    }
    return {column: value or None for column, value in found.items()}


def normalised_columns(row: dict[str, str]) -> dict[str, str | None]:
    from fieldapp.matching.people import of_row

    person = of_row(row)
    folds = sorted(person.folds)
    found = {
        "nik": person.nik if len(person.nik) == 16 and not person.nik_cut else "",
        "name": " ".join(folds),
        "first": folds[0] if folds else "",
        "last": folds[-1] if folds else "",
        "born": f"{person.year:04d}-{person.month:02d}-{person.day:02d}" if person.year else "",
        "sex": person.sex,
        "phone": person.phones[0] if person.phones else "",
        "kelurahan": person.kelurahan,
        "address": " ".join((*person.street, *person.numbers, person.rt)).strip(),
        "birth_place": person.birth_place,
    }
    return {column: value or None for column, value in found.items()}


def nik_and_date() -> dict[str, Any]:
    """One comparison of both, so that the date inside the number is not counted twice."""
    near_date = (
        "(levenshtein(born_l, born_r) <= 1 or (substr(born_l, 1, 4) = substr(born_r, 1, 4) "
        "and substr(born_l, 6, 2) = substr(born_r, 9, 2) and substr(born_l, 9, 2) = substr(born_r, 6, 2)))"
    )
    slip = "damerau_levenshtein(nik_l, nik_r) <= 1"
    serials = "substr(nik_l, 13, 4) = substr(nik_r, 13, 4)"
    conditions = [
        ("same NIK", "nik_l = nik_r"),
        ("one slip before the serial, same date", f"{slip} and {serials} and born_l = born_r"),
        ("another serial of the same day and district", "substr(nik_l, 1, 12) = substr(nik_r, 1, 12)"),
        ("two slips, same date", "damerau_levenshtein(nik_l, nik_r) <= 2 and born_l = born_r"),
        ("one slip, date near or missing", f"{slip} and (born_l is null or born_r is null or {near_date})"),
        ("same date, a NIK missing", "born_l = born_r and (nik_l is null or nik_r is null)"),
        ("same date", "born_l = born_r"),
        ("date near", near_date),
        ("same year", "substr(born_l, 1, 4) = substr(born_r, 1, 4)"),
    ]
    missing = "(nik_l is null or nik_r is null) and (born_l is null or born_r is null)"
    return _levels("nik_and_date", missing, conditions)


def home() -> dict[str, Any]:
    """One comparison of phone, ward and address, so that a family's home is not counted three times."""
    address = "jaro_winkler_similarity(address_l, address_r) >= 0.92"
    conditions = [
        ("same phone and address", f"phone_l = phone_r and {address}"),
        ("same phone", "phone_l = phone_r"),
        ("same address and ward", f"{address} and kelurahan_l = kelurahan_r"),
        ("same address", address),
        ("same ward", "kelurahan_l = kelurahan_r"),
    ]
    missing = "(phone_l is null or phone_r is null) and (kelurahan_l is null or kelurahan_r is null)"
    return _levels("home", missing, conditions)


def _levels(column: str, missing: str, conditions: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "output_column_name": column,
        "comparison_levels": [
            {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True},
            *({"sql_condition": sql, "label_for_charts": label} for label, sql in conditions),
            {"sql_condition": "ELSE", "label_for_charts": "anything else"},
        ],
    }


def comparisons(columns: str) -> list[Any]:
    import splink.comparison_library as stock

    name, sex = stock.NameComparison("name"), stock.ExactMatch("sex")
    place = stock.ExactMatch("birth_place").configure(term_frequency_adjustments=True)
    if columns == "normalised":
        return [nik_and_date(), name, home(), sex, place]
    return [
        stock.DamerauLevenshteinAtThresholds("nik", [1, 2]),
        stock.DateOfBirthComparison("born", input_is_string=True),
        name,
        sex,
        stock.LevenshteinAtThresholds("phone", 1),
        stock.ExactMatch("kelurahan").configure(term_frequency_adjustments=True),
        stock.JaroWinklerAtThresholds("address", [0.95, 0.85]),
        place,
    ]


def scored(labelled: Labelled, columns: str, weights: str) -> tuple[dict[Pair, Score], list[list[str]]]:
    """What Splink proposes, and [comparison, level, match weight] of what it estimated."""
    import pyarrow as pa
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    of = plain_columns if columns == "plain" else normalised_columns
    rows = [{"unique_id": row["rec_id"], "person": labelled.person[row["rec_id"]], **of(row)} for row in labelled.rows]
    api = DuckDBAPI()
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons(columns),
        blocking_rules_to_generate_predictions=[block_on(*rule.split(" & ")) for rule in BLOCKS[columns]],
    )
    linker = Linker(api.register(pa.Table.from_pylist(rows)), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(list(RULES), recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    if weights == "labels":
        linker.training.estimate_m_from_label_column("person")
    else:
        for rule in TRAINING:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    found = linker.inference.predict(threshold_match_probability=0.01).as_dict()
    levels = [
        [comparison.output_column_name, level.label_for_charts, f"{level._match_weight:+.1f}"]
        for comparison in linker._settings_obj.comparisons
        for level in comparison.comparison_levels
        if not level.is_null_level
    ]
    sides = zip(found["unique_id_l"], found["unique_id_r"], strict=True)
    scores = zip(found["match_probability"], found["match_weight"], strict=True)
    return {ordered(a, b): score for (a, b), score in zip(sides, scores, strict=True)}, levels


def one(given: argparse.Namespace) -> None:
    """The figures of one folder, printed as JSON for the process that started this one."""
    labelled = read(given.one)
    found, levels = scored(labelled, given.columns[0], given.weights[0])
    print(json.dumps({"cells": figures(found, labelled.pairs()).cells(), "levels": levels}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profiles", nargs="*", choices=PROFILES, default=["city"])
    parser.add_argument("--records", nargs="*", type=int, default=[10_000])
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--csv", nargs="*", type=Path, default=[])
    parser.add_argument("--columns", nargs="*", choices=BLOCKS, default=list(BLOCKS))
    parser.add_argument("--weights", nargs="*", choices=("em", "labels"), default=["em", "labels"])
    parser.add_argument("--levels", action="store_true")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(namespace=argparse.Namespace(external=0))
    if given.one:
        return one(given)
    head = ["", "columns", "weights", *HEAD, "s", "MB"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    with tempfile.TemporaryDirectory() as base:
        out = Path(base) / "out.json"
        for name, folder in folders(given, Path(base)):
            for columns in given.columns:
                for weights in given.weights:
                    command = [sys.executable, __file__, "--one", str(folder), "--columns", columns]
                    cost = run([*command, "--weights", weights], out)
                    found = json.loads(out.read_bytes())
                    row = [name, columns, weights, *found["cells"], f"{cost.seconds:.0f}", f"{cost.megabytes:.0f}"]
                    print("| " + " | ".join(row) + " |", flush=True)
                    if given.levels:
                        print("\n".join("    " + "  ".join(level) for level in found["levels"]), flush=True)
    return None


if __name__ == "__main__":
    main()
