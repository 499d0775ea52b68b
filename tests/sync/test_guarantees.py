"""Every promise stands beside a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_promise_names_a_test_that_exists() -> None:
    promised = re.findall(r"`(test_\w+)`", (ROOT / "sync" / "GUARANTEES.md").read_text(encoding="utf-8"))
    defined = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }
    assert promised
    assert [name for name in promised if name not in defined] == []
