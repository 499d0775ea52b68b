"""`sync --watch` as a process of its own: events, signals, company on the same home, and ends with the right code."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PASSPHRASE = "kata sandi rekaan"
WAIT_S = 60


class Running:
    """A command of the program that goes on until it is asked to stop; its lines on stdout are read as they come."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=kept | {"FIELDAPP_HOME": str(home), "FIELDAPP_PASSPHRASE": PASSPHRASE} | environment,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self.told: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self._lines.put)),
            threading.Thread(target=self._read, args=(self.process.stderr, self.told.append)),
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: Any, take: Callable[[str], None]) -> None:
        with stream:
            for line in stream:
                take(line.decode("utf-8"))

    def event(self, *kinds: str) -> dict[str, Any]:
        """The next event of one of these kinds; others before it are passed over."""
        until = time.monotonic() + WAIT_S
        while True:
            event = json.loads(self._lines.get(timeout=max(until - time.monotonic(), 0.01)))
            if event.get("event") in kinds:
                return dict(event)

    def stop(self, number: int | None = None) -> tuple[int, str]:
        """Ask it to stop; exit code, and what it said on stderr."""
        asked = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGTERM
        self.process.send_signal(asked if number is None else number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        code = self.process.wait(WAIT_S)
        for reader in self._readers:
            reader.join(10)
        return code, "".join(self.told)

    def rest(self) -> list[dict[str, Any]]:
        """Events that nobody asked for."""
        lines = []
        while not self._lines.empty():
            lines.append(json.loads(self._lines.get()))
        return lines


@contextmanager
def running(home: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    started = Running(home, *arguments, **environment)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.ended()


@pytest.fixture
def pusat(office: Any) -> Path:
    """The home of a member of the role hub."""
    file = office.invite("pusat", "hub", "Pusat Rekaan", "64.71")
    office.pusat.done("join", file, "--pin", "246810")
    return Path(office.pusat.home)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def serve(home: Path, port: int) -> Any:
    return running(home, "hub", "serve", "--listen", f"127.0.0.1:{port}", "--json")


def test_it_outlives_a_hub_that_goes_and_comes_and_carries_what_is_written_meanwhile(
    office: Any, tools: Any, pusat: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running(office.siti.home, "sync", "--watch", "--json", "--hub", url) as watch:
        assert watch.event("watching")["hub"] == url
        waiting = watch.event("waiting")
        assert (waiting["code"], waiting["tries"]) == ("hub_unreachable", 1)
        (known,) = tools.registered(office.siti, tools.person(1))
        with serve(pusat, port) as hub:
            assert watch.event("synced")["sent"] >= 1
            # No wait of a minute: what another program writes on this laptop is noticed.
            began = time.monotonic()
            (second,) = tools.registered(office.siti, tools.person(2))
            assert watch.event("synced")["sent"] == 1
            assert time.monotonic() - began < 30
            assert hub.stop()[0] == 0
        tools.registered(office.siti, tools.person(3))
        assert watch.event("waiting")["message"]
        with serve(pusat, port):
            assert watch.event("synced")["sent"] == 1
            code, told = watch.stop()
        assert code == 0
        assert "Traceback" not in told
        assert "Ctrl+C" in told
        assert watch.rest()[-1] == {"event": "stopped"}
    held = {row["id"] for row in office.pusat.done("list")}
    assert {known, second} <= held
    assert len(held) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="a process group of its own gets no Ctrl+C there")
def test_ctrl_c_ends_it_with_exit_code_0_also_while_the_network_is_silent(office: Any) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        running(
            office.siti.home,
            "sync",
            "--watch",
            "--hub",
            f"http://127.0.0.1:{silent.getsockname()[1]}",
            FIELDAPP_LANG="en",
        ) as watch,
    ):
        silent.settimeout(WAIT_S)
        connection, _ = silent.accept()
        began = time.monotonic()
        code, told = watch.stop(signal.SIGINT)
        assert time.monotonic() - began < 20
        connection.close()
    assert code == 0
    assert told == ""


def test_two_of_them_and_other_commands_share_a_home_without_disturbing_each_other(
    office: Any, tools: Any, pusat: Path
) -> None:
    port = free_port()
    words = ("sync", "--watch", "--json", "--hub", f"http://127.0.0.1:{port}")
    with (
        serve(pusat, port),
        running(office.dewi.home, *words) as first,
        running(office.dewi.home, *words) as second,
    ):
        first.event("synced", "waiting")
        second.event("synced", "waiting")
        people = []
        for number in range(1, 4):
            people += tools.registered(office.dewi, tools.person(number))
            office.dewi.done("list")
        office.dewi.done("bundle", "write", office.folder / "stick")
        time.sleep(5)
        events = [event for each in (first, second) for event in each.rest()]
        # Neither error nor a visit after each visit of the other: what counts is what was written, not that it was.
        assert all(event["event"] in ("synced", "waiting", "progress") for event in events), events
        assert 1 <= sum(event["event"] == "synced" for event in events) <= 14
        for each in (first, second):
            code, told = each.stop()
            assert code == 0
            assert "Traceback" not in told
    assert {row["id"] for row in office.pusat.done("list")} == set(people)
    assert office.dewi.done("ledger")["balanced"] is True


def test_what_waiting_cannot_mend_ends_it_with_its_own_code(office: Any, laptop: Any, pusat: Path) -> None:
    assert office.siti.refused(2, "sync", "--watch")["code"] == "no_hub"
    assert office.siti.refused(2, "sync", "--watch", "--hub", "pusat.example")["code"] == "hub_address"
    settings = ("--city", "64.71", "--quota", 5, "--budget", 1000000, "--premium", 16800, "--start", "2026-01")
    laptop.done("programme", "new", "--name", "Program Lain", *settings)
    office.carry("siti", "admin")
    office.admin.done("revoke", "Siti Rekaan", "--reason", "laptop hilang")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serve(pusat, port) as hub:
        with running(office.admin.home, "sync", "--watch", "--json", "--hub", url) as watch:
            watch.event("synced")
            assert watch.stop()[0] == 0
        for other, code, name in ((office.siti, 5, "member_revoked"), (laptop, 4, "hub_foreign")):
            answer = other("sync", "--watch", "--hub", url, "--json")
            assert answer.code == code, answer
            lines = [json.loads(line) for line in answer.out.splitlines()]
            assert lines[0]["event"] == "watching"
            assert lines[-1]["error"]["code"] == name
        assert hub.stop()[0] == 0
