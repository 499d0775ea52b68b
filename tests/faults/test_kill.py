"""Laptops and a hub killed at random moments: nothing lost, hidden or doubled, and a start that says what it found."""

from __future__ import annotations

from pathlib import Path

import killing


def test_whatever_is_killed_nothing_acknowledged_is_lost_hidden_or_doubled(tmp_path: Path) -> None:
    told = killing.run(tmp_path, seed=11, kills=20)
    assert sum(told["kills"].values()) == 20
    assert len(told["kills"]) >= 5
    assert told["registrations"] > 5
    assert told["told"] > 3
