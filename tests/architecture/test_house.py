"""The rules of the house that a machine can check."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "fieldapp").rglob("*.py"), *(ROOT / "sync").rglob("*.py")])
LONGEST_FILE = 500
LONGEST_FUNCTION = 70

#: What a command that only reads a list must not load, by the measured cost of each at start-up.
HEAVY = ("textual", "pydantic", "phonenumbers", "httpx", "starlette", "uvicorn", "xlsxwriter")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_file_and_no_function_is_longer_than_a_reader_can_hold(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


def test_arrows_point_down_only() -> None:
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("path", [p for p in SOURCES if name(p).startswith("fieldapp/")], ids=name)
def test_sql_stands_in_the_store_and_in_sync_only(path: Path) -> None:
    if name(path).startswith("fieldapp/store/"):
        return
    statement = re.compile(
        r"^\s*(SELECT .+ FROM|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA) "
    )
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not statement.match(node.value), f"line {node.lineno}"


@pytest.mark.parametrize("path", [p for p in SOURCES if name(p).startswith("sync/")], ids=name)
def test_the_journals_sql_holds_nothing_that_only_sqlite_takes(path: Path) -> None:
    statement = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|SAVEPOINT|PRAGMA)\b")
    refused = re.compile(
        r"\b(INSERT OR|rowid|json_\w+|AUTOINCREMENT|STRICT|GLOB|IFNULL|PRAGMA|NOT is_\w+|\?\d)\b|\?[0-9]", re.IGNORECASE
    )
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.search(node.value):
            assert not refused.search(node.value), f"line {node.lineno}"
        assert not (isinstance(node, ast.Attribute) and node.attr in ("lastrowid", "executescript")), node


def test_only_the_screens_load_textual() -> None:
    script = "import sys, fieldapp.cli.main; print([m for m in sys.argv[1:] if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script, *HEAVY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_services_load_without_the_screens_and_without_the_network() -> None:
    modules = sorted(p.stem for p in (ROOT / "fieldapp" / "services").glob("*.py"))
    wanted = [m for m in modules if m not in ("__init__", "hub", "hub_link", "sheets") and not m.startswith("demo")]
    script = (
        "import importlib, sys\n"
        "heavy, services = sys.argv[1].split(','), sys.argv[2].split(',')\n"
        "for service in services: importlib.import_module(f'fieldapp.services.{service}')\n"
        "print([module for module in heavy if module in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, ",".join(HEAVY), ",".join(wanted)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_no_address_of_a_package_registry_stands_in_the_project() -> None:
    telltale = re.compile(r"pypi\.(org|python)|registry\.npmjs|files\.pythonhosted|deb\.debian\.org")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for path in (ROOT / line for line in listed if line and not line.startswith("tests/architecture/")):
        if path.suffix in {".py", ".md", ".toml", ".txt", ".tcss", ".po", ""} and path.is_file():
            assert not telltale.search(path.read_text(encoding="utf-8", errors="replace")), name(path)
