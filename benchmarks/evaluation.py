"""How well proposed pairs agree with the truth; used by matching.py, by peer_splink.py and by the tests.

A pair is two ids, the smaller text first; a score is (probability, bits). F1 counts pairs, and recall is over all true
pairs, so that a true pair which no key ever brought together is lost.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Pair = tuple[str, str]
Score = tuple[float, float]

#: What the program ships: at this probability and above, a pair is called the same person.
THRESHOLD = 0.9


@dataclass(frozen=True)
class Figures:
    """Shares of 0 to 1; `best_at` is a probability, `shown` counts pairs at the threshold."""

    true: int
    shown: int
    precision: float
    recall: float
    f1: float
    best_f1: float
    best_at: float
    recall_at_99: float
    found_at_150: float

    def cells(self) -> list[str]:
        """The columns of a printed row, as HEAD names them."""
        shares = (self.precision, self.recall, self.f1, self.best_f1, self.recall_at_99, self.found_at_150)
        return [f"{share:.3f}" for share in shares]


HEAD = ["precision", "recall", "F1", "best F1", "recall at 99 %", "found at 1.5"]


def figures(scored: Mapping[Pair, Score], truth: set[Pair]) -> Figures:
    """Precision, recall and F1 at the shipped threshold; the best F1 of any; recall while 99 of 100 shown are right;
    the share found when the 1.5 best pairs a true pair are shown."""
    ordered = sorted(scored.items(), key=lambda item: item[1], reverse=True)
    right = shown = within = 0
    best, best_at, recall_at_99, shown_at, right_at = 0.0, 1.0, 0.0, 0, 0
    for rank, (pair, score) in enumerate(ordered, 1):
        right += pair in truth
        if rank <= 1.5 * len(truth):
            within = right
        if score[0] >= THRESHOLD:
            shown_at, right_at = rank, right
        shown = rank
        if rank < len(ordered) and ordered[rank][1] == score:
            continue  # A threshold cannot fall between equal scores.
        if right / shown >= 0.99:
            recall_at_99 = max(recall_at_99, right / len(truth))
        if (f1 := 2 * right / (shown + len(truth))) > best:
            best, best_at = f1, score[0]
    return Figures(
        true=len(truth),
        shown=shown_at,
        precision=right_at / shown_at if shown_at else 1.0,
        recall=right_at / len(truth),
        f1=2 * right_at / (shown_at + len(truth)),
        best_f1=best,
        best_at=best_at,
        recall_at_99=recall_at_99,
        found_at_150=within / len(truth),
    )


@dataclass
class Labelled:
    """Lists with their truth: `rows` as CSV columns, `person` of each id, `done` to each, `traps` by pair."""

    rows: list[dict[str, str]]
    person: dict[str, str]
    done: dict[str, list[str]] = field(default_factory=dict)
    external: list[dict[str, str]] = field(default_factory=list)
    external_person: dict[str, str] = field(default_factory=dict)
    traps: dict[Pair, str] = field(default_factory=dict)
    name: str = ""

    def pairs(self) -> set[Pair]:
        of: dict[str, list[str]] = {}
        for row in self.rows:
            of.setdefault(self.person[row["rec_id"]], []).append(row["rec_id"])
        return {ordered(a, b) for ids in of.values() for k, a in enumerate(ids) for b in ids[k + 1 :]}

    def covered(self) -> set[Pair]:
        """Pairs of a rec_id and a line number of the other list."""
        of: dict[str, list[str]] = {}
        for row in self.rows:
            of.setdefault(self.person[row["rec_id"]], []).append(row["rec_id"])
        return {(rec_id, number) for number, person in self.external_person.items() for rec_id in of.get(person, ())}


def ordered(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def read(folder: Path) -> Labelled:
    """A folder with registrations.csv and truth.csv; external.csv, external_truth.csv and traps.csv may be missing."""

    def lines(name: str) -> list[dict[str, str]]:
        path = folder / name
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    truth = lines("truth.csv")
    return Labelled(
        rows=lines("registrations.csv"),
        person={row["rec_id"]: row["person"] for row in truth},
        done={row["rec_id"]: row.get("done", "").split(" ") for row in truth},
        external=lines("external.csv"),
        external_person={row["no"]: row["person"] for row in lines("external_truth.csv")},
        traps={(row["a"], row["b"]): row["kind"] for row in lines("traps.csv")},
        name=folder.name,
    )


def missed_by_kind(scored: Mapping[Pair, Score], labelled: Labelled) -> list[tuple[str, int, int]]:
    """(kind of mistake, true pairs that carry it, how many of them are below the threshold or never proposed)."""
    carried: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for pair in labelled.pairs():
        kinds = {kind for side in pair for kind in labelled.done.get(side, ()) if kind}
        carried.update(kinds)
        if scored.get(pair, (0.0, 0.0))[0] < THRESHOLD:
            missed.update(kinds)
    return sorted(((kind, carried[kind], missed[kind]) for kind in carried), key=lambda line: (-line[2], line[0]))


def wrongly_shown(
    scored: Mapping[Pair, Score], labelled: Labelled, at_least: float = THRESHOLD
) -> list[tuple[str, int]]:
    """(kind of look-alikes, how many pairs of two people are at or above a probability)."""
    truth = labelled.pairs()
    wrong = (pair for pair, score in scored.items() if score[0] >= at_least and pair not in truth)
    return Counter(labelled.traps.get(pair, "strangers") for pair in wrong).most_common()


def candidates(ids: Iterable[str], keys: Callable[[str], Iterable[int]], cap: int = 200) -> set[Pair]:
    """Every two ids that share a key, blocks above `cap` passed over."""
    blocks: dict[int, list[str]] = {}
    for one in ids:
        for key in keys(one):
            blocks.setdefault(key, []).append(one)
    return {
        ordered(a, b)
        for block in blocks.values()
        if len(block) <= cap
        for k, a in enumerate(block)
        for b in block[k + 1 :]
    }
