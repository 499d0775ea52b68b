"""Starting up: each command imports what it needs, nothing more; failures end in words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("textual", "pydantic", "phonenumbers", "sqlite_utils", "httpx", "starlette", "uvicorn", "xlsxwriter", "babel")


def _modules_after(code: str) -> set[str]:
    script = f"import json, sys\n{code}\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    loaded = _modules_after("import fieldapp.cli.main")
    assert not [name for name in HEAVY if name in loaded]
    assert not [name for name in loaded if name.startswith(("fieldapp.services", "fieldapp.store", "sync"))]


def test_help_loads_no_screens_and_no_database() -> None:
    loaded = _modules_after("from fieldapp.cli.main import execute; execute(['--help'])")
    assert not [name for name in HEAVY if name in loaded]


def test_a_list_loads_no_screens_no_network_and_no_spreadsheets(office) -> None:
    script = "import os; os.environ.update({}); from fieldapp.cli.main import execute; assert execute(['list']) == 0"
    environment = {"FIELDAPP_HOME": str(office.siti.home), "FIELDAPP_PASSPHRASE": "kata sandi rekaan"}
    loaded = _modules_after(script.replace("{}", repr(environment)))
    unwanted = ("textual", "httpx", "starlette", "uvicorn", "xlsxwriter", "babel", "phonenumbers", "pydantic")
    assert not [name for name in unwanted if name in loaded]


def test_python_dash_m_is_the_program(laptop) -> None:
    answer = laptop.process("--version")
    assert answer.code == 0
    assert answer.out.startswith("fieldapp ")


def test_a_fault_of_the_program_ends_in_an_apology_and_a_report_without_data(laptop) -> None:
    code = """
import sys
from fieldapp.cli import errors
def work():
    nik = "6471052812749001"
    try:
        int("Siti Rekaan " + nik)
    except ValueError as error:
        raise RuntimeError("Siti Rekaan " + nik) from error
sys.exit(errors.guarded(work, as_json=True))
"""
    for language, words in (("id", "Maaf"), ("en", "Sorry")):
        done = subprocess.run(
            [sys.executable, "-c", f"import fieldapp.locale as l; l.set_language({language!r})\n{code}"],
            capture_output=True,
            text=True,
            env={**os.environ, "FIELDAPP_HOME": str(laptop.home), "PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=60,
            check=False,
        )
        assert done.returncode == 70
        assert words in done.stderr
        assert json.loads(done.stdout)["error"]["code"] == "internal"
        assert "Traceback" not in done.stderr + done.stdout
        assert "Siti" not in done.stderr + done.stdout
    reports = list((laptop.home / "crash").iterdir())
    assert reports
    for report in reports:
        text = report.read_text(encoding="utf-8")
        assert "RuntimeError" in text
        assert "ValueError" in text
        assert "work" in text
        assert "Siti" not in text
        assert "6471052812749001" not in text


def test_a_reader_that_goes_away_does_not_end_in_a_trace(laptop) -> None:
    code = "import sys; from fieldapp.cli.main import run; sys.argv[1:] = ['--help']; sys.exit(run())"
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    told = program.stderr.read()
    program.stderr.close()
    assert program.wait(60) == 0
    assert told == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_an_output_that_takes_nothing_is_told_in_words(laptop) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fieldapp", "--help"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 1
    assert b"file_not_written" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="closing descriptors is the shell's way on POSIX")
def test_streams_closed_before_the_start_are_no_fault(laptop) -> None:
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(  # noqa: S602 - the shell's own redirections are the point.
            f"{sys.executable} -m fieldapp nik check 6471052812749001 --json {closed}",
            shell=True,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, (closed, done)
        assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows hands arguments over as UTF-16")
def test_an_argument_that_is_no_utf8_is_refused_in_words(laptop) -> None:
    answer = laptop.process("edit", "x", "--set", b"name=\xff\xfe")
    assert answer.code == 2
    assert "UTF-8" in answer.err
    assert "Traceback" not in answer.err


def test_ctrl_c_is_told_in_a_sentence_with_exit_code_130(capsys) -> None:
    from fieldapp.cli.errors import guarded

    def work() -> int:
        raise KeyboardInterrupt

    assert guarded(work, as_json=False) == 130
    assert "Dihentikan" in capsys.readouterr().err
