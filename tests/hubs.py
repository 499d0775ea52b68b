"""A hub in a thread, shared by the tests."""

import contextlib
import threading
from collections.abc import Iterator
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
