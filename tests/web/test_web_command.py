"""`fieldapp web` as a process of its own: where it listens, how it ends, and what it leaves behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import aiohttp
import pytest
from offices import Seat, is_running, patiently

from fieldapp.services import looks


def _web(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "fieldapp", "web", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _children(process_id: int) -> list[int]:
    with open(f"/proc/{process_id}/task/{process_id}/children") as file:
        return [int(each) for each in file.read().split()]


async def _sit_down(url: str, process: subprocess.Popen[bytes], end: signal.Signals) -> list[int]:
    """Opens a session, sends the server the signal, waits for the session's end; the programs that ran for it."""
    async with aiohttp.ClientSession() as client, client.ws_connect(f"{url}/ws", origin=url) as socket:
        seat = Seat(socket)
        await seat.until("Kata sandi", "Buka")
        children = _children(process.pid)
        process.send_signal(end)
        await seat.until_closed()
    return children


def _until_gone(process_ids: list[int]) -> None:
    end = time.monotonic() + 40
    while any(map(is_running, process_ids)):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' list of processes")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_no_program_outlives_the_server_however_that_ends(home, end) -> None:
    process = _web("--listen", "127.0.0.1:0", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        url = json.loads(process.stdout.readline())["listening"]
        children = patiently(_sit_down(url, process, end))
        assert len(children) == 1
        _until_gone(children)
        out, err = (stream.read().decode() for stream in (process.stdout, process.stderr))
        assert process.wait(30) == (0 if end == signal.SIGTERM else -signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    events = [json.loads(line)["event"] for line in out.splitlines()]
    assert events == (["opened", "closed"] if end == signal.SIGTERM else ["opened"])
    assert f"Buka {url} di peramban" in err
    assert "127.0.0.1" not in err.replace(url, "")


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "10.0.0.5"])  # noqa: S104 - such an address is the point.
def test_another_address_than_loopback_is_refused_with_what_it_means(home, host) -> None:
    process = _web("--listen", f"{host}:0")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert "--network" in err.decode()
    assert "TLS" in err.decode()


def test_a_folder_without_a_programme_is_not_shown_to_a_network(home, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FIELDAPP_HOME", str(tmp_path / "kosong"))
    process = _web("--listen", "0.0.0.0:0", "--network")
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "web_no_programme" in err.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="ends by a signal")
def test_the_server_speaks_the_language_chosen_on_this_laptop(home) -> None:
    looks.write(home, looks.Looks(language="en"))
    process = _web("--listen", "127.0.0.1:0", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    _out, err = process.communicate(timeout=60)
    assert "in a browser" in err.decode()


def test_wrong_uses_are_told_in_words(home, tmp_path) -> None:
    (tmp_path / "bukan.pem").write_text("bukan sertifikat")
    for arguments, code, words in (
        (["--listen", "8421"], 2, "HOST:PORT"),
        (["--tls-cert", "x.pem"], 2, "--tls-key"),
        (["--sessions", "0"], 2, "kurang dari 1"),
        (["--listen", "127.0.0.1:0", "--tls-cert", str(tmp_path / "bukan.pem"), "--tls-key", "x"], 2, "hub_tls"),
        (["--listen", "192.0.2.1:0", "--network"], 2, "web_listen"),
    ):
        process = _web(*arguments)
        _out, err = process.communicate(timeout=60)
        assert process.returncode == code, arguments
        assert words in err.decode(), arguments


def test_the_server_itself_loads_neither_textual_nor_the_store() -> None:
    script = "import sys, fieldapp.web.server; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ("textual", "pydantic", "fieldapp.store.vault", "fieldapp.tui", "sync", "fieldapp.cli")
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
