"""The program as its users call it: in this process for speed, or as a process of its own where that is the point."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from people import name_of

from fieldapp.cli.main import execute
from fieldapp.locale import set_language
from fieldapp.store.vault import Cost, Vault

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

    def __init__(self, home: Path) -> None:
        self.home = home

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
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
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
def laptop(tmp_path: Path) -> Laptop:
    """A laptop with an empty data folder."""
    return Laptop(tmp_path / "laptop")


PIN = "246810"
MEMBERS = (
    ("siti", "enumerator", "Siti Rekaan", "64.71.05"),
    ("rudi", "enumerator", "Rudi Rekaan", "64.71.05"),
    ("dewi", "coordinator", "Dewi Rekaan", "64.71.05"),
    ("agus", "supervisor", "Agus Rekaan", "64.71"),
)


class Office:
    """A made-up programme: an administrator and the laptops of its members, each with its own data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getattr__(self, name: str) -> Laptop:
        if name.startswith("_"):
            raise AttributeError(name)
        return Laptop(self.folder / name)

    def invite(self, name: str, role: str, full_name: str, area: str, *more: object) -> Path:
        """Invites a member; returns the invitation file."""
        file = self.folder / f"{name}.invitation"
        words = ("--role", role, "--name", full_name, "--area", area, "--out", file, "--pin", PIN, *more)
        self.admin.done("invite", *words)
        return file

    def carry(self, giver: str, *takers: str) -> Path:
        """Carries a bundle for the office from one laptop to others."""
        stick = self.folder / f"{giver}-{len(list(self.folder.iterdir()))}.bundle"
        getattr(self, giver).done("bundle", "write", stick)
        for taker in takers:
            getattr(self, taker).done("bundle", "merge", stick)
        return stick

    def give_back(self, giver: str, *takers: str) -> None:
        """Carries return bundles from an office laptop to the laptops of `takers`."""
        for taker in takers:
            full_name = next(each[2] for each in MEMBERS if each[0] == taker)
            stick = self.folder / f"{giver}-{taker}-{len(list(self.folder.iterdir()))}.bundle"
            getattr(self, giver).done("bundle", "write", stick, "--to", full_name)
            getattr(self, taker).done("bundle", "merge", stick)


def found(folder: Path) -> Office:
    """Founds a programme and lets its members join, by commands only."""
    office = Office(folder)
    words = ["--city", "64.71", "--quota", "20", "--budget", "10000000", "--premium", "16800", "--start", "2026-01"]
    office.admin.done("programme", "new", "--name", "Program Rekaan", *words)
    for name, role, full_name, area in MEMBERS:
        file = office.invite(name, role, full_name, area)
        getattr(office, name).done("join", file, "--pin", PIN)
    return office


@pytest.fixture(scope="session")
def _founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programme")
    found(folder)
    for name in ("admin", *(each[0] for each in MEMBERS)):
        _make_cheap(folder / name)
    return folder


def _make_cheap(home: Path) -> None:
    """Makes a guess of the passphrase cost next to nothing, since hundreds of commands unlock these laptops."""
    vault = Vault(home, cost=Cost(passes=1, memory_kib=64))
    vault.change_passphrase(vault.unlock(PASSPHRASE), PASSPHRASE)


@pytest.fixture
def office(_founded: Path, tmp_path: Path) -> Office:
    """A programme whose members have joined and registered nobody yet."""
    shutil.copytree(_founded, tmp_path / "office")
    return Office(tmp_path / "office")


def person(number: int, **changes: Any) -> dict[str, Any]:
    """A made-up person who passes every rule; `number` (1 to 900) tells people apart."""
    day, month = number % 28 + 1, number % 12 + 1
    return {
        "nik": f"647105{day:02}{month:02}80{9000 + number:04}",
        "name": name_of(number),
        "birth_place": "Balikpapan",
        "birth_date": f"1980-{month:02}-{day:02}",
        "sex": "L",
        "mother_name": "Ibu Rekaan",
        "head_of_family": True,
        "citizenship": "wni",
        "ktp_city_since": "2015-06-23",
        "ktp_address": "Gang Rekaan 1",
        "ktp_rt": "005",
        "ktp_area": "64.71.05.1002",
        "domicile_same": True,
        "phone": f"0812{34560000 + number}",
        "kinds": ["sensorik_netra"],
        "wg_seeing": "tidak_bisa",
        "wg_hearing": "tidak",
        "wg_walking": "tidak",
        "wg_remembering": "tidak",
        "wg_self_care": "tidak",
        "wg_communicating": "tidak",
        "proof": ["surat_puskesmas"],
        "works": True,
        "job": "tukang_pijat",
        "work_place": "rumah",
        "monthly_income": 1500000,
        "categories": ["difabel"],
        "other_cover": ["tidak_ada"],
        "heir_name": "Ahli Waris Rekaan",
        "heir_relation": "anak",
        "consent_given": True,
        "consent_form": "tanda_tangan",
        "consent_by": "sendiri",
        "consent_communication": ["lisan"],
        **changes,
    }


def lines(*people: dict[str, Any]) -> bytes:
    """People as the input of `register --from`."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in people).encode()


def registered(laptop: Laptop, *people: dict[str, Any]) -> list[str]:
    """Registers people on a laptop; returns their ids."""
    answers = laptop.done("register", "--from", "-", given=lines(*people))
    assert all(each["state"] == "submitted" for each in answers), answers
    return [each["id"] for each in answers]


@dataclass(frozen=True)
class Tools:
    """The helpers above, for tests, which cannot import this file."""

    person: Callable[..., dict[str, Any]] = person
    lines: Callable[..., bytes] = lines
    registered: Callable[..., list[str]] = registered


@pytest.fixture
def tools() -> Tools:
    return Tools()
