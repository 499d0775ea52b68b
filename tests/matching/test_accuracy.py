"""What the matcher reaches on made-up registrations at the threshold that ships, so that no change loses it unseen.

The figures of larger sets stand in benchmarks/RESULTS.md; these are floors a little under what 2,000 people give.
"""

from collections import Counter
from pathlib import Path

import pytest
from compared import against, scores, within
from evaluation import candidates, figures, ordered, read
from make_registrations import write
from registrations import make

FLOORS = {
    # profile: F1 within the register, recall while 99 of 100 shown are right, F1 against another list
    "desks": (0.97, 0.95, 0.955),
    "sheets": (0.96, 0.93, 0.92),
    "doors": (0.94, 0.80, 0.895),
    "years": (0.94, 0.89, 0.93),
    "city": (0.95, 0.90, 0.935),
}


@pytest.mark.parametrize("profile", sorted(FLOORS))
def test_accuracy_at_the_shipped_threshold_does_not_fall(profile: str, tmp_path: Path) -> None:
    write(tmp_path, make(profile, 2000, external=1000, seed=11))
    labelled = read(tmp_path)
    matches, truth = within(labelled), labelled.pairs()
    within_f1, recall_at_99, against_f1 = FLOORS[profile]
    found = figures(scores(matches), truth)
    assert found.f1 >= within_f1
    assert found.recall_at_99 >= recall_at_99
    assert figures(scores(against(labelled)), labelled.covered()).f1 >= against_f1
    # Nobody but a twin, and few of them, is almost certainly somebody else.
    certain = [pair for pair, match in matches.items() if match.band == "almost_certain"]
    wrong = Counter(labelled.traps.get(pair, "strangers") for pair in certain if pair not in truth)
    assert set(wrong) <= {"twin"}
    assert wrong.total() <= len(certain) / 100


def test_figures_count_pairs_and_lose_what_was_never_proposed() -> None:
    truth = {("1", "2"), ("3", "4"), ("5", "6"), ("7", "8")}
    scored = {("1", "2"): (0.99, 9.0), ("3", "4"): (0.95, 5.0), ("1", "3"): (0.91, 4.0), ("5", "6"): (0.5, 0.0)}
    found = figures(scored, truth)
    assert (found.true, found.shown) == (4, 3)
    assert (found.precision, found.recall) == (2 / 3, 1 / 2)
    assert found.f1 == pytest.approx(4 / 7)
    assert found.best_f1 == pytest.approx(6 / 8)
    assert found.best_at == 0.5
    assert found.recall_at_99 == 1 / 2
    assert found.found_at_150 == 3 / 4


def test_equal_scores_are_shown_together_or_not_at_all() -> None:
    truth = {("1", "2"), ("3", "4")}
    scored = {("1", "2"): (0.95, 4.0), ("1", "3"): (0.95, 4.0), ("1", "4"): (0.95, 4.0)}
    found = figures(scored, truth)
    assert found.recall_at_99 == 0.0
    assert found.best_f1 == pytest.approx(2 / 5)


def test_candidates_share_a_key_and_large_blocks_are_passed_over() -> None:
    keys = {"a": (1, 2), "b": (2, 3), "c": (3,), "d": (9,), "e": (9,), "f": (9,)}
    assert candidates(keys, lambda name: keys[name], cap=2) == {ordered("a", "b"), ordered("b", "c")}
