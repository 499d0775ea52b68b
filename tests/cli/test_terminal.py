"""At a terminal secrets are asked for without echo."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals of this kind")


def _converse(home, arguments: list[str], typed: list[str]) -> tuple[int, str]:
    """Runs the program at a terminal, types each text when a prompt (a line that ends in ': ') stands there."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldapp", *arguments],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
        env={**inherited, "FIELDAPP_HOME": str(home)},
    )
    os.close(inside)
    shown, waiting = b"", list(typed)
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            # Linux reports the end of a terminal's other side as an error.
            break
        if not part:
            break
        shown += part
        if waiting and shown.endswith(b": "):
            os.write(terminal, waiting.pop(0).encode() + b"\n")
    os.close(terminal)
    return process.wait(60), shown.decode("utf-8")


def test_the_passphrase_is_asked_for_and_never_shown(office) -> None:
    code, shown = _converse(office.siti.home, ["list"], ["kata sandi rekaan"])
    assert code == 0, shown
    assert "Kata sandi:" in shown
    assert "rekaan" not in shown


def test_a_new_passphrase_is_asked_for_twice_and_must_agree(office, tmp_path) -> None:
    file = office.invite("baru", "enumerator", "Baru Rekaan", "64.71.01")
    words = ["join", str(file)]
    code, shown = _converse(tmp_path / "baru", words, ["246810", "sandi satu satu", "sandi dua dua"])
    assert code == 2, shown
    code, shown = _converse(tmp_path / "baru", words, ["246810", "sandi satu satu", "sandi satu satu"])
    assert code == 0, shown
    assert "246810" not in shown


@pytest.mark.parametrize("elsewhere", ["stdin", "stdout", "stderr"])
def test_screens_that_nobody_could_see_are_refused_in_words(office, elsewhere) -> None:
    terminal, inside = pty.openpty()
    streams = {"stdin": inside, "stdout": inside, "stderr": inside, elsewhere: subprocess.PIPE}
    process = subprocess.Popen(
        [sys.executable, "-m", "fieldapp"], env={**os.environ, "FIELDAPP_HOME": str(office.siti.home)}, **streams
    )
    os.close(inside)
    try:
        _, told = process.communicate(timeout=30)
        told = told or os.read(terminal, 4096)
    finally:
        process.kill()
        os.close(terminal)
    assert process.returncode == 2
    assert b"memerlukan terminal" in told
