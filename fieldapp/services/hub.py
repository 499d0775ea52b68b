"""Serving a hub: the same bundles as on a stick, over HTTP, from the encrypted store of a member of the role hub."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar

import uvicorn

from fieldapp.services import office
from fieldapp.services.problems import Exit, Problem, os_reason
from fieldapp.services.session import Session
from fieldapp.services.transact import transact_of
from fieldapp.store import local
from fieldapp.store.errors import StoreBusy, StoreError
from sync.dialogue import Hub
from sync.errors import Unreachable
from sync.gate import KnownMembers, SignatureGate
from sync.hub import MAX_BODY_BYTES, application
from sync.journal import Journal
from sync.members import Membership
from sync.merge import Merged
from sync.office import OFFICE_KEY
from sync.randomness import token

T = TypeVar("T")

_STOPS_S: Final = 10
"""How long a stop waits for exchanges in hand; what is being committed then is finished in any case."""
_LAST_PORT: Final = 65535
_KEEP_ALIVE_S: Final = 30
_MOST_CONNECTIONS: Final = 256


def serve(session: Session, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM (Windows: Ctrl+C or Ctrl+Break); exchanges in hand are finished first.

    `ready` is told the address once the hub can be reached; port 0 takes a free one. Raises Problem: hub_only,
    hub_listen.
    """
    HubServer(session, host, port).run(ready)


class HubServer:
    """A hub on one address of this machine. `run` blocks; `stop` may be called from any thread.

    Raises Problem from the constructor: hub_only, hub_listen.
    """

    def __init__(self, session: Session, host: str, port: int, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        if session.member.role != "hub":
            raise Problem("hub_only")
        self._session = session
        self._write = transact_of(session)
        # Before the first of many threads: a hub put back from a copy begins a chain of its own.
        self._write(lambda journal: None)
        self._learning = threading.Lock()
        self._learn()
        members = KnownMembers(self._members)
        gate = SignatureGate(session.identity, members, wall_ms=session.now_ms)
        hub = Hub(
            self._transact,
            session.author,
            session.programme,
            self._epoch(),
            merged=self._merged,
            members=members,
            challenge=gate.challenge,
        )
        self._socket = _listen(host, port)
        self.url = _url(self._socket)
        config = uvicorn.Config(
            application(hub, gate, max_body_bytes=max_body_bytes),
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="off",
            # The server's own log names addresses; ours names paths, codes and times only.
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_STOPS_S,
        )
        self._server = _Server(config)

    def run(self, ready: Callable[[str], None] = lambda url: None) -> None:
        """Serve until stopped."""
        self._server.tell = lambda: ready(self.url)
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """Finish the exchanges in hand and let `run` return."""
        self._server.should_exit = True

    def _transact(self, work: Callable[[Journal], T], /) -> T:
        try:
            return self._write(work)
        except StoreBusy:
            raise Unreachable("hub_busy") from None
        except StoreError:
            # A full disk, say: the laptop keeps everything and tries again; doctor tells the hub's keeper why.
            raise Unreachable("hub_failed") from None

    def _members(self) -> Membership:
        """Who belongs to the programme, without waiting for whoever is writing."""
        try:
            return self._session.read(lambda connection: self._session.journal(connection).membership.copy())
        except Problem:
            raise Unreachable("hub_failed") from None

    def _merged(self, merged: Merged) -> None:
        if any(touched.type == OFFICE_KEY for touched in merged.touched):
            self._learn()

    def _learn(self) -> None:
        with self._learning:
            office.learn(self._session)

    def _epoch(self) -> str:
        epoch = self._session.preference(local.HUB_EPOCH)
        if not isinstance(epoch, str):
            epoch = token()
            self._session.set_preference(local.HUB_EPOCH, epoch)
        return epoch


class _Server(uvicorn.Server):
    """A server that says when it can be reached, and that ends without raising the signal that stopped it again."""

    tell: Callable[[], None] = staticmethod(lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.tell()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A second signal does not wait any longer; commits are whole either way.
        self.force_exit = self.should_exit
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    try:
        if not 0 <= port <= _LAST_PORT:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else type(error).__name__
        raise Problem(
            "hub_listen",
            exit_code=Exit.WRONG_USE,
            details={"address": f"{host}:{port}", "reason": reason},
            words=(
                "Alamat {address} tidak dapat dipakai untuk pusat: {reason}. Pilih porta lain.",
                "The address {address} cannot be used for a hub: {reason}. Choose another port.",
            ),
        ) from None


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
