"""Decision notes can be named by their number."""

from collections import Counter
from pathlib import Path

NOTES = sorted((Path(__file__).parents[2] / "docs" / "decisions").glob("*.md"))


def test_each_decision_has_a_number_of_its_own_which_its_title_says() -> None:
    numbers = Counter(note.name[:4] for note in NOTES)
    assert [number for number, count in numbers.items() if count > 1] == []
    assert [n for n in NOTES if not n.read_text(encoding="utf-8").startswith(f"# {n.name[:4]} ")] == []
