"""The ground floor serves another application: the example of sync/README.md, where there is no Fieldapp."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

SYNC = Path(__file__).resolve().parents[2] / "sync"
#: Whoever lifts `sync` out has its libraries and nothing of ours.
ALONE = """
import importlib.abc, sys

class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ("fieldapp", "textual", "pydantic", "sqlite_utils"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nothing())
sys.path.insert(0, sys.argv[1])
"""


def test_another_application_replicates_with_sync_alone(tmp_path: Path) -> None:
    example = re.search(r"```python\n(.*?)```", (SYNC / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example
    shutil.copytree(SYNC, tmp_path / "sync", ignore=shutil.ignore_patterns("__pycache__"))
    script = tmp_path / "park.py"
    script.write_text(ALONE + example[1] + "\nimport sync\nprint(sync.__file__)\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).parent == tmp_path / "sync"


def test_the_readme_names_every_module() -> None:
    text = (SYNC / "README.md").read_text(encoding="utf-8")
    modules = {path.stem for path in SYNC.glob("*.py")} - {"__init__"}
    assert {name for name in modules if f"`{name}`" not in text and f"`sync.{name}`" not in text} == set()
