"""A hub in a thread, or as a process of its own, shared by the tests."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fieldapp.services.hub import HubServer
from fieldapp.services.session import Session


@contextlib.contextmanager
def serving(hub: Session, **over: Any) -> Iterator[str]:
    """The hub of this session in a thread; yields its address."""
    server = HubServer(hub, "127.0.0.1", 0, **over)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda url: ready.set(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield server.url
    finally:
        server.stop()
        thread.join(20)
        assert not thread.is_alive()


class HubProcess:
    """A hub as a process of its own, always at the same address, that can be killed and started again."""

    def __init__(self, home: Path, passphrase: str) -> None:
        self._home = home
        self._passphrase = passphrase
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = int(listener.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts it and waits until it listens."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fieldapp", "hub", "serve", "--listen", f"127.0.0.1:{self._port}", "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept | {"FIELDAPP_HOME": str(self._home), "FIELDAPP_PASSPHRASE": self._passphrase},
        )
        assert self._process.stdout is not None
        assert b"listening" in self._process.stdout.readline()

    def kill(self) -> None:
        """As when a plug is pulled."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=60)
            self._process = None
