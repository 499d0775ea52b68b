"""What the README and the guide say can be done: their commands are the program's, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from fieldapp.cli.main import fieldapp

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "panduan").glob("*.md"))
READ = [ROOT / "README.md", ROOT / "docs" / "pusat.md", *PAGES]
OFFENDING = re.compile(r"\b(cacat|buta|bisu|idiot|gila|penyandang cacat|NIK valid)\b", re.IGNORECASE)


def _commands(path: Path) -> list[str]:
    """Every command line of a page: lines of code blocks, and code within sentences that has more than a name."""
    text = path.read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("fieldapp ")]
    spans = [span for span in re.findall(r"`(fieldapp [^`]+)`", text) if span not in lines]
    return [line for line in (*lines, *spans) if "/" not in line.split()[1]]


def _parse(words: list[str]) -> None:
    command: click.Command = fieldapp
    context = click.Context(fieldapp, info_name="fieldapp")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, words[0]
        command, words = found, words[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    if words and words[0] != "--help":
        command.make_context(command.name, list(words), parent=context.parent)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_every_command_in_the_text_is_one_the_program_takes(path: Path) -> None:
    for line in _commands(path):
        try:
            _parse([word.strip("\"'") for word in shlex.split(line, posix=False)[1:]])
        except click.UsageError as error:
            pytest.fail(f"{path.name}: {line}: {error.message}")


def test_the_guide_shows_the_commands_of_every_role() -> None:
    told = {line.split()[1] for path in PAGES for line in _commands(path)}
    assert {"join", "register", "bundle", "sync", "ledger", "review", "conflicts", "quarantine", "sheet"} <= told
    assert {"programme", "invite", "members", "revoke", "recover", "hub", "doctor", "rebuild", "demo"} <= told


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_the_text_uses_the_words_that_people_with_disabilities_use(path: Path) -> None:
    assert OFFENDING.search(path.read_text(encoding="utf-8")) is None


def test_the_readme_opens_with_the_two_commands_and_has_no_third_block() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in blocks] == ["sh", "sh"]
    (_, run), (_, test) = blocks
    assert run.rstrip().endswith("fieldapp demo")
    assert test.rstrip().endswith("python -m pytest -n 3")
    assert "'.[test]'" in test


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "panduan" / "indeks.md").read_text(encoding="utf-8")
    for path in PAGES:
        assert path.name == "indeks.md" or f"({path.name})" in index
