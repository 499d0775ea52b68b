"""What is loaded before the first paint and before home."""

from __future__ import annotations

import json
import os
import subprocess
import sys

HEAVY = {"pydantic", "phonenumbers", "sqlite_utils", "sqlcipher3", "httpx", "starlette", "nacl", "argon2", "pyrage"}

UNLOCKING = """
import fieldapp.cli.start
from fieldapp.services.homes import default_home, has_store
from fieldapp.tui.app import FieldApp
from fieldapp.tui.screens import screen_named
has_store(default_home())
screen_named("unlock")
"""
#: What stands between the passphrase and home: the store opened, home made, its counts asked.
HOME = f"""{UNLOCKING}
import sys
from pathlib import Path
from fieldapp.services.recovered import words
from fieldapp.services.session import open_session
with open_session(Path(sys.argv[1]), "sandi rekaan") as session:
    words(session), session.status(), screen_named("home")
"""
TELL = """
import json, sys
print(json.dumps(sorted(sys.modules)))
"""

#: Besides `fieldapp.tui`: where the programme lives, how the laptop looks and how a refusal is told; milliseconds.
LIGHT = {
    "fieldapp",
    "fieldapp.cli",
    "fieldapp.cli.output",
    "fieldapp.cli.start",
    "fieldapp.locale",
    "fieldapp.locale.reasons",
    "fieldapp.services",
    "fieldapp.services.homes",
    "fieldapp.services.looks",
    "fieldapp.services.desk_problems",
    "fieldapp.services.exit_codes",
    "fieldapp.services.problems",
    "fieldapp.store",
    "fieldapp.store.disk",
}
#: With what these themselves bring along.
LIBRARIES = {"textual", "rich", "pygments", "platformdirs", "typing_extensions"}
MOST_MODULES = 430
"""Of everything that is loaded before the first paint, Python's own included; 200 of them are the framework's."""


def _loaded(script: str, *arguments: str) -> set[str]:
    found = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", script + TELL, *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=found)
    return set(json.loads(done.stdout))


def _libraries(loaded: set[str]) -> set[str]:
    """The names of the packages that are neither Python's nor ours, as far as they are installed as such."""
    bare = subprocess.run([sys.executable, "-c", TELL], capture_output=True, check=True, timeout=60)
    names = {name.partition(".")[0] for name in loaded - set(json.loads(bare.stdout))}
    return {name for name in names - sys.stdlib_module_names - {"fieldapp", "sync"} if not name.startswith("_")}


def test_nothing_but_the_framework_is_loaded_before_the_passphrase_is_asked_for() -> None:
    loaded = _loaded(UNLOCKING)
    ours = {name for name in loaded if name.startswith(("fieldapp", "sync")) and not name.startswith("fieldapp.tui")}
    assert ours == LIGHT
    assert not loaded & {"click", "importlib.metadata"}
    assert _libraries(loaded) <= LIBRARIES, _libraries(loaded) - LIBRARIES
    assert len(loaded) <= MOST_MODULES, len(loaded)


def test_home_is_painted_before_the_rules_of_the_form_and_the_network_are_loaded(town) -> None:
    loaded = _loaded(HOME, str(town.ani))
    assert not {name.partition(".")[0] for name in loaded} & {
        *HEAVY - {"sqlcipher3", "nacl", "argon2", "pyrage"}, "click", "rapidfuzz", "email_validator", "uvicorn",
        "calamine", "xlsxwriter", "numpy", "babel",
    }  # fmt: skip
    late = ("fieldapp.matching", "fieldapp.files", "fieldapp.forms.check", "fieldapp.forms.models", "sync.client")
    assert not {name for name in loaded if name.startswith(late)}
