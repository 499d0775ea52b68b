"""Makes the looks of all screens anew: `python tests/tui/looks.py --write`. Read the diff before it is kept.

Without `--write` the looks are compared, as the tests do.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Runs the test of the looks, which writes them instead when it is told to; the exit code."""
    if arguments not in ([], ["--write"]):
        print(__doc__)
        return 2
    if arguments:
        for old in (HERE / "looks").glob("*.txt"):
            old.unlink()
        os.environ["FIELDAPP_LOOKS"] = "write"
    return int(pytest.main(["-p", "no:cacheprovider", "-n", "2", str(HERE / "test_access_looks.py")]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
