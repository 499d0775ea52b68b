"""The program as its users call it: in this process for speed, or as a process of its own where that is the point."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fieldapp.cli.main import execute
from fieldapp.locale import set_language

PASSPHRASE = "kata sandi rekaan"


@dataclass(frozen=True)
class Answer:
    """What one call of the program printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout; fails when there is more or less than one."""
        return json.loads(self.out)


class Laptop:
    """One data folder, and the program called on it."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = patch

    def __call__(
        self,
        *arguments: object,
        language: str | None = None,
        passphrase: str | None = PASSPHRASE,
        given: bytes = b"",
        **environment: str,
    ) -> Answer:
        """Calls the program with `arguments`; `given` is its standard input."""
        wanted = _environment(self.home, language, passphrase, environment)
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="\n")
        err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="\n")
        with self._patch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name in [name for name in os.environ if name.startswith("FIELDAPP_")]:
                patch.delenv(name)
            for name, value in wanted.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8", errors="surrogateescape"))
            code = execute([str(argument) for argument in arguments])
        return Answer(code, _text(out), _text(err))

    def done(self, *arguments: object, **settings: Any) -> Any:
        """Calls with `--json`, expects exit code 0, and returns the value."""
        answer = self(*arguments, "--json", **settings)
        assert answer.code == 0, (arguments, answer)
        return answer.json

    def refused(self, code: int, *arguments: object, **settings: Any) -> dict[str, Any]:
        """Calls with `--json`, expects exit code `code`, and returns the error's value."""
        answer = self(*arguments, "--json", **settings)
        assert answer.code == code, (arguments, answer)
        assert answer.err.strip(), "a refusal must also be told in words"
        error = answer.json["error"]
        assert error["message"] not in ("", error["code"]), error
        return dict(error)

    def process(
        self,
        *arguments: str | bytes,
        language: str | None = None,
        passphrase: str | None = PASSPHRASE,
        given: bytes = b"",
        **environment: str,
    ) -> Answer:
        """The program as a process of its own."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        done = subprocess.run(
            [sys.executable, "-m", "fieldapp", *arguments],
            input=given,
            capture_output=True,
            env={**inherited, **_environment(self.home, language, passphrase, environment)},
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def _environment(home: Path, language: str | None, passphrase: str | None, more: dict[str, str]) -> dict[str, str]:
    wanted = {"FIELDAPP_HOME": str(home), **more}
    if language is not None:
        wanted["FIELDAPP_LANG"] = language
    if passphrase is not None:
        wanted["FIELDAPP_PASSPHRASE"] = passphrase
    return wanted


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


@pytest.fixture(autouse=True)
def _indonesian() -> Any:
    """Every test starts in the default language, whatever the one before chose."""
    set_language("id")
    yield
    set_language("id")


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptop:
    """A laptop with an empty data folder."""
    return Laptop(tmp_path / "laptop", monkeypatch)


@pytest.fixture
def laptops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Laptop]:
    """Makes laptops by name, each with its own data folder."""
    return lambda name: Laptop(tmp_path / name, monkeypatch)
